"""Regions: set algebra, bounds on one parameter, exact points, and shares of a box."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy
from spaces import SIGNALS, Made

from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import Condition
from deterrence.algebra.formula import conjunction
from deterrence.algebra.region import Region
from deterrence.algebra.smt import Undecided
from deterrence.algebra.sympy_forms import to_sympy

ROLES = {"r": "credibility", "k": "cost"}
DEFAULTS = {name: Fraction(1) for name in "gl"} | {"r": Fraction(1, 4)}
TEXTS = ("r >= g/(g + l)", "g > l", "r > 1/2 or g < 2*l", "r*g == l", "r != 1/2", "(2*r - 1)*(g - l) >= 0", "r > 1", "g > 0")


@pytest.fixture(scope="module")
def made() -> Made:
    return Made("r g l", SIGNALS, roles=ROLES, defaults=DEFAULTS)


@pytest.fixture(scope="module")
def points(made: Made) -> list[dict[str, Fraction]]:
    """Random points, and some on the surfaces that the conditions speak of."""
    special = [{"r": Fraction(a, 4), "g": Fraction(b), "l": Fraction(c)} for a in (1, 2, 3) for b in (1, 2) for c in (1, 2)]
    return [*made.points(12), *special]


# Sets


@pytest.mark.parametrize("text", TEXTS)
def test_a_point_is_in_a_region_where_its_condition_holds(made: Made, points: list[dict[str, Fraction]], text: str) -> None:
    """On surfaces too; the complement has all other points."""
    region, condition = made.region(text), Condition.parse(text)

    for point in points:
        assert (point in region) == condition.evaluate(point)
        assert (point in ~region) != condition.evaluate(point)


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in TEXTS[:6] for b in TEXTS[:6] if a < b])
def test_set_algebra_agrees_with_logic(made: Made, points: list[dict[str, Fraction]], first: str, second: str) -> None:
    """Intersection, union and De Morgan's laws, point by point and as sets."""
    a, b = made.region(first), made.region(second)
    one, other = Condition.parse(first), Condition.parse(second)

    for point in points[::3]:
        assert (point in a & b) == (one.evaluate(point) and other.evaluate(point))
        assert (point in a | b) == (one.evaluate(point) or other.evaluate(point))
    assert ~(a & b) == ~a | ~b
    assert (a & b).implies(a)
    assert a.implies(a | b)


def test_inclusion_and_emptiness_are_decided(made: Made) -> None:
    """Over the whole space, not at points."""
    assert made.region("r > 1/2 and g > 2*l").implies(made.region("g > l"))
    assert not made.region("g > l").implies(made.region("g > 2*l"))
    assert made.region("r > 1").is_empty()
    assert (made.region("g > l") & made.region("g < l")).is_empty()
    assert not made.region("g == l").is_empty()


def test_a_surface_has_no_interior(made: Made) -> None:
    """Neither as an equation nor as two inequalities that meet."""
    assert made.region("g >= l").has_interior()
    assert not made.region("g == l").has_interior()
    assert not made.region("g >= l and g <= l").has_interior()
    assert not made.region("r > 1").has_interior()


def test_regions_are_equal_as_sets() -> None:
    """However they are written, and whichever space object they are of, if it has the same parameters and domain."""
    first, second, other = Made("r g l", SIGNALS), Made("g l r", SIGNALS, ["q"]), Made("r g l", SIGNALS + " and g > l")
    a, b = first.region("r*(g + l) >= g"), second.region("r >= g/(g + l)")

    assert a == b
    assert hash(a) == hash(b)
    assert (a & b).conditions == a.conditions
    assert a != first.region("r > g/(g + l)")
    assert a != other.region("r*(g + l) >= g")
    assert a != "r >= g/(g + l)"
    with pytest.raises(InputError, match="other domains"):
        a & other.region("g > 1")
    with pytest.raises(InputError, match="different parameter spaces: r, g, l and r"):
        a | Made("r", "0 < r < 1").region("r > 1/2")


def test_points_must_have_every_parameter_and_no_other(made: Made) -> None:
    """The error names what is wrong, and the name that was probably meant."""
    region = made.region("r > 1/2")

    assert {"r": "2/3", "g": 0.5, "l": 1} in region
    with pytest.raises(InputError, match="the parameter l has no value"):
        {"r": 1, "g": 1} in region  # noqa: B015 - it is to raise
    with pytest.raises(InputError, match="k is no parameter of this space: r, g, l"):
        {"r": 1, "g": 1, "l": 1, "k": 1} in region  # noqa: B015


def test_regions_show_what_they_say(made: Made) -> None:
    """In a terminal and in a notebook."""
    region = made.region("r*(g + l) >= g and (g > 2*l or g < l)")

    assert repr(region) == "Region(r >= g/(g + l) and (g > 2*l or g < l))"
    assert region._repr_latex_().startswith(r"$\displaystyle r \geq \frac{g}{g + l}")
    assert repr(made.region("r > 1/2 or g > l")) == "Region(r > 1/2 or g > l)"
    assert repr(made.region("r > 0")) == "Region(the whole space)"
    assert made.region("r > 0")._repr_latex_() == r"$\displaystyle \mathrm{the\ whole\ space}$"


# Implicit roots: u**3 + a*u == b has one positive root wherever a and b are positive


@pytest.fixture(scope="module")
def hidden() -> Made:
    return Made("a b", "0 < a < 1 and 0 < b < 1", ["u", "v"])


def cubic(made: Made, text: str) -> Region:
    return made.region(text, "u**3 + a*u == b", "u > 0")


def test_a_region_of_an_implicit_root_is_where_the_root_meets_the_condition(hidden: Made) -> None:
    """The root is above one half just where the polynomial is negative there."""
    region, plain = cubic(hidden, "u > 1/2"), hidden.region("1/8 + a/2 < b")

    assert region == plain
    assert all((point in region) == (point in plain) for point in hidden.points(8))
    assert cubic(hidden, "u > 1/2").implies(cubic(hidden, "u > 1/4"))
    assert not cubic(hidden, "u > 1/4").implies(cubic(hidden, "u > 1/2"))


def test_the_complement_of_a_region_of_an_implicit_root_is_where_the_root_does_not(hidden: Made) -> None:
    """The root exists, once, at every point, so that the complement says the opposite of it."""
    region, plain = cubic(hidden, "u > 1/2 and a > 1/3"), hidden.region("1/8 + a/2 < b and a > 1/3")

    assert ~region == ~plain
    assert (region & ~region).is_empty()
    assert (~(region | ~region)).is_empty()
    assert ~cubic(hidden, "a > 1/3") == hidden.region("a <= 1/3")


def test_two_regions_keep_their_roots_apart(hidden: Made) -> None:
    """Both call their root `u`, and yet it is not the same one."""
    first = cubic(hidden, "u > 1/2")
    second = hidden.region("u < 1/2", "u**3 + b*u == a", "u > 0")
    plain = hidden.region("1/8 + a/2 < b and 1/8 + b/2 > a")

    assert first & second == plain
    assert not (first & second).is_empty()
    assert ~(first | second) == ~hidden.region("1/8 + a/2 < b or 1/8 + b/2 > a")


def test_a_square_root_is_an_implicit_root_whose_place_is_known(hidden: Made) -> None:
    """It exists where the radicand is positive, and the complement takes in the points where it does not."""
    region = hidden.region("u > 1/2", "u**2 == a - b", "u > 0")

    assert ~region == hidden.region("a - b <= 1/4")


def test_square_roots_are_written_in_full(hidden: Made) -> None:
    """The ring's own names of square roots are nobody's business."""
    first, second = ("_root0**2 == a - b", "_root0 > 0"), ("_root1**2 == a + _root0", "_root1 > 0")
    definitions = (conjunction(map(hidden.formula, first)), conjunction(map(hidden.formula, second)))
    region = Region(hidden.parameters, hidden.formula("_root1 > 1 + b"), definitions)

    assert region.conditions == ("b < sqrt(a + sqrt(a - b)) - 1",)


def test_a_complement_without_a_formula_is_undecided_and_says_why(hidden: Made) -> None:
    """The middle one of three roots comes and goes."""
    region = hidden.region("u < b", "u**3 - 3*a*u + b == 0", "u > 0")

    with pytest.raises(Undecided, match="implicit root u has no formula without quantifiers here"):
        ~region  # noqa: B018 - it is to raise


# Bounds on one parameter

SOLVED = {
    "one bound": ("r*(g + l) >= g", "r", [(("g/(g + l)",), ("1",), (True, False), ())]),
    "the other parameter": ("r*(g + l) >= g", "g", [(("0",), ("l*r/(1 - r)",), (False, True), ())]),
    "no bound but the domain's": ("r > 1/2", "g", [(("0",), (), (False, False), ("r > 1/2",))]),
    "the whole space": ("r > 0", "r", [(("0",), ("1",), (False, False), ())]),
    "no point": ("r > 1", "r", []),
    "a condition that there is room": ("r*g > l", "r", [(("l/g",), ("1",), (False, False), ("g > l",))]),
    "two parts": ("r < 1/4 or r > 3/4", "r", [(("0",), ("1/4",), (False, False), ()), (("3/4",), ("1",), (False, False), ())]),
    "a square root": ("2*r**2 < g and g < 1", "r", [(("0",), ("sqrt(2)*sqrt(g)/2",), (False, False), ("g < 1",))]),
    "a value": ("r*g == l", "r", [(("l/g",), ("l/g",), (True, True), ("g > l",))]),
    "two bounds": ("r > g and r > l", "r", [(("g", "l"), ("1",), (False, False), ("g < 1", "l < 1"))]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name", "expected"), SOLVED.values(), ids=SOLVED)
def test_a_region_is_solved_for_a_parameter(made: Made, text: str, name: str, expected: list[Any]) -> None:
    """Bounds that include the domain's own, and conditions on the others under which they leave room."""
    found = made.region(text).solved_for(name)

    def plain(texts: Any) -> set[sympy.Expr]:
        return {to_sympy(t) for t in texts}

    assert len(found) == len(expected)
    for bounds, (lower, upper, closed, conditions) in zip(found, expected, strict=True):
        assert bounds.parameter == name
        assert (plain(bounds.lower), plain(bounds.upper)) == (plain(lower), plain(upper))
        assert bounds.closed == closed
        assert set(bounds.conditions) == set(conditions)


def _within(point: dict[str, Fraction], bounds: Any) -> bool:
    """Whether a point is in a case, by SymPy's exact numbers."""
    exactly = {sympy.Symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in point.items()}
    x = exactly[sympy.Symbol(bounds.parameter)]

    def met(texts: Any, side: int, closed: bool) -> bool:
        gaps = [side * (x - to_sympy(t).subs(exactly)) for t in texts]
        return all(bool(gap >= 0 if closed else gap > 0) for gap in gaps)

    if not all(Condition.parse(c).evaluate(point) for c in bounds.conditions):
        return False
    return met(bounds.lower, 1, bounds.closed[0]) and met(bounds.upper, -1, bounds.closed[1])


@pytest.mark.parametrize("name", ["r", "g", "l"])
@pytest.mark.parametrize(
    "text",
    [
        "r >= g/(g + l)", "(2*r - 1)*(g - l) >= 0", "r*g > l*(g - l)", "l*r**2 - g*r + 1/8 >= 0", "l*r**2 - g*r + 1/8 < 0",
        "r >= 1/2 and r > g/(g + l)", "r > g and r >= l", "r != 1/2 and g > l", "(r - g)*(r - l)*(g - 1) > 0", "g*l*r > 1 or r*g < l",
        "g**2*r + l**2 > 2*g",
    ],
)  # fmt: skip
def test_the_union_of_the_cases_is_the_region(made: Made, text: str, name: str) -> None:
    """At random exact points."""
    cases = made.region(text).solved_for(name)

    for point in made.points(25, seed=len(text)):
        assert Condition.parse(text).evaluate(point) == any(_within(point, case) for case in cases), (point, cases)


FEES = "0 < d and d < 1 and 0 < q and q < 1 and k > 0 and k < b and f > 0"
BESIDE = {
    "an upper bound keeps the denominator of a lower one from being negative": ("d*(q*k + b - q*f) >= k and d*(q*k + b + f - q*f - k) >= f", "d", ()),
    "a denominator without a sign": ("d*(b - f) >= k", "d", ("b > f",)),
    "nothing but the other parameters": ("d >= k/b and f < b", "d", ("b > f",)),
    "a square root": ("2*d**2 <= f and f < 1", "d", ("f < 1",)),
}


@pytest.mark.parametrize(("text", "name", "expected"), BESIDE.values(), ids=BESIDE)
def test_what_is_said_beside_the_bounds_does_not_follow_from_them(text: str, name: str, expected: tuple[str, ...]) -> None:
    """At random points, the bounds as they are written and what is said beside them hold if and only if the region does."""
    made = Made("d q b k f", FEES)
    (bounds,) = made.region(text).solved_for(name)

    assert bounds.beside == expected
    for point in made.points(100, seed=len(text)):
        exactly = {sympy.Symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in point.items()}
        ends = [(1, t) for t in bounds.lower] + [(-1, t) for t in bounds.upper]
        within = all(side * (exactly[sympy.Symbol(name)] - to_sympy(t).subs(exactly)) >= 0 for side, t in ends)
        within = within and all(Condition.parse(c).evaluate(point) for c in bounds.beside)
        assert Condition.parse(text).evaluate(point) == within, point


def test_a_parameter_that_cannot_be_solved_for_is_undecided(made: Made, hidden: Made) -> None:
    """Degree three and implicit roots are refused in words; an unknown name is an error."""
    with pytest.raises(Undecided, match="cannot be solved for r: a condition is of degree 3 in it"):
        made.region("r**3 - g*r + l > 0").solved_for("r")
    with pytest.raises(Undecided, match="implicit root"):
        cubic(hidden, "u > 1/2").solved_for("a")
    with pytest.raises(InputError, match="'g'"):
        made.region("r > 1/2").solved_for("gg")


# Points


@pytest.mark.parametrize("text", [*TEXTS[:3], "0 < g - l and g - l < 1/1000", "g > 1000*l or l > 1000*g"])
def test_a_sample_is_of_different_exact_points_inside(made: Made, text: str) -> None:
    """Thin regions and several parts included; the same for the same seed, others for another."""
    region = made.region(text)
    sample = region.sample(12, seed=1)
    inside = Condition.parse(text.replace(">=", ">"))

    assert len({tuple(p.items()) for p in sample}) == 12
    assert all(inside.evaluate(p) and Condition.parse(SIGNALS).evaluate(p) for p in sample)
    assert all(isinstance(v, Fraction) for p in sample for v in p.values())
    assert sample == region.sample(12, seed=1)
    assert sample != region.sample(12, seed=2)
    assert region.sample(5, seed=1) == sample[:5]


def test_a_sample_reaches_every_part_of_a_union_and_spreads(made: Made) -> None:
    """A point of each part comes first; coordinates differ by more than a neighbourhood."""
    sample = made.region("g > 1000*l or l > 1000*g").sample(8)
    spread = [p["r"] for p in made.region("g > l").sample(30)]

    assert {p["g"] > p["l"] for p in sample[:2]} == {True, False}
    assert max(spread) - min(spread) > Fraction(1, 2)


def test_a_region_without_interior_has_no_sample(made: Made) -> None:
    """A space without parameters is a single point, which has one."""
    point = Made("", "0 < 1")

    assert made.region("g == l").sample(3) == []
    assert made.region("r > 1").sample(3) == []
    assert point.region("0 < 1").sample(3) == [{}]
    assert point.region("1 < 0").sample(3) == []
    with pytest.raises(InputError, match="n is -1"):
        made.region("g > l").sample(-1)


def test_a_region_of_an_implicit_root_is_sampled_exactly(hidden: Made) -> None:
    """The points are rational and in the region, though the root there is not rational."""
    sample = cubic(hidden, "u > 1/2").sample(6)

    assert len(sample) == 6
    assert all(Condition.parse("1/8 + a/2 < b").evaluate(p) for p in sample)


def test_sampling_ends_where_a_surface_is_hidden(hidden: Made) -> None:
    """An equation of an implicit root holds on a surface only, though it does not look like one: few points are better than none at all."""
    assert len(cubic(hidden, "u == 1/2").sample(5)) < 5


# Shares


def test_the_share_of_a_box_is_measured(made: Made) -> None:
    """Half of the default box, which is the domain where that is bounded and else reaches from 0 to twice the default value."""
    share = made.region("g > l").share(1024)

    assert share.value == pytest.approx(0.5, abs=0.01)
    assert share.box == {"r": (0, 1), "g": (0, 2), "l": (0, 2)}
    assert share.points == 1024
    assert share.space == 1
    assert float(share) == share.value
    assert made.region("g > l").share(1024) == share


def test_a_box_can_be_given_in_part(made: Made) -> None:
    """The other parameters keep their default ends; the number of points is rounded up to a power of two."""
    share = made.region("r > 1/2 and g < 1").share(1000, {"r": ("0.25", 0.75), "g": (-1, 1)})

    assert share.box == {"r": (Fraction(1, 4), Fraction(3, 4)), "g": (-1, 1), "l": (0, 2)}
    assert share.points == 1024
    assert share.value == pytest.approx(0.25, abs=0.01)
    assert share.space == pytest.approx(0.5, abs=0.01)


def test_the_default_box_follows_the_domain() -> None:
    """Negative domains are mirrored, bounds on one side are kept, and ends that are not rational are met from outside."""
    half = Fraction(1, 2)
    defaults = {"a": -half, "b": Fraction(3), "c": half, "d": Fraction(-2)}
    made = Made("a b c d", "a < 0 and b > 1 and c*c < 2 and c > 0 and -5 < d and d < b", defaults=defaults)
    box = made.region("a > -1").share(16).box

    assert (box["a"], box["b"], box["d"]) == ((-1, 0), (1, 6), (-4, 0))
    assert box["c"][0] == 0
    assert 0 <= float(box["c"][1]) - 2**0.5 < 1e-9


def test_a_share_needs_a_box() -> None:
    """Where a value is needed and a parameter has none, the error names it."""
    made = Made("r g l", SIGNALS)

    with pytest.raises(InputError, match="the domain of g is not bounded and it has no default value"):
        made.region("r > 1/2").share(16)
    with pytest.raises(InputError, match="k is no parameter"):
        made.region("r > 1/2").share(16, {"k": (0, 1)})
    with pytest.raises(InputError, match="the smaller one first"):
        made.region("r > 1/2").share(16, {"r": (1, 0)})
    with pytest.raises(InputError, match="expected its two ends"):
        made.region("r > 1/2").share(16, {"r": 1})
    assert Made("", "0 < 1").region("0 < 1").share().value == 1


def test_the_share_of_a_region_of_an_implicit_root(hidden: Made) -> None:
    """The same as that of the region said without the root."""
    assert cubic(hidden, "u > 1/2").share(64).value == hidden.region("1/8 + a/2 < b").share(64).value
