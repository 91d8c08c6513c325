"""Where any of several families exists, with what the domain of the parameters makes of it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from spaces import Made

from deterrence.algebra.expressions import Condition
from deterrence.report import union

SHARES = "0 < r < 1 and b > 0 and 0 < m < b and l > 0"
COVERED = {
    "a tighter bound": ([["r <= b - m", "l >= 1"], ["r <= b"]], ("r <= b",)),
    "a tighter bound with a denominator": ([["r >= 2/(l + 2)"], ["r >= 1/(l + 1)"]], ("r >= 1/(l + 1)",)),
    "what all ask for stands before": ([["r <= b", "l >= 1"], ["r <= b - m", "l < 1"]], ("r <= b", "l >= 1 or r <= b - m")),
    "what one asks for that holds where the other fails": ([["l > b"], ["l < b", "r >= 2/(l + 2)"]], ("l > b or r >= 2/(l + 2)",)),
    "all but a surface": ([["l > b", "r > m"], ["l < b", "r > m"]], ("r > m",)),
    "everywhere": ([["r <= b"], ["r >= m"]], ()),
    "nothing to put together": ([["r <= b"], ["l <= m"]], ("r <= b or l <= m",)),
    "conditions with or": ([["r <= b or l <= 1"], ["r <= b - m"]], ("r <= b or l <= 1",)),
    "roots are left as they are": ([["r <= sqrt(b)"], ["r <= b - m"], ["r <= b"]], ("r <= sqrt(b) or r <= b - m or r <= b",)),
}


@pytest.fixture(scope="module")
def made() -> Made:
    """A space in which some bounds are tighter than others."""
    return Made("r b m l", SHARES, roles={"r": "credibility", "l": "credibility"})


@pytest.mark.parametrize(("families", "expected"), COVERED.values(), ids=COVERED)
def test_the_domain_tells_which_family_covers_which(made: Made, families: list[list[str]], expected: tuple[str, ...]) -> None:
    """A bound that the domain makes the tighter one is not said beside the wider."""
    assert union.summary(families, made.parameters) == expected


def test_alternatives_that_share_conditions_are_said_line_by_line(made: Made) -> None:
    """What would be too long in one line is told, each line by itself short, and without the parameter space is not."""
    common = [f"l >= (b + {k})**2/(m + {k})" for k in (2, 3)]
    families = [[*common, "r <= b"], [*common, "r >= 2*b"]]

    assert union.summary(families) is None
    assert union.summary(families, made.parameters) == (*common, "r <= b or r >= 2*b")


def test_a_summary_says_the_union_off_surfaces(made: Made) -> None:
    """At random points, it holds if and only if one of the families' conditions does."""
    atoms = ["r >= 1/(l + 1)", "r < 2/(l + 2)", "l <= b", "l > b - m", "r >= m"]
    points = made.points(40)
    holds = {text: [Condition.parse(text).evaluate(point) for point in points] for text in atoms}
    cases = [list(pair) for pair in itertools.combinations(atoms, 2)]

    def where(families: list[Any]) -> list[bool]:
        return [any(all(holds[text][k] for text in family) for family in families) for k in range(len(points))]

    for families in itertools.combinations(cases, 3):
        told = union.summary(families, made.parameters)
        if told is not None:
            said = [all(Condition.parse(text).evaluate(point) for text in told) for point in points]
            assert said == where(list(families)), (families, told)
