"""The size of expressions is bounded without multiplying them out."""

from __future__ import annotations

import pytest

from deterrence.algebra.expressions import Expression
from deterrence.algebra.size import Size, size


def of(text: str, **known: Size) -> Size:
    """The size of an expression."""
    return size(Expression.parse(text).tree, known)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a", 1),
        ("a + b", 2),
        ("(a + b)**2", 3),
        ("(a + b)*(a - b)", 4),
        ("(a + 1)**64", 65),
        ("a/(b + c)", 1),
        ("a/(b + c) + d/(b + c)", 2),
        ("1/(1/(a + b))", 2),
    ],
)
def test_terms(text: str, terms: int) -> None:
    """The bound on the number of terms is that of plain multiplication, common denominators counted once."""
    assert of(text).terms == terms


def test_few_symbols_have_few_monomials() -> None:
    """However many factors there are, there are no more terms than monomials."""
    assert of("*".join(f"(x + {k})" for k in range(40))).terms == 41


@pytest.mark.parametrize(
    "text",
    [
        "(a + b + c + d + e + f)**64",
        "((a + b)**64)**64*((c + d)**64)",
        "*".join(f"(x{k} + 1)" for k in range(20)),
        " + ".join(f"1/(x{k} + 1)" for k in range(20)),
        "(1e64)**64",
        "7" * 2000,
    ],
)
def test_too_large(text: str) -> None:
    """What could not be computed with is known to be too large."""
    assert of(text).too_large


@pytest.mark.parametrize(
    "text", ["(a + b + c)**64", " + ".join(["0.1*x"] * 500), "/".join(["x"] * 100), " + ".join(f"a{k}/(b + c)" for k in range(200))]
)
def test_not_too_large(text: str) -> None:
    """What can be computed with is let through."""
    assert not of(text).too_large


def test_entries_of_where_count_in_full() -> None:
    """A name that stands for an expression has that expression's size."""
    known = {"w": of("(a + b)**8")}

    assert of("w*w", **known).terms == 81
