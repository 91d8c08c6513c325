"""Weak perfect Bayesian equilibria: at every information set the whole continuation strategy is optimal given the belief there.

Beliefs obey Bayes' rule on the path and are arbitrary off it (Mas-Colell, Whinston and Green 1995, Microeconomic Theory,
definition 9.C.3). One-shot deviations do not suffice, since beliefs at a player's different sets need not agree.
"""

from __future__ import annotations

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.family import Findings, Progress, Requirements, resolve, sorted_out
from deterrence.concepts.plans import continuation_conditions
from deterrence.concepts.play import Play, Support
from deterrence.concepts.regimes import Search, belief_unknowns


def solve(play: Play, findings: Findings, progress: Progress) -> None:
    """Add every weak perfect Bayesian equilibrium of the game to the findings."""
    search = Search(play)
    for supports in search.profiles():
        progress("regimes", search.visited)
        resolve(play, requirements(play, supports), findings)


def requirements(play: Play, supports: dict[int, Support]) -> Requirements:
    """What weak perfect Bayesian equilibrium requires of a support profile."""
    formulas: list[Formula] = []
    unknowns = play.mixing_unknowns(supports)
    weights: dict[int, list[Ratio]] = {}
    for info in play.sets:
        formulas += play.mixing_conditions(info.index, supports[info.index])
        weights[info.index], mine = node_weights(play, info.index, supports)
        unknowns += mine
        if mine:
            formulas += [Atom(w.numerator, ">=") for w in weights[info.index]]
        by_node = dict(zip(info.nodes, weights[info.index], strict=True))
        formulas += continuation_conditions(play, info.index, supports, by_node)
    equations, conditions = sorted_out(formulas)
    return Requirements(supports, play.strategies(supports), weights, tuple(unknowns), equations, conditions)


def node_weights(play: Play, info: int, supports: dict[int, Support]) -> tuple[list[Ratio], list[int]]:
    """The weights of an information set's nodes: their reach on the path, unknown beliefs off it; and these unknowns."""
    nodes = play.sets[info].nodes
    weighed = [play.weight(k, supports) for k in nodes]
    if any(not dead for _, dead in weighed):
        zero = Ratio(play.ring, play.ring.zero)
        return [zero if dead else w for w, dead in weighed], []
    unknowns = [play.belief_unknown(info, k) for k in range(len(nodes) - 1)] if len(nodes) > 1 else []
    return belief_unknowns(play, info), unknowns
