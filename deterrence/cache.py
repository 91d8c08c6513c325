"""Solutions kept on disk, by the content of the game, the concept and the version of the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deterrence.model.game import Game

if TYPE_CHECKING:
    from deterrence.solution import Solution


class Cache:
    def __init__(self, game: Game, concept: str, knife_edge: bool) -> None:
        pass

    def read(self) -> Solution | None:
        return None

    def write(self, solution: Solution) -> None:
        pass
