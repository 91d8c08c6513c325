"""The equilibrium table in LaTeX, to be read into a paper: columns wide enough for what they hold, upright or on its side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from deterrence.report.rows import Line, Math, Row, Table, names
from deterrence.report.tex import breakable, escaped
from deterrence.report.tex_width import SPACE, widths

_GAP, _INDENT = 0.95, 0.7  # quads: between two columns, and before a line that continues another
_BETWEEN = rf" \par\hangindent{_INDENT}em "  # two lines of a cell


@dataclass(frozen=True)
class Page:
    """How a table lies on the page: the size of type, the quads in a line, and the lines of a row that are not too many."""

    size: str
    quads: float
    tallest: int
    sideways: bool = False


# The narrowest among the standard sizes of `article`, 10 to 12 points.
UPRIGHT, SIDEWAYS = Page("small", 35.5, 22), Page("small", 51.5, 24, sideways=True)
SMALLER, SMALLEST = Page("footnotesize", 38.5, 20), Page("footnotesize", 56, 27, sideways=True)
PAGES = (UPRIGHT, SMALLER, SIDEWAYS, SMALLEST)

# Quads: how wide fractions and roots may be while room is shared out, tried in this order.
_LIMITS = (20.0, 16.0, 12.0, 9.0, 7.0, 5.0, 3.5, 2.0, 0.0)
_NAMES = 4.7  # quads: up to here the names of the equilibria of a row are kept on one line
_KEPT_UPRIGHT, _MOST_UPRIGHT = 16.0, 4  # the fractions that are not broken up, and the columns besides the names, of an upright table


@dataclass(frozen=True)
class _Layout:
    page: Page
    widths: tuple[float, ...]
    limit: float  # within which fractions and roots have room
    tallest: float
    fits: bool


def latex_table(content: Table, label: str = "") -> str:
    r"""Return a `longtable` with the rules of `booktabs`, to be read into a paper with `\input`.

    It stands upright in small type where its columns have room there, else on a page on its side.

    Args:
        content: the table.
        label: what `\ref` in the paper calls it; by default it has no label.
    """
    notes = list(notes_of(map(escaped, content.notes)))
    title = f"{escaped(content.title)}. {escaped(content.caption)}"
    if not content.entries:  # a table without rows is no table
        return "\n".join([rf"{{\par\noindent {title}", *notes, r"\par}", ""])
    layout = _layout(content)
    room = dict(zip(content.columns, layout.widths[1:], strict=True))
    body = "\n\\addlinespace\n".join("\n".join(code for row in entry for code in _entry(row, room, layout)) for entry in content.entries)
    columns = "".join(_column(width, layout) for width in layout.widths)
    heading = " & ".join(["", *content.columns])
    start = [*opening(layout.page, "array"), r"\setlength{\LTleft}{0pt}"]
    return "\n".join([*start, *longtable(columns, title, label, heading, body), *notes, *closing(layout.page), ""])


def opening(page: Page, *packages: str) -> Iterator[str]:
    """Yield what stands before a table: the packages that it needs, its size and its place."""
    needed = ",".join(sorted({"amsmath", "booktabs", "longtable", *packages} | ({"pdflscape"} if page.sideways else set())))
    yield rf"% Needs \usepackage{{{needed}}}"
    yield from [r"\begin{landscape}"] if page.sideways else []
    yield rf"{{\{page.size}\setlength{{\tabcolsep}}{{4pt}}\setlength{{\LTcapwidth}}{{\linewidth}}"
    yield r"\normallineskip=3pt \normallineskiplimit=2pt  % room between lines with fractions"


def closing(page: Page) -> Iterator[str]:
    """Yield what stands after a table and its notes."""
    yield r"\par}"
    yield from [r"\end{landscape}"] if page.sideways else []


def notes_of(notes: Iterable[str]) -> Iterator[str]:
    """Yield the notes under a table, which break lines between words and formulas as they come."""
    yield r"\raggedright"
    yield from (rf"\par\noindent {note}" for note in notes)


def longtable(columns: str, title: str, label: str, heading: str, body: str) -> Iterator[str]:
    """Yield a table with its caption above the first page of it, and its heading above each."""
    number = heading.count(" & ") + 1
    yield rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}"
    yield rf"\caption{{{title}}}" + (rf"\label{{{label}}}" if label else "") + r"\\"
    yield from (r"\toprule", rf"{heading} \\", r"\midrule", r"\endfirsthead")
    yield rf"\multicolumn{{{number}}}{{@{{}}l@{{}}}}{{\makebox[0pt][l]{{\tablename\ \thetable, continued}}}} \\"
    yield from (r"\toprule", rf"{heading} \\", r"\midrule", r"\endhead", r"\bottomrule", r"\endlastfoot", body, r"\end{longtable}")


def page_for(natural: Sequence[float]) -> Page | None:
    """Return the first way to lie on the page in which columns of these widths in quads have room, if there is one."""
    return next((page for page in PAGES if sum(natural) + _GAP * (len(natural) - 1) <= page.quads), None)


def _column(width: float, layout: _Layout) -> str:
    """Widths are parts of the line, so that the table fills it whatever the size of the page."""
    share = width / layout.page.quads
    return rf">{{\raggedright\arraybackslash\hangindent{_INDENT}em}}p{{{share:.3f}\linewidth}}"


def _entry(row: Row, room: Mapping[str, float], layout: _Layout) -> Iterator[str]:
    """A row of the table; one that is too tall is told in several, between which a page can end."""
    parts = {column: list(_parts(row.cells.get(column, ()), width, layout)) for column, width in room.items()}
    for k in range(max(1, *map(len, parts.values()))):
        cells = (each[k] if k < len(each) else "" for each in parts.values())
        yield " & ".join([_name(row) if k == 0 else "", *cells]) + r" \\"


def _parts(lines: Sequence[Line], width: float, layout: _Layout) -> Iterator[str]:
    """The lines of a cell, cut where it is too tall; each is a paragraph, of which all but the first line is indented."""
    part: list[str] = []
    height = 0.0
    for code in (_fitted(line, width - _INDENT, layout.limit) for line in lines):
        taken = _height((widths(code),), width)
        if part and height + taken > layout.page.tallest:
            yield _BETWEEN.join(part)
            part, height = [], 0.0
        part.append(code)
        height += taken
    yield _BETWEEN.join(part)


def _name(row: Row) -> str:
    return (r"\quad " if row.variant else "") + escaped(names(row)).replace("-", "--")


# Lines


def latex_line(line: Line, formula: Callable[[str], str]) -> str:
    """Return a line in LaTeX, given how a formula is written."""
    label = f"{escaped(line.label)}: " if line.label else ""
    pieces = (f"${formula(p.text).strip()}$" if isinstance(p, Math) else escaped(p) for p in line.pieces)
    return (r"$^{*}$" if line.off_path else "") + label + "".join(pieces)


@lru_cache(maxsize=16384)
def _limited(line: Line, widest: float) -> str:
    return latex_line(line, lambda text: breakable(text, widest))


def _fitted(line: Line, width: float, limit: float) -> str:
    """A line with fractions as far as no piece of it is wider than its column, which has room for those within the limit."""
    wider = (part for part in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5) if width * part > limit)
    codes = (_limited(line, min(width * part, _LIMITS[0])) for part in wider)
    return next((code for code in codes if max(widths(code), default=0.0) <= width), _limited(line, limit))


# Widths


def _layout(content: Table) -> _Layout:
    """The first way to lie on the page in which every piece fits and no row is too tall; else the one that comes nearest."""
    found: list[_Layout] = []
    for page in PAGES if len(content.columns) <= _MOST_UPRIGHT else PAGES[2:]:
        found.append(_on(page, content))
        if found[-1].fits and found[-1].tallest <= page.tallest:
            return found[-1]
    return min(found, key=lambda each: (not each.fits, each.tallest / each.page.tallest))


def _on(page: Page, content: Table) -> _Layout:
    """Columns as wide as their widest piece, the rest of the line shared so that the table is short."""
    room = page.quads - _GAP * len(content.columns)
    limits = [limit for limit in _LIMITS if page.sideways or limit >= _KEPT_UPRIGHT]
    for limit in limits:
        cells = _cells(content, limit)
        least = [max(_least(cells[0]), min(_natural(cells[0]), _NAMES)), *map(_least, cells[1:])]
        if sum(least) <= room:
            break
    fits = sum(least) <= room
    shared = _shared(cells, least, room) if fits else [width * room / sum(least) for width in least]
    tallest = max(max(_height(cell, w) for cell, w in zip(row, shared, strict=True)) for row in zip(*cells, strict=True))
    return _Layout(page, tuple(shared), limit, tallest, fits)


_Cell = tuple[tuple[float, ...], ...]  # the widths of the pieces of each line


def _cells(content: Table, limit: float) -> list[list[_Cell]]:
    """By column, the cells of the header and of every row."""
    rows = list(content.rows)
    first: list[_Cell] = [(), *((widths(_name(row)),) for row in rows)]
    others: list[list[_Cell]] = [
        [(widths(column),), *(tuple(widths(_limited(line, limit)) for line in row.cells.get(column, ())) for row in rows)]
        for column in content.columns
    ]
    return [first, *others]


def _least(cells: Sequence[_Cell]) -> float:
    return max((width for cell in cells for line in cell for width in line), default=0.0) + _INDENT


def _natural(cells: Sequence[_Cell]) -> float:
    return max(sum(line) + SPACE * len(line) for cell in cells for line in cell)


def _shared(cells: Sequence[Sequence[_Cell]], least: Sequence[float], room: float) -> list[float]:
    """The room beyond the least widths goes, a step at a time, to the column that holds up the rows most."""
    shared, step = list(least), 0.5
    heights = [[_height(cell, width) for cell in column] for column, width in zip(cells, least, strict=True)]
    while sum(shared) + step <= room:
        gains = [_gain(heights, k) / width for k, width in enumerate(shared)]
        k = gains.index(max(gains))
        shared[k] += step
        heights[k] = [_height(cell, shared[k]) for cell in cells[k]]
    shared[shared.index(max(shared))] += room - sum(shared)
    return shared


def _gain(heights: Sequence[Sequence[float]], k: int) -> float:
    """How much a column counts in the height of the table, smoothly: nearly all where it is much the tallest of a row."""
    total = 0.0
    for row in zip(*heights, strict=True):
        if row[k] > 1:
            total += row[k] * (row[k] / max(row)) ** 6
    return total


def _height(cell: _Cell, width: float) -> float:
    """About how many lines a cell takes in a column of a width."""
    return sum(max(1.0, 1.1 * (sum(line) + SPACE * len(line)) / (width - _INDENT / 2)) for line in cell)
