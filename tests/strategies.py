"""Random small games for hypothesis: two or three players, private types, chance, hidden and unseen moves, up to six information sets.

Also games that are played a given number of times, and repeated games with random automata.

A game is made from one number, which a failing test reports, rather than from many small draws: hypothesis would vary a few of these at a time, and
most of its games would be nearly the same.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from deterrence.algebra.errors import GameError
from deterrence.model.automata import Automaton, Phase, Rule
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.parts import Chance, Decision, Outcome
from deterrence.model.profiles import reachable_pairs, stages
from deterrence.model.stochastic import RepeatedGame, StochasticGame

PLAYERS = ("Patron", "Ally", "Foe")
LETTERS = {"Patron": "p", "Ally": "a", "Foe": "f", "Chance": "n"}
ODDS = ("1/2", "1/3", "1/4", "2/5")
MOST_ENDS = 48

View = tuple[tuple[str, str], ...]


@dataclass
class Builder:
    """Grows a tree, keeping count of information sets: a player's view of play decides her actions, as the format demands."""

    random: random.Random
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
        kind = self.random.choice(kinds)
        if kind == "decision":
            player = self.random.choice(self.players)
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
        count = self.counts.setdefault((player, views[player]), self.random.choice([2, 2, 2, 3, 1]))
        hidden, unseen = self.secrecy(player)
        actions = {}
        for k in range(count):
            label = f"{LETTERS[player]}{len(views[player])}{'lmr'[k]}"
            actions[label] = self.node(depth + 1, self.seen(views, player, label, hidden, unseen))
        return Decision(player, actions, hidden_from=hidden, unseen_by=unseen)

    def chance(self, depth: int, views: dict[str, View]) -> Chance:
        hidden, unseen = self.secrecy("Chance")
        odds = self.random.choice(ODDS)
        labels = {}
        for label, probability in ((f"n{depth}h", odds), (f"n{depth}t", f"1 - {odds}")):
            labels[label] = (probability, self.node(depth + 1, self.seen(views, "Chance", label, hidden, unseen)))
        return Chance(labels, hidden_from=hidden, unseen_by=unseen)

    def secrecy(self, mover: str) -> tuple[list[str], list[str]]:
        """From whom a move is hidden, and who does not even see that it was made."""
        kinds = {who: self.random.choice(["seen", "seen", "hidden", "unseen"]) for who in self.players if who != mover}
        return [who for who in kinds if kinds[who] == "hidden"], [who for who in kinds if kinds[who] == "unseen"]

    def seen(self, views: dict[str, View], mover: str, label: str, hidden: list[str], unseen: list[str]) -> dict[str, View]:
        return {who: view if who in unseen else (*view, ("", "?") if who in hidden else (mover, label)) for who, view in views.items()}

    def end(self) -> Outcome:
        self.ends += 1
        payoffs = {}
        for player in self.players:
            payoff = str(self.random.randint(-3, 3))
            terms = ["", "", *(f" + {symbol}" for symbol in self.symbols), *(f" - {symbol}" for symbol in self.symbols)]
            payoffs[player] = payoff + self.random.choice(terms)
        return Outcome(f"End {self.ends}", payoffs)


def random_game(number: int, symbolic: bool = False, most_sets: int = 6) -> Game | None:
    """The game of that number, with integer payoffs and rational odds or, if symbolic, with parameters too; None where only one player acts."""
    rng = random.Random(f"{number} {symbolic}")
    players = PLAYERS[: rng.choice([2, 3])]
    typed = [player for player in players if rng.random() < 1 / 3][:2]
    parameters = dict.fromkeys(["x", "y"][:rng.choice([1, 2])], "real") if symbolic else {}
    types = {}
    for player in typed:
        odds = rng.choice(ODDS)
        if symbolic and "r" not in parameters and rng.random() < 1 / 2:
            odds, parameters["r"] = "r", "0 < r < 1"
        low, high = sorted(rng.sample(range(-2, 3), 2))
        types[player] = {"Soft": {"probability": odds, f"c{player}": low}, "Hard": {"probability": f"1 - {odds}", f"c{player}": high}}
    symbols = [*(f"c{player}" for player in typed), *(symbol for symbol in parameters if symbol != "r")]
    builder = Builder(rng, players, dict.fromkeys(typed, 2), symbols, most_sets)
    tree = builder.decision(rng.choice(players), 0, dict.fromkeys(players, ()))
    if len({player for (player, _), count in builder.counts.items() if count > 1}) < 2:
        return None
    return Game(title=f"Random game {number}", players=players, parameters=parameters, types=types, tree=tree)


def supports(game: Game, at: dict[str, Fraction] | None = None) -> int:
    """How many profiles of supports the game has."""
    return math.prod(2 ** len(info.actions) - 1 for info in extensive_form(game, at or {}).information_sets)


@st.composite
def games(draw: Any, symbolic: bool = False, most_sets: int = 6) -> Game:
    """A random game in which at least two players have something to decide."""
    game = random_game(draw(st.integers(0, 2**32 - 1)), symbolic, most_sets)
    assume(game is not None)
    return game


@st.composite
def points(draw: Any, game: Game) -> dict[str, Fraction]:
    """A point of the parameter space with a denominator of its own for each parameter, and none that a payoff has.

    So no two parameters are equal or differ by what payoffs do, and the point hardly ever lies where families meet.
    """
    primes = dict(zip((name for name in game.parameters if name != "r"), (101, 103, 107, 109), strict=False))
    prior = st.integers(1, 96).map(lambda k: Fraction(k, 97))
    payoffs = {name: st.integers(-2 * p, 2 * p).filter(lambda k, p=p: k % p).map(lambda k, p=p: Fraction(k, p)) for name, p in primes.items()}
    return {name: draw(prior if name == "r" else payoffs[name]) for name in game.parameters}


@st.composite
def probabilities(draw: Any, count: int) -> list[Fraction]:
    """Rational probabilities that add up to 1, often pure."""
    weights = draw(st.lists(st.sampled_from([0, 0, 1, 1, 2]), min_size=count, max_size=count).filter(any))
    return [Fraction(w, sum(weights)) for w in weights]


def random_meeting(number: int) -> Game:
    """Three players who choose at once: mixtures of all three are irrational as a rule."""
    rng = random.Random(number)
    ends = itertools.count(1)

    def node(left: tuple[str, ...]) -> Any:
        if not left:
            return Outcome(f"End {next(ends)}", {player: rng.randint(-3, 3) for player in PLAYERS})
        return Decision(left[0], {f"{LETTERS[left[0]]}{move}": node(left[1:]) for move in "lm"}, hidden_from=left[1:])

    return Game(title=f"Random meeting {number}", players=PLAYERS, tree=node(PLAYERS))


class StageBuilder(Builder):
    """Grows the tree of one period: what is not seen in it is either shown at its end or unseen by all others for good."""

    def secrecy(self, mover: str) -> tuple[list[str], list[str]]:
        others = [who for who in self.players if who != mover]
        if self.random.random() < 1 / 6:
            return [], others
        return [who for who in others if self.random.random() < 1 / 3], []


def random_finite_game(number: int, most_sets: int = 3, horizon: int = 2) -> RepeatedGame | None:
    """A game of some periods, with a random discount, types and short-lived players; None where only one player acts or one would forget."""
    rng = random.Random(f"finite {number}")
    players = PLAYERS[: rng.choice([2, 2, 3])]
    typed = [player for player in players if rng.random() < 1 / 3][:1]
    short_lived = [player for player in players if player not in typed and rng.random() < 1 / 3]
    odds, (low, high) = rng.choice(ODDS), sorted(rng.sample(range(-2, 3), 2))
    types = {
        player: {"Soft": {"probability": odds, f"c{player}": low}, "Hard": {"probability": f"1 - {odds}", f"c{player}": high}} for player in typed
    }
    builder = StageBuilder(rng, players, dict.fromkeys(typed, 2), [f"c{player}" for player in typed], most_sets)
    tree = builder.decision(rng.choice(players), 0, dict.fromkeys(players, ()))
    if len({player for (player, _), count in builder.counts.items() if count > 1}) < 2:
        return None
    discount = {player: rng.choice(["1", "1/2", "2/3", "0"]) for player in players if player not in short_lived}
    game = RepeatedGame(
        title=f"Random finite game {number}", players=players, types=types, tree=tree, discount=discount, horizon=horizon, short_lived=short_lived
    )
    try:
        extensive_form(game, {})
    except GameError as error:
        if "after one unseen move and not after another" in error.message:
            return None
        raise
    return game


@st.composite
def finite_games(draw: Any, most_sets: int = 3, horizon: int = 2) -> RepeatedGame:
    """A random game of some periods in which at least two players have something to decide."""
    game = random_finite_game(draw(st.integers(0, 2**32 - 1)), most_sets, horizon)
    assume(game is not None)
    assert game is not None
    return game


def random_repeated_game(number: int, most_sets: int = 3) -> RepeatedGame | None:
    """A repeated game with a symbolic discount factor and one random automaton, `Machine`; None where only one player acts.

    Monitoring may be imperfect, some players short-lived, and the automaton may mix.
    """
    rng = random.Random(f"repeated {number}")
    players = PLAYERS[: rng.choice([2, 2, 3])]
    builder = StageBuilder(rng, players, {}, [], most_sets)
    tree = builder.decision(rng.choice(players), 0, dict.fromkeys(players, ()))
    if len({player for (player, _), count in builder.counts.items() if count > 1}) < 2:
        return None
    short_lived = [player for player in players[1:] if rng.random() < 1 / 5]
    sections: dict[str, Any] = {"players": players, "tree": tree, "discount": "delta", "short_lived": short_lived}
    sections["parameters"] = {"delta": "0 <= delta and delta < 1"}
    bare = RepeatedGame(title=f"Random repeated game {number}", **sections)
    return RepeatedGame(title=bare.title, **sections, strategies={"Machine": random_automaton(rng, bare)})


def random_automaton(rng: random.Random, game: RepeatedGame) -> Automaton:
    """An automaton with up to three states, whose rules look at what can be seen and lead to every state."""
    stage = stages(game)["Stage"]
    size, names = rng.choice([1, 2, 2, 3, 3]), ["One", "Two", "Three"]
    phases = {}
    for k in range(size):
        play = {info.name: _random_choice(rng, info.actions) for info in stage.sets}
        seen = [(mover, label) for mover, labels in stage.public.items() if mover in (*PLAYERS, "Chance") for label in labels]
        rules = [Rule(rng.choice(names[:size]), dict([rng.choice(seen)])) for _ in range(rng.choice([0, 1, 1, 2]))] if seen else []
        phases[names[k]] = Phase(play, [*rules, Rule(names[(k + 1) % size])])
    return Automaton("One", _met(game, phases))


def _met(game: RepeatedGame, phases: dict[str, Phase]) -> dict[str, Phase]:
    """The states to which some moves lead; rules that no moves fit lead to the first."""
    found = {phase for _, phase in reachable_pairs(game, stages(game), Automaton("One", phases))}
    rules = {name: [Rule(r.go if r.go in found else "One", r.when) for r in phase.next] for name, phase in phases.items()}
    return {name: Phase(phase.play, rules[name]) for name, phase in phases.items() if name in found}


def _random_choice(rng: random.Random, actions: tuple[str, ...]) -> Any:
    if rng.random() < 1 / 8 and len(actions) > 1:
        return {actions[0]: "1/3", actions[1]: "2/3"}
    return rng.choice(actions)


class StateBuilder(StageBuilder):
    """Grows the tree of one state, whose ends lead to this state, to the other, or to either by chance."""

    states = ("Calm", "Storm")

    def end(self) -> Outcome:
        end = super().end()
        one, other = self.states
        end_next = self.random.choice([one, other, {one: "1/3", other: "2/3"}])
        return Outcome(f"{end.name} {self.name}", end.payoffs, next=end_next)

    name = ""


def random_stochastic_game(number: int, most_sets: int = 2) -> StochasticGame | None:
    """A game in two states with a given discount factor; None where only one player acts in one of them."""
    rng = random.Random(f"stochastic {number}")
    players = PLAYERS[:2]
    trees = {}
    for name in StateBuilder.states:
        builder = StateBuilder(rng, players, {}, [], most_sets)
        builder.name = name
        trees[name] = builder.decision(rng.choice(players), 0, dict.fromkeys(players, ()))
        if len({player for (player, _), count in builder.counts.items() if count > 1}) < 2:
            return None
    return StochasticGame(title=f"Random stochastic game {number}", players=players, states=trees, discount=rng.choice(["1/2", "3/4", "9/10"]))


def random_reputation(number: int, horizon: int = 2) -> RepeatedGame:
    """A patron with two types before a chain of allies: entry, a move made at once, or a signal; payoffs without ties, and the prior as a symbol."""
    rng = random.Random(f"reputation {number}")
    shape = rng.choice(["entry", "at once", "signal"])
    names = ["Kept", "Broken", "Apart"] if shape == "entry" else [f"{deed} {reply}" for deed in ("Keep", "Break") for reply in ("trusted", "left")]

    def payoff() -> Fraction:
        return Fraction(rng.randint(-300, 300), rng.choice([97, 101, 103, 107]))

    if shape == "entry":
        tree = Decision("Ally", {"Trust": Decision("Patron", {"Keep": "Kept", "Break": "Broken"}), "Leave": "Apart"})
    else:
        replies = {deed: Decision("Ally", {"Trust": f"{deed} trusted", "Leave": f"{deed} left"}) for deed in ("Keep", "Break")}
        tree = Decision("Patron", replies, hidden_from=["Ally"] if shape == "at once" else [])
    symbols = {name: f"u{k}" for k, name in enumerate(names)}
    types = {kind: {"probability": p, **{symbol: payoff() for symbol in symbols.values()}} for kind, p in (("Hard", "p"), ("Soft", "1 - p"))}
    return RepeatedGame(
        title=f"Random reputation {number}", players=PLAYERS[:2], parameters={"p": "0 < p < 1"}, types={"Patron": types}, tree=tree, horizon=horizon,
        outcomes={name: {"Patron": symbol, "Ally": payoff()} for name, symbol in symbols.items()}, short_lived=["Ally"],
        discount=rng.choice(["1", "1/2", "9/10"]),
    )  # fmt: skip
