"""Models whose equilibria were enumerated by other means: over the whole parameter space and at exact points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deterrence.check import check
from deterrence.model.expectations import reach
from deterrence.model.reading import load
from deterrence.solution import Equilibrium, Solution
from deterrence.solve import solve

CASES = Path(__file__).parent / "cases"
EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def solutions() -> dict[str, Solution]:
    return {}


def solution_of(name: str, solutions: dict[str, Solution]) -> Solution:
    if name not in solutions:
        solutions[name] = solve(load(CASES / f"{name}.yaml"))
    return solutions[name]


def on_path(e: Equilibrium) -> str:
    """The supports at the information sets that play reaches, as the expectations write them."""
    form = e.setting.form
    reached = reach(form, e.exact_strategies)
    rows = []
    for info in form.information_sets:
        if any(reached[k] != 0 for k in info.nodes):
            rows.append([info.name, sorted(a for a, p in zip(info.actions, e.exact_strategies[info.index], strict=True) if p)])
    return json.dumps(sorted(rows))


def wanted(row: dict[str, Any]) -> set[str]:
    return {json.dumps(sorted([name, sorted(actions)] for name, actions in found)) for found in row["on_path"]}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_whole_parameter_space_is_decided(name: str, solutions: dict[str, Solution]) -> None:
    """Every regime of the case is decided with symbols."""
    assert solution_of(name, solutions).undecided == ()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_regions_hold_just_the_points_where_the_equilibria_are(name: str, solutions: dict[str, Solution]) -> None:
    """At each point, the families whose regions contain it are the equilibria enumerated there by other means."""
    for row in EXPECTED[name]:
        found = {on_path(e) for e in solution_of(name, solutions) if row["at"] in e.region}

        assert wanted(row) == found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_game_solved_at_a_point_gives_checked_equilibria(name: str) -> None:
    """At an exact point all enumerated equilibria are found, and the independent checker passes each."""
    game, row = load(CASES / f"{name}.yaml"), EXPECTED[name][0]
    solution = solve(game.at(**row["at"]))

    assert wanted(row) == {on_path(e) for e in solution}
    for e in solution.to_dict()["equilibria"]:
        if not e["free"]:
            assert check(game, e["strategies"], e["beliefs"], row["at"]).valid, e["name"]
