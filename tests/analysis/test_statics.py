"""Comparative statics, against finite differences of exact values and against every choice of what is free."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from catalogue_share import CORE

from deterrence.algebra.formula import conjunction
from deterrence.algebra.polynomials import Ratio, to_fraction
from deterrence.algebra.sampling import walk
from deterrence.analysis.claims import prove
from deterrence.analysis.counterexamples import Exactly
from deterrence.analysis.decisions import Prover
from deterrence.analysis.families import Family
from deterrence.analysis.meaning import Meaning
from deterrence.analysis.statements import read_claim
from deterrence.analysis.statics import GREATEST, LEAST, Extremes, derivative
from deterrence.model.parts import Claim
from deterrence.model.reading import load, read
from deterrence.model.surds import Exact
from deterrence.solution import Solution
from deterrence.solve import solve

# An attacker who meets a wall mixes with a probability that is a square root, or the root of a cubic polynomial.
WAVER = """
players: [A, B, C{more}]
parameters:
  b: {{domain: b > 0, default: 2}}
  c: {{domain: c > 0, default: 1}}
assume: [c < b]
tree: {tree}
"""


@cache
def wavering(count: int) -> Prover:
    """Volunteers, each of whom would rather that another acted: where all waver, all but one of them fail with probability c/b."""
    names = "ABCD"[:count]

    def tree(acts: tuple[bool, ...]) -> str:
        if len(acts) == count:
            pays = ", ".join(f"{n}: {'b' if any(acts) else '0'}{' - c' if act else ''}" for n, act in zip(names, acts, strict=True))
            return f"{{outcome: {'Secured' if any(acts) else 'Lost'}, {pays}}}"
        hidden = f", hidden_from: [{', '.join(names[len(acts) + 1 :])}]" if len(acts) + 1 < count else ""
        return f"{{{names[len(acts)]}: {{Act: {tree((*acts, True))}, Wait: {tree((*acts, False))}{hidden}}}}}"

    return Prover(solve(read(WAVER.format(more=", D" * (count == 4), tree=tree(())))))


def value_in(prover: Prover, family: Family, text: str) -> Ratio:
    """A quantity in a family, in terms of parameters, roots and what is free."""
    statement = read_claim(prover.vocabulary, Claim(every=text, constant_in=prover.game.free_parameters[0])).statement
    value = Meaning(family, statement, prover.parameters).value(statement.tree)
    assert value is not None
    return value


def sampled(prover: Prover, family: Family, n: int) -> list[dict[int, Fraction]]:
    """Points of the parameters in the interior of a family's region."""
    if any(root.radicand is None for root in family.roots):
        point = prover.space.smt.point((prover.space.interior, *family.all_of()), prover.space.parameters)
        return [point or {}]
    found = walk(family.ring, prover.space.smt, conjunction((prover.space.interior, family.region)), prover.space.parameters, n)
    return [{k: to_fraction(values[k]) for k in prover.space.parameters} for values in found]


@pytest.mark.parametrize("count", [3, 4])
@pytest.mark.parametrize("text", ["Pr(Act | A)", "Pr(Lost)", "payoff(A)", "c*Pr(Act | A)/(b + Pr(Secured))"])
def test_derivatives_through_roots_agree_with_finite_differences(count: int, text: str) -> None:
    """The square root among three volunteers and the cubic one among four move with both parameters as their exact values do."""
    prover = wavering(count)
    (family,) = (f for f in prover.families[-1] if f.roots and all(p.support() for p in f.equilibrium.exact_strategies.values() for p in p))
    value, h = value_in(prover, family, text), Fraction(1, 10**6)
    for name, at in itertools.product("bc", ({"b": Fraction(2), "c": Fraction(1)}, {"b": Fraction(7, 3), "c": Fraction(1, 5)})):
        point = {family.ring.index[n]: v for n, v in at.items()}
        slope = Exactly(family.equilibrium, point).ratio(derivative(value, family.ring.index[name], family.roots))
        moved = [Exactly(family.equilibrium, point | {family.ring.index[name]: at[name] + d}).ratio(value) for d in (h, -h)]
        assert float(slope) == pytest.approx(float(moved[0] - moved[1]) / float(2 * h), rel=1e-6, abs=1e-9)


def choices(family: Family, point: Mapping[int, Fraction], shares: list[tuple[Fraction, ...]]) -> Iterator[dict[int, Exact]]:
    """Whatever may be chosen where a family leaves something free: so much of the way through each range in turn."""
    for each in shares:
        values: dict[int, Exact] = dict(point)
        at = Exactly(family.equilibrium, values)
        for f, k, share in zip(family.equilibrium.exact_free, family.free, each, strict=True):
            low, high = max(map(at.ratio, f.lower)), min(map(at.ratio, f.upper))
            assert low <= high
            at.values[k] = low + (high - low) * share
        yield at.values


def grid(free: int, extra: int = 0) -> list[tuple[Fraction, ...]]:
    """Ends and middles of that many ranges, and some more."""
    rng = random.Random(free)
    some = [tuple(Fraction(rng.randint(0, 100), 100) for _ in range(free)) for _ in range(extra)]
    return [*itertools.product((Fraction(0), Fraction(1, 2), Fraction(1)), repeat=free), *some]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("audience_costs", ["Pr(War)", "Pr(Escalate)", "payoff(Rival)", "Pr(Resist | Rival | Escalate)**2 - Pr(Resist | Rival | Escalate)/2"]),
        ("chain_ganging", ["Pr(Balance | Second | Attack, ?)", "Pr(Balance | First | Attack) - Pr(Balance | Second | Attack, ?)"]),
        ("abandonment", ["Pr(Support | Patron (Wavering) | Demand, Hold, Attack)", "Pr(Attack | Challenger | Demand, Hold)"]),
    ],
)
def test_extremes_are_those_over_every_choice(name: str, texts: list[str], solutions: Callable[..., Solution]) -> None:
    """In families of Nash equilibria with chains of ranges, the extremes bound what any choice gives and are nearly reached."""
    prover = Prover(solutions(name, "nash"))
    for family, text in itertools.product(prover.families[-1], texts):
        value = value_in(prover, family, text)
        if not any(k in family.free for k in value.support()) or len(family.free) > 3:
            continue
        for side in (LEAST, GREATEST):
            pieces = Extremes(family, (), side).pieces(value)
            for point in sampled(prover, family, 4)[1:]:
                at = Exactly(family.equilibrium, point)
                extreme = max(side * at.ratio(p.value) for p in pieces if at.holds(p.conditions))
                reached = []
                for chosen in choices(family, point, grid(len(family.free), 40)):
                    at.values = chosen
                    reached.append(side * at.ratio(value))
                assert max(reached) <= extreme
                assert float(extreme - max(reached)) < 0.05


RIGHT: dict[tuple[str, bool], Callable[[Any], bool]] = {
    ("increasing_in", False): lambda d: d >= 0,
    ("increasing_in", True): lambda d: d > 0,
    ("decreasing_in", False): lambda d: d <= 0,
    ("decreasing_in", True): lambda d: d < 0,
    ("constant_in", False): lambda d: d == 0,
}


@pytest.mark.parametrize("name", CORE)
def test_what_the_catalogue_says_of_trends_is_what_exact_values_do(name: str, solutions: Callable[..., Solution]) -> None:
    """Where a parameter moves a little within a family, the extremes move as is claimed."""
    prover, h = Prover(solutions(name)), Fraction(1, 10**4)
    for claim in prover.game.claims:
        if claim.trend is None or claim.when is not None:
            continue
        for family in prover.families[-1]:
            value = value_in(prover, family, claim.statement)
            along = family.ring.index[claim.along or ""]
            for point in sampled(prover, family, 3):
                ends = [extremes_at(family, value, each) for each in (point, point | {along: point[along] + h}) if in_region(prover, family, each)]
                if len(ends) == 2:
                    moves = [after - before for before, after in zip(*ends, strict=True)]
                    assert all(map(RIGHT[claim.trend, claim.strictly], moves)), (claim.claim, family.equilibrium.name, point)


def in_region(prover: Prover, family: Family, point: Mapping[int, Fraction]) -> bool:
    """Is a point of the parameters in the interior of the region of a family?"""
    at = Exactly(family.equilibrium, point)
    return at.holds(prover.space.interior) and at.holds(family.region)


def extremes_at(family: Family, value: Ratio, point: Mapping[int, Fraction]) -> tuple[Exact, Exact]:
    """The least and the greatest value over the ends of the ranges."""
    at, found = Exactly(family.equilibrium, point), []
    for chosen in choices(family, point, grid(len(family.free))):
        at.values = chosen
        found.append(at.ratio(value))
    return min(found), max(found)


RESIST = "Pr(Resist | Rival | Escalate)"
# Of `rudimentary_deterrence`, where conflict comes with probability p or never, and of `audience_costs`, where something is free.
TRENDS = [
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "increasing_in": "p"}, "proved"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "decreasing_in": "p"}, "refuted"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "constant_in": "p"}, "refuted"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "increasing_in": "p", "strictly": "true"}, "refuted"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "increasing_in": "p", "strictly": "true", "when": "p < threshold"}, "proved"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "decreasing_in": "p", "when": "p > threshold"}, "proved"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "constant_in": "g"}, "proved"),
    ("rudimentary_deterrence", {"every": "Pr(Conflict)", "decreasing_in": "g", "strictly": "true"}, "refuted"),
    # The derivative vanishes on a surface only.
    ("rudimentary_deterrence", {"every": "(g - 1)**3", "increasing_in": "g", "strictly": "true"}, "proved"),
    ("rudimentary_deterrence", {"every": "(g - 1)**2", "increasing_in": "g"}, "refuted"),
    ("rudimentary_deterrence", {"every": "(g - 1)**2", "increasing_in": "g", "when": "g > 1"}, "proved"),
    # Where nobody escalates the least value is v/(v - w), the greatest 1; where some do, it is v/(v + a).
    ("audience_costs", {"every": RESIST, "increasing_in": "w", "when": "w < 0 and p < believed"}, "proved"),
    ("audience_costs", {"every": RESIST, "decreasing_in": "w", "when": "w < 0 and p < believed"}, "refuted"),
    ("audience_costs", {"every": RESIST, "increasing_in": "w", "strictly": "true", "when": "w < 0 and p < believed"}, "refuted"),
    ("audience_costs", {"every": RESIST, "constant_in": "p", "when": "w < 0 and p < believed"}, "proved"),
]


@pytest.mark.parametrize(("name", "says", "verdict"), TRENDS)
def test_trends_in_both_directions_weak_and_strict(name: str, says: dict[str, str], verdict: str, solutions: Callable[..., Solution]) -> None:
    """A trend is proved where both extremes of every family move so at every generic point; else a point shows one that does not."""
    proof = prove(solutions(name), Claim("A trend.", **says))

    assert proof.verdict == verdict, proof
    if verdict == "refuted":
        assert proof.counterexample is not None
        (shown,) = proof.counterexample.equilibria
        slope = next(Fraction(value) for what, value in shown.values.items() if what.startswith("derivative in"))
        assert slope <= 0 if "increasing_in" in says else slope >= 0 if "decreasing_in" in says else slope != 0
        assert (slope != 0) or says.get("strictly") == "true"


def test_which_extreme_moves_the_wrong_way_is_told(solutions: Callable[..., Solution]) -> None:
    """The reason names the family, the extreme and its value."""
    claim = Claim("A trend.", every=RESIST, decreasing_in="w", when="w < 0 and p < believed")
    proof = prove(solutions("audience_costs"), claim)

    assert "the least value of Pr(Resist | Rival | Escalate), v/(v - w), does not move as claimed" in proof.reason


def test_a_parameter_that_is_fixed_moves_nothing() -> None:
    """A trend in a parameter that has been fixed is an error."""
    from deterrence.algebra.errors import GameError

    solution = solve(load("rudimentary_deterrence").at(p="1/4"))
    with pytest.raises(GameError, match="p is fixed here"):
        prove(solution, Claim("A trend.", every="Pr(Conflict)", increasing_in="p"))
