"""Markov perfect equilibria against published formulas, brute force, value iteration and other concepts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bellman import form_at, profile_of
from families import Family
from strategies import LETTERS, PLAYERS, StageBuilder

from deterrence.algebra.errors import GameError
from deterrence.model.extensive import extensive_form
from deterrence.model.parts import Decision, Outcome
from deterrence.model.stochastic import StochasticGame
from deterrence.solution import Solution

# Random games


@dataclass
class StateBuilder(StageBuilder):
    """Grows the tree of one state; every end says which states follow it."""

    name: str = ""
    states: tuple[str, ...] = ()

    def end(self) -> Outcome:
        made = super().end()
        payoffs = {player: str(self.random.choice([-3, -2, -1, 1, 2, 3]) * Fraction(self.random.choice([1, 1, 7, 11]), 5)) for player in self.players}
        chosen = self.random.sample(self.states, self.random.choice([1, 1, min(2, len(self.states))]))
        odds = {chosen[0]: "1"} if len(chosen) == 1 else {chosen[0]: "1/3", chosen[1]: "2/3"}
        return Outcome(f"{self.name} {made.name}", payoffs, {} if self.random.random() < 1 / 8 else odds)


def random_stochastic_game(number: int, most_sets: int = 3) -> StochasticGame | None:
    """The game of that number: two or three states, each with a small random tree; None where a player would forget."""
    rng = random.Random(f"stochastic {number}")
    names = ("North", "East", "South")[: rng.choice([2, 2, 3])]
    trees = {}
    for name in names:
        builder = StateBuilder(rng, PLAYERS[:2], {}, [], most_sets, name=name, states=names)
        trees[name] = builder.decision(rng.choice(PLAYERS[:2]), 0, dict.fromkeys(PLAYERS[:2], ()))
    discount = {player: rng.choice(["1/2", "2/3", "9/10"]) for player in PLAYERS[:2]}
    try:
        game = StochasticGame(title=f"Stochastic game {number}", players=PLAYERS[:2], states=trees, discount=discount)
        extensive_form(game, {})
    except GameError:
        return None
    return game


def random_contest(number: int, states: int = 2, symbols: Mapping[str, str] | None = None) -> StochasticGame:
    """Two players who choose between two actions at once in each of a few states, with payoffs in generic position."""
    rng = random.Random(f"contest {number}")
    names = ("North", "East", "South")[:states]

    def end(state: str, moves: str) -> Outcome:
        payoffs = {}
        for player in PLAYERS[:2]:
            payoff = str(Fraction(rng.randint(-300, 300), 101))
            payoffs[player] = payoff + rng.choice(["", *(f" + {s}" for s in symbols or {}), *(f" - {s}" for s in symbols or {})])
        chosen = rng.sample(names, min(2, states))
        odds = Fraction(rng.randint(1, 6), 7)
        return Outcome(f"{state} {moves}", payoffs, {chosen[0]: odds, chosen[-1]: 1 - odds} if states > 1 else {chosen[0]: 1})

    def tree(state: str) -> Decision:
        first, second = (tuple(f"{LETTERS[p]}{k}" for k in "lr") for p in PLAYERS[:2])
        return Decision(
            PLAYERS[0], {a: Decision(PLAYERS[1], {b: end(state, a + b) for b in second}) for a in first}, hidden_from=[PLAYERS[1]]
        )

    return StochasticGame(
        title=f"Contest {number}", players=PLAYERS[:2], states={name: tree(name) for name in names}, parameters=dict(symbols or {}), discount="4/5"
    )


def profiles(solution: Solution, at: Mapping[str, Fraction]) -> list[list[list[Any]]]:
    """The strategies of the families of a solution at a point, in exact numbers, free unknowns in the middle of their ranges."""
    form, out = form_at(solution.game, at), []
    for entry in solution.to_dict()["equilibria"]:
        family = Family(entry, at)
        values = next(family.choices(random.Random(0), 1))
        out.append(profile_of(form, family.strategies(values)))
    return out
