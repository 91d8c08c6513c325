"""The JSON Schema of game files, so that editors complete and check them. What needs more than the shape of a file, `load` checks."""

from __future__ import annotations

from typing import Any

from deterrence.model.checks import CONCEPTS, FORBIDDEN, RESERVED
from deterrence.model.parts import KINDS, TRENDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LABEL = f"^[^{FORBIDDEN}\\n]+$".replace("|", "\\|").replace("?", "\\?").replace("(", "\\(").replace(")", "\\)")
SYMBOL = r"^(?!(?:and|or|not|real)$)[^\W\d]\w*$"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every game file satisfies."""
    return {
        "$schema": DIALECT,
        "title": "Game file of deterrence",
        "description": "What is played: players, parameters, who knows what, who moves when.",
        "type": "object",
        "required": ["players"],
        "oneOf": [{"required": ["tree"]}, {"required": ["states"]}],
        "additionalProperties": False,
        "properties": _sections(),
        "$defs": _definitions(),
    }


def schema_text() -> str:
    """The schema as JSON, the same bytes every time."""
    import json

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _sections() -> dict[str, Any]:
    return {
        "title": _text("What the model is called."),
        "source": _text("Where the model stands in print."),
        "notes": _text("Markdown."),
        "players": {"type": "array", "items": _ref("label"), "minItems": 1, "uniqueItems": True},
        "parameters": _by_name(_ref("parameter"), SYMBOL, "Symbol -> domain, or a mapping."),
        "assume": {"type": "array", "items": _ref("condition"), "description": "Joint restrictions on the parameters."},
        "types": _by_name(_by_name(_ref("type"), LABEL), LABEL, "Private information, drawn before play, independent across players."),
        "where": _by_name(_ref("expression"), SYMBOL, "Expressions used again, in any order."),
        "outcomes": _by_name(_ref("payoffs"), LABEL, "Named ends of the game and what each player gets."),
        "tree": _ref("branch"),
        "subtrees": {"type": "object", "additionalProperties": _ref("branch")},
        "events": _by_name(_ref("names"), LABEL, "Sets of outcomes that one asks about together."),
        "claims": {"type": "array", "items": _ref("claim")},
        **_playing_over(),
    }


def _playing_over() -> dict[str, Any]:
    """The sections of repeated and stochastic games."""
    state = _object({"tree": _ref("branch")}, ["tree"])
    return {
        "discount": {"anyOf": [_ref("expression"), _by_name(_ref("expression"), LABEL)], "description": "One for all, or by player."},
        "states": _by_name(state, LABEL, "Instead of tree: the tree of each state; play starts in the first."),
        "repeat": {"enum": [True, False, "true", "false"], "description": "Whether an end without next stays in the state."},
        "horizon": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]+$"}], "description": "How many periods."},
        "short_lived": {**_ref("names"), "description": "Players who are replaced each period and care for that period only."},
        "strategies": _by_name(_automaton(), LABEL, "Profiles to be tested, each a finite automaton over public histories."),
    }


def _automaton() -> dict[str, Any]:
    mixture = {"anyOf": [_ref("scalar"), {"type": "object", "additionalProperties": _ref("expression"), "minProperties": 1}]}
    rule = _object({"when": {"type": "object", "additionalProperties": _ref("scalar"), "minProperties": 1}, "go": _ref("scalar")}, ["go"])
    play = {"type": "object", "additionalProperties": mixture}
    phase = _object({"play": play, "next": {"type": "array", "items": rule, "minItems": 1}}, ["play", "next"])
    return {"type": "object", "properties": {"start": _ref("scalar")}, "required": ["start"], "additionalProperties": phase}


def _definitions() -> dict[str, Any]:
    return {
        # Every scalar of a game file is text; editors read some of them as numbers, booleans or null.
        "scalar": {"type": ["string", "number", "boolean", "null"]},
        "label": {"type": ["string", "number", "boolean"], "pattern": LABEL, "not": {"enum": list(RESERVED)}},
        "expression": _text("A rational function: numbers, symbols, + - * / ** and parentheses."),
        "condition": _text("Expressions joined by < <= > >= == !=, and, or, not."),
        "names": {"type": "array", "items": _ref("scalar"), "uniqueItems": True},
        "payoffs": _by_name(_ref("expression"), LABEL),
        "parameter": {"anyOf": [_ref("condition"), _parameter()]},
        "type": {"anyOf": [_ref("expression"), _type()]},
        "branch": {"anyOf": [_ref("scalar"), _paying(), _end(), _decision(), _chance()]},
        "claim": _claim(),
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _text(description: str) -> dict[str, Any]:
    return {"$ref": "#/$defs/scalar", "description": description}


def _by_name(values: dict[str, Any], pattern: str, description: str | None = None) -> dict[str, Any]:
    about = {} if description is None else {"description": description}
    return {**about, "type": "object", "propertyNames": {"pattern": pattern}, "additionalProperties": values}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _parameter() -> dict[str, Any]:
    texts = {
        "domain": _text("A condition on this parameter alone; real is the whole line."),
        "role": {"type": "string", "pattern": r"^\S+$", "description": "One word; credibility, cost and discount have a meaning."},
        "meaning": _text("What the parameter stands for."),
        "default": _text("A number."),
    }
    return _object(texts, ["domain"])


def _type() -> dict[str, Any]:
    probability = {"probability": _ref("expression")}
    return {"type": "object", "properties": probability, "required": ["probability"], "additionalProperties": _ref("expression")}


def _paying() -> dict[str, Any]:
    return _object({"pay": _ref("payoffs"), "then": _ref("branch")}, ["then"])


def _end() -> dict[str, Any]:
    following = {"anyOf": [_ref("scalar"), {"type": "object", "additionalProperties": _ref("expression"), "minProperties": 1}]}
    outcome = {"outcome": _ref("label"), "next": {**following, "description": "The state of the next period, or the probability of each."}}
    return {"type": "object", "properties": outcome, "required": ["outcome"], "additionalProperties": _ref("expression"), "minProperties": 2}


def _moves(choice: dict[str, Any]) -> dict[str, Any]:
    audience = {
        "hidden_from": {**_ref("names"), "description": "Players who see that a move was made, but neither the choice nor who made it."},
        "unseen_by": {**_ref("names"), "description": "Players who do not see that a move was made."},
    }
    return {"type": "object", "properties": audience, "additionalProperties": choice, "minProperties": 1}


def _decision() -> dict[str, Any]:
    players = {"not": {"enum": list(RESERVED)}}
    return {"type": "object", "propertyNames": players, "additionalProperties": _moves(_ref("branch")), "minProperties": 1, "maxProperties": 1}


def _chance() -> dict[str, Any]:
    label = _object({"probability": _ref("expression"), "pay": _ref("payoffs"), "then": _ref("branch")}, ["probability", "then"])
    return _object({"Chance": _moves(label)}, ["Chance"])


def _claim() -> dict[str, Any]:
    texts: dict[str, Any] = {"claim": _text("The sentence that a paper would print.")}
    texts |= {kind: _text(f"In {kind} equilibrium.") for kind in KINDS}
    texts |= {trend: _text("A parameter.") for trend in TRENDS}
    texts |= {"when": _ref("condition"), "exactly_when": _ref("condition"), "profile": _ref("scalar")}
    texts |= {"strictly": {"enum": [True, False, "true", "false"]}, "concept": {"enum": list(CONCEPTS)}}
    return _object(texts, ["claim"]) | {"oneOf": [{"required": [kind]} for kind in KINDS]}
