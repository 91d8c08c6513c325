"""What a data set of a sweep says of one quantity along one parameter, as runs of points: one series for each equilibrium, or kind of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from deterrence.algebra.errors import InputError, quoted, suggestion

Numbers: TypeAlias = npt.NDArray[np.float64]
_CALL = re.compile(r"(Pr|payoff)\((.*)\)", re.DOTALL)
_OTHERS = ("exists", "inside", "chosen")
# The variables of a data set of everything: their dimension, and the word of claims for their members.
_GROUPS = {
    "outcome_probability": ("outcome", "Pr"),
    "event_probability": ("event", "Pr"),
    "payoff": ("player", "payoff"),
    "strategy": ("action", "Pr"),
    "payoff_by_type": ("player_type", ""),
    "belief": ("node", ""),
}
_EQUAL = 1e-12  # relative: values that differ by less are the same line


@dataclass(frozen=True)
class Series:
    """The least and the greatest value of a quantity at each x, NaN where there is none, in the equilibria with these names."""

    names: tuple[str, ...]
    lower: Numbers
    upper: Numbers

    @property
    def band(self) -> bool:
        """Is it open anywhere?"""
        return bool(np.nanmax(self.upper - self.lower) > _EQUAL) if np.isfinite(self.lower).any() else False

    def runs(self) -> list[tuple[int, int]]:
        """The first and the last place of each stretch of points with a value."""
        out: list[tuple[int, int]] = []
        for k in np.nonzero(np.isfinite(self.lower))[0].tolist():
            if out and out[-1][1] == k - 1:
                out[-1] = (out[-1][0], k)
            else:
                out.append((k, k))
        return out


@dataclass(frozen=True)
class Sweep:
    """Values of a parameter in ascending order, and what a quantity does along them."""

    parameter: str
    quantity: str
    x: Numbers
    series: tuple[Series, ...]


def series_of(dataset: xr.Dataset, quantity: str, x: str | None) -> Sweep:
    """Read the series off a data set; raises InputError where it has not the quantity, or more dimensions than one."""
    if "exists" not in dataset:
        raise InputError("dataset: it has no variable `exists`; expected what sweep(...) or Solution.evaluate(...) returned")
    values = _variable(dataset, quantity)
    parameter = _parameter(dataset, values, x)
    at = dataset[parameter]
    (along,) = at.dims
    values, exists = values.transpose(..., along), dataset["exists"].transpose(..., along)
    order = np.argsort(at.values, kind="stable")
    ends = [values.sel(bound=end) if "bound" in values.dims else values for end in ("lower", "upper")]
    least, most = (np.atleast_2d(v.values)[:, order] for v in ends)
    if "equilibrium" in values.dims:
        names = [str(name) for name in dataset["equilibrium"].values]
        mask = exists.values[:, order].astype(bool)
    elif "chosen" in dataset:
        chosen = dataset["chosen"].values.astype(str)[order]
        names = sorted({name for name in chosen.tolist() if name}, key=lambda name: (len(name), name))
        mask = np.array([chosen == name for name in names]).reshape(len(names), len(order))
        least, most = (np.broadcast_to(v, mask.shape) for v in (least, most))
    else:
        names, mask = [""], np.isfinite(least)
    found = [Series((name,), np.where(m, a, np.nan), np.where(m, b, np.nan)) for name, m, a, b in zip(names, mask, least, most, strict=True)]
    return Sweep(parameter, quantity, np.asarray(at.values, dtype=float)[order], tuple(_merged(found)))


def _merged(found: Sequence[Series]) -> Iterator[Series]:
    """Series that are nowhere apart as one; those that are nowhere are left out."""
    groups: list[list[Series]] = []
    for each in found:
        if not np.isfinite(each.lower).any():
            continue
        same = next((g for g in groups if _same(g[0], each)), None)
        if same is None:
            groups.append([each])
        else:
            same.append(each)
    for group in groups:
        yield Series(tuple(name for each in group for name in each.names), group[0].lower, group[0].upper)


def _same(a: Series, b: Series) -> bool:
    return all(np.allclose(p, q, rtol=_EQUAL, atol=_EQUAL, equal_nan=True) for p, q in ((a.lower, b.lower), (a.upper, b.upper)))


# What is meant


def _variable(dataset: xr.Dataset, quantity: str) -> xr.DataArray:
    """The variable of that name, or the member of a group that the words of claims name."""
    for name in (quantity, quantity.replace(" / ", " over ").replace("/", " over ")):  # as files have it
        if name in dataset.data_vars and name not in _OTHERS and name not in _GROUPS:
            return dataset[name]
    for group, dimension, label in _members(quantity):
        if group in dataset and label in dataset[dimension].values.tolist():
            return dataset[group].sel({dimension: label})
    known = _known(dataset)
    near = suggestion(quantity, known) or f"; it has {', '.join(known[:8])}{' and others' if len(known) > 8 else ''}"
    raise InputError(f"quantity: the data set has no {quoted(quantity)}{near}")


def _members(quantity: str) -> Iterator[tuple[str, str, str]]:
    """Where the words of claims may stand in a data set of everything: group, dimension, label."""
    found = _CALL.fullmatch(quantity.strip())
    if found is None:
        return
    label = found[2].strip()
    if found[1] == "payoff":
        player, _, kind = (part.strip() for part in label.partition(","))
        yield ("payoff_by_type", "player_type", f"{player} ({kind})") if kind else ("payoff", "player", player)
        return
    yield "outcome_probability", "outcome", label
    yield "event_probability", "event", label
    yield "strategy", "action", label


def _known(dataset: xr.Dataset) -> list[str]:
    out = [str(name) for name in dataset.data_vars if name not in (*_GROUPS, *_OTHERS)]
    for group, (dimension, function) in _GROUPS.items():
        if group in dataset and function:
            out += [f"{function}({label})" for label in dataset[dimension].values.tolist()]
    return out


def _parameter(dataset: xr.Dataset, values: xr.DataArray, x: str | None) -> str:
    """The coordinate that goes to the right."""
    dims = [str(d) for d in values.dims if d not in ("equilibrium", "bound")]
    dims += [str(d) for d in dataset["exists"].dims if d not in ("equilibrium", *dims)]
    numeric = [str(name) for name, c in dataset.coords.items() if c.ndim == 1 and c.dims[0] in dims and c.dtype.kind in "fiu"]
    if x is not None and x not in numeric:
        raise InputError(f"x: found {quoted(x)}; expected a parameter that varies: {', '.join(numeric) or 'the data set has none'}")
    if not numeric or not dims:
        raise InputError("dataset: no parameter varies in it; expected values along one, as of sweep(game, {'r': [...]})")
    if len(dims) > 1:
        others = ", ".join(f"{name}=..." for name in numeric if name != x)
        raise InputError(f"dataset: it varies along {' and '.join(dims)}; a line shows one: choose a value of the other with dataset.sel({others})")
    if x is None and len(numeric) > 1:
        raise InputError(f"x: {' and '.join(numeric)} vary together; say which of them goes to the right")
    return x or numeric[0]
