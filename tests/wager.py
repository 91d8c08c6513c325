"""A game whose regions speak of roots: a bet on the chance that none of several volunteers comes forward."""

from __future__ import annotations

from typing import Any

from deterrence.model.game import Game
from deterrence.model.parts import Decision, Outcome

STATES = ("North", "East", "South", "West")


def wager(count: int) -> Game:
    """Volunteers who pay c if they act, and one who bets at the price k that nobody does.

    Where n of them waver, that has the chance `c**(n/(n - 1))`: with two `c**2`, with three `c*sqrt(c)`, with four `c*q` with `q**3 == c`.
    """
    players = STATES[:count]

    def node(k: int, moves: str, bet: bool) -> Decision | Outcome:
        if k == count:
            pays: dict[str, Any] = {p: "1 - c" if move == "V" else int("V" in moves) for p, move in zip(players, moves, strict=True)}
            return Outcome(f"{moves} {bet}", pays | {"Bettor": ("-k" if "V" in moves else "1 - k") if bet else 0})
        branches = {"Hold back": node(k + 1, moves + "H", bet), "Volunteer": node(k + 1, moves + "V", bet)}
        return Decision(players[k], branches, hidden_from=players[k + 1 :])

    tree = Decision("Bettor", {"Bet": node(0, "", True), "Pass": node(0, "", False)}, hidden_from=players)
    return Game(title="A bet", players=["Bettor", *players], parameters={"c": "0 < c < 1", "k": "0 < k < 1"}, tree=tree)
