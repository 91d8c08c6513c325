"""Polynomials and rational functions over named variables."""

from __future__ import annotations

import random
from fractions import Fraction
from math import gcd

import pytest
import sympy
from spaces import random_polynomial, value

from deterrence.algebra.polynomials import Ratio, Ring, constant_value, primitive

SEEDS = range(25)
RING = Ring(["lambda", "x", "y"])


def point(rng: random.Random) -> dict[int, Fraction]:
    return {k: Fraction(rng.randint(-50, 50), rng.choice((7, 11, 13))) for k in range(3)}


def ratio(rng: random.Random) -> Ratio:
    bottom = random_polynomial(rng, RING, 2, 2)
    return Ratio(RING, random_polynomial(rng, RING, 2, 3), bottom if bottom else RING.one)


def ratio_value(r: Ratio, at: dict[int, Fraction]) -> Fraction:
    return value(r.numerator, at) / value(r.denominator, at)


@pytest.mark.parametrize("seed", SEEDS)
def test_coefficients_put_together_again_give_the_polynomial(seed: int) -> None:
    """p is the sum of its coefficients in a variable times the powers of the variable, and none of them has the variable."""
    p = random_polynomial(random.Random(seed), RING)
    parts = RING.coefficients(p, 1)

    assert sum((c * RING["x"] ** k for k, c in enumerate(parts)), RING.zero) == p
    assert all(RING.degree(c, 1) == 0 for c in parts)


@pytest.mark.parametrize("seed", SEEDS)
def test_substitution_agrees_with_the_values(seed: int) -> None:
    """Putting a rational function for a variable and then numbers is putting the numbers at once."""
    rng = random.Random(seed)
    p, r, at = random_polynomial(rng, RING), ratio(rng), point(rng)
    if not value(r.denominator, at):
        return
    q, k = RING.substitute(p, 1, r)
    inner = ratio_value(r, at)

    assert value(q, at) / value(r.denominator, at) ** k == value(p, {**at, 1: inner})


@pytest.mark.parametrize("seed", SEEDS)
def test_factors_are_canonical_and_multiply_to_the_polynomial_but_for_a_positive_number(seed: int) -> None:
    """The factors have coprime integer coefficients and a positive first one, and their product has the sign that is told."""
    rng = random.Random(seed)
    p = random_polynomial(rng, RING, 2) * random_polynomial(rng, RING, 1) ** 2
    if not p:
        return
    sign, factors = RING.factors(p)
    product = RING.constant(sign)
    for f, m in factors:
        assert primitive(f) == f
        assert f.leading_coefficient() > 0
        product = product * f**m
    rest = constant_value(p / product)

    assert rest > 0
    assert product * RING.constant(rest) == p


@pytest.mark.parametrize("seed", SEEDS)
def test_a_primitive_polynomial_has_coprime_integers_and_the_same_signs(seed: int) -> None:
    """It is a positive multiple of the polynomial."""
    rng = random.Random(seed)
    p, at = random_polynomial(rng, RING), point(rng)
    q = primitive(p)
    coefficients = [Fraction(int(c.p), int(c.q)) for c in q.coeffs()]

    assert all(c.denominator == 1 for c in coefficients)
    assert gcd(*(c.numerator for c in coefficients)) in (0, 1)
    assert (value(p, at) > 0, value(p, at) < 0) == (value(q, at) > 0, value(q, at) < 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_arithmetic_of_rational_functions_is_that_of_their_values(seed: int) -> None:
    """Sums, differences, products, quotients and powers agree with Fractions at a point."""
    rng = random.Random(seed)
    a, b, at = ratio(rng), ratio(rng), point(rng)
    if not (value(a.denominator, at) and value(b.denominator, at) and value(b.numerator, at)):
        return
    x, y = ratio_value(a, at), ratio_value(b, at)

    assert [ratio_value(r, at) for r in (a + b, a - b, a * b, a / b, b**-2, 1 - a, -a)] == [x + y, x - y, x * y, x / y, y**-2, 1 - x, -x]


def test_equal_functions_are_equal_however_they_were_made() -> None:
    """Lowest terms are unique, so that equality and hash go by value."""
    x, y = (Ratio(RING, RING[n]) for n in ("x", "y"))
    first, second = (x**2 - y**2) / (x - y), x + y
    half = Ratio.of(RING, Fraction(1, 2))

    assert first == second
    assert hash(first) == hash(second)
    assert (x / (-2 * y)) == -(half * x) / y
    assert (x / y).denominator.leading_coefficient() > 0


def test_division_by_zero_is_refused() -> None:
    """There is no rational function with denominator zero."""
    zero = Ratio(RING, RING.zero)

    with pytest.raises(ZeroDivisionError):
        Ratio.of(RING, 1) / zero


@pytest.mark.parametrize("seed", range(8))
def test_derivatives_agree_with_sympy(seed: int) -> None:
    """The quotient rule, in lowest terms."""
    rng = random.Random(seed)
    r, at = ratio(rng), point(rng)
    names = sympy.symbols("a x y")

    def expression(p: object) -> sympy.Expr:
        terms = [sympy.Rational(str(c)) * sympy.prod(n ** int(e) for n, e in zip(names, m, strict=True)) for m, c in p.to_dict().items()]  # type: ignore[attr-defined]
        return sympy.Add(*terms)

    expected = sympy.diff(expression(r.numerator) / expression(r.denominator), names[1])
    exactly = {n: sympy.Rational(at[k].numerator, at[k].denominator) for k, n in enumerate(names)}

    assert sympy.Rational(str(ratio_value(r.derivative(1), at))) == expected.subs(exactly)


def test_numbers_put_for_variables_leave_the_others() -> None:
    """`at` evaluates partly; what is left of a full evaluation is a constant."""
    r = Ratio(RING, RING["x"] + RING["y"], RING["x"] - RING["lambda"])

    assert r.at({0: 1}) == Ratio(RING, RING["x"] + RING["y"], RING["x"] - 1)
    assert r.at({0: 1, 1: 3, 2: Fraction(1, 2)}).constant() == Fraction(7, 4)
    assert r.constant() is None
    assert r.support() == (0, 1, 2)


def test_a_ring_without_variables_has_constants() -> None:
    """A game with every parameter fixed is computed in it."""
    ring = Ring([])

    assert (Ratio.of(ring, 2) / 3).constant() == Fraction(2, 3)
    assert ring.support(ring.constant(5)) == ()
