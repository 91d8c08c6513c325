"""Markov perfect equilibria of stochastic games: strategies depend on the state and on what was seen in the period.

Maskin and Tirole (2001), "Markov Perfect Equilibrium: I. Observable Actions", Journal of Economic Theory 100(2), DOI 10.1006/jeth.2000.2785.
Within a period play is sequentially rational with consistent beliefs, an end being worth its payoffs and the discounted value of what follows.
With values that obey the Bellman equations no plan whatever pays as soon as no deviation at a single information set does.
"""

from __future__ import annotations

from deterrence.concepts.family import Findings, Progress
from deterrence.concepts.markov_perfect_regimes import Search
from deterrence.concepts.markov_perfect_systems import Systems
from deterrence.concepts.markov_perfect_values import PeriodPlay
from deterrence.concepts.play import Play
from deterrence.model.state_forms import StochasticForm


def solve(play: Play, findings: Findings, progress: Progress) -> None:
    """Add every Markov perfect equilibrium of the game to the findings."""
    assert isinstance(play.form, StochasticForm)
    search = Search(PeriodPlay(play.form, play.space))
    systems = Systems(search.play, search.values)
    for regime in search.regimes():
        progress("regimes", search.visited)
        systems.resolve(regime, findings)
