"""A set of parameter points cut by other sets into cells: on each, every one of these holds throughout or nowhere, up to surfaces.

Cells are refined set by set. A part that is dropped was proved to have no interior; a part that is kept has an exact point that shows its
interior, or was found to have one by the solver. What cannot be told is kept apart as undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from deterrence.algebra.formula import FALSE, TRUE, And, Formula, atoms, conjunction, negation
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import to_fmpq
from deterrence.algebra.region import Region
from deterrence.algebra.sampling import holds_at
from deterrence.algebra.simplify import simplified
from deterrence.algebra.smt import QUICK, SAT, UNKNOWN, UNSAT, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.analysis.families import NO_ANSWER, typical

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Side:
    """One side of a set that cuts, an open set: where `formula` holds, for some values of what the `hidden` conditions define."""

    formula: Formula
    hidden: tuple[Formula, ...] = ()

    def formulas(self) -> tuple[Formula, ...]:
        """Everything that holds there."""
        return (*self.hidden, self.formula)


@dataclass(frozen=True)
class Cut:
    """A set that cuts, by a label; where its outside is no formula, `why` says why not, and `unknowns` are what the inside speaks of."""

    label: str
    inside: Side
    outside: Side | None
    why: str = ""
    unknowns: tuple[int, ...] = ()


@dataclass(frozen=True)
class Piece:
    """The points where all formulas hold: inside the sets with these labels and outside the others, as far as these have cut it.

    `points` are some exact points of it, as values of all variables of the ring.
    """

    labels: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    hidden: tuple[Formula, ...] = ()
    points: tuple[Any, ...] = ()

    def everything(self) -> tuple[Formula, ...]:
        """All that holds there."""
        return (*self.hidden, *self.formulas)

    def within(self, side: Side, points: tuple[Any, ...]) -> Piece:
        """The part of the piece on one side of a set."""
        parts = side.formula.parts if isinstance(side.formula, And) else (side.formula,)
        formulas = dict.fromkeys((*self.formulas, *parts))
        hidden = dict.fromkeys((*self.hidden, *side.hidden))
        return replace(self, formulas=tuple(formulas), hidden=tuple(hidden), points=points)


@dataclass(frozen=True)
class Left:
    """A piece that was not decided, and why."""

    piece: Piece
    why: str


class Cutter:
    """Cuts the set where the `base` formulas hold into cells, in the order of the cuts; what it found is in `pieces` and `undecided`."""

    def __init__(self, space: Space, base: Sequence[Formula], cuts: Sequence[Cut]) -> None:
        self.space, self.base, self.cuts = space, tuple(base), tuple(cuts)
        self.pieces: list[Piece] = []
        self.undecided: list[Left] = []
        self.interrupted = False

    def run(self, progress: Progress | None = None) -> None:
        """Find all cells; where time is up, or the user stops it, what is left is undecided."""
        start = Piece(points=self._first_points())
        todo = [(start, 0)]
        try:
            inside = True if start.points else self._decided(self.base)[0]
            if inside is None:
                self.undecided.append(Left(start, NO_ANSWER))
            while todo and inside:
                self.space.clock.check()
                piece, n = todo[-1]
                after = self._cut(piece, self.cuts[n]) if n < len(self.cuts) else []
                todo.pop()
                todo.extend((part, n + 1) for part in reversed(after))
                if n == len(self.cuts):
                    self.pieces.append(piece)
                    if progress is not None:
                        progress("cells", len(self.pieces))
        except OutOfTime as why:
            self.undecided += [Left(piece, str(why)) for piece, _ in todo]
        except KeyboardInterrupt:
            self.interrupted = True
            self.undecided += [Left(piece, "interrupted") for piece, _ in todo]

    def _first_points(self) -> tuple[Any, ...]:
        """Some points of the base, if it speaks of parameters alone."""
        if not self.space.generic or not all(map(self._plain, self.base)):
            return ()
        return tuple(at for at in self.space.samples if all(holds_at(f, at) for f in self.base))

    def _plain(self, f: Formula) -> bool:
        return all(self.space.parametric(a.polynomial) for a in atoms(f))

    # One piece, one set

    def _cut(self, piece: Piece, cut: Cut) -> list[Piece]:
        """The parts of a piece inside and outside of a set; the piece as it is where it lies on one side."""
        labelled = replace(piece, labels=(*piece.labels, cut.label))
        inside, points = self._possible(piece, cut.inside, cut.outside)
        if cut.outside is None:
            return self._cut_without_complement(piece, cut, inside)
        outside, others = self._possible(piece, cut.outside, cut.inside if inside is not False else None)
        if inside is False and outside is False:
            self.undecided.append(Left(piece, f"where {cut.label} begins and ends could not be told"))
            return []
        if inside is False:
            return [piece]
        if outside is False:
            return [labelled]
        here, beyond = self._in_few_words(piece, cut.inside, cut.outside)
        parts = [(inside, labelled.within(here, points)), (outside, piece.within(beyond, others))]
        self.undecided += [Left(part, NO_ANSWER) for answer, part in parts if answer is None]
        return [part for answer, part in parts if answer]

    def _cut_without_complement(self, piece: Piece, cut: Cut, inside: bool | None) -> list[Piece]:
        """The part inside, where the outside has no formula; the rest, if there may be one, is undecided."""
        if inside is False:
            return [piece]
        labelled = replace(piece, labels=(*piece.labels, cut.label))
        here = (*self.base, *piece.everything())
        if not piece.hidden and self.space.smt.escapes(here, cut.unknowns, cut.inside.formulas(), QUICK) == UNSAT:
            return [labelled]
        self.undecided.append(Left(piece, cut.why))
        return [labelled.within(cut.inside, ())] if inside else []

    def _possible(self, piece: Piece, side: Side, other: Side | None) -> tuple[bool | None, tuple[Any, ...]]:
        """Has the part of a piece on one side an interior (None where that is not known), and points of it."""
        if side.formula == FALSE or (other is not None and _says(piece, other)):
            return False, ()
        if _says(piece, side):
            return True, piece.points
        plain = self._plain(side.formula) and not side.hidden
        points = tuple(at for at in piece.points if holds_at(side.formula, at)) if plain else ()
        return (True, points) if points else self._decided((*self.base, *piece.everything(), *side.formulas()))

    def _decided(self, formulas: tuple[Formula, ...]) -> tuple[bool | None, tuple[Any, ...]]:
        """Can the formulas hold, and a point where they do if they speak of parameters alone."""
        space = self.space
        if all(map(self._plain, formulas)):
            try:
                found = space.smt.point(formulas, space.parameters, QUICK)
                width = max(1, len(space.ring.names))
                return (False, ()) if found is None else (True, ([to_fmpq(found.get(k, 0)) for k in range(width)],))
            except OutOfTime:
                raise
            except Undecided:
                pass  # a point that is hard to find, or a hard question: asked once more without a point
        answer = space.smt.check(formulas, QUICK)
        if answer == UNKNOWN:
            answer = space.smt.check(formulas)
        return (None if answer == UNKNOWN else answer == SAT), ()

    def _in_few_words(self, piece: Piece, inside: Side, outside: Side) -> tuple[Side, Side]:
        """The two sides without what the piece implies: what is dropped on the one is not to be negated on the other."""
        plain = not (piece.hidden or inside.hidden or outside.hidden)
        if not plain or not all(map(self._plain, (*piece.formulas, inside.formula))):
            return inside, outside
        f = simplified(self._inner, inside.formula, piece.formulas)
        return Side(typical(self.space, f)), Side(typical(self.space, negation(f)))

    @cached_property
    def _inner(self) -> Space:
        """The interior of the base as a space of its own."""
        return Space(self.space.ring, self.space.parameters, conjunction(self.base), self.space.clock)

    # All of them

    def covers(self) -> bool:
        """Do the cells surely make up the base, up to surfaces?

        By the way they were found they do where nothing is undecided; the solver is asked once more of all cells together.
        """
        if self.undecided:
            return False
        plain = [p for p in self.pieces if not p.hidden and all(map(self._plain, p.formulas))]
        left = (*self.base, *(self._outside(p) for p in plain))
        if len(plain) < len(self.pieces) or FALSE in left:
            return True
        try:
            return self.space.smt.check(left, 50 * QUICK) != SAT
        except OutOfTime:
            return True

    def _outside(self, piece: Piece) -> Formula:
        return typical(self.space, negation(conjunction(piece.formulas)))


def _says(piece: Piece, side: Side) -> bool:
    """Is it among the conditions of a piece that it lies on a side?"""
    parts = side.formula.parts if isinstance(side.formula, And) else (side.formula,)
    return side.formula == TRUE or (not side.hidden and all(p in piece.formulas for p in parts))


def fewest(parameters: ParameterSpace, f: Formula, hidden: tuple[Formula, ...] = ()) -> Region:
    """The open set where a strict formula holds, said with the fewest conditions that tell its points in the interior of the space."""
    known = parameters.space
    inner = Space(known.ring, known.parameters, known.interior, known.clock)
    return Region(parameters, simplified(inner, f, hidden), hidden)
