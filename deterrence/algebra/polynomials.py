"""Polynomials and rational functions with exact rational coefficients.

The arithmetic is FLINT's (`fmpq_mpoly`); this module only adds names, quotients and the few
operations that the solver asks for again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from flint import Ordering, fmpq, fmpq_mpoly_ctx

Polynomial: TypeAlias = Any  # flint.fmpq_mpoly, which has no usable stubs
Number: TypeAlias = int | Fraction


class Ring:
    """The ring Q[x_0, ..., x_n] of polynomials in named variables.

    >>> ring = Ring(["r", "g"])
    >>> ring.text((1 - ring["r"]) * ring["g"])
    '-r*g + g'
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.index = {name: k for k, name in enumerate(self.names)}
        # FLINT sees neutral names: a user's symbol may be anything, `lambda` included.
        self.context = fmpq_mpoly_ctx.get([f"x{k}" for k in range(max(1, len(self.names)))], Ordering.degrevlex)
        self.variables = tuple(self.context.gens())
        self.one = self.context.constant(1)
        self.zero = self.context.constant(0)
        self._factors: dict[str, tuple[int, tuple[tuple[Polynomial, int], ...]]] = {}
        self.products: dict[str, tuple[Polynomial, ...]] = {}  # what a sum is written as, once it has been found

    def __getitem__(self, name: str) -> Polynomial:
        return self.variables[self.index[name]]

    def constant(self, value: Number) -> Polynomial:
        """The constant polynomial `value`."""
        return self.context.constant(to_fmpq(value))

    def degree(self, p: Polynomial, variable: int) -> int:
        """The degree of `p` in one variable."""
        return int(p.degrees()[variable]) if p else 0

    def support(self, p: Polynomial) -> tuple[int, ...]:
        """The variables that occur in `p`, by index."""
        return tuple(k for k, d in enumerate(p.degrees()) if d > 0) if p else ()

    def coefficients(self, p: Polynomial, variable: int) -> list[Polynomial]:
        """The coefficients c_0, ..., c_d of `p` read as a polynomial in one variable."""
        x, out = self.variables[variable], []
        for d in range(self.degree(p, variable), 0, -1):
            # By derivatives, for FLINT takes them in place; a dictionary of the terms is a hundred times slower.
            top = p
            for k in range(d):
                top = top.derivative(variable) / (k + 1)
            out.append(top)
            p = p - top * x**d
        return [p, *reversed(out)]

    def substitute(self, p: Polynomial, variable: int, value: Ratio) -> tuple[Polynomial, int]:
        """`(q, k)` with `p(variable = value) == q / value.denominator**k`."""
        if self.degree(p, variable) == 0:
            return p, 0
        parts = self.coefficients(p, variable)
        k, n, d = len(parts) - 1, value.numerator, value.denominator
        if d.is_one():
            out = parts[-1]
            for c in reversed(parts[:-1]):
                out = out * n + c
            return out, 0
        out, power = parts[-1], self.one
        for c in reversed(parts[:-1]):
            power = power * d
            out = out * n + c * power
        return out, k

    def factors(self, p: Polynomial) -> tuple[int, tuple[tuple[Polynomial, int], ...]]:
        """The sign of the constant and the irreducible factors (primitive, with multiplicity) of `p != 0`.

        Factors are made canonical: integer coefficients without a common divisor, the leading one positive.
        """
        key = str(p)
        if key not in self._factors:
            constant, parts = p.factor()
            sign, out = (1 if constant > 0 else -1), []
            for f, m in parts:
                q, flipped = self.canonical(f)
                sign = -sign if flipped and m % 2 else sign
                out.append((q, int(m)))
            self._factors[key] = sign, tuple(sorted(out, key=lambda item: str(item[0])))
        return self._factors[key]

    def canonical(self, p: Polynomial) -> tuple[Polynomial, bool]:
        """`p` divided by a constant so that it is primitive with a positive first coefficient, and whether its sign changed."""
        scaled = primitive(p)
        return (-scaled, True) if scaled.leading_coefficient() < 0 else (scaled, False)

    def text(self, p: Polynomial) -> str:
        """`p` for people who debug: terms as FLINT orders them, with the ring's names."""
        terms = []
        for monomial, c in p.to_dict().items():
            factors = [self.names[k] + (f"^{e}" if e > 1 else "") for k, e in enumerate(monomial) if e]
            terms.append("*".join(([] if abs(c) == 1 and factors else [str(abs(c))]) + factors))
        signs = ["-" if c < 0 else "+" for c in p.coeffs()]
        out = " ".join(f"{s} {t}" for s, t in zip(signs, terms, strict=True))
        return (out[2:] if out[:1] == "+" else out.replace("- ", "-", 1)) or "0"

    def evaluate(self, p: Polynomial, values: Mapping[int, Number]) -> Polynomial:
        """`p` with numbers put for some of its variables."""
        return p.subs({f"x{k}": to_fmpq(v) for k, v in values.items()})


def to_fmpq(value: Number) -> Any:
    """The same rational number as FLINT holds it."""
    return fmpq(value.numerator, value.denominator)


def to_fraction(value: Any) -> Fraction:
    """The same rational number as a `Fraction`."""
    return Fraction(int(value.p), int(value.q))


def constant_value(p: Polynomial) -> Fraction:
    """The value of a constant polynomial."""
    return to_fraction(p.leading_coefficient()) if p else Fraction(0)


def primitive(p: Polynomial) -> Polynomial:
    """`p` times the positive constant that makes its coefficients coprime integers."""
    if not p:
        return p
    content = _content(p)
    return p if content == 1 else p * (1 / content)


def _content(p: Polynomial) -> Any:
    """The positive rational c for which p / c has coprime integer coefficients."""
    from math import gcd, lcm

    numerators, denominators = 0, 1
    for c in p.coeffs():
        numerators, denominators = gcd(numerators, int(c.p)), lcm(denominators, int(c.q))
    return fmpq(numerators, denominators)


class Ratio:
    """A rational function `numerator / denominator` in lowest terms, the denominator primitive with positive first coefficient.

    Arithmetic works with other ratios of the same ring, polynomials, integers and `Fraction`s.
    """

    __slots__ = ("denominator", "numerator", "ring")

    def __init__(self, ring: Ring, numerator: Polynomial, denominator: Polynomial | None = None) -> None:
        self.ring = ring
        if denominator is None or denominator == 1:
            self.numerator, self.denominator = numerator, ring.one
            return
        if not denominator:
            raise ZeroDivisionError("division by zero")
        common = numerator.gcd(denominator)
        if common != 1:
            numerator, denominator = numerator / common, denominator / common
        scale = _content(denominator)
        if denominator.leading_coefficient() < 0:
            scale = -scale
        self.numerator, self.denominator = numerator * (1 / scale), denominator * (1 / scale)

    @classmethod
    def of(cls, ring: Ring, value: Any) -> Ratio:
        """`value` (a ratio, polynomial or number) as a ratio of `ring`."""
        if isinstance(value, Ratio):
            return value
        if isinstance(value, int | Fraction):
            return cls(ring, ring.constant(value))
        return cls(ring, value)

    @property
    def is_polynomial(self) -> bool:
        """Is the denominator one?"""
        return bool(self.denominator.is_one())

    def __add__(self, other: Any) -> Ratio:
        o = Ratio.of(self.ring, other)
        if self.denominator == o.denominator:
            return Ratio(self.ring, self.numerator + o.numerator, self.denominator)
        return Ratio(self.ring, self.numerator * o.denominator + o.numerator * self.denominator, self.denominator * o.denominator)

    __radd__ = __add__

    def __neg__(self) -> Ratio:
        out = Ratio.__new__(Ratio)
        out.ring, out.numerator, out.denominator = self.ring, -self.numerator, self.denominator
        return out

    def __sub__(self, other: Any) -> Ratio:
        return self + (-Ratio.of(self.ring, other))

    def __rsub__(self, other: Any) -> Ratio:
        return Ratio.of(self.ring, other) - self

    def __mul__(self, other: Any) -> Ratio:
        o = Ratio.of(self.ring, other)
        return Ratio(self.ring, self.numerator * o.numerator, self.denominator * o.denominator)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Ratio:
        o = Ratio.of(self.ring, other)
        return Ratio(self.ring, self.numerator * o.denominator, self.denominator * o.numerator)

    def __rtruediv__(self, other: Any) -> Ratio:
        return Ratio.of(self.ring, other) / self

    def __pow__(self, exponent: int) -> Ratio:
        if exponent < 0:
            return Ratio(self.ring, self.denominator**-exponent, self.numerator**-exponent)
        return Ratio(self.ring, self.numerator**exponent, self.denominator**exponent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ratio | int | Fraction):
            return NotImplemented
        o = Ratio.of(self.ring, other)
        return bool(self.numerator == o.numerator and self.denominator == o.denominator)

    def __hash__(self) -> int:
        return hash((str(self.numerator), str(self.denominator)))

    def __bool__(self) -> bool:
        return bool(self.numerator)

    def __repr__(self) -> str:
        top, bottom = self.ring.text(self.numerator), self.ring.text(self.denominator)
        return top if bottom == "1" else f"({top})/({bottom})"

    def substitute(self, variable: int, value: Ratio) -> Ratio:
        """This ratio with `value` put for one variable."""
        top, m = self.ring.substitute(self.numerator, variable, value)
        bottom, n = self.ring.substitute(self.denominator, variable, value)
        if m == n:
            return Ratio(self.ring, top, bottom)
        return Ratio(self.ring, top * value.denominator**n, bottom * value.denominator**m)

    def support(self) -> tuple[int, ...]:
        """The variables that occur, by index."""
        return tuple(sorted({*self.ring.support(self.numerator), *self.ring.support(self.denominator)}))

    def derivative(self, variable: int) -> Ratio:
        """The partial derivative with respect to one variable."""
        n, d, name = self.numerator, self.denominator, f"x{variable}"
        return Ratio(self.ring, n.derivative(name) * d - n * d.derivative(name), d * d)

    def at(self, values: Mapping[int, Number]) -> Ratio:
        """This ratio with numbers put for some variables."""
        return Ratio(self.ring, self.ring.evaluate(self.numerator, values), self.ring.evaluate(self.denominator, values))

    def constant(self) -> Fraction | None:
        """Its value if it is a constant."""
        if self.numerator.is_constant() and self.denominator.is_constant():
            return constant_value(self.numerator) / constant_value(self.denominator)
        return None
