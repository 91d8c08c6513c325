"""The map on the page of a game: which kinds of play exist where in the slice of the parameter space that tells most.

Equilibria with the same play on the path are one kind, as in the table, and bear the name of the first of them; where there are too many kinds to be
taken in, those that reach the same outcomes are one. Which two parameters are on the axes: those of the line `Map:` in the notes, or the pair
whose slice at the default values shows the most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from deterrence import Game, Solution, plot
from deterrence.algebra.errors import DeterrenceError
from deterrence.model.notes import notes
from deterrence.report.region_kinds import Kinds, by_kind, kinds_of
from deterrence.report.region_map import Asked, Map, asked, plane_of

if TYPE_CHECKING:
    from deterrence.analysis.plane import Plane

_CREDIBILITY = ("credibility", "discount")
_PATH, _DECIMALS = re.compile(rb' d="[^"]*"'), re.compile(rb"(\.\d\d)\d+")  # hundredths of a point are enough
_LOOKS = 80  # in each direction, to see what changes across a map
_MOST_PAIRS = 45
_ENOUGH = 6  # sets of kinds that one takes in at a glance
_MOST_KINDS = 8


@dataclass(frozen=True)
class Shown:
    """A slice with the kinds of play in its cells."""

    wanted: Asked
    plane: Plane
    by_outcome: bool = False  # kinds are those that reach the same outcomes

    @property
    def kinds(self) -> list[str]:
        """The kinds of play that exist somewhere on the map."""
        return list(dict.fromkeys(name for key in self.plane.keys for name in key or ()))

    @property
    def telling(self) -> tuple[bool, int]:
        """Do both parameters change what exists, and how many sets of kinds are there?"""
        spaced = [np.linspace(float(low), float(high), 2 * _LOOKS + 1)[1::2] for low, high in self.plane.box]
        here = self.plane.pixels(spaced[0].tolist(), spaced[1])
        inside = here != (self.plane.keys.index(None) if None in self.plane.keys else -1)
        pairs = [(inside[1:], inside[:-1], np.diff(here, axis=0)), (inside[:, 1:], inside[:, :-1], np.diff(here, axis=1))]
        return all((a & b & (step != 0)).any() for a, b, step in pairs), sum(key is not None for key in self.plane.keys)

    def picture(self) -> bytes:
        """The map as SVG, the same bytes every time."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "map.svg"
            plot.save(Map(self.wanted, self.plane, {}).figure(), str(path))
            return _PATH.sub(lambda found: _DECIMALS.sub(r"\1", found[0]), path.read_bytes())


def map_of(solution: Solution) -> Shown | None:
    """The map of a game; None where no slice shows anything."""
    fine = _best(solution, kinds_of(solution))
    if fine is None or len(fine.kinds) <= _MOST_KINDS:
        return fine
    coarse = _best(solution, {e.name: alike[0].name for alike in solution.by_outcome().values() for e in alike})
    return fine if coarse is None else replace(coarse, by_outcome=True)


def _best(solution: Solution, kinds: Kinds) -> Shown | None:
    """The map on the axes that the notes name, or on those that tell most where that one shows nothing."""
    for pairs in (_named(solution.game), _pairs(solution.game)):
        found = [shown for x, y in pairs if (shown := _slice(solution, x, y, kinds)) is not None]
        best = max(found, key=lambda shown: _worth(solution.game, shown), default=None)
        if best is not None and best.telling[1] > 1:
            return best
    return None


def _named(game: Game) -> list[tuple[str, str]]:
    given = notes(game.notes).map
    return [(given[0], given[1])] if len(given) == 2 else []


def _pairs(game: Game) -> list[tuple[str, str]]:
    """The pairs of parameters that may be on the axes: one that is a credibility comes first, and is in each pair if there is any."""
    trusted = [name for name in game.free_parameters if game.parameters[name].role in _CREDIBILITY]
    order = [*trusted, *(name for name in game.free_parameters if name not in trusted)]
    pairs = [(x, y) for x, y in combinations(order, 2) if x in trusted or not trusted]
    return pairs[:_MOST_PAIRS]


def _worth(game: Game, shown: Shown) -> tuple[bool, int, bool, int]:
    """How much a map tells: does each axis matter, is there much to be told apart but not too much, and is a cost on an axis?"""
    roles = [game.parameters[name].role for name in (shown.wanted.x, shown.wanted.y)]
    both, sets = shown.telling
    return both, min(sets, _ENOUGH), "cost" in roles, -sets


def _slice(solution: Solution, x: str, y: str, kinds: Kinds) -> Shown | None:
    try:
        wanted = asked(solution, (x, y), None, None)
        return Shown(wanted, by_kind(solution, plane_of(solution, wanted), kinds))
    except DeterrenceError:
        return None
