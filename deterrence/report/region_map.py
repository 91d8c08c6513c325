"""The equilibrium map: which equilibria exist where in a slice of the parameter space, with exact curves for boundaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.expressions import exact
from deterrence.model.advice import example_value
from deterrence.report import figure_style as style
from deterrence.solution import Solution, need_solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence.algebra.parameters import ParameterSpace
    from deterrence.analysis.plane import Key, Plane

_TALL = 190.0  # points
_LEFT, _BOTTOM, _TOP, _RIGHT = 25.0, 18.5, 6.0, 8.0  # without the titles of the axes
_MARGIN = 14.0  # for names beside cells that are too small to hold them
_LINE = 9.5  # of the title of an axis
_MOST_LINES = 3
_ALIKE = ((1, 5), (3, 4), (2, 6), (0, 2))  # tints that some eyes, or all, hardly tell apart where they touch


@dataclass(frozen=True)
class Asked:
    """A slice: two parameters and what they mean, the values of all others, and the ends of the box; `cropped` says which axes' ends are ours."""

    x: str
    y: str
    fixed: Mapping[str, Fraction]
    box: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]
    cropped: tuple[bool, bool]
    meanings: tuple[str, str] = ("", "")


def asked(solution: Solution, axes: tuple[str, str], fixed: Mapping[str, Any] | None, ranges: Mapping[str, Any] | None) -> Asked:
    """What is to be drawn, checked; raises InputError."""
    need_solution(solution, "plot.regions")
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
    meanings = solution.game.parameters[x].meaning, solution.game.parameters[y].meaning
    return Asked(x, y, values, (box[0], box[1]), (x not in ranges, y not in ranges), meanings)


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
            value = str(example_value(solution.game.parameters[name]))
            raise InputError(f"the parameter {name} has no default: give it a value, as fixed={{{name!r}: {value!r}}}")
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


def draw_regions(solution: Solution, wanted: Asked, labels: Mapping[str, str] | None = None, on_path: bool = False) -> Figure:
    """Return the equilibrium map as a figure; see `deterrence.plot.regions`."""
    from deterrence.report.region_kinds import by_kind, kinds_of

    found, called = plane_of(solution, wanted), dict(labels or {})
    for name in called:
        if name not in (names := [e.name for e in solution]):
            raise InputError(f"labels: {name!r} is no equilibrium of this solution{suggestion(name, names)}")
    if on_path:
        first = kinds_of(solution)
        found, called = by_kind(solution, found, first), {first[name]: text for name, text in called.items()}
    return Map(wanted, found, called).figure()


@dataclass(frozen=True)
class Map:
    """A slice in cells and what to call its equilibria."""

    wanted: Asked
    plane: Plane
    labels: Mapping[str, str]

    @property
    def left(self) -> float:
        """The room on the left of the axes in points."""
        return _LEFT + _LINE * _lines(self.titles[1])

    @property
    def wide(self) -> float:
        """The width of the axes in points."""
        return style.COLUMN * style.POINTS - self.left - _RIGHT - _MARGIN

    @cached_property
    def titles(self) -> tuple[str, str]:
        """What the axes are called: the meaning of the parameter if it has one, and its symbol."""
        upwards = _title(self.wanted.meanings[1], self.wanted.y, _TALL)
        most = style.COLUMN * style.POINTS - _LEFT - _LINE * _lines(upwards) - _RIGHT - _MARGIN
        return _title(self.wanted.meanings[0], self.wanted.x, most), upwards

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
        from deterrence.report.region_names import Names, key_lines

        named = Names(self.grid, self.plane.keys, self.labels, int(_MARGIN + _RIGHT) - 1)
        lines, above = key_lines(named.key(), 0.95 * self.wide), _BOTTOM + _LINE * _lines(self.titles[0])
        below = above + len(lines) * style.SIZE * 1.25
        figure = style.empty_figure(style.COLUMN, (below + _TALL + _TOP) / style.POINTS)
        axes = style.axes_at(figure, (self.left, below, self.wide, _TALL))
        self._fill(axes)
        self._bound(axes)
        named.write(axes, self.at)
        axes.set(xlim=self.view[0], ylim=self.view[1])
        self._name_axes(axes)
        style.few_ticks(axes)
        for n, line in enumerate(lines):
            at = (self.left / (style.COLUMN * style.POINTS), (below - above - n * style.SIZE * 1.25) / (below + _TALL + _TOP))
            figure.text(*at, line, fontproperties=style.font(), va="top", parse_math=False, gid="key")
        return figure

    def _name_axes(self, axes: Axes) -> None:
        across, upwards = self.titles
        size = style.SIZE + (not self.wanted.meanings[0])
        axes.set_xlabel(across, fontproperties=style.font(size), labelpad=1, linespacing=1.1)
        if self.wanted.meanings[1]:
            axes.set_ylabel(upwards, fontproperties=style.font(), labelpad=2, linespacing=1.1)
        else:
            style.upright_label(axes, self.wanted.y)

    def _fill(self, axes: Axes) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        colours = self.colours()
        for key in self.plane.keys:
            shape = Path.make_compound_path(*(Path(line, closed=False) for line in map(_closed, self.plane.outlines(key))))
            many = 0 if key is None else len(key)
            hatch = None if many < 2 else style.HATCHES.get(many, style.MANY)
            stroke = style.tint("#000000", 0.35)
            patch = PathPatch(shape, facecolor=colours[key], edgecolor=stroke, hatch=hatch, linewidth=0, hatch_linewidth=0.4, gid=_gid(key))
            axes.add_patch(patch)

    def colours(self) -> dict[Key, Any]:
        """A tint for each set of equilibria, other than those of its neighbours while there are enough; white where there is none."""
        from deterrence.report.region_labels import apart

        touching = apart(self.grid, len(self.plane.keys))
        chosen: dict[int, int] = {}
        for n, key in enumerate(self.plane.keys):
            if key:
                taken = {chosen[other] for other in touching[n] if other in chosen}
                alike = {b if c == a else a for c in taken for a, b in _ALIKE if c in (a, b)}
                uses = [list(chosen.values()).count(c) + 100 * (c in taken) + 50 * (c in alike) for c in range(len(style.TINTS))]
                chosen[n] = uses.index(min(uses))
        tints = {n: style.tint(style.TINTS[c], 0.45) for n, c in chosen.items()}
        return {key: style.OUTSIDE if key is None else tints.get(n, "white") for n, key in enumerate(self.plane.keys)}

    def _bound(self, axes: Axes) -> None:
        from matplotlib.collections import LineCollection

        lines = strung(self.plane.boundaries)
        axes.add_collection(LineCollection(lines, colors="black", linewidths=style.LINE, capstyle="round", joinstyle="round", gid="boundaries"))

    def at(self, across: float, upwards: float) -> tuple[float, float]:
        """The point of the map so many pixels from its left and from its lower end."""
        (left, right), (low, high) = self.view
        return left + (right - left) * across / self.grid.shape[1], low + (high - low) * upwards / self.grid.shape[0]


def _title(meaning: str, name: str, most: float) -> str:
    """The meaning of a parameter, if it is told in a few lines, and its symbol."""
    told = style.balanced([*style.words(f"{meaning},").split(), style.symbol(name)], most) if meaning else ""
    return told if told and _lines(told) <= _MOST_LINES else style.symbol(name)


def _lines(text: str) -> int:
    return 1 + text.count("\n")


def _closed(line: Any) -> Any:
    import numpy as np

    return np.concatenate([line, line[:1]])


def strung(lines: Sequence[Any]) -> list[Any]:
    """Broken lines, each drawn on by the one that alone begins where it alone ends: where they are drawn apart, their ends show."""
    import numpy as np

    first, last = ([tuple(line[end].tolist()) for line in lines] for end in (0, -1))
    met, ended = Counter((*first, *last)), set(last)
    after = {start: n for n, start in enumerate(first) if met[start] == 2 and start in ended}
    out, drawn = [], set()
    for n in sorted(range(len(lines)), key=lambda n: first[n] in after):  # those that go round come last
        strung_on: list[Any] = []
        at: int | None = n
        while at is not None and at not in drawn:
            strung_on.append(lines[at][1:] if strung_on else lines[at])
            drawn.add(at)
            at = after.get(last[at])
        out += [np.concatenate(strung_on)] if strung_on else []
    return out


def _gid(key: Key) -> str:
    return "outside" if key is None else f"cell-{'-'.join(key) or 'none'}"
