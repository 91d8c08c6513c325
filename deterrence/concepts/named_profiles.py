"""Profiles that a game names: where in the space of parameters each is an equilibrium.

A profile is subgame perfect, or perfect public where some moves are never seen by the others, if no change of a player's plan within one
period pays, from any state of its automaton and in any subgame of the period: the one-shot deviation principle (Blackwell 1965; for
public strategies Abreu, Pearce and Stacchetti 1990, Econometrica 58). It is a Nash equilibrium if no player has a better strategy
against it from the start; since the others' play depends on the state alone, the best one does so too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from deterrence.algebra.formula import TRUE, Atom, Formula, atoms, strict
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.smt import Undecided
from deterrence.algebra.space import Space
from deterrence.concepts.continuation import FixedPlay
from deterrence.concepts.family import Findings, Requirements, resolve, sorted_out
from deterrence.concepts.plans import Plan, in_support, losses
from deterrence.concepts.play import Support
from deterrence.concepts.subgames import SubgameSearch, subgame_roots
from deterrence.model.profiles import Profile
from deterrence.model.recursion import state_values

MOST_POLICIES = 20_000
Policy: TypeAlias = dict[int, int]
"""An action for each of a player's information sets."""


def play_of_profile(profile: Profile, space: Space) -> FixedPlay:
    """A profile in play: what its states are worth when all follow it."""
    fixed = {i: [Ratio.of(space.ring, p) for p in ps] for i, ps in profile.strategies.items()}
    values = [[Ratio.of(space.ring, v) for v in row] for row in state_values(profile.form, fixed)]
    return FixedPlay(profile.form, space, values, fixed)


def solve(play: FixedPlay, concept: str, findings: Findings) -> None:
    """Add the profile to the findings, with the parameters for which it is an equilibrium, if there are any."""
    formulas = nash_conditions(play) if concept == "nash" else [d.condition(play) for d in undominated(play, deviations(play))]
    formulas += [play.space.compare(p, ">") for ps in play.fixed.values() for p in ps if p and p != 1]
    equations, conditions = sorted_out(formulas)
    beliefs = SubgameSearch(play, subgame_roots(play)).beliefs(play.supports)
    resolve(play, Requirements(play.supports, {i: list(ps) for i, ps in play.fixed.items()}, beliefs, (), equations, conditions), findings)
    whole = (*(Atom(p, "==") for p in equations), *conditions)
    if not findings.families and not findings.undecided and play.space.generic and play.space.possible(whole, closed=True):
        findings.tally.knife_edge = 1


@dataclass(frozen=True)
class Deviation:
    """A change of a player's plan within a period: the state in which it happens, the plan, and what it loses her.

    `within` says that the plan is one that she plays with positive probability, so that it must lose her nothing.
    """

    state: int
    player: int
    plan: Plan
    loss: Ratio
    within: bool
    place: tuple[int, int]  # the subgame, and the information set where the plan starts

    def condition(self, play: FixedPlay) -> Formula:
        """That the deviation does not pay."""
        return play.space.compare(self.loss, "==" if self.within else ">=")


def deviations(play: FixedPlay) -> list[Deviation]:
    """Every one-period deviation of every player, from every state and in every subgame of the period."""
    search, out = SubgameSearch(play, subgame_roots(play)), []
    for root in sorted(search.roots):
        play.space.clock.check()
        state = play.states.state_of(root)
        for info in search.first_sets(root):
            for plan, loss in losses(play, info, play.supports, search.weights(root, info, play.supports)):
                within = in_support(plan, play.supports)
                out.append(Deviation(state, play.owner(info), plan, loss, within, (root, info)))
    return out


def undominated(play: FixedPlay, found: list[Deviation]) -> list[Deviation]:
    """The deviations without those that lose at least as much, everywhere, as another one of the same player in the same place.

    What follows two of them is often the same, so that their comparison is far simpler than either condition.
    """
    out: list[Deviation] = []
    for each in found:
        rivals = [other for other in out if other.place == each.place and not other.within]
        if not each.within and any(_never_less(play, each.loss - other.loss) for other in rivals):
            continue
        beaten = [other for other in rivals if not each.within and _never_less(play, other.loss - each.loss)]
        out = [other for other in out if other not in beaten] + [each]
    return out


def _never_less(play: FixedPlay, difference: Ratio) -> bool:
    return not difference or play.space.compare(difference, ">=") == TRUE


def binding(play: FixedPlay) -> list[tuple[Deviation, Formula]]:
    """The deviations that limit the profile's region, each with its condition: they lose nothing somewhere where all others lose.

    Deviations with the same condition stand or fall together, and each is listed.
    """
    found = [(each, each.condition(play)) for each in undominated(play, deviations(play))]
    known = {condition.key: condition for _, condition in found}
    out: dict[str, bool] = {}
    for key, condition in known.items():
        others = [strict(other) for name, other in known.items() if name != key]
        edges = [Atom(atom.polynomial, "==") for atom in atoms(condition)]
        out[key] = any(play.space.possible((*others, edge)) for edge in edges)
    return [(each, condition) for each, condition in found if out[condition.key]]


def nash_conditions(play: FixedPlay) -> list[Formula]:
    """No strategy of a player that depends on the state alone earns her more from the start; to one who is replaced, in any period of play."""
    out = []
    values = state_values(play.states, play.fixed)
    for i, player in enumerate(play.form.players):
        replaced = player in getattr(play.form.game, "short_lived", ())
        met = _reached(play, play.supports, frozenset(range(len(play.states.states)))) if replaced else [0]
        for start in met:
            for n, policy in enumerate(policies(play, player, start, once=replaced)):
                play.space.clock.check()
                if n >= MOST_POLICIES:
                    raise Undecided(f"{player} has more than {MOST_POLICIES} strategies that depend on the state alone")
                changed = {info: pure(play, info, policy[info]) if info in policy else ps for info, ps in play.fixed.items()}
                gap = values[start][i] - state_values(play.states, changed)[start][i]
                out.append(play.space.compare(Ratio.of(play.ring, gap), ">="))
    return out


def pure(play: FixedPlay, info: int, action: int) -> list[Ratio]:
    """One action of an information set for sure."""
    return [Ratio.of(play.ring, int(a == action)) for a in range(len(play.sets[info].actions))]


def policies(play: FixedPlay, player: str, start: int = 0, once: bool = False) -> Iterator[Policy]:
    """The player's pure strategies from a state on that depend on the state alone, as far as the states that they lead to tell them apart.

    With `once`, those for a period in that state only.
    """
    mine = [info for info in play.sets if info.player == player]
    own = [[info.index for info in mine if play.states.state_of(info.nodes[0]) == s] for s in range(len(play.states.states))]

    def grown(policy: Policy, settled: frozenset[int]) -> Iterator[Policy]:
        reached = _reached(play, {**play.supports, **{i: (a,) for i, a in policy.items()}}, settled, start)
        fresh = next((s for s in reached[: 1 if once else None] if s not in settled), None)
        if fresh is None:
            yield policy
            return
        for actions in itertools.product(*(range(len(play.sets[i].actions)) for i in own[fresh])):
            yield from grown({**policy, **dict(zip(own[fresh], actions, strict=True))}, settled | {fresh})

    yield from grown({}, frozenset())


def _reached(play: FixedPlay, supports: Mapping[int, Support], settled: frozenset[int], start: int = 0) -> list[int]:
    """The states that play comes to from one of them through settled ones."""
    found, todo = {start: None}, [start]
    for state in todo:
        if state not in settled:
            continue
        for end in _ends(play, play.states.states[state].root, supports):
            for after, odds in play.states.following[end]:
                if odds and after not in found:
                    found[after] = None
                    todo.append(after)
    return list(found)


def _ends(play: FixedPlay, root: int, supports: Mapping[int, Support]) -> Iterator[int]:
    todo = [root]
    while todo:
        node = play.nodes[todo.pop()]
        if node.kind == "end":
            yield node.index
        support = range(len(node.children)) if node.information_set is None else supports[node.information_set]
        todo += [node.children[a] for a in support]
