"""Trees of one state of a game that is played over and over: which states follow its ends."""

from __future__ import annotations

import re

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import deterrence as dt
from deterrence.algebra.expressions import Expression
from deterrence.model.extensive import outcome_name
from deterrence.model.stochastic import StochasticGame, ends_of
from deterrence.report.play import shape
from deterrence.report.tikz import tikz_tree
from deterrence.report.tree_figure import draw_tree, tree_picture
from deterrence.report.wording import Math


def texts_apart(figure: Figure) -> bool:
    """Whether all texts are within the figure and none meets another, as rendered."""
    figure.set_dpi(288)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    inside = all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in boxes)
    return inside and not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


FOLLOWED = [("concert_of_europe", "Balance"), ("alliance_under_shifting_power", "Parity"), ("leadership_turnover", "Alliance")]


@pytest.mark.parametrize(("name", "state"), FOLLOWED)
def test_ends_name_the_states_that_follow(name: str, state: str) -> None:
    """With the probabilities of the game file where several may, and that none does where the game ends; all of it can be read."""
    game = dt.load(name)
    assert isinstance(game, StochasticGame)
    picture, form = tree_picture(game, state=state), shape(game.stage(state))
    following = [label for label in picture.labels if label.role == "following"]
    written = {label.node: "".join(p.text if isinstance(p, Math) else p for p in label.pieces) for label in following}
    by_outcome = {outcome_name(end): game.next_of(end, state) for end in ends_of(game, game.states[state])}
    told = {k: dict(re.findall(r"(\w+)(?: \((.*?)\))?", text)) if text != "none" else {} for k, text in written.items()}

    assert list(written) == list(form.ends)
    for end, after in told.items():
        expected = by_outcome[form.nodes[end].outcome or ""]
        assert {name: Expression.parse(odds or "1") for name, odds in after.items()} == dict(expected)
    assert texts_apart(draw_tree(game, state=state))


def test_a_game_that_always_stays_in_its_only_state_needs_no_such_column() -> None:
    """Of a game with one state the state need not be named; where it may end, the ends say so."""
    repeated, ending = dt.load("repeated_burden_sharing"), dt.load("crisis_attrition")
    followed = [label.pieces for label in tree_picture(ending).labels if label.role == "following"]

    assert [label for label in tree_picture(repeated).labels if label.role == "following"] == []
    assert followed == [("Crisis",), ("none",), ("none",), ("none",)]
    assert r"{Crisis}" in tikz_tree(ending)


def test_which_state_is_meant_must_be_clear() -> None:
    """Where there are several, one is asked for; where the game is played once, there is none."""
    game = dt.load("concert_of_europe")

    with pytest.raises(dt.InputError, match=r"has a tree for every state; draw one, as tree\(game, state='Balance'\)"):
        draw_tree(game)
    with pytest.raises(dt.DeterrenceError, match="'Balanced' is no state of this game"):
        draw_tree(game, state="Balanced")
    with pytest.raises(dt.InputError, match=r"state: found 'Crisis', but .* is played once"):
        draw_tree(dt.load("trust"), state="Crisis")
    with pytest.raises(dt.InputError, match="a path is drawn in the tree of a game that is played once"):
        draw_tree(game, dt.solve(dt.load("rudimentary_deterrence"))[0], state="Balance")
