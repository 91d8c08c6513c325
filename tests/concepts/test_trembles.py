"""Orders of trembles: which groups of nodes can be the likeliest together."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence.algebra.smt import Clock
from deterrence.concepts.trembles import Debt, blocks_of, least_groups

A, B, C, D = ((0, k) for k in range(4))


def debts(*groups: tuple[tuple[int, int], ...]) -> list[Debt]:
    return [frozenset(g) for g in groups]


def by_trial(families: list[list[Debt]], most: int = 5) -> set[tuple[frozenset[Debt], ...]]:
    """Every choice that some orders from 1 to `most` bring about, found by trying them all."""
    trembles = sorted({t for family in families for debt in family for t in debt})
    found = set()
    for orders in itertools.product(range(1, most + 1), repeat=len(trembles)):
        order = dict(zip(trembles, orders, strict=True))
        totals = [[sum(order[t] for t in debt) for debt in family] for family in families]
        found.add(
            tuple(frozenset(d for d, n in zip(family, row, strict=True) if n == min(row)) for family, row in zip(families, totals, strict=True))
        )
    return found


groups = st.sets(st.sampled_from([A, B, C, D]), min_size=1, max_size=2).map(frozenset)
families = st.lists(
    st.lists(groups, min_size=2, max_size=4, unique=True).filter(lambda f: not any(a < b for a in f for b in f)),
    min_size=1,
    max_size=3,
)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(families)
def test_least_groups_are_those_that_some_orders_bring_about(family_list: list[list[Debt]]) -> None:
    """The choices found by linear feasibility are those found by trying out small orders."""
    found = {tuple(frozenset(f) for f in chosen) for chosen in least_groups(family_list, Clock())}

    assert by_trial(family_list) == found


def test_two_listeners_to_one_deviation_share_a_block() -> None:
    """Sets that know of the same two trembles have one block between them."""
    found = blocks_of([debts((A,), (B,)), debts((A,), (B,))])

    assert found is not None
    assert [block.trembles for block in found] == [(A, B)]


def test_a_listener_to_two_deviations_combines_two_blocks() -> None:
    """All combinations of one tremble of each of two senders are a product of two blocks."""
    found = blocks_of([debts((A,), (B,)), debts((A, C), (A, D), (B, C), (B, D))])

    assert found is not None
    assert {(A, B), (C, D)} == {block.trembles for block in found}


def test_what_is_no_product_has_no_blocks() -> None:
    """Where one combination is missing the beliefs are not a product of free odds."""
    assert blocks_of([debts((A, C), (A, D), (B, C))]) is None
