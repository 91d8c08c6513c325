"""Unknowns that are roots of polynomials of degree two and more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from deterrence.algebra.formula import Atom, Formula, conjunction
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring, constant_value
from deterrence.algebra.smt import UNSAT, Undecided
from deterrence.algebra.state import Root, State, pieces

RADICALS = tuple(f"_root{k}" for k in range(6))  # the ring's own unknowns for square roots; no game symbol begins so


def square_root(rest: State, equation: Polynomial, x: int) -> Iterator[State]:
    """Solve `a*x**2 + b*x + c == 0` with a square root as a new unknown, a case for each sign before it."""
    ring, space = rest.space.ring, rest.space
    c, b, a = ring.coefficients(equation, x)
    if not a.is_constant() and (not space.generic or rest.open_unknowns(a)):
        yield from pieces([rest.require(a, ring.variables[x] * b + c)])
    outside, radicand = square_part(ring, rest.reduce(b**2 - 4 * a * c))
    if not radicand:
        yield from pieces([rest.put(x, Ratio(ring, -b, 2 * a))])
        return
    regular, w = with_radical(rest.assume(space.atom(a, "!=", rest.positive())), radicand)
    for sign in (-1, 1):
        numerator = -b + sign * outside * w
        chosen = Atom(2 * a * ring.variables[x] - numerator, "==")
        case = replace(regular, origin=(*regular.origin, chosen))
        yield from pieces([case.put(x, Ratio(ring, numerator, 2 * a))])
    if not space.generic:
        yield from pieces([rest.assume(Atom(radicand, "==")).put(x, Ratio(ring, -b, 2 * a))])


def with_radical(state: State, radicand: Polynomial) -> tuple[State, Polynomial]:
    """The state where `radicand` is positive, and its square root: a new unknown, unless the state has it already."""
    ring = state.space.ring
    for root in state.roots:
        if root.radicand == radicand:
            return state, ring.variables[root.variable]
    w = _fresh_radical(state)
    root = Root(w, ring.variables[w] ** 2 - radicand, Atom(ring.variables[w], ">"), radicand)
    regular = state.assume(state.space.atom(radicand, ">", state.positive()))
    return replace(regular, roots=(*state.roots, root)), ring.variables[w]


def square_part(ring: Ring, p: Polynomial) -> tuple[Polynomial, Polynomial]:
    """`(s, d)` with `p == s**2 * d` and `d` free of squares."""
    if not p:
        return ring.one, p
    constant, factors = p.factor()
    outside, inside = ring.one, ring.one
    for f, m in factors:
        outside, inside = outside * f ** (int(m) // 2), inside * (f if int(m) % 2 else ring.one)
    value = Fraction(int(constant.p), int(constant.q))
    whole = value.numerator * value.denominator
    square = _largest_square(abs(whole))
    outside = outside * ring.constant(Fraction(square, value.denominator))
    return outside, inside * ring.constant(whole // square**2)


def _largest_square(n: int) -> int:
    """The largest k found with k**2 dividing n (small primes and perfect squares are tried)."""
    from math import isqrt

    out, p = 1, 2
    while p * p <= n and p < 10_000:
        while n % (p * p) == 0:
            n //= p * p
            out *= p
        if n % p == 0:
            n //= p
        p += 1
    return out * isqrt(n) if isqrt(n) ** 2 == n else out


def _fresh_radical(state: State) -> int:
    used = {root.variable for root in state.roots}
    for name in RADICALS:
        k = state.space.ring.index[name]
        if k not in used:
            return k
    raise Undecided("more nested square roots than the solver keeps")


def implicit_roots(rest: State, equation: Polynomial, x: int) -> Iterator[State]:
    """A case for each root of a polynomial of degree three or more that has no closed form.

    The roots are told apart by the signs of the derivatives there (Thom's lemma), so that a case has one root only.
    """
    if rest.space.ring.support(equation) == (x,):
        yield from _numeric_roots(rest, equation, x)
        return
    yield from _thom(rest, equation, x, equation, ())


def _thom(rest: State, equation: Polynomial, x: int, p: Polynomial, signs: tuple[Formula, ...]) -> Iterator[State]:
    unknowns = tuple(k for k in rest.unknowns if k != x)
    root = Root(x, equation, conjunction(signs))
    state = replace(rest, unknowns=unknowns, roots=(*rest.roots, root))
    if not pieces([state]):
        return
    if _unique(state, root):
        yield state
        return
    derivative = p.derivative(f"x{x}")
    if derivative.is_constant():
        raise Undecided("the roots of a polynomial could not be told apart")
    for q in (derivative, -derivative):
        yield from _thom(rest, equation, x, derivative, (*signs, Atom(q, ">")))


def _unique(state: State, root: Root) -> bool:
    """Is there surely no second root with the same signs that meets the conditions?"""
    ring = state.space.ring
    other = Ratio(ring, ring.variables[_fresh_radical(state)])
    twin = [_renamed(f, root.variable, other, ring) for f in state.formulas()]
    apart = Atom(ring.variables[root.variable] - other.numerator, ">")
    return state.space.smt.check((state.space.interior, *state.formulas(), *twin, apart)) == UNSAT


def _renamed(f: Formula, variable: int, other: Ratio, ring: Ring) -> Formula:
    if isinstance(f, Atom):
        return Atom(ring.substitute(f.polynomial, variable, other)[0], f.op)
    return type(f)(_renamed(p, variable, other, ring) for p in f.parts)


def _numeric_roots(rest: State, equation: Polynomial, x: int) -> Iterator[State]:
    """The real roots of a polynomial with rational coefficients, each isolated by rational numbers."""
    ring = rest.space.ring
    for index, (low, high) in enumerate(isolating_intervals(ring, equation, x)):
        inside = conjunction((Atom(ring.variables[x] - ring.constant(low), ">"), Atom(ring.constant(high) - ring.variables[x], ">")))
        unknowns = tuple(k for k in rest.unknowns if k != x)
        state = replace(rest, unknowns=unknowns, roots=(*rest.roots, Root(x, equation, inside, index=index)))
        if pieces([state]):
            yield state


def isolating_intervals(ring: Ring, p: Polynomial, x: int) -> list[tuple[Fraction, Fraction]]:
    """Disjoint open intervals with rational ends, each with one real root of a univariate squarefree polynomial, in order."""
    from sympy import Poly, Rational, Symbol

    values = [constant_value(c) for c in reversed(ring.coefficients(p, x))]
    values = [Rational(v.numerator, v.denominator) for v in values]
    found = Poly(values, Symbol("t")).intervals(eps=Rational(1, 10**6))
    return [(Fraction(int(a.p), int(a.q)), Fraction(int(b.p), int(b.q))) for (a, b), _ in found]
