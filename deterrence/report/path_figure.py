"""What an equilibrium of a repeated or stochastic game is worth, period by period, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deterrence.report import figure_style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence.analysis.value_path import ValuePath

_TALL, _BELOW, _ABOVE, _LEFT, _RIGHT, _LINE = 120.0, 36.0, 10.0, 42.0, 10.0, 10.0


def draw_path(path: ValuePath, *, average: bool = True) -> Figure:
    """Return the values along a path as a figure: a line for each player, the states written below the periods."""
    names = list(dict.fromkeys(path.states))
    below = _BELOW + _LINE * (1 + len(names))
    figure = style.empty_figure(style.COLUMN, (below + _TALL + _ABOVE) / style.POINTS)
    wide = style.COLUMN * style.POINTS - _LEFT - _RIGHT
    axes = style.axes_at(figure, (_LEFT, below, wide, _TALL))
    rows = path.averages if average else path.values
    lines: dict[tuple[float, ...], list[str]] = {}
    for player in path.players:
        lines.setdefault(tuple(float(row[player]) for row in rows), []).append(player)
    for n, (heights, players) in enumerate(lines.items()):
        ink, dash = style.INKS[n % len(style.INKS)], style.DASHES[n % len(style.DASHES)]
        look = {"color": ink, "linestyle": dash, "linewidth": style.LINE, "marker": "o", "markersize": 2.5}
        axes.plot(range(len(rows)), heights, label=", ".join(players), gid=f"value-{players[0]}", **look)
    _states(axes, path, names)
    style.plain_sides(axes)
    style.few_ticks(axes, "y")
    axes.set_xlim(-0.4, len(rows) - 0.6)
    axes.set_xlabel("period", fontproperties=style.font(), labelpad=_LINE + 2)
    axes.set_ylabel("average payoff from here on" if average else "value", fontproperties=style.font(), labelpad=2)
    axes.legend(frameon=False, prop=style.font(), handlelength=2.4, loc="best")
    return figure


def _states(axes: Axes, path: ValuePath, names: list[str]) -> None:
    """A letter for the state below each period, and the key to the letters."""
    from deterrence.report.region_labels import letters

    marks = dict(zip(names, letters(len(names)), strict=True))
    step = max(1, len(path.states) // 12)
    axes.set_xticks(range(0, len(path.states), step))
    place = axes.get_xaxis_transform()
    for t in range(0, len(path.states), step):
        mark, font = marks[path.states[t]], style.font(style="italic")
        axes.annotate(mark, (t, 0), (0, -20), xycoords=place, textcoords="offset points", ha="center", fontproperties=font, gid="state")
    for n, name in enumerate(names):
        axes.annotate(
            f"{marks[name]}: {style.words(name)}", (0, 0), (0, -52 - _LINE * n), xycoords="axes fraction", textcoords="offset points",
            fontproperties=style.font(), gid="key",
        )  # fmt: skip
