"""Comparative statics: how every quantity of every family moves with every parameter, and how the region of the family does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.region import Region
from deterrence.algebra.slices import Bounds
from deterrence.algebra.smt import Clock, OutOfTime, Undecided
from deterrence.analysis.decisions import Prover
from deterrence.analysis.families import Family
from deterrence.analysis.lookup import entries
from deterrence.analysis.meaning import Meaning
from deterrence.analysis.region_movement import Bounding, region_movement
from deterrence.analysis.slopes import FALLS, NO_VALUE, RISES, UNDECIDED, Case, Slopes, Trend
from deterrence.analysis.statements import read_expression
from deterrence.analysis.statics import GREATEST, LEAST
from deterrence.model.game import Game
from deterrence.model.stochastic import StochasticGame
from deterrence.solution import Equilibrium, Solution, need_solution

if TYPE_CHECKING:
    import sympy

WHICH = {0: "", LEAST: "least", GREATEST: "greatest"}
ROLES = ("credibility", "cost", "discount")
QUESTION, MOST_LOSSES = 10.0, 3  # seconds; where the solver was at a loss so often, it is not given as long for the rest of a family
OUT_OF_TIME, INTERRUPTED = "the time limit was reached", "interrupted"

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Slope:
    """A derivative as exact text, and where in the region of its family it is the one, if there are others: all `conditions` hold."""

    text: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Static:
    """How a quantity of one family moves with a parameter; `which` is `least` or `greatest` where the family leaves the value open.

    `sign` is `+`, `-` or `0` where the derivative is positive, negative or zero throughout the region, `0/+` or `0/-` where it is zero in
    one part and of one sign in the rest, `±` where it takes both signs, `none` where the quantity has no value in the family, and `?` where
    that was not decided; `why` says why it was not. `positive` and `negative` are where in the region the derivative has these signs (None:
    nowhere), `positive_where` and `negative_where` the conditions that tell these parts from the rest of the region, if both are not it all.
    """

    equilibrium: str
    quantity: str
    parameter: str
    which: str
    sign: str
    slopes: tuple[Slope, ...] = ()
    positive: Region | None = None
    negative: Region | None = None
    positive_where: tuple[str, ...] = ()
    negative_where: tuple[str, ...] = ()
    why: str = ""

    @cached_property
    def derivative(self) -> sympy.Expr | None:
        """The derivative, piecewise where it differs from part to part of the region; None where there is none or it is not known."""
        import sympy

        from deterrence.algebra.parser import parse_condition
        from deterrence.algebra.sympy_forms import sympy_of, to_sympy

        if len(self.slopes) < 2:
            return to_sympy(self.slopes[0].text) if self.slopes else None
        return sympy.Piecewise(
            *((to_sympy(s.text), sympy.And(*(sympy_of(parse_condition(c, formulas=True)) for c in s.conditions))) for s in self.slopes)
        )

    def to_dict(self) -> dict[str, Any]:
        """The entry as a JSON object with exact text for every formula; what does not apply is left out."""
        out: dict[str, Any] = {"equilibrium": self.equilibrium, "quantity": self.quantity, "parameter": self.parameter}
        out |= {"which": self.which} if self.which else {}
        out |= {"sign": self.sign}
        if len(self.slopes) == 1:
            out |= {"derivative": self.slopes[0].text}
        elif self.slopes:
            out |= {"derivative": [{"is": s.text, "where": list(s.conditions)} for s in self.slopes]}
        out |= {"positive_where": list(self.positive_where)} if self.positive_where else {}
        out |= {"negative_where": list(self.negative_where)} if self.negative_where else {}
        return out | ({"why": self.why} if self.why else {})


@dataclass(frozen=True)
class RegionStatic:
    """How the region of one family moves with a parameter, and the bounds within which it keeps it, where these have a closed form.

    `movement` is `grows` where no point leaves the region as the parameter alone goes up within the space, `shrinks` where none does as it
    goes down, `unaffected` where both hold, `neither` where none does, and `?` where that was not decided; `why` says why it was not.
    """

    equilibrium: str
    parameter: str
    movement: str
    bounds: tuple[Bounds, ...] | None = None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        out: dict[str, Any] = {"equilibrium": self.equilibrium, "parameter": self.parameter, "movement": self.movement}
        if self.bounds is not None:
            out["bounds"] = [
                {"lower": list(b.lower), "upper": list(b.upper), "closed": list(b.closed), "conditions": list(b.conditions)} for b in self.bounds
            ]
        return out | ({"why": self.why} if self.why else {})


@dataclass(frozen=True, eq=False)
class ComparativeStatics:
    """The entries of every family, quantity and parameter, in this order; `left_out` are families that have no room to move in.

    `statics["E1", "Pr(War)", "r"]` are the entries of one of each: one, or those of the least and of the greatest value.
    """

    solution: Solution
    quantities: tuple[str, ...]
    parameters: tuple[str, ...]
    rows: tuple[Static, ...]
    regions: tuple[RegionStatic, ...]
    left_out: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Are all equilibria known and was every sign decided?"""
        return self.solution.complete and not self.undecided

    @property
    def undecided(self) -> tuple[str, ...]:
        """Why some entries are `?`: each reason once."""
        reasons = (*(row.why for row in self.rows), *(row.why for row in self.regions))
        return tuple(dict.fromkeys(why for why in reasons if why))

    def __getitem__(self, key: tuple[str, str, str]) -> tuple[Static, ...]:
        return entries(self.rows, key)

    def table(self, format: str = "text", **options: Any) -> str:  # noqa: A002 - the name that users know from pandas
        """The table for a paper: `text`, `markdown`, `latex`, `html`; or everything there is to list, as `csv`."""
        from deterrence.report.statics_table import statics_table

        return statics_table(self, format, **options)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"ComparativeStatics({self.solution.game.title!r}, {len(self.quantities)} quantities in {', '.join(self.parameters)})"

    def _repr_html_(self) -> str:
        return self.table("html")

    def to_dict(self) -> dict[str, Any]:
        """Everything as one JSON object with exact text for every formula."""
        game = self.solution.game
        return {
            "game": game.title,
            "concept": self.solution.concept,
            "complete": self.complete,
            "at": {name: str(value) for name, value in game.fixed.items()},
            "quantities": list(self.quantities),
            "parameters": list(self.parameters),
            "statics": [row.to_dict() for row in self.rows],
            "regions": [row.to_dict() for row in self.regions],
        }


def comparative_statics(
    solution: Solution,
    of: Sequence[str] | str | None = None,
    wrt: Sequence[str] | str | None = None,
    *,
    time_limit: float | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> ComparativeStatics:
    """The derivative of each quantity in each family with respect to each parameter, and its sign over the region of the family.

    Signs are decided by proof and hold at all generic points of a region: all but those on surfaces. Where a family leaves the value of a
    quantity open, the entries are those of its least and of its greatest value.

    Args:
        solution: what `solve` returned.
        of: quantities in the words of claims, `Pr(War)` or `payoff(Ally) - payoff(Ally, Weak)`; by default the probabilities of all outcomes and
            events and the expected payoffs of all players.
        wrt: the parameters that move, one at a time; by default the free ones whose role is credibility, cost or discount, or all if there is none.
        time_limit: in seconds, for all of it; what was not decided by then is `?`.
        progress: called with a word and a count, as by `solve`.

    Raises:
        InputError: a quantity cannot be read, a parameter is unknown or fixed, or all are fixed.

    >>> import deterrence as dt
    >>> solution = dt.solve(dt.load("rudimentary_deterrence"))
    >>> statics = comparative_statics(solution, of=["Pr(Conflict)"], wrt=["p"])
    >>> [(s.equilibrium, s.derivative, s.sign) for s in statics.rows]
    [('E1', 1, '+'), ('E2', 0, '0')]
    >>> [(s.equilibrium, s.movement) for s in statics.regions]
    [('E1', 'shrinks'), ('E2', 'grows')]
    """
    need_solution(solution, "comparative_statics")
    parameters = _parameters(solution.game, wrt)
    prover = Prover(solution, Clock(time_limit, QUESTION))
    quantities = tuple(_quantities(prover, of))
    return _Run(prover, quantities, parameters, progress or (lambda *_: None)).result()


# What is asked


def _parameters(game: Game, wrt: Sequence[str] | str | None) -> tuple[str, ...]:
    """The parameters that move."""
    free = game.free_parameters
    if not free:
        raise InputError("wrt: every parameter is fixed, so that none can move")
    if wrt is None:
        return tuple(name for name in free if game.parameters[name].role in ROLES) or free
    names = tuple(dict.fromkeys([wrt] if isinstance(wrt, str) else wrt))
    for name in names:
        if name not in game.parameters:
            raise InputError(f"wrt: {quoted(str(name))} is no parameter of this game{_nearest(str(name), tuple(game.parameters))}")
        if name not in free:
            raise InputError(f"wrt: {name} is fixed at {game.fixed[name]} and cannot move; expected some of {', '.join(free)}")
    if not names:
        raise InputError(f"wrt: there is no parameter in it; expected some of {', '.join(free)}")
    return names


def _nearest(name: str, known: Sequence[str]) -> str:
    return suggestion(name, known) or f"; expected some of {', '.join(known)}"


@dataclass(frozen=True)
class Quantity:
    """What is asked for, and how it is read in a family: None where it has no value there."""

    text: str
    value: Callable[[Family], Ratio | None]


def _quantities(prover: Prover, of: Sequence[str] | str | None) -> Iterator[Quantity]:
    """The quantities that are asked for, each once."""
    if of is None:
        yield from _all_quantities(prover.game)
        return
    texts = dict.fromkeys([of] if isinstance(of, str) else of)
    if not texts:
        raise InputError("of: there is no quantity in it; expected some such as Pr(OUTCOME) or payoff(PLAYER)")
    for text in texts:
        yield _read(prover, text)


def _all_quantities(game: Game) -> Iterator[Quantity]:
    def found(attribute: str, name: str) -> Callable[[Family], Ratio | None]:
        return lambda family: getattr(family.equilibrium, attribute)[name]

    replaced = game.short_lived if isinstance(game, StochasticGame) and game.horizon else ()  # their payoffs are each period's own
    yield from (Quantity(f"Pr({label})", found("exact_outcomes", label)) for label in game.outcome_labels)
    yield from (Quantity(f"Pr({event})", found("exact_events", event)) for event in game.events)
    yield from (Quantity(f"payoff({player})", found("exact_payoffs", player)) for player in game.players if player not in replaced)


def _read(prover: Prover, text: object) -> Quantity:
    """A quantity, or an expression of several, as claims write them."""
    if not isinstance(text, str):
        raise InputError(f"of: found {quoted(repr(text))}; expected text such as Pr(OUTCOME) or payoff(PLAYER)")
    try:
        statement = read_expression(prover.vocabulary, text)
    except InputError as error:
        place = f", column {error.column}" if error.column else ""
        raise InputError(f"of: {quoted(text)}{place}: {error.message}") from None
    return Quantity(" ".join(text.split()), lambda family: Meaning(family, statement, prover.parameters).value(statement.tree))


# What is answered


class _Run:
    """One run over all families; what cannot be decided, or not in time, becomes an entry that says so."""

    def __init__(self, prover: Prover, quantities: Sequence[Quantity], names: tuple[str, ...], progress: Callable[[str, int], None]) -> None:
        self.prover, self.quantities, self.names, self.progress = prover, tuple(quantities), names, progress
        self.interrupted = False
        self.done = self.losses = 0
        self.efforts: tuple[Slopes, ...] = ()

    @cached_property
    def home(self) -> ParameterSpace:
        """The parameters of the solution over the space that keeps the time limit."""
        known = self.prover.solution[0].setting.parameters
        return ParameterSpace(self.prover.space, known.roles, known.defaults)

    @cached_property
    def bounding(self) -> Bounding:
        """What solves the regions for their parameters."""
        return Bounding(self.home)

    def result(self) -> ComparativeStatics:
        """All entries."""
        rows: list[Static] = []
        regions: list[RegionStatic] = []
        left_out: list[str] = []
        for quick, patient in zip(self.prover.families[0], self.prover.families[-1], strict=True):
            if self._has_no_room(patient.equilibrium):
                left_out.append(patient.equilibrium.name)
                continue
            self.losses, self.efforts = 0, (Slopes(quick, self.home), Slopes(patient, self.home))
            rows += [row for quantity in self.quantities for row in self._statics(quantity)]
            regions += [self._region(name) for name in self.names]
        texts = tuple(quantity.text for quantity in self.quantities)
        return ComparativeStatics(self.prover.solution, texts, self.names, tuple(rows), tuple(regions), tuple(left_out))

    def _has_no_room(self, e: Equilibrium) -> bool:
        return self._answer(lambda: self.prover.space.quick(self._at_home(e.region).inside)) is False

    def _at_home(self, region: Region) -> Region:
        return Region(self.home, region.formula, region.hidden)

    @property
    def slopes(self) -> Slopes:
        """Those of the family that is being looked at: what is hard in it is hard throughout, most often."""
        return self.efforts[self.losses < MOST_LOSSES]

    def _answer(self, question: Callable[[], Answer]) -> Answer | str:
        """The answer to a question, or why there is none."""
        if self.interrupted:
            return INTERRUPTED
        try:
            self.prover.space.clock.check()
            return question()
        except OutOfTime:
            return OUT_OF_TIME
        except Undecided as why:
            self.losses += 1
            return str(why)
        except KeyboardInterrupt:
            self.interrupted = True
            return INTERRUPTED

    def _statics(self, quantity: Quantity) -> Iterator[Static]:
        """The entries of a quantity in a family."""
        family = self.slopes.family
        value, name = quantity.value(family), family.equilibrium.name
        if value is None:
            yield from (Static(name, quantity.text, parameter, "", NO_VALUE) for parameter in self.names)
            return
        clean = family.equilibrium.clean(value)
        sides = (LEAST, GREATEST) if self.slopes.is_range(clean) else (0,)
        cases = {side: self._answer(partial(self.slopes.cases, clean, side)) for side in sides}
        for parameter in self.names:
            for side, found in cases.items():
                yield self._static(found, (name, quantity.text, parameter, WHICH[side]))
                self.done += 1
                self.progress("derivatives", self.done)

    def _static(self, cases: list[Case] | str, key: tuple[str, str, str, str]) -> Static:
        if isinstance(cases, str):
            return Static(*key, UNDECIDED, why=_reason(key[0], cases))
        variable = self.prover.space.ring.index[key[2]]
        answer = self._answer(lambda: _told(self.slopes, self.slopes.trend(cases, variable), key))
        return Static(*key, UNDECIDED, why=_reason(key[0], answer)) if isinstance(answer, str) else answer

    def _region(self, name: str) -> RegionStatic:
        e = self.slopes.family.equilibrium
        region = self._at_home(e.region)
        movement = self._answer(lambda: (region_movement(region, name, self.slopes.family.effort),))
        if isinstance(movement, str):
            return RegionStatic(e.name, name, UNDECIDED, why=_reason(e.name, movement))
        bounds = self._answer(lambda: self.bounding.bounds(region, name))
        return RegionStatic(e.name, name, movement[0], None if isinstance(bounds, str) else bounds)


def _reason(name: str, why: str) -> str:
    """Why an entry is undecided: in which equilibrium, unless that makes no difference."""
    return why if why in (OUT_OF_TIME, INTERRUPTED) else f"{name}: {why}"


def _told(slopes: Slopes, trend: Trend, key: tuple[str, str, str, str]) -> Static:
    """The entry that says a trend."""
    text, whole = slopes.family.equilibrium.text, slopes.family.equilibrium.region
    one = len(trend.slopes) == 1
    derivatives = tuple(Slope(text(s.value), () if one else slopes.told(s.where)) for s in trend.slopes)
    if len(trend.where) == 1:  # throughout
        positive, negative = (whole if sign in trend.where else None for sign in (RISES, FALLS))
        return Static(*key, trend.sign, derivatives, positive, negative)
    regions = (slopes.region(trend.where[sign]) if sign in trend.where else None for sign in (RISES, FALLS))
    told = (slopes.told(trend.where[sign]) if sign in trend.where else () for sign in (RISES, FALLS))
    return Static(*key, trend.sign, derivatives, *regions, *told)  # type: ignore[arg-type]  # two of each
