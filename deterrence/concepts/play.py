"""A game in play: its tree over rational functions of the parameters, supports, and expected payoffs under them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.space import Space
from deterrence.model.extensive import ExtensiveForm, InformationSet, Node

Support: TypeAlias = tuple[int, ...]
Supports: TypeAlias = Mapping[int, Support]
FREE: Support = ()  # behaviour that a regime leaves open: any probabilities


class Play:
    """The extensive form of a game over a space whose ring has an unknown for every action and every belief."""

    def __init__(self, form: ExtensiveForm[Ratio], space: Space) -> None:
        self.form, self.space, self.ring = form, space, space.ring
        self.sets, self.nodes = form.information_sets, form.nodes
        self.player_index = {p: i for i, p in enumerate(form.players)}
        self._values: dict[tuple[object, ...], tuple[Ratio, ...]] = {}
        self._zero = tuple(Ratio(self.ring, self.ring.zero) for _ in form.players)

    @staticmethod
    def unknown_names(form: ExtensiveForm[Ratio]) -> list[str]:
        """The names of the unknowns that a ring needs: a probability for every action but the last, a belief for every node."""
        names = []
        for info in form.information_sets:
            names += [action_name(info.index, a) for a in range(len(info.actions))]
            if len(info.nodes) > 1:
                names += [belief_name(info.index, k) for k in range(len(info.nodes))]
        return names

    def action_unknown(self, info: int, action: int) -> int:
        """The ring's variable for the probability of an action."""
        return self.ring.index[action_name(info, action)]

    def belief_unknown(self, info: int, position: int) -> int:
        """The ring's variable for the belief in a node of an information set."""
        return self.ring.index[belief_name(info, position)]

    def probability(self, info: int, action: int, support: Support) -> Ratio:
        """The probability of an action under a support: 0, 1, an unknown, or one minus the unknowns of the others."""
        if support == FREE:
            support = tuple(range(len(self.sets[info].actions)))
        if action not in support:
            return self._number(0)
        if len(support) == 1:
            return self._number(1)
        if action != support[-1]:
            return Ratio(self.ring, self.ring.variables[self.action_unknown(info, action)])
        rest = self.ring.one
        for a in support[:-1]:
            rest = rest - self.ring.variables[self.action_unknown(info, a)]
        return Ratio(self.ring, rest)

    def _number(self, value: int) -> Ratio:
        return Ratio(self.ring, self.ring.constant(value))

    def strategies(self, supports: Supports) -> dict[int, list[Ratio]]:
        """The probability of every action of every information set."""
        return {info.index: [self.probability(info.index, a, supports[info.index]) for a in range(len(info.actions))] for info in self.sets}

    def mixing_unknowns(self, supports: Supports) -> list[int]:
        """The unknown probabilities that a support profile brings."""
        return [self.action_unknown(i, a) for i, s in sorted(supports.items()) for a in (s or self._all(i))[:-1]]

    def _all(self, info: int) -> Support:
        return tuple(range(len(self.sets[info].actions)))

    def mixing_conditions(self, info: int, support: Support) -> list[Formula]:
        """Every action of the support is played with a positive probability; free behaviour with any that is not negative."""
        if len(support or self._all(info)) == 1:
            return []
        op = ">" if support else ">="
        return [Atom(self.probability(info, a, support).numerator, op) for a in support or self._all(info)]

    @cached_property
    def below(self) -> dict[int, frozenset[int]]:
        """For each node, the information sets of the nodes in the subtree under it, its own included."""
        out: dict[int, frozenset[int]] = {}
        for node in reversed(self.nodes):
            found = frozenset().union(*(out[c] for c in node.children)) if node.children else frozenset()
            out[node.index] = found | {node.information_set} if node.information_set is not None else found
        return out

    @cached_property
    def following(self) -> dict[int, frozenset[int]]:
        """For each information set, the information sets that can come after it."""
        return {info.index: frozenset().union(*(self.below[c] for k in info.nodes for c in self.nodes[k].children)) for info in self.sets}

    def value(self, index: int, supports: Supports) -> tuple[Ratio, ...]:
        """Every player's expected payoff from a node on; each is built once for the supports that bear on it."""
        node = self.nodes[index]
        if node.kind == "end":
            return tuple(Ratio.of(self.ring, u) for u in node.payoffs)
        key = (index, *((i, supports[i]) for i in sorted(self.below[index])))
        if key not in self._values:
            self._values[key] = self._expected(node, supports)
        return self._values[key]

    def _expected(self, node: Node[Ratio], supports: Supports) -> tuple[Ratio, ...]:
        total = self._zero
        for p, child in self.moves(node, supports):
            if p:
                values = self.value(child, supports)
                total = values if p == 1 else tuple(t + p * v for t, v in zip(total, values, strict=True))
        return total

    def moves(self, node: Node[Ratio], supports: Supports) -> Iterator[tuple[Ratio, int]]:
        """The branches of a node with their probabilities."""
        if node.information_set is None:
            for p, child in zip(node.probabilities, node.children, strict=True):
                yield Ratio.of(self.ring, p), child
            return
        support = supports[node.information_set]
        for a, child in enumerate(node.children):
            yield self.probability(node.information_set, a, support), child

    @cached_property
    def paths(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """For each node the steps from the root to it, as (node, position of the branch)."""
        out: dict[int, tuple[tuple[int, int], ...]] = {}
        for node in self.nodes:
            out[node.index] = () if node.parent is None else (*out[node.parent], (node.parent, node.branch))
        return out

    def weight(self, index: int, supports: Supports, root: int = 0) -> tuple[Ratio, frozenset[tuple[int, int]]]:
        """The product of the positive probabilities on the way from a root to a node, and the actions of probability zero on it."""
        weight, dead = self._number(1), set()
        for at, branch in self.paths[index][len(self.paths[root]) :]:
            node = self.nodes[at]
            if node.information_set is None:
                weight = weight * node.probabilities[branch]
            elif supports[node.information_set] != FREE and branch not in supports[node.information_set]:
                dead.add((node.information_set, branch))
            else:
                weight = weight * self.probability(node.information_set, branch, supports[node.information_set])
        return weight, frozenset(dead)

    @cached_property
    def own_past(self) -> dict[int, tuple[int, int] | None]:
        """For each information set the mover's own last move before it, as (information set, action), or None."""
        out: dict[int, tuple[int, int] | None] = {}
        for info in self.sets:
            steps = [(self.nodes[at].information_set, branch) for at, branch in self.paths[info.nodes[0]]]
            own = [(i, a) for i, a in steps if i is not None and self.sets[i].player == info.player]
            out[info.index] = own[-1] if own else None
        return out

    def owner(self, info: int) -> int:
        """The position of the player who moves at an information set."""
        return self.player_index[self.sets[info].player]

    def advantage(self, info: int, position: int, pair: tuple[int, int], supports: Supports) -> Ratio:
        """What the mover gains at one node of an information set by the first action of a pair over the second."""
        node, player = self.nodes[self.sets[info].nodes[position]], self.owner(info)
        first, second = (self.value(node.children[a], supports)[player] for a in pair)
        return first - second

    def all_supports(self, info: InformationSet) -> list[Support]:
        """Every support at an information set, the smallest first."""
        n = len(info.actions)
        return [s for k in range(1, n + 1) for s in itertools.combinations(range(n), k)]


def action_name(info: int, action: int) -> str:
    """The ring's name for the probability of an action: no symbol of a game file can be so called."""
    return f"|action {info} {action}"


def belief_name(info: int, position: int) -> str:
    """The ring's name for the belief in a node."""
    return f"|belief {info} {position}"
