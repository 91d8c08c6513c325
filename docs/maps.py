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
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deterrence import Game, Solution, plot
from deterrence.algebra.errors import DeterrenceError
from deterrence.model.notes import notes
from deterrence.report.region_map import Asked, Map, asked, plane_of
from deterrence.report.rows import build

if TYPE_CHECKING:
    from deterrence.analysis.plane import Key, Plane, Slab

_CREDIBILITY = ("credibility", "discount")
_PATH, _DECIMALS = re.compile(rb' d="[^"]*"'), re.compile(rb"(\.\d\d)\d+")  # hundredths of a point are enough
_THIN = 5e-5  # of the box: what lies nearer to a chord is not to be seen
_LOOKS = 80  # in each direction, to see what changes across a map
_MOST_PAIRS = 45
_ENOUGH = 6  # sets of kinds that one takes in at a glance
_MOST_KINDS = 8

Kinds: TypeAlias = dict[str, str]  # equilibrium -> the first of its kind


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
    fine = _best(solution, {name: rows[0].names[0] for rows in build(solution).entries for name in rows[0].names})
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
        return Shown(wanted, _by_kind(solution, plane_of(solution, wanted), kinds))
    except DeterrenceError:
        return None


def _by_kind(solution: Solution, found: Plane, first: Kinds) -> Plane:
    """A plane whose cells say which kinds of play exist there."""
    rank = {e.name: n for n, e in enumerate(solution)}
    kinds = {key: None if key is None else tuple(sorted({first[name] for name in key}, key=rank.__getitem__)) for key in found.keys}
    sizes = [float(high - low) for low, high in found.box]
    return type(found)(found.box, tuple(_merged(slab, kinds, sizes) for slab in found.slabs), found.on_surface)


def _merged(slab: Slab, kinds: dict[Key, Key], sizes: list[float]) -> Slab:
    """A strip without the lines between parts of the same kinds, those that are left with no more vertices than the eye can see."""
    keys = [kinds[key] for key in slab.keys]
    kept = [n for n in range(1, len(keys)) if keys[n] != keys[n - 1]]
    lines = (slab.lines[0], *(_thinned(slab.lines[n], sizes) for n in kept), slab.lines[-1])
    return type(slab)(tuple(keys[n] for n in (0, *kept)), lines, (False, *(True for _ in kept), False))


def _thinned(line: Any, sizes: list[float]) -> Any:
    """A broken line without the vertices that lie next to a chord (Douglas and Peucker 1973)."""
    scaled, keep, todo = line / sizes, {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        start, end = todo.pop()
        chord = scaled[end] - scaled[start]
        normal = np.array([-chord[1], chord[0]]) / max(float(np.hypot(*chord)), 1e-300)
        away = abs((scaled[start : end + 1] - scaled[start]) @ normal)
        farthest = int(away.argmax())
        if away[farthest] > _THIN:
            keep.add(start + farthest)
            todo += [(start, start + farthest), (start + farthest, end)]
    return line[sorted(keep)]
