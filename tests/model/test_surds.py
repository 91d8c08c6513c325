"""Exact numbers at a point: arithmetic and comparisons of algebraic numbers, each decided by proof."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence.model.surds import InputError, Surd, dependencies, exact_value, sign


def number(text: str, **values: Any) -> Any:
    return exact_value(text, {name: Fraction(value) for name, value in values.items()})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(8)", "2*sqrt(2)"),
        ("sqrt(4/9)", "2/3"),
        ("sqrt(6)", "sqrt(2)*sqrt(3)"),
        ("sqrt(2 + sqrt(3))", "(sqrt(6) + sqrt(2))/2"),
        ("1/(sqrt(2) + 1)", "sqrt(2) - 1"),
        ("(sqrt(5) - 1)**-2", "(3 + sqrt(5))/8"),
        ("CRootOf(x**2 - 2, 0)", "-sqrt(2)"),
        ("CRootOf(2*x**2 - 1, 1)", "sqrt(1/2)"),
        ("CRootOf((x - 1)**2*(x**2 - 2), 2)", "1"),
        ("CRootOf((x - 1)**2*(x**2 - 2), 3)", "sqrt(2)"),
        ("CRootOf(x**3 - 2, 0)**3", "2"),
        ("CRootOf(x**3 - 3*x + 1, 0) + CRootOf(x**3 - 3*x + 1, 1) + CRootOf(x**3 - 3*x + 1, 2)", "0"),
        ("Max(sqrt(2), sqrt(3), 1)", "sqrt(3)"),
        ("Min(sqrt(2), 3/2)", "sqrt(2)"),
    ],
)
def test_equal_numbers_are_proved_equal(left: str, right: str) -> None:
    """Two ways of writing one number are equal, though they are made of different roots."""
    assert number(left) == number(right)
    assert not number(left) < number(right)
    assert number(left) <= number(right)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("665857/470832 - 2/10**12", "sqrt(2)"),
        ("sqrt(2)", "665857/470832"),
        ("sqrt(10**40 - 1)", "10**20"),
        ("sqrt(2) + sqrt(3)", "sqrt(5 + 2*sqrt(6) + 1/10**60)"),
        ("CRootOf(x**5 - x - 1, 0)", "CRootOf(x**5 - x - 1 - 1/10**50, 0)"),
    ],
)
def test_numbers_next_to_each_other_are_told_apart(less: str, more: str) -> None:
    """However near two numbers are, the intervals are refined until they part."""
    assert number(less) < number(more)
    assert number(more) > number(less)
    assert number(less) != number(more)
    assert sign(number(less) - number(more)) == -1


def test_the_best_approximations_are_never_taken_for_the_number() -> None:
    """The convergents of the square root of 2 lie on either side of it in turn, as near as fractions of their size can."""
    root, p, q = number("sqrt(2)"), 1, 1
    for k in range(200):
        assert sign(root - Fraction(p, q)) == (-1) ** k
        p, q = p + 2 * q, p + q


def test_formulas_take_the_values_of_their_names() -> None:
    """Parameters are put in exactly; the unknown of a polynomial is the one name without a value."""
    assert number("1 - sqrt(c/b)", b=2, c=1) ** 2 == number("3/2 - sqrt(2)")
    assert number("CRootOf(b*z**2 - c, 1)", b=4, c=1) == Fraction(1, 2)
    assert isinstance(number("sqrt(c/b)", b=4, c=1), Fraction)


@pytest.mark.parametrize("value", [Fraction(1, 4), 0.25, Decimal("0.25"), "1/4", "0.25", sympy.Rational(1, 4), sympy.sqrt(sympy.Rational(1, 16))])
def test_numbers_of_every_kind_are_read_exactly(value: Any) -> None:
    """A float is the decimal that it prints as; what SymPy writes is read as text."""
    assert exact_value(value, {}) == Fraction(1, 4)
    assert exact_value(sympy.CRootOf(sympy.Symbol("x") ** 3 - 2, 0), {}) ** 3 == 2


terms = st.tuples(st.integers(-5, 5), st.integers(0, 12), st.integers(1, 12))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(terms, min_size=1, max_size=3), st.lists(terms, min_size=1, max_size=2))
def test_arithmetic_agrees_with_sympy(left: list[tuple[int, int, int]], right: list[tuple[int, int, int]]) -> None:
    """Sums, products and quotients of square roots have SymPy's value and its sign."""
    def text(parts: list[tuple[int, int, int]]) -> str:
        return " + ".join(f"({a})*sqrt({n}/{d})" for a, n, d in parts)

    for formula in (f"({text(left)})*({text(right)})", f"{text(left)} - ({text(right)})", f"({text(left)})/(7 + sqrt(2))"):
        ours, theirs = number(formula), sympy.N(sympy.sympify(formula), 60, chop=True)

        assert sign(ours) == sympy.sign(theirs)
        assert math.isclose(float(ours), float(theirs), rel_tol=1e-12, abs_tol=1e-12)


def test_a_number_is_written_as_a_formula_of_the_same_value() -> None:
    """The text of a number can be read again."""
    for formula in ("1/2 - 3*sqrt(2)", "CRootOf(2*x**3 - 3*x + 1/2, 1)**2/5 + sqrt(7)"):
        assert number(str(number(formula))) == number(formula)
    assert str(number("1 - 3*sqrt(2)/2")) == "1 - 3/2*sqrt(2)"


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("sqrt(-1)", "-1 is negative"),
        ("sqrt(1 - sqrt(2))", "is negative"),
        ("1/(sqrt(6) - sqrt(2)*sqrt(3))", "division by zero"),
        ("1/0", "no real number"),
        ("CRootOf(x**2 + 1, 0)", "found root 0 of a polynomial with 0 real ones"),
        ("CRootOf(x**2 - 2, -1)", "found root -1"),
        ("CRootOf(x**2 - 2, 1/2)", "found root 1/2"),
        ("CRootOf(x*y, 0)", "one unknown"),
        ("CRootOf(1/x, 0)", "not a quotient"),
        ("CRootOf(x**2 - s, 0)", "rational coefficients"),
        ("CRootOf(x**64*x - 2, 0)", "at most 64"),
        ("q", "needs a value of 'q'"),
        ("sqrt(", "column"),
    ],
)
def test_what_is_no_real_number_is_refused(formula: str, message: str) -> None:
    """A formula without a real value raises one clear error."""
    with pytest.raises(InputError, match=message):
        exact_value(formula, {"s": number("sqrt(2)")})


def test_towers_of_roots_end_in_an_answer_or_an_error() -> None:
    """A formula that piles up roots beyond all use is refused rather than computed for hours."""
    with pytest.raises(InputError, match="at most"):
        number("sqrt(" * 8 + "2" + ")" * 8)


def test_irrational_numbers_are_not_hashed() -> None:
    """Equal numbers may be written differently, so that they are no keys."""
    assert isinstance(number("sqrt(2)"), Surd)
    with pytest.raises(TypeError, match="unhashable"):
        hash(number("sqrt(2)"))


def test_dependencies_are_a_basis_of_all_vanishing_combinations() -> None:
    """For each vector that earlier ones span there is one combination, and it vanishes."""
    vectors = [{"a": Fraction(1), "b": Fraction(2)}, {"b": Fraction(1)}, {"a": Fraction(2)}, {}, {"c": Fraction(1)}]

    found = list(dependencies(vectors))

    assert [max(combination) for combination in found] == [2, 3]
    for combination in found:
        for key in "abc":
            assert sum(c * vectors[k].get(key, Fraction(0)) for k, c in combination.items()) == 0
