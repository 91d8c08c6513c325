"""A game and a solution made by hand, so that tables are tested without a solver."""

from __future__ import annotations

from typing import Any

import pytest

from deterrence.model.game import Game
from deterrence.model.parts import Branch, Decision

FIGHT = {"Defender (Tough)": {"Fight": "1", "Abandon": "0"}, "Defender (Weak)": {"Fight": "0", "Abandon": "1"}}
THRESHOLD = "g/(g + l)"


class MadeSolution:
    """What a table needs of a solution."""

    def __init__(self, game: Game, found: dict[str, Any]) -> None:
        self.game, self._found = game, found

    def __len__(self) -> int:
        """It has no families, only what is told of them."""
        return 0

    def to_dict(self) -> dict[str, Any]:
        return self._found


@pytest.fixture(scope="session")
def signal_game() -> Game:
    """The first example of the description of game files."""
    return Game(
        title="Costly signals in extended deterrence",
        players=["Defender", "Challenger"],
        parameters={"r": "0 < r < 1", "k": "k > 0", "V": "V > 0", "g": "g > 0", "l": "l > 0", "c_T": "c_T > 0", "c_W": "c_W > 0"},
        assume=["c_T < V", "V < c_W"],
        types={"Defender": {"Tough": {"probability": "r", "c": "c_T"}, "Weak": {"probability": "1 - r", "c": "c_W"}}},
        outcomes={
            "Peace": {"Defender": "V", "Challenger": 0},
            "War": {"Defender": "V - c", "Challenger": "-l"},
            "Abandonment": {"Defender": 0, "Challenger": "g"},
        },
        tree=Decision("Defender", {"Signal": Branch("challenge", {"Defender": "-k"}), "Quiet": "challenge"}),
        subtrees={
            "challenge": Decision(
                "Challenger", {"Attack": Decision("Defender", {"Fight": "War", "Abandon": "Abandonment"}), "Refrain": "Peace"}
            )
        },
        events={"Deterrence": ["Peace"]},
    )


def belief(move: str, tough: str, weak: str) -> list[dict[str, Any]]:
    return [
        {"types": {"Defender": kind}, "moves": [move], "probability": text} for kind, text in (("Tough", tough), ("Weak", weak))
    ]


def family(name: str, move: str, after: dict[str, dict[str, str]], beliefs: dict[str, tuple[str, str]], **rest: Any) -> dict[str, Any]:
    """A family in which both types choose the same move."""
    own = {"Signal": str(int(move == "Signal")), "Quiet": str(int(move == "Quiet"))}
    strategies = {f"Defender ({kind})": own for kind in ("Tough", "Weak")}
    strategies |= {f"Challenger | {seen}": actions for seen, actions in after.items()}
    for seen in ("Signal", "Quiet"):
        strategies |= {f"{who} | {seen}, Attack": actions for who, actions in FIGHT.items()}
    made = {
        "name": name,
        "strategies": strategies,
        "beliefs": {f"Challenger | {seen}": belief(seen, *odds) for seen, odds in beliefs.items()},
        "free": {}, "closed": {}, "implicit": {}, "conditions": [],
        "outcomes": {"Peace": "1", "War": "0", "Abandonment": "0"}, "events": {"Deterrence": "1"},
        "payoffs": {"Defender": "V", "Challenger": "0"}, "payoffs_by_type": {"Defender": {"Tough": "V", "Weak": "V"}},
    }  # fmt: skip
    return made | rest


ATTACK, REFRAIN = {"Attack": "1", "Refrain": "0"}, {"Attack": "0", "Refrain": "1"}
DETERRED = {"conditions": [f"r >= {THRESHOLD}"]}
PRIOR = ("r", "1 - r")
FAMILIES = [
    family("E1", "Quiet", {"Signal": {"Attack": "q", "Refrain": "1 - q"}, "Quiet": REFRAIN},
           {"Signal": (THRESHOLD, "l/(g + l)"), "Quiet": PRIOR}, free={"q": ["0", "1"]}, closed={"q": [False, False]}, **DETERRED),
    family("E2", "Quiet", {"Signal": ATTACK, "Quiet": REFRAIN}, {"Signal": ("m", "1 - m"), "Quiet": PRIOR},
           free={"m": ["0", THRESHOLD]}, closed={"m": [True, True]}, **DETERRED),
    family("E3", "Quiet", {"Signal": REFRAIN, "Quiet": REFRAIN}, {"Signal": ("m", "1 - m"), "Quiet": PRIOR},
           free={"m": [THRESHOLD, "1"]}, closed={"m": [True, True]}, **DETERRED),
    family("E4", "Quiet", {"Signal": ATTACK, "Quiet": ATTACK}, {"Signal": ("0", "1"), "Quiet": PRIOR},
           outcomes={"Peace": "0", "War": "r", "Abandonment": "1 - r"}, events={"Deterrence": "0"},
           conditions=[f"r <= {THRESHOLD}", "k > c_T or (sqrt(k**2 - 4*c_T) - k)/2 < Max(c_W, V)"],
           payoffs={"Defender": "r*(V - c_T)", "Challenger": "g - r*(g + l)"}),
    family("E5", "Signal", {"Quiet": ATTACK, "Signal": REFRAIN}, {"Quiet": ("m", "1 - m"), "Signal": PRIOR},
           free={"m": ["0", THRESHOLD]}, closed={"m": [True, True]}, conditions=[f"r >= {THRESHOLD}", "k <= c_T"],
           payoffs={"Defender": "V - k", "Challenger": "0"}),
]  # fmt: skip


@pytest.fixture(scope="session")
def signal_solution(signal_game: Game) -> MadeSolution:
    """Five families with three kinds of play on the path."""
    return MadeSolution(
        signal_game,
        {
            "game": signal_game.title, "concept": "sequential", "complete": True, "knife_edge": 2, "undecided": [],
            "parameters": list(signal_game.parameters), "at": {}, "equilibria": FAMILIES,
        },
    )
