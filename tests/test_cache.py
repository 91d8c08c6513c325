"""Solutions on disk: kept by what they depend on, restored exactly, and never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

import pytest
from small_games import entry, volunteers

import deterrence as dt
import deterrence.cache
import deterrence.solve
from deterrence.cache import Cache, clear
from deterrence.model.game import Game
from deterrence.solution import Solution

GAMES: dict[str, Callable[[], Game]] = {
    "choices left free": lambda: dt.load("costly_signal"),
    "square roots": lambda: volunteers(3, "c", {"c": "0 < c < 1"}),
    "numeric roots": lambda: volunteers(4, "1/2"),
    "implicit roots": lambda: volunteers(4, "c", {"c": "0 < c < 1"}),
    "a point": lambda: entry().at(c=1, v=1),
    "part of the parameters fixed": lambda: entry().at(c="1/3"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own."""
    where = tmp_path / "solutions"
    monkeypatch.setenv("DETERRENCE_CACHE", str(where))
    return where


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called, nothing can be solved."""

    def refuse(*_: object) -> Solution:
        raise AssertionError("solved again")

    return lambda: monkeypatch.setattr(sys.modules["deterrence.solve"], "_solved", refuse)


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def exactly(solution: Solution) -> list[object]:
    """What the equilibria are made of, in the library's own objects."""
    return [
        (
            [(i, list(map(repr, ps))) for i, ps in e.exact_strategies.items()],
            [(i, list(map(repr, bs))) for i, bs in e.exact_beliefs.items()],
            [(f.name, list(map(repr, f.lower)), list(map(repr, f.upper)), f.closed) for f in e.exact_free],
            [(r.variable, repr(r.polynomial), r.isolating.key, repr(r.radicand), r.index) for r in e.roots],
            e.region.formula.key,
            [f.key for f in e.region.hidden],
            e.setting.parameters.space.ring.names,
        )
        for e in solution
    ]


# Restoring


@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
def test_a_solution_is_restored_exactly(folder: Path, no_solver: Callable[[], None], make: Callable[[], Game]) -> None:
    """The same bytes, the same exact objects, and the same SymPy expressions, without solving again."""
    fresh = dt.solve(make())
    no_solver()
    again = dt.solve(make())

    assert json.dumps(again.to_dict()) == json.dumps(fresh.to_dict())
    assert exactly(again) == exactly(fresh)
    assert again == fresh
    assert [(e.strategies, e.beliefs, e.free, e.payoffs) for e in again] == [(e.strategies, e.beliefs, e.free, e.payoffs) for e in fresh]


@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
def test_what_is_restored_says_the_same_when_it_is_written_anew(folder: Path, no_solver: Callable[[], None], make: Callable[[], Game]) -> None:
    """The texts do not rest on the file alone: finding the conditions again from the exact data ends in the same ones."""
    fresh = dt.solve(make())
    no_solver()
    again = dt.solve(make())
    for e in again:
        vars(e).pop("_dict")
        vars(e.region).pop("conditions")

    assert again.to_dict() == fresh.to_dict()


def test_a_restored_region_can_be_computed_with(folder: Path, no_solver: Callable[[], None]) -> None:
    """With regions of the same solution and with those of another one of the same game."""
    fresh = dt.solve(dt.load("costly_signal"))
    no_solver()
    again = dt.solve(dt.load("costly_signal"))

    assert again[0].region == fresh[0].region
    assert (again[0].region & ~fresh[0].region).is_empty()
    assert (again[0].region | again[1].region) == (fresh[0].region | fresh[1].region)
    assert again[0].region.solved_for("r") == fresh[0].region.solved_for("r")
    assert again[0].region.sample(2) == fresh[0].region.sample(2)


# What a solution is kept by


def test_a_solution_is_kept_by_game_concept_and_thoroughness(folder: Path) -> None:
    """Each combination has a file of its own, and only one."""
    game = entry()
    for _ in range(2):
        dt.solve(game)
        dt.solve(game, "nash")
        dt.solve(game, knife_edge=True)
        dt.solve(game.at(c=1))

    assert len(kept(folder)) == 4
    assert {dt.solve(game, c).concept for c in ("nash", "sequential")} == {"nash", "sequential"}


def test_another_version_of_the_solver_solves_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code that solves is part of the key."""
    dt.solve(entry())
    monkeypatch.setattr(deterrence.cache, "_solver_version", lambda: "another")
    dt.solve(entry())

    assert len(kept(folder)) == 2


def test_only_complete_solutions_are_kept(folder: Path) -> None:
    """A limit that was hit once must not be remembered."""
    assert not dt.solve(dt.load("costly_signal"), time_limit=1e-6).complete
    assert kept(folder) == []
    assert dt.solve(dt.load("costly_signal")).complete
    assert len(kept(folder)) == 1


def test_the_cache_can_be_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`DETERRENCE_CACHE=off` neither reads nor writes."""
    monkeypatch.setenv("DETERRENCE_CACHE", "off")
    dt.solve(entry())

    assert Cache(entry(), "sequential", knife_edge=False).path is None
    assert clear() == 0
    assert kept(folder) == []


def test_the_cache_is_in_the_users_folder_for_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else is said."""
    import platformdirs

    monkeypatch.delenv("DETERRENCE_CACHE")

    assert deterrence.cache.folder() == platformdirs.user_cache_path("deterrence", appauthor=False)


# Files that are not as they should be


@pytest.mark.parametrize(
    "spoil",
    {
        "empty": lambda _: "",
        "cut": lambda text: text[: len(text) // 2],
        "no JSON": lambda _: "solution",
        "another JSON": lambda _: "[1, 2]",
        "no text": lambda _: "\udcff",
        "changed": lambda text: text.replace('"E1"', '"E2"'),
        "of another game": lambda text: text.replace('"key":"', '"key":"0'),
        "nested": lambda _: "[" * 100_000,
    }.items(),
    ids=itemgetter(0),
)
def test_what_cannot_be_read_is_solved_again(folder: Path, spoil: tuple[str, Callable[[str], str]]) -> None:
    """And replaced by what can."""
    fresh = dt.solve(entry())
    (path,) = kept(folder)
    text = path.read_text(encoding="utf-8")
    path.write_text(spoil[1](text), encoding="utf-8", errors="surrogateescape")

    assert dt.solve(entry()) == fresh
    assert path.read_text(encoding="utf-8") == text


def test_a_folder_in_the_place_of_a_file_is_no_failure(folder: Path) -> None:
    """Nor is a file in the place of the folder: nothing is kept then."""
    path = Cache(entry(), "sequential", knife_edge=False).path
    assert path is not None
    path.mkdir(parents=True)

    assert dt.solve(entry()).complete
    assert kept(folder) == [path]


def test_a_cache_that_cannot_be_written_is_no_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands where the folder should be."""
    folder.write_text("mine")

    assert dt.solve(entry()).complete
    assert folder.read_text() == "mine"
    assert clear() == 0


def test_a_failure_while_writing_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file appears whole or not at all."""

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", fail)
    dt.solve(entry())

    assert kept(folder) == []


# Clearing


def test_clearing_removes_solutions_and_nothing_else(folder: Path) -> None:
    """It returns how many there were."""
    dt.solve(entry())
    dt.solve(entry(), "nash")
    (folder / "notes.json").write_text("{}")

    assert clear() == 2
    assert [path.name for path in kept(folder)] == ["notes.json"]
    assert clear() == 0


def test_what_has_not_been_used_for_longest_goes_where_there_is_too_much(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that solving at many points does not fill the disk, nor drive out what is used again and again."""
    monkeypatch.setattr(deterrence.cache, "MOST_FILES", 3)
    paths = [Cache(entry().at(c=k, v=2), "sequential", knife_edge=False).path for k in range(1, 6)]
    for k in range(1, 6):
        dt.solve(entry().at(c=k, v=2))
        os.utime(paths[k - 1], (k, k))
        dt.solve(entry().at(c=1, v=2))

    assert kept(folder) == sorted([paths[0], paths[3], paths[4]])


# Files of users


@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
def test_a_saved_solution_is_loaded_as_it_was(tmp_path: Path, no_solver: Callable[[], None], make: Callable[[], Game]) -> None:
    """Game, equilibria and exact objects; saving what was loaded writes the same bytes."""
    solution = dt.solve(make())
    no_solver()
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    solution.save(first)
    again = Solution.load(str(first))
    again.save(second)

    assert again == solution
    assert again.game == solution.game
    assert exactly(again) == exactly(solution)
    assert first.read_bytes() == second.read_bytes()


def test_an_incomplete_solution_is_saved_as_such(tmp_path: Path) -> None:
    """With what is undecided."""
    solution = dt.solve(dt.load("costly_signal"), time_limit=1e-6)
    solution.save(tmp_path / "part.json")

    assert Solution.load(tmp_path / "part.json").undecided == solution.undecided


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "something else than a solution"),
        ("{}", "something else than a solution"),
        ("[1]", "something else than a solution"),
        ('{"format": "deterrence solution 99"}', "expected a file of format 'deterrence solution 1'"),
        ('{"format": "deterrence solution 1", "digest": "0"}', "changed after it was written"),
    ],
)
def test_a_file_that_is_no_solution_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """In one sentence with the file's name."""
    path = tmp_path / "other.json"
    path.write_text(text)

    with pytest.raises(dt.InputError, match=says) as error:
        Solution.load(path)
    assert str(path) in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """As input that cannot be used, too."""
    with pytest.raises(dt.InputError, match="No such file"):
        Solution.load(tmp_path / "none.json")


def test_a_saved_solution_that_was_changed_is_refused(tmp_path: Path) -> None:
    """Its texts and its exact data would no longer say the same."""
    path = tmp_path / "entry.json"
    dt.solve(entry()).save(path)
    path.write_text(path.read_text().replace('"knife_edge":', '"knife_edge": '))

    assert Solution.load(path)
    path.write_text(path.read_text().replace('"E1"', '"E7"'))
    with pytest.raises(dt.InputError, match="changed after it was written"):
        Solution.load(path)


# Speed


def test_reading_what_is_kept_needs_no_solver(folder: Path) -> None:
    """Neither z3 nor SymPy is imported for what JSON says of a game that has been solved before."""
    dt.solve(dt.load("tripartite_crisis"))
    code = (
        "import sys, deterrence as dt; s = dt.solve(dt.load('tripartite_crisis')); print(repr(s)); s.to_dict()\n"
        "assert not {'z3', 'sympy', 'numpy', 'scipy'} & set(sys.modules), 'heavy'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
