"""Groebner bases of numeric systems, by SymPy: the last resort where equations are entangled in several unknowns."""

from __future__ import annotations

from collections.abc import Sequence

from deterrence.algebra.polynomials import Polynomial, Ring


def lexicographic_basis(ring: Ring, equations: Sequence[Polynomial], unknowns: Sequence[int]) -> list[Polynomial] | None:
    """Polynomials with the same zeros, the last of them in a single unknown; None where there are infinitely many zeros.

    The basis is found in graded order and converted (Faugere, Gianni, Lazard and Mora 1993, Journal of Symbolic
    Computation 16(4), DOI 10.1006/jsco.1993.1051).
    """
    from sympy import Poly, Rational, Symbol, groebner

    used = [k for k in unknowns if any(ring.degree(p, k) for p in equations)]
    symbols = [Symbol(f"x{k}") for k in used]

    def poly(p: Polynomial) -> Poly:
        terms = {tuple(m[k] for k in used): Rational(int(c.p), int(c.q)) for m, c in p.to_dict().items()}
        return Poly.from_dict(terms, *symbols)

    basis = groebner([poly(p) for p in equations], *symbols, order="grevlex")
    if not basis.is_zero_dimensional:
        return None
    return [_back(ring, used, p) for p in basis.fglm("lex").polys]


def _back(ring: Ring, used: Sequence[int], p: object) -> Polynomial:
    from flint import fmpq

    terms = {}
    for monomial, c in p.terms():  # type: ignore[attr-defined]
        place = [0] * len(ring.context.gens())
        for k, e in zip(used, monomial, strict=True):
            place[k] = e
        terms[tuple(place)] = fmpq(int(c.p), int(c.q))
    return ring.canonical(ring.context.from_dict(terms))[0]
