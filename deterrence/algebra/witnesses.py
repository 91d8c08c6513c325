"""Points of the parameter space at which conditions hold: tried at exact sample points before the SMT solver searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deterrence.algebra.feasibility import feasible, parts
from deterrence.algebra.formula import FALSE, Atom, Formula, atoms, conjunction
from deterrence.algebra.sampling import holds_at
from deterrence.algebra.smt import QUICK, Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.zero_sets import ZeroSet

FEW = 40  # points at which a system in several unknowns is solved


def feasible_somewhere(space: Space, formulas: Sequence[Formula]) -> bool | None:
    """Can all formulas hold at some interior point of the domain? With more effort than `feasible`."""
    if witnessed(space, formulas, space.samples):
        return True
    answer = feasible(space, formulas)
    if answer is not None:
        return answer
    return witnessed(space, formulas, space.more_samples) or (space.quick(formulas, 20 * QUICK) if len(unknown(space, formulas)) <= 2 else None)


def witnessed(space: Space, formulas: Sequence[Formula], samples: Sequence[Sequence[Any]]) -> bool:
    """Do the formulas hold at one of the points, where equations leave finitely many values of the unknowns?"""
    few = samples if len(unknown(space, formulas)) <= 2 else samples[:FEW]
    plain, groups = parts(space, formulas)
    return any(all(holds_at(f, at) for f in plain) and all(_holds(space, group, at) for group in groups) for at in few)


def unknown(space: Space, formulas: Sequence[Formula]) -> frozenset[int]:
    """The variables of the formulas that are no parameters."""
    return frozenset(k for f in formulas for a in atoms(f) for k in space.ring.support(a.polynomial)).difference(space.parameters)


def _holds(space: Space, formulas: Sequence[Formula], at: Sequence[Any]) -> bool:
    """Do conditions that share unknowns hold at a point, for some values of these?"""
    space.clock.check()
    numbers = {f"x{k}": at[k] for k in space.parameters}
    plain, groups = parts(space, [_at(f, numbers) for f in formulas])
    if conjunction(plain) == FALSE:
        return False
    return all(_solvable(space, group) for group in groups)


def _at(f: Formula, numbers: dict[str, Any]) -> Formula:
    if isinstance(f, Atom):
        return Atom(f.polynomial.subs(numbers), f.op)
    return type(f)(_at(p, numbers) for p in f.parts)


def _solvable(space: Space, group: Sequence[Formula]) -> bool:
    """Do numbers for the unknowns of one part meet its conditions? Found only where its equations have finitely many zeros."""
    equations = [f.polynomial for f in group if isinstance(f, Atom) and f.op == "=="]
    unknowns = sorted({k for f in group for a in atoms(f) for k in space.ring.support(a.polynomial)})
    if not equations:
        return False
    try:
        zeros = ZeroSet(unknowns, equations)
        clusters = list(zeros.clusters(unknowns)) if zeros.finite else []
    except Undecided:
        return False
    return any(cluster.satisfies_all(group, place) for cluster in clusters for place in range(cluster.real))
