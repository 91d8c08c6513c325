"""Where in a map the names of its cells go: inside where there is room, else as letters with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Grid: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Patch:
    """A connected part of a grid with one value."""

    kind: int
    mask: Mask

    @property
    def size(self) -> int:
        """Its number of pixels."""
        return int(self.mask.sum())


def patches(grid: Grid) -> list[Patch]:
    """The connected parts of a grid, the largest first."""
    labels = _labels(grid)
    kinds, first = np.unique(labels, return_index=True)
    found = [Patch(int(grid.reshape(-1)[at]), labels == label) for label, at in zip(kinds, first, strict=True)]
    return sorted(found, key=lambda patch: -patch.size)


def _labels(grid: Grid) -> Grid:
    """For each pixel the least number of a pixel in the same part: the least of its neighbours' is taken on until nothing changes."""
    labels = np.arange(grid.size, dtype=np.int64).reshape(grid.shape)
    while True:
        before = labels.copy()
        for axis in (0, 1):
            for turned in (False, True):
                labels = _swept(labels, grid, axis, turned)
        if np.array_equal(before, labels):
            return labels


def _swept(labels: Grid, grid: Grid, axis: int, turned: bool) -> Grid:
    """The labels after one sweep along an axis, in which runs of equal pixels take on the least label so far."""
    a, g = (np.moveaxis(m, axis, 0)[:: -1 if turned else 1] for m in (labels.copy(), grid))
    for n in range(1, len(a)):
        same = g[n] == g[n - 1]
        a[n] = np.where(same, np.minimum(a[n], a[n - 1]), a[n])
    return np.moveaxis(a[:: -1 if turned else 1], 0, axis)


def edges(grid: Grid) -> Mask:
    """The pixels that touch another kind."""
    out = np.zeros(grid.shape, dtype=bool)
    for axis in (0, 1):
        a, b = (np.moveaxis(m, axis, 0) for m in (grid, out))
        b[1:] |= a[1:] != a[:-1]
        b[:-1] |= a[1:] != a[:-1]
    return out


def room(mask: Mask, width: float, height: float) -> tuple[int, int, int] | None:
    """The most air, in pixels, that a box of so many pixels within a mask can have around it, and the row and column of its middle there.

    None where no such box lies within the mask.
    """
    total = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = mask.cumsum(0).cumsum(1)
    best = None
    for air in range(0, max(mask.shape), 4):
        wide, tall = int(np.ceil(width)) + 2 * air, int(np.ceil(height)) + 2 * air
        if wide > mask.shape[1] or tall > mask.shape[0]:
            break
        filled = total[tall:, wide:] - total[:-tall, wide:] - total[tall:, :-wide] + total[:-tall, :-wide] == wide * tall
        if not filled.any():
            break
        rows, columns = np.nonzero(filled)
        middle = _most_central(rows, columns)
        best = (air, int(rows[middle]) + tall // 2, int(columns[middle]) + wide // 2)
    return best


def _most_central(rows: Grid, columns: Grid) -> int:
    away = (rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2
    return int(np.argmin(away))


def letters(n: int) -> list[str]:
    """As many marks for a key: a, b, ..., z, aa, ab, ...

    >>> letters(28)[-2:]
    ['aa', 'ab']
    """
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return [*alphabet, *(a + b for a in alphabet for b in alphabet)][:n]


def apart(grid: Grid, kinds: int) -> Sequence[frozenset[int]]:
    """For each kind of pixel the kinds that touch it."""
    touching: list[set[int]] = [set() for _ in range(kinds)]
    for a, b in ((grid[1:], grid[:-1]), (grid[:, 1:], grid[:, :-1])):
        different = a != b
        for one, other in set(zip(a[different].tolist(), b[different].tolist(), strict=True)):
            touching[one].add(other)
            touching[other].add(one)
    return [frozenset(each) for each in touching]
