"""From which discount factor on a profile is sustained, and by what: known thresholds, penal codes played out, and the payoff set."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy

from deterrence.algebra.errors import InputError
from deterrence.analysis.payoff_set import payoff_set
from deterrence.analysis.payoff_set_stage import StageGame, stage_game
from deterrence.analysis.sustaining import least_discount, simplest
from deterrence.analysis.sustaining_codes import PenalCode, simple_code
from deterrence.analysis.sustaining_penal_codes import penal_codes
from deterrence.model.parts import Decision
from deterrence.model.stochastic import RepeatedGame

THREE_BY_THREE = [[(16, 9), (3, 13), (0, 3)], [(21, 1), (10, 4), (-1, 0)], [(9, 0), (5, -4), (-5, -15)]]  # of Abreu and Sannikov (2014)


def dilemma(temptation: int, reward: int, punishment: int, sucker: int) -> StageGame:
    """The prisoner's dilemma."""
    return stage_game([[(reward, reward), (sucker, temptation)], [(temptation, sucker), (punishment, punishment)]], actions=[["C", "D"]] * 2)


def burden_sharing(cost: str, *worth: str) -> StageGame:
    """Each ally contributes at a cost, and every contribution is worth something to each."""
    n = len(worth)
    payoffs = np.empty((2,) * n + (n,), dtype=object)
    for actions in product((0, 1), repeat=n):
        given = actions.count(0)
        payoffs[actions] = [Fraction(w) * given - (Fraction(cost) if own == 0 else 0) for w, own in zip(worth, actions, strict=True)]
    return stage_game(payoffs, actions=[["Contribute", "Shirk"]] * n)


def market(quantities: Sequence[int], size: int = 12) -> StageGame:
    """Two sellers at no cost; the price is what the size of the market leaves, or 0."""
    rows = [[(max(size - x - y, 0) * x, max(size - x - y, 0) * y) for y in quantities] for x in quantities]
    return stage_game(rows, actions=[[str(x) for x in quantities]] * 2)


def random_game(seed: int, shape: tuple[int, ...] = (2, 2)) -> StageGame:
    """Whole-number payoffs."""
    return stage_game(np.random.default_rng(seed).integers(0, 8, (*shape, len(shape))))


def deviations_that_pay(code: PenalCode, path: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Played out state by state: the single deviations from the code's penalties, its carrots and a path for good that gain anything.

    The value of every state is computed anew, from what is played in it and the states that follow.
    """
    stage, rate = code.stage, code.discount
    pay = dict(zip(stage.profiles, stage.payoffs, strict=True))
    states = {("penalty", i): penalty.stick for i, penalty in enumerate(code.penalties)}
    states |= {("carrot", i): penalty.carrot for i, penalty in enumerate(code.penalties)}
    states |= {("path", 0): tuple(path)} if path else {}
    forever = {key: pay[profile] for key, profile in states.items() if key[0] != "penalty"}
    values = dict(forever)
    for i, penalty in enumerate(code.penalties):
        stay = rate * (1 - penalty.release)
        later = forever["carrot", i]
        pairs = zip(pay[penalty.stick], later, strict=True)
        values["penalty", i] = tuple(((1 - rate) * x + rate * penalty.release * y) / (1 - stay) for x, y in pairs)
    found = []
    for key, profile in states.items():
        for player, actions in enumerate(stage.actions):
            for action in actions:
                other = (*profile[:player], action, *profile[player + 1 :])
                gained = (1 - rate) * pay[other][player] + rate * values["penalty", player][player]
                if other != profile and gained > values[key][player]:
                    found.append((key, player, action))
    return found


@pytest.mark.parametrize("payoffs", [(5, 3, 1, 0), (4, 3, 1, 0), (3, 2, 1, 0), (10, 9, 3, 1), (7, 5, 2, -3)])
def test_cooperation_in_the_dilemma_takes_the_textbook_discount_factor(payoffs: tuple[int, int, int, int]) -> None:
    """(T - R)/(T - P), exactly, and no penal code does better than reversion to defection."""
    temptation, reward, punishment, _ = payoffs
    found = least_discount(dilemma(*payoffs), {"Player 1": "C", "Player 2": "C"})

    assert found.exact == found.low == found.high == Fraction(temptation - reward, temptation - punishment)
    assert found.binding == ("Player 1", "Player 2")
    assert found.code is not None
    assert str(found.code.penalties[0]) == "(D, D) for good"
    assert "exactly" in str(found)


@pytest.mark.parametrize(
    ("cost", "worth", "expected"),
    [("1", ("1/2",) * 4, Fraction(1, 3)), ("1", ("3/5", "1/2", "2/5"), Fraction(3, 4)), ("2", ("1", "3/2"), Fraction(1))],
)
def test_full_contributions_take_the_threshold_of_the_grim_trigger(cost: str, worth: tuple[str, ...], expected: Fraction) -> None:
    """The greatest (c - v)/((n - 1) v) over the allies; where that is 1 they are never sustained."""
    found = least_discount(burden_sharing(cost, *worth), ["Contribute"] * len(worth))

    assert found.low == expected
    assert (found.exact is None) is found.never is (expected == 1)


def test_what_gives_a_player_no_more_than_her_minmax_payoff_is_never_sustained() -> None:
    """Unless she has nothing to gain."""
    found = least_discount(stage_game(THREE_BY_THREE), ["3", "3"])

    assert (found.never, found.high, found.exact) == (True, None, None)
    assert found.binding == ("Player 1", "Player 2")
    assert "sustained at no discount factor below 1; Player 1 and Player 2 would always deviate" in str(found)


def test_an_equilibrium_of_the_stage_needs_no_patience() -> None:
    """It is sustained from 0 on."""
    found = least_discount(dilemma(5, 3, 1, 0), ["D", "D"])

    assert (found.exact, found.binding) == (0, ())


def test_a_stick_and_a_carrot_sustain_what_reversion_does_not() -> None:
    """Both sell 3 once they have sold 8 after a deviation: once neither the carrot nor the stick is worth leaving; reversion takes 1/2."""
    game = market([3, 4, 5, 6, 8])
    found = least_discount(game, ["3", "3"])
    (stick, _), (carrot, _), (usual, _) = (game.payoffs[game.place([q, q])] for q in ("8", "3", "4"))
    (from_stick, _), (from_carrot, _) = (game.deviations[game.place([q, q])] for q in ("8", "3"))

    assert (from_carrot - carrot) / (from_carrot - usual) == Fraction(1, 2)
    assert found.exact is None
    assert found.high == max((from_stick - stick) / (carrot - stick), (from_carrot - carrot) / (carrot - stick)) == Fraction(1, 6)
    assert found.high - found.low <= Fraction(1, 10**6)
    assert found.code is not None
    assert str(found.code.penalties[0]) == "(8, 8) once, then (3, 3) for good"
    assert deviations_that_pay(found.code, ("3", "3")) == []
    assert "between 0.16666" in str(found)


@pytest.mark.parametrize(
    ("play", "expected"), [(("1", "1"), Fraction(4, 13)), (("2", "1"), Fraction(3, 4)), (("1", "2"), Fraction(7, 10)), (("1", "3"), Fraction(10, 13))]
)
def test_penal_codes_reach_the_minmax_bound_of_the_published_game(play: tuple[str, str], expected: Fraction) -> None:
    """Each is sustained at the least discount factor that the minmax payoffs allow, by a code that nobody leaves."""
    found = least_discount(stage_game(THREE_BY_THREE), play)

    assert found.exact == expected
    assert found.code is not None
    assert deviations_that_pay(found.code, play) == []


def test_where_no_simple_code_is_known_the_bounds_decide() -> None:
    """Here at the minmax bound itself, in floating-point numbers."""
    found = least_discount(stage_game(THREE_BY_THREE), ["3", "1"])

    assert (found.exact, found.code) == (None, None)
    assert found.low == found.high == Fraction(4, 7)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("discount", [Fraction(1, 3), Fraction(3, 4)])
def test_nobody_gains_by_leaving_a_penal_code(seed: int, discount: Fraction) -> None:
    """Played out over all single deviations; its values are no less than the payoff set allows."""
    game = random_game(seed, (2, 3) if seed % 2 else (2, 2))
    code = simple_code(game, discount)
    bounds = payoff_set(game, discount, method="jyc").threats.values()

    assert (code is not None) or not game.nash
    if code is not None:
        assert deviations_that_pay(code) == []
        assert all(float(value) >= low - 1e-7 for value, (low, _) in zip(code.values, bounds, strict=True))


@pytest.mark.parametrize("seed", [3, 9, 15, 16, 18, 19, 22, 23])
def test_the_payoff_set_agrees_on_both_sides_of_the_threshold(seed: int) -> None:
    """For every profile: its payoffs are no equilibrium payoff sustained by itself a little below, and are one a little above."""
    game = random_game(seed)
    answers = {profile: least_discount(game, profile) for profile in game.profiles}
    inside = {profile: found for profile, found in answers.items() if found.high is not None and found.low > 0}

    assert inside
    for profile, found in inside.items():
        payoffs = game.payoffs[game.place(profile)]
        assert found.high is not None
        below, above = (payoff_set(game, at, method="jyc") for at in (found.low - Fraction(1, 1000), found.high + Fraction(1, 1000)))
        best = game.deviations[game.place(profile)]
        kept = [float(g) >= (1 - float(below.discount)) * float(d) + float(below.discount) * low
                for g, d, (low, _) in zip(payoffs, best, below.threats.values(), strict=False)]  # fmt: skip

        assert above.contains(payoffs) is True
        assert not (kept and all(kept))


def test_a_tolerance_says_how_wide_the_interval_may_be() -> None:
    """And is refused outside of (0, 1)."""
    found = least_discount(market([3, 4, 5, 6, 8]), ["3", "3"], tolerance="1/100")

    assert found.high is not None
    assert 0 < found.high - found.low <= Fraction(1, 100)
    with pytest.raises(InputError, match="tolerance: found 2"):
        least_discount(dilemma(5, 3, 1, 0), ["C", "C"], tolerance=2)


@pytest.mark.parametrize(
    ("play", "message"),
    [
        (["C"], "play: found 1 actions; expected 2"),
        ({"Player 1": "C"}, "play: no action for Player 2"),
        ({"Player 1": "C", "Player 3": "C"}, "play: 'Player 3' is no player of this game"),
        (["C", "c"], "play: 'c' is no action of Player 2; did you mean 'C'"),
        ("C", "play: found 'C'"),
    ],
)
def test_what_is_no_profile_is_refused(play: Any, message: str) -> None:
    """The message names the player and what she can do."""
    with pytest.raises(InputError, match=message):
        least_discount(dilemma(5, 3, 1, 0), play)


def symbolic_dilemma() -> RepeatedGame:
    """The dilemma with its payoffs as parameters."""
    second = Decision("Patron", {"C": "CC", "D": "CD"}), Decision("Patron", {"C": "DC", "D": "DD"})
    return RepeatedGame(
        players=["Ally", "Patron"],
        parameters={"delta": "0 < delta < 1", **dict.fromkeys("TRPS")},
        assume=["T > R", "R > P", "P > S"],
        outcomes={name: {"Ally": pair[0], "Patron": pair[1]} for name, pair in (("CC", "RR"), ("CD", "ST"), ("DC", "TS"), ("DD", "PP"))},
        discount="delta",
        tree=Decision("Ally", {"C": second[0], "D": second[1]}, hidden_from=["Patron"]),
    )


def test_a_game_in_symbols_has_its_threshold_in_symbols() -> None:
    """The formula is the textbook's, and has the exact value at the point."""
    game = symbolic_dilemma()
    point = {"T": 5, "R": 3, "P": 1, "S": 0}
    temptation, reward, punishment = sympy.symbols("T R P")
    found = least_discount(game.replace(parameters=[p.__class__(p.name, p.domain, default=point.get(p.name)) for p in game.parameters.values()]),
                           {"Ally": "C", "Patron": "C"})  # fmt: skip

    assert found.exact == Fraction(1, 2)
    assert sympy.simplify(found.formula - (temptation - reward) / (temptation - punishment)) == 0
    assert least_discount(game.at(**point), ["C", "C"]).formula == sympy.Rational(1, 2)


def test_the_simplest_number_has_the_least_denominator() -> None:
    """Of all in an interval that is open below and closed above."""
    for low, high in ((Fraction(1, 3), Fraction(1, 2)), (Fraction(5, 17), Fraction(6, 17)), (Fraction(0), Fraction(1, 100))):
        found = simplest(low, high)
        smaller = [Fraction(k, q) for q in range(1, found.denominator) for k in range(q + 1)]

        assert low < found <= high
        assert not any(low < each <= high for each in smaller)


def test_the_worst_equilibria_are_made_by_their_first_profile_and_what_follows() -> None:
    """In the published example: v = (1 - d) g + d w, nobody gains by deviating, and w is an equilibrium payoff."""
    game = stage_game(THREE_BY_THREE)
    found = penal_codes(game, "3/10", method="jyc")
    worst = np.array([each.high for each in found.values()])

    assert list(found) == ["Player 1", "Player 2"]
    assert worst == pytest.approx([1.12568240, 0], abs=1e-6)
    for k, each in enumerate(found.values()):
        place = game.place(each.first)
        now, best = (np.array(rows[place], dtype=float) for rows in (game.payoffs, game.deviations))
        payoffs = 0.7 * now + 0.3 * np.array(each.continuation)

        assert payoffs[k] == pytest.approx(worst[k], abs=1e-6)
        assert (payoffs >= 0.7 * best + 0.3 * worst - 1e-6).all()
        assert found.payoffs.contains(each.continuation) is True


def test_worst_equilibria_of_three_allies_are_to_shirk_for_good() -> None:
    """Which is the equilibrium of the stage, and the minmax payoff of all."""
    found = penal_codes(burden_sharing("1", "3/5", "1/2", "2/5"), "7/10")

    assert all(each.first == ("Shirk",) * 3 for each in found.values())
    assert all(each.continuation == pytest.approx((0, 0, 0), abs=1e-7) for each in found.values())
    assert str(found["Player 2"].simple) == "(Shirk, Shirk, Shirk) for good"


def test_worst_equilibria_where_only_the_present_counts_or_there_are_none() -> None:
    """The worst pure equilibrium of the stage; and a refusal."""
    found = penal_codes(stage_game([[(4, 4), (0, 0)], [(0, 0), (1, 1)]]), 0)

    assert found["Player 1"].first == ("2", "2")
    assert found["Player 1"].high == 1
    with pytest.raises(InputError, match="there is no equilibrium in pure actions"):
        penal_codes(stage_game([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]]), "1/2", method="jyc")
    with pytest.raises(KeyError):
        found["Player 3"]
