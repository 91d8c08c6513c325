"""The extensive form: types drawn, subtrees put in, payoffs summed, nodes gathered into information sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Generic, TypeVar

from deterrence.algebra.expressions import Expression
from deterrence.model.frozen import FrozenMap
from deterrence.model.game import Game
from deterrence.model.histories import View, first_view, information_set_name, seen_after
from deterrence.model.parts import Branch, Branching, Chance, Decision, Outcome
from deterrence.model.stochastic import StochasticGame
from deterrence.model.values import Values

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Node(Generic[T]):
    """A node of the tree; `index` is its place in preorder, `branch` its place among the children of `parent` (-1 at the root).

    `mover` is a player of the form, `Chance`, or empty where a type is drawn (then `type_of` is the player whose it is). At a chance node
    `probabilities` go with `labels` and `children`; at an end `payoffs` are in the order of the players of the form, and `outcomes` are the
    labels of the ends of all periods. `types` has the type of each player that has any, as far as drawn.
    """

    index: int
    parent: int | None
    branch: int
    kind: str  # "chance", "decision" or "end"
    mover: str = ""
    type_of: str = ""
    information_set: int | None = None
    labels: tuple[str, ...] = ()
    children: tuple[int, ...] = ()
    probabilities: tuple[T, ...] = ()
    outcomes: tuple[str, ...] = ()
    payoffs: tuple[T, ...] = ()
    types: Mapping[str, str] = field(default_factory=lambda: FrozenMap({}))
    path: View | None = field(default=None, repr=False)

    @property
    def moves(self) -> tuple[str, ...]:
        """Every move on the way here, hidden ones and those of chance included, draws of types left out."""
        return () if self.path is None else tuple(label for _, label in self.path.moves())

    @property
    def outcome(self) -> str | None:
        """The label of the end, of the last period where there are several."""
        return self.outcomes[-1] if self.outcomes else None


@dataclass(frozen=True, slots=True, eq=False)
class InformationSet:
    """Nodes that their player cannot tell apart. At each of them `actions` go with the node's `children`, in order."""

    index: int
    player: str
    type: str | None
    actions: tuple[str, ...]
    nodes: tuple[int, ...]
    view: View = field(repr=False)
    role: str = ""  # the player as the game calls her, where she is replaced each period
    state: str = ""  # the state of a stochastic game in which it is, where there are several

    @property
    def name(self) -> str:
        """`PLAYER (TYPE) | move, move, ...`: what the player knows of herself and has seen, after `STATE: ` where there are several states."""
        name = information_set_name(self.role or self.player, self.type, self.view)
        return f"{self.state}: {name}" if self.state else name

    @property
    def seen(self) -> tuple[tuple[str, str], ...]:
        """What the player has seen, as (mover, label); a hidden move is `("", "?")`."""
        return self.view.moves()


@dataclass(frozen=True, slots=True, eq=False)
class ExtensiveForm(Generic[T]):
    """A game as a tree of nodes in preorder. The draws of types come first, one level for each player that has any.

    `players` are those of the game; one who is replaced each period is there once for every period, as `PLAYER, period N`.
    """

    game: Game
    players: tuple[str, ...]
    nodes: tuple[Node[T], ...]
    information_sets: tuple[InformationSet, ...]
    ends: tuple[int, ...]


def extensive_form(game: Game, symbols: Mapping[str, T], number: Callable[[Fraction], T] | None = None) -> ExtensiveForm[T]:
    """The extensive form with every payoff and probability evaluated where each parameter has its value in `symbols`.

    `number` makes values of the same kind from the constants of the game, which are Fractions otherwise. Branches of chance whose probability
    equals 0 are left out. Raises ExpressionError where an expression divides by zero.

    >>> from deterrence.model.reading import read
    >>> game = read("{players: [A], tree: {A: {Go: {outcome: End, A: 1/2}, Stay: {outcome: End, A: 0}}}}")
    >>> form = extensive_form(game, {})
    >>> [form.nodes[end].payoffs for end in form.ends]
    [(Fraction(1, 2),), (Fraction(0, 1),)]
    """
    if isinstance(game, StochasticGame):
        from deterrence.model.periods import PeriodBuilder
        from deterrence.model.state_forms import StateBuilder

        return (StateBuilder if game.horizon is None else PeriodBuilder)(game, symbols, number).build()
    return Builder(game, symbols, number).build()


@dataclass(slots=True)
class Place:
    """What is known when a node is about to be made: where it hangs, and what happened on the way.

    `state` is the name of the state that is played, `then` of which is a part; `record` has the moves of this period, `before` the
    views of the players at its start, `earned` and `outcomes` what they got and met in the periods before.
    """

    then: Branching
    parent: int | None
    branch: int
    path: View
    views: tuple[View, ...]
    pay: tuple[Any, ...]
    values: Values
    types: Mapping[str, str]
    state: str = ""
    record: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    before: tuple[View, ...] = ()
    earned: tuple[Any, ...] = ()
    outcomes: tuple[str, ...] = ()


class Builder:
    """Makes the nodes in preorder, with a stack of places that are still open."""

    def __init__(self, game: Game, symbols: Mapping[str, Any], number: Callable[[Fraction], Any] | None) -> None:
        self.game = game
        self.players = game.players
        self.values = Values(game, symbols, number)
        self.nodes: list[dict[str, Any]] = []
        self.ends: list[int] = []
        self.sets: dict[tuple[str, str | None, View], tuple[int, tuple[str, ...], list[int]]] = {}
        self.todo: list[Place | tuple[Any, ...]] = []

    def build(self) -> ExtensiveForm[Any]:
        start, count = first_view(), len(self.game.players)
        self.views, self.path = (start,) * count, start
        self._draw(tuple(self.game.types), None, -1, {}, {})
        self._run()
        return ExtensiveForm(*self._parts())

    def _run(self) -> None:
        while self.todo:
            place = self.todo.pop()
            if isinstance(place, Place):
                self._node(place)
            else:
                self._draw(*place)

    def _parts(self) -> tuple[Game, tuple[str, ...], tuple[Node[Any], ...], tuple[InformationSet, ...], tuple[int, ...]]:
        """The game, the players, the nodes, the information sets and the ends."""
        nodes = tuple(Node(**{**node, "children": tuple(node["children"])}) for node in self.nodes)
        sets = tuple(
            InformationSet(number, player, kind, actions, tuple(members), view, *self._names(player, nodes[members[0]]))
            for (player, kind, view), (number, actions, members) in self.sets.items()
        )
        return self.game, self.players, nodes, sets, tuple(self.ends)

    def _names(self, player: str, node: Node[Any]) -> tuple[str, str]:  # noqa: ARG002 - other games need them
        """What the game calls the player of an information set, and the state in which it is, where these must be told."""
        return "", ""

    def _add(self, kind: str, parent: int | None, branch: int, **fields: Any) -> int:
        index = len(self.nodes)
        self.nodes.append({"index": index, "parent": parent, "branch": branch, "kind": kind, "children": [], **fields})
        if parent is not None:
            self.nodes[parent]["children"].append(index)
        return index

    def _draw(self, players: tuple[str, ...], parent: int | None, branch: int, types: dict[str, str], bindings: dict[str, Expression]) -> None:
        """Draws the type of the first of the players that are left, or starts play where there are none."""
        if not players:
            values = self.values.with_types(bindings) if types else self.values
            self.todo.append(self._first(values, FrozenMap(types), parent, branch))
            return
        player, rest = players[0], players[1:]
        odds = [(kind, self.values.of(kind.probability)) for kind in self.game.types[player]]
        odds = [(kind, probability) for kind, probability in odds if not _is_zero(probability)]
        index = self._add(
            "chance", parent, branch, type_of=player, labels=tuple(kind.name for kind, _ in odds), types=FrozenMap(types),
            probabilities=tuple(probability for _, probability in odds), path=self.path,
        )  # fmt: skip
        for k, (kind, _) in reversed(list(enumerate(odds))):
            self.todo.append((rest, index, k, {**types, player: kind.name}, {**bindings, **kind.bindings}))

    def _first(self, values: Values, types: Mapping[str, str], parent: int | None, branch: int) -> Place:
        """Where play starts once all types are drawn."""
        nothing = (None,) * len(self.game.players)
        return Place(self.game.tree, parent, branch, self.path, self.views, nothing, values, types, before=self.views)

    def _node(self, place: Place) -> None:
        node = self._resolve(place)
        if isinstance(node, Decision):
            self._decision(node, place)
        elif isinstance(node, Chance):
            self._chance(node, place)
        else:
            end, payoffs = node
            values = [place.values.of(payoffs[player]) for player in self.game.players]
            total = tuple(value if paid is None else paid + value for paid, value in zip(place.pay, values, strict=True))
            self._finish(place, end, total)

    def _finish(self, place: Place, end: Outcome | str, payoffs: tuple[Any, ...]) -> None:
        """An end of the tree: of the game, unless there are more periods."""
        outcomes = (*place.outcomes, outcome_name(end))
        index = self._add("end", place.parent, place.branch, outcomes=outcomes, payoffs=payoffs, types=place.types, path=place.path)
        self.ends.append(index)

    def _resolve(self, place: Place) -> Decision | Chance | tuple[Outcome | str, Mapping[str, Expression]]:
        """The node that a branch leads to, adding what is paid on the way."""
        then = place.then
        while True:
            if isinstance(then, Branch):
                place.pay = self._paid(place, then)
                then = then.then
            elif isinstance(then, Decision | Chance):
                return then
            elif isinstance(then, Outcome):
                return then, self.game.outcomes[then.name or ""] if then.payoffs is None else then.payoffs
            elif then in self.game.subtrees:
                then = self.game.subtrees[then]
            else:
                return then, self.game.outcomes[then]

    def _paid(self, place: Place, branch: Branch) -> tuple[Any, ...]:
        out = list(place.pay)
        for k, player in enumerate(self.game.players):
            if player in branch.pay:
                value = place.values.of(branch.pay[player])
                out[k] = value if out[k] is None else out[k] + value
        return tuple(out)

    def _agent(self, player: str, place: Place) -> str:  # noqa: ARG002 - where players are replaced, the period tells which
        """Who moves: a player of the form."""
        return player

    def _decision(self, node: Decision, place: Place) -> None:
        view, mover = place.views[self.game.players.index(node.player)], self._agent(node.player, place)
        key = (mover, place.types.get(node.player), view)
        number, actions, members = self.sets.setdefault(key, (len(self.sets), tuple(node.actions), []))
        index = self._add(
            "decision", place.parent, place.branch, mover=mover, information_set=number, labels=actions,
            types=place.types, path=place.path,
        )  # fmt: skip
        members.append(index)
        self._follow(node, index, place, [(action, node.actions[action]) for action in actions])

    def _chance(self, node: Chance, place: Place) -> None:
        odds = [(label, place.values.of(probability), then) for label, (probability, then) in node.labels.items()]
        odds = [branch for branch in odds if not _is_zero(branch[1])]
        index = self._add(
            "chance", place.parent, place.branch, mover="Chance", labels=tuple(label for label, _, _ in odds),
            probabilities=tuple(probability for _, probability, _ in odds), types=place.types, path=place.path,
        )  # fmt: skip
        self._follow(node, index, place, [(label, then) for label, _, then in odds])

    def _follow(self, node: Decision | Chance, index: int, place: Place, branches: list[tuple[str, Branching]]) -> None:
        mover = node.player if isinstance(node, Decision) else "Chance"
        for k, (label, then) in reversed(list(enumerate(branches))):
            views = seen_after(self.game.players, place.views, node, label)
            record = (*place.record, (mover, label, node.unseen_by))
            path = place.path.after(mover, label)
            self.todo.append(replace(place, then=then, parent=index, branch=k, path=path, views=views, record=record))


def outcome_name(end: Outcome | str) -> str:
    """The label of an end."""
    name = end.name if isinstance(end, Outcome) else end
    assert name is not None
    return name


def _is_zero(probability: Any) -> bool:
    return bool(probability == 0)
