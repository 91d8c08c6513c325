"""What comes about under given strategies: probabilities of outcomes and expected payoffs, over any numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from deterrence.model.extensive import ExtensiveForm

T = TypeVar("T")


def reach(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> list[Any]:
    """The probability with which each node is reached, by index."""
    out: list[Any] = [1] * len(form.nodes)
    for node in form.nodes:
        chances = node.probabilities if node.information_set is None else strategies[node.information_set]
        for p, child in zip(chances, node.children, strict=False):
            out[child] = out[node.index] * p if p != 1 else out[node.index]
    return out


def outcome_probabilities(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """The probability of each outcome of the game, in the order in which the game lists them."""
    out: dict[str, Any] = dict.fromkeys(form.game.outcome_labels, 0)
    reached = reach(form, strategies)
    for k in form.ends:
        label = form.nodes[k].outcome
        if label is not None and reached[k] != 0:
            out[label] = out.get(label, 0) + reached[k]
    return out


def expected_payoffs(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """Each player's expected payoff before types are drawn."""
    reached = reach(form, strategies)
    return {p: _total(form, reached, i, form.ends) for i, p in enumerate(form.players)}


def payoffs_by_type(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """For each player with types and each of her types, her expected payoff given that type."""
    reached, out = reach(form, strategies), {}
    for i, player in enumerate(form.players):
        if player in form.game.types:
            out[player] = {kind.name: _given_type(form, reached, i, player, kind.name) for kind in form.game.types[player]}
    return {player: {t: v for t, v in values.items() if v is not None} for player, values in out.items()}


def _given_type(form: ExtensiveForm[Any], reached: list[Any], i: int, player: str, kind: str) -> Any:
    ends = [k for k in form.ends if form.nodes[k].types.get(player) == kind]
    prior: Any = 0
    for k in ends:
        prior = prior + reached[k]
    return _total(form, reached, i, ends) / prior if prior != 0 else None


def _total(form: ExtensiveForm[Any], reached: list[Any], player: int, ends: Sequence[int]) -> Any:
    total: Any = 0
    for k in ends:
        if reached[k] != 0:
            total = total + reached[k] * form.nodes[k].payoffs[player]
    return total
