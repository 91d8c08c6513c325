"""What beliefs at one information set say of those at a later one, under any trembles.

Where every node of a set K comes after a node of a set J, consistent beliefs at K are those at J times the probabilities of what
leads on, divided by their sum if it is positive (Kreps and Wilson 1982, section 5: Bayes' rule holds along consistent beliefs off the path
too). Moves that all ways to K have in common cancel, however unlikely they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.play import Play, Supports

Steps = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Way:
    """From a node of the earlier set to one of the later: the earlier node's position, the odds of chance, the moves of players."""

    start: int
    odds: Ratio
    steps: Steps


@dataclass(frozen=True)
class Link:
    """How the nodes of the set `later` come after those of `earlier`, one way for each; None is the root of the game."""

    earlier: int | None
    later: int
    ways: tuple[Way, ...]

    @property
    def decided_by(self) -> frozenset[int]:
        """The sets whose play the beliefs at the later set depend on."""
        return frozenset(info for way in self.ways for info, _ in way.steps)

    def settles(self, play: Play) -> bool:
        """Do the beliefs at the earlier set tell those at the later one, whatever is played?"""
        starts = {way.start for way in self.ways}
        return not self.decided_by and (self.earlier is None or len(starts) == len(play.sets[self.earlier].nodes))

    def weights(self, play: Play, earlier: list[Ratio], supports: Supports) -> list[Ratio]:
        """The beliefs at the later set from those at the earlier, not divided by their sum; all zero where Bayes' rule is silent."""
        out = []
        for way in self.ways:
            weight = earlier[way.start] * way.odds
            for info, action in way.steps:
                weight = weight * play.probability(info, action, supports[info])
            out.append(weight)
        return out


def links(play: Play, later: int) -> Iterator[Link]:
    """The links from the root and from all sets with several nodes that every way to the set passes through, those from the root first."""
    nodes = play.sets[later].nodes
    if len(nodes) < 2:
        return
    passed = [{play.nodes[at].information_set: n for n, (at, _) in enumerate(play.paths[k])} for k in nodes]
    yield _link(play, None, later, [0] * len(nodes))
    for info in play.sets:
        if len(info.nodes) > 1 and all(info.index in on_the_way for on_the_way in passed):
            yield _link(play, info.index, later, [on_the_way[info.index] for on_the_way in passed])


def _link(play: Play, earlier: int | None, later: int, starts: list[int]) -> Link:
    """The link whose ways begin at the given steps of the paths."""
    nodes, ways = play.sets[later].nodes, []
    for k, first in zip(nodes, starts, strict=True):
        start, odds, steps = 0, Ratio(play.ring, play.ring.one), []
        for at, branch in play.paths[k][first:]:
            node = play.nodes[at]
            if node.information_set is None:
                odds = odds * node.probabilities[branch]
            else:
                steps.append((node.information_set, branch))
        if earlier is not None:
            start = play.sets[earlier].nodes.index(play.paths[k][first][0])
        ways.append(Way(start, odds, tuple(steps)))
    common = frozenset.intersection(*(frozenset(way.steps) for way in ways))
    return Link(earlier, later, tuple(Way(w.start, w.odds, tuple(s for s in w.steps if s not in common)) for w in ways))
