"""Every way in which one period can be played at a belief, given what the periods after it are worth at every belief."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import FALSE, TRUE, Atom, Formula, atoms, conjunction
from deterrence.algebra.polynomials import Ratio, Ring
from deterrence.algebra.space import Space
from deterrence.algebra.state import Limits
from deterrence.algebra.system import Branch, System
from deterrence.concepts.family import sorted_out
from deterrence.concepts.play import Support, Supports
from deterrence.concepts.public_belief_stage import Moves, Stage, StagePlay
from deterrence.concepts.regimes import last_first, local_conditions


@dataclass(frozen=True)
class Piece:
    """How a period is played at all beliefs between `low` and `high` (at one, if these are equal), and what it is worth.

    Everything is in terms of the parameters, the belief and, at a single belief, of unknowns that are `free` within `conditions`. Play at a
    single belief is `open` until an earlier period settles it, and may rest on other such pieces of later periods; `left` counts periods.
    """

    left: int
    low: Ratio
    high: Ratio
    strategies: tuple[tuple[Ratio, ...], ...]
    beliefs: tuple[tuple[Ratio, ...], ...]
    posteriors: Mapping[Moves, Ratio]
    values: tuple[Ratio, Ratio]
    free: tuple[int, ...] = ()
    conditions: tuple[Formula, ...] = ()
    rests: tuple[Piece, ...] = ()
    open: bool = False

    @property
    def single(self) -> bool:
        """Is it play at one belief only?"""
        return self.low == self.high

    def put(self, values: Mapping[int, Ratio]) -> Piece:
        """The piece with values put for what it left free."""
        first, second = (put(v, values) for v in self.values)
        return replace(
            self,
            strategies=tuple(tuple(put(p, values) for p in ps) for ps in self.strategies),
            beliefs=tuple(tuple(put(b, values) for b in bs) for bs in self.beliefs),
            posteriors={moves: put(m, values) for moves, m in self.posteriors.items()},
            values=(first, second),
            free=tuple(x for x in self.free if x not in values),
            conditions=tuple(put_in(f, values) for f in self.conditions),
        )


After: TypeAlias = Mapping[Moves, Ratio]
"""The belief after a period, by what becomes known in it; one that depends on mixing probabilities is a symbol."""
Choice: TypeAlias = Mapping[Ratio, Piece | None]
"""For each belief after a period the piece of later play in which it lies; None after the last period."""


@dataclass(frozen=True)
class Solved:
    """Play in a period at every belief: open intervals between cut points, what can be played at a cut point, and at beliefs 0 and 1."""

    intervals: tuple[Piece, ...]
    points: tuple[tuple[Piece, ...], ...]
    ends: tuple[Piece, Piece]

    @property
    def left(self) -> int:
        """How many periods are left, this one included."""
        return self.ends[0].left

    @property
    def cuts(self) -> tuple[Ratio, ...]:
        """The beliefs between 0 and 1 at which play or its worth changes."""
        return tuple(piece.low for piece in self.intervals[1:])


@dataclass(frozen=True)
class Found:
    """One regime of a period with one branch of its solutions, and the pieces of later play on which it rests."""

    supports: dict[int, Support]
    play: StagePlay
    followed: tuple[Piece, ...]
    branch: Branch


class StageSearch:
    """Looks for play in a period at a belief `prior`: the belief's symbol in the space with the belief, or a value in that of the parameters."""

    def __init__(self, stage: Stage, later: Solved | None, prior: Ratio) -> None:
        self.stage, self.later, self.prior = stage, later, prior
        self.inside = prior == stage.belief
        self.space: Space = (stage.inside if self.inside else stage.parameters).space
        self.base = stage.play if self.inside else stage.play.over(self.space)
        self.asked: dict[tuple[object, ...], bool] = {}

    def found(self) -> Iterator[Found]:
        """Every regime with every branch of its solutions."""
        for supports in self.profiles():
            posteriors = {r.moves: self.stage.posterior(r, supports, self.prior) for r in self.stage.records}
            open_ = [m for m in dict.fromkeys(posteriors.values()) if m not in (0, 1) and m != self.prior]
            symbols = dict(zip(open_, self.stage.after, strict=False))
            after = {moves: symbols.get(m, m) for moves, m in posteriors.items()}
            for chosen in self.choices(after):
                if self.plausible(supports, after, chosen):
                    yield from self.solutions(supports, after, {symbol: m for m, symbol in symbols.items()}, chosen)

    # Supports

    def profiles(self) -> Iterator[dict[int, Support]]:
        """Support profiles with which every opponent's play can be best for some mixing probabilities."""
        order, judged = self.order()
        yield from self._descend(order, judged, {}, ())

    def order(self) -> tuple[list[int], dict[int, list[int]]]:
        """The information sets, the lasting player's first, and after which an opponent's can be judged: when all before and after it are known."""
        play, own = self.base, self.stage.own
        order = [*own, *(i for i in last_first(play)[0] if i not in own)]
        place = {i: n for n, i in enumerate(order)}
        judged: dict[int, list[int]] = {i: [] for i in order}
        for info in play.sets:
            if info.index not in own:
                before = [play.nodes[at].information_set for k in info.nodes for at, _ in play.paths[k]]
                known = {info.index, *own, *play.following[info.index], *(i for i in before if i is not None)}
                judged[max(known, key=place.__getitem__)].append(info.index)
        return order, judged

    def _descend(
        self, order: Sequence[int], judged: Mapping[int, list[int]], supports: dict[int, Support], known: tuple[Formula, ...]
    ) -> Iterator[dict[int, Support]]:
        self.space.clock.check()
        if len(supports) == len(order):
            yield dict(supports)
            return
        i = order[len(supports)]
        for support in self.stage.all_supports(i):
            whole = {**supports, i: support}
            more = [*self.base.mixing_conditions(i, support)]
            for j in judged[i]:
                more += self.optimal(self.base, j, whole)
            if self._possible(more, known):
                yield from self._descend(order, judged, whole, (*known, *more))

    def optimal(self, play: StagePlay, info: int, supports: dict[int, Support]) -> list[Formula]:
        """No other action at an information set is better than those that are played there."""
        weights = self.stage.weights(info, supports, self.prior)
        return [self.space.typical(c) for c in local_conditions(play, info, supports, weights)]

    def _possible(self, more: Sequence[Formula], known: Sequence[Formula] = ()) -> bool:
        joined = conjunction((*known, *more))
        return joined != FALSE and self.space.possible((joined,))

    # What follows

    def choices(self, after: After) -> Iterator[Choice]:
        """For each belief after the period the piece of later play in which it lies."""
        beliefs = list(dict.fromkeys(after.values()))
        if self.later is None:
            yield dict.fromkeys(beliefs)
            return
        for chosen in itertools.product(*(list(self.options(belief)) for belief in beliefs)):
            singles = {piece.low: piece for piece in chosen if piece.single}
            if all(singles[piece.low] is piece for piece in chosen if piece.single):
                yield dict(zip(beliefs, chosen, strict=True))

    def options(self, belief: Ratio) -> Iterator[Piece]:
        """The pieces of later play in which a belief can lie."""
        assert self.later is not None
        if belief in (0, 1):
            yield self.later.ends[int(belief == 1)]
            return
        settled = not self.inside and belief == self.prior
        yield from (piece for piece in self.later.intervals if self._possible(self.within(piece, belief)))
        for cut, pieces in zip(self.later.cuts, self.later.points, strict=True):
            if (belief == cut) if settled else (belief != self.prior):
                yield from pieces

    def within(self, piece: Piece, belief: Ratio) -> list[Formula]:
        """That a belief lies in a piece."""
        if piece.single:
            return [*piece.conditions, *([] if belief == piece.low else [self.space.compare(belief - piece.low, "==")])]
        return [self.space.typical(self.space.compare(gap, ">")) for gap in (belief - piece.low, piece.high - belief)]

    # Solutions

    def plausible(self, supports: dict[int, Support], after: After, chosen: Choice) -> bool:
        """Can the lasting player be content, whatever leads to the beliefs after the period? Asked first, for it is soon said."""
        key = (*((i, supports[i]) for i in self.bearing), *((moves, m, id(chosen[m])) for moves, m in after.items()))
        if key not in self.asked:
            content = conjunction(self.content(supports, after, chosen))
            self.asked[key] = content == TRUE or self._possible([content, *self.placed(chosen)])
        return self.asked[key]

    @cached_property
    def bearing(self) -> tuple[int, ...]:
        """The information sets on which it depends whether the lasting player is content: hers, those after them, and those that she does not see."""
        play, own = self.base, self.stage.own
        unseen = [play.nodes[at].information_set for i in own if len(play.sets[i].nodes) > 1 for k in play.sets[i].nodes for at, _ in play.paths[k]]
        return tuple(sorted({*own, *(j for i in own for j in play.following[i]), *(i for i in unseen if i is not None)}))

    def placed(self, chosen: Choice) -> list[Formula]:
        """That the beliefs after the period lie in their pieces."""
        return [f for belief, piece in chosen.items() if piece is not None and belief not in (0, 1) for f in self.within(piece, belief)]

    def content(self, supports: dict[int, Support], after: After, chosen: Choice) -> list[Formula]:
        """That the lasting player gains by no other action."""
        play, formulas = self.followed(after, chosen), list[Formula]()
        for i in self.stage.own:
            formulas += [*play.mixing_conditions(i, supports[i]), *self.optimal(play, i, supports)]
        named = {x for f in formulas for a in atoms(f) for x in self.stage.ring.support(a.polynomial)}
        mixed = [i for i in sorted(supports) if i not in self.stage.own and named.intersection(play.mixing_unknowns({i: supports[i]}))]
        return formulas + [c for i in mixed for c in play.mixing_conditions(i, supports[i])]

    def solutions(self, supports: dict[int, Support], after: After, bayes: Mapping[Ratio, Ratio], chosen: Choice) -> Iterator[Found]:
        """The branches of one regime's solutions, the pieces of later play given."""
        play = self.followed(after, chosen)
        formulas = [*self.placed(chosen), *self.content(supports, after, chosen)]
        for i in sorted(set(supports).difference(self.stage.own)):
            formulas += [*play.mixing_conditions(i, supports[i]), *self.optimal(play, i, supports)]
        followed = tuple({id(piece): piece for piece in chosen.values() if piece is not None}.values())
        unknowns = [*play.mixing_unknowns(supports), *(x for piece in followed for x in piece.free), *(x for m in bayes for x in m.support())]
        equations, conditions = sorted_out([*formulas, *(Atom((m - value).numerator, "==") for m, value in bayes.items())])
        system = System(self.space, tuple(dict.fromkeys(unknowns)), equations, conditions)
        if conjunction(formulas) != FALSE and system.feasible():
            yield from (Found(supports, play, followed, branch) for branch in system.resolve())

    def followed(self, after: After, chosen: Choice) -> StagePlay:
        """The tree with what later play is worth after every record."""
        return self.stage.followed(self.base, {moves: self.worth(chosen[belief], belief) for moves, belief in after.items()})

    def worth(self, piece: Piece | None, belief: Ratio) -> tuple[Ratio, Ratio]:
        """What later play is worth to each type at a belief."""
        if piece is None:
            zero = Ratio.of(self.stage.ring, 0)
            return zero, zero
        first, second = (value.substitute(self.stage.variable, belief) for value in piece.values)
        return first, second

    def piece(self, found: Found, low: Ratio, high: Ratio) -> Piece:
        """The play that was found, as a piece."""
        branch, play, supports = found.branch, found.play, found.supports
        if branch.roots:
            raise InputError("the recursion on the belief met mixing probabilities that are no rational functions of the parameters")
        names = {x.variable: self._own_name(x.variable) for x in branch.limits}

        def solved(value: Ratio) -> Ratio:
            return put(put(value, branch.values), names)

        first, second = map(solved, self.stage.values(play, supports))
        return Piece(
            1 if self.later is None else self.later.left + 1,
            low,
            high,
            strategies=tuple(tuple(solved(p) for p in ps) for _, ps in sorted(play.strategies(supports).items())),
            beliefs=tuple(tuple(map(solved, self._shares(info.index, supports))) for info in play.sets),
            posteriors={r.moves: solved(self.stage.posterior(r, supports, self.prior)) for r in self.stage.records},
            values=(first, second),
            free=tuple(x for name in names.values() for x in name.support()),
            conditions=(branch.conditions, *(put_in(f, names) for x in branch.limits for f in _within(self.stage.ring, x))),
            rests=() if self.inside else tuple({id(q): q for p in found.followed if p.open for q in (p, *p.rests)}.values()),
        )

    def _own_name(self, variable: int) -> Ratio:
        """A name that stands for a free unknown in earlier periods too."""
        stage = self.stage
        return Ratio(stage.ring, stage.ring.variables[variable if variable in stage.later else stage.new_unknown()])

    def _shares(self, info: int, supports: Supports) -> list[Ratio]:
        weights = self.stage.weights(info, supports, self.prior)
        total = sum(weights, Ratio.of(self.stage.ring, 0))
        return [w / total for w in weights]


def _within(ring: Ring, limits: Limits) -> Iterator[Formula]:
    """That an unknown lies within its limits."""
    x = Ratio(ring, ring.variables[limits.variable])
    for gaps, closed in (([x - b for b in limits.lower], limits.closed[0]), ([b - x for b in limits.upper], limits.closed[1])):
        yield from (Atom(gap.numerator * gap.denominator, ">=" if closed else ">") for gap in gaps)


def put(value: Ratio, values: Mapping[int, Ratio]) -> Ratio:
    """A ratio with values put for some variables, one after the other."""
    for variable, found in values.items():
        value = value.substitute(variable, found)
    return value


def put_in(f: Formula, values: Mapping[int, Ratio]) -> Formula:
    """A formula with values put for some variables."""
    if not isinstance(f, Atom):
        return type(f)(put_in(part, values) for part in f.parts)
    if not values:
        return f
    value = put(Ratio(next(iter(values.values())).ring, f.polynomial), values)
    return Atom(value.numerator * value.denominator if f.op in (">", ">=") else value.numerator, f.op)
