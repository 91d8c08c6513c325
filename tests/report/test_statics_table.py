"""The table of comparative statics in every format."""

from __future__ import annotations

import argparse
import csv
import io
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

import deterrence.cli
from deterrence.analysis.comparative_statics import ComparativeStatics, comparative_statics
from deterrence.cli import main, solving, statics
from deterrence.cli.arguments import Command
from deterrence.model.reading import load
from deterrence.report.layout import width_of
from deterrence.report.statics_table import REGION, _letter, build, statics_table
from deterrence.report.table import FORMATS, plain
from deterrence.solve import solve

mathtext = pytest.importorskip("matplotlib.mathtext")


@pytest.fixture(scope="module")
def chains() -> ComparativeStatics:
    """Eight families beside one another, with double signs."""
    return comparative_statics(solve(load("chain_ganging")), ["Pr(Peace)", "Pr(Defeat)", "payoff(First)"], ["l", "c_J"])


@pytest.fixture(scope="module")
def signals() -> ComparativeStatics:
    """Nine families beneath one another, with a quantity that some leave open."""
    return comparative_statics(solve(load("costly_signal")), ["Pr(War)", "belief(Defender, Tough | Challenger | Signal)"], ["r", "l"])


def test_few_families_stand_beside_one_another(chains: ComparativeStatics) -> None:
    """Parameters in rows under each quantity; a letter sends the reader to the condition that separates signs."""
    assert statics_table(chains).splitlines()[:12] == [
        "Chain gangs and passed bucks",
        "Signs of derivatives in 8 families of sequential equilibria.",
        "",
        "       E1  E2   E3  E4  E5  E6  E7  E8",
        "──────────────────────────────────────",
        "Pr(Defeat)",
        "  l    0   0    0   0   0   0   0   0",
        "  c_J  0   ± a  0   0   0   0   0   0",
        "payoff(First)",
        "  l    0   0    0   0   0   0   0   0",
        "  c_J  0   ± b  0   0   0   0   0   0",
        "Region",
    ]


def test_many_families_stand_beneath_one_another(signals: ComparativeStatics) -> None:
    """Parameters in columns; least and greatest value in brackets; families in which a quantity does not move are left to a note."""
    text = statics_table(signals)

    assert "      r      l\n" in text
    assert "belief(Defender, Tough | Challenger | Signal)\n  E1  +      0\n  E2  +      0\n  E3  [0,0]  [0,−]\n" in text
    assert "Pr(War)\n  E3  +      0\n  E5  +      0\n" in text
    assert "Where an equilibrium is not listed under a quantity, none of these parameters\n  moves it there." in text


def test_the_notes_say_what_signs_mean(chains: ComparativeStatics, signals: ComparativeStatics) -> None:
    """Those that occur, quantities that move nowhere, and the conditions, once each."""
    notes = [plain(note) for note in build(chains).notes]

    assert "Moved by none of these parameters in any equilibrium: Pr(Peace)." in notes
    assert "Region, the parameters at which the equilibrium exists: + grows, − shrinks, 0 unaffected, ± neither." in notes
    assert [n.replace("\u00a0", " ") for n in notes if n[1:3] == ": "] == [
        "a: positive where c_J < 2*o*L + c_L - L, negative where c_J > 2*o*L + c_L - L",
        "b: positive where c_L > L*(1 - o), negative where c_L < L*(1 - o)",
    ]
    assert not any("±" in plain(note) for note in build(signals).notes)


@pytest.mark.parametrize("width", [40, 80])
def test_notes_keep_to_the_width(width: int, chains: ComparativeStatics) -> None:
    """Of the terminal, but for a word or formula that is longer."""
    lines = statics_table(chains, width=width).split("\n\n")[-1].splitlines()

    assert all(width_of(line) <= width for line in lines)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_each_time(form: str, signals: ComparativeStatics) -> None:
    """And is what `table` of the result returns."""
    again = comparative_statics(signals.solution, signals.quantities, signals.parameters)

    assert statics_table(signals, form) == signals.table(form) == again.table(form)


def test_an_unknown_format_is_refused(signals: ComparativeStatics) -> None:
    """With the known ones."""
    with pytest.raises(ValueError, match="'ltex': expected one of text, markdown"):
        signals.table("ltex")


def test_markdown_is_one_table(chains: ComparativeStatics) -> None:
    """Every row has as many cells as the header."""
    rows = [line for line in chains.table("markdown").splitlines() if line.startswith("|")]

    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10}
    assert "| &emsp;$c_{J}$ | 0 | ±<sup>a</sup> | 0 |" in "\n".join(rows)


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_every_formula_parses_in_mathtext(form: str, chains: ComparativeStatics) -> None:
    """Labels, signs and conditions."""
    parser = mathtext.MathTextParser("path")
    formulas = re.findall(r"(?<!\\)\$([^$]+)\$", chains.table(form))

    assert formulas
    for formula in formulas:
        parser.parse(f"${formula}$")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
def test_latex_compiles(chains: ComparativeStatics, signals: ComparativeStatics, tmp_path: Path) -> None:
    """With the packages that it names, and no line that is too wide."""
    head = "\\documentclass{article}\n\\usepackage{amsmath,booktabs,longtable}\n\\begin{document}\n"
    (tmp_path / "t.tex").write_text(head + chains.table("latex") + signals.table("latex") + "\\end{document}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_html_is_well_formed_and_needs_no_script(signals: ComparativeStatics) -> None:
    """One cell a sign, under a heading that spans the columns."""
    html = signals.table("html")
    tree = ElementTree.fromstring(f"<body>{html}</body>")
    rows = tree.findall(".//tbody/tr")

    assert "<script" not in html
    assert {len(row.findall("td")) for row in rows} == {0, 2}
    assert signals._repr_html_() == html


def test_csv_has_one_row_an_entry_with_everything_in_it(signals: ComparativeStatics, chains: ComparativeStatics) -> None:
    """Derivatives, what separates signs, and the bounds of regions."""
    rows = list(csv.DictReader(io.StringIO(signals.table("csv"))))
    double = next(row for row in csv.DictReader(io.StringIO(chains.table("csv"))) if row["Sign"] == "±")

    assert len(rows) == len(signals.rows) + len(signals.regions)
    assert next(row for row in rows if row["Value"] == "greatest" and row["Sign"] == "-")["Derivative"] == "-g/(g + l)**2"
    assert {row["Bounds"] for row in rows if (row["Equilibrium"], row["Quantity"], row["Parameter"]) == ("E1", REGION, "r")} == {
        "g/(g + l) <= r < 1 where k <= c_T"
    }
    assert (double["Positive where"], double["Negative where"]) == ("c_J < 2*o*L + c_L - L", "c_J > 2*o*L + c_L - L")


def test_what_is_missing_is_said() -> None:
    """No sign for what was not decided, families on surfaces left out, and no table without families."""
    solution = solve(load("rudimentary_deterrence"), knife_edge=True)
    undecided = comparative_statics(solution, time_limit=1e-9).table()
    left_out = comparative_statics(solution, ["Pr(Conflict)"], ["p"])
    nothing = comparative_statics(solve(load("rudimentary_deterrence").at(p="1/3")), wrt="k")

    assert "? not decided." in undecided
    assert "Not decided: the time limit was reached." in undecided
    assert f"Left out, since they exist on surfaces only: {', '.join(left_out.left_out)}." in " ".join(left_out.table().split())
    assert "at p = 1/3" in nothing.table()


def test_letters_go_on_after_z() -> None:
    """aa follows z."""
    assert [_letter(n) for n in (0, 25, 26, 27, 52)] == ["a", "z", "aa", "ab", "ba"]


# The command


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command `statics`, whether or not it is among the commands already."""
    monkeypatch.setenv("DETERRENCE_CACHE", str(tmp_path / "cache"))
    known = {action.dest: action for action in deterrence.cli._parser()._actions}["command"]
    if isinstance(known, argparse._SubParsersAction) and "statics" not in known.choices:
        first = solving.add

        def both(add: Command) -> None:
            first(add)
            statics.add(add)

        monkeypatch.setattr(solving, "add", both)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, and what is printed."""
    code = main(["statics", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_command_prints_the_table(command: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the quantities and parameters that are given, at a point of some."""
    code, out, err = run(capsys, "rudimentary_deterrence", "--of", "Pr(Conflict)", "--wrt=p", "--at=k=1")

    assert (code, err) == (0, "")
    assert "at k = 1." in out
    assert "Pr(Conflict)\n  p  +   0\n" in out


def test_the_command_writes_files_whole(command: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A page in HTML, an object in JSON."""
    page, data = tmp_path / "t.html", tmp_path / "t.json"
    arguments = ("rudimentary_deterrence", "--of=Pr(Conflict)", "--wrt=p")

    assert run(capsys, *arguments, "--format=html", "-o", str(page)) == (0, "", "")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run(capsys, *arguments, "--json", "-o", str(data)) == (0, "", "")
    assert '"derivative": "1"' in data.read_text(encoding="utf-8")
    assert run(capsys, *arguments, "-o", str(tmp_path / "no" / "file"))[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--of=Pr(Wra)",), 2, "of: 'Pr(Wra)', column 4: unknown outcome"),
        (("--wrt=x",), 2, "wrt: 'x' is no parameter of this game"),
        (("--format=ltex",), 2, "did you mean 'latex'?"),
        (("--time-limit=0.01",), 3, "incomplete: "),
    ],
)
def test_how_the_command_ends(arguments: tuple[str, ...], code: int, says: str, command: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input is 2, a limit that was hit 3, each with one line."""
    found = run(capsys, "entrapment" if code == 3 else "rudimentary_deterrence", *arguments)

    assert found[0] == code
    assert says in found[2]
    assert found[2].count("\n") == 1


def test_a_terminal_without_unicode_shows_no_question_mark_for_a_sign(
    command: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A double sign must not look like one that was not decided."""
    monkeypatch.setattr(statics, "speaks_unicode", lambda: False)
    _, out, _ = run(capsys, "trust", "--of=Pr(EastExploits)", "--wrt=c")

    assert "  c  0   +- a  0\n" in out
