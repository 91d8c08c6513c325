"""Exact points inside a domain, found by a seeded random walk: witnesses that spare the SMT solver the easy questions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.polynomials import Ring, to_fmpq
from deterrence.algebra.smt import Smt, Undecided

STEPS = (Fraction(1, 8), Fraction(1, 2), Fraction(2))


def holds_at(f: Formula, values: Sequence[Any]) -> bool:
    """Does a formula hold where the ring's variables have these values?"""
    if isinstance(f, Atom):
        value = f.polynomial(*values)
        return bool({">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0}[f.op])
    if isinstance(f, And):
        return all(holds_at(p, values) for p in f.parts)
    return any(holds_at(p, values) for p in f.parts)


def walk(ring: Ring, smt: Smt, domain: Formula, parameters: Sequence[int], n: int = 48) -> list[list[Any]]:
    """Up to `n` points of a domain, as values of all variables of the ring (the unknowns are put at zero)."""
    try:
        start = smt.point([domain], list(parameters))
    except Undecided:
        return []
    if start is None:
        return []
    rng = random.Random(0)
    values = [to_fmpq(start.get(k, Fraction(0))) for k in range(max(1, len(ring.names)))]
    out = [values]
    for _ in range(60 * n):
        if len(out) == n:
            break
        moved = _moved(rng, rng.choice(out), parameters)
        if holds_at(domain, moved):
            out.append(moved)
    return out


def _moved(rng: random.Random, values: Sequence[Any], parameters: Sequence[int]) -> list[Any]:
    moved = list(values)
    for k in rng.sample(list(parameters), rng.randint(1, len(parameters))):
        step = rng.choice(STEPS)
        scale = Fraction(rng.randint(-997, 997), 997) * step
        if rng.random() < 0.5 and moved[k] != 0:
            moved[k] = moved[k] * to_fmpq(1 + scale) if scale > -1 else moved[k] / 3
        else:
            moved[k] = moved[k] + to_fmpq(scale)
    return moved
