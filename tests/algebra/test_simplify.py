"""Conditions are said with the fewest words: the same points, nothing that the domain and the rest imply."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from spaces import SIGNALS, Made, random_polynomial, truth

from deterrence.algebra.formula import FALSE, TRUE, And, Atom, Formula, Or, conjunction, disjunction, negation
from deterrence.algebra.simplify import simplified, united

SUM = "g**2 + g*l + l**2 + g + l + 1"  # positive
SIMPLE = {
    "what the domain implies": ("r < 2 and g + l > 0 and r > g", ["r > g"]),
    "what the rest implies": ("r > 1/2 and r > 1/3 and 2*r > 1", ["r > 1/2"]),
    "what two together imply": ("r > g and g > l and r > l", ["r > g", "g > l"]),
    "known factors": ("(g + l)*(r*(g + l) - g) >= 0", ["r >= g/(g + l)"]),
    "a product with one sign": ("r*(g - l) > 0 and g > l", ["g > l"]),
    "a product taken apart": ("(r - g)*(r + g - 2*l) > 0 and r > g", ["r > g", "r > 2*l - g"]),
    "an alternative that cannot be": ("r > 2 or g > l", ["g > l"]),
    "an alternative that another covers": ("r > 1/2 or (r > 3/4 and g > l)", ["r > 1/2"]),
    "alternatives that cover the space": ("r >= 1/2 or r < 1/2", []),
    "alternatives that share a condition": ("(g > l and r > 1/2) or (g > l and r < 1/4)", ["g > l", "r < 1/4 or r > 1/2"]),
    "alternatives that cover what they share": ("(g > l and r >= 1/2) or (g > l and r <= 1/2)", ["g > l"]),
    "alternatives that share more than they say": ("(g > l and r > 1/2) or (g > 2*l and r < 1/4)", ["g > l", "(g > 2*l and r < 1/4) or r > 1/2"]),
    "what holds wherever the other does not": ("g > l or (g <= l and r > 1/2)", ["g > l or r > 1/2"]),
    "what holds there but for a surface": ("g > l or (g < l and r > 1/2)", ["g > l or r > 1/2"]),
    "alternatives apart by a surface": ("r > 1/2 or r < 1/2", []),
    "all but a surface of what they share": ("g > l and (r > 1/2 or r < 1/2)", ["g > l"]),
    "a large product with a known factor": (f"({SUM})*(r*(g**3 + l**3 + 1) - g**4) >= 0", ["r >= g**4/(g**3 + l**3 + 1)"]),
    "a large product in an alternative": (f"g > l or ({SUM})*(r*(g**3 + l**3 + 1) - g**4) < 0", ["g > l or r < g**4/(g**3 + l**3 + 1)"]),
    "a large product with a factor that the rest decides": (
        "(r*(g**2 + l**2 + 1) - g*l - g)*(r*(g + l**3 + 1) - 2*l - l**2) > 0 and r*(g + l**3 + 1) > 2*l + l**2",
        ["r > g*(l + 1)/(g**2 + l**2 + 1)", "r > l*(l + 2)/(g + l**3 + 1)"],
    ),
    "all of the space": ("r > 0", []),
    "no point of the space": ("r > 1", ["0 == 1"]),
    "an even power": ("(g - l)**2*(2*r - 1) >= 0", ["r >= 1/2"]),
    "a contradiction": ("g > l and l > g", ["0 == 1"]),
}


def equal_but_for_order(found: tuple[str, ...], expected: list[str]) -> bool:
    def parts(conditions: tuple[str, ...] | list[str]) -> set[frozenset[str]]:
        return {frozenset(c.split(" or ")) for c in conditions}

    return parts(found) == parts(expected)


@pytest.mark.parametrize(("text", "expected"), SIMPLE.values(), ids=SIMPLE)
def test_conditions_read_as_a_theorist_would_write_them(text: str, expected: list[str]) -> None:
    """Each case is one thing that has to be seen."""
    made = Made("r g l", SIGNALS, roles={"r": "credibility"})

    assert equal_but_for_order(made.region(text).conditions, expected), made.region(text).conditions


def random_formula(rng: random.Random, made: Made, depth: int = 2) -> Formula:
    if depth == 0:
        p = random_polynomial(rng, made.ring, 1, 3)
        p = made.ring.context.from_dict({m: c for m, c in p.to_dict().items() if not any(m[3:])})
        if rng.random() < 0.3:
            p = p * (made.ring["r"] - made.ring["g"])
        return conjunction((Atom(p, rng.choice((">", ">="))),))
    join = rng.choice((conjunction, disjunction))
    return join(random_formula(rng, made, depth - rng.randint(1, depth)) for _ in range(rng.randint(2, 3)))


@pytest.mark.parametrize("seed", range(30))
def test_the_simpler_formula_has_the_same_points(seed: int) -> None:
    """At random exact points of the space, which lie on no surface."""
    rng, made = random.Random(seed), Made("r g l", SIGNALS)
    f = random_formula(rng, made)
    simple = simplified(made.space, f)

    for point in made.points(60, seed):
        at = {k: point.get(name, Fraction(0)) for k, name in enumerate(made.ring.names)}
        assert truth(f, at) == truth(simple, at), (f, simple, point)


@pytest.mark.parametrize("seed", range(30))
def test_no_condition_can_be_left_out(seed: int) -> None:
    """Where a part of a conjunction is dropped the set grows, and where an alternative is dropped it shrinks."""
    rng, made = random.Random(seed), Made("r g l", SIGNALS)
    simple = simplified(made.space, random_formula(rng, made))
    if isinstance(simple, Atom):
        return
    for k, part in enumerate(simple.parts):
        rest = [p for i, p in enumerate(simple.parts) if i != k]
        needed = [*rest, negation(part)] if isinstance(simple, And) else [part, *map(negation, rest)]
        assert made.space.smt.holds((made.space.domain, *needed)), (simple, part)


@pytest.mark.parametrize("seed", range(30))
def test_simplifying_twice_changes_nothing(seed: int) -> None:
    """What is as short as can be stays as it is, so that two ways to a region end in one text."""
    rng, made = random.Random(seed), Made("r g l", SIGNALS)
    once = simplified(made.space, random_formula(rng, made))

    assert simplified(made.space, once) == once


def test_two_parts_do_not_each_leave_a_condition_to_the_other() -> None:
    """Alternatives of both ask for `r > 1/2`, which each would imply for the other."""
    made = Made("r g l", SIGNALS)
    first = "(g > l and r > 1/2) or (g**2 < l and r > 1/2) or r > l + 2"
    f = made.formula(f"({first}) and ((l > 3 and r > 1/2) or (g > 4 and r > 1/2) or r > g + 1)")
    found = simplified(made.space, f)

    for point in made.points(200, seed=1):
        at = {k: point.get(name, Fraction(0)) for k, name in enumerate(made.ring.names)}
        assert truth(f, at) == truth(found, at), (found, point)


def test_what_is_known_beside_the_domain_counts() -> None:
    """A condition that holds wherever the known ones do is dropped."""
    made = Made("r g l", SIGNALS)
    f = made.formula("r > g and g > l")

    assert simplified(made.space, f, (made.formula("r > g"),)) == made.formula("g > l")
    assert simplified(made.space, f, (made.formula("g <= l"),)) == FALSE
    assert simplified(made.space, made.formula("r > 0 or g > l")) == TRUE
    assert isinstance(simplified(made.space, made.formula("r > 1/2 or g > l")), Or)


def test_a_surface_that_is_not_mentioned_is_still_no_part_of_the_region() -> None:
    """What is shown neglects surfaces; whether a point belongs to the region is told exactly."""
    region = Made("r g l", SIGNALS).region("r > 1/2 or r < 1/2")

    assert region.conditions == ()
    assert {"r": Fraction(1, 2), "g": 1, "l": 1} not in region
    assert {"r": Fraction(1, 3), "g": 1, "l": 1} in region


def test_on_knife_edges_surfaces_count() -> None:
    """Where equilibria on surfaces are asked for, a condition that excludes one is shown."""
    made = Made("r g l", SIGNALS, knife_edge=True)

    assert equal_but_for_order(made.region("r > 1/2 or r < 1/2").conditions, ["r > 1/2 or r < 1/2"])
    assert equal_but_for_order(made.region("g > l or (g <= l and r > 1/2)").conditions, ["g > l or r > 1/2"])
    assert made.region("r > 1/2 or r <= 1/2").conditions == ()


@pytest.mark.parametrize("seed", range(30))
def test_several_conditions_together_have_the_points_of_each(seed: int) -> None:
    """Cases that are as short as can be by themselves, as the regions of families are, become one condition with the same points."""
    rng, made = random.Random(seed), Made("r g l", SIGNALS)
    cases = [f for f in (simplified(made.space, random_formula(rng, made)) for _ in range(4)) if f != FALSE]
    together = united(made.space, cases)

    for point in made.points(60, seed):
        at = {k: point.get(name, Fraction(0)) for k, name in enumerate(made.ring.names)}
        assert any(truth(f, at) for f in cases) == truth(together, at), (cases, together, point)
