"""Reads game files: every error says where in the file it is, what was found and what was expected."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from deterrence.algebra.errors import ExpressionError, GameError, InputError, quoted, suggestion
from deterrence.algebra.expressions import Condition, Expression
from deterrence.algebra.tokens import find_symbol
from deterrence.model import reading_states
from deterrence.model.catalogue import find_game
from deterrence.model.checks import MOST_PLAYERS, check_players
from deterrence.model.game import Game
from deterrence.model.parts import KINDS, TRENDS, Claim, Parameter, Type
from deterrence.model.stochastic import StochasticGame
from deterrence.model.yaml_text import LARGEST_FILE, Mapping, Scalar, Sequence, Source, Value, compose, decode

T = TypeVar("T", Expression, Condition)

SECTIONS = (
    "title", "source", "notes", "players", "parameters", "assume", "types", "where", "outcomes", "tree", "subtrees", "events", "claims",
)  # fmt: skip
PARAMETER_KEYS = ("domain", "role", "meaning", "default")
CLAIM_KEYS = ("claim", *KINDS, *TRENDS, "when", "exactly_when", "strictly", "concept", "profile")


def load(name_or_path: str | os.PathLike[str]) -> Game:
    """The game that a file of that path, or the catalogue under that name, describes.

    Raises InputError, with file, line and column, for whatever is wrong with it.
    """
    path = find_game(name_or_path)
    shown = str(path)
    try:
        if os.path.isdir(path):
            raise InputError("this is a directory; expected a game file", file=shown)
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=shown) from None
    except ValueError as error:  # a path that no file can have
        raise InputError(f"{quoted(shown)} is no path: {error}") from None
    return read(decode(data, shown), shown)


def read(text: str, file: str = "<text>") -> Game:
    """The game that the text of a game file describes; `file` is what errors call it."""
    return Reader(Source(file, text)).game()


class Reader:
    """One file being read. Remembers where each part stands, so that errors found later can say so."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.marks: dict[tuple[object, ...], Value] = {}
        self.kept: list[tuple[object, ...]] = []  # parts are remembered by identity, so they must live as long as the reader

    def game(self) -> Game:
        """The game of the file."""
        root = compose(self.source)
        sections = self.mapping(root, "the sections of a game: players, parameters, outcomes, tree ...")
        self._check_sections(sections)
        parts = self._sections(sections)
        try:
            game = StochasticGame(**parts) if "states" in parts else Game(**parts)
        except GameError as error:
            self._place(error, sections)
        game.remember(self._places())
        return game

    def _places(self) -> dict[int, tuple[object, tuple[str, int, int]]]:
        """Where each expression and condition stands, by identity."""
        written = [locus[0] for locus in self.kept if len(locus) == 1 and isinstance(locus[0], Expression | Condition)]
        found = [(part, self.marks[_key((part,))]) for part in written]
        return {id(part): (part, (self.source.file, value.line, value.column)) for part, value in found}

    def _check_sections(self, root: Mapping) -> None:
        for name, key in root.keys.items():
            known = (*SECTIONS, *reading_states.SECTIONS)
            if name not in known:
                self.fail(f"unknown key {quoted(name)}{suggestion(name, known)}", key)
        for name in ("players", "states" if "states" in root.values else "tree"):
            if name not in root.values:
                self.fail(f"the file has no {quoted(name)}, which every game needs", root)

    def _sections(self, root: Mapping) -> dict[str, Any]:
        from deterrence.model.reading_tree import read_branches

        read = {
            "title": self.text, "source": self.text, "notes": self.text, "players": self._players,
            "parameters": self._parameters, "assume": self._assume, "types": self._types, "where": self._where,
            "outcomes": self._outcomes, "events": self._events, "claims": self._claims,
        }  # fmt: skip
        out: dict[str, Any] = {name: read[name](value) for name, value in root.values.items() if name in read}
        out.setdefault("title", Path(self.source.file).stem)
        subtrees = self.mapping(root.values["subtrees"], "subtrees by name") if "subtrees" in root.values else Mapping(0, 0)
        self.mark_keys(("subtrees",), subtrees)
        for name, value in subtrees.values.items():
            self.mark(value, "subtrees", name, "to")
        over = reading_states.is_played_over(root)
        trees = reading_states.state_trees(self, root) if over else {"": root.values["tree"]}
        self.mark(root.values["tree" if "tree" in root.values else "states"], "tree")
        branches = read_branches(self, [*trees.values(), *subtrees.values.values()], out["players"])
        out["subtrees"] = dict(zip(subtrees.values, branches[len(trees) :], strict=True))
        if not over:
            return {**out, "tree": branches[0]}
        states = dict(zip(trees, branches[: len(trees)], strict=True))
        return {**out, "states": states, **reading_states.read_sections(self, root)}

    # What the file says, as texts, lists and mappings

    def fail(self, message: str, at: Value) -> NoReturn:
        """Raises InputError at a value."""
        raise GameError(message, file=self.source.file, line=at.line, column=at.column)

    def text(self, value: Value) -> str:
        """The text of a scalar."""
        return self.scalar(value, "a text").text

    def scalar(self, value: Value, what: str) -> Scalar:
        """The value, if it is a text."""
        if not isinstance(value, Scalar):
            self.fail(f"found {_kind(value)}; expected {what}", value)
        return value

    def mapping(self, value: Value, what: str) -> Mapping:
        """The value, if it is a mapping."""
        if not isinstance(value, Mapping):
            self.fail(f"found {_kind(value)}; expected {what}", value)
        return value

    def sequence(self, value: Value, what: str) -> Sequence:
        """The value, if it is a list."""
        if not isinstance(value, Sequence):
            self.fail(f"found {_kind(value)}; expected {what}, as [a, b, ...]", value)
        return value

    def names(self, value: Value, locus: tuple[object, ...]) -> list[str]:
        """A list of names."""
        items = [self.scalar(item, "a name") for item in self.sequence(value, "a list of names").items]
        self.mark(value, *locus)
        for k, item in enumerate(items):
            self.mark(item, *locus, k)
        return [item.text for item in items]

    def keys(self, mapping: Mapping, known: Iterable[str], needed: Iterable[str], what: str) -> None:
        """Refuses keys that are not known, and the lack of needed ones."""
        known = tuple(known)
        for name, key in mapping.keys.items():
            if name not in known:
                near = suggestion(name, known) or f"; expected {', '.join(known)}"
                self.fail(f"unknown key {quoted(name)} in {what}{near}", key)
        for name in needed:
            if name not in mapping.keys:
                self.fail(f"{what} has no {quoted(name)}", mapping)

    def expression(self, value: Value) -> Expression:
        """The expression that a scalar says."""
        return self._parsed(value, Expression.parse, "an expression")

    def condition(self, value: Value) -> Condition:
        """The condition that a scalar says."""
        return self._parsed(value, Condition.parse, "a condition")

    def _parsed(self, value: Value, parse: Callable[[str], T], what: str) -> T:
        scalar = self.scalar(value, what)
        try:
            parsed = parse(scalar.text)
        except ExpressionError as error:
            line, column = self.source.place(scalar, (error.column or 1) - 1)
            raise ExpressionError(error.message, file=self.source.file, line=line, column=column) from None
        self.mark(scalar, parsed)
        return parsed

    def expressions(self, mapping: Mapping) -> dict[str, Expression]:
        """Expressions by name."""
        return {name: self.expression(value) for name, value in mapping.values.items()}

    # Where parts stand

    def mark(self, value: Value, *locus: object) -> None:
        """Remembers where the part, or the section, that a locus names stands."""
        self.kept.append(locus)
        self.marks[_key(locus)] = value

    def mark_keys(self, locus: tuple[object, ...], mapping: Mapping) -> None:
        """Remembers where the keys of a mapping stand."""
        for name, key in mapping.keys.items():
            self.mark(key, *locus, name)

    def _place(self, error: GameError, root: Value) -> NoReturn:
        """Raises the error of a game again, with its place in the file."""
        locus, symbol = error.locus, None
        if len(locus) > 1 and locus[-2] == "symbol":
            locus, symbol = locus[:-2], str(locus[-1])
        found: Value = root
        for length in range(len(locus), 0, -1):
            if _key(locus[:length]) in self.marks:
                found = self.marks[_key(locus[:length])]
                break
        line, column = found.line, found.column
        if isinstance(found, Scalar) and (symbol or error.column):
            offset = find_symbol(found.text, symbol) if symbol else (error.column or 1) - 1
            line, column = self.source.place(found, offset)
        kind = ExpressionError if symbol or error.column else GameError
        raise kind(error.message, file=self.source.file, line=line, column=column) from None

    # The sections

    def _players(self, value: Value) -> list[str]:
        items = self.sequence(value, "a list of names").items
        if len(items) > MOST_PLAYERS:
            self.fail(f"the game has {len(items)} players; the limit is {MOST_PLAYERS}", value)
        players = self.names(value, ("players",))
        try:
            check_players(players)  # checked here too, since trees are read by the names of the players
        except GameError as error:
            self._place(error, value)
        return players

    def _parameters(self, value: Value) -> list[Parameter]:
        mapping = self.mapping(value, "parameters by name")
        self.mark_keys(("parameters",), mapping)
        return [self._parameter(self.symbol(name, mapping, ("parameters",)), v) for name, v in mapping.values.items()]

    def symbol(self, name: str, mapping: Mapping, locus: tuple[object, ...]) -> str:
        """A symbol's name as it is compared: in Unicode's composed form."""
        normal = unicodedata.normalize("NFC", name)
        if normal != name and normal in mapping.keys:
            self.fail(f"the key {quoted(normal)} is given twice", mapping.keys[name])
        self.mark(mapping.keys[name], *locus, normal)
        return normal

    def _parameter(self, name: str, value: Value) -> Parameter:
        if not isinstance(value, Mapping):
            return Parameter(name, self._domain(value))
        self.keys(value, PARAMETER_KEYS, ["domain"], f"parameter {quoted(name)}")
        for key, inner in value.values.items():
            self.mark(inner, "parameters", name, key)
        words = {key: self.text(value.values[key]) for key in ("role", "meaning") if key in value.values}
        default = self.expression(value.values["default"]) if "default" in value.values else None
        return Parameter(name, self._domain(value.values["domain"]), default=default, **words)

    def _domain(self, value: Value) -> Condition | None:
        return None if isinstance(value, Scalar) and value.text.strip() == "real" else self.condition(value)

    def _assume(self, value: Value) -> list[Condition]:
        return [self.condition(item) for item in self.sequence(value, "a list of conditions").items]

    def _types(self, value: Value) -> dict[str, list[Type]]:
        mapping = self.mapping(value, "types by player")
        self.mark_keys(("types",), mapping)
        return {player: self._player_types(player, inner) for player, inner in mapping.values.items()}

    def _player_types(self, player: str, value: Value) -> list[Type]:
        mapping = self.mapping(value, "types by name, each with its probability")
        self.mark_keys(("types", player), mapping)
        return [self._type(player, name, inner) for name, inner in mapping.values.items()]

    def _type(self, player: str, name: str, value: Value) -> Type:
        if not isinstance(value, Mapping):
            return Type(name, self.expression(value))
        if "probability" not in value.values:
            self.fail(f"type {quoted(name)} has no 'probability'", value)
        locus = ("types", player, name)
        bindings = {self.symbol(key, value, locus): self.expression(v) for key, v in value.values.items() if key != "probability"}
        return Type(name, self.expression(value.values["probability"]), bindings)

    def _where(self, value: Value) -> dict[str, Expression]:
        mapping = self.mapping(value, "expressions by name")
        return {self.symbol(name, mapping, ("where",)): self.expression(inner) for name, inner in mapping.values.items()}

    def _outcomes(self, value: Value) -> dict[str, dict[str, Expression]]:
        mapping = self.mapping(value, "outcomes by name")
        self.mark_keys(("outcomes",), mapping)
        out = {}
        for name, inner in mapping.values.items():
            payoffs = self.mapping(inner, "the payoffs of the players")
            self.mark_keys(("outcomes", name), payoffs)
            out[name] = self.expressions(payoffs)
        return out

    def _events(self, value: Value) -> dict[str, list[str]]:
        mapping = self.mapping(value, "events by name, each a list of outcomes")
        events = {name: self.names(inner, ("events", name)) for name, inner in mapping.values.items()}
        self.mark_keys(("events",), mapping)
        return events

    def _claims(self, value: Value) -> list[Claim]:
        return [self._claim(k, item) for k, item in enumerate(self.sequence(value, "a list of claims").items)]

    def _claim(self, k: int, value: Value) -> Claim:
        mapping = self.mapping(value, "a claim: a sentence, and what it says")
        self.keys(mapping, CLAIM_KEYS, ["claim"], "a claim")
        texts = {key: self.scalar(inner, "a text") for key, inner in mapping.values.items()}
        self.mark(mapping, "claims", k)
        for key, scalar in texts.items():
            self.mark(scalar, "claims", k, key)
        places = {key: self.source.place(scalar, 0) for key, scalar in texts.items()}
        try:
            return Claim(**{key: scalar.text for key, scalar in texts.items()}, file=self.source.file, positions=places)
        except GameError as error:
            self.fail(error.message, mapping.keys[str(error.locus[0])] if error.locus else mapping)


def _key(locus: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(part if isinstance(part, str | int) else id(part) for part in locus)


def _kind(value: Value) -> str:
    if isinstance(value, Scalar):
        return f"the text {quoted(value.text)}" if value.text else "an empty value"
    return "a list" if isinstance(value, Sequence) else "a mapping"
