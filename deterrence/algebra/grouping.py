"""A polynomial as a sum of products, which name once what several of its terms have in common."""

from __future__ import annotations

from deterrence.algebra.polynomials import Polynomial, Ring


def products(ring: Ring, p: Polynomial) -> tuple[Polynomial, ...]:
    """Return polynomials whose sum is `p`: single terms, and products of factors where those take fewer symbols than their terms.

    >>> ring = Ring(["k", "s", "u"])
    >>> k, s, u = ring.variables
    >>> [ring.text(part) for part in products(ring, k * (s + 1) + u * (s - 1) ** 2)]
    ['k*s + k', 's^2*u - 2*s*u + u']
    """
    key = str(p)
    if key not in ring.products:
        ring.products[key] = _split(ring, p)
    return ring.products[key]


def _split(ring: Ring, p: Polynomial) -> tuple[Polynomial, ...]:
    if len(p) < 2 or _is_product(ring, p):
        return (p,) if p else ()
    splits = [part for k in ring.support(p) if (part := _with(ring, p, k)) != p]
    costs = [_symbols(ring, part) + _symbols(ring, p - part) for part in splits]
    if not costs or min(costs) >= _written_out(p):
        return monomials(ring, p)
    first = splits[costs.index(min(costs))]
    return (first, *products(ring, p - first))


def monomials(ring: Ring, p: Polynomial) -> tuple[Polynomial, ...]:
    """Return the terms of a polynomial, each as a polynomial."""
    return tuple(ring.context.from_dict({m: c}) for m, c in p.to_dict().items())


def _with(ring: Ring, p: Polynomial, variable: int) -> Polynomial:
    """The terms of `p` in which a variable occurs."""
    return ring.context.from_dict({m: c for m, c in p.to_dict().items() if m[variable]})


def _is_product(ring: Ring, p: Polynomial) -> bool:
    factors = ring.factors(p)[1]
    return len(factors) > 1 or factors[0][1] > 1


def _symbols(ring: Ring, p: Polynomial) -> int:
    """About how many symbols it takes to write `p` in factors."""
    return _written_out(p) if len(p) < 2 else sum(_written_out(f) for f, _ in ring.factors(p)[1]) + 1


def _written_out(p: Polynomial) -> int:
    return sum(sum(monomial) + 1 for monomial in p.to_dict())
