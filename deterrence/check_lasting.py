"""The independent checker of games that go on: is this profile an equilibrium at this point, and if not, who gains what by which deviation?

What a state is worth to each player when all play as said solves linear equations, which are solved here exactly. A period of a state is then a
game like any other, an end being worth its payoffs and what follows, and is judged like any other: no change of plan within one period may
pay, in any state (Blackwell 1965). For Nash equilibrium each player's best strategy against the others is found by improving on hers for as
long as that is possible (Howard 1960); of short-lived players, each in her own period, wherever play comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from deterrence.check import ONE, ZERO, Certificate, Deviation, Play, judge
from deterrence.model.assessment import Assessment, Form, Numbers, read_assessment, values_at
from deterrence.model.extensive import ExtensiveForm
from deterrence.model.profiles import profile_form
from deterrence.model.state_forms import StochasticForm
from deterrence.model.stochastic import StochasticGame
from deterrence.model.surds import Exact, InputError, suggestion

Values: TypeAlias = Sequence[Sequence[Exact]]
"""What each state is worth to each player."""


def check_lasting(
    game: StochasticGame, strategies: Mapping[str, Mapping[str, Any]] | str, beliefs: Mapping[str, Any], at: Mapping[str, Any], concept: str | None
) -> Certificate:
    """`check` for a game without a horizon, whose strategies depend on the state, or are those of a profile that the game names."""
    concept = _known_concept(game, isinstance(strategies, str), concept)
    given = _named(game, strategies, at) if isinstance(strategies, str) else read_assessment(game, strategies, beliefs, at)
    if given.faults:
        return Certificate(concept, given.faults, (), {})
    lasting = _Lasting(given)
    faults: list[str] = []
    deviations = list(lasting.better_strategies()) if concept == "nash" else []
    faults += map(str, deviations)
    for period in lasting.periods if concept != "nash" else ():
        tree = {"markov_perfect": "sequential"}.get(concept, "subgame_perfect")
        wrong, found = judge(lasting.play(period, lasting.strategy, lasting.values), [given.beliefs[i] for i in period.sets], tree)
        faults += wrong
        deviations += found
    payoffs = dict(zip(given.form.players, lasting.values[0], strict=True))
    return Certificate(concept, tuple(faults), tuple(deviations), payoffs)


def _known_concept(game: StochasticGame, named: bool, concept: str | None) -> str:
    perfect = "subgame_perfect" if game.seen_by_all else "perfect_public"
    known = (perfect, "nash") if named else ("markov_perfect", perfect, "nash")
    if concept is not None and concept not in known:
        what = "a named profile" if named else "strategies in a game without a horizon"
        raise InputError(f"concept is {concept!r}; expected {' or '.join(known)} for {what} here")
    return concept or known[0]


def _named(game: StochasticGame, name: str, at: Mapping[str, Any]) -> Assessment:
    """What a named profile plays in every state of the game and of its automaton."""
    if name not in game.strategies:
        near = suggestion(name, game.strategies) or f"; it names {', '.join(game.strategies) or 'none'}"
        raise InputError(f"the game names no profile {name!r}{near}")
    profile = profile_form(game, name, values_at(game, at))
    sets = profile.form.information_sets
    played = [profile.strategies[info.index] for info in sets]
    faults = [
        f"the strategy at {info.name!r} is {', '.join(map(str, ps))}, which are no probabilities that add up to 1"
        for info, ps in zip(sets, played, strict=True)
        if min(ps) < 0 or sum(ps, ZERO) != 1
    ]
    return Assessment(profile.form, played, [[] for _ in sets], tuple(faults))


@dataclass(frozen=True)
class _Period:
    """The tree of one state by itself, and which of the whole form's information sets and ends are its own, in order."""

    state: int
    form: Form
    sets: tuple[int, ...]
    ends: tuple[int, ...]


class _Lasting:
    """Strategies by state, and what the states are worth."""

    def __init__(self, given: Assessment) -> None:
        assert isinstance(given.form, StochasticForm)
        self.form, self.strategy = given.form, given.strategies
        for player, discount in zip(self.form.players, self.form.discounts, strict=True):
            if not 0 <= discount < 1:
                raise InputError(f"the discount factor of {player} is {discount} at this point; expected a number in [0, 1)")
        self.periods = [_alone(self.form, k) for k in range(len(self.form.states))]
        self.values = self.worth(self.strategy)

    def play(self, period: _Period, strategy: Numbers, values: Values | None = None) -> Play:
        """The play of one period, an end being worth its payoffs and, where values are given, what follows."""
        nodes = list(period.form.nodes)
        for k, end in zip(period.form.ends, period.ends, strict=True):
            if values is not None:
                after = [sum((odds * values[s][i] for s, odds in self.form.following[end]), ZERO) for i in range(len(self.form.players))]
                worth = tuple(u + d * v for u, d, v in zip(nodes[k].payoffs, self.form.discounts, after, strict=True))
                nodes[k] = replace(nodes[k], payoffs=worth)
        return Play(replace(period.form, nodes=tuple(nodes)), [strategy[i] for i in period.sets])

    def worth(self, strategy: Numbers) -> Values:
        """What every state is worth to each player: `v = u + discount * P v`."""
        chain, now = [], []
        for period in self.periods:
            play = self.play(period, strategy)
            reached, row = play.reach(0), [ZERO] * len(self.periods)
            for k, end in zip(period.form.ends, period.ends, strict=True):
                for state, odds in self.form.following[end]:
                    row[state] = row[state] + reached.get(k, ZERO) * odds
            chain.append(row)
            now.append(play.worth[0])
        columns = []
        for i, discount in enumerate(self.form.discounts):
            rows = [[(ONE if s == t else ZERO) - discount * odds for t, odds in enumerate(row)] for s, row in enumerate(chain)]
            columns.append(_solved(rows, [payoffs[i] for payoffs in now]))
        return [list(values) for values in zip(*columns, strict=True)]

    # Nash equilibrium

    def better_strategies(self) -> Iterator[Deviation]:
        """For each player the best strategy against the others, if it gains from the start; a short-lived one has her own period only."""
        for i, player in enumerate(self.form.players):
            best = self._improved(i)
            values = self.worth(best)
            short_lived = player in getattr(self.form.game, "short_lived", ())
            for state in self.reached(self.strategy) if short_lived else [0]:
                gain = values[state][i] - self.values[state][i]
                if gain > 0:
                    yield self._deviation(i, best, gain, [state] if short_lived else self.reached(best))

    def _improved(self, i: int) -> Numbers:
        """The strategy that cannot be improved in any state."""
        strategy, better = list(self.strategy), True
        while better:
            better, values = False, self.worth(strategy)
            for period in self.periods:
                value, plan = self.play(period, strategy, values).best(self.form.players[i], {0: ONE})
                if value > values[period.state][i]:
                    better = True
                    for here, action in plan.items():
                        where = period.sets[here]
                        strategy[where] = [ONE if a == action else ZERO for a in range(len(strategy[where]))]
        return strategy

    def reached(self, strategy: Numbers) -> list[int]:
        """The states that play comes to."""
        found = [0]
        for state in found:
            period = self.periods[state]
            ends = self.play(period, strategy).reach(0)
            for k, end in zip(period.form.ends, period.ends, strict=True):
                found += [s for s, odds in self.form.following[end] if k in ends and odds != 0 and s not in found]
        return found

    def _deviation(self, i: int, best: Numbers, gain: Exact, states: Sequence[int]) -> Deviation:
        sets, changes = self.form.information_sets, list[tuple[int, int]]()
        for state in states:
            met = {node.information_set for node in self.periods[state].form.nodes if node.index in self.play(self.periods[state], best).reach(0)}
            own = [where for here, where in enumerate(self.periods[state].sets) if here in met and sets[where].player == self.form.players[i]]
            changes += [(where, list(best[where]).index(ONE)) for where in own if list(best[where]) != list(self.strategy[where])]
        (first, instead), *further = changes
        played = "/".join(action for action, p in zip(sets[first].actions, self.strategy[first], strict=True) if p != 0)
        also = tuple((sets[where].name, sets[where].actions[a]) for where, a in further)
        return Deviation(self.form.players[i], sets[first].name, played, sets[first].actions[instead], gain, also)


def _alone(form: StochasticForm[Exact], state: int) -> _Period:
    """The tree of one state with nodes and information sets counted from 0."""
    first = form.states[state].root
    after = form.states[state + 1].root if state + 1 < len(form.states) else len(form.nodes)
    sets = [info for info in form.information_sets if first <= info.nodes[0] < after]
    place: dict[int | None, int | None] = {None: None} | {info.index: k for k, info in enumerate(sets)}
    nodes = tuple(
        replace(
            node,
            index=node.index - first,
            parent=None if node.parent is None else node.parent - first,
            children=tuple(child - first for child in node.children),
            information_set=place[node.information_set],
        )
        for node in form.nodes[first:after]
    )
    own = tuple(replace(info, index=k, nodes=tuple(x - first for x in info.nodes)) for k, info in enumerate(sets))
    ends = tuple(k for k in form.ends if first <= k < after)
    whole = ExtensiveForm(form.game, form.players, nodes, own, tuple(k - first for k in ends))
    return _Period(state, whole, tuple(info.index for info in sets), ends)


def _solved(rows: list[list[Exact]], right: list[Exact]) -> list[Exact]:
    """The solution of a regular system of linear equations, by elimination."""
    table = [[*row, b] for row, b in zip(rows, right, strict=True)]
    for k in range(len(table)):
        pivot = next(n for n in range(k, len(table)) if table[n][k] != 0)
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [x / table[k][k] for x in table[k]]
        for n, line in enumerate(table):
            if n != k and line[k] != 0:
                table[n] = [x - line[k] * y for x, y in zip(line, table[k], strict=True)]
    return [line[-1] for line in table]
