"""Data sets as tidy tables: one row a point and equilibrium, one column a quantity."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    import pandas as pd


def tidy(data: xr.Dataset) -> pd.DataFrame:
    """What a sweep or an evaluation returned as a table: a row for each point and, where it has that dimension, each equilibrium.

    The columns are the parameters that vary, `equilibrium`, `inside`, `exists`, and the quantities: those of a group bear the member's label,
    as `outcome_probability[War]`, and those with bounds `lower` or `upper`.

    >>> import deterrence as dt
    >>> found = dt.solve(dt.load("costly_signal")).evaluate(r=[0.25, 0.75], of=["Pr(War)"])
    >>> tidy(found).columns.tolist(), len(tidy(found))
    (['r', 'equilibrium', 'inside', 'exists', 'Pr(War)'], 18)
    """
    import pandas as pd

    points = data["inside"].dims
    rows = [*points, "equilibrium"] if "equilibrium" in data.dims else list(points)
    shape = [data.sizes[dim] for dim in rows]
    columns = {name: np.broadcast_to(_spread(values, rows), shape).reshape(-1) for name, values in _columns(data, rows)}
    return pd.DataFrame(columns)


def _columns(data: xr.Dataset, rows: list[Any]) -> Iterator[tuple[str, xr.DataArray]]:
    """Each column's name and its values over dimensions of the rows."""
    for name, c in data.coords.items():
        if set(c.dims) <= set(rows) and name != "equilibrium":
            yield str(name), c
    if "equilibrium" in rows:
        yield "equilibrium", data["equilibrium"]
    for name, values in data.data_vars.items():
        inner = [dim for dim in values.dims if dim not in rows]
        for labels in product(*(data[dim].values for dim in inner)):
            at = dict(zip(inner, labels, strict=True))
            yield _name(str(name), at), values.sel(at)


def _name(name: str, at: dict[Any, Any]) -> str:
    members = [str(label) for dim, label in at.items() if dim != "bound"]
    return name + "".join(f"[{label}]" for label in members) + (f" {at['bound']}" if "bound" in at else "")


def _spread(values: xr.DataArray, rows: list[Any]) -> Any:
    """The values with a dimension of length one for each that they lack."""
    own = [dim for dim in rows if dim in values.dims]
    array = values.transpose(*own).values
    return array.reshape([values.sizes.get(dim, 1) for dim in rows])
