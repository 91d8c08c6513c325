"""Boxes of points: how a sweep is cut up, so that memory is bounded and each part can be computed anywhere."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis.given import Points

MOST_POINTS = 1 << 18  # in a box
MOST_BYTES = 1 << 26  # of results in a box
MOST_BOXES = 1_000_000  # as many files, for each variable, as a folder is easily asked for


@dataclass(frozen=True)
class Box:
    """One part: its place among the parts along each dimension, and its points."""

    place: tuple[int, ...]
    parts: Mapping[str, slice]
    count: int

    def within(self, dims: Iterable[Hashable]) -> tuple[slice, ...]:
        """Where the box is in an array over some dimensions."""
        return tuple(self.parts.get(str(dim), slice(None)) for dim in dims)


@dataclass(frozen=True)
class Boxes:
    """How long the dimensions are, and how long the parts into which each is cut."""

    sizes: Mapping[str, int]
    lengths: Mapping[str, int]

    def shape(self, sample: xr.DataArray) -> tuple[int, ...]:
        """The shape of an array at all points, of which one at a single point is given."""
        return tuple(self.sizes.get(str(dim), n) for dim, n in sample.sizes.items())

    def __len__(self) -> int:
        return prod(-(-n // self.lengths[dim]) for dim, n in self.sizes.items())

    def __iter__(self) -> Iterator[Box]:
        """All boxes, the last dimension fastest."""
        cuts = [[slice(at, min(at + self.lengths[dim], n)) for at in range(0, n, self.lengths[dim])] for dim, n in self.sizes.items()]
        for parts in itertools.product(*(enumerate(cut) for cut in cuts)):
            count = prod(part.stop - part.start for _, part in parts)
            yield Box(tuple(k for k, _ in parts), dict(zip(self.sizes, (part for _, part in parts), strict=True)), count)


def boxes(points: Points, bytes_a_point: int) -> Boxes:
    """Cut points into boxes whose results take little memory: the last dimensions whole, as far as they fit, then a part of one.

    Raises:
        InputError: there would be too many of them.
    """
    room = max(1, min(MOST_POINTS, MOST_BYTES // max(1, bytes_a_point)))
    lengths: dict[str, int] = {}
    for dim, n in reversed(points.sizes.items()):
        lengths[dim] = min(n, room)
        room = room // n if room >= n else 1
    out = Boxes(points.sizes, {dim: lengths[dim] for dim in points.sizes})
    if prod(points.sizes.values()) > MOST_BOXES * prod(lengths.values()):
        raise InputError(f"{points.count:,} points are too many, even for a store ({len(out):,} chunks, and the most is {MOST_BOXES:,}); sweep fewer")
    return out


def part_of(points: Points, box: Mapping[str, slice]) -> Points:
    """The points of a box."""
    varying = {name: v.isel({dim: part for dim, part in box.items() if dim in v.dims}) for name, v in points.varying.items()}
    return Points(points.fixed, varying)
