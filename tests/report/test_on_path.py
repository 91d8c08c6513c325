"""The table of what happens: each play once, and where any family with that play exists."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from printed import holds

import deterrence as dt
from deterrence.algebra.polynomials import to_fraction
from deterrence.algebra.sampling import walk
from deterrence.report.rows import CONDITIONS, build
from deterrence.report.table import plain

GAMES = ["costly_signal", "triple_entente", "abandonment", "secret_alliance", "little_entente"]


def points(solution: dt.Solution, number: int) -> list[dict[str, Fraction]]:
    space = solution[0].setting.parameters.space
    found = walk(space.ring, space.smt, space.interior, space.parameters, number)
    return [{space.ring.names[k]: to_fraction(at[k]) for k in space.parameters} for at in found]


@pytest.mark.parametrize("name", GAMES)
def test_a_play_exists_where_any_family_with_it_does(name: str) -> None:
    """At random points the conditions of an entry hold just where one of its families exists; all families are listed, each once."""
    solution = dt.solve(dt.load(name))
    rows = list(build(solution, on_path=True).rows)
    regions = {e.name: e.region for e in solution}

    assert sorted(n for row in rows for n in row.names) == sorted(regions)
    for row in rows:
        conditions = [plain(line).replace("\N{NO-BREAK SPACE}", " ") for line in row.cells[CONDITIONS]]
        told = [text for text in conditions if not text.startswith("any ") and text != "always"]
        for point in points(solution, 15):
            assert holds(told, point) == any(point in regions[n] for n in row.names), (row.names, point)


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html", "csv"])
def test_nothing_is_said_of_what_nobody_comes_to(name: str, format: str) -> None:  # noqa: A002 - what users call it
    """There is no mark for it in any format, and as many entries as kinds of play."""
    solution = dt.solve(dt.load(name))
    said = solution.table(format, on_path=True)

    assert "off the path of play" not in said
    assert "those of any variant" not in said
    if format == "csv":
        kinds = re.search(r"(\d+) kinds? of play", solution.table())
        assert kinds is not None
        assert len(said.splitlines()) == int(kinds[1]) + 1


def test_an_unknown_that_is_seen_keeps_its_range() -> None:
    """Where variants leave it different ranges any of them is said."""
    said = dt.solve(dt.load("sinking_costs")).table(on_path=True, width=120)

    assert "any 0 < q < 1 or (1 - r*l - r)/(1 - r) <= q < 1" in said
    assert "mu" not in re.findall(r"[a-z]+\d?", said.partition("\n\n")[2])


def test_the_command_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`solve` and `table` have the option."""
    from deterrence.cli import main

    assert main(["solve", "costly_signal", "--on-path"]) == 0
    first = capsys.readouterr().out
    assert main(["table", "costly_signal", "--on-path"]) == 0
    assert capsys.readouterr().out == first
    assert "Play on the path alone" in first


def test_a_map_of_what_happens_has_a_cell_for_each_set_of_plays() -> None:
    """Cells that differ only off the path are one, named after the first equilibrium of each play; labels that agree are said once."""
    solution = dt.solve(dt.load("costly_signal"))
    figure = dt.plot.regions(solution, "r", "k", on_path=True)
    called = dt.plot.regions(solution, "r", "k", on_path=True, labels={"E5": "war", "E9": "peace", "E1": "peace"})

    assert {text.get_text() for text in figure.axes[0].texts} == {"E3", "E1, E4"}
    assert {text.get_text() for text in called.axes[0].texts} == {"war", "peace"}
