"""A bar that shows on a terminal that a long computation goes on, and how far it has come."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TextIO

_WIDTH, _BLOCK = 24, 6
_PATIENCE = 1.0  # seconds: what is done sooner needs no bar
_EVERY = 0.2
_WIPE = "\r\x1b[K"


class Progress:
    """Called with what is counted and how much of it is done; silent where nobody watches.

    How many regimes there will be is not known before they are pruned, so the bar moves to and fro and the count goes up. It is drawn
    by a thread of its own: a single question to the solver may take long, and the bar must not stand still meanwhile.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = time.monotonic()
        self._said = ""
        self._drawn = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True) if stream.isatty() else None

    def __call__(self, what: str, done: int) -> None:
        self._said = f"{done:,} {what}, "

    def _draw(self) -> None:
        wait = _PATIENCE
        while not self._done.wait(wait):
            wait = _EVERY
            self._drawn += 1
            self._stream.write(f"{_WIPE}[{self._bar()}] {self._said}{time.monotonic() - self._start:.0f} s")
            self._stream.flush()

    def _bar(self) -> str:
        room = _WIDTH - _BLOCK
        place = room - abs(self._drawn % (2 * room) - room)
        return f"{' ' * place}{'#' * _BLOCK}{' ' * (room - place)}"

    def __enter__(self) -> Progress:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()
        if self._drawn:
            self._stream.write(_WIPE)  # leave the line as it was found
            self._stream.flush()
