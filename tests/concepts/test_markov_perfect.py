"""Markov perfect equilibria against published formulas, brute force, value iteration, numerical solvers and other concepts."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from bellman import faults, form_at, profile_of, pure_equilibria, values
from families import Family
from scipy.optimize import root
from strategies import LETTERS, PLAYERS, StageBuilder, random_game

import deterrence
from deterrence.algebra.errors import GameError
from deterrence.model.expectations import expected_payoffs
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.parts import Decision, Outcome
from deterrence.model.reading import read
from deterrence.model.state_forms import StochasticForm
from deterrence.model.stochastic import StochasticGame
from deterrence.model.surds import exact_value
from deterrence.solution import Equilibrium, Solution
from deterrence.solve import solve

PAIR = PLAYERS[:2]
WAR_OF_ATTRITION = """
players: [One, Two]
parameters: {delta: 0 < delta < 1, v_1: v_1 > 0, v_2: v_2 > 0, c_1: c_1 > 0, c_2: c_2 > 0}
outcomes:
  Both yield: {One: 0, Two: 0}
  One yields: {One: 0, Two: v_2}
  Two yields: {One: v_1, Two: 0}
  Stand-off: {One: -c_1, Two: -c_2}
discount: delta
states:
  Crisis:
    tree:
      One:
        hidden_from: [Two]
        Stay: {Two: {Stay: {outcome: Stand-off, next: Crisis}, Yield: Two yields}}
        Yield: {Two: {Stay: One yields, Yield: Both yield}}
"""
SHIFTING_POWER = """
players: [Decliner, Riser]
parameters: {delta: 0 < delta < 1, p: 0 < p < 1, k: k > 0, s: 0 < s < 1/2}
discount: delta
states:
  Parity:
    tree:
      Decliner:
        Attack: {outcome: Preventive war, Decliner: p - k, Riser: 1 - p - k}
        Wait: {outcome: Truce, Decliner: 1/2, Riser: 1/2, next: Preponderance}
  Preponderance:
    tree:
      Riser:
        Demand:
          Decliner:
            Concede: {outcome: Concession, Decliner: s, Riser: 1 - s, next: Preponderance}
            Resist: {outcome: Late war, Decliner: 0 - k, Riser: 1 - k}
        Restrain: {outcome: Restraint, Decliner: 1/2, Riser: 1/2, next: Preponderance}
"""
PREVENTION = """
title: A patron who may strike before the rise
players: [Patron, Ally, Adversary]
parameters:
  delta: {domain: 0 < delta < 1, role: discount}
  c: {domain: c > 0, role: cost, meaning: standing by the ally in parity}
  C: {domain: C > 0, role: cost, meaning: standing by the ally after the rise}
assume: [c < C]
discount: delta
states:
  Parity:
    tree:
      Patron:
        Strike: {outcome: Secured, Patron: 1/(1 - delta) - 4, Ally: 1/(1 - delta), Adversary: 0}
        Keep:
          Ally:
            Stay:
              Adversary:
                Press:
                  Patron:
                    Stand: {outcome: Defended, Patron: 1 - c, Ally: 1, Adversary: -1, next: {Parity: 3/4, Risen: 1/4}}
                    Abandon: {outcome: Abandoned, Patron: 0, Ally: -1, Adversary: 1}
                Wait: {outcome: Calm, Patron: 1, Ally: 1, Adversary: 0, next: {Parity: 3/4, Risen: 1/4}}
            Realign: {outcome: Realigned, Patron: 0, Ally: 0, Adversary: 1}
  Risen:
    tree:
      Adversary:
        Press:
          Patron:
            Stand: {outcome: Defended late, Patron: 1 - C, Ally: 1, Adversary: -1, next: Risen}
            Abandon: {outcome: Abandoned late, Patron: 0, Ally: -1, Adversary: 1}
        Wait: {outcome: Calm after the rise, Patron: 1, Ally: 1, Adversary: 0, next: Risen}
"""


# Random games


@dataclass
class StateBuilder(StageBuilder):
    """Grows the tree of one state; every end says which states follow it."""

    name: str = ""
    states: tuple[str, ...] = ()

    def end(self) -> Outcome:
        made = super().end()
        payoffs = {player: Fraction(self.random.choice([-3, -2, -1, 1, 2, 3]) * self.random.choice([5, 7, 11]), 5) for player in self.players}
        chosen = self.random.sample(self.states, self.random.choice([1, 1, min(2, len(self.states))]))
        odds = {chosen[0]: "1"} if len(chosen) == 1 else {chosen[0]: "1/3", chosen[1]: "2/3"}
        return Outcome(f"{self.name} {made.name}", payoffs, {} if self.random.random() < 1 / 8 else odds)


def random_stochastic_game(number: int, most_sets: int = 2) -> StochasticGame | None:
    """The game of that number: two or three states, each with a small random tree; None where a player would forget or a state is lost."""
    rng = random.Random(f"stochastic {number}")
    names = ("North", "East", "South")[: rng.choice([2, 2, 3])]
    trees = {}
    for name in names:
        builder = StateBuilder(rng, PAIR, {}, [], most_sets, name=name, states=names)
        trees[name] = builder.decision(rng.choice(PAIR), 0, dict.fromkeys(PAIR, ()))
    discount = {player: rng.choice(["1/2", "2/3", "9/10"]) for player in PAIR}
    try:
        game = StochasticGame(title=f"Stochastic game {number}", players=PAIR, states=trees, discount=discount)
        extensive_form(game, {})
    except GameError:
        return None
    return game


def contest(number: int, states: int = 2, symbols: Mapping[str, str] | None = None, zero_sum: bool = False) -> StochasticGame:
    """Two players who choose between two actions at once in each of a few states, with payoffs in generic position."""
    rng = random.Random(f"contest {number}")
    names = ("North", "East", "South")[:states]

    def end(state: str, moves: str) -> Outcome:
        payoffs = {}
        for player in PAIR:
            payoff = str(Fraction(rng.randint(-300, 300), 101))
            payoffs[player] = payoff + rng.choice(["", *(f" + {s}" for s in symbols or {}), *(f" - {s}" for s in symbols or {})])
        if zero_sum:
            payoffs[PAIR[1]] = f"-({payoffs[PAIR[0]]})"
        chosen = rng.sample(names, min(2, states))
        odds = Fraction(rng.randint(1, 6), 7)
        return Outcome(f"{state} {moves}", payoffs, {chosen[0]: odds, chosen[-1]: 1 - odds} if states > 1 else {chosen[0]: 1})

    def tree(state: str) -> Decision:
        first, second = (tuple(f"{LETTERS[p]}{k}" for k in "lr") for p in PAIR)
        return Decision(PAIR[0], {a: Decision(PAIR[1], {b: end(state, a + b) for b in second}) for a in first}, hidden_from=[PAIR[1]])

    trees = {name: tree(name) for name in names}
    return StochasticGame(title=f"Contest {number}", players=PAIR, states=trees, parameters=dict(symbols or {}), discount="4/5")


def profiles(solution: Solution, at: Mapping[str, Fraction] | None = None) -> list[list[list[Any]]]:
    """The strategies of the families of a solution in exact numbers, free unknowns in the middle of their ranges."""
    form, out = form_at(solution.game, {**solution.game.fixed, **(at or {})}), []
    for entry in solution.to_dict()["equilibria"]:
        family = Family(entry, at or {})
        out.append(profile_of(form, family.strategies(next(family.choices(random.Random(0), 1)))))
    return out


def is_pure(profile: list[list[Any]]) -> bool:
    return all(p in (0, 1) for actions in profile for p in actions)


def support(e: Equilibrium) -> dict[str, list[str]]:
    """The actions that are played."""
    sets = e.setting.form.information_sets
    return {i.name: [a for a, p in zip(i.actions, e.exact_strategies[i.index], strict=True) if p] for i in sets}


def floats(profile: list[list[Any]]) -> list[float]:
    return [round(float(p), 9) for actions in profile for p in actions]


# Models of the literature


def test_a_crisis_as_a_war_of_attrition_has_three_equilibria() -> None:
    """Either side yields at once, or each yields with the other's cost over the other's stake and cost, whatever the discount factor is."""
    game = read(WAR_OF_ATTRITION)
    solution = solve(game, "markov_perfect")
    c_1, c_2, v_1, v_2 = sympy.symbols("c_1 c_2 v_1 v_2")
    (mixed,) = [e for e in solution if len(support(e)["One"]) > 1]

    assert solution.complete
    assert len(solution) == 3
    assert all(e.region.conditions == () for e in solution)
    assert sympy.simplify(mixed.strategies["One"]["Yield"] - c_2 / (v_2 + c_2)) == 0
    assert sympy.simplify(mixed.strategies["Two | ?"]["Yield"] - c_1 / (v_1 + c_1)) == 0
    assert mixed.payoffs == {"One": 0, "Two": 0}


def test_a_declining_power_attacks_before_it_is_too_late() -> None:
    """War at parity just where its lump beats a share now and concessions for ever; the rise of the other side makes the commitment fail."""
    solution = solve(read(SHIFTING_POWER), "markov_perfect")
    rng, found = random.Random(1), set()

    assert solution.complete
    for _ in range(200):
        at = {
            "delta": Fraction(rng.randint(1, 96), 97),
            "p": Fraction(rng.randint(1, 100), 101),
            "k": Fraction(rng.randint(1, 103), 103),
            "s": Fraction(rng.randint(1, 53), 107),
        }
        (here,) = [e for e in solution if at in e.region]
        concessions = at["s"] / (1 - at["delta"])
        war = at["p"] - at["k"] > Fraction(1, 2) + at["delta"] * concessions
        played = support(here)
        found.add(war)

        assert played["Parity: Decliner"] == (["Attack"] if war else ["Wait"])
        assert played["Preponderance: Riser"] == ["Demand"]
        assert played["Preponderance: Decliner | Demand"] == ["Concede"]
    assert found == {True, False}


def test_on_the_surface_between_war_and_peace_anything_goes() -> None:
    """At a point where the decliner is indifferent the game is solved afresh: both pure plans, and all mixtures."""
    solution = solve(read(SHIFTING_POWER), "markov_perfect")
    there = solution.at(delta="1/2", p="15/16", k="1/16", s="3/8")
    played = [support(e)["Parity: Decliner"] for e in there]

    assert played == [["Attack"], ["Attack", "Wait"], ["Wait"]]
    assert [list(e.free) for e in there] == [[], ["q"], []]


def test_surfaces_are_listed_if_asked_for() -> None:
    """With `knife_edge` the mixture of the decliner has a family of its own, on the surface of indifference."""
    solution = solve(read(SHIFTING_POWER), "markov_perfect", knife_edge=True)
    (mixed,) = [e for e in solution if len(support(e)["Parity: Decliner"]) > 1 and len(support(e)["Preponderance: Riser"]) == 1]

    assert {"delta": Fraction(1, 2), "p": Fraction(15, 16), "k": Fraction(1, 16), "s": Fraction(3, 8)} in mixed.region
    assert {"delta": Fraction(1, 2), "p": Fraction(15, 16), "k": Fraction(1, 17), "s": Fraction(3, 8)} not in mixed.region


def test_players_who_are_replaced_play_the_stage_game() -> None:
    """A patron before a chain of short-lived allies for ever: no memory, no reputation, the threat is empty in every period."""
    game = read("""
players: [Patron, Ally]
parameters: {delta: 0 < delta < 1, c: 0 < c < 1}
outcomes: {Loyal: {Patron: 1, Ally: 0}, Punished: {Patron: -c, Ally: -1}, Gone: {Patron: 0, Ally: 1}}
discount: delta
short_lived: [Ally]
repeat: true
states:
  Alliance:
    tree: {Ally: {Stay: Loyal, Defect: {Patron: {Punish: Punished, Accept: Gone}}}}
""")
    (only,) = solve(game, "markov_perfect")

    assert support(only) == {"Ally": ["Defect"], "Patron | Defect": ["Accept"]}
    assert only.payoffs == {"Patron": 0, "Ally": 1}


def test_an_alliance_of_three_under_shifting_power_is_decided_everywhere() -> None:
    """Three players who mix in two states: indifference twice over in one probability, behind the chance of coming there, is no equilibrium."""
    solution, rng = solve(read(PREVENTION), "markov_perfect"), random.Random(4)
    counts = set()
    for _ in range(3):
        at = {"delta": Fraction(rng.randint(1, 96), 97), "c": Fraction(rng.randint(1, 300), 101), "C": Fraction(rng.randint(301, 900), 103)}
        form = form_at(solution.game, at)
        here = profiles(Solution(solution.game, "markov_perfect", [e for e in solution if at in e.region]), at)
        afresh = solve(solution.game.at(**at), "markov_perfect")
        counts.add(len(here))

        assert afresh.complete
        assert all(faults(form, profile) == [] for profile in here)
        assert sorted(map(floats, here)) == sorted(map(floats, profiles(afresh)))
    assert solution.complete
    assert len(solution) == 20
    assert counts == {1, 3}


# Definitions and brute force


@pytest.mark.parametrize("number", [n for n in range(20) if random_stochastic_game(n) is not None])
def test_equilibria_of_random_games_are_those_found_by_trying(number: int) -> None:
    """Every equilibrium passes the Bellman check; where all is seen, the pure ones are those that trying every profile finds."""
    game = random_stochastic_game(number)
    assert game is not None
    form, solution = form_at(game, {}), solve(game, "markov_perfect")
    found = profiles(solution)

    assert solution.complete
    for e, profile in zip(solution, found, strict=True):
        beliefs = {i: [exact_value(e.text(b), {}) for b in bs] for i, bs in e.exact_beliefs.items()} if not e.exact_free else None
        assert e.exact_free or faults(form, profile, beliefs) == []
    if all(len(info.nodes) == 1 for info in form.information_sets) and not any(e.exact_free for e in solution):
        assert sorted(filter(is_pure, found)) == sorted(pure_equilibria(form))


@pytest.mark.parametrize("number", range(10))
def test_contests_are_solved_completely_at_a_point(number: int) -> None:
    """All pass the Bellman check, the pure ones are those found by trying, and their number is odd, as it is in generic games."""
    game = contest(number)
    form, solution = form_at(game, {}), solve(game, "markov_perfect")
    found = profiles(solution)

    assert solution.complete
    assert len(solution) % 2 == 1
    assert all(faults(form, profile) == [] for profile in found)
    assert sorted(filter(is_pure, found)) == sorted(pure_equilibria(form))


def test_payoffs_are_values_of_the_first_state() -> None:
    """What an equilibrium says its payoffs are is what the linear system says, irrational ones included."""
    game = contest(17)
    solution = solve(game, "markov_perfect")

    assert len(solution) == 7
    for e, profile in zip(solution, profiles(solution), strict=True):
        expected = values(form_at(game, {}), profile)[0]
        assert [float(exact_value(e.text(u), {})) for u in e.exact_payoffs.values()] == pytest.approx([float(v) for v in expected])


@pytest.mark.parametrize("number", [3, 4, 9, 10, 19])
def test_families_in_symbols_are_all_equilibria_at_random_points(number: int) -> None:
    """At each point the families that exist there are those of the game solved afresh, but for what is listed as undecided."""
    game = contest(number, symbols={"a": "a > 0", "b": "0 < b < 1"})
    solution, rng = solve(game, "markov_perfect"), random.Random(number)
    undecided = [dict(u["regime"]) for u in solution.undecided]
    for _ in range(3):
        at = {"a": Fraction(rng.randint(1, 400), 103), "b": Fraction(rng.randint(1, 96), 97)}
        here = Solution(game, "markov_perfect", [e for e in solution if at in e.region])
        afresh = solve(game.at(**at), "markov_perfect")
        decided = Solution(afresh.game, "markov_perfect", [e for e in afresh if support(e) not in undecided])

        assert afresh.complete
        assert sorted(map(floats, profiles(here, at))) == sorted(map(floats, profiles(decided)))


def test_what_has_no_closed_form_is_listed() -> None:
    """Where both states are mixed in and no closed form is found the regime is undecided, and the solution not complete."""
    solution = solve(contest(4, symbols={"a": "a > 0", "b": "0 < b < 1"}), "markov_perfect")

    assert not solution.complete
    assert all(len(actions) == 2 for u in solution.undecided for actions in u["regime"].values())
    assert "at a point they are solved exactly" in solution.undecided[0]["why"]


# Other concepts and other solvers


def played_once(number: int, symbolic: bool) -> tuple[Game, StochasticGame] | None:
    """A random tree, and the game that has it as its one state and no future; None where there are types or monitoring would be private."""
    game = random_game(number, symbolic, most_sets=4)
    if game is None or game.types:
        return None
    try:
        return game, StochasticGame(players=game.players, parameters=game.parameters, states={"Once": game.tree}, discount=0)
    except GameError:
        return None


NUMBERS = [*((n, False) for n in range(60)), *((n, True) for n in (3, 9, 11, 22, 28, 44))]


@pytest.mark.parametrize(("number", "symbolic"), [each for each in NUMBERS if played_once(*each) is not None])
def test_without_a_future_the_stage_game_is_played(number: int, symbolic: bool) -> None:
    """One state, discount 0: Markov perfect equilibria are the sequential equilibria of the tree, beliefs and regions included."""
    games = played_once(number, symbolic)
    assert games is not None
    expected, found = solve(games[0]), solve(games[1], "markov_perfect")

    assert expected.complete
    assert found.complete
    assert [e.shape for e in expected] == [e.shape for e in found]
    assert [e.region for e in expected] == [e.region for e in found]


def arrays(form: StochasticForm[Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Payoffs (player, state, action, action), chances (state, action, action, next state) and discount factors of a contest."""
    states = len(form.states)
    payoffs, chances = np.zeros((2, states, 2, 2)), np.zeros((states, 2, 2, states))
    for k in form.ends:
        node = form.nodes[k]
        assert node.parent is not None
        a, b, s = form.nodes[node.parent].branch, node.branch, form.state_of(k)
        payoffs[:, s, a, b] = [float(u) for u in node.payoffs]
        for t, odds in form.following[k]:
            chances[s, a, b, t] = float(odds)
    return payoffs, chances, np.array([float(d) for d in form.discounts])


def advantages(game: tuple[Any, Any, Any], x: Any) -> Any:
    """What each player gains by the first action over the second in each state, with `x` the probabilities of the first actions."""
    payoffs, chances, discounts = game
    states = len(chances)
    mix = [np.stack([p, 1 - p], 1) for p in (x[:states], x[states:])]
    step = np.einsum("sa,sb,sabt->st", *mix, chances)
    out = []
    for i in range(2):
        now = np.einsum("sa,sb,sab->s", *mix, payoffs[i])
        worth = payoffs[i] + discounts[i] * chances @ np.linalg.solve(np.eye(states) - discounts[i] * step, now)
        by_action = np.einsum("sab,sb->sa", worth, mix[1]) if i == 0 else np.einsum("sab,sa->sb", worth, mix[0])
        out.append(by_action[:, 0] - by_action[:, 1])
    return np.concatenate(out)


@pytest.mark.parametrize(("number", "states"), [(17, 2), (26, 2), (5, 3)])
def test_no_numerical_solver_finds_another_one(number: int, states: int) -> None:
    """Newton's method from many starts on the complementarity conditions: it ends at equilibria that are listed, or nowhere."""
    game = contest(number, states)
    form, solution = form_at(game, {}), solve(game, "markov_perfect")
    order = [i.index for player in PAIR for i in form.information_sets if i.player == player]
    ours = np.array([[float(profile[i][0]) for i in order] for profile in profiles(solution)])
    numbers, rng, found = arrays(form), np.random.default_rng(0), []
    scale = np.abs(advantages(numbers, np.full(2 * states, 0.5))).max()

    def residual(x: Any) -> Any:
        return x - np.clip(x + advantages(numbers, np.clip(x, 0, 1)) / scale, 0, 1)

    for _ in range(40):
        end = root(residual, rng.random(2 * states))
        if np.abs(residual(end.x)).max() < 1e-9:
            found.append(np.clip(end.x, 0, 1))
    distance = np.abs(np.array(found)[:, None] - ours[None]).max(2)

    assert solution.complete
    assert len(found) > 10
    assert distance.min(1).max() < 1e-6
    assert (distance.min(0) < 1e-6).sum() >= len(ours) - 1


def test_zero_sum_games_have_the_value_of_shapleys_iteration() -> None:
    """The value of each state is the limit of solving the matrix of payoffs and discounted values again and again (Shapley 1953)."""
    for number in range(6):
        game = contest(number, 2, zero_sum=True)
        form, solution = form_at(game, {}), solve(game, "markov_perfect")
        payoffs, chances, discounts = arrays(form)
        value = np.zeros(2)
        for _ in range(200):
            value = np.array([matrix_value(m) for m in payoffs[0] + discounts[0] * chances @ value])

        assert solution.complete
        for profile in profiles(solution):
            assert [float(row[0]) for row in values(form, profile)] == pytest.approx(list(value), abs=1e-9)


def matrix_value(m: Any) -> float:
    """The value of a two by two zero-sum game."""
    low, high = m.min(1).max(), m.max(0).min()
    return float(low if low >= high else (m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]) / (m[0, 0] + m[1, 1] - m[0, 1] - m[1, 0]))


def test_one_player_alone_follows_the_optimal_policy() -> None:
    """A decision problem: restoring and neglecting a deterrent that decays by chance, by value iteration at each point."""
    game = read("""
players: [Guardian]
parameters: {delta: 0 < delta < 1, r: r > 0, w: 0 < w < 1}
discount: delta
states:
  Strong:
    tree:
      Guardian:
        Maintain: {outcome: Kept, Guardian: 1 - r/2, next: Strong}
        Neglect: {outcome: Decayed, Guardian: 1, next: {Strong: 1 - w, Weak: w}}
  Weak:
    tree:
      Guardian:
        Rebuild: {outcome: Rebuilt, Guardian: -r, next: Strong}
        Endure: {outcome: Endured, Guardian: 0, next: Weak}
""")
    solution, rng = solve(game, "markov_perfect"), random.Random(2)

    assert solution.complete
    for _ in range(60):
        at = {"delta": Fraction(rng.randint(1, 90), 97), "r": Fraction(rng.randint(1, 300), 101), "w": Fraction(rng.randint(1, 102), 103)}
        (here,) = [e for e in solution if at in e.region]
        delta, r, w = map(float, at.values())
        strong = weak = 0.0
        for _ in range(600):
            keep, let = 1 - r / 2 + delta * strong, 1 + delta * ((1 - w) * strong + w * weak)
            strong, weak = max(keep, let), max(delta * strong - r, delta * weak)
        (best,) = here.payoffs.values()

        assert float(best.subs({name: sympy.Rational(x.numerator, x.denominator) for name, x in at.items()})) == pytest.approx(strong, abs=1e-6)


# The face


def test_three_states_at_a_point() -> None:
    """Peace, crisis and war between two rivals: eleven equilibria, several mixing in all states, each judged exactly."""
    game = read((Path(__file__).parents[2] / "benchmarks" / "peace_crisis_war.yaml").read_text(encoding="utf-8"))
    at = {"delta": Fraction(9, 10), "v": Fraction(2), "c": Fraction(1), "p": Fraction(3, 5)}
    solution, form = solve(game.at(**at), "markov_perfect"), form_at(game, at)

    assert solution.complete
    assert len(solution) == 11
    assert all(faults(form, profile) == [] for profile in profiles(solution))
    assert len([p for p in profiles(solution) if is_pure(p)]) == len(list(pure_equilibria(form))) == 2


def test_a_solution_prints_and_is_kept(tmp_path: Path) -> None:
    """Table, JSON and file: what is read back is what was solved."""
    solution = solve(read(WAR_OF_ATTRITION), "markov_perfect")
    solution.save(tmp_path / "solution.json")

    assert "3 families of Markov perfect equilibria" in str(solution)
    assert Solution.load(tmp_path / "solution.json") == solution
    assert [e["name"] for e in solution.to_dict()["equilibria"]] == ["E1", "E2", "E3"]


def test_it_stops_when_the_time_is_up() -> None:
    """A game that takes long gives what it has by then, marked incomplete."""
    game = contest(3, 3, symbols={"a": "a > 0", "b": "b > 0", "c": "c > 0"})
    started = time.monotonic()
    solution = solve(game, "markov_perfect", time_limit=1.5)

    assert time.monotonic() - started < 10
    assert not solution.complete
    assert "time limit of 1.5 s" in solution.undecided[-1]["why"]


def test_two_runs_say_the_same() -> None:
    """Same input, same text."""
    game = contest(10, symbols={"a": "a > 0", "b": "0 < b < 1"})

    assert solve(game, "markov_perfect").to_dict() == solve(game, "markov_perfect").to_dict()


@pytest.mark.parametrize("name", ["crisis_attrition", "alliance_under_shifting_power"])
def test_payoffs_are_those_of_the_strategies_as_they_are_mixed(name: str) -> None:
    """Payoffs in equilibrium are worked out with one pure reply of each player; the mixture itself is worth the same."""
    solution = solve(deterrence.load(name), "markov_perfect")
    mixed = [e for e in solution if any(not p.is_Integer for ps in e.strategies.values() for p in ps.values())]

    assert mixed
    for equilibrium in mixed:
        form = equilibrium.setting.form
        assert {player: str(value) for player, value in expected_payoffs(form, equilibrium.exact_strategies).items()} == {
            player: str(value) for player, value in equilibrium.exact_payoffs.items()
        }
