"""Dividing by polynomials in algebraic numbers: inverses modulo the polynomials of which these are roots."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from flint import fmpq, fmpq_mat

from deterrence.algebra.polynomials import Polynomial, Ring

LARGEST = 300  # the product of the degrees


def inverse(ring: Ring, relations: Mapping[int, Polynomial], p: Polynomial) -> Polynomial | None:
    """The polynomial that is one over `p` modulo one relation for each variable; None where there is none, or the degrees are too high.

    >>> ring = Ring(["x"])
    >>> ring.text(inverse(ring, {0: ring["x"] ** 3 - 2}, ring["x"] + 1))
    '1/3*x^2 - 1/3*x + 1/3'
    """
    degrees = {x: ring.degree(f, x) for x, f in relations.items()}
    basis = [dict(zip(degrees, powers, strict=True)) for powers in itertools.product(*(range(d) for d in degrees.values()))]
    if len(basis) > LARGEST:
        return None
    monomials = [tuple(powers.get(k, 0) for k in range(len(ring.variables))) for powers in basis]
    columns = []
    for monomial in monomials:
        product = p * ring.context.from_dict({monomial: fmpq(1)})
        for f in relations.values():
            product = product % f
        columns.append({tuple(map(int, m)): c for m, c in product.to_dict().items()})
    matrix = fmpq_mat([[column.get(m, fmpq(0)) for column in columns] for m in monomials])
    if matrix.rank() < len(basis):
        return None
    first = fmpq_mat([[fmpq(int(not any(m)))] for m in monomials])
    return ring.context.from_dict(dict(zip(monomials, matrix.solve(first).entries(), strict=True)))
