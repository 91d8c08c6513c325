"""Two models side by side: what a change of the model changes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from deterrence.algebra.errors import InputError, suggestion
from deterrence.model.checks import need_game
from deterrence.model.game import Game
from deterrence.solution import Equilibrium, Solution
from deterrence.solve import solve


@dataclass(frozen=True)
class Entry:
    """The value that a quantity has in the families called `names`, and the conditions under which one of these exists; all hold."""

    value: str
    names: tuple[str, ...]
    conditions: tuple[str, ...]

    def __str__(self) -> str:
        several = len(self.conditions) > 1
        where = " and ".join(f"({c})" if several and " or " in c else c for c in self.conditions)
        return f"{self.value}  ({', '.join(self.names)}: {where or 'always'})"


@dataclass(frozen=True)
class Row:
    """What a quantity can be in each of two models."""

    quantity: str
    first: tuple[Entry, ...]
    second: tuple[Entry, ...]

    @property
    def differs(self) -> bool:
        """Do the two models differ in the values or in where these arise?"""
        return [(e.value, e.conditions) for e in self.first] != [(e.value, e.conditions) for e in self.second]


@dataclass(frozen=True)
class Comparison:
    """The rows of two solutions, one a quantity."""

    first: Solution
    second: Solution
    rows: tuple[Row, ...]

    def changed(self) -> tuple[Row, ...]:
        """The rows in which the models differ."""
        return tuple(row for row in self.rows if row.differs)

    def __str__(self) -> str:
        lines = [f"A: {self.first.game.title}", f"B: {self.second.game.title}"]
        for row in self.rows:
            lines += ["", row.quantity + ("" if row.differs else "  (the same)")]
            for side, entries in (("A", row.first), ("B", row.second)):
                for entry in entries or (Entry("not in this model", (), ()),):
                    text = str(entry) if entry.names else entry.value
                    lines += textwrap.wrap(f"{side}  {text}", 100, initial_indent="  ", subsequent_indent="     ")
        incomplete = [s for s, solution in (("A", self.first), ("B", self.second)) if not solution.complete]
        return "\n".join([*lines, *(f"\n{s} is incomplete: others may exist." for s in incomplete)])


def compare(game_a: Game, game_b: Game, of: Sequence[str] | None = None, concept: str | None = None) -> Comparison:
    """For each quantity, the values that it takes in the equilibria of two models and the regions where it takes them.

    Args:
        game_a, game_b: two models, as with and without the treaty.
        of: outcomes and events (their probability) and players (their expected payoff) by name; by default the events, outcomes
            and players of either model.
        concept: as for `solve`.

    Raises:
        InputError: a name is in neither model.

    >>> import deterrence as dt
    >>> game = dt.load("rudimentary_deterrence")
    >>> [row.quantity for row in compare(game, game.at(k=1), of=["Conflict"]).changed()]
    ['Conflict']
    """
    for game in (game_a, game_b):
        need_game(game, "compare")
    known = list(dict.fromkeys(label for game in (game_a, game_b) for label in _labels(game)))
    for name in of or ():
        if name not in known:
            raise InputError(f"{name!r} is no outcome, event or player of either game{suggestion(name, known)}")
    first, second = solve(game_a, concept), solve(game_b, concept)
    rows = [Row(name, _entries(first, name), _entries(second, name)) for name in (known if of is None else of)]
    return Comparison(first, second, tuple(rows))


def _labels(game: Game) -> tuple[str, ...]:
    return (*game.events, *game.outcome_labels, *game.players)


def _entries(solution: Solution, name: str) -> tuple[Entry, ...]:
    """The distinct values of a quantity in the order of the families."""
    if name not in _labels(solution.game):
        return ()
    found: dict[str, list[Equilibrium]] = {}
    for e in solution:
        value = {**e.exact_outcomes, **e.exact_events, **e.exact_payoffs}[name]
        found.setdefault(e.text(value), []).append(e)
    return tuple(
        Entry(value, tuple(e.name for e in families), reduce(or_, (e.region for e in families)).conditions) for value, families in found.items()
    )
