"""Nash equilibria: no deviation of a player pays, at however many of her information sets together.

Nash (1951), "Non-Cooperative Games", Annals of Mathematics 54(2), DOI 10.2307/1969529. A family fixes supports only where
play reaches; behaviour elsewhere is free, in closed ranges.
"""

from __future__ import annotations

from deterrence.concepts.family import Findings, Progress
from deterrence.concepts.play import Play
from deterrence.concepts.subgames import solve_subgames


def solve(play: Play, findings: Findings, progress: Progress) -> None:
    """Add every Nash equilibrium of the game to the findings."""
    solve_subgames(play, [0], findings, progress)
