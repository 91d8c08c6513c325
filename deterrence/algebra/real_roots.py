"""Signs at a real root of an irreducible polynomial with rational coefficients, decided exactly."""

from __future__ import annotations

from typing import Any

from flint import arb, ctx, fmpq, fmpq_poly

from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ring


class RealRoot:
    """The `index`-th real root (from the left) of an irreducible polynomial in one variable of a ring."""

    def __init__(self, ring: Ring, polynomial: Polynomial, variable: int, index: int) -> None:
        self.ring, self.variable, self.index = ring, variable, index
        self.polynomial = self._univariate(polynomial)

    def _univariate(self, p: Polynomial) -> Any:
        return fmpq_poly([c.leading_coefficient() if c else fmpq(0) for c in self.ring.coefficients(p, self.variable)])

    def satisfies(self, f: Formula) -> bool:
        """Does a formula in this variable alone hold at the root?"""
        if isinstance(f, Atom):
            sign = self.sign(f.polynomial)
            return {">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[f.op]
        parts = (self.satisfies(p) for p in f.parts)
        return all(parts) if isinstance(f, And) else any(parts)

    def sign(self, p: Polynomial) -> int:
        """The sign of `p` at the root: zero just where the root's polynomial divides it, else by ever smaller balls."""
        remainder = self._univariate(p) % self.polynomial
        if not remainder:
            return 0
        precision = 64
        while True:
            with ctx.workprec(precision):
                value = _horner(remainder, self.ball())
                if value > 0:
                    return 1
                if value < 0:
                    return -1
            precision *= 2

    def ball(self) -> Any:
        """The root enclosed, at the working precision."""
        real = [z.real for z, _ in self.polynomial.complex_roots() if z.imag == 0]
        return sorted(real, key=lambda ball: ball.mid())[self.index]


def _horner(p: Any, x: Any) -> Any:
    """The value of a polynomial with rational coefficients at a ball."""
    value = arb(0)
    for c in reversed(p.coeffs()):
        value = value * x + arb(c)
    return value
