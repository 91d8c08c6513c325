"""Times the command line from a cold start, with no cache, and Gambit at one point of the same games; prints a Markdown table.

`python benchmarks/run.py`, in an environment with the extra `test`. Each command is run in a process of its own, start-up included, and the best of
three counts. Gambit gets the game at one point of the parameter space, as a file of its own format, and is asked for Nash equilibria
(`enumpoly_solve`), which is what it can be asked for; it is given a minute.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNS = 3
PATIENCE = 60.0  # seconds for Gambit
POINTS = {
    "costly_signal": ("r=1/4", "k=1/5", "V=1", "g=1", "l=1", "c_T=1/2", "c_W=3/2"),
    str(HERE / "three_sided_crisis.yaml"): ("pc=1/3", "pp=1/4", "pd=2/5", "a=1/2", "b=3/5", "e=1/5"),
}

GAMBIT = """
import sys, time
import pygambit
game = pygambit.read_efg(sys.argv[1])
started = time.perf_counter()
pygambit.nash.enumpoly_solve(game)
print(time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Timing:
    """Seconds by the clock on the wall and of the processor; `None` on the wall where patience ran out."""

    wall: float | None
    processor: float
    printed: str = ""


def timed(command: Sequence[str], patience: float | None = None) -> Timing:
    """One run of a command in a process of its own."""
    before, started = os.times(), time.perf_counter()
    try:
        ran = subprocess.run(command, env={**os.environ, "DETERRENCE_CACHE": "off"}, capture_output=True, text=True, check=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return Timing(None, _processor(before))
    return Timing(time.perf_counter() - started, _processor(before), ran.stdout)


def _processor(before: os.times_result) -> float:
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def best(*arguments: str) -> Timing:
    """The quickest of a few runs of the command line."""
    return min((timed([sys.executable, "-m", "deterrence", *arguments]) for _ in range(RUNS)), key=lambda timing: timing.wall or 0.0)


def _gambit(game: str, point: Sequence[str]) -> Timing:
    """The quickest of a few runs of Gambit on a game at a point, or the first if it takes too long."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from gambit_bridge import to_efg

    from deterrence.model.extensive import extensive_form
    from deterrence.model.reading import load

    values = {name: Fraction(value) for name, value in (given.split("=") for given in point)}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "game.efg"
        file.write_text(to_efg(extensive_form(load(game), values)), encoding="utf-8")
        runs = [timed(command := [sys.executable, "-c", GAMBIT, str(file)], PATIENCE)]
        while runs[0].wall is not None and len(runs) < RUNS:
            runs.append(timed(command, PATIENCE))
        return min(runs, key=lambda timing: timing.wall or 0.0)


def rows() -> Iterator[tuple[str, ...]]:
    """The lines of the table: what was run, seconds on the wall, seconds of the processor, and how Gambit's wall time compares."""
    yield "what", "wall, s", "processor, s", "Gambit at the point takes"
    yield "---", "---:", "---:", "---"
    start = best("--help")
    yield "`deterrence --help`", _number(start.wall), _number(start.processor), ""
    for game, point in POINTS.items():
        name = Path(game).stem
        whole = best("solve", game)
        at = best("solve", game, "--concept", "nash", *(f"--at={value}" for value in point))
        gambit = _gambit(game, point)
        yield f"`{name}`: sequential equilibria, whole parameter space", _number(whole.wall), _number(whole.processor), _ratio(gambit, whole)
        yield f"`{name}`: Nash equilibria at one point", _number(at.wall), _number(at.processor), _ratio(gambit, at)
        yield f"`{name}`: Gambit {_version()}, Nash equilibria at that point", _found(gambit), _number(gambit.processor), ""


def _number(seconds: float | None) -> str:
    return f"over {PATIENCE:g}" if seconds is None else f"{seconds:.2f}"


def _found(gambit: Timing) -> str:
    """The wall time, and how much of it was solving."""
    return _number(gambit.wall) + (f" (solving {float(gambit.printed):.2f})" if gambit.printed else "")


def _ratio(gambit: Timing, ours: Timing) -> str:
    """How many times our wall time Gambit took."""
    assert ours.wall is not None
    return f"over {PATIENCE / ours.wall:.1f} times that" if gambit.wall is None else f"{gambit.wall / ours.wall:.2f} times that"


def _version() -> str:
    from importlib.metadata import version

    return version("pygambit")


if __name__ == "__main__":
    sys.stdout.write(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start.\n\n")
    for row in rows():
        sys.stdout.write(f"| {' | '.join(row)} |\n")
        sys.stdout.flush()
