"""What a concept hands on: families of equilibria in the unknowns of its ring, and what it could not decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import OutOfTime, Undecided
from deterrence.algebra.solving import Tally
from deterrence.algebra.state import State
from deterrence.algebra.system import Branch, System
from deterrence.concepts.play import Play, Support


@dataclass(frozen=True)
class Family:
    """One support profile and one branch of the solutions of its equations.

    `strategies` gives the probability of each action of each information set, `beliefs` that of each node (an empty list
    where Bayes' rule gives none), both in terms of the parameters and of the branch's roots and free unknowns.
    """

    supports: dict[int, Support]
    strategies: dict[int, list[Ratio]]
    beliefs: dict[int, list[Ratio]]
    branch: Branch


@dataclass
class Findings:
    """The families found so far, and the regimes that hit a limit with the reason."""

    families: list[Family] = field(default_factory=list)
    undecided: list[tuple[dict[int, Support], str]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Requirements:
    """What equilibrium requires of one regime, and how its assessment reads in the unknowns."""

    supports: dict[int, Support]
    strategies: dict[int, list[Ratio]]
    weights: dict[int, list[Ratio]]
    unknowns: tuple[int, ...]
    equations: tuple[Polynomial, ...]
    conditions: tuple[Formula, ...]


def sorted_out(formulas: Iterable[Formula]) -> tuple[tuple[Polynomial, ...], tuple[Formula, ...]]:
    """The equations among some conditions, and the others, each once."""
    equations: dict[str, Polynomial] = {}
    conditions: dict[str, Formula] = {}
    for f in formulas:
        if isinstance(f, Atom) and f.op == "==" and not f.polynomial.is_constant():
            equations[str(f.polynomial)] = f.polynomial
        else:
            conditions[f.key] = f
    return tuple(equations.values()), tuple(conditions.values())


def resolve(play: Play, required: Requirements, findings: Findings) -> None:
    """Add the families of one regime to the findings, or the regime to what is undecided."""
    system = System(play.space, required.unknowns, required.equations, required.conditions)
    try:
        if not system.feasible():
            return
        families = [family(play, required, branch) for branch in system.resolve(findings.tally)]
    except OutOfTime:
        raise
    except Undecided as why:
        findings.undecided.append((required.supports, str(why)))
        return
    findings.families += families


def family(play: Play, required: Requirements, branch: Branch) -> Family:
    """The assessment of a regime with the solved unknowns put in."""
    state = State(play.space, (), values=branch.values, roots=branch.roots)

    def solved(value: Ratio) -> Ratio:
        for unknown, found in branch.values.items():
            value = value.substitute(unknown, found)
        return state.clean(value)

    strategies = {i: [solved(p) for p in probabilities] for i, probabilities in required.strategies.items()}
    beliefs = {}
    for i, weights in required.weights.items():
        solid = [solved(w) for w in weights]
        total = Ratio(play.ring, play.ring.zero)
        for w in solid:
            total = total + w
        beliefs[i] = [state.clean(w / total) for w in solid] if total else []
    return Family(required.supports, strategies, beliefs, branch)


Progress = Callable[[str, int], None]
