"""Systems whose equations can be solved one after the other, each linear or quadratic in an unknown: closed forms, and where they hold.

Questions are asked in the unknowns themselves, before any square root takes their place: which root of `a*x**2 + b*x + c` is meant is said by the
sign of `2*a*x + b` there. Such questions are of a far lower degree than those about the solutions in closed form.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from deterrence.algebra.feasibility import feasible, parts
from deterrence.algebra.formula import FALSE, TRUE, Atom, Formula, atoms, conjunction, strict
from deterrence.algebra.overdetermined import overdetermined
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.roots import square_part, with_radical
from deterrence.algebra.smt import QUICK, OutOfTime, Undecided
from deterrence.algebra.solving import Tally
from deterrence.algebra.space import Space
from deterrence.algebra.state import State
from deterrence.algebra.system import Branch, System, without_radicals
from deterrence.algebra.witnesses import feasible_somewhere

MOST_EQUATIONS = 12
MOST_TERMS = 20_000  # of a product of two equations, when an unknown is eliminated
# More terms than these under a square root, roots among them, make formulas of pages.
LARGEST_NESTED = 30
LARGEST_QUESTION = 1000  # terms in all conditions
LARGEST_WHOLE = 100  # terms of a system in which a contradiction is looked for at once


class NoClosedForm(Undecided):
    """The equations cannot be solved step by step."""

    def __init__(self) -> None:
        super().__init__("the equations for the unknowns have no closed form that could be found; at a point they are solved exactly")


class Step(NamedTuple):
    """An equation of degree one or two in an unknown, the others in it being known by then."""

    equation: Polynomial
    variable: int


class Choice(NamedTuple):
    """Steps with the root chosen at each (0 where there is one only), and what holds of the unknowns there."""

    steps: tuple[Step, ...]
    signs: tuple[int, ...]
    facts: tuple[Formula, ...]


def closed_forms(system: System, tally: Tally) -> Iterator[Branch]:
    """All branches of the solutions of a system with as many equations as unknowns, at generic points of the space.

    Raises `Undecided`, after those that were found, where the equations have no such solution step by step, or a question is too hard.
    """
    try:
        yield from _branches(system, tally)
    except OutOfTime:
        raise
    except Undecided:  # asked last: most systems are solved before this would be answered
        whole = typical_of(system.space, (*_vanish(system.equations), *system.conditions))
        if _terms(whole) > LARGEST_WHOLE or feasible(system.space, whole) is not False:
            raise


def _terms(formulas: Iterable[Formula]) -> int:
    return sum(len(a.polynomial) for f in formulas for a in atoms(f))


def _branches(system: System, tally: Tally) -> Iterator[Branch]:
    space = system.space
    plain, groups = parts(space, (*_vanish(system.equations), *system.conditions))
    typical = conjunction(map(space.typical, plain))
    if typical == FALSE:
        return
    separate = [list(_choices(_part(system, group), typical, tally)) for group in groups]
    why: Undecided | None = None
    for chosen in itertools.product(*separate):
        try:
            branch = _joined(system, chosen, typical, tally)
        except OutOfTime:
            raise
        except Undecided as reason:
            why = reason
            continue
        if branch is not None:
            yield branch
    if why is not None:
        raise why


def typical_of(space: Space, formulas: Iterable[Formula]) -> list[Formula]:
    """Formulas as they read at generic points."""
    return [space.typical(f) for f in formulas]


def _vanish(equations: Iterable[Polynomial]) -> list[Formula]:
    return [Atom(p, "==") for p in equations]


def _part(system: System, group: Sequence[Formula]) -> System:
    """The system of the unknowns of one part."""
    ring = system.space.ring
    met = {k for f in group for a in atoms(f) for k in ring.support(a.polynomial)}
    equations = tuple(p for p in system.equations if met.intersection(ring.support(p)).intersection(system.unknowns))
    conditions = tuple(f for f in group if not (isinstance(f, Atom) and f.op == "=="))
    return System(system.space, tuple(k for k in system.unknowns if k in met), equations, conditions)


def _choices(system: System, plain: Formula, tally: Tally) -> Iterator[Choice]:
    for case in _cases(system, plain, (), tally):
        yield from case.choices()


def _cases(system: System, plain: Formula, postponed: tuple[Step, ...], tally: Tally) -> Iterator[_Case]:
    """A case for each choice of one factor of every equation; factors that cannot vanish are left out."""
    space, factors = system.space, []
    positive = State(space, (), conditions=system.conditions).positive()
    for p in system.equations:
        reduced = space.atom(p, "==", positive)
        found = [f for a in atoms(reduced) for f, _ in space.ring.factors(a.polynomial)[1]]
        factors.append([(f, found[:n]) for n, f in enumerate(found)])
    for chosen in itertools.product(*factors):
        if any(space.parametric(f) for f, _ in chosen):
            tally.knife_edge += 1
            continue
        apart = [Atom(g, "!=") for _, earlier in chosen for g in earlier if not space.parametric(g)]
        equations = {str(f): f for f, _ in chosen}
        part = replace(system, equations=tuple(equations.values()), conditions=(*system.conditions, *apart))
        yield _Case(part, plain, postponed, tally)


@dataclass(frozen=True)
class _Case:
    """Irreducible equations, and those put off until the unknowns in their coefficients are known."""

    system: System
    plain: Formula
    postponed: tuple[Step, ...]
    tally: Tally

    @cached_property
    def facts(self) -> tuple[Formula, ...]:
        """What holds of the unknowns."""
        later = [s.equation for s in self.postponed]
        return (self.plain, *_vanish((*self.system.equations, *later)), *typical_of(self.system.space, self.system.conditions))

    def choices(self) -> Iterator[Choice]:
        """The steps by which the equations are solved, with every choice of roots that may meet the conditions."""
        space = self.system.space
        space.clock.check()
        if feasible(space, self.facts) is False:
            return
        steps, left = self._univariate()
        if left:
            for case in self._eliminated(left, [s.variable for s in steps]):
                yield from case.choices()
            return
        steps += self.postponed
        if {s.variable for s in steps} != set(self.system.unknowns):
            raise NoClosedForm
        leads = [(step, space.ring.coefficients(*step)[-1]) for step in steps]
        doubtful = [(step, a) for step, a in leads if self._may_vanish(a)]
        for step, a in doubtful:
            for case in self._degenerate(step, a):
                yield from case.choices()
        facts = (*self.facts, *(Atom(a, "!=") for _, a in doubtful))
        for signs, more in self._descend(steps, State(space, self.system.unknowns), facts):
            yield Choice(tuple(steps), signs, more)

    def _univariate(self) -> tuple[list[Step], list[Polynomial]]:
        """The equations that can be solved one after the other, and the others."""
        ring, left, steps = self.system.space.ring, sorted(self.system.equations, key=len), list[Step]()
        while True:
            known = [s.variable for s in steps]
            ready = ((p, self._open(p, known)) for p in left)
            found = next((Step(p, xs[0]) for p, xs in ready if len(xs) == 1 and ring.degree(p, xs[0]) <= 2), None)
            if found is None:
                return steps, left
            left.remove(found.equation)
            steps.append(found)

    def _open(self, p: Polynomial, known: Sequence[int]) -> list[int]:
        return [k for k in self.system.space.ring.support(p) if k in self.system.unknowns and k not in known]

    def _eliminated(self, left: list[Polynomial], known: Sequence[int]) -> Iterator[_Case]:
        """The cases after an equation that is linear in an unknown has been put off and the unknown taken out of the others."""
        ring = self.system.space.ring
        choices = [Step(p, x) for p in left for x in self._open(p, known) if ring.degree(p, x) == 1]
        simple = [c for c in choices if len(self._open(ring.coefficients(*c)[1], known)) <= 1]
        if not simple:
            raise NoClosedForm
        chosen = min(simple, key=lambda c: (len(c.equation), c.variable))
        b, a = ring.coefficients(*chosen)
        if self._may_vanish(a):
            yield from self._degenerate(chosen, a)
        others = [p for p in self.system.equations if p is not chosen.equation]
        if any(len(p) * len(chosen.equation) > MOST_TERMS for p in others):
            raise NoClosedForm
        rest = [ring.substitute(p, chosen.variable, Ratio(ring, -b, a))[0] for p in others]
        if not all(rest):
            raise NoClosedForm
        fewer = replace(self.system, equations=tuple(rest))
        yield from _cases(fewer, self.plain, (chosen, *self.postponed), self.tally)

    def _may_vanish(self, a: Polynomial) -> bool:
        """May a coefficient vanish, and not on a surface of the parameter space only?"""
        space = self.system.space
        return not space.parametric(a) and feasible(space, (*self.facts, Atom(a, "=="))) is not False

    def _degenerate(self, step: Step, a: Polynomial) -> Iterator[_Case]:
        """The cases in which the first coefficient of an equation vanishes, and so does the rest of it."""
        ring, system = self.system.space.ring, self.system
        rest = step.equation - a * ring.variables[step.variable] ** ring.degree(step.equation, step.variable)
        others = [p for p in (*system.equations, *(s.equation for s in self.postponed)) if p is not step.equation]
        equations = (*others, a, *([rest] if rest else []))
        if len(equations) > MOST_EQUATIONS:
            raise NoClosedForm
        if not overdetermined(system.space, equations):
            yield from _cases(replace(system, equations=equations), self.plain, (), self.tally)

    def _descend(self, steps: Sequence[Step], state: State, facts: tuple[Formula, ...]) -> Iterator[tuple[tuple[int, ...], tuple[Formula, ...]]]:
        """Every choice of roots, with what is known of the unknowns there."""
        if not steps:
            yield (), facts
            return
        for sign, solved, fact in roots(state, steps[0]):
            if not fact or feasible(self.system.space, (*facts, *fact)) is not False:
                for signs, more in self._descend(steps[1:], solved, (*facts, *fact)):
                    yield (sign, *signs), more


def roots(state: State, step: Step) -> Iterator[tuple[int, State, tuple[Formula, ...]]]:
    """The roots of an equation: the sign before its square root (or 0), the state with it put in, and what tells it from the other.

    With `N/D` for the equation once the earlier solutions are put in, its unknown is `(-B + sign*s*sqrt(d))/(2*A)` where `B**2 - 4*A*C == s**2*d`.
    """
    ring = state.space.ring
    value = Ratio(ring, step.equation)
    for k, known in state.values.items():
        value = value.substitute(k, known)
    coefficients = ring.coefficients(state.reduce(value.numerator), step.variable)
    if len(coefficients) == 2:
        yield 0, state.put(step.variable, Ratio(ring, -coefficients[0], coefficients[1])), ()
    elif len(coefficients) == 3:
        yield from _square_roots(state, step, coefficients, value.denominator)
    else:
        raise NoClosedForm


def _square_roots(
    state: State, step: Step, coefficients: Sequence[Polynomial], denominator: Polynomial
) -> Iterator[tuple[int, State, tuple[Formula, ...]]]:
    """The two roots of a quadratic equation."""
    (c, b, a), ring, space = coefficients, state.space.ring, state.space
    outside, radicand = square_part(ring, state.reduce(b**2 - 4 * a * c))
    if not radicand:
        raise Undecided("an equation for an unknown has a double root")
    if len(radicand) > LARGEST_NESTED and not space.parametric(radicand):
        raise NoClosedForm
    state, w = (state, ring.one) if radicand.is_one() else with_radical(state, radicand)
    _, b0, a0 = ring.coefficients(*step)
    middle, side = 2 * a0 * ring.variables[step.variable] + b0, outside * denominator
    for sign in (-1, 1):
        fact: tuple[Formula, ...] = (Atom(sign * middle * side, ">"),)
        if not space.parametric(side):
            exactly = 2 * a * ring.variables[step.variable] + b - sign * outside * w
            fact = (Atom(exactly, "=="), *(r.definition() for r in state.roots))
        yield sign, state.put(step.variable, Ratio(ring, sign * outside * w - b, 2 * a)), fact


def _joined(system: System, chosen: Sequence[Choice], plain: Formula, tally: Tally) -> Branch | None:
    """The branch with one choice for each part; None where its region has no interior."""
    space = system.space
    space.clock.check()
    state = State(space, system.unknowns)
    for choice in chosen:
        for step, sign in zip(choice.steps, choice.signs, strict=True):
            state = next(solved for s, solved, _ in roots(state, step) if s == sign)
    put_in = [_put_in(c, state) for c in system.conditions]
    if state.absurd or FALSE in put_in:
        return None
    solid = [strict(space.typical(c)) for c, f in zip(system.conditions, put_in, strict=True) if f != TRUE]
    facts = (plain, *(f for choice in chosen for f in choice.facts))
    answer = feasible_somewhere(space, (*facts, *solid))
    conditions = FALSE if answer is False else space.without_edges(without_radicals(conjunction((*state.conditions, *put_in)), state))
    if answer is None:
        answer = once_more(state, plain, strict(conditions))
    if not answer:
        if _maybe_dependent(state) and feasible(space, facts) is not False:
            raise Undecided("whether a solution in closed form exists beyond a surface was not decided")
        tally.knife_edge += 1
        return None
    return Branch(dict(state.values), (), state.roots, conditions)


def _maybe_dependent(state: State) -> bool:
    """May one of the square roots be a combination of the others, so that what is zero does not look it?"""
    return len(state.roots) > 2 or not all(r.radicand is None or state.space.parametric(r.radicand) for r in state.roots)


def once_more(state: State, plain: Formula, solid: Formula) -> bool:
    """Can the conditions hold, asked in the parameters and square roots alone? Undecided where they are too large, or it is not known."""
    small = _terms((solid,)) <= LARGEST_QUESTION
    answer = state.space.quick((plain, solid, *(r.definition() for r in state.roots)), 20 * QUICK) if small else None
    if answer is None:
        raise Undecided("whether a solution in closed form exists was not decided")
    return answer


def _put_in(f: Formula, state: State) -> Formula:
    """A condition with the closed forms in the place of the unknowns."""
    out = State(state.space, (), roots=state.roots, conditions=(f,))
    for x, value in state.values.items():
        out = out.put(x, value)
    return conjunction(out.conditions)
