"""Where some equilibrium is as a claim says: the union of what each family contributes, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from deterrence.algebra.formula import FALSE, TRUE, And, Atom, Formula, conjunction, disjunction, negation
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import UNKNOWN, UNSAT, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.state import Root
from deterrence.algebra.system import Branch
from deterrence.analysis.families import EFFORT, NO_ANSWER, Family, typical
from deterrence.analysis.meaning import Meaning


class Union:
    """The parameters within a target where some family has an equilibrium as wanted; `doubts` says what may be missing."""

    def __init__(self, space: Space, target: tuple[Formula, ...], meanings: Sequence[Meaning]) -> None:
        self.space, self.target, self.meanings = space, target, meanings
        self.parts: list[Formula] = []
        self.implicit: list[Branch] = []
        self.doubts: list[str] = []
        for meaning in meanings:
            self._add(meaning)

    def _add(self, meaning: Meaning) -> None:
        """Add where a family has such an equilibrium."""
        family = meaning.family
        try:
            wanted = (*self.target, meaning.holds)
            answer = UNSAT if FALSE in wanted else family.check(family.all_of(*wanted))
            if answer == UNSAT:
                return
            if answer == UNKNOWN and not (self.space.generic and family.involved(wanted)):
                raise Undecided(NO_ANSWER)
            if not self.space.generic:
                self.parts.append(TRUE)
                return
            branches = self._branches(family, wanted)
        except OutOfTime:
            raise
        except Undecided as why:
            self.doubts.append(f"{family.equilibrium.name}: {why}")
            return
        for branch in branches:
            if any(root.radicand is None for root in branch.roots):
                self.implicit.append(branch)
            else:
                self.parts.append(branch.conditions)

    def _branches(self, family: Family, wanted: tuple[Formula, ...]) -> list[Branch]:
        try:
            return family.projections(*wanted)
        except OutOfTime:
            raise
        except Undecided as why:
            self.doubts.append(f"{family.equilibrium.name}: {why}")
            return family.partly(*wanted)

    def uncovered(self) -> tuple[Formula, ...]:
        """The points of the target outside every part, as formulas."""
        return (self.space.interior, *self.target, *(typical(self.space, negation(p)) for p in self.parts))

    def covers(self) -> bool:
        """Is every generic point of the target in the union? Raises Undecided where that cannot be told at all."""
        if self._nothing_left():
            return True
        for branch in self.implicit:
            part = existence(self.space, branch, self.uncovered())
            if part is None:
                self.doubts.append("where an implicit root exists could not be told")
            else:
                self.parts.append(part)
        return bool(self.implicit) and self._nothing_left()

    def _nothing_left(self) -> bool:
        left = self.uncovered()
        answer = UNSAT if FALSE in left else self.space.smt.check(left, EFFORT)
        if answer == UNKNOWN:
            raise Undecided(NO_ANSWER)
        return answer == UNSAT

    def surely_fails_around(self, point: Mapping[int, Fraction]) -> bool:
        """Is no equilibrium as wanted at this point, nor at any point near it?

        With weak conditions for strict ones, the equilibria of a family as wanted make a closed set; what is not met by any at the point is
        not met near it either, since what is free is bounded. Where every part is known, being outside all of them is enough.
        """
        if not self.doubts and not self.implicit:
            return True
        ring = self.space.ring
        here = [Atom(ring.variables[k] - ring.constant(v), "==") for k, v in point.items()]
        for meaning in self.meanings:
            try:
                formulas = [_closed(f) for f in meaning.family.all_of(meaning.holds)]
            except Undecided:
                return False
            if self.space.smt.check((*here, *formulas), EFFORT) != UNSAT:
                return False
        return True


def _closed(f: Formula) -> Formula:
    """The formula with weak conditions for strict ones."""
    if isinstance(f, Atom):
        return TRUE if f.op == "!=" else Atom(f.polynomial, ">=") if f.op == ">" else f
    join = conjunction if isinstance(f, And) else disjunction
    return join(_closed(p) for p in f.parts)


def existence(space: Space, branch: Branch, among: tuple[Formula, ...]) -> Formula | None:
    """A condition on the parameters under which a branch with one implicit root has a solution, valid among the given points.

    A polynomial that has opposite signs at two ends has a root between them (Bolzano); that the root is the one meant, and meets
    the conditions, is then asked of the solver. None where that does not do.
    """
    roots = [root for root in branch.roots if root.radicand is None]
    if len(roots) != 1:
        return None
    root = roots[0]
    meant = (root.definition(), branch.conditions)
    x = Ratio(space.ring, space.ring.variables[root.variable])
    for low, high in _ends(space, conjunction(meant), root):
        signs = [_at(root.polynomial, root, end) for end in (low, high)]
        opposite = space.compare(-(signs[0] * signs[1]), ">")
        between = (Atom(root.polynomial, "=="), space.compare(x - low, ">"), space.compare(high - x, ">"))
        if space.smt.check((*among, opposite, *between, negation(conjunction(meant))), EFFORT) == UNSAT:
            return typical(space, opposite)
    return None


def _at(p: Polynomial, root: Root, end: Ratio) -> Ratio:
    return Ratio(end.ring, p).substitute(root.variable, end)


def _ends(space: Space, f: Formula, root: Root) -> list[tuple[Ratio, Ratio]]:
    """Pairs of ends that linear conditions set to the root."""
    ring = space.ring
    lower: list[Ratio] = []
    upper: list[Ratio] = []
    for part in f.parts if isinstance(f, And) else (f,):
        if isinstance(part, Atom) and part.op in (">", ">=") and ring.degree(part.polynomial, root.variable) == 1:
            b, a = ring.coefficients(part.polynomial, root.variable)
            side = {1: lower, -1: upper}.get(space.sign(a) or 0)
            if side is not None:
                side.append(Ratio(ring, -b, a))
    return [(low, high) for low in lower for high in upper]
