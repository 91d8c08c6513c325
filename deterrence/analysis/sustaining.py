"""From which discount factor on an agreement can be sustained by any equilibrium at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import exact
from deterrence.analysis.payoff_set_game import stage_of, symbolic_payoffs
from deterrence.analysis.payoff_set_stage import Profile, StageGame
from deterrence.analysis.sustaining_codes import PenalCode, simple_code
from deterrence.model.game import Game

if TYPE_CHECKING:
    import sympy

_HALVINGS = 12  # of the distance from 1, in search of a discount factor that is high enough
_ROUNDING = Fraction(1, 10**8)  # of a player's range of payoffs: bounds that are this near do not decide


@dataclass(frozen=True)
class LeastDiscount:
    """The least discount factor at which some subgame-perfect equilibrium plays a profile of actions in every period: between `low` and `high`.

    `exact` is that number, if it was found exactly: then `code` is a penal code that sustains the profile there, checked in rational numbers,
    and below it no punishment does. `formula` is then the same number in the symbols of the game, valid as long as the same deviation and
    the same profiles decide; None for a game without symbols, and where several decide at once.

    Where it was not found exactly, the profile is sustained at `high` by `code`, checked in the same way, or where that is None by the inner
    bound of the payoff set; and below `low` it is excluded by the pure minmax payoffs, exactly, or by the outer bound of the payoff set,
    in floating-point numbers. `high` is None where nothing was found to sustain it. `never` says that no discount factor below 1 does.
    `binding` has the players who are the first to deviate at `low`.
    """

    stage: StageGame
    play: Profile
    low: Fraction
    high: Fraction | None
    exact: Fraction | None
    binding: tuple[str, ...]
    code: PenalCode | None
    never: bool = False
    formula: sympy.Expr | None = None

    def to_dict(self) -> dict[str, Any]:
        """What is known, in plain text and numbers, as for JSON."""
        code = None if self.code is None else {
            player: {"penalty": str(penalty), "value": str(value)}
            for player, penalty, value in zip(self.stage.players, self.code.penalties, self.code.values, strict=True)
        }  # fmt: skip
        numbers = {name: None if value is None else str(value) for name, value in (("low", self.low), ("high", self.high), ("exact", self.exact))}
        formula = None if self.formula is None else str(self.formula)
        play = dict(zip(self.stage.players, self.play, strict=True))
        return {"play": play, **numbers, "formula": formula, "never": self.never, "binding": list(self.binding), "code": code}

    def __str__(self) -> str:
        if self.code is None:
            return self._answer()
        lines = str(self.code).splitlines()
        return "\n".join([self._answer(), "Whoever deviates is punished:", *(f"  {line}" for line in lines)])

    def _answer(self) -> str:
        what = " ".join(f"{player}: {action}," for player, action in zip(self.stage.players, self.play, strict=True))[:-1]
        if self.never:
            return f"{what}: sustained at no discount factor below 1; {' and '.join(self.binding)} would always deviate."
        if self.exact is not None:
            symbols = "" if self.formula is None else f" = {self.formula}"
            return f"{what}: sustained from the discount factor {self.exact}{symbols} on, exactly."
        if self.high is None:
            return f"{what}: not sustained below the discount factor {float(self.low):.6g}; whether above was not decided."
        return f"{what}: sustained from a discount factor between {float(self.low):.8g} and {float(self.high):.8g} on."


def least_discount(game: Game | StageGame, play: Mapping[str, str] | Sequence[str], *, tolerance: Any = "1e-6") -> LeastDiscount:
    """Return from which discount factor on a profile of actions can be played in every period of a subgame-perfect equilibrium.

    A profile `a` is sustained if, for every player, what she gains by deviating once is no more than what she loses when she gets the
    worst of her equilibrium payoffs from then on (Abreu 1988): `(1 - delta) (d_i - g_i) <= delta (g_i - v_i)`. With public randomisation the
    set of equilibrium payoffs grows with the discount factor, so that what is sustained stays so. As `v_i` is at least the pure minmax payoff
    `m_i`, nothing is sustained below the greatest `(d_i - g_i)/(d_i - m_i)`; where a penal code that is checked in rational numbers sustains the
    profile there, that is the answer, exactly. Else it is found by bisection between what such codes sustain and what the bounds of the
    payoff set exclude.

    Args:
        game: a repeated game as for `payoff_set`, whose discount factor is not looked at; or a `StageGame`.
        play: an action for each player, by her name or in the order of the players.
        tolerance: how wide the interval may be where there is no exact answer.

    Raises:
        InputError: the game is no such game, or a player or an action is unknown.

    References:
        D. Abreu (1988), "On the theory of infinitely repeated games with discounting", Econometrica 56, 383-396.

    >>> from deterrence.analysis.payoff_set_stage import stage_game
    >>> least_discount(stage_game([[(3, 3), (0, 5)], [(5, 0), (1, 1)]]), ["1", "1"]).exact
    Fraction(1, 2)
    """
    stage = game if isinstance(game, StageGame) else stage_of(game)
    width = exact(tolerance)
    if not 0 < width < 1:
        raise InputError(f"tolerance: found {tolerance}; expected a number between 0 and 1")
    found = _Search(stage, stage.place(play), width).result()
    if isinstance(game, StageGame) or not found.exact:
        return found
    return replace(found, formula=_formula(game, found))


def _formula(game: Game, found: LeastDiscount) -> sympy.Expr | None:
    """The exact answer, `(d - g)/(d - m)` for the player who binds, in symbols; None where several profiles give `d` or `m`, in other symbols."""
    import sympy

    stage, pay = found.stage, symbolic_payoffs(game)
    shown = set()
    for name in found.binding:
        i = stage.players.index(name)
        here = stage.profiles.index(found.play)
        replies = [k for k, p in enumerate(stage.profiles) if p[:i] + p[i + 1 :] == found.play[:i] + found.play[i + 1 :]]
        best = [k for k in replies if stage.payoffs[k][i] == stage.deviations[here][i]]
        held = [k for k, row in enumerate(stage.deviations) if row[i] == stage.minmax[i] == stage.payoffs[k][i]]
        shown |= {sympy.factor(sympy.cancel((pay[d][i] - pay[here][i]) / (pay[d][i] - pay[m][i]))) for d in best for m in held}
    return shown.pop() if len(shown) == 1 else None


class _Search:
    """The search for one profile."""

    def __init__(self, stage: StageGame, place: int, width: Fraction) -> None:
        self.stage, self.place, self.width = stage, place, width
        self.now, self.best = stage.payoffs[place], stage.deviations[place]

    def result(self) -> LeastDiscount:
        """The least discount factor."""
        gains = [(b, x, m) for b, x, m in zip(self.best, self.now, self.stage.minmax, strict=True)]
        stuck = tuple(i for i, (b, x, m) in enumerate(gains) if b > x and x <= m)
        if stuck:
            return self._made(Fraction(1), None, None, stuck, never=True)
        least = [(b - x) / (b - m) if b > x else Fraction(0) for b, x, m in gains]
        low = max(least)
        binding = tuple(i for i, each in enumerate(least) if each == low and low > 0)
        code = self._code(low)
        if code is not None or low == 0:
            return self._made(low, low, code, binding, exactly=low)
        high, code = self._by_codes(low)
        return self._by_bounds(low, high, code, binding)

    def _made(self, low: Fraction, high: Fraction | None, code: PenalCode | None, binding: tuple[int, ...], **more: Any) -> LeastDiscount:
        names = tuple(self.stage.players[i] for i in binding)
        return LeastDiscount(self.stage, self.stage.profiles[self.place], low, high, more.get("exactly"), names, code, more.get("never", False))

    def _code(self, discount: Fraction) -> PenalCode | None:
        """A code that sustains the profile, if there is a simple one."""
        code = simple_code(self.stage, discount)
        return code if code is not None and code.sustains(self.place) else None

    def _by_codes(self, low: Fraction) -> tuple[Fraction | None, PenalCode | None]:
        """The least discount factor, up to the width, at which a simple code sustains the profile, and the code: a plain number where one will do."""
        for k in range(1, _HALVINGS):
            high = 1 - (1 - low) / 2**k
            code = self._code(high)
            if code is not None:
                break
        else:
            return None, None
        while high - low > self.width:
            middle = (low + high) / 2
            found = self._code(middle)
            if found is None:
                low = middle
            else:
                high, code = middle, found
        plain = simplest(low, high)
        found = self._code(plain)
        return (plain, found) if found is not None else (high, code)

    def _by_bounds(self, low: Fraction, high: Fraction | None, code: PenalCode | None, binding: tuple[int, ...]) -> LeastDiscount:
        """The interval drawn in as far as the bounds of the payoff set decide: first where the answer is likely to be, then in the middle."""
        trials = [low] if high is None else [max(high - self.width, low), low]
        trials += [1 - (1 - low) / 2**_HALVINGS] if high is None else []
        while high is None or high - low > self.width:
            trial = trials.pop(0) if trials else (low + (high or 1)) / 2
            sustained, who = self._verdict(trial)
            if sustained:
                high, code = trial, None
            elif sustained is False:
                low, binding = trial, who
            if high == low or (not trials and (sustained is None or high is None)):
                break
            trials = [each for each in trials if low <= each and (high is None or each < high)]
        return self._made(low, high, code, binding)

    def _verdict(self, discount: Fraction) -> tuple[bool | None, tuple[int, ...]]:
        """Is the profile sustained, and if not, who deviates whatever the equilibrium? None where the bounds of the payoff set do not tell."""
        from deterrence.analysis.payoff_set import payoff_set

        found = payoff_set(self.stage, discount, method="jyc")
        if found.outer.empty:
            return False, tuple(range(len(self.now)))
        gone, kept = [], True
        for i, (low, high) in enumerate(found.threats.values()):
            close = _ROUNDING * (max(row[i] for row in self.stage.payoffs) - min(row[i] for row in self.stage.payoffs))
            if self._due(i, discount, low) > self.now[i] + close:
                gone.append(i)
            kept = kept and high < float("inf") and self._due(i, discount, high) <= self.now[i] + close / 10
        return (False, tuple(gone)) if gone else (kept or None, ())

    def _due(self, player: int, discount: Fraction, punished: float) -> Fraction:
        """What a player gets by deviating, if that brings her so much from the next period on."""
        return (1 - discount) * self.best[player] + discount * exact(punished)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The number with the least denominator that is above `low` and no more than `high`, both between 0 and 1.

    >>> simplest(Fraction(333, 1000), Fraction(334, 1000))
    Fraction(1, 3)
    """
    left, right = (0, 1), (1, 1)
    while True:
        middle = Fraction(left[0] + right[0], left[1] + right[1])
        if middle <= low:
            left = (middle.numerator, middle.denominator)
        elif middle > high:
            right = (middle.numerator, middle.denominator)
        else:
            return middle
