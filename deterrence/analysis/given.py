"""Points that users give as arrays, by the name of each parameter: checked, and brought to one shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.expressions import exact
from deterrence.model.advice import example_value
from deterrence.model.game import Game

Numbers: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """Columns over common dimensions: `fixed` ones are one number, the others arrays that broadcast against each other."""

    fixed: Mapping[str, float]
    varying: Mapping[str, xr.DataArray]

    @property
    def sizes(self) -> dict[str, int]:
        """The length of each dimension, in the order in which they are first met."""
        out: dict[str, int] = {}
        for values in self.varying.values():
            out.update({str(dim): n for dim, n in values.sizes.items() if dim not in out})
        return out

    @property
    def count(self) -> int:
        """How many points there are."""
        return int(np.prod(list(self.sizes.values()), dtype=object)) if self.varying else 1

    @property
    def lazy(self) -> bool:
        """Are some columns dask arrays?"""
        return any(values.chunks is not None for values in self.varying.values())

    def columns(self, names: tuple[str, ...], start: int, stop: int) -> list[Numbers | float]:
        """The columns of these names at the points from `start` to before `stop`, as numbered over all dimensions, the last one fastest."""
        sizes = self.sizes
        steps = dict(zip(sizes, np.cumprod([1, *reversed(list(sizes.values()))])[-2::-1], strict=True)) if sizes else {}
        return [self.fixed[name] if name in self.fixed else _picked(self.varying[name], sizes, steps, start, stop) for name in names]


def _picked(values: xr.DataArray, sizes: Mapping[str, int], steps: Mapping[str, Any], start: int, stop: int) -> Numbers:
    """The entries of an array at some points of the dimensions that it is broadcast over."""
    array = np.asarray(values.data, dtype=float)
    if list(values.dims) == list(sizes):
        return array.reshape(-1)[start:stop]
    if array.ndim == 1:
        step, size = int(steps[str(values.dims[0])]), len(array)
        first = start // step
        found = array[np.arange(first, (stop - 1) // step + 1) % size]
        return found if step == 1 else np.repeat(found, step)[start - first * step : stop - first * step]
    at = np.arange(start, stop)
    place = np.zeros_like(at)
    for dim in values.dims:
        place = place * sizes[str(dim)] + at // steps[str(dim)] % sizes[str(dim)]
    out: Numbers = array.reshape(-1)[place]
    return out


def points(game: Game, values: Mapping[str, Any]) -> Points:
    """Return the points at which every free parameter has the value given for it, or its default.

    Raises:
        InputError: a name is no free parameter; a parameter has neither value nor default; a value is no finite number.
    """
    for name in values:
        if name in game.fixed:
            raise InputError(f"{name} is fixed at {game.fixed[name]} in this solution; solve the game without fixing it")
        if name not in game.parameters:
            known = list(game.free_parameters)
            near = suggestion(str(name), known) or f"; expected some of {', '.join(known) or 'none'}"
            raise InputError(f"{name!r} is no parameter of this game{near}")
    columns = dict(_column(game, name, values) for name in game.free_parameters)
    return sorted_out(columns)


def sorted_out(columns: Mapping[str, Any]) -> Points:
    """The columns as points: numbers apart from arrays, and arrays without names for their dimensions given some."""
    fixed = {name: v for name, v in columns.items() if isinstance(v, float)}
    arrays = {name: v for name, v in columns.items() if not isinstance(v, float)}
    return Points(fixed, dict(_named(arrays)))


def _column(game: Game, name: str, values: Mapping[str, Any]) -> tuple[str, Any]:
    if name in values:
        return name, column(name, values[name])
    default = game.parameters[name].default
    if default is None:
        raise InputError(f"the parameter {name} has no default: give it a value, as {name}={example_value(game.parameters[name])}")
    return name, float(Fraction(default.evaluate({})))


def column(name: str, value: Any) -> Any:
    """A number as a float; anything with entries as an array of floats, checked to be finite."""
    if isinstance(value, int | float | str | Fraction) or not hasattr(value, "__len__") or np.ndim(value) == 0:
        try:
            return float(exact(value.item() if isinstance(value, np.ndarray | np.generic | xr.DataArray) else value))
        except InputError as error:
            raise InputError(f"{name}: {error.message}") from None
    array = value if isinstance(value, xr.DataArray) else _as_array(name, value)
    if array.dtype.kind not in "fiu":
        raise InputError(f"{name}: found an array of {array.dtype}; expected numbers")
    if array.size == 0:
        raise InputError(f"{name}: the array is empty; expected at least one number")
    if not _is_lazy(array) and not np.isfinite(array).all():
        bad = np.asarray(array).reshape(-1)
        raise InputError(f"{name}: found {bad[~np.isfinite(bad)][0]} among the values; expected finite numbers")
    return array.astype(float)


def _as_array(name: str, value: Any) -> Any:
    if hasattr(value, "dask"):
        return value
    if isinstance(value, list | tuple) and any(isinstance(v, str | Fraction) for v in value):
        return np.array([float(exact(v)) for v in value])
    try:
        return np.asarray(value)
    except (TypeError, ValueError):
        raise InputError(f"{name}: found {type(value).__name__}; expected a number or an array of numbers") from None


def _is_lazy(array: Any) -> bool:
    return hasattr(array.data if isinstance(array, xr.DataArray) else array, "dask")


def _named(arrays: Mapping[str, Any]) -> Iterator[tuple[str, xr.DataArray]]:
    """Arrays of NumPy broadcast as there, from the last dimension back, which is called `point`, those before it `point_1` and so on."""
    bare = [v for v in arrays.values() if not isinstance(v, xr.DataArray)]
    deepest = max((v.ndim for v in bare), default=0)
    names = ["point" if k == 0 else f"point_{k}" for k in range(deepest)]
    try:
        shape = np.broadcast_shapes(*(v.shape for v in bare))
    except ValueError:
        shapes = ", ".join(f"{name} {v.shape}" for name, v in arrays.items() if not isinstance(v, xr.DataArray))
        raise InputError(f"the arrays have shapes that do not fit together: {shapes}; give DataArrays with named dimensions for a grid") from None
    for name, v in arrays.items():
        if isinstance(v, xr.DataArray):
            yield name, v
        else:
            kept = [k for k in range(v.ndim) if v.shape[k] == shape[len(shape) - v.ndim + k]]
            squeezed = v.reshape([v.shape[k] for k in kept])
            yield name, xr.DataArray(squeezed, dims=[names[v.ndim - 1 - k] for k in kept])
