"""Games that are played a given number of times: what is known when, what is earned, and the same games unrolled by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import gambit_bridge
import pygambit
import pytest
import strategies
from families import Family
from hypothesis import HealthCheck, assume, given, note, settings
from unrolled import moves_of, partition, renamed, unrolled

import deterrence
from deterrence.algebra.errors import GameError
from deterrence.check import check
from deterrence.model.expectations import event_probabilities, expected_payoffs, outcome_probabilities, payoffs_by_type
from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game
from deterrence.model.parts import Branch, Branching, Chance, Decision, Outcome
from deterrence.model.reading import read
from deterrence.model.stochastic import RepeatedGame

CHAIN_STORE = """
players: [Guarantor, Entrant]
parameters: {p: 0 < p < 1, a: a > 1, b: 0 < b < 1, delta: 0 <= delta <= 1}
types:
  Guarantor:
    Tough: {probability: p, fighting: 0, yielding: -a - 1}
    Weak: {probability: 1 - p, fighting: -1, yielding: 0}
horizon: 2
discount: delta
short_lived: [Entrant]
outcomes:
  Quiet: {Guarantor: a, Entrant: 0}
  Fought: {Guarantor: fighting, Entrant: b - 1}
  Yielded: {Guarantor: yielding, Entrant: b}
tree:
  Entrant:
    Enter: {Guarantor: {Fight: Fought, Yield: Yielded}}
    Stay out: Quiet
events:
  Challenge: [Fought, Yielded]
"""
PATIENT = {"p": Fraction(1, 3), "a": Fraction(2), "b": Fraction(1, 2), "delta": Fraction(1)}


def stage(tree: Branching, horizon: int = 2, players: str = "AB", **sections: Any) -> RepeatedGame:
    """A game of some periods between players with one-letter names."""
    return RepeatedGame(players=list(players), tree=tree, horizon=horizon, **sections)


def end(name: str, *payoffs: object, players: str = "AB") -> Outcome:
    """An end in place; nothing is earned where nothing is said."""
    return Outcome(name, dict(zip(players, map(str, payoffs or [0] * len(players)), strict=True)))


def names(form: ExtensiveForm[Any], player: str = "") -> list[str]:
    """The names of the information sets of one player, or of all."""
    return [info.name for info in form.information_sets if player in ("", info.player, info.role)]


# What is known, and when


def test_information_sets_carry_all_periods() -> None:
    """Strokes stand between periods; a set at the start of a period ends with one."""
    form = extensive_form(read(CHAIN_STORE), PATIENT)

    assert names(form, "Entrant") == ["Entrant", "Entrant | Enter, Fight /", "Entrant | Enter, Yield /", "Entrant | Stay out /"]
    assert names(form, "Guarantor")[::4] == ["Guarantor (Tough) | Enter", "Guarantor (Weak) | Enter"]
    assert "Guarantor (Weak) | Stay out / Enter" in names(form)
    assert form.players == ("Guarantor", "Entrant, period 1", "Entrant, period 2")
    assert {info.player for info in form.information_sets if info.role == "Entrant"} == {"Entrant, period 1", "Entrant, period 2"}
    assert {node.mover for node in form.nodes if node.kind == "decision"} == set(form.players)


def test_a_simultaneous_move_is_shown_when_the_period_ends() -> None:
    """Within a period a hidden move stays hidden; the past is public."""
    tree = Decision("A", {m: Decision("B", {"c": end(f"{m}c"), "d": end(f"{m}d")}) for m in "cd"}, hidden_from=["B"])

    form = extensive_form(stage(tree), {})

    assert names(form, "A") == ["A", *(f"A | {m}, {n} /" for m in "cd" for n in "cd")]
    assert names(form, "B") == ["B | ?", *(f"B | {m}, {n} / ?" for m in "cd" for n in "cd")]


def test_what_is_unseen_stays_so_but_for_its_mover() -> None:
    """An effort that nobody sees is known to others only through a public signal; its mover remembers it."""
    signal = {m: Chance({"good": ("1/2", end(f"{m}g")), "bad": ("1/2", end(f"{m}b"))}) for m in ("work", "shirk")}
    tree = Decision("B", {"ask": Decision("A", signal, unseen_by=["B"]), "rest": end("Rest")})

    form = extensive_form(stage(tree), {})

    assert names(form, "B") == ["B", "B | ask, good /", "B | ask, bad /", "B | rest /"]
    assert names(form, "A")[:3] == ["A | ask", "A | ask, work, good / ask", "A | ask, work, bad / ask"]
    assert "A | rest / ask" in names(form, "A")


def test_a_successor_does_not_know_what_her_predecessor_did_in_secret() -> None:
    """Who is replaced is another player: she knows what is public, and no more."""
    tree = Decision("A", {"work": end("Good"), "shirk": end("Bad")}, unseen_by=["B"])
    watched = Decision("B", {"trust": tree, "distrust": end("Out")})

    form = extensive_form(stage(watched, short_lived=["A"]), {})
    lasting = extensive_form(stage(watched), {})

    assert names(form, "A") == ["A | trust", "A | trust / trust", "A | distrust / trust"]
    assert names(lasting, "A") == ["A | trust", "A | trust, work / trust", "A | trust, shirk / trust", "A | distrust / trust"]


def test_a_label_whose_mover_matters_later_is_refused() -> None:
    """Whether A or B moved is known later, but the names of information sets would not tell it."""
    move = {who: Decision(who, {"Go": end(f"{who} went"), "Stop": end(f"{who} stopped")}) for who in "AB"}
    game = stage(Chance({"one": ("1/2", move["A"]), "two": ("1/2", move["B"])}, unseen_by=["A", "B"]))

    with pytest.raises(GameError, match=r"would be called 'A \| Go /': 'Go' is chosen by A and by B; give one of them another label"):
        extensive_form(game, {})


def test_a_label_that_looks_like_two_periods_is_refused() -> None:
    """A stroke within a label may stand there, unless information sets could not be told apart."""
    game = stage(Decision("A", {"x": end("End"), "x / x": end("Other")}), horizon=3)

    with pytest.raises(GameError, match=r"would be called 'A \| x / x /': a label has a stroke as between periods; give one of them another label"):
        extensive_form(game, {})
    assert names(extensive_form(stage(game.tree), {})) == ["A", "A | x /", "A | x / x /"]


def test_what_is_hidden_may_not_tell_of_an_unseen_move() -> None:
    """B would learn A's secret move from whether the draw is hidden from her, and forget it when the draw is shown."""
    draw = {hidden: Chance({"heads": ("1/2", end("H")), "tails": ("1/2", end("T"))}, hidden_from=["B"] if hidden else []) for hidden in (True, False)}
    tree = Decision("B", {"ask": Decision("A", {"x": draw[True], "y": draw[False]}, unseen_by=["B"])})

    with pytest.raises(GameError, match="'heads' is hidden from B after one unseen move and not after another, which tells her"):
        extensive_form(stage(tree), {})
    assert names(extensive_form(stage(tree, short_lived=["B"]), {}), "B") == ["B", "B | ask, heads /", "B | ask, tails /"]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(strategies.finite_games(horizon=3))
def test_nobody_forgets_what_she_did_or_knew(game: RepeatedGame) -> None:
    """At all nodes of an information set its player has met the same sets of hers and chosen the same actions, in the same order."""
    form = extensive_form(game, {})

    for info in form.information_sets:
        assert len({tuple(own_steps(form, index, info.player)) for index in info.nodes}) == 1
        assert {(form.nodes[index].mover, form.nodes[index].types.get(info.player)) for index in info.nodes} == {(info.player, info.type)}


def own_steps(form: ExtensiveForm[Any], index: int, player: str) -> list[tuple[int | None, str]]:
    """A player's information sets on the way to a node, with what she chose there."""
    out = []
    node = form.nodes[index]
    while node.parent is not None:
        parent = form.nodes[node.parent]
        if parent.mover == player:
            out.append((parent.information_set, parent.labels[node.branch]))
        node = parent
    return out


# What is earned


def test_payoffs_are_discounted_sums_and_short_lived_players_earn_in_their_own_period() -> None:
    """A player who lasts discounts what she gets later; each short-lived one counts her own period alone, undiscounted."""
    half = {**PATIENT, "delta": Fraction(1, 2)}
    form = extensive_form(read(CHAIN_STORE), half)
    worth = {(node.types["Guarantor"], *node.moves): node.payoffs for node in (form.nodes[k] for k in form.ends)}

    assert worth["Weak", "Stay out", "Enter", "Fight"] == (2 - Fraction(1, 2), 0, Fraction(-1, 2))
    assert worth["Weak", "Enter", "Fight", "Stay out"] == (-1 + Fraction(2, 2), Fraction(-1, 2), 0)
    assert worth["Tough", "Enter", "Yield", "Enter", "Yield"] == (-3 - Fraction(3, 2), Fraction(1, 2), Fraction(1, 2))
    assert form.nodes[form.ends[0]].outcomes == ("Fought", "Fought")


def test_payments_on_the_way_belong_to_their_period() -> None:
    """What is paid on the way is added in the period in which it is paid."""
    tree = Decision("A", {"Go": Branch(end("Gone", 1, 0), {"A": "x", "B": "y"}), "Stay": end("Home", 0, 2)})
    at = {"x": Fraction(7), "y": Fraction(7), "d": Fraction(1, 3)}
    form = extensive_form(stage(tree, horizon=3, parameters=dict.fromkeys("xyd"), discount="d"), at)
    worth = {node.moves: node.payoffs for node in (form.nodes[k] for k in form.ends)}

    assert worth["Go", "Stay", "Go"] == (8 + Fraction(8, 9), 7 + Fraction(2, 3) + Fraction(7, 9))
    assert worth["Stay", "Stay", "Stay"] == (0, 2 + Fraction(2, 3) + Fraction(2, 9))


def test_an_outcome_comes_about_if_it_does_in_any_period() -> None:
    """Probabilities of outcomes and events are those of their ever coming about, so that they may add up to more than one."""
    form = extensive_form(read(CHAIN_STORE), PATIENT)
    even = {info.index: [Fraction(1, 2)] * 2 for info in form.information_sets}

    assert outcome_probabilities(form, even) == {"Quiet": Fraction(3, 4), "Fought": Fraction(7, 16), "Yielded": Fraction(7, 16)}
    assert event_probabilities(form, even) == {"Challenge": Fraction(3, 4)}
    assert expected_payoffs(form, even)["Entrant, period 2"] == 0
    assert payoffs_by_type(form, even)["Guarantor"]["Weak"] == 2 * (Fraction(1, 2) * 2 - Fraction(1, 4))


# The same game unrolled by hand


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(strategies.finite_games())
def test_a_random_game_is_the_one_that_is_unrolled_by_hand(game: RepeatedGame) -> None:
    """Information sets have the same histories, and ends the same payoffs, as in a plain game that tells at each period's end what was public."""
    note(game.to_yaml())
    form, twin = extensive_form(game, {}), extensive_form(unrolled(game), {})

    assert partition(form) == partition(twin)
    assert {moves_of(form, k): form.nodes[k].payoffs for k in form.ends} == {moves_of(twin, k): twin.nodes[k].payoffs for k in twin.ends}


# Equilibria


@pytest.mark.parametrize("concept", ["sequential", "weak_pbe", "subgame_perfect", "nash"])
def test_the_chain_store_has_the_equilibria_of_its_unrolled_twin(concept: str) -> None:
    """The same families with the same probabilities over the same regions, under each of the ordinary concepts."""
    game = read(CHAIN_STORE)
    twin = unrolled(game)
    mine, theirs = deterrence.solve(game, concept), deterrence.solve(twin, concept)
    names = renamed(extensive_form(game, PATIENT), extensive_form(twin, PATIENT))

    def families(solution: Any, naming: Mapping[str, str]) -> list[object]:
        plays = [{naming.get(i, i): {a: str(p) for a, p in s.items()} for i, s in e.strategies.items()} for e in solution]
        return [(play, e.region.conditions, list(map(str, e.payoffs.values()))) for play, e in zip(plays, solution, strict=True)]

    assert mine.complete
    assert theirs.complete
    assert len(mine) >= 3
    assert families(mine, names) == families(theirs, {})


@pytest.mark.parametrize("concept", ["sequential", "weak_pbe", "subgame_perfect", "nash"])
def test_the_checker_takes_every_family_of_the_chain_store(concept: str) -> None:
    """Members of each family at points of its region are equilibria, and playing against it shows who gains."""
    solution = deterrence.solve(read(CHAIN_STORE), concept)

    assert solution.complete
    for entry, e in zip(solution.to_dict()["equilibria"], solution, strict=True):
        for point in e.region.sample(2):
            family = Family(entry, point)
            (values, *_) = family.choices(None, 1)  # type: ignore[arg-type] - no random choice is asked for
            certificate = check(solution.game, family.strategies(values), family.beliefs(values), point, concept)
            assert certificate.valid, str(certificate)


@pytest.mark.parametrize("concept", ["weak_pbe", "subgame_perfect", "nash"])
def test_the_checker_knows_the_plans_of_short_lived_players(concept: str) -> None:
    """An entrant who enters against a fighter, once the game is known to come to her, has a plan that gains."""
    plays = {name: {"Fight": 1} if name.startswith("Guarantor") else {"Enter": 1} for name in names(extensive_form(read(CHAIN_STORE), PATIENT))}
    beliefs = {f"Entrant | {past} /": {f"Guarantor = Weak; {past}": 1} for past in ("Enter, Yield", "Stay out")}

    certificate = check(read(CHAIN_STORE), plays, beliefs, {**PATIENT, "a": 5}, concept)

    assert {d.player for d in certificate.deviations} >= {"Entrant, period 1", "Entrant, period 2"}
    assert {d.gain for d in certificate.deviations if d.player.startswith("Entrant")} == {Fraction(1, 2)}


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(strategies.finite_games(most_sets=2))
def test_every_family_of_a_random_game_passes_the_checker_and_gambit(game: RepeatedGame) -> None:
    """What the solver finds over several periods is an equilibrium by definition, and one in which nobody has any regret by Gambit's count."""
    form = extensive_form(game, {})
    assume(len(form.information_sets) <= 10 and strategies.supports(game) <= 3_000)
    note(game.to_yaml())
    solution = deterrence.solve(game)

    assert not solution.undecided
    assert len(solution) > 0
    gambit = gambit_bridge.to_gambit(game)
    for entry in solution.to_dict()["equilibria"]:
        family = Family(entry, {})
        (values, *_) = family.choices(None, 1)  # type: ignore[arg-type] - no random choice is asked for
        played = family.strategies(values)
        assert check(game, played, family.beliefs(values), {}).valid
        if all(isinstance(p, Fraction) for actions in played.values() for p in actions.values()):
            assert gambit_bridge.to_profile(gambit, form, played).max_regret() == 0


@pytest.mark.parametrize("prior", ["1/3", "2/5"])
def test_gambit_traces_the_chain_store_to_a_family_at_the_point(prior: str) -> None:
    """Following the logit curve leads to an equilibrium that the solver lists there."""
    game = read(CHAIN_STORE).at(p=prior, a=2, b="1/2", delta=1)
    form = extensive_form(game, game.fixed)
    gambit = gambit_bridge.to_gambit(game, game.fixed)

    traced = pygambit.nash.logit_solve(gambit, use_strategic=False).equilibrium
    entries = deterrence.solve(game).to_dict()["equilibria"]

    assert any(Family(entry, game.fixed).contains(gambit_bridge.of_profile(traced, form), 0.01) for entry in entries)
    assert len(entries) == 1


# Known results: Kreps and Wilson (1982) with two entrants

REGIONS = {  # prior -> first entrant, fight of the weak, entry after a fight, after peace, after giving way; with a = 2 and b = 1/2
    "1/10": ("Enter", Fraction(1, 9), Fraction(1, 2), 1, 1),
    "1/3": ("Stay out", Fraction(1, 2), Fraction(1, 2), 1, 1),
    "3/5": ("Stay out", Fraction(1), 0, 0, None),
}


@pytest.mark.parametrize("prior", REGIONS)
def test_two_entrants_in_turn_play_as_is_known(prior: str) -> None:
    """Entry, the weak type's fights and entry after each past are those worked out by hand, in every sequential equilibrium."""
    first, fight, after_fight, after_peace, after_yield = REGIONS[prior]

    for e in deterrence.solve(read(CHAIN_STORE).at(p=prior, a=2, b="1/2", delta=1)):
        play = e.strategies
        assert play["Entrant"][first] == 1
        assert play["Guarantor (Weak) | Enter"]["Fight"] == fight
        assert play["Entrant | Enter, Fight /"]["Enter"] == after_fight
        assert play["Entrant | Stay out /"]["Enter"] == after_peace
        assert after_yield is None or play["Entrant | Enter, Yield /"]["Enter"] == after_yield


@pytest.mark.parametrize("prior", REGIONS)
def test_the_catalogue_has_the_same_game_written_out(prior: str) -> None:
    """Two challengers in turn as a plain game have the equilibria of two periods with a short-lived entrant."""
    written = deterrence.load("chain_store").at(p=prior, a=2, c=1, d=3, b_1="1/2", b_2="1/2")
    names = {"First": "Entrant", "Second": "Entrant"}

    def named(name: str) -> str:
        player, _, past = name.partition(" | ")
        moves = past.split(", ") if past else []
        entered = moves[:1] == ["Enter"]
        cut = 2 if entered else 1
        later = player == "Second" or len(moves) > cut
        shown = f"{', '.join(moves[:cut])} / {', '.join(moves[cut:])}".strip() if later else ", ".join(moves)
        return " | ".join(part for part in (names.get(player, player), shown) if part)

    def plays(game: Game, naming: Callable[[str], str]) -> list[str]:
        found = [{naming(i): {a: str(p) for a, p in s.items()} for i, s in e.strategies.items()} for e in deterrence.solve(game)]
        return sorted(str(sorted(each.items())) for each in found)

    assert plays(read(CHAIN_STORE).at(**PATIENT | {"p": prior}), str) == plays(written, named)
