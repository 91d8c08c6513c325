"""Consistent beliefs of a support profile: all limits of Bayes' rule under trembles, in finitely many patterns.

Kreps and Wilson (1982), "Sequential Equilibria", Econometrica 50(4), DOI 10.2307/1912767. Every action of probability zero has
an order e >= 1 and a coefficient c > 0; the nodes of an information set weigh in by the least total order, and among these
by the product of the coefficients and of the positive probabilities on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from flint import fmpz_mat

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.smt import UNSAT, Smt
from deterrence.concepts.play import Play, Support

Tremble: TypeAlias = tuple[int, int]
Debt: TypeAlias = frozenset[Tremble]


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

    @cached_property
    def owners(self) -> dict[Tremble, list[tuple[int, Debt]]]:
        """Who owes to each tremble, as (information set, group)."""
        out: dict[Tremble, list[tuple[int, Debt]]] = {}
        for loose in self.loose:
            for debt in loose.groups:
                for tremble in sorted(debt):
                    out.setdefault(tremble, []).append((loose.info, debt))
        return out

    def patterns(self) -> Iterator[Beliefs]:
        """Every pattern of consistent beliefs; together they are all of them."""
        parts = [self._component_patterns(c) for c in self._components()]
        for chosen in itertools.product(*parts):
            weights = dict(self.settled)
            for part in chosen:
                weights.update(part.weights)
            yield Beliefs(
                weights,
                tuple(u for part in chosen for u in part.unknowns),
                tuple(e for part in chosen for e in part.equations),
                tuple(c for part in chosen for c in part.conditions),
            )

    def _components(self) -> list[list[LooseSet]]:
        """The loose sets, those together that share a tremble."""
        out: list[list[LooseSet]] = []
        for loose in self.loose:
            trembles = set().union(*loose.groups)
            joined = [c for c in out if any(trembles & set().union(*other.groups) for other in c)]
            out = [c for c in out if c not in joined] + [[*itertools.chain(*joined), loose]]
        return out

    def _component_patterns(self, component: list[LooseSet]) -> list[Beliefs]:
        if len(component) == 1 and self._private(component[0]):
            return [self._free(component)]
        same = all(set(c.groups) == set(component[0].groups) for c in component)
        if same and self._private_groups(component):
            return [self._free(component)]
        return list(self._ordered(component))

    def _private(self, loose: LooseSet) -> bool:
        """Does each group owe to a tremble that no other group of any set owes to?"""
        return all(any(len(self.owners[t]) == 1 for t in debt) for debt in loose.groups)

    def _private_groups(self, component: list[LooseSet]) -> bool:
        """The same for sets with the same groups: a tremble that the group alone owes to, whatever the set."""
        return all(any(all(other == debt for _, other in self.owners[t]) for t in debt) for debt in component[0].groups)

    def _free(self, component: list[LooseSet]) -> Beliefs:
        """Any beliefs over the groups of the first set; those of the others follow, since all saw the same trembles."""
        first = component[0]
        debts = list(first.groups)
        unknowns = [self.play.belief_unknown(first.info, first.groups[d][0]) for d in debts[:-1]]
        shares, last = [self.ring.variables[u] for u in unknowns], self.ring.one
        for share in shares:
            last = last - share
        mu = {d: Ratio(self.ring, share) for d, share in zip(debts, [*shares, last], strict=True)}
        weights = {first.info: first.spread(self.ring, mu)}
        for loose in component[1:]:
            scaled = {d: mu[d] * loose.total(self.ring, d) / first.total(self.ring, d) for d in debts}
            weights[loose.info] = loose.spread(self.ring, scaled)
        conditions = tuple(Atom(m.numerator, ">=") for m in mu.values())
        return Beliefs(weights, tuple(unknowns), (), conditions)

    def _ordered(self, component: list[LooseSet]) -> Iterator[Beliefs]:
        """A pattern for each choice of likeliest groups that some orders of the trembles bring about."""
        orders = _Orders(component)
        for chosen in itertools.product(*(_subsets(list(loose.groups)) for loose in component)):
            if orders.possible(chosen):
                yield self._coefficients(component, chosen)

    def _coefficients(self, component: list[LooseSet], chosen: tuple[tuple[Debt, ...], ...]) -> Beliefs:
        """Positive beliefs in just the chosen groups, bound by what the coefficients of the trembles leave open."""
        weights, unknowns, conditions = {}, [], []
        rows: list[tuple[int, Debt, Ratio]] = []
        for n, (loose, debts) in enumerate(zip(component, chosen, strict=True)):
            mine = [self.play.belief_unknown(loose.info, loose.groups[d][0]) for d in debts[:-1]]
            shares, last = [self.ring.variables[u] for u in mine], self.ring.one
            for share in shares:
                last = last - share
            mu = {d: Ratio(self.ring, s) for d, s in zip(debts, [*shares, last], strict=True)}
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


def _subsets(debts: list[Debt]) -> list[tuple[Debt, ...]]:
    return [s for k in range(1, len(debts) + 1) for s in itertools.combinations(debts, k)]


class _Orders:
    """Linear feasibility of the orders of trembles."""

    def __init__(self, component: list[LooseSet]) -> None:
        self.component = component
        trembles = sorted({t for loose in component for debt in loose.groups for t in debt})
        self.ring = Ring([str(t) for t in trembles])
        self.order = dict(zip(trembles, self.ring.variables, strict=False))
        self.smt = Smt(self.ring)
        self.floor = [Atom(v - 1, ">=") for v in self.order.values()]

    def possible(self, chosen: tuple[tuple[Debt, ...], ...]) -> bool:
        """Can the chosen groups of each set be its least in total order, and no others?"""
        conditions: list[Formula] = list(self.floor)
        for loose, least in zip(self.component, chosen, strict=True):
            base = self._total(least[0])
            for debt in loose.groups:
                if debt != least[0]:
                    conditions.append(Atom(self._total(debt) - base, "==" if debt in least else ">"))
        return self.smt.check(conditions) != UNSAT

    def _total(self, debt: Debt) -> Polynomial:
        out = self.ring.zero
        for t in sorted(debt):
            out = out + self.order[t]
        return out
