"""Families of Markov perfect equilibria of a regime: its equations solved, in closed form or, at a point, exactly and completely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from deterrence.algebra.numeric import numeric_branches
from deterrence.algebra.parameters import Mover
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.smt import OutOfTime, Undecided
from deterrence.algebra.stepwise import NoClosedForm, closed_forms
from deterrence.algebra.system import Branch, System
from deterrence.concepts.family import Findings, Requirements, family, sorted_out
from deterrence.concepts.family import resolve as resolve_any
from deterrence.concepts.markov_perfect_regimes import Regime, Tie
from deterrence.concepts.markov_perfect_values import PeriodPlay, Prospect, Values

LARGEST_ENTANGLED = 30  # terms in all equations


class Systems:
    """Resolves the regimes of one game."""

    def __init__(self, play: PeriodPlay, values: Values) -> None:
        self.play, self.values, self.space = play, values, play.space
        names = [_value_name(i, s) for i in range(play.count) for s in range(len(play.states.states))]
        self.ring = Ring([*play.ring.names, *names])
        self.move = Mover(play.ring, self.ring)

    def resolve(self, regime: Regime, findings: Findings) -> None:
        """Add the families of a regime to the findings, or the regime to what is undecided."""
        required = self.requirements(regime)
        system = System(self.space, required.unknowns, required.equations, required.conditions)
        if self.space.parameters and not (self.space.generic and required.unknowns and self._determined(system)):
            self._resolve_otherwise(required, findings)
            return
        try:
            for branch in self._branches(regime, system, findings):
                findings.families.append(family(self.play, required, branch))
        except OutOfTime:
            raise
        except NoClosedForm:
            self._resolve_otherwise(required, findings)
        except Undecided as why:
            findings.undecided.append((required.supports, str(why)))

    def _resolve_otherwise(self, required: Requirements, findings: Findings) -> None:
        """Resolve what is not solved step by step, as far as it is small: resultants and the like grow beyond all bounds."""
        if sum(map(len, required.equations)) > LARGEST_ENTANGLED and len(required.unknowns) > 2:
            findings.undecided.append((required.supports, str(NoClosedForm())))
        else:
            resolve_any(self.play, required, findings)

    def _branches(self, regime: Regime, system: System, findings: Findings) -> Iterable[Branch]:
        if self.space.parameters:
            return closed_forms(system, findings.tally)
        return numeric_branches(system, findings.tally, lambda equations: self.lifted(regime, equations))

    def requirements(self, regime: Regime) -> Requirements:
        """What a whole regime requires, and how its assessment reads in the unknowns."""
        supports = dict(sorted(regime.supports.items()))
        weights = {i: ws for beliefs in regime.beliefs for i, ws in beliefs.weights.items()}
        unknowns = (*self.play.mixing_unknowns(supports), *(u for beliefs in regime.beliefs for u in beliefs.unknowns))
        return Requirements(supports, self.play.strategies(supports), dict(sorted(weights.items())), unknowns, *sorted_out(regime.formulas))

    def _determined(self, system: System) -> bool:
        """Does every unknown occur in some equation?"""
        met = {k for p in system.equations for k in self.space.ring.support(p)}
        return met.issuperset(system.unknowns)

    # At a point

    def lifted(self, regime: Regime, equations: Sequence[Polynomial]) -> tuple[Sequence[int], Sequence[Polynomial]]:
        """Equations between actions with the values as unknowns, which makes them linear in each unknown, and the equations of the values.

        That also keeps away the zeros of the determinants by which the values were multiplied out.
        """
        known = {str(tie.equation): tie for tie in regime.ties}
        needed: list[tuple[int, int]] = []
        out = [self._lifted_tie(known[str(p)], regime, needed) if str(p) in known else self.move.polynomial(p) for p in equations]
        for player, state in needed:  # it grows on the way
            seen = self.values.seen_by(player, regime.supports)
            prospect = self.play.prospect(self.play.value(self.play.states.states[state].root, seen), player)
            out.append((self._value(player, state) - self._worth(player, prospect, regime, needed)).numerator)
        return [self.ring.index[_value_name(*key)] for key in needed], out

    def _lifted_tie(self, tie: Tie, regime: Regime, needed: list[tuple[int, int]]) -> Polynomial:
        return self._worth(tie.owner, tie.gain, regime, needed).numerator

    def _value(self, player: int, state: int) -> Ratio:
        return Ratio(self.ring, self.ring[_value_name(player, state)])

    def _worth(self, player: int, prospect: Prospect, regime: Regime, needed: list[tuple[int, int]]) -> Ratio:
        """What a prospect is worth, values that depend on unknowns being unknowns themselves."""
        total = self.move.ratio(prospect.now)
        for state, weight in prospect.later.items():
            value: Ratio | Fraction | None = self.values.of(player, state, regime.supports).constant()
            if value is None:
                value = self._value(player, state)
                if (player, state) not in needed:
                    needed.append((player, state))
            total = total + self.move.ratio(weight) * value
        return total


def _value_name(player: int, state: int) -> str:
    """The ring's name for the value of a state: no symbol of a game file can be so called."""
    return f"|value {player} {state}"
