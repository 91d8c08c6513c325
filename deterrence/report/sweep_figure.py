"""Lines along a sweep: one for each equilibrium and only where it exists, bands where it leaves a quantity open, jumps as jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import exact
from deterrence.report import figure_style as style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence.analysis.existence import End
    from deterrence.report.sweep_series import Sweep
    from deterrence.solution import Solution

_TALL, _WIDE = 150.0, 175.0  # points
_BOTTOM, _TOP, _LEFT, _GAP = 28.0, 8.0, 40.0, 4.0
_WIDER = 2.4  # points: where lines lie on each other the lower one shows on both sides
_DOT = 3.2
_TOUCH = 2  # points at which lines may meet without one lying on the other


def draw_sweep(dataset: xr.Dataset, quantity: str, x: str | None = None, solution: Solution | None = None) -> Figure:
    """Return a quantity along a parameter as a figure; see `deterrence.plot.sweep`."""
    style.need("xarray")
    from deterrence.report.sweep_series import series_of

    found = series_of(dataset, quantity, x)
    by_rule = "chosen" in dataset  # a line then ends where another equilibrium is chosen, which may go on existing
    return Lines(found, {} if solution is None or by_rule else _ends(solution, dataset, found)).figure()


def _ends(solution: Solution, dataset: xr.Dataset, found: Sweep) -> dict[str, list[End]]:
    """Where each equilibrium begins and ceases to exist, exactly, the other parameters having the values that the data set records."""
    from deterrence.analysis.existence import existence_ends

    game = solution.game
    fixed = {name: exact(value) for name, _, value in (part.partition(" = ") for part in str(dataset.attrs.get("fixed", "")).split(", ")) if value}
    fixed |= {name: exact(float(dataset[name])) for name in game.free_parameters if name in dataset.coords and dataset[name].ndim == 0}
    others = [name for name in game.free_parameters if name != found.parameter]
    missing = [name for name in others if name not in fixed]
    if missing or found.parameter not in game.free_parameters:
        raise InputError(f"solution: the data set has no value of {(missing or [found.parameter])[0]}; give the solution that was swept")
    low, high = (Fraction(float(found.x[k])) for k in (0, -1))
    if not low < high:
        return {}
    return {e.name: existence_ends(e.region, found.parameter, {name: fixed[name] for name in others}, (low, high)) for e in solution}


@dataclass(frozen=True)
class Lines:
    """What is drawn: series, and where the equilibria of each end, as far as that is known."""

    sweep: Sweep
    ends: dict[str, list[End]]

    @cached_property
    def labels(self) -> list[str]:
        """The names at the lines."""
        return [style.wrapped(style.joined(each.names), 60.0) for each in self.sweep.series]

    @property
    def right(self) -> float:
        """The room beside the axes for names."""
        return max([10.0, *(style.extent(label)[0] + 12 for label in self.labels if label)])

    def figure(self) -> Figure:
        """The lines with their names."""
        wide = style.COLUMN * style.POINTS - _LEFT - self.right
        figure = style.empty_figure(style.COLUMN, (_BOTTOM + _TALL + _TOP) / style.POINTS)
        axes = style.axes_at(figure, (_LEFT, _BOTTOM, wide, _TALL))
        style.plain_sides(axes)
        low, high = self._limits()
        first, last = float(self.sweep.x[0]), float(self.sweep.x[-1])
        axes.set(xlim=(first, last) if last > first else (first - 0.5, last + 0.5), ylim=(low, high))
        for n in sorted(range(len(self.sweep.series)), key=lambda n: not self.sweep.series[n].band):
            self._draw(axes, n)
        _Beside(self, axes, wide).write()
        axes.set_xlabel(style.symbol(self.sweep.parameter), fontproperties=style.font(style.SIZE + 1), labelpad=1)
        axes.set_ylabel(style.words(self.sweep.quantity), fontproperties=style.font(), labelpad=3)
        style.few_ticks(axes)
        return figure

    def _limits(self) -> tuple[float, float]:
        """The least and the greatest value, with some air; the whole of [0, 1] where probabilities fill much of it."""
        import numpy as np

        spots = np.concatenate([np.concatenate([s.lower, s.upper]) for s in self.sweep.series]) if self.sweep.series else np.zeros(1)
        low, high = float(np.nanmin(spots)), float(np.nanmax(spots))
        if self.sweep.quantity.startswith("Pr(") and high - low > 0.4:
            low, high = min(low, 0.0), max(high, 1.0)
        air = 0.04 * (high - low) or 0.5 * max(abs(high), 0.1)
        return low - air, high + air

    def _draw(self, axes: Axes, n: int) -> None:
        series, colour = self.sweep.series[n], style.INKS[n % len(style.INKS)]
        covered = min(self._on_top(n), 3)
        ink, dashes = (style.tint(colour, 0.45), "solid") if covered else (colour, style.DASHES[n % len(style.DASHES)])
        for first, last in series.runs():
            xs, lower, upper = (self.extended(n, first, last)[k] for k in range(3))
            if series.band:
                hatch = ("////", "\\\\\\\\", "....", "xxxx")[n % 4]
                axes.fill_between(xs, lower, upper, facecolor=style.tint(colour, 0.15), edgecolor=style.tint(colour, 0.5), hatch=hatch,
                                  linewidth=0, hatch_linewidth=0.4, gid=f"band-{n}")  # fmt: skip
            for values in (lower, upper) if series.band else (lower,):
                axes.plot(xs, values, color=ink, linewidth=style.LINE + _WIDER * covered, linestyle=dashes, clip_on=False,
                          solid_capstyle="butt", gid=f"line-{n}")  # fmt: skip
                self._mark(axes, n, (first, last), (xs, values))

    def _on_top(self, n: int) -> int:
        """How many of the later lines lie on this one along a part of it."""
        import numpy as np

        mine = self.sweep.series[n]
        if mine.band:
            return 0
        return sum(int(np.isclose(mine.lower, s.lower, rtol=1e-9).sum()) > _TOUCH for s in self.sweep.series[n + 1 :] if not s.band)

    def extended(self, n: int, first: int, last: int) -> tuple[list[float], list[float], list[float]]:
        """A run of points, and the ends beyond them where these are known, with the value carried on there."""
        series, part = self.sweep.series[n], slice(first, last + 1)
        xs, lower, upper = (v[part].tolist() for v in (self.sweep.x, series.lower, series.upper))
        before, after = self._end(n, first - 1, first), self._end(n, last, last + 1)
        start, stop = ([] if end is None else [end.x] for end in (before, after))
        ends = [([_carried(xs[::-1], v[::-1], x) for x in start], [_carried(xs, v, x) for x in stop]) for v in (lower, upper)]
        return [*start, *xs, *stop], [*ends[0][0], *lower, *ends[0][1]], [*ends[1][0], *upper, *ends[1][1]]

    def _end(self, n: int, before: int, after: int) -> End | None:
        """The one end of a series between two neighbouring points, if it is known."""
        names, x = self.sweep.series[n].names, self.sweep.x
        if not names or before < 0 or after >= len(x):
            return None
        found = [[end for end in self.ends.get(name, []) if x[before] <= end.x <= x[after]] for name in names]
        if any(len(each) != 1 for each in found) or len({each[0].x for each in found}) > 1:
            return None
        return next((each[0] for each in found if each[0].closed), found[0][0])

    def _mark(self, axes: Axes, n: int, run: tuple[int, int], line: tuple[Sequence[float], Sequence[float]]) -> None:
        """Dots at the ends of existence: full where it exists there itself, as far as the data tell, hollow where it does not."""
        xs, values = line
        colour, count = style.INKS[n % len(style.INKS)], len(self.sweep.x)
        for place, beyond, end in ((0, run[0] == 0, self._end(n, run[0] - 1, run[0])), (-1, run[1] == count - 1, self._end(n, run[1], run[1] + 1))):
            if beyond and len(values) > 1:
                continue
            face = "white" if end is not None and not end.closed else colour
            axes.plot(xs[place], values[place], "o", markersize=_DOT, markerfacecolor=face, markeredgecolor=colour, markeredgewidth=0.7,
                      clip_on=False, zorder=4, gid=f"end-{n}")  # fmt: skip


def _carried(xs: Sequence[float], values: Sequence[float], x: float) -> float:
    """The value at x of the line through the last two points, or the last one."""
    if len(xs) < 2 or xs[-1] == xs[-2]:
        return values[-1]
    return values[-1] + (values[-1] - values[-2]) / (xs[-1] - xs[-2]) * (x - xs[-1])


class _Beside:
    """The names of the lines: on the right of those that reach the edge, inside near the others."""

    def __init__(self, lines: Lines, axes: Axes, wide: float) -> None:
        self.lines, self.axes, self.wide = lines, axes, wide
        (self.left, self.right), (self.low, self.high) = axes.get_xlim(), axes.get_ylim()
        self.taken: list[tuple[float, float, float, float]] = []
        self.spots = [
            self._paper(x, value)
            for n, series in enumerate(lines.sweep.series)
            for run in series.runs()
            for x, *values in zip(*lines.extended(n, *run), strict=True)
            for value in values
        ]

    def _paper(self, x: float, y: float) -> tuple[float, float]:
        """A point in points from the lower left corner of the axes."""
        return (x - self.left) / (self.right - self.left) * self.wide, (y - self.low) / (self.high - self.low) * _TALL

    def write(self) -> None:
        """Write all names."""
        edge: list[tuple[float, int]] = []
        for n, series in enumerate(self.lines.sweep.series):
            if not self.lines.labels[n]:
                continue
            last = len(self.lines.sweep.x) - 1
            if series.runs()[-1][1] == last:
                edge.append((self._paper(self.right, float(series.lower[last] + series.upper[last]) / 2)[1], n))
            else:
                self._inside(n)
        edge.sort()
        tall = [style.extent(self.lines.labels[n])[1] for _, n in edge]
        for (y, n), place in zip(edge, style.spread([y for y, _ in edge], max(tall, default=0.0), 0.0, _TALL), strict=True):
            self._at_edge(n, y, place)

    def _at_edge(self, n: int, y: float, place: float) -> None:
        colour = style.INKS[n % len(style.INKS)]
        if abs(place - y) > 3:
            self.axes.annotate("", (1.0, y / _TALL), (1 + 7 / self.wide, place / _TALL), xycoords="axes fraction", textcoords="axes fraction",
                               arrowprops={"arrowstyle": "-", "linewidth": style.THIN, "color": colour, "shrinkA": 0, "shrinkB": 0})  # fmt: skip
        self._write(n, (self.wide + (8 if abs(place - y) > 3 else _GAP), place), "left")

    def _inside(self, n: int) -> None:
        """Near the middle of the longest run, above or below, where there is least in the way."""
        width, height = style.extent(self.lines.labels[n])
        series = self.lines.sweep.series[n]
        first, last = max(series.runs(), key=lambda run: run[1] - run[0])
        tried = []
        for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95):
            at = first + round((last - first) * share)
            for side, values in ((1, series.upper), (-1, series.lower)):
                x, y = self._paper(float(self.lines.sweep.x[at]), float(values[at]))
                for away, across in ((5, 0.0), (9, 0.0), (15, 0.0), (1, -0.7), (1, 0.7)):
                    left = min(max(x - width / 2 + across * width, 2), self.wide - width - 2)
                    box = (left, y + side * (height / 2 + away) - height / 2, width, height)
                    tried.append((self._clashes(box) + away / 100 + abs(share - 0.5) / 10, box))
        _, (left, bottom, _, _) = min(tried)
        self._write(n, (left, bottom + height / 2), "left")

    def _clashes(self, box: tuple[float, float, float, float]) -> int:
        """How many points of lines, and names, a box lies on; it does best not to leave the axes."""
        x, y, width, height = box
        on = sum(x - 1 < a < x + width + 1 and y < b < y + height for a, b in self.spots)
        names = sum(x < a + w and a < x + width and y < b + h and b < y + height for a, b, w, h in self.taken)
        return on + 50 * names + 50 * (y < 0 or y + height > _TALL)

    def _write(self, n: int, at: tuple[float, float], side: str) -> None:
        width, height = style.extent(self.lines.labels[n])
        self.taken.append((at[0], at[1] - height / 2, width, height))
        colour = style.shade(style.INKS[n % len(style.INKS)], 0.75)
        self.axes.text(at[0] / self.wide, at[1] / _TALL, self.lines.labels[n], transform=self.axes.transAxes, fontproperties=style.font(),
                       color=colour, ha=side, va="center", parse_math=False, linespacing=1.1, gid="name", zorder=5)  # fmt: skip
