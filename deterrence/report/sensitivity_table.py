"""Indices of a sensitivity analysis, and elasticities, as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import isnan
from textwrap import wrap
from typing import TYPE_CHECKING

from deterrence.algebra.errors import InputError
from deterrence.report.markup import markdown_text
from deterrence.report.mathml import mathml
from deterrence.report.table import FORMATS
from deterrence.report.tex import escaped, latex

if TYPE_CHECKING:
    from deterrence.analysis.elasticity import Elasticities
    from deterrence.analysis.sensitivity import Sensitivity

_HEADINGS = {"first": "First order", "total": "Total", "mu_star": "Mean absolute effect", "mu": "Mean effect", "sigma": "Spread", "delta": "Delta"}


@dataclass(frozen=True)
class Grid:
    """A table of texts; `symbols` says which columns hold the names of parameters or formulas, the others being words and numbers."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    symbols: frozenset[int]
    numbers: frozenset[int] = frozenset()


def sensitivity_table(sensitivity: Sensitivity, format: str = "text") -> str:  # noqa: A002 - what users call it
    """Return the indices as a table, the most important parameter of each quantity first; CSV has them in full.

    Raises:
        InputError: there is no such format.
    """
    if format == "csv":
        return str(sensitivity.to_pandas().to_csv(index=False, lineterminator="\n"))
    return written(_indices(sensitivity), format)


def _indices(sensitivity: Sensitivity) -> Grid:
    data = sensitivity.dataset
    measures = [str(name) for name in data.data_vars if not str(name).endswith("_confidence")]
    rows = []
    for quantity in sensitivity.quantities:
        for place, parameter in enumerate(sensitivity.ranked(quantity)):
            here = data.sel(quantity=quantity, parameter=parameter)
            cells = []
            for name in measures:
                value = float(here[name])
                half = float(here[f"{name}_confidence"]) if f"{name}_confidence" in here else None
                cells.append(_number(value, half))
            rows.append((quantity if place == 0 else "", parameter, *cells))
    a = data.attrs
    how = {"sobol": "Sobol indices", "morris": "Elementary effects (Morris)", "delta": "Delta indices (Borgonovo)"}[sensitivity.method]
    ranges = ", ".join(f"{name} {float(low):.4g} to {float(high):.4g}" for name, (low, high) in sensitivity.ranges.items())
    rule = f"Selected: {a['select']}." if a["select"] else "Where several equilibria exist they agree."
    caption = f"{how} at {a['points']:,} points, ± half of the 95% confidence interval. Ranges: {ranges}. {rule} Seed {a['seed']}."
    header = ("Quantity", "Parameter", *(_HEADINGS[name] for name in measures))
    return Grid(caption, header, tuple(rows), frozenset({1}), frozenset(range(2, len(header))))


def _number(value: float, half: float | None) -> str:
    if isnan(value):  # the quantity does not vary
        return "–"
    return f"{value:.3f}".replace("-0.000", "0.000") + ("" if half is None or isnan(half) else f" ± {half:.3f}")


def elasticity_table(elasticities: Elasticities, format: str = "text") -> str:  # noqa: A002 - what users call it
    """Return the elasticities as a table, a row for each equilibrium, quantity and parameter.

    Raises:
        InputError: there is no such format.
    """
    at = ", ".join(f"{name} = {value}" for name, value in elasticities.at.items())
    header = ("Equilibrium", "Quantity", "Parameter", "Value", "Derivative", "Elasticity")
    rows = []
    for row in elasticities.rows:
        quantity = f"{row.quantity} ({row.which})" if row.which else row.quantity
        rows.append((row.equilibrium, quantity, row.parameter, *map(_exact, (row.value, row.derivative, row.elasticity))))
    return written(Grid(f"Elasticities at {at}.", header, tuple(rows), frozenset({2, 3, 4, 5})), format)


def _exact(value: object) -> str:
    return "" if value is None else str(value)


# Formats


def written(grid: Grid, format: str) -> str:  # noqa: A002 - what users call it
    """The table in a format."""
    formats: dict[str, Callable[[Grid], str]] = {"text": _text, "markdown": _markdown, "latex": _latex, "html": _html, "csv": _csv}
    if format not in formats:
        raise InputError(f"format: found {format!r}; expected one of {', '.join(FORMATS)}")
    return formats[format](grid)


def _text(grid: Grid) -> str:
    lines = [grid.header, *grid.rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(grid.header))]
    body = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([body[0], "-" * max(map(len, body)), *body[1:], "", *wrap(grid.caption, 80)])


def _markdown(grid: Grid) -> str:
    def row(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    shown = [[f"${latex(c).strip()}$" if k in grid.symbols and c else markdown_text(c) for k, c in enumerate(line)] for line in grid.rows]
    rule = ["---:" if k in grid.numbers else "---" for k in range(len(grid.header))]
    return "\n".join([row(grid.header), row(rule), *map(row, shown), "", markdown_text(grid.caption), ""])


def _latex(grid: Grid) -> str:
    def cell(k: int, text: str) -> str:
        if k in grid.symbols and text:
            return f"${latex(text).strip()}$"
        return escaped(text).replace("±", r"$\pm$").replace("–", "--")

    rows = [" & ".join(cell(k, c) for k, c in enumerate(line)) + r" \\" for line in grid.rows]
    columns = "".join("r" if k in grid.numbers else "l" for k in range(len(grid.header)))
    caption = escaped(grid.caption).replace("±", r"$\pm$")
    return "\n".join([
        r"% Needs \usepackage{booktabs}", rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}", r"\toprule", " & ".join(grid.header) + r" \\", r"\midrule",
        *rows, r"\bottomrule", r"\end{tabular}", rf"\par\noindent {caption}", "",
    ])  # fmt: skip


def _html(grid: Grid) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in grid.header)
    rows = ["".join(f"<td>{mathml(c) if k in grid.symbols and c else escape(c)}</td>" for k, c in enumerate(line)) for line in grid.rows]
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>\n<caption>{escape(grid.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"


def _csv(grid: Grid) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([grid.header, *grid.rows])
    return out.getvalue()
