"""What comes about under given strategies: probabilities of outcomes and expected payoffs, over any numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from deterrence.model.extensive import ExtensiveForm
from deterrence.model.recursion import equilibrium_values, ever, reach, state_values
from deterrence.model.state_forms import StochasticForm

T = TypeVar("T")


def outcome_probabilities(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """The probability that each outcome of the game ever comes about, in the order in which the game lists them."""
    return _probabilities(form, strategies, {label: (label,) for label in form.game.outcome_labels})


def event_probabilities(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """The probability that some outcome of each event ever comes about."""
    return _probabilities(form, strategies, form.game.events)


def _probabilities(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]], members: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    reached = reach(form, strategies)
    wanted = {name: frozenset(k for k in form.ends if set(labels).intersection(form.nodes[k].outcomes)) for name, labels in members.items()}
    return {name: probability(form, reached, [ends]) for name, ends in wanted.items()}


def probability(form: ExtensiveForm[Any], reached: Sequence[Any], wanted: Sequence[frozenset[int]]) -> Any:
    """The probability that play comes to an end of each of the wanted sets, at some time or other.

    `reached` has the probability with which each node is reached, in a stochastic game from the root of its state's tree.
    """
    if isinstance(form, StochasticForm):
        return ever(form, reached, wanted)
    total: Any = 0
    for k in form.ends:
        if reached[k] != 0 and all(k in ends for ends in wanted):
            total = total + reached[k]
    return total


def expected_payoffs(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """Each player's expected payoff before types are drawn; the discounted sum over all periods in a stochastic game."""
    if isinstance(form, StochasticForm):
        return dict(zip(form.players, state_values(form, strategies)[0], strict=True))
    reached = reach(form, strategies)
    return {p: _total(form, reached, i, form.ends) for i, p in enumerate(form.players)}


def equilibrium_payoffs(form: ExtensiveForm[Any], strategies: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """`expected_payoffs` where the strategies are an equilibrium, which can be far less work in a stochastic game."""
    if isinstance(form, StochasticForm):
        return dict(zip(form.players, equilibrium_values(form, strategies), strict=True))
    return expected_payoffs(form, strategies)


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
