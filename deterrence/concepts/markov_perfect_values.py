"""What the states of a stochastic game are worth under Markov strategies: one period's payoffs, the chances of the states after it, and values.

At an information set where a player mixes all her actions are worth the same to her. So what a state is worth to her in equilibrium is what her first
action in the support of each of her information sets earns, and the values of a player depend on the others' probabilities alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ratio, primitive
from deterrence.algebra.space import Space
from deterrence.concepts.play import Play, Support, Supports
from deterrence.model.recursion import solved
from deterrence.model.state_forms import StochasticForm


@dataclass(frozen=True)
class Prospect:
    """A payoff of this period and the weights of the values of the states after it (those that are not zero)."""

    now: Ratio
    later: Mapping[int, Ratio]


class PeriodPlay(Play):
    """The trees of the states over one period: a node is worth the payoffs of the period and the probability of each state after it."""

    def __init__(self, form: StochasticForm[Ratio], space: Space) -> None:
        super().__init__(form, space)
        self.states = form
        self.count = len(form.players)
        zero = Ratio(self.ring, self.ring.zero)
        self.discounts = tuple(Ratio.of(self.ring, d) for d in form.discounts)
        self._zero = self.nothing = (zero,) * (self.count + len(form.states))
        self._ends = {k: self._end(k) for k in form.ends}

    def _end(self, end: int) -> tuple[Ratio, ...]:
        chances = dict(self.states.following[end])
        after = (chances.get(s, 0) for s in range(len(self.states.states)))
        return tuple(Ratio.of(self.ring, x) for x in (*self.nodes[end].payoffs, *after))

    def value(self, index: int, supports: Supports) -> tuple[Ratio, ...]:
        """Every player's expected payoff in the period from a node on, then the probability of each state after it."""
        return self._ends[index] if index in self._ends else super().value(index, supports)

    @cached_property
    def sets_of(self) -> list[list[int]]:
        """The information sets of each state."""
        out: list[list[int]] = [[] for _ in self.states.states]
        for info in self.sets:
            out[self.states.state_of(info.nodes[0])].append(info.index)
        return out

    @cached_property
    def state_of_set(self) -> dict[int, int]:
        """The state in which each information set is."""
        return {i: s for s, sets in enumerate(self.sets_of) for i in sets}

    @cached_property
    def components(self) -> list[tuple[int, ...]]:
        """The states, those together that can lead to each other, each group after all that can follow it."""
        from graphlib import TopologicalSorter

        steps: dict[int, set[int]] = {s: set() for s in range(len(self.states.states))}
        for end, following in self.states.following.items():
            steps[self.states.state_of(end)].update(t for t, _ in following)
        reach = {s: _reached(steps, s) for s in steps}
        group = {s: min(t for t in steps if t == s or (t in reach[s] and s in reach[t])) for s in steps}
        order = TopologicalSorter({g: {group[t] for s in steps if group[s] == g for t in steps[s]} - {g} for g in sorted(set(group.values()))})
        return [tuple(s for s in steps if group[s] == g) for g in order.static_order()]

    def prospect(self, worth: Sequence[Ratio], player: int) -> Prospect:
        """What the entries of a value say to a player."""
        discount = self.discounts[player]
        later = {s: discount * p for s, p in enumerate(worth[self.count :]) if p} if discount else {}
        return Prospect(worth[player], later)


def _reached(steps: Mapping[int, set[int]], start: int) -> set[int]:
    found, todo = set(steps[start]), list(steps[start])
    while todo:
        for t in steps[todo.pop()] - found:
            found.add(t)
            todo.append(t)
    return found


class Values:
    """The values of the states to each player, by the Bellman equations, and what is known of the signs of their denominators."""

    def __init__(self, play: PeriodPlay) -> None:
        self.play, self.ring = play, play.ring
        self.home = {s: c for c in play.components for s in c}
        self._known: dict[tuple[object, ...], dict[int, Ratio]] = {}
        self._noted: set[str] = set()
        self.positive: frozenset[str] = frozenset()

    def seen_by(self, player: int, supports: Supports) -> dict[int, Support]:
        """The supports with the first action alone wherever the player herself moves."""
        return {i: s[:1] if self.play.owner(i) == player else s for i, s in supports.items()}

    def of(self, player: int, state: int, supports: Supports) -> Ratio:
        """The value of a state to a player; the supports must cover the states that can be reached from it."""
        component = self.home[state]
        seen = self.seen_by(player, supports)
        key = (player, component, *((i, seen[i]) for i in self._bearing[component]))
        if key not in self._known:
            self._known[key] = self._solved(player, component, seen)
        return self._known[key][state]

    @cached_property
    def _bearing(self) -> dict[tuple[int, ...], tuple[int, ...]]:
        """For each group of states the information sets that bear on its values."""
        play, out = self.play, dict[tuple[int, ...], tuple[int, ...]]()
        for component in play.components:  # those that follow come first
            after = {t for s in component for e, f in play.states.following.items() if play.states.state_of(e) == s for t, _ in f}
            sets = {i for s in component for i in play.sets_of[s]}
            sets.update(i for t in after if t not in component for i in out[self.home[t]])
            out[component] = tuple(sorted(sets))
        return out

    def _solved(self, player: int, component: tuple[int, ...], seen: Supports) -> dict[int, Ratio]:
        """The solution of `v = u + discount * P v` for the states of a group."""
        play, place = self.play, {s: n for n, s in enumerate(component)}
        rows, right = [], []
        for s in component:
            prospect = play.prospect(play.value(play.states.states[s].root, seen), player)
            row, known = {place[s]: Ratio(self.ring, self.ring.one)}, prospect.now
            for t, weight in prospect.later.items():
                if t in place:
                    row[place[t]] = row.get(place[t], 0) - weight
                else:
                    known = known + weight * self.of(player, t, seen)
            rows.append({t: c for t, c in row.items() if c})
            right.append(known)
        found = [Ratio.of(self.ring, v) for v in solved(rows, right)]
        for v in found:
            self._note(v.denominator)
        return dict(zip(component, found, strict=True))

    def _note(self, denominator: Polynomial) -> None:
        """Remember the factors of a denominator whose sign is known.

        It divides the determinant of `1 - discount * P`, which is positive whatever the probabilities, or is one of the game's own. So no
        factor vanishes anywhere, and each has throughout the sign that it has where every unknown probability is zero.
        """
        if denominator.is_constant():
            return
        for f, _ in self.ring.factors(denominator)[1]:
            if str(f) in self._noted:
                continue
            self._noted.add(str(f))
            unknown = [k for k in self.ring.support(f) if k not in self.play.space.parameters]
            sign = self.play.space.product_sign(self.ring.evaluate(f, dict.fromkeys(unknown, 0)))
            if sign is not None:
                self.positive |= {str(f * sign)}

    def compare(self, value: Ratio, op: str) -> Formula:
        """The condition `value OP 0`, cleared of its denominator and of every factor whose sign is known."""
        return self.play.space.compare(value, op, self.positive)

    def equal(self, value: Ratio, supports: Supports) -> Formula:
        """The condition that `value` is zero, cleared of the probabilities of mixtures too, which are positive.

        Such a factor, of what others play on the way, would hide that the equations are more than the unknowns that are in them.
        """
        mixed = (c for i, s in supports.items() for c in self.play.mixing_conditions(i, s) if isinstance(c, Atom) and c.op == ">")
        return self.play.space.compare(value, "==", self.positive.union(str(primitive(c.polynomial)) for c in mixed))

    # Deviations at one information set

    def others(self, info: int, supports: Supports) -> list[int]:
        """The actions of an information set but the first of its support."""
        return [a for a in range(len(self.play.sets[info].actions)) if a != supports[info][0]]

    def gain(self, info: int, supports: Supports, action: int, weights: Mapping[int, Ratio | None]) -> Prospect:
        """What the first action of the support earns more than another, at the nodes by position, which weigh `weights` (None is one)."""
        play, owner = self.play, self.play.owner(info)
        seen, pair = self.seen_by(owner, supports), (supports[info][0], action)
        total = play.nothing
        for position, w in weights.items():
            node = play.nodes[play.sets[info].nodes[position]]
            first, second = (play.value(node.children[a], seen) for a in pair)
            gaps = [x - y for x, y in zip(first, second, strict=True)]
            total = tuple(t + (gap if w is None else w * gap) if gap else t for t, gap in zip(total, gaps, strict=True))
        return play.prospect(total, owner)

    def worth(self, player: int, prospect: Prospect, supports: Supports) -> Ratio:
        """What a prospect is worth to a player; the supports must cover the states that it leads to."""
        total = prospect.now
        for state, weight in prospect.later.items():
            total = total + weight * self.of(player, state, supports)
        return total
