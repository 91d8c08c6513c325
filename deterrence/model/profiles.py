"""Profiles of strategies as automata: which moves they speak of, where they go, and the form in which they are Markov strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deterrence.algebra.expressions import Expression
from deterrence.model.automata import Automaton, Phase
from deterrence.model.extensive import InformationSet, Node
from deterrence.model.frozen import FrozenMap
from deterrence.model.state_forms import StateBuilder, Step, StochasticForm
from deterrence.model.values import Values

if TYPE_CHECKING:
    from deterrence.model.extensive import Place
    from deterrence.model.parts import Outcome
    from deterrence.model.stochastic import StochasticGame

CHANCE = "Chance"


@dataclass
class Stage:
    """What is played in one state of a game: its information sets, and for every end the moves before it and the states after it."""

    state: str
    sets: tuple[InformationSet, ...]
    ends: list[tuple[list[Step], tuple[str, ...]]]
    public: dict[str, dict[str, None]] = field(default_factory=dict)

    @cached_property
    def sole(self) -> dict[str, InformationSet]:
        """The information set of each player who has one only."""
        out: dict[str, list[InformationSet]] = {}
        for info in self.sets:
            out.setdefault(info.player, []).append(info)
        return {player: found[0] for player, found in out.items() if len(found) == 1}

    @cached_property
    def named(self) -> dict[str, InformationSet]:
        """The information sets by what strategies may call them: `STATE: NAME`, the name alone, a player who has no other."""
        plain = {info.name: info for info in self.sets}
        full = {f"{self.state}: {name}": info for name, info in plain.items()}
        return {**self.sole, **plain, **full}

    @property
    def keys(self) -> Sequence[str]:
        """The names under which a profile may say what is played here."""
        return list(self.named)

    def actions(self, key: str) -> tuple[str, ...]:
        """The actions at what a key names."""
        return self.named[key].actions

    def played(self, phase: Phase, info: InformationSet) -> Mapping[str, Expression] | None:
        """The probability of each action at an information set; None where the profile says nothing of it."""
        names = [f"{self.state}: {info.name}", info.name, *([info.player] if self.sole.get(info.player) is info else [])]
        return next((phase.play[name] for name in names if name in phase.play), None)


class _Structure(Values):
    """Stands in for values where only the shape of a tree is wanted."""

    def of(self, expression: Expression) -> Fraction:  # noqa: ARG002 - nothing is computed
        """One, whatever the expression."""
        return Fraction(1)


class _StageBuilder(StateBuilder):
    """Lays out the tree of one state without computing anything."""

    def __init__(self, game: StochasticGame, state: str) -> None:
        super().__init__(game, {}, None, [(state, "")])
        self.values = _Structure(game, {}, None)
        self.places = dict.fromkeys(((name, "") for name in game.states), 0)
        self.found: list[tuple[list[Step], tuple[str, ...]]] = []
        self.public: dict[str, dict[str, None]] = {}

    def _finish(self, place: Place, end: Outcome | str, payoffs: tuple[Any, ...]) -> None:
        super()._finish(place, end, payoffs)
        steps = self._steps(self.ends[-1])
        self.found.append((steps, tuple(self.stochastic.next_of(end, place.state))))
        for (mover, info, label), (_, _, unseen_by) in zip(steps, place.record, strict=True):
            if not unseen_by:
                for key in dict.fromkeys([mover, *([info, f"{place.state}: {info}"] if info else [])]):
                    self.public.setdefault(key, {})[label] = None

    def _names(self, player: str, node: Node[Any]) -> tuple[str, str]:  # noqa: ARG002 - its sets bear no state's name
        return "", ""


def stages(game: StochasticGame) -> dict[str, Stage]:
    """What is played in each state of a game, without payoffs."""
    out = {}
    for state in game.states:
        builder = _StageBuilder(game, state)
        form = builder.build()
        out[state] = Stage(state, form.information_sets, builder.found, builder.public)
    return out


def follows(automaton: Automaton, state: str) -> Callable[[str, Sequence[Step]], str]:
    """The state of an automaton after a period in a state of the game, as a function of its state and of the moves."""

    def follow(phase: str, steps: Sequence[Step]) -> str:
        for rule in automaton.phases[phase].next:
            if all(_fits(key, move, state, steps) for key, move in rule.when.items()):
                return rule.go
        raise AssertionError("the last rule of a state always fits")

    return follow


def _fits(key: str, move: str, state: str, steps: Sequence[Step]) -> bool:
    return any(label == move and key in (mover, info, f"{state}: {info}") for mover, info, label in steps)


def reachable_pairs(game: StochasticGame, known: Mapping[str, Stage], automaton: Automaton) -> list[tuple[str, str]]:
    """The pairs of a state of the game and one of the automaton to which some moves lead, in the order in which they are met."""
    start = (next(iter(game.states)), automaton.start)
    found = {start: None}
    todo = [start]
    for state, phase in todo:
        follow = follows(automaton, state)
        for steps, after in known[state].ends:
            for pair in [(name, follow(phase, steps)) for name in after]:
                if pair not in found:
                    found[pair] = None
                    todo.append(pair)
    return list(found)


@dataclass(frozen=True)
class Profile:
    """A profile at work: the form whose states are pairs, and what is played at each of its information sets."""

    name: str
    form: StochasticForm[Any]
    strategies: FrozenMap[int, tuple[Any, ...]]


def profile_form(game: StochasticGame, name: str, symbols: Mapping[str, Any], number: Callable[[Fraction], Any] | None = None) -> Profile:
    """The named profile of a game as Markov strategies in the form whose states are pairs of the game's and the automaton's.

    Expressions are evaluated where each parameter has its value in `symbols`; `number` makes values of the same kind from constants.
    """
    automaton, known = game.strategies[name], stages(game)
    pairs = reachable_pairs(game, known, automaton)
    builder = _PairBuilder(game, symbols, number, pairs, automaton)
    form = builder.build()
    played = {}
    for info in form.information_sets:
        home = form.states[form.state_of(info.nodes[0])]
        stage = known[home.state]
        twin = next(each for each in stage.sets if each.view.moves() == info.view.moves() and each.player == info.player)
        mixture = stage.played(automaton.phases[home.phase], twin) or {}
        played[info.index] = tuple(builder.values.of(mixture[a]) if a in mixture else builder.constant(0) for a in info.actions)
    return Profile(name, form, FrozenMap(played))


class _PairBuilder(StateBuilder):
    """Builds the tree of every pair of a state of the game and one of an automaton."""

    def __init__(self, game: StochasticGame, symbols: Mapping[str, Any], number: Any, pairs: Sequence[tuple[str, str]], automaton: Automaton) -> None:
        super().__init__(game, symbols, number, pairs, self._follow_automaton)
        self.automaton = automaton

    def _follow_automaton(self, phase: str, steps: Sequence[Step]) -> str:
        return follows(self.automaton, self.states[-1].state)(phase, steps)
