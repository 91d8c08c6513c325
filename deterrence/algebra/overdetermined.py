"""More equations than unknowns: a proof that they have a common solution on a surface of the parameter space at most.

The multiples of the equations up to some degree span, if they span all monomials, the constant one too; then there is no solution wherever a certain
minor of their coefficients is not zero. That the minor is not zero everywhere shows at a single point, modulo a prime (Macaulay 1902; for two
equations in one unknown the matrix is Sylvester's).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from math import prod
from typing import TypeAlias

from flint import nmod_mat

from deterrence.algebra.polynomials import Polynomial, primitive
from deterrence.algebra.space import Space

PRIME = 2**31 - 1
LARGEST = 800  # monomials
Terms: TypeAlias = dict[tuple[int, ...], int]


def overdetermined(space: Space, equations: Sequence[Polynomial]) -> bool:
    """Is it shown that the equations in parameters and unknowns have no common solution at generic points?

    >>> from deterrence.algebra.formula import And
    >>> from deterrence.algebra.polynomials import Ring
    >>> from deterrence.algebra.smt import Clock
    >>> ring = Ring(["a", "b", "x"])
    >>> space = Space(ring, [0, 1], And(()), Clock())
    >>> a, b, x = ring.variables
    >>> overdetermined(space, [x * a - b, x**2 - a]), overdetermined(space, [x * a - b, x**2 * a - b * x])
    (True, False)
    """
    values = random.Random(0)
    point = [values.randrange(PRIME) for _ in space.ring.names]
    unknowns = [frozenset(space.ring.support(p)).difference(space.parameters) for p in equations]
    involved = sorted(frozenset().union(*unknowns))
    for size in range(len(involved) + 1):
        for chosen in itertools.combinations(involved, size):
            inside = [p for p, mine in zip(equations, unknowns, strict=True) if mine <= set(chosen)]
            if len(inside) > size and _spanning([_modulo(p, chosen, point) for p in inside]):
                return True
    return False


def _modulo(p: Polynomial, unknowns: Sequence[int], point: Sequence[int]) -> Terms:
    """A polynomial in the unknowns modulo the prime, with the values of a point for all other variables."""
    out: Terms = {}
    for monomial, c in primitive(p).to_dict().items():
        value = int(c.p)
        for k, e in enumerate(monomial):
            if e and k not in unknowns:
                value = value * pow(point[k], int(e), PRIME) % PRIME
        place = tuple(int(monomial[k]) for k in unknowns)
        out[place] = (out.get(place, 0) + value) % PRIME
    return {m: c for m, c in out.items() if c}


def _spanning(polynomials: Sequence[Terms]) -> bool:
    """Do the multiples of the polynomials up to the sum of their degrees, in each unknown, span all monomials up to there?"""
    if not all(polynomials):
        return False
    degrees = [tuple(map(max, zip(*terms, strict=True))) for terms in polynomials]
    bound = tuple(map(sum, zip(*degrees, strict=True)))
    if prod(b + 1 for b in bound) > LARGEST:
        return False
    columns = {m: n for n, m in enumerate(_up_to(bound))}
    rows = []
    for terms, degree in zip(polynomials, degrees, strict=True):
        for shift in _up_to(tuple(b - d for b, d in zip(bound, degree, strict=True))):
            row = [0] * len(columns)
            for m, c in terms.items():
                row[columns[tuple(x + y for x, y in zip(m, shift, strict=True))]] = c
            rows.append(row)
    return len(rows) >= len(columns) and nmod_mat(rows, PRIME).rank() == len(columns)


def _up_to(bound: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(range(b + 1) for b in bound))
