"""Penal codes of one simple kind, exactly: a stick, then a carrot for good, with public randomisation over when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from deterrence.analysis.payoff_set_stage import Payoffs, Profile, StageGame

_STEPS = 60
_MOST_DIGITS = 400  # of a value: where numbers grow without end, so does the search


@dataclass(frozen=True)
class Penalty:
    """How a player is punished: `stick` is played, then with probability `release` `carrot` for good, and otherwise the same once more.

    `payoffs` are the average payoffs of all players from the first period of it on.
    """

    stick: Profile
    carrot: Profile
    release: Fraction
    payoffs: Payoffs

    def __str__(self) -> str:
        stick, carrot = (f"({', '.join(profile)})" for profile in (self.stick, self.carrot))
        if stick == carrot:
            return f"{stick} for good"
        again = "" if self.release == 1 else f" with probability {self.release}, else the same again"
        return f"{stick} once, then {carrot} for good{again}"


@dataclass(frozen=True)
class PenalCode:
    """A penalty for each player, which is imposed on her as soon as she deviates from anything, her own penalty included: then nobody gains by it.

    Every inequality that this takes has been checked in rational numbers, for every profile in the code and every player.
    """

    stage: StageGame
    discount: Fraction
    penalties: tuple[Penalty, ...]

    @cached_property
    def values(self) -> Payoffs:
        """What each player gets when she is punished."""
        return tuple(penalty.payoffs[i] for i, penalty in enumerate(self.penalties))

    def sustains(self, place: int) -> bool:
        """Can a profile, by its place, be played for good under the threat of this code?"""
        return _kept(self.stage, self.discount, self.values, place)

    def __str__(self) -> str:
        named = zip(self.stage.players, self.penalties, self.values, strict=True)
        return "\n".join(f"{player}: {penalty}, worth {value}" for player, penalty, value in named)


def simple_code(stage: StageGame, discount: Fraction) -> PenalCode | None:
    """Return the harshest code of that kind, each player's value in it the least, or None where there is none.

    Reversion to an equilibrium of the stage for good is of the kind, and so is a stick that is lifted at random as soon as its value is what the
    player would get by deviating from it. From the pure minmax payoffs, which are too low at worst, the values go up until they are those of
    penalties that they sustain.

    >>> from deterrence.analysis.payoff_set_stage import stage_game
    >>> print(simple_code(stage_game([[(3, 3), (0, 5)], [(5, 0), (1, 1)]]), Fraction(1, 2)))
    Player 1: (2, 2) for good, worth 1
    Player 2: (2, 2) for good, worth 1
    """
    values = stage.minmax
    for _ in range(_STEPS):
        found = [_penalty(stage, discount, values, player) for player in range(len(values))]
        penalties = tuple(each for each in found if each is not None)
        if len(penalties) < len(values):
            return None
        code = PenalCode(stage, discount, penalties)
        if code.values == values:
            return code
        values = code.values
        if max(value.denominator for value in values).bit_length() > _MOST_DIGITS:
            break
    return None


def _kept(stage: StageGame, discount: Fraction, values: Payoffs, place: int) -> bool:
    """Does everyone keep to a profile that is played for good, where deviating brings her these values from the next period on?"""
    rows = zip(stage.payoffs[place], stage.deviations[place], values, strict=True)
    return all(now >= (1 - discount) * best + discount * value for now, best, value in rows)


def _penalty(stage: StageGame, discount: Fraction, values: Payoffs, player: int) -> Penalty | None:
    """The penalty with the least value for a player, no less than what she gets by deviating from its stick, that these values make all keep to."""
    carrots = [k for k in range(len(stage.payoffs)) if _kept(stage, discount, values, k)]
    best: tuple[Fraction, int, int, int, Fraction] | None = None
    for stick in sorted(range(len(stage.payoffs)), key=lambda k: stage.deviations[k][player]):
        if best is not None and stage.deviations[stick][player] > best[0]:
            break
        for carrot, release in _ways(stage, discount, (values, player), stick, carrots):
            value = _average(stage, discount, stick, carrot, release)[player]
            phases = 1 if carrot == stick else 2 if release == 1 else 3
            best = min(best or (value, phases, stick, carrot, release), (value, phases, stick, carrot, release))
    if best is None:
        return None
    _, _, stick, carrot, release = best
    return Penalty(stage.profiles[stick], stage.profiles[carrot], release, _average(stage, discount, stick, carrot, release))


def _average(stage: StageGame, discount: Fraction, stick: int, carrot: int, release: Fraction) -> Payoffs:
    """The payoffs v = (1 - d) g(stick) + d (release g(carrot) + (1 - release) v)."""
    now, later = stage.payoffs[stick], stage.payoffs[carrot]
    weight = 1 - discount + discount * release
    return tuple(((1 - discount) * x + discount * release * y) / weight for x, y in zip(now, later, strict=True))


_Held = tuple[Payoffs, int]


def _ways(stage: StageGame, discount: Fraction, held: _Held, stick: int, carrots: list[int]) -> Iterator[tuple[int, Fraction]]:
    """For each carrot the chance of release that gives the player least of those with which all keep to the stick.

    A player j keeps to it if v_j >= r_j, where r_j is what she gets by deviating; times the weight in `_average` that is linear in the chance.
    """
    values, player = held
    best, now = stage.deviations[stick], stage.payoffs[stick]
    due = [(1 - discount) * b + discount * v for b, v in zip(best, values, strict=True)]
    due[player] = best[player]  # her own penalty starts anew: v >= (1 - d) best + d v
    if all(x >= r for x, r in zip(now, due, strict=True)):
        yield stick, Fraction(0)  # the stick for good
    for carrot in carrots:
        low, high = Fraction(0), Fraction(1)
        for x, y, r in zip(now, stage.payoffs[carrot], due, strict=True):
            fixed, slope = (1 - discount) * (x - r), discount * (y - r)
            if slope > 0:
                low = max(low, -fixed / slope)
            elif slope < 0:
                high = min(high, -fixed / slope)
            elif fixed < 0:
                low = Fraction(2)
        if low <= high and carrot != stick:
            yield carrot, low if stage.payoffs[carrot][player] >= now[player] else high
