"""Times the evaluation of a solution on arrays against a kernel written by hand and against Gambit; prints Markdown tables.

`python benchmarks/evaluate.py`, in an environment with the extras `test` and `fast`. All families of `costly_signal`: where each exists and its
probability of war, at random points of all seven parameters, block by block into arrays that are used again. The kernel
written by hand has the formulas of the published table and nothing else. Gambit is given the game at one point after another and asked
for all Nash equilibria (`enumpoly_solve`): its time for 50 points is multiplied up.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numba
import numpy as np

import deterrence as dt
from deterrence.analysis import given
from deterrence.analysis.evaluation import Evaluator, evaluator

SIZES = [10**3, 10**4, 10**5, 10**6, 10**7, 10**8]
POINTS, GAMBIT_POINTS, STEP, RUNS = 10**7, 50, 1 << 16, 3
FAMILIES = {"rudimentary_deterrence": "Pr(Conflict)", "abandonment": "payoff(Patron)", "costly_signal": "Pr(War)", "tying_hands": "Pr(War)"}


@numba.njit(nogil=True, error_model="numpy")
def by_hand(rs: Any, ks: Any, vs: Any, gs: Any, ls: Any, cts: Any, cws: Any, exists: Any, war: Any) -> None:  # noqa: PLR0913, PLR0917 - a column a parameter
    """The nine families of the costly-signal game as their table gives them."""
    for i in range(len(rs)):
        r, k, v, g, l, c_t, c_w = rs[i], ks[i], vs[i], gs[i], ls[i], cts[i], cws[i]  # noqa: E741 - the game's own name
        inside = 0 < r < 1 and k > 0 and v > 0 and g > 0 and l > 0 and c_t > 0 and c_w > 0 and c_t < v < c_w
        cut = g / (g + l)
        high, low = inside and r >= cut, inside and r <= cut
        exists[0, i] = high and k <= c_t
        exists[1, i] = high and k < c_t
        exists[2, i] = low
        exists[3, i] = high
        exists[4, i] = low and k >= v
        exists[5, i] = low and k < v
        exists[6, i] = high
        exists[7, i] = low and k >= v
        exists[8, i] = high
        for f in (0, 1, 3, 6, 8):
            war[f, i] = 0.0 if exists[f, i] else np.nan
        for f in (2, 4, 5, 7):
            war[f, i] = r if exists[f, i] else np.nan


def random_columns(count: int) -> dict[str, Any]:
    """Points in and around the space of parameters."""
    rng = np.random.default_rng(0)
    ends = {"r": (0, 1), "k": (0, 2), "V": (0.5, 1.5), "g": (0, 2), "l": (0, 2), "c_T": (0, 1), "c_W": (1, 2)}
    return {name: rng.uniform(low, high, count) for name, (low, high) in ends.items()}


def ours(made: Evaluator, game: dt.Game, columns: dict[str, Any], look: Callable[[Any, Any], None] | None = None) -> None:
    """Run over all points."""
    for _, out in made.blocks(given.points(game, columns), STEP):
        if look is not None:
            look(out.truths[1:], out.numbers)


def hand(columns: dict[str, Any], look: Callable[[Any, Any], None] | None = None) -> None:
    """The same by the kernel written by hand, in the same blocks."""
    values = list(columns.values())
    exists, war = np.empty((9, STEP), dtype=bool), np.empty((9, STEP))
    for start in range(0, len(values[0]), STEP):
        part = [column[start : start + STEP] for column in values]
        n = len(part[0])
        by_hand(*part, exists[:, :n], war[:, :n])
        if look is not None:
            look(exists[:, :n], war[:, :n])


def totals(run: Callable[[Callable[[Any, Any], None]], None]) -> tuple[list[int], list[float]]:
    """How often each family exists, and the sum of its probabilities of war."""
    counts, sums = np.zeros(9, dtype=int), np.zeros(9)

    def look(exists: Any, war: Any) -> None:
        counts[:] += exists.sum(axis=1)
        sums[:] += np.nansum(war, axis=1)

    run(look)
    return counts.tolist(), sums.tolist()


def best(run: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds of the quickest run."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def gambit_seconds(columns: dict[str, Any]) -> float:
    """Seconds that Gambit takes a point."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    import gambit_bridge
    import pygambit

    game, total, done = dt.load("costly_signal"), 0.0, 0
    for i in range(len(columns["r"])):
        point = {name: Fraction(int(1000 * values[i]), 1000) for name, values in columns.items()}
        try:
            game.at(**point)
        except dt.InputError:
            continue
        started = time.perf_counter()
        pygambit.nash.enumpoly_solve(gambit_bridge.to_gambit(game, point))
        total, done = total + time.perf_counter() - started, done + 1
        if done == GAMBIT_POINTS:
            return total / done
    raise RuntimeError("too few points")


def comparison() -> Iterator[tuple[str, ...]]:
    """The lines of the first table."""
    solution = dt.solve(dt.load("costly_signal"))
    columns = random_columns(POINTS)
    engines = {name: evaluator(solution, ["Pr(War)"], engine=name) for name in ("numba", "numpy")}
    few = {name: values[:STEP] for name, values in columns.items()}
    compiling = best(lambda: ours(engines["numba"], solution.game, few), 1)
    hand(few)
    for made in engines.values():
        assert totals(lambda look, made=made: ours(made, solution.game, columns, look)) == totals(lambda look: hand(columns, look))  # type: ignore[misc]
    times = {
        "a kernel written by hand": best(lambda: hand(columns)),
        "`evaluate`, compiled": best(lambda: ours(engines["numba"], solution.game, columns)),
        "`evaluate`, NumPy": best(lambda: ours(engines["numpy"], solution.game, columns)),
        "Gambit, point by point (50 points, multiplied up)": gambit_seconds(columns) * POINTS,
    }
    yield f"{POINTS:,} points", "seconds", "times the speed of the kernel by hand", "times as fast as Gambit"
    yield "---", "---:", "---:", "---:"
    for name, seconds in times.items():
        yield name, f"{seconds:,.2f}", f"{times['a kernel written by hand'] / seconds:.2g}", f"{list(times.values())[-1] / seconds:,.0f}"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    yield f"compiling, once: {compiling:.1f} s; peak memory of all this, the points included: {memory:.2f} GiB", "", "", ""


def growth() -> Iterator[tuple[str, ...]]:
    """The lines of the second table: how time grows with points, two parameters varying on a grid that is never held as a whole."""
    solution = dt.solve(dt.load("costly_signal"))
    made = evaluator(solution, ["Pr(War)"], engine="numba")
    yield "points", "seconds", "nanoseconds a point"
    yield "---:", "---:", "---:"
    for count in SIZES:
        columns = grid(count)
        ours(made, solution.game, grid(4))
        seconds = best(lambda columns=columns: ours(made, solution.game, columns), 3 if count < 10**8 else 1)  # type: ignore[misc]
        yield f"{count:,}", f"{seconds:.4f}", f"{1e9 * seconds / count:.1f}"


def grid(count: int) -> dict[str, Any]:
    """About so many points of r and k."""
    import xarray as xr

    side = int(count**0.5)
    return {"r": xr.DataArray(np.linspace(0.001, 0.999, side), dims="r"), "k": xr.DataArray(np.linspace(0.001, 2, count // side), dims="k")}


def families() -> Iterator[tuple[str, ...]]:
    """The lines of the third table: how time grows with families, a million points of one parameter."""
    yield "game", "families", "operations", "seconds, NumPy", "seconds, compiled", "compiling, s"
    yield "---", "---:", "---:", "---:", "---:", "---:"
    for name, quantity in FAMILIES.items():
        solution = dt.solve(dt.load(name))
        parameter = next(iter(solution.game.free_parameters))
        columns = {parameter: np.linspace(0.01, 0.99, 10**6)}
        made = {engine: evaluator(solution, [quantity], engine=engine) for engine in ("numpy", "numba")}
        compiling = best(lambda: ours(made["numba"], solution.game, {parameter: columns[parameter][:10]}), 1)  # noqa: B023
        seconds = [best(lambda engine=engine: ours(made[engine], solution.game, columns)) for engine in ("numpy", "numba")]  # type: ignore[misc] # noqa: B023
        lines = len(made["numpy"].compiled.program.lines)
        yield f"`{name}`", str(len(solution)), str(lines), f"{seconds[0]:.3f}", f"{seconds[1]:.3f}", f"{compiling:.1f}"


if __name__ == "__main__":
    sys.stdout.write(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start.\n")
    for table in (comparison, growth, families):
        sys.stdout.write("\n")
        for row in table():
            sys.stdout.write(f"| {' | '.join(row)} |\n")
            sys.stdout.flush()
