"""The equilibrium table in Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from deterrence.report.mathml import mathml
from deterrence.report.rows import Line, Math, Row, Table, names
from deterrence.report.tex import latex

_HEADER = "Equilibrium"


def markdown(content: Table) -> str:
    """Return a table in GitHub's Markdown, formulas between dollar signs."""
    columns = content.columns
    rows = [[_HEADER, *columns], ["---"] * (len(columns) + 1), *([_markdown_name(row), *_markdown_cells(row, columns)] for row in content.rows)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    notes = "\n".join(f"- {markdown_text(note)}" for note in content.notes)
    return f"**{markdown_text(content.title)}.** {markdown_text(content.caption)}\n\n{table}\n\n{notes}\n"


def _markdown_name(row: Row) -> str:
    return f"&emsp;{names(row)}" if row.variant else names(row)


def _markdown_cells(row: Row, columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        yield "<br>".join(markdown_line(line) for line in row.cells.get(column, ()))


def markdown_line(line: Line) -> str:
    label = f"{markdown_text(line.label)}: " if line.label else ""
    pieces = (f"${latex(p.text).strip()}$" if isinstance(p, Math) else markdown_text(p) for p in line.pieces)
    return ("\\* " if line.off_path else "") + label + "".join(pieces)


def markdown_text(text: str) -> str:
    """Text whose every sign Markdown shows as it stands, within a cell."""
    return re.sub(r"([\\`*_{}\[\]<>$#|~])", r"\\\1", text)


STYLE = """\
<style>
.deterrence {overflow-x: auto}
.deterrence table {border-collapse: collapse; margin: 1em 0; font-size: 0.95em}
.deterrence caption {text-align: left; padding-bottom: 0.5em}
.deterrence th, .deterrence td {text-align: left; vertical-align: top; padding: 0.3em 0.8em 0.3em 0}
.deterrence thead tr {border-top: 2px solid; border-bottom: 1px solid}
.deterrence tbody {border-bottom: 1px solid #8884}
.deterrence tbody:last-of-type {border-bottom: 2px solid}
.deterrence tbody th {white-space: nowrap}
.deterrence .variant th {padding-left: 1.2em}
.deterrence td {min-width: 9em; line-height: 1.5}
.deterrence td:nth-child(2) {min-width: 16em}
.deterrence td div {padding: 0.1em 0 0.1em 1em; text-indent: -1em}
.deterrence .off {opacity: 0.75}
.deterrence .whole {white-space: nowrap}
</style>"""


def html(content: Table) -> str:
    """Return a `<table>` with its style, formulas in MathML: it needs no script and may stand in any page."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in ("", *content.columns))
    bodies = "\n".join(
        "<tbody>\n" + "\n".join(_html_row(row, content.columns) for row in entry) + "\n</tbody>" for entry in content.entries
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in content.notes)
    caption = f"<caption><strong>{escape(content.title)}.</strong> {escape(content.caption)}</caption>"
    table = f"<table>\n{caption}\n<thead><tr>{head}</tr></thead>\n{bodies}\n</table>"
    return f'{STYLE}\n<div class="deterrence">\n{table}\n<ul>{notes}</ul>\n</div>\n'


def _html_row(row: Row, columns: tuple[str, ...]) -> str:
    cells = "".join(f"<td>{''.join(html_line(line) for line in row.cells.get(column, ()))}</td>" for column in columns)
    kind = ' class="variant"' if row.variant else ""
    name = escape(names(row)).replace("-", "–")
    return f'<tr{kind}><th scope="row">{name}</th>{cells}</tr>'


def html_line(line: Line) -> str:
    label = f"{escape(line.label)}: " if line.label else ""
    mark, kind = ("* ", ' class="off"') if line.off_path else ("", "")
    return f"<div{kind}>{mark}{label}{''.join(_html_pieces(line))}</div>"


def _html_pieces(line: Line) -> Iterator[str]:
    """Words and formulas; punctuation after a formula stays on its line."""
    for before, piece, after in zip(("", *line.pieces), line.pieces, (*line.pieces[1:], ""), strict=False):
        if isinstance(piece, str):
            yield escape(piece[_points(piece) :] if isinstance(before, Math) else piece)
        elif isinstance(after, str) and _points(after):
            yield f'<span class="whole">{mathml(piece.text)}{after[:1]}</span>'
        else:
            yield mathml(piece.text)


def _points(text: str) -> int:
    """How many signs at the beginning of a text belong to what stands before it."""
    return int(text[:1] in (",", ";"))


def page(table: str, title: str) -> str:
    """Return a table as a page of its own."""
    return f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n{table}</html>\n'
