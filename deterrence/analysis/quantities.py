"""The quantities that claims speak of: probabilities, payoffs and beliefs, found by name and valued in an equilibrium."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from deterrence.algebra.errors import ExpressionError, quoted, suggestion
from deterrence.algebra.polynomials import Ratio
from deterrence.model.expectations import reach
from deterrence.model.extensive import ExtensiveForm, InformationSet
from deterrence.model.game import Game, parts_of
from deterrence.model.parts import Chance, Decision
from deterrence.solution import Equilibrium

FUNCTIONS = ("Pr", "payoff", "belief")
OUTCOME, ACTION, CHANCE = "an outcome or event", "an action", "a label of Chance"


class Assessed:
    """One equilibrium and how likely it makes each node."""

    def __init__(self, equilibrium: Equilibrium) -> None:
        self.equilibrium = equilibrium
        self.form = equilibrium.setting.form
        self.ring = equilibrium.setting.parameters.space.ring

    @cached_property
    def reached(self) -> list[Ratio]:
        """The probability with which play comes to each node, by index."""
        return [Ratio.of(self.ring, p) for p in reach(self.form, self.equilibrium.exact_strategies)]

    def total(self, ends: Iterable[int]) -> Ratio:
        """The probability that play ends at one of the ends."""
        return sum((self.reached[k] for k in ends), Ratio(self.ring, self.ring.zero))


@dataclass(frozen=True)
class Likelihood:
    """The probability that play comes to one of some ends; where `among` is given, of play that comes to one of those."""

    ends: tuple[int, ...]
    among: tuple[int, ...] | None = None

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium; None where it has none."""
        if self.among is None:
            return assessed.total(self.ends)
        base = assessed.total(self.among)
        return assessed.total(self.ends) / base if base else None


@dataclass(frozen=True)
class Choice:
    """The probability of an action at an information set, by their indices."""

    information_set: int
    action: int

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium."""
        return assessed.equilibrium.exact_strategies[self.information_set][self.action]


@dataclass(frozen=True)
class Payoff:
    """A player's expected payoff, before types are drawn or given her own type."""

    player: str
    kind: str | None = None

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium; None for a type that is never drawn."""
        if self.kind is None:
            return assessed.equilibrium.exact_payoffs[self.player]
        return assessed.equilibrium.exact_payoffs_by_type[self.player].get(self.kind)


@dataclass(frozen=True)
class Belief:
    """The probability that the player at an information set gives to some of its nodes, by their places in it."""

    information_set: int
    places: tuple[int, ...]

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium; None where the equilibrium says nothing of beliefs there."""
        ring = assessed.ring
        if len(assessed.form.information_sets[self.information_set].nodes) == 1:
            return Ratio(ring, ring.constant(len(self.places)))
        beliefs = assessed.equilibrium.exact_beliefs.get(self.information_set)
        return sum((beliefs[k] for k in self.places), Ratio(ring, ring.zero)) if beliefs else None


Quantity: TypeAlias = Likelihood | Choice | Payoff | Belief


@dataclass(frozen=True)
class Part:
    """A piece of a text and where it starts, counted from 0."""

    text: str
    start: int

    def split(self, separator: str, most: int = -1) -> list[Part]:
        """The pieces between separators, without the white space around them."""
        out, at = [], self.start
        for piece in self.text.split(separator, most):
            out.append(Part(" ".join(piece.split()), at + len(piece) - len(piece.lstrip())))
            at += len(piece) + len(separator)
        return out

    def wrong(self, message: str) -> ExpressionError:
        """The error of what starts here."""
        return ExpressionError(message, column=self.start + 1)


class Vocabulary:
    """The names of a game by which quantities are asked for."""

    def __init__(self, game: Game, form: ExtensiveForm[Any]) -> None:
        self.game, self.form = game, form
        self.sets = {info.name: info for info in form.information_sets}

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Every label that can come about in play, by kind."""
        parts = [part for root in (self.game.tree, *self.game.subtrees.values()) for part in parts_of(root)]
        return {
            OUTCOME: (*self.game.outcome_labels, *self.game.events),
            ACTION: tuple(dict.fromkeys(a for part in parts if isinstance(part, Decision) for a in part.actions)),
            CHANCE: tuple(dict.fromkeys(x for part in parts if isinstance(part, Chance) for x in part.labels)),
        }

    @cached_property
    def met(self) -> dict[int, frozenset[tuple[str, str]]]:
        """For each end, the kind and label of everything that has come about there."""
        out: dict[int, frozenset[tuple[str, str]]] = {}
        for node in self.form.nodes:
            found: frozenset[tuple[str, str]] = frozenset()
            if node.parent is not None:
                parent = self.form.nodes[node.parent]
                kind = CHANCE if parent.kind == "chance" else ACTION
                found = out[parent.index] | ({(kind, parent.labels[node.branch])} if not parent.type_of else set())
            if node.kind == "end":
                events = [name for name, members in self.game.events.items() if node.outcome in members]
                found |= {(OUTCOME, label) for label in (node.outcome, *events) if label is not None}
            out[node.index] = found
        return out

    def quantity(self, function: str, inside: Part) -> Quantity:
        """The quantity that is written `FUNCTION(INSIDE)`; raises ExpressionError where a name or the form is wrong."""
        readers: dict[str, Callable[[Part], Quantity]] = {"Pr": self._probability, "payoff": self._payoff, "belief": self._belief}
        return readers[function](inside)

    def _probability(self, inside: Part) -> Quantity:
        left, *given = inside.split("|", 1)
        if given and "=" not in given[0].text:
            info = self._information_set(given[0])
            return Choice(info.index, info.actions.index(self._known(left, "action", info.actions, f" at {quoted(info.name)}")))
        met = [(self._kind(label), label.text) for label in left.split(",")]
        ends = tuple(k for k in self.form.ends if all(each in self.met[k] for each in met))
        if not given:
            return Likelihood(ends)
        player, *kind = given[0].split("=", 1)
        among = self._ends_of_type(player, kind[0])
        return Likelihood(tuple(k for k in ends if k in among), among)

    def _ends_of_type(self, player: Part, kind: Part) -> tuple[int, ...]:
        self._type(player, kind)
        return tuple(k for k in self.form.ends if self.form.nodes[k].types.get(player.text) == kind.text)

    def _payoff(self, inside: Part) -> Payoff:
        player, *kinds = inside.split(",")
        self._known(player, "player", self.game.players)
        if len(kinds) > 1:
            raise kinds[1].wrong("payoff takes a player, or a player and a type of hers: payoff(PLAYER, TYPE)")
        if kinds:
            self._type(player, kinds[0])
        return Payoff(player.text, kinds[0].text if kinds else None)

    def _belief(self, inside: Part) -> Belief:
        left, *given = inside.split("|", 1)
        if not given:
            raise inside.wrong("a belief is one at an information set: belief(PLAYER, TYPE | INFORMATION SET) or belief(MOVE | INFORMATION SET)")
        info = self._information_set(given[0])
        nodes = [self.form.nodes[k] for k in info.nodes]
        what, *kind = left.split(",")
        if not kind:
            moves = tuple(dict.fromkeys(move for node in nodes for move in node.moves))
            self._known(what, "move", moves, f" on the way to {quoted(info.name)}")
            return Belief(info.index, tuple(i for i, node in enumerate(nodes) if what.text in node.moves))
        if len(kind) > 1:
            raise kind[1].wrong("belief takes a player and a type, or one move: belief(PLAYER, TYPE | INFORMATION SET)")
        self._type(what, kind[0])
        return Belief(info.index, tuple(i for i, node in enumerate(nodes) if node.types.get(what.text) == kind[0].text))

    # Names

    def _kind(self, label: Part) -> str:
        kinds = [kind for kind, labels in self.labels.items() if label.text in labels]
        if not kinds:
            known = [name for labels in self.labels.values() for name in labels]
            self._known(label, "outcome, event, action or label of Chance", known)
        if len(kinds) > 1:
            both = " and ".join(kinds)
            raise label.wrong(f"{quoted(label.text)} is {both}, and which is meant cannot be told; give one of them another name")
        return kinds[0]

    def _type(self, player: Part, kind: Part) -> None:
        self._known(player, "player", self.game.players)
        if player.text not in self.game.types:
            raise player.wrong(f"player {quoted(player.text)} has no types")
        self._known(kind, f"type of {player.text}", [each.name for each in self.game.types[player.text]])

    def _information_set(self, name: Part) -> InformationSet:
        self._known(name, "information set", list(self.sets))
        return self.sets[name.text]

    def _known(self, name: Part, what: str, known: Sequence[str], where: str = "") -> str:
        if not name.text:
            raise name.wrong(f"expected the name of {'an' if what[0] in 'aeiou' else 'a'} {what} here")
        if name.text not in known:
            near = suggestion(name.text, known)
            listed = f"; expected one of {', '.join(known)}" if len(known) <= 6 else ""
            raise name.wrong(f"unknown {what} {quoted(name.text)}{where}{near or listed}")
        return name.text
