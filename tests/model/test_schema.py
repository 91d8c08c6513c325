"""The JSON Schema of game files: it takes what the reader takes, and knows the shapes that it refuses."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from deterrence.model.catalogue import catalogue, find_game
from deterrence.model.schema import schema, schema_text

VALIDATOR = jsonschema.Draft202012Validator(schema())


def errors(text: str, loader: Any = yaml.BaseLoader) -> list[str]:
    """What the schema says against a text."""
    return [error.message for error in VALIDATOR.iter_errors(yaml.load(text, Loader=loader))]


def test_it_is_a_schema() -> None:
    """The schema satisfies the schema of schemas, and its text is the same every time."""
    jsonschema.Draft202012Validator.check_schema(schema())

    assert schema_text() == schema_text()
    assert schema_text().endswith("}\n")


@pytest.mark.parametrize("loader", [yaml.BaseLoader, yaml.SafeLoader])
@pytest.mark.parametrize("name", catalogue())
def test_the_catalogue_satisfies_it(name: str, loader: Any) -> None:
    """Every game that ships satisfies the schema, whether an editor takes scalars as text or as numbers."""
    assert errors(find_game(name).read_text(encoding="utf-8"), loader) == []


GOOD = "players: [A]\noutcomes: {E: {A: 0}}\ntree: {A: {x: E}}\n"


@pytest.mark.parametrize(
    "text",
    [
        "players: A\ntree: E\n",
        "tree: E\n",
        "players: [A]\n",
        GOOD + "outcome: {}\n",
        GOOD.replace("x: E", "x: [E]"),
        GOOD.replace("{A: {x: E}}", "{A: {x: E}, B: {x: E}}"),
        GOOD.replace("x: E", "x: {pay: {A: 1}}"),
        GOOD.replace("{A: {x: E}}", "{Chance: {x: E}}"),
        GOOD.replace("E: {A: 0}", "'E|F': {A: 0}"),
        GOOD + "parameters: {and: a > 0}\n",
        GOOD + "claims: [{claim: a}]\n",
        GOOD + "claims: [{claim: a, some: b, every: c}]\n",
    ],
)
def test_wrong_shapes(text: str) -> None:
    """Files of the wrong shape do not satisfy the schema."""
    assert errors(GOOD) == []
    assert errors(text) != []
