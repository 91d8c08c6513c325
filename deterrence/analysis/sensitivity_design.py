"""At which points a sensitivity analysis looks, and the indices that SALib makes of the values there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from deterrence.algebra.errors import InputError, libraries

Numbers: TypeAlias = npt.NDArray[np.float64]
Ranges: TypeAlias = dict[str, tuple[Fraction, Fraction]]

# For each method its measures: their names here, in SALib, and there for the half-width of the confidence interval.
MEASURES: dict[str, dict[str, tuple[str, str]]] = {
    "sobol": {"first": ("S1", "S1_conf"), "total": ("ST", "ST_conf")},
    "morris": {"mu_star": ("mu_star", "mu_star_conf"), "mu": ("mu", ""), "sigma": ("sigma", "")},
    "delta": {"delta": ("delta_raw", "delta_raw_conf"), "first": ("S1", "S1_conf")},
}
_LEVELS = 4  # of Morris's grid
_FEW_RESAMPLES = 25  # for delta, whose every resampling estimates some hundred densities
_EQUAL = 1e-9
_MOST_POINTS = 1 << 26


@dataclass(frozen=True)
class Design:
    """At which points a method looks, and what it makes of the values there."""

    ranges: Ranges
    method: str
    asked: int
    seed: int

    @property
    def n(self) -> int:
        """The number of base points: for Sobol's sequence a power of two."""
        return 1 << (self.asked - 1).bit_length() if self.method == "sobol" else self.asked

    @property
    def used(self) -> Ranges:
        """The ranges; those of Morris's grid, which has points at the ends, are narrower by a hundredth or less at each.

        Domains are often open there. How much is another share for each end and parameter: a regular grid would lie on the surfaces where two
        equilibria meet.
        """
        if self.method != "morris":
            return self.ranges
        widths = [(name, low, high, high - low) for name, (low, high) in self.ranges.items()]
        return {name: (low + w / (101 + 10 * k), high - w / (107 + 14 * k)) for k, (name, low, high, w) in enumerate(widths)}

    @property
    def problem(self) -> dict[str, Any]:
        """The ranges as SALib wants them; it takes some names amiss, so that they are numbered."""
        bounds = [[float(low), float(high)] for low, high in self.used.values()]
        return {"num_vars": len(bounds), "names": [f"x{k}" for k in range(len(bounds))], "bounds": bounds}

    def sample(self) -> Numbers:
        """The points, one a row."""
        count = self.n * {"sobol": len(self.ranges) + 2, "morris": len(self.ranges) + 1, "delta": 1}[self.method]
        if count > _MOST_POINTS:
            raise InputError(f"n: {self.n:,} makes {count:,} points; at most {_MOST_POINTS:,} are analysed")
        with _quiet():
            if self.method == "sobol":
                out = _salib("sample.sobol").sample(self.problem, self.n, calc_second_order=False, seed=self.seed)
            elif self.method == "morris":
                out = _salib("sample.morris").sample(self.problem, self.n, num_levels=_LEVELS, seed=self.seed)
            else:
                out = _salib("sample.latin").sample(self.problem, self.n, seed=self.seed)
        return np.asarray(out, dtype=float)

    def columns(self, sample: Numbers) -> dict[str, Numbers]:
        """The points by the name of the parameter."""
        return {name: np.ascontiguousarray(sample[:, k]) for k, name in enumerate(self.ranges)}

    def indices(self, sample: Numbers, values: Numbers) -> dict[str, Numbers]:
        """Each measure, and its confidence where it has one, by parameter."""
        measures = MEASURES[self.method]
        empty = np.full(len(self.ranges), np.nan)
        wanted = [(name, k) for name, keys in measures.items() for k in (0, 1) if keys[k]]
        if np.ptp(values) <= _EQUAL * max(1.0, float(np.abs(values).max())):
            return {name + "_confidence" * k: empty for name, k in wanted}
        with _quiet():
            found = self._analysed(sample, values)
        if any(not np.isfinite(found[keys[0]]).all() for keys in measures.values()):
            raise InputError(f"n: {self.n:,} is too few for {self.method}: an index could not be estimated; give more")
        return {name + "_confidence" * k: np.asarray(found[measures[name][k]], dtype=float) for name, k in wanted}

    def _analysed(self, sample: Numbers, values: Numbers) -> dict[str, Any]:
        seed = self.seed + 1  # SALib takes 0 for no seed at all
        if self.method == "sobol":
            found: dict[str, Any] = _salib("analyze.sobol").analyze(self.problem, values, calc_second_order=False, seed=seed)
        elif self.method == "morris":
            found = _salib("analyze.morris").analyze(self.problem, sample, values, num_levels=_LEVELS, seed=seed)
        else:
            found = dict(_salib("analyze.delta").analyze(self.problem, sample, values, num_resamples=_FEW_RESAMPLES, seed=seed))
            found.setdefault("delta_raw", found.get("delta"))  # its name before SALib 1.6
            found.setdefault("delta_raw_conf", found.get("delta_conf"))
        return found


def _salib(module: str) -> Any:
    from importlib import import_module

    with libraries():
        return import_module(f"SALib.{module}")


@contextmanager
def _quiet() -> Iterator[None]:
    """SALib seeds the generator that all share, and changes which warnings are shown and how: all is put back."""
    state, look = np.random.get_state(), warnings.formatwarning
    try:
        with warnings.catch_warnings(record=True), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            _salib("util")
            yield
    finally:
        np.random.set_state(state)
        warnings.formatwarning = look
