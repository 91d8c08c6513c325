"""Every derivative twice more: by finite differences of `evaluate`, and by SymPy from the formulas of the equilibria."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from catalogue_share import CORE

from deterrence.algebra.points import default_ends
from deterrence.analysis.comparative_statics import ComparativeStatics, Static, comparative_statics
from deterrence.solution import Equilibrium, Solution

POINTS = 1_000
STEP = 1e-5


def columns(solution: Solution, count: int) -> dict[str, Any]:
    """Random points of the default box of the parameters, in nobody's favour but away from zero."""
    rng = np.random.default_rng(11)
    parameters = solution[0].setting.parameters
    ring = parameters.space.ring
    ends = {name: tuple(map(float, default_ends(parameters, ring.index[name]))) for name in parameters.names}
    return {name: rng.uniform(low + 0.01 * (high - low), high, count) for name, (low, high) in ends.items()}


def interior(solution: Solution, quantities: list[str], moved: str) -> tuple[dict[str, Any], Any, Any, Any]:
    """Random points, and the solution at each, a step below and a step above; enough of them for a thousand to be inside of some region."""
    at = columns(solution, 40 * POINTS)
    here, below, above = (solution.evaluate({**at, moved: at[moved] + side * STEP}, of=quantities) for side in (0, -1, 1))
    return at, here, below, above


def second_route(e: Equilibrium, quantity: str, parameter: str) -> sympy.Expr:
    """The derivative of the formula that the equilibrium shows."""
    label = quantity[quantity.index("(") + 1 : -1]
    formula = e.payoffs[label] if quantity.startswith("payoff") else {**e.outcomes, **e.events}[label]
    return sympy.diff(formula, sympy.Symbol(parameter))


def values(derivative: sympy.Expr, at: dict[str, Any], chosen: Any) -> Any:
    compute = sympy.lambdify([sympy.Symbol(name) for name in at], derivative, "numpy")
    with np.errstate(all="ignore"):
        return np.broadcast_to(compute(*(v[chosen] for v in at.values())), int(chosen.sum()))


def compared(statics: ComparativeStatics, parameter: str) -> Iterator[tuple[Static, Any, Any, Any]]:
    """For each derivative that is known: what it says, what finite differences say, and what SymPy says, at the points inside."""
    solution = statics.solution
    at, here, below, above = interior(solution, list(statics.quantities), parameter)
    for row in statics.rows:
        e = next(e for e in solution if e.name == row.equilibrium)
        if row.parameter != parameter or row.derivative is None:
            continue
        chosen = np.logical_and.reduce([d.exists.sel(equilibrium=e.name).values for d in (here, below, above)])
        chosen &= np.cumsum(chosen) <= POINTS
        end = {"bound": {"least": "lower", "greatest": "upper"}[row.which]} if row.which else {}
        low, high = (d[row.quantity].sel(equilibrium=e.name) for d in (below, above))
        if "bound" in low.dims:
            low, high = (x.sel(end or {"bound": "lower"}) for x in (low, high))
        second = None if row.which or e.roots else values(second_route(e, row.quantity, parameter), at, chosen)
        yield row, values(row.derivative, at, chosen), ((high - low) / (2 * STEP)).values[chosen], second


@pytest.mark.parametrize("name", CORE)
def test_derivatives_agree_with_finite_differences_and_with_sympy(name: str, solutions: Callable[..., Solution]) -> None:
    """At a thousand random interior points or more, for every family, quantity and parameter of credibility or cost."""
    statics = comparative_statics(solutions(name))
    points = 0
    for parameter in statics.parameters:
        for row, exact, differences, second in compared(statics, parameter):
            smooth = abs(differences) < 1e3  # near a pole, steps are too coarse
            scale = 1 + abs(exact)
            if row.which:  # where one case of an extreme passes into another there is a kink between the two points
                smooth &= abs(exact - differences) < np.quantile(abs(exact - differences), 0.99, method="higher") if len(exact) > 100 else smooth
            assert (abs(exact - differences) <= 1e-4 * scale)[smooth].all(), row
            if second is not None:
                assert np.allclose(exact, second, rtol=1e-9, atol=1e-12), row
            points += int(smooth.sum())

    assert points >= POINTS
