"""Writing game files: what is written reads back as the same game, and writes as the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence.model.catalogue import catalogue
from deterrence.model.game import Branch, Branching, Chance, Claim, Decision, Game, Outcome, Parameter
from deterrence.model.reading import load, read
from deterrence.model.writing import scalar, text_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("name", catalogue())
def test_round_trip_of_the_catalogue(name: str) -> None:
    """A game of the catalogue, written and read, is equal, and writes as the same bytes."""
    game = load(name)
    again = read(game.to_yaml())

    assert again == game
    assert again.to_yaml() == game.to_yaml()
    assert again.content_key() == game.content_key()


@given(TEXTS, st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_text_is_written_as_a_scalar(text: str, in_flow: bool) -> None:
    """Whatever text a title or a meaning is, it comes back as it was."""
    if in_flow:
        assert Parameter("x", meaning=text) == _only_parameter(Game("t", ["A"], [Parameter("x", meaning=text)], tree=_END))
    else:
        assert read(Game(text, ["A"], tree=_END, notes=text, source=text).to_yaml()).title == text


_END = Outcome("End", {"A": 0})


def _only_parameter(game: Game) -> Parameter:
    return read(game.to_yaml()).parameters["x"]


@given(st.lists(TEXTS, max_size=4).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_any_notes_come_back(notes: str) -> None:
    """Notes of several lines come back as they were, whether they fit a block or not."""
    assert read(Game("t", ["A"], tree=_END, notes=notes).to_yaml()).notes == notes


@pytest.mark.parametrize("text", ["plain text", "Hold firm", "-k", "0 < r < 1", "1/3", "g/(g + l)", "c1 + δ", "No", "~"])
def test_plain_texts_stay_plain(text: str) -> None:
    """What needs no quotes gets none."""
    assert scalar(text, flow=True) == text


@pytest.mark.parametrize(
    "text", ["", " a", "a ", "a: b", "a #b", "- a", "<<", "[a", "{a", "*a", "&a", "!a", "|", ">", "'a", '"a', "%a", "@a", "`a", "a\nb", "a:", "?"]
)
def test_other_texts_are_quoted(text: str) -> None:
    """What YAML would read otherwise is put in quotes."""
    assert scalar(text).startswith('"')


def _game(tree: Branching) -> Game:
    outcomes = {"End": {"A": 0, "B": 0}}
    return Game("t", ["A", "B"], {"r": "0 < r < 1"}, outcomes, tree, subtrees={"more": Decision("B", {"only one": "End"})})


@pytest.mark.parametrize(
    "tree",
    [
        "End",
        "more",
        Outcome("Other", {"B": "r", "A": -1}),
        Branch("End", {"B": "r"}),
        Branch(Branch(Decision("A", {"x": "End"}), {"A": 1}), {"B": "r", "A": 2}),
        Decision("A", {"x": Branch(Branch("more", {"A": 1}), {"A": 1}), "B": Decision("B", {"only one": "End"}, ["A"], [])}, [], ["B"]),
        Chance({"x": ("r", Branch(Decision("A", {"y": "End"}), {"A": 1})), "z": ("1 - r", Branch("End", {"B": "r"}))}, ["A"], ["B"]),
        Chance({"x": (1, Decision("A", {"y": "End"}))}),
    ],
)
def test_forms_of_trees(tree: Branching) -> None:
    """Every form of node and branch comes back, on lines of its own or within one line."""
    game = _game(tree)
    for _ in range(3):
        assert read(game.to_yaml()) == game
        game = game.replace(tree=Decision("A", {"deeper": game.tree, "End": "End"}))


def test_deep_trees_are_written_on_one_line_where_indentation_would_grow() -> None:
    """A tree of four hundred moves comes back, in a file whose size does not grow with the square of the depth."""
    tree: Branching = "End"
    for k in range(400):
        tree = Decision("AB"[k % 2], {"Go": tree, "Stop": "End"})
    game = _game(tree)
    text = game.to_yaml()

    assert len(text) < 50_000
    assert read(text) == game
    assert text_of(game) == text


def test_order_of_payoffs_is_that_of_the_players() -> None:
    """Payoffs are written in the order of the players, however they were given."""
    assert "End: {A: 1, B: 2}" in Game("t", ["A", "B"], outcomes={"End": {"B": 2, "A": 1}}, tree="End").to_yaml()


def test_claims_are_written_in_full() -> None:
    """Every part of a claim comes back."""
    claim = Claim("It, is: so.", every="payoff(A)", when="r < 1/2", constant_in="r", concept="nash")
    other = Claim("There is one.", some="Pr(End) == 1", exactly_when="r > 0 and (r < 1/3 or r > 1/2)")
    game = _game("End").replace(claims=[claim, other])

    assert read(game.to_yaml()).claims == (claim, other)


def test_saved_files(tmp_path: Path) -> None:
    """A saved game is read from its file, and has the same bytes on every system."""
    game = _game("End")
    game.save(tmp_path / "game.yaml")

    assert load(tmp_path / "game.yaml") == game
    assert (tmp_path / "game.yaml").read_bytes() == game.to_yaml().encode()


def test_fixed_games_are_written() -> None:
    """A game at a point is a game like any other."""
    game = _game("End").at(r="1/3")

    assert read(game.to_yaml()) == game
    assert read(game.to_yaml()).fixed == game.fixed
