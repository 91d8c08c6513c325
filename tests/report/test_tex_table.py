"""Tables in LaTeX: columns that are wide enough, formulas that can be broken, and what a paper needs to read them in."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import deterrence as dt
from deterrence.analysis.atlas import atlas
from deterrence.report import statics_table as statics
from deterrence.report.rows import Row, Table
from deterrence.report.table import table
from deterrence.report.tex import breakable
from deterrence.report.tex_table import latex_table
from deterrence.report.tex_width import widths
from deterrence.report.wording import Line, Math

_ROOT = "delta >= (c + sqrt((3*c + 4*v - 3*w)*(w - c)) - w)/(2*(w - c))"
_LONG = "(" + " + ".join(f"a{n}*b{n}" for n in range(1, 12)) + ")/(c1 + c2)"


# Widths


# What TeX (Computer Modern, 10 points, one quad being 10 points) measures.
MEASURED = {
    "Challenger": 4.67,
    "Strategies": 4.29,
    r"$\frac{g}{g + l}$": 1.53,
    r"$\sqrt{b^{2} - 4 a}$": 3.96,
    r"$\left(\frac{1}{2}\right)^{3}$": 2.00,
    r"$\max(0, \delta)$": 4.07,
}


@pytest.mark.parametrize(("code", "quads"), MEASURED.items(), ids=MEASURED)
def test_a_width_is_about_that_of_print(code: str, quads: float) -> None:
    """Hardly ever less, since a column would be too narrow, nor much more."""
    assert 0.97 * quads <= sum(widths(code)) <= 1.27 * quads


def test_text_breaks_at_spaces_and_formulas_after_signs() -> None:
    """But not within braces, nor between parentheses that grow."""
    assert len(widths("Tit-for tat")) == 3
    assert len(widths(r"with $a + b \geq c$, else")) == 5
    assert len(widths(r"$\frac{a + b}{c}$")) == 1
    assert len(widths(r"$\left(a + b\right)$")) == 1
    assert len(widths(r"$\bigl(a + b\bigr)$")) == 2
    assert len(widths(r"$(a)/\allowbreak (b)$")) == 2


# Formulas


@pytest.mark.parametrize("text", [_ROOT, _LONG, "Max(a/b, sqrt(c1 + c2 + c3 + c4 + c5 + c6))*(a/b + c)**2"])
def test_any_formula_can_be_broken_into_narrow_pieces(text: str) -> None:
    """Where nothing may hold together but a factor with its sign; and the less may, the narrower they are."""
    pieces = [max(widths(f"${breakable(text, widest)}$")) for widest in (99.0, 8.0, 4.0, 0.0)]

    assert pieces == sorted(pieces, reverse=True)
    assert pieces[-1] < 5


def test_a_fraction_with_room_has_a_bar() -> None:
    """However many characters it has."""
    assert breakable(_ROOT, 16.0) == r"\delta \geq \frac{c + \sqrt{(3 c + 4 v - 3 w) \, (w - c)} - w}{2 (w - c)}"
    assert breakable(_ROOT, 5.0) == r"\delta \geq (c + ((3 c + 4 v - 3 w) \, (w - c))^{1/2} - w)/\allowbreak (2 (w - c))"
    assert breakable("(a/b + c + d + e + f)*g", 4.0) == r"\Bigl(\frac{a}{b} + c + d + e + f\Bigr) \, g"
    assert breakable("Max(a*b, c)", 1.0) == r"\max(a \, b,\allowbreak c)"
    assert breakable("sqrt(a + b + c + d)**3", 2.0) == r"{(a + b + c + d)^{1/2}}^{3}"


# The table


def _table(*cells: Line, columns: tuple[str, ...] = ("Conditions",), rows: int = 1) -> Table:
    row = Row(("E1",), dict.fromkeys(columns, cells))
    return Table("A game", "One family.", ((row,),) * rows, ("A note.",))


def _shares(latex: str) -> list[float]:
    return [float(share) for share in re.findall(r"p\{([\d.]+)\\linewidth\}", latex)]


def test_a_column_has_room_for_its_longest_word() -> None:
    """Also where another has far more to say."""
    words = Line("", ("Unconditionally",))
    much = tuple(Line("", ("to be or not to be " * 12,)) for _ in range(3))
    content = Table("A game", "One.", ((Row(("E1",), {"Strategies": much, "Beliefs": (words,)}),),), ())
    name, _, beliefs = _shares(latex_table(content))

    assert beliefs * 345 > 6.5 * 9.25  # points: the line of an article at 10 points, and the word in 9 points
    assert name * 345 > 1.2 * 9.25


def test_columns_and_the_gaps_between_them_take_no_more_than_the_line() -> None:
    """For tables of any number of columns, at every standard size of type."""
    every = ("Strategies", "Beliefs", "Conditions", "Outcome", "Payoffs")
    for columns in (every[:1], every[:4], every):
        latex = latex_table(_table(Line("", (Math(_ROOT),)), columns=columns))
        line = 550 if "landscape" in latex else 345

        assert sum(_shares(latex)) * line + 8 * len(columns) <= line


def test_a_table_with_many_columns_lies_on_its_side() -> None:
    """And says which package that takes."""
    line = Line("", (Math("a < b"),))
    few = latex_table(_table(line, columns=("Strategies", "Beliefs", "Conditions", "Outcome")))
    many = latex_table(_table(line, columns=("Strategies", "Beliefs", "Conditions", "Outcome", "Payoffs")))

    assert few.startswith("% Needs \\usepackage{amsmath,array,booktabs,longtable}\n")
    assert "landscape" not in few
    assert many.startswith("% Needs \\usepackage{amsmath,array,booktabs,longtable,pdflscape}\n\\begin{landscape}\n")
    assert many.endswith("}\n\\end{landscape}\n")


def test_a_table_with_a_fraction_that_has_no_room_upright_lies_on_its_side() -> None:
    """Rather than that the fraction be broken up."""
    line = Line("", (Math(_ROOT),))

    assert "landscape" not in latex_table(_table(line, columns=("Strategies",)))
    assert "landscape" in latex_table(_table(line, columns=("Strategies", "Beliefs", "Conditions", "Outcome")))


def test_a_row_that_is_taller_than_a_page_is_cut() -> None:
    """Its name is told once, and each line once and in order."""
    lines = tuple(Line("", (f"line {n}",)) for n in range(120))
    body = latex_table(_table(*lines)).split(r"\endlastfoot")[1].split(r"\end{longtable}")[0]
    rows = [row for row in body.splitlines() if row.endswith(r"\\")]

    assert len(rows) > 2
    assert [row.startswith("E1 &") for row in rows] == [True] + [False] * (len(rows) - 1)
    assert [int(n) for n in re.findall(r"line (\d+)", body)] == list(range(120))


def test_a_table_has_the_label_that_is_asked_for(signal_solution: Any) -> None:
    """After its caption, which stands on its first page only."""
    latex = table(signal_solution, "latex", label="tab:signals")

    assert "on the path.}\\label{tab:signals}\\\\\n\\toprule" in latex
    assert latex.index("tab:signals") < latex.index(r"\endfirsthead") < latex.index(r"\endhead")
    assert r"\label" not in table(signal_solution, "latex")
    assert table(signal_solution, label="tab:signals") == table(signal_solution)


# With TeX


def has_packages() -> bool:
    """Whether tables can be typeset here."""
    if not (shutil.which("pdflatex") and shutil.which("kpsewhich")):
        return False
    needed = [f"{name}.sty" for name in ("amsmath", "array", "booktabs", "longtable", "pdflscape")]
    return subprocess.run(["kpsewhich", *needed], capture_output=True, text=True, check=False).stdout.count(".sty") == len(needed)


def overfull(tables: dict[str, str], folder: Path, options: str = "10pt") -> list[str]:
    """The tables, and by how much, in which a line is over a point too wide in an article that reads them in."""
    needs = {match[1] for text in tables.values() if (match := re.match(r"% Needs (\\usepackage\{.*\})\n", text))}
    body = "\n".join(rf"\clearpage\typeout{{@ {name}}}{text}" for name, text in tables.items())
    page = rf"\documentclass[{options}]{{article}}{''.join(sorted(needs))}\begin{{document}}{body}\end{{document}}"
    (folder / "paper.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    found, name = [], ""
    for line in done.stdout.splitlines():
        name = line[2:] if line.startswith("@ ") else name
        width = re.match(r"Overfull \\[hv]box \(([\d.]+)pt too", line)
        found += [f"{name}: {width[1]}"] if width and float(width[1]) > 1 else []
    return found


GAMES = ("repeated_burden_sharing", "rudimentary_deterrence", "audience_costs", "patron_reputation", "chain_store", "concert_of_europe", "trust")


@pytest.mark.skipif(not has_packages(), reason="no TeX with the packages of a table")
@pytest.mark.parametrize("options", ["10pt", "12pt,a4paper"])
def test_tables_of_the_catalogue_fit_into_a_paper(signal_solution: Any, options: str, tmp_path: Path) -> None:
    """With the packages that their first lines name, no line is over a point too wide."""
    solutions = {"costly_signal": signal_solution} | {name: dt.solve(dt.load(name)) for name in GAMES}
    tables = {name: table(solution, "latex") for name, solution in solutions.items()}
    tables |= {f"{name} with payoffs": table(solution, "latex", payoffs=True) for name, solution in solutions.items()}

    assert overfull(tables, tmp_path, options) == []


@pytest.mark.skipif(not has_packages(), reason="no TeX with the packages of a table")
def test_the_tables_of_an_analysis_fit_into_a_paper(tmp_path: Path) -> None:
    """Comparative statics, thresholds and the atlas."""
    solution = dt.solve(dt.load("rudimentary_deterrence"))
    found = {
        "statics": dt.comparative_statics(solution),
        "thresholds": dt.thresholds(solution, solution.game.free_parameters[0]),
        "atlas": atlas(solution),
    }

    assert overfull({name: each.table("latex", label=f"tab:{name}") for name, each in found.items()}, tmp_path) == []


@pytest.mark.skipif(not has_packages(), reason="no TeX with the packages of a table")
def test_headings_too_long_for_a_line_are_wrapped(tmp_path: Path) -> None:
    """In the table of comparative statics, where profiles with names of many words stand beside one another."""
    header = tuple(Line("", (f"Grim trigger of the {nth} ally",)) for nth in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh"))
    row = statics.Row(Line("", (Math("c_T"),)), ((statics.Mark("+", "a"),),) * len(header))
    content = statics.Table("A game", "Signs.", header, (("Pr(War)", (row,)),), ())
    latex = statics.latex_table(content)

    assert r"\centering\arraybackslash" in latex
    assert latex.startswith("% Needs \\usepackage{amsmath,array,booktabs,longtable,pdflscape}\n")
    assert overfull({"statics": latex}, tmp_path) == []
