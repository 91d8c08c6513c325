"""What a sensitivity analysis found as bars, the most important parameter on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deterrence.report import figure_style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence.analysis.sensitivity import Sensitivity

_ROW, _HEADING, _BOTTOM, _KEY, _RIGHT = 15.0, 16.0, 30.0, 12.0, 10.0
# For each method the bars from the back to the front, and what the axis says.
_BARS = {"sobol": ("total", "first"), "morris": ("mu_star",), "delta": ("delta",)}
_AXIS = {"sobol": "share of the variance", "morris": "mean absolute elementary effect", "delta": "delta"}
_INK = style.INKS[1]


def draw_tornado(sensitivity: Sensitivity) -> Figure:
    """Return the bars as a figure; see `deterrence.plot.tornado`."""
    return _Tornado(sensitivity).figure()


@dataclass(frozen=True)
class _Tornado:
    """The panels of one analysis."""

    of: Sensitivity

    def figure(self) -> Figure:
        """One panel above another, with one scale."""
        varying = [name for name in self.of.quantities if not self._constant(name)]
        bottom = _BOTTOM + (_KEY if self.of.method == "sobol" else 0.0)
        panel, left = len(self.of.parameters) * _ROW, max(style.extent(style.symbol(name))[0] for name in self.of.parameters) + 12
        height = bottom + len(self.of.quantities) * _HEADING + max(len(varying), 1) * panel
        figure = style.empty_figure(style.COLUMN, height / style.POINTS)
        wide, top = style.COLUMN * style.POINTS - left - _RIGHT, height
        for quantity in sorted(self.of.quantities, key=varying.__contains__):  # those that do not vary first, as they need no scale below
            top -= _HEADING
            constant = quantity not in varying
            text = f"{quantity} does not vary" if constant else quantity
            figure.text(left / style.COLUMN / style.POINTS, (top + 3) / height, text, fontproperties=style.font(), parse_math=False, gid="heading")
            if not constant or (not varying and quantity == self.of.quantities[-1]):  # a figure has one scale at least
                top -= panel
                self._panel(style.axes_at(figure, (left, top, wide, panel)), quantity)
        self._scale(figure)
        return figure

    def _constant(self, quantity: str) -> bool:
        import numpy as np

        return bool(np.isnan(self.of.dataset[_BARS[self.of.method][0]].sel(quantity=quantity).values).all())

    def _panel(self, axes: Axes, quantity: str) -> None:
        import numpy as np

        names = self.of.ranked(quantity)[::-1]
        rows = np.arange(len(names))
        for bar in _BARS[self.of.method]:
            values, half = (np.nan_to_num(self.of.dataset[n].sel(quantity=quantity, parameter=names).values) for n in (bar, f"{bar}_confidence"))
            behind = bar == "total"
            thick = 0.36 if bar == "first" else 0.7
            axes.barh(rows, values, thick, edgecolor=_INK, linewidth=0.6, gid=bar, **_look(behind))
            shift = 0.265 if behind else 0.0
            axes.errorbar(values, rows + shift, xerr=half, fmt="none", ecolor="black", elinewidth=0.7, capsize=1.5, capthick=0.7)
        axes.set_yticks(rows, [style.symbol(name) for name in names], fontproperties=style.font())
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.axvline(0, color="black", linewidth=style.THIN)
        style.plain_sides(axes)
        axes.spines["left"].set_visible(False)

    def _scale(self, figure: Figure) -> None:
        low, high = self._limits()
        for axes in figure.axes:
            axes.set_xlim(low, high)
            axes.tick_params(labelbottom=axes is figure.axes[-1])
            style.few_ticks(axes, "x")
        figure.axes[-1].set_xlabel(_AXIS[self.of.method], fontproperties=style.font(), labelpad=2)
        if self.of.method == "sobol":
            _key(figure)

    def _limits(self) -> tuple[float, float]:
        import numpy as np

        found = [0.0]
        for bar in _BARS[self.of.method]:
            values, half = (np.nan_to_num(self.of.dataset[name].values) for name in (bar, f"{bar}_confidence"))
            found += [float((values - half).min()), float((values + half).max())]
        low, high = min(found), max(found)
        air = 0.03 * ((high - low) or 1.0)
        return (low - air if low < 0 else 0.0), high + air


def _look(behind: bool) -> dict[str, Any]:
    return {"facecolor": "white", "hatch": "//////", "hatch_linewidth": 0.5} if behind else {"facecolor": style.tint(_INK, 0.75)}


def _key(figure: Figure) -> None:
    """What the two bars are, below the scale."""
    from matplotlib.patches import Patch

    marks = [Patch(edgecolor=_INK, linewidth=0.6, label=text, **_look(behind)) for text, behind in (("alone", False), ("with interactions", True))]
    place = figure.axes[-1].get_position()
    figure.legend(
        handles=marks, loc="lower center", bbox_to_anchor=((place.x0 + place.x1) / 2, 0.0), ncols=2, frameon=False, prop=style.font(),
        handlelength=1.6, borderaxespad=0.1, columnspacing=1.5,
    )  # fmt: skip
