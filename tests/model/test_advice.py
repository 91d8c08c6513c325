"""Advice: what is odd about a sound game is told, with its place, and keeps nothing from being solved."""

from __future__ import annotations

from fractions import Fraction

import pytest

import deterrence as dt
from deterrence.model.advice import advice, example_value
from deterrence.model.reading import read

GAME = """players: [Adversary, Patron]
parameters:
  p: {domain: 0 < p < 1, role: credibility, default: 1/2}
  w: {domain: w > 0, role: cost, default: 1}
  s: {domain: s > 0, role: stake, default: 1/2}
  m: {domain: m > 0, default: 1/4}
assume:
  - w > s + m
tree:
  Adversary:
    Attack:
      Patron:
        Help: {outcome: War, Adversary: s + m - w, Patron: p}
        Abandon: {outcome: Conquest, Adversary: s, Patron: 0}
    Wait: {outcome: Peace, Adversary: 0, Patron: 2}
"""


def told(*changes: tuple[str, str]) -> list[str]:
    """What is said of the game with some of its text changed."""
    text = GAME
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    game = read(text, "game.yaml")
    dt.validate(game)
    assert dt.solve(game).complete
    return advice(game)


def test_nothing_is_said_of_a_game_without_oddities() -> None:
    """Nor of roles that are a note to the reader alone, and of parameters without a default value."""
    assert told() == []
    assert told(("role: stake", "role: risk")) == []
    assert told(("s > 0, role: stake, default: 1/2", "s > 0, role: stake")) == []


@pytest.mark.parametrize(("role", "meant"), [("credability", "credibility"), ("Cost", "cost"), ("costs", "cost"), ("discounting", "discount")])
def test_a_role_that_is_nearly_one_with_a_meaning(role: str, meant: str) -> None:
    """It would be passed over in silence: the parameter that it stands at is named."""
    (said,) = told(("role: stake", f"role: {role}"))

    assert said == f"game.yaml:5:15: the role of 's' is {role!r}, a word without a meaning here; did you mean {meant!r}?"


def test_defaults_that_break_an_assumption() -> None:
    """The assumption with its place, the values that break it, and a change of one of them that mends it."""
    (said,) = told(("s > 0, role: stake, default: 1/2", "s > 0, role: stake, default: 5"))
    changed = said.partition("; with ")[2].partition(" and the other defaults")[0]
    name, value = changed.split(" = ")

    assert said.startswith("game.yaml:8:5: the default values break the assumption w > s + m: w = 1, s = 5, m = 1/4; ")
    read(GAME.replace("default: 1/2}\n  m", "default: 5}\n  m")).at(**({"w": 1, "s": 5, "m": "1/4", "p": "1/2"} | {name: value}))


def test_defaults_that_only_together_can_be_mended() -> None:
    """Where no single change leads into the space, several do."""
    first, second = told(("  - w > s + m", "  - s > 4\n  - m > 4"))

    assert first.startswith("game.yaml:8:5: the default values break the assumption s > 4: s = 1/2; ")
    assert second.startswith("game.yaml:9:5: the default values break the assumption m > 4: m = 1/4; ")
    assert first.endswith("; with s = 5, m = 5 and the other defaults all assumptions hold")


def test_a_game_that_ends_after_one_period() -> None:
    """Where a repeated game names no `next` and does not repeat."""
    text = "players: [A]\nparameters: {d: 0 < d < 1}\ndiscount: d\ntree: {A: {Go: {outcome: G, A: 1}, Stay: {outcome: S, A: 0}}}\n"

    assert advice(read(text + "repeat: true\n")) == []
    (said,) = advice(read(text, "game.yaml"))
    assert said.startswith("game.yaml:3:11: the game ends after one period")
    assert "did you mean `repeat: true`?" in said


@pytest.mark.parametrize(
    ("domain", "default", "value"),
    [("0 < x < 1", None, "1/2"), ("x > 2", None, "3"), (None, None, "1/2"), ("x < 0", None, "-1/2"), ("0 < x < 1", "1/7", "1/7")],
)
def test_an_example_of_a_value_lies_in_the_domain(domain: str | None, default: str | None, value: str) -> None:
    """The default value where there is one, else a simple number."""
    assert example_value(dt.Parameter("x", domain, default=default)) == Fraction(value)
