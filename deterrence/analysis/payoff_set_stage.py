"""The stage of a repeated game in which all move at once: its profiles, best deviations, pure minmax and pure equilibria, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.algebra.expressions import exact

Payoffs = tuple[Fraction, ...]
Profile = tuple[str, ...]
_MOST_PROFILES = 100_000


@dataclass(frozen=True)
class StageGame:
    """A game in which each of `players` chooses one of her `actions`, all at once; `payoffs` has a row for each of `profiles`, in their order.

    Profiles are counted as `itertools.product` counts them: the last player's action changes fastest.
    """

    players: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    payoffs: tuple[Payoffs, ...]

    def __post_init__(self) -> None:
        if len(self.players) < 2:
            raise InputError(f"players: found {len(self.players)}; expected at least two")
        _check_distinct("players", self.players)
        if len(self.actions) != len(self.players):
            raise InputError(f"actions: found those of {len(self.actions)} players; expected one list for each of the {len(self.players)} players")
        for player, actions in zip(self.players, self.actions, strict=True):
            if not actions:
                raise InputError(f"actions: found none for {player}; expected at least one")
            _check_distinct(f"actions of {player}", actions)
        profiles, count = prod(map(len, self.actions)), len(self.players)
        if len(self.payoffs) != profiles or any(len(row) != count for row in self.payoffs):
            raise InputError(f"payoffs: expected {profiles} rows, one a profile, of {count} payoffs, one a player")

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Every profile of actions."""
        return tuple(product(*self.actions))

    @cached_property
    def deviations(self) -> tuple[Payoffs, ...]:
        """For each profile what each player's best reply to the others' actions in it pays her: at least her payoff in the profile."""
        best: list[dict[Profile, Fraction]] = [{} for _ in self.players]
        for profile, row in zip(self.profiles, self.payoffs, strict=True):
            for i, known in enumerate(best):
                others = profile[:i] + profile[i + 1 :]
                known[others] = max(row[i], known.get(others, row[i]))
        return tuple(tuple(best[i][p[:i] + p[i + 1 :]] for i in range(len(self.players))) for p in self.profiles)

    @cached_property
    def minmax(self) -> Payoffs:
        """The pure minmax payoff of each player: the least that the others can hold her to with actions, she replying best.

        >>> stage_game([[(9, 9), (1, 10)], [(10, 1), (3, 3)]]).minmax
        (Fraction(3, 1), Fraction(3, 1))
        """
        return tuple(min(row[i] for row in self.deviations) for i in range(len(self.players)))

    @cached_property
    def nash(self) -> tuple[int, ...]:
        """The places among the profiles of the pure Nash equilibria of the stage."""
        return tuple(k for k, (row, best) in enumerate(zip(self.payoffs, self.deviations, strict=True)) if row == best)

    def place(self, play: Mapping[str, str] | Sequence[str]) -> int:
        """The place among the profiles of what is played: an action for each player, by her name or in the order of the players.

        Raises:
            InputError: a player or an action is unknown, or has no action.
        """
        if isinstance(play, str) or not isinstance(play, Mapping | Sequence):
            raise InputError(f"play: found {quoted(str(play))}; expected an action for each player, as {self._example()}")
        named = dict(play) if isinstance(play, Mapping) else dict(zip(self.players, play, strict=False))
        if not isinstance(play, Mapping) and len(play) != len(self.players):
            raise InputError(f"play: found {len(play)} actions; expected {len(self.players)}, in the order {', '.join(self.players)}")
        for player in named:
            if player not in self.players:
                raise InputError(f"play: {quoted(str(player))} is no player of this game{suggestion(str(player), self.players)}")
        return self.profiles.index(tuple(self._action(player, named) for player in self.players))

    def _action(self, player: str, named: Mapping[str, str]) -> str:
        if player not in named:
            raise InputError(f"play: no action for {player}; expected one for each player, as {self._example()}")
        known, action = self.actions[self.players.index(player)], named[player]
        if action not in known:
            near = suggestion(str(action), known) or f"; expected one of {', '.join(known)}"
            raise InputError(f"play: {quoted(str(action))} is no action of {player}{near}")
        return action

    def _example(self) -> str:
        return "{" + ", ".join(f"{player!r}: {actions[0]!r}" for player, actions in zip(self.players, self.actions, strict=True)) + "}"


def stage_game(
    payoffs: Any,
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
) -> StageGame:
    """Return the game of simultaneous moves with these payoffs.

    Args:
        payoffs: nested sequences or an array of shape `(n_1, ..., n_k, k)`: at `[a_1]...[a_k]` the payoffs of the `k` players. Numbers are int,
            Fraction, text such as "1/3", or float, taken as the decimal that it prints as.
        players: their names; by default `Player 1`, `Player 2`, ...
        actions: for each player the names of her actions; by default `1`, `2`, ...

    Raises:
        InputError: the payoffs are of no such shape, or the names do not go with it.

    >>> game = stage_game([[(3, 3), (0, 5)], [(5, 0), (1, 1)]], ["Ally", "Patron"], [["Contribute", "Shirk"]] * 2)
    >>> [game.profiles[k] for k in game.nash]
    [('Shirk', 'Shirk')]
    """
    count = _depth(payoffs) - 1
    if count < 2:
        wanted = "expected one for each player and one for their payoffs, as [[(3, 3), (0, 5)], [(5, 0), (1, 1)]]"
        raise InputError(f"payoffs: found {count + 1} dimensions; {wanted}")
    shape = _shape(payoffs, count)
    if prod(shape) > _MOST_PROFILES:
        raise InputError(f"payoffs: found {prod(shape):,} profiles of actions; expected at most {_MOST_PROFILES:,}")
    names = tuple(players) if players is not None else tuple(f"Player {k + 1}" for k in range(count))
    labels = actions if actions is not None else [[str(k + 1) for k in range(size)] for size in shape]
    made = tuple(tuple(each) for each in labels)
    if len(names) != count or tuple(map(len, made)) != shape:
        found = " x ".join(map(str, shape))
        raise InputError(f"payoffs: found {count} players with {found} actions; the names of players and actions are for others")
    return StageGame(names, made, tuple(tuple(map(exact, row)) for row in _rows(payoffs, shape, count)))


def _depth(payoffs: Any) -> int:
    depth = 0
    while not isinstance(payoffs, str) and hasattr(payoffs, "__len__") and hasattr(payoffs, "__getitem__"):
        if not len(payoffs):
            raise InputError("payoffs: found an empty list; expected at least one action for each player")
        depth, payoffs = depth + 1, payoffs[0]
    return depth


def _shape(payoffs: Any, count: int) -> tuple[int, ...]:
    shape = []
    for _ in range(count):
        shape.append(len(payoffs))
        payoffs = payoffs[0]
    return tuple(shape)


def _rows(payoffs: Any, shape: tuple[int, ...], count: int) -> Iterator[list[Any]]:
    """The payoffs of every profile, held to the shape."""
    if not shape:
        row = payoffs.tolist() if hasattr(payoffs, "tolist") else payoffs
        if isinstance(row, str) or not hasattr(row, "__len__") or len(row) != count:
            raise InputError(f"payoffs: found {quoted(str(row))} for a profile; expected the payoffs of {count} players")
        yield list(row)
        return
    if isinstance(payoffs, str) or not hasattr(payoffs, "__len__") or len(payoffs) != shape[0]:
        raise InputError("payoffs: found rows of different lengths; expected the same actions of a player whatever the others do")
    for part in payoffs:
        yield from _rows(part, shape[1:], count)


def _check_distinct(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{what}: {quoted(str(name))} is there twice; expected different names")
