"""The regimes of a stochastic game: supports at every information set of every state, and what equilibrium requires of them.

States that can lead to each other are dealt with together, after all that can follow them: then what these are worth is known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deterrence.algebra.feasibility import feasible
from deterrence.algebra.formula import FALSE, TRUE, Atom, Formula, conjunction
from deterrence.algebra.overdetermined import overdetermined
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.concepts.consistency import Beliefs, Consistency
from deterrence.concepts.markov_perfect_values import PeriodPlay, Prospect, Values
from deterrence.concepts.play import Play, Support
from deterrence.concepts.regimes import belief_unknowns, last_first


@dataclass(frozen=True)
class Tie:
    """Two actions of one support: what the first earns the owner more than the other, as it is in prospect and as an equation."""

    owner: int
    gain: Prospect
    equation: Polynomial


@dataclass(frozen=True)
class Regime:
    """Supports and patterns of beliefs in the states dealt with so far, and what they require.

    `typical` says the same as `formulas` at generic points.
    """

    supports: dict[int, Support] = field(default_factory=dict)
    beliefs: tuple[Beliefs, ...] = ()
    formulas: tuple[Formula, ...] = ()
    typical: tuple[Formula, ...] = ()
    ties: tuple[Tie, ...] = ()

    def and_(self, other: Regime) -> Regime:
        """The requirements of both."""
        return Regime(
            {**self.supports, **other.supports},
            (*self.beliefs, *other.beliefs),
            (*self.formulas, *other.formulas),
            (*self.typical, *other.typical),
            (*self.ties, *other.ties),
        )


class Search:
    """The tree of partial regimes; one is dropped only when it is shown that it exists nowhere, or on a surface only."""

    def __init__(self, play: PeriodPlay) -> None:
        self.play, self.space = play, play.space
        self.values = Values(play)
        self.order, self.judged = last_first(play)
        self.visited = 0
        self._known: dict[int, dict[int, list[dict[int, Support]]]] = {}

    def regimes(self) -> Iterator[Regime]:
        """Every regime that survives."""
        yield from self._descend(0, Regime())

    def _descend(self, n: int, regime: Regime) -> Iterator[Regime]:
        """The regimes with supports for the groups of states from the n-th on."""
        components = self.play.components
        if n == len(components):
            yield regime
            return
        sets = [i for s in components[n] for i in self.play.sets_of[s]]
        for supports in self._profiles(components[n]):
            self.visited += 1
            for beliefs in Within(self.play, supports, sets).patterns():
                self.space.clock.check()
                more = self._required(sets, regime, supports, beliefs)
                if more is not None and (n + 1 == len(components) or self._possible(more)):
                    yield from self._descend(n + 1, more)

    def _possible(self, regime: Regime) -> bool:
        """May a regime of some of the states exist? Numbers alone are decided where all is known."""
        return not self.space.parameters or not regime.typical or feasible(self.space, regime.typical) is not False

    def _profiles(self, states: Sequence[int]) -> Iterator[dict[int, Support]]:
        """Supports in some states, those with the fewest mixtures first."""
        each = [self._of_state(s) for s in states]
        for counts in sorted(itertools.product(*each), key=sum):
            for chosen in itertools.product(*(known[n] for known, n in zip(each, counts, strict=True))):
                yield {i: support for supports in chosen for i, support in supports.items()}

    # One state, as far as its play does not depend on what follows

    def _of_state(self, state: int) -> dict[int, list[dict[int, Support]]]:
        """The supports in a state that are optimal for some beliefs as far as the payoffs of the period alone decide, by the number of mixtures."""
        if state not in self._known:
            found: dict[int, list[dict[int, Support]]] = {}
            for supports in self._extended([i for i in self.order if self.play.state_of_set[i] == state], {}, ()):
                found.setdefault(sum(len(s) > 1 for s in supports.values()), []).append(supports)
            self._known[state] = found
        return self._known[state]

    def _extended(self, order: list[int], supports: dict[int, Support], known: tuple[Formula, ...]) -> Iterator[dict[int, Support]]:
        self.space.clock.check()
        if len(supports) == len(order):
            yield supports
            return
        i = order[len(supports)]
        for support in self.play.all_supports(self.play.sets[i]):
            chosen = {**supports, i: support}
            more = conjunction(f for j in self.judged[i] for f in self._now(j, chosen))
            if more == TRUE:
                yield from self._extended(order, chosen, known)
            elif more != FALSE and self.space.quick((*known, more)) is not False:
                yield from self._extended(order, chosen, (*known, more))

    def _now(self, info: int, supports: dict[int, Support]) -> list[Formula]:
        """What makes a support optimal for some beliefs; nothing where the values of states matter."""
        nodes, beliefs = range(len(self.play.sets[info].nodes)), belief_unknowns(self.play, info)
        gains = {a: [self.values.gain(info, supports, a, {k: None}) for k in nodes] for a in self.values.others(info, supports)}
        if any(g.later for found in gains.values() for g in found):
            return []
        out: list[Formula] = [*self.play.mixing_conditions(info, supports[info])]
        for action, found in gains.items():
            total = Ratio(self.play.ring, self.play.ring.zero)
            for belief, gain in zip(beliefs, found, strict=True):
                total = total + belief * gain.now
            out.append(self.space.typical(self.space.compare(total, "==" if action in supports[info] else ">=")))
        return [*out, *(Atom(b.numerator, ">=") for b in beliefs if len(beliefs) > 1)]

    # All that a regime requires

    def _required(self, sets: Sequence[int], before: Regime, supports: dict[int, Support], beliefs: Beliefs) -> Regime | None:
        """The regime with the supports of some more states; None where it exists on a surface at most."""
        whole = {**before.supports, **supports}
        formulas: list[Formula] = [*beliefs.conditions, *(Atom(p, "==") for p in beliefs.equations)]
        ties: list[Tie] = []
        for i in sorted(sets, key=lambda i: -len(supports[i])):  # equations fail most often
            formulas += self.play.mixing_conditions(i, supports[i])
            for f, tie in self._optimal(i, whole, beliefs.weights[i]):
                if self.space.typical(f) == FALSE:
                    return None
                formulas.append(f)
                ties += [tie] if tie is not None else []
        typical = [t for t in (conjunction((self.space.typical(f),)) for f in formulas) if t != TRUE]
        if FALSE in typical:
            return None
        regime = before.and_(Regime(supports, (beliefs,), tuple(formulas), tuple(typical), tuple(ties)))
        if self.space.generic and overdetermined(self.space, [t.equation for t in regime.ties]):
            return None
        return regime

    def _optimal(self, info: int, supports: dict[int, Support], weights: list[Ratio]) -> Iterator[tuple[Formula, Tie | None]]:
        """No deviation at an information set pays, and all actions of its support earn the same."""
        owner = self.play.owner(info)
        others = self._others_alone(info, supports, weights)
        for action in self.values.others(info, supports):
            gain = self.values.gain(info, supports, action, {k: w for k, w in enumerate(others) if w})
            total = self.values.worth(owner, gain, supports)
            if action not in supports[info]:
                yield self.values.compare(total, ">="), None
                continue
            f = self.values.equal(total, supports)
            yield f, Tie(owner, gain, f.polynomial) if isinstance(f, Atom) else None

    def _others_alone(self, info: int, supports: dict[int, Support], weights: list[Ratio]) -> list[Ratio]:
        """The weights of the nodes without the mover's own probabilities on the way, which are the same for all of them."""
        past = self.play.own_past[info]
        while past is not None:
            i, action = past
            own = self.play.probability(i, action, supports[i]).numerator
            divided = [divmod(w.numerator, own) for w in weights] if action in supports[i] and not own.is_constant() else []
            if divided and not any(rest for _, rest in divided):
                weights = [Ratio(self.play.ring, p, w.denominator) for (p, _), w in zip(divided, weights, strict=True)]
            past = self.play.own_past[i]
        return weights


class Within(Consistency):
    """The consistent beliefs at some information sets alone."""

    def __init__(self, play: Play, supports: dict[int, Support], sets: Sequence[int]) -> None:
        self.play, self.supports, self.ring = play, supports, play.ring
        self.settled, self.loose = {}, []
        for i in sets:
            self._sort_out(i)
