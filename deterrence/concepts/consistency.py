"""Consistent beliefs of a support profile: all limits of Bayes' rule under trembles, in finitely many patterns.

Kreps and Wilson (1982), "Sequential Equilibria", Econometrica 50(4), DOI 10.2307/1912767. Every action of probability zero has
an order e >= 1 and a coefficient c > 0; the nodes of an information set weigh in by the least total order, and among these
by the product of the coefficients and of the positive probabilities on the way.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from flint import fmpz_mat

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.concepts.play import Play, Support
from deterrence.concepts.trembles import Block, Debt, Tremble, blocks_of, least_groups


@dataclass(frozen=True)
class Beliefs:
    """Weights of the nodes of every information set (to be normalised), with the unknowns they bring and what binds these."""

    weights: dict[int, list[Ratio]]
    unknowns: tuple[int, ...] = ()
    equations: tuple[Polynomial, ...] = ()
    conditions: tuple[Formula, ...] = ()


@dataclass
class LooseSet:
    """An information set off the path whose likeliest nodes depend on the trembles.

    `groups` are its possible likeliest nodes by what they owe to trembles; nodes that owe the same weigh in by `weights`.
    """

    info: int
    groups: dict[Debt, list[int]]
    weights: list[Ratio]

    def total(self, ring: Ring, debt: Debt) -> Ratio:
        """The weight of a group, its trembles aside."""
        out = Ratio(ring, ring.zero)
        for k in self.groups[debt]:
            out = out + self.weights[k]
        return out

    def spread(self, ring: Ring, shares: dict[Debt, Ratio]) -> list[Ratio]:
        """Weights of the nodes when each group has the given share of the belief."""
        out = [Ratio(ring, ring.zero) for _ in self.weights]
        for debt, share in shares.items():
            total = self.total(ring, debt)
            for k in self.groups[debt]:
                out[k] = share if len(self.groups[debt]) == 1 else share * self.weights[k] / total
        return out


class Consistency:
    """The consistent beliefs of one support profile."""

    def __init__(self, play: Play, supports: dict[int, Support]) -> None:
        self.play, self.supports, self.ring = play, supports, play.ring
        self.settled: dict[int, list[Ratio]] = {}
        self.loose: list[LooseSet] = []
        for info in play.sets:
            self._sort_out(info.index)

    def _sort_out(self, info: int) -> None:
        """Beliefs fixed by Bayes' rule, on the path or relative to trembles that all nodes share; or a loose set."""
        nodes = self.play.sets[info].nodes
        weighed = [self.play.weight(k, self.supports) for k in nodes]
        debts = [debt for _, debt in weighed]
        least = [d for d in debts if not any(other < d for other in debts)]
        common = frozenset.intersection(*least)
        groups: dict[Debt, list[int]] = {}
        for k, debt in enumerate(debts):
            if debt in least:
                groups.setdefault(debt - common, []).append(k)
        weights = [w if debts[k] in least else Ratio(self.ring, self.ring.zero) for k, (w, _) in enumerate(weighed)]
        if len(groups) == 1:
            self.settled[info] = weights
        else:
            self.loose.append(LooseSet(info, groups, weights))

    def patterns(self) -> Iterator[Beliefs]:
        """Every pattern of consistent beliefs; together they are all of them."""
        parts = [[self._independent(loose)] for loose in self._peeled()]
        parts += [self._component_patterns(c) for c in components(self.loose)]
        for chosen in itertools.product(*parts):
            self.play.space.clock.check()
            weights = dict(self.settled)
            for part in chosen:
                weights.update(part.weights)
            yield Beliefs(
                weights,
                tuple(u for part in chosen for u in part.unknowns),
                tuple(e for part in chosen for e in part.equations),
                tuple(c for part in chosen for c in part.conditions),
            )

    def _peeled(self) -> Iterator[LooseSet]:
        """Take away, one after the other, the sets whose every group owes to a tremble that is its own: any beliefs do there."""
        while True:
            owners = Counter(t for loose in self.loose for debt in loose.groups for t in debt)
            own = [x for x in self.loose if all(any(owners[t] == 1 for t in debt) for debt in x.groups)]
            if not own:
                return
            self.loose.remove(own[0])
            yield own[0]

    def _independent(self, loose: LooseSet) -> Beliefs:
        """Any beliefs over the groups of a set."""
        debts = list(loose.groups)
        shares, unknowns = self._simplex(loose, debts)
        conditions = tuple(Atom(share.numerator, ">=") for share in shares)
        weights = loose.spread(self.ring, dict(zip(debts, shares, strict=True)))
        return Beliefs({loose.info: weights}, unknowns, (), conditions)

    def _simplex(self, loose: LooseSet, debts: Sequence[Debt]) -> tuple[list[Ratio], tuple[int, ...]]:
        """Unknown shares of some groups that add up to one, and the unknowns."""
        unknowns = tuple(self.play.belief_unknown(loose.info, loose.groups[d][0]) for d in debts[:-1])
        return complemented(self.ring, unknowns), unknowns

    def _component_patterns(self, component: list[LooseSet]) -> list[Beliefs]:
        blocks = blocks_of([list(loose.groups) for loose in component])
        return list(self._ordered(component)) if blocks is None else [self._blockwise(component, blocks)]

    def _blockwise(self, component: list[LooseSet], blocks: list[Block]) -> Beliefs:
        """Any odds within each block of trembles; what all sets believe follows from these.

        Where a set knows of one block only, its beliefs are the unknowns themselves.
        """
        odds: dict[Tremble, Ratio] = {}
        unknowns: list[int] = []
        conditions: list[Formula] = []
        for block in blocks:
            home = next((x for x in component if set(block.debts) == set(x.groups)), None)
            mine = self._block_unknowns(component, block, home, unknowns)
            shares = complemented(self.ring, mine)
            unknowns += mine
            conditions += [Atom(share.numerator, ">=") for share in shares]
            for tremble, debt, share in zip(block.trembles, block.debts, shares, strict=True):
                odds[tremble] = share if home is None else share / home.total(self.ring, debt)
        weights = {}
        for loose in component:
            found = [Ratio(self.ring, self.ring.zero) for _ in loose.weights]
            for debt, nodes in loose.groups.items():
                for k in nodes:
                    found[k] = prod([odds[t] for t in sorted(debt) if t in odds], start=loose.weights[k])
            weights[loose.info] = found
        return Beliefs(weights, tuple(unknowns), (), tuple(conditions))

    def _block_unknowns(self, component: list[LooseSet], block: Block, home: LooseSet | None, used: list[int]) -> tuple[int, ...]:
        if home is not None:
            return tuple(self.play.belief_unknown(home.info, home.groups[d][0]) for d in block.debts[:-1])
        meets = next(x for x in component if any(block.trembles[0] in debt for debt in x.groups))
        spare = (self.play.belief_unknown(meets.info, k) for k in range(len(meets.weights)))
        return tuple(itertools.islice((u for u in spare if u not in used), len(block.trembles) - 1))

    def _ordered(self, component: list[LooseSet]) -> Iterator[Beliefs]:
        """A pattern for each choice of likeliest groups that some orders of the trembles bring about."""
        for chosen in least_groups([list(loose.groups) for loose in component], self.play.space.clock):
            yield self._coefficients(component, chosen)

    def _coefficients(self, component: list[LooseSet], chosen: tuple[tuple[Debt, ...], ...]) -> Beliefs:
        """Positive beliefs in just the chosen groups, bound by what the coefficients of the trembles leave open."""
        weights: dict[int, list[Ratio]] = {}
        unknowns: list[int] = []
        conditions: list[Formula] = []
        rows: list[tuple[int, Debt, Ratio]] = []
        for n, (loose, debts) in enumerate(zip(component, chosen, strict=True)):
            shares, mine = self._simplex(loose, debts)
            mu = dict(zip(debts, shares, strict=True))
            weights[loose.info] = loose.spread(self.ring, mu)
            rows += [(n, d, m / loose.total(self.ring, d)) for d, m in mu.items()]
            unknowns += mine
            if len(debts) > 1:
                conditions += [Atom(m.numerator, ">") for m in mu.values()]
        return Beliefs(weights, tuple(unknowns), tuple(_relations(self.ring, rows)), tuple(conditions))


def _relations(ring: Ring, rows: list[tuple[int, Debt, Ratio]]) -> Iterator[Polynomial]:
    """What holds of belief-to-weight ratios that are products of coefficients: one equation for each integer relation."""
    trembles = sorted(set().union(*(debt for _, debt, _ in rows)))
    sets = sorted({n for n, _, _ in rows})
    matrix = fmpz_mat([[int(t in debt) for _, debt, _ in rows] for t in trembles] + [[int(m == n) for n, _, _ in rows] for m in sets])
    kernel, rank = matrix.nullspace()
    for column in range(rank):
        left, right = Ratio(ring, ring.one), Ratio(ring, ring.one)
        entries = [int(kernel[i, column]) for i in range(len(rows))]
        divisor = _common_divisor(entries)
        for (_, _, ratio), entry in zip(rows, entries, strict=True):
            power = entry // divisor
            left, right = (left * ratio**power, right) if power > 0 else (left, right * ratio**-power)
        yield (left - right).numerator


def _common_divisor(entries: list[int]) -> int:
    from math import gcd

    return gcd(*entries) or 1


def complemented(ring: Ring, unknowns: Sequence[int]) -> list[Ratio]:
    """Unknown shares, and the last one that makes them add up to one."""
    shares, last = [ring.variables[u] for u in unknowns], ring.one
    for share in shares:
        last = last - share
    return [Ratio(ring, share) for share in (*shares, last)]


def components(loose: list[LooseSet]) -> list[list[LooseSet]]:
    """The loose sets, those together that share a tremble."""
    out: list[list[LooseSet]] = []
    for x in loose:
        trembles = frozenset().union(*x.groups)
        joined = [c for c in out if any(trembles & frozenset().union(*other.groups) for other in c)]
        apart = [c for c in out if not any(c is j for j in joined)]
        out = [*apart, [*itertools.chain(*joined), x]]
    return out
