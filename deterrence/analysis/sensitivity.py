"""Global sensitivity: for how much of what a quantity does over a box each parameter answers, by SALib over the evaluation on arrays.

Herman and Usher (2017), "SALib: An open-source Python library for Sensitivity Analysis", Journal of Open Source Software 2(9),
DOI 10.21105/joss.00097.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.algebra.expressions import exact
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.points import default_ends
from deterrence.analysis.sensitivity_design import MEASURES, Design, Numbers, Ranges
from deterrence.solution import Solution, need_solution

LEADING = {"sobol": "total", "morris": "mu_star", "delta": "delta"}  # what parameters are ranked by
_ABOUT = {
    "first": "share of the variance that the parameter explains alone",
    "total": "share of the variance that the parameter has a part in",
    "mu_star": "mean absolute elementary effect",
    "mu": "mean elementary effect",
    "sigma": "standard deviation of the elementary effects",
    "delta": "mean shift of the distribution",
}
_EQUAL = 1e-9
_SHRINKINGS = 8


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Indices of each quantity and parameter, with the half-width of their 95% confidence intervals, and how they were found.

    `dataset` has one variable a measure over `quantity` and `parameter`, and one more, `..._confidence`, for those with an interval. They
    are NaN for a quantity that does not vary. Of a quantity that equilibria leave open the least and the greatest value are analysed apart.
    """

    dataset: xr.Dataset
    ranges: Ranges
    title: str

    @property
    def method(self) -> str:
        """`sobol`, `morris` or `delta`."""
        return str(self.dataset.attrs["method"])

    @property
    def quantities(self) -> tuple[str, ...]:
        """What was analysed."""
        return tuple(map(str, self.dataset["quantity"].values))

    @property
    def parameters(self) -> tuple[str, ...]:
        """What was varied."""
        return tuple(map(str, self.dataset["parameter"].values))

    def ranked(self, quantity: str) -> list[str]:
        """The parameters, the most important for a quantity first."""
        values = np.nan_to_num(self.dataset[LEADING[self.method]].sel(quantity=quantity).values, nan=-1.0)
        return [self.parameters[k] for k in np.argsort(-values, kind="stable")]

    def to_pandas(self) -> Any:
        """The indices as a tidy table, one row a quantity and parameter."""
        return self.dataset.to_dataframe().reset_index()

    def table(self, format: str = "text") -> str:  # noqa: A002 - the name that users know from pandas
        """The indices as a table: `text`, `markdown`, `latex`, `html` or `csv`."""
        from deterrence.report.sensitivity_table import sensitivity_table

        return sensitivity_table(self, format)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"Sensitivity({self.title!r}, {self.method}, {', '.join(self.quantities)} in {', '.join(self.parameters)})"

    def _repr_html_(self) -> str:
        return self.table("html")


def sensitivity(  # noqa: PLR0913 - what is analysed, where and how; all but the first three by name
    solution: Solution,
    of: Sequence[str] | str,
    ranges: Mapping[str, Any] | None = None,
    *,
    method: str = "sobol",
    n: int = 1024,
    select: str | Callable[[xr.Dataset], Any] | None = None,
    seed: int = 0,
    missing: float | None = None,
) -> Sensitivity:
    """Return how sensitive quantities are to parameters that vary independently and uniformly over their ranges.

    Sobol' (2001), DOI 10.1016/S0378-4754(00)00270-6; Morris (1991), DOI 10.1080/00401706.1991.10484804; Borgonovo (2007), DOI
    10.1016/j.ress.2006.04.015.

    Args:
        solution: what `solve` returned.
        of: quantities as claims write them, `["Pr(War)", "payoff(Ally)"]`.
        ranges: for each parameter that varies its two ends, for one that is fixed its value, as `{"r": (0, 1), "V": 1}`. What is left out has
            its default value; without `ranges` every parameter varies over its default box, its bounded domain or 0 to twice its default.
        method: `sobol` (shares of the variance, alone and with interactions), `morris` (elementary effects), or `delta` (the whole distribution).
        n: the number of base points, of trajectories, or of points; for `sobol` the next power of two is taken.
        select: the rule that chooses among several equilibria, as in a sweep, `best for PLAYER` or `E3`. Without one, or where it leaves several,
            these must agree on the quantity wherever several exist.
        seed: the same seed gives the same numbers.
        missing: what counts as the value where no equilibrium is selected or the point is outside of the parameter space. Without it there may be
            no such point.

    Raises:
        InputError: an argument is unknown or impossible, equilibria disagree and no rule chooses, or values are missing.

    >>> import deterrence as dt
    >>> found = sensitivity(dt.solve(dt.load("rudimentary_deterrence")), "Pr(Conflict)", {"d": (0.8, 1.2), "p": (0, 1)}, n=64)
    >>> found.ranked("Pr(Conflict)")
    ['p', 'd']
    """
    need_solution(solution, "sensitivity")
    texts = [of] if isinstance(of, str) else list(of)
    _check(method, n, seed, missing)
    varied, fixed = _split(solution, ranges)
    design = Design(varied, method, int(n), int(seed))
    sample = design.sample()
    outcome = _Outcome(solution, texts, fixed, design.columns(sample))
    columns = outcome.values(select, missing)
    found = [design.indices(sample, values) for values in columns.values()]
    names = {name: (("quantity", "parameter"), np.array([each[name] for each in found]), _about(name)) for name in found[0]}
    attributes = {"method": method, "n": design.n, "points": len(sample), "seed": int(seed), "select": outcome.rule(select)}
    attributes |= {"missing": "none" if missing is None else float(missing), "fixed": ", ".join(f"{k} = {v}" for k, v in fixed.items())}
    coordinates = {"quantity": list(columns), "parameter": list(varied)}
    return Sensitivity(xr.Dataset(names, coordinates, attributes), design.used, solution.game.title or "")


def _about(name: str) -> dict[str, str]:
    base = name.removesuffix("_confidence")
    return {"long_name": _ABOUT[base] if base == name else f"half-width of the 95% confidence interval of {base}"}


# What is asked


def _check(method: str, n: object, seed: object, missing: object) -> None:
    if method not in MEASURES:
        near = suggestion(str(method), list(MEASURES)) or f"; expected one of {', '.join(MEASURES)}"
        raise InputError(f"method: {quoted(str(method))} is none{near}")
    for name, value, least in (("n", n, 4), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise InputError(f"{name}: found {value!r}; expected a whole number, {least} or more")
    if missing is not None and not (isinstance(missing, int | float) and np.isfinite(missing)):
        raise InputError(f"missing: found {missing!r}; expected a number that counts as the value where there is none")


def _split(solution: Solution, ranges: Mapping[str, Any] | None) -> tuple[Ranges, dict[str, Fraction]]:
    """The ranges of the parameters that vary, and the values of those that are fixed."""
    from deterrence.concepts.setting import parameter_space

    parameters = solution[0].setting.parameters if len(solution) else parameter_space(solution.game)
    for name in ranges or {}:
        if name in solution.game.fixed:
            raise InputError(f"ranges: {name} is fixed at {solution.game.fixed[name]} in this solution; solve the game without fixing it")
        if name not in parameters.names:
            near = suggestion(str(name), parameters.names) or f"; expected some of {', '.join(parameters.names)}"
            raise InputError(f"ranges: {quoted(str(name))} is no parameter of this game{near}")
    given = ranges if ranges is not None else dict.fromkeys(parameters.names)
    varied = {name: _range(parameters, name, ends) for name, ends in given.items() if ends is None or _is_pair(ends)}
    fixed = {name: _number(name, value) for name, value in given.items() if name not in varied}
    fixed |= {name: _default(parameters, name) for name in parameters.names if name not in varied and name not in fixed}
    if not varied:
        raise InputError("ranges: no parameter varies; expected at least one with its two ends, as {'r': (0, 1)}")
    return {name: varied[name] for name in parameters.names if name in varied}, {name: fixed[name] for name in parameters.names if name in fixed}


def _is_pair(value: Any) -> bool:
    return not isinstance(value, str) and hasattr(value, "__len__")


def _number(name: str, value: Any) -> Fraction:
    try:
        return exact(value)
    except InputError as error:
        raise InputError(f"ranges: {name}: {error.message}") from None


def _default(parameters: ParameterSpace, name: str) -> Fraction:
    if name not in parameters.defaults:
        raise InputError(f"the parameter {name} has no default: give its value or its two ends in `ranges`")
    return parameters.defaults[name]


def _range(parameters: ParameterSpace, name: str, ends: Any) -> tuple[Fraction, Fraction]:
    if ends is None:
        try:
            return default_ends(parameters, parameters.variable(name))
        except InputError as error:
            raise InputError(error.message.replace("`box`", f"`ranges`, as {{{name!r}: (0, 1)}}")) from None
    if len(ends) != 2:
        raise InputError(f"ranges: found {ends!r} for {name}; expected its two ends")
    low, high = (_number(name, end) for end in ends)
    if not low < high:
        raise InputError(f"ranges: the ends of {name} are {low} and {high}; expected the smaller one first")
    return low, high


# Values


@dataclass(frozen=True)
class _Outcome:
    """The quantities at the points of a design."""

    solution: Solution
    of: list[str]
    fixed: Mapping[str, Fraction]
    columns: Mapping[str, Numbers]

    def rule(self, select: str | Callable[[xr.Dataset], Any] | None) -> str:
        """The name of a rule."""
        from deterrence.analysis.selection import rule_of

        if select is None:
            return ""
        return rule_of(select, [e.name for e in self.solution], self.solution.game.players).text

    def values(self, select: str | Callable[[xr.Dataset], Any] | None, missing: float | None) -> dict[str, Numbers]:
        """Each quantity at all points; the least and the greatest value apart where they differ."""
        from deterrence.analysis.designs import zipped
        from deterrence.analysis.sweep import sweep

        if not self.of:
            raise InputError("of: there is no quantity in it; expected some such as Pr(OUTCOME) or payoff(PLAYER)")
        fixed = {name: float(value) for name, value in self.fixed.items()}
        found = sweep(self.solution, zipped(**self.columns), fixed=fixed, quantities=self.of, select="all" if select is None else select)
        out: dict[str, Numbers] = {}
        for text in dict.fromkeys(self.of):
            for name, values in _ends(text, found[text]):
                out[name] = self._whole(name, self._single(name, values, select), found["inside"].values, missing)
        return out

    def _single(self, name: str, values: xr.DataArray, select: object) -> Numbers:
        """The one value at each point; InputError where equilibria disagree."""
        if "equilibrium" not in values.dims:
            return np.asarray(values.values, dtype=float)
        array = values.transpose("equilibrium", "point").values
        if not len(array):
            return np.full(len(next(iter(self.columns.values()))), np.nan)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # where none exists
            low, high = np.nanmin(array, axis=0), np.nanmax(array, axis=0)
        apart = high - low > _EQUAL * np.maximum(1.0, np.abs(high))
        if apart.any():
            player = self.solution.game.players[0]
            rule = "the rule leaves" if select is not None else "there are"
            raise InputError(
                f"select: at {np.mean(apart):.1%} of the points {rule} several equilibria that give {name} different values; "
                f"choose a rule that leaves one, such as select='best for {player}' or select='{self.solution[0].name}'"
            )
        return np.asarray(low)

    def _whole(self, name: str, values: Numbers, inside: npt.NDArray[np.bool_], missing: float | None) -> Numbers:
        """The values, with what counts for those that are missing; InputError where nothing does."""
        gone = np.isnan(values)
        if missing is not None or not gone.any():
            return np.where(gone, missing, values) if missing is not None else values
        if not inside.all():
            raise InputError(
                f"ranges: {np.mean(~inside):.1%} of the {len(inside):,} points are outside the parameter space{self._advice()}; "
                "give narrower ranges, or say with missing=... what counts there"
            )
        raise InputError(
            f"select: at {np.mean(gone):.1%} of the {len(gone):,} points no equilibrium is selected in which {name} has a value; "
            "choose another rule, or say with missing=... what counts there"
        )

    def _advice(self) -> str:
        """Ranges about the default values that lie inside, if some do: those of parameters that a joint condition binds are made narrower."""
        game = self.solution.game
        joint = [game.expand(condition).symbols for condition in game.space_conditions]
        bound = {name for symbols in joint if len(symbols) > 1 for name in symbols if name in self.columns}
        defaults = {name: game.parameters[name].default for name in bound}
        if not bound or any(value is None for value in defaults.values()):
            return ""
        at = {name: float(Fraction(value.evaluate({}))) for name, value in defaults.items() if value is not None}
        for shrinking in range(1, _SHRINKINGS):
            near = {name: at[name] + (self.columns[name] - at[name]) / 2**shrinking for name in sorted(bound)}
            if self._all_inside(near):
                box = [(name, _rounded(values.min(), 1), _rounded(values.max(), -1)) for name, values in near.items()]
                return f"; inside are, for example, {', '.join(f'{name} from {low:g} to {high:g}' for name, low, high in box)}"
        return ""

    def _all_inside(self, near: Mapping[str, Numbers]) -> bool:
        fixed = {name: float(value) for name, value in self.fixed.items()}
        try:
            return bool(self.solution.evaluate({**fixed, **self.columns, **near}, of=[])["inside"].all())
        except InputError:  # no point is
            return False


def _rounded(value: float, side: int) -> float:
    """A number with two digits, up (`side` 1) or down."""
    scale = 10.0 ** (1 - int(np.floor(np.log10(abs(value)))) if value else 0)
    return float((np.ceil if side > 0 else np.floor)(value * scale) / scale)


def _ends(text: str, values: xr.DataArray) -> Iterator[tuple[str, xr.DataArray]]:
    """A quantity, or its least and its greatest value where equilibria leave it open."""
    if "bound" not in values.dims:
        yield text, values
        return
    low, high = (values.sel(bound=end, drop=True) for end in ("lower", "upper"))
    if np.nanmax(np.abs(high.values - low.values), initial=0.0) <= _EQUAL:
        yield text, low
        return
    yield f"{text} (least)", low
    yield f"{text} (greatest)", high
