"""Play in a game that goes on: what an end is worth includes what follows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.space import Space
from deterrence.concepts.play import Play, Support, Supports
from deterrence.model.state_forms import StochasticForm

Values = Sequence[Sequence[Ratio]]
"""For each state what every player expects from it on."""


class LastingPlay(Play):
    """The trees of a stochastic game's states, each end worth the payoffs of its period and the discounted values of the states after it."""

    def __init__(self, form: StochasticForm[Ratio], space: Space, values: Values) -> None:
        super().__init__(form, space)
        self.states = form
        self.discounts = tuple(Ratio.of(self.ring, d) for d in form.discounts)
        self.after = {k: self._worth(k, values) for k in form.ends}

    def _worth(self, end: int, values: Values) -> tuple[Ratio, ...]:
        """The payoffs of the period and what follows an end."""
        out = []
        for i, payoff in enumerate(self.nodes[end].payoffs):
            total = Ratio.of(self.ring, payoff)
            for state, odds in self.states.following[end]:
                total = total + self.discounts[i] * Ratio.of(self.ring, odds) * values[state][i]
            out.append(total)
        return tuple(out)

    def value(self, index: int, supports: Supports) -> tuple[Ratio, ...]:
        """Every player's expected sum from a node on."""
        return self.after[index] if index in self.after else super().value(index, supports)


class FixedPlay(LastingPlay):
    """Play in which every information set's probabilities are given; a deviation is one action of a set."""

    def __init__(self, form: StochasticForm[Ratio], space: Space, values: Values, fixed: Mapping[int, Sequence[Ratio]]) -> None:
        super().__init__(form, space, values)
        self.fixed = fixed
        self.supports: dict[int, Support] = {i: tuple(a for a, p in enumerate(ps) if p) for i, ps in fixed.items()}

    def probability(self, info: int, action: int, support: Support) -> Ratio:
        """The given probability of an action; one where a deviation chooses it alone."""
        return self.fixed[info][action] if support == self.supports[info] else super().probability(info, action, support)
