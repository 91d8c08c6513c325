"""Random automata in random repeated games: the exact verdict against all one-shot deviations, computed from scratch on the payoffs of the stage."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

import deterrence as dt

ACTIONS = ("C", "D")
JOINT = list(product(ACTIONS, ACTIONS))
Payoffs = dict[tuple[str, str], tuple[int, int]]


class Machine:
    """A random automaton: in each state a joint action and, for every outcome that can be told apart, the next state."""

    def __init__(self, chance: random.Random, signals: list[object]) -> None:
        self.size = chance.randint(1, 3)
        self.play = [chance.choice(JOINT) for _ in range(self.size)]
        self.next = [{signal: chance.randrange(self.size) for signal in signals} for _ in range(self.size)]
        reached, todo = {0}, [0]
        while todo:
            fresh = set(self.next[todo.pop()].values()) - reached
            reached |= fresh
            todo += fresh
        self.states = sorted(reached)

    def automaton(self, rules: dict[object, dict[str, str]]) -> dt.Automaton:
        phases = {}
        for s in self.states:
            entries = [dt.Rule(f"S{self.next[s][signal]}", when) for signal, when in rules.items()]
            last = entries[-1].go
            phases[f"S{s}"] = dt.Phase(dict(zip("AB", self.play[s], strict=True)), [*entries[:-1], dt.Rule(last)])
        return dt.Automaton("S0", phases)


def solved(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gaussian elimination, written out."""
    n = len(rows)
    table = [[*row, b] for row, b in zip(rows, right, strict=True)]
    for k in range(n):
        pivot = next(r for r in range(k, n) if table[r][k] != 0)
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [x / table[k][k] for x in table[k]]
        for r in range(n):
            if r != k:
                table[r] = [x - table[r][k] * y for x, y in zip(table[r], table[k], strict=True)]
    return [row[-1] for row in table]


def verdict(machine: Machine, payoffs: Payoffs, odds: dict[tuple[str, str], dict[object, Fraction]], delta: Fraction) -> bool:
    """Does no deviation in one period pay, in any state that some history leads to?"""
    place = {s: k for k, s in enumerate(machine.states)}

    def worth(player: int, values: list[Fraction], state: int, joint: tuple[str, str]) -> Fraction:
        after = sum(p * values[place[machine.next[state][signal]]] for signal, p in odds[joint].items())
        return payoffs[joint][player] + delta * after

    for player in (0, 1):
        rows, right = [], []
        for s in machine.states:
            row = [Fraction(int(k == place[s])) for k in range(len(place))]
            for signal, p in odds[machine.play[s]].items():
                row[place[machine.next[s][signal]]] -= delta * p
            rows.append(row)
            right.append(Fraction(payoffs[machine.play[s]][player]))
        values = solved(rows, right)
        for s in machine.states:
            for action in ACTIONS:
                joint = (action, machine.play[s][1]) if player == 0 else (machine.play[s][0], action)
                if worth(player, values, s, joint) > values[place[s]]:
                    return False
    return True


def game_of(payoffs: Payoffs, automaton: dt.Automaton, odds: dict[tuple[str, str], dict[object, Fraction]] | None) -> dt.Game:
    """The repeated game, with the discount factor as its one symbol."""
    unseen = {"unseen_by": ["B"]} if odds else {"hidden_from": ["B"]}

    def end(joint: tuple[str, str]) -> object:
        if odds is None:
            return "".join(joint)
        return dt.Chance({str(signal): (p, "".join(joint)) for signal, p in odds[joint].items()})

    moves = {a: dt.Decision("B", {b: end((a, b)) for b in ACTIONS}, unseen_by=["A"] if odds else []) for a in ACTIONS}  # type: ignore[misc]
    return dt.RepeatedGame(
        players=["A", "B"],
        parameters={"delta": "0 <= delta and delta < 1"},
        outcomes={"".join(joint): dict(zip("AB", pair, strict=True)) for joint, pair in payoffs.items()},
        discount="delta",
        tree=dt.Decision("A", moves, **unseen),  # type: ignore[arg-type]
        strategies={"Machine": automaton},
    )


@pytest.mark.parametrize("seed", range(60))
def test_perfect_monitoring(seed: int) -> None:
    """Over all discount factors, and afresh at a point, the profile is subgame perfect just where no one-shot deviation pays."""
    chance = random.Random(seed)
    payoffs = {joint: (chance.randint(-3, 5), chance.randint(-3, 5)) for joint in JOINT}
    machine = Machine(chance, list(JOINT))
    odds = {joint: {joint: Fraction(1)} for joint in JOINT}
    automaton = machine.automaton({joint: dict(zip("AB", joint, strict=True)) for joint in JOINT})
    game = game_of(payoffs, automaton, None)
    solution = dt.solve(game, knife_edge=True)

    assert solution.complete
    for delta in (Fraction(chance.randrange(20), 20) for _ in range(4)):
        expected = verdict(machine, payoffs, odds, delta)
        assert any({"delta": delta} in e.region for e in solution) == expected, delta
        assert bool(len(dt.solve(game.at(delta=delta)))) == expected, delta


@pytest.mark.parametrize("seed", range(30))
def test_public_signals(seed: int) -> None:
    """The same where actions are unseen and a signal that depends on both of them is all that anybody sees."""
    chance = random.Random(1000 + seed)
    payoffs = {joint: (chance.randint(-3, 5), chance.randint(-3, 5)) for joint in JOINT}
    machine = Machine(chance, ["Good", "Bad"])
    odds: dict[tuple[str, str], dict[object, Fraction]] = {}
    for joint in JOINT:
        p = Fraction(chance.randint(1, 7), 8)
        odds[joint] = {"Good": p, "Bad": 1 - p}
    game = game_of(payoffs, machine.automaton({"Good": {"Chance": "Good"}, "Bad": {"Chance": "Bad"}}), odds)
    solution = dt.solve(game, knife_edge=True)

    assert solution.concept == "perfect_public"
    assert solution.complete
    for delta in (Fraction(chance.randrange(20), 20) for _ in range(4)):
        expected = verdict(machine, payoffs, odds, delta)
        assert any({"delta": delta} in e.region for e in solution) == expected, delta
        assert bool(len(dt.solve(game.at(delta=delta)))) == expected, delta
