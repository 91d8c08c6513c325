"""The errors that bad input raises: one sentence, with the place where it was found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

__all__ = ["DeterrenceError", "ExpressionError", "GameError", "InputError", "MissingLibrary", "libraries", "quoted", "suggestion"]

# Which extra of the project brings a library that not every use needs.
EXTRAS = {
    "analysis": ("numpy", "pandas", "SALib", "scipy", "xarray"),
    "figures": ("matplotlib",),
    "fast": ("numba",),
    "repeated": ("quantecon",),
    "nashpy": ("nashpy",),
    "cluster": ("dask", "distributed", "h5netcdf", "pyarrow", "zarr"),
}


class DeterrenceError(Exception):
    """Any failure that this library reports on purpose."""


class InputError(DeterrenceError):
    """What was given cannot be used; `str()` is `file:line:column: message`, as far as the place is known.

    Lines and columns count from 1. For text that is no file, such as a single expression, only the column is known.
    """

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        if self.file is None and self.line is None:
            return self.message if self.column is None else f"column {self.column}: {self.message}"
        place = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}"


class MissingLibrary(DeterrenceError, ImportError):
    """A library that is asked for is not installed; the message says which extra brings it."""


@contextlib.contextmanager
def libraries() -> Iterator[None]:
    """Within it, the import of a library that is not installed raises MissingLibrary with what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        for extra, names in EXTRAS.items():
            if missing in names:
                raise MissingLibrary(f"this needs the library {missing}, which is not installed: pip install 'deterrence[{extra}]'") from None
        raise


class ExpressionError(InputError):
    """An expression or a condition that is malformed, too large, or cannot be evaluated."""


class GameError(InputError):
    """A game whose parts do not fit together.

    `locus` says which part: the part itself, or the name of a section, then keys. A reader of files turns it into a line and a column.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        locus: tuple[object, ...] = (),
    ) -> None:
        super().__init__(message, file=file, line=line, column=column)
        self.locus = locus


def quoted(text: str, limit: int = 60) -> str:
    """The text in quotation marks, cut and with control characters escaped, so that it is safe to print."""
    cut = text if len(text) <= limit else text[: limit - 3] + "..."
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut) + "'"


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'NAME'?` with the nearest known name, or nothing where none is near."""
    import difflib

    if len(name) > 200:  # matching is quadratic, and nobody mistypes that much
        return ""
    known = list(known)
    near = [k for k in known if k.casefold() == name.casefold()][:1]
    if not near:
        likely = [k for k in known if abs(len(k) - len(name)) <= max(2, len(name) // 2)]
        near = difflib.get_close_matches(name, likely[:1000], n=1, cutoff=0.6)
    return f"; did you mean {quoted(near[0])}?" if near else ""
