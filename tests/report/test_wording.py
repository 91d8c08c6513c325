"""How strategies, beliefs and conditions are worded."""

from __future__ import annotations

from typing import Any

import pytest

from deterrence.model.game import Game
from deterrence.model.parts import Decision
from deterrence.report import beliefs, union, wording
from deterrence.report.play import reached, shape
from deterrence.report.table import plain
from deterrence.report.wording import Line, Math

MIXTURES = {
    "pure": ({"A": "0", "B": "1"}, "B"),
    "two actions": ({"A": "q", "B": "1 - q"}, "A with q, else B"),
    "two actions, the shorter first": ({"A": "1 - q", "B": "q"}, "B with q, else A"),
    "three actions": ({"A": "1/2", "B": "0", "C": "1/4", "D": "1/4"}, "A with 1/2, C with 1/4, D with 1/4"),
}


@pytest.mark.parametrize(("odds", "expected"), MIXTURES.values(), ids=MIXTURES)
def test_a_mixture_names_each_action_with_its_probability(odds: dict[str, str], expected: str) -> None:
    """What is certain needs no probability, what is impossible no mention."""
    assert plain(Line("", wording.mixture(odds))).replace("\u00a0", " ") == expected


def test_types_that_do_the_same_are_told_together(signal_game: Game) -> None:
    """All types: none is named; some: those that do it."""
    sets = wording.Sets(shape(signal_game), frozenset({"Defender (Tough)", "Defender (Weak)"}))
    same = {name: {"Signal": "1", "Quiet": "0"} for name in ("Defender (Tough)", "Defender (Weak)")}
    apart = same | {"Defender (Weak)": {"Signal": "q", "Quiet": "1 - q"}}

    assert [line.label + ": " + plain(Line("", line.pieces)) for line in sets.strategies(same, frozenset())] == ["Defender: Signal"]
    assert sets.strategies(apart, frozenset())[0].pieces == ("Signal if Tough; Signal with ", Math("q"), ", else Quiet if Weak")


def test_the_path_is_where_play_leads(signal_game: Game) -> None:
    """Information sets behind an action of probability zero are off it."""
    form = shape(signal_game)
    strategies: dict[str, dict[str, str]] = {each.name: {each.actions[0]: "1"} for each in form.information_sets}
    strategies["Defender (Weak)"] = {"Signal": "0", "Quiet": "1"}
    strategies["Challenger | Quiet"] = {"Attack": "0", "Refrain": "1"}

    off = {each.name for each in form.information_sets} - reached(form, strategies)
    assert off == {"Defender (Weak) | Signal, Attack", "Defender (Tough) | Quiet, Attack", "Defender (Weak) | Quiet, Attack"}


def test_at_a_point_a_type_of_probability_zero_is_not_there(signal_game: Game) -> None:
    """The shape of a game whose parameters are fixed knows which branches are not there."""
    game = signal_game.replace(parameters={name: p for name, p in signal_game.parameters.items() if name != "r"} | {"r": "r == 1"})

    assert not any("Weak" in each.name for each in shape(game).information_sets)


INDEPENDENT = (("A", ("x", "x", "y", "y")), ("B", ("u", "v", "u", "v")))


def test_independent_beliefs_are_told_player_by_player() -> None:
    """Products are taken apart, roots of what stands under them included."""
    root = ("c/b", "(sqrt(b*c) - c)/b", "(sqrt(b*c) - c)/b", "(b + c - 2*sqrt(b*c))/b")

    assert beliefs.marginals(INDEPENDENT, ("0", "0", "m", "1 - m")) == (("A", {"x": "0", "y": "1"}), ("B", {"u": "m", "v": "1 - m"}))
    assert beliefs.marginals(INDEPENDENT, root) == (
        ("A", {"x": "sqrt(b*c)/b", "y": "(b - sqrt(b*c))/b"}),
        ("B", {"u": "sqrt(b*c)/b", "v": "(b - sqrt(b*c))/b"}),
    )


def test_dependent_beliefs_are_told_node_by_node() -> None:
    """What is correlated cannot be taken apart."""
    assert beliefs.marginals(INDEPENDENT, ("1/2", "0", "0", "1/2")) is None
    assert beliefs.joint(INDEPENDENT, [], ["1/2", "0", "0", "1/2"]) == {"x and u": "1/2", "x and v": "0", "y and u": "0", "y and v": "1/2"}


def test_the_same_word_of_two_players_is_told_apart() -> None:
    """Both may have a type or a move of that name."""
    same = [("A", ("x", "x", "y", "y")), ("B", ("x", "y", "x", "y"))]

    assert list(beliefs.joint(same, [], ["1", "0", "0", "0"])) == ["A x and B x", "A x and B y", "A y and B x", "A y and B y"]


def test_hidden_moves_are_what_a_player_wonders_about() -> None:
    """A simultaneous move is a belief about the other's move."""
    end = {a + b: {"A": 0, "B": 0} for a in "LR" for b in "lr"}
    tree = Decision("A", {a: Decision("B", {b: a + b for b in "lr"}) for a in "LR"}, hidden_from=["B"])
    form = shape(Game(title="T", players=["A", "B"], outcomes=end, tree=tree))
    given = [{"types": {}, "moves": [a], "probability": text} for a, text in (("L", "p"), ("R", "1 - p"))]

    assert wording.Sets(form, frozenset({"B | ?"})).beliefs({"B | ?": given}) == (Line("B | ?", ("L with ", Math("p"), ", else R")),)


UNRESTRICTED: dict[str, Any] = {
    "strategies": {"A": {"x": "q", "y": "1 - q"}, "B": {"x": "1", "y": "0"}},
    "beliefs": {}, "free": {"q": ["0", "1"]}, "closed": {"q": [True, True]}, "implicit": {},
    "conditions": [], "outcomes": {"O": "1"}, "payoffs": {"A": "0"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "free"),
    [
        ({}, {"A"}),
        ({"closed": {"q": [False, True]}}, set()),
        ({"free": {"q": ["0", "1/2"]}}, set()),
        ({"outcomes": {"O": "q", "P": "1 - q"}}, set()),
        ({"conditions": ["q < r"]}, set()),
        ({"strategies": UNRESTRICTED["strategies"] | {"B": {"x": "q", "y": "1 - q"}}}, set()),
        ({"free": {"q": ["0", "1"], "t": ["0", "q"]}, "closed": {"q": [True, True], "t": [True, True]}}, set()),
    ],
    ids=["all of it", "an open end", "half of it", "it matters", "it is bound", "two sets share it", "another depends on it"],
)
def test_behaviour_that_is_quite_free_is_called_so(change: dict[str, Any], free: set[str]) -> None:
    """Only where every mixture will do, and nothing else depends on it."""
    family = UNRESTRICTED | change

    assert wording.unrestricted(family) == free
    assert [line.pieces for line in wording.freedom(family, frozenset(free))] == [
        ("any ", Math(f"{low} {'<=' if family['closed'][name][0] else '<'} {name} {'<=' if family['closed'][name][1] else '<'} {high}"))
        for name, (low, high) in family["free"].items()
        if not free
    ]


def test_an_unknown_without_a_closed_form_is_told_by_what_it_solves() -> None:
    """Its polynomial and what tells the root from the others."""
    family = UNRESTRICTED | {"free": {}, "implicit": {"q": {"polynomial": "q**5 - q - a", "isolating": "q > 1"}}}

    assert wording.freedom(family) == (Line("", (Math("q"), " solves ", Math("q**5 - q - a == 0"), " with ", Math("q > 1"))),)


SUMMARIES = {
    "the widest": ([["r >= 1/2"], ["r >= 1/2", "k < V"]], ("r >= 1/2",)),
    "weakly": ([["k <= c"], ["k < c", "r > 0"]], ("k <= c",)),
    "everywhere": ([[], ["r > 0"]], ()),
    "opposites": ([["r >= 1/2", "k < V"], ["r >= 1/2", "k >= V"]], ("r >= 1/2",)),
    "strict opposites leave a gap": ([["k < V"], ["k > V"]], ("k < V or k > V",)),
    "one covers what another excludes": ([["a >= d"], ["r >= 1/2", "a < d"]], ("a >= d or r >= 1/2",)),
    "apart": ([["a >= d", "b > 0"], ["r >= 1/2"]], ("(a >= d and b > 0) or r >= 1/2",)),
    "conditions with or": ([["a > 0 or b > 0", "c > 0"], ["d > 0"]], ("((a > 0 or b > 0) and c > 0) or d > 0",)),
    "too long": ([[f"a{i} >= {i}", f"b{i} < {i}"] for i in range(9)], None),
    "too many": ([[f"a >= {i}"] for i in range(100)], None),
}


@pytest.mark.parametrize(("families", "expected"), SUMMARIES.values(), ids=SUMMARIES)
def test_where_any_of_several_families_exists(families: list[list[str]], expected: tuple[str, ...] | None) -> None:
    """Said in the fewest words that the texts alone allow, or not at all."""
    assert union.summary(families) == expected


def test_a_summary_says_the_union() -> None:
    """At every point of a grid, on the boundaries too, it holds if and only if one of the families' conditions does."""
    import itertools
    from fractions import Fraction

    from deterrence.algebra.expressions import Condition

    atoms = [f"{x} {op} {bound}" for x, bound in (("a", "1"), ("b", "1")) for op in ("<", "<=", ">", ">=")]
    cases = [[c] for c in atoms] + [list(pair) for pair in itertools.combinations(atoms, 2) if pair[0][0] != pair[1][0]]
    grid = [{"a": Fraction(x), "b": Fraction(y)} for x in (0, 1, 2) for y in (0, 1, 2)]
    holds = {c: [Condition.parse(c).evaluate(point) for point in grid] for c in atoms}

    def where(families: list[Any]) -> list[bool]:
        return [any(all(holds[c][k] for c in family) for family in families) for k in range(len(grid))]

    for families in itertools.combinations(cases, 2):
        assert where(list(families)) == where(union.anywhere(families)), families


def test_beliefs_are_written_in_the_order_of_the_parameters() -> None:
    """As in all other formulas of a game, whatever the names."""
    found = (("A", ("x", "x", "y", "y")), ("B", ("u", "v", "u", "v")))
    texts = ("(p*b + 1)*a/2", "(p*b + 1)*(1 - a)/2", "(1 - p*b)*a/2", "(1 - p*b)*(1 - a)/2")

    assert beliefs.marginals(found, texts, ("p", "b", "a")) == (("A", {"x": "(p*b + 1)/2", "y": "(1 - p*b)/2"}), ("B", {"u": "a", "v": "1 - a"}))
    assert beliefs.marginals(found, texts) == (("A", {"x": "(b*p + 1)/2", "y": "(1 - b*p)/2"}), ("B", {"u": "a", "v": "1 - a"}))
