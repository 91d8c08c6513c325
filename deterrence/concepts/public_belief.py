"""Equilibria of games with a horizon in which play depends on the period and on the public belief alone, found backwards in the belief.

One player lasts and has two types; all others are replaced each period. In the last period play at a belief is an equilibrium of that period
alone. In each period before, what follows is known at every belief: in pieces between cut points, which are rational functions of the
parameters. Play at a belief is then a regime again (supports, and the piece in which each belief lies that the period can lead to), a
system in the parameters, the belief and the mixing probabilities. At a cut point the opponents may mix; the period before settles how, for
the lasting player must be indifferent there. Kreps and Wilson (1982), "Reputation and Imperfect Information", Journal of Economic Theory
27(2), 253-279, DOI 10.1016/0022-0531(82)90030-8, did so by hand for the chain store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import TRUE, Atom, Formula, conjunction
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.simplify import simplified
from deterrence.algebra.slices import Case, Slices
from deterrence.algebra.smt import Clock
from deterrence.concepts.public_belief_result import BeliefRecursion
from deterrence.concepts.public_belief_search import Found, Piece, Solved, StageSearch, put
from deterrence.concepts.public_belief_stage import Stage
from deterrence.model.stochastic import StochasticGame

MOST_AT_A_POINT = 12
Settled: TypeAlias = dict[tuple[int, Ratio], Piece]
"""Play at single beliefs that an earlier period has settled, by the number of periods left and the belief."""


def belief_recursion(
    game: StochasticGame,
    surprise: str | Mapping[str, str],
    *,
    periods: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> BeliefRecursion:
    """The equilibrium of a game with a horizon in which play depends on the period and the public belief alone.

    The belief is the probability of the first type of the player who lasts, given what is public. What is found is, in every period and at
    every belief but for single points, the only play of this kind; where there is none or there are several, the error says so.

    Args:
        game: a game with a `horizon` and public past, in which one player lasts and has two types, and all others are `short_lived`.
        surprise: the type to which an action that neither type would take is put down: one for all, or one for each action of the lasting
            player. A belief that has become certain stays so, whatever is done later.
        periods: how many periods are played, if not as many as the game's `horizon` says; it may be more than could be laid out as a tree.
        time_limit: in seconds.
        progress: called with the stage and the number of periods done.

    Raises:
        InputError: the game or `surprise` is not as said above, there is no such equilibrium or there are several, or which play is right at
            a belief depends on the parameters: then restrict them with `assume`.
        Undecided: the algebra or the solver hit a limit.

    >>> from deterrence.model.reading import read
    >>> game = read('''
    ... players: [Patron, Rival]
    ... parameters: {p: 0 < p < 1, a: a > 1, b: 0 < b < 1}
    ... types: {Patron: {Tough: {probability: p, f: 0, y: -9*a}, Weak: {probability: 1 - p, f: -1, y: 0}}}
    ... horizon: 2
    ... short_lived: [Rival]
    ... outcomes: {Quiet: {Patron: a, Rival: 0}, Fought: {Patron: f, Rival: b - 1}, Yielded: {Patron: y, Rival: b}}
    ... tree: {Rival: {Enter: {Patron: {Fight: Fought, Yield: Yielded}}, Stay out: Quiet}}
    ... ''')
    >>> recursion = belief_recursion(game, {"Fight": "Tough", "Yield": "Weak"})
    >>> recursion.period(1).cuts, recursion.period(2).cuts
    ((b**2, b), (b,))
    """
    count: object = periods  # whatever a user gave
    if count is not None and not (isinstance(count, int) and count >= 1):
        raise InputError(f"periods is {count!r}; expected a whole number of at least 1")
    stage = Stage(game, surprise, Clock(time_limit), periods)
    solved: list[Solved] = []
    for done in range(stage.periods):
        (progress or _silent)("periods", done)
        _Backwards(stage, solved).step()
    return BeliefRecursion(stage, tuple(reversed(solved)))


def _silent(stage: str, count: int) -> None:
    """No progress is shown."""


class _Backwards:
    """One step back in time: from play in all periods after one to play in it; `solved` has the last period first."""

    def __init__(self, stage: Stage, solved: list[Solved]) -> None:
        self.stage, self.solved = stage, solved
        self.left = len(solved) + 1
        self.later = solved[-1] if solved else None

    def step(self) -> None:
        """Add play in this period to what is solved, and settle what later periods leave open at single beliefs."""
        between, settled = self.intervals()
        self.solved[:] = [_settled(solved, settled) for solved in self.solved]
        self.later = self.solved[-1] if self.solved else None
        ends = self.certain(0), self.certain(1)
        first = self.left == self.stage.periods
        points = tuple(() if first else self.point(piece.low) for piece in between[1:])
        self.solved.append(Solved(tuple(between), points, ends))

    # Between cut points

    def intervals(self) -> tuple[list[Piece], Settled]:
        """Play at almost every belief, and later play at those single beliefs at which it settles it."""
        search = StageSearch(self.stage, self.later, self.stage.belief)
        regimes, pieces = list[Found](), list[Piece]()
        for found in search.found():
            if found.branch.limits:
                raise self._refused("play leaves mixing probabilities open at a range of beliefs")
            regimes.append(found)
            pieces += [search.piece(found, low, high) for low, high in self._ranges(found)]
        tiled, settled = self._tiled(pieces), Settled()
        for found in regimes:
            self._settle(found, settled)
        return tiled, settled

    def _settle(self, found: Found, settled: Settled) -> None:
        """What the found play requires of mixing at single beliefs in later periods must not depend on how they are come to."""
        for used in found.followed:
            for piece in (used, *used.rests) if used.open else ():
                values = {x: found.branch.values[x] for x in piece.free}
                if any(self.stage.variable in v.support() for v in values.values()):
                    raise self._refused("mixing in a later period would have to depend on more than the belief")
                fixed = replace(piece.put(values), open=False, rests=())
                if settled.setdefault((piece.left, piece.low), fixed).strategies != fixed.strategies:
                    raise self._refused("mixing in a later period at one belief would have to differ with the belief before")

    def _ranges(self, found: Found) -> list[tuple[Ratio, Ratio]]:
        """The intervals of beliefs for which the found play is right."""
        space = self.stage.inside.space
        slices = Slices(self.stage.inside, self.stage.variable)
        cases = list(slices.cases(simplified(space, found.branch.conditions)))
        return [self._range(case) for case in cases]

    def _range(self, case: Case) -> tuple[Ratio, Ratio]:
        lower, upper = ([b.value for b in case.bounds if b.side == side] for side in (1, -1))
        conditions = simplified(self.stage.parameters.space, conjunction(case.conditions))
        if len(lower) == len(upper) == 1 and not case.roots and conditions == TRUE:
            return lower[0], upper[0]
        text = f", as on whether {self.stage.parameters.writer().condition(conditions)}" if conditions != TRUE else ""
        raise self._refused(f"which play is right at a belief depends on the parameters{text}; restrict them with `assume`")

    def _tiled(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces in order, which must cover all beliefs once."""
        todo, out, at = list(pieces), list[Piece](), Ratio.of(self.stage.ring, 0)
        while at != 1:
            here = [piece for piece in todo if piece.low == at]
            if len(here) != 1:
                name, text = self.stage.symbol, self.stage.parameters.writer().ratio(at)
                what = "several equilibria" if here else "no equilibrium"
                raise self._refused(f"there {'are' if here else 'is'} {what} of this kind at beliefs {name} just above {text}")
            out += here
            at = here[0].high
        if len(out) < len(todo):
            raise self._refused("there are several equilibria of this kind at some beliefs")
        return out

    # At single beliefs

    def certain(self, belief: int) -> Piece:
        """Play once the type is known."""
        found = self._pieces(Ratio.of(self.stage.ring, belief))
        if len(found) != 1 or found[0].free:
            kind = self.stage.kinds[1 - belief]
            what = "no equilibrium" if not found else "several equilibria"
            raise self._refused(f"there {'is' if not found else 'are'} {what} where {self.stage.lasting} is known to be {kind}")
        return found[0]

    def point(self, cut: Ratio) -> tuple[Piece, ...]:
        """Everything that can be played at a cut point, what it leaves open included."""
        found = _merged(self._pieces(cut), self.stage)
        if len(found) > MOST_AT_A_POINT:
            raise self._refused("there are too many ways to play at a single belief")
        settled = len(found) == 1 and not found[0].free and not found[0].rests
        return tuple(replace(piece, open=not settled) for piece in found)

    def _pieces(self, belief: Ratio) -> list[Piece]:
        search = StageSearch(self.stage, self.later, belief)
        return [search.piece(found, belief, belief) for found in search.found()]

    def _refused(self, why: str) -> InputError:
        count = self.stage.periods
        return InputError(f"the recursion on the belief fails in period {count - self.left + 1} of {count}: {why}")


def _settled(solved: Solved, settled: Settled) -> Solved:
    """Play in a period with mixing at single beliefs as an earlier period needs it."""
    left = solved.left
    points = zip(solved.cuts, solved.points, strict=True)
    return replace(solved, points=tuple((settled[left, cut],) if (left, cut) in settled else pieces for cut, pieces in points))


def _merged(pieces: list[Piece], stage: Stage) -> list[Piece]:
    """The pieces without those that another becomes at an end of what it leaves free, which then belongs to it."""
    for piece in pieces:
        for x, end in ((x, Ratio.of(stage.ring, end)) for x in piece.free for end in (0, 1)):
            closed = replace(piece, conditions=tuple(_weak(f, x, end) for f in piece.conditions))
            same = [p for p in pieces if p is not piece and _looks(p) == _looks(closed.put({x: end}))]
            if same:
                return _merged([closed if p is piece else p for p in pieces if p not in same], stage)
    return pieces


def _looks(piece: Piece) -> tuple[object, ...]:
    """What tells play at a single belief from other play there."""
    return piece.strategies, piece.values, sorted(piece.free), conjunction(piece.conditions).key, [id(p) for p in piece.rests]


def _weak(f: Formula, x: int, end: Ratio) -> Formula:
    """A condition that forbids one end of an unknown's range, with that end allowed."""
    if isinstance(f, Atom) and f.op == ">" and not put(Ratio(end.ring, f.polynomial), {x: end}):
        return Atom(f.polynomial, ">=")
    return f
