"""The game: what is played, and nothing of how it is solved."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from deterrence.algebra.errors import GameError, InputError, quoted, suggestion
from deterrence.algebra.expressions import (
    And,
    AnyTree,
    Binary,
    Call,
    Compare,
    Condition,
    ConditionLike,
    Expression,
    ExpressionLike,
    Negate,
    Not,
    Number,
    NumberLike,
    Or,
    Power,
    Symbol,
    Tree,
    exact,
    fold,
)
from deterrence.model.frozen import FrozenMap, OrderedMap
from deterrence.model.parts import Branch, Branching, Chance, Claim, Decision, Outcome, Parameter, Part, Type, branching, by_symbol, items, names

if TYPE_CHECKING:
    from deterrence.model.automata import Automaton

__all__ = ["Branch", "Branching", "Chance", "Claim", "Decision", "Game", "Outcome", "Parameter", "Type", "followers", "parts_of", "substitute"]


class Game(Part):
    """A finite game of alliance commitment, with payoffs and probabilities in symbols.

    The arguments are the sections of a game file under the same names. Wherever an expression goes, numbers, text and SymPy expressions are
    taken. Raises GameError where the parts do not fit together.

    >>> game = Game(
    ...     title="Entry",
    ...     players=["Entrant", "Incumbent"],
    ...     parameters={"c": "0 < c < 1"},
    ...     outcomes={"Out": {"Entrant": 0, "Incumbent": 2}, "War": {"Entrant": "-c", "Incumbent": 0}},
    ...     tree=Decision("Entrant", {"Stay out": "Out", "Enter": "War"}),
    ... )
    >>> game.free_parameters
    ('c',)
    """

    _fields: ClassVar[tuple[str, ...]] = (
        "title", "players", "parameters", "outcomes", "tree", "assume", "types", "where", "subtrees", "events", "claims", "source", "notes",
    )  # fmt: skip
    __slots__ = (*_fields, "__dict__")  # the dictionary holds what is derived, each computed once
    title: str
    players: tuple[str, ...]
    parameters: OrderedMap[str, Parameter]
    outcomes: OrderedMap[str, FrozenMap[str, Expression]]
    tree: Branching
    assume: tuple[Condition, ...]
    types: OrderedMap[str, tuple[Type, ...]]
    where: FrozenMap[str, Expression]
    subtrees: FrozenMap[str, Branching]
    events: OrderedMap[str, tuple[str, ...]]
    claims: tuple[Claim, ...]
    source: str
    notes: str

    def __init__(  # noqa: PLR0913, PLR0917 - one for each section of a game file
        self,
        title: str = "",
        players: Iterable[str] = (),
        parameters: Mapping[str, Parameter | ConditionLike | None] | Iterable[Parameter] = (),
        outcomes: Mapping[str, Mapping[str, ExpressionLike] | Outcome] | None = None,
        tree: Branching = "",
        assume: Iterable[ConditionLike] = (),
        types: Mapping[str, Any] | None = None,
        where: Mapping[str, ExpressionLike] | None = None,
        subtrees: Mapping[str, Branching] | None = None,
        events: Mapping[str, Iterable[str]] | None = None,
        claims: Iterable[Claim] = (),
        source: str = "",
        notes: str = "",
    ) -> None:
        self._set(
            title=title, players=names(players, "players"), parameters=_parameters(parameters), outcomes=_outcomes(outcomes or {}),
            tree=branching(tree), assume=_conditions(assume), types=_types(types or {}), where=by_symbol(where or {}),
            subtrees=FrozenMap({name: branching(then) for name, then in items(subtrees or {}, "subtrees")}),
            events=OrderedMap({name: names(members, "an event") for name, members in items(events or {}, "events")}),
            claims=tuple(claims), source=source, notes=notes,
        )  # fmt: skip
        self._check()

    def _check(self) -> None:
        from deterrence.model.checks import check_game

        check_game(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Game):
            return NotImplemented
        return self is other or self._value() == other._value()

    def __hash__(self) -> int:
        return hash((self.title, self.players, tuple(self.parameters), tuple(self.outcomes)))

    def __repr__(self) -> str:
        return f"Game({self.title!r}, players {', '.join(self.players)}; parameters {', '.join(self.parameters) or 'none'})"

    @property
    def states(self) -> Mapping[str, Branching]:
        """The trees that are played, by the name of the state; a game that is played once has one without a name."""
        return {"": self.tree}

    @property
    def roots(self) -> tuple[Branching, ...]:
        """Everything that a tree of the game hangs from: the states, then the subtrees."""
        return (*self.states.values(), *self.subtrees.values())

    @property
    def strategies(self) -> Mapping[str, Automaton]:
        """The profiles that are named to be tested; there are some in games without a horizon only."""
        return {}

    @property
    def seen_by_all(self) -> bool:
        """Is every move of a period known to all when it ends: is monitoring perfect?"""
        return not any(getattr(part, "unseen_by", ()) for root in self.roots for part in parts_of(root))

    @property
    def can_end(self) -> bool:
        """Is there an end after which nothing is played?"""
        return True

    @property
    def horizon(self) -> int | None:
        """How many periods are played; None where play goes on until it ends."""
        return 1

    @cached_property
    def fixed(self) -> FrozenMap[str, Fraction]:
        """The parameters whose domain is a single value, `name == value`, with that value."""
        values = ((name, _single_value(parameter)) for name, parameter in self.parameters.items())
        return FrozenMap({name: value for name, value in values if value is not None})

    @cached_property
    def free_parameters(self) -> tuple[str, ...]:
        """The parameters that are not fixed, in their order."""
        return tuple(name for name in self.parameters if name not in self.fixed)

    @cached_property
    def space_conditions(self) -> tuple[Condition, ...]:
        """The conditions whose points are the parameter space: the domains, then `assume`."""
        domains = (parameter.domain for parameter in self.parameters.values() if parameter.domain is not None)
        return (*domains, *self.assume)

    @cached_property
    def type_symbols(self) -> tuple[str, ...]:
        """The symbols that types bind."""
        return tuple(symbol for kinds in self.types.values() for symbol in kinds[0].bindings)

    @cached_property
    def where_order(self) -> tuple[str, ...]:
        """The entries of `where`, each after those that it uses."""
        from deterrence.model.checks import where_order

        return where_order(self.where)

    @cached_property
    def typed_where(self) -> frozenset[str]:
        """The entries of `where` that depend on a type's symbol."""
        typed = set(self.type_symbols)
        for name in self.where_order:
            if self.where[name].symbols & typed:
                typed.add(name)
        return frozenset(typed - set(self.type_symbols))

    @cached_property
    def outcome_labels(self) -> tuple[str, ...]:
        """The labels of all ends: the listed outcomes, then those given in place, in the order of the tree and the subtrees."""
        inside = (node.name for root in self.roots for node in parts_of(root) if isinstance(node, Outcome))
        return tuple(dict.fromkeys([*self.outcomes, *(name for name in inside if name is not None)]))

    def expand(self, what: AnyTree | Expression | Condition) -> Any:
        """The same tree, expression or condition with the entries of `where` put in, so that only parameters and types' symbols are left."""
        if isinstance(what, Expression | Condition):
            return type(what)(self.expand(what.tree)) if what.symbols & self.where.keys() else what
        return substitute(what, self._expanded_where)

    @cached_property
    def _expanded_where(self) -> dict[str, Tree]:
        done: dict[str, Tree] = {}
        for name in self.where_order:
            tree = substitute(self.where[name].tree, done)
            assert not isinstance(tree, Compare | And | Or | Not)
            done[name] = tree
        return done

    def at(self, /, **values: NumberLike) -> Game:
        """The game with some or all parameters fixed at exact values.

        Raises GameError for a name that is no parameter and for a value outside the parameter space.
        """
        fixed: dict[str, Fraction] = {}
        for given, value in values.items():
            name = unicodedata.normalize("NFC", given)
            if name not in self.parameters:
                raise GameError(f"{quoted(name)} is no parameter of this game{suggestion(name, self.parameters)}")
            try:
                fixed[name] = exact(value)
            except InputError as error:
                raise GameError(f"{name}: {error.message}") from None
        known = {**self.fixed, **fixed}
        for name, number in fixed.items():
            self._check_inside(name, number)
        self._check_assume(known)
        moved = [_fixed_at(p, fixed[name]) if name in fixed else p for name, p in self.parameters.items()]
        return self.replace(parameters=moved)

    def replace(self, **sections: Any) -> Game:
        """The game with some sections replaced."""
        out = self._made({name: getattr(self, name) for name in self._fields} | sections)
        out.remember(self.__dict__.get("places", {}))
        return out

    @staticmethod
    def _made(sections: Mapping[str, Any]) -> Game:
        return Game(**sections)

    def remember(self, places: dict[int, tuple[object, tuple[str, int, int]]]) -> None:
        """Keeps where in a file the expressions and conditions stand: by identity, with the part itself so that its identity stays its own."""
        self.__dict__["places"] = places

    def place_of(self, part: object) -> tuple[str, int, int] | tuple[None, None, None]:
        """File, line and column of an expression or condition of a game that was read from a file."""
        found = self.__dict__.get("places", {}).get(id(part))
        return (None, None, None) if found is None else found[1]

    def _check_inside(self, name: str, value: Fraction) -> None:
        domain = self.parameters[name].domain
        if domain is not None and not domain.evaluate({name: value}):
            raise GameError(f"{name} = {value} is outside its domain, {domain}")

    def _check_assume(self, known: Mapping[str, Fraction]) -> None:
        for condition in self.assume:
            whole = self.expand(condition)
            if whole.symbols <= known.keys() and not whole.evaluate(known):
                point = ", ".join(f"{name} = {known[name]}" for name in self.parameters if name in whole.symbols)
                raise GameError(f"{point} is outside the parameter space: it breaks the assumption {condition}")

    def to_yaml(self) -> str:
        """The game as the text of a game file; reading it again gives an equal game."""
        from deterrence.model.writing import to_yaml

        return to_yaml(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the game to a file."""
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(self.to_yaml())

    def content_key(self) -> str:
        """The SHA-256 of the game's canonical text, in hexadecimal: equal keys mean equal games."""
        import hashlib

        from deterrence.model.writing import text_of

        return hashlib.sha256(text_of(self).encode()).hexdigest()


def parts_of(root: Branching) -> list[Branching]:
    """Every part of a tree as it is written, each before what follows it; names are not followed, and shared parts come once."""
    out: list[Branching] = []
    seen: set[int] = set()
    todo: list[Branching] = [root]
    while todo:
        node = todo.pop()
        if not isinstance(node, str):
            if id(node) in seen:
                continue
            seen.add(id(node))
        out.append(node)
        todo.extend(reversed(followers(node)))
    return out


def followers(node: Branching) -> list[Branching]:
    """What comes next after a part of a tree, in order."""
    match node:
        case Branch():
            return [node.then]
        case Decision():
            return list(node.actions.values())
        case Chance():
            return [then for _, then in node.labels.values()]
    return []


def substitute(tree: AnyTree, values: Mapping[str, Tree]) -> AnyTree:
    """The tree with the named symbols replaced by trees."""

    def visit(node: AnyTree, parts: list[Any]) -> AnyTree:
        match node:
            case Symbol(name):
                return values.get(name, node)
            case Binary(op):
                return Binary(op, *parts)
            case Compare(op):
                return Compare(op, *parts)
            case Negate():
                return Negate(*parts)
            case Power(_, exponent):
                return Power(parts[0], exponent)
            case Call(name):
                return Call(name, tuple(parts))
            case And():
                return And(tuple(parts))
            case Or():
                return Or(tuple(parts))
            case Not():
                return Not(*parts)
        return node

    result: AnyTree = fold(tree, visit)
    return result


def _single_value(parameter: Parameter) -> Fraction | None:
    tree = None if parameter.domain is None else parameter.domain.tree
    if not isinstance(tree, Compare) or tree.op != "==":
        return None
    sides = [Expression(side) for side in (tree.left, tree.right)]
    if sides[0].tree == Symbol(parameter.name) and not sides[1].symbols:
        return Fraction(sides[1].evaluate({}))
    if sides[1].tree == Symbol(parameter.name) and not sides[0].symbols:
        return Fraction(sides[0].evaluate({}))
    return None


def _fixed_at(parameter: Parameter, value: Fraction) -> Parameter:
    number: Tree = Negate(Number(-value)) if value < 0 else Number(value)
    domain = Condition(Compare("==", Symbol(parameter.name), number))
    return Parameter(parameter.name, domain, parameter.role, parameter.meaning, parameter.default)


def _parameters(given: Any) -> OrderedMap[str, Parameter]:
    if isinstance(given, Mapping):
        pairs = [(name, p if isinstance(p, Parameter) else Parameter(name, p)) for name, p in given.items()]
    else:
        pairs = [(p.name, p) for p in given]
    out: dict[str, Parameter] = {}
    for given_name, parameter in pairs:
        name = unicodedata.normalize("NFC", given_name)
        if name in out or name != parameter.name:
            raise GameError(f"parameter {quoted(name)} is given twice or under another name", locus=("parameters", name))
        out[name] = parameter
    return OrderedMap(out)


def _outcomes(given: Any) -> OrderedMap[str, FrozenMap[str, Expression]]:
    out: dict[str, FrozenMap[str, Expression]] = {}
    for name, outcome in items(given, "outcomes"):
        if isinstance(outcome, Outcome) and outcome.name not in (None, name):
            raise GameError(f"outcome {quoted(name)} is given under another name, {quoted(str(outcome.name))}")
        payoffs = outcome.payoffs if isinstance(outcome, Outcome) else Outcome(None, outcome).payoffs
        out[name] = FrozenMap({}) if payoffs is None else payoffs
    return OrderedMap(out)


def _types(given: Any) -> OrderedMap[str, tuple[Type, ...]]:
    out: dict[str, tuple[Type, ...]] = {}
    for player, kinds in items(given, "types by player"):
        if isinstance(kinds, Mapping):
            kinds = [_type(name, kind) for name, kind in kinds.items()]
        out[player] = tuple(kinds)
    return OrderedMap(out)


def _type(name: str, kind: Any) -> Type:
    if isinstance(kind, Type):
        return kind
    if isinstance(kind, Mapping):
        if "probability" not in kind:
            raise GameError(f"type {quoted(name)} has no probability")
        return Type(name, kind["probability"], {symbol: value for symbol, value in kind.items() if symbol != "probability"})
    return Type(name, kind)


def _conditions(given: Any) -> tuple[Condition, ...]:
    if isinstance(given, str):
        raise GameError(f"assume: found {quoted(given)}; expected a list of conditions")
    return tuple(Condition.of(condition) for condition in given)
