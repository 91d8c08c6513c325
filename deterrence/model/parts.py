"""The parts of a game: frozen values that compare by what they say."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from deterrence.algebra.errors import GameError, InputError, quoted, suggestion
from deterrence.algebra.expressions import Condition, ConditionLike, Expression, ExpressionLike
from deterrence.model.frozen import FrozenMap, OrderedMap

Branching: TypeAlias = "Decision | Chance | Outcome | Branch | str"
"""What a branch leads to: a node, an end in place, a branch with payoffs on the way, or the name of an outcome or a subtree."""


class Part:
    """A frozen value made of the fields named in `_fields`."""

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()

    def _set(self, **fields: object) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def _value(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self._fields)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Part)
        return self is other or self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._fields)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), {name: getattr(self, name) for name in self._fields})


def _restored(kind: type[Part], fields: dict[str, object]) -> Part:
    part = object.__new__(kind)
    part._set(**fields)
    return part


class Parameter(Part):
    """A symbol of the model and where it ranges: `domain` is a condition on it alone, or None (or `real`) for the whole line."""

    __slots__ = _fields = ("name", "domain", "role", "meaning", "default")
    name: str
    domain: Condition | None
    role: str
    meaning: str
    default: Expression | None

    def __init__(
        self,
        name: str,
        domain: ConditionLike | None = None,
        role: str = "other",
        meaning: str = "",
        default: ExpressionLike | None = None,
    ) -> None:
        whole_line = domain is None or (isinstance(domain, str) and domain.strip() == "real")
        self._set(
            name=unicodedata.normalize("NFC", _text(name, "a parameter's name")),
            domain=None if whole_line or domain is None else Condition.of(domain),
            role=_text(role, "a role"),
            meaning=_text(meaning, "a meaning"),
            default=None if default is None else Expression.of(default),
        )


class Type(Part):
    """One type of a player: its name, its probability and the symbols that it binds."""

    __slots__ = _fields = ("name", "probability", "bindings")
    name: str
    probability: Expression
    bindings: FrozenMap[str, Expression]

    def __init__(self, name: str, probability: ExpressionLike, bindings: Mapping[str, ExpressionLike] | None = None) -> None:
        self._set(name=_text(name, "a type"), probability=Expression.of(probability), bindings=by_symbol(bindings or {}))


class _Node(Part):
    """A part of a tree. Trees may be deep, so they are compared and hashed without recursion."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Node):
            return NotImplemented
        return self is other or flat(self) == flat(other)

    def __hash__(self) -> int:
        return hash(tuple(flat(self)))


class Outcome(_Node):
    """An end of the game, or of a period. In a tree it is an end in place; without payoffs, those of the listed outcome of that name count.

    `next` is the state of the next period in a stochastic game, or the probability of each; None where the end says nothing of it.
    """

    __slots__ = _fields = ("name", "payoffs", "next")
    name: str | None
    payoffs: FrozenMap[str, Expression] | None
    next: FrozenMap[str, Expression] | None

    def __init__(
        self,
        name: str | None = None,
        payoffs: Mapping[str, ExpressionLike] | None = None,
        next: str | Mapping[str, ExpressionLike] | None = None,  # noqa: A002 - the word of game files
    ) -> None:
        self._set(
            name=None if name is None else _text(name, "an outcome's name"),
            payoffs=None if payoffs is None else expressions(payoffs),
            next=None if next is None else expressions({next: 1} if isinstance(next, str) else next),
        )


class Branch(_Node):
    """What follows a choice, with what it adds to the payoffs of the players named in `pay`."""

    __slots__ = _fields = ("then", "pay")
    then: Branching
    pay: FrozenMap[str, Expression]

    def __init__(self, then: Branching, pay: Mapping[str, ExpressionLike] | None = None) -> None:
        self._set(then=branching(then), pay=expressions(pay or {}))


class Decision(_Node):
    """A player's move: her actions, each with what follows, and who does not see it."""

    __slots__ = _fields = ("player", "actions", "hidden_from", "unseen_by")
    player: str
    actions: OrderedMap[str, Branching]
    hidden_from: tuple[str, ...]
    unseen_by: tuple[str, ...]

    def __init__(
        self,
        player: str,
        actions: Mapping[str, Branching],
        hidden_from: Iterable[str] = (),
        unseen_by: Iterable[str] = (),
    ) -> None:
        self._set(
            player=_text(player, "a player"),
            actions=OrderedMap((_text(label, "an action"), branching(then)) for label, then in items(actions, "actions")),
            hidden_from=names(hidden_from, "hidden_from"),
            unseen_by=names(unseen_by, "unseen_by"),
        )

    def __repr__(self) -> str:
        return f"Decision({self.player!r}, actions {', '.join(map(repr, self.actions))})"


class Chance(_Node):
    """A move of nature: each label with its probability and what follows, and who does not see it."""

    __slots__ = _fields = ("labels", "hidden_from", "unseen_by")
    labels: OrderedMap[str, tuple[Expression, Branching]]
    hidden_from: tuple[str, ...]
    unseen_by: tuple[str, ...]

    def __init__(
        self,
        labels: Mapping[str, tuple[ExpressionLike, Branching]],
        hidden_from: Iterable[str] = (),
        unseen_by: Iterable[str] = (),
    ) -> None:
        drawn = []
        for label, pair in items(labels, "labels"):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise GameError(f"label {quoted(str(label))} of Chance: expected a pair (probability, what follows)")
            drawn.append((_text(label, "a label"), (Expression.of(pair[0]), branching(pair[1]))))
        self._set(labels=OrderedMap(drawn), hidden_from=names(hidden_from, "hidden_from"), unseen_by=names(unseen_by, "unseen_by"))

    def __repr__(self) -> str:
        return f"Chance(labels {', '.join(map(repr, self.labels))})"


TRENDS = ("increasing_in", "decreasing_in", "constant_in")
KINDS = ("none", "some", "every")


class Claim(Part):
    """A proposition about the equilibria; conditions and quantities stay text, to be read with the solution.

    `kind` is `none`, `some` or `every`, of what `statement` says; `trend` is `increasing_in`, `decreasing_in` or `constant_in`, of the
    parameter `along`. `positions` gives line and column of each text in the file that the claim was read from.
    """

    _fields = ("claim", "kind", "statement", "when", "exactly_when", "trend", "along", "strictly", "concept", "profile")
    __slots__ = (*_fields, "file", "positions")
    claim: str
    kind: str
    statement: str
    when: str | None
    exactly_when: str | None
    trend: str | None
    along: str | None
    strictly: bool
    concept: str | None
    profile: str | None
    file: str | None
    positions: FrozenMap[str, tuple[int, int]]

    def __init__(self, claim: str = "", **texts: Any) -> None:
        """Takes the texts under the names of game files: `none=`, `some=` or `every=`, and `when`, `increasing_in`, ..."""
        file, positions = texts.pop("file", None), texts.pop("positions", {})
        kinds, trends = [k for k in texts if k in KINDS], [t for t in texts if t in TRENDS]
        self._check(texts, kinds, trends)
        text = {key: None if value is None else " ".join(str(value).split()) for key, value in texts.items()}
        self._set(
            claim=" ".join(claim.split()), kind=kinds[0], statement=text[kinds[0]], when=text.get("when"),
            exactly_when=text.get("exactly_when"), trend=trends[0] if trends else None, along=text[trends[0]] if trends else None,
            strictly=str(text.get("strictly")).lower() == "true", concept=text.get("concept"), profile=text.get("profile"),
            file=file, positions=FrozenMap(positions),
        )  # fmt: skip

    @staticmethod
    def _check(texts: dict[str, Any], kinds: list[str], trends: list[str]) -> None:
        known = (*KINDS, *TRENDS, "when", "exactly_when", "strictly", "concept", "profile")
        for key in texts:
            if key not in known:
                raise GameError(f"unknown key {quoted(key)} in a claim{suggestion(key, known)}", locus=(key,))
        if len(kinds) != 1:
            found = " and ".join(kinds) or "neither"
            raise GameError(f"a claim says one of none, some or every; found {found}", locus=(kinds[-1],) if kinds else ())
        if "exactly_when" in texts and kinds != ["some"]:
            raise GameError("exactly_when goes with `some` only", locus=("exactly_when",))
        if len(trends) > 1 or (trends and kinds != ["every"]):
            raise GameError("one of increasing_in, decreasing_in and constant_in may go with `every`", locus=(trends[-1],))
        monotone = trends and trends[0] != "constant_in"
        if "strictly" in texts and (not monotone or str(texts["strictly"]).lower() not in ("true", "false")):
            raise GameError("strictly is true or false, beside increasing_in or decreasing_in", locus=("strictly",))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), {name: getattr(self, name) for name in self.__slots__})


def flat(part: object) -> list[object]:
    """A tree as a list of its contents in order, which says the same as the tree."""
    out: list[object] = []
    todo = [part]
    while todo:
        node = todo.pop()
        match node:
            case Branch():
                out.append(("pay", node.pay))
                todo.append(node.then)
            case Decision():
                out.append((node.player, tuple(node.actions), node.hidden_from, node.unseen_by))
                todo.extend(reversed(list(node.actions.values())))
            case Chance():
                odds = tuple(probability for probability, _ in node.labels.values())
                out.append(("Chance", tuple(node.labels), odds, node.hidden_from, node.unseen_by))
                todo.extend(reversed([then for _, then in node.labels.values()]))
            case Outcome():
                out.append(("outcome", node.name, node.payoffs, node.next))
            case _:
                out.append(node)
    return out


def branching(then: object) -> Branching:
    """A branch as it is kept: one that pays nothing is what it leads to, an end without payoffs the name of the outcome."""
    while isinstance(then, Branch) and not then.pay:
        then = then.then
    if isinstance(then, Outcome) and then.payoffs is None and then.next is None and then.name is not None:
        return then.name
    if isinstance(then, Decision | Chance | Branch | str):
        return then
    if isinstance(then, Outcome) and then.name is not None:
        return then
    raise GameError(f"found {quoted(repr(then))}; expected a Decision, Chance, Branch, named Outcome, or the name of an outcome or subtree")


def expressions(values: Mapping[str, ExpressionLike]) -> FrozenMap[str, Expression]:
    """The values as expressions; an error says at which key."""
    out = {}
    for key, value in items(values, "expressions by name"):
        try:
            out[_text(key, "a name")] = Expression.of(value)
        except InputError as error:
            raise type(error)(f"{key}: {error.message}", column=error.column) from None
    return FrozenMap(out)


def by_symbol(values: Mapping[str, ExpressionLike]) -> FrozenMap[str, Expression]:
    """The values as expressions, by symbols in Unicode's composed form."""
    return FrozenMap({unicodedata.normalize("NFC", name): value for name, value in expressions(values).items()})


def items(values: Any, what: str) -> list[tuple[Any, Any]]:
    """The items of a mapping, or a GameError that says what was expected."""
    if not isinstance(values, Mapping):
        raise GameError(f"found {quoted(repr(values))}; expected a mapping of {what}")
    return list(values.items())


def names(values: Iterable[str], what: str) -> tuple[str, ...]:
    """A list of names as a tuple; one text is refused, since it would be read letter by letter."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise GameError(f"{what}: found {quoted(str(values))}; expected a list of names")
    return tuple(_text(value, f"a name in {what}") for value in values)


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise GameError(f"found {quoted(repr(value))}; expected text for {what}")
    return value
