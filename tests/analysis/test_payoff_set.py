"""Payoff sets of repeated games: published examples, bounds that hold, degenerate sets, and games that have none."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from deterrence.algebra import errors
from deterrence.algebra.errors import GameError, InputError, MissingLibrary
from deterrence.analysis import payoff_set_two_players
from deterrence.analysis.payoff_set import PayoffSet, payoff_set
from deterrence.analysis.payoff_set_game import discount_of, stage_of
from deterrence.analysis.payoff_set_stage import StageGame, stage_game
from deterrence.model.game import Game
from deterrence.model.parts import Branch, Chance, Decision, Outcome
from deterrence.model.stochastic import RepeatedGame

# Abreu and Sannikov (2014), section 5, with the vertices to the digits that QuantEcon's tests give.
THREE_BY_THREE = [[(16, 9), (3, 13), (0, 3)], [(21, 1), (10, 4), (-1, 0)], [(9, 0), (5, -4), (-5, -15)]]
PUBLISHED = [(7.33770472, 0), (7.86308964, 0), (19.7917977, 2.8), (15.5630896, 9.1), (7.33770472, 10.9826253), (1.12568240, 2.8)]
DILEMMA = [[(9, 9), (1, 10)], [(10, 1), (3, 3)]]  # QuantEcon's
PENNIES = [[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]]
CROWDED = [  # at discount factor 0.9 QuantEcon 0.11 writes beyond the end of an array
    [(0, 2), (0, 2), (5, 8), (1, 8)],
    [(2, 0), (1, 1), (8, 9), (8, 2)],
    [(8, 5), (9, 8), (0, 6), (4, 0)],
    [(7, 9), (5, 2), (4, 0), (9, 4)],
]
METHODS = ("abreu_sannikov", "jyc")


def burden_sharing(cost: str, *worth: str) -> StageGame:
    """Each ally contributes at a cost, and every contribution is worth something to each."""
    n = len(worth)
    payoffs = np.empty((2,) * n + (n,), dtype=object)
    for actions in product((0, 1), repeat=n):
        given = actions.count(0)
        payoffs[actions] = [Fraction(w) * given - (Fraction(cost) if own == 0 else 0) for w, own in zip(worth, actions, strict=True)]
    return stage_game(payoffs, [f"Ally {k + 1}" for k in range(n)], [["Contribute", "Shirk"]] * n)


THREE_ALLIES = burden_sharing("1", "3/5", "1/2", "2/5")


def random_game(seed: int, shape: tuple[int, ...] = (2, 2)) -> StageGame:
    """Whole-number payoffs."""
    return stage_game(np.random.default_rng(seed).integers(0, 8, (*shape, len(shape))))


def same_points(found: Any, expected: Any, tolerance: float) -> bool:
    """Is each point of one list near one of the other, and the other way round?"""
    apart = np.abs(np.asarray(found)[:, None] - np.asarray(expected, dtype=float)[None]).max(axis=2)
    return bool((apart.min(axis=0) <= tolerance).all() and (apart.min(axis=1) <= tolerance).all())


def beyond(game: PayoffSet, other: PayoffSet) -> float:
    """How far the inner bound of one set is out of the outer bound of another."""
    return -np.inf if game.inner.empty else float(other.outer.excess(game.inner.vertices).max())


@cache
def published(method: str) -> PayoffSet:
    """The set of the published example."""
    return payoff_set(stage_game(THREE_BY_THREE), 0.3, method=method)


@pytest.mark.parametrize("method", METHODS)
def test_the_example_of_abreu_and_sannikov_comes_out_as_published(method: str) -> None:
    """Six corners at discount factor 0.3, the worst payoff of the first player among them."""
    found = published(method)

    assert (found.method, found.converged) == (method, True)
    assert same_points(found.inner.vertices, PUBLISHED, 1e-6)
    assert same_points(found.outer.vertices, PUBLISHED, 1e-6)
    assert found.gap < 1e-6
    assert found.threats["Player 1"] == pytest.approx((1.12568240, 1.12568240), abs=1e-6)
    assert found.minmax == {"Player 1": 0, "Player 2": 0}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("discount", ["3/4", "9/10"])
def test_the_dilemma_of_quantecon_comes_out_as_documented(method: str, discount: str) -> None:
    """Everything feasible above the minmax payoffs, at both discount factors."""
    found = payoff_set(stage_game(DILEMMA), discount, method=method)

    assert same_points(found.inner.vertices, [(3, 3), (9.75, 3), (9, 9), (3, 9.75)], 1e-6)
    assert found.gap < 1e-6


def test_the_dilemma_of_judd_yeltekin_and_conklin_is_the_same_by_both_methods() -> None:
    """With payoffs 4, 0, 6, 2 at discount factor 0.8; and at 0.4 only mutual cooperation is of any help."""
    game = stage_game([[(4, 4), (0, 6)], [(6, 0), (2, 2)]])
    for discount in ("4/5", "2/5", "1/2"):
        one, other = (payoff_set(game, discount, method=method) for method in ("auto", "jyc"))

        assert same_points(one.inner.vertices, other.inner.vertices, 1e-6)
    assert same_points(payoff_set(game, "4/5").inner.vertices, [(2, 2), (5, 2), (4, 4), (2, 5)], 1e-6)
    assert same_points(payoff_set(game, "2/5").inner.vertices, [(2, 2)], 1e-6)


@pytest.mark.parametrize(
    ("payoffs", "discount", "expected"),
    [
        (DILEMMA, "1/10", [(3, 3)]),
        (DILEMMA, "1/7", [(3, 3), (9, 9)]),  # exactly at the threshold of the grim trigger
        ([[(4, 4), (0, 0)], [(0, 0), (1, 1)]], "1/2", [(1, 1), (4, 4)]),
        ([[(5, 5), (5, 5)], [(5, 5), (5, 5)]], "1/2", [(5, 5)]),
    ],
)
def test_sets_that_are_a_point_or_a_segment(payoffs: Any, discount: str, expected: Any) -> None:
    """They come from the approximations, for QuantEcon cannot do with them."""
    found = payoff_set(stage_game(payoffs), discount)

    assert (found.method, found.empty, found.converged) == ("jyc", False, True)
    assert same_points(found.inner.vertices, expected, 1e-6)
    assert same_points(found.outer.vertices, expected, 1e-6)
    with pytest.raises(InputError, match="a point or a segment, or QuantEcon has no room for it; use jyc"):
        payoff_set(stage_game(payoffs), discount, method="abreu_sannikov")


def test_a_game_for_which_quantecon_has_no_room_comes_from_the_approximations() -> None:
    """Its algorithm would overwrite memory there; the bounds are the same as without it."""
    found, expected = (payoff_set(stage_game(CROWDED), "9/10", method=method) for method in ("auto", "jyc"))

    assert same_points(found.inner.vertices, expected.inner.vertices, 1e-6)
    assert found.converged


@pytest.mark.parametrize(("payoffs", "discount"), [(PENNIES, "1/2"), (PENNIES, "99/100"), ([[(1, -1), (-1, 2)], [(-2, 2), (1, 0)]], "1/20")])
def test_a_game_may_have_no_equilibrium_in_pure_actions(payoffs: Any, discount: str) -> None:
    """Then the outer bound is empty, which proves it."""
    found = payoff_set(stage_game(payoffs), discount)

    assert found.empty is True
    assert found.contains((0, 0)) is False
    assert found.threats == {}
    assert "no subgame-perfect equilibrium in pure actions" in str(found)


def test_where_only_the_present_counts_the_stage_decides() -> None:
    """At discount factor 0 the payoffs are lotteries over the pure equilibria of the stage."""
    found = payoff_set(stage_game([[(4, 4), (0, 0)], [(0, 0), (1, 1)]]), 0)

    assert same_points(found.inner.vertices, [(1, 1), (4, 4)], 0)
    assert (found.contains((2, 2)), found.contains((2, 3))) == (True, False)
    assert payoff_set(stage_game(PENNIES), 0).empty is True


def test_bounds_meet_for_three_allies() -> None:
    """Within the tolerance, and whatever one bound says of full contributions the other does."""
    found = payoff_set(THREE_ALLIES, "7/10")

    assert found.converged
    assert found.gap < 1e-6
    assert found.residual < 1e-9
    assert found.inner.dimension == found.outer.dimension == 3
    assert found.threats["Ally 3"] == pytest.approx((0, 0), abs=1e-6)


@pytest.mark.parametrize(("discount", "sustained"), [("749/1000", False), ("3/4", True), ("751/1000", True)])
def test_full_contributions_of_three_allies_begin_at_the_threshold_of_the_grim_trigger(discount: str, sustained: bool) -> None:
    """(c - v)/((n - 1) v) = (1 - 2/5)/(2 * 2/5) = 3/4 for the ally to whom contributions are worth least."""
    found = payoff_set(THREE_ALLIES, discount)
    full = THREE_ALLIES.payoffs[THREE_ALLIES.place(["Contribute"] * 3)]

    assert found.contains(full) is sustained


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("discount", ["1/4", "3/5"])
def test_random_games_have_bounds_that_nothing_breaks(seed: int, discount: str) -> None:
    """The inner bound is in the outer one, stage equilibria are in it, and so is what a grim trigger sustains, checked in rational numbers."""
    game = random_game(seed)
    found = payoff_set(game, discount, method="jyc")
    rate = Fraction(discount)
    grim = [g for e in found.nash.values() for g, d in zip(game.payoffs, game.deviations, strict=True)
            if all(x >= (1 - rate) * y + rate * z for x, y, z in zip(g, d, e, strict=True))]  # fmt: skip

    assert beyond(found, found) <= 0
    assert found.converged
    assert all(found.contains(point) for point in (*found.nash.values(), *grim))
    assert all(low >= float(found.minmax[player]) - 1e-6 for player, (low, _) in found.threats.items())


@pytest.mark.parametrize("seed", [1, 3, 6, 7, 9])
def test_patience_never_takes_an_equilibrium_payoff_away(seed: int) -> None:
    """With public randomisation the set grows with the discount factor."""
    game = random_game(seed, (3, 2))
    found = [payoff_set(game, discount, method="jyc") for discount in ("1/5", "2/5", "3/5", "4/5")]

    assert all(beyond(less, more) <= 1e-6 for less, more in pairwise(found))


def inside_polygon(corners: Any, point: Any, slack: float) -> bool:
    """Is a point left of, or within a distance of, every side of a polygon that goes round counterclockwise?"""
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = end - start
        if (side[0] * (point[1] - start[1]) - side[1] * (point[0] - start[0])) / np.hypot(*side) < -slack:
            return False
    return True


@pytest.mark.parametrize("seed", [None, 2, 5, 17])
def test_every_corner_of_the_inner_bound_is_generated_by_it(seed: int | None) -> None:
    """Computed anew: some profile and a continuation in the polygon give it, and no deviation pays that is punished by the worst corner."""
    game = stage_game(THREE_BY_THREE) if seed is None else random_game(seed, (3, 3))
    rate = 0.3 if seed is None else 0.6
    corners = (published("jyc") if seed is None else payoff_set(game, str(rate), method="jyc")).inner.vertices
    worst = corners.min(axis=0)

    def makes(now: Any, best: Any, corner: Any) -> bool:
        later = (corner - (1 - rate) * now) / rate
        kept = (corner >= (1 - rate) * best + rate * worst - 1e-7).all()
        return bool(kept and inside_polygon(corners, later, 1e-7))

    rows = [(np.array(g, dtype=float), np.array(d, dtype=float)) for g, d in zip(game.payoffs, game.deviations, strict=True)]

    assert len(corners) > 2
    assert all(any(makes(now, best, corner) for now, best in rows) for corner in corners)


@pytest.mark.parametrize("steps", [1, 5, 20])
def test_an_outer_bound_that_is_stopped_early_still_holds(steps: int) -> None:
    """It holds every equilibrium payoff, and the inner bound has the stage equilibrium at least."""
    whole = published("jyc")
    found = payoff_set(stage_game(THREE_BY_THREE), "3/10", method="jyc", max_iterations=steps)

    assert beyond(whole, found) <= 0
    assert beyond(found, whole) <= 1e-7
    assert found.contains((10, 4)) is True
    assert found.contains((7.33, 10.9)) is None
    assert not found.converged
    assert "not converged" in str(found)


def test_a_change_of_units_changes_nothing_else() -> None:
    """Each player's payoffs may be multiplied by a positive number and moved."""
    moved = [[(1000 * x - 5, y / 100 + 7) for x, y in row] for row in THREE_BY_THREE]
    found = payoff_set(stage_game(moved), "3/10", method="jyc")
    expected = np.array(PUBLISHED) * (1000, 0.01) + (-5, 7)

    assert same_points(found.inner.vertices / (1000, 0.01), expected / (1000, 0.01), 1e-5)
    assert found.converged


def test_a_point_is_told_by_name_or_in_order_and_between_the_bounds_not_at_all() -> None:
    """Mutual cooperation in the dilemma is an equilibrium payoff, the temptation payoff is not."""
    found = payoff_set(stage_game(DILEMMA, ["Ally", "Patron"]), "1/2", method="jyc")

    assert found.contains({"Patron": 9, "Ally": "9"}) is True
    assert found.contains({"Patron": 10, "Ally": 1}) is False
    with pytest.raises(InputError, match="'Allly' is no player of this game; did you mean 'Ally'"):
        found.contains({"Allly": 9, "Patron": 9})
    with pytest.raises(InputError, match="expected a payoff for each of Ally, Patron"):
        found.contains((9,))


def test_the_set_is_plain_data_and_the_same_each_time() -> None:
    """What goes to JSON is equal for equal games."""
    one, other = (payoff_set(THREE_ALLIES, "3/5").to_dict() for _ in range(2))

    assert one == other
    assert one["empty"] is False
    assert one["minmax"] == {"Ally 1": "0", "Ally 2": "0", "Ally 3": "0"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "discount: none is given"),
        ({"discount": 1}, "discount: found 1; expected a number from 0 up to"),
        ({"discount": "-1/2"}, "discount: found -1/2"),
        ({"discount": "1/2", "method": "abreu"}, "method: found 'abreu'; expected one of auto, abreu_sannikov, jyc"),
        ({"discount": "1/2", "tolerance": 0}, "tolerance: found 0; expected 1e-08 at least"),
        ({"discount": "1/2", "tolerance": "small"}, "tolerance: found small"),
        ({"discount": "1/2", "directions": 0}, "directions: found 0; expected a whole number"),
        ({"discount": "1/2", "max_iterations": 2.5}, "max_iterations: found 2.5"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    """With the argument, what was found and what was expected."""
    with pytest.raises(InputError, match=message):
        payoff_set(stage_game(DILEMMA), **arguments)


def test_abreu_and_sannikov_are_for_two_players() -> None:
    """Three are refused by that name and done by the other method without it."""
    with pytest.raises(InputError, match="abreu_sannikov is for two players, and there are 3; use jyc"):
        payoff_set(THREE_ALLIES, "1/2", method="abreu_sannikov")
    assert payoff_set(THREE_ALLIES, "1/2").method == "jyc"


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is asked for by the name of the method; else the other method does, with the same bounds."""

    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(payoff_set_two_players, "import_module", missing)
    monkeypatch.setitem(errors.EXTRAS, "repeated", ("quantecon",))

    with pytest.raises(MissingLibrary, match=r"needs the library quantecon, which is not installed: pip install 'deterrence\[repeated\]'"):
        payoff_set(stage_game(DILEMMA), "1/2", method="abreu_sannikov")
    assert payoff_set(stage_game(DILEMMA), "1/2").method == "jyc"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: stage_game([(1, 1), (2, 2)]), "payoffs: found 2 dimensions"),
        (lambda: stage_game([[(1, 1), (2, 2)], [(1, 1)]]), "payoffs: found rows of different lengths"),
        (lambda: stage_game([[(1, 1), (2, 2)], [(1, 1), (2, 2, 3)]]), "payoffs: found .* for a profile; expected the payoffs of 2 players"),
        (lambda: stage_game([]), "payoffs: found an empty list"),
        (lambda: stage_game(DILEMMA, ["A"]), "the names of players and actions are for others"),
        (lambda: stage_game(DILEMMA, ["A", "A"]), "players: 'A' is there twice"),
        (lambda: stage_game(DILEMMA, actions=[["C", "C"], ["C", "D"]]), "actions of Player 1: 'C' is there twice"),
        (lambda: stage_game([[("x", 1), (1, 1)], [(1, 1), (1, 1)]]), "expected a number without names"),
    ],
)
def test_payoffs_of_no_stage_game_are_refused(make: Callable[[], StageGame], message: str) -> None:
    """The message says what is wrong with them."""
    with pytest.raises(InputError, match=message):
        make()


def at_once(tree: Any = None, **sections: Any) -> RepeatedGame:
    """Two allies who pay or shirk at the same time, again and again; with parts replaced."""
    second = {"Pay": "Both", "Shirk": "First"}, {"Pay": "Second", "Shirk": "Nobody"}
    pay, shirk = (Decision("Patron", dict(each)) for each in second)
    made: dict[str, Any] = {
        "players": ["Ally", "Patron"],
        "parameters": {"delta": "0 < delta < 1", "c": "1 < c"},
        "assume": ["c < 2"],
        "outcomes": {
            "Both": {"Ally": "2 - c", "Patron": "2 - c"}, "First": {"Ally": "1 - c", "Patron": 1},
            "Second": {"Ally": 1, "Patron": "1 - c"}, "Nobody": {"Ally": 0, "Patron": 0},
        },
        "discount": "delta",
        "tree": Decision("Ally", {"Pay": pay, "Shirk": shirk}, hidden_from=["Patron"]) if tree is None else tree,
    }  # fmt: skip
    return RepeatedGame(**(made | sections))


def test_a_repeated_game_at_a_point_is_its_stage() -> None:
    """The names of players and actions, the payoffs and the discount factor are those of the game."""
    game, hasty = (at_once().at(c="3/2", delta=delta) for delta in ("3/4", "3/10"))
    stage = stage_of(game)

    assert (stage.players, stage.actions) == (("Ally", "Patron"), (("Pay", "Shirk"), ("Pay", "Shirk")))
    assert stage.payoffs == ((Fraction(1, 2), Fraction(1, 2)), (Fraction(-1, 2), 1), (1, Fraction(-1, 2)), (0, 0))
    assert discount_of(game) == Fraction(3, 4)
    assert payoff_set(game, method="jyc").contains({"Ally": "1/2", "Patron": "1/2"}) is True
    assert payoff_set(hasty, method="jyc").contains({"Ally": "1/2", "Patron": "1/2"}) is False


def seen_move() -> Decision:
    """The second mover sees the first."""
    paid, shirked = Decision("Patron", {"Pay": "Both", "Shirk": "First"}), Decision("Patron", {"Pay": "Second", "Shirk": "Nobody"})
    return Decision("Ally", {"Pay": paid, "Shirk": shirked})


def early_end() -> Decision:
    """The second moves only if the first pays."""
    return Decision("Ally", {"Pay": Decision("Patron", {"Pay": "Both", "Shirk": "First"}), "Shirk": "Nobody"})


@pytest.mark.parametrize(
    ("game", "message"),
    [
        (lambda: at_once(seen_move()), "Patron moves at Patron | Pay and at Patron | Shirk"),
        (lambda: at_once(Decision("Ally", {"Pay": "Both", "Shirk": "Nobody"})), "Patron never moves"),
        (lambda: at_once(early_end()), "some actions end the period before all have moved"),
        (lambda: at_once(Chance({"High": ("1/2", at_once().tree), "Low": ("1/2", "Nobody")})), "the game has moves of chance"),
        (lambda: at_once(horizon=3), "repeated for good"),
        (lambda: at_once(repeat=False), "repeated for good"),
        (lambda: at_once(short_lived=["Ally"]), "Ally is replaced each period"),
        (lambda: at_once(discount={"Ally": "delta", "Patron": "delta/2"}), "players discount differently"),
        (lambda: Game(players=["A"], outcomes={"End": {"A": 0}}, tree=Decision("A", {"Go": Branch("End")})), "repeated for good"),
    ],
)
def test_games_without_a_payoff_set_are_refused(game: Callable[[], Game], message: str) -> None:
    """The message says what a payoff set is for."""
    point = {name: value for name, value in (("c", "3/2"), ("delta", "1/2")) if name in game().parameters}
    with pytest.raises(InputError, match=message.replace("|", r"\|")):
        payoff_set(game().at(**point))


def test_moves_that_are_never_seen_are_refused() -> None:
    """Monitoring must be perfect."""
    second = Decision("Patron", {"Pay": Outcome("Both", {"Ally": 1, "Patron": 1}), "Shirk": Outcome("One", {"Ally": 0, "Patron": 2})})
    game = at_once(Decision("Ally", {"Pay": second, "Shirk": second}, unseen_by=["Patron"]))
    with pytest.raises(InputError, match="payoff sets are for perfect monitoring"):
        payoff_set(game.at(c="3/2", delta="1/2"))


def test_a_parameter_without_a_value_is_named() -> None:
    """And a discount factor that is given beside the game's own is refused."""
    with pytest.raises(InputError, match=r"the parameter delta has no value: fix it, as in game.at\(delta=...\)"):
        payoff_set(at_once().at(c="3/2"))
    with pytest.raises(InputError, match="'2 - c' needs a value of 'c'"):
        payoff_set(at_once(discount="delta/c").at(delta="1/2"))
    with pytest.raises(InputError, match="a repeated game has its own"):
        payoff_set(at_once().at(c="3/2", delta="1/2"), "1/2")
    with pytest.raises(GameError, match="outside"):
        payoff_set(at_once().at(c=3, delta="1/2"))
