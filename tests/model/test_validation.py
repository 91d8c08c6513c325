"""Soundness by proof: each flaw is found wherever it is, with an exact point."""

from __future__ import annotations

import pytest

from deterrence.algebra.errors import GameError
from deterrence.model.catalogue import catalogue
from deterrence.model.reading import load, read
from deterrence.model.validation import validate


def lottery(parameters: str = "r: 0 < r < 1", first: str = "r", second: str = "1 - r", payoff: str = "r", more: str = "") -> str:
    """A file with one chance move."""
    return f"""\
players: [A]
parameters: {{{parameters}}}
{more}
tree:
  Chance:
    X: {{probability: {first}, then: {{outcome: E, A: {payoff}}}}}
    Y: {{probability: {second}, then: {{outcome: F, A: 0}}}}
"""


TYPED = "types: {A: {High: {probability: 1/2, c: 2}, Low: {probability: 1/2, c: r}}}"


@pytest.mark.parametrize("name", catalogue())
def test_the_catalogue_is_sound(name: str) -> None:
    """Every game that ships is sound, at every point of its parameter space."""
    game = load(name)

    validate(game)
    assert game.free_parameters


@pytest.mark.parametrize(
    "text",
    [
        lottery(),
        lottery(payoff="1/r"),
        lottery(payoff="1/(r**2 + 1) + (2 - r)**-3"),
        lottery(first="r/(r + 1)", second="1/(r + 1)"),
        lottery("r: 0 <= r <= 1"),
        lottery("r: r == 1/3"),
        lottery("r: 0 <= r <= 1").replace("0 <= r <= 1", "r == 0"),
        lottery("r: 0 < r < 1, s: s > 0", payoff="1/(r - s)", more="assume: [r < s]"),
        lottery("r: 0 < r < 1, s: s > 0", more="assume: [r/s < 1, s < 2]"),
        lottery(more=TYPED, first="r/c", second="1 - r/c").replace("c: r", "c: 1"),
        lottery(more="where: {gap: 1/(r - 2)}", payoff="gap"),
    ],
)
def test_sound(text: str) -> None:
    """A game without a flaw in its parameter space is sound, whatever happens outside it."""
    game = read(text)

    validate(game)
    assert "tree" in game.to_yaml()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lottery(first="2*r"), r"the probability '2\*r' of label 'X' of Chance can leave \[0, 1\]: it is \d+/\d+ at r = "),
        (lottery(first="r - 1/2", second="3/2 - r"), r"can leave \[0, 1\]"),
        (lottery(first="r/2"), "the labels X, Y of Chance do not add up to one: it is .* at r = "),
        (lottery(first="r - r", second="1"), "zero throughout; leave it out"),
        (lottery(first="0", second="1"), "zero throughout; leave it out"),
        (lottery(payoff="1/(r - 1/2)"), r"the denominator 'r - 1/2' in '1/\(r - 1/2\)' can vanish inside the parameter space at r = 1/2"),
        (lottery(payoff="(r - 1/2)**-1"), "can vanish inside the parameter space at r = 1/2"),
        (lottery(payoff="r/(1/(r - 1/3))"), "at r = 1/3"),
        (lottery("r: 0 <= r < 1", payoff="1/r"), "at r = 0"),
        (lottery(payoff="1/(r - r)"), "zero throughout"),
        (lottery(payoff="1/0"), "zero throughout"),
        (lottery(payoff="1/(2*r**2 - 1)"), "can vanish inside the parameter space at a point with irrational coordinates"),
        (lottery(more="where: {w: 1/(r - 1/2)}"), r"the denominator 'r - 1/2' in '1/\(r - 1/2\)' can vanish"),
        (lottery(more="where: {w: r - 1/2}", payoff="1/w"), "the denominator 'w' in '1/w' can vanish inside the parameter space at r = 1/2"),
        (lottery(more=TYPED, payoff="1/(c - 1/2)"), "can vanish inside the parameter space where A is Low at r = 1/2"),
        (lottery(more=TYPED, first="c/2", second="1 - c/2").replace("c: 2", "c: 3"), r"can leave \[0, 1\] where A is High: it is 3/2$"),
        (lottery(more=TYPED.replace("1/2, c: r", "1/3, c: r")), "the types of A do not add up to one: it is 5/6$"),
        (lottery(more=TYPED.replace("probability: 1/2", "probability: 3/2")), r"the probability '3/2' of type 'High' of A can leave"),
        (lottery("r: 1 < r < 0"), "the parameter space is empty"),
        (lottery("r: 0 < r < 1, s: s > 2", more="assume: [s < r]"), "the parameter space is empty"),
        (lottery("r: 0 < r < 1, s: s > 0", more="assume: [s == r]"), "no interior: conditions hold together on a surface only at r = "),
        (lottery("r: 0 < r < 1, s: real", more="assume: [s**2 <= 0]"), "no interior"),
        (
            lottery("r: 0 < r < 1, s: real", more="assume: [r/s < 1]"),
            "the denominator 's' in 'r/s < 1' can vanish inside the parameter space at .*s = 0",
        ),
        (lottery("r: 0 < r < 1, s: s > 0, t: t > s", first="s", second="1 - s").replace("t > s", "t > 0"), r"it is [\d/]+ at s = [\d/]+$"),
        (lottery("r: 0 < r < 1, s: s > 0", payoff="1/(r - 1/2)"), "can vanish inside the parameter space at r = 1/2$"),
        (lottery("r: {domain: 0 < r < 1, default: 2}"), "the default of 'r', 2, is outside its domain, 0 < r < 1"),
    ],
)
def test_unsound(text: str, said: str) -> None:
    """Each flaw is named, with a point of the parameter space where it shows."""
    game = read(text)

    with pytest.raises(GameError, match=said):
        validate(game)


def test_flaws_have_places() -> None:
    """A flaw of a game that was read is shown in its file."""
    with pytest.raises(GameError) as flaw:
        validate(read(lottery(payoff="1/(r - 1/2)"), "game.yaml"))

    assert (flaw.value.file, flaw.value.line, flaw.value.column) == ("game.yaml", 6, 47)


def test_a_branch_of_probability_zero_at_a_point() -> None:
    """Fixing parameters may make a branch impossible, which is no flaw; a branch that is impossible throughout is one."""
    game = read(lottery("r: 0 <= r <= 1, s: s > 0"))

    for fixed in (game.at(r=0), game.at(r=0, s=1)):
        validate(fixed)
        assert fixed.fixed["r"] == 0


def test_points_satisfy_assumptions() -> None:
    """The points shown lie in the parameter space, assumptions included."""
    text = lottery("r: 0 < r < 1, s: 0 < s < 1", payoff="1/(r - s)", more="assume: [r + s > 3/2, s < 4/5]")

    with pytest.raises(GameError) as flaw:
        validate(read(text))
    values = dict(part.split(" = ") for part in flaw.value.message.rpartition(" at ")[2].split(", "))
    assert values["r"] == values["s"]
    assert read(text).at(**values).fixed.keys() == {"r", "s"}
