"""The extensive form: nodes, information sets and their names, probabilities and payoffs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from deterrence.algebra.errors import ExpressionError
from deterrence.model.catalogue import catalogue
from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Branch, Branching, Chance, Decision, Game, Outcome
from deterrence.model.reading import load, read

SIGNAL = """
players: [Defender, Challenger]
parameters: {r: 0 < r < 1, k: k > 0}
types:
  Defender:
    Tough: {probability: r, c: 1/2}
    Weak: {probability: 1 - r, c: 3/2}
where: {war: 1 - c, unused: 1/(r - 1/3)}
outcomes:
  Peace: {Defender: 1, Challenger: 0}
  War: {Defender: war, Challenger: -1}
  Loss: {Defender: 0, Challenger: 1}
tree:
  Defender:
    Signal: {pay: {Defender: -k}, then: {pay: {Defender: -k, Challenger: 1/8}, then: challenge}}
    Quiet: challenge
subtrees:
  challenge:
    Challenger:
      Attack: {Defender: {Fight: War, Yield: Loss}}
      Refrain: Peace
"""


def names(form: ExtensiveForm[Fraction]) -> list[str]:
    """The names of the information sets, in order."""
    return [one.name for one in form.information_sets]


def form_of(game: Game, **values: str) -> ExtensiveForm[Fraction]:
    """The extensive form at a point."""
    return extensive_form(game, {name: Fraction(value) for name, value in values.items()})


def test_signalling_game() -> None:
    """Types are drawn first, information sets are named by type and what was seen, payments on the way add up."""
    form = form_of(read(SIGNAL), r="1/3", k="1/4")
    root = form.nodes[0]
    ends: dict[tuple[str, ...], object] = {(end.types["Defender"], *end.moves): end.payoffs for end in (form.nodes[k] for k in form.ends)}

    assert (root.kind, root.mover, root.type_of, root.labels) == ("chance", "", "Defender", ("Tough", "Weak"))
    assert root.probabilities == (Fraction(1, 3), Fraction(2, 3))
    assert names(form) == [
        "Defender (Tough)",
        "Challenger | Signal",
        "Defender (Tough) | Signal, Attack",
        "Challenger | Quiet",
        "Defender (Tough) | Quiet, Attack",
        "Defender (Weak)",
        "Defender (Weak) | Signal, Attack",
        "Defender (Weak) | Quiet, Attack",
    ]
    assert ends["Tough", "Signal", "Attack", "Fight"] == (Fraction(1, 2) - Fraction(1, 2), -1 + Fraction(1, 8))
    assert ends["Weak", "Quiet", "Attack", "Fight"] == (Fraction(-1, 2), -1)


@pytest.mark.parametrize("name", catalogue())
def test_structure(name: str) -> None:
    """In every game of the catalogue nodes are in preorder, each knows its place, and information sets are partitions with common actions."""
    game = load(name)
    point = {p: q.default.evaluate({}) if q.default else Fraction(1, 2) for p, q in game.parameters.items()}
    form = extensive_form(game, point)
    members = [k for one in form.information_sets for k in one.nodes]

    for index, node in enumerate(form.nodes):
        assert node.index == index
        assert len(node.children) == len(node.labels)
        assert all(form.nodes[child].parent == index and form.nodes[child].branch == k for k, child in enumerate(node.children))
        assert node.kind != "chance" or sum(node.probabilities) == 1
    assert sorted(members) == [node.index for node in form.nodes if node.kind == "decision"]
    for one in form.information_sets:
        assert {form.nodes[k].labels for k in one.nodes} == {one.actions}
        assert {form.nodes[k].types.get(one.player) for k in one.nodes} == {one.type}
    assert [one.nodes[0] for one in form.information_sets] == sorted(one.nodes[0] for one in form.information_sets)
    assert len(set(names(form))) == len(form.information_sets)


def hidden_game(**audience: list[str]) -> Game:
    """A and B move one after the other, then C; the move of B is kept from some."""
    end = Outcome("End", {"A": 0, "B": 0, "C": 0})
    after = Decision("C", {"l": Decision("A", {"out": end}), "m": end})
    return Game(players=["A", "B", "C"], tree=Decision("A", {"a": Decision("B", {"x": after, "y": after}, **audience), "b": after}))


def test_a_hidden_choice_is_a_question_mark() -> None:
    """Who may not see the choice sees that one was made: `?` stands for it."""
    form = form_of(hidden_game(hidden_from=["C"]))

    assert names(form) == ["A", "B | a", "C | a, ?", "A | a, x, l", "A | a, y, l", "C | b", "A | b, l"]
    assert [len(one.nodes) for one in form.information_sets] == [1, 1, 2, 1, 1, 1, 1]
    assert form.information_sets[2].seen == (("A", "a"), ("", "?"))
    assert [form.nodes[k].moves for k in form.information_sets[2].nodes] == [("a", "x"), ("a", "y")]


def test_an_unseen_move_leaves_no_trace() -> None:
    """Who does not see that a move was made has the same view as without it; being hidden too changes nothing."""
    assert names(form_of(hidden_game(unseen_by=["C"])))[2] == "C | a"
    assert names(form_of(hidden_game(unseen_by=["C", "A"])))[2:4] == ["C | a", "A | a, l"]
    assert names(form_of(hidden_game(unseen_by=["C"], hidden_from=["C"])))[2] == "C | a"


def test_hidden_chance_moves_and_telling_later() -> None:
    """Chance moves are seen like others, may be hidden, and may tell what was hidden."""
    end = Outcome("End", {"A": 0})
    tell = {label: Chance({f"told {label}": (1, Decision("A", {"go": end}))}) for label in ("x", "y")}
    game = Game(players=["A"], tree=Chance({label: ("1/2", then) for label, then in tell.items()}, hidden_from=["A"]))

    assert names(form_of(game)) == ["A | ?, told x", "A | ?, told y"]


def test_order_of_actions_is_that_of_the_first_node() -> None:
    """Where the nodes of an information set list their actions in different orders, the first node's order counts everywhere."""
    end = {name: Outcome(name, {"A": 0, "B": k}) for k, name in enumerate(("one", "two", "three", "four"))}
    second = {"l": Decision("B", {"u": end["one"], "d": end["two"]}), "r": Decision("B", {"d": end["four"], "u": end["three"]})}
    form = form_of(Game(players=["A", "B"], tree=Decision("A", second, hidden_from=["B"])))
    one = form.information_sets[1]

    assert one.actions == ("u", "d")
    assert [[form.nodes[child].outcome for child in form.nodes[k].children] for k in one.nodes] == [["one", "two"], ["three", "four"]]


def test_types_of_several_players() -> None:
    """Types of several players are drawn in their order, and each player knows her own alone."""
    end = Outcome("End", {"A": "a", "B": "b"})
    types = {"B": {"u": {"probability": "1/4", "b": 1}, "v": {"probability": "3/4", "b": 2}}, "A": {"s": {"probability": 1, "a": 3}}}
    form = form_of(Game(players=["A", "B"], types=types, tree=Decision("A", {"x": Decision("B", {"y": end})})))

    assert [node.type_of for node in form.nodes if node.type_of] == ["B", "A", "A"]
    assert names(form) == ["A (s)", "B (u) | x", "B (v) | x"]
    assert [list(map(int, form.nodes[k].payoffs)) for k in form.ends] == [[3, 1], [3, 2]]
    assert dict(form.nodes[form.ends[0]].types) == {"B": "u", "A": "s"}


def test_branches_of_probability_zero_are_not_there() -> None:
    """At a point, types and labels of probability zero are left out with all that follows them."""
    game = read(SIGNAL.replace("r: 0 < r < 1", "r: 0 <= r <= 1"))

    assert [name for name in names(form_of(game, r="0", k="1")) if "Tough" in name] == []
    assert len(form_of(game, r="1", k="1").ends) == len(form_of(game, r="1/2", k="1").ends) / 2


def test_only_what_is_needed_of_where_is_evaluated() -> None:
    """An entry of `where` that no payoff uses may divide by zero; one that is used may not."""
    assert form_of(read(SIGNAL), r="1/3", k="1").ends
    with pytest.raises(ExpressionError, match="divides by zero"):
        form_of(read(SIGNAL.replace("war: 1 - c", "war: unused - c")), r="1/3", k="1")


def test_other_numbers() -> None:
    """The extensive form is made of whatever numbers it is given, constants included."""
    form = extensive_form(read(SIGNAL), {"r": 0.25, "k": 0.5}, number=float)

    assert all(isinstance(value, float) for k in form.ends for value in form.nodes[k].payoffs)


def test_deep_games() -> None:
    """A chain of subtrees far deeper than Python's stack is expanded."""
    chain: dict[str, Branching] = {"s0": Outcome("End", {"A": 1, "B": 0})}
    for k in range(1, 3000):
        chain[f"s{k}"] = Decision("AB"[k % 2], {"go": Branch(f"s{k - 1}", {"A": 1})}, unseen_by=["BA"[k % 2]])
    form = form_of(Game(players=["A", "B"], tree="s2999", subtrees=chain))

    assert len(form.nodes) == 3000
    assert list(map(int, form.nodes[form.ends[0]].payoffs)) == [3000, 0]
    assert len(form.nodes[form.ends[0]].moves) == 2999
    assert form.information_sets[4].name == "B | go, go"
