"""The atlas of a solution: the parameter space cut into cells with the same set of equilibria, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import TRUE, And, Formula, atoms, conjunction, large, negation
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import QUICK, UNSAT, Clock, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.analysis.cells import Cut, Cutter, Left, fewest
from deterrence.analysis.sides import Sides, parameters_of
from deterrence.solution import Solution

if TYPE_CHECKING:
    from deterrence.algebra.points import Share

Progress = Callable[[str, int], None]
POINTS = 4096  # as many as `Region.share` takes


@dataclass(frozen=True, eq=False)
class Cell:
    """An open set of parameters, in one part or several, at whose generic points the same equilibria exist; no other cell has just these.

    `exact_conditions` define it over the ring of the parameters, with the roots that the `hidden` ones define; they imply that the families
    exist, which is `implied`.
    """

    name: str
    equilibria: tuple[str, ...]
    parameters: ParameterSpace
    exact_conditions: Formula
    implied: Formula = TRUE
    hidden: tuple[Formula, ...] = ()

    @cached_property
    def region(self) -> Region:
        """The points of the cell, said with the fewest conditions: by where its families exist, or by where others begin."""
        options = (_needed(self.parameters.space, self.exact_conditions, self.hidden, also) for also in (self.implied, TRUE))
        regions = [fewest(self.parameters, f, self.hidden) for f in dict.fromkeys(options)]
        return min(regions, key=lambda region: len(str(region)))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of the region; all hold. Empty where the cell is the whole space."""
        return self.region.conditions

    @property
    def defaults(self) -> dict[str, Fraction]:
        """The default values of the free parameters that have any."""
        return {name: self.parameters.defaults[name] for name in self.parameters.names if name in self.parameters.defaults}

    @cached_property
    def sample(self) -> dict[str, Fraction]:
        """An exact point of the cell: the default values where they lie in it. Raises Undecided where none is found."""
        if len(self.defaults) == len(self.parameters.names) and self._contains(self.defaults):
            return self.defaults
        found = self.region.sample(1)
        if not found:
            raise Undecided(f"no exact point of {self.name} was found")
        return found[0]

    def _contains(self, point: Mapping[str, Any]) -> bool:
        try:
            return point in self.region and point in Region(self.parameters, self.parameters.space.interior)
        except Undecided:
            return False

    @cached_property
    def share(self) -> Share:
        """How much of the default box the cell fills, as `Region.share` tells it."""
        return self.region.share()

    @cached_property
    def implicit(self) -> dict[str, dict[str, str]]:
        """The roots without a closed form in the conditions: the polynomial that vanishes there, and what tells it from others, if anything."""
        names = self.parameters.space.ring.names
        writer, out = self.parameters.writer(), {}
        for f in self.hidden:
            parts = f.parts if isinstance(f, And) else (f,)
            support = {k for a in atoms(f) for k in self.parameters.space.ring.support(a.polynomial)}
            for k in sorted(support.difference(self.parameters.space.parameters)):
                if names[k] not in RADICALS and names[k] not in out:
                    equation = next(a for a in atoms(f) if a.op == "==")
                    rest = conjunction(p for p in parts if p != equation)
                    told = "" if rest == TRUE else writer.condition(rest)
                    out[names[k]] = {"polynomial": writer.polynomial(equation.polynomial), "isolating": told}
        return out

    def to_dict(self) -> dict[str, Any]:
        """The cell as a JSON object with exact text for every number and formula."""
        return {
            "name": self.name,
            "equilibria": list(self.equilibria),
            "conditions": list(self.conditions),
            "implicit": self.implicit,
            "sample": {name: str(value) for name, value in self.sample.items()},
        }

    def __repr__(self) -> str:
        return f"Cell({self.name}: {', '.join(self.equilibria) or 'no equilibrium known'} where {str(self.region) or 'anywhere'})"


class Atlas(Sequence[Cell]):
    """The cells of a solution, as an immutable sequence.

    Cells are generic: what holds on finitely many surfaces only is left out, and so are equilibria that exist on knife edges. `covers` is True
    if the cells surely make up the parameter space but for such surfaces. `undecided` lists the regimes that the solution left undecided
    and the parts of the space whose equilibria could not be told, each with `why`.
    """

    def __init__(self, solution: Solution, cells: Sequence[Cell], undecided: Sequence[Mapping[str, Any]] = (), covers: bool = True) -> None:
        self.solution, self.covers = solution, covers
        self.undecided = (*solution.undecided, *undecided)
        self._cells = tuple(cells)

    @property
    def complete(self) -> bool:
        """Are all equilibria known, and is every part of the space in a cell?"""
        return self.covers and not self.undecided

    @property
    def gaps(self) -> tuple[Cell, ...]:
        """The cells in which no equilibrium is known: there are none where the solution is complete."""
        return tuple(cell for cell in self if not cell.equilibria)

    @overload
    def __getitem__(self, index: int) -> Cell: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Cell, ...]: ...
    def __getitem__(self, index: int | slice) -> Cell | tuple[Cell, ...]:
        return self._cells[index]

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)

    @cached_property
    def shares(self) -> dict[str, Share]:
        """How much of the default box each cell fills, by its name: all cells measured at the same points.

        Raises InputError where a parameter without bounds has no default value.
        """
        return _shares(self._cells) if self._cells else {}

    def at(self, **values: Any) -> Cell:
        """The cell that has a point of the parameter space.

        Args:
            values: parameters by name, as int, Fraction, Decimal, exact text or float; one without a value has its default.

        Raises:
            InputError: the point is not in the space, or lies on a surface where cells meet.
            Undecided: the equilibria at the point could not be told.
        """
        point = self._point(values)
        existing = tuple(e.name for e in self.solution if point in e.region)
        # Where the families at hand are not those of the cell, the point lies on a surface inside of it.
        cell = next((c for c in self if c.equilibria == existing and c._contains(point)), None)
        if cell is not None:
            return cell
        text = ", ".join(f"{name} = {value}" for name, value in point.items())
        if not self.covers:
            raise Undecided(f"{text} lies in no cell that was decided")
        raise InputError(f"{text} lies on a surface where cells meet or the space ends; Solution.at solves the game at such a point")

    def _point(self, values: Mapping[str, Any]) -> dict[str, Fraction]:
        parameters = parameters_of(self.solution)
        given = {**{n: v for n, v in parameters.defaults.items() if n in parameters.names}, **values}
        point = {parameters.space.ring.names[k]: v for k, v in parameters.point(given).items()}
        self.solution.game.at(**point)  # says what is wrong with a point outside the space
        return point

    def table(self, format: str = "text", **options: Any) -> str:  # noqa: A002 - the name that users know from pandas
        """The cells as a table for a paper: `text`, `markdown`, `latex`, `html` or `csv`."""
        from deterrence.report.atlas_table import atlas_table

        return atlas_table(self, format, **options)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"Atlas({self.solution.game.title!r}, {self.solution.concept}, {len(self)} cells{'' if self.complete else ', incomplete'})"

    def _repr_html_(self) -> str:
        return self.table("html")

    def to_dict(self) -> dict[str, Any]:
        """The atlas as one JSON object with exact text for every number and formula."""
        return {
            "game": self.solution.game.title,
            "concept": self.solution.concept,
            "complete": self.complete,
            "covers": self.covers,
            "undecided": [dict(u) for u in self.undecided],
            "cells": [cell.to_dict() for cell in self],
        }


def atlas(solution: Solution, *, time_limit: float | None = None, progress: Progress | None = None) -> Atlas:
    """The parameter space cut into cells with the same set of equilibria, exactly.

    The cells are open and disjoint; together they are the parameter space but for finitely many surfaces, which is proved. Equilibria that
    exist on such surfaces only (knife edges) are in no cell.

    Args:
        solution: all equilibria under one concept.
        time_limit: in seconds; the parts of the space that were not cut by then are listed as undecided.
        progress: called with the stage and the number of cells so far.

    Raises:
        InputError: the limit is not positive.

    >>> import deterrence as dt
    >>> for cell in atlas(dt.solve(dt.load("rudimentary_deterrence"))):
    ...     print(cell.name, cell.equilibria, cell.conditions)
    C1 ('E1',) ('p < g/(g + k)',)
    C2 ('E2',) ('p > g/(g + k)',)
    """
    sides = Sides(solution, Clock(time_limit))
    try:
        cutter = Cutter(sides.space, (sides.space.interior,), sorted(map(sides.cut, solution), key=_difficulty))
    except OutOfTime as why:
        return Atlas(solution, (), [{"equilibria": [], "conditions": [], "why": str(why)}], covers=False)
    cutter.run(progress)
    covers = cutter.covers()
    sides.space.clock.limit = None  # writing down what was found takes little time
    order = {e.name: n for n, e in enumerate(solution)}
    inside = {cut.label: cut.inside.formula for cut in cutter.cuts if not cut.unknowns}
    cells: list[Cell] = []
    for piece in sorted(cutter.pieces, key=lambda p: (not p.labels, sorted(order[name] for name in p.labels))):
        names = tuple(sorted(piece.labels, key=order.__getitem__))
        implied = conjunction(inside.get(name, TRUE) for name in names)
        cells.append(Cell(f"C{len(cells) + 1}", names, sides.parameters, conjunction(piece.formulas), implied, piece.hidden))
    return Atlas(solution, cells, [_told(sides.parameters, left) for left in cutter.undecided], covers)


def _difficulty(cut: Cut) -> tuple[bool, bool, int]:
    """Plain cuts come first: of small pieces, hard questions are easier."""
    return bool(cut.unknowns), any(large(a) for a in atoms(cut.inside.formula)), len(list(atoms(cut.inside.formula)))


def _needed(space: Space, f: Formula, hidden: tuple[Formula, ...], also: Formula) -> Formula:
    """A formula that implies another, with this other one added and without what then follows from the rest."""
    added, own = ([*g.parts] if isinstance(g, And) else [g] for g in (also, f))
    kept = list(dict.fromkeys((*added, *own)))
    for part in sorted(kept, key=lambda p: (p not in added, len(p.key)), reverse=True):
        if part not in added or any(large(a) for a in atoms(part)):
            rest = [p for p in kept if p is not part]
            if space.smt.check((space.interior, *hidden, *rest, negation(part)), 5 * QUICK) == UNSAT:
                kept = rest
    return conjunction(kept)


def _told(parameters: ParameterSpace, left: Left) -> dict[str, Any]:
    """A part of the space that was not decided, as a JSON object: the equilibria known there so far, where it is, and why."""
    writer = parameters.writer()
    return {"equilibria": list(left.piece.labels), "conditions": [writer.condition(f) for f in left.piece.everything()], "why": left.why}


def _shares(cells: Sequence[Cell]) -> dict[str, Share]:
    """The shares of cells, which have no point in common, in one pass."""
    from deterrence.algebra.points import Membership, Share, default_ends, spread

    parameters, space = cells[0].parameters, cells[0].parameters.space
    ends = {k: default_ends(parameters, k) for k in space.parameters}
    size = POINTS if ends else 1
    domain, members = Membership(space, [space.domain]), {cell.name: Membership(space, cell.region.formulas()) for cell in cells}
    hits, inside = dict.fromkeys(members, 0), 0
    for at in spread(ends, size.bit_length() - 1):
        if domain(at):
            inside += 1
            found = next((name for name, member in members.items() if member(at)), None)
            if found is not None:
                hits[found] += 1
    box = {space.ring.names[k]: pair for k, pair in ends.items()}
    return {name: Share(count / size, box, size, inside / size) for name, count in hits.items()}
