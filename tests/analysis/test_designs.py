"""Designs: which points a sweep looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis.designs import Design, design_of, grid, latin_hypercube, random_points, sobol, zipped

DRAWN = {"random": random_points, "Sobol": sobol, "Latin hypercube": latin_hypercube}


def values(design: Design, name: str) -> Any:
    return np.asarray(design.columns[name].data)


def test_a_mapping_is_a_grid_with_a_dimension_for_each_parameter() -> None:
    """Values keep their order, and numbers may be exact text."""
    design = design_of({"k": ["1/4", "1/2"], "r": np.array([0.3, 0.1, 0.2])})

    assert design.kind == "grid"
    assert [(name, c.dims) for name, c in design.columns.items()] == [("k", ("k",)), ("r", ("r",))]
    assert values(design, "k").tolist() == [0.25, 0.5]
    assert values(design, "r").tolist() == [0.3, 0.1, 0.2]


def test_a_grid_of_dask_arrays_keeps_their_chunks() -> None:
    """The values label the dimension, and the chunks say how the result is cut."""
    axis = grid({"r": da.linspace(0, 1, 10, chunks=4)}).columns["r"]

    assert axis.chunks == ((4, 4, 2),)


def test_zipped_points_share_one_dimension() -> None:
    """Arrays without names are along `point`; a DataArray keeps its own dimensions, and its labels."""
    plain = zipped(r=[0.1, 0.2, 0.3], k=(1, 2, 3))
    panel = xr.DataArray([[0.1, 0.2], [0.3, 0.4]], dims=["dyad", "year"], coords={"year": [1914, 1939]})
    named = zipped(r=panel, k=panel.isel(dyad=0))

    assert [c.dims for c in plain.columns.values()] == [("point",), ("point",)]
    assert [c.dims for c in named.columns.values()] == [("dyad", "year"), ("year",)]
    assert named.columns["r"].year.values.tolist() == [1914, 1939]


@pytest.mark.parametrize("kind", DRAWN)
def test_the_same_seed_draws_the_same_points(kind: str) -> None:
    """And another seed others; the seed is kept for the record."""
    draw = DRAWN[kind]
    first, again, other = (draw(50, seed, r=(0, 1), k=("1/3", 2)) for seed in (1, 1, 2))

    assert (first.kind, first.seed) == (kind, 1)
    assert all((values(first, name) == values(again, name)).all() for name in ("r", "k"))
    assert (values(first, "r") != values(other, "r")).any()


@pytest.mark.parametrize("kind", DRAWN)
def test_points_are_drawn_from_the_whole_of_each_range(kind: str) -> None:
    """Within the ends, and near both of them."""
    k = values(DRAWN[kind](1000, 3, r=(0, 1), k=(-2, 2)), "k")

    assert k.shape == (1000,)
    assert -2 <= k.min() < -1.97
    assert 1.97 < k.max() <= 2


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range() -> None:
    """Of as many parts as there are points."""
    design = latin_hypercube(64, 5, r=(0, 1), k=(10, 74))

    assert sorted((values(design, "r") * 64).astype(int)) == list(range(64))
    assert sorted((values(design, "k") - 10).astype(int)) == list(range(64))


def test_sobol_points_fill_boxes_evenly() -> None:
    """256 of them put 16 into each of 16 squares; and fewer are the first ones of more."""
    design = sobol(256, 7, r=(0, 1), k=(0, 1))
    squares = (values(design, "r") * 4).astype(int) * 4 + (values(design, "k") * 4).astype(int)

    assert np.bincount(squares).tolist() == [16] * 16
    assert (values(sobol(100, 7, r=(0, 1), k=(0, 1)), "k") == values(design, "k")[:100]).all()


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "nothing swept": (lambda: design_of({}), "over: nothing is swept; expected at least one parameter"),
    "no mapping": (lambda: design_of([1, 2]), "over: found list; expected a mapping"),  # type: ignore[arg-type]
    "an empty grid": (lambda: grid({"r": []}), "r: the array is empty"),
    "NaN": (lambda: grid({"r": [0.1, float("nan")]}), "r: found nan among the values; expected finite numbers"),
    "one number": (lambda: grid({"r": 0.5}), "r: found 0.5; expected an array of values"),
    "two dimensions": (lambda: grid({"r": np.zeros((2, 2))}), r"r: found an array of shape \(2, 2\); expected one dimension"),
    "words": (lambda: grid({"r": ["a", "b"]}), "found 'a'; expected a number"),
    "lengths that differ": (lambda: zipped(r=[1, 2], k=[1, 2, 3]), r"zipped: the arrays have shapes r \(2,\), k \(3,\); expected"),
    "nothing zipped": (zipped, "zipped: nothing is swept"),
    "no points": (lambda: sobol(0, 1, r=(0, 1)), "n: found 0; expected a whole number from 1 to"),
    "too many points": (lambda: random_points(10**15, 1, r=(0, 1)), "n: found 1000000000000000; expected a whole number from 1 to"),
    "no seed": (lambda: random_points(5, None, r=(0, 1)), "seed: found None; expected a whole number"),  # type: ignore[arg-type]
    "no ranges": (lambda: latin_hypercube(5, 1), "a Latin hypercube design: nothing is swept"),
    "one end": (lambda: sobol(5, 1, r=0.5), r"r: found 0.5; expected the two ends of its range, as r=\(0, 1\)"),
    "ends that are no numbers": (lambda: sobol(5, 1, r="01"), "r: found '01'; expected the two ends"),
    "ends in the wrong order": (lambda: sobol(5, 1, r=(1, 0)), "r: the range from 1 to 0 has no length"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_design_that_cannot_be_is_refused(case: str) -> None:
    """In one line that says what was found and what is expected."""
    make, message = BAD[case]

    with pytest.raises(InputError, match=message):
        make()
