"""The one result type: all equilibria of a game under one concept, each with its region."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from deterrence.algebra.errors import InputError, libraries, quoted, suggestion
from deterrence.equilibrium import Equilibrium, Free, History, Setting
from deterrence.model.game import Game

if TYPE_CHECKING:
    import xarray as xr

    from deterrence.analysis.atlas import Atlas

__all__ = ["Equilibrium", "Free", "History", "Setting", "Solution", "need_solution"]

_FEW_NAMES = 12  # of equilibria, that a message lists


def need_solution(given: object, function: str) -> None:
    """Raises InputError, with what to do, unless what was given to a function of the library is a solution."""
    if not isinstance(given, Solution):
        what, hint = ("a game", "dt.solve(game)") if isinstance(given, Game) else (repr(given)[:60], "what dt.solve returned")
        raise InputError(f"{function}: found {what}; expected a solution: {hint}")


class Solution(Sequence[Equilibrium]):
    """Every equilibrium of a game under one concept, as an immutable sequence.

    `complete` is True only if every regime was decided; `undecided` lists those that were not, and why. `knife_edge` counts
    the families that were met and left out because their region has no interior.
    """

    def __init__(
        self,
        game: Game,
        concept: str,
        equilibria: Sequence[Equilibrium],
        undecided: Sequence[Mapping[str, Any]] = (),
        knife_edge: int = 0,
    ) -> None:
        self.game, self.concept = game, concept
        self._equilibria = tuple(equilibria)
        self.undecided = tuple(undecided)
        self.knife_edge = knife_edge

    @property
    def complete(self) -> bool:
        """Was every regime decided?"""
        return not self.undecided

    @overload
    def __getitem__(self, index: int | str) -> Equilibrium: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Equilibrium, ...]: ...
    def __getitem__(self, index: int | str | slice) -> Equilibrium | tuple[Equilibrium, ...]:
        """An equilibrium by its place or its name; a slice is a tuple of them, and `only` a solution."""
        if not isinstance(index, str):
            return self._equilibria[index]
        found = self._called(index)
        if len(found) > 1:
            raise InputError(f"{len(found)} families are called {quoted(index)}; take one by its place, from 0 to {len(self) - 1}")
        return found[0]

    def _called(self, name: str) -> list[Equilibrium]:
        """The equilibria of a name, of which there is at least one."""
        found = [e for e in self if e.name == name]
        if not found:
            known = list(dict.fromkeys(e.name for e in self))
            near = suggestion(name, known) if len(known) > _FEW_NAMES else ""
            listed = f"; expected one of {', '.join(known)}" if 0 < len(known) <= _FEW_NAMES else "" if known else "; the solution has none at all"
            raise InputError(f"there is no equilibrium {quoted(name)}{near or listed}")
        return found

    def only(self, *equilibria: str | Equilibrium) -> Solution:
        """Some families of this solution as a solution of their own, in the same order: for a table, a figure or a sweep of these alone.

        It is a selection, so that it is not `complete`, and says so, unless nothing was left out. Its method `at` solves the game afresh, and
        finds all equilibria at a point.

        Args:
            equilibria: names, such as `"E1"`, or equilibria of this solution.

        Raises:
            InputError: there is no such equilibrium, or none is given.

        >>> import deterrence as dt
        >>> solution = dt.solve(dt.load("rudimentary_deterrence"))
        >>> [e.name for e in solution.only("E2")], solution.only("E2").complete
        (['E2'], False)
        """
        if not equilibria:
            raise InputError(f"only: no equilibrium is given; expected names such as {', '.join(repr(e.name) for e in self[:2]) or 'E1'}")
        wanted = {e.name for each in equilibria for e in ([each] if isinstance(each, Equilibrium) else self._called(each))}
        for name in wanted:
            self._called(name)
        left = list(dict.fromkeys(e.name for e in self if e.name not in wanted))
        left_out = [{"regime": {}, "why": why, **more} for why, more in self._left_out(left)]
        return Solution(self.game, self.concept, [e for e in self if e.name in wanted], [*self.undecided, *left_out], self.knife_edge)

    def _left_out(self, names: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Why a selection is not complete: a reason, and the profile that it is about where the game names some."""
        profiles = getattr(self.game, "strategies", {})
        for name in (name for name in names if name in profiles):
            yield f"{name} was left out of this selection", {"profile": name}
        families = [name for name in names if name not in profiles]
        if families:
            said = ", ".join(families) if len(families) <= _FEW_NAMES else f"{len(families)} of the {len(self)} families"
            yield f"this is a selection, without {said}", {}

    def __len__(self) -> int:
        return len(self._equilibria)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self._equilibria)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Solution):
            return NotImplemented
        return self.game == other.game and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.concept, len(self._equilibria)))

    def by_outcome(self) -> dict[tuple[str, ...], tuple[Equilibrium, ...]]:
        """The equilibria by the outcomes that they reach with positive probability."""
        groups: dict[tuple[str, ...], list[Equilibrium]] = {}
        for e in self:
            reached = tuple(label for label, p in e.exact_outcomes.items() if p)
            groups.setdefault(reached, []).append(e)
        return {key: tuple(found) for key, found in groups.items()}

    def at(self, **values: Any) -> list[Equilibrium]:
        """All equilibria at a point, exactly: the game is solved afresh there, so that nothing is missed on a surface.

        Values are given by name as int, Fraction, Decimal, exact text or float (read as the decimal that it prints as).
        """
        from deterrence.solve import solve

        return list(solve(self.game.at(**values), self.concept))

    def evaluate(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        of: Sequence[str] | None = None,
        free: Mapping[str, Any] | None = None,
        engine: str = "auto",
        **arrays: Any,
    ) -> xr.Dataset:
        """Where each family exists and what it brings, on arrays of parameters in floating point: see `deterrence.analysis.evaluation`.

        Parameters are given by name, as `evaluate(r=array, k=0.2)`, or in a mapping where a name is one of the other arguments.
        """
        with libraries():
            from deterrence.analysis.evaluation import evaluate

        return evaluate(self, {**(values or {}), **arrays}, of=of, free=free, engine=engine)

    def atlas(self, **options: Any) -> Atlas:
        """The parameter space cut into cells with the same equilibria: see `deterrence.analysis.atlas`.

        Args:
            options: `time_limit` in seconds, `progress` as for `solve`.
        """
        from deterrence.analysis.atlas import atlas

        return atlas(self, **options)

    def table(
        self,
        format: str = "text",  # noqa: A002 - the name that users know from pandas
        *,
        payoffs: bool = False,
        on_path: bool = False,
        width: int = 80,
        label: str = "",
    ) -> str:
        """The equilibrium table for a paper.

        Args:
            format: `text`, `markdown`, `latex` (a `longtable` with `booktabs`), `html` (formulas in MathML) or `csv`.
            payoffs: whether to add each player's expected payoff.
            on_path: whether to leave out what would happen off the path, and list each play once, with the conditions under which any family has it.
            width: the columns of the terminal, for `text`.
            label: for `latex`, what `\\ref` calls the table; by default it has no label.

        Raises:
            ValueError: there is no such format.
        """
        from deterrence.report.table import table

        return table(self, format, payoffs=payoffs, on_path=on_path, width=width, label=label)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        state = "complete" if self.complete else f"{len(self.undecided)} undecided"
        return f"Solution({self.game.title!r}, {self.concept}, {len(self)} equilibria, {state})"

    def _repr_html_(self) -> str:
        return self.table("html")

    def to_dict(self) -> dict[str, Any]:
        """The solution as one JSON object with exact text for every number and formula."""
        return {
            "game": self.game.title,
            "concept": self.concept,
            "complete": self.complete,
            "knife_edge": self.knife_edge,
            "undecided": [dict(u) for u in self.undecided],
            "parameters": list(self.game.parameters),
            "at": {name: str(value) for name, value in self.game.fixed.items()},
            "equilibria": [e.to_dict() for e in self],
        }

    def save(self, path: str | pathlib.Path) -> None:
        """Write the game and its solution to a file (JSON), whole or not at all."""
        from deterrence.solve import saved

        saved(self, pathlib.Path(path))

    @classmethod
    def load(cls, path: str | pathlib.Path) -> Solution:
        """The solution that `save` wrote."""
        from deterrence.solve import loaded

        return loaded(pathlib.Path(path))
