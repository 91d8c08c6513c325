"""Figures written to files: whole or not at all, and the same figure always in the same bytes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError, quoted
from deterrence.report.output import check_writable, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What would tell one run from another, or one version of a library from another, is left out.
_METADATA: dict[str, dict[str, Any]] = {
    ".pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    ".png": {"Software": None},
    ".svg": {"Creator": None, "Date": None},
}
_DOTS_PER_INCH = 200
_MOST_PIXELS = 30_000


def check_suffix(path: str) -> None:
    """Raise an InputError unless a figure can be written to a file of that name.

    >>> check_suffix("tree.pdf")
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _METADATA:
        raise InputError(f"path: {quoted(path)} has the suffix {quoted(suffix)}; a figure is written as .pdf, .svg or .png")


def save(figure: Figure, path: str) -> None:
    """Write a figure as PDF, SVG or PNG, by the suffix of the path: whole or not at all, and the same bytes each time.

    Args:
        figure: the figure.
        path: the file, ending in .pdf, .svg or .png; one that is there is replaced.

    Raises:
        InputError: the path has another suffix.
        OSError: the folder is not there or cannot be written to; what stood in the file is then still there.
    """
    check_suffix(path)
    check_writable(path)
    write_whole(path, _bytes(figure, Path(path).suffix.lower()))


def _bytes(figure: Figure, suffix: str) -> bytes:
    import matplotlib

    # Letters as outlines in SVG, so that it looks the same everywhere; as embedded fonts in PDF, so that they can be searched.
    settings: dict[Any, Any] = {"svg.hashsalt": "deterrence", "svg.fonttype": "path", "pdf.fonttype": 42}
    out = BytesIO()
    dots = min(_DOTS_PER_INCH, _MOST_PIXELS / max(figure.get_size_inches()))
    with matplotlib.rc_context(settings):
        figure.savefig(out, format=suffix[1:], dpi=dots, metadata=_METADATA[suffix])
    return out.getvalue()
