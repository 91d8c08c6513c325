"""A bar that shows on a terminal that a long computation goes on, and how far it has come."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

_WIDTH, _BLOCK = 24, 6
_PATIENCE = 1.0  # seconds: what is done sooner needs no bar
_EVERY = 0.1
_WIPE = "\r\x1b[K"


class Progress:
    """Called with what is counted and how much of it is done; silent where nobody watches.

    How many regimes there will be is not known before they are pruned, so the bar moves to and fro and the count goes up.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._watched = stream.isatty()
        self._start = time.monotonic()
        self._next = self._start + _PATIENCE
        self._drawn = 0

    def __call__(self, what: str, done: int) -> None:
        now = time.monotonic()
        if not self._watched or now < self._next:
            return
        self._next = now + _EVERY
        self._drawn += 1
        self._stream.write(f"{_WIPE}[{self._bar()}] {done:,} {what}, {now - self._start:.0f} s")
        self._stream.flush()

    def _bar(self) -> str:
        room = _WIDTH - _BLOCK
        place = room - abs(self._drawn % (2 * room) - room)
        return f"{' ' * place}{'#' * _BLOCK}{' ' * (room - place)}"

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._drawn:
            self._stream.write(_WIPE)  # leave the line as it was found
            self._stream.flush()
