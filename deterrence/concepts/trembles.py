"""Which nodes trembles can make the likeliest: orders of trembles, and blocks of trembles whose odds are free."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ring
from deterrence.algebra.smt import UNSAT, Clock, Smt

Tremble: TypeAlias = tuple[int, int]
Debt: TypeAlias = frozenset[Tremble]


@dataclass(frozen=True)
class Block:
    """Trembles that take each other's place: a group of any set that knows of the block owes to one of them.

    `debts` are the groups of a set that knows of this block alone, in the order of `trembles`.
    """

    trembles: tuple[Tremble, ...]
    debts: tuple[Debt, ...]


def blocks_of(families: Sequence[Sequence[Debt]]) -> list[Block] | None:
    """The blocks of a component, if each set's groups are all combinations of one tremble from each of some blocks.

    Then the odds within the blocks, in closed simplices, give just the consistent beliefs: the least total order of a
    combination is found block by block. None where the groups are no such product.
    """
    merged = _merged(families)
    reduced = [[frozenset(merged[t][0] for t in debt) for debt in family] for family in families]
    classes = _classes(reduced)
    for family in reduced:
        touched = [c for c in classes if any(t in debt for debt in family for t in c)]
        if set(family) != {frozenset(chosen) for chosen in itertools.product(*touched)}:
            return None
    full = {members[0]: frozenset(members) for members in merged.values()}
    return [Block(c, tuple(full[t] for t in c)) for c in classes]


def _merged(families: Sequence[Sequence[Debt]]) -> dict[Tremble, tuple[Tremble, ...]]:
    """For each tremble those that occur in just the same groups of the same sets: together they act as one."""
    where: dict[Tremble, list[tuple[int, int]]] = {}
    for n, family in enumerate(families):
        for m, debt in enumerate(family):
            for t in sorted(debt):
                where.setdefault(t, []).append((n, m))
    alike: dict[tuple[tuple[int, int], ...], list[Tremble]] = {}
    for t in sorted(where):
        alike.setdefault(tuple(where[t]), []).append(t)
    return {t: tuple(members) for members in alike.values() for t in members}


def _classes(families: Sequence[Sequence[Debt]]) -> list[tuple[Tremble, ...]]:
    """Classes of trembles of which one stands in another's place in some set, all else being the same."""
    parent = {t: t for family in families for debt in family for t in sorted(debt)}

    def root(t: Tremble) -> Tremble:
        while parent[t] != t:
            t = parent[t]
        return t

    for family in families:
        by_rest: dict[Debt, Tremble] = {}
        for debt in family:
            for t in sorted(debt):
                first = by_rest.setdefault(debt - {t}, t)
                parent[max(root(first), root(t))] = min(root(first), root(t))
    out: dict[Tremble, list[Tremble]] = {}
    for t in sorted(parent):
        out.setdefault(root(t), []).append(t)
    return [tuple(members) for members in out.values()]


def least_groups(families: Sequence[Sequence[Debt]], clock: Clock) -> Iterator[tuple[tuple[Debt, ...], ...]]:
    """Every choice of groups, one family after the other, that some orders e >= 1 of the trembles make least in total."""
    trembles = sorted({t for family in families for debt in family for t in debt})
    ring = Ring([str(t) for t in trembles])
    order = dict(zip(trembles, ring.variables, strict=False))
    smt = Smt(ring, clock)

    def total(debt: Debt) -> Polynomial:
        out = ring.zero
        for t in sorted(debt):
            out = out + order[t]
        return out

    def choose(n: int, known: tuple[Formula, ...]) -> Iterator[tuple[tuple[Debt, ...], ...]]:
        if n == len(families):
            yield ()
            return
        for least, more in within(families[n], 0, (), known):
            for rest in choose(n + 1, more):
                yield (least, *rest)

    def within(
        family: Sequence[Debt], n: int, least: tuple[Debt, ...], known: tuple[Formula, ...]
    ) -> Iterator[tuple[tuple[Debt, ...], tuple[Formula, ...]]]:
        """Decide group by group whether it is among the least; those passed over lie above the first that is."""
        clock.check()
        if n == len(family):
            yield from [(least, known)] if least else []
            return
        gap = total(family[n]) - total(least[0]) if least else ring.zero
        included = tuple(Atom(total(d) - total(family[n]), ">") for d in family[:n]) if not least else (Atom(gap, "=="),)
        excluded = () if not least else (Atom(gap, ">"),)
        for chosen, added in (((*least, family[n]), included), (least, excluded)):
            if not added or smt.check((*known, *added)) != UNSAT:
                yield from within(family, n + 1, chosen, (*known, *added))

    yield from choose(0, tuple(Atom(v - 1, ">=") for v in order.values()))
