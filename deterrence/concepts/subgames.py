"""Equilibrium in each of a list of subgames: what Nash and subgame-perfect equilibrium share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from deterrence.algebra.formula import FALSE, Atom, Formula, conjunction
from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.consistency import complemented
from deterrence.concepts.family import Findings, Progress, Requirements, resolve, sorted_out
from deterrence.concepts.plans import continuation_conditions
from deterrence.concepts.play import FREE, Play, Support


def subgame_roots(play: Play) -> list[int]:
    """The nodes at which a subgame starts, the deepest first: no information set is partly under it and partly not."""
    out = []
    for node in reversed(play.nodes):
        whole = all(node.index in {at for at, _ in play.paths[k]} | {k} for i in play.below[node.index] for k in play.sets[i].nodes)
        if whole and node.kind != "end" and (play.below[node.index] or node.index == 0):
            out.append(node.index)
    return out


def solve_subgames(play: Play, roots: list[int], findings: Findings, progress: Progress) -> None:
    """Add every profile that is a Nash equilibrium of each subgame with one of these roots."""
    search = SubgameSearch(play, roots)
    for supports in search.profiles():
        progress("regimes", search.visited)
        resolve(play, search.requirements(supports), findings)


class SubgameSearch:
    """Supports where play of the subgames reaches, the deepest subgame first; what is left is free behaviour."""

    def __init__(self, play: Play, roots: list[int]) -> None:
        self.play, self.roots = play, roots
        self.visited = 0

    def profiles(self) -> Iterator[dict[int, Support]]:
        """Every support profile that survives, with free behaviour where no subgame's play reaches."""
        yield from self._descend(0, {}, (), frozenset())

    def _descend(self, n: int, supports: dict[int, Support], known: tuple[Formula, ...], judged: frozenset[int]) -> Iterator[dict[int, Support]]:
        """Supports for the subgames from the n-th on."""
        self.play.space.clock.check()
        if n == len(self.roots):
            yield supports
            return
        root = self.roots[n]
        missing = next((i for i in self._reached([root], supports) if i not in supports), None)
        if missing is None:
            yield from self._close(n, supports, known)
            return
        for support in self.play.all_supports(self.play.sets[missing]):
            self.visited += 1
            chosen = {**supports, missing: support}
            ended = [i for i in self._reached([root], chosen) if i not in judged and self._ended(root, i, chosen)]
            added = [c for i in ended for c in self._optimal_for_some_beliefs(root, i, chosen)]
            added += self.play.mixing_conditions(missing, support)
            formulas = joined(known, added)
            if not added or (conjunction(formulas) != FALSE and self.play.space.possible(formulas)):
                yield from self._descend(n, chosen, formulas, judged.union(ended))

    def _close(self, n: int, supports: dict[int, Support], known: tuple[Formula, ...]) -> Iterator[dict[int, Support]]:
        """Go on to the next subgame if there can be an equilibrium of this one. What its play does not reach, no larger one's does."""
        root = self.roots[n]
        open_sets = [i for i in sorted(self.play.below[root]) if i not in supports]
        whole = {**supports, **dict.fromkeys(open_sets, FREE)}
        added = [self.play.space.typical(c) for c in self._conditions(root, whole)]
        added += [c for i in sorted(self.play.below[root]) for c in self.play.mixing_conditions(i, whole[i])]
        formulas = joined(known, added)
        if conjunction(formulas) != FALSE and self.play.space.possible(formulas):
            yield from self._descend(n + 1, whole, formulas, frozenset())

    def _reached(self, nodes: Sequence[int], supports: dict[int, Support]) -> Iterator[int]:
        """The information sets that play from some nodes comes to, as far as the supports tell."""
        todo, seen = list(nodes), set()
        while todo:
            node = self.play.nodes[todo.pop()]
            i = node.information_set
            if i is None:
                todo += reversed(node.children)
                continue
            if i not in seen:
                seen.add(i)
                yield i
            if i in supports:
                todo += [node.children[a] for a in reversed(supports[i])]

    def _live(self, root: int, info: int, supports: dict[int, Support]) -> list[int]:
        """The nodes of a set that no action of probability zero cuts off from the root."""
        whole = {**dict.fromkeys(range(len(self.play.sets)), FREE), **supports}
        return [k for k in self.play.sets[info].nodes if not self.play.weight(k, whole, root)[1]]

    def _ended(self, root: int, info: int, supports: dict[int, Support]) -> bool:
        """Is the play that follows a set settled?"""
        return info in supports and all(i in supports for i in self._reached(self._live(root, info, supports), supports))

    def _optimal_for_some_beliefs(self, root: int, info: int, supports: dict[int, Support]) -> list[Formula]:
        """What a set on the path needs whatever its beliefs turn out to be and whatever is done off the path."""
        play, live = self.play, self._live(root, info, supports)
        open_sets = sorted(i for k in live for i in play.below[k] if i not in supports)
        whole = {**dict.fromkeys(range(len(play.sets)), FREE), **supports}
        shares = complemented(play.ring, [play.belief_unknown(info, n) for n in range(len(live) - 1)] if len(live) > 1 else [])
        zero = Ratio(play.ring, play.ring.zero)
        weights = dict.fromkeys(play.sets[info].nodes, zero) | dict(zip(live, shares, strict=True))
        out = [play.space.typical(c) for c in continuation_conditions(play, info, whole, weights)]
        out += [Atom(share.numerator, ">=") for share in shares if len(shares) > 1]
        return out + [c for i in dict.fromkeys(open_sets) for c in play.mixing_conditions(i, FREE)]

    def weights(self, root: int, info: int, supports: dict[int, Support]) -> dict[int, Ratio]:
        """The probability with which each node of a set is reached from a root."""
        out = {}
        for k in self.play.sets[info].nodes:
            w, dead = self.play.weight(k, supports, root)
            out[k] = Ratio(self.play.ring, self.play.ring.zero) if dead else w
        return out

    def _conditions(self, root: int, supports: dict[int, Support]) -> list[Formula]:
        """No plan of a player pays in the subgame: her sets that come first in it are judged each by itself, for no play meets two."""
        found = [continuation_conditions(self.play, i, supports, self.weights(root, i, supports)) for i in self.first_sets(root)]
        return [c for conditions in found for c in conditions]

    def first_sets(self, root: int) -> list[int]:
        """The information sets of a subgame before which their player has not moved in it."""
        play, inside = self.play, self.play.below[root]
        pasts = {i: play.own_past[i] for i in sorted(inside)}
        return [i for i, past in pasts.items() if past is None or past[0] not in inside]

    def requirements(self, supports: dict[int, Support]) -> Requirements:
        """What equilibrium in every subgame requires of a regime."""
        play = self.play
        formulas = [c for info in play.sets for c in play.mixing_conditions(info.index, supports[info.index])]
        for root in self.roots:
            formulas += self._conditions(root, supports)
        equations, conditions = sorted_out(formulas)
        unknowns = tuple(play.mixing_unknowns(supports))
        return Requirements(supports, play.strategies(supports), self.beliefs(supports), unknowns, equations, conditions)

    def beliefs(self, supports: dict[int, Support]) -> dict[int, list[Ratio]]:
        """Weights by Bayes' rule in the smallest subgame whose play reaches a set; none elsewhere."""
        out: dict[int, list[Ratio]] = {}
        for root in self.roots:  # the deepest first
            for i in self.play.below[root]:
                weights = list(self.weights(root, i, supports).values())
                if i not in out and supports[i] != FREE and any(weights):
                    out[i] = weights
        return {info.index: out.get(info.index, []) for info in self.play.sets}


def joined(known: Iterable[Formula], added: Iterable[Formula]) -> tuple[Formula, ...]:
    """All formulas, each once."""
    return tuple({c.key: c for c in (*known, *added)}.values())
