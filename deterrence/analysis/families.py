"""Families of equilibria as sets of points: what can hold in one of them, and where in the space of parameters."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from deterrence.algebra.elimination import eliminated
from deterrence.algebra.formula import FALSE, TRUE, And, Atom, Formula, atoms, conjunction, disjunction, strict
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import QUICK, SAT, UNKNOWN, UNSAT, Clock, OutOfTime, Undecided
from deterrence.algebra.solving import Tally, solutions
from deterrence.algebra.space import Space
from deterrence.algebra.state import Root, State, pieces
from deterrence.algebra.system import Branch, finished
from deterrence.solution import Equilibrium

MOST_CASES = 256
FEW_STEPS, MOST_STEPS = 60, 400
NO_ANSWER = "the solver for nonlinear arithmetic gave no answer in its time"


class OutOfSteps(Undecided):
    """A projection that would take too many cases."""


@dataclass
class Steps(Clock):
    """A clock that also counts how often it is looked at, which unlike seconds is the same in every run."""

    left: int = 0

    def check(self) -> None:
        """Raise OutOfSteps when the steps are up, OutOfTime when the time is."""
        self.left -= 1
        if self.left < 0:
            raise OutOfSteps("a choice of what is free has too many cases")
        super().check()


@dataclass(frozen=True)
class Place:
    """The points of the parameters and of a family's unknowns that satisfy all `formulas`; those `within` some more are generic ones."""

    family: Family
    formulas: tuple[Formula, ...]
    within: tuple[Formula, ...] = ()


def typical(space: Space, f: Formula) -> Formula:
    """A condition on the parameters alone as it reads at generic points: strict, and no equation holds."""
    if not space.generic:
        return f
    if isinstance(f, Atom):
        if f.polynomial.is_constant():
            return conjunction((f,))
        return FALSE if f.op == "==" else TRUE if f.op == "!=" else strict(f)
    join = conjunction if isinstance(f, And) else disjunction
    return join(typical(space, p) for p in f.parts)


def patient(space: Space, formulas: Sequence[Formula], effort: int | None) -> str:
    """Can the formulas hold? Asked with little effort first: what the solver does not find soon it may find when asked again."""
    answer = space.smt.check(formulas, QUICK)
    return space.smt.check(formulas, effort) if answer == UNKNOWN and effort != QUICK else answer


class Family:
    """One family of a solution over a space: the points of the parameters with the choices that the family leaves free.

    In a generic space, conditions that hold on surfaces of the parameter space only are neglected. `effort` limits each question
    put to the solver; without it they have the time that the space allows.
    """

    def __init__(self, space: Space, equilibrium: Equilibrium, effort: int | None = None) -> None:
        self.space, self.equilibrium, self.ring, self.effort = space, equilibrium, space.ring, effort
        self.free = tuple(space.ring.index[f.name] for f in equilibrium.exact_free)
        self.roots = equilibrium.roots
        self._state = State(space, (), roots=equilibrium.roots)

    @cached_property
    def roots_defined(self) -> tuple[Formula, ...]:
        """What defines the roots."""
        return tuple(root.definition() for root in self.roots)

    @cached_property
    def region(self) -> Formula:
        """Where in the parameter space the family exists."""
        return self.typical(self.equilibrium.region.formula)

    # Formulas

    def condition(self, value: Ratio, op: str) -> Formula:
        """The condition `value OP 0`, which does not hold where the value is not defined."""
        value = Ratio(self.ring, self._state.reduce(value.numerator), self._state.reduce(value.denominator))
        if op in ("<", "<="):
            value, op = -value, {"<": ">", "<=": ">="}[op]
        if not value:
            return FALSE if op in (">", "!=") else TRUE
        parts = [self.space.compare(value, op)]
        if not self.space.parametric(value.denominator):
            parts.append(self.space.atom(value.denominator, "!="))
        return self.typical(conjunction(parts))

    def typical(self, f: Formula) -> Formula:
        """A formula as it reads at generic points: no equation in the parameters alone holds there."""
        if not self.space.generic:
            return f
        if isinstance(f, Atom):
            return self._typical_atom(f)
        join = conjunction if isinstance(f, And) else disjunction
        return join(self.typical(p) for p in f.parts)

    def _typical_atom(self, f: Atom) -> Formula:
        support = self.ring.support(f.polynomial)
        if self.space.parametric(f.polynomial):
            return typical(self.space, f)
        if any(k in self.free for k in support):
            return self._reduced_equation(f) if f.op == "==" else f
        p = self._state.reduce(f.polynomial)
        if f.op == ">" or not any(root.variable in support for root in self.roots):
            return f
        inside = [root for root in self.roots if root.variable in support]
        if len(inside) == 1 and self._generically_nonzero(p, inside[0]):
            return typical(self.space, f)
        return self._decided_for_roots(f)

    def _reduced_equation(self, f: Atom) -> Formula:
        """An equation without those of its factors that vanish on a surface at most."""
        if not f.polynomial:
            return TRUE
        product = self.ring.one
        for g, _ in self.ring.factors(f.polynomial)[1]:
            if not self.space.parametric(g):
                product = product * g
        return conjunction((Atom(product, "=="),))

    def _generically_nonzero(self, p: Polynomial, root: Root) -> bool:
        """Does `p` vanish at the root on a surface at most? Then it shares no factor with the root's polynomial."""
        if not all(k in self.space.parameters or k == root.variable for k in self.ring.support(root.polynomial)):
            return False
        return bool(p.resultant(root.polynomial, f"x{root.variable}"))

    def _decided_for_roots(self, f: Atom) -> Formula:
        """An atom on roots that may vanish identically."""
        if f.op == ">=":
            return f
        always, never = (TRUE, FALSE) if f.op == "==" else (FALSE, TRUE)
        for op, verdict in (("!=", always), ("==", never)):
            if self.check((*self.roots_defined, Atom(f.polynomial, op))) == UNSAT:
                return verdict
        raise Undecided("whether a combination of roots vanishes could not be told")

    # Ranges of what is free

    def ranges(self, variables: Iterable[int]) -> tuple[Formula, ...]:
        """That these unknowns lie in their ranges."""
        out: list[Formula] = []
        wanted = set(variables)
        for f, k in zip(self.equilibrium.exact_free, self.free, strict=True):
            if k in wanted:
                x = Ratio(self.ring, self.ring.variables[k])
                out += [self.condition(x - b, ">=" if f.closed[0] else ">") for b in f.lower]
                out += [self.condition(b - x, ">=" if f.closed[1] else ">") for b in f.upper]
        return tuple(out)

    def involved(self, formulas: Iterable[Formula]) -> tuple[int, ...]:
        """The free unknowns that bear on the formulas: those in them, and those in the ranges of these.

        The others may be left out, since whatever is chosen before them leaves them a range that is not empty.
        """
        wanted = {k for f in formulas for a in atoms(f) for k in self.ring.support(a.polynomial)}
        for f, k in reversed(list(zip(self.equilibrium.exact_free, self.free, strict=True))):
            if k in wanted:
                wanted.update(j for bound in (*f.lower, *f.upper) for j in bound.support())
        return tuple(k for k in self.free if k in wanted)

    # Decisions

    def check(self, formulas: Sequence[Formula]) -> str:
        """Can all formulas hold somewhere in the interior of the domain?"""
        return patient(self.space, (self.space.interior, *formulas), self.effort)

    def all_of(self, *formulas: Formula) -> tuple[Formula, ...]:
        """The family with some more formulas, for the SMT solver."""
        free = self.ranges(self.involved(formulas))
        return (*self.roots_defined, self.region, *free, *formulas)

    def place(self, *formulas: Formula) -> Place | None:
        """Points where the family exists and the formulas hold, if there are any at generic parameters; raises Undecided."""
        everything = self.all_of(*formulas)
        answer = UNSAT if FALSE in everything else self.check(everything)
        if answer == UNSAT:
            return None
        if answer == UNKNOWN and not (self.space.generic and self.involved(formulas)):
            raise Undecided(NO_ANSWER)
        if not self.space.generic:
            return Place(self, (self.space.interior, *everything))
        solid = (*map(self._solid, self.roots_defined), *(self._open(f) for f in everything if f not in self.roots_defined))
        if FALSE not in solid and self.check(solid) == SAT:
            return Place(self, (self.space.interior, *solid))
        try:
            branches = self.projections(*formulas)
        except OutOfTime:
            raise
        except Undecided:
            branches = self.partly(*formulas)
            if not branches:
                raise
        if not branches:
            return None
        return Place(self, (self.space.interior, *everything), (strict(branches[0].conditions), *definitions(self.space, branches[0])))

    def _solid(self, definition: Formula) -> Formula:
        """A root where it moves continuously with the parameters: it is no multiple one."""
        if not isinstance(definition, And):
            return definition
        root = next(r for r in self.roots if r.definition() == definition)
        return conjunction((definition, Atom(root.polynomial.derivative(f"x{root.variable}"), "!=")))

    def _open(self, f: Formula) -> Formula:
        """A formula that holds on an open set wherever it holds, and implies the given one."""
        if isinstance(f, Atom):
            return FALSE if f.op == "==" else strict(f)
        join = conjunction if isinstance(f, And) else disjunction
        return join(self._open(p) for p in f.parts)

    def projections(self, *formulas: Formula) -> list[Branch]:
        """The sets of parameters at which some choice of what is free meets the formulas; raises Undecided where one is not found."""
        with self.limited_steps():
            states = [s for case in self._cases(conjunction(formulas)) for s in eliminated(self._state_of(case), Tally())]
        return [branch for state in states if (branch := self._solid_branch(state)) is not None]

    def partly(self, *formulas: Formula) -> list[Branch]:
        """Some of the parameters at which a choice of what is free meets the formulas: those where an end or the middle of each range does."""
        states: list[State] = []
        with contextlib.suppress(OutOfSteps), self.limited_steps():
            for case in self._cases(conjunction(formulas)):
                states.extend(self._settled(self._state_of(case)))
        return [branch for state in states if (branch := self._solid_branch(state)) is not None]

    @contextlib.contextmanager
    def limited_steps(self) -> Iterator[None]:
        """Limits how many cases are looked into, since what is free may be split into ever more."""
        clock = self.space.clock
        self.space.clock = Steps(clock.limit, clock.question, clock.started, MOST_STEPS if self.effort is None else FEW_STEPS)
        try:
            yield
        finally:
            self.space.clock = clock

    def _state_of(self, case: tuple[Formula, ...]) -> State:
        free = self.involved(case)
        state = State(self.space, free, roots=self.roots).assume(self.region, *self.ranges(free))
        equations = [f.polynomial for f in case if isinstance(f, Atom) and f.op == "=="]
        return state.require(*equations).assume(*(f for f in case if not (isinstance(f, Atom) and f.op == "==")))

    def _settled(self, state: State) -> Iterator[State]:
        """The state with its first free unknown put at an end or in the middle of its range, and so on until none is left."""
        self.space.clock.check()
        left = [k for k in self.free if k in state.unknowns]
        if not left:
            yield from solutions(state, Tally())
            return
        f = self.equilibrium.exact_free[self.free.index(left[0])]
        for low, high in itertools.product(f.lower, f.upper):
            for value in (low, high, (low + high) / 2):
                for k, known in state.values.items():
                    value = value.substitute(k, known)
                for case in pieces([state.put(left[0], value)]):
                    yield from self._settled(case)

    def _solid_branch(self, state: State) -> Branch | None:
        branch = finished(state)
        if branch is None:
            return None
        conditions = self.typical(branch.conditions)
        if conditions != branch.conditions and not self.space.certain((strict(conditions), *definitions(self.space, branch))):
            return None
        return Branch(branch.values, branch.limits, branch.roots, conditions)

    def _cases(self, f: Formula) -> list[tuple[Formula, ...]]:
        """Conjunctions whose disjunction is the formula; parts on the parameters alone stay whole."""
        if isinstance(f, Atom) or all(self.space.parametric(a.polynomial) for a in atoms(f)):
            return [] if f == FALSE else [(f,)]
        parts = [self._cases(p) for p in f.parts]
        if not isinstance(f, And):
            return [case for cases in parts for case in cases]
        out: list[tuple[Formula, ...]] = [()]
        for cases in parts:
            out = [(*left, *right) for left in out for right in cases]
            if len(out) > MOST_CASES:
                raise Undecided(f"a condition of more than {MOST_CASES} cases")
        return out


def definitions(space: Space, branch: Branch) -> tuple[Formula, ...]:
    """What defines the roots that the conditions of a branch speak of, or on whose existence it depends."""
    plain = all(root.radicand is not None for root in branch.roots) and all(space.parametric(a.polynomial) for a in atoms(branch.conditions))
    return () if plain else tuple(root.definition() for root in branch.roots)
