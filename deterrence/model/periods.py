"""The extensive form of a game that is played a given number of times: one tree that holds all periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from deterrence.algebra.errors import GameError, quoted
from deterrence.model.extensive import Builder, ExtensiveForm, Node, Place, outcome_name
from deterrence.model.histories import HIDDEN, View, next_period
from deterrence.model.parts import Outcome
from deterrence.model.stochastic import StochasticGame


def agent(player: str, period: int) -> str:
    """A player who is replaced each period, in one of them; the first is period 1."""
    return f"{player}, period {period}"


class PeriodBuilder(Builder):
    """Goes on with the next period where one ends. Payoffs are discounted sums; those of short-lived players count in their own period.

    What was hidden in a period is shown at its end; what was unseen stays so, from a short-lived mover's successors too: they are others.
    """

    def __init__(self, game: StochasticGame, symbols: Mapping[str, Any], number: Callable[[Fraction], Any] | None) -> None:
        super().__init__(game, symbols, number)
        self.short_lived, self.horizon = game.short_lived, game.horizon or 1
        self.discounts = {player: self.values.of(discount) for player, discount in game.discount.items()}
        self.agents = {p: [agent(p, t + 1) for t in range(self.horizon)] if p in game.short_lived else [p] for p in game.players}
        self.players = tuple(name for names in self.agents.values() for name in names)
        self.sights: dict[tuple[str, View], View] = {}
        self.roles = {name: player for player, names in self.agents.items() for name in names if name != player}

    def build(self) -> ExtensiveForm[Any]:
        """The form; GameError where two information sets would bear one name."""
        form = super().build()
        views: dict[str, View] = {}
        for info in form.information_sets:
            if views.setdefault(info.name, info.view) is not info.view:
                raise _same_name(info.name, views[info.name], info.view)
        return form

    def _names(self, player: str, node: Node[Any]) -> tuple[str, str]:  # noqa: ARG002 - there are no states
        return self.roles.get(player, ""), ""

    def _agent(self, player: str, place: Place) -> str:
        return agent(player, len(place.outcomes) + 1) if player in self.short_lived else player

    def _finish(self, place: Place, end: Outcome | str, payoffs: tuple[Any, ...]) -> None:
        period = len(place.outcomes)
        earned = tuple(self._earned(place, period, k, payoff) for k, payoff in enumerate(payoffs))
        place = replace(place, earned=earned)
        if period + 1 == self.horizon:
            super()._finish(place, end, tuple(value for values in earned for value in values))
            return
        players = self.game.players
        views = tuple(next_period(view, place.record, p, p not in self.short_lived) for view, p in zip(place.before, players, strict=True))
        self._check_recall(place, views)
        nothing = (None,) * len(players)
        outcomes = (*place.outcomes, outcome_name(end))
        self.todo.append(replace(place, then=self.game.tree, views=views, before=views, pay=nothing, record=(), outcomes=outcomes))

    def _check_recall(self, place: Place, views: tuple[View, ...]) -> None:
        """What was hidden from whom follows from what is shown at the end of a period, so that it need not be remembered beside it."""
        for player, seen, view in zip(self.game.players, place.views, views, strict=True):
            first = seen if player in self.short_lived else self.sights.setdefault((player, view), seen)
            if first is not seen:
                (_, label), (_, other) = next((a, b) for a, b in zip(first.moves(), seen.moves(), strict=False) if a != b)
                move = quoted(other if label == HIDDEN else label)
                hint = "which tells her what nobody is to see; hide it from her in both cases or in neither"
                raise GameError(f"{move} is hidden from {player} after one unseen move and not after another, {hint}", locus=("tree",))

    def _earned(self, place: Place, period: int, k: int, payoff: Any) -> tuple[Any, ...]:
        """What a player has got so far: one sum, or what each period's holder of the role got."""
        player = self.game.players[k]
        before = place.earned[k] if place.earned else ()
        if player in self.short_lived:
            return (*before, payoff)
        for _ in range(period):
            payoff = payoff * self.discounts[player]
        return (before[0] + payoff,) if before else (payoff,)


def _same_name(name: str, view: View, other: View) -> GameError:
    (one, label), (two, twin) = next((a, b) for a, b in zip(view.moves(), other.moves(), strict=False) if a != b)
    why = f"{quoted(label)} is chosen by {one} and by {two}" if label == twin else "a label has a stroke as between periods"
    return GameError(f"two information sets would be called {quoted(name, 200)}: {why}; give one of them another label", locus=("tree",))
