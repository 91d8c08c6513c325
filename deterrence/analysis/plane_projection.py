"""Polynomials with unknowns among their variables projected onto the parameters: where the signs of these stay, so does what can hold of those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deterrence.algebra.polynomials import Polynomial, Ring


def projected(ring: Ring, polynomials: Sequence[Polynomial], parameters: Sequence[int]) -> list[Polynomial]:
    """Polynomials in the parameters alone: over a connected set where none of them vanishes, which signs the given ones take together for some
    values of the unknowns is the same throughout.

    McCallum (1998), "An improved projection operation for cylindrical algebraic decomposition", DOI 10.1007/978-3-7091-9459-1_12.
    """
    known = set(parameters)
    current = _irreducible(ring, polynomials)
    for variable in reversed(range(len(ring.names))):
        if variable not in known and any(ring.degree(p, variable) for p in current):
            current = _irreducible(ring, list(_without(ring, current, variable)))
    return current


def _irreducible(ring: Ring, polynomials: Sequence[Polynomial]) -> list[Polynomial]:
    found = {str(f): f for p in polynomials if p and not p.is_constant() for f, _ in ring.factors(p)[1]}
    return [found[key] for key in sorted(found)]


def _without(ring: Ring, polynomials: Sequence[Polynomial], variable: int) -> Iterator[Polynomial]:
    """Coefficients, discriminants and resultants with respect to one variable."""
    inside = [p for p in polynomials if ring.degree(p, variable)]
    yield from (p for p in polynomials if not ring.degree(p, variable))
    for n, p in enumerate(inside):
        yield from ring.coefficients(p, variable)[1:]
        if ring.degree(p, variable) > 1:
            yield p.discriminant(f"x{variable}")
        yield from (p.resultant(q, f"x{variable}") for q in inside[:n])
