"""Games that are played over and over: files and Python say the same, and what does not fit is refused at its place."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest

import deterrence as dt
from deterrence import Automaton, Decision, InputError, Outcome, RepeatedGame, StochasticGame
from deterrence.model.automata import Phase, Rule
from deterrence.model.extensive import extensive_form
from deterrence.model.profiles import profile_form
from deterrence.model.reading import read
from deterrence.model.recursion import state_values
from deterrence.model.state_forms import StochasticForm
from deterrence.model.validation import validate

DILEMMA = """\
title: Dilemma
players: [Ally, Patron]
parameters:
  delta: 0 < delta < 1
  T: T > 3
outcomes:
  CC: {Ally: 3, Patron: 3}
  CD: {Ally: 0, Patron: T}
  DC: {Ally: T, Patron: 0}
  DD: {Ally: 1, Patron: 1}
discount: delta
repeat: true
states:
  Stage:
    tree:
      Ally:
        hidden_from: [Patron]
        C: {Patron: {C: CC, D: CD}}
        D: {Patron: {C: DC, D: DD}}
strategies:
  Grim:
    start: Cooperate
    Cooperate:
      play: {Ally: C, Patron: C}
      next: [{when: {Ally: C, Patron: C}, go: Cooperate}, {go: Punish}]
    Punish:
      play: {Ally: D, Patron: D}
      next: [{go: Punish}]
"""

RISE = """\
title: Rise
players: [A, B]
parameters: {delta: 0 < delta < 1, p: 0 < p < 1}
outcomes:
  Peace: {A: 1, B: 0}
  War: {A: 1/2, B: 1/2}
discount: {A: delta, B: 1/2}
states:
  Strong:
    tree: {A: {Wait: {outcome: Peace, next: {Strong: 1 - p, Weak: p}}, Strike: War}}
  Weak:
    tree: {B: {Wait: {outcome: Peace, next: Weak}, Strike: {outcome: War, A: 0, B: 1}}}
"""

GOOD, BAD = {"Ally": "C", "Patron": "C"}, {"Ally": "D", "Patron": "D"}


def twin() -> StochasticGame:
    """The dilemma, built in Python."""
    answers = {own: Decision("Patron", {other: own + other for other in "CD"}) for own in "CD"}
    return RepeatedGame(
        title="Dilemma",
        players=["Ally", "Patron"],
        parameters={"delta": "0 < delta < 1", "T": "T > 3"},
        outcomes={"CC": {"Ally": 3, "Patron": 3}, "CD": {"Ally": 0, "Patron": "T"}, "DC": {"Ally": "T", "Patron": 0}, "DD": {"Ally": 1, "Patron": 1}},
        discount="delta",
        tree=Decision("Ally", answers, hidden_from=["Patron"]),
        strategies={"Grim": Automaton.grim_trigger(cooperate=GOOD, punish=BAD)},
    )


def test_a_file_and_its_python_twin_are_equal() -> None:
    """The same parts under the same names make the same game."""
    assert read(DILEMMA) == twin()
    assert hash(read(DILEMMA)) == hash(twin())


THRICE = DILEMMA.replace("repeat: true", "horizon: 3").partition("strategies")[0]


@pytest.mark.parametrize("text", [DILEMMA, RISE, THRICE], ids=["repeated", "states", "horizon"])
def test_written_and_read_again(text: str) -> None:
    """Writing a game and reading it again gives the same game and the same bytes; so does pickling."""
    game = read(text)
    again = read(game.to_yaml())

    assert again == game
    assert again.to_yaml() == game.to_yaml()
    assert pickle.loads(pickle.dumps(game)) == game


def test_a_tree_that_is_repeated_is_one_state() -> None:
    """`tree` with `repeat` is a repeated game, whose one state has a name of its own."""
    single = DILEMMA.replace("states:\n  Stage:\n    tree:\n", "tree:\n")

    assert read(single) == read(DILEMMA)


def test_states_and_what_follows_them() -> None:
    """Each end leads to the states that it names; one that names none ends the game unless it is repeated."""
    game = read(RISE)
    assert isinstance(game, StochasticGame)

    assert game.next_states("Strong") == ("Strong", "Weak")
    assert game.next_states("Weak") == ("Weak",)
    assert game.can_end
    assert not twin().can_end
    assert game.at(p="1/3").at(delta=0.5).fixed == {"delta": Fraction(1, 2), "p": Fraction(1, 3)}


def test_the_form_has_a_tree_for_every_state() -> None:
    """Information sets bear the name of their state, ends the probabilities of the states after them."""
    form = extensive_form(read(RISE), {"delta": Fraction(1, 2), "p": Fraction(1, 4)})
    assert isinstance(form, StochasticForm)

    assert [info.name for info in form.information_sets] == ["Strong: A", "Weak: B"]
    assert [form.following[k] for k in form.ends] == [((0, Fraction(3, 4)), (1, Fraction(1, 4))), (), ((1, 1),), ()]
    assert form.discounts == (Fraction(1, 2), Fraction(1, 2))


def test_values_of_states_solve_their_equations() -> None:
    """What A expects of waiting for ever in the strong state: 1 now, and from then on what each state is worth."""
    form = extensive_form(read(RISE), {"delta": Fraction(1, 2), "p": Fraction(1, 4)})
    assert isinstance(form, StochasticForm)
    strong, weak = state_values(form, {0: (1, 0), 1: (0, 1)})

    assert weak == [0, 1]
    assert strong[0] == 1 + Fraction(1, 2) * (Fraction(3, 4) * strong[0] + Fraction(1, 4) * weak[0])


def test_profiles_are_markov_in_pairs_of_states() -> None:
    """Each pair of a state of the game and one of the automaton is a state; play follows the rules of the automaton."""
    profile = profile_form(twin(), "Grim", {"delta": Fraction(1, 2), "T": Fraction(5)})
    form = profile.form

    assert [state.name for state in form.states] == ["Cooperate", "Punish"]
    assert [form.following[k][0][0] for k in form.ends] == [0, 1, 1, 1, 1, 1, 1, 1]
    assert profile.strategies[0] == (1, 0)
    assert profile.strategies[2] == (0, 1)


def test_standard_automata() -> None:
    """The states and rules that their names promise."""
    tit = Automaton.tit_for_tat(cooperate=GOOD, punish=BAD)
    pavlov = Automaton.win_stay_lose_shift(cooperate=GOOD, punish=BAD)
    limited = Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=3)
    stick = Automaton.stick_and_carrot(cooperate=GOOD, punish=BAD)

    assert dict(tit.phases["Both"].next[1].when) == {"Ally": "D", "Patron": "C"}
    assert {k: list(v) for k, v in tit.phases[tit.phases["Both"].next[1].go].play.items()} == {"Ally": ["C"], "Patron": ["D"]}
    assert [rule.go for rule in pavlov.phases["Punish"].next] == ["Cooperate", "Cooperate", "Punish"]
    assert [phase.next[-1].go for phase in limited.phases.values()] == ["Punish 1", "Punish 2", "Punish 3", "Cooperate"]
    assert dict(stick.phases["Punish"].next[0].when) == BAD


REFUSED = [
    ("discount: delta\n", "", "no discount"),
    ("discount: delta", "discount: {Ally: delta}", "'Patron' has none"),
    ("discount: delta", "discount: {Ally: delta, Patron: delta, Foe: delta}", "unknown player 'Foe'"),
    ("discount: delta", "discount: d", "unknown name 'd'"),
    ("repeat: true", "repeat: maybe", "expected true or false"),
    ("repeat: true", "horizon: 0", "at least 1"),
    ("repeat: true", "horizon: 2", "strategies are for games without a horizon"),
    ("start: Cooperate", "start: Coperate", "did you mean 'Cooperate'"),
    ("go: Cooperate}, {go: Punish}", "go: Cooperate}", "`next` must end with an entry without `when`, as {go: Cooperate}"),
    ("{go: Punish}]\n    Punish", "{go: Cooperate}]\n    Punish", "never comes to its state 'Punish'; name it in `next` of another"),
    ("repeat: true", "", "never comes to its state 'Punish'; no end of the tree has a `next`, so that the game ends after one period; did you mean"),
    ("play: {Ally: D, Patron: D}", "play: {Ally: D}", "has no move at 'Patron | ?'"),
    ("play: {Ally: D, Patron: D}", "play: {Ally: D, Patron: E}", "plays 'E'"),
    ("play: {Ally: D, Patron: D}", "play: {Ally: D, Patron: D, Foe: D}", "'Foe'"),
    ("when: {Ally: C, Patron: C}", "when: {Ally: X, Patron: C}", "looks for 'X'"),
    ("when: {Ally: C, Patron: C}", "when: {Aly: C, Patron: C}", "did you mean 'Ally'"),
    ("C: CC, D: CD", "C: {outcome: CC, next: Stag}, D: CD", "did you mean 'Stage'"),
    ("C: CC, D: CD", "C: {outcome: CX, next: Stage}, D: CD", "no listed outcome"),
    ("players: [Ally, Patron]", "players: [Ally, Patron]\ntypes: {Ally: {Firm: 1}}", "private types need a horizon"),
    ("  Stage:\n", "  Lost:\n    tree: CC\n  Stage:\n", "no one can reach the state 'Stage'"),
]


@pytest.mark.parametrize(("old", "new", "said"), REFUSED, ids=[each[1][:40] or each[0] for each in REFUSED])
def test_refused(old: str, new: str, said: str) -> None:
    """Each mistake is refused with its line, what was found and what was meant."""
    assert old in DILEMMA
    with pytest.raises(InputError) as refused:
        read(DILEMMA.replace(old, new, 1), "game.yaml")

    assert said in refused.value.message
    assert str(refused.value).startswith("game.yaml:")


UNSOUND = [
    (RISE, "delta: 0 < delta < 1", "delta: 0 < delta < 2", "can leave [0, 1)"),
    (RISE, "delta: 0 < delta < 1", "delta: 0 < delta <= 1", "can leave [0, 1)"),
    (RISE, "Strong: 1 - p, Weak: p", "Strong: 1 - p, Weak: p/2", "do not add up to one"),
    (RISE, "Strong: 1 - p, Weak: p", "Strong: 1 - 2*p, Weak: 2*p", "can leave [0, 1]"),
    (DILEMMA, "play: {Ally: D, Patron: D}", "play: {Ally: {C: 1/2, D: 1/3}, Patron: D}", "do not add up to one"),
]


@pytest.mark.parametrize(("text", "old", "new", "said"), UNSOUND, ids=[each[2] for each in UNSOUND])
def test_unsound(text: str, old: str, new: str, said: str) -> None:
    """A discount, transitions or mixtures that can go wrong somewhere are refused with a point where they do."""
    assert old in text
    with pytest.raises(InputError, match=said.replace("[", r"\[").replace(")", r"\)")):
        validate(read(text.replace(old, new, 1)))


def test_short_lived_players_do_not_discount() -> None:
    """A player who is replaced each period has no discount factor and values the period alone."""
    text = DILEMMA.replace("discount: delta", "discount: {Patron: delta}\nshort_lived: [Ally]")
    form = extensive_form(read(text), {"delta": Fraction(1, 2), "T": Fraction(5)})
    assert isinstance(form, StochasticForm)

    assert form.discounts == (0, Fraction(1, 2))
    with pytest.raises(InputError, match="cares for one period only"):
        read(text.replace("{Patron: delta}", "{Ally: delta, Patron: delta}"))


def test_private_monitoring_is_refused() -> None:
    """A move that one sees for good and another never does is refused."""
    text = RISE.replace("players: [A, B]", "players: [A, B, C]").replace("B: 0}", "B: 0, C: 0}").replace("B: 1/2}", "B: 1/2, C: 0}", 2)
    text = text.replace("B: 1}", "B: 1, C: 0}").replace("{A: delta, B: 1/2, C: 0}", "{A: delta, B: 1/2, C: 1/2}")
    with pytest.raises(InputError, match="monitoring would be private"):
        read(text.replace("{A: {Wait", "{A: {unseen_by: [B], Wait"))


def test_rules_speak_of_what_is_public() -> None:
    """An automaton may not look at a move that the others never see."""
    with pytest.raises(InputError, match="which the others never see"):
        read(DILEMMA.replace("hidden_from: [Patron]", "unseen_by: [Patron]"))


def test_concepts_are_those_of_the_game() -> None:
    """A game without a horizon is solved by its profiles or for Markov perfect equilibria, and the error says so."""
    with pytest.raises(InputError, match="subgame_perfect or nash or markov_perfect"):
        dt.solve(twin(), "sequential")
    with pytest.raises(InputError, match="name profiles under `strategies`"):
        dt.solve(twin().replace(strategies={}), "nash")


def test_automata_in_python_are_checked() -> None:
    """What is no automaton, rule or action is refused."""
    with pytest.raises(InputError, match="expected an Automaton"):
        twin().replace(strategies={"Grim": "grim"})
    with pytest.raises(InputError, match="two players"):
        Automaton.tit_for_tat(cooperate={"A": "C"}, punish={"A": "D"})
    with pytest.raises(InputError, match="at least 1"):
        Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=0)
    with pytest.raises(InputError, match="one action"):
        Automaton.grim_trigger(cooperate={"Ally": {"C": "1/2", "D": "1/2"}}, punish=BAD)
    assert Phase(GOOD, "Next").next == (Rule("Next"),)
    assert Outcome("CC", next="Stage") != Outcome("CC", next="Other")
