"""Sensitivity, against indices that are known in closed form, and elasticities, against finite differences."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from catalogue_share import CORE

from deterrence.algebra.errors import InputError
from deterrence.analysis.elasticity import elasticities
from deterrence.analysis.sensitivity import sensitivity
from deterrence.solution import Solution

BOX = {"p": (0, 1), "g": (0, 1)}  # of `rudimentary_deterrence`
Solved = Callable[..., Solution]


@pytest.mark.parametrize(
    ("text", "first", "total"),
    [
        ("p + 2*g", (0.2, 0.8), (0.2, 0.8)),
        ("p*g", (3 / 7, 3 / 7), (4 / 7, 4 / 7)),  # the variance is 7/144, of which each explains 3/144 alone
        ("(p - 1/2)*(g - 1/2)", (0.0, 0.0), (1.0, 1.0)),
        ("4*p*(1 - p)", (1.0, 0.0), (1.0, 0.0)),
    ],
)
def test_sobol_indices_are_those_known_in_closed_form(text: str, first: tuple[float, ...], total: tuple[float, ...], solutions: Solved) -> None:
    """Within the confidence interval, and a hundredth for its own error."""
    found = sensitivity(solutions("rudimentary_deterrence"), text, BOX, n=2048).dataset.sel(quantity=text)

    for name, known in (("first", first), ("total", total)):
        assert (abs(found[name].values - known) <= found[f"{name}_confidence"].values + 0.01).all()
        assert (found[f"{name}_confidence"].values < 0.12).all()


def test_elementary_effects_of_a_sum_are_its_slopes(solutions: Solved) -> None:
    """Times the width of the range that was used, in which Morris's method measures them."""
    found = sensitivity(solutions("rudimentary_deterrence"), "3*p - 5*g", BOX, method="morris", n=8)
    widths = np.array([float(high - low) for low, high in found.ranges.values()])

    assert found.dataset["mu"].values[0] == pytest.approx([3, -5] * widths)
    assert found.dataset["mu_star"].values[0] == pytest.approx([3, 5] * widths)
    assert found.dataset["sigma"].values[0] == pytest.approx([0, 0], abs=1e-12)
    assert all(0.98 < width < 1 for width in widths)


def test_delta_ranks_what_matters_first(solutions: Solved) -> None:
    """A parameter that does not enter has nearly no index."""
    found = sensitivity(solutions("rudimentary_deterrence"), "g**2", BOX, method="delta", n=48)
    delta = found.dataset["delta"].sel(quantity="g**2")

    assert found.ranked("g**2") == ["g", "p"]
    assert float(delta.sel(parameter="g")) > 0.4
    assert float(delta.sel(parameter="p")) < 0.2


@pytest.mark.parametrize("method", ["sobol", "morris", "delta"])
def test_the_same_seed_gives_the_same_numbers_and_leaves_the_shared_generator_alone(method: str, solutions: Solved) -> None:
    """Seed 0 too; another seed gives others."""
    solution, look = solutions("rudimentary_deterrence"), warnings.formatwarning
    np.random.seed(7)
    expected = np.random.random(3)
    np.random.seed(7)
    first, again, other = (sensitivity(solution, "Pr(Conflict)", {"p": (0, 1)}, method=method, n=32, seed=seed).dataset for seed in (0, 0, 1))

    assert first.identical(again)
    assert not first.equals(other)
    assert np.array_equal(np.random.random(3), expected)
    assert warnings.formatwarning is look


def test_equilibria_that_disagree_need_a_rule(solutions: Solved) -> None:
    """Where all that exist agree none is needed; with one the values are those of the equilibrium that it selects."""
    solution, box = solutions("costly_signal"), {"r": (0, 1), "k": (0, 0.4)}
    agreed = sensitivity(solution, "Pr(War)", box, n=256)
    chosen = sensitivity(solution, "payoff(Defender)", box, n=256, select="worst for Defender")

    with pytest.raises(InputError, match="several equilibria that give payoff\\(Defender\\) different values; choose a rule"):
        sensitivity(solution, ["Pr(War)", "payoff(Defender)"], box, n=64)
    assert agreed.ranked("Pr(War)") == ["r", "k"]
    assert float(agreed.dataset["total"].sel(parameter="k").item()) == 0
    assert chosen.dataset.attrs["select"] == "worst for Defender"
    assert float(chosen.dataset["total"].sel(parameter="k").item()) > 0  # the worst is the one in which all signal


def test_what_is_left_open_is_analysed_at_both_ends(solutions: Solved) -> None:
    """The least and the greatest value are quantities of their own."""
    found = sensitivity(solutions("audience_costs"), "Pr(Resist | Rival | Escalate)", {"w": (-0.9, -0.1), "v": (1, 2)}, n=64, select="E3")
    other = sensitivity(solutions("audience_costs"), "Pr(Resist | Rival | Escalate)", {"w": (-0.9, -0.1), "v": (1, 2)}, n=64, select="E4")

    assert found.quantities == ("Pr(Resist | Rival | Escalate)",)
    assert other.quantities == ("Pr(Resist | Rival | Escalate) (least)", "Pr(Resist | Rival | Escalate) (greatest)")
    assert np.isnan(other.dataset["total"].values[1]).all()  # it is 1 throughout


def test_points_outside_of_the_space_are_refused_with_ranges_that_are_inside(solutions: Solved) -> None:
    """Unless it is said what counts there."""
    solution = solutions("entrapment")
    with pytest.raises(InputError, match="are outside the parameter space; inside are, for example, ") as refused:
        sensitivity(solution, "Pr(War)", n=64)
    advised = {name: (low, high) for name, low, high in re.findall(r"(\w+) from (\S+) to ([\d.]+)", refused.value.message)}

    assert set(advised) == {"h", "l_B", "l_T"}
    assert len(sensitivity(solution, "Pr(War)", {"f": (0, 1), **advised}, n=64).parameters) == 4
    assert sensitivity(solution, "Pr(War)", n=64, missing=0).dataset.attrs["missing"] == 0


def test_a_quantity_that_does_not_vary_has_no_indices(solutions: Solved) -> None:
    """They are NaN, and a dash in the table."""
    found = sensitivity(solutions("rudimentary_deterrence"), ["p - p", "2*p"], BOX, n=16)

    assert np.isnan(found.dataset["total"].sel(quantity="p - p").values).all()
    assert not np.isnan(found.dataset["total"].sel(quantity="2*p").values).any()
    assert str(found).splitlines()[2].split() == ["p", "-", "p", "p", "–", "–"]


def test_a_fixed_parameter_and_tables_in_every_format(solutions: Solved) -> None:
    """A number in place of two ends fixes it; CSV has every digit."""
    found = sensitivity(solutions("rudimentary_deterrence"), "Pr(Conflict)", {"p": (0, 1), "k": "1/3"}, n=64)
    csv = found.table("csv").splitlines()

    assert found.parameters == ("p",)
    assert found.dataset.attrs["fixed"].split(", ")[1] == "k = 1/3"
    assert csv[0] == "quantity,parameter,first,first_confidence,total,total_confidence"
    assert float(csv[1].split(",")[2]) == found.to_pandas()["first"][0]
    assert "$p$ & " in found.table("latex")
    assert "<td><math" in found.table("html")
    assert "| Pr(Conflict) | $p$ |" in found.table("markdown")


REFUSED = [
    ({"method": "soboll"}, "method: 'soboll' is none; did you mean 'sobol'?"),
    ({"n": 2}, "n: found 2; expected a whole number, 4 or more"),
    ({"n": 2.5}, "n: found 2.5"),
    ({"n": 1 << 40}, "n: 1,099,511,627,776 makes 4,398,046,511,104 points; at most 67,108,864"),
    ({"n": 16, "method": "delta"}, "n: 16 is too few for delta"),
    ({"seed": -1}, "seed: found -1"),
    ({"missing": float("nan")}, "missing: found nan"),
    ({"ranges": {}}, "ranges: no parameter varies"),
    ({"ranges": {"x": (0, 1)}}, "ranges: 'x' is no parameter of this game"),
    ({"ranges": {"p": (1, 0)}}, "ranges: the ends of p are 1 and 0"),
    ({"ranges": {"p": (0, 1, 2)}}, "ranges: found (0, 1, 2) for p; expected its two ends"),
    ({"ranges": {"p": "x"}}, "ranges: p: "),
    ({"of": []}, "of: there is no quantity in it"),
    ({"of": "Pr(Conflicts)"}, "of: 'Pr(Conflicts)', column 4"),
    ({"select": "best for Nobody"}, "select: 'Nobody' is no player"),
    ({"select": "E1"}, "no equilibrium is selected in which Pr(Conflict) has a value"),
]


@pytest.mark.parametrize(("wrong", "says"), REFUSED)
def test_what_makes_no_sense_is_refused_in_a_line(wrong: dict[str, Any], says: str, solutions: Solved) -> None:
    """The argument is named, with what was found and what was expected."""
    asked: dict[str, Any] = {"of": "Pr(Conflict)", "ranges": BOX, "n": 8} | wrong

    with pytest.raises(InputError, match=re.escape(says)):
        sensitivity(solutions("rudimentary_deterrence"), asked.pop("of"), asked.pop("ranges"), **asked)


# Elasticities


@pytest.mark.parametrize("name", CORE)
def test_elasticities_agree_with_finite_differences(name: str, solutions: Solved) -> None:
    """Of every outcome and payoff in every equilibrium at the default values, where the equilibrium exists on both sides of them."""
    solution = solutions(name)
    found = elasticities(solution)
    quantities, h = list(dict.fromkeys(row.quantity for row in found.rows)), 1e-6
    checked = 0
    for parameter in solution.game.free_parameters:
        x = float(found.at[parameter])
        values = {n: float(v) for n, v in found.at.items()} | {parameter: [x - h, x, x + h]}
        data = solution.evaluate(values, of=quantities)
        for row in (each for each in found.rows if each.parameter == parameter):
            here = data[row.quantity].sel(equilibrium=row.equilibrium)
            here = here.isel(bound=int(row.which == "greatest")) if "bound" in here.dims else here
            before, at, after = here.values
            assert float(row.value) == pytest.approx(at, abs=1e-12)
            if np.isfinite(before + after):
                assert float(row.derivative) == pytest.approx((after - before) / (2 * h), rel=1e-4, abs=1e-6)
                checked += 1
            assert row.elasticity is None if row.value == 0 else row.elasticity == row.derivative * found.at[parameter] / row.value

    assert checked >= 3


def test_elasticities_are_exact_fractions(solutions: Solved) -> None:
    """War comes with probability p*v/(v + a): at v = 2a its elasticity in v is a/(v + a) = 1/3, and in p it is 1."""
    found = elasticities(solutions("audience_costs"), {"a": "1/2", "p": "1/3"}, "Pr(War)", ["v", "p", "a"])

    assert [row.elasticity for row in found.rows if row.equilibrium == "E1"] == [Fraction(1, 3), Fraction(1), Fraction(-1, 3)]
    assert [str(row.value) for row in found["E1", "Pr(War)", "v"]] == ["2/9"]
    assert r"$\frac{2}{9}$" in found.table("latex")


def test_of_what_is_left_open_both_ends_have_elasticities(solutions: Solved) -> None:
    """E4 mixes with any q from v/(v - w) to below 1: the lower end moves with w, the upper does not."""
    found = elasticities(solutions("audience_costs"), {"w": "-1/2"}, "Pr(Resist | Rival | Escalate)", "w")
    rows = found["E4", "Pr(Resist | Rival | Escalate)", "w"]

    assert [(row.which, row.value, row.derivative) for row in rows] == [("least", Fraction(2, 3), Fraction(4, 9)), ("greatest", 1, 0)]


@pytest.mark.parametrize(
    ("at", "wrt", "says"),
    [
        ({"q": 1}, None, "at: 'q' is no parameter of this game"),
        ({"p": "x"}, None, "at: p: "),
        ({"p": 2}, None, "p = 2 is outside its domain"),
        ({}, ["z"], "wrt: 'z' is no free parameter"),
    ],
)
def test_a_point_that_makes_no_sense_is_refused(at: dict[str, Any], wrt: Any, says: str, solutions: Solved) -> None:
    """In one line that names it."""
    with pytest.raises(InputError, match=re.escape(says)):
        elasticities(solutions("audience_costs"), at, "Pr(War)", wrt)
