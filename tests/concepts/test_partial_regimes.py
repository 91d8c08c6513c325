"""Regimes that are fixed in part: what beliefs say of later ones, and which conditions can hold together."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from spaces import Made

import deterrence
from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.smt import Clock
from deterrence.concepts.linked_beliefs import links
from deterrence.concepts.partial_regimes import Feasibility, Known
from deterrence.concepts.play import Play
from deterrence.concepts.setting import play_of
from deterrence.model.reading import read

# Beliefs


def mixed(play: Play, number: int) -> dict[int, Fraction]:
    """Numbers for the unknowns of completely mixed play."""
    rng, out = random.Random(number), {}
    for info in play.sets:
        weights = [rng.randint(1, 9) for _ in info.actions]
        out |= {play.action_unknown(info.index, a): Fraction(w, sum(weights)) for a, w in enumerate(weights)}
    return out


def shares(numbers: list[Ratio]) -> list[Ratio]:
    """Numbers divided by their sum."""
    total = numbers[0]
    for number in numbers[1:]:
        total = total + number
    return [number / total for number in numbers]


@settings(deadline=None, max_examples=60, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_beliefs_follow_from_earlier_ones_as_bayes_rule_has_it(number: int) -> None:
    """In completely mixed play the probabilities of reaching the nodes of both sets give just the beliefs that a link says."""
    game = strategies.random_game(number, most_sets=8) if number % 2 else strategies.random_reputation(number)
    assume(game is not None)
    play = play_of(game.at(p="1/3") if "p" in game.parameters else game, Clock())
    supports = {info.index: tuple(range(len(info.actions))) for info in play.sets}
    behaviour = mixed(play, number)
    reached = {k: play.weight(k, supports)[0].at(behaviour) for info in play.sets for k in info.nodes}
    found = [link for info in play.sets for link in links(play, info.index)]
    assume(found)

    for link in found:
        earlier = [Ratio(play.ring, play.ring.one)] if link.earlier is None else shares([reached[k] for k in play.sets[link.earlier].nodes])
        weights = [w.at(behaviour) for w in link.weights(play, earlier, supports)]
        assert shares(weights) == shares([reached[k] for k in play.sets[link.later].nodes])


SIGNAL = """
players: [Patron, Foe]
parameters: {r: 0 < r < 1}
types:
  Patron: {Firm: {probability: r, v: 1}, Weak: {probability: 1 - r, v: 0}}
outcomes:
  Peace: {Patron: v, Foe: 0}
  Loss: {Patron: 0, Foe: 1}
tree:
  Patron:
    Pledge:
      Foe:
        Probe:
          Patron:
            Stand: Peace
            Leave: {Foe: {Take: Loss, Spare: Peace}}
        Wait: Peace
    Hush: Loss
"""


def test_a_set_that_is_tied_to_a_signal_and_to_the_belief_after_it() -> None:
    """The Foe's second belief depends on the whole of play, and on what follows the first one given that."""
    play = play_of(read(SIGNAL), Clock())
    first, second = (info.index for info in play.sets if info.player == "Foe")
    movers = {info.name: info.index for info in play.sets if info.player == "Patron"}

    assert [(link.earlier, link.settles(play)) for link in links(play, first)] == [(None, False)]
    from_root, from_first = links(play, second)
    assert (from_root.earlier, from_first.earlier) == (None, first)
    assert from_root.decided_by == frozenset(movers.values())
    assert from_first.decided_by == {movers[name] for name in movers if "Probe" in name}


# Conditions


def conditions(made: Made, *texts: str) -> tuple[Formula, ...]:
    return tuple(made.formula(text) for text in texts)


def test_parts_that_share_parameters_alone_can_contradict_each_other() -> None:
    """Each part holds somewhere, both nowhere."""
    made = Made("a b", "0 < a < 1 and 0 < b < 1", ["x", "y"])
    feasibility = Feasibility(made.space)
    low = feasibility.extended(Known(), conditions(made, "x > a", "x < b"))

    assert low is not None
    assert feasibility.extended(low, conditions(made, "y > 0", "y > b", "y < a")) is None
    assert feasibility.extended(low, conditions(made, "y > a", "y < b")) is not None


def test_a_part_that_is_met_again_is_not_asked_about_again() -> None:
    """What contradicts itself is known to, beside whatever else."""
    made = Made("a b", "0 < a < 1 and 0 < b < 1", ["x", "y"])
    feasibility, absurd = Feasibility(made.space), conditions(made, "y > a", "y < a**2")
    first = feasibility.extended(Known(), conditions(made, "x > a"))
    second = feasibility.extended(Known(), conditions(made, "x > b"))
    assert first is not None
    assert second is not None
    assert feasibility.extended(first, absurd) is None
    asked = made.space.smt.queries

    assert feasibility.extended(second, absurd) is None
    assert made.space.smt.queries == asked


@pytest.mark.parametrize(("knife_edge", "possible"), [(False, False), (True, True)])
def test_more_equations_than_unknowns_hold_on_a_surface_at_most(knife_edge: bool, possible: bool) -> None:
    """Such a part is dropped unless surfaces are asked for."""
    made = Made("a b", "0 < a < 1 and 0 < b < 1", ["x"], knife_edge=knife_edge)
    part = tuple(Atom(made.ring[left] - made.ring[right], "==") for left, right in (("x", "a"), ("x", "b")))

    assert (Feasibility(made.space).extended(Known(), part) is not None) is possible


def test_equations_that_say_the_same_are_no_knife_edge() -> None:
    """Two equations in one unknown that have a common solution everywhere leave all of the space."""
    made = Made("a b", "0 < a < 1 and 0 < b < 1", ["x"])
    x, a = made.ring["x"], made.ring["a"]
    part = (Atom(x - a, "=="), Atom((x - a) * (x + a), "=="))

    assert Feasibility(made.space).extended(Known(), part) is not None


# A game of 26 information sets

THREE_ENTRANTS = """
players: [Guarantor, Entrant]
parameters: {p: 0 < p < 1, a: a > 1, b: 0 < b < 1}
types:
  Guarantor: {Tough: {probability: p, fighting: 1}, Weak: {probability: 1 - p, fighting: -1}}
horizon: 3
short_lived: [Entrant]
outcomes:
  Quiet: {Guarantor: a, Entrant: 0}
  Fought: {Guarantor: fighting, Entrant: b - 1}
  Yielded: {Guarantor: 0, Entrant: b}
tree:
  Entrant:
    Enter: {Guarantor: {Fight: Fought, Yield: Yielded}}
    Stay out: Quiet
"""


def test_three_entrants_meet_what_kreps_and_wilson_found() -> None:
    """A reputation of 1/10 with b = 1/2 is tested, and defended with probability p*(1 - b**2)/((1 - p)*b**2) = 1/3 (1982, section 2)."""
    solution = deterrence.solve(read(THREE_ENTRANTS).at(p="1/10", a="5/2", b="1/2"))

    assert solution.complete
    assert len(solution) > 0
    for found in solution:
        assert found.strategies["Entrant"]["Enter"] == 1
        assert found.strategies["Guarantor (Weak) | Enter"]["Fight"] == Fraction(1, 3)
        assert found.strategies["Entrant | Enter, Fight /"]["Enter"] == 1 - Fraction(2, 5)
        assert sorted(found.beliefs["Entrant | Enter, Fight /"].values()) == [Fraction(1, 4), Fraction(3, 4)]
