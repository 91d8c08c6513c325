"""Assessments: strategies and beliefs at a point, read from numbers or from formulas of results, under the names of the game."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game
from deterrence.model.surds import Exact, exact_value

__all__ = ["Assessment", "Form", "Numbers", "history", "read_assessment", "values_at"]

Form: TypeAlias = ExtensiveForm[Exact]
Numbers: TypeAlias = Sequence[Sequence[Exact]]
"""One number for each action, or for each node, of each information set."""


@dataclass(frozen=True)
class Assessment:
    """What is played and believed at a point; `faults` say what is missing or no probability.

    A belief is empty where none is given, unless the information set has one node. With faults, strategies and beliefs may be incomplete.
    """

    form: Form
    strategies: Numbers
    beliefs: Numbers
    faults: tuple[str, ...]


def read_assessment(
    game: Game, strategies: Mapping[str, Mapping[str, Any]], beliefs: Mapping[str, Any], at: Mapping[str, Any]
) -> Assessment:
    """The assessment in exact numbers at a point.

    Args:
        game: the game.
        strategies: information set -> action -> probability.
        beliefs: information set -> history -> probability, or a list of `{"types": ..., "moves": ..., "probability": ...}`.
        at: values of the parameters, and of the unknowns that occur in the formulas; a parameter has its default if it is left out.

    Raises:
        InputError: a name has no value or is unknown, a formula cannot be read, or the point is outside the parameter space.
    """
    values = _point(game, at, f"{strategies}{beliefs}")
    form = extensive_form(game, {name: values[name] for name in game.parameters})
    played, faults = _strategies(form, strategies, values)
    believed, more = _beliefs(form, beliefs, values)
    return Assessment(form, played, believed, (*faults, *more))


def history(form: Form, types: Mapping[str, str], moves: Sequence[str]) -> str:
    """The name of a node: `PLAYER = TYPE, ...; move, move, ...`."""
    drawn = ", ".join(f"{player} = {types[player]}" for player in form.game.types if player in types)
    return "; ".join(part for part in (drawn, ", ".join(moves)) if part)


def values_at(game: Game, at: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every parameter at a point: the one given, or else its default; InputError where one has neither."""
    fixed = game.at(**at)
    defaults = {name: fixed.parameters[name].default for name in fixed.free_parameters}
    if missing := [name for name, default in defaults.items() if default is None]:
        raise InputError(f"{missing[0]} has no value at this point and no default")
    if defaults:
        fixed = fixed.at(**{name: str(default) for name, default in defaults.items()})
    return dict(fixed.fixed)


def _point(game: Game, at: Mapping[str, Any], formulas: str) -> dict[str, Exact]:
    """The value of every parameter, and of the unknowns that occur in the formulas."""
    unknowns = [name for name in at if name not in game.parameters and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", formulas)]
    known = values_at(game, {name: value for name, value in at.items() if name not in unknowns})
    return {**known, **{name: exact_value(at[name], {}) for name in unknowns}}


def _strategies(form: Form, given: Mapping[str, Mapping[str, Any]], values: Mapping[str, Exact]) -> tuple[Numbers, list[str]]:
    out: list[list[Exact]] = []
    faults: list[str] = []
    for info in form.information_sets:
        stated = given.get(info.name)
        if stated is None:
            faults.append(f"no strategy at {quoted(info.name)}{suggestion(info.name, given)}")
            continue
        if not isinstance(stated, Mapping):
            raise InputError(f"the strategy at {quoted(info.name)}: found {quoted(str(stated))}; expected probabilities by action")
        out.append([exact_value(stated.get(action, 0), values) for action in info.actions])
        faults += _whether_distribution(out[-1], f"the strategy at {quoted(info.name)}", stated, info.actions)
    return out, faults


def _beliefs(form: Form, given: Mapping[str, Any], values: Mapping[str, Exact]) -> tuple[Numbers, list[str]]:
    out: list[list[Exact]] = []
    faults: list[str] = []
    for info in form.information_sets:
        if not given.get(info.name):
            out.append([exact_value(1, {})] if len(info.nodes) == 1 else [])
            continue
        stated = _by_history(form, info.name, given[info.name])
        histories = [history(form, form.nodes[x].types, form.nodes[x].moves) for x in info.nodes]
        out.append([exact_value(stated.get(name, 0), values) for name in histories])
        faults += _whether_distribution(out[-1], f"the belief at {quoted(info.name)}", stated, histories)
    return out, faults


def _by_history(form: Form, name: str, stated: Any) -> dict[str, Any]:
    if isinstance(stated, Mapping):
        return {" ".join(str(node).split()): probability for node, probability in stated.items()}
    try:
        nodes = [(history(form, entry.get("types", {}), entry["moves"]), entry["probability"]) for entry in stated]
    except (AttributeError, KeyError, TypeError):
        raise InputError(
            f"the belief at {quoted(name)}: expected probabilities by history, or a list of mappings with types, moves and probability"
        ) from None
    if len(dict(nodes)) < len(nodes):
        raise InputError(f"the belief at {quoted(name)} gives two probabilities to one history")
    return dict(nodes)


def _whether_distribution(probabilities: Sequence[Exact], what: str, given: Iterable[str], known: Sequence[str]) -> list[str]:
    zero = exact_value(0, {})
    if min(probabilities) >= 0 and sum(probabilities, zero) == 1:
        return []
    stray = [f"; {quoted(name)} is not there{suggestion(name, known)}" for name in given if name not in known]
    return [f"{what} is {', '.join(map(str, probabilities))}, which are no probabilities that add up to 1{''.join(stray)}"]
