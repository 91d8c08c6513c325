"""Plain text of a given width: wrapping by what a terminal shows, columns, and label-and-text blocks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

# Within a formula this short no line is broken: it takes the place of its spaces while text is wrapped.
UNBREAKABLE = "\u00a0"
_GAP = "  "


def width_of(text: str) -> int:
    """Return the columns that a text takes in a terminal: East Asian wide letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def padded(text: str, width: int) -> str:
    """Return the text with spaces after it up to a width."""
    return text + " " * (width - width_of(text))


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return the text as lines of at most a width, later ones indented; a word that is longer stands alone, whole.

    >>> wrapped("Attack with q, Refrain with 1 - q", 20, "  ")
    ['Attack with q,', '  Refrain with 1 - q']
    """
    lines = [""]
    for word in text.split(" "):
        line = lines[-1]
        if line.strip() and width_of(line) + 1 + width_of(word) > width:
            lines.append(indent + word)
        else:
            lines[-1] = f"{line} {word}" if line.strip() else line + word
    return [line.replace(UNBREAKABLE, " ") for line in lines]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a table in columns that are as narrow as the width asks for and as wide as their text allows."""
    cells = [[wrapped(cell, 10**6) for cell in row] for row in (header, *rows)]
    widths = shares([[line for row in cells for line in row[i]] for i in range(len(header))], width)
    shown = [_side_by_side([wrapped(cell, w, "  ") for cell, w in zip(row, widths, strict=True)], widths) for row in (header, *rows)]
    return [*shown[0], "─" * (sum(widths) + len(_GAP) * (len(widths) - 1)), *(line for row in shown[1:] for line in row)]


def shares(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the width of each column of lines: what it would like, but no more than a common cap, nor less than its longest word."""
    wanted = [max(map(width_of, column), default=0) for column in columns]
    least = [max((width_of(word) for line in column for word in line.split(" ")), default=0) for column in columns]
    room = width - len(_GAP) * (len(columns) - 1)
    cap = max(wanted, default=0)
    while sum(widths := [max(low, min(want, cap)) for want, low in zip(wanted, least, strict=True)]) > room and cap > max(least, default=0):
        cap -= 1
    return widths


def _side_by_side(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for i in range(max(map(len, cells), default=0)):
        parts = (padded(cell[i] if i < len(cell) else "", width) for cell, width in zip(cells, widths, strict=True))
        yield _GAP.join(parts).rstrip()


def block(label: str, lines: Iterable[str], margin: int, width: int, indent: str = "  ") -> Iterator[str]:
    """Yield lines of text beside a label that stands once, in a margin of its own; what is wrapped is indented further."""
    for line in lines:
        for part in wrapped(line, width - margin, indent):
            yield (padded(label, margin) + part).rstrip()
            label = ""


_LINES = str.maketrans({"─": "-", "│": "|", "├": "|", "└": "`"})


def ascii_lines(text: str) -> str:
    """Return the text with lines drawn in ASCII, for terminals that know nothing else."""
    return text.translate(_LINES)
