"""The command that sweeps parameters."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence.cli.arguments import (
    Command,
    answer,
    fixed_of,
    game_of,
    named,
    need_values,
    takes_concept,
    takes_fixed,
    takes_game,
    takes_limit,
    whether_complete,
)

if TYPE_CHECKING:
    import xarray as xr

DESIGNS = ("grid", "sobol", "lhs", "random")
SUFFIXES = (".nc", ".csv", ".parquet", ".zarr")
_OVER = "NAME=VALUES, such as r=0:1:101"
_MOST_VALUES = 10**8  # of one parameter


def add(command: Command) -> None:
    """Add the command of this file."""
    sweep = takes_limit(takes_concept(takes_game(command("sweep", _sweep, "where equilibria exist and what they bring, at many points"))))
    sweep.add_argument(
        "--over", action="append", required=True, metavar="NAME=VALUES",
        help="a parameter to sweep (repeatable): r=0:1:101 for 101 values from 0 to 1, r=0.1,0.2 for these; r=0:1 where points are drawn",
    )  # fmt: skip
    takes_fixed(sweep)
    sweep.add_argument(
        "--quantity", action="append", metavar="TEXT", help="what is asked, as claims write it: 'Pr(War)', 'payoff(Ally)' (repeatable; default: all)"
    )
    sweep.add_argument("--select", default="all", metavar="RULE", help="all (default), pareto, E3, 'best for PLAYER', 'worst for PLAYER'")
    sweep.add_argument("--design", choices=DESIGNS, default="grid", metavar="DESIGN", help=f"{', '.join(DESIGNS)} (default: grid)")
    sweep.add_argument("--points", type=int, metavar="N", help="how many points a design draws")
    sweep.add_argument("--seed", type=int, default=0, metavar="S", help="the seed of a design that draws points (default: 0)")
    sweep.add_argument("--workers", type=int, metavar="N", help="threads (default: one for each processor)")
    sweep.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="NetCDF (.nc), a table (.csv, .parquet), or a store (.zarr) that can be resumed"
    )


def _sweep(options: argparse.Namespace) -> int:
    from deterrence.analysis.sweep import sweep
    from deterrence.report.output import check_writable, drafted
    from deterrence.report.progress import Progress
    from deterrence.solve import solve

    suffix, fixed, design, game = _suffix(options.output), fixed_of(options), _design(options), game_of(options)
    need_values(game, (*named("--over", options.over, _OVER), *fixed))
    if suffix != ".zarr":
        check_writable(options.output)  # before the work, not after it
    asked = {"fixed": fixed, "quantities": options.quantity, "select": options.select, "workers": options.workers}
    with Progress(sys.stderr) as progress:
        solution = solve(game, options.concept, time_limit=options.time_limit, progress=progress)
        found = sweep(solution, design, store=options.output if suffix == ".zarr" else None, progress=progress, **asked)
    if suffix != ".zarr":
        with drafted(options.output) as path:
            _WRITERS[suffix](found, path)
    answer(_said(found, options.output))
    return whether_complete(options, solution)


def _said(found: xr.Dataset, path: str) -> str:
    """What was written, in a line."""
    about = found.attrs
    outside = f", {about['points_outside']:,} of them outside the parameter space" if about["points_outside"] else ""
    return f"{path}: {about['points']:,} points{outside}; rule: {about['rule']}."


# Reading


def _suffix(path: str) -> str:
    from deterrence.algebra.errors import InputError

    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"--output {path}: expected a file that ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    needed = {".zarr": "zarr", ".parquet": "pyarrow"}.get(suffix)
    if needed and not _has(needed):
        raise InputError(f"--output {path}: {needed} is not installed; pip install 'deterrence[cluster]'")
    return suffix


def _has(*libraries: str) -> bool:
    from importlib.util import find_spec

    return all(find_spec(name) for name in libraries)


def _design(options: argparse.Namespace) -> Any:
    """The points that the options ask for."""
    from deterrence.algebra.errors import InputError
    from deterrence.analysis import designs

    over = named("--over", options.over, _OVER)
    if options.design == "grid":
        if options.points is not None:
            raise InputError("--points: a grid has as many points as its values make; use --design sobol, lhs or random")
        return {name: values_of(name, text) for name, text in over.items()}
    if options.points is None:
        raise InputError(f"--design {options.design}: how many points? give --points N")
    draw = {"sobol": designs.sobol, "lhs": designs.latin_hypercube, "random": designs.random_points}[options.design]
    return draw(options.points, options.seed, **{name: _range(name, text) for name, text in over.items()})


def _range(name: str, text: str) -> tuple[str, ...]:
    from deterrence.algebra.errors import InputError

    ends = tuple(part.strip() for part in text.split(":"))
    if len(ends) != 2:
        raise InputError(f"--over {name}={text}: expected a range, such as {name}=0:1")
    return ends


def values_of(name: str, text: str) -> Any:
    """`0:1:101` as 101 values evenly spaced from 0 to 1, `0.1,1/3` as these."""
    import numpy as np

    from deterrence.algebra.errors import InputError
    from deterrence.algebra.expressions import exact

    def wrong(what: str) -> InputError:
        return InputError(f"--over {name}={text}: {what}")

    try:
        if ":" not in text:
            return [float(exact(part)) for part in text.split(",")]
        low, high, count = (part.strip() for part in text.split(":"))
        ends, n = (float(exact(low)), float(exact(high))), int(count)
    except InputError as error:
        raise wrong(error.message) from None
    except ValueError:
        raise wrong(f"expected FROM:TO:HOW_MANY, such as {name}=0:1:101, or values, such as {name}=0.1,0.2") from None
    if not 2 <= n <= _MOST_VALUES:
        raise wrong(f"expected from 2 to {_MOST_VALUES:,} values")
    return np.linspace(*ends, n)


# Writing


def _netcdf(found: xr.Dataset, path: Path) -> None:
    from deterrence.analysis.store import on_disk

    names = {name: on_disk(str(name)) for name in found.data_vars}
    found.rename_vars(names).to_netcdf(path, engine="h5netcdf" if _has("h5netcdf", "h5py") else "scipy")


def _csv(found: xr.Dataset, path: Path) -> None:
    from deterrence.analysis.tidy import tidy

    tidy(found).to_csv(path, index=False, lineterminator="\n")


def _parquet(found: xr.Dataset, path: Path) -> None:
    from deterrence.analysis.tidy import tidy

    tidy(found).to_parquet(path, index=False)


_WRITERS: dict[str, Callable[[xr.Dataset, Path], None]] = {".nc": _netcdf, ".csv": _csv, ".parquet": _parquet}
