"""Games built in Python: values that are frozen, equal by what they say, and fixed at exact points."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from typing import Any

import pytest
import sympy

from deterrence.algebra.errors import DeterrenceError, GameError
from deterrence.algebra.expressions import Condition, Expression
from deterrence.model.game import Branch, Branching, Chance, Claim, Decision, Game, Outcome, Parameter, Type
from deterrence.model.reading import read

FILE = """
title: A pledge
source: "an example, made up"
notes: |
  A **Patron** may pledge.
players: [Patron, Rival]
parameters:
  r: {domain: 0 < r < 1, role: credibility, meaning: prior, default: 1/4}
  k: k > 0
  v: real
assume: [k < v]
types:
  Patron:
    Firm: {probability: r, c: 1/2}
    Weak: {probability: 1 - r, c: 0.75*k}
  Rival: {Only: 1}
where: {gain: v - c}
outcomes:
  Peace: {Patron: v, Rival: 0}
  War: {Patron: gain, Rival: -1}
tree:
  Patron:
    hidden_from: [Rival]
    Pledge: {pay: {Patron: -k}, then: crisis}
    Wait: crisis
subtrees:
  crisis:
    Rival:
      Attack:
        Chance:
          unseen_by: [Rival]
          Help: {probability: 1/3, then: War}
          None: {probability: 2/3, pay: {Rival: 1}, then: {outcome: Defeat, Patron: 0, Rival: v}}
      Rest: Peace
events: {Quiet: [Peace], Fighting: [War, Defeat]}
claims:
  - claim: Pledges deter.
    when: r > 1/2
    some: Pr(Quiet) == 1
    exactly_when: k < 1
  - {claim: Dear pledges are rare., every: Pr(Pledge), decreasing_in: k, strictly: true, concept: nash}
"""


def twin(**changes: Any) -> Game:
    """The game of FILE, built in Python from numbers, text and SymPy expressions."""
    r, v = sympy.symbols("r v")
    crisis = Decision(
        "Rival",
        {
            "Attack": Chance(
                {
                    "Help": (Fraction(1, 3), Outcome("War")),
                    "None": ("2/3", Branch(Outcome("Defeat", {"Rival": v, "Patron": 0}), {"Rival": 1})),
                },
                unseen_by=["Rival"],
            ),
            "Rest": Branch("Peace"),
        },
    )
    sections: dict[str, Any] = {
        "title": "A pledge",
        "source": "an example, made up",
        "notes": "A **Patron** may pledge.\n",
        "players": ["Patron", "Rival"],
        "parameters": [Parameter("r", "0 < r < 1", "credibility", "prior", 0.25), Parameter("k", sympy.Symbol("k") > 0), Parameter("v")],
        "assume": ["k < v"],
        "types": {"Patron": [Type("Firm", r, {"c": 0.5}), Type("Weak", 1 - r, {"c": "3*k/4"})], "Rival": {"Only": 1}},
        "where": {"gain": "v - c"},
        "outcomes": {"Peace": {"Patron": v, "Rival": 0}, "War": Outcome("War", {"Rival": -1, "Patron": "gain"})},
        "tree": Decision("Patron", {"Pledge": Branch("crisis", {"Patron": "-k"}), "Wait": "crisis"}, hidden_from=["Rival"]),
        "subtrees": {"crisis": crisis},
        "events": {"Quiet": ["Peace"], "Fighting": ["War", "Defeat"]},
        "claims": [
            Claim("Pledges deter.", when="r > 1/2", some="Pr(Quiet) == 1", exactly_when="k < 1"),
            Claim("Dear pledges are rare.", every="Pr(Pledge)", decreasing_in="k", strictly=True, concept="nash"),
        ],
    }
    return Game(**(sections | changes))


def test_file_and_python_twin_are_equal() -> None:
    """A game built in Python equals the same game read from a file, and hashes alike."""
    game = read(FILE)

    assert twin() == game
    assert hash(twin()) == hash(game)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"assume": []},
        {"where": {"gain": "v - 2*c"}},
        {"tree": Decision("Patron", {"Pledge": Branch("crisis", {"Patron": "-k"}), "Wait": "crisis"})},
        {"tree": Decision("Patron", {"Wait": "crisis", "Pledge": Branch("crisis", {"Patron": "-k"})}, hidden_from=["Rival"])},
        {"events": {"Fighting": ["War", "Defeat"], "Quiet": ["Peace"]}},
        {"claims": []},
    ],
)
def test_any_difference_counts(change: dict[str, Any]) -> None:
    """Games that differ in a payoff, in who sees what, in the order of actions or in a claim are different."""
    assert twin(**change) != read(FILE)


def test_parts_cannot_be_changed() -> None:
    """Games and their parts are values: they cannot be changed, and copies of them are equal."""
    game = read(FILE)
    parts: list[Any] = [game, game.tree, game.parameters["r"], game.claims[0], game.types["Patron"][0]]
    for part in parts:
        with pytest.raises(AttributeError, match="cannot be changed"):
            part.title = "x"
        assert copy.deepcopy(part) == part
        assert pickle.loads(pickle.dumps(part)) == part
    with pytest.raises(TypeError):
        game.outcomes["Peace"] = {}  # type: ignore[index]


def test_fixing_parameters() -> None:
    """A fixed parameter has a single value as its domain, and what is left is free."""
    game = read(FILE).at(r="1/3", k=0.2)

    assert game.fixed == {"r": Fraction(1, 3), "k": Fraction(1, 5)}
    assert game.free_parameters == ("v",)
    assert game.parameters["r"].domain == Condition.parse("r == 1/3")
    assert game.at(v=-0.0 + 3).fixed["v"] == 3
    assert read(FILE).at(r="1/3").at(k="0.2") == game


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"q": 1}, "'q' is no parameter"),
        ({"R": "1/2"}, "did you mean 'r'"),
        ({"r": 1}, "r = 1 is outside its domain, 0 < r < 1"),
        ({"k": -0.5}, "k = -1/2 is outside its domain"),
        ({"k": 2, "v": 1}, "breaks the assumption k < v"),
        ({"r": "r"}, "expected a number without names"),
        ({"r": float("nan")}, "r: found nan"),
        ({"r": "1/"}, "ends here"),
    ],
)
def test_points_outside_the_space(values: dict[str, Any], said: str) -> None:
    """A point outside the parameter space is refused, with what it breaks."""
    with pytest.raises(GameError, match=said):
        read(FILE).at(**values)


def test_a_fixed_parameter_stays() -> None:
    """A parameter that is fixed cannot be fixed at another value, and assumptions are checked once all is known."""
    game = read(FILE).at(k=2)
    with pytest.raises(GameError, match="outside its domain"):
        game.at(k=3)
    with pytest.raises(GameError, match="breaks the assumption"):
        game.at(v=1)


def test_where_is_expanded() -> None:
    """`where` entries are put in, and which of them depend on types is known."""
    game = twin(where={"gain": "net + 1", "net": "v - c", "half": "v/2"}, assume=["half < k"])

    assert game.expand(Expression.parse("2*gain")) == Expression.parse("2*(v - c + 1)")
    assert game.expand(game.assume[0]) == Condition.parse("v/2 < k")
    assert game.typed_where == {"gain", "net"}
    assert game.where_order.index("net") < game.where_order.index("gain")
    assert game.type_symbols == ("c",)


def test_outcome_labels() -> None:
    """Ends in place count among the outcomes, after the listed ones."""
    assert read(FILE).outcome_labels == ("Peace", "War", "Defeat")


def test_deep_trees_need_no_recursion() -> None:
    """Trees far deeper than Python's stack are built, compared and hashed."""

    def centipede(moves: int, last: str) -> Branching:
        tree: Branching = last
        for k in range(moves):
            tree = Decision("AB"[k % 2], {"Go": Branch(tree, {"A": 1}), "Stop": "End"})
        return tree

    def game(last: str) -> Game:
        return Game(players=["A", "B"], outcomes={"End": {"A": 0, "B": 0}, "Far": {"A": 1, "B": 1}}, tree=centipede(5000, last))

    assert game("End") == game("End")
    assert hash(game("End").tree) == hash(game("End").tree)
    assert game("End") != game("Far")
    assert len(game("End").content_key()) == 64
    with pytest.raises(GameError, match="subtrees"):
        game("End").to_yaml()


def test_shared_parts_are_counted_without_expansion() -> None:
    """A Python object used in two branches again and again is counted, not expanded."""
    tree: Branching = "End"
    for _ in range(64):
        tree = Decision("A", {"x": tree, "y": tree})
    with pytest.raises(GameError, match="the limit is 100000"):
        Game(players=["A"], outcomes={"End": {"A": 0}}, tree=tree)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"players": "Patron"}, "expected a list of names"),
        ({"assume": "k < v"}, "expected a list of conditions"),
        ({"outcomes": [("Peace", 1)]}, "expected a mapping"),
        ({"outcomes": {"Peace": {"Patron": None, "Rival": 0}}}, "Patron: found 'None'"),
        ({"tree": 3}, "expected a Decision"),
        ({"tree": ""}, "no tree"),
        ({"tree": Outcome()}, "expected a Decision"),
        ({"parameters": [Parameter("r"), Parameter("r")]}, "given twice"),
        ({"types": {"Patron": {"Firm": {"c": 1}}}}, "has no probability"),
        ({"where": {"and": 1}}, "cannot name an entry of where"),
    ],
)
def test_wrong_parts(change: dict[str, Any], said: str) -> None:
    """Parts of the wrong kind are refused with what was expected."""
    with pytest.raises(DeterrenceError, match=said):
        twin(**change)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, "one of none, some or every"),
        ({"some": "x", "every": "x"}, "found some and every"),
        ({"every": "x", "exactly_when": "a > b"}, "goes with `some` only"),
        ({"some": "x", "increasing_in": "k"}, "may go with `every`"),
        ({"every": "x", "increasing_in": "k", "constant_in": "k"}, "may go with `every`"),
        ({"every": "x", "strictly": "true"}, "strictly"),
        ({"every": "x", "increasing_in": "k", "strictly": "yes"}, "strictly"),
        ({"evry": "x"}, "did you mean 'every'"),
    ],
)
def test_wrong_claims(texts: dict[str, Any], said: str) -> None:
    """A claim says one thing, and what goes with it."""
    with pytest.raises(GameError, match=said):
        Claim("Something.", **texts)
