"""Subgame-perfect equilibria: a Nash equilibrium in every subgame.

Selten (1965), "Spieltheoretische Behandlung eines Oligopolmodells mit Nachfragetraegheit", Zeitschrift fuer die gesamte
Staatswissenschaft 121; Selten (1975), International Journal of Game Theory 4, DOI 10.1007/BF01766400.
"""

from __future__ import annotations

from deterrence.concepts.family import Findings, Progress
from deterrence.concepts.play import Play
from deterrence.concepts.subgames import solve_subgames, subgame_roots


def solve(play: Play, findings: Findings, progress: Progress) -> None:
    """Add every subgame-perfect equilibrium of the game to the findings."""
    solve_subgames(play, subgame_roots(play), findings, progress)
