"""The solver on random small games, against the checker, a brute-force enumeration and Gambit.

`DETERRENCE_GAMES` says how many games in all (510 if it is not set), `DETERRENCE_SEED` from which seed; both stand in the names of the tests. A game
is reported by its number: `strategies.random_game(number)` is that game.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import brute_force
import gambit_bridge
import pytest
import strategies
from families import Family, support
from hypothesis import HealthCheck, Phase, assume, given, note, seed, settings
from hypothesis import strategies as st

import deterrence
from deterrence.check import check
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game

GAMES = int(os.environ.get("DETERRENCE_GAMES", "510"))
SEED = int(os.environ.get("DETERRENCE_SEED", "1"))
CONCEPTS = ["sequential", "weak_pbe", "nash", "subgame_perfect"]
# How the games are shared out, and the size of those that are taken: enumerating plans, and regions in all of space, takes long.
SHARES = {"sequential": 0.3, "weak_pbe": 0.2, "nash": 0.2, "subgame_perfect": 0.15, "symbolic": 0.15}
MOST_SUPPORTS = {"sequential": 5_000, "weak_pbe": 2_000, "nash": 250, "subgame_perfect": 250, "symbolic": 300}


def run(share: str) -> Callable[[Any], Any]:
    """A test on its share of the games, under a name that says how many and from which seed."""
    count = max(1, round(GAMES * SHARES[share]))

    def decorate(test: Any) -> Any:
        limited = settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a smaller number is no smaller game
            suppress_health_check=list(HealthCheck),
        )(test)
        return seed(SEED)(limited)

    return decorate


def name_of(share: str) -> str:
    return f"{max(1, round(GAMES * SHARES[share]))} games, seed {SEED}"


def solved(game: Game, concept: str) -> dict[str, Any]:
    """The solution as JSON; what is undecided is listed, and is little beside what was found."""
    note(game.to_yaml())
    solution = solve(game, concept)
    assert solution["complete"] == (not solution["undecided"])
    assert len(solution["undecided"]) <= 2 + len(solution["equilibria"]) // 100, solution["undecided"]
    return solution


@cache
def solve(game: Game, concept: str) -> dict[str, Any]:
    """Tests from the same seed meet the same games."""
    return deterrence.solve(game, concept).to_dict()


def assert_equilibria(game: Game, solution: dict[str, Any], point: dict[str, Fraction], entries: list[dict[str, Any]] | None = None) -> set[Any]:
    """Every family passes the checker at several of its members; returns the supports of all."""
    form, found = extensive_form(game, point), set()
    roots = {"nash": [0], "subgame_perfect": brute_force.Search(form, "nash", 0).subgames()}.get(solution["concept"])
    for entry in solution["equilibria"] if entries is None else entries:
        family = Family(entry, point)
        for values in family.choices(random.Random(0), 4):
            played, believed = family.strategies(values), family.beliefs(values)
            certificate = check(game, played, believed, point, solution["concept"])
            assert certificate.valid, f"{entry['name']} at {values}: {certificate}"
            found.add(support(form, played, roots))
    return found


def assert_all_supports(game: Game, point: dict[str, Fraction], solution: dict[str, Any], found: set[Any]) -> None:
    """No support is missing but those that the solver says are undecided, and none is invented, as far as brute force can tell."""
    expected = brute_force.equilibria(game, point, solution["concept"])
    open_ones = {tuple((name, tuple(actions)) for name, actions in each["regime"].items()) for each in solution["undecided"]}
    missing, invented = set(expected.witnesses) - found - open_ones, found - set(expected.witnesses) - set(expected.undecided)
    assert not missing, f"missing {sorted(missing)}"
    assert not invented, f"invented {sorted(invented)}"


def small(game: Game, share: str, point: dict[str, Fraction] | None = None) -> None:
    assume(strategies.supports(game, point) <= MOST_SUPPORTS[share])


@pytest.mark.parametrize("concept", [pytest.param(c, id=f"{c}, {name_of(c)}") for c in CONCEPTS])
def test_every_equilibrium_is_one_and_none_is_missing(concept: str) -> None:
    """What is returned passes the checker, and its supports are just those that brute force finds."""

    @run(concept)
    @given(strategies.games())
    def test(game: Game) -> None:
        small(game, concept)
        solution = solved(game, concept)
        assert_all_supports(game, {}, solution, assert_equilibria(game, solution, {}))

    test()


@pytest.mark.parametrize("games", [name_of("symbolic")])
def test_regions_say_where_equilibria_exist(games: str) -> None:
    """At a random point, the families of a symbolic solution whose regions contain it are all the equilibria there."""

    @run("symbolic")
    @given(st.data(), strategies.games(symbolic=True))
    def test(data: st.DataObject, game: Game) -> None:
        point = data.draw(strategies.points(game))
        small(game, "symbolic", point)
        note(game.to_yaml())
        solution = deterrence.solve(game)
        assert solution.complete, solution.undecided
        entries = [entry for family, entry in zip(solution, solution.to_dict()["equilibria"], strict=True) if point in family.region]
        found = assert_equilibria(game, solution.to_dict(), point, entries)
        assert_all_supports(game, point, solution.to_dict(), found)

    test()


@pytest.mark.parametrize("games", [name_of("sequential")])
def test_no_player_regrets_a_sequential_equilibrium(games: str) -> None:
    """Gambit finds no regret in any sequential equilibrium."""

    @run("sequential")
    @given(strategies.games())
    def test(game: Game) -> None:
        small(game, "sequential")
        form, gambit = extensive_form(game, {}), gambit_bridge.to_gambit(game)
        for entry in solved(game, "sequential")["equilibria"]:
            family = Family(entry, {})
            for values in family.choices(random.Random(0), 2):
                played = family.strategies(values)
                if all(isinstance(p, Fraction) for actions in played.values() for p in actions.values()):
                    assert gambit_bridge.to_profile(gambit, form, played).max_regret() == 0, entry["name"]

    test()


@pytest.mark.parametrize("games", [name_of("nash")])
def test_nash_covers_what_gambit_enumerates(games: str) -> None:
    """Each extreme equilibrium of two players, and each isolated one of three, belongs to a family."""

    @run("nash")
    @given(strategies.games())
    def test(game: Game) -> None:
        small(game, "nash")
        form = extensive_form(game, {})
        families = [Family(entry, {}) for entry in solved(game, "nash")["equilibria"]]
        profiles, exact = gambit_bridge.enumerated(gambit_bridge.to_gambit(game))
        for profile in profiles:
            played = gambit_bridge.of_profile(profile, form)
            assert any(family.contains(played, 0 if exact else 1e-6) for family in families), played

    test()


@pytest.mark.parametrize("games", [name_of("weak_pbe")])
def test_every_weak_pbe_is_nash(games: str) -> None:
    """Optimal plans everywhere, given beliefs that obey Bayes' rule on the path, leave no player a better plan in the whole game."""

    @run("weak_pbe")
    @given(strategies.games())
    def test(game: Game) -> None:
        small(game, "weak_pbe")
        for entry in solved(game, "weak_pbe")["equilibria"]:
            family = Family(entry, {})
            for values in family.choices(random.Random(0), 3):
                assert check(game, family.strategies(values), {}, {}, "nash").valid, entry["name"]

    test()
