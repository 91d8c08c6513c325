"""Games that are played over and over: repeated and stochastic games, with or without a horizon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from deterrence.algebra.errors import GameError, quoted, suggestion
from deterrence.algebra.expressions import ConditionLike, Expression, ExpressionLike
from deterrence.model.automata import Automaton
from deterrence.model.frozen import FrozenMap, OrderedMap
from deterrence.model.game import Game, parts_of
from deterrence.model.parts import Branch, Branching, Chance, Claim, Decision, Outcome, Parameter, branching, expressions, items, names

STAGE = "Stage"  # what the one state of a repeated game is called where nobody names it


class StochasticGame(Game):
    """A game in states: in each period the tree of the state is played, and its end says which state comes next.

    The arguments are the sections of a game file under the same names. Payoffs are per period; a player's payoff is the sum of
    `discount**t` times what she gets in period `t = 0, 1, ...`. An end without `next` ends the game unless `repeat` makes staying
    in the state the default. With a `horizon` the one state is played that many times.

    >>> game = StochasticGame(
    ...     players=["A"],
    ...     parameters={"delta": "0 < delta < 1"},
    ...     outcomes={"Peace": {"A": 1}, "War": {"A": 2}},
    ...     discount="delta",
    ...     states={"Calm": Decision("A", {"Keep": Outcome("Peace", next="Calm"), "Strike": "War"})},
    ... )
    >>> game.discount["A"].text, game.next_states("Calm")
    ('delta', ('Calm',))
    """

    _fields: ClassVar[tuple[str, ...]] = (
        "title", "players", "parameters", "outcomes", "discount", "states", "repeat", "horizon", "short_lived", "strategies",
        "assume", "types", "where", "subtrees", "events", "claims", "source", "notes",
    )  # fmt: skip
    __slots__ = ("_horizon", "_states", "_strategies", "discount", "repeat", "short_lived")
    discount: FrozenMap[str, Expression]
    repeat: bool
    short_lived: tuple[str, ...]
    _strategies: OrderedMap[str, Automaton]
    _states: OrderedMap[str, Branching]
    _horizon: int | None

    def __init__(  # noqa: PLR0913, PLR0917 - one for each section of a game file
        self,
        title: str = "",
        players: Iterable[str] = (),
        parameters: Mapping[str, Parameter | ConditionLike | None] | Iterable[Parameter] = (),
        outcomes: Mapping[str, Mapping[str, ExpressionLike] | Outcome] | None = None,
        discount: ExpressionLike | Mapping[str, ExpressionLike] | None = None,
        states: Mapping[str, Branching] | None = None,
        repeat: bool = False,
        horizon: int | None = None,
        short_lived: Iterable[str] = (),
        strategies: Mapping[str, Automaton] | None = None,
        assume: Iterable[ConditionLike] = (),
        types: Mapping[str, Any] | None = None,
        where: Mapping[str, ExpressionLike] | None = None,
        subtrees: Mapping[str, Branching] | None = None,
        events: Mapping[str, Iterable[str]] | None = None,
        claims: Iterable[Claim] = (),
        source: str = "",
        notes: str = "",
    ) -> None:
        trees = OrderedMap({name: branching(tree) for name, tree in items(states or {}, "trees by state")})
        replaced, people = names(short_lived, "short_lived"), names(players, "players")
        self._set(
            discount=_discounts(discount, [p for p in people if p not in replaced], horizon), repeat=repeat, short_lived=replaced,
            strategies=_automata(strategies or {}), states=trees, horizon=horizon,
        )  # fmt: skip
        first = next(iter(trees.values()), "")
        super().__init__(title, people, parameters, outcomes, first, assume, types, where, subtrees, events, claims, source, notes)

    def _set(self, **fields: object) -> None:
        held = {"states": "_states", "horizon": "_horizon", "strategies": "_strategies"}
        super()._set(**{held.get(name, name): value for name, value in fields.items() if name != "tree"})

    def _check(self) -> None:
        from deterrence.model.check_states import check_stochastic_game

        check_stochastic_game(self)

    @staticmethod
    def _made(sections: Mapping[str, Any]) -> StochasticGame:
        return StochasticGame(**sections)

    @property
    def tree(self) -> Branching:  # type: ignore[override]
        """The tree of the state in which play starts."""
        return next(iter(self._states.values()), "")

    @property
    def states(self) -> OrderedMap[str, Branching]:
        """The tree of each state; play starts in the first."""
        return self._states

    @property
    def horizon(self) -> int | None:
        """How many periods are played; None where play goes on until it ends."""
        return self._horizon

    @property
    def strategies(self) -> OrderedMap[str, Automaton]:
        """The profiles that are named to be tested, each an automaton."""
        return self._strategies

    def next_states(self, state: str) -> tuple[str, ...]:
        """The states that can follow a state, in the order of the game."""
        ends = ends_of(self, self.states[state])
        found = {name for end in ends for name in self.next_of(end, state)}
        return tuple(name for name in self.states if name in found)

    def next_of(self, end: Outcome | str, state: str) -> Mapping[str, Expression]:
        """The probability of each state after an end of a state's tree; empty where the game ends."""
        if isinstance(end, Outcome) and end.next is not None:
            return end.next
        stays = self.repeat or self.horizon is not None
        return {state: Expression.of(1)} if stays else {}

    def stage(self, state: str | None = None) -> Game:
        """The game that is played in one period in a state (by default the first), as if there were no other.

        Raises GameError where there is no such state.
        """
        name = next(iter(self.states)) if state is None else state
        if name not in self.states:
            raise GameError(f"{quoted(name)} is no state of this game{suggestion(name, self.states)}")
        shared = ("players", "parameters", "outcomes", "assume", "where", "events", "source", "notes")
        subtrees = {key: _once(tree) for key, tree in self.subtrees.items()}
        title = f"{self.title}: {name}" if len(self.states) > 1 else self.title
        return Game(title=title, tree=_once(self.states[name]), types=self.types, subtrees=subtrees, **{key: getattr(self, key) for key in shared})

    @property
    def can_end(self) -> bool:
        """Is there an end after which nothing is played?"""
        if self.horizon is not None:
            return True
        return any(not self.next_of(end, state) for state, tree in self.states.items() for end in ends_of(self, tree))


class RepeatedGame(StochasticGame):
    """One stage game that is played again and again; the arguments are those of a game, `discount`, `strategies`, `horizon` and `short_lived`.

    >>> game = RepeatedGame(
    ...     players=["A", "B"],
    ...     parameters={"delta": "0 < delta < 1"},
    ...     outcomes={"Peace": {"A": 1, "B": 1}, "War": {"A": 0, "B": 0}},
    ...     discount="delta",
    ...     tree=Decision("A", {"Keep": "Peace", "Strike": "War"}),
    ... )
    >>> list(game.states), game.repeat, game.can_end
    (['Stage'], True, False)
    """

    __slots__ = ()

    def __init__(self, *, tree: Branching = "", state: str = STAGE, repeat: bool = True, **sections: Any) -> None:
        super().__init__(states={state: tree}, repeat=repeat, **sections)


def ends_of(game: Game, root: Branching) -> list[Outcome | str]:
    """The ends of a tree as they are written, subtrees followed, each part once: ends in place and names of outcomes."""
    out: list[Outcome | str] = []
    seen: set[str] = set()
    todo = [root]
    while todo:
        for part in parts_of(todo.pop()):
            if isinstance(part, str) and part in game.subtrees:
                todo += [] if part in seen else [game.subtrees[part]]
                seen.add(part)
            elif isinstance(part, Outcome | str):
                out.append(part)
    return out


def _once(root: Branching) -> Branching:
    """A tree without what follows its ends."""
    done: dict[int, Branching] = {}
    for part in reversed(parts_of(root)):
        match part:
            case Outcome():
                done[id(part)] = branching(Outcome(part.name, part.payoffs))
            case Branch():
                done[id(part)] = Branch(done[id(part.then)], part.pay)
            case Decision():
                actions = {label: done[id(then)] for label, then in part.actions.items()}
                done[id(part)] = Decision(part.player, actions, part.hidden_from, part.unseen_by)
            case Chance():
                labels = {label: (odds, done[id(then)]) for label, (odds, then) in part.labels.items()}
                done[id(part)] = Chance(labels, part.hidden_from, part.unseen_by)
            case _:
                done[id(part)] = part
    return done[id(root)]


def _discounts(given: Any, players: list[str], horizon: int | None) -> FrozenMap[str, Expression]:
    if given is None:
        if horizon is None:
            raise GameError("the game has no discount; a game without a horizon needs one below 1", locus=("states",))
        given = 1
    if not isinstance(given, Mapping):
        common = Expression.of(given)
        return FrozenMap(dict.fromkeys(players, common))
    return expressions(given)


def _automata(given: Any) -> OrderedMap[str, Automaton]:
    for name, automaton in items(given, "automata by name"):
        if not isinstance(automaton, Automaton):
            raise GameError(f"strategies: {quoted(str(name))} is {quoted(repr(automaton))}; expected an Automaton")
    return OrderedMap(given)
