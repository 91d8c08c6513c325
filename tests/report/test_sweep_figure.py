"""Lines along a sweep: only where equilibria exist, with their exact ends, bands, and names."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import TRUE, Atom
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ring
from deterrence.algebra.region import Region
from deterrence.algebra.smt import Clock
from deterrence.algebra.space import Space
from deterrence.analysis.existence import End, existence_ends
from deterrence.analysis.sweep import sweep
from deterrence.model.reading import load
from deterrence.report import plot
from deterrence.solution import Solution
from deterrence.solve import solve


@cache
def solved(name: str) -> Solution:
    """The solution of a game of the catalogue."""
    return solve(load(name))


def texts(figure: Figure, kind: str) -> list[Any]:
    """The texts of a figure of one kind."""
    return [t for t in (*figure.texts, *(t for a in figure.axes for t in a.texts)) if t.get_gid() == kind]


def lines(figure: Figure, kind: str) -> list[Any]:
    """The lines whose mark begins with a word."""
    return [line for line in figure.axes[0].lines if str(line.get_gid()).startswith(kind)]


def test_a_line_is_drawn_only_where_its_equilibrium_exists() -> None:
    """E1 up to p = v/k and not there, E2 from there on: the exact end is in no data."""
    solution = solved("audience_costs")
    data = solution.evaluate(p=np.linspace(0.01, 0.99, 50), of=["Pr(War)"])
    first, second = lines(figure := plot.sweep(data, "Pr(War)", solution=solution), "line")
    (hollow,), (full,) = ([m for m in lines(figure, "end") if (m.get_markerfacecolor() == "white") == open_end] for open_end in (True, False))

    assert first.get_xdata()[-1] == second.get_xdata()[0] == 0.5
    assert 0.5 not in data["p"].values
    assert first.get_ydata()[-1] == pytest.approx(0.25, abs=1e-12)
    assert (hollow.get_xdata()[0], full.get_xdata()[0]) == (0.5, 0.5)
    assert (hollow.get_ydata()[0], full.get_ydata()[0]) == (pytest.approx(0.25, abs=1e-12), 0)


def test_without_the_solution_lines_end_at_the_outermost_points() -> None:
    """Marked with full dots, for it exists there."""
    data = solved("audience_costs").evaluate(p=np.linspace(0.01, 0.99, 50), of=["Pr(War)"])
    figure = plot.sweep(data, "Pr(War)")
    there = data["exists"].sel(equilibrium="E1").values

    assert lines(figure, "line")[0].get_xdata()[-1] == data["p"].values[there].max()
    assert all(mark.get_markerfacecolor() != "white" for mark in lines(figure, "end"))


def test_an_end_at_an_irrational_point_is_known_to_be_open_or_closed() -> None:
    """Where 2*x**2 <= 1 ends the set is closed, where 2*x**2 < 1 does it is open."""
    ring = Ring(["x"])
    home, x = ParameterSpace(Space(ring, (0,), Atom(1 - ring["x"] ** 2, ">"), Clock())), ring["x"]
    ends = {op: existence_ends(Region(home, Atom(1 - 2 * x**2, op)), "x", {}, (Fraction(-1), Fraction(1))) for op in (">=", ">")}

    assert [end.x for end in ends[">"]] == pytest.approx([-(0.5**0.5), 0.5**0.5], abs=1e-15)
    assert [[end.closed for end in ends[op]] for op in (">=", ">")] == [[True, True], [False, False]]
    assert existence_ends(Region(home, TRUE), "x", {}, (Fraction(-1, 2), Fraction(1, 2))) == []
    assert existence_ends(Region(home, TRUE), "x", {}, (Fraction(-1), Fraction(1, 2))) == [End(-1.0, False)]  # a grid may touch the border


def test_equilibria_that_agree_share_a_line_and_open_quantities_are_bands() -> None:
    """In `audience_costs` E4 may resist with any probability from v/(v - w) up, E3 does so surely."""
    solution = solved("audience_costs")
    data = solution.evaluate(w=np.linspace(-0.9, -0.1, 9), p=0.6, of=["Pr(War)", "Pr(Resist | Rival | Escalate)"])
    band = plot.sweep(data, "Pr(Resist | Rival | Escalate)")
    (filled,) = (c for c in band.axes[0].collections if str(c.get_gid()).startswith("band"))

    assert [t.get_text() for t in texts(plot.sweep(data, "Pr(War)"), "name")] == ["E2–E4"]
    assert filled.get_hatch()
    assert filled.get_datalim(band.axes[0].transData).y0 == pytest.approx(1 / 1.9)


def test_what_a_rule_chose_has_a_line_for_each_equilibrium() -> None:
    """One where each was chosen."""
    data = sweep(solved("costly_signal"), {"r": np.linspace(0.05, 0.95, 19)}, quantities=["payoff(Defender)"], select="best for Defender")
    figure = plot.sweep(data, "payoff(Defender)")
    chosen = {name for name in data["chosen"].values.tolist() if name}

    assert sorted(t.get_text() for t in texts(figure, "name")) == sorted(chosen)
    assert len(lines(figure, "line")) == len(chosen) == 2


def test_a_member_of_a_data_set_of_everything_is_found_by_the_words_of_claims() -> None:
    """Probabilities of outcomes and events, actions, and payoffs; of a type too."""
    data = solved("costly_signal").evaluate(r=[0.2, 0.3])
    for words, (group, member) in {
        "Pr(War)": ("outcome_probability", {"outcome": "War"}),
        "Pr(Deterrence)": ("event_probability", {"event": "Deterrence"}),
        "payoff(Challenger)": ("payoff", {"player": "Challenger"}),
        "payoff(Defender, Weak)": ("payoff_by_type", {"player_type": "Defender (Weak)"}),
        "Pr(Attack | Challenger | Quiet)": ("strategy", {"action": "Attack | Challenger | Quiet"}),
    }.items():
        values = data[group].sel(member).sel(equilibrium="E3")
        values = values.isel(bound=0) if "bound" in values.dims else values
        assert any(np.allclose(line.get_ydata()[:2], values.values) for line in lines(plot.sweep(data, words), "line"))


@pytest.mark.parametrize(
    ("change", "quantity", "x", "says"),
    [
        (lambda d: d, "Pr(Wor)", None, "quantity: the data set has no 'Pr(Wor)'; did you mean 'Pr(War)'?"),
        (lambda d: d, "Pr(War)", "q", "x: found 'q'; expected a parameter that varies: r, k"),
        (lambda d: d, "Pr(War)", None, "dataset: it varies along r and k; a line shows one"),
        (lambda d: d.isel(r=0, k=0), "Pr(War)", None, "dataset: no parameter varies in it"),
        (lambda d: d.drop_vars("exists"), "Pr(War)", None, "dataset: it has no variable `exists`"),
    ],
)
def test_a_data_set_that_makes_no_line_is_refused(change: Callable[[xr.Dataset], xr.Dataset], quantity: str, x: str | None, says: str) -> None:
    """In one line with the next step."""
    data = sweep(solved("costly_signal"), {"r": [0.1, 0.2], "k": [0.1, 0.2]}, quantities=["Pr(War)"])

    with pytest.raises(InputError, match=re.escape(says)):
        plot.sweep(change(data), quantity, x)
