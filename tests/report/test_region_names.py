"""Names on an equilibrium map: in the cells, beside them and in the key, such that all can be read."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from catalogue_share import CORE
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from deterrence.model.reading import load
from deterrence.report import figure_style, plot
from deterrence.report.region_callouts import Box, Callout, Callouts, anchors
from deterrence.report.region_names import key_lines
from deterrence.solution import Solution
from deterrence.solve import solve

CROWDED = [  # with cells that are too small for their names, or with very many
    ("little_entente", "rho", "h"),
    ("sinking_costs", "r", "k"),
    ("back_channels", "n", "yN"),
    ("balancing_or_bandwagoning", "r", "o"),
    ("threshold_contributions", "r", "c_1"),
    ("exit_terms", "K", "delta"),
    ("quad", "f", "l"),
]


@cache
def solved(name: str) -> Solution:
    """The solution of a game of the catalogue."""
    return solve(load(name))


def texts(figure: Figure, kind: str) -> list[Any]:
    """The texts of a figure of one kind."""
    return [t for t in (*figure.texts, *(t for a in figure.axes for t in a.texts)) if t.get_gid() == kind]


def drawn_cells(figure: Figure) -> dict[str, PathPatch]:
    """The filled cells of a map, by what they say."""
    return {str(patch.get_gid()): patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)}


def test_a_cell_too_thin_for_a_letter_has_its_name_beside_it() -> None:
    """With a line from the name to a point of the cell; the key below explains every letter."""
    figure = plot.regions(solved("entrapment"), "f", "q", ranges={"q": (0, 20)})
    beside = [t.get_text() for t in texts(figure, "beside")]
    letters = {t.get_text() for t in texts(figure, "letter")} | {text for text in beside if len(text) == 1}
    explained = re.findall(r"(\w): (E\d+)", " ".join(t.get_text() for t in texts(figure, "key")))
    cells = drawn_cells(figure)
    named = dict(explained)
    ends = [(named.get(text, text), line.get_xydata()[1]) for text, line in zip(beside, leaders(figure), strict=True)]

    assert len(beside) >= 2
    assert letters == set(named)
    assert {t.get_text() for t in texts(figure, "name")} | set(named.values()) | {e for e, _ in ends} > {"E1", "E2", "E5", "E6", "E9", "E11"}
    assert [name for name, end in ends if not cells[f"cell-{name}"].get_path().contains_point(end)] == []


def leaders(figure: Figure) -> list[Any]:
    """The lines from names to cells."""
    return [line for line in figure.axes[0].lines if line.get_gid() == "leader"]


def first_pair(name: str) -> tuple[str, str]:
    """The first two parameters of a game, those that are a credibility before others."""
    game = solved(name).game
    x, y, *_ = sorted(game.free_parameters, key=lambda n: game.parameters[n].role != "credibility")
    return x, y


def check_apart(figure: Figure) -> None:
    """Every text lies within the figure, no text meets another, and no line from a name to a cell meets a text."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes = figure.axes[0]
    found = [*(t for kind in ("name", "letter", "beside", "key") for t in texts(figure, kind)), axes.xaxis.label, axes.yaxis.label]
    boxes = [t.get_window_extent(canvas.get_renderer()) for t in found]
    lines = [axes.transData.transform(line.get_xydata()) for line in leaders(figure)]

    assert boxes
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert not any(box.contains(*point) for box in boxes for a, b in lines for point in np.linspace(a, b, 200))
    assert len(lines) == len(texts(figure, "beside"))


@pytest.mark.parametrize("name", CORE)
def test_names_lie_within_the_figure_and_apart(name: str) -> None:
    """On the map of the first two parameters of each game."""
    check_apart(plot.regions(solved(name), *first_pair(name)))


@pytest.mark.parametrize(("name", "x", "y"), CROWDED)
def test_names_lie_apart_on_crowded_maps(name: str, x: str, y: str) -> None:
    """So they do with many small cells and with many equilibria in each; the other parameters have their default values."""
    game = load(name)
    others = {p.name: p.default for p in game.parameters.values() if p.name not in (x, y)}

    check_apart(plot.regions(solve(game.at(**others)), x, y))


def test_grey_that_has_no_room_for_words_is_explained_below() -> None:
    """In the key."""
    figure = plot.regions(solved("volunteers_dilemma"), "r", "c_1")

    assert [t.get_text() for t in texts(figure, "key")] == ["grey: outside the space"]


def test_a_long_key_stays_on_the_page() -> None:
    """However many equilibria share a cell that is too small for their names, the key to its letter is broken into lines, later ones further in."""
    lines = key_lines([("a", [f"E{k}" for k in range(60)]), ("b", ["E1", "E2"])], 200)

    assert [line[:2] for line in lines] == ["a:", *("  " for _ in lines[1:])]
    assert len(lines) > 3
    assert all(figure_style.extent(line)[0] <= 200 for line in lines)
    assert " ".join(lines).replace(",", "").split() == ["a:", *(f"E{k}" for k in range(60)), "b:", "E1", "E2"]


# Places beside cells


def stripes(rows: int, columns: int, thin: tuple[int, int]) -> np.ndarray[Any, Any]:
    """A grid of one kind with a thin level stripe of another."""
    grid = np.zeros((rows, columns), dtype=np.int64)
    grid[thin[0] : thin[1]] = 1
    return grid


def overlaps(one: Box, other: Box) -> bool:
    """Whether two rectangles have a point in common."""
    return abs(one.across - other.across) * 2 < one.width + other.width and abs(one.upwards - other.upwards) * 2 < one.height + other.height


def runs_through(line: Callout, box: Box) -> bool:
    """Whether the line of a callout meets a rectangle."""
    points = np.linspace(line.start, line.end, 400)
    near = abs(points - [box.across, box.upwards]) * 2 < [box.width, box.height]
    return bool(near.all(axis=1).any())


def test_a_thin_cell_that_reaches_the_margin_is_named_there() -> None:
    """The line is short, and ends within the cell."""
    grid = stripes(100, 100, (50, 52))
    callout = Callouts(grid, [], 20).place(grid == 1, 10, 9)

    assert callout is not None
    assert callout.box.across - callout.box.width / 2 >= 100
    assert abs(callout.box.upwards - 51) < 12
    assert grid[int(callout.end[1]), int(callout.end[0])] == 1


def test_names_beside_cells_go_round_what_stands_already() -> None:
    """Neither names nor lines meet the text in the middle or each other, and no name lies across a border."""
    grid = stripes(120, 120, (60, 62))
    grid[30:32, :40] = 2
    grid[31:90, 20:22] = 3
    taken = Box(80, 40, 50, 12)
    free = Callouts(grid, [taken], 20)
    found = [callout for kind in (1, 2, 3) if (callout := free.place(grid == kind, 12, 10)) is not None]
    boxes = [taken, *(callout.box for callout in found)]

    assert len(found) == 3
    assert not any(overlaps(a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert not any(runs_through(callout, box) for callout in found for box in boxes)
    for callout in found:
        low, left = int(callout.box.upwards - 5), int(callout.box.across - 6)
        assert len(np.unique(grid[low : low + 10, left : left + 12])) <= 1


def test_where_everything_is_taken_there_is_no_place() -> None:
    """A name that would cover another is left out."""
    grid = stripes(30, 30, (14, 15))

    assert Callouts(grid, [Box(25, 15, 50, 30)], 20).place(grid == 1, 10, 9) is None


def test_lines_end_where_a_cell_is_thick() -> None:
    """Not at the tip of a wedge."""
    wedge = np.array([[column < 2 * row for column in range(80)] for row in range(40)])

    assert anchors(wedge)[:, 1].min() > 10
