"""Values along a path of play, against sums that are written out."""

from __future__ import annotations

from fractions import Fraction

import pytest

import deterrence as dt
from deterrence import InputError
from deterrence.analysis.value_path import value_path
from deterrence.model.reading import read
from deterrence.report import plot

DELTA = Fraction(3, 4)
GOOD, BAD = {"A": "C", "B": "C"}, {"A": "D", "B": "D"}
TURNOVER = """\
players: [A]
parameters: {delta: 0 < delta < 1, h: 0 < h < 1}
outcomes: {Kept: {A: 2}, Broken: {A: 1}}
discount: delta
states:
  Maker: {tree: {outcome: Kept, next: {Maker: 1 - h, Successor: h}}}
  Successor: {tree: Broken}
"""


def brief(periods: int) -> dt.Solution:
    """A prisoner's dilemma in which a deviation is followed by some periods of punishment."""
    game = dt.RepeatedGame(
        players=["A", "B"],
        parameters={"delta": "0 < delta < 1", "T": dt.Parameter("T", "3 < T", default=4)},
        outcomes={"CC": {"A": 3, "B": 3}, "CD": {"A": 0, "B": "T"}, "DC": {"A": "T", "B": 0}, "DD": {"A": 1, "B": 1}},
        discount="delta",
        tree=dt.Decision("A", {a: dt.Decision("B", {b: a + b for b in "CD"}) for a in "CD"}, hidden_from=["B"]),
        strategies={"Brief": dt.Automaton.limited_punishment(cooperate=GOOD, punish=BAD, periods=periods)},
    )
    return dt.solve(game)


def test_values_are_discounted_sums() -> None:
    """After a deviation two periods of 1 and then 3 for ever; the average is what a constant stream would have to pay."""
    found = value_path(brief(2)[0], {"delta": DELTA}, start="Punish 1", periods=4)
    cooperation = 3 / (1 - DELTA)

    assert found.states == ("Punish 1", "Punish 2", "Cooperate", "Cooperate")
    assert [row["A"] for row in found.payoffs] == [1, 1, 3, 3]
    assert [row["A"] for row in found.values] == [1 + DELTA + DELTA**2 * cooperation, 1 + DELTA * cooperation, cooperation, cooperation]
    assert found.averages[2]["B"] == 3


def test_a_path_may_be_given_and_may_end() -> None:
    """The states that are asked for, in their order; play that ends makes the path shorter."""
    solution = dt.solve(read(TURNOVER))
    likely = value_path(solution[0], {"delta": "1/2", "h": "3/4"}, periods=9)
    chosen = value_path(solution[0], {"delta": "1/2", "h": "3/4"}, path=["Maker", "Maker"])

    assert likely.states == ("Maker", "Successor")
    assert chosen.states == ("Maker", "Maker")
    assert chosen.values[0]["A"] == Fraction(2 + Fraction(3, 8)) / (1 - Fraction(1, 8))


def test_what_cannot_be_shown_is_refused() -> None:
    """An unknown state, a missing or impossible value, a number of periods that is none, a game that is played once."""
    e = brief(1)[0]
    for wrong, said in (
        ({"start": "Punnish"}, "did you mean 'Punish'"),
        ({"periods": 0}, "expected a whole number"),
        ({"at": {}}, "delta has no default"),
        ({"at": {"delta": 2}}, "outside its domain"),
    ):
        with pytest.raises(InputError, match=said):
            value_path(e, **{"at": {"delta": DELTA}, **wrong})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not played over and over"):
        value_path(dt.solve(dt.load("trust"))[0])


def test_the_figure_has_a_line_for_all_who_get_the_same() -> None:
    """The two players share one, and every state has a letter with its name."""
    figure = plot.path(value_path(brief(1)[0], {"delta": DELTA}, start="Punish", periods=5))
    (axes,) = figure.axes

    assert [line.get_label() for line in axes.lines] == ["A, B"]
    assert [t.get_text() for t in axes.texts] == ["a", "b", "b", "b", "b", "a: Punish", "b: Cooperate"]
