"""Designs: at which points of the parameters a sweep looks. Grids, points that are given, and random or quasi-random ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis.given import column

Numbers: TypeAlias = npt.NDArray[np.float64]
POINT = "point"
MOST_DRAWN = 1 << 30  # points: as many as Sobol's sequence has in SciPy


@dataclass(frozen=True)
class Design:
    """Columns of values by the name of the parameter, over named dimensions; `kind` and `seed` are recorded with what is computed there."""

    kind: str
    columns: Mapping[str, xr.DataArray]
    seed: int | None = None


def design_of(over: Mapping[str, Any] | Design) -> Design:
    """What `over` means: a mapping is a grid."""
    if isinstance(over, Design):
        return over
    if not isinstance(over, Mapping):
        raise InputError(f"over: found {type(over).__name__}; expected a mapping of parameters to values, as {{'r': [0.1, 0.2]}}, or a design")
    return grid(over)


def grid(axes: Mapping[str, Any]) -> Design:
    """Every combination of some values of each parameter; each parameter is a dimension of its own.

    Args:
        axes: for each parameter the values it takes, as a one-dimensional array.

    Raises:
        InputError: an array is empty, has more dimensions than one, or holds what is no finite number.

    >>> {name: axis.size for name, axis in grid({"r": [0.25, 0.75], "k": ["1/3", "2/3", "1"]}).columns.items()}
    {'r': 2, 'k': 3}
    """
    if not axes:
        raise InputError("over: nothing is swept; expected at least one parameter with its values, as {'r': [0.1, 0.2]}")
    return Design("grid", {name: _axis(name, values) for name, values in axes.items()})


def _axis(name: str, values: Any) -> xr.DataArray:
    """Values along a dimension that bears the parameter's name: they label it, so that they are in memory, even those of dask."""
    found = _array(name, values)
    if found.ndim != 1:
        raise InputError(f"{name}: found an array of shape {found.shape}; expected one dimension (zipped(...) takes the points of an array)")
    chunks = getattr(found, "chunks", None)
    axis = xr.DataArray(column(name, np.asarray(found)), dims=[name])
    return axis if chunks is None else axis.chunk({name: chunks[0]})


def _array(name: str, values: Any) -> Any:
    if np.ndim(values) == 0:
        raise InputError(f"{name}: found {values!r}; expected an array of values (a single one is given as fixed={{{name!r}: ...}})")
    return column(name, values)


def zipped(**values: Any) -> Design:
    """The points whose coordinates are given side by side: the first value of each parameter, then the second, and so on.

    Args:
        values: for each parameter an array; those without named dimensions have the same length, along the dimension `point`, and
            DataArrays of xarray keep their own.

    Raises:
        InputError: the lengths differ, or an array is empty or holds what is no finite number.

    >>> zipped(r=[0.1, 0.2], k=[1, 2]).columns["k"].dims
    ('point',)
    """
    if not values:
        raise InputError("zipped: nothing is swept; expected at least one parameter with its values")
    columns = {name: _array(name, v) for name, v in values.items()}
    bare = {name: v.shape for name, v in columns.items() if not isinstance(v, xr.DataArray)}
    if any(len(shape) != 1 for shape in bare.values()) or len(set(bare.values())) > 1:
        shapes = ", ".join(f"{name} {shape}" for name, shape in bare.items())
        raise InputError(f"zipped: the arrays have shapes {shapes}; expected one dimension and the same length")
    named = {name: v if isinstance(v, xr.DataArray) else xr.DataArray(v, dims=[POINT]) for name, v in columns.items()}
    return Design("zipped", {name: v.drop_vars(list(v.coords.keys() & columns.keys())) for name, v in named.items()})


def random_points(n: int, seed: int, /, **ranges: Any) -> Design:
    """`n` independent points, uniform in a box, along the dimension `point`.

    Args:
        n: how many points.
        seed: where the generator starts: the same seed gives the same points.
        ranges: for each parameter the ends of its range, as `r=(0, 1)`.

    Raises:
        InputError: `n` or `seed` is no whole number within bounds, or a range has no two ends in order.

    >>> random_points(3, 1, r=(0, 1)).columns["r"].round(3).values.tolist()
    [0.512, 0.95, 0.144]
    """
    return _drawn("random", n, seed, ranges, lambda d: np.random.default_rng(seed).random((n, d)))


def sobol(n: int, seed: int, /, **ranges: Any) -> Design:
    """The first `n` points of a scrambled Sobol sequence in a box, along the dimension `point`.

    They fill the box more evenly than random ones, and most so where `n` is a power of 2. The arguments are those of `random_points`.

    >>> half = sobol(64, 0, r=(0, 2)).columns["r"] < 1
    >>> int(half.sum())
    32
    """

    def draw(d: int) -> Numbers:
        from scipy.stats import qmc

        made: Numbers = qmc.Sobol(d, rng=seed).random_base2((n - 1).bit_length())
        return made[:n]

    return _drawn("Sobol", n, seed, ranges, draw)


def latin_hypercube(n: int, seed: int, /, **ranges: Any) -> Design:
    """`n` points of a Latin hypercube in a box, along the dimension `point`: one in each nth part of the range of every parameter.

    The arguments are those of `random_points`.

    >>> sorted((latin_hypercube(4, 0, r=(0, 4)).columns["r"].values // 1).tolist())
    [0.0, 1.0, 2.0, 3.0]
    """

    def draw(d: int) -> Numbers:
        from scipy.stats import qmc

        made: Numbers = qmc.LatinHypercube(d, rng=seed).random(n)
        return made

    return _drawn("Latin hypercube", n, seed, ranges, draw)


def _drawn(kind: str, n: int, seed: int, ranges: Mapping[str, Any], draw: Callable[[int], Numbers]) -> Design:
    """Points of the unit cube, stretched to the ranges."""
    limits: tuple[tuple[str, Any, int, int], ...] = (("n", n, 1, MOST_DRAWN), ("seed", seed, 0, 2**31 - 1))
    for what, value, least, most in limits:
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or not least <= value <= most:
            raise InputError(f"{what}: found {value!r}; expected a whole number from {least} to {most:,}")
    if not ranges:
        raise InputError(f"a {kind} design: nothing is swept; expected at least one parameter with its range, as r=(0, 1)")
    ends = dict(_ranges(ranges))
    try:
        cube = draw(len(ends))
    except MemoryError:
        raise InputError(f"n: {n:,} points of {len(ends)} parameters do not fit into memory") from None
    columns = {name: xr.DataArray(low + (high - low) * x, dims=[POINT]) for (name, (low, high)), x in zip(ends.items(), cube.T, strict=True)}
    return Design(kind, columns, int(seed))


def _ranges(ranges: Mapping[str, Any]) -> Iterator[tuple[str, tuple[float, float]]]:
    for name, ends in ranges.items():
        if np.shape(ends) != (2,):
            raise InputError(f"{name}: found {ends!r}; expected the two ends of its range, as {name}=(0, 1)")
        low, high = (column(name, end) for end in ends)
        if not low < high:
            raise InputError(f"{name}: the range from {low:g} to {high:g} has no length; expected the lower end first")
        yield name, (low, high)
