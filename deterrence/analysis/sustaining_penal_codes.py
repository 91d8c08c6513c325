"""Optimal penal codes: how each player is punished in the equilibrium that is worst for her."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence.algebra.errors import InputError
from deterrence.analysis.payoff_set import PayoffSet, payoff_set
from deterrence.analysis.payoff_set_polytope import Array, hull
from deterrence.analysis.payoff_set_programs import TOUCH, Scaled, farthest, scaled, shortfalls
from deterrence.analysis.payoff_set_stage import Profile, StageGame
from deterrence.analysis.sustaining_codes import Penalty, simple_code
from deterrence.model.game import Game


@dataclass(frozen=True)
class Worst:
    """A player's worst equilibrium: its payoff is between `low`, below which no equilibrium pays her, and `high`, which one does.

    That one starts with the profile `first` and goes on, if nobody deviates, with one that pays the players `continuation` on average. `simple` is a
    penalty of one simple kind that is exactly as bad for her as `high` says or worse, checked in rational numbers; None if none was found.
    """

    low: float
    high: float
    first: Profile
    continuation: tuple[float, ...]
    simple: Penalty | None


@dataclass(frozen=True, eq=False)
class PenalCodes(Mapping[str, Worst]):
    """The worst equilibrium for each player, by her name, with the payoff set that they are taken from."""

    payoffs: PayoffSet
    worst: tuple[Worst, ...]

    def __getitem__(self, player: str) -> Worst:
        return dict(zip(self.payoffs.players, self.worst, strict=True))[player]

    def __iter__(self) -> Iterator[str]:
        return iter(self.payoffs.players)

    def __len__(self) -> int:
        return len(self.worst)

    def to_dict(self) -> dict[str, Any]:
        """What is known, in plain text and numbers, as for JSON."""
        return {
            player: {"low": each.low, "high": each.high, "first": dict(zip(self.payoffs.players, each.first, strict=True)),
                     "continuation": dict(zip(self.payoffs.players, each.continuation, strict=True)),
                     "simple": None if each.simple is None else str(each.simple)}
            for player, each in self.items()
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._line(player, each) for player, each in self.items())

    def _line(self, player: str, worst: Worst) -> str:
        moves = ", ".join(worst.first)
        later = ", ".join(f"{name} {_number(value)}" for name, value in zip(self.payoffs.players, worst.continuation, strict=True))
        simple = f" So does: {worst.simple}." if worst.simple is not None else ""
        return f"{player}: {_number(worst.high)}, by ({moves}) and then payoffs {later}.{simple}"


def penal_codes(game: Game | StageGame, discount: Any = None, **options: Any) -> PenalCodes:
    """Return for each player the worst of her subgame-perfect equilibria in pure actions, with public randomisation.

    An equilibrium with any path is held up by these alone: whoever deviates, from the path or from a punishment, gets her worst equilibrium from
    the next period on (Abreu 1988).

    Args:
        game: as for `payoff_set`.
        discount: as for `payoff_set`.
        options: further arguments of `payoff_set`.

    Raises:
        InputError: there is no equilibrium in pure actions, none was found, or the arguments are not as `payoff_set` takes them.

    References:
        D. Abreu (1988), "On the theory of infinitely repeated games with discounting", Econometrica 56, 383-396.

    >>> from deterrence.analysis.payoff_set_stage import stage_game
    >>> print(penal_codes(stage_game([[(3, 3), (0, 5)], [(5, 0), (1, 1)]]), "1/2", method="jyc")["Player 1"].simple)
    (2, 2) for good
    """
    found = payoff_set(game, discount, **options)
    if found.inner.empty:
        raise InputError(f"at discount factor {found.discount} {'there is' if found.empty else 'the inner bound has'} no equilibrium in pure actions")
    code = simple_code(found.stage, found.discount)
    worst = []
    for k, (low, high) in enumerate(found.threats.values()):
        first, continuation = _start(found, k) if found.discount else _now(found, k)
        simple = code.penalties[k] if code is not None and float(code.values[k]) <= high + 2 * found.gap + 10 * TOUCH else None
        worst.append(Worst(low, high, first, tuple(map(float, continuation)), simple))
    return PenalCodes(found, tuple(worst))


def _now(found: PayoffSet, player: int) -> tuple[Profile, Array]:
    """Where nothing counts but the present: the worst pure equilibrium of the stage."""
    place = min(found.stage.nash, key=lambda k: found.stage.payoffs[k][player])
    return found.stage.profiles[place], np.array(found.stage.payoffs[place], dtype=float)


def _start(found: PayoffSet, player: int) -> tuple[Profile, Array]:
    """The first profile and the continuation payoffs, in the inner bound, of the worst that the inner bound generates for a player."""
    numbers = scaled(found.stage, float(found.discount))
    inside = hull((found.inner.vertices - numbers.low) / numbers.span)
    needs = numbers.needs(inside.vertices.min(axis=0))
    short = shortfalls(numbers, inside.normals, inside.offsets, needs)
    able = np.flatnonzero(short <= TOUCH)
    goals = np.tile(-np.eye(numbers.players)[player], (len(able), 1))
    later = farthest(numbers, (inside.normals, inside.offsets), needs[able], goals, short[able] + TOUCH / 100)
    values = (1 - numbers.discount) * numbers.stage[able, player] + numbers.discount * later[:, player]
    worst = float(values.min()) + TOUCH
    for place in able:  # for good, if there is one that is as bad
        own = numbers.stage[place]
        if own[player] <= worst and (numbers.discount * own >= needs[place] - TOUCH).all() and inside.excess(own) <= TOUCH:
            return found.stage.profiles[place], _in_payoffs(numbers, own)
    best = int(np.flatnonzero(values <= worst)[0])
    return found.stage.profiles[able[best]], _in_payoffs(numbers, later[best])


def _in_payoffs(numbers: Scaled, point: Array) -> Array:
    moved: Array = point * numbers.span + numbers.low
    return moved


def _number(value: float) -> str:
    return f"{round(float(value), 6) + 0.0:.6g}"
