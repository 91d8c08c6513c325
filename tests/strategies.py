"""Random small games for hypothesis: two or three players, private types, chance, hidden and unseen moves, up to six information sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from deterrence.model.game import Game
from deterrence.model.parts import Chance, Decision, Outcome

PLAYERS = ("Patron", "Ally", "Foe")
LETTERS = {"Patron": "p", "Ally": "a", "Foe": "f", "Chance": "n"}
ODDS = ("1/2", "1/3", "1/4", "2/5")
MOST_ENDS = 48

View = tuple[tuple[str, str], ...]


@dataclass
class Builder:
    """Grows a tree, keeping count of information sets: a player's view of play decides her actions, as the format demands."""

    draw: Any
    players: tuple[str, ...]
    types: dict[str, int]
    symbols: list[str]
    most_sets: int
    sets: set[tuple[str, View]] = field(default_factory=set)
    counts: dict[tuple[str, View], int] = field(default_factory=dict)
    ends: int = 0

    def node(self, depth: int, views: dict[str, View]) -> Any:
        """A node; the deeper and the more there is already, the likelier an end."""
        kinds = ["decision"] * (4 if depth < 3 else 1) + (["chance"] if 0 < depth < 3 else []) + ["end"] * (0 if depth < 1 else depth)
        kind = self.draw(st.sampled_from(kinds))
        if kind == "decision":
            player = self.draw(st.sampled_from(self.players))
            if self._affordable(player, views[player]):
                return self.decision(player, depth, views)
        if kind == "chance":
            return self.chance(depth, views)
        return self.end()

    def _affordable(self, player: str, view: View) -> bool:
        used = {*self.sets, (player, view)}
        few = sum(self.types.get(who, 1) for who, _ in used) <= self.most_sets
        draws = self.types.get("Patron", 1) * self.types.get("Ally", 1) * self.types.get("Foe", 1)
        return few and self.ends * draws < MOST_ENDS

    def decision(self, player: str, depth: int, views: dict[str, View]) -> Decision:
        self.sets.add((player, views[player]))
        count = self.counts.setdefault((player, views[player]), self.draw(st.sampled_from([2, 2, 2, 3, 1])))
        hidden, unseen = self.secrecy(player)
        actions = {}
        for k in range(count):
            label = f"{LETTERS[player]}{len(views[player])}{'lmr'[k]}"
            actions[label] = self.node(depth + 1, self.seen(views, player, label, hidden, unseen))
        return Decision(player, actions, hidden_from=hidden, unseen_by=unseen)

    def chance(self, depth: int, views: dict[str, View]) -> Chance:
        hidden, unseen = self.secrecy("Chance")
        odds = self.draw(st.sampled_from(ODDS))
        labels = {}
        for label, probability in ((f"n{depth}h", odds), (f"n{depth}t", f"1 - {odds}")):
            labels[label] = (probability, self.node(depth + 1, self.seen(views, "Chance", label, hidden, unseen)))
        return Chance(labels, hidden_from=hidden, unseen_by=unseen)

    def secrecy(self, mover: str) -> tuple[list[str], list[str]]:
        """From whom a move is hidden, and who does not even see that it was made."""
        kinds = {who: self.draw(st.sampled_from(["seen", "seen", "hidden", "unseen"])) for who in self.players if who != mover}
        return [who for who in kinds if kinds[who] == "hidden"], [who for who in kinds if kinds[who] == "unseen"]

    def seen(self, views: dict[str, View], mover: str, label: str, hidden: list[str], unseen: list[str]) -> dict[str, View]:
        return {who: view if who in unseen else (*view, ("", "?") if who in hidden else (mover, label)) for who, view in views.items()}

    def end(self) -> Outcome:
        self.ends += 1
        payoffs = {}
        for player in self.players:
            payoff = str(self.draw(st.integers(-3, 3)))
            terms = ["", "", *(f" + {symbol}" for symbol in self.symbols), *(f" - {symbol}" for symbol in self.symbols)]
            payoffs[player] = payoff + self.draw(st.sampled_from(terms))
        return Outcome(f"End {self.ends}", payoffs)


@st.composite
def games(draw: Any, symbolic: bool = False, most_sets: int = 6) -> Game:
    """A game with integer payoffs and rational odds or, if symbolic, with up to two payoffs and a prior that are parameters."""
    players = PLAYERS[: draw(st.integers(2, 3))]
    typed = [player for player in players if draw(st.sampled_from([False, False, True]))][:2]
    parameters = {symbol: "real" for symbol in ["x", "y"][: draw(st.integers(1, 2))]} if symbolic else {}
    types = {}
    for player in typed:
        odds = draw(st.sampled_from(ODDS))
        if symbolic and "r" not in parameters and draw(st.booleans()):
            odds, parameters["r"] = "r", "0 < r < 1"
        low, high = sorted(draw(st.lists(st.integers(-2, 2), min_size=2, max_size=2, unique=True)))
        symbol = f"c{player}"
        types[player] = {"Soft": {"probability": odds, symbol: low}, "Hard": {"probability": f"1 - {odds}", symbol: high}}
    symbols = [*(f"c{player}" for player in typed), *(symbol for symbol in parameters if symbol != "r")]
    builder = Builder(draw, players, {player: 2 for player in typed}, symbols, most_sets)
    first = draw(st.sampled_from(players))
    tree = builder.decision(first, 0, {player: () for player in players})
    assume(len({player for (player, _), count in builder.counts.items() if count > 1}) > 1)  # a game, not one player's problem
    return Game(title="Random", players=players, parameters=parameters, types=types, tree=tree)


@st.composite
def points(draw: Any, game: Game) -> dict[str, Fraction]:
    """A point of the parameter space whose denominators no payoff has, so that it hardly ever lies where families meet."""
    prior = st.integers(1, 96).map(lambda k: Fraction(k, 97))
    payoff = st.integers(-400, 400).map(lambda k: Fraction(2 * k + 1, 202))
    return {name: draw(prior if name == "r" else payoff) for name in game.parameters}


@st.composite
def probabilities(draw: Any, count: int) -> list[Fraction]:
    """Rational probabilities that add up to 1, often pure."""
    weights = draw(st.lists(st.sampled_from([0, 0, 1, 1, 2]), min_size=count, max_size=count).filter(any))
    return [Fraction(w, sum(weights)) for w in weights]
