"""Strategies and beliefs read from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deterrence.algebra.errors import InputError
from deterrence.interop.assessments import read_assessment

ONE = {
    "name": "E1",
    "strategies": {"A": {"x": "1/2", "y": "1 - q"}},
    "beliefs": {"A": [{"types": {}, "moves": ["m"], "probability": "1"}]},
    "free": {},
}


@pytest.mark.parametrize("content", [ONE, {"equilibria": [ONE]}, {"equilibria": [{**ONE, "name": "E2", "strategies": {}}, ONE]}])
def test_an_equilibrium_is_read_from_json(content: object, tmp_path: Path) -> None:
    """By itself, alone in a solution, or by its name among several."""
    file = tmp_path / "file.json"
    file.write_text(json.dumps(content))
    found = read_assessment(str(file), "E1")

    assert found.strategies == ONE["strategies"]
    assert found.beliefs == ONE["beliefs"]


def test_yaml_is_text_throughout(tmp_path: Path) -> None:
    """`No` and `0.10` mean just what they say; beliefs may be left out."""
    file = tmp_path / "file.yaml"
    file.write_text("strategies: {A: {No: 0.10, Yes: 9/10}}")
    found = read_assessment(str(file))

    assert found.strategies == {"A": {"No": "0.10", "Yes": "9/10"}}
    assert found.beliefs == {}


def test_an_unknown_that_is_left_open_needs_a_value(tmp_path: Path) -> None:
    """The error names it, its range and the option."""
    file = tmp_path / "file.json"
    file.write_text(json.dumps(ONE | {"free": {"q": ["0", "g/(g + l)"]}}))
    found = read_assessment(str(file))

    found.need({"q"})
    with pytest.raises(InputError, match=r"leaves q open, between 0 and g/\(g \+ l\): give it a value with --at q="):
        found.need(())


def test_errors_have_a_place(tmp_path: Path) -> None:
    """File, line and column."""
    file = tmp_path / "file.yaml"
    file.write_text("strategies: {}\nbeliefs: [a]\n")

    with pytest.raises(InputError, match=r"file\.yaml:2:10: expected a mapping"):
        read_assessment(str(file))
