"""What is written into the cells of an equilibrium map, beside them and into the key below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deterrence.report import figure_style as style
from deterrence.report.region_callouts import Box, Callout, Callouts
from deterrence.report.region_labels import Grid, Mask, Patch, letters, patches, room

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from deterrence.analysis.plane import Key

At: TypeAlias = Callable[[float, float], tuple[float, float]]
Placed: TypeAlias = tuple[str, Box]

OUTSIDE = "outside the space"
_SPECK = 0.002  # of the map: a smaller patch of what is named elsewhere needs no name of its own
_AIR = 8  # points around a name: more lines are no price for more
_SHORT = 15.0  # points: what is no wider needs no letter beside the map
_INDENT = "    "


class Names:
    """The names of the cells of a grid, `keys` being what the numbers in it stand for; a margin on its right, in pixels, may be written on."""

    def __init__(self, grid: Grid, keys: Sequence[Key], labels: Mapping[str, str], margin: int) -> None:
        self.keys, self.labels = keys, labels
        self.inside: list[Placed] = []
        small = self._named(patches(grid))
        short = {kind: self._short(kind) for kind in {patch.kind for patch in small}}
        roomy = {patch.kind for patch in small if _box(patch.mask, "a", (3, 1)) is not None}
        kinds = sorted({patch.kind for patch in small if patch.kind in roomy or not short[patch.kind]} - self._outside())
        self.letter = dict(zip(kinds, letters(len(kinds)), strict=True))
        self.grey = bool(self._outside() & set(short))
        self.marks, self.beside = self._marked([p for p in small if keys[p.kind] is not None], grid, margin, short)

    def _outside(self) -> set[int]:
        return {n for n, key in enumerate(self.keys) if key is None}

    def _named(self, found: Sequence[Patch]) -> list[Patch]:
        """Name the patches that have room for it; those that have not, and are not too small to be named at all."""
        small, named = [], set()
        for patch in found:
            fitting = self._fits(patch)
            if fitting is not None:
                self.inside.append(fitting)
            elif not (patch.size < _SPECK * patch.mask.size and patch.kind in named):
                small.append(patch)
            named.add(patch.kind)
        return small

    def _tokens(self, key: Key) -> list[str]:
        if key is None:
            return [OUTSIDE]
        return list(dict.fromkeys(self.labels.get(name, name) for name in key)) if self.labels else style.joined(key) or ["none"]

    def _short(self, kind: int) -> str:
        """What a cell of a kind is called, if that is as short as a letter; empty otherwise."""
        name = ", ".join(self._tokens(self.keys[kind]))
        return name if style.extent(name)[0] <= _SHORT else ""

    def _fits(self, patch: Patch) -> Placed | None:
        """A text that says what exists in a patch, in the fewest lines with which it fits well, and where; None where it does not fit."""
        tokens = self._tokens(self.keys[patch.kind])
        most = float(patch.mask.shape[1])
        seen: dict[str, None] = {style.wrapped(tokens, wide): None for wide in (most, 90.0, 60.0, 40.0, 28.0, 1.0)}
        best: tuple[int, str, Box] | None = None
        for text in sorted(seen, key=lambda text: text.count("\n")):
            place = _box(patch.mask, text, (5, 4))
            if place is not None and (best is None or best[0] < min(place[0], _AIR)):
                best = (place[0], text, place[1])
        if best is None and self._short(patch.kind):
            text = self._short(patch.kind)
            place = _box(patch.mask, text, (3, 1))
            best = None if place is None else (0, text, place[1])
        return None if best is None else best[1:]

    def _marked(self, small: Sequence[Patch], grid: Grid, margin: int, short: Mapping[int, str]) -> tuple[list[Placed], list[tuple[str, Callout]]]:
        """The letters in small patches, and what is written beside those that are even smaller."""
        marks, left = [], []
        for patch in small:
            place = _box(patch.mask, self.letter[patch.kind], (3, 1)) if patch.kind in self.letter else None
            if place is None:
                left.append((patch, self.letter.get(patch.kind) or short[patch.kind]))
            else:
                marks.append((self.letter[patch.kind], place[1]))
        free = Callouts(grid, [box for _, box in (*self.inside, *marks)], margin)
        beside = []
        for patch, text in sorted(left, key=lambda item: -float(np.nonzero(item[0].mask)[0].mean())):
            width, height = style.extent(text)
            callout = free.place(patch.mask, width + 3, height + 2)
            if callout is not None:
                beside.append((text, callout))
        return marks, beside

    def key(self) -> list[tuple[str, list[str]]]:
        """What the key explains: each letter with the equilibria that it stands for, and grey where that is not told in the map."""
        letters = [(mark, self._tokens(self.keys[kind])) for kind, mark in self.letter.items()]
        return [*letters, *([("grey", [OUTSIDE])] if self.grey else [])]

    def write(self, axes: Axes, at: At) -> None:
        """Write the names into the axes, `at` telling which point of them a pixel is."""
        box = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        middle: dict[str, Any] = {"ha": "center", "va": "center", "parse_math": False}
        for text, callout in self.beside:
            axes.plot(*zip(at(*callout.start), at(*callout.end), strict=True), clip_on=False, gid="leader", **_LEADER)
            axes.text(*at(callout.box.across, callout.box.upwards), text, fontproperties=style.font(), bbox=box, gid="beside", **middle)
        for text, place in self.inside:
            plain = text == OUTSIDE
            axes.text(*at(place.across, place.upwards), text, fontproperties=style.font(style=["normal", "italic"][plain]), linespacing=1.1,
                      bbox=None if plain else box, gid="name", **middle)  # fmt: skip
        for text, place in self.marks:
            axes.text(*at(place.across, place.upwards), text, fontproperties=style.font(), gid="letter", **middle)


def key_lines(entries: Sequence[tuple[str, list[str]]], most: float) -> list[str]:
    """A key on lines of a width in points: short entries side by side, the later lines of long ones further in.

    >>> key_lines([("a", ["E1", "E2"]), ("b", ["E5"])], 200)
    ['a: E1, E2    b: E5']
    """
    lines: list[str] = []
    for mark, tokens in entries:
        longer = f"{lines[-1]}{_INDENT}{mark}: {', '.join(tokens)}" if lines else ""
        if lines and style.extent(longer)[0] <= most:
            lines[-1] = longer
        else:
            first, *others = style.wrapped([f"{mark}: {tokens[0]}", *tokens[1:]], most - style.extent(_INDENT)[0]).split("\n")
            lines += [first, *(_INDENT + line for line in others)]
    return lines


_LEADER: dict[str, Any] = {
    "color": "black", "linewidth": style.THIN, "marker": "o", "markersize": 2.2, "markevery": [1], "markeredgewidth": 0, "zorder": 2.5,
}  # fmt: skip


def _box(mask: Mask, text: str, pad: tuple[float, float]) -> tuple[int, Box] | None:
    """The most air in points that a text can have around it within a mask, and where it has it; None where it does not fit."""
    width, height = style.extent(text)
    place = room(mask, width + pad[0], height + pad[1])
    if place is None:
        return None
    air, row, column = place
    return air, Box(column, row, width + pad[0], height + pad[1])
