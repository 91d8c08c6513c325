"""Whether an automaton is an equilibrium of a repeated game at a point: every deviation looked at, with nothing of the library but games' parts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from deterrence.model.automata import Automaton
from deterrence.model.parts import Decision, Outcome
from deterrence.model.stochastic import StochasticGame

Step = tuple[str, str, bool]
"""Who moved, what, and whether all others see it sooner or later."""
Mixture = Mapping[str, Fraction]


@dataclass
class Node:
    """A node of a period: the steps to it, its mover's information set by name, and its branches; at an end the payoffs."""

    steps: tuple[Step, ...]
    mover: str = ""
    name: str = ""
    odds: Mixture | None = None
    branches: dict[str, Node] | None = None
    payoffs: dict[str, Fraction] | None = None

    def below(self) -> Iterator[Node]:
        """This node and all that follow it."""
        yield self
        for node in (self.branches or {}).values():
            yield from node.below()


class Lasting:
    """A repeated game with one state, all numbers, and one of its automata."""

    def __init__(self, game: StochasticGame, automaton: Automaton) -> None:
        self.game, self.automaton = game, automaton
        self.discount = {p: Fraction(0) if p in game.short_lived else game.discount[p].evaluate(game.fixed) for p in game.players}
        self.root = self._node(game.tree, (), dict.fromkeys(game.players, ()))
        self.phases = list(automaton.phases)

    def _node(self, part: Any, steps: tuple[Step, ...], seen: Mapping[str, tuple[str, ...]]) -> Node:
        if isinstance(part, str | Outcome):
            given = self.game.outcomes[part] if isinstance(part, str) else part.payoffs
            return Node(steps, payoffs={p: given[p].evaluate(self.game.fixed) for p in self.game.players})
        mover = part.player if isinstance(part, Decision) else "Chance"
        moves = part.actions if isinstance(part, Decision) else {label: then for label, (_, then) in part.labels.items()}
        name = f"{mover} | {', '.join(seen[mover])}" if seen.get(mover) else mover
        branches = {}
        for label, then in moves.items():
            after = {
                p: past if p in part.unseen_by else (*past, "?" if p in part.hidden_from else label) for p, past in seen.items()
            }
            branches[label] = self._node(then, (*steps, (mover, label, not part.unseen_by)), after)
        odds = None if isinstance(part, Decision) else {label: p.evaluate(self.game.fixed) for label, (p, _) in part.labels.items()}
        return Node(steps, mover, name, odds, branches)

    @cached_property
    def sets(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """The information sets: name -> player and actions."""
        return {n.name: (n.mover, tuple(n.branches or ())) for n in self.root.below() if n.branches and n.odds is None}

    def played(self, phase: str) -> dict[str, Mixture]:
        """What the automaton plays in one of its states."""
        play, out = self.automaton.phases[phase].play, {}
        for name, (player, actions) in self.sets.items():
            mixture = play[name] if name in play else play[player]
            out[name] = {a: mixture[a].evaluate(self.game.fixed) if a in mixture else Fraction(0) for a in actions}
        return out

    def after(self, phase: str, steps: tuple[Step, ...]) -> str:
        """The state of the automaton that follows."""
        rules = self.automaton.phases[phase].next
        return next(r.go for r in rules if all(any((who, what) == (m, x) for m, x, _ in steps) for who, what in r.when.items()))

    def expected(self, node: Node, play: Mapping[str, Mixture], player: str, worth: Any) -> Fraction:
        """What a player expects from a node on, an end being worth what `worth` says."""
        if node.branches is None:
            return worth(node)
        odds = play[node.name] if node.odds is None else node.odds
        return sum((p * self.expected(node.branches[label], play, player, worth) for label, p in odds.items() if p), Fraction(0))

    def values(self, plays: Mapping[str, Mapping[str, Mixture]], player: str) -> dict[str, Fraction]:
        """What each state of the automaton is worth to a player, by elimination."""
        rows = []
        for k, phase in enumerate(self.phases):
            row = [Fraction(int(k == j)) for j in range(len(self.phases))]
            for j, other in enumerate(self.phases):
                row[j] -= self.discount[player] * self.expected(self.root, plays[phase], player, self._leads(phase, other))
            rows.append([*row, self.expected(self.root, plays[phase], player, lambda end: end.payoffs[player])])
        for k in range(len(rows)):
            pivot = next(n for n in range(k, len(rows)) if rows[n][k])
            rows[k], rows[pivot] = rows[pivot], rows[k]
            rows[k] = [x / rows[k][k] for x in rows[k]]
            rows = [r if n == k else [x - r[k] * y for x, y in zip(r, rows[k], strict=True)] for n, r in enumerate(rows)]
        return {phase: row[-1] for phase, row in zip(self.phases, rows, strict=True)}

    def _leads(self, phase: str, other: str) -> Any:
        """Whether an end leads from one state of the automaton to another, as a number."""
        return lambda end: Fraction(int(self.after(phase, end.steps) == other))

    def plans(self, player: str) -> Iterator[dict[str, Mixture]]:
        """Every pure plan of a player for a period."""
        own = [name for name, (who, _) in self.sets.items() if who == player]
        for chosen in itertools.product(*(self.sets[name][1] for name in own)):
            yield {name: {a: Fraction(int(a == action)) for a in self.sets[name][1]} for name, action in zip(own, chosen, strict=True)}

    def subgames(self) -> list[Node]:
        """The nodes of a period at which a subgame starts."""
        every = [n for n in self.root.below() if n.branches and n.odds is None]
        found = []
        for root in self.root.below():
            inside = [n for n in root.below() if n.branches and n.odds is None]
            names = {n.name for n in inside}
            if root.branches and all(any(n is m for m in inside) for n in every if n.name in names):
                found.append(root)
        return found

    def perfect(self) -> bool:
        """Does no change of a player's plan within one period pay, from any state and in any subgame of the period?"""
        plays = {phase: self.played(phase) for phase in self.phases}
        for player in self.game.players:
            values = self.values(plays, player)
            for phase in self.phases:

                def worth(end: Node, phase: str = phase, player: str = player, values: Mapping[str, Fraction] = values) -> Fraction:
                    return end.payoffs[player] + self.discount[player] * values[self.after(phase, end.steps)]  # type: ignore[index]

                for root in self.subgames():
                    now = self.expected(root, plays[phase], player, worth)
                    if any(self.expected(root, {**plays[phase], **plan}, player, worth) > now for plan in self.plans(player)):
                        return False
        return True

    def nash(self) -> bool:
        """Is there no better strategy from the start, of all that depend on the state of the automaton alone?"""
        plays = {phase: self.played(phase) for phase in self.phases}
        for player in self.game.players:
            values = self.values(plays, player)
            starts = self.met(plays) if player in self.game.short_lived else [self.automaton.start]
            for plans in itertools.product(*(list(self.plans(player)) for _ in self.phases)):
                other = self.values({phase: {**plays[phase], **plan} for phase, plan in zip(self.phases, plans, strict=True)}, player)
                if any(other[start] > values[start] for start in starts):
                    return False
        return True

    def met(self, plays: Mapping[str, Mapping[str, Mixture]]) -> list[str]:
        """The states of the automaton that play comes to."""
        found = [self.automaton.start]
        for phase in found:
            for other in self.phases:
                likely = self.expected(self.root, plays[phase], "", self._leads(phase, other))
                if likely and other not in found:
                    found.append(other)
        return found
