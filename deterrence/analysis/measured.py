"""What is measured in each family of a solution: the usual quantities in groups, or those asked for by their text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from deterrence.algebra.errors import InputError
from deterrence.algebra.polynomials import Ratio
from deterrence.analysis.families import Family
from deterrence.analysis.meaning import Meaning
from deterrence.analysis.quantities import OUTCOME, Assessed, Belief, Choice, Likelihood, Payoff, Quantity, Vocabulary
from deterrence.analysis.statements import read_expression
from deterrence.concepts.setting import parameter_values
from deterrence.solution import History, Solution

Measure: TypeAlias = Callable[[Assessed], Ratio | None]


@dataclass(frozen=True)
class Group:
    """Quantities that make one variable of a data set, along a dimension of their own where `dimension` names one.

    Where `thorough`, ends that the algebra has to find case by case are looked for; that may take long, and in a large game there are many.
    """

    name: str
    dimension: str | None
    labels: tuple[str, ...]
    measures: tuple[Measure, ...]
    about: str
    thorough: bool = True


def asked_for(solution: Solution, texts: Sequence[str]) -> list[Group]:
    """One group for each text, an expression of quantities as claims write them; raises InputError where it is none."""
    if isinstance(texts, str):
        raise InputError(f"of: found the text {texts!r}; expected a list of quantities, as [{texts!r}]")
    if not len(solution):
        return [Group(text, None, (text,), (lambda _: None,), text) for text in texts]
    vocabulary = Vocabulary(solution.game, (e.setting.form for e in solution))
    return [Group(text, None, (text,), (_expression(solution, vocabulary, text),), text) for text in dict.fromkeys(texts)]


def _expression(solution: Solution, vocabulary: Vocabulary, text: str) -> Measure:
    try:
        statement = read_expression(vocabulary, text)
    except InputError as error:
        raise InputError(f"of: {text!r}, column {error.column}: {error.message}" if error.column else f"of: {text!r}: {error.message}") from None

    def measure(assessed: Assessed) -> Ratio | None:
        parameters = parameter_values(solution.game, assessed.ring)
        family = Family(assessed.equilibrium.setting.parameters.space, assessed.equilibrium)
        return Meaning(family, statement, parameters).value(statement.tree)

    return measure


def everything(solution: Solution) -> list[Group]:
    """Every strategy, belief, outcome, event and payoff."""
    if not len(solution):
        return []
    vocabulary, game = Vocabulary(solution.game, (e.setting.form for e in solution)), solution.game
    choices = {f"{a} | {name}": Choice(name, a) for name, info in vocabulary.sets.items() for a in info.actions}
    nodes: dict[str, Quantity] = {}
    for name, info in vocabulary.sets.items():
        if len(info.nodes) > 1:
            for place, k in enumerate(info.nodes):
                node = vocabulary.homes[name].nodes[k]
                nodes[f"{History(tuple(node.types.items()), node.moves)} | {name}"] = Belief(name, (place,))
    outcomes = {label: Likelihood(((OUTCOME, label),)) for label in game.outcome_labels}
    events = {event: Likelihood(((OUTCOME, event),)) for event in game.events}
    types = {f"{player} ({kind.name})": Payoff(player, kind.name) for player, kinds in game.types.items() for kind in kinds}
    found = [
        _group("strategy", "action", choices, "probability of an action at an information set", thorough=False),
        _group("belief", "node", nodes, "probability that a player gives to a history at an information set", thorough=False),
        _group("outcome_probability", "outcome", outcomes, "probability of an outcome"),
        _group("event_probability", "event", events, "probability of an event"),
        _group("payoff", "player", {player: Payoff(player) for player in vocabulary.payees}, "expected payoff before types are drawn"),
        _group("payoff_by_type", "player_type", types, "expected payoff of a type"),
    ]
    return [group for group in found if group.labels]


def _group(name: str, dimension: str, members: Mapping[str, Quantity], about: str, thorough: bool = True) -> Group:
    return Group(name, dimension, tuple(members), tuple(map(_measure, members.values())), about, thorough)


def _measure(quantity: Quantity) -> Measure:
    def measure(assessed: Assessed) -> Ratio | None:
        value = quantity.value(assessed)
        return None if value is None else assessed.equilibrium.clean(value)

    return measure
