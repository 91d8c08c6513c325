"""Where some equilibrium is as a claim says: the union of what each family contributes, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from deterrence.algebra.formula import FALSE, TRUE, And, Atom, Formula, atoms, conjunction, disjunction, negation
from deterrence.algebra.smt import QUICK, SAT, UNKNOWN, UNSAT, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.system import Branch
from deterrence.analysis.families import NO_ANSWER, Family, definitions, patient, typical
from deterrence.analysis.meaning import Meaning


class Union:
    """The parameters within a target where some family has an equilibrium as wanted; `doubts` says what may be missing."""

    def __init__(self, space: Space, target: tuple[Formula, ...], meanings: Sequence[Meaning]) -> None:
        self.space, self.target, self.meanings = space, target, meanings
        self.parts: list[Formula] = []
        self.hidden: list[Formula] = []  # parts that speak of more than parameters, and of what
        self.variables: list[int] = []
        self.doubts: list[str] = []
        for meaning in meanings:
            self._add(meaning)

    def _add(self, meaning: Meaning) -> None:
        """Add where a family has such an equilibrium."""
        family = meaning.family
        try:
            wanted = (*self.target, meaning.holds)
            whole = conjunction((family.region, *wanted))
            if self.space.generic and all(self.space.parametric(a.polynomial) for a in atoms(whole)):
                self.parts.append(whole)
                return
            answer = UNSAT if whole == FALSE else family.check(family.all_of(*wanted))
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
            roots = definitions(self.space, branch)
            if roots:
                self._hide((*roots, branch.conditions), [root.variable for root in branch.roots])
            else:
                self.parts.append(branch.conditions)

    def _branches(self, family: Family, wanted: tuple[Formula, ...]) -> list[Branch]:
        try:
            return family.projections(*wanted)
        except OutOfTime:
            raise
        except Undecided as why:
            self.doubts.append(f"{family.equilibrium.name}: {why}")
        self._hide(family.all_of(*wanted), family.involved(wanted), [root.variable for root in family.roots])
        return family.partly(*wanted)

    def _hide(self, formulas: tuple[Formula, ...], *variables: Sequence[int]) -> None:
        """Add where some values of variables that are no parameters meet the formulas."""
        self.hidden.append(conjunction(formulas))
        self.variables += [k for each in variables for k in each if k not in self.variables]

    def uncovered(self) -> tuple[Formula, ...]:
        """The points of the target outside every part that speaks of parameters alone, as formulas."""
        return (self.space.interior, *self.target, *(typical(self.space, negation(p)) for p in self.parts))

    def left_over(self, complete: bool) -> tuple[Formula, ...] | None:
        """Points of the target that are in no part, as formulas; None where there are surely none. Raises Undecided.

        In finite games every point has an equilibrium. So, if the families are all there are, a point that is in no part is in the
        region of one of them, and family by family the question is often easier.
        """
        left, effort = self.uncovered(), self.meanings[0].family.effort if self.meanings else None
        if FALSE in left:
            return None
        if self.hidden and self.space.smt.escapes(left, sorted(self.variables), [disjunction(self.hidden)], effort) == UNSAT:
            return None
        answer = self.space.smt.check(left, QUICK)
        if answer == UNKNOWN:
            answers = {}
            for family in (meaning.family for meaning in self.meanings if meaning.holds != TRUE):
                within = (*family.roots_defined, family.region, *left)
                answers[within] = family.check(within)
                if answers[within] == SAT:
                    return within
            if complete and UNKNOWN not in answers.values():
                return None
            answer = patient(self.space, left, effort)
        if answer == UNKNOWN:
            raise Undecided(NO_ANSWER)
        return left if answer == SAT else None

    def surely_fails_around(self, point: Mapping[int, Fraction]) -> bool:
        """Is no equilibrium as wanted at this point, nor at any point near it?

        With weak conditions for strict ones, the equilibria of a family as wanted make a closed set; what is not met by any at the point is
        not met near it either, since what is free is bounded. Where every part is known, being outside all of them is enough.
        """
        if not self.doubts and not self.hidden:
            return True
        ring = self.space.ring
        here = [Atom(ring.variables[k] - ring.constant(v), "==") for k, v in point.items()]
        for meaning in self.meanings:
            try:
                formulas = [_closed(f) for f in meaning.family.all_of(meaning.holds)]
            except Undecided:
                return False
            if self.space.smt.check((*here, *formulas)) != UNSAT:
                return False
        return True


def _closed(f: Formula) -> Formula:
    """The formula with weak conditions for strict ones."""
    if isinstance(f, Atom):
        return TRUE if f.op == "!=" else Atom(f.polynomial, ">=") if f.op == ">" else f
    join = conjunction if isinstance(f, And) else disjunction
    return join(_closed(p) for p in f.parts)
