"""Polynomials told as sums of products."""

from __future__ import annotations

import random

import pytest
from spaces import random_polynomial

from deterrence.algebra.grouping import products
from deterrence.algebra.polynomials import Polynomial, Ring

RING = Ring(["h", "l", "s", "y", "k"])
H, L, S, Y, K = RING.variables

# polynomials in their terms, and the products that they are told by
SUMS = {
    "two products": (K * (H - L) * (S + 1) + S * (L + 1) * (Y - 2), [K * (H - L) * (S + 1), S * (L + 1) * (Y - 2)]),
    "a product and a term": (K * (S + 1) * (L + 1) - Y, [K * (S + 1) * (L + 1), -Y]),
    "a term beside a product": ((1 - S) * (L + 1) - S * H, [(1 - S) * (L + 1), -S * H]),
    "a square among the factors": (H * (S - Y) ** 2 + L, [H * (S - Y) ** 2, L]),
    "a product is one part": ((H + L) * (S + Y), [(H + L) * (S + Y)]),
    "nothing in common": (H + L + S, [H, L, S]),
    "zero": (RING.zero, []),
}


@pytest.mark.parametrize(("p", "expected"), SUMS.values(), ids=SUMS)
def test_what_several_terms_have_in_common_is_named_once(p: Polynomial, expected: list[Polynomial]) -> None:
    """The products are found again from the terms."""
    assert sorted(map(str, products(RING, p))) == sorted(map(str, expected))


@pytest.mark.parametrize("seed", range(60))
def test_the_products_add_up_to_the_polynomial(seed: int) -> None:
    """Whatever it is, in the same order each time; each part is one term, or factors of which one is a sum."""
    rng = random.Random(seed)
    p = RING.zero
    for _ in range(rng.randint(1, 3)):
        p = p + random_polynomial(rng, RING, 2, 2) * random_polynomial(rng, RING, 1, 3)
    parts = products(RING, p)

    assert sum(parts, RING.zero) == p
    assert parts == products(RING, p)
    assert all(len(part) == 1 or sum(m for _, m in RING.factors(part)[1]) > 1 for part in parts)
