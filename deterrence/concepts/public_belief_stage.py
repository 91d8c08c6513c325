"""One period of a game with a horizon, played at a given belief about the lasting player's type."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.algebra.formula import Atom, conjunction
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ratio, Ring
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import Clock
from deterrence.algebra.space import Space
from deterrence.concepts.play import Play, Support, Supports
from deterrence.concepts.setting import defaults, domain, parameter_values
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.parts import Type
from deterrence.model.stochastic import StochasticGame

LATER_NAMES = 6  # unknowns a period for mixing at single beliefs that the period before it settles
Moves = tuple[str, ...]
Order = tuple[int, int, int]
"""How unlikely a path is: whether the belief excludes it, unused actions of the type they are not put down to, and all other unused actions."""


@dataclass(frozen=True)
class Record:
    """What is publicly known when a period ends, with the end that each type comes to by it (None where a type cannot)."""

    moves: Moves
    ends: tuple[int | None, int | None]


class StagePlay(Play):
    """The tree of one period, where each end is worth its payoffs and, to the lasting player, what follows."""

    after: Mapping[int, tuple[Ratio, ...]] = {}

    def followed_by(self, after: Mapping[int, tuple[Ratio, ...]]) -> StagePlay:
        """The same tree with other worths of its ends."""
        other = copy.copy(self)
        other.after, other._values = after, {}
        return other

    def over(self, space: Space) -> StagePlay:
        """The same tree over another space with the same ring."""
        other = copy.copy(self)
        other.space, other._values = space, {}
        return other

    def value(self, index: int, supports: Supports) -> tuple[Ratio, ...]:
        """Every player's expected payoff from a node on."""
        return self.after[index] if index in self.after else super().value(index, supports)


class Stage:
    """The game that is played in each period, its tree over a ring in which the belief is a symbol.

    `kinds` are the two types of the lasting player; the belief is the probability of the first. `inside` is the space of parameters and
    belief, `parameters` that of the parameters alone.
    """

    def __init__(self, game: StochasticGame, surprise: str | Mapping[str, str], clock: Clock, periods: int | None = None) -> None:
        self.lasting = lasting_player(game)
        self.game, self.periods = game, periods or game.horizon or 1
        self.kinds = tuple(kind.name for kind in game.types[self.lasting])
        once = _one_period(game, self.lasting)
        self.symbol = _fresh("mu", game)
        bare = extensive_form(once, parameter_values(game, Ring(game.free_parameters)))
        later = [f"|later {k}" for k in range(LATER_NAMES * self.periods)]
        after = [f"|after {k}" for k in range(len(bare.ends))]
        self.ring = Ring([*game.free_parameters, self.symbol, *Play.unknown_names(bare), *later, *after, *RADICALS])
        self.after = [Ratio(self.ring, self.ring[name]) for name in after]
        self.later = [self.ring.index[name] for name in later]
        self.named = 0
        self.belief = Ratio(self.ring, self.ring[self.symbol])
        self._make_spaces(clock)
        form = extensive_form(once, parameter_values(game, self.ring))
        self.play = StagePlay(form, self.inside.space)
        self.surprise = _put_down(surprise, self)
        self.discount = Ratio.of(self.ring, self._discount())

    def _make_spaces(self, clock: Clock) -> None:
        ring, count = self.ring, len(self.game.free_parameters)
        roles = {name: p.role for name, p in self.game.parameters.items()}
        known = domain(self.game, ring)
        mu = self.belief.numerator
        within = conjunction((known, Atom(mu, ">"), Atom(1 - mu, ">")))
        self.parameters = ParameterSpace(Space(ring, range(count), known, clock), roles, defaults(self.game))
        # Conditions are solved for the belief before anything else.
        self.inside = ParameterSpace(Space(ring, range(count + 1), within, clock), {**roles, self.symbol: "discount"})

    def _discount(self) -> Ratio:
        values = parameter_values(self.game, self.ring)
        expression = self.game.expand(self.game.discount[self.lasting])
        return Ratio.of(self.ring, expression.evaluate(values, lambda number: Ratio.of(self.ring, number)))

    @property
    def variable(self) -> int:
        """The ring's variable for the belief."""
        return self.ring.index[self.symbol]

    @cached_property
    def own(self) -> tuple[int, ...]:
        """The information sets of the lasting player."""
        return tuple(info.index for info in self.play.sets if info.player == self.lasting)

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """The node at which play starts once the type is drawn, for each type."""
        return self.play.nodes[0].children

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Everything that can be publicly known when the period ends."""
        found: dict[Moves, list[int | None]] = {}
        for k in self.play.form.ends:
            node = self.play.nodes[k]
            found.setdefault(node.moves, [None, None])[self.kinds.index(node.types[self.lasting])] = k
        return tuple(Record(moves, (ends[0], ends[1])) for moves, ends in found.items())

    # Beliefs

    def likelihood(self, index: int, supports: Supports, prior: Ratio) -> tuple[Order, Ratio]:
        """How unlikely a node is, and how much it weighs among those that are no likelier, the first type having the probability `prior`."""
        play, kind = self.play, self.play.nodes[index].types[self.lasting]
        share = prior if kind == self.kinds[0] else 1 - prior
        excluded, wrong, unused = int(not share), 0, 0
        weight = share if share else Ratio.of(self.ring, 1)
        for at, branch in play.paths[index][1:]:
            node = play.nodes[at]
            info = node.information_set
            if info is None:
                weight = weight * node.probabilities[branch]
            elif branch in supports[info]:
                weight = weight * play.probability(info, branch, supports[info])
            elif info in self.own and self.surprise[node.labels[branch]] != kind:
                wrong += 1
            else:
                unused += 1
        return (excluded, wrong, unused), weight

    def weights(self, info: int, supports: Supports, prior: Ratio) -> list[Ratio]:
        """How much the nodes of an information set weigh: those that are likeliest, at the limit where unused actions vanish."""
        found = [self.likelihood(k, supports, prior) for k in self.play.sets[info].nodes]
        least = min(order for order, _ in found)
        likely = [order == least for order, _ in found]
        if sum(likely) == 1:
            return [Ratio.of(self.ring, int(is_so)) for is_so in likely]
        return [weight if is_so else Ratio.of(self.ring, 0) for is_so, (_, weight) in zip(likely, found, strict=True)]

    def posterior(self, record: Record, supports: Supports, prior: Ratio) -> Ratio:
        """The belief after a period in which something has become known."""
        first, second = record.ends
        if first is None or second is None:
            return prior if prior in (0, 1) else Ratio.of(self.ring, int(second is None))
        (order, weight), (other, rest) = self.likelihood(first, supports, prior), self.likelihood(second, supports, prior)
        if order != other:
            return Ratio.of(self.ring, int(order < other))
        return weight / (weight + rest)

    # Values

    def followed(self, play: StagePlay, values: Mapping[Moves, tuple[Ratio, Ratio]]) -> StagePlay:
        """The tree in which each type of the lasting player gets, on top of a record, the discounted value that it has for her."""
        i = self.play.player_index[self.lasting]
        after = {}
        for record in self.records:
            for k, end in enumerate(record.ends):
                if end is not None:
                    worth = [Ratio.of(self.ring, u) for u in self.play.nodes[end].payoffs]
                    worth[i] = worth[i] + self.discount * values[record.moves][k]
                    after[end] = tuple(worth)
        return play.followed_by(after)

    def values(self, play: Play, supports: Supports) -> tuple[Ratio, Ratio]:
        """What the period and all that follow are worth to each type."""
        i = play.player_index[self.lasting]
        first, second = (play.value(root, supports)[i] for root in self.roots)
        return first, second

    def new_unknown(self) -> int:
        """A variable of the ring that is not used yet."""
        if self.named == len(self.later):
            raise InputError("the recursion on the belief leaves too much open at single beliefs")
        self.named += 1
        return self.later[self.named - 1]

    def all_supports(self, info: int) -> list[Support]:
        """Every support at an information set."""
        return self.play.all_supports(self.play.sets[info])


def lasting_player(game: Game) -> str:
    """The one player who lasts, if the game is within reach; else InputError."""
    if not isinstance(game, StochasticGame) or game.horizon is None:
        raise InputError("the recursion on the belief is for games with a `horizon`; this one has none")
    typed, lasting = list(game.types), [p for p in game.players if p not in game.short_lived]
    if len(typed) != 1 or len(game.types[typed[0]]) != 2:
        have = ", ".join(f"{p} has {len(kinds)}" for p, kinds in game.types.items()) or "no player has any"
        raise InputError(f"the recursion on the belief is for games in which one player has two types; here {have}")
    if lasting != typed:
        others = ", ".join(p for p in lasting if p not in typed)
        raise InputError(f"all players but {typed[0]} must be `short_lived` for the recursion on the belief; {others} is not")
    if not game.seen_by_all:
        raise InputError("the recursion on the belief is for games in which the past is public; some move is `unseen_by` a player for good")
    return typed[0]


def _one_period(game: StochasticGame, lasting: str) -> StochasticGame:
    """The game played once; the probabilities of the types are those of the belief, whatever the prior is."""
    kinds = {lasting: [Type(kind.name, Fraction(1, 2), kind.bindings) for kind in game.types[lasting]]}
    once = game.replace(horizon=1, types=kinds, claims=())
    assert isinstance(once, StochasticGame)
    return once


def _fresh(name: str, game: StochasticGame) -> str:
    taken = {*game.parameters, *game.where, *game.type_symbols}
    while name in taken:
        name += "_"
    return name


def _put_down(surprise: str | Mapping[str, str], stage: Stage) -> dict[str, str]:
    """The type to which each action of the lasting player is put down where neither type would take it."""
    actions = dict.fromkeys(action for info in stage.own for action in stage.play.sets[info].actions)
    given = dict.fromkeys(actions, surprise) if isinstance(surprise, str) else dict(surprise)
    for action, kind in given.items():
        if action not in actions:
            near = suggestion(action, actions) or f"; expected {', '.join(actions)}"
            raise InputError(f"surprise: {quoted(str(action))} is no action of {stage.lasting}{near}")
        if kind not in stage.kinds:
            raise InputError(f"surprise is {quoted(str(kind))}; expected a type of {stage.lasting}, {' or '.join(stage.kinds)}")
    missing = [action for action in actions if action not in given]
    if missing:
        raise InputError(f"surprise: nothing is said of {quoted(missing[0])}; expected a type of {stage.lasting} for every action of hers")
    return given
