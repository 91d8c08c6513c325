"""The form of a stochastic game: one tree for every state, and which states follow its ends.

With an automaton the states are pairs: a state of the game and one of the automaton. A profile of automata is then what is played in each
pair, which makes it a Markov profile of a larger game.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

from deterrence.model.extensive import Builder, ExtensiveForm, Node, Place
from deterrence.model.frozen import FrozenMap
from deterrence.model.histories import first_view, information_set_name
from deterrence.model.parts import Outcome
from deterrence.model.stochastic import StochasticGame

T = TypeVar("T")
Step: TypeAlias = tuple[str, str, str]
"""A move of a period: its mover, the name of the information set without its state (empty for Chance), and the label."""
Follow: TypeAlias = Callable[[str, Sequence[Step]], str]
"""The state of the automaton that follows one of its states and the moves of a period."""


@dataclass(frozen=True, slots=True)
class State:
    """A state in which a period starts: its name, the state of the game, that of the automaton, and the node at the root of its tree."""

    name: str
    state: str
    phase: str
    root: int


@dataclass(frozen=True, slots=True, eq=False)
class StochasticForm(ExtensiveForm[T]):
    """The trees of all states in one list of nodes, each tree in preorder; play starts in the first state.

    `following` gives for each end the states (by index) that can come next, with their probabilities; `discounts` the discount factor of
    each player, zero for one who is replaced each period. Payoffs at the ends are those of the period alone.
    """

    states: tuple[State, ...]
    following: Mapping[int, tuple[tuple[int, T], ...]]
    discounts: tuple[T, ...]

    def state_of(self, index: int) -> int:
        """The state in whose tree a node is."""
        return max(k for k, state in enumerate(self.states) if state.root <= index)


class StateBuilder(Builder):
    """Builds the tree of each state in turn, the states in the order in which `pairs` lists them."""

    def __init__(
        self,
        game: StochasticGame,
        symbols: Mapping[str, Any],
        number: Callable[[Fraction], Any] | None,
        pairs: Sequence[tuple[str, str]] = (),
        follow: Follow | None = None,
    ) -> None:
        super().__init__(game, symbols, number)
        self.stochastic = game
        self.pairs = list(pairs) or [(state, "") for state in game.states]
        self.follow = follow
        self.states: list[State] = []
        self.following: dict[int, tuple[tuple[int, Any], ...]] = {}
        self.places = {pair: k for k, pair in enumerate(self.pairs)}

    def build(self) -> StochasticForm[Any]:
        """The form of all states."""
        for state, phase in self.pairs:
            self.states.append(State(self._called(state, phase), state, phase, len(self.nodes)))
            views = tuple(first_view() for _ in self.game.players)
            nothing = (None,) * len(views)
            tree = self.stochastic.states[state]
            self.todo.append(Place(tree, None, -1, first_view(), views, nothing, self.values, FrozenMap({}), state=state, before=views))
            self._run()
        discounts = tuple(
            self.values.of(self.stochastic.discount[p]) if p in self.stochastic.discount else self.constant(0) for p in self.game.players
        )
        game, players, nodes, sets, ends = self._parts()
        return StochasticForm(game, players, nodes, sets, ends, tuple(self.states), self.following, discounts)

    def constant(self, value: int) -> Any:
        """A number of the kind of the form's values."""
        number = self.values.number
        return Fraction(value) if number is None else number(Fraction(value))

    def _called(self, state: str, phase: str) -> str:
        several = len(self.stochastic.states) > 1
        return ", ".join(name for name in (state if several or not phase else "", phase) if name)

    def _names(self, player: str, node: Node[Any]) -> tuple[str, str]:  # noqa: ARG002 - nobody is replaced by name here
        home = self.states[max(k for k, state in enumerate(self.states) if state.root <= node.index)]
        return "", home.name if len(self.stochastic.states) > 1 or home.phase else ""

    def _finish(self, place: Place, end: Outcome | str, payoffs: tuple[Any, ...]) -> None:
        super()._finish(place, end, payoffs)
        here = self.states[-1]
        phase = here.phase
        if self.follow is not None:
            phase = self.follow(here.phase, self._steps(self.ends[-1]))
        found = [(state, self.values.of(odds)) for state, odds in self.stochastic.next_of(end, place.state).items()]
        self.following[self.ends[-1]] = tuple((self.places[state, phase], odds) for state, odds in found if odds != 0)

    def _steps(self, index: int) -> list[Step]:
        """What happened on the way to a node."""
        steps = []
        node = self.nodes[index]
        while node["parent"] is not None:
            parent = self.nodes[node["parent"]]
            steps.append((parent["mover"], self._plain_name(parent), parent["labels"][node["branch"]]))
            node = parent
        return steps[::-1]

    def _plain_name(self, node: Mapping[str, Any]) -> str:
        number = node.get("information_set")
        return "" if number is None else information_set_name(*list(self.sets)[number])
