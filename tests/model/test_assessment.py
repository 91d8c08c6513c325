"""Assessments: what is given by name becomes exact numbers, and what is missing or no probability is said."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from deterrence.model.assessment import Assessment, read_assessment
from deterrence.model.game import Game
from deterrence.model.reading import load, read
from deterrence.model.surds import InputError

HALF = Fraction(1, 2)
CRISIS = load(str(Path(__file__).parent.parent / "cases" / "audience_costs.yaml"))
PLAYED = {
    "Leader (Resolved)": {"Refrain": 1},
    "Leader (Irresolute)": {"Refrain": 1},
    "Rival | Escalate": {"Resist": "y", "Concede": "1 - y"},
    "Leader (Resolved) | Escalate, Resist": {"Fight": 1},
    "Leader (Irresolute) | Escalate, Resist": {"BackDown": 1},
}
NODES = [
    {"types": {"Leader": "Resolved"}, "moves": ["Escalate"], "probability": "v/k"},
    {"types": {"Leader": "Irresolute"}, "moves": ["Escalate"], "probability": "1 - v/k"},
]
DEFAULTS = {"y": "2/3"}


def given(strategies: Any = PLAYED, beliefs: Any = {"Rival | Escalate": NODES}, at: Any = DEFAULTS, game: Game = CRISIS) -> Assessment:  # noqa: B006
    return read_assessment(game, strategies, beliefs, at)


def test_formulas_become_numbers_at_the_point() -> None:
    """Parameters that are not given have their defaults, and unknowns of the formulas stand beside them."""
    assessment = given()

    assert assessment.faults == ()
    assert [info.name for info in assessment.form.information_sets][1] == "Rival | Escalate"
    assert list(assessment.strategies[1]) == [Fraction(2, 3), Fraction(1, 3)]
    assert list(assessment.beliefs[1]) == [HALF, HALF]


def test_beliefs_may_be_given_by_the_text_of_histories() -> None:
    """The list of the JSON form and a mapping by history say the same."""
    by_text = {"Leader = Resolved; Escalate": "1/2", " Leader = Irresolute;  Escalate": HALF}

    assert given(beliefs={"Rival | Escalate": by_text}).beliefs == given().beliefs


def test_a_belief_that_is_not_given_is_empty() -> None:
    """Where one node is all there is, there is nothing to believe; elsewhere the belief is left open."""
    assert [list(belief) for belief in given(beliefs={}).beliefs] == [[1], [], [1], [1], [1]]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"Rival | Escalate": None}, "no strategy at 'Rival | Escalate'"),
        ({"Rival | Escalate": None, "Rival | Escalat": {}}, "no strategy at 'Rival | Escalate'; did you mean 'Rival | Escalat'?"),
        ({"Rival | Escalate": {"Resit": 1}}, "the strategy at 'Rival | Escalate' is 0, 0, which are no probabilities that add up to 1; 'Resit'"),
        ({"Rival | Escalate": {"Resist": "3/2", "Concede": "-1/2"}}, "the strategy at 'Rival | Escalate' is 3/2, -1/2, which are no probabilities"),
        ({"Rival | Escalate": {"Resist": "1/3", "Concede": 0.25}}, "the strategy at 'Rival | Escalate' is 1/3, 1/4"),
    ],
    ids=["missing", "misspelt set", "misspelt action", "out of range", "sum"],
)
def test_incomplete_strategies_are_faults(change: dict[str, Any], fault: str) -> None:
    """What is missing or no probability is said, with the name that was probably meant."""
    strategies = {name: actions for name, actions in {**PLAYED, **change}.items() if actions is not None}

    (found,) = given(strategies, at={}).faults

    assert found.startswith(fault)


@pytest.mark.parametrize("probabilities", [("1/2", "1/3"), ("2", "-1")])
def test_beliefs_that_are_no_probabilities_are_faults(probabilities: tuple[str, str]) -> None:
    """So are beliefs that do not add up, or leave the range."""
    nodes = [{**node, "probability": p} for node, p in zip(NODES, probabilities, strict=True)]

    (found,) = given(beliefs={"Rival | Escalate": nodes}).faults

    assert found.startswith(f"the belief at 'Rival | Escalate' is {', '.join(probabilities)}, which are no probabilities")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at": {"p": 2}}, "outside its domain"),
        ({"at": {"rho": 1}}, "no parameter"),
        ({"at": {"wH": 2, "y": 0}}, "outside the parameter space"),
        ({"at": {}}, "needs a value of 'y'"),
        ({"strategies": {**PLAYED, "Leader (Resolved)": {"Refrain": "2 +"}}}, "column"),
        ({"strategies": {**PLAYED, "Leader (Resolved)": {"Refrain": "sqrt(-1)"}}}, "no real number at this point"),
        ({"strategies": {**PLAYED, "Leader (Resolved)": "Refrain"}}, "expected probabilities by action"),
        ({"beliefs": {"Rival | Escalate": [{"types": {}}]}}, "expected probabilities by history"),
        ({"beliefs": {"Rival | Escalate": "Resolved"}}, "expected probabilities by history"),
        ({"beliefs": {"Rival | Escalate": NODES[:1] * 2}}, "two probabilities to one history"),
    ],
)
def test_what_cannot_be_read_is_refused(change: dict[str, Any], message: str) -> None:
    """Bad input raises one clear error."""
    with pytest.raises(InputError, match=message):
        given(**change)


def test_a_parameter_without_value_is_named() -> None:
    """A parameter with neither a value nor a default is asked for."""
    game = read("{players: [A], parameters: {x: real}, tree: {A: {Go: {outcome: Gone, A: x}, Stay: {outcome: Home, A: 0}}}}")

    with pytest.raises(InputError, match="x has no value at this point and no default"):
        given({"A": {"Go": 1}}, {}, {}, game)
