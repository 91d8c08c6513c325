"""The equilibrium table in every format."""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from deterrence.algebra.expressions import Condition
from deterrence.model.reading import load
from deterrence.report.layout import UNBREAKABLE, width_of
from deterrence.report.markup import page
from deterrence.report.rows import Row, build, names
from deterrence.report.table import FORMATS, plain, table
from deterrence.solve import solve

mathtext = pytest.importorskip("matplotlib.mathtext")


def test_families_with_the_same_play_are_one_entry(signal_solution: Any) -> None:
    """The play once, the variants beneath it with what each adds."""
    entries = build(signal_solution).entries
    first = entries[0]

    assert [[names(row) for row in entry] for entry in entries] == [["E1-E3", "E1", "E2", "E3"], ["E4"], ["E5"]]
    assert [row.variant for row in first] == [False, True, True, True]
    assert [line.label for line in first[0].cells["Strategies"] if not line.off_path] == ["Defender", "Challenger | Quiet"]
    assert [line.label for line in first[1].cells["Strategies"]] == ["Challenger | Signal"]


def _lines(row: Row) -> list[str]:
    return [plain(line) for line in row.cells["Conditions"] if not plain(line).startswith(("any", "those"))]


@pytest.mark.parametrize("name", ["audience_costs", "chain_store", "shifting_power"])
def test_a_variant_holds_where_its_own_conditions_and_those_of_the_play_do(name: str) -> None:
    """None of these is said twice; at random points, together they are the conditions of the family."""
    game = load(name)
    solution = solve(game)
    alone = {row.names: _lines(row) for row in build(solution, full=True).rows}
    points = [point for e in solution for point in e.region.sample(4)] + (~solution[0].region).sample(10)
    variants = [(_lines(entry[0]), row) for entry in build(solution).entries for row in entry[1:]]

    def holds(conditions: list[str], point: dict[str, Fraction]) -> bool:
        return all(Condition.parse(text).evaluate(point) for text in conditions if text != "always")

    assert variants
    for above, row in variants:
        assert not set(above) & set(_lines(row))
        for point in points:
            assert holds([*above, *_lines(row)], point) == holds(alone[row.names], point), (row.names, point)


def test_conditions_too_long_to_be_put_together_are_told_where_they_are_shared(signal_solution: Any) -> None:
    """What all variants ask for stands before them, and that one of them must hold; each has the rest."""
    found = signal_solution.to_dict()
    rest = [[f"k <= c_T + {'c_W*' * 30}{n}"] for n in "Vgl"]
    families = [family | {"conditions": [*family["conditions"], *more]} for family, more in zip(found["equilibria"], rest, strict=False)]
    first, *variants = build(type(signal_solution)(signal_solution.game, found | {"equilibria": families})).entries[0]

    assert [plain(line) for line in first.cells["Conditions"]] == ["r >= g/(g + l)".replace(" ", UNBREAKABLE), "those of any variant"]
    assert [_lines(row) for row in variants] == rest


def test_what_lies_off_the_path_is_marked(signal_solution: Any) -> None:
    """Strategies and beliefs at information sets that play does not reach."""
    fourth = build(signal_solution).entries[1][0]

    assert [(line.label, line.off_path) for line in fourth.cells["Strategies"]] == [
        ("Defender", False),
        ("Challenger | Quiet", False),
        ("Defender | Quiet, Attack", False),
        ("Challenger | Signal", True),
        ("Defender | Signal, Attack", True),
    ]
    assert [line.off_path for line in fourth.cells["Beliefs"]] == [False, True]


def test_text_reads_as_a_theorist_writes(signal_solution: Any) -> None:
    """Actions by name, mixtures with their probability, conditions as they are; types apart."""
    text = table(signal_solution)

    assert text.startswith("Costly signals in extended deterrence\n5 families of sequential equilibria, 3 kinds of play on the path.\n")
    assert "Defender: Quiet\n" in text
    assert "* Challenger | Signal: Attack with q, else Refrain" in text
    assert "* Defender | Signal, Attack: Fight if Tough, Abandon if Weak" in text
    assert "* Challenger | Signal: Tough with g/(g + l), else Weak" in text
    assert "Conditions  r >= g/(g + l)\n  Outcome     Peace" in text
    assert "      Conditions  any 0 < q < 1\n" in text
    assert "Outcome     War with r\n              Abandonment with 1 - r" in text
    assert text.endswith("Left out: at least 2 that exist only on knife edges (regions without interior).")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_keeps_to_the_width(signal_solution: Any, width: int) -> None:
    """No line is longer than the terminal is wide."""
    assert max(map(width_of, table(signal_solution, width=width).splitlines())) <= width


def test_payoffs_are_shown_where_asked_for(signal_solution: Any) -> None:
    """A column of its own."""
    assert "Payoffs" not in table(signal_solution)
    assert "Payoffs     Defender: V - k\n              Challenger: 0" in table(signal_solution, payoffs=True)


def test_an_incomplete_solution_says_so(signal_solution: Any) -> None:
    """No claim of completeness is made, and the reasons are told."""
    found = signal_solution.to_dict() | {"complete": False, "undecided": [{"regime": {}, "why": "the time limit was reached"}] * 2}
    text = table(type(signal_solution)(signal_solution.game, found))

    assert "Incomplete, so that others may exist: the time limit was reached (2 regimes)." in text
    assert "Complete:" not in text


def test_at_a_point_there_are_equilibria_and_no_conditions(signal_solution: Any) -> None:
    """The caption gives the point."""
    game = signal_solution.game.at(r="1/2", k=1, V=1, g=1, l=1, c_T="1/2", c_W=2)
    found = signal_solution.to_dict()
    families = [family | {"conditions": [], "free": {}, "closed": {}} for family in found["equilibria"][3:]]
    text = table(type(signal_solution)(game, found | {"equilibria": families, "at": {n: str(v) for n, v in game.fixed.items()}}))

    assert "2 sequential equilibria at r = 1/2, k = 1" in text
    assert "Conditions" not in text


def test_a_game_without_equilibria_has_a_table_all_the_same(signal_solution: Any) -> None:
    """An incomplete search may have found nothing."""
    text = table(type(signal_solution)(signal_solution.game, signal_solution.to_dict() | {"equilibria": []}))

    assert "No families of sequential equilibria." in text


def test_an_unknown_format_is_refused(signal_solution: Any) -> None:
    """The error lists the formats there are."""
    with pytest.raises(ValueError, match="format 'word': expected one of text, markdown"):
        table(signal_solution, "word")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_every_family_and_is_the_same_each_time(signal_solution: Any, form: str) -> None:
    """The names, and no byte that depends on chance."""
    text = table(signal_solution, form)

    assert text == table(signal_solution, form)
    assert all(name in text for name in ("E1", "E2", "E3", "E4", "E5"))


def test_markdown_is_one_table(signal_solution: Any) -> None:
    """Every row has as many cells as the header, bars inside a cell are escaped."""
    rows = [line for line in table(signal_solution, "markdown").splitlines() if line.startswith("|")]
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]

    assert {len(row) for row in cells} == {5}
    assert cells[0] == [" Equilibrium ", " Strategies ", " Beliefs ", " Conditions ", " Outcome "]
    assert r"$r \geq \frac{g}{g + l}$" in cells[2][3]


def _formulas(latex: str) -> list[str]:
    return [formula for formula in re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", latex) if formula not in (r"\mid", "^{*}")]


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_every_formula_parses_in_mathtext(signal_solution: Any, form: str) -> None:
    """What a table typesets can be put into a figure."""
    formulas = _formulas(table(signal_solution, form, payoffs=True))
    for formula in formulas:
        mathtext.MathTextParser("path").parse(f"${formula}$".replace(r"\allowbreak", ""))  # where a line may be broken

    assert len(formulas) > 20


def test_latex_has_the_structure_of_booktabs(signal_solution: Any) -> None:
    """Rules in order, as many cells in every row as there are columns, braces in balance."""
    latex = table(signal_solution, "latex")
    body = latex[latex.index(r"\endlastfoot") : latex.index(r"\end{longtable}")]
    rows = [row for row in body.splitlines() if row.endswith(r"\\")]

    assert [latex.index(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == sorted(
        latex.index(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")
    )
    assert len(rows) == 6
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {4}
    assert len(re.findall(r"(?<!\\)\{", latex)) == len(re.findall(r"(?<!\\)\}", latex))
    assert latex.count(r"\begin{") == latex.count(r"\end{")


class _Balance(HTMLParser):
    """Notes tags that are closed in the wrong order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the base class calls it
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_html_is_well_formed_and_needs_no_script(signal_solution: Any) -> None:
    """Tags in order, formulas in MathML, a page that names its encoding."""
    reader = _Balance()
    reader.feed(html := page(table(signal_solution, "html"), "A & B"))

    assert (reader.wrong, reader.open) == ([], [])
    assert reader.seen.count("tr") == 7
    assert '<meta charset="utf-8">' in html
    assert "<script" not in html
    assert "<title>A &amp; B</title>" in html
    assert all(ElementTree.fromstring(formula) is not None for formula in re.findall(r"<math.*?</math>", html))


def test_csv_has_one_row_a_family_with_everything_in_it(signal_solution: Any) -> None:
    """Rows can be read one at a time: nothing is left to the row above."""
    rows = list(csv.DictReader(io.StringIO(table(signal_solution, "csv", payoffs=True))))

    assert [row["Equilibrium"] for row in rows] == ["E1", "E2", "E3", "E4", "E5"]
    assert all(row["Strategies"].count(":") == 5 for row in rows[:3])
    assert rows[3]["Payoffs"] == "Defender: r*(V - c_T); Challenger: g - r*(g + l)"


@pytest.mark.parametrize(
    ("given", "expected"),
    [(["E1"], "E1"), (["E1", "E2"], "E1, E2"), (["E1", "E2", "E3", "E7"], "E1-E3, E7"), (["E9", "E10", "E11"], "E9-E11"), (["x"], "x")],
)
def test_names_of_families_are_shortened(given: list[str], expected: str) -> None:
    """Runs of three or more become ranges."""
    assert names(Row(tuple(given), {})) == expected


@pytest.mark.parametrize("format_", FORMATS)
def test_a_solution_without_equilibria_has_a_table(format_: str) -> None:
    """Where a limit was hit before anything was found, every format says so."""
    stopped = solve(load("entrapment"), time_limit=1e-6)
    text = table(stopped, format_)

    assert len(stopped) == 0
    assert format_ == "csv" or "Incomplete" in text
    assert "longtable" not in text
