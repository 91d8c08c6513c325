"""Support profiles that some beliefs make optimal, found last movers first."""

from __future__ import annotations

from collections.abc import Iterator

from deterrence.algebra.formula import FALSE, And, Atom, Formula, conjunction
from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.linked_beliefs import Link, links
from deterrence.concepts.partial_regimes import Feasibility, Known
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

    Where beliefs are to be `consistent`, those at one information set are held to those at earlier ones.
    """

    def __init__(self, play: Play, consistent: bool = False) -> None:
        self.play = play
        self.order, self.judged = last_first(play)
        self.beliefs = {info.index: belief_unknowns(play, info.index) for info in play.sets}
        self.linked: dict[int, list[Link]] = {i: [] for i in self.order}
        if consistent:
            self._link_beliefs()
        self.bearing = {i: self._bearing(i) for i in self.order}
        self.visited = 0
        self.known: dict[tuple[object, ...], tuple[Formula, ...] | None] = {}
        self.feasibility = Feasibility(play.space)

    def _link_beliefs(self) -> None:
        """Beliefs that chance alone tells from earlier ones are known from the start; others when the play between them has been fixed."""
        place = {i: n for n, i in enumerate(self.order)}
        for info in self.play.sets:
            known = False
            for link in links(self.play, info.index):
                if not link.settles(self.play):
                    last = max([link.later, *self.play.following[link.later], *link.decided_by], key=lambda j: place[j])
                    self.linked[last].append(link)
                elif not known:
                    self.beliefs[info.index], known = link.weights(self.play, self._earlier(link), {}), True

    def _bearing(self, i: int) -> tuple[int, ...]:
        """The sets whose supports the conditions depend on that come with the support of a set."""
        judged = {i, *self.judged[i], *(link.later for link in self.linked[i])}
        return tuple(sorted(judged.union(*(self.play.following[j] for j in judged), *(link.decided_by for link in self.linked[i]))))

    def _earlier(self, link: Link) -> list[Ratio]:
        return [Ratio(self.play.ring, self.play.ring.one)] if link.earlier is None else self.beliefs[link.earlier]

    def profiles(self) -> Iterator[dict[int, Support]]:
        """Every support profile that survives."""
        yield from self._descend(0, {}, Known())

    def _descend(self, depth: int, supports: dict[int, Support], known: Known) -> Iterator[dict[int, Support]]:
        self.play.space.clock.check()
        if depth == len(self.order):
            yield dict(supports)
            return
        i = self.order[depth]
        for support in self.play.all_supports(self.play.sets[i]):
            supports[i] = support
            self.visited += 1
            added = self._conditions(i, supports)
            more = None if added is None else self.feasibility.extended(known, added)
            if more is not None:
                yield from self._descend(depth + 1, supports, more)
        del supports[i]

    def _conditions(self, i: int, supports: dict[int, Support]) -> tuple[Formula, ...] | None:
        """What the new support adds; None where it is plainly impossible. Worked out once for the supports that bear on it."""
        key = (i, *(supports[j] for j in self.bearing[i]))
        if key not in self.known:
            self.known[key] = self._worked_out(i, supports)
        return self.known[key]

    def _worked_out(self, i: int, supports: dict[int, Support]) -> tuple[Formula, ...] | None:
        out: list[Formula] = [*self.play.mixing_conditions(i, supports[i])]
        for j in self.judged[i]:
            out += optimal(self.play, j, supports, self.beliefs[j])
        for link in self.linked[i]:
            earlier = self._earlier(link)
            out += rational(self.play, link.later, supports, link.weights(self.play, earlier, supports), earlier)
        joined = conjunction(out)
        if joined == FALSE:
            return None
        return joined.parts if isinstance(joined, And) else (joined,)


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
    return rational(play, info, supports, beliefs, beliefs)


def rational(play: Play, info: int, supports: dict[int, Support], weights: list[Ratio], beliefs: list[Ratio]) -> list[Formula]:
    """The support is optimal where the nodes weigh `weights`, which depend on `beliefs`; these are not negative."""
    out = [play.space.typical(c) for c in local_conditions(play, info, supports, weights)]
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
