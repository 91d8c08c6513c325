"""The tables of cells and of thresholds in every format, and the commands that print them."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from wager import wager

import deterrence.cli
from deterrence.analysis.atlas import Atlas, atlas
from deterrence.analysis.thresholds import Thresholds, thresholds
from deterrence.cli import main, regions, solving
from deterrence.cli.arguments import Command
from deterrence.model.reading import load, read
from deterrence.report.atlas_table import atlas_table
from deterrence.report.layout import width_of
from deterrence.report.table import FORMATS
from deterrence.report.thresholds_table import thresholds_table
from deterrence.solution import Solution
from deterrence.solve import solve


@pytest.fixture(scope="module")
def signals() -> Solution:
    """Nine families in four cells."""
    return solve(load("costly_signal"))


@pytest.fixture(scope="module")
def cells(signals: Solution) -> Atlas:
    """The atlas of the game of costly signals."""
    return atlas(signals)


@pytest.fixture(scope="module")
def along_r(signals: Solution) -> Thresholds:
    """One value, with three cases."""
    return thresholds(signals, "r")


# The atlas


def test_the_text_of_a_cell(cells: Atlas) -> None:
    """The name, and beneath it a line for what exists, where, at which point, and how much of the box that is."""
    text = str(cells)

    assert text.splitlines()[:4] == [
        "Costly signals in extended deterrence",
        "4 cells of the parameter space, each with its own set of sequential equilibria.",
        "",
        "C1",
    ]
    assert """
C3
  Equilibria  E3, E6
  Outcomes    War, Abandonment
  Conditions  r < g/(g + l)
              k < V
  Sample      r = 1/4, k = 1/5, V = 1, g = 1, l = 1, c_T = 1/2, c_W = 3/2
  Share       0.217
""" in text
    assert "The default values lie in C3." in text
    assert "Proved: the cells cover the parameter space, but for the surfaces between them." in text
    assert "Incomplete" not in text


def test_shares_may_be_left_out(cells: Atlas) -> None:
    """Without them nothing is measured, and no note tells of a box."""
    text = atlas_table(cells, shares=False)

    assert "Share" not in text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_keeps_to_the_width(cells: Atlas, along_r: Thresholds, width: int) -> None:
    """No line is wider, whatever the terminal."""
    lines = [*atlas_table(cells, width=width).splitlines(), *thresholds_table(along_r, width=width).splitlines()]

    assert max(map(width_of, lines)) <= width


def test_csv_has_a_row_a_cell(cells: Atlas) -> None:
    """With all columns, and the conditions apart by semicolons."""
    rows = list(csv.DictReader(io.StringIO(cells.table("csv"))))

    assert [row["Cell"] for row in rows] == ["C1", "C2", "C3", "C4"]
    assert rows[0]["Conditions"] == "k < c_T; r > g/(g + l)"
    assert rows[0]["Equilibria"] == "E1, E2, E4, E7, E9"
    assert rows[2]["Sample"] == "r = 1/4, k = 1/5, V = 1, g = 1, l = 1, c_T = 1/2, c_W = 3/2"


def test_markdown_has_a_table_with_typeset_formulas(cells: Atlas) -> None:
    """Its first column is headed by what the rows are."""
    lines = cells.table("markdown").splitlines()

    assert "| Cell | Equilibria | Outcomes | Conditions | Sample | Share |" in lines
    assert sum(line.startswith("| C") for line in lines) == 5
    assert r"$r > \frac{g}{g + l}$" in lines[4]


def test_latex_is_a_longtable(cells: Atlas) -> None:
    """With the rules of booktabs and as many cells in a row as columns."""
    text = cells.table("latex")
    (row,) = [line for line in text.splitlines() if line.startswith("C2 &")]

    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == 1
    assert row.count("&") == 5
    assert r"$r < \frac{g}{g + l}$ \par\hangindent0.7em $k > V$" in row


def test_html_is_well_formed(cells: Atlas, along_r: Thresholds) -> None:
    """Both tables, in notebooks too; formulas are MathML."""
    for text in (cells._repr_html_(), along_r._repr_html_()):
        body = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        HTMLParser().feed(text)
        tree = ElementTree.fromstring(body)

        assert tree.find(".//caption") is not None
        assert any(element.tag.endswith("math") for element in tree.iter())


def test_a_root_without_closed_form_is_told() -> None:
    """By its equation; shares, which would take long, are left out with a note that says so."""
    text = str(atlas(solve(wager(4))))

    assert "k > c*q\n              q solves q**3 - c == 0\n" in text
    assert "Shares are not shown: C3 depends on roots" in text


def test_a_box_that_is_unknown_leaves_shares_out() -> None:
    """Where a parameter has neither bounds nor a default, the note names it."""
    game = read("{players: [A], parameters: {v: v > 0}, tree: {A: {L: {outcome: x, A: v}, R: {outcome: y, A: 0}}}}")
    text = " ".join(str(atlas(solve(game))).split())

    assert "Shares are not shown: the domain of v is not bounded and it has no default value" in text
    assert "Share 0" not in text


def test_a_point_has_neither_sample_nor_conditions() -> None:
    """One cell with the equilibria that exist there."""
    point = {"p": "1/3", "g": 1, "k": 1, "d": 1, "c_H": "1/2", "c_S": "3/2"}
    text = str(atlas(solve(load("rudimentary_deterrence").at(**point))))

    assert "1 cell of the parameter space, each with its own set of sequential equilibria at p = 1/3" in " ".join(text.split())
    assert "C1\n  Equilibria  E1\n" in text
    assert "Sample" not in text
    assert "Proved" not in text


def test_what_is_incomplete_says_so(signals: Solution) -> None:
    """With the reason, in both tables; a cell without equilibria is one where none is known."""
    part = Solution(signals.game, signals.concept, signals[4:5], [{"regime": {}, "why": "for this test"}])
    text, other = str(atlas(part)), str(thresholds(part, "r"))

    assert "Equilibria  none known" in text
    assert "Incomplete: for this test." in text
    assert "Incomplete, so that there may be others: for this test." in other


# Thresholds


def test_the_text_of_a_threshold(along_r: Thresholds) -> None:
    """The value once, and beneath it the cases."""
    assert str(along_r).splitlines()[:11] == [
        "Costly signals in extended deterrence",
        "1 value of r at which the set of sequential equilibria changes.",
        "",
        "T1",
        "  Value       g/(g + l)",
        "  T1a",
        "    Appear      E1, E2, E4, E7, E9",
        "    Vanish      E3, E6",
        "    Conditions  k < c_T",
        "  T1b",
        "    Appear      E4, E7, E9",
    ]


def test_csv_repeats_the_value_in_every_case(along_r: Thresholds) -> None:
    """So that each row can be read by itself."""
    rows = list(csv.DictReader(io.StringIO(along_r.table("csv"))))

    assert [(row["Threshold"], row["Value"]) for row in rows] == [("T1a", "g/(g + l)"), ("T1b", "g/(g + l)"), ("T1c", "g/(g + l)")]
    assert rows[2]["Conditions"] == "k > c_T; k < V"


def test_markdown_and_latex_set_the_value(along_r: Thresholds) -> None:
    """The value is a formula, the cases are rows beneath it."""
    markdown, latex = along_r.table("markdown"), along_r.table("latex")

    assert r"| T1 | $\frac{g}{g + l}$ |" in markdown
    assert markdown.count("| &emsp;T1") == 3
    assert r"T1 & $\frac{g}{g + l}$ &" in latex


def test_no_threshold_is_said_in_words(signals: Solution) -> None:
    """An empty table has a caption and the note that it is complete, in every format."""
    for format in FORMATS[:4]:  # noqa: A001 - what users call it
        text = thresholds(signals, "c_W").table(format).replace("\\", "")

        assert "No values of c_W at which the set of sequential equilibria changes." in text
        assert "Complete: as c_W moves within the parameter space" in text


def test_an_equation_stands_for_a_value_without_closed_form() -> None:
    """A name, the equation that it solves, and a note on what that means."""
    text = str(thresholds(solve(wager(3)), "c"))

    assert "  Value       c_star where c_star**3 - k**2 == 0\n" in text
    assert "A value without a closed form stands for each solution of its equation" in text


@pytest.mark.parametrize("format", FORMATS)
def test_tables_are_the_same_in_every_run(signals: Solution, format: str) -> None:  # noqa: A002 - what users call it
    """Made twice, they have the same bytes."""
    first, second = ((atlas(signals).table(format), thresholds(signals, "k").table(format)) for _ in range(2))

    assert first == second


def test_a_format_that_is_none_is_refused(cells: Atlas, along_r: Thresholds) -> None:
    """With those that there are."""
    for found in (cells, along_r):
        with pytest.raises(ValueError, match="format 'pdf': expected one of text, markdown, latex, html, csv"):
            found.table("pdf")


# The commands


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands, whether or not they are among the others already."""
    monkeypatch.setenv("DETERRENCE_CACHE", str(tmp_path / "cache"))
    known = {action.dest: action for action in deterrence.cli._parser()._actions}["command"]
    if isinstance(known, argparse._SubParsersAction) and "atlas" not in known.choices:
        first = solving.add

        def both(add: Command) -> None:
            first(add)
            regions.add(add)

        monkeypatch.setattr(solving, "add", both)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, and what is printed."""
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_commands_print_tables(command: None, capsys: pytest.CaptureFixture[str]) -> None:
    """At a point of some parameters, as text or in another format."""
    code, out, err = run(capsys, "atlas", "rudimentary_deterrence", "--at=k=1")
    other = run(capsys, "thresholds", "rudimentary_deterrence", "p", "--at=k=1", "--format=csv")

    assert (code, err) == (0, "")
    assert "2 cells of the parameter space, each with its own set of sequential equilibria at k = 1." in " ".join(out.split())
    assert other == (0, "Threshold,Value,Appear,Vanish,Conditions\nT1,g/(g + 1),E2,E1,always\n\n", "")


def test_json_is_one_object(command: None, capsys: pytest.CaptureFixture[str]) -> None:
    """What `to_dict` returns, and nothing else."""
    _, out, _ = run(capsys, "thresholds", "rudimentary_deterrence", "p", "--json")
    _, cells, _ = run(capsys, "atlas", "rudimentary_deterrence", "--json")

    assert [t["value"] for t in json.loads(out)["thresholds"]] == ["g/(g + k)"]
    assert [c["equilibria"] for c in json.loads(cells)["cells"]] == [["E1"], ["E2"]]


def test_a_page_is_written_whole(command: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """HTML in a file is a page of its own; nothing is printed."""
    code, out, _ = run(capsys, "atlas", "rudimentary_deterrence", "--format=html", "-o", str(tmp_path / "cells.html"))

    assert (code, out) == (0, "")
    assert (tmp_path / "cells.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["thresholds", "costly_signal", "cT"], "'cT' is no parameter of the game; expected one of r, k, V, g, l, c_T, c_W"),
        (["thresholds", "costly_signal", "r", "--at=r=1/2"], "r is fixed at 1/2"),
        (["thresholds", "costly_signal"], "PARAMETER"),
        (["atlas", "costly_signal", "-o", "no/such/file"], "No such directory"),
        (["atlas", "costly_signal", "--at=r=2"], "r = 2 is outside its domain, 0 < r < 1"),
    ],
)
def test_bad_input_is_refused(arguments: list[str], says: str, command: None, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line on standard error, with exit code 2 and nothing printed."""
    code, out, err = run(capsys, *arguments)

    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["atlas", "entrapment"], ["thresholds", "entrapment", "f"]])
def test_a_limit_ends_in_exit_code_3(arguments: list[str], command: None, capsys: pytest.CaptureFixture[str]) -> None:
    """With the table of what was found, and the reason on standard error."""
    code, out, err = run(capsys, *arguments, "--time-limit=0.001")

    assert code == 3
    assert "Incomplete" in out
    assert "incomplete: the time limit of 0.001 s was reached" in err
