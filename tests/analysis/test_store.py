"""Stores of sweeps: what is in them, what they refuse, and that no interruption loses or repeats anything."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import zarr

from deterrence.algebra.errors import InputError
from deterrence.analysis import chunks
from deterrence.analysis.sweep import sweep
from deterrence.solution import Solution

GRID = {"r": np.linspace(0, 1, 41), "k": np.linspace(0.1, 2, 20)}
ASKED = ["Pr(War)", "payoff(Defender)/V"]


@pytest.fixture
def solution(solutions: Callable[..., Solution]) -> Solution:
    """The costly signal's."""
    return solutions("costly_signal")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred points each: the grid is cut into nine, the last of which is shorter."""
    monkeypatch.setattr(chunks, "MOST_POINTS", 100)


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("select", ["all", "best for Defender", "pareto"])
@pytest.mark.usefixtures("small_chunks")
def test_a_store_holds_what_a_sweep_in_memory_returns(solution: Solution, tmp_path: Path, select: str) -> None:
    """Every variable, type, coordinate and attribute."""
    stored = sweep(solution, GRID, quantities=ASKED, select=select, store=tmp_path / "run.zarr")
    plain = sweep(solution, GRID, quantities=ASKED, select=select)

    assert len(finished(tmp_path / "run.zarr")) == 9
    assert stored["Pr(War)"].chunks is not None
    xr.testing.assert_identical(stored.load(), plain)
    assert {str(name): v.dtype for name, v in stored.variables.items()} == {str(name): v.dtype for name, v in plain.variables.items()}


@pytest.mark.usefixtures("small_chunks")
def test_a_store_is_plain_zarr(solution: Solution, tmp_path: Path) -> None:
    """Any reader of Zarr finds the results in it, with named dimensions and the meaning of the codes, without a warning."""
    sweep(solution, GRID, quantities=ASKED, select="best for Defender", store=tmp_path / "run.zarr")
    read = xr.open_zarr(tmp_path / "run.zarr")
    raw = zarr.open_array(tmp_path / "run.zarr" / "chosen", mode="r")

    assert set(read.data_vars) == {"inside", "exists", "chosen", "Pr(War)", "payoff(Defender) over V"}
    assert read["Pr(War)"].dims == ("r", "k")
    assert read["chosen"].attrs["flag_meanings"].split() == [e.name for e in solution]
    assert raw.dtype == np.int16
    assert raw.chunks == (5, 20)


def test_everything_can_be_stored(solution: Solution, tmp_path: Path) -> None:
    """Groups with labels of their own and bounds, on points with labels, too."""
    panel = xr.DataArray([[0.1, 0.2], [0.3, 0.9]], dims=["dyad", "year"], coords={"year": [1914, 1939], "dyad": ["FR-RU", "UK-PL"]})
    from deterrence.analysis.designs import zipped

    stored = sweep(solution, zipped(r=panel), store=tmp_path / "run.zarr")

    xr.testing.assert_identical(stored.load(), sweep(solution, zipped(r=panel)))
    assert stored.sel(year=1939, dyad="UK-PL").r == 0.9


@pytest.mark.usefixtures("small_chunks")
def test_a_finished_store_is_opened_and_nothing_is_computed(solution: Solution, tmp_path: Path) -> None:
    """And no file of it is touched."""
    place = tmp_path / "run.zarr"
    sweep(solution, GRID, quantities=ASKED, store=place)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    said: list[int] = []
    again = sweep(solution, GRID, quantities=ASKED, store=place, progress=lambda _, done: said.append(done))

    assert said == []
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    assert int(again.exists.sum()) > 0


@pytest.mark.usefixtures("small_chunks")
def test_only_chunks_that_are_missing_are_computed(solution: Solution, tmp_path: Path) -> None:
    """A chunk counts as there once its last variable is; what is left of a file that was being written is removed."""
    place = tmp_path / "run.zarr"
    sweep(solution, GRID, quantities=ASKED, store=place)
    whole = content(place)
    (place / "inside" / "c" / "3" / "0").unlink()
    (place / "inside" / "c" / "5" / "0").unlink()
    (place / "exists" / "c" / "0" / "5" / "0").unlink()
    (place / "exists" / "c" / "0" / "5" / "0.0123456789abcdef.partial").write_bytes(b"half")
    said: list[int] = []
    sweep(solution, GRID, quantities=ASKED, store=place, workers=1, progress=lambda _, done: said.append(done))

    assert said == [41 * 20 - 100, 41 * 20]
    assert content(place) == whole


@pytest.mark.usefixtures("small_chunks")
def test_an_interruption_leaves_what_was_finished(solution: Solution, tmp_path: Path) -> None:
    """An error in the middle is raised, and the next run goes on from there."""
    place = tmp_path / "run.zarr"

    def stop(_: str, done: int) -> None:
        if done >= 400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(solution, GRID, quantities=ASKED, store=place, workers=1, progress=stop)
    said: list[int] = []
    sweep(solution, GRID, quantities=ASKED, store=place, workers=1, progress=lambda _, done: said.append(done))
    sweep(solution, GRID, quantities=ASKED, store=tmp_path / "other.zarr", workers=2)

    assert said[0] > 400
    assert content(place) == content(tmp_path / "other.zarr")


def keep_war(block: xr.Dataset) -> Any:
    """A rule of the user's."""
    return block["Pr(War)"] > 0


OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "grid": ({"over": {"r": GRID["r"], "k": GRID["k"][:-1]}}, "design"),
    "order of the dimensions": ({"over": {"k": GRID["k"], "r": GRID["r"]}}, "design"),
    "fixed values": ({"fixed": {"l": 2}}, "set of fixed values"),
    "quantities": ({"quantities": ["Pr(War)"]}, "list of quantities"),
    "rule": ({"select": "pareto"}, "rule"),
    "function": ({"select": keep_war}, "rule"),
    "values of what is free": ({"free": {"q": 0.9}}, "set of fixed values"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_store_made_for_another_sweep_is_refused(solution: Solution, tmp_path: Path, what: str) -> None:
    """With what differs, and without touching it."""
    place = tmp_path / "run.zarr"
    sweep(solution, GRID, quantities=ASKED, store=place)
    before = content(place)
    changed, name = OTHERS[what]

    with pytest.raises(InputError, match=rf"store: .*run\.zarr' was made for another {name}; give another path, or remove it"):
        sweep(solution, **{"over": GRID, "quantities": ASKED, "store": place, **changed})
    assert content(place) == before


def test_a_store_made_for_another_game_or_concept_is_refused(solutions: Callable[..., Solution], tmp_path: Path) -> None:
    """Also where the parameters bear the same names; and a format that is not known."""
    place = tmp_path / "run.zarr"
    sweep(solutions("costly_signal"), {"r": [0.1, 0.2]}, quantities=["1"], store=place)

    with pytest.raises(InputError, match="was made for another concept"):
        sweep(solutions("costly_signal", "nash"), {"r": [0.1, 0.2]}, quantities=["1"], store=place)
    game = solutions("costly_signal").game
    with pytest.raises(InputError, match="was made for another game"):
        sweep(game.replace(title="Another game"), {"r": [0.1, 0.2]}, quantities=["1"], store=place)
    meta = place / "zarr.json"
    meta.write_text(meta.read_text().replace('\\"format\\": 1', '\\"format\\": 0'))
    with pytest.raises(InputError, match="was made for another format"):
        sweep(solutions("costly_signal"), {"r": [0.1, 0.2]}, quantities=["1"], store=place)


def _file(path: Path) -> None:
    path.write_text("thesis")


def _group(path: Path) -> None:
    zarr.create_group(path, attributes={"title": "somebody else's"})


@pytest.mark.parametrize("make", [_file, Path.mkdir, _group], ids=["a file", "a folder", "another Zarr store"])
def test_what_is_no_store_of_a_sweep_is_left_alone(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    """It is refused before any work: the game is not even looked at."""
    place = tmp_path / "run.zarr"
    make(place)
    before = content(tmp_path)

    with pytest.raises(InputError, match=r"run\.zarr' is there and was not written by a sweep; give another path"):
        sweep(None, GRID, store=place)  # type: ignore[arg-type]
    assert content(tmp_path) == before


@pytest.mark.parametrize("place", ["missing/run.zarr", "file/run.zarr", "/proc/run.zarr"])
def test_a_place_where_nothing_can_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Before any work."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InputError, match=r"store: .*(there is no folder|cannot be written)"):
        sweep(None, GRID, store=place)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_bad_input_leaves_no_store_behind(solution: Solution, tmp_path: Path) -> None:
    """Whatever is wrong is found before the store is made."""
    for bad in ({"quantities": ["Pr(Wra)"]}, {"over": {"r": [2.0, 3.0]}}, {"select": "best for Nobody"}, {"fixed": {"x": 1}}, {"over": {"r": []}}):
        with pytest.raises(InputError):
            sweep(solution, **{"over": GRID, "store": tmp_path / "run.zarr", **bad})

    assert list(tmp_path.iterdir()) == []


def test_too_many_points_for_a_store_are_refused(solution: Solution, tmp_path: Path) -> None:
    """A grid of 1e15 points is 4e9 chunks."""
    axis = np.linspace(0.1, 0.9, 100_000)

    with pytest.raises(InputError, match=r"1,000,000,000,000,000 points are too many, even for a store \(.* chunks"):
        sweep(solution, {"r": axis, "k": axis, "g": axis}, quantities=["Pr(War)"], store=tmp_path / "run.zarr")
    assert list(tmp_path.iterdir()) == []


def test_a_store_wants_a_rule_with_a_name(solution: Solution, tmp_path: Path) -> None:
    """One lambda cannot be told from another."""
    with pytest.raises(InputError, match="give a named function in place of a lambda"):
        sweep(solution, GRID, select=lambda b: b["exists"], store=tmp_path / "run.zarr")
    kept = sweep(solution, GRID, quantities=ASKED, select=keep_war, store=tmp_path / "run.zarr")

    assert kept.attrs["rule"].endswith("test_store.keep_war")
    assert bool((kept["Pr(War)"].max() > 0).compute())


# Killed

KILLED = """
import sys, numpy as np, deterrence as dt
from deterrence.analysis import chunks
from deterrence.analysis.sweep import sweep
chunks.MOST_POINTS = 40_000
grid = {"r": np.linspace(0, 1, 1_000), "k": np.linspace(0, 2, 2_000)}
sweep(dt.Solution.load(sys.argv[1]), grid, quantities=["Pr(War)"], store=sys.argv[2])
"""


def finished(place: Path) -> dict[Path, int]:
    """The chunks that are finished, and when each was."""
    return {path: path.stat().st_mtime_ns for path in place.glob("inside/c/*/*") if path.suffix != ".partial"}


def started(place: Path, saved: Path) -> subprocess.Popen[bytes]:
    """A process that sweeps into a store."""
    return subprocess.Popen([sys.executable, "-c", KILLED, str(saved), str(place)])


def killed_at_some_moment(process: subprocess.Popen[bytes], place: Path, more: int, after: float) -> None:
    """Kill a process as soon as it has finished so many more chunks, and a little later than that."""
    had = len(finished(place))
    while process.poll() is None and len(finished(place)) < had + more:
        time.sleep(0.002)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_sweep_that_is_killed_again_and_again_ends_as_if_undisturbed(
    solution: Solution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two million points in fifty chunks, killed at three moments: no finished chunk is written twice, and the stores are the same."""
    saved, place, rng = tmp_path / "solution.json", tmp_path / "killed.zarr", random.Random(20)
    solution.save(saved)
    seen: dict[Path, int] = {}
    for _ in range(3):
        process = started(place, saved)
        killed_at_some_moment(process, place, rng.randrange(1, 12), rng.random() / 50)
        assert process.returncode == -signal.SIGKILL
        assert seen.items() <= finished(place).items()
        seen = finished(place)
    assert 3 <= len(seen) < 50
    assert started(place, saved).wait() == 0
    monkeypatch.setattr(chunks, "MOST_POINTS", 40_000)
    grid = {"r": np.linspace(0, 1, 1_000), "k": np.linspace(0, 2, 2_000)}
    sweep(solution, grid, quantities=["Pr(War)"], store=tmp_path / "undisturbed.zarr")

    assert len(finished(place)) == 50
    assert seen.items() <= finished(place).items()
    assert content(place) == content(tmp_path / "undisturbed.zarr")


def test_a_kill_while_the_store_is_being_made_leaves_nothing_that_hinders(solution: Solution, tmp_path: Path) -> None:
    """The store appears in one move; a draft that was left behind is replaced."""
    draft = tmp_path / ".run.zarr.deterrence-draft"
    draft.mkdir()
    (draft / "zarr.json").write_text("{")
    sweep(solution, {"r": [0.1, 0.9]}, quantities=["Pr(War)"], store=tmp_path / "run.zarr")

    assert [path.name for path in tmp_path.iterdir()] == ["run.zarr"]
    assert "deterrence_sweep" in json.loads((tmp_path / "run.zarr" / "zarr.json").read_text())["attributes"]
