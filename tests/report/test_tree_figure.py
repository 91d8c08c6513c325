"""Game trees drawn: what is shown, that it can be read, and that it comes out the same each time."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from catalogue_share import CORE

import deterrence as dt
from deterrence.algebra.expressions import Expression
from deterrence.model.extensive import extensive_form
from deterrence.model.reading import read
from deterrence.report.play import shape
from deterrence.report.wording import Math

pytest.importorskip("matplotlib")

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from deterrence.report.figures_output import save
from deterrence.report.tikz import tikz_tree
from deterrence.report.tree_figure import WIDTHS, draw_tree, tree_picture
from deterrence.report.tree_layout import CHOSEN, ON_PATH, Picture

CATALOGUE = list(CORE)
SOLVED = ("brinkmanship", "costly_signal", "secret_alliance", "trust")
WHO_WAS_FIRST = """
title: Who was first
players: [A, B]
parameters: {p: 0 < p < 1}
outcomes: {Win: {A: 1, B: 0}, Loss: {A: 0, B: 1}}
tree:
  Chance:
    A first:
      probability: p
      then: {A: {L: {B: {l: Win, r: Loss}}, R: {B: {l: Win, r: Loss}}, unseen_by: [B]}}
    B first:
      probability: 1 - p
      then: {B: {l: {A: {L: Win, R: Loss}}, r: {A: {L: Win, R: Loss}}, unseen_by: [A]}}
    unseen_by: [A, B]
"""


@pytest.fixture(scope="module")
def games() -> dict[str, dt.Game]:
    """The catalogue, and a game in which each of two information sets may come before the other."""
    return {name: dt.load(name) for name in CATALOGUE} | {"who_was_first": read(WHO_WAS_FIRST)}


@pytest.fixture(scope="module")
def solutions(games: dict[str, dt.Game]) -> dict[str, dt.Solution]:
    """Games with mixing on the path and off it, several types, hidden moves, formulas that are long."""
    return {name: dt.solve(games[name]) for name in SOLVED}


def text_boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """The rectangle that each text of a figure takes, in points, as it is rendered."""
    figure.set_dpi(288)
    renderer = FigureCanvasAgg(figure).get_renderer()
    found = [(text.get_text(), text.get_window_extent(renderer).transformed(figure.dpi_scale_trans.inverted())) for text in figure.axes[0].texts]
    return [(text, Bbox(box.get_points() * 72)) for text, box in found]


def runs_through(box: Bbox, first: tuple[float, float], second: tuple[float, float], width: float) -> bool:
    """Whether a straight line of some width meets a rectangle (which is cut out of the line, side by side)."""
    low, high = 0.0, 1.0
    for axis, (least, most) in enumerate(((box.x0 - width / 2, box.x1 + width / 2), (box.y0 - width / 2, box.y1 + width / 2))):
        start, step = first[axis], second[axis] - first[axis]
        if step == 0:
            if not least < start < most:
                return False
            continue
        ends = sorted(((least - start) / step, (most - start) / step))
        low, high = max(low, ends[0]), min(high, ends[1])
    return low < high


def check_legible(picture: Picture, figure: Figure) -> None:
    """No two texts overlap, none leaves the figure, and no line is drawn through one."""
    boxes = text_boxes(figure)
    pieces = [(*pair, WIDTHS[line.weight]) for line in picture.lines for pair in itertools.pairwise(line.points)]

    assert [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)] == []
    assert [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > picture.width or box.y1 > picture.height] == []
    assert [(text, piece) for text, box in boxes for piece in pieces if runs_through(box, *piece)] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_tree_can_be_read(name: str, games: dict[str, dt.Game]) -> None:
    """No text of a game of the catalogue is covered by another or by a line, as rendered."""
    check_legible(tree_picture(games[name]), draw_tree(games[name]))


@pytest.mark.parametrize("name", SOLVED)
def test_the_tree_of_an_equilibrium_can_be_read(name: str, solutions: dict[str, dt.Solution]) -> None:
    """Probabilities of mixing and thick lines take their room too."""
    for equilibrium in solutions[name]:
        check_legible(tree_picture(solutions[name].game, equilibrium), draw_tree(solutions[name].game, equilibrium))


@pytest.mark.parametrize("name", [*CATALOGUE, "who_was_first"])
def test_every_node_branch_and_end_is_drawn_once(name: str, games: dict[str, dt.Game]) -> None:
    """Where somebody moves there is a dot, hollow for chance; every other node is an end with its outcome and a payoff for each player."""
    form, picture = shape(games[name]), tree_picture(games[name])
    movers = {node.index: node.kind == "chance" for node in form.nodes if node.kind != "end"}
    ends = {node.index: node.outcome for node in form.nodes if node.kind == "end"}

    assert sorted((dot.node, dot.hollow) for dot in picture.dots) == sorted(movers.items())
    assert sorted(line.node for line in picture.lines if line.node is not None) == list(range(1, len(form.nodes)))
    assert sorted((label.node, label.pieces[0]) for label in picture.labels if label.role == "outcome") == sorted(ends.items())
    assert Counter(label.node for label in picture.labels if label.role == "payoff") == dict.fromkeys(ends, len(form.players))


@pytest.mark.parametrize("name", [*CATALOGUE, "who_was_first"])
def test_information_sets_are_dashed(name: str, games: dict[str, dt.Game]) -> None:
    """A dashed line joins all nodes of each set with several, and runs through no node that is in another."""
    form, picture = shape(games[name]), tree_picture(games[name])
    place = {dot.node: (dot.x, dot.y) for dot in picture.dots}
    dashed = {line.information_set: line.points for line in picture.lines if line.information_set is not None}
    strangers = [
        (each.name, node)
        for each in form.information_sets
        for node, (x, y) in place.items()
        for one, other in itertools.pairwise(dashed.get(each.index, ()))
        if node not in each.nodes and runs_through(Bbox([(x - 3, y - 3), (x + 3, y + 3)]), one, other, 1)
    ]

    assert {index: sorted(points) for index, points in dashed.items()} == {
        each.index: sorted(place[node] for node in each.nodes) for each in form.information_sets if len(each.nodes) > 1
    }
    assert strangers == []


def test_the_figure_shows_the_picture(games: dict[str, dt.Game]) -> None:
    """Each line, dot and text of the plan is in the figure, the dashed ones dashed and no other."""
    picture, axes = tree_picture(games["costly_signal"]), draw_tree(games["costly_signal"]).axes[0]
    dashed = [line for line in axes.lines if line.is_dashed()]

    assert len(axes.lines) == len(picture.lines) + len(picture.dots)
    assert [text.get_position() for text in axes.texts] == [(label.x, label.y) for label in picture.labels]
    assert sorted(tuple(line.get_xydata().ravel()) for line in dashed) == sorted(
        tuple(itertools.chain(*line.points)) for line in picture.lines if line.information_set is not None
    )


@pytest.mark.parametrize("name", CATALOGUE)
def test_payoffs_and_probabilities_are_those_of_the_game(name: str, games: dict[str, dt.Game]) -> None:
    """What is written at ends and at chance's branches has the value of the extensive form at a point."""
    game = games[name]
    point = {p: Fraction(k + 2, 2 * k + 7) for k, p in enumerate(game.parameters)} | dict(game.fixed)
    form, labels = extensive_form(game, point), tree_picture(game).labels

    def written(role: str, node: int) -> list[Fraction]:
        found = [label.pieces[0] for label in labels if label.role == role and label.node == node]
        return [Fraction(Expression.parse(piece.text).evaluate(point)) for piece in found if isinstance(piece, Math)]

    assert [written("payoff", end) for end in form.ends] == [list(form.nodes[end].payoffs) for end in form.ends]
    for node in form.nodes:
        odds = [value for child in node.children for value in written("odds", child)]
        assert odds == list(node.probabilities)


def thick(picture: Picture) -> set[int]:
    """The nodes that thick branches lead to."""
    return {line.node for line in picture.lines if line.node is not None and line.weight == ON_PATH}


def test_the_path_of_a_pooling_equilibrium_by_hand(solutions: dict[str, dt.Solution]) -> None:
    """Both types keep quiet and are attacked: the tough one fights, the weak one abandons."""
    solution = solutions["costly_signal"]
    (equilibrium,) = [e for e in solution if e.strategies["Challenger | Signal"]["Attack"] == e.strategies["Challenger | Quiet"]["Attack"] == 1][:1]
    picture, form = tree_picture(solution.game, equilibrium), shape(solution.game)
    paths = {(form.nodes[k].types["Defender"], *form.nodes[k].moves) for k in thick(picture)}
    chosen = {form.nodes[line.node].moves for line in picture.lines if line.node is not None and line.weight == CHOSEN}

    assert paths == {
        ("Tough",), ("Tough", "Quiet"), ("Tough", "Quiet", "Attack"), ("Tough", "Quiet", "Attack", "Fight"),
        ("Weak",), ("Weak", "Quiet"), ("Weak", "Quiet", "Attack"), ("Weak", "Quiet", "Attack", "Abandon"),
    }  # fmt: skip
    assert chosen == {("Signal", "Attack"), ("Signal", "Attack", "Fight"), ("Signal", "Attack", "Abandon")}


@pytest.mark.parametrize("name", SOLVED)
def test_thick_branches_are_those_that_play_takes(name: str, solutions: dict[str, dt.Solution]) -> None:
    """A branch is thick where the exact probability that play takes it is no zero."""
    game = solutions[name].game
    for equilibrium in solutions[name]:
        form = equilibrium.setting.form
        reach: list[Any] = [1] * len(form.nodes)
        for node in form.nodes[1:]:
            parent = form.nodes[node.parent or 0]
            chances = parent.probabilities if parent.information_set is None else equilibrium.exact_strategies[parent.information_set]
            reach[node.index] = equilibrium.clean(chances[node.branch] * reach[parent.index])

        assert thick(tree_picture(game, equilibrium)) == {node.index for node in form.nodes[1:] if reach[node.index]}


def test_mixing_is_written_at_the_branches(solutions: dict[str, dt.Solution]) -> None:
    """With the probabilities of the equilibrium, and what is left open below the tree; a pure action bears no number."""
    solution = solutions["costly_signal"]
    equilibrium = next(e for e in solution if "q" in e.free and "q" in str(e.strategies["Challenger | Signal"]["Attack"]))
    labels = tree_picture(solution.game, equilibrium).labels
    form = shape(solution.game)
    odds = {form.nodes[label.node].moves: label.pieces for label in labels if label.role == "odds" and label.node is not None}

    assert odds == {(): (Math("1 - r"),), ("Signal", "Attack"): (Math("q"),), ("Signal", "Refrain"): (Math("1 - q"),)}
    assert [label.pieces for label in labels if label.role == "note"] == [("any ", Math("0 < q < 1"))]


def test_a_formula_that_is_too_wide_is_told_below(solutions: dict[str, dt.Solution]) -> None:
    """A letter that the game does not use stands in its place."""
    solution = solutions["brinkmanship"]
    labels = tree_picture(solution.game, solution[0]).labels
    notes = [label.pieces[0].text for label in labels if label.role == "note" and isinstance(label.pieces[0], Math)]
    (told,) = [note.removeprefix("x_1 == ") for note in notes if note.startswith("x_1 == ")]

    assert told in {text for actions in solution[0].to_dict()["strategies"].values() for text in actions.values()}
    assert [label.pieces for label in labels].count((Math("x_1"),)) == 1


def test_a_point_is_drawn_with_its_numbers(games: dict[str, dt.Game]) -> None:
    """Parameters that are fixed appear as their values."""
    labels = tree_picture(games["rudimentary_deterrence"].at(p="1/3", k="1/2")).labels
    texts = {piece.text for label in labels for piece in label.pieces if isinstance(piece, Math)}

    assert {"1/3", "2/3", "-1/2"} <= texts
    assert not any(name in text for text in texts for name in ("p", "k"))


def test_signs_in_names_are_drawn_as_they_stand() -> None:
    """No name is read as mathematics or as a command."""
    names = ["A$b_c", "B^2 & {co}", "\\alpha"]
    game = read(
        "{players: ['A$b_c', 'B^2 & {co}'], outcomes: {'100% $war$': {'A$b_c': 1, 'B^2 & {co}': 0}}, "
        "tree: {'A$b_c': {'\\alpha': {'B^2 & {co}': {'<x> #': '100% $war$'}}}}}"
    )
    shown = [text.get_text() for text in draw_tree(game).axes[0].texts if not text.get_parse_math()]

    assert set(shown) == {*names, "<x> #", "100% $war$"}
    assert r"{\itshape \textbackslash{}alpha}" in tikz_tree(game)
    assert r"{100\% \$war\$}" in tikz_tree(game)


def test_a_game_without_moves_is_drawn() -> None:
    """An outcome and its payoffs are all there is."""
    picture = tree_picture(read("{players: [A], outcomes: {End: {A: 1}}, tree: End}"))

    assert [label.pieces for label in picture.labels] == [("End",), ("A",), (Math("1"),)]
    assert (picture.lines, picture.dots) == ((), ())


def test_what_is_paid_on_the_way_is_taken_off_with_one_minus() -> None:
    """A negative term is subtracted, whatever it is multiplied by."""
    game = read(
        "{players: [A], parameters: {t: t > 0, d: d > 0, k: k > 0}, outcomes: {End: {A: -d*(k + 1)**2}}, "
        "tree: {A: {Go: {pay: {A: t}, then: End}}}}"
    )

    assert [label.pieces for label in tree_picture(game).labels if label.role == "payoff"] == [(Math("t - d*(k + 1)**2"),)]


# TikZ


def braces(text: str) -> list[int]:
    """How many braces are open after each sign, escaped ones left out."""
    signs = text.replace(r"\\", "").replace(r"\{", "").replace(r"\}", "")
    return list(itertools.accumulate((sign == "{") - (sign == "}") for sign in signs))


@pytest.mark.parametrize("name", [*CATALOGUE, "who_was_first"])
def test_tikz_has_everything_in_its_place(name: str, games: dict[str, dt.Game]) -> None:
    """Balanced braces, one command for each line, dot and text of the picture, at the same coordinates."""
    picture, text = tree_picture(games[name]), tikz_tree(games[name])
    lines = text.splitlines()
    depth = braces(text)

    assert (min(depth), depth[-1]) == (0, 0)
    assert sum(line.startswith(r"\draw[") for line in lines) == len(picture.lines)
    assert sum(line.startswith(r"\node[") for line in lines) == len(picture.dots) + len(picture.labels)
    for label in picture.labels:
        if label.role == "outcome":
            assert rf"\node[anchor=base west] at ({label.x:g},{label.y:g}) {{{label.pieces[0]}}};" in lines


def has_tikz() -> bool:
    """Whether a page with a drawing can be typeset here."""
    found = shutil.which("pdflatex") and shutil.which("kpsewhich")
    return bool(found) and subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_tikz(), reason="no TeX with TikZ")
def test_tikz_compiles(solutions: dict[str, dt.Solution], tmp_path: Path) -> None:
    """With the packages that its first line names and no others."""
    body = "\n".join(tikz_tree(solution.game, solution[0]) for solution in solutions.values())
    needs = body.splitlines()[0].removeprefix("% Needs ")
    page = rf"\documentclass{{article}}\usepackage[a2paper]{{geometry}}{needs}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "tree.tex").write_text(page)
    done = subprocess.run(["pdflatex", "-halt-on-error", "tree.tex"], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


# Files


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png", "SVG"])
def test_a_figure_is_written_in_the_same_bytes(suffix: str, games: dict[str, dt.Game], tmp_path: Path) -> None:
    """Drawn twice, written twice."""
    for name in ("one", "two"):
        draw_tree(games["trust"], path=str(tmp_path / f"{name}.{suffix}"))

    assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()
    assert sorted(os.listdir(tmp_path)) == [f"one.{suffix}", f"two.{suffix}"]


def test_neither_the_hash_seed_nor_the_clock_changes_a_byte(tmp_path: Path) -> None:
    """Two fresh interpreters write the same SVG and the same TikZ, without pyplot and with matplotlib's settings untouched."""
    code = (
        "import sys, matplotlib, deterrence as dt; rc = matplotlib.rcParams\n"
        "from deterrence.report.tree_figure import draw_tree; from deterrence.report.tikz import tikz_tree\n"
        "game = dt.load('secret_alliance'); draw_tree(game, path=sys.argv[1]); print(tikz_tree(game))\n"
        "assert 'matplotlib.pyplot' not in sys.modules; assert (rc['svg.hashsalt'], rc['pdf.fonttype']) == (None, 3)"
    )
    printed = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed}
        command = [sys.executable, "-c", code, str(tmp_path / f"{seed}.svg")]
        printed.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    assert (tmp_path / "1.svg").read_bytes() == (tmp_path / "2.svg").read_bytes()
    assert printed[0] == printed[1]


def test_an_svg_is_well_formed_and_names_its_parts(games: dict[str, dt.Game], tmp_path: Path) -> None:
    """Lines and dots can be found again, by the numbers of nodes and information sets."""
    draw_tree(games["alliance_security_dilemma"], path=str(tmp_path / "tree.svg"))
    identities = {element.get("id") for element in ElementTree.parse(tmp_path / "tree.svg").iter()}

    assert {"node-0", "branch-1", "branch-6", "information-set-1"} <= identities


@pytest.mark.parametrize("path", ["tree.jpeg", "tree", "tree.pdf.txt"])
def test_another_suffix_is_refused(path: str, tmp_path: Path) -> None:
    """Before anything is drawn or written."""
    with pytest.raises(dt.InputError, match=r"has the suffix '.*'; a figure is written as \.pdf, \.svg or \.png"):
        save(Figure(), str(tmp_path / path))

    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_the_old_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk loses the new figure, never the one that was there."""
    target = tmp_path / "tree.svg"
    target.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        save(Figure(), str(target))

    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["tree.svg"]


# Bad input


def test_a_tree_that_nobody_could_read_is_refused() -> None:
    """With the number of ends and the limit."""
    stages = "".join(f", s{k}: {{A: {{On: {f's{k + 1}' if k < 200 else 'End'}, Off: End}}}}" for k in range(1, 201))
    game = read(f"{{title: Long, players: [A], outcomes: {{End: {{A: 1}}}}, tree: {{A: {{On: s1, Off: End}}}}, subtrees: {{{stages[2:]}}}}}")

    with pytest.raises(dt.InputError, match=r"'Long' has 202 ends, and a figure shows at most 200"):
        draw_tree(game)


def test_an_equilibrium_of_another_game_is_refused(games: dict[str, dt.Game], solutions: dict[str, dt.Solution]) -> None:
    """So is what is no equilibrium."""
    with pytest.raises(dt.InputError, match="E1 belongs to another game or other values"):
        draw_tree(games["trust"], solutions["costly_signal"][0])
    with pytest.raises(dt.InputError, match=r"expected one equilibrium, such as solve\(game\)\[0\]"):
        draw_tree(games["trust"], "E1")  # type: ignore[arg-type]
