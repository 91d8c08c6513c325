"""Reads trees of game files, from the leaves up, so that deep ones need no recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import quoted, suggestion
from deterrence.model.parts import Branch, Branching, Chance, Decision, Outcome
from deterrence.model.yaml_text import Mapping, Scalar, Value

if TYPE_CHECKING:
    from deterrence.model.reading import Reader

MODIFIERS = ("hidden_from", "unseen_by")


def read_branches(reader: Reader, roots: list[Value], players: list[str]) -> list[Branching]:
    """The branches that the values describe."""
    return TreeReader(reader, players).read(roots)


class TreeReader:
    """Builds the branches of one file; `built` has those that are done, by the identity of the value that describes them."""

    def __init__(self, reader: Reader, players: list[str]) -> None:
        self.reader = reader
        self.players = players
        self.built: dict[int, Branching] = {}

    def read(self, roots: list[Value]) -> list[Branching]:
        """The branches that the values describe, in order."""
        order: list[Value] = []
        todo = list(reversed(roots))
        while todo:
            value = todo.pop()
            order.append(value)
            todo.extend(reversed(self._followers(value)))
        for value in reversed(order):
            self.built[id(value)] = self._build(value)
        return [self.built[id(root)] for root in roots]

    def _followers(self, value: Value) -> list[Value]:
        """The values that describe what comes next; refuses whatever is no branch."""
        if isinstance(value, Scalar):
            return []
        mapping = self.reader.mapping(value, "a move, an end, or the name of an outcome or subtree")
        if "then" in mapping.keys or "pay" in mapping.keys:
            self.reader.keys(mapping, ("pay", "then"), ["then"], "a branch")
            return [mapping.values["then"]]
        if "outcome" in mapping.keys:
            return []
        name = self._mover(mapping)
        moves = self._choices(name, mapping.values[name])
        if name != "Chance":
            return list(moves.values())
        return [self._chance_branch(label, inner).values["then"] for label, inner in moves.items()]

    def _mover(self, mapping: Mapping) -> str:
        """The one key of a move."""
        keys = list(mapping.keys)
        if not keys:
            self.reader.fail("found an empty mapping; expected a move, an end, or a name", mapping)
        movers = [*self.players, "Chance"]
        odd = next((key for key in keys if key not in movers), None)
        if odd in MODIFIERS:
            self.reader.fail(f"{quoted(odd or '')} stands among the actions of a move, not beside the player", mapping.keys[odd or ""])
        if odd is not None:
            near = suggestion(odd, movers) or "; expected a player, or Chance, or an end with 'outcome'"
            self.reader.fail(f"unknown player {quoted(odd)}{near}", mapping.keys[odd])
        if len(keys) > 1:
            hint = "a move has one player as its only key, and an end in place needs 'outcome'"
            self.reader.fail(f"found {quoted(keys[1])} beside {quoted(keys[0])}; {hint}", mapping.keys[keys[1]])
        return keys[0]

    def _choices(self, mover: str, value: Value) -> dict[str, Value]:
        what = "labels with their probabilities" if mover == "Chance" else "actions, each with what follows"
        mapping = self.reader.mapping(value, f"a mapping of {what}")
        choices = {label: inner for label, inner in mapping.values.items() if label not in MODIFIERS}
        if not choices:
            self.reader.fail(f"the move of {quoted(mover)} has no {'labels' if mover == 'Chance' else 'actions'}", mapping)
        return choices

    def _chance_branch(self, label: str, value: Value) -> Mapping:
        mapping = self.reader.mapping(value, "{probability: ..., then: ...}")
        self.reader.keys(mapping, ("probability", "pay", "then"), ["probability", "then"], f"label {quoted(label)} of Chance")
        return mapping

    def _build(self, value: Value) -> Branching:
        if isinstance(value, Scalar):
            if not value.text:
                self.reader.fail("found an empty value; expected a move, an end, or the name of an outcome or subtree", value)
            return value.text
        assert isinstance(value, Mapping)
        if "then" in value.keys:
            return self._paying(value.values["then"], value)
        if "outcome" in value.keys:
            return self._end(value)
        name = next(iter(value.keys))
        inner = value.values[name]
        assert isinstance(inner, Mapping)
        choices = self._choices(name, inner)
        move = self._chance(choices, inner) if name == "Chance" else self._decision(name, choices, inner)
        self._mark(move, value, inner, choices)
        return move

    def _paying(self, then: Value, mapping: Mapping) -> Branching:
        """What follows, with the payoffs of `pay` added to it."""
        following = self.built[id(then)]
        if "pay" not in mapping.values:
            return following
        pay = self.reader.mapping(mapping.values["pay"], "payoffs by player")
        branch = Branch(following, self.reader.expressions(pay))
        self.reader.mark(mapping, branch)
        self.reader.mark_keys((branch, "pay"), pay)
        self.reader.mark(then, branch, "to", "then")
        return branch

    def _end(self, mapping: Mapping) -> Outcome:
        name = self.reader.scalar(mapping.values["outcome"], "the name of an outcome")
        payoffs = {player: self.reader.expression(value) for player, value in mapping.values.items() if player not in ("outcome", "next")}
        following = self._next(mapping.values["next"]) if "next" in mapping.values else None
        if not payoffs and following is None:
            hint = f"write {name.text} alone for the payoffs of the listed outcome"
            self.reader.fail(f"the end {quoted(name.text)} gives no payoffs; {hint}", mapping)
        end = Outcome(name.text, payoffs or None, following)
        self.reader.mark(mapping, end)
        if "next" in mapping.values:
            self.reader.mark(mapping.keys["next"], end, "next")
            for state in end.next or ():
                self.reader.mark(mapping.values["next"], end, "next", state)
        self.reader.mark_keys((end, "payoff"), mapping)
        return end

    def _next(self, value: Value) -> str | dict[str, Any]:
        """The state that follows, or the probability of each."""
        if isinstance(value, Scalar):
            return self.reader.text(value)
        return dict(self.reader.expressions(self.reader.mapping(value, "a state, or {STATE: probability, ...}")))

    def _decision(self, player: str, choices: dict[str, Value], mapping: Mapping) -> Decision:
        return Decision(player, {label: self.built[id(then)] for label, then in choices.items()}, *self._audience(mapping))

    def _chance(self, choices: dict[str, Value], mapping: Mapping) -> Chance:
        labels = {}
        for label, value in choices.items():
            inner = self._chance_branch(label, value)
            labels[label] = (self.reader.expression(inner.values["probability"]), self._paying(inner.values["then"], inner))
        return Chance(labels, *self._audience(mapping))

    def _audience(self, mapping: Mapping) -> list[list[str]]:
        """The players from whom the choice is hidden, and those who do not see the move at all."""
        return [self.reader.names(mapping.values[key], (id(mapping), key)) if key in mapping.values else [] for key in MODIFIERS]

    def _mark(self, move: Decision | Chance, value: Mapping, inner: Mapping, choices: dict[str, Value]) -> None:
        self.reader.mark(value, move)
        for label, then in choices.items():
            self.reader.mark(inner.keys[label], move, "choice", label)
            target = then.values["then"] if isinstance(move, Chance) and isinstance(then, Mapping) else then
            self.reader.mark(target, move, "to", label)
        for key in MODIFIERS:
            listed = inner.values.get(key)
            for item in getattr(listed, "items", []):
                if isinstance(item, Scalar):
                    self.reader.mark(item, move, key, item.text)
