"""The parameter space: signs over the domain, conditions cleared of what is known, and what can hold."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from spaces import SIGNALS, Made, random_polynomial, truth, value

from deterrence.algebra.formula import FALSE, Atom, conjunction
from deterrence.algebra.polynomials import Polynomial, Ratio

OPERATORS = (">", ">=", "==", "!=")


def indexed(made: Made, point: dict[str, Fraction]) -> dict[int, Fraction]:
    return {k: point.get(name, Fraction(0)) for k, name in enumerate(made.ring.names)}


def products(made: Made, seed: int) -> Polynomial:
    """Products with factors of one sign, of both, and with squares."""
    rng = random.Random(seed)
    names = made.names
    known = rng.choice([made.ring[rng.choice(names)], 1 - made.ring["r"], made.ring["g"] + made.ring["l"]])
    other = random_polynomial(rng, made.ring, 1, 3)
    for _ in range(2):
        other = other * (1 if rng.random() < 0.5 else made.ring["g"] - made.ring["l"])
    return known * other * rng.choice((1, -1))


@pytest.mark.parametrize("seed", range(40))
def test_a_sign_is_told_only_where_it_is_the_same_throughout(seed: int) -> None:
    """At random points of the domain a polynomial has the sign that is told; where both occur none is."""
    made = Made("r g l", SIGNALS)
    p = random_polynomial(random.Random(seed), made.ring, 2, 3)
    p = made.ring.context.from_dict({m: c for m, c in p.to_dict().items() if not any(m[3:])})
    seen = {value(p, indexed(made, at)) > 0 for at in made.points(60, seed) if value(p, indexed(made, at)) != 0}
    told = made.space.sign(p)

    assert told is None or seen <= {told > 0}
    assert len(seen) < 2 or told is None


def test_signs_that_follow_from_the_domain_are_found() -> None:
    """Bounds and joint restrictions of the parameters are used, products and sums included."""
    made = Made("r k V", "0 < r < 1 and 0 < k and k < V")
    r, k, v = (made.ring[n] for n in "r k V".split())

    assert [made.space.sign(p) for p in (1 - r, k - v, v - r * k, r**2 - r, -k * v)] == [1, -1, 1, -1, -1]
    assert [made.space.sign(p) for p in (r - k, 2 * r - 1, k * v - 1)] == [None] * 3


@pytest.mark.parametrize("knife_edge", [False, True], ids=["generic", "knife edges too"])
@pytest.mark.parametrize("seed", range(40))
def test_a_condition_cleared_of_known_factors_says_the_same(seed: int, knife_edge: bool) -> None:
    """At generic points always; where knife edges count, at points on surfaces too."""
    made = Made("r g l", SIGNALS, knife_edge=knife_edge)
    p = products(made, seed)
    p = made.ring.context.from_dict({m: c for m, c in p.to_dict().items() if not any(m[3:])})
    if not p:
        return
    points = made.points(25, seed)
    if knife_edge:
        points += [{"r": Fraction(1, 2), "g": Fraction(a), "l": Fraction(b)} for a in (1, 2) for b in (1, 2)]
    for op in OPERATORS:
        cleared = made.space.atom(p, op)
        for at in points:
            assert truth(cleared, indexed(made, at)) == truth(Atom(p, op), indexed(made, at))


def test_known_factors_are_gone_from_a_condition() -> None:
    """What is left is of the lowest degree."""
    made = Made("r g l", SIGNALS)
    r, g, l = (made.ring[n] for n in made.names)  # noqa: E741 - the field's own name

    assert made.space.atom((g + l) * r * (r * (g + l) - g), ">=") == Atom(r * (g + l) - g, ">=")
    assert made.space.atom((r - 1) * (g - l), ">") == Atom(l - g, ">")
    assert made.space.atom((g - l) ** 2 * (2 * r - 1), ">") == Atom(2 * r - 1, ">")
    assert made.space.compare(Ratio(made.ring, g - l, -r), ">=") == Atom(l - g, ">=")
    assert made.space.atom(made.ring.one, ">") == conjunction(())


def test_what_can_hold_is_decided() -> None:
    """`possible` is about the interior of the domain; a weak condition that holds at its border only cannot."""
    made = Made("r g l", SIGNALS.replace("g > 0", "g >= 0"))

    assert made.space.possible([made.formula("r > g/(g + l)")])
    assert not made.space.possible([made.formula("g <= 0")])
    assert made.space.possible([made.formula("g <= 0")], closed=True)
    assert not made.space.possible([made.formula("g > l and l > 2*g")])
    assert made.space.certain([made.formula("r*g > 100*l")])
    assert not made.space.certain([made.formula("r > 1")])


def test_at_generic_points_no_equation_holds() -> None:
    """Unless knife edges count; a space without parameters is one point, where nothing is neglected."""
    generic, sharp, point = Made("r g l", SIGNALS), Made("r g l", SIGNALS, knife_edge=True), Made("", "0 < 1", ["q"])
    equation = generic.formula("g == l")

    assert generic.space.typical(equation) == FALSE
    assert sharp.space.typical(sharp.formula("g == l")) == sharp.formula("g == l")
    assert not point.space.generic
    assert point.space.possible([point.formula("q*q == 2")])


def test_sample_points_lie_inside_and_are_the_same_every_time() -> None:
    """They are witnesses that spare the SMT solver the easy questions, so they must be right and reproducible."""
    first, second = Made("r g l", SIGNALS).space, Made("r g l", SIGNALS).space

    assert len(first.samples) > 20
    assert first.samples == second.samples
    assert all(0 < at[0] < 1 and at[1] > 0 and at[2] > 0 for at in first.samples)
