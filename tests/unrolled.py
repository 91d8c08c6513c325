"""A game of several periods written out as a plain one, by going through the parts of its stage without the library's histories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deterrence.model.extensive import ExtensiveForm
from deterrence.model.game import Game
from deterrence.model.parts import Branch, Branching, Chance, Decision, Outcome
from deterrence.model.stochastic import StochasticGame


def unrolled(game: StochasticGame) -> Game:
    """A plain game that says the same: at the end of a period moves of chance with one label tell each player what was hidden from her.

    Short-lived players are `A 1`, `A 2` and so on; they see nothing of the periods before theirs but are told all that was public.
    """
    return Unrolled(game).game


Told = list[tuple[str, list[str]]]
"""The public moves of a period, with those from whom each is hidden."""


class Unrolled:
    """Builds the twin by going through the parts of the stage, without the library's histories."""

    def __init__(self, game: StochasticGame) -> None:
        self.stage, self.count = game, 0
        self.agents = {p: [f"{p} {t}" if p in game.short_lived else p for t in range(1, game.horizon + 1)] for p in game.players}
        self.players = [name for names in self.agents.values() for name in dict.fromkeys(names)]
        types = {p: list(kinds) for p, kinds in game.types.items()}
        tree = self.node(game.tree, 0, dict.fromkeys(self.players, "0"), [])
        self.game = Game(title="Twin", players=self.players, parameters=dict(game.parameters), assume=game.assume, types=types, tree=tree)

    def node(self, node: Any, t: int, total: dict[str, str], told: Told) -> Branching:
        if isinstance(node, Branch):
            return self.node(node.then, t, self.paid(total, node.pay, t), told)
        if isinstance(node, str):
            return self.node(Outcome(node, self.stage.outcomes[node]), t, total, told)
        if isinstance(node, Outcome):
            return self.next_period(t, self.paid(total, node.payoffs or {}, t), told)
        mover = node.player if isinstance(node, Decision) else "Chance"
        public = not node.unseen_by
        others = [names[k] for p, names in self.agents.items() if p in self.stage.short_lived for k in range(len(names)) if k != t]
        hidden = [self.agents[p][t] for p in node.hidden_from]
        unseen = [*others, *(self.agents[p][t] for p in node.unseen_by)]
        branches = node.actions if isinstance(node, Decision) else node.labels
        made = {}
        for label, given_ in branches.items():
            odds, then = given_ if isinstance(given_, tuple) else (None, given_)
            after = self.node(then, t, total, [*told, (f"{mover} {label}", hidden)] if public else told)
            made[label] = after if odds is None else (odds, after)
        if isinstance(node, Decision):
            return Decision(self.agents[mover][t], made, hidden_from=hidden, unseen_by=unseen)
        return Chance(made, hidden_from=hidden, unseen_by=unseen)

    def paid(self, total: dict[str, str], pay: Mapping[str, Any], t: int) -> dict[str, str]:
        out = dict(total)
        for player, amount in pay.items():
            who = self.agents[player][t]
            discount = "1" if player in self.stage.short_lived else self.stage.discount[player].text
            out[who] += f" + ({amount.text})" + f"*({discount})" * t
        return out

    def next_period(self, t: int, total: dict[str, str], told: Told) -> Branching:
        if t + 1 == self.stage.horizon:
            self.count += 1
            return Outcome(f"End {self.count}", total)
        then = self.node(self.stage.tree, t + 1, total, [])
        for player in self.players:
            known = [move for move, hidden in told if player in hidden or player not in self.stage.players]
            then = Chance({" ".join(["told", *known]): ("1", then)}, unseen_by=[other for other in self.players if other != player])
        return then


def moves_of(form: ExtensiveForm[Any], index: int) -> tuple[object, ...]:
    """What tells a node from all others: types and moves, what is told left out."""
    node = form.nodes[index]
    return (*sorted(node.types.items()), *(move for move in node.moves if not move.startswith("told")))


def partition(form: ExtensiveForm[Any]) -> set[object]:
    """Every information set as its player, her actions and the histories that it has."""
    return {(i.player.replace(", period", ""), i.type, i.actions, frozenset(moves_of(form, k) for k in i.nodes)) for i in form.information_sets}


def renamed(form: ExtensiveForm[Any], twin: ExtensiveForm[Any]) -> dict[str, str]:
    """The name of each information set of the one form in the other."""
    theirs = {frozenset(moves_of(twin, k) for k in i.nodes): i.name for i in twin.information_sets if len(i.nodes)}
    by_player = {(i.player.replace(", period", ""), i.type, frozenset(moves_of(form, k) for k in i.nodes)): i.name for i in form.information_sets}
    return {name: theirs[nodes] for (_, _, nodes), name in by_player.items()}
