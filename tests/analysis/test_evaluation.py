"""Solutions evaluated on arrays, against exact values of their texts."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_games
import xarray as xr
from catalogue_share import CORE
from families import Family

import deterrence as dt
from deterrence.algebra.errors import DeterrenceError, InputError
from deterrence.algebra.formula import atoms
from deterrence.analysis import given, running
from deterrence.analysis.evaluation import evaluator
from deterrence.model.surds import exact_value
from deterrence.solution import Equilibrium, Solution

CASES = Path(__file__).parent.parent / "cases"
# With square roots, implicit roots, ranges that depend on each other, and twenty parameters.
DEMANDING = [str(CASES / f"{name}.yaml") for name in ("contest", "seltens_horse", "mutual_deterrence", "triple_alliance", "two_bluffers")]
KINDS = {"outcome_probability": "outcomes", "event_probability": "events", "payoff": "payoffs"}


@pytest.fixture(scope="module")
def signal() -> Solution:
    return dt.solve(dt.load("costly_signal"))


def interior_points(solution: Solution, each: int) -> list[dict[str, Fraction]]:
    """Exact points of every region that floating point represents, and that are not on the border of a region."""
    found = [{k: Fraction(float(v)) for k, v in q.items()} for e in solution for q in e.region.sample(each)]
    return [q for q in found if not any(_on_border(e, q) for e in solution)]


def _on_border(e: Equilibrium, q: dict[str, Fraction]) -> bool:
    space = e.setting.parameters.space
    values = {space.ring.index[k]: v for k, v in q.items()}
    left = [space.ring.evaluate(a.polynomial, values) for a in atoms(e.region.simplified.formula)]
    return any(p.is_constant() and abs(float(Fraction(str(p)))) < 1e-9 for p in left)


def exact_numbers(entry: dict[str, Any], q: dict[str, Fraction]) -> Iterator[tuple[str, str, float]]:
    """Every quantity of a family with exact values for some choices of what it leaves free."""
    family = Family(entry, q)
    for values in family.choices(random.Random(1), 3):
        for variable, key in KINDS.items():
            yield from ((variable, label, float(exact_value(text, values))) for label, text in entry[key].items())
        for name, actions in entry["strategies"].items():
            yield from (("strategy", f"{a} | {name}", float(exact_value(text, values))) for a, text in actions.items())


def ends(variable: xr.DataArray, equilibrium: str, label: str, point: int) -> tuple[float, float]:
    dim = variable.dims[1]
    found = variable.sel(equilibrium=equilibrium, point=point, **{dim: label}).values
    return (float(found[0]), float(found[1])) if found.ndim else (float(found), float(found))


@pytest.mark.parametrize("name", [*CORE, *DEMANDING], ids=lambda name: Path(name).stem)
def test_numbers_agree_with_exact_ones(name: str) -> None:
    """Where a family exists, and every probability and payoff of it, are the exact ones to 12 digits; what is free lies between the bounds."""
    game = dt.load(name)
    solution = dt.solve(game)
    points = interior_points(solution, 2)[:24]
    found = solution.evaluate({p: [float(q[p]) for q in points] for p in game.free_parameters})
    compared = 0
    for i, q in enumerate(points):
        for e, entry in zip(solution, solution.to_dict()["equilibria"], strict=True):
            exists = bool(found.exists.sel(equilibrium=e.name, point=i))
            assert exists == (q in e.region), (e.name, q)
            for variable, label, value in exact_numbers(entry, q) if exists else ():
                low, high = ends(found[variable], e.name, label, i)
                slack = 1e-12 * max(1.0, abs(value))
                assert low - slack <= value <= high + slack, (e.name, label, q)
                compared += 1

    assert compared > 10


@pytest.mark.parametrize("name", ["costly_signal", "tying_hands", str(CASES / "seltens_horse.yaml")], ids=lambda name: Path(name).stem)
def test_bounds_are_attained(name: str) -> None:
    """Near the ends of what is free, quantities come near their bounds: these are not merely valid."""
    game = dt.load(name)
    solution = dt.solve(game)
    points = interior_points(solution, 1)
    found = solution.evaluate({p: [float(q[p]) for q in points] for p in game.free_parameters})
    wide = 0
    for i, q in enumerate(points):
        for e, entry in zip(solution, solution.to_dict()["equilibria"], strict=True):
            if not (entry["free"] and q in e.region):
                continue
            seen: dict[tuple[str, str], list[float]] = {}
            for values in corners(Family(entry, q)):
                for info, actions in entry["strategies"].items():
                    for a, text in actions.items():
                        seen.setdefault(("strategy", f"{a} | {info}"), []).append(float(exact_value(text, values)))
            for (variable, label), numbers in seen.items():
                low, high = ends(found[variable], e.name, label, i)
                wide += high > low
                assert min(numbers) == pytest.approx(low, abs=1e-3)
                assert max(numbers) == pytest.approx(high, abs=1e-3)

    assert wide > 0


def corners(family: Family, tries: int = 64) -> Iterator[dict[str, Any]]:
    """Choices very near the ends of the ranges."""
    rng = random.Random(2)
    for _ in range(tries):
        values = dict(family.point)
        for name, (lower, upper) in family.entry["free"].items():
            low, high = exact_value(lower, values), exact_value(upper, values)
            values[name] = low + (high - low) * rng.choice([Fraction(1, 10_000), Fraction(1, 2), Fraction(9_999, 10_000)])
        yield values


def test_roots_without_closed_form_are_found_at_every_point() -> None:
    """Four states that waver hold back with the cube root of the cost: a number that the solution has as a root of a polynomial only."""
    solution = dt.solve(small_games.volunteers(4, "c", {"c": "0 < c < 1"}))
    (waver,) = (e for e in solution if e.implicit)
    cost = np.linspace(0.001, 0.999, 3_000)
    found = solution.evaluate(c=cost, of=["Pr(Hold back | North)", "Pr(Nobody)"]).sel(equilibrium=waver.name)

    assert found.exists.all()
    assert np.allclose(found["Pr(Hold back | North)"], np.cbrt(cost), rtol=1e-12)
    assert np.allclose(found["Pr(Nobody)"], np.cbrt(cost) ** 4, rtol=1e-12)


def test_given_values_of_what_is_free_are_used(signal: Solution) -> None:
    """With values for the unknowns, a quantity is one number, and outside its range there is no equilibrium."""
    family = next(e for e in signal if e.exact_free)
    unknown = family.exact_free[0].name
    point = {k: float(v) for k, v in family.region.sample(1)[0].items()}
    entry = next(x for x in signal.to_dict()["equilibria"] if x["name"] == family.name)
    q = {k: Fraction(v) for k, v in point.items()}
    low, high = (exact_value(end, q) for end in entry["free"][unknown])
    inside, outside = float((low + high) / 2), float(high) + 0.125
    given_values = {e.exact_free[k].name: inside for e in signal for k in range(len(e.exact_free))} | {unknown: [inside, outside]}
    found = signal.evaluate(point, free=given_values)

    assert "bound" not in found.dims
    assert found.exists.sel(equilibrium=family.name).values.tolist() == [True, False]
    for info, actions in entry["strategies"].items():
        for a, text in actions.items():
            exact = float(exact_value(text, q | {name: Fraction(inside) for name in given_values}))
            assert float(found.strategy.sel(equilibrium=family.name, action=f"{a} | {info}", point=0)) == pytest.approx(exact, abs=1e-12)
    assert np.isnan(found.strategy.sel(equilibrium=family.name, point=1)).all()


@pytest.mark.parametrize("name", ["costly_signal", "entrapment"])
def test_compiled_kernels_give_the_same_bits(name: str) -> None:
    """Whether NumPy or a compiled kernel computes makes no difference at all."""
    pytest.importorskip("numba")
    solution = dt.solve(dt.load(name))
    rng = np.random.default_rng(3)
    columns = {p: rng.uniform(0.01, 1.5, 5_000) for p in solution.game.free_parameters}
    quantities = [f"payoff({player})" for player in solution.game.players]
    plain, compiled = (solution.evaluate(columns, of=quantities, engine=engine) for engine in ("numpy", "numba"))

    assert plain.identical(compiled)
    assert bool(plain.exists.any())


def test_arrays_broadcast(signal: Solution) -> None:
    """Arrays of NumPy broadcast as there; DataArrays by the names of their dimensions."""
    r, k = np.linspace(0.1, 0.9, 4), np.linspace(0.1, 1.5, 3)
    grid = signal.evaluate(r=xr.DataArray(r, dims="r"), k=xr.DataArray(k, dims="k"), of=["Pr(War)"])
    bare = signal.evaluate(r=r[:, None], k=k, of=["Pr(War)"])

    assert grid["Pr(War)"].dims == ("equilibrium", "r", "k")
    assert grid.r.values.tolist() == r.tolist()
    assert bare["Pr(War)"].dims == ("equilibrium", "point_1", "point")
    assert np.array_equal(grid["Pr(War)"].values, bare["Pr(War)"].values, equal_nan=True)
    for i, a in enumerate(r):
        for j, b in enumerate(k):
            alone = signal.evaluate(r=a, k=b, of=["Pr(War)"])
            assert np.array_equal(alone["Pr(War)"].values, grid["Pr(War)"].values[:, i, j], equal_nan=True)


def test_dask_arrays_are_worked_on_when_asked(signal: Solution) -> None:
    """The result is lazy, chunk by chunk, and the same."""
    da = pytest.importorskip("dask.array")
    r = np.linspace(0.05, 0.95, 1_000)
    lazy = signal.evaluate(r=da.from_array(r, chunks=300), of=["Pr(War)", "payoff(Defender)"])
    eager = signal.evaluate(r=r, of=["Pr(War)", "payoff(Defender)"])

    assert lazy["Pr(War)"].chunks is not None
    assert np.array_equal(lazy["Pr(War)"].values, eager["Pr(War)"].values, equal_nan=True)
    assert lazy.exists.values.tolist() == eager.exists.values.tolist()


def test_expressions_of_quantities(signal: Solution) -> None:
    """What claims can speak of can be evaluated."""
    found = signal.evaluate(r=[0.2, 0.8], of=["Pr(War)", "Pr(Peace)", "Pr(War) - 2*Pr(Peace)"])

    difference = found["Pr(War)"] - 2 * found["Pr(Peace)"] - found["Pr(War) - 2*Pr(Peace)"]
    assert float(abs(difference).max()) < 1e-12


def test_points_outside_the_space_are_marked(signal: Solution) -> None:
    """A grid may touch the border of the space: nothing exists there."""
    found = signal.evaluate(r=[0.0, 0.5, 1.0], of=["Pr(War)"])

    assert found.inside.values.tolist() == [False, True, False]
    assert not found.exists.sel(point=0).any()
    assert np.isnan(found["Pr(War)"].sel(point=2)).all()


REFUSED = {
    "an unknown parameter": ({"rr": 0.5}, {}, "'rr' is no parameter of this game; did you mean 'r'"),
    "a text that is no number": ({"r": "high"}, {}, "r: "),
    "NaN": ({"r": [0.1, float("nan")]}, {}, "r: found nan among the values"),
    "infinity": ({"r": float("inf")}, {}, "r: found inf"),
    "no values": ({"r": []}, {}, "r: the array is empty"),
    "words": ({"r": ["a", "b"]}, {}, "r"),
    "truths": ({"r": np.array([True])}, {}, "expected numbers"),
    "shapes that do not fit": ({"r": [0.1, 0.2], "k": [1, 2, 3]}, {}, "do not fit together: r (2,), k (3,)"),
    "a point outside": ({"r": 2}, {}, "the point is outside the parameter space; r = 2 is outside its domain"),
    "points outside": ({"r": [2, 3]}, {}, "none of the 2 points is in the parameter space"),
    "an unknown quantity": ({}, {"of": ["Pr(Wra)"]}, "of: 'Pr(Wra)', column 4: unknown"),
    "one text": ({}, {"of": "Pr(War)"}, "expected a list of quantities, as ['Pr(War)']"),
    "an unknown unknown": ({}, {"free": {"zz": 1}}, "free: 'zz' is no unknown"),
    "a parameter as an unknown": ({}, {"free": {"r": 1}}, "free: r is a parameter"),
    "an engine that is none": ({}, {"engine": "abacus"}, "engine: found 'abacus'; expected one of auto, numpy, numba"),
}


@pytest.mark.parametrize(("values", "options", "says"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_told_in_one_line(signal: Solution, values: dict[str, Any], options: dict[str, Any], says: str) -> None:
    """Each error names what was given and what was expected."""
    with pytest.raises(InputError) as refused:
        signal.evaluate(values, **options)

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_library_that_is_missing_is_named(signal: Solution, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has installed the solver alone is told what else to install."""
    monkeypatch.delitem(sys.modules, "deterrence.analysis.evaluation", raising=False)
    monkeypatch.setitem(sys.modules, "xarray", None)

    with pytest.raises(DeterrenceError, match=r"needs the library xarray, which is not installed: pip install 'deterrence\[analysis\]'"):
        signal.evaluate(r=0.5)


def test_a_result_that_does_not_fit_is_refused_at_once(signal: Solution) -> None:
    """A grid of 10**15 points is not tried."""
    axis = np.linspace(0.1, 0.9, 100_000)
    axes = {name: xr.DataArray(axis, dims=name) for name in ("r", "k", "V")}

    with pytest.raises(InputError, match=r"1,000,000,000,000,000 points take .* GiB of memory"):
        signal.evaluate(axes, of=["Pr(War)"])


def test_a_parameter_without_default_is_asked_for() -> None:
    """What has no value has no silent one either."""
    game = dt.load("costly_signal")
    bare = game.replace(parameters={**game.parameters, "k": "k > 0"})

    with pytest.raises(InputError, match=r"the parameter k has no default: give it a value, as k=1/2"):
        dt.solve(bare).evaluate(r=0.5)


def test_blocks_take_no_more_memory_for_more_points(signal: Solution) -> None:
    """Block by block, the same numbers come from arrays that are used again."""
    made = evaluator(signal, ["Pr(War)"])
    r = np.linspace(0.01, 0.99, 10_000)
    points = given.points(signal.game, {"r": r})
    whole = made.all_at_once(points)
    seen = [(part, out.truths.copy(), out.numbers.copy(), out.numbers.base) for part, out in made.blocks(points, step=999)]

    assert len({id(base) for *_, base in seen}) == 1
    assert np.array_equal(np.concatenate([numbers for _, _, numbers, _ in seen], axis=1), whole.numbers, equal_nan=True)
    assert np.array_equal(np.concatenate([truths for _, truths, _, _ in seen], axis=1), whole.truths)


def test_columns_of_a_grid_are_those_of_all_its_points() -> None:
    """However a grid is cut into blocks, arrays of one dimension or several are broadcast as xarray does."""
    arrays = {
        "a": xr.DataArray(np.arange(3.0), dims="x"),
        "b": xr.DataArray(np.arange(10.0, 14.0), dims="y"),
        "c": xr.DataArray(np.arange(20.0, 25.0), dims="z"),
        "d": xr.DataArray(np.arange(15.0).reshape(5, 3), dims=("z", "x")),
    }
    points = given.sorted_out({**arrays, "e": 7.0})
    wanted = [v.transpose("x", "y", "z").values.reshape(-1) for v in xr.broadcast(*arrays.values())]
    for step in (1, 7, 60):
        found = [points.columns(("a", "b", "c", "d", "e"), k, min(k + step, 60)) for k in range(0, 60, step)]
        for i in range(4):
            assert np.array_equal(np.concatenate([block[i] for block in found]), wanted[i])
        assert all(block[4] == 7.0 for block in found)

    assert points.count == 60


def test_real_roots_of_many_polynomials() -> None:
    """The roots come in order, whatever the degree of each polynomial turns out to be."""
    rng = np.random.default_rng(0)
    wanted = np.sort(rng.uniform(-3, 3, (3, 400)), axis=0)
    a, b, c = wanted
    cubic = (-a * b * c, a * b + b * c + c * a, -(a + b + c), np.ones(400))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = running.real_roots(*cubic)
        lower = running.real_roots(-a, np.ones(400), np.zeros(400), np.zeros(400))

    apart = np.diff(wanted, axis=0).min(axis=0) > 1e-3
    assert np.allclose(found[:, apart], wanted[:, apart], atol=1e-9)
    assert np.allclose(lower[0], a)
    assert np.isnan(lower[1:]).all()
    assert np.isnan(running.real_roots(1.0, 0.0, 1.0)).all()
