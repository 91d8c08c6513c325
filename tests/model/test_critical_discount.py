"""Critical discount factors without a closed form: exact numbers where the other parameters are fixed, the condition itself where they are not."""

from __future__ import annotations

import pytest
import sympy
from spaces import Made

import deterrence as dt
from deterrence import Automaton, Decision, RepeatedGame
from deterrence.model.critical_discount import intervals

GOOD, BAD = {"A": "C", "B": "C"}, {"A": "D", "B": "D"}


def dilemma(periods: int) -> dt.Game:
    """Contributions at a cost c, with so many periods of punishment: what is won by shirking is c - 1, what is lost in a period 2 - c."""
    return RepeatedGame(
        players=["A", "B"],
        parameters={"delta": dt.Parameter("delta", "0 < delta < 1", role="discount"), "c": "1 < c < 2"},
        outcomes={"CC": {"A": "2 - c", "B": "2 - c"}, "CD": {"A": "1 - c", "B": 1}, "DC": {"A": 1, "B": "1 - c"}, "DD": {"A": 0, "B": 0}},
        discount="delta",
        tree=Decision("A", {a: Decision("B", {b: a + b for b in "CD"}) for a in "CD"}, hidden_from=["B"]),
        strategies={"Brief": Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=periods)},
    )


@pytest.mark.parametrize(("periods", "cost"), [(3, "3/2"), (3, "6/5"), (4, "3/2")])
def test_with_the_other_parameters_fixed_it_is_an_exact_root(periods: int, cost: str) -> None:
    """The one between 0 and 1 of delta + ... + delta**k == (c - 1)/(2 - c), up from which the profile is an equilibrium."""
    (brief,) = dt.solve(dilemma(periods).at(c=cost))
    (bounds,) = brief.critical_discount
    (root,) = (sympy.sympify(text) for text in bounds.lower)
    c = sympy.Rational(cost)

    assert 0 < root < 1
    assert abs(sympy.N(sum(root**k for k in range(1, periods + 1)) - (c - 1) / (2 - c), 60)) < 1e-50
    assert (bounds.upper, bounds.closed, bounds.conditions) == (("1",), (True, False), ())


def test_with_others_free_the_condition_itself_is_given() -> None:
    """A degree of three has no closed form: one case without bounds, with the conditions of the region; two periods have a formula."""
    (brief,) = dt.solve(dilemma(3))
    (bounds,) = brief.critical_discount

    assert (bounds.lower, bounds.upper) == ((), ())
    assert bounds.conditions == bounds.beside == brief.region.conditions
    assert "delta**3" in bounds.conditions[0]
    assert "critical_discount" not in brief.to_dict()
    assert "sqrt" in dt.solve(dilemma(2))[0].critical_discount[0].lower[0]


def test_without_one_free_discount_factor_there_is_none() -> None:
    """A fixed one, or none at all, is an error that says so."""
    (brief,) = dt.solve(dilemma(3).at(delta="9/10"))

    with pytest.raises(dt.InputError, match="delta is fixed at 9/10 here; solve the game without fixing it"):
        _ = brief.critical_discount
    with pytest.raises(dt.InputError, match="the discount factor of this game is none"):
        _ = dt.solve(dt.load("rudimentary_deterrence"))[0].critical_discount


INTERVALS = [
    ("x**3 + x <= 1", [("0", "CRootOf(x**3 + x - 1, 0)", (False, True))]),
    ("(x - 1/4)*(x - 1/2)*(x - 3/4) > 0", [("1/4", "1/2", (False, False)), ("3/4", "1", (False, False))]),
    ("x**2*4 == 1 or x**5 > 1/2", [("1/2", "1/2", (True, True)), ("1/2*CRootOf(x**5 - 16, 0)", "1", (False, False))]),
    ("(x - 1/2)**2 > 0", [("0", "1/2", (False, False)), ("1/2", "1", (False, False))]),
    ("x**3 > 2", []),
    ("x > -3", [("0", "1", (False, False))]),
]


@pytest.mark.parametrize(("condition", "expected"), INTERVALS)
def test_a_set_of_one_parameter_is_a_union_of_intervals(condition: str, expected: list[tuple[str, str, tuple[bool, bool]]]) -> None:
    """Between exact ends, each with whether it belongs; points by themselves are intervals too."""
    found = intervals(Made("x", "0 < x < 1", knife_edge=True).region(condition))

    assert [(*b.lower, *b.upper, b.closed) for b in found] == expected


def test_a_set_without_ends_has_no_bounds() -> None:
    """On the side where it goes on for ever."""
    found = intervals(Made("x", "x != 0", knife_edge=True).region("x**3 < 2"))

    assert [(b.lower, b.upper) for b in found] == [((), ("0",)), (("0",), ("CRootOf(x**3 - 2, 0)",))]
