"""Critical discount factors against the formulas of the literature."""

from __future__ import annotations

import pytest
import sympy

import deterrence as dt
from deterrence import Automaton, Decision, RepeatedGame

GOOD, BAD = {"A": "C", "B": "C"}, {"A": "D", "B": "D"}


def dilemma(**strategies: Automaton) -> dt.Game:
    """The prisoner's dilemma with symbols for its payoffs."""
    return RepeatedGame(
        players=["A", "B"],
        parameters={"delta": dt.Parameter("delta", "0 < delta < 1", role="discount"), "T": "real", "R": "real", "P": "real", "S": "real"},
        assume=["T > R", "R > P", "P > S", "2*R > T + S"],
        outcomes={"CC": {"A": "R", "B": "R"}, "CD": {"A": "S", "B": "T"}, "DC": {"A": "T", "B": "S"}, "DD": {"A": "P", "B": "P"}},
        discount="delta",
        tree=Decision("A", {a: Decision("B", {b: a + b for b in "CD"}) for a in "CD"}, hidden_from=["B"]),
        strategies={name.replace("_", " "): automaton for name, automaton in strategies.items()},
    )


def region(game: dt.Game, condition: str) -> dt.Region:
    """The points of the game's parameter space where a condition holds: the region of a profile of another game that has just this one."""
    toll = dt.Game(
        players=["A"], parameters=list(game.parameters.values()), assume=[str(c) for c in game.assume],
        outcomes={"Yes": {"A": condition}, "No": {"A": 0}}, tree=Decision("A", {"Yes": "Yes", "No": "No"}),
    )  # fmt: skip
    return next(e.region for e in dt.solve(toll) if str(e.outcomes["Yes"]) == "1")


def same(game: dt.Game, found: dt.Region, advantage: str) -> bool:
    """Is the region where the advantage is not negative the same as the one found?"""
    wanted = region(game, advantage)
    return bool(found.implies(wanted)) and bool(wanted.implies(found))


def test_grim_trigger() -> None:
    """Friedman (1971): delta >= (T - R)/(T - P)."""
    game = dilemma(Grim=Automaton.grim_trigger(cooperate=GOOD, punish=BAD))
    (grim,) = dt.solve(game)

    assert grim.region.conditions == ("delta >= (T - R)/(T - P)",)
    assert grim.critical_discount[0].lower == ("(T - R)/(T - P)",)
    assert {(each["player"], each["state"]) for each in grim.binding} == {("A", "Cooperate"), ("B", "Cooperate")}
    assert str(grim.average_payoffs["A"]) == "R"


@pytest.mark.parametrize("periods", [1, 2, 3])
def test_limited_punishment(periods: int) -> None:
    """k periods of punishment suffice where delta + ... + delta**k >= (T - R)/(R - P)."""
    game = dilemma(Brief=Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=periods))
    (brief,) = dt.solve(game)
    total = " + ".join(f"delta**{k + 1}" for k in range(periods))

    assert same(game, brief.region, f"({total})*(R - P) - (T - R)")


def test_the_critical_discount_factor_of_two_periods_has_a_closed_form() -> None:
    """At T, R, P, S = 4, 3, 1, 0 it is (sqrt(3) - 1)/2."""
    game = dilemma(Brief=Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=2)).at(T=4, R=3, P=1, S=0)
    (brief,) = dt.solve(game)
    (bounds,) = brief.critical_discount

    (lower,) = bounds.lower

    assert sympy.simplify(sympy.sympify(lower) - (sympy.sqrt(3) - 1) / 2) == 0


def test_tit_for_tat() -> None:
    """A Nash equilibrium where delta >= (T - R)/(R - S) and (T - R)/(T - P); subgame perfect where delta is (T - R)/(R - S) and (P - S)/(T - P)."""
    game = dilemma(Tit_for_tat=Automaton.tit_for_tat(cooperate=GOOD, punish=BAD))
    (nash,) = dt.solve(game, "nash")
    (edge,) = dt.solve(game, knife_edge=True)

    assert set(nash.region.conditions) == {"delta >= (T - R)/(R - S)", "delta >= (T - R)/(T - P)"}
    assert not len(dt.solve(game))
    assert dt.solve(game).knife_edge == 1
    assert set(edge.region.conditions) == {"delta == (T - R)/(R - S)", "delta == (P - S)/(T - P)"}
    assert len(dt.solve(game.at(T=3, R=2, P=1, S=0, delta="1/2"))) == 1
    assert not len(dt.solve(game.at(T=3, R=2, P=1, S=0, delta="51/100")))


def test_a_coalition_that_shares_a_burden() -> None:
    """Contributing costs c and is worth v_i to i: all of three contribute under grim trigger where delta >= (c - v_i)/(2*v_i) for each."""
    players = ["A", "B", "C"]

    def payoff(joint: tuple[str, ...]) -> dict[str, str]:
        paid = sum(a == "Pay" for a in joint)
        return {p: f"{paid}*v_{p}{' - c' if a == 'Pay' else ''}" for p, a in zip(players, joint, strict=True)}

    def tree(joint: tuple[str, ...]) -> object:
        if len(joint) == 3:
            return dt.Outcome(" ".join(joint), payoff(joint))
        player = players[len(joint)]
        later = players[len(joint) + 1 :]
        return Decision(player, {a: tree((*joint, a)) for a in ("Pay", "Shirk")}, hidden_from=later)  # type: ignore[misc]

    everyone = dict.fromkeys(players, "Pay")
    game = RepeatedGame(
        players=players,
        parameters={"delta": dt.Parameter("delta", "0 < delta < 1", role="discount"), "c": "c > 0", **{f"v_{p}": f"v_{p} > 0" for p in players}},
        assume=[f"v_{p} < c" for p in players],
        discount="delta",
        tree=tree(()),
        strategies={"Pact": Automaton.grim_trigger(cooperate=everyone, punish=dict.fromkeys(players, "Shirk"))},
    )
    (pact,) = dt.solve(game)

    assert set(pact.region.conditions) == {f"delta >= (c - v_{p})/(2*v_{p})" for p in players}


def test_trigger_after_a_bad_signal() -> None:
    """Green and Porter (1984): incentives hold where shirking saves no more than it puts at risk; the best average is R - h*p/(q - p)."""
    signals = {"p": ("p", "1 - p"), "q": ("q", "1 - q")}

    def end(joint: str) -> dt.Chance:
        bad, good = signals["p" if joint == "CC" else "q"]
        # A public coin after a bad signal decides whether there is war for good.
        coin = dt.Chance({"War": ("x", joint), "Peace": ("1 - x", joint)})
        return dt.Chance({"Bad": (bad, coin), "Good": (good, joint)})

    trigger = Automaton(
        "Trust",
        {"Trust": dt.Phase(GOOD, [dt.Rule("War", {"Chance": "War"}), dt.Rule("Trust")]), "War": dt.Phase(BAD, ["War"])},
    )
    game = RepeatedGame(
        players=["A", "B"],
        parameters={"delta": "0 < delta < 1", "p": "0 < p < 1", "q": "0 < q < 1", "h": "h > 0", "R": "R > 0", "x": "0 < x < 1"},
        assume=["p < q"],
        outcomes={"CC": {"A": "R", "B": "R"}, "CD": {"A": "-1", "B": "R + h"}, "DC": {"A": "R + h", "B": "-1"}, "DD": {"A": 0, "B": 0}},
        discount="delta",
        tree=Decision("A", {a: Decision("B", {b: end(a + b) for b in "CD"}, unseen_by=["A"]) for a in "CD"}, unseen_by=["B"]),
        strategies={"Trigger": trigger},
    )
    solution = dt.solve(game)
    (found,) = solution
    value = "R/(1 - delta*(1 - p*x))"

    assert solution.concept == "perfect_public"
    # What is saved by shirking now is worth no more than the continuation that it puts at risk.
    assert same(game, found.region, f"delta*(q - p)*x*{value} - h")
    # Where the coin is drawn as seldom as incentives allow, the average payoff does not depend on the discount factor.
    average = found.average_payoffs["A"].subs({"x": "(1 - delta)*h/(delta*((q - p)*R - h*p))"})
    assert sympy.simplify(average - sympy.sympify("R - h*p/(q - p)")) == 0


def test_a_linear_public_good() -> None:
    """n equal states each give 0 or 1 at a cost c, worth v to each: full provision under grim where delta >= (c - v)/((n - 1)*v), here n = 2."""
    game = RepeatedGame(
        players=["A", "B"],
        parameters={"delta": dt.Parameter("delta", "0 < delta < 1", role="discount"), "c": "c > 0", "v": "v > 0"},
        assume=["v < c", "c < 2*v"],
        outcomes={
            "CC": {"A": "2*v - c", "B": "2*v - c"}, "CD": {"A": "v - c", "B": "v"}, "DC": {"A": "v", "B": "v - c"}, "DD": {"A": 0, "B": 0},
        },
        discount="delta",
        tree=Decision("A", {a: Decision("B", {b: a + b for b in "CD"}) for a in "CD"}, hidden_from=["B"]),
        strategies={"Grim": Automaton.grim_trigger(cooperate=GOOD, punish=BAD)},
    )  # fmt: skip
    (grim,) = dt.solve(game)

    assert grim.region.conditions == ("delta >= (c - v)/v",)
