"""The quantities that claims speak of: probabilities, payoffs and beliefs, found by name and valued in an equilibrium."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from deterrence.algebra.errors import ExpressionError, quoted, suggestion
from deterrence.algebra.polynomials import Ratio
from deterrence.model.expectations import probability
from deterrence.model.extensive import ExtensiveForm, InformationSet
from deterrence.model.game import Game, parts_of
from deterrence.model.parts import Chance, Decision
from deterrence.model.recursion import reach
from deterrence.solution import Equilibrium

FUNCTIONS = ("Pr", "payoff", "belief")
MOST_LISTED = 6  # of names, in a message
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

    def total(self, wanted: Sequence[frozenset[int]]) -> Ratio:
        """The probability that play comes to an end of each of the wanted sets."""
        return Ratio.of(self.ring, probability(self.form, self.reached, wanted))

    def information_set(self, name: str) -> InformationSet | None:
        """The information set of that name; None where the equilibrium has none."""
        return sets_of(self.form).get(name)


@dataclass(frozen=True)
class Likelihood:
    """The probability that all of some labels (each with its kind) come about; where a type is given, of play that starts with it."""

    labels: tuple[tuple[str, str], ...]
    given: tuple[str, str] | None = None

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium; None where it has none."""
        form = assessed.form
        met = met_at(form)
        wanted = [frozenset(k for k in form.ends if label in met[k]) for label in self.labels]
        if self.given is None:
            return assessed.total(wanted)
        player, kind = self.given
        among = frozenset(k for k in form.ends if form.nodes[k].types.get(player) == kind)
        base = assessed.total([among])
        return assessed.total([*wanted, among]) / base if base else None


@dataclass(frozen=True)
class Choice:
    """The probability of an action at an information set, by their names."""

    information_set: str
    action: str

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium; None where the equilibrium has no such information set."""
        info = assessed.information_set(self.information_set)
        return None if info is None else assessed.equilibrium.exact_strategies[info.index][info.actions.index(self.action)]


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
    """The probability that the player at an information set (by name) gives to some of its nodes, by their places in it."""

    information_set: str
    places: tuple[int, ...]

    def value(self, assessed: Assessed) -> Ratio | None:
        """Its value in an equilibrium; None where the equilibrium says nothing of beliefs there."""
        ring, info = assessed.ring, assessed.information_set(self.information_set)
        if info is None:
            return None
        if len(info.nodes) == 1:
            return Ratio(ring, ring.constant(len(self.places)))
        beliefs = assessed.equilibrium.exact_beliefs.get(info.index)
        return sum((beliefs[k] for k in self.places), Ratio(ring, ring.zero)) if beliefs else None


Quantity: TypeAlias = Likelihood | Choice | Payoff | Belief


@lru_cache(maxsize=64)
def sets_of(form: ExtensiveForm[Any]) -> dict[str, InformationSet]:
    """The information sets of a form by name."""
    return {info.name: info for info in form.information_sets}


@lru_cache(maxsize=64)
def met_at(form: ExtensiveForm[Any]) -> dict[int, frozenset[tuple[str, str]]]:
    """For each end, the kind and label of everything that has come about there."""
    out: dict[int, frozenset[tuple[str, str]]] = {}
    for node in form.nodes:
        found: frozenset[tuple[str, str]] = frozenset()
        if node.parent is not None:
            parent = form.nodes[node.parent]
            kind = CHANCE if parent.kind == "chance" else ACTION
            found = out[parent.index] | ({(kind, parent.labels[node.branch])} if not parent.type_of else set())
        if node.kind == "end":
            events = [name for name, members in form.game.events.items() if set(node.outcomes).intersection(members)]
            found |= {(OUTCOME, label) for label in (*node.outcomes, *events)}
        out[node.index] = found
    return out


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
    """The names of a game by which quantities are asked for; `forms` are those over which its equilibria are written."""

    def __init__(self, game: Game, forms: Iterable[ExtensiveForm[Any]]) -> None:
        self.game, self.forms = game, tuple(dict.fromkeys(forms))
        self.homes = {name: form for form in self.forms for name in sets_of(form)}
        self.sets = {name: sets_of(form)[name] for name, form in self.homes.items()}

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Every label that can come about in play, by kind."""
        parts = [part for root in self.game.roots for part in parts_of(root)]
        return {
            OUTCOME: (*self.game.outcome_labels, *self.game.events),
            ACTION: tuple(dict.fromkeys(a for part in parts if isinstance(part, Decision) for a in part.actions)),
            CHANCE: tuple(dict.fromkeys(x for part in parts if isinstance(part, Chance) for x in part.labels)),
        }

    @cached_property
    def payees(self) -> tuple[str, ...]:
        """Whose payoffs can be asked for: the players, those who are replaced each period once for every period."""
        return tuple(dict.fromkeys(player for form in self.forms for player in form.players))

    def quantity(self, function: str, inside: Part) -> Quantity:
        """The quantity that is written `FUNCTION(INSIDE)`; raises ExpressionError where a name or the form is wrong."""
        readers: dict[str, Callable[[Part], Quantity]] = {"Pr": self._probability, "payoff": self._payoff, "belief": self._belief}
        return readers[function](inside)

    def _probability(self, inside: Part) -> Quantity:
        left, *given = inside.split("|", 1)
        if given and "=" not in given[0].text:
            info = self._information_set(given[0])
            return Choice(info.name, self._known(left, "action", info.actions, f" at {quoted(info.name)}"))
        labels = tuple((self._kind(label), label.text) for label in left.split(","))
        if not given:
            return Likelihood(labels)
        player, *kind = given[0].split("=", 1)
        self._type(player, kind[0])
        return Likelihood(labels, (player.text, kind[0].text))

    def _payoff(self, inside: Part) -> Payoff:
        player, *kinds = inside.split(",")
        self._known(player, "player", self.game.players)
        if len(kinds) > 1:
            raise kinds[1].wrong("payoff takes a player, or a player and a type of hers: payoff(PLAYER, TYPE)")
        replaced = [name for name in self.payees if name.startswith(f"{player.text}, ")]
        if replaced:
            wanted = Part(f"{player.text}, {kinds[0].text if kinds else ''}", player.start)
            return Payoff(self._known(wanted, "player, one for each period:", replaced))
        if kinds:
            self._type(player, kinds[0])
        return Payoff(player.text, kinds[0].text if kinds else None)

    def _belief(self, inside: Part) -> Belief:
        left, *given = inside.split("|", 1)
        if not given:
            raise inside.wrong("a belief is one at an information set: belief(PLAYER, TYPE | INFORMATION SET) or belief(MOVE | INFORMATION SET)")
        info = self._information_set(given[0])
        nodes = [self.homes[info.name].nodes[k] for k in info.nodes]
        what, *kind = left.split(",")
        if not kind:
            moves = tuple(dict.fromkeys(move for node in nodes for move in node.moves))
            self._known(what, "move", moves, f" on the way to {quoted(info.name)}")
            return Belief(info.name, tuple(i for i, node in enumerate(nodes) if what.text in node.moves))
        if len(kind) > 1:
            raise kind[1].wrong("belief takes a player and a type, or one move: belief(PLAYER, TYPE | INFORMATION SET)")
        self._type(what, kind[0])
        return Belief(info.name, tuple(i for i, node in enumerate(nodes) if node.types.get(what.text) == kind[0].text))

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
        """The information set of a name; where only the start of names is given, those that start so are listed."""
        likely = [each for each in self.sets if name.text and each.startswith((f"{name.text} (", f"{name.text} |"))]
        if likely and name.text not in self.sets:
            listed = ", ".join(map(quoted, likely[:MOST_LISTED])) + ", ..." * (len(likely) > MOST_LISTED)
            raise name.wrong(f"unknown information set {quoted(name.text)}; those that begin so are {listed}")
        self._known(name, "information set", list(self.sets))
        return self.sets[name.text]

    def _known(self, name: Part, what: str, known: Sequence[str], where: str = "") -> str:
        if not name.text:
            raise name.wrong(f"expected the name of {'an' if what[0] in 'aeiou' else 'a'} {what} here")
        if name.text not in known:
            near = suggestion(name.text, known)
            listed = f"; expected one of {', '.join(known)}" if len(known) <= MOST_LISTED else ""
            raise name.wrong(f"unknown {what} {quoted(name.text)}{where}{near or listed}")
        return name.text
