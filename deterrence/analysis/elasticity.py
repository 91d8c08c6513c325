"""Elasticities: by how many percent a quantity moves when a parameter moves by one, exactly, in each equilibrium that exists at a point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.expressions import exact
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.smt import Undecided
from deterrence.analysis.counterexamples import Exactly
from deterrence.analysis.families import Family
from deterrence.analysis.lookup import entries
from deterrence.analysis.measured import Measure, asked_for
from deterrence.analysis.quantities import Assessed
from deterrence.analysis.slopes import Case, Slopes
from deterrence.analysis.statics import GREATEST, LEAST, derivative
from deterrence.model.surds import Exact
from deterrence.solution import Equilibrium, Solution, need_solution

WHICH = {0: "", LEAST: "least", GREATEST: "greatest"}


@dataclass(frozen=True)
class Elasticity:
    """One quantity of one equilibrium and one parameter: the value at the point, its derivative, and derivative times parameter over value.

    Numbers are fractions where they are rational and exact algebraic numbers else. The elasticity is None where the value is zero, and all three
    are where the quantity has no value or `why` says that it could not be told. `which` is `least` or `greatest` where the equilibrium
    leaves the quantity open.
    """

    equilibrium: str
    quantity: str
    parameter: str
    which: str
    value: Exact | None
    derivative: Exact | None
    elasticity: Exact | None
    why: str = ""


@dataclass(frozen=True, eq=False)
class Elasticities:
    """All elasticities at a point, by equilibrium, quantity and parameter in this order."""

    at: Mapping[str, Fraction]
    rows: tuple[Elasticity, ...]

    def __getitem__(self, key: tuple[str, str, str]) -> tuple[Elasticity, ...]:
        return entries(self.rows, key)

    def table(self, format: str = "text") -> str:  # noqa: A002 - the name that users know from pandas
        """The elasticities as a table: `text`, `markdown`, `latex`, `html` or `csv`."""
        from deterrence.report.sensitivity_table import elasticity_table

        return elasticity_table(self, format)

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return self.table("html")


def elasticities(
    solution: Solution,
    at: Mapping[str, Any] | None = None,
    of: Sequence[str] | str = (),
    wrt: Sequence[str] | str | None = None,
) -> Elasticities:
    """Return the elasticity of each quantity with respect to each parameter in every equilibrium of the solution that exists at a point.

    They are derivatives within the equilibrium: at the border of its region, one-sided ones. Where an equilibrium leaves a quantity open, they
    are those of its least and of its greatest value.

    Args:
        solution: what `solve` returned.
        at: the point, exactly, as `{"r": "1/3", "k": 0.2}`; what is left out has its default value.
        of: quantities as claims write them; by default the probabilities of all outcomes and the payoffs of all players.
        wrt: the parameters that move, one at a time; by default all free ones.

    Raises:
        InputError: a name or a quantity is unknown, a parameter has no value, or the point is outside of the parameter space.

    >>> import deterrence as dt
    >>> found = elasticities(dt.solve(dt.load("audience_costs")), {"p": "1/4", "k": 2}, "Pr(War)", ["k", "a"])
    >>> [(row.equilibrium, row.parameter, str(row.elasticity)) for row in found.rows][:2]
    [('E1', 'k', '0'), ('E1', 'a', '-1/2')]
    """
    need_solution(solution, "elasticities")
    point = _point(solution, at or {})
    names = _names(solution, wrt)
    texts = [of] if isinstance(of, str) else list(of) or _usual(solution)
    measures = {group.name: group.measures[0] for group in asked_for(solution, texts)}
    rows: list[Elasticity] = []
    for e in solution:
        if point in e.region:
            rows += _OfEquilibrium(e, point).rows(measures, names)
    return Elasticities(point, tuple(rows))


def _usual(solution: Solution) -> list[str]:
    game = solution.game
    return [*(f"Pr({label})" for label in game.outcome_labels), *(f"payoff({player})" for player in game.players)]


def _point(solution: Solution, at: Mapping[str, Any]) -> dict[str, Fraction]:
    game = solution.game
    for name in at:
        if name in game.fixed:
            raise InputError(f"at: {name} is fixed at {game.fixed[name]} in this solution")
        if name not in game.free_parameters:
            near = suggestion(str(name), game.free_parameters) or f"; expected some of {', '.join(game.free_parameters)}"
            raise InputError(f"at: {name!r} is no parameter of this game{near}")
    out = {}
    for name in game.free_parameters:
        default = game.parameters[name].default
        if name not in at and default is None:
            raise InputError(f"at: the parameter {name} has no default; give it a value, as {{'{name}': 1}}")
        try:
            out[name] = exact(at[name]) if name in at else Fraction(default.evaluate({})) if default is not None else Fraction(0)
        except InputError as error:
            raise InputError(f"at: {name}: {error.message}") from None
    game.at(**out)  # says what is wrong with a point outside of the space
    return out


def _names(solution: Solution, wrt: Sequence[str] | str | None) -> list[str]:
    free = solution.game.free_parameters
    names = list(free) if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
    for name in names:
        if name not in free:
            near = suggestion(str(name), free) or f"; expected some of {', '.join(free)}"
            raise InputError(f"wrt: {name!r} is no free parameter of this game{near}")
    return names


class _OfEquilibrium:
    """The elasticities of one equilibrium at one point."""

    def __init__(self, equilibrium: Equilibrium, point: Mapping[str, Fraction]) -> None:
        self.equilibrium, self.point = equilibrium, point
        parameters = equilibrium.setting.parameters
        self.ring = parameters.space.ring
        self.slopes = Slopes(Family(parameters.space, equilibrium), parameters)
        self.here = Exactly(equilibrium, {self.ring.index[name]: value for name, value in point.items()})

    def rows(self, measures: Mapping[str, Measure], names: Sequence[str]) -> Iterator[Elasticity]:
        """One row a quantity, end and parameter."""
        assessed = Assessed(self.equilibrium)
        for text, measure in measures.items():
            value = measure(assessed)
            if value is None:
                yield from (self._row((text, name, 0), None) for name in names)
                continue
            value = self.equilibrium.clean(value)
            for side in (LEAST, GREATEST) if self.slopes.is_range(value) else (0,):
                yield from self._side(text, value, side, names)

    def _side(self, text: str, value: Ratio, side: int, names: Sequence[str]) -> Iterator[Elasticity]:
        try:
            there = self._value_here(value, side)
        except Undecided as why:
            yield from (self._row((text, name, side), None, str(why)) for name in names)
            return
        yield from (self._row((text, name, side), there) for name in names)

    def _value_here(self, value: Ratio, side: int) -> Ratio:
        """The formula of a value, or of its least or greatest, that holds at the point."""
        found: list[Case] = [case for case in self.slopes.cases(value, side) if self.here.holds(case.where)]
        if not found:
            raise Undecided("the point lies where two formulas of the value meet")
        return found[0].value

    def _row(self, key: tuple[str, str, int], value: Ratio | None, why: str = "") -> Elasticity:
        text, name, side = key
        make = partial(Elasticity, self.equilibrium.name, text, name, WHICH[side])
        if value is None:
            return make(None, None, None, why)
        try:
            here = self.here.ratio(value)
        except ZeroDivisionError:
            return make(None, None, None, "it has no value at this point")
        slope = self.here.ratio(self.equilibrium.clean(derivative(value, self.ring.index[name], self.equilibrium.roots)))
        return make(here, slope, slope * self.point[name] / here if here != 0 else None)
