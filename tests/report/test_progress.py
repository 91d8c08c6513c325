"""The bar on a terminal."""

from __future__ import annotations

import io
import time

import pytest

from deterrence.report import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the bar at once."""
    monkeypatch.setattr(progress, "_PATIENCE", 0.001)
    monkeypatch.setattr(progress, "_EVERY", 0.001)


@pytest.mark.usefixtures("impatient")
def test_nothing_is_written_where_nobody_watches() -> None:
    """A pipe or a file gets no control characters."""
    stream = io.StringIO()
    with progress.Progress(stream) as bar:
        bar("regimes", 10)
        time.sleep(0.05)

    assert stream.getvalue() == ""


@pytest.mark.usefixtures("impatient")
def test_a_terminal_sees_the_count_and_gets_its_line_back() -> None:
    """The bar says what is being done and how far, and is wiped at the end."""
    stream = Terminal()
    with progress.Progress(stream) as bar:
        bar("regimes", 1234)
        time.sleep(0.2)

    assert "1,234 regimes" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_what_is_soon_done_needs_no_bar() -> None:
    """Short work shows nothing even on a terminal."""
    stream = Terminal()
    with progress.Progress(stream) as bar:
        bar("regimes", 3)

    assert stream.getvalue() == ""
