"""The checker: accepts what is an equilibrium, and says exactly what is wrong with what is not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import brute_force
import pytest
import strategies
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from deterrence.check import check
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.reading import load, read
from deterrence.model.surds import InputError, exact_value

CASES = Path(__file__).parent / "cases"
HALF = Fraction(1, 2)


def case(name: str) -> Game:
    return load(str(CASES / f"{name}.yaml"))


def odds(player: str, kinds: dict[str, Any], *moves: str) -> list[dict[str, Any]]:
    """A belief over the types of one player after the same moves, in the JSON form."""
    return [{"types": {player: kind}, "moves": list(moves), "probability": p} for kind, p in kinds.items()]


# Known equilibria

CRISIS = {"Leader (Resolved) | Escalate, Resist": {"Fight": 1}, "Leader (Irresolute) | Escalate, Resist": {"BackDown": 1}}
TIED = {
    "Defender (Resolved) | Signal, Challenge": {"Fight": 1},
    "Defender (Irresolute) | Signal, Challenge": {"Yield": 1},
    "Defender (Resolved) | Silence, Challenge": {"Fight": 1},
    "Defender (Irresolute) | Silence, Challenge": {"Yield": 1},
}
DEMAND = {
    "Defender (Hard) | Demand": {"Resist": 1},
    "Challenger (Hard) | Demand, Resist": {"Escalate": 1},
    "Challenger (Soft) | Demand, Resist": {"BackDown": 1},
}
TREATY = {"Protege | Pledge, Attack": {"Resist": 1}, "Protege | Abstain, Attack": {"Yield": 1}}
KNOWN = {
    "attack on a weak reputation": (
        "asymmetric_deterrence",
        {"Challenger": {"Demand": 1}, "Defender (Hard) | Demand": {"Resist": 1}, "Defender (Soft) | Demand": {"Yield": 1}},
        {},
        {"r": "1/4"},
        {"Challenger": "3/2", "Defender": "5/4"},
    ),
    "semi-separating escalation": (
        "audience_costs",
        {
            "Leader (Resolved)": {"Escalate": 1},
            "Leader (Irresolute)": {"Escalate": "p*(k - v)/((1 - p)*v)", "Refrain": "1 - p*(k - v)/((1 - p)*v)"},
            "Rival | Escalate": {"Resist": "v/(v + a)", "Concede": "a/(v + a)"},
            **CRISIS,
        },
        {"Rival | Escalate": odds("Leader", {"Resolved": "v/k", "Irresolute": "1 - v/k"}, "Escalate")},
        {"p": "1/4", "wH": "1/2"},
        {"Leader": "3/16", "Rival": "-1/2"},
    ),
    "no escalation, by a belief off the path": (
        "audience_costs",
        {
            "Leader (Resolved)": {"Refrain": 1},
            "Leader (Irresolute)": {"Refrain": 1},
            "Rival | Escalate": {"Resist": "2/3", "Concede": "1/3"},
            **CRISIS,
        },
        {"Rival | Escalate": odds("Leader", {"Resolved": "1/2", "Irresolute": "1/2"}, "Escalate")},
        {"p": "3/4", "wH": "-1/2"},
        {"Leader": "0", "Rival": "0"},
    ),
    "bluffing while hands are tied": (
        "tying_hands",
        {
            "Defender (Resolved)": {"Signal": 1},
            "Defender (Irresolute)": {"Signal": "q*k/((1 - q)*g)", "Silence": "1 - q*k/((1 - q)*g)"},
            "Challenger | Signal": {"Challenge": "vL/(vL + a)", "Accept": "a/(vL + a)"},
            "Challenger | Silence": {"Challenge": 1},
            **TIED,
        },
        {},
        {"q": "1/4", "vH": 3, "vL": 2, "wH": 1, "wL": -2, "a": 1, "g": 1, "k": 1},
        {"Defender": "5/12", "Challenger": "1/2"},
    ),
    "bluff in unilateral deterrence": (
        "unilateral_deterrence",
        {
            "Challenger (Hard)": {"Demand": 1},
            "Challenger (Soft)": {"Demand": "1/3", "Refrain": "2/3"},
            "Defender (Soft) | Demand": {"Resist": "7/87", "Concede": "80/87"},
            **DEMAND,
        },
        {},
        {"pA": "1/2", "pB": "1/4"},
        None,
    ),
    "a secret pledge keeps the adversary guessing": (
        "secret_treaty",
        {
            "Patron": {"Pledge": "g/(g + l)", "Abstain": "l/(g + l)"},
            "Adversary | ?": {"Attack": "k/(v - c)", "Refrain": "1 - k/(v - c)"},
            **TREATY,
        },
        {"Adversary | ?": {"Pledge": "g/(g + l)", "Abstain": "l/(g + l)"}},
        {"v": 3, "g": 2},
        {"Patron": "9/4", "Adversary": "0", "Protege": "-1/12"},
    ),
    "a settlement": (
        "seltens_horse",
        {"Patron": {"Consult": 1}, "Protege | Consult": {"Settle": 1}, "Arbiter | ?, ?": {"Severe": 1}},
        {"Arbiter | ?, ?": {"Bypass, Filed": "1/4", "Consult, Appeal": "3/4"}},
        {},
        {"Patron": "1", "Protege": "1", "Arbiter": "1"},
    ),
    "three volunteers who waver alike": (
        "volunteers_dilemma",
        {
            name: {"Act": "1 - sqrt(c/b)", "Wait": "sqrt(c/b)"} for name in ("First", "Second | ?", "Third | ?, ?")
        },
        {},
        {"b": 2, "c": 1},
        {"First": "1", "Second": "1", "Third": "1"},
    ),
}


@pytest.mark.parametrize("concept", ["nash", "weak_pbe", "subgame_perfect", "sequential"])
@pytest.mark.parametrize("name", KNOWN)
def test_known_equilibria_pass_under_every_concept(name: str, concept: str) -> None:
    """What was proved elsewhere to be a sequential equilibrium is one, and so is it under each weaker concept."""
    file, played, believed, at, _ = KNOWN[name]

    certificate = check(case(file), played, believed, at, concept)

    assert certificate.valid, str(certificate)
    assert certificate.deviations == ()


@pytest.mark.parametrize("name", [name for name, parts in KNOWN.items() if parts[-1]])
def test_expected_payoffs_are_exact(name: str) -> None:
    """Payoffs come back as exact numbers."""
    file, played, believed, at, payoffs = KNOWN[name]

    assert check(case(file), played, believed, at).payoffs == {player: Fraction(payoff) for player, payoff in payoffs.items()}


# Refutations


def test_a_deviation_comes_with_its_exact_gain() -> None:
    """Demanding from a defender with a strong reputation loses exactly what refraining gains."""
    played = {"Challenger": {"Demand": 1}, "Defender (Hard) | Demand": {"Resist": 1}, "Defender (Soft) | Demand": {"Yield": 1}}

    certificate = check(case("asymmetric_deterrence"), played, {}, {"r": "3/4"})

    assert not certificate.valid
    (deviation,) = certificate.deviations
    assert (deviation.player, deviation.information_set) == ("Challenger", "Challenger")
    assert (deviation.played, deviation.instead, deviation.gain) == ("Demand", "Refrain", HALF)
    assert str(certificate) == (
        "This is not a sequential equilibrium.\n"
        "  - Challenger gains 1/2 by Refrain instead of Demand at 'Challenger'.\n"
        "Expected payoffs: Challenger 1/2, Defender 7/4."
    )


def test_an_irrational_mixture_is_told_from_a_fraction_next_to_it() -> None:
    """Sixteen digits of a square root are no equilibrium, and the gain is an exact irrational number."""
    near = Fraction(7071067811865475, 10**16)
    sets = ("First", "Second | ?", "Third | ?, ?")
    exact = {name: {"Act": "1 - CRootOf(b*x**2 - c, 1)", "Wait": "sqrt(1/2)"} for name in sets}
    off = {**exact, "Third | ?, ?": {"Act": 1 - near, "Wait": near}}

    assert check(case("volunteers_dilemma"), exact, {}, {"b": 2, "c": 1}).valid
    certificate = check(case("volunteers_dilemma"), off, {}, {"b": 2, "c": 1})

    assert not certificate.valid
    assert [d.player for d in certificate.deviations] == ["First", "Second"]
    assert certificate.deviations[0].gain == 1 - 2 * near * exact_value("sqrt(1/2)", {})
    assert 0 < float(certificate.deviations[0].gain) < 1e-15


def test_beliefs_on_the_path_obey_bayes() -> None:
    """A belief that breaks Bayes' rule is reported with what it should be."""
    file, played, _, at, _ = KNOWN["semi-separating escalation"]
    wrong = {"Rival | Escalate": odds("Leader", {"Resolved": "2/3", "Irresolute": "1/3"}, "Escalate")}

    faults = check(case(file), played, wrong, at).faults

    assert faults[0] == "the belief at 'Rival | Escalate' is 2/3, 1/3, but by Bayes' rule it is 1/2, 1/2"
    assert "Rival gains 1/3 by Concede instead of Resist" in faults[1]


QUIET = {
    "Patron (Strong)": {"Quiet": 1},
    "Patron (Weak)": {"Quiet": 1},
    "Adversary | Speak": {"Attack": 1},
    "Protege | Speak, ?": {"Bold": 1},
}


@pytest.mark.parametrize(
    ("adversary", "protege"),
    [(("0", "1"), ("1", "0")), (("1/4", "3/4"), ("3/4", "1/4")), (("1/4", "3/4"), ("1", "0"))],
    ids=["each is sure of another type", "both doubt, at different odds", "one doubts, one is sure"],
)
def test_two_who_saw_the_same_deviation_must_agree(adversary: tuple[str, str], protege: tuple[str, str]) -> None:
    """Beliefs that differ about one and the same deviation are a weak perfect Bayesian equilibrium, but no limit of trembles."""
    game = case("agreeing_audiences")
    believed = {
        "Adversary | Speak": odds("Patron", dict(zip(("Strong", "Weak"), adversary, strict=True)), "Speak"),
        "Protege | Speak, ?": odds("Patron", dict(zip(("Strong", "Weak"), protege, strict=True)), "Speak", "Attack"),
    }

    assert check(game, QUIET, believed, {}, "weak_pbe").valid
    certificate = check(game, QUIET, believed, {})

    assert not certificate.valid
    assert certificate.deviations == ()
    assert "'Adversary | Speak' and 'Protege | Speak, ?' are not consistent" in certificate.faults[0]


@pytest.mark.parametrize("strong", ["0", "1/2", "1"])
def test_two_who_agree_are_consistent(strong: str) -> None:
    """The same belief about a deviation, whatever it is, comes from some trembles."""
    believed = {
        "Adversary | Speak": odds("Patron", {"Strong": strong, "Weak": f"1 - {strong}"}, "Speak"),
        "Protege | Speak, ?": odds("Patron", {"Strong": strong, "Weak": f"1 - {strong}"}, "Speak", "Attack"),
    }

    certificate = check(case("agreeing_audiences"), QUIET, believed, {"w": "1/4", "u": "3/4", "r": "1/8"})

    assert not [fault for fault in certificate.faults if "consistent" in fault]


def test_no_tremble_makes_two_mistakes_likelier_than_one_of_them() -> None:
    """A node behind two deviations cannot be believed where one of the two alone leads to the same information set."""
    game = read(
        """{players: [One, Two], tree: {One: {hidden_from: [Two],
        Out: {outcome: Out, One: 2, Two: 0},
        In: {One: {hidden_from: [Two], Left: {Two: {Yes: {outcome: A, One: 0, Two: 1}, No: {outcome: B, One: 0, Two: 0}}},
                   Right: {Two: {Yes: {outcome: C, One: 0, Two: 0}, No: {outcome: D, One: 1, Two: 1}}}}}}}}"""
    )
    played = {"One": {"Out": 1}, "One | In": {"Left": 1}, "Two | ?, ?": {"No": 1}}

    assert check(game, played, {"Two | ?, ?": {"In, Right": 1}}, {}).faults[0].endswith("the likeliest")
    assert check(game, played | {"One | In": {"Right": 1}}, {"Two | ?, ?": {"In, Right": 1}}, {}).valid
    assert "'Two | ?, ?'" in check(game, played, {"Two | ?, ?": {"In, Left": "1/2", "In, Right": "1/2"}}, {}).faults[0]


@pytest.mark.parametrize(("leaked", "consistent"), [("1/3", True), ("1/2", False), ("3/5", False)])
def test_beliefs_off_the_path_are_updated_by_what_chance_tells(leaked: str, consistent: bool) -> None:
    """Who hears of a deviation by a leak, three times as likely after one than after the other, believes the former three times as much."""
    game = read(
        """{players: [Foe, Ally, Patron], tree: {Foe: {hidden_from: [Ally, Patron],
        Stay: {outcome: Peace, Foe: 1, Ally: 0, Patron: 0}, Probe: {Ally: {Look: {Chance: {Leak: {probability: 1/4, then: heard},
            Calm: {probability: 3/4, then: Calm}}}}},
        Raid: {Ally: {Look: {Chance: {Leak: {probability: 3/4, then: heard}, Calm: {probability: 1/4, then: Calm}}}}}}},
        outcomes: {Calm: {Foe: 0, Ally: 0, Patron: 0}}, subtrees: {heard: {Patron: {Wait: Calm}}}}"""
    )
    played = {"Foe": {"Stay": 1}, "Ally | ?": {"Look": 1}, "Patron | ?, Look, Leak": {"Wait": 1}}
    believed = {
        "Ally | ?": {"Probe": "3/5", "Raid": "2/5"},
        "Patron | ?, Look, Leak": {"Probe, Look, Leak": leaked, "Raid, Look, Leak": f"1 - {leaked}"},
    }

    faults = check(game, played, believed, {}).faults

    assert (faults == ()) == consistent
    assert consistent or "'Ally | ?' and 'Patron | ?, Look, Leak' are not consistent: products of their odds" in faults[0]


TWICE = """{players: [One, Two], tree: {One: {
    Out: {outcome: Out, One: 1, Two: 0},
    In: {Two: {hidden_from: [One],
        Left: {One: {Low: {outcome: A, One: 2, Two: 1}, High: {outcome: B, One: 0, Two: 1}}},
        Right: {One: {Low: {outcome: C, One: 0, Two: 0}, High: {outcome: D, One: 3, Two: 0}}}}}}}}"""


def test_a_plan_is_judged_as_a_whole() -> None:
    """Where no single change pays, under a belief off the path that trembles rule out, a change of plan still may."""
    played = {"One": {"Out": 1}, "Two | In": {"Left": 1}, "One | In, ?": {"High": 1}}
    believed = {"One | In, ?": {"In, Right": 1}}

    weak = check(read(TWICE), played, believed, {}, "weak_pbe")
    nash = check(read(TWICE), played, believed, {}, "nash")
    sequential = check(read(TWICE), played, believed, {})

    assert [str(d) for d in weak.deviations] == ["One gains 1 by In instead of Out at 'One', Low at 'One | In, ?'"]
    assert nash.deviations == weak.deviations
    assert sequential.deviations == ()
    assert "'One | In, ?' are not consistent" in sequential.faults[0]


def test_an_unknown_concept_is_refused() -> None:
    """A concept that does not exist is answered with those that do."""
    with pytest.raises(InputError, match="expected one of nash, subgame_perfect, weak_pbe, sequential"):
        check(read(TWICE), {}, {}, {}, "perfect")


def test_an_empty_threat_is_nash_but_not_subgame_perfect() -> None:
    """The subgame in which a threat would have to be carried out is named with what its player gains there."""
    game = read(
        """{players: [Foe, Ally], tree: {Foe: {Stay: {outcome: Peace, Foe: 1, Ally: 3},
        Attack: {Ally: {Fight: {outcome: War, Foe: 0, Ally: 0}, Yield: {outcome: Loss, Foe: 2, Ally: 1/3}}}}}}"""
    )
    played = {"Foe": {"Stay": 1}, "Ally | Attack": {"Fight": 1}}

    assert check(game, played, {}, {}, "nash").valid
    certificate = check(game, played, {}, {}, "subgame_perfect")

    assert certificate.faults == ("Ally gains 1/3 in the subgame after 'Attack' by Yield instead of Fight at 'Ally | Attack'",)
    assert check(game, played, {}, {}, "weak_pbe").deviations[0].gain == Fraction(1, 3)


def test_nash_guards_against_changes_at_several_information_sets() -> None:
    """A deviation at two information sets at once counts as one, with the gain of the whole."""
    tree = """{players: [One, Two], tree: {One: {
        Out: {outcome: Out, One: 0, Two: 0},
        In: {One: {Stop: {outcome: Stop, One: -1, Two: 0}, Go: {outcome: Go, One: 1, Two: 0}}}}}}"""

    (deviation,) = check(read(tree), {"One": {"Out": 1}, "One | In": {"Stop": 1}}, {}, {}, "nash").deviations

    assert (deviation.gain, deviation.further) == (1, (("One | In", "Go"),))


def test_beliefs_off_the_path_must_be_given_and_add_up() -> None:
    """Off the path nothing says what is believed, so that it must be stated."""
    file, played, _, at, _ = KNOWN["no escalation, by a belief off the path"]
    half = {"Rival | Escalate": odds("Leader", {"Resolved": "1/2"}, "Escalate")}

    assert check(case(file), played, {}, at).faults == ("no beliefs at 'Rival | Escalate', which is not reached",)
    assert "the belief at 'Rival | Escalate' is 1/2, 0, which" in check(case(file), played, half, at).faults[0]
    assert check(case(file), played, {}, at, "nash").valid


def test_a_type_of_probability_zero_has_no_say() -> None:
    """At a point, a branch of probability 0 is not there, and what is said of it is ignored."""
    game = read(
        """{players: [A, B], parameters: {r: 0 <= r <= 1}, types: {A: {Good: {probability: r, c: 1}, Bad: {probability: 1 - r, c: -1}}},
        tree: {A: {Go: {B: {Yes: {outcome: Y, A: 1, B: c}, No: {outcome: N, A: 0, B: 0}}}, Stay: {outcome: S, A: 1/2, B: 0}}}}"""
    )
    played = {"A (Good)": {"Go": 1}, "A (Bad)": {"Stay": 1}, "B | Go": {"No": 1}}

    assert check(game, played, {}, {"r": 0}).valid
    assert [d.gain for d in check(game, played, {}, {"r": 1}).deviations] == [HALF, 1]


# Against the definition

CONCEPTS = st.sampled_from(["nash", "weak_pbe", "subgame_perfect", "sequential"])
few = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


@few
@given(strategies.games(), CONCEPTS)
def test_every_equilibrium_found_by_brute_force_passes(game: Game, concept: str) -> None:
    """The checker refutes no equilibrium: one of every support is accepted."""
    assume(strategies.supports(game) <= 250)

    for witness in brute_force.equilibria(game, {}, concept).witnesses.values():
        certificate = check(game, witness.strategies, witness.beliefs, {}, concept)
        assert certificate.valid, str(certificate)


@pytest.mark.parametrize("number", [26, 65, 79, 97])
def test_irrational_equilibria_found_by_brute_force_pass(number: int) -> None:
    """So is one whose probabilities are roots of three different polynomials."""
    game = strategies.random_meeting(number)
    witnesses = brute_force.equilibria(game, {}, "nash").witnesses.values()

    assert any(isinstance(p, str) for witness in witnesses for actions in witness.strategies.values() for p in actions.values())
    for witness in witnesses:
        assert check(game, witness.strategies, {}, {}).valid


@few
@given(st.data(), strategies.games(), CONCEPTS)
def test_verdicts_agree_with_the_definition(data: st.DataObject, game: Game, concept: str) -> None:
    """On assessments next to equilibria, checker and definition (every pure plan, every tremble, by z3) say the same."""
    assume(strategies.supports(game) <= 1000)
    form = extensive_form(game, {})
    start = data.draw(st.sampled_from(list(brute_force.equilibria(game, {}, "weak_pbe").witnesses.values())))
    played = [[start.strategies[i.name][a] for a in i.actions] for i in form.information_sets]
    believed = [list(start.beliefs[i.name].values()) for i in form.information_sets]
    for numbers in (*played, *believed):
        moved = data.draw(st.sampled_from([False, False, False, True]))
        if moved or any(isinstance(x, str) for x in numbers):  # an irrational number would be beyond the plain judge
            numbers[:] = data.draw(strategies.probabilities(len(numbers)))
    names = {i.name: dict(zip(i.actions, p, strict=True)) for i, p in zip(form.information_sets, played, strict=True)}
    histories = {i.name: dict(zip(start.beliefs[i.name], b, strict=True)) for i, b in zip(form.information_sets, believed, strict=True)}
    if concept in ("nash", "subgame_perfect"):  # beliefs are no part of them
        believed, histories = [None] * len(played), {}

    assert check(game, names, histories, {}, concept).valid == brute_force.judge(game, {}, played, believed, concept)
