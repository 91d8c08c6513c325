"""Complements of regions that speak of roots without closed form, as far as they have a formula without quantifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from deterrence.algebra.formula import FALSE, And, Atom, Formula, Or, atoms, conjunction, disjunction, negation
from deterrence.algebra.parameters import Mover
from deterrence.algebra.smt import QUICK, UNSAT, Undecided
from deterrence.algebra.space import Space

if TYPE_CHECKING:
    from deterrence.algebra.region import Region

EFFORT = 50 * QUICK


def complement(region: Region) -> Region:
    """The points of the space that are not in a region.

    A region `G and exists u: D(u) and F(u)`, where G speaks of the parameters alone and D has exactly one solution u wherever G holds,
    has the complement `not G, or G and exists u: D(u) and not F(u)`. Raises Undecided where no such D is found.
    """
    whole = conjunction(region.formulas())
    out: Region | None = None
    for case in whole.parts if isinstance(whole, Or) else (whole,):
        rest = _without(region, case)
        out = rest if out is None else out & rest
    assert out is not None
    return out


def _without(region: Region, case: Formula) -> Region:
    """The complement of one conjunction."""
    space = region.parameters.space
    parts = case.parts if isinstance(case, And) else (case,)
    given = conjunction(p for p in parts if not _unknowns(space, p))
    groups = _groups(space, [p for p in parts if _unknowns(space, p)])
    for group in groups:
        given = conjunction((given, *_necessary(space, given, group)))
    outside = _of_same_space(region, negation(given))
    for group in groups:
        if not _always(space, given, group):
            size = _definition(region, given, group)
            missed = _of_same_space(region, conjunction((given, negation(conjunction(group[size:])))), tuple(group[:size]))
            outside = missed if outside.formula == FALSE else outside | missed
    return outside


def _of_same_space(region: Region, formula: Formula, hidden: tuple[Formula, ...] = ()) -> Region:
    """A region of the same space."""
    return type(region)(region.parameters, formula, hidden)


def _unknowns(space: Space, f: Formula) -> frozenset[int]:
    found = {k for a in atoms(f) for k in space.ring.support(a.polynomial)}
    return frozenset(found.difference(space.parameters))


def _groups(space: Space, parts: Sequence[Formula]) -> list[list[Formula]]:
    """The parts in groups that have no unknown in common."""
    groups: list[tuple[frozenset[int], list[Formula]]] = []
    for part in parts:
        names, members = _unknowns(space, part), [part]
        apart = []
        for known, others in groups:
            if known.isdisjoint(names):
                apart.append((known, others))
            else:
                names, members = names | known, [*others, *members]
        groups = [*apart, (names, members)]
    return [members for _, members in groups]


def _necessary(space: Space, given: Formula, group: Sequence[Formula]) -> Iterator[Formula]:
    """Conditions on the parameters that a solution of the group implies: the sign of a discriminant, as where a square root is real."""
    for f in group:
        unknowns = _unknowns(space, f)
        if isinstance(f, Atom) and f.op == "==" and len(unknowns) == 1:
            d = f.polynomial.discriminant(f"x{min(unknowns)}")
            candidates = [Atom(p, op) for p in (d, -d) for op in (">", ">=")] if d and not d.is_constant() else []
            for c in candidates:
                if space.smt.check((space.domain, given, *group, negation(c)), EFFORT) == UNSAT:
                    yield c
                    break


def _always(space: Space, given: Formula, group: Sequence[Formula]) -> bool:
    """Is there surely a solution of the group wherever the condition on the parameters holds?"""
    unknowns = sorted(frozenset().union(*(_unknowns(space, f) for f in group)))
    return space.smt.escapes((space.domain, given), unknowns, group, EFFORT) == UNSAT


def _definition(region: Region, given: Formula, group: Sequence[Formula]) -> int:
    """How many of the first parts of a group define exactly one root wherever the condition on the parameters holds."""
    space = region.parameters.space
    equations = [i for i, f in enumerate(group) if isinstance(f, Atom) and f.op == "=="]
    for size in range(max(equations, default=len(group)) + 1, len(group)):
        if _once(region, given, group[:size]) and _always(space, given, group[:size]):
            return size
    names = ", ".join(sorted({space.ring.names[k] for f in group for k in _unknowns(space, f)}))
    raise Undecided(
        f"the complement of a region that speaks of the implicit root {names} has no formula without quantifiers here: "
        "the root could not be shown to exist, once, wherever the other conditions hold"
    )


def _once(region: Region, given: Formula, group: Sequence[Formula]) -> bool:
    """Are there surely no two solutions of the group at one point of the parameters?"""
    parameters = region.parameters
    ring = parameters.space.ring
    unknowns = sorted(frozenset().union(*(_unknowns(parameters.space, f) for f in group)))
    twins = {ring.names[k]: f"{ring.names[k]} twin" for k in unknowns}  # no symbol has a space in it
    space = parameters.extended(twins.values()).space
    stay, rename = Mover(ring, space.ring), Mover(ring, space.ring, twins)
    pairs = [(space.ring[name], space.ring[twin]) for name, twin in twins.items()]
    differ = disjunction(Atom(a - b, "!=") for a, b in pairs)
    both = [move.formula(f) for move in (stay, rename) for f in group]
    return space.smt.check((space.domain, stay.formula(given), *both, differ), EFFORT) == UNSAT
