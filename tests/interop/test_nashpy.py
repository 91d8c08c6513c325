"""Two-player games as matrices for nashpy, and learning dynamics held to exact equilibria."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

import deterrence as dt
from deterrence.algebra.errors import InputError
from deterrence.interop.nashpy import normal_form, to_nashpy
from deterrence.interop.nashpy_learning import FICTITIOUS, REPLICATOR, learn
from deterrence.model.expectations import expected_payoffs, outcome_probabilities
from deterrence.model.reading import read

GAMES = ("alliance_security_dilemma", "trust", "secret_alliance", "audience_costs", "costly_signal", "brinkmanship", "unilateral_deterrence")


def table(rows: str, columns: str, payoffs: list[list[tuple[int, int]]]) -> dt.Game:
    """A game of two simultaneous moves, an action a letter, with the payoffs of every pair."""
    cells = [[f"{r}{c}: {{Row: {u}, Column: {v}}}" for c, (u, v) in zip(columns, line, strict=True)] for r, line in zip(rows, payoffs, strict=True)]
    replies = [f"{r}: {{Column: {{{', '.join(f'{c}: {r}{c}' for c in columns)}}}}}" for r in rows]
    outcomes = ", ".join(itertools.chain.from_iterable(cells))
    text = f"players: [Row, Column]\noutcomes: {{{outcomes}}}\ntree: {{Row: {{hidden_from: [Column], {', '.join(replies)}}}}}\n"
    return read(text)


def square(*payoffs: tuple[int, int]) -> dt.Game:
    """A game of two actions each, with the payoffs of UL, UR, DL and DR."""
    return table("UD", "LR", [list(payoffs[:2]), list(payoffs[2:])])


STAG_HUNT = square((4, 4), (0, 3), (3, 0), (2, 2))  # the belief in Up at which each is in two minds: 2/3
PENNIES = square((1, -1), (-1, 1), (-1, 1), (1, -1))
DOMINANT = square((1, 1), (-1, 2), (2, -1), (0, 0))
DEGENERATE = table("UD", "LMR", [[(1, 2), (0, 3), (1, 0)], [(1, 2), (1, 0), (0, 3)]])  # nobody but a Row who mixes keeps Column at L


# Matrices


@pytest.mark.parametrize("name", GAMES)
def test_a_pair_of_plans_brings_what_the_tree_says(name: str) -> None:
    """Payoffs and probabilities of outcomes, exactly, whatever the plans leave open is filled up with."""
    found = normal_form(dt.load(name))
    sets = found.form.information_sets
    pairs = list(itertools.product(*(range(len(plans)) for plans in found.plans)))
    for row, column in pairs:
        plan = found.plans[0][row] | found.plans[1][column]
        played = {k: [Fraction(int(a == plan.get(k, 0))) for a in range(len(info.actions))] for k, info in enumerate(sets)}
        payoffs, outcomes = expected_payoffs(found.form, played), outcome_probabilities(found.form, played)

        assert [matrix[row][column] for matrix in found.payoffs] == [payoffs[player] for player in found.game.players]
        assert {label: found.probability(label)[row][column] for label in outcomes} == outcomes


def test_plans_leave_out_what_they_exclude() -> None:
    """A Leader who refrains has nothing to decide later: three plans a type, and not four."""
    found = normal_form(dt.load("audience_costs"))

    assert [len(plans) for plans in found.plans] == [9, 2]
    assert len(set(found.labels[0])) == 9
    assert "Leader (Resolved): Refrain; Leader (Irresolute): Escalate; Leader (Irresolute) | Escalate, Resist: Fight" in found.labels[0]


def test_nashpy_gets_matrices_and_names() -> None:
    """Rows and columns in the order of the actions, at the point asked for."""
    game = to_nashpy(dt.load("alliance_security_dilemma").at(rho="3/4", e_1="1/2", b_2=2))

    assert game.rows == game.columns == ("Commit", "Hedge")
    assert game.payoff_matrices[0].tolist() == [[0.5, -0.5], [0.25, -0.25]]
    assert game.payoff_matrices[1].tolist() == [[0.0, 0.25], [-1.0, -0.5]]


def test_support_enumeration_misses_equilibria_that_exact_solving_finds() -> None:
    """Where supports differ in size nashpy's list is empty, and the exact one has everything: Column at L, Row with any p from 1/3 to 2/3."""
    with pytest.warns(RuntimeWarning, match="degenerate"):
        theirs = list(to_nashpy(DEGENERATE).support_enumeration())
    ours = dt.solve(DEGENERATE, "nash")
    valid = [dt.check(DEGENERATE, {"Row": {"U": p, "D": 1 - p}, "Column | ?": {"L": 1}}, {}, {}, "nash").valid for p in map(Fraction, ("1/3", "1/2"))]

    assert theirs == []
    assert valid == [True, True]
    assert ours.complete
    assert [e.strategies["Column | ?"]["L"] for e in ours] == [1] * len(ours)
    assert [tuple(map(str, e.free[name])) for e in ours for name in e.free] == [("1/3", "2/3")]


# Learning


@pytest.mark.parametrize("process", [FICTITIOUS, REPLICATOR])
def test_play_comes_to_a_dominant_action(process: str) -> None:
    """From everywhere."""
    found = learn(DOMINANT, process, starts=20)

    assert found.shares == {"E1": 1.0}
    assert found.kinds[0][0].outcomes["DR"] == 1


def test_beliefs_on_one_side_decide_a_stag_hunt() -> None:
    """Where both think the other likely enough to go along they go along for ever; where neither does, neither goes."""
    found = learn(STAG_HUNT, FICTITIOUS, starts=60)
    hunts = next(n for n, kind in enumerate(found.kinds) if kind[0].outcomes["UL"] == 1)
    stays = next(n for n, kind in enumerate(found.kinds) if kind[0].outcomes["DR"] == 1)
    beliefs = np.stack([start[:, 0] for start in found.starts])
    both, neither = (beliefs > 2 / 3).all(axis=0), (beliefs < 2 / 3).all(axis=0)

    assert both.sum() > 2
    assert set(found.met[both]) == {hunts}
    assert set(found.met[neither]) == {stays}


def test_the_risk_dominant_equilibrium_of_a_stag_hunt_attracts_more() -> None:
    """Of populations too; none comes to the mixed one, and the shares are those of all starts."""
    found = learn(STAG_HUNT, REPLICATOR, starts=100)
    share = {tuple(label for label, p in kind[0].outcomes.items() if p != 0): n for kind, n in zip(found.kinds, found.shares.values(), strict=True)}

    assert share["DR",] > 0.6
    assert share["UL",] > 0.1
    assert share["UL", "UR", "DL", "DR"] == 0
    assert sum(share.values()) + found.unsettled == pytest.approx(1)


def test_populations_that_chase_each_other_do_not_settle() -> None:
    """Matching pennies: the replicator dynamics go round for ever."""
    found = learn(PENNIES, REPLICATOR, starts=20)

    assert found.unsettled > 0.9
    assert "not settled" in str(found)


def test_missing_each_other_in_every_period_is_no_equilibrium() -> None:
    """Frequencies that look like the mixed equilibrium are not taken for it where the two never did what it says."""
    game = square((1, 1), (0, 0), (0, 0), (1, 1))
    found = learn(game, FICTITIOUS, starts=60)
    apart = abs(found.limits[0][:, 0] - 0.5) + abs(found.limits[1][:, 0] - 0.5) < 0.02

    assert apart.sum() > 5
    assert (found.met[apart] == -1).all()


def test_the_same_seed_brings_the_same_and_leaves_chance_as_it_was() -> None:
    """Whatever else draws random numbers."""
    np.random.seed(7)
    expected = np.random.random()
    np.random.seed(7)
    first = learn(PENNIES, FICTITIOUS, starts=10, seed=3)

    assert np.random.random() == expected
    second = learn(PENNIES, FICTITIOUS, starts=10, seed=3)
    assert (first.met == second.met).all()
    assert (first.limits[0] == second.limits[0]).all()


THREE = "players: [A, B, C]\noutcomes: {E: {A: 0, B: 0, C: 0}}\ntree: {A: {x: E}}\n"
NO_DEFAULT = "players: [A, B]\nparameters: {p: p > 0}\noutcomes: {E: {A: p, B: 0}}\ntree: {A: {x: E}}\n"
INDIFFERENT = "players: [A, B]\noutcomes: {E: {A: 0, B: 0}, F: {A: 0, B: 0}}\ntree: {A: {x: E, y: F}}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [(THREE, "has 3 players; expected a game of two"), (NO_DEFAULT, "p has no value and no default"), (INDIFFERENT, "leaves open how likely")],
)
def test_what_cannot_be_done_is_refused(text: str, says: str) -> None:
    """With what to do."""
    with pytest.raises(InputError, match=says):
        learn(read(text), starts=1)


def test_a_misspelt_process_is_refused() -> None:
    """With the nearest."""
    with pytest.raises(InputError, match="did you mean 'replicator'"):
        learn(STAG_HUNT, "replicater")
    with pytest.raises(InputError, match="starts: found 0"):
        learn(STAG_HUNT, starts=0)


def test_too_many_plans_are_refused() -> None:
    """Before any matrix is made."""
    move = "{" + ", ".join(f"a{n}: E" for n in range(30)) + "}"
    text = f"players: [A, B]\noutcomes: {{E: {{A: 0, B: 0}}}}\ntree: {{B: {{l: {{A: {move}}}, r: {{A: {move}}}}}}}\n"

    with pytest.raises(InputError, match="A has over 400 plans"):
        normal_form(read(text))
