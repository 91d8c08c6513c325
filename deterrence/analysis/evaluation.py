"""A solution evaluated on arrays of parameters: where each family exists, and everything that is measured there, in floating point."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis import given, running
from deterrence.analysis.compiling import Compiled, Rows, compiled
from deterrence.analysis.given import Points
from deterrence.analysis.measured import Group, asked_for, everything
from deterrence.analysis.running import Numbers, Truths
from deterrence.model.game import Game
from deterrence.solution import Solution

ENGINES = ("auto", "numpy", "numba")
_MUCH_WORK = 3e9  # operations from which compiling pays: it takes a second or more


class Results(NamedTuple):
    """Rows of truths and of numbers, one column a point."""

    truths: Truths
    numbers: Numbers

    def part(self, points: slice) -> Results:
        """The columns of some points, in the same memory."""
        return Results(self.truths[:, points], self.numbers[:, points])


@dataclass(frozen=True)
class Evaluator:
    """A solution compiled once: calling it with columns of numbers fills rows of results.

    It holds nothing but numbers and names, so that it can be sent to other processes.
    """

    compiled: Compiled
    engine: str = "auto"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self.compiled.program.inputs

    @property
    def bytes_a_point(self) -> int:
        """How much memory the results at one point take."""
        program = self.compiled.program
        return len(program.truths) + 8 * len(program.values)

    def room(self, count: int) -> Results:
        """Arrays for the results at so many points."""
        program = self.compiled.program
        return Results(np.empty((len(program.truths), count), dtype=bool), np.empty((len(program.values), count)))

    def block(self, columns: Sequence[Numbers | float], out: Results, compile_it: bool) -> None:
        """Fill `out`, one row an output and one column a point."""
        program = self.compiled.program
        if compile_it:
            arrays = [c if isinstance(c, float) else np.ascontiguousarray(c) for c in columns]
            running.kernel(program, tuple(not isinstance(c, float) for c in arrays))(*arrays, *out)
            return
        step = running.block_size(program)
        for start in range(0, out.truths.shape[1], step):
            part = slice(start, start + step)
            running.run(program, [c if isinstance(c, float) else c[part] for c in columns], *out.part(part))

    def compiles(self, count: int) -> bool:
        """Is a compiled kernel used for so many points?"""
        program = self.compiled.program
        if self.engine != "auto":
            return self.engine == "numba" and not program.finds_roots
        return not program.finds_roots and count * len(program.lines) > _MUCH_WORK and running.has_numba()

    def blocks(self, points: Points, step: int = 1 << 16) -> Iterator[tuple[slice, Results]]:
        """The results at all points, block by block, in arrays that the next block writes over: memory does not grow with their number."""
        compile_it, room = self.compiles(points.count), self.room(min(step, points.count))
        for start in range(0, points.count, step):
            stop = min(start + step, points.count)
            out = room.part(slice(0, stop - start))
            self.block(points.columns(self.inputs, start, stop), out, compile_it)
            yield slice(start, stop), out

    def all_at_once(self, points: Points) -> Results:
        """The results at all points, blocks shared out among the processor's cores."""
        compile_it, step, out = self.compiles(points.count), 1 << 16, self.room(points.count)

        def fill(start: int) -> None:
            stop = min(start + step, points.count)
            self.block(points.columns(self.inputs, start, stop), out.part(slice(start, stop)), compile_it)

        starts = range(0, points.count, step)
        if len(starts) == 1:
            fill(0)
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(fill, starts))
        return out


def evaluator(solution: Solution, of: Sequence[str] | None = None, free: Sequence[str] = (), engine: str = "auto") -> Evaluator:
    """Return the solution compiled for quantities: those of `of` (texts as in claims), or all of them."""
    if engine not in ENGINES:
        raise InputError(f"engine: found {engine!r}; expected one of {', '.join(ENGINES)}")
    if engine == "numba" and not running.has_numba():
        raise InputError("engine: numba is not installed; pip install 'deterrence[fast]', or leave the engine to be chosen")
    return evaluator_of(solution, everything(solution) if of is None else asked_for(solution, of), free, engine)


def evaluator_of(solution: Solution, groups: Sequence[Group], free: Sequence[str] = (), engine: str = "auto") -> Evaluator:
    """Return the solution compiled for groups of quantities; warns of those whose bounds were not found."""
    made = compiled(solution, groups, free)
    if made.undecided:
        more = f" and {len(made.undecided) - 3} more" if len(made.undecided) > 3 else ""
        warnings.warn(f"no bounds for {'; '.join(made.undecided[:3])}{more}; values may be given with free={{...}}", stacklevel=4)
    return Evaluator(made, engine)


def evaluate(
    solution: Solution,
    values: Mapping[str, Any],
    *,
    of: Sequence[str] | None = None,
    free: Mapping[str, Any] | None = None,
    engine: str = "auto",
) -> xr.Dataset:
    """Return, at each point, where each family exists and the value that each quantity has in it.

    Args:
        solution: what `solve` returned.
        values: for each free parameter a number, or an array: arrays of NumPy broadcast against each other, DataArrays by the names
            of their dimensions, and dask arrays are worked on when the result is asked for. What is left out has its default value.
        of: quantities as claims write them, as `["Pr(War)", "payoff(Ally)"]`, expressions included; by default every strategy,
            belief, outcome, event and payoff.
        free: values of unknowns that equilibria leave free. Without them a quantity that depends on such unknowns has its least and its
            greatest value, along a dimension `bound`.
        engine: `numpy`, `numba`, or `auto`, which compiles where there is enough work; the numbers are the same.

    Returns:
        A data set over the arrays' dimensions and `equilibrium`: `exists`, the quantities (NaN where the family does not exist), and
        `inside`, which says whether the point is in the parameter space at all. At points on the border of a region rounding decides;
        `Solution.at` is exact.

    Raises:
        InputError: a parameter is unknown or has no value, a value is no number, no point is in the space, or the result is too large.

    >>> import deterrence as dt
    >>> found = dt.solve(dt.load("costly_signal")).evaluate(r=[0.25, 0.75], of=["Pr(War)"])
    >>> int(found.exists.sel(point=1).sum())
    5
    """
    solution_values, unknowns = given.points(solution.game, values), dict(free or {})
    clash = sorted(set(unknowns) & set(solution.game.parameters))
    if clash:
        raise InputError(f"free: {clash[0]} is a parameter; give it as {clash[0]}=...")
    made = evaluator(solution, of, sorted(unknowns), engine)
    columns = {**solution_values.fixed, **solution_values.varying, **{name: given.column(name, v) for name, v in unknowns.items()}}
    points = given.sorted_out(columns)
    if points.lazy:
        return dataset(made, points, _lazily(made, points))
    check_size(made, points)
    out = made.all_at_once(points)
    check_inside(solution.game, points, bool(out.truths[0].any()))
    return dataset(made, points, out)


def check_size(made: Evaluator, points: Points) -> None:
    """Raise InputError where a result would not fit into memory."""
    wanted, there = made.bytes_a_point * points.count, _memory()
    if wanted > there:
        raise InputError(
            f"the results at {points.count:,} points take {wanted / 2**30:,.0f} GiB of memory, and there are {there / 2**30:,.0f}; "
            "ask for fewer quantities with of=[...], or use sweep(..., store=...)"
        )


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return 1 << 34


def check_inside(game: Game, points: Points, some: bool) -> None:
    """Raise InputError with what is wrong of the first point where no point lies in the parameter space."""
    if some:
        return
    columns = points.columns(tuple(game.free_parameters), 0, 1)
    first = {name: float(np.ravel(value)[0]) for name, value in zip(game.free_parameters, columns, strict=True)}
    where = "the point" if points.count == 1 else f"none of the {points.count:,} points"
    try:
        game.at(**first)
    except InputError as error:
        raise InputError(f"{where} is {'outside' if points.count == 1 else 'in'} the parameter space; {error.message}") from None
    raise InputError(f"{where} is {'outside' if points.count == 1 else 'in'} the parameter space")


# Data sets


def dataset(made: Evaluator, points: Points, out: Results) -> xr.Dataset:
    """The rows of results as a data set with named dimensions."""
    sizes, names = points.sizes, made.compiled.names
    shape, dims = tuple(sizes.values()), tuple(sizes)
    families = len(names)
    variables: dict[str, Any] = {
        "inside": (dims, out.truths[0].reshape(shape), {"long_name": "whether the point is in the parameter space"}),
        "exists": (("equilibrium", *dims), out.truths[1:].reshape(families, *shape), {"long_name": "whether the equilibrium exists"}),
    }
    for rows in made.compiled.rows:
        inner, lengths = _inner(rows)
        count = families * int(np.prod(lengths, dtype=int))
        values = out.numbers[rows.start : rows.start + count].reshape(families, *lengths, *shape)
        variables[rows.group.name] = (("equilibrium", *inner, *dims), values, {"long_name": rows.group.about})
    return xr.Dataset(variables, coordinates(made, points), {"fixed": ", ".join(f"{k} = {v!r}" for k, v in points.fixed.items())})


def coordinates(made: Evaluator, points: Points) -> dict[str, Any]:
    """The names along the dimensions, and the values of the parameters along theirs."""
    out: dict[str, Any] = {"equilibrium": list(made.compiled.names)}
    for values in points.varying.values():
        out.update({str(name): c for name, c in values.coords.items()})
    for name, values in points.varying.items():
        out[name] = (values.dims, values.data)
    for rows in made.compiled.rows:
        if rows.group.dimension is not None:
            out[rows.group.dimension] = list(rows.group.labels)
        if rows.bounded:
            out["bound"] = ["lower", "upper"]
    return out


def _inner(rows: Rows) -> tuple[list[str], list[int]]:
    """The dimensions of a group between the families and the points, and their lengths."""
    dims = [] if rows.group.dimension is None else [(rows.group.dimension, len(rows.group.labels))]
    dims += [("bound", 2)] if rows.bounded else []
    return [name for name, _ in dims], [n for _, n in dims]


def _lazily(made: Evaluator, points: Points) -> Results:
    """The rows of results as dask arrays, computed chunk by chunk where and when they are asked for."""
    import dask.array as da

    arrays = xr.broadcast(*(v.chunk() for v in points.varying.values()))
    columns = [a.transpose(*points.sizes).data.reshape(-1) for a in arrays]
    names, truths = list(points.varying), len(made.compiled.program.truths)

    def chunk(*parts: Numbers) -> Numbers:
        at: dict[str, Numbers | float] = {**points.fixed, **dict(zip(names, parts, strict=True))}
        out = made.room(len(parts[0]))
        made.block([at[name] for name in made.inputs], out, made.compiles(len(parts[0])))
        return np.concatenate([out.truths.astype(float), out.numbers])

    unified = da.core.unify_chunks(*(x for c in columns for x in (c, "i")))[1]  # type: ignore[no-untyped-call]
    rows = truths + len(made.compiled.program.values)
    both = da.map_blocks(chunk, *unified, dtype=float, new_axis=0, chunks=((rows,), unified[0].chunks[0]))  # type: ignore[no-untyped-call]
    return Results(both[:truths].astype(bool), both[truths:])
