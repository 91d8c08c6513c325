"""The least and the greatest value of a quantity over what a family leaves free, as lines of a program."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from deterrence.algebra.formula import And, Atom, Formula, conjunction, disjunction
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.smt import Undecided
from deterrence.analysis.families import Family
from deterrence.analysis.statics import GREATEST, LEAST, Extremes
from deterrence.analysis.tape import Places, Tape
from deterrence.solution import Free

OPERATION = {LEAST: "least", GREATEST: "most"}
_MOST_CORNERS = 256
_FEW = 3  # unknowns left free: with more of them the cases of a quantity may take long to find


class Extent:
    """The ends of quantities in one family, for whose unknowns `places` has the lines of those that are not left free."""

    def __init__(self, tape: Tape, family: Family, places: Places) -> None:
        self.tape, self.family, self.places = tape, family, dict(places)
        self.free = {k: f for k, f in zip(family.free, family.equilibrium.exact_free, strict=True) if k not in self.places}

    def depends(self, value: Ratio) -> bool:
        """Does a quantity depend on what is left free?"""
        return any(k in self.free for k in value.support())

    def ends(self, value: Ratio, thorough: bool = True) -> tuple[int, int]:
        """The lines of the least and the greatest value; raises Undecided where these are not found, or were not looked for case by case."""
        corners = self._corners(value)
        if corners is not None:
            lines = [self.tape.ratio(value, {**self.places, **corner}) for corner in corners]
            return self._extreme(LEAST, lines), self._extreme(GREATEST, lines)
        if not thorough and len(self.free) > _FEW:
            raise Undecided("its range depends on other choices; ask for it in of=[...]")
        return self._piecewise(value, LEAST), self._piecewise(value, GREATEST)

    def _extreme(self, side: int, lines: list[int]) -> int:
        out = lines[0]
        for k in dict.fromkeys(lines[1:]):
            out = out if k == out else self.tape.line(OPERATION[side], out, k)
        return out

    def _corners(self, value: Ratio) -> list[dict[int, int]] | None:
        """The corners of the ranges where these do not depend on each other and the quantity is linear in each unknown: there its ends lie."""
        inside = [k for k in self.free if k in value.support()]
        ring = value.ring
        if 2 ** len(inside) > _MOST_CORNERS or any(ring.degree(value.denominator, k) or ring.degree(value.numerator, k) > 1 for k in inside):
            return None
        if any(j in self.free for k in inside for b in (*self.free[k].lower, *self.free[k].upper) for j in b.support()):
            return None
        ends = [[(k, line) for line in self._range(self.free[k])] for k in inside]
        return [dict(corner) for corner in itertools.product(*ends)]

    def _range(self, free: Free) -> Iterator[int]:
        for side, bounds in ((GREATEST, free.lower), (LEAST, free.upper)):
            yield self._extreme(side, [self.tape.ratio(b, self.places) for b in bounds])

    def _piecewise(self, value: Ratio, side: int) -> int:
        """The most extreme of the values that hold at a point, of which the algebra finds one for each case."""
        nan = self.tape.constant(float("nan"))
        lines = []
        for piece in Extremes(self.family, (), side).pieces(value):
            there = self.tape.formula(_weak(piece.conditions), self.family.ring, self.places)
            lines.append(self.tape.line("select", there, self.tape.ratio(piece.value, self.places), nan))
        return self._extreme(side, lines) if lines else nan


def _weak(f: Formula) -> Formula:
    """The formula with its edges: values are continuous, so that nothing is lost there."""
    if isinstance(f, Atom):
        return conjunction(()) if f.op == "!=" else Atom(f.polynomial, ">=") if f.op == ">" else f
    join = conjunction if isinstance(f, And) else disjunction
    return join(_weak(p) for p in f.parts)
