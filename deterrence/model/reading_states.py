"""Reads the sections of games that are played over and over: states, discounts, horizons, strategies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from deterrence.algebra.errors import GameError, quoted
from deterrence.model.automata import Automaton, Phase, Rule
from deterrence.model.stochastic import STAGE
from deterrence.model.yaml_text import Mapping, Scalar, Value

if TYPE_CHECKING:
    from deterrence.model.reading import Reader

T = TypeVar("T")

SECTIONS = ("discount", "states", "repeat", "horizon", "short_lived", "strategies")


def is_played_over(root: Mapping) -> bool:
    """Has a file any of the sections of repeated and stochastic games?"""
    return any(name in root.values for name in SECTIONS)


def state_trees(reader: Reader, root: Mapping) -> dict[str, Value]:
    """The tree of each state, as it is written."""
    if "states" not in root.values:
        return {STAGE: root.values["tree"]}
    if "tree" in root.values:
        reader.fail("found 'tree' beside 'states'; a game has one of them", root.keys["tree"])
    states = reader.mapping(root.values["states"], "states by name, each with its tree")
    reader.mark_keys(("states",), states)
    out = {}
    for name, value in states.values.items():
        inner = reader.mapping(value, "{tree: ...}")
        reader.keys(inner, ("tree",), ["tree"], f"state {quoted(name)}")
        reader.mark(inner.values["tree"], "states", name, "tree")
        out[name] = inner.values["tree"]
    return out


def read_sections(reader: Reader, root: Mapping) -> dict[str, Any]:
    """The arguments of a StochasticGame other than those of every game and its trees."""
    read: dict[str, Callable[[Reader, Value], Any]] = {
        "discount": _discount, "repeat": _repeat, "horizon": _horizon, "short_lived": _short_lived, "strategies": _strategies,
    }  # fmt: skip
    for name in read:
        if name in root.values:
            reader.mark(root.values[name], name)
    return {name: function(reader, root.values[name]) for name, function in read.items() if name in root.values}


def _discount(reader: Reader, value: Value) -> Any:
    if isinstance(value, Mapping):
        reader.mark_keys(("discount",), value)
        return reader.expressions(value)
    return reader.expression(value)


def _repeat(reader: Reader, value: Value) -> bool:
    text = reader.text(value)
    if text not in ("true", "false"):
        reader.fail(f"repeat is {quoted(text)}; expected true or false", value)
    return text == "true"


def _horizon(reader: Reader, value: Value) -> int:
    text = reader.text(value)
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) < 1:
        reader.fail(f"horizon is {quoted(text)}; expected a whole number of at least 1", value)
    return int(text)


def _short_lived(reader: Reader, value: Value) -> list[str]:
    return reader.names(value, ("short_lived",))


def _strategies(reader: Reader, value: Value) -> dict[str, Automaton]:
    profiles = reader.mapping(value, "automata by name")
    reader.mark_keys(("strategies",), profiles)
    return {name: _automaton(reader, name, inner) for name, inner in profiles.values.items()}


def _automaton(reader: Reader, name: str, value: Value) -> Automaton:
    what = f"the profile {quoted(name)}"
    mapping = reader.mapping(value, "an automaton: start, and its states by name")
    if "start" not in mapping.values:
        reader.fail(f"{what} has no 'start'", value)
    reader.mark(mapping.values["start"], "strategies", name, "start")
    phases = {label: _phase(reader, name, label, inner) for label, inner in mapping.values.items() if label != "start"}
    for label, inner in mapping.keys.items():
        reader.mark(inner, "strategies", name, label)
    return _built(reader, value, lambda: Automaton(reader.text(mapping.values["start"]), phases))


def _phase(reader: Reader, name: str, label: str, value: Value) -> Phase:
    mapping = reader.mapping(value, "{play: ..., next: [...]}")
    reader.keys(mapping, ("play", "next"), ["play", "next"], f"state {quoted(label)} of {quoted(name)}")
    play = reader.mapping(mapping.values["play"], "actions by player or information set")
    locus = ("strategies", name, label)
    reader.mark(mapping.values["play"], *locus, "play")
    for key, place in play.keys.items():
        reader.mark(place, *locus, key)
    actions = {key: inner.text if isinstance(inner, Scalar) else _mixture(reader, inner) for key, inner in play.values.items()}
    rules = reader.sequence(mapping.values["next"], "a list of rules").items
    reader.mark(mapping.values["next"], *locus, "next")
    return _built(reader, value, lambda: Phase(actions, [_rule(reader, (*locus, "next", k), rule) for k, rule in enumerate(rules)]))


def _mixture(reader: Reader, value: Value) -> dict[str, Any]:
    return reader.expressions(reader.mapping(value, "an action, or {ACTION: probability, ...}"))


def _rule(reader: Reader, locus: tuple[object, ...], value: Value) -> Rule:
    mapping = reader.mapping(value, "{when: {...}, go: STATE}")
    reader.keys(mapping, ("when", "go"), ["go"], "a rule of an automaton")
    reader.mark(mapping, *locus)
    when = reader.mapping(mapping.values["when"], "actions by player, information set or Chance") if "when" in mapping.values else Mapping(0, 0)
    if "when" in mapping.values and not when.values:
        reader.fail("found an empty `when`; leave it out in the last rule", mapping.values["when"])
    return Rule(reader.text(mapping.values["go"]), {key: reader.text(inner) for key, inner in when.values.items()})


def _built(reader: Reader, value: Value, make: Callable[[], T]) -> T:
    try:
        return make()
    except GameError as error:
        if error.file is not None:
            raise
        reader.fail(error.message, value)
