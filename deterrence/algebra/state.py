"""What is known at one point of the resolution of a system, and how a solved unknown is put into the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from deterrence.algebra.formula import FALSE, And, Atom, Formula, atoms, conjunction, disjunction
from deterrence.algebra.number_fields import inverse
from deterrence.algebra.polynomials import Polynomial, Ratio, primitive
from deterrence.algebra.real_roots import RealRoot
from deterrence.algebra.space import Space


@dataclass(frozen=True)
class Root:
    """An unknown that is the root of a polynomial: a square root (`variable**2 == radicand`, positive) or an implicit one.

    An implicit root is told from the other roots of its `polynomial` by the formula `isolating`.
    """

    variable: int
    polynomial: Polynomial
    isolating: Formula
    radicand: Polynomial | None = None
    index: int | None = None  # among the real roots of a polynomial with rational coefficients

    def definition(self) -> Formula:
        """The formula that holds at this root alone."""
        return conjunction((Atom(self.polynomial, "=="), self.isolating))


@dataclass(frozen=True)
class Limits:
    """The range of an unknown that stays free: above every `lower`, below every `upper`; `closed` says which ends belong."""

    variable: int
    lower: tuple[Ratio, ...]
    upper: tuple[Ratio, ...]
    closed: tuple[bool, bool]


@dataclass(frozen=True)
class State:
    """Equations and conditions still to be met, and the unknowns dealt with so far.

    `origin` says the same in all unknowns, those already solved for included: of lower degree, and so at times easier to decide.
    `witness` fixes the parameters at a point where the system has a solution: what can be shown there needs no search.
    """

    space: Space
    unknowns: tuple[int, ...]
    equations: tuple[Polynomial, ...] = ()
    conditions: tuple[Formula, ...] = ()
    values: Mapping[int, Ratio] = field(default_factory=dict)
    roots: tuple[Root, ...] = ()
    limits: tuple[Limits, ...] = ()
    origin: tuple[Formula, ...] = ()
    witness: tuple[Formula, ...] = ()

    def formulas(self) -> tuple[Formula, ...]:
        """Everything that has to hold, for the SMT solver."""
        return (
            *(Atom(p, "==") for p in self.equations),
            *(root.definition() for root in self.roots),
            *self.conditions,
        )

    def positive(self) -> frozenset[str]:
        """The polynomials that a strict condition says are positive."""
        return frozenset(str(primitive(c.polynomial)) for c in self.conditions if isinstance(c, Atom) and c.op == ">")

    def open_unknowns(self, p: Polynomial) -> tuple[int, ...]:
        """The unknowns not yet dealt with that occur in `p`."""
        return tuple(k for k in self.space.ring.support(p) if k in self.unknowns)

    def assume(self, *formulas: Formula) -> State:
        """The state with more conditions."""
        joined = conjunction((*self.conditions, *formulas))
        parts = joined.parts if isinstance(joined, And) else (joined,)
        return replace(self, conditions=parts, origin=(*self.origin, *formulas))

    def require(self, *equations: Polynomial) -> State:
        """The state with more equations."""
        origin = (*self.origin, *(Atom(p, "==") for p in equations))
        return replace(self, equations=(*self.equations, *equations), origin=origin)

    def possible(self, *formulas: Formula) -> bool:
        """Can everything hold somewhere, with some more formulas? True too where that is not known."""
        space = self.space
        exact = decided_at_root(self, formulas)
        if exact is not None:
            return exact
        everything = (*self.origin, *(root.definition() for root in self.roots), *formulas)
        # At a point the question has few unknowns left: cheap, and most often enough.
        if self.witness and space.quick((*everything, *self.witness)):
            return True
        answer = space.quick((*self.formulas(), *formulas))
        if answer is not None:
            return answer
        return space.possible(everything)

    @property
    def absurd(self) -> bool:
        """Is one of the conditions plainly false?"""
        return FALSE in self.conditions

    def put(self, variable: int, value: Ratio) -> State:
        """The state in which one unknown has been solved for.

        Where a denominator of earlier values vanishes the state is absurd: that it does not is one of the conditions.
        """
        try:
            return self._put(variable, value)
        except ZeroDivisionError:
            return replace(self, conditions=(FALSE,))

    def _put(self, variable: int, value: Ratio) -> State:
        values = {k: self.clean(v.substitute(variable, value)) for k, v in self.values.items()}
        values[variable] = self.clean(value)
        limits = tuple(
            replace(
                x,
                lower=tuple(self.clean(b.substitute(variable, value)) for b in x.lower),
                upper=tuple(self.clean(b.substitute(variable, value)) for b in x.upper),
            )
            for x in self.limits
        )
        out = replace(
            self,
            unknowns=tuple(k for k in self.unknowns if k != variable),
            values=values,
            limits=limits,
            equations=(),
            conditions=(),
        )
        positive = self.positive()
        conditions = [self._substituted(c, variable, value, positive) for c in self.conditions]
        equations = [self._substituted(Atom(p, "=="), variable, value, positive) for p in self.equations]
        out = out.assume(*conditions, *(e for e in equations if not isinstance(e, Atom)))
        out = out.require(*(e.polynomial for e in equations if isinstance(e, Atom)))
        return replace(out, origin=self.origin)

    def _substituted(self, f: Formula, variable: int, value: Ratio, positive: frozenset[str]) -> Formula:
        if not isinstance(f, Atom):
            join = conjunction if isinstance(f, And) else disjunction
            return join(self._substituted(p, variable, value, positive) for p in f.parts)
        p, k = self.space.ring.substitute(f.polynomial, variable, value)
        if k % 2 and f.op in (">", ">="):
            p = p * value.denominator
        if self.space.ring.degree(f.polynomial, variable) == 0:
            positive = frozenset()  # untouched: keep it, or a condition would cancel itself
        return self.space.atom(self.reduce(p), f.op, positive)

    def reduce(self, p: Polynomial) -> Polynomial:
        """`p` modulo what is known of the roots: the same value with lower powers of them."""
        ring = self.space.ring
        for root in reversed(self.roots):
            if root.radicand is not None and ring.degree(p, root.variable) > 1:
                even, odd = ring.zero, ring.zero
                for k, c in enumerate(ring.coefficients(p, root.variable)):
                    power = c * root.radicand ** (k // 2)
                    even, odd = (even, odd + power) if k % 2 else (even + power, odd)
                p = even + odd * ring.variables[root.variable]
            elif root.index is not None:
                p = p % root.polynomial
        return p

    def clean(self, value: Ratio) -> Ratio:
        """`value` with square roots reduced and none of them left in its denominator."""
        ring = self.space.ring
        for root in reversed(self.roots):
            if root.variable not in value.support() or (root.radicand is None and root.index is None):
                continue
            value = Ratio(ring, self.reduce(value.numerator), self.reduce(value.denominator))
            if root.radicand is not None and ring.degree(value.denominator, root.variable):
                c0, c1 = ring.coefficients(value.denominator, root.variable)
                conjugate = c0 - c1 * ring.variables[root.variable]
                value = Ratio(ring, self.reduce(value.numerator * conjugate), c0**2 - c1**2 * root.radicand)
        return self._over_numbers(value)

    def _over_numbers(self, value: Ratio) -> Ratio:
        """`value` without numeric roots in its denominator, if it has no others there."""
        met = [root for root in self.roots if root.index is not None and self.space.ring.degree(value.denominator, root.variable)]
        if not met or set(self.space.ring.support(value.denominator)) != {root.variable for root in met}:
            return value
        one_over = inverse(self.space.ring, {root.variable: root.polynomial for root in met}, value.denominator)
        return value if one_over is None else Ratio(self.space.ring, self.reduce(value.numerator * one_over))


def decided_at_root(state: State, formulas: Iterable[Formula]) -> bool | None:
    """Whether all conditions hold, where they speak of nothing but one root of a polynomial with rational coefficients."""
    if state.space.parameters or state.equations or len(state.roots) != 1 or state.roots[0].index is None:
        return None
    root, conditions = state.roots[0], (*state.conditions, *formulas)
    if any(set(state.space.ring.support(a.polynomial)) - {root.variable} for f in conditions for a in atoms(f)):
        return None
    x = RealRoot(state.space.ring, root.polynomial, root.variable, root.index or 0)
    return all(x.satisfies(f) for f in conditions)


def pieces(alternatives: Iterable[State]) -> list[State]:
    """The alternatives that are not plainly impossible."""
    return [s for s in alternatives if not s.absurd and s.possible()]
