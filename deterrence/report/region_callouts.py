"""Where names go that do not fit into their cells: beside the map or in a free place near by, each with a line to its cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from deterrence.report.region_labels import Grid, Mask, edges

Points: TypeAlias = npt.NDArray[np.float64]

_ANCHORS = 16  # points of a cell from which lines are tried
_STEP = 4  # pixels between the places that are tried within the map
_LOOKS = 40  # points at which a line is looked at
_CROSSED, _COVERED = 150.0, 3000.0  # pixels that it is worth to go round to avoid another line, or a name
_AT_EDGE = 3.0  # the same for each hundredth of a line that runs on or across the border of a cell
_WITHIN = 30.0  # and for a place within the map, which is another cell's
_APART = 3.0  # pixels between a name and the end of its line


@dataclass(frozen=True)
class Box:
    """A rectangle on the map in pixels: the middle of a text, its width and its height."""

    across: float
    upwards: float
    width: float
    height: float


@dataclass(frozen=True)
class Callout:
    """Where a name stands, and the ends of the line from there to its cell."""

    box: Box
    start: tuple[float, float]
    end: tuple[float, float]


class Callouts:
    """Places names one by one, off those that stand already. A margin on the right of the map, so many pixels wide, may be used too."""

    def __init__(self, grid: Grid, taken: list[Box], margin: int) -> None:
        beside = np.zeros((grid.shape[0], margin), dtype=bool)
        self.columns = grid.shape[1]
        self.edges: Mask = np.concatenate([edges(grid), beside], axis=1)
        self.texts: Mask = np.zeros_like(self.edges)
        self.lines: Mask = np.zeros_like(self.edges)
        for box in taken:
            self._take(box)

    def _take(self, box: Box) -> None:
        low, left = (max(0, int(np.floor(at - size / 2))) for at, size in ((box.upwards, box.height), (box.across, box.width)))
        high, right = (int(np.ceil(at + size / 2)) for at, size in ((box.upwards, box.height), (box.across, box.width)))
        self.texts[low:high, left:right] = True

    def place(self, mask: Mask, width: float, height: float) -> Callout | None:
        """The best place for a text that belongs to a cell, which is then taken; None where no place is free."""
        ends, places = anchors(mask), self._free(width, height)
        if not len(places):
            return None
        costs = self._costs(ends, places, width, height)
        end, place = (int(n) for n in np.unravel_index(int(costs.argmin()), costs.shape))
        box = Box(float(places[place, 0]), float(places[place, 1]), width, height)
        line = _from_edge(box, (float(ends[end, 0]), float(ends[end, 1])))
        self._take(box)
        rows, columns = self._pixels(np.array([line.start]), np.array([line.end]))
        self.lines[rows, columns] = True
        return line

    def _free(self, width: float, height: float) -> Points:
        """The middles of places for a text: some within cells, and those beside the map."""
        wide, tall = int(np.ceil(width)), int(np.ceil(height))
        closed = self.texts | self.lines | self.edges
        total = np.zeros((closed.shape[0] + 1, closed.shape[1] + 1), dtype=np.int64)
        total[1:, 1:] = closed.cumsum(0).cumsum(1)
        filled = total[tall:, wide:] - total[:-tall, wide:] - total[tall:, :-wide] + total[:-tall, :-wide]
        rows, columns = np.nonzero(filled == 0)
        beside = columns == self.columns + int(_APART)
        within = (columns + wide + 2 <= self.columns) & (rows % _STEP == 0) & (columns % _STEP == 0)
        found = np.stack([columns + wide / 2, rows + tall / 2], axis=1)
        chosen: Points = found[beside | within]
        return chosen

    def _costs(self, ends: Points, places: Points, width: float, height: float) -> Points:
        """For each point of the cell and each place what the line between them costs."""
        one, other = (each.reshape(-1, 2) for each in np.broadcast_arrays(ends[:, None], places[None]))
        rows, columns = self._pixels(one, other)
        length = np.hypot(*(one - other).T)
        own = np.linspace(0, 1, _LOOKS) * length[:, None] > (length - np.hypot(width, height) / 2 - 1)[:, None]  # within the text itself
        along = self.edges[rows, columns].mean(axis=1) * 100 * _AT_EDGE
        met = (self.lines[rows, columns] & ~own).any(axis=1) * _CROSSED + self.texts[rows, columns].any(axis=1) * _COVERED
        near = (length < np.hypot(width, height) / 2 + 2 * _APART) * _CROSSED
        within = (other[:, 0] < self.columns) * _WITHIN
        return np.asarray(length + along + met + near + within).reshape(len(ends), len(places))

    def _pixels(self, one: Points, other: Points) -> tuple[Grid, Grid]:
        """The rows and columns of points along lines."""
        along = np.linspace(0, 1, _LOOKS)[None, :, None]
        at = (one[:, None] * (1 - along) + other[:, None] * along).astype(np.int64)
        return np.clip(at[..., 1], 0, self.edges.shape[0] - 1), np.clip(at[..., 0], 0, self.edges.shape[1] - 1)


def anchors(mask: Mask) -> Points:
    """Some points of a cell, from where it is at least half as thick as anywhere."""
    layers = [mask]
    while (inner := _eroded(layers[-1])).any():
        layers.append(inner)
    rows, columns = np.nonzero(layers[len(layers) // 2])
    order = np.lexsort((rows, columns))
    chosen = order[np.unique(np.linspace(0, len(order) - 1, _ANCHORS).round().astype(np.int64))]
    return np.stack([columns[chosen] + 0.5, rows[chosen] + 0.5], axis=1)


def _eroded(mask: Mask) -> Mask:
    """A mask without the pixels at its edge."""
    padded = np.pad(mask, 1)
    return mask & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]


def _from_edge(box: Box, end: tuple[float, float]) -> Callout:
    """The line to a point from where it leaves a rectangle."""
    across, upwards = end[0] - box.across, end[1] - box.upwards
    share = min((size / 2 / abs(step) for size, step in ((box.width, across), (box.height, upwards)) if step), default=0.0)
    share = min(share, 1.0)
    return Callout(box, (box.across + share * across, box.upwards + share * upwards), end)
