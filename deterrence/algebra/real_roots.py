"""Signs at a real root of an irreducible polynomial with rational coefficients, decided exactly."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq, fmpq_poly

from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ring


class RealRoot:
    """The `index`-th real root (from the left) of an irreducible polynomial in one variable of a ring."""

    def __init__(self, ring: Ring, polynomial: Polynomial, variable: int, index: int) -> None:
        self.ring, self.variable, self.index = ring, variable, index
        self.polynomial = univariate(ring, polynomial, variable)

    def satisfies(self, f: Formula) -> bool:
        """Does a formula in this variable alone hold at the root?"""
        if isinstance(f, Atom):
            sign = self.sign(f.polynomial)
            return {">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[f.op]
        parts = (self.satisfies(p) for p in f.parts)
        return all(parts) if isinstance(f, And) else any(parts)

    def sign(self, p: Polynomial) -> int:
        """The sign of `p` at the root: zero just where the root's polynomial divides it, else by ever smaller balls."""
        return sign_at(univariate(self.ring, p, self.variable) % self.polynomial, self.polynomial, self.index)


    def ball(self) -> Any:
        """The root enclosed, at the working precision."""
        return real_balls(self.polynomial, ctx.prec)[self.index]


def univariate(ring: Ring, p: Polynomial, variable: int) -> Any:
    """A polynomial in one variable of a ring as FLINT's of one variable."""
    return fmpq_poly([c.leading_coefficient() if c else fmpq(0) for c in ring.coefficients(p, variable)])


def sign_at(value: Any, polynomial: Any, index: int) -> int:
    """The sign of a polynomial at the `index`-th real root of an irreducible one of higher degree: zero if it is, else by ever smaller balls."""
    if not value:
        return 0
    precision = 64
    while True:
        ball = enclosed(value, real_balls(polynomial, precision)[index], precision)
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        precision *= 2


def enclosed(value: Any, x: Any, precision: int) -> Any:
    """A ball around the value of a polynomial at a point of another ball."""
    with ctx.workprec(precision):
        total = arb(0)
        for c in reversed(value.coeffs()):
            total = total * x + arb(c)
        return total


def real_balls(polynomial: Any, precision: int) -> list[Any]:
    """The real roots of a polynomial without multiple roots, from the least, enclosed in balls."""
    return _balls(tuple(polynomial.coeffs()), precision)


@lru_cache(maxsize=1000)
def _balls(coefficients: tuple[Any, ...], precision: int) -> list[Any]:
    with ctx.workprec(precision):
        roots: Any = fmpq_poly(list(coefficients)).complex_roots()
        real = [z.real for z, _ in roots if z.imag == 0]
    return sorted(real, key=lambda ball: ball.mid())
