"""The derivatives of a family's quantities, and the signs that they have over its region, decided by proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deterrence.algebra.formula import FALSE, TRUE, Formula, atoms, conjunction, disjunction
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.region import Region
from deterrence.algebra.simplify import simplified
from deterrence.algebra.smt import OutOfTime, Undecided
from deterrence.algebra.state import State
from deterrence.algebra.system import without_radicals
from deterrence.analysis.families import Family
from deterrence.analysis.statics import Extremes, best, derivative

RISES, FALLS, LEVEL = "+", "-", "0"
MIXED, UNDECIDED, NO_VALUE = "±", "?", "none"
_OPERATORS = {RISES: ">", FALLS: "<", LEVEL: "=="}
_SIGNS = {
    frozenset({RISES}): RISES,
    frozenset({FALLS}): FALLS,
    frozenset({LEVEL}): LEVEL,
    frozenset({RISES, LEVEL}): "0/+",
    frozenset({FALLS, LEVEL}): "0/-",
    frozenset({RISES, FALLS}): MIXED,
    frozenset({RISES, FALLS, LEVEL}): MIXED,
}


@dataclass(frozen=True)
class Case:
    """A value that a quantity, or its extreme, has where a condition on the parameters holds, within the region of the family."""

    where: Formula
    value: Ratio


@dataclass(frozen=True)
class Trend:
    """The derivatives in each case, and where (within the region of the family) they have each of the signs that they have at all."""

    slopes: tuple[Case, ...]
    where: dict[str, Formula]

    @property
    def sign(self) -> str:
        """The one sign, or what the several come to."""
        return _SIGNS[frozenset(self.where)]


class Slopes:
    """How the quantities of one family move with the parameters; `parameters` are those of the family's space, with its time limit."""

    def __init__(self, family: Family, parameters: ParameterSpace) -> None:
        self.family, self.parameters = family, parameters
        self._known: dict[str, bool] = {}

    def is_range(self, value: Ratio) -> bool:
        """Does a quantity depend on what the family leaves free?"""
        return any(k in self.family.free for k in value.support())

    def cases(self, value: Ratio, side: int) -> list[Case]:
        """The least (`side` -1) or greatest (1) value of a quantity, or its only one (0), case by case; raises Undecided."""
        if not side:
            return [Case(TRUE, value)]
        pieces = Extremes(self.family, (), side).pieces(value)
        if len({str(piece.value) for piece in pieces}) == 1:  # some piece holds at every point of the region
            return [Case(TRUE, pieces[0].value)]
        found = (Case(conjunction((self.family.typical(p.conditions), *best(self.family, p, pieces, side))), p.value) for p in pieces)
        return [case for case in found if self._somewhere(case.where)]

    def trend(self, cases: Sequence[Case], variable: int) -> Trend:
        """The derivative with respect to a parameter and its signs; raises Undecided."""
        slopes = _joined(Case(c.where, self._slope(c.value, variable)) for c in cases)
        found: dict[str, Formula] = {}
        doubts: list[Undecided] = []
        for sign, op in _OPERATORS.items():
            parts = [conjunction((c.where, self.family.condition(c.value, op))) for c in slopes]
            try:
                if self._any(parts):
                    found[sign] = disjunction(parts)
            except OutOfTime:
                raise
            except Undecided as why:
                doubts.append(why)
        if doubts and not found.keys() >= {RISES, FALLS}:
            raise doubts[0]
        if not found:
            raise Undecided("the derivative has no value where the family exists")
        return Trend(slopes, found)

    def _slope(self, value: Ratio, variable: int) -> Ratio:
        return self.family.equilibrium.clean(derivative(value, variable, self.family.roots))

    def _any(self, parts: Sequence[Formula]) -> bool:
        """Does one of the conditions hold on an open part of the region? What is not known of one another may still show."""
        doubts: list[Undecided] = []
        for f in parts:
            try:
                if self._somewhere(f):
                    return True
            except OutOfTime:
                raise
            except Undecided as why:
                doubts.append(why)
        if doubts:
            raise doubts[0]
        return False

    def _somewhere(self, f: Formula) -> bool:
        """Does a condition hold on an open part of the region?"""
        if f in (TRUE, FALSE):
            return f == TRUE
        if f.key not in self._known:
            self._known[f.key] = self.family.place(f) is not None
        return self._known[f.key]

    # Regions

    def region(self, f: Formula) -> Region:
        """Where in the region of the family a condition holds, over the space of the solution."""
        e = self.family.equilibrium
        if f == TRUE:
            return e.region
        plain, hidden = self._plain(f)
        joined = conjunction((e.region.formula, plain))
        return Region(e.setting.parameters, joined, tuple(dict.fromkeys((*e.region.hidden, *hidden))))

    def told(self, f: Formula) -> tuple[str, ...]:
        """A condition in the fewest words, given that the family exists."""
        plain, hidden = self._plain(f)
        known = self.family.equilibrium.region.hidden
        shorter = simplified(self.parameters.space, plain, (self.family.region, *known, *hidden))
        return Region(self.parameters, shorter, tuple(dict.fromkeys((*known, *hidden)))).conditions

    def _plain(self, f: Formula) -> tuple[Formula, tuple[Formula, ...]]:
        """A condition without square roots as far as it stays short, and the definitions of the roots that it then speaks of."""
        roots = self.family.roots
        plain = without_radicals(f, State(self.parameters.space, (), roots=roots))
        mentioned = {k for a in atoms(plain) for k in self.family.ring.support(a.polynomial)}
        last = max((n for n, root in enumerate(roots, 1) if root.variable in mentioned), default=0)
        return plain, tuple(root.definition() for root in roots[:last])


def _joined(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Cases with the same value as one; a single one needs no condition."""
    found: dict[str, Case] = {}
    for case in cases:
        key = str(case.value)
        found[key] = Case(disjunction((found[key].where, case.where)), case.value) if key in found else case
    if len(found) == 1:
        return tuple(Case(TRUE, case.value) for case in found.values())
    return tuple(found.values())
