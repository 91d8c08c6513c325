"""Rules that select among equilibria, against cases worked out by hand and loops over points."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis.designs import sobol
from deterrence.analysis.selection import PAYOFFS, Rule, rule_of, selected
from deterrence.analysis.sweep import sweep
from deterrence.model.reading import read
from deterrence.solution import Solution
from deterrence.solve import solve

NAMES, PLAYERS = ["E1", "E2", "E3"], ["Ally", "Patron"]

# Two allies who gain only if they do the same, and do not agree on which.
ALLIES = """
title: Two ways to stand together
players: [A, B]
parameters:
  a: {domain: 0 < a < 3, default: 2}
tree:
  A:
    hidden_from: [B]
    East: {B: {East: {outcome: East, A: a, B: 1}, West: {outcome: Apart, A: 0, B: 0}}}
    West: {B: {East: {outcome: Apart, A: 0, B: 0}, West: {outcome: West, A: 1, B: a}}}
"""
# A patron who does not care whether he helps: whoever trusts him gets anything from a to 1.
CARELESS = """
title: A careless patron
players: [Ally, Patron]
parameters:
  a: {domain: 0 < a < 1, default: 1/2}
tree:
  Ally:
    Trust: {Patron: {Help: {outcome: Saved, Ally: 1, Patron: 0}, Abandon: {outcome: Lost, Ally: 0, Patron: 0}}}
    Stay: {outcome: Alone, Ally: a, Patron: 0}
"""


@cache
def solved(text: str) -> Solution:
    """The equilibria of one of these games."""
    return solve(read(text))


def block(payoffs: list[list[list[float]]], exists: list[list[bool]], upper: list[list[list[float]]] | None = None) -> xr.Dataset:
    """Results at some points, as rules are given them: payoffs by equilibrium, player and point, and a quantity that tells equilibria apart."""
    least, there = np.array(payoffs, dtype=float), np.array(exists)
    dims = ("equilibrium", "player", "bound", "point")
    ends = np.stack([least, least if upper is None else np.array(upper, dtype=float)], axis=2)
    numbers = np.where(there, np.arange(1.0, 1 + len(there))[:, None], np.nan)
    variables: dict[str, Any] = {
        "inside": ("point", np.ones(there.shape[1], dtype=bool)),
        "exists": (("equilibrium", "point"), there),
        "number": (("equilibrium", "point"), numbers),
        PAYOFFS: (dims, np.where(there[:, None, None], ends, np.nan)),
    }
    return xr.Dataset(variables, {"equilibrium": NAMES[: len(there)], "player": PLAYERS, "bound": ["lower", "upper"]})


def rule(select: Any) -> Rule:
    return rule_of(select, NAMES, PLAYERS)


def numbers(select: Any, given: xr.Dataset) -> list[float]:
    """Of each point, the number of the equilibrium that a rule selects, and 0 where none is."""
    return selected(rule(select), given)["number"].fillna(0).values.tolist()


# Ally's payoffs are 1, 2, 3 in the three equilibria, but: the third does not exist at point 1, none at point 2, and all tie at point 3.
PLAIN = block(
    [[[1, 1, 1, 5], [9, 9, 9, 5]], [[2, 2, 2, 5], [8, 8, 8, 5]], [[3, 3, 3, 5], [7, 7, 7, 5]]],
    [[True, True, False, True], [True, True, False, True], [True, False, False, True]],
)
# Ally gets from 0 to 10 in E1, 4 in E2, from 3 to 5 in E3.
OPEN = block(
    [[[0], [0]], [[4], [0]], [[3], [0]]],
    [[True], [True], [True]],
    [[[10], [0]], [[4], [0]], [[5], [0]]],
)


def test_the_best_and_the_worst_for_a_player_exist_and_ties_go_to_the_first() -> None:
    """Where none exists none is selected."""
    assert numbers("best for Ally", PLAIN) == [3, 2, 0, 1]
    assert numbers("worst for Ally", PLAIN) == [1, 1, 0, 1]
    assert numbers("best for Patron", PLAIN) == [1, 1, 0, 1]
    assert numbers("worst for Patron", PLAIN) == [3, 2, 0, 1]


def test_what_is_open_counts_at_its_worst_unless_the_rule_is_optimistic() -> None:
    """By the lower bounds 0, 4, 3 and by the upper ones 10, 4, 5."""
    assert numbers("best for Ally", OPEN) == [2]
    assert numbers("worst for Ally", OPEN) == [1]
    assert numbers("best for Ally (optimistic)", OPEN) == [1]
    assert numbers("worst for Ally (optimistic)", OPEN) == [2]


def test_payoffs_that_differ_by_rounding_alone_are_ties() -> None:
    """`0.1 + 0.2` is no better than `0.3`."""
    given = block([[[0.3], [0]], [[0.1 + 0.2], [0]], [[0.3 - 1e-9], [0]]], [[True], [True], [True]])

    assert numbers("best for Ally", given) == [1]
    assert numbers("worst for Ally", given) == [3]
    assert selected(rule("pareto"), given)["chosen"].values[:, 0].tolist() == [True, True, False]


def test_pareto_leaves_out_what_an_equilibrium_that_exists_dominates() -> None:
    """At point 0 the second is better for both than the first; at point 1 it does not exist; at point 2 neither dominates; at 3 they are equal."""
    given = block(
        [[[1, 1, 1, 1], [1, 1, 1, 1]], [[1, 2, 2, 1], [2, 2, 0, 1]]],
        [[True] * 4, [True, False, True, True]],
    )
    kept = selected(rule("pareto"), given)

    assert kept["chosen"].values.tolist() == [[False, True, True, True], [True, False, True, True]]
    assert np.isnan(kept["number"].values[0, 0])
    assert kept["number"].values[0, 1:].tolist() == [1, 1, 1]
    assert kept["exists"].values[0].all()


def test_pareto_needs_dominance_for_every_choice_of_what_is_open() -> None:
    """From 4 up dominates 3, but neither what may reach 5 nor is it dominated by it."""
    given = block([[[4], [0]], [[3], [0]], [[2], [0]]], [[True], [True], [True]], [[[6], [0]], [[3], [0]], [[5], [0]]])

    assert selected(rule("pareto"), given)["chosen"].values[:, 0].tolist() == [True, False, True]


def test_by_name_an_equilibrium_is_selected_where_it_exists() -> None:
    """The dimension is gone, and `chosen` has the name's code or -1."""
    kept = selected(rule("E3"), PLAIN)

    assert numbers("E3", PLAIN) == [3, 0, 0, 3]
    assert kept["chosen"].values.tolist() == [2, -1, -1, 2]
    assert kept["exists"].values.tolist() == [True, False, False, True]
    assert kept["number"].dims == ("point",)


def test_all_keeps_everything_but_the_payoffs_that_were_not_asked_for() -> None:
    """Their dimensions are gone with them."""
    kept = selected(rule("all"), PLAIN)

    assert set(kept.variables) == {"inside", "exists", "number", "equilibrium"}
    assert kept["number"].equals(PLAIN["number"])


def test_a_function_may_return_a_mask_or_positions() -> None:
    """What does not exist is never selected, even if the function says so."""
    mask = selected(rule(lambda b: b["number"] >= 2), PLAIN)
    everywhere = selected(rule(lambda b: np.ones(b["exists"].shape, dtype=bool)), PLAIN)
    last = selected(rule(lambda b: xr.full_like(b["inside"], 2, dtype=int)), PLAIN)
    turned = selected(rule(lambda b: b["exists"].transpose("point", "equilibrium")), PLAIN)

    assert mask["chosen"].values.sum(axis=1).tolist() == [0, 3, 2]
    assert everywhere["chosen"].equals(PLAIN["exists"])
    assert last["chosen"].values.tolist() == [2, -1, -1, 2]
    assert turned["chosen"].equals(PLAIN["exists"])


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda b: b["number"], "float64 of shape (3, 4)"),
        (lambda b: b["exists"].any("equilibrium"), "bool of shape (4,)"),
        (lambda b: np.full(b.sizes["point"], 3), "int64 of shape (4,)"),
        (lambda b: b["equilibrium"].values[0], "of shape ()"),
    ],
    ids=["numbers", "a mask of points", "a position too far", "a name"],
)
def test_a_function_that_returns_something_else_is_told(function: Callable[[xr.Dataset], Any], found: str) -> None:
    """With the shapes that are expected."""
    with pytest.raises(InputError, match="expected a mask of shape \\(3, 4\\), or positions of equilibria") as raised:
        selected(rule(function), PLAIN)
    assert found in raised.value.message


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("E4", "select: 'E4' is no rule; expected all, pareto, best for PLAYER, worst for PLAYER or an equilibrium (E1 to E3)"),
        ("paretto", "select: 'paretto' is no rule; did you mean 'pareto'?"),
        ("best Ally", "select: 'best Ally' is no rule; did you mean 'best for Ally'?"),
        ("best for Aly", "select: 'Aly' is no player of this game; did you mean 'Ally'?"),
        ("worst for Nobody", "select: 'Nobody' is no player of this game; the players are Ally, Patron"),
        (3, "select: found 3; expected the name of a rule or a function"),
    ],
)
def test_an_unknown_rule_or_player_is_told(select: Any, message: str) -> None:
    """With what was probably meant, or what there is."""
    with pytest.raises(InputError) as raised:
        rule(select)
    assert raised.value.message.startswith(message)


def test_every_rule_says_what_it_does_with_bounds_and_gaps() -> None:
    """In the note that goes into the attributes."""
    notes = [rule(select).note for select in ("all", "E1", "best for Ally", "worst for Ally (optimistic)", "pareto")]

    assert all("NaN" in note and "bound" in note for note in notes)
    assert "lower" in notes[2]
    assert "upper" in notes[3]


# In games


def by_outcome(solution: Solution, outcome: str) -> str:
    """The name of the equilibrium that brings an outcome with certainty."""
    (found,) = (e.name for e in solution if str(e.outcomes[outcome]) == "1")
    return found


def test_rules_in_a_game_worked_out_by_hand() -> None:
    """Both go East (a, 1), both go West (1, a), or both mix (a/(1 + a) each): A prefers East where a > 1, and mixing is worst for all."""
    solution, over = solved(ALLIES), {"a": [0.5, 2.0]}
    east, west = by_outcome(solution, "East"), by_outcome(solution, "West")
    (mixed,) = {e.name for e in solution} - {east, west}
    best, worst = (sweep(solution, over, quantities=["payoff(A)"], select=f"{which} for A") for which in ("best", "worst"))
    kept = sweep(solution, over, quantities=["payoff(A)"], select="pareto")

    assert best.chosen.values.tolist() == [west, east]
    assert best["payoff(A)"].values.tolist() == [1.0, 2.0]
    assert worst.chosen.values.tolist() == [mixed, mixed]
    assert worst["payoff(A)"].values == pytest.approx([1 / 3, 2 / 3])
    assert kept.chosen.sel(equilibrium=[east, west, mixed]).values.tolist() == [[True, True], [True, True], [False, False]]


def test_rules_in_a_game_that_leaves_something_open() -> None:
    """Trust in a patron who may do as he likes brings an ally from a to 1, help for certain 1: the pessimist asks for certainty."""
    solution, over = solved(CARELESS), {"a": [0.25, 0.75]}
    every = sweep(solution, over, quantities=["payoff(Ally)", "Pr(Help | Patron | Trust)"])
    (certain,) = (e.name for e in solution if str(e.outcomes["Saved"]) == "1")
    (risky,) = (e.name for e in solution if e.free and "Stay" not in str(e.outcomes) and str(e.outcomes["Alone"]) == "0")
    best = sweep(solution, over, quantities=["payoff(Ally)"], select="best for Ally")

    assert every["payoff(Ally)"].sel(equilibrium=risky).values.tolist() == [[0.25, 0.75], [1.0, 1.0]]
    assert best.chosen.values.tolist() == [certain, certain]
    assert best["payoff(Ally)"].values.tolist() == [[1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("name", ["costly_signal", "entrapment"])
def test_rules_agree_with_loops_over_points(solutions: Callable[..., Solution], name: str) -> None:
    """At 500 quasi-random points, some outside the space, with the payoffs of all equilibria there."""
    solution = solutions(name)
    first, second = solution.game.free_parameters[:2]
    ends = {p: (0, 1) if "< 1" in str(solution.game.parameters[p].domain) else (0, 2) for p in (first, second)}
    design = sobol(500, 1, **{**ends, first: (-0.2, ends[first][1])})
    payoffs = [f"payoff({player})" for player in solution.game.players]
    every = sweep(solution, design, quantities=payoffs)
    chosen = {s: sweep(solution, design, quantities=payoffs, select=s) for s in ("best for " + solution.game.players[0], "pareto")}
    best, pareto = chosen.values()
    names = [str(n) for n in every.equilibrium.values]

    def is_better(mine: list[float], yours: list[float]) -> bool:
        """For nobody worse, and for somebody better."""
        gains = [a - b for a, b in zip(mine, yours, strict=True)]
        return min(gains) >= -1e-12 and max(gains) > 1e-12

    assert 0 < int(every.inside.sum()) < 500
    for point in range(500):
        paid = {k: [float(every[p].values[k, point]) for p in payoffs] for k in range(len(names)) if every.exists.values[k, point]}
        top = [k for k in paid if all(paid[k][0] >= other[0] - 1e-12 for other in paid.values())]
        assert str(best.chosen.values[point]) == (names[top[0]] if top else "")
        undominated = [k for k in paid if not any(is_better(other, paid[k]) for other in paid.values())]
        assert np.flatnonzero(pareto.chosen.values[:, point]).tolist() == undominated
