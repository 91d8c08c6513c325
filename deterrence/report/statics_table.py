"""The table of comparative statics for a paper: signs by quantity, parameter and equilibrium; as CSV, everything there is to list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from deterrence.analysis.comparative_statics import ComparativeStatics, RegionStatic, Static
from deterrence.analysis.region_movement import GROWS, NEITHER, SHRINKS, UNAFFECTED
from deterrence.analysis.slopes import FALLS, LEVEL, MIXED, NO_VALUE, RISES, UNDECIDED
from deterrence.report import layout
from deterrence.report.markup import STYLE, html_line, markdown_line, markdown_text
from deterrence.report.rows import concept_name
from deterrence.report.table import FORMATS, plain
from deterrence.report.tex import breakable, escaped
from deterrence.report.tex_table import SMALLEST, closing, latex_line, longtable, notes_of, opening, page_for
from deterrence.report.tex_width import SPACE, widths
from deterrence.report.wording import Line, Math, Pieces, shortened

if TYPE_CHECKING:
    from deterrence.algebra.slices import Bounds

REGION = "Region"
_WIDEST_FRACTION = 16.0  # quads, in a note
MOST_FAMILIES = 8  # beside one another; more stand beneath one another
_MOVEMENTS = {GROWS: RISES, SHRINKS: FALLS, UNAFFECTED: LEVEL, NEITHER: MIXED, UNDECIDED: UNDECIDED}
_CSV_HEADER = ("Equilibrium", "Quantity", "Parameter", "Value", "Sign", "Derivative", "Positive where", "Negative where", "Bounds")


@dataclass(frozen=True)
class Mark:
    """A sign and the letter of the note that it refers to, if any."""

    sign: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One row: what it is of, and its cells; a cell has the marks of the least and of the greatest value where these are apart."""

    label: Line
    cells: tuple[tuple[Mark, ...], ...]


@dataclass(frozen=True)
class Table:
    """The rows of a table in groups, each with its heading, under a common header, with what stands above and below them."""

    title: str
    caption: str
    header: tuple[Line, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    notes: tuple[Line, ...]


def statics_table(statics: ComparativeStatics, format: str = "text", *, width: int = 80, label: str = "") -> str:  # noqa: A002 - what users call it
    """Return the table of comparative statics: a group of rows a quantity, and one for the regions of the equilibria.

    Families stand in columns and parameters in rows, or the other way where there are many families. CSV has one row an entry, with the
    derivative and the conditions that separate its signs.

    Args:
        statics: what `comparative_statics` returned.
        format: one of `text`, `markdown`, `latex` (a `longtable` with `booktabs`), `html` (formulas in MathML) and `csv`.
        width: the columns of the terminal, for the notes of `text`.
        label: for `latex`, what `\\ref` calls the table; by default it has no label.

    Raises:
        ValueError: there is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"format {format!r}: expected one of {', '.join(FORMATS)}")
    if format == "csv":
        return _csv(statics)
    content = build(statics)
    if format == "text":
        return "\n".join(_text(content, width))
    return latex_table(content, label) if format == "latex" else {"markdown": _markdown, "html": _html}[format](content)


# What every format shows


def build(statics: ComparativeStatics) -> Table:
    """Return the content of the table."""
    families = tuple(e.name for e in statics.solution if e.name not in statics.left_out)
    notes = _Notes()
    entries: dict[tuple[str, str, str], list[Static | RegionStatic]] = {}
    for row in statics.rows:
        entries.setdefault((row.quantity, row.equilibrium, row.parameter), []).append(row)
    for moved in statics.regions:
        entries[REGION, moved.equilibrium, moved.parameter] = [moved]
    across = len(families) <= max(MOST_FAMILIES, len(statics.parameters))
    sides = (_names(families), _symbols(statics.parameters))
    header, labels = sides if across else sides[::-1]
    groups = []
    for quantity in (*(q for q in statics.quantities if q not in _constant(statics)), REGION):
        rows = [[entries[quantity, name, p] for name in families] for p in statics.parameters]
        found = rows if across else [list(column) for column in zip(*rows, strict=True)]
        shown_rows = [(label, cells) for label, cells in zip(labels, found, strict=True) if across or _moves(cells)]
        groups.append((quantity, tuple(Row(label, tuple(map(notes.marks, cells))) for label, cells in shown_rows)))
    title = statics.solution.game.title or "Untitled game"
    return Table(title, _caption(statics, len(families)), header, tuple(groups) if families else (), tuple(_notes(statics, notes, across)))


def _moves(cells: Sequence[Sequence[Static | RegionStatic]]) -> bool:
    """Is there anything but zeros in a row? The regions of equilibria are always listed."""
    return any(isinstance(entry, RegionStatic) or entry.sign != LEVEL for cell in cells for entry in cell)


def _constant(statics: ComparativeStatics) -> tuple[str, ...]:
    """The quantities that move nowhere: a note says so, and the table is spared rows of zeros."""
    moving = {row.quantity for row in statics.rows if row.sign != LEVEL}
    return tuple(quantity for quantity in statics.quantities if quantity not in moving and statics.rows)


def _names(names: Sequence[str]) -> tuple[Line, ...]:
    return tuple(Line("", (name,)) for name in names)


def _symbols(names: Sequence[str]) -> tuple[Line, ...]:
    return tuple(Line("", (Math(name),)) for name in names)


def _caption(statics: ComparativeStatics, number: int) -> str:
    solution = statics.solution
    concept = concept_name(solution.concept)
    at = ", ".join(f"{name} = {value}" for name, value in solution.game.fixed.items())
    what = f"{number or 'no'} {'family' if number == 1 else 'families'} of {concept} equilibria{f' at {at}' if at else ''}"
    return f"Signs of derivatives in {what}."


@dataclass
class _Notes:
    """The conditions that separate signs, each told once under a letter of its own, in the order in which they are met."""

    letters: dict[Pieces, str] = field(default_factory=dict)

    def marks(self, rows: Sequence[Static | RegionStatic]) -> tuple[Mark, ...]:
        """The signs of a cell, each with its note where it is not the same throughout."""
        return tuple(Mark(_MOVEMENTS[row.movement]) if isinstance(row, RegionStatic) else self._mark(row) for row in rows)

    def _mark(self, row: Static) -> Mark:
        pieces = tuple(_separation(row))
        return Mark(row.sign, self.letters.setdefault(pieces, _letter(len(self.letters))) if pieces else "")

    def lines(self) -> Iterator[Line]:
        """The notes."""
        return (Line(letter, pieces) for pieces, letter in self.letters.items())


def _letter(n: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    return (_letter(n // 26 - 1) if n >= 26 else "") + chr(ord("a") + n % 26)


def _separation(row: Static) -> Iterator[str | Math]:
    """`positive where ..., negative where ...`."""
    told = [(word, c) for word, c in (("positive", row.positive_where), ("negative", row.negative_where)) if c]
    for n, (word, conditions) in enumerate(told):
        yield f"{', ' if n else ''}{word} where "
        yield Math(_all(conditions))
    if len(told) == 1 and row.sign != MIXED:
        yield ", else 0"


def _all(conditions: Sequence[str]) -> str:
    """Conditions that all hold as one."""
    return " and ".join(f"({c})" if len(conditions) > 1 and " or " in c else c for c in conditions)


_MEANINGS = {
    RISES: "rises",
    FALLS: "falls",
    LEVEL: "does not move",
    "0/+": "rises in a part of the region, does not move in the rest",
    "0/-": "falls in a part of the region, does not move in the rest",
    MIXED: "rises in a part of the region, falls in another",
    NO_VALUE: "has no value in that equilibrium",
    UNDECIDED: "not decided",
}


def _notes(statics: ComparativeStatics, notes: _Notes, across: bool) -> Iterator[Line]:
    constant = _constant(statics)
    signs = {row.sign for row in statics.rows if row.quantity not in constant}
    meanings = [f"{shown(sign)} {meaning}" for sign, meaning in _MEANINGS.items() if sign in signs]
    if meanings:
        yield Line("", (f"As the parameter goes up, at all generic points of an equilibrium's region, the quantity: {'; '.join(meanings)}.",))
    if not across:
        yield Line("", ("Where an equilibrium is not listed under a quantity, none of these parameters moves it there.",))
    if constant:
        yield Line("", (f"Moved by none of these parameters in any equilibrium: {', '.join(constant)}.",))
    if any(row.which and row.quantity not in constant for row in statics.rows):
        yield Line("", ("[ , ]: the least and the greatest value, where the equilibrium leaves the quantity open.",))
    movements = {row.movement for row in statics.regions}
    words = [f"{shown(sign)} {movement}" for movement, sign in _MOVEMENTS.items() if movement in movements and movement != UNDECIDED]
    if words:
        yield Line("", (f"{REGION}, the parameters at which the equilibrium exists: {', '.join(words)}.",))
    yield from map(shortened, notes.lines())
    if statics.left_out:
        yield Line("", (f"Left out, since they exist on surfaces only: {', '.join(statics.left_out)}.",))
    if statics.undecided:
        yield Line("", (f"Not decided: {'; '.join(statics.undecided[:3])}{'; ...' * (len(statics.undecided) > 3)}.",))
    if not statics.solution.complete:
        yield Line("", ("Incomplete: other equilibria may exist.",))


def shown(sign: str) -> str:
    """Return a sign as print has it: with the minus sign of mathematics, and `n/a` where there is no value."""
    return "n/a" if sign == NO_VALUE else sign.replace("-", "−")


def _cell(marks: Sequence[Mark], spell: Callable[[Mark], str]) -> str:
    """`+`, or `[+,0]` where the least and the greatest value are apart."""
    texts = [spell(mark) for mark in marks]
    return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"


# Text


def _text(content: Table, width: int) -> Iterator[str]:
    yield from layout.wrapped(content.title, width)
    yield from layout.wrapped(content.caption, width)
    header = ["", *map(plain, content.header)]
    rows = [(heading, [["  " + plain(row.label), *(_cell(c, _plain_mark) for c in row.cells)] for row in rows]) for heading, rows in content.groups]
    widths = [max(map(layout.width_of, column)) for column in zip(header, *(row for _, each in rows for row in each), strict=True)]
    yield from ["", _line(header, widths), "─" * (sum(widths) + 2 * (len(widths) - 1))] if rows else []
    for heading, each in rows:
        yield heading
        yield from (_line(row, widths) for row in each)
    yield ""
    for note in content.notes:
        yield from layout.wrapped(plain(note), width, "  ")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(layout.padded(cell, wide) for cell, wide in zip(cells, widths, strict=True)).rstrip()


def _plain_mark(mark: Mark) -> str:
    return shown(mark.sign) + (f" {mark.note}" if mark.note else "")


# Markdown


def _markdown(content: Table) -> str:
    rows = [["", *map(markdown_line, content.header)], ["---", *([":-:"] * len(content.header))]]
    for heading, each in content.groups:
        rows.append([f"**{markdown_text(heading)}**", *([""] * len(content.header))])
        rows += [[f"&emsp;{markdown_line(row.label)}", *(_cell(c, _markdown_mark) for c in row.cells)] for row in each]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    notes = "\n".join(f"- {markdown_line(note)}" for note in content.notes)
    return f"**{markdown_text(content.title)}.** {markdown_text(content.caption)}\n\n{table}\n\n{notes}\n"


def _markdown_mark(mark: Mark) -> str:
    return shown(mark.sign) + (f"<sup>{mark.note}</sup>" if mark.note else "")


# LaTeX


def latex_table(content: Table, label: str = "") -> str:
    """Return a `longtable` with the rules of `booktabs`, to be read into a paper with `\\input`."""
    rows = [[rf"\quad {_latex_line(row.label)}", *(_cell(c, _latex_mark) for c in row.cells)] for _, each in content.groups for row in each]
    heading = ["", *map(_latex_line, content.header)]
    natural = [max(sum(widths(code)) + SPACE * code.count(" ") for code in column) for column in zip(heading, *rows, strict=True)]
    page = page_for(natural)
    body = "\n\\addlinespace\n".join("\n".join(_latex_group(each, group, len(heading))) for each, group in content.groups)
    title = f"{escaped(content.title)}. {escaped(content.caption)}"
    columns = f"l{'c' * len(content.header)}" if page else _wrapped_columns(natural)
    page = page or SMALLEST
    notes = notes_of(map(_latex_note, content.notes))
    table = longtable(columns, title, label, " & ".join(heading), body)
    return "\n".join([*opening(page, *(["array"] if "p{" in columns else [])), *table, *notes, *closing(page), ""])


def _wrapped_columns(natural: Sequence[float]) -> str:
    """Columns of the same width in the line that the first leaves, for headings that are too long for one line."""
    first = min(natural[0] / SMALLEST.quads, 0.3)
    share = (1 - first) / (len(natural) - 1) - 0.018
    return rf"p{{{first:.3f}\linewidth}}" + rf">{{\centering\arraybackslash}}p{{{share:.3f}\linewidth}}" * (len(natural) - 1)


def _latex_line(line: Line) -> str:
    return latex_line(line, lambda text: breakable(text, _WIDEST_FRACTION))


def _latex_group(heading: str, rows: Sequence[Row], columns: int) -> Iterator[str]:
    yield rf"\multicolumn{{{columns}}}{{@{{}}l}}{{{escaped(heading)}}} \\*"
    for n, row in enumerate(rows, 1):
        cells = (_cell(c, _latex_mark) for c in row.cells)
        yield " & ".join([rf"\quad {_latex_line(row.label)}", *cells]) + (r" \\" if n == len(rows) else r" \\*")


_TEX_SIGNS = {"±": r"\pm", "−": "-"}


def _latex_mark(mark: Mark) -> str:
    sign = shown(mark.sign)
    code = "".join(_TEX_SIGNS.get(c, c) for c in sign) if sign not in ("?", "n/a") else rf"\text{{{sign}}}"
    return f"${code}^{{{mark.note}}}$" if mark.note else f"${code}$"


def _latex_note(note: Line) -> str:
    """A note; the signs that it speaks of are set as in the table."""
    letter = rf"$^{{{note.label}}}$ " if note.label else ""
    text = _latex_line(Line("", note.pieces))
    for sign, code in _TEX_SIGNS.items():
        text = text.replace(sign, f"${code}$")
    return letter + text


# HTML

_SIGNS_STYLE = """\
<style>
.deterrence .signs td {min-width: 0; text-align: center; line-height: 1.2}
.deterrence .signs td:nth-child(2) {min-width: 0}
.deterrence .signs caption {white-space: nowrap}
.deterrence .signs thead th {text-align: center}
.deterrence .signs tbody tr + tr th {font-weight: normal; padding-left: 1.2em}
</style>"""


def _html(content: Table) -> str:
    head = "".join(f'<th scope="col">{html_line(each)}</th>' for each in content.header)
    bodies = "\n".join(_html_group(heading, rows, len(content.header) + 1) for heading, rows in content.groups)
    notes = "".join(f"<li>{html_line(note)}</li>" for note in content.notes)
    caption = f"<caption><strong>{escape(content.title)}.</strong> {escape(content.caption)}</caption>"
    table = f'<table class="signs">\n{caption}\n<thead><tr><th></th>{head}</tr></thead>\n{bodies}\n</table>'
    return f'{STYLE}\n{_SIGNS_STYLE}\n<div class="deterrence">\n{table}\n<ul>{notes}</ul>\n</div>\n'


def _html_group(heading: str, rows: Sequence[Row], columns: int) -> str:
    lines = [f'<tr><th scope="rowgroup" colspan="{columns}">{escape(heading)}</th></tr>']
    for row in rows:
        cells = "".join(f"<td>{_cell(c, _html_mark)}</td>" for c in row.cells)
        lines.append(f'<tr><th scope="row">{html_line(row.label)}</th>{cells}</tr>')
    return "<tbody>\n" + "\n".join(lines) + "\n</tbody>"


def _html_mark(mark: Mark) -> str:
    return shown(mark.sign) + (f"<sup>{mark.note}</sup>" if mark.note else "")


# CSV


def _csv(statics: ComparativeStatics) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_HEADER)
    for row in statics.rows:
        where = [_all(row.positive_where), _all(row.negative_where)]
        writer.writerow([row.equilibrium, row.quantity, row.parameter, row.which, row.sign, _derivative(row), *where, ""])
    for moved in statics.regions:
        writer.writerow([moved.equilibrium, REGION, moved.parameter, "", moved.movement, "", "", "", _bounds(moved)])
    return out.getvalue()


def _derivative(row: Static) -> str:
    """The derivative, with where it is the one if there are several."""
    return "; ".join(f"{s.text} where {_all(s.conditions)}" if s.conditions else s.text for s in row.slopes)


def _bounds(row: RegionStatic) -> str:
    """The bounds of a region, case by case."""
    return "; ".join(_bound(b) for b in row.bounds or ())


def _bound(b: Bounds) -> str:
    ends: Mapping[bool, str] = {True: "<=", False: "<"}
    low = f"{_end('Max', b.lower)} {ends[b.closed[0]]} " if b.lower else ""
    high = f" {ends[b.closed[1]]} {_end('Min', b.upper)}" if b.upper else ""
    return f"{low}{b.parameter}{high}{f' where {_all(b.conditions)}' if b.conditions else ''}"


def _end(function: str, ends: Sequence[str]) -> str:
    return ends[0] if len(ends) == 1 else f"{function}({', '.join(ends)})"
