"""Can conditions hold together: asked part by part, each of which shares no unknown with the others, and then of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deterrence.algebra.formula import Formula, atoms
from deterrence.algebra.space import Space


def parts(space: Space, formulas: Iterable[Formula]) -> tuple[list[Formula], list[list[Formula]]]:
    """The conditions on parameters alone, and the others, those together that share an unknown."""
    plain: list[Formula] = []
    groups: list[tuple[frozenset[int], list[Formula]]] = []
    parameters = frozenset(space.parameters)
    for f in formulas:
        unknowns = frozenset(k for a in atoms(f) for k in space.ring.support(a.polynomial)) - parameters
        if not unknowns:
            plain.append(f)
            continue
        met = [g for g in groups if g[0] & unknowns]
        groups = [g for g in groups if not g[0] & unknowns]
        groups.append((unknowns.union(*(g[0] for g in met)), [*(f for g in met for f in g[1]), f]))
    return plain, [g[1] for g in groups]


def feasible(space: Space, formulas: Sequence[Formula]) -> bool | None:
    """Can all formulas hold at some interior point of the domain? None where that is not known with little effort."""
    plain, groups = parts(space, formulas)
    if len(groups) > 1:
        hard = False
        for group in groups:
            answer = _asked(space, (*plain, *group))
            if answer is False:
                return False
            hard = hard or answer is None
        if hard:  # where a part is too hard, the whole is harder
            return None
    return _asked(space, formulas)


def _asked(space: Space, formulas: Sequence[Formula]) -> bool | None:
    """The answer to one question, which is asked once."""
    key = tuple(sorted(f.key for f in formulas))
    if key not in space.answers:
        space.answers[key] = space.quick(formulas)
    return space.answers[key]
