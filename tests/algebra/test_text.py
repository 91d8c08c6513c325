"""Polynomials, rational functions and formulas as text: what is read back is what was written."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from spaces import SIGNALS, Made, random_polynomial, truth

from deterrence.algebra.conditions import to_formula, to_ratio
from deterrence.algebra.expressions import Condition
from deterrence.algebra.formula import Atom, conjunction, disjunction
from deterrence.algebra.parameters import Mover
from deterrence.algebra.parser import parse_condition, parse_expression
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.text import Writer

RING = Ring(["lambda", "x_1", "β"])
SYMBOLS = {name: Ratio(RING, RING[name]) for name in RING.names}

# a rational function of r, g, l as (numerator, denominator), and how it reads
FORMULAS = {
    "g/(g + l)": ("g", "g + l"),
    "1 - r": ("1 - r", "1"),
    "-r": ("-r", "1"),
    "r*g - l": ("r*g - l", "1"),
    "2*r/3": ("2*r", "3"),
    "1/2": ("1", "2"),
    "-1/2": ("-1", "2"),
    "(1 - r)/r": ("1 - r", "r"),
    "g*(1 - r)/(l*r)": ("g - g*r", "r*l"),
    "g**2/(g + l)**2": ("g**2", "(g + l)**2"),
    "0": ("0", "1"),
    "(g - l)/(g + l)": ("l - g", "-g - l"),
    "((g - l)**2 - r*l)/r": ("g**2 - 2*g*l + l**2 - r*l", "r"),
    "r*l - (g + l)**2": ("r*l - g**2 - 2*g*l - l**2", "1"),
    "(1 - 2*r)**2 + g*l": ("4*r**2 - 4*r + 1 + g*l", "1"),
    "((3*g - 2*l)**2 + 6*r)/6": ("9*g**2 - 12*g*l + 4*l**2 + 6*r", "6"),
    "r**2 + r*g + g**2 + l": ("r**2 + g**2 + r*g + l", "1"),
    "-(g + l)": ("-g - l", "1"),
    "1 - g*(1 - r)*(l + 1)**2": ("1 - g*(1 - r)*(l + 1)**2", "1"),
    "(g*(1 - r)*(l + 1)**2 - 1)/l": ("g*(1 - r)*(l + 1)**2 - 1", "l"),
    "g*(1 - r)*(l + 1)**2 + r - l": ("g*(1 - r)*(l + 1)**2 + r - l", "1"),
    "r + 1 - l/g": ("r*g + g - l", "g"),
    "1 - r - g*r/(l + 1)": ("(1 - r)*(l + 1) - r*g", "l + 1"),
    "(g - l)/g": ("g - l", "g"),
    "(1 - r)*(l - g)/l": ("(r - 1)*(g - l)", "l"),
    "(1 - r)/(l - g)": ("r - 1", "g - l"),
}
CONDITIONS = {
    "r*(g + l) >= g": "r >= g/(g + l)",
    "g <= r*(g + l)": "r >= g/(g + l)",
    "r*(g + l) < g": "r < g/(g + l)",
    "2*g > 3*l": "g > 3*l/2",
    "r*r > 1/2": "r**2 > 1/2",
    "2*r*r < 1": "2*r**2 < 1",
    "g == l": "g == l",
    "g - l > 1": "g > l + 1",
    "1 - r >= r": "r <= 1/2",
    "g*l > 1": "g > 1/l",
    "g**2*(1 - 2*r)**2*(l + 1)**2 >= r**3*l**2 + 1": "g**2*(1 - 2*r)**2*(l + 1)**2 >= r**3*l**2 + 1",
}


def read(text: str) -> Ratio:
    return to_ratio(parse_expression(text), SYMBOLS, RING)


@pytest.mark.parametrize("seed", range(80))
def test_a_rational_function_is_read_back_as_it_was(seed: int) -> None:
    """Signs, fractions, powers and parentheses are all where they belong, whatever the names."""
    rng = random.Random(seed)
    bottom = random_polynomial(rng, RING, 2, 2) or RING.one
    value = Ratio(RING, random_polynomial(rng, RING, 2, 3) * random_polynomial(rng, RING, 1, 2), bottom)
    writer = Writer(RING)

    assert read(writer.ratio(value)) == value
    assert read(writer.polynomial(value.numerator)).numerator == value.numerator


@pytest.mark.parametrize("seed", range(40))
def test_a_sum_with_squares_is_read_back_as_it_was(seed: int) -> None:
    """Squares of sums of two terms, added or taken away, with constants and powers in them."""
    rng = random.Random(seed)
    p = random_polynomial(rng, RING, 2, 3)
    for _ in range(rng.randint(1, 2)):
        p = p + rng.choice((1, -1)) * (random_polynomial(rng, RING, 1, 1) + random_polynomial(rng, RING, 2, 1)) ** 2

    assert read(Writer(RING).polynomial(p)).numerator == p


@pytest.mark.parametrize("seed", range(40))
def test_a_sum_of_products_is_read_back_as_it_was(seed: int) -> None:
    """Whatever is taken out or divided, and whichever signs are turned; the text is never longer than the terms in full."""
    rng = random.Random(seed)
    p = RING.zero
    for _ in range(rng.randint(2, 3)):
        p = p + random_polynomial(rng, RING, 1, 2) * random_polynomial(rng, RING, 1, 2) * random_polynomial(rng, RING, 1, 1)
    value, writer = Ratio(RING, p, random_polynomial(rng, RING, 1, 2) or RING.one), Writer(RING)

    assert read(writer.ratio(value)) == value
    assert read(writer.polynomial(p)).numerator == p
    assert len(writer.polynomial(p)) <= len(RING.text(p).replace("^", "**"))


@pytest.mark.parametrize("seed", range(60))
def test_a_condition_is_read_back_as_the_same_set(seed: int) -> None:
    """At random points of the space; denominators that are moved across have a known sign there."""
    rng, made = random.Random(seed), Made("r g l", SIGNALS, roles={"r": "credibility"})

    def polynomial() -> Polynomial:
        p = random_polynomial(rng, made.ring, 2, 3)
        return made.ring.context.from_dict({m: c for m, c in p.to_dict().items() if not any(m[3:])})

    atoms = [conjunction((Atom(polynomial() * polynomial(), rng.choice((">", ">=", "==", "!="))),)) for _ in range(3)]
    f = rng.choice((conjunction, disjunction))([atoms[0], rng.choice((conjunction, disjunction))(atoms[1:])])
    symbols = {name: Ratio(made.ring, made.ring[name]) for name in made.ring.names}
    again = to_formula(parse_condition(made.parameters.writer().condition(f)), symbols, made.ring)

    for point in made.points(25, seed):
        at = {k: point.get(name, Fraction(0)) for k, name in enumerate(made.ring.names)}
        assert truth(f, at) == truth(again, at), (f, again)


@pytest.mark.parametrize("seed", range(30))
def test_a_condition_on_a_sum_of_products_is_read_back_as_the_same_set(seed: int) -> None:
    """At random points, with as many terms as common factors are looked for in."""
    rng, made = random.Random(seed), Made("r g l", SIGNALS)
    small = Ring(["r", "g", "l"])
    p = small.zero
    for _ in range(3):
        p = p + random_polynomial(rng, small, 2, 2) * random_polynomial(rng, small, 1, 2) * random_polynomial(rng, small, 1, 2)
    f = conjunction((Atom(Mover(small, made.ring).polynomial(p), rng.choice((">", ">="))),))
    symbols = {name: Ratio(made.ring, made.ring[name]) for name in made.ring.names}
    again = to_formula(parse_condition(made.parameters.writer().condition(f)), symbols, made.ring)

    for point in made.points(25, seed):
        at = {k: point.get(name, Fraction(0)) for k, name in enumerate(made.ring.names)}
        assert truth(f, at) == truth(again, at), (f, again)


@pytest.mark.parametrize(("expected", "parts"), FORMULAS.items(), ids=FORMULAS)
def test_formulas_read_well(expected: str, parts: tuple[str, str]) -> None:
    """Factors in numerator and denominator, as few minus signs as can be, no needless parentheses."""
    made = Made("r g l", SIGNALS)
    symbols = {name: Ratio(made.ring, made.ring[name]) for name in made.ring.names}
    top, bottom = (to_ratio(parse_expression(p), symbols, made.ring) for p in parts)

    assert made.parameters.writer().ratio(top / bottom) == expected


@pytest.mark.parametrize(("text", "expected"), CONDITIONS.items(), ids=CONDITIONS)
def test_a_condition_is_solved_for_the_parameter_of_most_interest(text: str, expected: str) -> None:
    """Credibility before the others, and only where what it is divided by has a sign; otherwise the terms stand on the two sides."""
    made = Made("r g l", SIGNALS, roles={"r": "credibility"})

    assert made.parameters.writer().condition(made.formula(text)) == expected


BORDERS = {
    "another parameter to solve for": ("d*a >= a - c", "c >= a*(1 - d)", {"a": 0}),
    "none to solve for": ("b*(a - c)**2 < d*(a + c)**2", "d*(a + c)**2 > b*(a - c)**2", {"a": 0, "c": 0}),
    "a denominator that cannot vanish": ("d*(a + b) >= c", "d >= c/(a + b)", {"a": 0}),
}


@pytest.mark.parametrize(("text", "expected", "border"), BORDERS.values(), ids=BORDERS)
def test_nothing_is_divided_by_what_may_vanish(text: str, expected: str, border: dict[str, int]) -> None:
    """Where a denominator could be zero within the domain, its borders included, the condition means the same there as written."""
    made = Made("d a b c", "0 < d and d < 1 and a >= 0 and b > 0 and c >= 0", roles={"d": "credibility"})
    written = made.parameters.writer().condition(made.formula(text))

    assert written == expected
    for point in made.points(20, seed=len(text)):
        at = point | {name: Fraction(value) for name, value in border.items()}
        assert Condition.parse(written).evaluate(at) == Condition.parse(text).evaluate(at), at


def test_alternatives_are_in_parentheses_within_a_conjunction() -> None:
    """The text means what the formula says."""
    made = Made("r g l", SIGNALS)
    f = made.formula("r > 1/2 and (g > l or g < l/2)")
    text = made.parameters.writer().condition(f)

    assert text == "r > 1/2 and (g > l or g < l/2)"
    assert made.formula(text) == f


def test_a_product_is_written_as_the_signs_of_its_factors() -> None:
    """Two factors whose product has a sign: both, or neither."""
    made = Made("r g l", SIGNALS)

    assert made.parameters.writer().condition(made.formula("(2*r - 1)*(g - l) > 0")) == "(r > 1/2 and g > l) or (r < 1/2 and g < l)"


def test_square_roots_stand_for_their_variables() -> None:
    """`names` gives the text of a variable, such as a square root."""
    ring = Ring(["r", "_root0"])
    writer = Writer(ring, {1: "sqrt(1 - r)"})

    root, r = ring["_root0"], ring["r"]

    assert writer.ratio(Ratio(ring, 1 + root, ring.constant(2))) == "(sqrt(1 - r) + 1)/2"
    assert writer.ratio(Ratio(ring, r + 2 * root * r**2 - 3 * root, 1 + r)) == "(r + (2*r**2 - 3)*sqrt(1 - r))/(r + 1)"
    assert writer.condition(Atom(r + 2 * root * r**2 - 3 * root, ">")) == "r + (2*r**2 - 3)*sqrt(1 - r) > 0"
