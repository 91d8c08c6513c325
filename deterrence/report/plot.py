"""Figures for papers: the equilibrium map, lines along a sweep, what a sensitivity analysis found, values along a path, and the game tree.

Every function returns a `Figure` of matplotlib; `save(figure, path)` writes it as PDF, SVG or PNG by its suffix, always in the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deterrence.report import figure_style
from deterrence.report.figures_output import save

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from deterrence.analysis.payoff_set import PayoffSet
    from deterrence.analysis.sensitivity import Sensitivity
    from deterrence.analysis.value_path import ValuePath
    from deterrence.model.game import Game
    from deterrence.solution import Equilibrium, Solution

__all__ = ["path", "payoffs", "regions", "save", "sweep", "tornado", "tree"]


def regions(  # noqa: PLR0913 - all but three go by name
    solution: Solution,
    x: str,
    y: str,
    *,
    fixed: Mapping[str, Any] | None = None,
    ranges: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    on_path: bool = False,
) -> Figure:
    """Return the equilibrium map: where in a slice of the parameter space which equilibria exist.

    Each cell is a set of points with the same equilibria, with their names in it, and hatched where there are several. Its boundaries are exact:
    the vertices of each curve are roots of the polynomial that ends a region there, to the last digit. What is outside the parameter space
    is grey.

    Args:
        solution: what `solve` returned.
        x: the parameter that goes to the right.
        y: the parameter that goes up.
        fixed: values of the others, exactly, as `{"V": 1, "g": "1/3"}`; what is left out has its default value.
        ranges: the ends of the axes, as `{"k": (0, 2)}`; by default those of the domain where it is bounded, else 0 and twice the default value.
        labels: what to call equilibria, as `{"E1": "bluff"}`.
        on_path: whether equilibria with the same play on the path are one, under the name of the first of them.

    Raises:
        InputError: a parameter is unknown or has no value, no point of the map is in the space, or the slice lies on a surface where regions end.

    >>> import deterrence as dt
    >>> figure = regions(dt.solve(dt.load("rudimentary_deterrence")), "p", "k")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['E1', 'E2']
    """
    from deterrence.report.region_map import asked, draw_regions

    return draw_regions(solution, asked(solution, (x, y), fixed, ranges), labels, on_path)


def sweep(dataset: xr.Dataset, quantity: str, x: str | None = None, *, solution: Solution | None = None) -> Figure:
    """Return a quantity along a parameter: a line for each equilibrium, only where it exists, so that jumps are gaps.

    Equilibria that agree everywhere share a line. A dot marks where one begins or ceases to exist: at the outermost point of the data; with the
    `solution`, at the exact end, full where the equilibrium exists there itself and hollow where it does not. Where an equilibrium leaves
    the quantity open, a hatched band reaches from its least to its greatest value. Where a rule chose one equilibrium at each point, each has a
    line where it was chosen.

    Args:
        dataset: what `sweep` or `Solution.evaluate` returned, along one parameter.
        quantity: a variable of the data set, or `Pr(...)` and `payoff(...)` in one that has everything.
        x: the parameter that goes to the right, where several vary together.
        solution: the solution that was swept.

    Raises:
        InputError: the data set has no such quantity or parameter, or varies along several dimensions.

    >>> import deterrence as dt
    >>> solution = dt.solve(dt.load("rudimentary_deterrence"))
    >>> found = solution.evaluate(p=[k / 20 for k in range(1, 20)], of=["Pr(Conflict)"])
    >>> figure = sweep(found, "Pr(Conflict)", solution=solution)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['E1', 'E2']
    """
    from deterrence.report.sweep_figure import draw_sweep

    return draw_sweep(dataset, quantity, x, solution)


def path(path: ValuePath, *, average: bool = True) -> Figure:
    """Return what an equilibrium of a repeated or stochastic game is worth along a path: a line for each player, a letter for each state.

    Args:
        path: what `value_path` returned.
        average: whether to show averages of a period rather than sums.
    """
    from deterrence.report.path_figure import draw_path

    return draw_path(path, average=average)


def payoffs(found: PayoffSet) -> Figure:
    """Return the payoff set of a repeated game of two or three players, with what is feasible and the equilibria of the stage.

    Args:
        found: what `payoff_set` returned.
    """
    from deterrence.report.payoff_figure import payoff_figure

    return payoff_figure(found)


def tornado(sensitivity: Sensitivity) -> Figure:
    """Return what a sensitivity analysis found as bars, the most important parameter on top: one panel for each quantity.

    For Sobol indices the full bar is the effect of the parameter alone and the hatched one that with all interactions; for Morris the mean absolute
    elementary effect; for delta the moment-independent index. Thin lines are confidence intervals.

    >>> import deterrence as dt
    >>> from deterrence.analysis.sensitivity import sensitivity
    >>> found = sensitivity(dt.solve(dt.load("rudimentary_deterrence")), ["Pr(Conflict)"], {"d": (0.8, 1.2), "p": (0, 1)}, n=64)
    >>> [label.get_text() for label in tornado(found).axes[0].get_yticklabels()]  # from below
    ['$d$', '$p$']
    """
    from deterrence.report.tornado_figure import draw_tornado

    return draw_tornado(sensitivity)


def tree(game: Game, equilibrium: Equilibrium | None = None, *, state: str | None = None) -> Figure:
    """Return the game tree as journals draw it, information sets dashed; with an equilibrium, its path thick.

    Of a game that is played over and over it is the tree of one state, with the states that follow at the ends: `tree(game, state="Peace")`.

    >>> import deterrence as dt
    >>> len(tree(dt.load("alliance_security_dilemma")).axes)
    1
    """
    from deterrence.report.tree_figure import draw_tree

    figure_style.need("matplotlib")
    return draw_tree(game, equilibrium, state=state)
