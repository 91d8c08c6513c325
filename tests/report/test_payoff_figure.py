"""Figures of payoff sets: what is drawn is what was found."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from deterrence.analysis.payoff_set import PayoffSet, payoff_set
from deterrence.analysis.payoff_set_stage import StageGame, stage_game
from deterrence.report.payoff_figure import payoff_figure

DILEMMA = [[(9, 9), (1, 10)], [(10, 1), (3, 3)]]
TWO_EQUILIBRIA = [[(4, 4), (0, 5)], [(5, 0), (1, 1)]]


def contributions(n: int) -> StageGame:
    """Contributions that cost 1 and are worth 3/5 to each."""
    payoffs = np.zeros((2,) * n + (n,))
    for actions in np.ndindex(*(2,) * n):
        payoffs[actions] = [0.6 * actions.count(0) - (1 if own == 0 else 0) for own in actions]
    return stage_game(payoffs.round(6))


@cache
def found(name: str) -> PayoffSet:
    """Sets that several tests draw."""
    if name == "three":
        return payoff_set(contributions(3), "4/5")
    if name == "open":
        return payoff_set(stage_game([[(16, 9), (3, 13), (0, 3)], [(21, 1), (10, 4), (-1, 0)], [(9, 0), (5, -4), (-5, -15)]]), "3/10",
                          method="jyc", max_iterations=2)  # fmt: skip
    return payoff_set(stage_game(DILEMMA, ["Ally", "Patron"]), {"full": "3/4", "segment": "1/7"}[name], method="jyc")


def drawn(figure: Figure, name: str) -> list[Any]:
    """The shapes and lines of one kind."""
    return [each for axes in figure.axes for each in (*axes.patches, *axes.lines) if each.get_gid() == name]


def corners(shape: Any) -> Any:
    """The corners of a filled shape, each once."""
    return np.unique(np.round(shape.get_xy(), 6), axis=0)


def test_two_players_are_shown_in_one_panel_with_the_corners_that_were_found() -> None:
    """Under the names of the players; bounds that meet are drawn as one."""
    figure = payoff_figure(found("full"))
    (inner,), (feasible,) = drawn(figure, "inner"), drawn(figure, "feasible")

    assert [(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes] == [("Ally", "Patron")]
    assert corners(inner).tolist() == [[3, 3], [3, 9.75], [9, 9], [9.75, 3]]
    assert corners(feasible).tolist() == [[1, 10], [3, 3], [9, 9], [10, 1]]
    assert drawn(figure, "outer") == []
    assert [(*line.get_xdata(), *line.get_ydata()) for line in drawn(figure, "nash")] == [(3, 3)]
    assert [line.get_xdata()[0] for line in drawn(figure, "minmax")] == [3, 0]
    assert figure.legends[0].get_title().get_text() == "discount factor 3/4"


def test_bounds_that_do_not_meet_are_told_apart() -> None:
    """The outer one is hatched, and the key says so."""
    figure = payoff_figure(found("open"))
    (outer,) = drawn(figure, "outer")

    assert outer.get_hatch()
    assert len(corners(outer)) == len(found("open").outer.vertices)
    assert "between the bounds" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_segment_is_a_line() -> None:
    """From mutual defection to mutual cooperation, at the discount factor where that begins."""
    (line,) = drawn(payoff_figure(found("segment")), "inner")

    assert np.round(line.get_xydata(), 6).tolist() == [[3, 3], [9, 9]]


def test_three_players_are_shown_in_three_panels() -> None:
    """Each is the shadow of the polytope on the plane of a pair: its extent is that of the vertices."""
    figure = payoff_figure(found("three"))
    vertices = found("three").inner.vertices
    pairs = [(0, 1), (0, 2), (1, 2)]

    assert [(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes] == [(f"Player {a + 1}", f"Player {b + 1}") for a, b in pairs]
    for shape, pair in zip(drawn(figure, "inner"), pairs, strict=True):
        assert corners(shape).min(axis=0) == pytest.approx(vertices[:, pair].min(axis=0), abs=1e-6)
        assert corners(shape).max(axis=0) == pytest.approx(vertices[:, pair].max(axis=0), abs=1e-6)


def test_nothing_is_filled_where_there_is_no_equilibrium() -> None:
    """What is feasible and the minmax payoffs are still there."""
    figure = payoff_figure(payoff_set(stage_game([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]]), "1/2", method="jyc"))

    assert drawn(figure, "inner") == drawn(figure, "outer") == drawn(figure, "nash") == []
    assert len(drawn(figure, "minmax")) == 2


@pytest.mark.parametrize("name", ["full", "open", "three"])
def test_all_that_is_written_stays_on_the_page_and_apart(name: str) -> None:
    """Labels, numbers and the key."""
    figure = payoff_figure(found(name))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    page = figure.bbox
    texts = [text for axes in figure.axes for text in (axes.xaxis.label, axes.yaxis.label)]
    boxes = [*(text.get_window_extent(renderer) for text in texts), figure.legends[0].get_window_extent(renderer)]

    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_players_with_dollars_in_their_names_are_printed_as_they_are() -> None:
    """Names are no formulas."""
    figure = payoff_figure(payoff_set(stage_game(TWO_EQUILIBRIA, ["A$1$", "B"]), "1/2", method="jyc"))

    assert figure.axes[0].get_xlabel() == r"A\$1\$"
