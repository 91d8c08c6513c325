"""Solutions: what is read off them, how they are written, and that they come out the same every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import sympy
from small_games import entry, volunteers

import deterrence as dt
from deterrence.algebra.expressions import Condition, Expression
from deterrence.algebra.sympy_forms import to_sympy
from deterrence.check import check
from deterrence.model.extensive import extensive_form
from deterrence.solution import Solution

POINT = {"r": "3/5", "k": "1/5", "V": 1, "g": "4/3", "l": 1, "c_T": "1/2", "c_W": "3/2"}


@pytest.fixture(scope="module")
def signals() -> Solution:
    return dt.solve(dt.load("costly_signal"))


@pytest.fixture(scope="module")
def numeric() -> Solution:
    """Mixing with the cube root of one half."""
    return dt.solve(volunteers(4, "1/2"))


@pytest.fixture(scope="module")
def quadratic() -> Solution:
    """Mixing with the square root of the cost."""
    return dt.solve(volunteers(3, "c", {"c": "0 < c < 1"}))


@pytest.fixture(scope="module")
def cubic() -> Solution:
    """Mixing with the cube root of the cost."""
    return dt.solve(volunteers(4, "c", {"c": "0 < c < 1"}))


@pytest.fixture(params=["signals", "numeric", "quadratic", "cubic"])
def solution(request: pytest.FixtureRequest) -> Solution:
    found: Solution = request.getfixturevalue(request.param)
    return found


def texts(data: Any) -> Iterator[str]:
    """Every formula of an equilibrium's JSON object."""
    for key in ("strategies", "outcomes", "events", "payoffs", "payoffs_by_type", "free"):
        todo = [data[key]]
        while todo:
            each = todo.pop()
            if isinstance(each, str):
                yield each
            else:
                todo.extend(each.values() if isinstance(each, dict) else each)
    yield from (node["probability"] for nodes in data["beliefs"].values() for node in nodes)


# As a JSON object


def test_a_solution_is_one_json_object(signals: Solution) -> None:
    """With the keys of the interface, in their order, and nothing but text, numbers and truth values in it."""
    data = signals.to_dict()

    assert list(data) == ["game", "concept", "complete", "knife_edge", "undecided", "parameters", "at", "equilibria"]
    assert data["parameters"] == ["r", "k", "V", "g", "l", "c_T", "c_W"]
    assert (data["concept"], data["complete"], data["undecided"], data["at"]) == ("sequential", True, [], {})
    assert [e["name"] for e in data["equilibria"]] == [f"E{n}" for n in range(1, len(signals) + 1)]
    assert list(data["equilibria"][0]) == [
        "name", "strategies", "beliefs", "free", "closed", "implicit", "conditions", "outcomes", "events", "payoffs", "payoffs_by_type",
    ]  # fmt: skip
    assert json.loads(json.dumps(data)) == data


def test_conditions_read_like_a_theorists(signals: Solution) -> None:
    """Pooling on no signal without an attack needs a strong enough reputation, and beliefs that support it."""
    pooling = [e.to_dict() for e in signals if e.to_dict()["outcomes"]["Peace"] == "1"]

    assert pooling
    assert all("r >= g/(g + l)" in e["conditions"] for e in pooling)
    mixed = next(e for e in pooling if e["free"] == {"q": ["0", "1"]})
    assert mixed["conditions"] == ["r >= g/(g + l)"]
    assert mixed["closed"] == {"q": [False, False]}
    assert mixed["strategies"]["Challenger | Signal"] == {"Attack": "q", "Refrain": "1 - q"}
    assert mixed["beliefs"]["Challenger | Signal"][0] == {"types": {"Defender": "Tough"}, "moves": ["Signal"], "probability": "g/(g + l)"}


def test_every_text_is_in_the_grammar_of_expressions(solution: Solution) -> None:
    """Square roots and roots of polynomials included, and only in the names of parameters and unknowns."""
    for e in solution.to_dict()["equilibria"]:
        known = {*solution.game.parameters, *e["free"], *e["implicit"], "x"}
        for text in texts(e):
            assert Expression.parse(text, formulas=True).symbols <= known, text
        for condition in e["conditions"]:
            assert Condition.parse(condition).symbols <= known


def test_changing_the_object_changes_no_solution(signals: Solution) -> None:
    """`to_dict` hands out a copy."""
    data = signals.to_dict()
    data["equilibria"][0]["conditions"].append("r > 2")
    data["equilibria"][0]["payoffs"].clear()

    assert signals.to_dict() != data
    assert signals.to_dict()["equilibria"][0]["payoffs"]


# As SymPy expressions


def test_probabilities_add_up(solution: Solution) -> None:
    """At every information set, at every belief, and over the outcomes."""
    for e in solution:
        for chances in [*e.strategies.values(), *e.beliefs.values(), e.outcomes]:
            assert sympy.simplify(sum(chances.values())) == 1


def test_expressions_say_what_the_texts_say(solution: Solution) -> None:
    """The symbols are the parameters and the unknowns, by name."""
    for e in solution:
        data = e.to_dict()
        assert {s: {a: to_sympy(p) for a, p in actions.items()} for s, actions in data["strategies"].items()} == e.strategies
        assert {o: to_sympy(p) for o, p in data["outcomes"].items()} == e.outcomes
        assert {p: to_sympy(u) for p, u in data["payoffs"].items()} == e.payoffs


def test_roots_are_given_in_closed_form_or_defined(numeric: Solution, quadratic: Solution, cubic: Solution) -> None:
    """The chance to hold back is a square root, a numeric root of a polynomial, or defined by one."""
    name, c = "North", sympy.Symbol("c")
    mixed = [next(e for e in found if len(e.exact_outcomes) and all(e.exact_outcomes.values())) for found in (quadratic, numeric, cubic)]
    by_root, by_number, implicit = mixed

    assert by_root.strategies[name]["Hold back"] == sympy.sqrt(c)
    assert by_number.strategies[name]["Hold back"] == sympy.CRootOf(2 * sympy.Symbol("x") ** 3 - 1, 0)
    assert by_number.to_dict()["payoffs"][name] == "1/2"
    assert implicit.to_dict()["implicit"]["q"]["polynomial"] in ("q**3 - c", "c - q**3")
    assert implicit.region.conditions == ()


def test_payoffs_are_those_of_the_tree(signals: Solution) -> None:
    """At a point, with the strategies there, by walking through the tree in Fractions."""
    point = {n: Fraction(v) for n, v in POINT.items()}
    form = extensive_form(signals.game, point)
    for e in signals:
        if not point_in(e, point):
            continue
        env = {**point, **dict.fromkeys(e.free, Fraction(1, 2))}
        chances = {s: {a: Expression.parse(p).evaluate(env) for a, p in actions.items()} for s, actions in e.to_dict()["strategies"].items()}
        reached = {0: Fraction(1)}
        expected = dict.fromkeys(form.players, Fraction(0))
        for node in form.nodes:
            odds = node.probabilities if node.information_set is None else list(chances[form.information_sets[node.information_set].name].values())
            for p, child in zip(odds, node.children, strict=False):
                reached[child] = reached[node.index] * p
            for player, u in zip(form.players, node.payoffs, strict=False):
                expected[player] += reached[node.index] * u

        assert {p: Expression.parse(u).evaluate(env) for p, u in e.to_dict()["payoffs"].items()} == expected


def point_in(e: Any, point: dict[str, Fraction]) -> bool:
    return all(Condition.parse(c).evaluate(point) for c in e.region.conditions)


# As a sequence


def test_a_solution_is_an_immutable_sequence(signals: Solution) -> None:
    """Indexed, sliced, iterated, compared by value."""
    assert list(signals) == [signals[k] for k in range(len(signals))]
    assert signals[1:3] == (signals[1], signals[2])
    assert signals == dt.solve(dt.load("costly_signal"))
    assert hash(signals) == hash(dt.solve(dt.load("costly_signal")))
    assert signals != dt.solve(entry())
    with pytest.raises(TypeError):
        signals[0] = signals[1]  # type: ignore[index]
    with pytest.raises(AttributeError):
        signals[0].name = "E0"  # type: ignore[misc]


def test_equilibria_are_grouped_by_the_outcomes_they_reach(signals: Solution) -> None:
    """Each in one group, under the outcomes of positive probability."""
    groups = signals.by_outcome()

    assert sorted(e.name for found in groups.values() for e in found) == sorted(e.name for e in signals)
    for labels, found in groups.items():
        assert all(tuple(label for label, p in e.outcomes.items() if p != 0) == labels for e in found)


def test_a_solution_shows_itself(signals: Solution) -> None:
    """In a line, as a table, and as HTML."""
    assert repr(signals).startswith("Solution('Costly signals in extended deterrence', sequential, ")
    assert "complete" in repr(signals)
    assert "E1" in str(signals)
    assert signals._repr_html_().lstrip().startswith("<")
    assert repr(signals[0]).startswith("Equilibrium(E1: ")


# At points


def test_all_equilibria_at_a_point_are_those_whose_regions_hold_it(signals: Solution) -> None:
    """At a generic point, solving afresh finds the same supports."""
    point = {n: Fraction(v) for n, v in POINT.items()}
    found = signals.at(**POINT)

    def supports(e: Any) -> Any:
        return tuple(tuple(a for a, p in actions.items() if p != "0") for actions in e.to_dict()["strategies"].values())

    assert {supports(e) for e in found} == {supports(e) for e in signals if point_in(e, point)}
    assert all(e.region.conditions == () for e in found)


def test_a_range_of_beliefs_is_told_with_its_ends() -> None:
    """A belief that consistency leaves open from end to end is one family; the independent checker passes its ends and its middle."""
    game = dt.load("extended_immediate_deterrence")
    solution = dt.solve(game)
    whole = [e for e in solution if list(e.closed.values()) == [(True, True)]]

    assert [list(e.free) for e in whole] == [["mu"], ["mu"]]
    assert all(e.free or e.strategies != other.strategies for other in whole for e in solution)
    for e in whole:
        (point,) = e.region.sample(1)
        low, high = (Expression.parse(str(end)).evaluate(point) for end in e.free["mu"])
        for mu in (low, (low + high) / 2, high):
            data = e.to_dict()
            assert check(game, data["strategies"], data["beliefs"], {**point, "mu": mu}).valid, (e.name, mu)


def test_on_a_surface_the_point_is_solved_afresh() -> None:
    """Where the incumbent is indifferent there are mixed equilibria that no family has."""
    solution = dt.solve(entry())
    mixing = [e for e in solution.at(c=1, v=1) if e.free]

    assert not any(e.free for e in solution.at(c=1, v=2))
    assert mixing
    assert dt.solve(entry().at(c=1, v=1)).to_dict()["at"] == {"c": "1", "v": "1"}


def test_bad_arguments_are_refused() -> None:
    """An unknown concept, a limit that is none, a value outside the parameter space."""
    with pytest.raises(dt.InputError, match="expected one of nash, subgame_perfect, weak_pbe, sequential"):
        dt.solve(entry(), "nsah")
    with pytest.raises(dt.InputError, match="positive number of seconds"):
        dt.solve(entry(), time_limit=0)
    with pytest.raises(dt.GameError, match="outside its domain"):
        dt.solve(entry()).at(c=-1, v=0)


def test_a_limit_leaves_an_incomplete_solution() -> None:
    """What was found by then, and what was not decided, with the reason."""
    solution = dt.solve(dt.load("costly_signal"), time_limit=1e-6)

    assert not solution.complete
    assert "time limit" in solution.undecided[-1]["why"]
    assert solution.to_dict()["complete"] is False


# Every time the same


@pytest.mark.parametrize("name", ["costly_signal", "brinkmanship", "abandonment"])
def test_the_same_bytes_under_any_hash_seed(name: str) -> None:
    """The order of families, names, symbols and conditions is canonical."""
    code = f"import json, deterrence as dt; print(json.dumps(dt.solve(dt.load({name!r})).to_dict()))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "DETERRENCE_CACHE": "off"},
        ).stdout
        for seed in ("1", "2")
    ]

    assert len(runs[0]) > 1000
    assert runs[0] == runs[1]


# Some of it


def test_an_equilibrium_is_called_by_its_name(signals: Solution) -> None:
    """An unknown name is an error that lists those there are."""
    assert signals["E2"] is signals[1]
    with pytest.raises(dt.InputError, match="there is no equilibrium 'E99'; expected one of E1, E2, E3"):
        _ = signals["E99"]
    with pytest.raises(dt.InputError, match="the solution has none at all"):
        _ = Solution(signals.game, signals.concept, [])["E1"]


def test_a_selection_is_a_solution_that_is_not_complete(signals: Solution) -> None:
    """It has the chosen families in their order, a table that says so, and goes through a file; all families together are no selection."""
    some = signals.only("E3", signals[0])

    assert [e.name for e in some] == ["E1", "E3"]
    assert not some.complete
    assert "Complete" not in some.table()
    assert "this is a selection, without E2, E4" in " ".join(some.table().split())
    assert signals.only(*signals) == signals
    assert signals.only(*signals).complete
    with pytest.raises(dt.InputError, match="only: no equilibrium is given; expected names such as 'E1', 'E2'"):
        signals.only()
    with pytest.raises(dt.InputError, match="there is no equilibrium 'e1'"):
        signals.only("e1")


def test_a_selection_of_profiles_does_not_call_the_others_refuted() -> None:
    """A profile that was left out is named as such, and not among those that are an equilibrium nowhere."""
    good, bad = {"A": "C", "B": "C"}, {"A": "D", "B": "D"}
    payoffs = {"CC": (4, 4), "CD": (0, 5), "DC": (5, 0), "DD": (1, 1)}
    game = dt.RepeatedGame(
        players=["A", "B"],
        parameters={"delta": "0 < delta < 1"},
        outcomes={name: {"A": a, "B": b} for name, (a, b) in payoffs.items()},
        discount="delta",
        tree=dt.Decision("A", {a: dt.Decision("B", {b: a + b for b in "CD"}) for a in "CD"}, hidden_from=["B"]),
        strategies={
            "Grim": dt.Automaton.grim_trigger(cooperate=good, punish=bad),
            "Carrot": dt.Automaton.stick_and_carrot(cooperate=good, punish=bad),
        },
    )
    solution = dt.solve(game)
    text = " ".join(solution.only("Grim").table().split())

    assert len(solution) == 2
    assert "Not subgame perfect" not in text
    assert "Incomplete: Carrot was left out of this selection." in text


def test_what_is_no_game_and_no_solution_is_refused(signals: Solution) -> None:
    """A file's name, a game in place of its solution and a solution in place of its game are told apart, each with what to do."""
    for function in (dt.solve, dt.validate, dt.prove_all):
        with pytest.raises(dt.InputError, match=rf"{function.__name__}: found 'base.yaml'; expected a game: dt.load\('base.yaml'\) reads one"):
            function("base.yaml")  # type: ignore[operator]
    with pytest.raises(dt.InputError, match=r"check: found 'base.yaml'"):
        dt.check("base.yaml", {})  # type: ignore[arg-type]
    with pytest.raises(dt.InputError, match=r"compare: found 'base.yaml'"):
        dt.compare("base.yaml", "other.yaml")  # type: ignore[arg-type]
    with pytest.raises(dt.InputError, match=r"solve: found a solution; expected a game: \.game of it is one"):
        dt.solve(signals)  # type: ignore[arg-type]
    for name, arguments in {"thresholds": ["r"], "comparative_statics": [], "elasticities": [], "sensitivity": [["Pr(War)"]]}.items():
        with pytest.raises(dt.InputError, match=rf"{name}: found a game; expected a solution: dt.solve\(game\)"):
            getattr(dt, name)(signals.game, *arguments)
    with pytest.raises(dt.InputError, match="prove: found a game"):
        dt.prove(signals.game, dt.Claim("None.", every="Pr(War) == 0"))  # type: ignore[arg-type]
