"""The equilibrium map: which equilibria exist where in a slice of the parameter space, with exact curves for boundaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.expressions import exact
from deterrence.report import figure_style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence.algebra.parameters import ParameterSpace
    from deterrence.analysis.plane import Key, Plane
    from deterrence.report.region_labels import Patch
    from deterrence.solution import Solution

_TALL = 190.0  # points
_LEFT, _BOTTOM, _TOP, _RIGHT = 34.0, 28.0, 6.0, 8.0
_MARGIN = 14.0  # for letters beside cells that are too small to hold them
_SPECK = 0.002  # of the map: a smaller patch of what is named elsewhere needs no name of its own
_AIR = 8  # points around a name: more lines are no price for more


@dataclass(frozen=True)
class Asked:
    """A slice: two parameters, the values of all others, and the ends of the box; `cropped` says of which axes the ends are ours."""

    x: str
    y: str
    fixed: Mapping[str, Fraction]
    box: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]
    cropped: tuple[bool, bool]


def asked(solution: Solution, axes: tuple[str, str], fixed: Mapping[str, Any] | None, ranges: Mapping[str, Any] | None) -> Asked:
    """What is to be drawn, checked; raises InputError."""
    x, y = axes
    parameters, ranges = parameters_of(solution), dict(ranges or {})
    for place, name in (("x", x), ("y", y)):
        _check_free(solution, place, name)
    if x == y:
        raise InputError(f"y: found {y}, the same parameter as x; expected another")
    values = _fixed(solution, axes, fixed or {})
    for name in ranges:
        if name not in axes:
            raise InputError(f"ranges: {name} is not on an axis; expected {x} or {y}, and values of others in `fixed`")
    box = tuple(_ends(parameters, name, ranges) for name in axes)
    return Asked(x, y, values, (box[0], box[1]), (x not in ranges, y not in ranges))


def parameters_of(solution: Solution) -> ParameterSpace:
    """The space of a solution, with no equilibria too."""
    from deterrence.concepts.setting import parameter_space

    return solution[0].setting.parameters if len(solution) else parameter_space(solution.game)


def _check_free(solution: Solution, place: str, name: Any) -> None:
    game = solution.game
    if name in game.fixed:
        raise InputError(f"{place}: {name} is fixed at {game.fixed[name]} in this solution; solve the game without fixing it")
    if name not in game.free_parameters:
        near = suggestion(str(name), list(game.free_parameters)) or f"; expected one of {', '.join(game.free_parameters)}"
        raise InputError(f"{place}: {name!r} is no parameter of this game{near}")


def _fixed(solution: Solution, axes: Sequence[str], given: Mapping[str, Any]) -> dict[str, Fraction]:
    """The values of the parameters that are on no axis: those given, or their defaults."""
    for name in given:
        _check_free(solution, "fixed", name)
        if name in axes:
            raise InputError(f"fixed: {name} is on an axis; give it no value, or put another parameter there")
    solution.game.at(**given)  # says what is wrong with a value outside of its domain
    defaults = parameters_of(solution).defaults
    for name in solution.game.free_parameters:
        if name not in axes and name not in given and name not in defaults:
            raise InputError(f"the parameter {name} has no default: give it a value, as fixed={{'{name}': 1}}")
    others = [name for name in solution.game.free_parameters if name not in axes]
    return {name: exact(given[name]) if name in given else defaults[name] for name in others}


def _ends(parameters: ParameterSpace, name: str, ranges: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    from deterrence.algebra.points import default_ends

    if name not in ranges:
        try:
            return default_ends(parameters, parameters.variable(name))
        except InputError as error:
            raise InputError(f"ranges: {error.message.replace('`box`', f'ranges={{{name!r}: (0, 1)}}')}") from None
    try:
        low, high = map(exact, ranges[name])
    except (TypeError, ValueError):
        raise InputError(f"ranges: found {ranges[name]!r} for {name}; expected its two ends, as {name}=(0, 1)") from None
    if not low < high:
        raise InputError(f"ranges: the ends of {name} are {low} and {high}; expected the smaller one first")
    return low, high


def plane_of(solution: Solution, wanted: Asked) -> Plane:
    """The slice cut into cells; raises InputError where it lies outside of the space, or on a surface where regions end."""
    style.need("numpy")
    from deterrence.analysis.plane import Slice, plane

    parameters = parameters_of(solution)
    fixed = {parameters.variable(name): value for name, value in wanted.fixed.items()}
    where = Slice(parameters, (parameters.variable(wanted.x), parameters.variable(wanted.y)), fixed)
    found = plane(where, parameters.space.domain, {e.name: e.region for e in solution}, wanted.box)
    values = ", ".join(f"{name} = {value}" for name, value in wanted.fixed.items())
    if found.keys == [None]:
        solution.game.at(**wanted.fixed)
        raise InputError(f"no point of the map is in the parameter space; it has {values}; give other values in `fixed`, or other `ranges`")
    if found.on_surface:
        raise InputError(
            f"fixed: {values} is on the surface {found.on_surface[0]} = 0, where equilibria begin and end and others may exist; "
            "move a value a little, or solve the game there: solve(game.at(...))"
        )
    return found


def draw_regions(solution: Solution, wanted: Asked, labels: Mapping[str, str] | None = None) -> Figure:
    """Return the equilibrium map as a figure; see `deterrence.plot.regions`."""
    found = plane_of(solution, wanted)
    for name in labels or {}:
        if name not in (names := [e.name for e in solution]):
            raise InputError(f"labels: {name!r} is no equilibrium of this solution{suggestion(name, names)}")
    return Map(wanted, found, dict(labels or {})).figure()


@dataclass(frozen=True)
class Map:
    """A slice in cells and what to call its equilibria."""

    wanted: Asked
    plane: Plane
    labels: Mapping[str, str]

    @property
    def wide(self) -> float:
        """The width of the axes in points."""
        return style.COLUMN * style.POINTS - _LEFT - _RIGHT - _MARGIN

    @cached_property
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ends of the axes: those of the box, or where the parameter space ends within it."""
        out = []
        for axis in (0, 1):
            spots = [line[:, axis] for key in self.plane.keys if key is not None for line in self.plane.outlines(key)]
            inside = (min(float(s.min()) for s in spots), max(float(s.max()) for s in spots))
            low, high = map(float, self.wanted.box[axis])
            out.append(inside if self.wanted.cropped[axis] else (low, high))
        return out[0], out[1]

    @cached_property
    def grid(self) -> Any:
        """What exists at each point of the paper: the place among the plane's keys, the lowest row first."""
        import numpy as np

        spaced = [low + (high - low) * (np.arange(int(n)) + 0.5) / int(n) for (low, high), n in zip(self.view, (self.wide, _TALL), strict=True)]
        return self.plane.pixels(spaced[0].tolist(), spaced[1])

    def figure(self) -> Figure:
        """The map with its names, and below it the key to letters if there are any."""
        named = _Names(self)
        lines = named.key_lines()
        below = _BOTTOM + len(lines) * style.SIZE * 1.25
        figure = style.empty_figure(style.COLUMN, (below + _TALL + _TOP) / style.POINTS)
        axes = style.axes_at(figure, (_LEFT, below, self.wide, _TALL))
        self._fill(axes)
        self._bound(axes)
        named.write(axes)
        axes.set(xlim=self.view[0], ylim=self.view[1])
        axes.set_xlabel(style.symbol(self.wanted.x), fontproperties=style.font(style.SIZE + 1), labelpad=1)
        style.upright_label(axes, self.wanted.y)
        style.few_ticks(axes)
        for n, line in enumerate(lines):
            at = (_LEFT / (style.COLUMN * style.POINTS), (below - _BOTTOM - n * style.SIZE * 1.25) / (below + _TALL + _TOP))
            figure.text(*at, line, fontproperties=style.font(), va="top", parse_math=False, gid="key")
        return figure

    def _fill(self, axes: Axes) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        colours = self._colours()
        for key in self.plane.keys:
            shape = Path.make_compound_path(*(Path(line, closed=False) for line in map(_closed, self.plane.outlines(key))))
            many = 0 if key is None else len(key)
            hatch = None if many < 2 else style.HATCHES.get(many, style.MANY)
            stroke = style.tint("#000000", 0.35)
            patch = PathPatch(shape, facecolor=colours[key], edgecolor=stroke, hatch=hatch, linewidth=0, hatch_linewidth=0.4, gid=_gid(key))
            axes.add_patch(patch)

    def _colours(self) -> dict[Key, Any]:
        """A tint for each set of equilibria, other than those of its neighbours while there are enough; white where there is none."""
        from deterrence.report.region_labels import apart

        touching = apart(self.grid, len(self.plane.keys))
        chosen: dict[int, int] = {}
        for n, key in enumerate(self.plane.keys):
            if key:
                taken = {chosen[other] for other in touching[n] if other in chosen}
                uses = [list(chosen.values()).count(c) + 100 * (c in taken) for c in range(len(style.TINTS))]
                chosen[n] = uses.index(min(uses))
        tints = {n: style.tint(style.TINTS[c], 0.45) for n, c in chosen.items()}
        return {key: style.OUTSIDE if key is None else tints.get(n, "white") for n, key in enumerate(self.plane.keys)}

    def _bound(self, axes: Axes) -> None:
        from matplotlib.collections import LineCollection

        axes.add_collection(LineCollection(self.plane.boundaries, colors="black", linewidths=style.LINE, capstyle="round", gid="boundaries"))

    def at(self, row: int, column: int) -> tuple[float, float]:
        """The point of the map at the middle of a pixel."""
        (left, right), (low, high) = self.view
        return left + (right - left) * (column + 0.5) / self.grid.shape[1], low + (high - low) * (row + 0.5) / self.grid.shape[0]


def _closed(line: Any) -> Any:
    import numpy as np

    return np.concatenate([line, line[:1]])


def _gid(key: Key) -> str:
    return "outside" if key is None else f"cell-{'-'.join(key) or 'none'}"


class _Names:
    """What is written into the cells of a map, and what into the key below it."""

    def __init__(self, of: Map) -> None:
        from deterrence.report.region_labels import letters, patches

        self.map, self.keys = of, of.plane.keys
        found = patches(of.grid)
        self.inside: list[tuple[str, int, int]] = []
        self.left: list[Patch] = []
        named: set[int] = set()
        for patch in found:
            fitting = self._fits(patch)
            if fitting is not None:
                self.inside.append(fitting)
                named.add(patch.kind)
            elif self.keys[patch.kind] is not None and not (patch.size < _SPECK * of.grid.size and patch.kind in named):
                self.left.append(patch)
                named.add(patch.kind)
        kinds = sorted({p.kind for p in self.left})
        self.letter = dict(zip(kinds, letters(len(kinds)), strict=True))

    def _tokens(self, key: Key) -> list[str]:
        if key is None:
            return ["outside the space"]
        return [self.map.labels.get(name, name) for name in key] if self.map.labels else style.joined(key) or ["none"]

    def _fits(self, patch: Patch) -> tuple[str, int, int] | None:
        """A text that says what exists in a patch, in the fewest lines with which it fits well, and where; None where it does not fit."""
        from deterrence.report.region_labels import room

        tokens = self._tokens(self.keys[patch.kind])
        seen: dict[str, None] = {style.wrapped(tokens, most): None for most in (self.map.wide, 90.0, 60.0, 40.0, 28.0, 1.0)}
        best: tuple[int, str, int, int] | None = None
        for text in sorted(seen, key=lambda text: text.count("\n")):
            width, height = style.extent(text)
            place = room(patch.mask, width + 5, height + 4)
            if place is not None and (best is None or best[0] < min(place[0], _AIR)):
                best = (place[0], text, *place[1:])
        return None if best is None else best[1:]

    def key_lines(self) -> list[str]:
        """The key to the letters."""
        most = self.map.wide + _MARGIN  # up to the right of the axes and a little further
        lines: list[str] = []
        for kind, mark in self.letter.items():
            first, *others = self._tokens(self.keys[kind])
            entry = [f"{mark}: {first}", *others]
            longer = f"{lines[-1]}    {', '.join(entry)}" if lines else ""
            if lines and style.extent(longer)[0] <= most:
                lines[-1] = longer
            else:
                lines += style.wrapped(entry, most).split("\n")
        return lines

    def write(self, axes: Axes) -> None:
        """Write the names into the axes, and letters for cells too small for them, beside the map where not even these fit."""
        from deterrence.report.region_labels import room

        box = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        for text, row, column in self.inside:
            x, y = self.map.at(row, column)
            plain = text == "outside the space"
            axes.text(x, y, text, fontproperties=style.font(style=["normal", "italic"][plain]), ha="center", va="center", parse_math=False,
                      bbox=None if plain else box, linespacing=1.1, gid="name")  # fmt: skip
        beside = []
        for patch in self.left:
            mark = self.letter[patch.kind]
            place = room(patch.mask, style.extent(mark)[0] + 3, style.SIZE + 1)
            if place is not None:
                axes.text(*self.map.at(*place[1:]), mark, fontproperties=style.font(), ha="center", va="center", gid="letter")
            else:
                beside.append((self.map.at(*(room(patch.mask, 1, 1) or (0, 0, 0))[1:]), mark))
        self._beside(axes, sorted(beside, key=lambda item: item[0][1]))

    def _beside(self, axes: Axes, marks: Sequence[tuple[tuple[float, float], str]]) -> None:
        """Letters on the right of the map, each with a thin line to its cell."""
        low, high = self.map.view[1]
        tall = high - low
        heights = style.spread([(y - low) / tall for (_, y), _ in marks], 10 / _TALL, 0.02, 0.98)
        for ((x, y), mark), height in zip(marks, heights, strict=True):
            axes.annotate(
                mark, (x, y), (1 + 5 / self.map.wide, height), textcoords="axes fraction", fontproperties=style.font(), va="center", gid="letter",
                arrowprops={"arrowstyle": "-", "linewidth": style.THIN, "shrinkA": 1, "shrinkB": 0}, annotation_clip=False,
            )  # fmt: skip
