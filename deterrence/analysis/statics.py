"""Comparative statics: the least and the greatest value that a family gives a quantity, and how they move with a parameter.

Quantities are nearly always monotone in each free unknown, so that their extremes lie at the ends of its range: the unknowns are put there
one by one, the last of the chain of ranges first, with a case for each end that may be the tighter and for each direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deterrence.algebra.formula import TRUE, And, Atom, Formula, atoms, conjunction, disjunction, negation
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import UNSAT, Undecided
from deterrence.algebra.state import Root
from deterrence.analysis.families import Family, Place, definitions

LEAST, GREATEST = -1, 1
NAMES = {LEAST: "least value", GREATEST: "greatest value"}
WRONG = {("increasing_in", False): "<", ("increasing_in", True): "<=", ("decreasing_in", False): ">", ("decreasing_in", True): ">="}


@dataclass(frozen=True)
class Piece:
    """A value that a quantity comes arbitrarily close to where the conditions on the parameters hold."""

    conditions: Formula
    value: Ratio


@dataclass(frozen=True)
class Movement:
    """A value that moves the wrong way at the points of a place; `what` says whether it is the least or the greatest."""

    place: Place
    what: str
    value: Ratio
    derivative: Ratio


def derivative(value: Ratio, variable: int, roots: Sequence[Root]) -> Ratio:
    """The total derivative with respect to a parameter: roots move with it as their polynomials say (implicit function theorem)."""
    moves: dict[int, Ratio] = {}
    for root in roots:
        p = Ratio(value.ring, root.polynomial)
        moves[root.variable] = -_along(p, variable, moves) / p.derivative(root.variable)
    return _along(value, variable, moves)


def _along(value: Ratio, variable: int, moves: dict[int, Ratio]) -> Ratio:
    total = value.derivative(variable)
    for k, move in moves.items():
        total = total + value.derivative(k) * move
    return total


def wrong_movement(family: Family, value: Ratio, variable: int, wrong: str, given: tuple[Formula, ...]) -> Movement | None:
    """An extreme of the quantity and where in the family its derivative is as it should not be (`wrong` 0); None where there is none."""
    sides = (LEAST, GREATEST) if any(k in family.free for k in value.support()) else (LEAST,)
    for side in sides:
        pieces = Extremes(family, given, side).pieces(value)
        for piece in pieces:
            slope = family.equilibrium.clean(derivative(piece.value, variable, family.roots))
            bad = family.condition(slope, wrong)
            place = family.place(piece.conditions, bad)
            if place is not None and len(pieces) > 1:
                place = family.place(piece.conditions, bad, *best(family, piece, pieces, side))
            if place is not None:
                return Movement(place, NAMES[side] if len(sides) > 1 else "value", piece.value, slope)
    return None


def best(family: Family, piece: Piece, pieces: Sequence[Piece], side: int) -> Iterator[Formula]:
    """That no other piece has a more extreme value."""
    for other in pieces:
        if other is not piece:
            ahead = family.condition((piece.value - other.value) * side, ">=")
            yield disjunction((family.typical(negation(other.conditions)), ahead))


def _all(formulas: Iterable[Formula]) -> tuple[Formula, ...]:
    joined = conjunction(formulas)
    return joined.parts if isinstance(joined, And) else (joined,)


class Extremes:
    """The least or the greatest value of a quantity over what a family leaves free, piece by piece."""

    def __init__(self, family: Family, given: tuple[Formula, ...], side: int) -> None:
        self.family, self.given, self.side, self.ring = family, given, side, family.ring

    def pieces(self, value: Ratio) -> list[Piece]:
        """Values the most extreme of which, at each point, is that of the quantity; raises Undecided."""
        out: dict[str, Piece] = {}
        with self.family.limited_steps():
            ends = list(self._ends(value, ()))
        for extra, end in ends:
            for f in self._projected(extra):
                piece = Piece(f, end)
                out[f"{f.key} {end}"] = piece
        return list(out.values())

    def _projected(self, extra: tuple[Formula, ...]) -> list[Formula]:
        if not self.family.involved(extra):
            return [conjunction((*self.given, self.family.region, *extra))]
        branches = self.family.projections(*self.given, *extra)
        if any(root not in self.family.roots for branch in branches for root in branch.roots if definitions(self.family.space, branch)):
            raise Undecided("where a case holds depends on further roots")
        return [branch.conditions for branch in branches]

    def _possible(self, extra: tuple[Formula, ...], f: Formula) -> bool:
        return self.family.check(self.family.all_of(*self.given, *extra, f)) != UNSAT

    def _signs(self, extra: tuple[Formula, ...], p: Polynomial) -> list[int]:
        """The signs that a polynomial can have, zero apart: where it vanishes the value is the limit of those beside."""
        known = self.family.space.sign(p)
        return [known] if known is not None else [s for s in (1, -1) if self._possible(extra, Atom(p * s, ">"))]

    def _ends(self, value: Ratio, extra: tuple[Formula, ...]) -> Iterator[tuple[tuple[Formula, ...], Ratio]]:
        """Cases in which the value no longer depends on what is free, each with what it assumes."""
        self.family.space.clock.check()
        inside = [k for k in self.family.free if k in value.support()]
        if not inside:
            yield extra, value
            return
        x = inside[-1]
        slope = value.derivative(x)
        split = self._split(extra, slope, x)
        for case in split:
            yield from self._ends(value, case)
        for case, place in () if split else self._candidates(extra, slope, x):
            try:
                there = self.family.equilibrium.clean(value.substitute(x, place))
            except ZeroDivisionError:
                raise Undecided("a quantity has no value at an end of a range") from None
            yield from self._ends(there, case)

    def _split(self, extra: tuple[Formula, ...], slope: Ratio, x: int) -> list[tuple[Formula, ...]]:
        """Cases for the sign of a factor of the slope that does not depend on `x`; none where the sign of the slope is known."""
        if not slope or len(self._signs(extra, slope.numerator * slope.denominator)) < 2:
            return []
        for f, m in self.ring.factors(slope.numerator * slope.denominator)[1]:
            if m % 2 and not self.ring.degree(f, x):
                signs = self._signs(extra, f)
                if len(signs) == 2:
                    return [(*extra, self.family.typical(Atom(f * s, ">"))) for s in signs]
        return []

    def _candidates(self, extra: tuple[Formula, ...], slope: Ratio, x: int) -> Iterator[tuple[tuple[Formula, ...], Ratio]]:
        """Where in the range of `x` the extreme may be: an end, or where the slope is zero; each with what it assumes."""
        signs = self._signs(extra, slope.numerator * slope.denominator)
        if len(signs) < 2:
            yield from self._bounds(extra, x, self.side if signs == [1] else -self.side)
            return
        for side in (LEAST, GREATEST):
            yield from self._bounds(extra, x, side)
        for f, m in self.ring.factors(slope.numerator)[1]:
            if m % 2 and self.ring.degree(f, x):
                if self.ring.degree(f, x) > 1:
                    raise Undecided("where a quantity is stationary in a free unknown has no closed form")
                b, a = self.ring.coefficients(f, x)
                yield self._inside(extra, x, Ratio(self.ring, -b, a)), Ratio(self.ring, -b, a)

    def _inside(self, extra: tuple[Formula, ...], x: int, place: Ratio) -> tuple[Formula, ...]:
        """That a place lies in the range of `x`."""
        free = self.family.equilibrium.exact_free[self.family.free.index(x)]
        rest = tuple(f for f in extra if not self._mentions(f, x))
        gaps = [place - b for b in free.lower] + [b - place for b in free.upper]
        for f in extra:
            if self._mentions(f, x):
                if not isinstance(f, Atom) or f.op not in (">", ">="):
                    raise Undecided("a case of a free unknown is no inequality")
                gaps.append(Ratio(self.ring, f.polynomial).substitute(x, place))
        return _all((*rest, *(self._at_least(rest, gap) for gap in gaps)))

    def _bounds(self, extra: tuple[Formula, ...], x: int, side: int) -> Iterator[tuple[tuple[Formula, ...], Ratio]]:
        """The cases for which bound of `x` is the tightest on one side, each with what it assumes of the rest."""
        free = self.family.equilibrium.exact_free[self.family.free.index(x)]
        bounds = {1: list(free.upper), -1: list(free.lower)}
        rest = tuple(f for f in extra if not self._mentions(f, x))
        about = [f for f in extra if self._mentions(f, x)]
        for f in about:
            lead, bound = self._bound(f, x)
            signs = self._signs(extra, lead)
            if len(signs) != 1:
                for s in signs:
                    yield from self._bounds((*extra, self.family.typical(Atom(lead * s, ">"))), x, side)
                return
            bounds[-signs[0]].append(bound)
        if about:  # that the chain leaves the range some width is said of its own ends only
            rest = _all((*rest, *(self._at_least(rest, u - b) for u in bounds[1] for b in bounds[-1])))
        for i, b in enumerate(bounds[side]):
            tight = [self._at_least(rest, (other - b) * side) for j, other in enumerate(bounds[side]) if j != i]
            if not tight or self._possible(rest, conjunction(tight)):
                yield _all((*rest, *tight)), b

    def _at_least(self, extra: tuple[Formula, ...], value: Ratio) -> Formula:
        """That a value is not negative, said without the factors whose sign is known."""
        p = value.numerator * value.denominator
        if not p:
            return TRUE
        sign, factors = self.ring.factors(p)
        rest = self.ring.one
        for f, m in factors:
            signs = self._signs(extra, f) if m % 2 else [1]
            sign, rest = (sign * signs[0], rest) if len(signs) == 1 else (sign, rest * f)
        return self.family.typical(conjunction((Atom(rest * sign, ">="),)))

    def _mentions(self, f: Formula, x: int) -> bool:
        return any(self.ring.degree(a.polynomial, x) for a in atoms(f))

    def _bound(self, f: Formula, x: int) -> tuple[Polynomial, Ratio]:
        """The coefficient of `x` in a linear condition, and what `x` is above where that is positive and below where it is negative."""
        if not isinstance(f, Atom) or f.op not in (">", ">=") or self.ring.degree(f.polynomial, x) != 1:
            raise Undecided("a case of a free unknown is not linear in it")
        b, a = self.ring.coefficients(f.polynomial, x)
        return a, Ratio(self.ring, -b, a)
