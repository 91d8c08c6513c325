"""Figures: the equilibrium map against exact regions, tornados, and files that are always the same bytes."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from deterrence.algebra.errors import DeterrenceError, InputError
from deterrence.algebra.formula import Atom, atoms, conjunction
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.points import Membership
from deterrence.algebra.polynomials import Ring
from deterrence.algebra.region import Region
from deterrence.algebra.smt import Clock
from deterrence.algebra.space import Space
from deterrence.analysis.plane import Slice, plane
from deterrence.analysis.sensitivity import sensitivity
from deterrence.model.parts import Parameter
from deterrence.model.reading import load, read
from deterrence.report import figure_style, plot
from deterrence.report.region_labels import apart
from deterrence.report.region_map import Map, asked, plane_of, strung
from deterrence.solution import Solution
from deterrence.solve import solve

POINTS = {"entrapment": 10_000}  # on each map of a game; on others fewer, for the exact regions take their time
MAPS = [
    ("entrapment", "f", "q"),
    ("chain_ganging", "o", "c_J"),
    ("alliance_security_dilemma", "rho", "e_1"),
    ("unilateral_deterrence", "pB", "b"),
    ("tripartite_crisis", "p", "d"),
    ("trust", "tE", "x"),
    ("costly_signal", "c_T", "V"),
    ("tying_hands", "r", "a"),
]
UNTOLD = """
players: [Challenger, Defender]
parameters: {p: 0 < p < 1, c: c > 0}
outcomes: {Peace: {Challenger: 0, Defender: 1}, War: {Challenger: 2*p - 1, Defender: 1 - c}, Gain: {Challenger: 1, Defender: 0}}
tree: {Challenger: {Demand: {Defender: {Resist: War, Concede: Gain}}, Refrain: Peace}}
"""


@cache
def solved(name: str) -> Solution:
    """The solution of a game of the catalogue."""
    return solve(load(name))


def drawn_cells(figure: Figure) -> dict[str, PathPatch]:
    """The filled cells of a map, by what they say."""
    return {str(patch.get_gid()): patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)}


def distance(points: np.ndarray[Any, Any], lines: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """How far points are from the nearest of some broken lines."""
    out = np.full(len(points), np.inf)
    for line in lines:
        for a, b in pairwise(line):
            along = (b - a) / max(float((b - a) @ (b - a)), 1e-300)
            foot = a + np.clip((points - a) @ along, 0, 1)[:, None] * (b - a)
            out = np.minimum(out, np.hypot(*(points - foot).T))
    return out


@pytest.mark.parametrize(("name", "x", "y"), MAPS)
def test_the_drawn_cell_of_a_point_says_what_exists_there_exactly(name: str, x: str, y: str) -> None:
    """At 10,000 random points, or 1,500, the filled shape that contains one names just the equilibria whose exact regions do, or says outside."""
    solution = solved(name)
    figure, wanted = plot.regions(solution, x, y), asked(solution, (x, y), None, None)
    parameters = solution[0].setting.parameters
    rng, width = np.random.default_rng(0), np.array([float(high - low) for low, high in wanted.box])
    points = np.array([float(low) for low, _ in wanted.box]) + rng.random((POINTS.get(name, 1_500), 2)) * width
    exact = {e.name: Membership(parameters.space, e.region.formulas()) for e in solution}
    inside = Membership(parameters.space, [parameters.space.domain])
    fixed = {parameters.variable(n): v for n, v in wanted.fixed.items()}
    ours = np.full(len(points), "", dtype=object)
    for gid, patch in drawn_cells(figure).items():
        ours[patch.get_path().contains_points(points)] += f"{gid};"
    wrong = []
    for point, found in zip(points, ours, strict=True):
        at = {**fixed, parameters.variable(x): Fraction(point[0]), parameters.variable(y): Fraction(point[1])}
        names = [e for e, member in exact.items() if member(at)] if inside(at) else None
        if found != ("outside;" if names is None else f"cell-{'-'.join(names) or 'none'};"):
            wrong.append(point)

    (lines,) = (c for c in figure.axes[0].collections if isinstance(c, LineCollection))
    segments = [np.asarray(s) / width for s in lines.get_segments()]
    assert not wrong or distance(np.array(wrong) / width, segments).max() < 1e-6
    assert len(wrong) < 5
    some = {**{n: str(v) for n, v in wanted.fixed.items()}, x: str(Fraction(points[0][0])), y: str(Fraction(points[0][1]))}
    assert {e.name for e in solution if some in e.region} == set(ours[0][5:-1].split("-")) - {"de", "none"}


@pytest.mark.parametrize(("name", "x", "y"), MAPS)
def test_every_vertex_of_a_boundary_lies_on_the_zeros_of_an_exact_condition(name: str, x: str, y: str) -> None:
    """To 1e-9 of the box, by Newton's step from it."""
    solution = solved(name)
    wanted = asked(solution, (x, y), None, None)
    parameters = solution[0].setting.parameters
    ring, axes = parameters.space.ring, (parameters.variable(x), parameters.variable(y))
    fixed = {parameters.variable(n): v for n, v in wanted.fixed.items()}
    polynomials = {str(a.polynomial): a.polynomial for e in solution for f in (*e.region.formulas(), parameters.space.domain) for a in atoms(f)}
    factors = {str(g): g for p in polynomials.values() if (q := ring.evaluate(p, fixed)) and not q.is_constant() for g, _ in ring.factors(q)[1]}
    width = [float(high - low) for low, high in wanted.box]

    def away(g: Any, at: Any) -> float:
        values = dict(zip(axes, map(Fraction, at), strict=True))
        value, *slopes = (float(ring.evaluate(p, values).leading_coefficient() or 0) if p else 0.0 for p in (g, *(g.derivative(k) for k in axes)))
        steep = np.hypot(*(s * w for s, w in zip(slopes, width, strict=True)))
        return abs(value) / steep if steep else float(value != 0)

    vertices = [v for line in plane_of(solution, wanted).boundaries for v in line]
    assert vertices
    assert max(min(away(g, v) for g in factors.values()) for v in vertices[:: 1 + len(vertices) // 300]) < 1e-9


def space_of(names: list[str], unknowns: list[str]) -> ParameterSpace:
    """A space of parameters between -1 and 1."""
    ring = Ring([*names, *unknowns])
    domain = conjunction(Atom(1 - ring[n] ** 2, ">") for n in names)
    return ParameterSpace(Space(ring, range(len(names)), domain, Clock()))


def test_a_boundary_with_an_implicit_root_is_its_projection() -> None:
    """Where u**5 + u = x, the set y > u is y**5 + y > x: its cells are found though u has no formula."""
    home = space_of(["x", "y"], ["u"])
    ring = home.space.ring
    root = Atom(ring["u"] ** 5 + ring["u"] - ring["x"], "==")
    region = Region(home, Atom(ring["y"] - ring["u"], ">"), (root,))
    found = plane(Slice(home, (0, 1), {}), home.space.domain, {"A": region}, ((Fraction(-1), Fraction(1)), (Fraction(-1), Fraction(1))))
    line = np.concatenate(found.boundaries)

    assert set(found.keys) == {(), ("A",)}
    assert abs(line[:, 1] ** 5 + line[:, 1] - line[:, 0]).max() < 1e-12
    assert abs(np.diff(line[:, 0])).max() < 0.1


def test_curves_that_turn_cross_touch_and_end_are_cut_where_they_do() -> None:
    """A circle, a line across it, a parabola that touches it, and a hyperbola with a vertical asymptote."""
    home = space_of(["x", "y"], [])
    x, y = (home.space.ring[n] for n in "xy")
    quarter, eighth = (home.space.ring.constant(Fraction(1, n)) for n in (4, 8))
    shapes = {"circle": x**2 + y**2 - quarter, "line": 2 * y - x, "touch": 2 * y - x**2 * 2 + 1, "pole": x * y - eighth}
    regions = {name: Region(home, Atom(p, ">")) for name, p in shapes.items()}
    found = plane(Slice(home, (0, 1), {}), home.space.domain, regions, ((Fraction(-1), Fraction(1)), (Fraction(-1), Fraction(1))))
    grid = np.linspace(-0.999, 0.999, 101)
    pixels = found.pixels(grid.tolist(), grid)

    for row, b in enumerate(grid):
        for column, a in enumerate(grid):
            values = {name: p(*map(_fmpq, (a, b))) for name, p in shapes.items()}
            expected = tuple(name for name, value in values.items() if value > 0)
            assert found.keys[pixels[row, column]] == expected or min(abs(float(v)) for v in values.values()) < 1e-6


def _fmpq(value: float) -> Any:
    from deterrence.algebra.polynomials import to_fmpq

    return to_fmpq(Fraction(value))


def texts(figure: Figure, kind: str) -> list[Any]:
    """The texts of a figure of one kind."""
    return [t for t in (*figure.texts, *(t for a in figure.axes for t in a.texts)) if t.get_gid() == kind]


def test_multiplicity_is_hatched_and_cells_bear_their_names() -> None:
    """Sets of several equilibria have a hatch, single ones none; what is too small for a name has a letter and a key."""
    figure = plot.regions(solved("chain_ganging"), "o", "c_J")
    hatched = {gid: bool(patch.get_hatch()) for gid, patch in drawn_cells(figure).items()}
    named = {t.get_text().replace("\n", " ") for t in texts(figure, "name")}

    assert hatched == {"cell-E5": False, "cell-E4": False, "cell-E6-E7-E8": True, "cell-E2-E6-E8": True, "cell-E2-E4-E5": True, "cell-E4-E5-E7": True}
    assert {"E5", "E4", "E6–E8", "E4, E5, E7"} <= named
    assert named | {"E2, E6, E8"} == {"E5", "E4", "E6–E8", "E4, E5, E7", "E2, E4, E5", "E2, E6, E8"}
    assert len(texts(figure, "letter")) == len(texts(figure, "key"))


def test_equilibria_bear_the_names_that_are_given() -> None:
    """In the cells, on as many lines as there is room for."""
    figure = plot.regions(solved("entrapment"), "f", "q", labels={"E1": "blank cheque", "E6": "deterrence by pact"})

    assert {"blank cheque", "deterrence by pact", "E9"} <= {t.get_text().replace("\n", " ") for t in texts(figure, "name")}


def test_axes_say_what_their_parameters_mean() -> None:
    """With the symbol at the end; a long meaning stands on lines of about the same length, and one that is missing is left out."""
    game = load("costly_signal")
    long = "probability that the Defender would rather fight for the Protege than see her abandoned"
    old = game.parameters["r"]
    told = game.replace(parameters={**dict(game.parameters), "r": Parameter("r", old.domain, default=old.default, role=old.role, meaning=long)})
    (axes,) = plot.regions(solve(told), "r", "c_T").axes
    lines = axes.get_xlabel().split("\n")
    (plain,) = plot.regions(solve(read(UNTOLD)), "p", "c", ranges={"c": (0, 2)}).axes

    assert " ".join(lines) == f"{long}, $r$"
    assert len(lines) == 2
    assert min(figure_style.extent(line)[0] for line in lines) > 0.7 * max(figure_style.extent(line)[0] for line in lines)
    assert axes.get_ylabel().replace("\n", " ") == f"{game.parameters['c_T'].meaning}, $c_{{T}}$"
    assert (plain.get_xlabel(), plain.get_ylabel()) == ("$p$", "$c$")


def test_tints_that_are_alike_do_not_touch() -> None:
    """Neither the same, nor two that look the same to some: two blues, two reds, green and pink, yellow and orange; not even between ten cells."""
    wanted = asked(solved("generalised_mutual_deterrence"), ("pA", "pB"), None, None)
    drawn = Map(wanted, plane_of(solved("generalised_mutual_deterrence"), wanted), {})
    colours = [drawn.colours()[key] for key in drawn.plane.keys]
    yellow, sky, orange, green, pink, blue, red = (figure_style.tint(tint, 0.45) for tint in figure_style.TINTS)
    alike = [{sky, blue}, {orange, red}, {green, pink}, {yellow, orange}]
    touching = [(colours[n], colours[m]) for n, others in enumerate(apart(drawn.grid, len(colours))) for m in others]

    assert len(colours) == 10
    assert [pair for pair in touching if len(set(pair)) == 1 or set(pair) in alike] == []


def test_lines_that_go_on_are_drawn_in_one() -> None:
    """At a point where three meet, each ends; where two meet, or one goes round, they are one."""
    at = {name: np.array(point, dtype=float) for name, point in zip("abcde", [(0, 0), (1, 0), (2, 0), (3, 1), (3, -1)], strict=True)}
    fork = strung([np.array([at["b"], at["c"]]), np.array([at["c"], at["d"]]), np.array([at["a"], at["b"]]), np.array([at["c"], at["e"]])])
    ring = strung([np.array([at["a"], at["b"]]), np.array([at["b"], at["d"]]), np.array([at["d"], at["a"]])])

    assert sorted(line.tolist() for line in fork) == [[[0, 0], [1, 0], [2, 0]], [[2, 0], [3, -1]], [[2, 0], [3, 1]]]
    assert [line.tolist() for line in ring] == [[[0, 0], [1, 0], [3, 1], [0, 0]]]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"x": "q"}, "x: 'q' is no parameter of this game"),
    ({"y": "r"}, "y: found r, the same parameter as x"),
    ({"fixed": {"k": 1}}, "fixed: k is on an axis"),
    ({"fixed": {"V": -1}}, "V = -1 is outside its domain"),
    ({"fixed": {"v": 1}}, "fixed: 'v' is no parameter of this game; did you mean 'V'?"),
    ({"fixed": {"V": 5}}, "it breaks the assumption"),
    ({"ranges": {"V": (0, 1)}}, "ranges: V is not on an axis"),
    ({"ranges": {"k": (1, 0)}}, "ranges: the ends of k are 1 and 0"),
    ({"ranges": {"k": 3}}, "ranges: found 3 for k"),
    ({"ranges": {"k": (-2, -1)}}, "no point of the map is in the parameter space"),
    ({"labels": {"E99": "x"}}, "labels: 'E99' is no equilibrium of this solution"),
    ({"y": "V", "fixed": {"k": "1/2"}}, "is on the surface"),  # k = c_T: equilibria that exist on it only are in no generic solution
]


@pytest.mark.parametrize(("wrong", "says"), REFUSED)
def test_a_map_that_makes_no_sense_is_refused_in_a_line(wrong: Mapping[str, Any], says: str) -> None:
    """The argument is named, with what was found and what was expected."""
    asked_for = {"x": "r", "y": "k"} | dict(wrong)

    with pytest.raises(DeterrenceError, match=re.escape(says)):
        plot.regions(solved("costly_signal"), asked_for.pop("x"), asked_for.pop("y"), **asked_for)


def test_an_axis_without_bounds_or_default_asks_for_them() -> None:
    """The message names `ranges`."""
    game = load("costly_signal")
    bare = game.replace(parameters={**dict(game.parameters), "k": "k > 0"})

    says = "ranges: the domain of k is not bounded and it has no default value; give its ends in ranges={'k': (0, 1)}"

    with pytest.raises(InputError, match=re.escape(says)):
        plot.regions(solve(bare), "r", "k")


# Tornados, and files


def test_the_bars_of_a_tornado_are_the_indices() -> None:
    """The most important parameter is on top, the whiskers are the confidence intervals."""
    found = sensitivity(solved("rudimentary_deterrence"), ["2*p - 2*p", "p + 2*g"], {"p": (0, 1), "g": (0, 1)}, n=64)
    figure = plot.tornado(found)
    (axes,) = figure.axes
    bars = {(p.get_gid(), round(p.get_y() + p.get_height() / 2)): p.get_width() for p in axes.patches}
    data = found.dataset.sel(quantity="p + 2*g")

    assert [t.get_text() for t in axes.get_yticklabels()] == ["$p$", "$g$"]  # from below
    assert bars == {(m, row): float(data[m].sel(parameter=n)) for row, n in enumerate("pg") for m in ("first", "total")}
    assert [t.get_text() for t in texts(figure, "heading")] == ["2*p - 2*p does not vary", "p + 2*g"]


def figures() -> dict[str, Figure]:
    """One figure of each kind."""
    solution = solved("rudimentary_deterrence")
    box = {"p": (0, 1), "k": (0, 2)}
    return {
        "regions": plot.regions(solution, "p", "k"),
        "sweep": plot.sweep(solution.evaluate(p=[0.2, 0.4, 0.6], of=["Pr(Conflict)"]), "Pr(Conflict)", solution=solution),
        "tornado": plot.tornado(sensitivity(solution, "Pr(Conflict)", box, n=16)),
        "tree": plot.tree(solution.game, solution[0]),
    }


def test_figures_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    """As PDF, SVG and PNG."""
    for turn in ("first", "second"):
        (tmp_path / turn).mkdir()
        for name, figure in figures().items():
            for suffix in ("pdf", "svg", "png"):
                plot.save(figure, str(tmp_path / turn / f"{name}.{suffix}"))

    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert len(files) == 12
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
        assert (tmp_path / "first" / name).stat().st_size > 2_000


def test_a_figure_without_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(DeterrenceError, match=re.escape("needs the library matplotlib, which is not installed: pip install 'deterrence[figures]'")):
        figure_style.empty_figure(1, 1)
