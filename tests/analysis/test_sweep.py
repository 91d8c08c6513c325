"""Sweeps: grids and other designs, against evaluation and exact solutions; threads, dask and clusters; the command."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis import chunks
from deterrence.analysis.designs import random_points, sobol, zipped
from deterrence.analysis.selection import rule_of
from deterrence.analysis.sweep import _evaluator, sweep
from deterrence.analysis.tidy import tidy
from deterrence.analysis.working import Job
from deterrence.cli import main
from deterrence.model.reading import load, read
from deterrence.solution import Solution

GRID = {"k": np.linspace(0.1, 2, 20), "r": np.linspace(0, 1, 41)}
ASKED = ["Pr(War)", "payoff(Defender)"]


@pytest.fixture
def solution(solutions: Callable[..., Solution]) -> Solution:
    """The costly signal's."""
    return solutions("costly_signal")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred points each."""
    monkeypatch.setattr(chunks, "MOST_POINTS", 100)


@pytest.mark.usefixtures("small_chunks")
def test_a_grid_agrees_with_evaluation_at_each_of_its_points(solution: Solution) -> None:
    """One dimension for each parameter, in the order given, labelled with its values; what was fixed is used."""
    found = sweep(solution, GRID, fixed={"l": "1/2"}, quantities=ASKED)
    k, r = np.meshgrid(GRID["k"], GRID["r"], indexing="ij")
    flat = solution.evaluate(k=k.ravel(), r=r.ravel(), l=0.5, of=ASKED)

    assert found["Pr(War)"].dims == ("equilibrium", "k", "r")
    assert (found.r.values == GRID["r"]).all()
    assert (found.k.values == GRID["k"]).all()
    for name in ("exists", *ASKED):
        assert np.array_equal(found[name].values.reshape(9, -1), flat[name].values, equal_nan=name != "exists")


def test_a_sweep_agrees_with_exact_solutions(solution: Solution) -> None:
    """At points of a zipped design, off the surfaces where families meet, the same equilibria exist and war is as likely."""
    points = [("1/5", "1/3"), ("3/5", "1/7"), ("9/10", "5/4")]
    found = sweep(solution, zipped(r=[r for r, _ in points], k=[k for _, k in points]), quantities=["Pr(War)"])

    for n, (r, k) in enumerate(points):
        there = found.isel(point=n)
        exact = sorted(float(e.outcomes["War"]) for e in solution.at(r=r, k=k, V=1, g=1, l=1, c_T="1/2", c_W="3/2"))
        assert sorted(there["Pr(War)"].values[there.exists.values]) == pytest.approx(exact, abs=1e-12)


def test_points_on_and_beyond_the_border_are_marked_and_counted(solution: Solution) -> None:
    """Credibilities of 0 and 1 are no interior points: nothing exists there and quantities are NaN."""
    found = sweep(solution, {"r": [0, 0.5, 1]}, quantities=["Pr(War)"])

    assert found.inside.values.tolist() == [False, True, False]
    assert found.exists.any("equilibrium").values.tolist() == [False, True, False]
    assert np.isnan(found["Pr(War)"].isel(r=[0, 2])).all()
    assert (found.attrs["points"], found.attrs["points_outside"]) == (3, 2)


def test_a_game_is_solved_first(solution: Solution) -> None:
    """With the default concept, and everything is measured unless quantities are named."""
    found = sweep(load("costly_signal"), {"r": [0.25, 0.75]})

    xr.testing.assert_identical(found, sweep(solution, {"r": [0.25, 0.75]}))
    assert {"strategy", "belief", "outcome_probability", "payoff"} <= set(found.data_vars)


def test_what_was_done_is_in_the_attributes(solution: Solution) -> None:
    """As texts and numbers that files can hold."""
    found = sweep(solution, sobol(8, 4, r=(0, 1)), fixed={"V": 1}, quantities=["Pr(War)"], select="worst for Challenger")

    assert found.attrs == {
        "game": "Costly signals in extended deterrence",
        "game_key": solution.game.content_key(),
        "concept": "sequential",
        "complete": 1,
        "design": "Sobol",
        "seed": 4,
        "fixed": "k = 0.2, V = 1.0, g = 1.0, l = 1.0, c_T = 0.5, c_W = 1.5",
        "rule": "worst for Challenger",
        "rule_note": rule_of("worst for Challenger", [], solution.game.players).note,
        "points": 8,
        "points_outside": 0,
    }


def test_values_of_what_is_free_replace_bounds(solution: Solution) -> None:
    """And are recorded among what is fixed."""
    asked = "Pr(Attack | Challenger | Signal)"
    left_open = sweep(solution, {"r": [0.75]}, quantities=[asked])
    given = sweep(solution, {"r": [0.75]}, quantities=[asked], free={"q": 0.9})
    mixing = [e.name for e in solution if "q" in e.free and str(e.strategies["Challenger | Signal"]["Attack"]) == "q"]
    values = given[asked].sel(equilibrium=mixing).values

    assert "bound" in left_open.dims
    assert given.attrs["fixed"].endswith("q = 0.9")
    assert (values == 0.9).any()
    assert ((values == 0.9) | np.isnan(values)).all()


def test_a_solution_without_equilibria_is_swept_too(solution: Solution, tmp_path: Path) -> None:
    """Nothing exists in it, whatever the rule."""
    none = Solution(solution.game, "sequential", [])

    for select in ("all", "pareto", "best for Defender"):
        found = sweep(none, {"r": [0, 0.5]}, quantities=["Pr(War)"], select=select)
        stored = sweep(none, {"r": [0, 0.5]}, quantities=["Pr(War)"], select=select, store=tmp_path / f"{select}.zarr")
        xr.testing.assert_identical(stored.load(), found)
        assert found.inside.values.tolist() == [False, True]
        assert not found.exists.any()


def test_progress_counts_points(solution: Solution, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to all of them."""
    monkeypatch.setattr(chunks, "MOST_POINTS", 100)
    said: list[tuple[str, int]] = []
    sweep(solution, GRID, quantities=["Pr(War)"], progress=lambda what, done: said.append((what, done)))

    assert {what for what, _ in said} == {"points"}
    assert [done for _, done in said] == sorted({done for _, done in said})
    assert said[-1][1] == 820
    assert len(said) == 10


@pytest.mark.usefixtures("small_chunks")
def test_the_number_of_threads_changes_nothing(solution: Solution) -> None:
    """Not a bit of the result."""
    one, four = (sweep(solution, GRID, quantities=ASKED, select="pareto", workers=n) for n in (1, 4))

    xr.testing.assert_identical(one, four)


def test_boxes_cover_every_point_once() -> None:
    """However the dimensions are cut, the last ones whole as far as they fit."""
    for sizes, most in (((7, 5, 3), 4), ((7, 5, 3), 30), ((1, 1), 1), ((10,), 3)):
        cut = chunks.Boxes({f"d{n}": size for n, size in enumerate(sizes)}, {f"d{n}": min(size, most) for n, size in enumerate(sizes)})
        seen = np.zeros(sizes, dtype=int)
        for box in cut:
            seen[box.within(cut.sizes)] += 1

        assert (seen == 1).all()
        assert len(cut) == len(list(cut))
        assert sum(box.count for box in cut) == seen.size


# Bad input

SMALL = {"r": [0.25, 0.75]}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown parameter": ({"over": {"rr": [0.1]}}, "'rr' is no parameter of this game"),
    "an unknown fixed one": ({"fixed": {"kk": 1}}, "'kk' is no parameter of this game"),
    "swept and fixed": ({"fixed": {"r": 0.5}}, "r is both swept and fixed; give it in one of `over` and `fixed`"),
    "an empty grid": ({"over": {"r": []}}, "r: the array is empty"),
    "no grid": ({"over": {}}, "over: nothing is swept"),
    "NaN": ({"over": {"r": [0.5, float("nan")]}}, "r: found nan among the values"),
    "a fixed NaN": ({"fixed": {"k": float("nan")}}, "k: found nan; expected a finite number"),
    "a fixed array": ({"fixed": {"k": [1, 2]}}, "fixed: k is an array; expected one number"),
    "a free array": ({"free": {"q": [1, 2]}}, "free: q is an array; expected one number"),
    "a free parameter": ({"free": {"k": 1}}, "free: k is a parameter; give it in `fixed`"),
    "an unknown unknown": ({"free": {"zeta": 1}}, "free: 'zeta' is no unknown of these equilibria"),
    "no mapping": ({"fixed": [1]}, "fixed: found list; expected a mapping"),
    "an unknown quantity": ({"quantities": ["Pr(Wra)"]}, "of: 'Pr(Wra)', column 4: "),
    "an unknown rule": ({"select": "any"}, "select: 'any' is no rule"),
    "an unknown player": ({"select": "best for Ally"}, "select: 'Ally' is no player of this game; the players are Defender, Challenger"),
    "all points outside": ({"over": {"r": [2, 3]}}, "none of the 2 points is in the parameter space; r = 2 is outside its domain, 0 < r < 1"),
    "no threads": ({"workers": 0}, "workers: found 0; expected a number of threads, 1 or more, or a client of dask.distributed"),
    "no workers": ({"workers": "all"}, "workers: found 'all'; expected a number"),
    "a grid of 1e15 points": ({"over": dict.fromkeys("rkg", np.linspace(0.1, 0.9, 100_000))}, "the results at 1,000,000,000,000,000 points take "),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_line(solution: Solution, case: str) -> None:
    """That says what was found and what is expected."""
    changed, message = BAD[case]

    with pytest.raises(InputError) as raised:
        sweep(solution, **{"over": SMALL, "quantities": ["Pr(War)"], **changed})
    assert raised.value.message.startswith(message)
    assert "\n" not in raised.value.message


def test_a_parameter_without_value_or_default_is_named() -> None:
    """The rest of what is needed is there."""
    game = read("players: [A]\nparameters: {a: a > 0, b: b > 0}\ntree: {A: {Go: {outcome: Gone, A: a - b}, Stay: {outcome: Stayed, A: 0}}}\n")

    with pytest.raises(InputError, match="the parameter b has no default: give it a value"):
        sweep(game, {"a": [1, 2]})


def test_a_parameter_that_bears_the_name_of_a_result_cannot_be_swept() -> None:
    """It can be fixed."""
    tree = "{A: {Go: {outcome: Gone, A: payoff - b}, Stay: {outcome: Stayed, A: 0}}}"
    game = read(f"players: [A]\nparameters: {{payoff: {{domain: payoff > 0, default: 1}}, b: b > 0}}\ntree: {tree}\n")

    with pytest.raises(InputError, match="payoff: the result has a variable or a dimension of that name"):
        sweep(game, {"payoff": [1, 2]}, fixed={"b": 1})
    assert sweep(game, {"b": [1, 2]}, fixed={"payoff": 1.5}).exists.any("equilibrium").all()


# Dask


def test_dask_arrays_give_a_result_that_is_computed_when_it_is_asked_for(solution: Solution) -> None:
    """Chunk by chunk as the points are; the numbers are the same."""
    points = random_points(1000, 2, r=(-0.1, 1), k=(0, 2))
    r, k = (np.asarray(points.columns[name].data) for name in ("r", "k"))
    for select in ("all", "best for Defender", "pareto"):
        lazy = sweep(solution, zipped(r=da.from_array(r, chunks=300), k=da.from_array(k, chunks=300)), quantities=ASKED, select=select)
        plain = sweep(solution, zipped(r=r, k=k), quantities=ASKED, select=select)

        assert lazy["Pr(War)"].chunks is not None
        assert lazy["Pr(War)"].chunks[-1] == (300, 300, 300, 100)
        xr.testing.assert_equal(lazy.load(), plain)


def test_a_grid_of_dask_arrays_is_cut_as_they_are(solution: Solution, tmp_path: Path) -> None:
    """Along both dimensions; into a store it goes at once."""
    over = {"r": da.from_array(GRID["r"], chunks=20), "k": da.from_array(GRID["k"], chunks=10)}
    lazy = sweep(solution, over, quantities=ASKED)

    assert lazy["Pr(War)"].chunks == ((9,), (20, 20, 1), (10, 10))
    stored = sweep(solution, over, quantities=ASKED, store=tmp_path / "run.zarr")
    xr.testing.assert_equal(lazy.load(), stored.load())


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of a cluster of two workers, processes of their own."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", protocol="tcp") as cluster,
        distributed.Client(cluster, set_as_default=False) as made,
    ):
        yield made


def test_what_workers_need_can_be_sent_to_them(solution: Solution) -> None:
    """By the ordinary means of Python, and it is small."""
    rule = rule_of("best for Defender", [e.name for e in solution], solution.game.players)
    sent = pickle.dumps(Job(_evaluator(solution, None, rule, ()), rule, 1))

    assert len(sent) < 100_000
    assert isinstance(pickle.loads(sent), Job)


@pytest.mark.usefixtures("small_chunks")
def test_a_cluster_returns_what_this_process_does(solution: Solution, client: Any, tmp_path: Path) -> None:
    """In memory, with a rule of the user's, and into a store, which is the same to the last byte."""
    plain = sweep(solution, GRID, quantities=ASKED, select="best for Defender")
    sweep(solution, GRID, quantities=ASKED, select="best for Defender", store=tmp_path / "here.zarr")
    stored = sweep(solution, GRID, quantities=ASKED, select="best for Defender", store=tmp_path / "there.zarr", workers=client)
    here, there = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in (tmp_path / "here.zarr", tmp_path / "there.zarr"))

    def peaceful(block: xr.Dataset) -> Any:
        return block["Pr(War)"] < 0.5

    xr.testing.assert_identical(sweep(solution, GRID, quantities=ASKED, select="best for Defender", workers=client), plain)
    xr.testing.assert_identical(stored.load(), plain)
    assert here == there
    mask = sweep(solution, GRID, quantities=ASKED, select=peaceful, workers=client).chosen
    assert mask.equals(sweep(solution, GRID, quantities=ASKED, select=peaceful).chosen)


def test_a_client_that_is_active_is_used(solution: Solution, client: Any) -> None:
    """Nothing need be said: the rule, which selects everything in other processes than this one, runs in a worker."""
    from distributed import Client

    here = os.getpid()

    def elsewhere(block: xr.Dataset) -> Any:
        return xr.full_like(block["exists"], os.getpid() != here)

    assert not sweep(solution, SMALL, quantities=["Pr(War)"], select=elsewhere).chosen.any()
    with Client(client.scheduler.address):
        assert sweep(solution, SMALL, quantities=["Pr(War)"], select=elsewhere).chosen.any()
        assert not sweep(solution, SMALL, quantities=["Pr(War)"], select=elsewhere, workers=1).chosen.any()


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_is_killed_loses_nothing(solution: Solution, client: Any, tmp_path: Path) -> None:
    """Its boxes are computed by the other one, or by the one that takes its place."""
    plain = sweep(solution, GRID, quantities=ASKED)
    for place in (None, tmp_path / "run.zarr"):
        victims = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill(_: str, done: int, victims: list[int] = victims, killed: list[int] = killed) -> None:
            if done >= 200 and not killed:
                killed.append(victims[0])
                os.kill(victims[0], signal.SIGKILL)

        found = sweep(solution, GRID, quantities=ASKED, workers=client, store=place, progress=kill)

        assert killed
        xr.testing.assert_identical(found.load(), plain)
        client.wait_for_workers(2, timeout=30)


# Tables and the command


def test_a_tidy_table_has_a_row_for_each_point_and_equilibrium(solution: Solution) -> None:
    """With a column for each quantity, each label and each bound."""
    data = sweep(solution, {"k": [0.2, 0.4], "r": [0.25, 0.75]})
    table = tidy(data)
    name = str(data.equilibrium[data.exists.sel(k=0.4, r=0.75)].values[-1])
    row = table[(table.k == 0.4) & (table.r == 0.75) & (table.equilibrium == name)].iloc[0]
    there = data.sel(k=0.4, r=0.75, equilibrium=name)

    assert len(table) == 2 * 2 * 9
    assert table.columns[:5].tolist() == ["k", "r", "equilibrium", "inside", "exists"]
    assert row["payoff[Defender]"] == there.payoff.sel(player="Defender")
    assert row["exists"]
    label = "Attack | Challenger | Signal"
    assert row[f"strategy[{label}] upper"] == pytest.approx(float(there.strategy.sel(action=label, bound="upper")), nan_ok=True)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command's exit code, and what it printed."""
    code = main(["sweep", "costly_signal", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


COMMAND = ("--over", "r=0:1:5", "--over", "k=1/4,0.5", "--fix", "V=1", "--quantity", "Pr(War)", "--quantity", "payoff(Defender)/V")


@pytest.mark.parametrize("suffix", [".nc", ".csv", ".parquet", ".zarr"])
def test_the_command_writes_every_format(capsys: pytest.CaptureFixture[str], solution: Solution, tmp_path: Path, suffix: str) -> None:
    """The same results in each, and the same bytes each time."""
    path = tmp_path / f"out{suffix}"
    code, out, err = run(capsys, *COMMAND, "-o", str(path))
    data = sweep(solution, {"r": np.linspace(0, 1, 5), "k": [0.25, 0.5]}, quantities=["Pr(War)", "payoff(Defender)/V"])
    plain = data.rename({"payoff(Defender)/V": "payoff(Defender) over V"})
    before = path.read_bytes() if path.is_file() else b""

    assert (code, err) == (0, "")
    assert out == f"{path}: 10 points, 4 of them outside the parameter space; rule: all.\n"
    if suffix == ".nc":
        with xr.open_dataset(path) as found:
            xr.testing.assert_equal(found, plain)
            assert found.attrs["rule"] == "all"
    elif suffix == ".zarr":
        xr.testing.assert_equal(xr.open_zarr(path).load(), plain)
    else:
        found = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
        pd.testing.assert_frame_equal(found, tidy(data), check_exact=True, check_dtype=False)
    assert run(capsys, *COMMAND, "-o", str(path))[0] == 0
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_command_draws_points_and_selects(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By the seed that is given."""
    arguments = ("--over", "r=0:1", "--design", "lhs", "--points", "20", "--seed", "3", "--select", "best for Defender", "--concept", "nash")
    code, *_ = run(capsys, *arguments, "--quantity", "Pr(War)", "-o", str(tmp_path / "a.csv"))
    table = pd.read_csv(tmp_path / "a.csv")

    assert code == 0
    assert table.columns.tolist() == ["r", "inside", "exists", "chosen", "Pr(War)"]
    assert sorted((table.r * 20).astype(int)) == list(range(20))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--over", "r=0:1:5", "-o", "out.xls"), "--output out.xls: expected a file that ends in .nc, .csv, .parquet or .zarr"),
        (("--over", "r", "-o", "o.nc"), "--over r: expected NAME=VALUES, such as r=0:1:101"),
        (("--over", "r=0:1", "-o", "o.nc"), "--over r=0:1: expected FROM:TO:HOW_MANY"),
        (("--over", "r=0:1:1e3", "-o", "o.nc"), "--over r=0:1:1e3: expected FROM:TO:HOW_MANY"),
        (("--over", "r=0:x:5", "-o", "o.nc"), "--over r=0:x:5: found 'x'; expected a number"),
        (("--over", "r=0:1:1000000000000000", "-o", "o.nc"), "--over r=0:1:1000000000000000: expected from 2 to 100,000,000 values"),
        (("--over", "r=0:1:5", "--over", "r=0.5", "-o", "o.nc"), "--over r=0.5: r is given twice"),
        (("--over", "r=0:1:5", "--fix", "r=1/2", "-o", "o.nc"), "r is both swept and fixed"),
        (("--over", "r=0:1:5", "--points", "9", "-o", "o.nc"), "--points: a grid has as many points as its values make"),
        (("--over", "r=0:1", "--design", "sobol", "-o", "o.nc"), "--design sobol: how many points? give --points N"),
        (("--over", "r=0:1:5", "--design", "sobol", "--points", "9", "-o", "o.nc"), "--over r=0:1:5: expected a range, such as r=0:1"),
        (("--over", "r=0:1:5", "-o", "missing/o.nc"), "No such directory"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value[:-2]),
)
def test_the_command_refuses_bad_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    """In one line on standard error, with exit code 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)

    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
