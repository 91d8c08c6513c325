"""The checker on games that go on: named profiles and Markov strategies, accepted or refuted with exact gains."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from families import Family

import deterrence
from deterrence.check import check
from deterrence.model.automata import Automaton, Phase, Rule
from deterrence.model.game import Game
from deterrence.model.reading import read
from deterrence.model.surds import InputError, Surd

GOOD, BAD = {"Ally": "C", "Patron": "C"}, {"Ally": "D", "Patron": "D"}
DILEMMA = """
players: [Ally, Patron]
parameters: {delta: {domain: 0 <= delta < 1, default: 1/2}}
outcomes: {CC: {Ally: 3, Patron: 3}, CD: {Ally: 0, Patron: 5}, DC: {Ally: 5, Patron: 0}, DD: {Ally: 1, Patron: 1}}
discount: delta
repeat: true
tree: {Ally: {C: {Patron: {C: CC, D: CD}}, D: {Patron: {C: DC, D: DD}}, hidden_from: [Patron]}}
"""
WAR = """
players: [Ally, Rival]
parameters: {delta: {domain: 0 <= delta < 1, default: 1/2}, c: {domain: c > 0, default: 1}}
outcomes: {Stay: {Ally: -c, Rival: -c}, Won: {Ally: 2, Rival: 0}, Lost: {Ally: 0, Rival: 2}, Peace: {Ally: 0, Rival: 0}}
discount: delta
states:
  Struggle:
    tree:
      Ally:
        hidden_from: [Rival]
        Hold: {Rival: {Hold: {outcome: Stay, next: Struggle}, Concede: {outcome: Won, next: Over}}}
        Concede: {Rival: {Hold: {outcome: Lost, next: Over}, Concede: {outcome: Peace, next: Over}}}
  Over:
    tree: {outcome: Peace, next: Over}
"""


def dilemma(**strategies: Automaton) -> Game:
    """The prisoner's dilemma with named profiles."""
    return read(DILEMMA).replace(strategies={name.replace("_", " "): automaton for name, automaton in strategies.items()})


GRIM = dilemma(Grim_trigger=Automaton.grim_trigger(cooperate=GOOD, punish=BAD), Tit_for_tat=Automaton.tit_for_tat(cooperate=GOOD, punish=BAD))


# Named profiles


@pytest.mark.parametrize("concept", [None, "subgame_perfect", "nash"])
@pytest.mark.parametrize(("delta", "valid"), [("1/3", False), ("49/100", False), ("1/2", True), ("9/10", True)])
def test_grim_trigger_at_and_around_its_critical_discount_factor(delta: str, valid: bool, concept: str | None) -> None:
    """One half suffices, and nothing less."""
    assert check(GRIM, "Grim trigger", at={"delta": delta}, concept=concept).valid == valid


def test_a_deviation_tells_the_state_of_the_automaton_and_the_exact_gain() -> None:
    """Defection gains 2 now and loses delta/(1 - delta) times 2 later."""
    certificate = check(GRIM, "Grim trigger", at={"delta": "2/5"})

    assert [(d.player, d.information_set, d.played, d.instead, d.gain) for d in certificate.deviations] == [
        ("Ally", "Cooperate: Ally", "C", "D", Fraction(2, 3)),
        ("Patron", "Cooperate: Patron | ?", "C", "D", Fraction(2, 3)),
    ]
    assert str(certificate) == (
        "This is not a subgame perfect equilibrium.\n"
        "  - Ally gains 2/3 by D instead of C at 'Cooperate: Ally'.\n"
        "  - Patron gains 2/3 by D instead of C at 'Cooperate: Patron | ?'.\n"
        "Expected payoffs: Ally 5, Patron 5."
    )


def test_tit_for_tat_is_nash_but_not_perfect() -> None:
    """Its threats are not carried out willingly: after both defected, each would rather make peace."""
    perfect, nash = (check(GRIM, "Tit for tat", at={"delta": "3/4"}, concept=concept) for concept in ("subgame_perfect", "nash"))

    assert nash.valid
    assert nash.payoffs == {"Ally": 12, "Patron": 12}
    assert {d.information_set for d in perfect.deviations} >= {"Neither: Ally", "Neither: Patron | ?"}


def test_the_best_strategy_may_need_several_changes() -> None:
    """Against one period of punishment, defecting again and again is best: the gain is that of the whole strategy."""
    game = dilemma(Mild=Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=1))

    (deviation, _) = check(game, "Mild", at={"delta": "1/2"}, concept="nash").deviations
    (once, _) = check(game, "Mild", at={"delta": "1/2"}).deviations

    assert once.gain == 5 + Fraction(1, 2) + Fraction(6, 4) - 6
    assert deviation.gain == (5 + Fraction(1, 2)) / (1 - Fraction(1, 4)) - 6
    assert deviation.gain > once.gain


def test_a_plan_within_a_period_is_judged_as_a_whole() -> None:
    """Whoever prepares and then strikes gains, though neither alone does; that she cannot be trusted with the second is a subgame's matter."""
    game = read("""
players: [A, B]
outcomes: {Quiet: {A: 1, B: 1}, Armed: {A: 0, B: 1}, Struck: {A: 3, B: 0}}
discount: 1/10
repeat: true
tree: {A: {Rest: {B: {Wait: Quiet}}, Arm: {B: {Wait: {A: {Hold: Armed, Strike: Struck}}}}}}
strategies:
  Peace:
    start: One
    One: {play: {A: Rest, B | Rest: Wait, B | Arm: Wait, "A | Arm, Wait": Hold}, next: [{go: One}]}
""")
    perfect, nash = check(game, "Peace"), check(game, "Peace", concept="nash")

    (deviation,) = nash.deviations
    assert (deviation.information_set, deviation.instead, deviation.further) == ("One: A", "Arm", (("One: A | Arm, Wait", "Strike"),))
    assert {d.subgame for d in perfect.deviations} == {"", "Arm", "Arm, Wait"}


WATCHED = """
players: [Patron, Ally]
parameters: {delta: {domain: 0 <= delta < 1, default: 1/2}}
outcomes: {Kept: {Patron: 2, Ally: 2}, Used: {Patron: 3, Ally: -1}, Alone: {Patron: 0, Ally: 0}}
discount: delta
short_lived: [Ally]
repeat: true
tree: {Patron: {Keep: {Ally: {Trust: Kept, Leave: Alone}}, Use: {Ally: {Trust: Used, Leave: Alone}}, hidden_from: [Ally]}}
strategies:
  Late mistake:
    start: One
    One: {play: {Patron: Use, Ally: Leave}, next: [{go: Two}]}
    Two: {play: {Patron: Use, Ally: Trust}, next: [{go: Two}]}
  Distrust:
    start: One
    One: {play: {Patron: Use, Ally: Leave}, next: [{go: One}]}
"""


def test_short_lived_players_are_many() -> None:
    """One who comes second is a player of her own: what she does against her interest is no equilibrium, Nash or other, for checker and solver."""
    game = read(WATCHED)

    certificate = check(game, "Late mistake", concept="nash")

    assert [(d.player, d.information_set, d.gain) for d in certificate.deviations] == [("Ally", "Two: Ally | ?", 1)]
    assert check(game, "Distrust", concept="nash").valid
    assert [e.name for e in deterrence.solve(game, "nash")] == ["Distrust"]
    assert [e.name for e in deterrence.solve(game, "subgame_perfect")] == ["Distrust"]


def test_a_mixture_that_is_none_is_a_fault() -> None:
    """Probabilities must add up to one at the point."""
    phase = Phase({"Ally": {"C": "delta", "D": "delta"}, "Patron": "D"}, [Rule("One")])
    certificate = check(dilemma(Odd=Automaton("One", {"One": phase})), "Odd", at={"delta": "1/3"})

    assert not certificate.valid
    assert certificate.faults == ("the strategy at 'One: Ally' is 1/3, 1/3, which are no probabilities that add up to 1",)


# Markov strategies


def test_a_stage_equilibrium_repeated_is_markov_perfect() -> None:
    """What is best in the stage is best in every period when nothing depends on it."""
    assert check(read(DILEMMA), {"Ally": {"D": 1}, "Patron | ?": {"D": 1}}).valid
    (deviation,) = check(read(DILEMMA), {"Ally": {"C": 1}, "Patron | ?": {"D": 1}}).deviations
    assert (deviation.player, deviation.gain) == ("Ally", 1)


@pytest.mark.parametrize(("hold", "valid"), [("2/3", True), ("3/5", False)])
def test_a_war_of_attrition(hold: str, valid: bool) -> None:
    """Each concedes with probability c/(2 + c), whatever the discount factor, for to hold out is then worth as much as to give in."""
    mixed = {"Hold": hold, "Concede": str(1 - Fraction(hold))}
    strategies = {"Struggle: Ally": mixed, "Struggle: Rival | ?": mixed}

    certificate = check(read(WAR), strategies, at={"delta": "7/10", "c": 1})

    assert certificate.valid == valid
    assert certificate.payoffs["Ally"] == 0 or not valid


def test_families_of_the_solver_pass() -> None:
    """All Markov perfect equilibria of the war of attrition, at exact points of their regions."""
    solution = deterrence.solve(read(WAR))

    assert solution.complete
    assert len(solution) == 3
    for entry, e in zip(solution.to_dict()["equilibria"], solution, strict=True):
        for point in e.region.sample(3):
            (values, *_) = Family(entry, point).choices(None, 1)  # type: ignore[arg-type] - no random choice is asked for
            certificate = check(solution.game, Family(entry, point).strategies(values), {}, point, "markov_perfect")
            assert certificate.valid, str(certificate)


def test_irrational_mixtures_and_values_are_exact() -> None:
    """Where peace pays both a little, conceding solves p**2 - 5*p + 2 == 0 and is what the struggle is worth; a fraction beside it is none."""
    text = WAR.replace("outcomes: {", "outcomes: {Truce: {Ally: 1, Rival: 1}, ")
    game = read(text.replace("Concede: {outcome: Peace, next: Over}", "Concede: {outcome: Truce, next: Over}"))

    def both(concede: str) -> dict[str, dict[str, str]]:
        return {name: {"Concede": concede, "Hold": f"1 - {concede}"} for name in ("Struggle: Ally", "Struggle: Rival | ?")}

    certificate = check(game, both("(5 - sqrt(17))/2"), at={"delta": "1/2"})

    assert certificate.valid, str(certificate)
    assert isinstance(certificate.payoffs["Ally"], Surd)
    assert certificate.payoffs["Ally"] ** 2 - 5 * certificate.payoffs["Ally"] + 2 == 0
    assert not check(game, both("4384471871911697/10000000000000000"), at={"delta": "1/2"}).valid


def test_beliefs_off_the_path_within_a_period_are_judged_too() -> None:
    """An appeal that no one makes leaves a judge to believe what she likes, if she says what."""
    game = read("""
players: [Ally, Judge]
outcomes: {Quiet: {Ally: 1, Judge: 0}, Right: {Ally: 0, Judge: 1}, Wrong: {Ally: 0, Judge: 0}, Lenient: {Ally: 2, Judge: 0}}
discount: 1/2
repeat: true
tree: {Ally: {Rest: Quiet, Left: {Judge: {Hard: Right, Soft: Lenient}}, Right: {Judge: {Hard: Wrong, Soft: Lenient}}, hidden_from: [Judge]}}
""")
    rest = {"Ally": {"Rest": 1}, "Judge | ?": {"Hard": 1}}

    assert check(game, rest).faults == ("no beliefs at 'Judge | ?', which is not reached",)
    assert check(game, rest, {"Judge | ?": {"Left": "1/2", "Right": "1/2"}}).valid
    assert check(game, {**rest, "Judge | ?": {"Soft": 1}}, {"Judge | ?": {"Right": 1}}).deviations[0].gain == 1


# Bad input

WRONG: list[tuple[str, Any, dict[str, Any]]] = [
    ("the game names no profile 'Grim triger'; did you mean 'Grim trigger'?", "Grim triger", {}),
    ("the game names no profile 'Peace'; it names Grim trigger, Tit for tat", "Peace", {}),
    ("concept is 'sequential'; expected subgame_perfect or nash for a named profile here", "Grim trigger", {"concept": "sequential"}),
    (
        "concept is 'weak_pbe'; expected markov_perfect or subgame_perfect or nash for strategies in a game without a horizon here",
        {},
        {"concept": "weak_pbe"},
    ),
    ("delta = 3/2 is outside its domain, 0 <= delta < 1", "Grim trigger", {"at": {"delta": "3/2"}}),
]


@pytest.mark.parametrize(("message", "strategies", "options"), WRONG)
def test_wrong_input_is_refused(message: str, strategies: Any, options: dict[str, Any]) -> None:
    """One line says what was found and what was expected."""
    with pytest.raises(InputError) as error:
        check(GRIM, strategies, **options)

    assert str(error.value).endswith(message)


def test_a_discount_factor_of_one_is_refused() -> None:
    """Sums that need not converge have no value."""
    game = read(DILEMMA.replace("discount: delta", "discount: 2*delta"))

    with pytest.raises(InputError, match=r"the discount factor of Ally is 1 at this point; expected a number in \[0, 1\)"):
        check(game, {"Ally": {"D": 1}, "Patron | ?": {"D": 1}}, at={"delta": "1/2"})


def test_a_game_that_ends_names_no_profiles() -> None:
    """A name says nothing of a tree."""
    with pytest.raises(InputError, match="names no profiles: expected probabilities of actions"):
        check(deterrence.load("costly_signal"), "Grim trigger")
