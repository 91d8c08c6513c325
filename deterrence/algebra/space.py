"""The parameter space: a ring of polynomials in parameters and unknowns, and the domain of the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from deterrence.algebra.formula import FALSE, And, Atom, Formula, atoms, conjunction, disjunction, strict
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring, to_fmpq
from deterrence.algebra.sampling import holds_at, walk
from deterrence.algebra.smt import QUICK, SAT, UNKNOWN, UNSAT, Clock, Smt

MANY = 400  # sample points where an answer is worth it


class Space:
    """All points of the free parameters that satisfy the domain.

    The ring lists the parameters first and then the unknowns that systems over this space may use. The space is
    *generic* when conditions that hold on finitely many surfaces only are to be neglected; with no free parameter a
    single point counts as its own interior, and nothing is neglected.
    """

    def __init__(self, ring: Ring, parameters: Sequence[int], domain: Formula, clock: Clock, knife_edge: bool = False) -> None:
        self.ring = ring
        self.parameters = tuple(parameters)
        self.domain = domain
        self.clock = clock
        self.generic = bool(parameters) and not knife_edge
        self._signs: dict[str, int | None] = {}
        self._nonzero: dict[str, bool] = {}
        self.answers: dict[tuple[str, ...], bool | None] = {}  # to questions that may come up again

    @cached_property
    def smt(self) -> Smt:
        """What decides formulas over the ring."""
        return Smt(self.ring, self.clock)

    @cached_property
    def _parameter_set(self) -> frozenset[int]:
        return frozenset(self.parameters)

    @cached_property
    def interior(self) -> Formula:
        """The domain with strict conditions for weak ones."""
        return strict(self.domain) if self.generic else self.domain

    def parametric(self, p: Polynomial) -> bool:
        """Does `p` speak of parameters alone?"""
        return self._parameter_set.issuperset(self.ring.support(p))

    def sign(self, p: Polynomial) -> int | None:
        """The sign (1, -1) that a polynomial in the parameters has throughout the interior of the domain; None where it has no single one."""
        if p.is_constant():
            return _constant_sign(p)
        canonical, flipped = self.ring.canonical(p)
        key = str(canonical)
        if key not in self._signs:
            self._signs[key] = self._decide_sign(canonical)
        known = self._signs[key]
        return -known if flipped and known is not None else known

    def product_sign(self, p: Polynomial) -> int | None:
        """`sign`, read off those of the factors."""
        if p.is_constant():
            return _constant_sign(p)
        sign, factors = self.ring.factors(p)
        for f, m in factors:
            known = self.sign(f)
            if known is None:
                return None
            sign = sign * known if m % 2 else sign
        return sign

    def nonzero(self, p: Polynomial) -> bool:
        """Is a polynomial in the parameters zero nowhere in the domain, its borders included? False too where that is not known."""
        return all(self._is_nonzero(f) for f, _ in self.ring.factors(p)[1])

    def _is_nonzero(self, f: Polynomial) -> bool:
        key = str(f)
        if key not in self._nonzero:
            self._nonzero[key] = self.smt.check((self.domain, Atom(f, "==")), QUICK) == UNSAT
        return self._nonzero[key]

    @cached_property
    def samples(self) -> list[list[Any]]:
        """Some exact points of the interior of the domain."""
        return walk(self.ring, self.smt, self.interior, self.parameters) if self.parameters else []

    @cached_property
    def more_samples(self) -> list[list[Any]]:
        """Many exact points of the interior of the domain."""
        return walk(self.ring, self.smt, self.interior, self.parameters, MANY) if self.parameters else []

    def remember(self, point: Mapping[int, Fraction]) -> None:
        """Keep a point of the interior of the domain as a witness for later questions."""
        self.samples.append([to_fmpq(point.get(k, Fraction(0))) for k in range(max(1, len(self.ring.names)))])

    def typical(self, f: Formula) -> Formula:
        """A formula as it reads at generic points: conditions on the parameters alone are strict, and false where they are equations."""
        if not self.generic:
            return f
        return self._typical(f, strictly=True)

    def without_edges(self, f: Formula) -> Formula:
        """A formula without the alternatives that hold on surfaces of the parameter space only."""
        return self._typical(f, strictly=False) if self.generic else f

    def _typical(self, f: Formula, strictly: bool) -> Formula:
        if not isinstance(f, Atom):
            join = conjunction if isinstance(f, And) else disjunction
            return join(self._typical(p, strictly) for p in f.parts)
        if not self.parametric(f.polynomial):
            return f
        return FALSE if f.op == "==" and not f.polynomial.is_constant() else strict(f) if strictly else f

    def _decide_sign(self, p: Polynomial) -> int | None:
        if not self.parametric(p):
            return None
        if len(p) > 30:
            return None  # a question too dear for what an answer would save
        seen = {1 if value > 0 else -1 for value in (p(*at) for at in self.samples) if value != 0}
        if len(seen) == 2:
            return None
        for op, sign in ((-p, 1), (p, -1)):
            if self.smt.check((self.interior, Atom(op, ">=" if not self.generic else ">")), QUICK) == UNSAT:
                # Generically a polynomial that is never negative vanishes on a surface at most.
                return sign
        return None

    def possible(self, formulas: Iterable[Formula], closed: bool = False) -> bool:
        """Can all formulas hold somewhere in the interior of the domain (or in all of it)? `True` too where that is not known."""
        listed = tuple(formulas)
        if self.shown(listed):
            return True
        return self.smt.check((self.domain if closed else self.interior, *listed), QUICK if closed else None) != UNSAT

    def quick(self, formulas: Iterable[Formula], effort: int = QUICK) -> bool | None:
        """`possible` with little effort; None where that was not enough."""
        listed = tuple(formulas)
        if self.shown(listed):
            return True
        answer = self.smt.check((self.interior, *listed), effort)
        return None if answer == UNKNOWN else answer == SAT

    def shown(self, formulas: tuple[Formula, ...]) -> bool:
        """Does one of the sample points show that the formulas, if on the parameters alone, can hold?"""
        if not self.generic or not all(self.parametric(a.polynomial) for f in formulas for a in atoms(f)):
            return False
        return any(all(holds_at(f, at) for f in formulas) for at in self.samples)

    def certain(self, formulas: Iterable[Formula]) -> bool:
        """Is there a point of the domain's interior where all formulas hold? Raises Undecided where that is not known."""
        listed = tuple(formulas)
        return self.shown(listed) or self.smt.holds((self.interior, *listed))

    def compare(self, value: Ratio, op: str, positive: frozenset[str] = frozenset()) -> Formula:
        """The condition `value OP 0`, cleared of its denominator and of every factor whose sign is known.

        `positive` holds the texts of canonical polynomials that are known to be positive beyond the domain's own.
        """
        p = value.numerator
        if op in (">", ">=") and not value.is_polynomial:
            p = p * value.denominator
        return self.atom(p, op, positive)

    def atom(self, p: Polynomial, op: str, positive: frozenset[str] = frozenset()) -> Formula:
        """The condition `p OP 0` without the factors of `p` whose sign is known and without needless powers."""
        if p.is_constant():
            return conjunction((Atom(p, op),))
        sign, factors = self.ring.factors(p)
        rest, extra = self.ring.one, []
        for f, m in factors:
            known = 1 if str(f) in positive else -1 if str(-f) in positive else self.sign(f)
            if known is not None:
                sign = sign * known if m % 2 else sign
            elif op == "!=" and self.generic and self.parametric(f):
                continue  # fails on a surface only
            elif op in ("==", "!=") or m % 2:
                rest = rest * f
            elif op == ">" and not (self.generic and self.parametric(f)):
                extra.append(Atom(f, "!="))
            elif op == ">=" and not (self.generic and self.parametric(f)):
                return self._touching(p, f, m)
        if op in (">", ">="):
            rest = rest * sign
        return conjunction((Atom(rest, op), *extra))

    def _touching(self, p: Polynomial, f: Polynomial, m: int) -> Formula:
        """`p >= 0` where `p` has the even power `f**m` as a factor: either `f` is zero or the rest decides."""
        return disjunction((Atom(f, "=="), self.atom(p / f**m, ">=")))

    def reduced(self, f: Formula) -> Formula:
        """A formula with every atom cleared of factors whose sign is known."""
        if isinstance(f, Atom):
            return self.atom(f.polynomial, f.op)
        join = conjunction if isinstance(f, And) else disjunction
        return join(self.reduced(p) for p in f.parts)

    def mentions(self, f: Formula, variables: frozenset[int]) -> bool:
        """Does a formula speak of any of these variables?"""
        return any(not variables.isdisjoint(self.ring.support(a.polynomial)) for a in atoms(f))


def _constant_sign(p: Polynomial) -> int | None:
    if not p:
        return None
    return 1 if p.leading_coefficient() > 0 else -1
