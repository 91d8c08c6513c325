"""The payoff set of a repeated game as a figure: what is feasible, what equilibria pay, and the points that it is told by."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from deterrence.report import figure_style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence.analysis.payoff_set import PayoffSet
    from deterrence.analysis.payoff_set_polytope import Polytope

_TALL, _BELOW, _ABOVE, _LEFT, _RIGHT, _LINE = 150.0, 30.0, 8.0, 40.0, 10.0, 11.0
_ACROSS = 3  # panels in a row
_INK = style.INKS[1]
_INNER: dict[str, Any] = {"facecolor": style.tint(_INK, 0.35), "edgecolor": _INK, "linewidth": style.LINE}
_HATCHED: dict[str, Any] = {"hatch": "//////", "hatch_linewidth": 0.4, "linestyle": "--"}
_OUTER: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INKS[2], "linewidth": 0.8, **_HATCHED}
_FEASIBLE: dict[str, Any] = {"facecolor": "none", "edgecolor": "#888888", "linewidth": style.THIN}
_NASH: dict[str, Any] = {"color": "black", "marker": "o", "markersize": 3.5, "linestyle": "none"}
_MINMAX: dict[str, Any] = {"color": "black", "linewidth": style.THIN, "linestyle": (0, (1.2, 1.6))}
_SAME = 0.004  # of a panel: bounds that are nearer are drawn as one


def payoff_figure(payoff_set: PayoffSet) -> Figure:
    """Return the average payoffs of equilibria as a figure: a polygon for two players, and for more the shadows of the polytope on each pair's plane.

    Around it is what is feasible; dotted lines are the pure minmax payoffs and dots the pure equilibria of the stage. Where the bounds of the
    set do not meet, the inner one is filled, and what is between it and the outer one is hatched.

    >>> from deterrence.analysis.payoff_set import payoff_set
    >>> from deterrence.analysis.payoff_set_stage import stage_game
    >>> figure = payoff_figure(payoff_set(stage_game([[(3, 3), (0, 5)], [(5, 0), (1, 1)]]), "1/2", method="jyc"))
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['Player 1']
    """
    pairs = list(combinations(range(len(payoff_set.players)), 2))
    across, rows = min(_ACROSS, len(pairs)), -(-len(pairs) // _ACROSS)
    width = style.COLUMN if across == 1 else 2 * style.COLUMN
    handles = _handles(payoff_set)
    key = _LINE * (1 + -(-len(handles) // (2 if across == 1 else 4)))
    figure = style.empty_figure(width, (key + rows * (_BELOW + _TALL + _ABOVE)) / style.POINTS)
    wide = width * style.POINTS / across
    for n, pair in enumerate(pairs):
        left, above = (n % across) * wide + _LEFT, (rows - 1 - n // across) * (_BELOW + _TALL + _ABOVE)
        _panel(style.axes_at(figure, (left, key + above + _BELOW, wide - _LEFT - _RIGHT, _TALL)), payoff_set, pair)
    figure.legend(
        handles=handles, loc="lower center", ncols=2 if across == 1 else 4, frameon=False, prop=style.font(), borderaxespad=0.1, columnspacing=1.5,
        title=f"discount factor {payoff_set.discount}", title_fontproperties=style.font(),
    )  # fmt: skip
    return figure


def _panel(axes: Axes, of: PayoffSet, pair: tuple[int, int]) -> None:
    """What two of the players can get."""
    _fill(axes, of.feasible, pair, "feasible", _FEASIBLE)
    if not _meet(of):
        _fill(axes, of.outer, pair, "outer", _OUTER)
    _fill(axes, of.inner, pair, "inner", _INNER)
    floor = [float(of.stage.minmax[player]) for player in pair]
    axes.axvline(floor[0], gid="minmax", zorder=1.5, **_MINMAX)
    axes.axhline(floor[1], gid="minmax", zorder=1.5, **_MINMAX)
    for payoffs in sorted({tuple(float(row[player]) for player in pair) for row in of.nash.values()}):
        axes.plot(*([value] for value in payoffs), gid="nash", zorder=3, clip_on=False, **_NASH)
    axes.margins(0.04)
    axes.autoscale_view()
    style.plain_sides(axes)
    style.few_ticks(axes)
    axes.set_xlabel(style.words(of.players[pair[0]]), fontproperties=style.font(), labelpad=1)
    axes.set_ylabel(style.words(of.players[pair[1]]), fontproperties=style.font(), labelpad=2)


def _fill(axes: Axes, body: Polytope, pair: tuple[int, int], name: str, look: dict[str, Any]) -> None:
    """The shadow of a polytope; a segment or a point as a thick line or a dot."""
    from deterrence.analysis.payoff_set_polytope import hull, tidied

    if body.empty:
        return
    shadow = tidied(hull(body.vertices[:, list(pair)])).vertices
    if len(shadow) > 2:
        axes.fill(*shadow.T, gid=name, **look)
        return
    line = {"color": look["edgecolor"], "linewidth": 2 * look["linewidth"], "linestyle": look.get("linestyle", "-")}
    axes.plot(*shadow.T, gid=name, marker="s" if len(shadow) == 1 else "", markersize=5, zorder=2, **line)


def _meet(of: PayoffSet) -> bool:
    """Are the bounds so near to each other that nobody would see it?"""
    extent = of.feasible.vertices.max(axis=0) - of.feasible.vertices.min(axis=0)
    return of.gap <= _SAME * float(extent.max())


def _handles(of: PayoffSet) -> list[Any]:
    """What the key explains."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found: list[Any] = [] if of.inner.empty else [Patch(label="equilibrium payoffs", **_INNER)]
    if not _meet(of):
        found.append(Patch(label="between the bounds", **_OUTER))
    found.append(Patch(label="feasible", **_FEASIBLE))
    found.append(Line2D([], [], label="pure minmax", **_MINMAX))
    if of.nash:
        found.append(Line2D([], [], label="stage equilibrium", **_NASH))
    return found
