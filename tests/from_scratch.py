"""What comes about when given numbers are played: walked through the tree path by path, with nothing of the library but the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game
from deterrence.model.surds import Exact, exact_value


class Played:
    """A game at a point where an assessment is played: numbers, or formulas in what is `free`, by information set and action or history."""

    def __init__(self, game: Game, point: Mapping[str, Fraction], assessment: Any, **free: Exact) -> None:
        self.game, self.point = game, dict(point)
        strategies: Mapping[str, Mapping[str, Any]] = assessment.strategies
        self.beliefs = {name: {h: exact_value(p, free) for h, p in histories.items()} for name, histories in assessment.beliefs.items()}
        self.form: ExtensiveForm[Exact] = extensive_form(game, point)
        self.strategies = {name: {a: exact_value(p, free) for a, p in actions.items()} for name, actions in strategies.items()}
        self.paths: list[tuple[Exact, list[tuple[str, str]], Any]] = []
        self._walk(0, Fraction(1), [])

    def _walk(self, index: int, weight: Exact, steps: list[tuple[str, str]]) -> None:
        node = self.form.nodes[index]
        if node.kind == "end":
            self.paths.append((weight, steps, node))
        elif node.kind == "chance":
            mover = f"{node.type_of} is" if node.type_of else "Chance"
            for label, p, child in zip(node.labels, node.probabilities, node.children, strict=True):
                self._walk(child, weight * p, [*steps, (mover, label)])
        else:
            played = self.strategies[self.form.information_sets[node.information_set or 0].name]
            for label, child in zip(node.labels, node.children, strict=True):
                self._walk(child, weight * played[label], [*steps, (node.mover, label)])

    def pr(self, *labels: str, **given: str) -> Exact:
        """The probability that all labels come about, be they outcomes, events, actions or labels of Chance; `given` has types of players."""
        among = [(w, steps, end) for w, steps, end in self.paths if all((f"{player} is", kind) in steps for player, kind in given.items())]
        total, hit = Fraction(0), Fraction(0)
        for weight, steps, end in among:
            total = total + weight
            events = {name for name, members in self.game.events.items() if end.outcome in members}
            seen = {label for mover, label in steps if not mover.endswith(" is")} | {end.outcome} | events
            hit = hit + weight if seen.issuperset(labels) else hit
        return hit / total

    def payoff(self, player: str, kind: str | None = None) -> Exact:
        """A player's expected payoff, before types are drawn or given her type."""
        i = self.form.players.index(player)
        among = [(w, end) for w, steps, end in self.paths if kind is None or (f"{player} is", kind) in steps]
        total = sum((w for w, _ in among), Fraction(0))
        return sum((w * end.payoffs[i] for w, end in among), Fraction(0)) / total

    def choice(self, information_set: str, action: str) -> Exact:
        """The strategy at an information set."""
        return self.strategies[information_set][action]

    def value(self, text: str) -> Exact:
        """An expression in the parameters."""
        return exact_value(text, self.point)

    def belief(self, information_set: str, wanted: str) -> Exact:
        """The probability that is given there to the histories in which a type (`PLAYER = TYPE`) or a move occurs."""
        return sum((p for history, p in self.beliefs[information_set].items() if wanted in re.split(r"[,;] ", history)), Fraction(0))
