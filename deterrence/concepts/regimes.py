"""Support profiles that some beliefs make optimal, found last movers first."""

from __future__ import annotations

from collections.abc import Iterator

from deterrence.algebra.formula import FALSE, Atom, Formula, conjunction
from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.play import Play, Support


def last_first(play: Play) -> tuple[list[int], dict[int, list[int]]]:
    """An order in which an information set comes after all that can follow it, as far as there is one.

    Also, for each, the sets whose play can be judged once it has been dealt with: with unseen moves two sets may each come
    before the other, and then both are judged when the last of them has its support.
    """
    order: list[int] = []
    left = [info.index for info in play.sets]
    while left:
        ready = [i for i in left if play.following[i] <= set(order)]
        # The sets of a circle are taken together: the fewest sets still missing first.
        chosen = ready[-1] if ready else min(left, key=lambda i: (len(play.following[i] - set(order)), -i))
        order.append(chosen)
        left.remove(chosen)
    place = {i: n for n, i in enumerate(order)}
    judged: dict[int, list[int]] = {i: [] for i in order}
    for i in order:
        last = max([i, *play.following[i]], key=lambda j: place[j])
        judged[last].append(i)
    return order, judged


class Search:
    """The tree of partial support profiles; one is dropped only when no beliefs whatever make it optimal.

    Where beliefs are to be `consistent`, those that chance alone decides are known from the start.
    """

    def __init__(self, play: Play, consistent: bool = False) -> None:
        self.play = play
        priors = {info.index: prior_weights(play, info.index) for info in play.sets} if consistent else {}
        self.beliefs = {info.index: priors.get(info.index) or belief_unknowns(play, info.index) for info in play.sets}
        self.order, self.judged = last_first(play)
        self.visited = 0

    def profiles(self) -> Iterator[dict[int, Support]]:
        """Every support profile that survives."""
        yield from self._descend(0, {}, ())

    def _descend(self, depth: int, supports: dict[int, Support], known: tuple[Formula, ...]) -> Iterator[dict[int, Support]]:
        self.play.space.clock.check()
        if depth == len(self.order):
            yield dict(supports)
            return
        i = self.order[depth]
        for support in self.play.all_supports(self.play.sets[i]):
            supports[i] = support
            self.visited += 1
            more = self._conditions(i, supports)
            if more is not None and (not more or self.play.space.possible((*known, *more))):
                yield from self._descend(depth + 1, supports, (*known, *more))
        del supports[i]

    def _conditions(self, i: int, supports: dict[int, Support]) -> tuple[Formula, ...] | None:
        """What the new support adds; None where it is plainly impossible."""
        out: list[Formula] = [*self.play.mixing_conditions(i, supports[i])]
        for j in self.judged[i]:
            out += optimal(self.play, j, supports, self.beliefs[j])
        joined = conjunction(out)
        if joined == FALSE:
            return None
        return tuple(out) if joined.key != "(and )" else ()


def prior_weights(play: Play, info: int) -> list[Ratio] | None:
    """How chance weighs the nodes of an information set; None unless the ways to them differ in what chance did and in nothing else.

    Under any trembles such nodes are reached in these proportions, so that consistent beliefs there are known whatever is played.
    """
    weights, decisions = [], set()
    for k in play.sets[info].nodes:
        steps = [(play.nodes[at], branch) for at, branch in play.paths[k]]
        odds = Ratio(play.ring, play.ring.one)
        for node, branch in steps:
            if node.information_set is None:
                odds = odds * node.probabilities[branch]
        weights.append(odds)
        decisions.add(tuple((node.information_set, branch) for node, branch in steps if node.information_set is not None))
    return weights if len(weights) > 1 and len(decisions) == 1 else None


def belief_unknowns(play: Play, info: int) -> list[Ratio]:
    """Unknown beliefs in the nodes of an information set, the last one minus the others."""
    ring, n = play.ring, len(play.sets[info].nodes)
    beliefs = [ring.variables[play.belief_unknown(info, k)] for k in range(n - 1)] if n > 1 else []
    rest = ring.one
    for b in beliefs:
        rest = rest - b
    return [Ratio(ring, b) for b in (*beliefs, rest)]


def optimal(play: Play, info: int, supports: dict[int, Support], beliefs: list[Ratio]) -> list[Formula]:
    """Some beliefs make the support optimal: the simplex, indifference within the support, no gain from leaving it."""
    out = [play.space.typical(c) for c in local_conditions(play, info, supports, beliefs)]
    if FALSE in out or all(isinstance(c, Atom) and play.space.parametric(c.polynomial) for c in out):
        return out  # beliefs do not matter
    return [*out, *(Atom(b.numerator, ">=") for b in beliefs if len(beliefs) > 1)]


def local_conditions(play: Play, info: int, supports: dict[int, Support], weights: list[Ratio]) -> list[Formula]:
    """Sequential rationality at an information set whose nodes weigh `weights` (they need not add up to one)."""
    space, support, out = play.space, supports[info], []
    for action in range(len(play.sets[info].actions)):
        if action == support[0]:
            continue
        total = Ratio(play.ring, play.ring.zero)
        for k, w in enumerate(weights):
            if w:
                total = total + w * play.advantage(info, k, (support[0], action), supports)
        out.append(space.compare(total, "==" if action in support else ">="))
    return out
