"""The equilibrium table for a paper: as text, Markdown, LaTeX, HTML or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deterrence.report import layout, markup
from deterrence.report.rows import COLUMNS, Line, Math, Row, Table, build, names
from deterrence.report.tex_table import latex_table
from deterrence.report.wording import OFF_PATH

if TYPE_CHECKING:
    from deterrence.solution import Solution

FORMATS = ("text", "markdown", "latex", "html", "csv")
_SHORT_FORMULA = 28  # up to here a formula is kept on one line


def table(
    solution: Solution,
    format: str = "text",  # noqa: A002 - what users call it
    *,
    payoffs: bool = False,
    on_path: bool = False,
    width: int = 80,
    label: str = "",
) -> str:
    """Return the table of the equilibria of a solution: strategies, beliefs, conditions and outcome of each.

    Families with the same play on the path are one entry, the variants off the path listed beneath; CSV has one row a family.

    Args:
        solution: what `solve` returned.
        format: one of `text`, `markdown`, `latex` (a `longtable` with `booktabs`), `html` (formulas in MathML) and `csv`.
        payoffs: whether to add each player's expected payoff.
        on_path: whether to leave out what would happen off the path, and list each play once, with the conditions under which any family has it.
        width: the columns of the terminal, for `text`.
        label: for `latex`, what `\\ref` calls the table; by default it has no label.

    Raises:
        ValueError: there is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"format {format!r}: expected one of {', '.join(FORMATS)}")
    content = build(solution, payoffs=payoffs, full=format == "csv" and not on_path, on_path=on_path)
    if format == "text":
        return "\n".join(_text(content, width))
    if format == "csv":
        return _csv(content)
    return latex_table(content, label) if format == "latex" else {"markdown": markup.markdown, "html": markup.html}[format](content)


def plain(line: Line) -> str:
    """Return a line as plain text; short formulas hold together when it is wrapped."""
    text = f"{line.label}: " if line.label else ""
    for piece in line.pieces:
        if isinstance(piece, Math):
            text = text.removesuffix(" ") + layout.UNBREAKABLE * text.endswith(" ") + _formula(piece.text)
        else:
            text += piece
    return text


def _formula(text: str) -> str:
    return text.replace(" ", layout.UNBREAKABLE) if len(text) <= _SHORT_FORMULA else text


def _text(content: Table, width: int) -> Iterator[str]:
    yield from layout.wrapped(content.title, width)
    yield from layout.wrapped(content.caption, width)
    for entry in content.entries:
        yield ""
        for row in entry:
            yield from _row_text(row, content.columns, width)
    yield ""
    for note in content.notes:
        yield from layout.wrapped(note, width, "  ")


def _row_text(row: Row, columns: tuple[str, ...], width: int) -> Iterator[str]:
    """The cells of a row beneath one another: at the width of a terminal columns of formulas would be in tatters."""
    name = names(row)
    if not row.variant:
        yield name
    margin = max(6, len(name) + 4) if row.variant else 2
    start = layout.padded(f"  {name}" if row.variant else "", margin)
    for column in columns:
        lines = [(f"{OFF_PATH} " if line.off_path else "") + plain(line) for line in row.cells.get(column, ())]
        for line in layout.block(column, lines, 12, width - margin):
            yield start + line
            start = " " * margin


def _csv(content: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Equilibrium", *COLUMNS])
    for row in content.rows:
        cells = ["; ".join(_marked(line) for line in row.cells.get(column, ())) for column in COLUMNS]
        writer.writerow([names(row), *cells])
    return out.getvalue()


def _marked(line: Line) -> str:
    return (f"{OFF_PATH} " if line.off_path else "") + plain(line).replace(layout.UNBREAKABLE, " ")
