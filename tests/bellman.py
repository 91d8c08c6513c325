"""An independent check of Markov perfect equilibria at a point, by definition and in exact numbers: nothing of the library but the tree.

Values come from the linear system `v = u + discount * P v`; then every plan of a player for one period, from every state, is compared with what
she does, and every action at every information set with the others, given what she believes there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from deterrence.model.extensive import InformationSet, extensive_form
from deterrence.model.game import Game
from deterrence.model.state_forms import StochasticForm

ZERO, ONE = Fraction(0), Fraction(1)
Profile = list[list[Any]]
"""For each information set the probability of each action, as Fractions or other exact numbers."""


def form_at(game: Game, at: Mapping[str, Fraction]) -> StochasticForm[Any]:
    """The trees of all states at a point."""
    form = extensive_form(game, at, lambda number: number)
    assert isinstance(form, StochasticForm)
    return form


def profile_of(form: StochasticForm[Any], strategies: Mapping[str, Mapping[str, Any]]) -> Profile:
    """Strategies by name as a profile."""
    return [[strategies[info.name][action] for action in info.actions] for info in form.information_sets]


def faults(form: StochasticForm[Any], profile: Profile, beliefs: Mapping[int, Sequence[Any]] | None = None) -> list[str]:
    """Everything that keeps a profile from being a Markov perfect equilibrium.

    Beliefs are taken from Bayes' rule where play from the root of a state reaches an information set, and from `beliefs` (by index) elsewhere.
    """
    found = [f"no probabilities at {i.name}" for i in form.information_sets if sum(profile[i.index], ZERO) != 1 or min(profile[i.index]) < 0]
    if found:
        return found
    judge = _Judge(form, profile)
    return [*judge.plans(), *judge.single_actions(beliefs or {})]


def pure_equilibria(form: StochasticForm[Any]) -> Iterator[Profile]:
    """All Markov perfect equilibria in pure strategies of a game in which no information set has several nodes off the path, by trying each."""
    for chosen in itertools.product(*(range(len(info.actions)) for info in form.information_sets)):
        profile = [[Fraction(a == b) for b in range(len(i.actions))] for a, i in zip(chosen, form.information_sets, strict=True)]
        if not faults(form, profile):
            yield profile


def values(form: StochasticForm[Any], profile: Profile) -> list[list[Any]]:
    """For each state what each player expects from it on."""
    return _Judge(form, profile).values


class _Judge:
    def __init__(self, form: StochasticForm[Any], profile: Profile) -> None:
        self.form, self.profile = form, profile
        self.roots = [state.root for state in form.states]
        self.values = [list(row) for row in zip(*(self._values(i) for i in range(len(form.players))), strict=True)]

    def _expected(self, node: int, profile: Profile) -> dict[int, Any]:
        """The probability of each end that play from a node reaches."""
        here = self.form.nodes[node]
        if not here.children:
            return {node: ONE}
        chances = here.probabilities if here.information_set is None else profile[here.information_set]
        out: dict[int, Any] = {}
        for p, child in zip(chances, here.children, strict=True):
            if p != 0:
                out.update({end: p * q for end, q in self._expected(child, profile).items()})
        return out

    def _values(self, player: int) -> list[Any]:
        discount, rows = self.form.discounts[player], []
        for s, root in enumerate(self.roots):
            row, now = [Fraction(s == t) for t in range(len(self.roots))], ZERO
            for end, p in self._expected(root, self.profile).items():
                now = now + p * self.form.nodes[end].payoffs[player]
                for t, odds in self.form.following[end]:
                    row[t] = row[t] - discount * p * odds
            rows.append([*row, now])
        return _solution(rows)

    def worth(self, node: int, player: int, profile: Profile) -> Any:
        """What a player expects from a node on in the period, and from the values of the states after it."""
        total: Any = ZERO
        for end, p in self._expected(node, profile).items():
            after = sum((odds * self.values[t][player] for t, odds in self.form.following[end]), ZERO)
            total = total + p * (self.form.nodes[end].payoffs[player] + self.form.discounts[player] * after)
        return total

    def plans(self) -> Iterator[str]:
        """Plans for one period, from the root of a state, that earn more than the profile."""
        for (s, root), (i, player) in itertools.product(enumerate(self.roots), enumerate(self.form.players)):
            own = [info for info in self.form.information_sets if info.player == player and self.form.state_of(info.nodes[0]) == s]
            for plan in itertools.product(*(range(len(info.actions)) for info in own)):
                changed = list(self.profile)
                for info, action in zip(own, plan, strict=True):
                    changed[info.index] = _sure(info, action)
                if self.worth(root, i, changed) > self.values[s][i]:
                    yield f"{player} gains in {self.form.states[s].name} by {plan}"

    def single_actions(self, beliefs: Mapping[int, Sequence[Any]]) -> Iterator[str]:
        """Actions that earn more than one that is played, given what Bayes' rule or the given beliefs say."""
        for info in self.form.information_sets:
            weights = [self._reached(k) for k in info.nodes]
            if not any(w != 0 for w in weights):
                weights = list(beliefs.get(info.index) or ([ONE] if len(info.nodes) == 1 else []))
            if not weights:
                yield f"no beliefs at {info.name}"
                continue
            worth = [self._after(info, action, weights) for action in range(len(info.actions))]
            if any(worth[a] < max(worth) for a, p in enumerate(self.profile[info.index]) if p != 0):
                yield f"an action at {info.name} is not optimal"

    def _after(self, info: InformationSet, action: int, weights: Sequence[Any]) -> Any:
        player = self.form.players.index(info.player)
        total: Any = ZERO
        for k, w in zip(info.nodes, weights, strict=True):
            if w != 0:
                total = total + w * self.worth(self.form.nodes[k].children[action], player, self.profile)
        return total

    def _reached(self, node: int) -> Any:
        total: Any = ONE
        here = self.form.nodes[node]
        while here.parent is not None:
            before = self.form.nodes[here.parent]
            chances = before.probabilities if before.information_set is None else self.profile[before.information_set]
            total, here = total * chances[here.branch], before
        return total


def _sure(info: InformationSet, action: int) -> list[Any]:
    return [Fraction(a == action) for a in range(len(info.actions))]


def _solution(rows: list[list[Any]]) -> list[Any]:
    """Gauss and Jordan's elimination; the last entry of each row is its right-hand side."""
    n = len(rows)
    for k in range(n):
        pivot = next(r for r in range(k, n) if rows[r][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(n):
            if r != k and rows[r][k] != 0:
                rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
    return [row[n] for row in rows]
