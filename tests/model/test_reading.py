"""Game files: what is read, and what is refused at which place."""

from __future__ import annotations

from pathlib import Path

import pytest

from deterrence.algebra.errors import ExpressionError, GameError, InputError
from deterrence.model.catalogue import catalogue
from deterrence.model.parts import Branch, Chance, Decision, Outcome
from deterrence.model.reading import load, read

BASE = """\
title: Test
players: [A, B]
parameters:
  r: 0 < r < 1
  s: {domain: s > 0, role: cost}
assume:
  - r < s
types:
  A:
    High: {probability: r, c: 1}
    Low: {probability: 1 - r, c: s}
where:
  net: s - c
outcomes:
  Win: {A: net, B: -1}
  Lose: {A: 0, B: s}
tree:
  A:
    hidden_from: [B]
    Go: {pay: {A: -s}, then: answer}
    Stay: answer
subtrees:
  answer:
    B:
      Yield: Win
      Resist: Lose
events:
  Good: [Win]
claims:
  - claim: Nothing much.
    when: r < 1/2
    every: Pr(Good)
    increasing_in: s
"""


def changed(old: str, new: str) -> str:
    """The file with one passage replaced."""
    assert old in BASE
    return BASE.replace(old, new, 1)


@pytest.mark.parametrize("name", catalogue())
def test_the_catalogue_loads(name: str) -> None:
    """Every game that ships is read, and says where it stands in print or that it is made up."""
    game = load(name)

    assert game.title
    assert game.source


def test_every_scalar_is_text() -> None:
    """Words and numbers that YAML gives other meanings to are labels and numbers as they are written."""
    game = read(
        "{players: [No, 'null', 0.1], tree: {No: {yes: {outcome: ~x, No: 1e3, 'null': .5, 0.1: 1/3}, 12: {outcome: Null, No: 0, null: 0, 0.1: 0}}}}"
    )

    assert game.players == ("No", "null", "0.1")
    assert isinstance(game.tree, Decision)
    assert list(game.tree.actions) == ["yes", "12"]
    assert game.outcome_labels == ("~x", "Null")


def test_parts_of_a_tree() -> None:
    """Each form of node and branch is read as the part of that name."""
    game = read(
        changed(
            "Stay: answer",
            "Stay: {Chance: {Hit: {probability: r, pay: {B: 1}, then: Win}, Miss: {probability: 1 - r, then: {outcome: Win, A: 0, B: 0}}}}",
        )
    )
    assert isinstance(game.tree, Decision)
    go, stay = game.tree.actions.values()

    assert game.tree.hidden_from == ("B",)
    assert isinstance(go, Branch)
    assert go.then == "answer"
    assert isinstance(stay, Chance)
    assert isinstance(stay.labels["Hit"][1], Branch)
    assert isinstance(stay.labels["Miss"][1], Outcome)
    assert game.outcome_labels == ("Win", "Lose")


def test_actions_may_be_named_like_players_and_outcomes() -> None:
    """The names of actions are their own: those of players, outcomes, subtrees and of other actions may recur."""
    game = read(changed("      Yield: Win\n      Resist: Lose", "      A: {A: {B: Win, Win: Lose}}\n      answer: Lose"))

    assert isinstance(game.subtrees["answer"], Decision)
    assert list(game.subtrees["answer"].actions) == ["A", "answer"]


def test_order_in_the_file_does_not_matter() -> None:
    """Sections, and entries of `where`, come in any order."""
    blocks = {block.split(":")[0]: block for block in BASE.replace("\n  ", "\a").split("\n") if block}
    turned = "\n".join(reversed(blocks.values())).replace("\a", "\n  ")

    assert read(turned) == read(BASE)
    assert read(changed("  net: s - c", "  net: half - c\n  half: s*one\n  one: 1")).where_order == ("one", "half", "net")


@pytest.mark.parametrize(
    "text", ["%YAML 1.2\n---\n" + BASE, "---\n" + BASE, "\ufeff" + BASE, BASE.replace("\n", "\r\n"), BASE + "...\n", "# note\n" + BASE]
)
def test_ways_to_write_a_file(text: str) -> None:
    """Directives, byte-order marks, line ends of other systems and comments change nothing."""
    game = read(text.removeprefix("\ufeff"))

    assert game == read(BASE)


def test_the_title_is_the_name_of_the_file_if_there_is_none(tmp_path: Path) -> None:
    """A file without a title is called what it is called."""
    path = tmp_path / "crisis.yaml"
    path.write_text(BASE.replace("title: Test\n", ""), encoding="utf-8-sig")

    assert load(path).title == "crisis"


REFUSED = [
    # sections and shapes
    ("title: Test", "titel: Test", 1, 1, "unknown key 'titel'; did you mean 'title'?"),
    ("title: Test", "title: [Test]", 1, 8, "found a list; expected a text"),
    ("players: [A, B]", "players: A", 2, 10, "expected a list of names"),
    ("players: [A, B]", "players: [A, [B]]", 2, 14, "found a list; expected a name"),
    ("players: [A, B]", "players: [A, A]", 2, 14, "listed twice"),
    ("players: [A, B]", "players: [A, B, Chance]", 2, 17, "reserved"),
    ("players: [A, B]", "players: [A, B, 'C(x)']", 2, 17, "contains '('"),
    ("players: [A, B]", "players: []", 2, 10, "no players"),
    ("players: [A, B]\n", "", 1, 1, "no 'players'"),
    ("title: Test", "states: {}", 17, 1, "found 'tree' beside 'states'"),
    ("title: Test", "horizon: soon", 1, 10, "expected a whole number"),
    # parameters
    ("r: 0 < r < 1", "r: 0 < r < q", 4, 14, "speaks of 'q'"),
    ("r: 0 < r < 1", "r: 0 < 1", 4, 6, "does not speak of 'r'"),
    ("r: 0 < r < 1", "r: 0 < r <", 4, 13, "ends here"),
    ("r: 0 < r < 1", "r: [0, 1]", 4, 6, "found a list; expected a condition"),
    ("r: 0 < r < 1", "and: 0 < r < 1", 4, 3, "cannot name a parameter"),
    ("r: 0 < r < 1", "r: {role: cost}", 4, 6, "has no 'domain'"),
    ("r: 0 < r < 1", "r: {domain: 0 < r < 1, kind: x}", 4, 26, "unknown key 'kind'"),
    ("r: 0 < r < 1", "r: {domain: 0 < r < 1, default: s}", 4, 35, "expected a number"),
    ("r: 0 < r < 1", "r: {domain: 0 < r < 1, default: 1/0}", 4, 35, "divides by zero"),
    ("r: 0 < r < 1", "r: {domain: 0 < r < 1, role: two words}", 4, 32, "one word"),
    ("  s: {domain", "  2s: {domain", 5, 3, "cannot name a parameter"),
    # names and scopes
    ("- r < s", "- r < S", 7, 9, "unknown name 'S'"),
    ("- r < s", "- r < c", 7, 9, "depends on a player's type"),
    ("- r < s", "- r < net", 7, 9, "depends on a player's type"),
    ("c: s}", "d: s}", 11, 31, "binds 'd', which High does not"),
    ("c: s}", "c: c}", 11, 34, "depends on a player's type"),
    ("High: {probability: r, c: 1}", "High: {probability: c, c: 1}", 10, 25, "depends on a player's type"),
    ("High: {probability: r, c: 1}", "High: {c: 1}", 10, 11, "has no 'probability'"),
    ("  A:\n    High", "  C:\n    High", 9, 3, "unknown player 'C'"),
    ("  net: s - c", "  s: s - c", 13, 3, "names both a parameter and an entry of where"),
    ("  net: s - c", "  net: s - c + lost\n  lost: 2*net", 13, 3, "circle: 'net' -> 'lost' -> 'net'"),
    ("  net: s - c", "  net: s - d", 13, 12, "unknown name 'd'"),
    # outcomes
    ("{A: net, B: -1}", "{A: net, B: -1, C: 0}", 15, 24, "unknown player 'C'"),
    ("{A: net, B: -1}", "{A: net}", 15, 3, "no payoff to 'B'"),
    ("{A: net, B: -1}", "{A: ned, B: -1}", 15, 12, "unknown name 'ned' in 'ned'; did you mean 'net'?"),
    ("{A: net, B: -1}", "{A: net, B: {x: 1}}", 15, 20, "found a mapping; expected an expression"),
    ("  Win: {A", "  A: {A", 15, 3, "names both a player and an outcome"),
    ("  Win: {A", "  then: {A", 15, 3, "reserved"),
    # trees
    ("Stay: answer", "Stay: anser", 21, 11, "'anser' is no outcome and no subtree; did you mean 'answer'?"),
    ("Stay: answer", "Stay: ''", 21, 11, "empty value"),
    ("Stay: answer", "Stay: [answer]", 21, 11, "found a list"),
    ("Stay: answer", "Stay: {}", 21, 11, "empty mapping"),
    ("Stay: answer", "Stay: {B: {}}", 21, 15, "no actions"),
    ("Stay: answer", "Stay: {C: {x: Win}}", 21, 12, "unknown player 'C'"),
    ("Stay: answer", "Stay: {A: {x: Win}, B: {x: Win}}", 21, 25, "one player as its only key"),
    ("Stay: answer", "Stay: {A: 1, B: 2}", 21, 18, "needs 'outcome'"),
    ("Stay: answer", "Stay: {outcome: Win}", 21, 11, "gives no payoffs"),
    ("Stay: answer", "Stay: {outcome: Win, A: 1}", 21, 11, "no payoff to 'B'"),
    ("Stay: answer", "Stay: {outcome: Good, A: 1, B: 1}", 21, 11, "names both an outcome and an event"),
    ("Stay: answer", "Stay: {outcome: Win, A: 1, B: 1, next: x}", 21, 38, "the game has no states"),
    ("Stay: answer", "Stay: {pay: {A: 1}}", 21, 11, "has no 'then'"),
    ("Stay: answer", "Stay: {pay: {C: 1}, then: Win}", 21, 18, "unknown player 'C'"),
    ("Stay: answer", "Stay: {pay: {A: 1}, then: Won}", 21, 31, "did you mean 'Win'"),
    ("Stay: answer", "Stay: {pay: {A: 1}, them: Win}", 21, 25, "did you mean 'then'"),
    ("Stay: answer", "Stay: {Chance: {x: Win}}", 21, 24, "expected {probability"),
    ("Stay: answer", "Stay: {Chance: {x: {probability: q, then: Win}}}", 21, 38, "unknown name 'q'"),
    ("Stay: answer", "Stay: {Chance: {x: {then: Win}}}", 21, 24, "has no 'probability'"),
    ("Stay: answer", "St|ay: answer", 21, 5, "contains '|'"),
    ("Stay: answer", "next: answer", 21, 5, "reserved"),
    ("  A:\n    hidden_from: [B]", "  hidden_from: [B]\n  A:", 18, 3, "among the actions"),
    ("hidden_from: [B]", "hidden_from: [C]", 19, 19, "unknown player 'C'"),
    ("hidden_from: [B]", "hidden_from: [A]", 19, 19, "cannot be kept from her own move"),
    ("hidden_from: [B]", "unseen_by: [B, B]", 19, 20, "lists 'B' twice"),
    ("hidden_from: [B]", "unseen_by: B", 19, 16, "expected a list of names"),
    ("  answer:\n    B:", "  answer: more\n  more: answer\n  other:\n    B:", 23, 3, "form a circle: 'answer' -> 'more' -> 'answer'"),
    ("  answer:\n", "  Win:\n", 23, 3, "names both an outcome and a subtree"),
    # events and claims
    ("Good: [Win]", "Good: [Won]", 28, 10, "did you mean 'Win'"),
    ("Good: [Win]", "Good: [Win, Win]", 28, 15, "lists 'Win' twice"),
    ("Good: [Win]", "Lose: [Win]", 28, 3, "names both an outcome and an event"),
    ("when: r < 1/2", "when: r < q", 31, 15, "unknown name 'q'"),
    ("when: r < 1/2", "when: r <", 31, 14, "ends here"),
    ("when: r < 1/2", "wen: r < 1/2", 31, 5, "did you mean 'when'"),
    ("increasing_in: s", "increasing_in: S", 33, 20, "unknown parameter 'S'"),
    ("increasing_in: s", "concept: nesh", 33, 14, "did you mean 'nash'"),
    ("increasing_in: s", "some: Pr(Good)", 33, 5, "found every and some"),
    ("increasing_in: s", "profile: Grim", 33, 14, "unknown profile 'Grim'"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "said"), REFUSED, ids=[new[:40] or old for old, new, *_ in REFUSED])
def test_refused(old: str, new: str, line: int, column: int, said: str) -> None:
    """Each mistake is refused at its place, with what was found and what was meant."""
    with pytest.raises(InputError) as refused:
        read(changed(old, new), "game.yaml")

    assert said in refused.value.message
    assert str(refused.value).startswith(f"game.yaml:{line}:{column}: ")


@pytest.mark.parametrize(
    ("scalar", "line", "column"),
    [
        ("r +\n        2*q", 16, 11),
        ("'r + q'", 15, 13),
        ('"r + q"', 15, 13),
        ("|\n      r +\n      1/q", 17, 9),
        (">-\n      r +\n      1/q", 17, 9),
    ],
)
def test_places_in_long_scalars(scalar: str, line: int, column: int) -> None:
    """The place of a name is found in texts that are quoted or go over several lines."""
    with pytest.raises(ExpressionError) as refused:
        read(
            changed("  Win: {A: net, B: -1}", f"  Win:\n    B: -1\n    A: {scalar}")
            .replace("  Win:\n    B: -1\n", "  Win:\n", 1)
            .replace(scalar, scalar + "\n    B: 0", 1)
        )

    assert (refused.value.line, refused.value.column) == (line + 1, column)
    assert "unknown name 'q'" in refused.value.message


def test_actions_of_an_information_set_must_agree() -> None:
    """Nodes that a player cannot tell apart need the same actions, in whatever order."""
    same = read(changed("Stay: answer", "Stay: {B: {Resist: Lose, Yield: Win}}"))
    assert same.players == ("A", "B")
    with pytest.raises(GameError, match=r"differ: Yield, Fight here, Yield, Resist elsewhere|differ: .*cannot tell these moves apart"):
        read(changed("Stay: answer", "Stay: {B: {Yield: Win, Fight: Lose}}"))


def test_information_sets_must_not_share_a_name() -> None:
    """Moves of two players under one label would give two information sets one name, which is an error that asks for another label."""
    odds = "probability: 1/2, then"
    text = f"{{players: [A, B, C], tree: {{Chance: {{unseen_by: [C], x: {{{odds}: {{A: {{Go: %s}}}}}}, y: {{{odds}: {{B: {{%s: %s}}}}}}}}}}}}"
    end = "{C: {In: {outcome: E, A: 0, B: 0, C: 0}}}"
    assert read(text % (end, "Run", end)).players == ("A", "B", "C")
    with pytest.raises(GameError, match=r"two information sets would be called 'C \| Go': 'Go' is chosen by .* another label"):
        read(text % (end, "Go", end))


def test_claims_keep_their_texts_and_places() -> None:
    """Claims are read later, with the solution: they keep their texts, and where each stands."""
    claim = read(BASE, "game.yaml").claims[0]

    assert (claim.kind, claim.statement, claim.when) == ("every", "Pr(Good)", "r < 1/2")
    assert (claim.trend, claim.along, claim.strictly) == ("increasing_in", "s", False)
    assert claim.file == "game.yaml"
    assert claim.positions["every"] == (32, 12)


def test_parts_remember_their_places() -> None:
    """Expressions of a game that was read know where they stand, for errors that are found later."""
    game = read(BASE, "game.yaml")

    assert game.place_of(game.outcomes["Lose"]["B"]) == ("game.yaml", 16, 19)
    assert game.at(r="1/2").place_of(game.assume[0]) == ("game.yaml", 7, 5)
    assert game.place_of("nothing") == (None, None, None)


MARGINS = """players: [A]
parameters:
    p: 0 < p < 1
    q:
      domain: q > 0
      meaning: price
tree:
  A:
    Go: {outcome: Gone, A: p}
    Stay: {outcome: Home, A: q}
claims:
  - claim: Sure.
    every: p < 1
"""
UNREADABLE = [
    (
        "    q:",
        "   q:",
        "4:4: the line starts in column 4; what belongs together is indented alike: expected column 5, as in line 3 or 1, as in line 2",
    ),
    (
        "tree:",
        " tree:",
        "7:2: the line starts in column 2; what belongs together is indented alike: expected column 5, as in line 4 or 1, as in line 2",
    ),
    (
        "    every",
        "   every",
        "13:4: the line starts in column 4; what belongs together is indented alike: expected column 5, as in line 12 or 3, as in line 12",
    ),
    ("{outcome: Gone, A", "{outcome: Gone: for good, A", "9:23: found ':' where ',' or '}' should be; put a text that contains ': ' in quotes"),
    ("A: p}", "A: p", "10:9: expected ',' or '}' for the '{' of line 9: is it closed, and is every text with ': ' in quotes?"),
    ("Sure.", "'It' is so.", "12:17: found more text behind a value that is closed by a quotation mark or a bracket; put the whole value in quotes"),
    ("price", "@ price", "6:16: found '@', with which no text may start; put the text in quotes"),
    ("parameters:", "parameters", "3:6: the key in line 2 has no ':' behind it"),
    ("  A:\n", "  A\n", "9:7: found ': ' inside a value: the key in line 8 has no ':' behind it"),
    ("    meaning: price", "    meaning: price: 1", "6:21: found ': ' inside a value; put the value in quotes, or check the indentation"),
]


@pytest.mark.parametrize(("old", "new", "said"), UNREADABLE, ids=[each[1] for each in UNREADABLE])
def test_what_is_no_yaml_is_told_of_the_text(old: str, new: str, said: str) -> None:
    """Indentation, quotes and brackets are named, not what the parser was doing."""
    assert read(MARGINS).players == ("A",)
    with pytest.raises(InputError) as refused:
        read(MARGINS.replace(old, new, 1), "game.yaml")

    assert str(refused.value).startswith(f"game.yaml:{said}")
