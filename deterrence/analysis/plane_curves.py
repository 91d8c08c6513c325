"""Curves `p(x, y) = 0` with rational coefficients as branches over the x-axis: exact roots, apart from each other however close they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq, fmpq_poly

from deterrence.algebra.polynomials import Polynomial, Ring
from deterrence.algebra.smt import Undecided

Rational: TypeAlias = Any  # flint.fmpq
Ball: TypeAlias = Any  # flint.arb: a real number enclosed
X, Y = 0, 1
_FIRST_PRECISION, _FINE_PRECISION, _MOST_PRECISION = 64, 256, 1 << 14
_NEAR = 120  # binary digits: even where a branch ends as a square root does, its height is then off by less than a float shows


class Curve:
    """The zeros of an irreducible polynomial of the plane that depends on y.

    Over an open interval of x in which no branch leaves a box and none meets another, its branches within the box are told by their
    place from below.
    """

    def __init__(self, ring: Ring, p: Polynomial) -> None:
        self.polynomial = p
        self.columns = [univariate(c, X) for c in ring.coefficients(p, Y)]

    def heights(self, x: Rational, low: Rational, high: Rational) -> list[Ball]:
        """The branches at x strictly between two heights, from below, enclosed at the working precision; `Unclear` where that is too low."""
        at = fmpq_poly([c(x) for c in self.columns])
        found = sorted(real_roots(at), key=lambda ball: float(ball.mid()))
        return [ball for ball in found if between(ball, low, high)]

    def height(self, x: Rational, place: int, box: tuple[Rational, Rational]) -> float:
        """The y of one branch at x, to the last digit of a float."""
        if len(self.columns) == 2:
            return _as_float(-self.columns[0](x) / self.columns[1](x))
        return float(precisely(lambda: float(self.heights(x, *box)[place].mid())))

    @property
    def straight(self) -> bool:
        """Is it a line?"""
        return len(self.columns) == 2 and self.columns[1].degree() == 0 and self.columns[0].degree() < 2


class Unclear(Exception):
    """A comparison that the working precision does not decide."""


def precisely(question: Callable[[], Any], precision: int = _FIRST_PRECISION) -> Any:
    """The answer to a question at the first precision that decides it."""
    while precision <= _MOST_PRECISION:
        with ctx.workprec(precision):
            try:
                return question()
            except Unclear:
                precision *= 2
    raise Undecided("two curves of a map could not be told apart")


def univariate(p: Polynomial, variable: int) -> Any:
    """A polynomial in one variable alone, for FLINT's functions of such."""
    out = [fmpq(0)] * (1 + (int(p.degrees()[variable]) if p else 0))
    for monomial, c in p.to_dict().items():
        out[monomial[variable]] = c
    return fmpq_poly(out)


def real_roots(p: Any) -> list[Ball]:
    """The real roots of a polynomial in one variable without repeated ones."""
    if p.degree() < 1:
        return []
    if p.degree() == 1:
        return [arb(-p[0] / p[1])]
    return [z.real for z, _ in p.complex_roots() if z.imag == 0]


def between(ball: Ball, low: Rational, high: Rational) -> bool:
    """Is a number strictly between two others that it is not equal to?"""
    if ball < arb(low) or ball > arb(high):
        return False
    if ball > arb(low) and ball < arb(high):
        return True
    raise Unclear


def sorted_apart(found: Sequence[tuple[Ball, Any]]) -> list[tuple[Ball, Any]]:
    """Numbers, with what belongs to each, from the least; `Unclear` where two are not told apart."""
    out = sorted(found, key=lambda item: float(item[0].mid()))
    if any(not before[0] < after[0] for before, after in pairwise(out)):
        raise Unclear
    return out


def simplest_between(low: Ball, high: Ball) -> Rational:
    """A number with few binary digits strictly between two others; `Unclear` where the precision does not show one."""
    middle = (low + high) / 2
    for digits in range(2, _MOST_PRECISION, 6):
        near = fmpq(round(_exactly(middle.mid()) * (fmpq(2) ** digits)), 1) / fmpq(2) ** digits
        if low < arb(near) < high:
            return near
        if digits > ctx.prec:
            break
    raise Unclear


def _exactly(point: Ball) -> Rational:
    """The middle of a ball as the rational number that it is."""
    mantissa, exponent = point.man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def just_inside(end: Ball, other: Rational) -> Rational:
    """A number within an interval, on the side of another, so near to its end that a float does not tell them apart."""
    middle = _exactly(end.mid())
    near = middle + (other - middle) * fmpq(1, 2**_NEAR)
    if not arb(abs(near - middle)) > end.rad():
        raise Unclear
    return near


def _as_float(value: Rational) -> float:
    return int(value.p) / int(value.q)


# Where the picture can change


@dataclass(frozen=True)
class Critical:
    """A place on the x-axis where branches leave the box, meet or turn, or a condition on x alone changes."""

    factors: tuple[Any, ...]

    def inside(self, low: Rational, high: Rational) -> list[Ball]:
        """All of them between two ends, from the left."""

        def found() -> list[Ball]:
            # The zero of a linear factor may be an end itself, which no precision tells; those of the others are irrational.
            linear = [arb(zero) for zero in (-f[0] / f[1] for f in self.factors if f.degree() == 1) if low < zero < high]
            others = [ball for f in self.factors if f.degree() > 1 for ball in real_roots(f) if between(ball, low, high)]
            return [ball for ball, _ in sorted_apart([(ball, None) for ball in (*linear, *others)])]

        out: list[Ball] = precisely(found, _FINE_PRECISION)
        return out


def critical(ring: Ring, polynomials: Sequence[Polynomial], low: Rational, high: Rational) -> Critical:
    """Where the branches of irreducible polynomials between two heights may change in number or order (McCallum's projection in the plane)."""
    found: dict[str, Any] = {}
    for p in _projections(ring, polynomials, low, high):
        for f, _ in univariate(p, X).factor()[1] if p else ():
            if f.degree() > 0:
                found[str(f)] = f
    return Critical(tuple(found[key] for key in sorted(found)))


def _projections(ring: Ring, polynomials: Sequence[Polynomial], low: Rational, high: Rational) -> Iterator[Polynomial]:
    curves = [p for p in polynomials if ring.degree(p, Y)]
    yield from (p for p in polynomials if not ring.degree(p, Y))
    for n, p in enumerate(curves):
        for end in (low, high):
            yield p.subs({f"x{Y}": end})
        if ring.degree(p, Y) > 1:
            yield p.discriminant(f"x{Y}")
        yield from (p.resultant(q, f"x{Y}") for q in curves[:n])
