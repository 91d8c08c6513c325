"""Sequential equilibria: sequential rationality at every information set, with consistent beliefs.

Kreps and Wilson (1982), "Sequential Equilibria", Econometrica 50(4), DOI 10.2307/1912767. With consistent beliefs a profile
is sequentially rational as soon as no one-shot deviation pays (Hendon, Jacobsen and Sloth 1996, Games and Economic
Behavior 12(2)), so each information set is judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from deterrence.algebra.formula import Formula
from deterrence.concepts.consistency import Beliefs, Consistency
from deterrence.concepts.family import Findings, Progress, Requirements, resolve, sorted_out
from deterrence.concepts.play import Play, Support
from deterrence.concepts.regimes import Search, local_conditions


def solve(play: Play, findings: Findings, progress: Progress) -> None:
    """Add every sequential equilibrium of the game to the findings."""
    search = Search(play, consistent=True)
    for supports in search.profiles():
        progress("regimes", search.visited)
        for required in requirements(play, supports):
            resolve(play, required, findings)


def requirements(play: Play, supports: dict[int, Support]) -> Iterator[Requirements]:
    """What sequential equilibrium requires of a support profile, for each pattern of consistent beliefs."""
    for beliefs in Consistency(play, supports).patterns():
        yield assessment(play, supports, beliefs)


def assessment(play: Play, supports: dict[int, Support], beliefs: Beliefs) -> Requirements:
    """The requirements when no one-shot deviation may pay under the given beliefs."""
    formulas: list[Formula] = list(beliefs.conditions)
    for info in play.sets:
        formulas += play.mixing_conditions(info.index, supports[info.index])
        formulas += local_conditions(play, info.index, supports, beliefs.weights[info.index])
    equations, conditions = sorted_out(formulas)
    unknowns = (*play.mixing_unknowns(supports), *beliefs.unknowns)
    return Requirements(supports, play.strategies(supports), beliefs.weights, unknowns, (*equations, *beliefs.equations), conditions)
