"""What the recursion on the public belief finds: play in every period at every belief, and the assessment of the whole game at a point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import exact
from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.public_belief_search import Piece, Solved
from deterrence.concepts.public_belief_stage import Moves, Stage
from deterrence.model.assessment import history, values_at
from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.values import Values

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True)
class Range:
    """Play at all beliefs between `low` and `high`, or at one where these are equal, as expressions in the parameters and the belief.

    `strategies` are by information set of the period and action, `posteriors` are the beliefs after the period by the moves made in it, and
    `values` what this period and all later ones are worth to each type.
    """

    low: sympy.Expr
    high: sympy.Expr
    strategies: Mapping[str, Mapping[str, sympy.Expr]]
    posteriors: Mapping[Moves, sympy.Expr]
    values: Mapping[str, sympy.Expr]


@dataclass(frozen=True)
class Period:
    """Play in one period: in `ranges` of beliefs between the `cuts`; at those `points` that earlier play leads to; and once the type is known.

    In `certain` the first range is at belief 0, the second at belief 1.
    """

    number: int
    cuts: tuple[sympy.Expr, ...]
    ranges: tuple[Range, ...]
    points: tuple[Range, ...]
    certain: tuple[Range, Range]


@dataclass(frozen=True)
class Moment:
    """Play in a period at one belief, in exact numbers: as a Range, with the beliefs at information sets in the order of their nodes."""

    strategies: Mapping[str, Mapping[str, Fraction]]
    beliefs: Mapping[str, tuple[Fraction, ...]]
    posteriors: Mapping[Moves, Fraction]
    values: Mapping[str, Fraction]


class BeliefRecursion:
    """The equilibrium in which play depends on the period and the public belief alone.

    The belief, called `symbol`, is the probability of the first of the two types (`kinds`) of the `player` who lasts. `surprise` says to
    which type an action is put down that neither takes; a belief of 0 or 1 never changes again.
    """

    def __init__(self, stage: Stage, solved: tuple[Solved, ...]) -> None:
        self._stage, self._solved = stage, solved
        self.game, self.player, self.kinds, self.symbol = stage.game, stage.lasting, stage.kinds, stage.symbol
        self.surprise = dict(stage.surprise)

    def __len__(self) -> int:
        """How many periods are played."""
        return len(self._solved)

    def __repr__(self) -> str:
        return f"BeliefRecursion({len(self)} periods of {self.game.title or 'a game'!r})"

    def __str__(self) -> str:
        return self.table()

    # In symbols

    def period(self, number: int) -> Period:
        """Play in a period, the first being 1."""
        solved = self._solved_in(number)
        settled = [piece for pieces in solved.points for piece in pieces if not piece.open]
        ends = (self._range(solved.ends[0]), self._range(solved.ends[1]))
        cuts = tuple(self._sympy(cut) for cut in solved.cuts)
        return Period(number, cuts, tuple(map(self._range, solved.intervals)), tuple(map(self._range, settled)), ends)

    def _solved_in(self, number: int) -> Solved:
        if number not in range(1, len(self) + 1):
            raise InputError(f"period is {number!r}; expected a number from 1 to {len(self)}")
        return self._solved[number - 1]

    def _range(self, piece: Piece) -> Range:
        return Range(
            self._sympy(piece.low),
            self._sympy(piece.high),
            {name: {a: self._sympy(p) for a, p in play.items()} for name, play in self._named(piece).items()},
            {moves: self._sympy(m) for moves, m in piece.posteriors.items()},
            {kind: self._sympy(v) for kind, v in zip(self.kinds, piece.values, strict=True)},
        )

    def _named(self, piece: Piece) -> dict[str, dict[str, Ratio]]:
        sets = self._stage.play.sets
        return {info.name: dict(zip(info.actions, piece.strategies[info.index], strict=True)) for info in sets}

    def _text(self, value: Ratio) -> str:
        return str(self._stage.inside.writer().ratio(value))

    def _sympy(self, value: Ratio) -> sympy.Expr:
        from deterrence.algebra.sympy_forms import to_sympy

        return to_sympy(self._text(value))

    def table(self) -> str:
        """Play in every period as text, neighbouring ranges with the same play as one."""
        rules = "; ".join(f"{action} to {kind}" for action, kind in self.surprise.items())
        head = [
            f"{self.game.title or 'The game'}: play by the belief {self.symbol} that {self.player} is {self.kinds[0]}.",
            f"An action that neither type takes is put down: {rules}.",
        ]
        return "\n".join([*head, *(line for k, solved in enumerate(self._solved) for line in self._lines(k + 1, solved))])

    def _lines(self, number: int, solved: Solved) -> Iterator[str]:
        yield f"\nPeriod {number} of {len(self)}"
        rows: list[tuple[str, str, list[str]]] = []
        for piece in solved.intervals:
            low, high, play = self._text(piece.low), self._text(piece.high), self._phrases(piece)
            rows = [*rows[:-1], (rows[-1][0], high, play)] if rows and rows[-1][2] == play else [*rows, (low, high, play)]
        for low, high, play in rows:
            yield from (f"  {low} < {self.symbol} < {high}", *(f"      {phrase}" for phrase in play))
        for pieces in solved.points:
            if pieces and not pieces[0].open and self._phrases(pieces[0]) not in [play for _, _, play in rows]:
                yield from (f"  {self.symbol} = {self._text(pieces[0].low)}", *(f"      {phrase}" for phrase in self._phrases(pieces[0])))

    def _phrases(self, piece: Piece) -> list[str]:
        out = []
        for name, play in self._named(piece).items():
            taken = [(action, self._text(p)) for action, p in play.items() if p]
            out.append(f"{name}: {', '.join(a if p == '1' else f'{a} with {p}' for a, p in taken)}")
        return out

    # In numbers

    def at(self, period: int, belief: Any, **values: Any) -> Moment:
        """Play in a period at a belief, where the parameters have the given values or else their defaults."""
        solved, believed = self._solved_in(period), exact(belief)
        if not 0 <= believed <= 1:
            raise InputError(f"belief is {belief!r}; expected a probability")
        return _Numbers(self._stage, values_at(self.game, values)).moment(solved, believed)

    def path(self, **values: Any) -> tuple[dict[Fraction, Fraction], ...]:
        """For each period the beliefs that play comes to, with their probabilities, starting from the game's own prior."""
        point = values_at(self.game, values)
        numbers = _Numbers(self._stage, point)
        current = {numbers.prior(): Fraction(1)}
        out = []
        for solved in self._solved:
            out.append(dict(sorted(current.items())))
            current = numbers.onward(solved, current)
        return tuple(out)

    def assessment(self, **values: Any) -> tuple[dict[str, dict[str, Fraction]], dict[str, dict[str, Fraction]]]:
        """The strategies and beliefs of the whole game as `check` takes them, where the parameters have the given values or else their defaults.

        Raises InputError where the periods are not those of the game's own horizon, or where play comes to a belief at which nothing settles it.
        """
        if len(self) != self.game.horizon:
            raise InputError(f"the recursion is over {len(self)} periods, the game over {self.game.horizon}; an assessment needs them to be the same")
        point = values_at(self.game, values)
        return _Laid(_Numbers(self._stage, point), self._solved, extensive_form(self.game, point)).assessment()


class _Numbers:
    """What was found, where every parameter has a value."""

    def __init__(self, stage: Stage, point: Mapping[str, Fraction]) -> None:
        self.stage, self.point = stage, point
        self.known = {stage.ring.index[name]: value for name, value in point.items() if name in stage.ring.index}
        self.moments: dict[tuple[int, Fraction], Moment] = {}

    def number(self, value: Ratio, belief: Fraction | None = None) -> Fraction:
        """A ratio's value."""
        found = value.at(self.known if belief is None else {**self.known, self.stage.variable: belief}).constant()
        assert found is not None, "everything that was left free has been settled"
        return found

    def prior(self) -> Fraction:
        """The probability of the first type."""
        return Fraction(Values(self.stage.game, self.point, None).of(self.stage.game.types[self.stage.lasting][0].probability))

    def moment(self, solved: Solved, belief: Fraction) -> Moment:
        """Play at a belief, worked out once."""
        key = (id(solved), belief)
        if key not in self.moments:
            self.moments[key] = self._moment(self._piece(solved, belief), belief)
        return self.moments[key]

    def _piece(self, solved: Solved, belief: Fraction) -> Piece:
        if belief in (0, 1):
            return solved.ends[int(belief)]
        for k, cut in enumerate(solved.cuts):
            if self.number(cut) == belief:
                pieces = solved.points[k] if solved.points else ()
                if pieces and not pieces[0].open:
                    return pieces[0]
                raise InputError(f"{self.stage.symbol} = {belief} is a cut point at which nothing settles play; take a belief beside it")
        return next(piece for piece in solved.intervals if self.number(piece.low) < belief < self.number(piece.high))

    def _moment(self, piece: Piece, belief: Fraction) -> Moment:
        sets = self.stage.play.sets
        return Moment(
            {i.name: {a: self.number(p, belief) for a, p in zip(i.actions, piece.strategies[i.index], strict=True)} for i in sets},
            {i.name: tuple(self.number(b, belief) for b in piece.beliefs[i.index]) for i in sets},
            {moves: self.number(m, belief) for moves, m in piece.posteriors.items()},
            {kind: self.number(v, belief) for kind, v in zip(self.stage.kinds, piece.values, strict=True)},
        )

    def onward(self, solved: Solved, beliefs: Mapping[Fraction, Fraction]) -> dict[Fraction, Fraction]:
        """How likely each belief is after a period."""
        out: dict[Fraction, Fraction] = {}
        for belief, likely in beliefs.items():
            moment = self.moment(solved, belief)
            for record in self.stage.records:
                chance = sum(
                    (share * self.reached(moment, end) for share, end in zip((belief, 1 - belief), record.ends, strict=True) if end is not None),
                    Fraction(0),
                )
                if chance:
                    after = moment.posteriors[record.moves]
                    out[after] = out.get(after, Fraction(0)) + likely * chance
        return out

    def reached(self, moment: Moment, end: int) -> Fraction:
        """How likely an end of the period is, given the type."""
        play, total = self.stage.play, Fraction(1)
        for at, branch in play.paths[end][1:]:
            node = play.nodes[at]
            if node.information_set is None:
                total *= self.number(Ratio.of(self.stage.ring, node.probabilities[branch]))
            else:
                total *= moment.strategies[play.sets[node.information_set].name][node.labels[branch]]
        return total


class _Laid:
    """The assessment over the tree of all periods: every node is one of a period's tree, at the belief with which the period started."""

    def __init__(self, numbers: _Numbers, solved: tuple[Solved, ...], form: ExtensiveForm[Any]) -> None:
        self.numbers, self.stage, self.form = numbers, numbers.stage, form
        self.solved = solved
        self.homes: dict[int, tuple[int, Fraction, int]] = {}

    def assessment(self) -> tuple[dict[str, dict[str, Fraction]], dict[str, dict[str, Fraction]]]:
        """Strategies and beliefs by the names of the whole game."""
        self._place()
        strategies, beliefs = {}, {}
        for info in self.form.information_sets:
            period, belief, home = self.homes[info.nodes[0]]
            moment = self.numbers.moment(self.solved[period], belief)
            inner = self.stage.play.sets[self.stage.play.nodes[home].information_set or 0]
            strategies[info.name] = dict(moment.strategies[inner.name])
            weights = dict(zip(inner.nodes, moment.beliefs[inner.name], strict=True))
            nodes = [self.form.nodes[k] for k in info.nodes]
            beliefs[info.name] = {history(self.form, n.types, n.moves): weights[self.homes[n.index][2]] for n in nodes}
        return strategies, beliefs

    def _place(self) -> None:
        """Finds for every node the period, the belief at its start, and the node of the period's tree."""
        play = self.stage.play
        for node in self.form.nodes:
            if node.type_of:
                continue
            assert node.parent is not None
            parent = self.form.nodes[node.parent]
            if parent.type_of:
                kind = self.stage.kinds.index(node.types[self.stage.lasting])
                self.homes[node.index] = (0, self.numbers.prior(), self.stage.roots[kind])
                continue
            period, belief, home = self.homes[parent.index]
            inner = play.nodes[home]
            then = play.nodes[inner.children[inner.labels.index(parent.labels[node.branch])]]
            if then.kind == "end" and node.kind != "end":
                after = self.numbers.moment(self.solved[period], belief).posteriors[then.moves]
                kind = self.stage.kinds.index(node.types[self.stage.lasting])
                self.homes[node.index] = (period + 1, after, self.stage.roots[kind])
            else:
                self.homes[node.index] = (period, belief, then.index)
