"""A game as it is shown in a terminal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from deterrence.model.game import Game
from deterrence.model.parts import Branch, Chance, Decision, Outcome
from deterrence.report.layout import width_of
from deterrence.report.overview import overview, verdicts
from deterrence.report.tree import LONGEST, drawn


def test_a_subtree_is_drawn_once(signal_game: Game) -> None:
    """Where it comes again it is named."""
    assert list(drawn(signal_game)) == [
        "Defender",
        "├─ Signal ─ [Defender: -k] challenge: Challenger",
        "│  ├─ Attack ─ Defender",
        "│  │  ├─ Fight ─ War (V - c, -l)",
        "│  │  └─ Abandon ─ Abandonment (0, g)",
        "│  └─ Refrain ─ Peace (V, 0)",
        "└─ Quiet ─ challenge, as above",
    ]


def test_chance_and_secrecy_are_shown() -> None:
    """Probabilities beside labels, and who does not see a move."""
    game = Game(
        title="T",
        players=["A", "B"],
        parameters={"p": "0 < p < 1"},
        tree=Chance(
            {
                "Up": ("p", Outcome("X", {"A": 1, "B": 0})),
                "Down": ("1 - p", Decision("A", {"Go": Outcome("Y", {"A": 0, "B": "p"})}, unseen_by=["B"])),
            },
            hidden_from=["A", "B"],
        ),
    )

    assert list(drawn(game)) == [
        "Chance (hidden from A, B)",
        "├─ Up (p) ─ X (1, 0)",
        "└─ Down (1 - p) ─ A (unseen by B)",
        "   └─ Go ─ Y (0, p)",
    ]


def test_a_huge_tree_is_cut() -> None:
    """A drawing that nobody would read ends with a word on the rest."""
    ends = {f"a{i}": Outcome(f"o{i}", {"A": i}) for i in range(2 * LONGEST)}
    lines = list(drawn(Game(title="T", players=["A"], tree=Decision("A", ends))))

    assert len(lines) == LONGEST + 1
    assert lines[-1].startswith("... the rest is left out")


def test_a_deep_tree_is_drawn_without_recursion() -> None:
    """A chain of moves deeper than Python's stack."""
    node: Any = Outcome("End", {"A": 0})
    for _ in range(1500):
        node = Branch(Decision("A", {"Go": node}), {"A": 1})

    assert len(list(drawn(Game(title="T", players=["A"], tree=node)))) == LONGEST + 1


def test_every_section_is_there(signal_game: Game) -> None:
    """What the file says, in the order in which one asks."""
    text = overview(signal_game)
    order = ["Costly signals", "Parameters", "0 < r < 1", "Players", "Assume", "Types", "Events", "Tree", "Payoffs at the ends", "Information sets"]

    assert [text.index(section) for section in order] == sorted(text.index(section) for section in order)
    assert "Claims" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_an_overview_keeps_to_the_width(signal_game: Game, width: int) -> None:
    """Tables and paragraphs wrap."""
    assert max(map(width_of, overview(signal_game, width).splitlines())) <= width


def test_verdicts_show_what_refutes() -> None:
    """A counterexample and a reason only where there is something to explain."""
    proofs: Any = [
        SimpleNamespace(claim="All is well.", verdict="proved", counterexample=None, reason="every family was asked"),
        SimpleNamespace(claim="Nothing is.", verdict="refuted", counterexample="r = 1/2: E3", reason="some family says otherwise"),
    ]

    assert verdicts(proofs).splitlines() == [
        "proved     All is well.",
        "refuted    Nothing is.",
        "           some family says otherwise",
        "           r = 1/2: E3",
        "",
        "2 claims: 1 proved, 1 refuted.",
    ]
