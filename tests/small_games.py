"""Small games for tests, whose equilibria need all that formulas can hold."""

from __future__ import annotations

from collections.abc import Mapping

from deterrence.model.game import Game
from deterrence.model.parts import Decision, Outcome

STATES = ("North", "East", "South", "West")


def volunteers(count: int, cost: str, parameters: Mapping[str, str] | None = None) -> Game:
    """States that choose at once whether to stop an aggressor; one is enough. Mixing solves a power of the chance to hold back for the cost."""
    players = STATES[:count]

    def node(k: int, moves: str) -> Decision | Outcome:
        if k == count:
            return Outcome(moves, {p: f"1 - {cost}" if move == "V" else int("V" in moves) for p, move in zip(players, moves, strict=True)})
        branches = {"Hold back": node(k + 1, moves + "H"), "Volunteer": node(k + 1, moves + "V")}
        return Decision(players[k], branches, hidden_from=players[k + 1 :])

    events = {"Nobody": ["H" * count]}
    return Game(title="The volunteer's dilemma", players=players, parameters=parameters or {}, tree=node(0, ""), events=events)


def entry() -> Game:
    """An entrant, an incumbent who may fight, and a parameter without a domain."""
    return Game(
        title="Entry, with a threat",
        players=["Entrant", "Incumbent"],
        parameters={"c": "c > 0", "v": None},
        outcomes={
            "Out": {"Entrant": 0, "Incumbent": 2},
            "War": {"Entrant": "-c", "Incumbent": "v"},
            "Deal": {"Entrant": 1, "Incumbent": 1},
        },
        tree=Decision("Entrant", {"Stay out": "Out", "Enter": Decision("Incumbent", {"Fight": "War", "Yield": "Deal"})}),
    )
