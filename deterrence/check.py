"""The independent checker: is this assessment an equilibrium at this point, and if not, who gains what by which deviation?

It knows nothing of solvers and judges by definition. Every number is exact, so that a tie is proved and never assumed. That players remember all
they saw and did, which the format of games guarantees, is used throughout.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from deterrence.model.assessment import Form, Numbers, history, read_assessment
from deterrence.model.checks import need_game
from deterrence.model.game import Game
from deterrence.model.stochastic import StochasticGame
from deterrence.model.surds import Exact, InputError, dependencies

__all__ = ["Certificate", "Deviation", "check"]

CONCEPTS = {
    "nash": "a Nash equilibrium",
    "subgame_perfect": "a subgame perfect equilibrium",
    "weak_pbe": "a weak perfect Bayesian equilibrium",
    "sequential": "a sequential equilibrium",
}
LASTING = {
    "markov_perfect": "a Markov perfect equilibrium",
    "subgame_perfect": "a subgame perfect equilibrium",
    "perfect_public": "a perfect public equilibrium",
    "nash": "a Nash equilibrium",
}
ZERO: Exact = Fraction(0)
ONE: Exact = Fraction(1)
Row: TypeAlias = dict[tuple[int, int], Fraction]
"""A linear form in what is unknown of the actions of probability zero, each given as (information set, place among its actions)."""


@dataclass(frozen=True)
class Deviation:
    """What a player gains by playing `instead` for `played`, and `further` at other information sets of hers.

    The gain is that of a player who is at the information set and holds its beliefs (of one who plays `played` there, if she mixes); for
    Nash and subgame perfect equilibrium it is the gain in her expected payoff, from the start of the game or subgame.
    """

    player: str
    information_set: str
    played: str
    instead: str
    gain: Exact
    further: tuple[tuple[str, str], ...] = ()
    subgame: str = ""

    def __str__(self) -> str:
        where = f" in the subgame after {self.subgame!r}" if self.subgame else ""
        also = "".join(f", {action} at {name!r}" for name, action in self.further)
        return f"{self.player} gains {self.gain}{where} by {self.instead} instead of {self.played} at {self.information_set!r}{also}"


@dataclass(frozen=True)
class Certificate:
    """Whether an assessment is an equilibrium: true, or the faults as sentences, and exactly who gains what by which deviation."""

    concept: str
    faults: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    payoffs: Mapping[str, Exact]

    @property
    def valid(self) -> bool:
        """Is it an equilibrium?"""
        return not self.faults

    def __bool__(self) -> bool:
        return self.valid

    def __str__(self) -> str:
        verdict = f"This is {'' if self.valid else 'not '}{(CONCEPTS | LASTING)[self.concept]}."
        payoffs = [f"Expected payoffs: {', '.join(f'{player} {payoff}' for player, payoff in self.payoffs.items())}."] if self.payoffs else []
        return "\n".join([verdict, *(f"  - {fault}." for fault in self.faults), *payoffs])


def check(
    game: Game,
    strategies: Mapping[str, Mapping[str, Any]] | str,
    beliefs: Mapping[str, Any] | None = None,
    at: Mapping[str, Any] | None = None,
    concept: str | None = None,
) -> Certificate:
    """Whether strategies and beliefs are an equilibrium at a point, with the faults, and exactly who gains what by which deviation.

    Judged are: probabilities; Bayes' rule on the path; and, by concept, `sequential`: no deviation at any one information set gains, and the
    beliefs are limits under trembles (Kreps and Wilson 1982, DOI 10.2307/1912767); `weak_pbe`: at every information set the whole plan from
    there on is best given the belief there; `nash`: no plan gains; `subgame_perfect`: none does in any subgame. In a game without a horizon:
    `markov_perfect`: strategies that depend on the state alone are sequential in every state, an end being worth what follows too;
    `subgame_perfect`, or `perfect_public` where some moves are never seen: no change of plan within one period gains, from any state and in
    any subgame of the period; `nash`: no strategy gains from the start.

    Args:
        game: the game.
        strategies: information set -> action -> probability; an action that is left out has probability 0. Numbers, or formulas of results
            as text: in the parameters, with `sqrt`, `CRootOf`, `Min`, `Max`. Or the name of a profile of the game's `strategies`.
        beliefs: information set -> history -> probability, or the list of `{"types": ..., "moves": ..., "probability": ...}` of the JSON form.
            What Bayes' rule says may be left out; a history that is left out has probability 0.
        at: a value of every parameter without `default` that is not fixed, and of every other name that the formulas use.
        concept: `nash`, `subgame_perfect`, `weak_pbe` or `sequential` (the default). In a game without a horizon `markov_perfect` (the default
            for strategies), `subgame_perfect` or `perfect_public` (the default for named profiles), or `nash`.

    Raises:
        InputError: the concept or a name is unknown, a formula cannot be read, or the point is outside the parameter space.

    >>> from deterrence.model.reading import read
    >>> game = read("{players: [A], parameters: {x: real}, tree: {A: {Go: {outcome: Gone, A: x}, Stay: {outcome: Home, A: 0}}}}")
    >>> print(check(game, {"A": {"Go": 1}}, {}, {"x": "-1/2"}))
    This is not a sequential equilibrium.
      - A gains 1/2 by Stay instead of Go at 'A'.
    Expected payoffs: A -1/2.
    """
    need_game(game, "check")
    if isinstance(game, StochasticGame) and game.horizon is None:
        from deterrence.check_lasting import check_lasting

        return check_lasting(game, strategies, beliefs or {}, at or {}, concept)
    concept = concept or "sequential"
    if concept not in CONCEPTS:
        raise InputError(f"concept is {concept!r}; expected one of {', '.join(CONCEPTS)}")
    if isinstance(strategies, str):
        raise InputError(f"strategies is {strategies!r}; a game that does not go on for ever names no profiles: expected probabilities of actions")
    given = read_assessment(game, strategies, beliefs or {}, at or {})
    if given.faults:
        return Certificate(concept, given.faults, (), {})
    play = Play(given.form, given.strategies)
    faults, deviations = judge(play, given.beliefs, concept)
    payoffs = dict(zip(given.form.players, play.worth[0], strict=True))
    return Certificate(concept, tuple(faults), tuple(deviations), payoffs)


def judge(play: Play, beliefs: Numbers, concept: str) -> tuple[list[str], list[Deviation]]:
    """What is wrong with an assessment, the deviations that gain included."""
    form, believed = play.form, list(beliefs)
    roots = _subgames(form) if concept == "subgame_perfect" else [0]
    by_plans = concept in ("nash", "subgame_perfect")
    bayes = dict.fromkeys(fault for root in roots for fault in _bayes(play, believed, root, fill=not by_plans))
    faults = [f"no beliefs at {info.name!r}, which is not reached" for info in form.information_sets if not (by_plans or believed[info.index])]
    deviations: list[Deviation] = []
    if by_plans:
        deviations = [d for root in roots for d in _plans(play, root)]
    elif not faults and concept == "weak_pbe":
        deviations = _continuations(play, believed)
    elif not faults:
        deviations, faults = _one_shots(play, believed), _inconsistencies(play, believed)
    return [*bayes, *faults, *map(str, deviations)], deviations


# What follows from it


class Play:
    """Strategies at a point, by information set and action, and what follows from them."""

    def __init__(self, form: Form, strategy: Numbers) -> None:
        self.form, self.strategy = form, strategy
        self.worth: list[Sequence[Exact]] = [node.payoffs for node in form.nodes]  # of each node to each player
        for node in reversed(form.nodes):
            if node.children:
                branches = [(p, self.worth[child]) for child, p in self.onward(node.index)]
                self.worth[node.index] = [sum((p * worth[i] for p, worth in branches), ZERO) for i in range(len(form.players))]

    def onward(self, index: int) -> list[tuple[int, Exact]]:
        """The nodes that can follow, with their probabilities."""
        node = self.form.nodes[index]
        chances: Sequence[Exact] = node.probabilities if node.information_set is None else self.strategy[node.information_set]
        return [(child, p) for child, p in zip(node.children, chances, strict=True) if p != 0]

    def reach(self, root: int) -> dict[int, Exact]:
        """The nodes that play from the root reaches, with their probabilities."""
        out: dict[int, Exact] = {root: ONE}
        for index in range(root, len(self.form.nodes)):
            if index in out:
                out.update({child: out[index] * p for child, p in self.onward(index)})
        return out

    def trembles(self) -> tuple[list[frozenset[tuple[int, int]]], list[Exact]]:
        """For each node, the actions of probability 0 that lead to it, and the product of the other probabilities on the way."""
        owed, weight = [frozenset[tuple[int, int]]()] * len(self.form.nodes), [ONE] * len(self.form.nodes)
        for node in self.form.nodes[1:]:
            assert node.parent is not None
            before = self.form.nodes[node.parent].information_set
            p = self.form.nodes[node.parent].probabilities[node.branch] if before is None else self.strategy[before][node.branch]
            owed[node.index], weight[node.index] = owed[node.parent], weight[node.parent]
            if p != 0:
                weight[node.index] *= p
            elif before is not None:
                owed[node.index] |= {(before, node.branch)}
        return owed, weight

    def best(self, player: str, weights: Mapping[int, Exact]) -> tuple[Exact, dict[int, int]]:
        """The most that a player can get from the weighted nodes on, and the plan that gets it, information set -> action.

        By perfect recall whatever leads from here to an information set of hers leads through the same actions of hers, so that what is best
        there can be found by itself.
        """
        total, plan, ahead, todo = ZERO, dict[int, int](), dict[int, dict[int, Exact]](), list(weights.items())
        while todo:
            index, weight = todo.pop()
            node = self.form.nodes[index]
            if not node.children:
                total = total + weight * node.payoffs[self.form.players.index(player)]
            elif node.information_set is not None and node.mover == player:
                ahead.setdefault(node.information_set, {})[index] = weight
            else:
                todo += [(child, weight * p) for child, p in self.onward(index)]
        for here, nodes in sorted(ahead.items()):
            options = [self.best(player, {self.form.nodes[x].children[a]: w for x, w in nodes.items()}) for a in range(len(self.strategy[here]))]
            action = max(range(len(options)), key=lambda a: (options[a][0], self.strategy[here][a]))
            total = total + options[action][0]
            plan |= {here: action, **options[action][1]}
        return total, plan


def _subgames(form: Form) -> list[int]:
    """The nodes at which a subgame starts: no information set lies partly in it."""
    last, low, high = ([node.index for node in form.nodes] for _ in range(3))
    for info in form.information_sets:
        for x in info.nodes:
            low[x], high[x] = min(info.nodes), max(info.nodes)
    for node in reversed(form.nodes[1:]):
        assert node.parent is not None
        last[node.parent] = max(last[node.parent], last[node.index])
        low[node.parent] = min(low[node.parent], low[node.index])
        high[node.parent] = max(high[node.parent], high[node.index])
    return [node.index for node in form.nodes if node.children and low[node.index] >= node.index and high[node.index] <= last[node.index]]


# What equilibrium requires


def _bayes(play: Play, believed: list[Sequence[Exact]], root: int, fill: bool) -> Iterator[str]:
    """Where beliefs break Bayes' rule at what play from the root reaches; beliefs that were not given are filled in if need be."""
    reached = play.reach(root)
    for info in play.form.information_sets:
        weights = [reached.get(x, ZERO) for x in info.nodes]
        total = sum(weights, ZERO)
        belief = believed[info.index]
        if total == 0 or not (belief or fill) or (belief and all(b * total == w for b, w in zip(belief, weights, strict=True))):
            continue
        bayes = [w / total for w in weights]
        believed[info.index] = belief or bayes
        if belief:
            yield f"the belief at {info.name!r} is {', '.join(map(str, belief))}, but by Bayes' rule it is {', '.join(map(str, bayes))}"


def _one_shots(play: Play, believed: Numbers) -> list[Deviation]:
    """For each action that is played, what another at the same information set gains."""
    out = []
    for info in play.form.information_sets:
        i, nodes = play.form.players.index(info.player), [play.form.nodes[x] for x in info.nodes]
        value = [
            sum((b * play.worth[node.children[a]][i] for b, node in zip(believed[info.index], nodes, strict=True)), ZERO)
            for a in range(len(info.actions))
        ]
        best = max(range(len(value)), key=value.__getitem__)
        out += [
            Deviation(info.player, info.name, action, info.actions[best], value[best] - value[a])
            for a, action in enumerate(info.actions)
            if play.strategy[info.index][a] != 0 and value[a] < value[best]
        ]
    return out


def _continuations(play: Play, believed: Numbers) -> list[Deviation]:
    """At each information set, what the best plan from there on gains, given the belief there."""
    found = []
    for info in play.form.information_sets:
        weights = {x: b for x, b in zip(info.nodes, believed[info.index], strict=True) if b != 0}
        found.append(_best_plan(play, info.player, weights))
    return [d for d in found if d]


def _plans(play: Play, root: int) -> list[Deviation]:
    """What the best plan of each player gains in the game or subgame from the root on."""
    start = play.form.nodes[root]
    found = [_best_plan(play, player, {root: ONE}) for player in play.form.players]
    return [replace(d, subgame=history(play.form, start.types, start.moves)) for d in found if d]


def _best_plan(play: Play, player: str, weights: Mapping[int, Exact]) -> Deviation | None:
    """What the best plan gains from the weighted nodes on, if it gains anything."""
    value, plan = play.best(player, weights)
    i, sets = play.form.players.index(player), play.form.information_sets
    gain = value - sum((w * play.worth[x][i] for x, w in weights.items()), ZERO)
    if gain <= 0:
        return None
    changes = [(sets[here], a) for here, a in sorted(plan.items()) if play.strategy[here][a] != 1]
    (info, instead), further = changes[0], changes[1:]
    played = "/".join(action for action, p in zip(info.actions, play.strategy[info.index], strict=True) if p != 0)
    return Deviation(player, info.name, played, info.actions[instead], gain, tuple((it.name, it.actions[a]) for it, a in further))


def _inconsistencies(play: Play, believed: Numbers) -> list[str]:
    """Why beliefs off the path are no limits of Bayes' rule under trembles of the strategies.

    Every action of probability 0 trembles with an order `e >= 1` and a coefficient `c > 0`. An information set weighs its nodes by the product
    of coefficients and positive probabilities on the way, among the nodes of least total order. The two questions are independent: which
    nodes are the likeliest is linear in the orders; their odds are products of powers of coefficients, which some coefficients give if and
    only if every product of odds in which the coefficients cancel is right.
    """
    owed, weight = play.trembles()
    level: list[tuple[str, Row]] = []
    above: list[tuple[str, Row]] = []
    odds: list[tuple[str, Row, Exact, Exact]] = []
    for info in play.form.information_sets:
        belief = believed[info.index]
        likely = [x for x, b in zip(info.nodes, belief, strict=True) if b != 0]
        if not all(owed[x] for x in info.nodes):
            continue  # reached, and so judged by Bayes' rule
        for x, b in zip(info.nodes, belief, strict=True):
            row = {s: Fraction((s in owed[x]) - (s in owed[likely[0]])) for s in sorted(owed[x] ^ owed[likely[0]])}
            (level if b != 0 else above).append((info.name, row))
            if b != 0:
                odds.append((info.name, row, b * weight[likely[0]], belief[info.nodes.index(likely[0])] * weight[x]))
    return [*_order_conflict(level, above), *_odds_conflicts(odds)]


def _order_conflict(level: list[tuple[str, Row]], above: list[tuple[str, Row]]) -> Iterator[str]:
    def possible(names: Collection[str]) -> bool:
        return _feasible([row for name, row in level if name in names], [row for name, row in above if name in names])

    names = list(dict.fromkeys(name for name, _ in [*level, *above]))
    if not possible(names):
        for name in list(names):  # as few as conflict by themselves
            rest = [other for other in names if other != name]
            names = names if possible(rest) else rest
        yield f"{_these(names)}: under no trembles are just the nodes with positive belief the likeliest"


def _odds_conflicts(odds: list[tuple[str, Row, Exact, Exact]]) -> Iterator[str]:
    for relation in dependencies(row for _, row, _, _ in odds):
        scale = math.lcm(*(c.denominator for c in relation.values()))
        left = right = ONE
        for k, c in relation.items():
            _, _, upper, lower = odds[k] if c > 0 else (0, 0, odds[k][3], odds[k][2])
            left, right = left * upper ** int(abs(c) * scale), right * lower ** int(abs(c) * scale)
        if left != right:
            names = dict.fromkeys(odds[k][0] for k in sorted(relation))
            yield f"{_these(names)}: products of their odds that are equal under any trembles are {left} and {right}"


def _these(names: Iterable[str]) -> str:
    return f"the beliefs at {' and '.join(map(repr, names))} are not consistent"


def _feasible(level: Sequence[Row], above: Sequence[Row]) -> bool:
    """Are there `e >= 1` with `row*e == 0` for the rows of the first kind and `row*e >= 1` for the second? By the simplex method, Bland's rule."""
    names = sorted({s for row in (*level, *above) for s in row})
    table = []
    for k, row in enumerate([*level, *above]):  # with e = 1 + y, a slack for `above`, y and the slacks at least 0
        slack = [-Fraction(k == len(level) + j) for j in range(len(above))]
        line = [*(row.get(s, Fraction(0)) for s in names), *slack, Fraction(k >= len(level)) - sum(row.values(), Fraction(0))]
        table.append(line if line[-1] >= 0 else [-x for x in line])
    width = len(names) + len(above)
    basis = [width + k for k in range(len(table))]  # one artificial unknown a row, whose sum is to be driven to 0
    goal = [sum(column, Fraction(0)) for column in zip(*table, strict=True)]
    while (enter := next((j for j in range(width) if goal[j] > 0), None)) is not None:
        leave = min((line[-1] / line[enter], basis[k], k) for k, line in enumerate(table) if line[enter] > 0)[2]
        basis[leave] = enter
        table[leave] = pivot = [x / table[leave][enter] for x in table[leave]]
        table = [line if k == leave else [x - line[enter] * y for x, y in zip(line, pivot, strict=True)] for k, line in enumerate(table)]
        goal = [x - goal[enter] * y for x, y in zip(goal, pivot, strict=True)]
    return not table or goal[-1] == 0
