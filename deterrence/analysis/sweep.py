"""Sweeps: a solution evaluated at the points of a design, in memory, into a store, or on a cluster, with equilibria selected by a rule."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis import given
from deterrence.analysis.chunks import boxes, part_of
from deterrence.analysis.compiling import Compiled
from deterrence.analysis.designs import Design, design_of
from deterrence.analysis.evaluation import Evaluator, check_inside, check_size, coordinates, evaluator_of
from deterrence.analysis.given import Points
from deterrence.analysis.measured import asked_for, everything
from deterrence.analysis.selection import PAYOFFS, Rule, named, rule_of
from deterrence.analysis.store import check_place, digest, opened
from deterrence.analysis.tape import pruned
from deterrence.analysis.working import Job, Workers, lazily, worked_off, workers_of
from deterrence.model.game import Game
from deterrence.solution import Solution
from deterrence.solve import solve

Progress = Callable[[str, int], None]


def sweep(  # noqa: PLR0913 - what is swept, what is asked and where it is done; all but the first two by name
    game: Game | Solution,
    over: Mapping[str, Any] | Design,
    *,
    fixed: Mapping[str, Any] | None = None,
    quantities: Sequence[str] | None = None,
    select: str | Callable[[xr.Dataset], Any] = "all",
    free: Mapping[str, Any] | None = None,
    store: str | os.PathLike[str] | None = None,
    workers: Any = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Return, at each point of a design, where each equilibrium exists and the value of each quantity in those that a rule selects.

    Args:
        game: a game, which is solved first, or what `solve` returned.
        over: for a grid a mapping of parameters to the values they take, each a dimension of the result; or a design: `zipped`,
            `random_points`, `sobol` or `latin_hypercube`. Where it has dask arrays, so does the result, and without a store it is
            worked on when it is asked for.
        fixed: values of other parameters, one number each; those in neither have their defaults.
        quantities: as claims write them, `["Pr(War)", "payoff(Ally)"]`; by default every strategy, belief, outcome, event and payoff.
        select: `all`, the name of an equilibrium, `best for PLAYER`, `worst for PLAYER`, `pareto`, or a function of a data set: see
            `deterrence.analysis.selection`. A rule that leaves one equilibrium replaces the dimension `equilibrium` by a variable `chosen`.
        free: values of unknowns that equilibria leave free, one number each; without them quantities have bounds.
        store: a folder for a Zarr store, written chunk by chunk: a sweep that was interrupted goes on where it stopped.
        workers: a number of threads, or a client of `dask.distributed`; by default the client that is active, else a thread for each
            processor.
        progress: called with `points` and how many of them are done.

    Returns:
        A data set with `inside`, `exists`, the quantities and, with a rule, `chosen`; how it was made is in its attributes. Points outside
        the parameter space are not `inside`, and nothing exists there. From a store it is read when it is asked for.

    Raises:
        InputError: a parameter, quantity, rule or value is unknown or impossible, the result is too large, no point is in the parameter
            space, or the store cannot be written or is for another sweep.

    >>> import deterrence as dt
    >>> found = sweep(dt.load("costly_signal"), {"r": [0.25, 0.5, 0.75]}, quantities=["Pr(War)"], select="best for Challenger")
    >>> found["Pr(War)"].values.tolist()
    [0.25, 0.0, 0.0]
    """
    place = None if store is None else check_place(store)
    helpers, design = workers_of(workers), design_of(over)
    solution = game if isinstance(game, Solution) else solve(game, progress=progress)
    unknowns = _numbers("free", free or {})
    points = _points(solution.game, design, _numbers("fixed", fixed or {}), unknowns)
    rule = rule_of(select, [e.name for e in solution], solution.game.players)
    job = Job(_evaluator(solution, quantities, rule, sorted(unknowns)), rule, points.count)
    _check_names(job.made, points)
    plan = Plan(solution.game, job, points, _about(solution, design, rule, points))
    if place is not None:
        return plan.in_store(place, _key(solution, plan, quantities), helpers, progress)
    return plan.lazily() if points.lazy else plan.in_memory(helpers, progress)


@dataclass(frozen=True)
class Plan:
    """What is computed, at which points, and what is to be recorded with it."""

    game: Game
    job: Job
    points: Points
    about: Mapping[str, str | int]

    @cached_property
    def sample(self) -> xr.Dataset:
        """The results at the first point: those at all points have the same dimensions and types."""
        return self.job.block(part_of(self.points, {dim: slice(0, 1) for dim in self.points.sizes}))

    def header(self, **more: int) -> xr.Dataset:
        """Coordinates and attributes of the results."""
        kept = {name: c for name, c in coordinates(self.job.made, self.points).items() if name in self.sample.coords}
        return xr.Dataset(coords=kept, attrs={**self.about, **more})

    def lazily(self) -> xr.Dataset:
        """The results, computed by dask when they are asked for."""
        header = self.header()
        return named(lazily(self.job, self.points, self.sample).assign_coords(header.coords).assign_attrs(header.attrs))

    def in_memory(self, workers: Workers, progress: Progress | None) -> xr.Dataset:
        """The results, computed now."""
        check_size(self.job.made, self.points)
        cut = boxes(self.points, self.job.made.bytes_a_point)
        header = self.header(points_outside=self._count_outside())
        room = {str(name): (v.dims, np.empty(cut.shape(v), v.dtype), v.attrs) for name, v in self.sample.data_vars.items()}
        done = 0
        for box, arrays in worked_off(self.job, self.points, cut, workers):
            for name, array in arrays.items():
                dims, whole, _ = room[name]
                whole[box.within(dims)] = array
            done += box.count
            _tell(progress, done)
        return named(xr.Dataset(room, header.coords, header.attrs))

    def in_store(self, place: Path, key: Mapping[str, Any], workers: Workers, progress: Progress | None) -> xr.Dataset:
        """The results in a store; those that are not there yet are computed now."""
        plan = replace(self, points=Points(self.points.fixed, {name: v.compute() for name, v in self.points.varying.items()}))
        cut = boxes(plan.points, plan.job.made.bytes_a_point)
        store = opened(place, (plan.header(points_outside=plan._count_outside()), plan.sample), cut, key)
        todo = list(store.missing())
        done = plan.points.count - sum(box.count for box in todo)
        for box, _ in worked_off(replace(plan.job, store=store), plan.points, todo, workers):
            done += box.count
            _tell(progress, done)
        store.tidy()
        return named(store.opened())

    def _count_outside(self) -> int:
        """How many points are outside the parameter space; raises InputError if all are."""
        program = self.job.made.compiled.program
        domain = pruned(program.lines, program.inputs, program.truths[:1], ())
        only = Evaluator(Compiled(domain, (), (), ()), "numpy")
        inside = sum(int(out.truths[0].sum()) for _, out in only.blocks(self.points))
        check_inside(self.game, self.points, inside > 0)
        return self.points.count - inside


def _tell(progress: Progress | None, done: int) -> None:
    if progress is not None:
        progress("points", done)


# What is asked for


def _numbers(what: str, values: Mapping[str, Any]) -> dict[str, float]:
    """Numbers by name."""
    if not isinstance(values, Mapping):
        raise InputError(f"{what}: found {type(values).__name__}; expected a mapping of names to numbers, as {{'k': 0.2}}")
    for name, value in values.items():
        if not isinstance(value, str) and np.ndim(value) != 0:
            raise InputError(f"{what}: {name} is an array; expected one number (arrays are swept over)")
    return {name: given.column(name, value) for name, value in values.items()}


def _points(game: Game, design: Design, fixed: Mapping[str, float], unknowns: Mapping[str, float]) -> Points:
    """The points of a design, every other parameter at its fixed or default value."""
    if both := sorted(design.columns.keys() & fixed.keys()):
        raise InputError(f"{both[0]} is both swept and fixed; give it in one of `over` and `fixed`")
    if clash := sorted(unknowns.keys() & game.parameters.keys()):
        raise InputError(f"free: {clash[0]} is a parameter; give it in `fixed`")
    found = given.points(game, {**fixed, **design.columns})
    game.at(**{name: value for name, value in fixed.items() if name in game.parameters})  # a value outside its domain is told before any point
    return Points({**found.fixed, **unknowns}, {name: found.varying[name] for name in design.columns})


def _evaluator(solution: Solution, quantities: Sequence[str] | None, rule: Rule, free: Sequence[str]) -> Evaluator:
    """The solution compiled for what is asked for and for the payoffs that the rule compares."""
    groups = everything(solution) if quantities is None else asked_for(solution, quantities)
    if rule.compares_payoffs:
        groups += [replace(group, name=PAYOFFS) for group in everything(solution) if group.name == "payoff"]
    made = evaluator_of(solution, groups, free)
    _check_payoffs(made.compiled, rule)
    return made


def _check_payoffs(made: Compiled, rule: Rule) -> None:
    """Raise InputError where a payoff that the rule compares has no bounds: the rule would pass over equilibria."""
    for rows in made.rows:
        if rows.group.name != PAYOFFS:
            continue
        ends = 1 + rows.bounded
        for k in range(len(made.names) * len(rows.group.labels) * ends):
            line = made.program.lines[made.program.values[rows.start + k]]
            if line[0] == "constant" and isnan(float(line[1])):
                family, player = divmod(k // ends, len(rows.group.labels))
                what = f"the payoff of {rows.group.labels[player]} in {made.names[family]}"
                raise InputError(f"select: {rule.text} compares payoffs, and no bounds were found for {what}; give values with free={{...}}")


def _check_names(made: Evaluator, points: Points) -> None:
    """Raise InputError where a swept parameter bears the name of something else in the result."""
    taken = {"inside", "exists", "chosen", "equilibrium", "bound"}
    for rows in made.compiled.rows:
        taken |= {rows.group.name, rows.group.dimension or ""}
    for name in points.varying:
        if name in taken:
            raise InputError(f"{name}: the result has a variable or a dimension of that name; a parameter called so can be fixed, not swept")


# What is recorded


def _about(solution: Solution, design: Design, rule: Rule, points: Points) -> dict[str, str | int]:
    """How a result came about: plain texts and numbers, which every format of files can hold."""
    return {
        "game": solution.game.title,
        "game_key": solution.game.content_key(),
        "concept": solution.concept,
        "complete": int(solution.complete),
        "design": design.kind,
        **({} if design.seed is None else {"seed": design.seed}),
        "fixed": ", ".join(f"{name} = {value!r}" for name, value in points.fixed.items()),
        "rule": rule.text,
        "rule_note": rule.note,
        "points": points.count,
    }


def _key(solution: Solution, plan: Plan, quantities: Sequence[str] | None) -> dict[str, Any]:
    """What the results depend on, each under the name by which a message speaks of it."""
    if "<lambda>" in plan.job.rule.text:
        raise InputError("select: a store records a function by its name; give a named function in place of a lambda")
    made, points = plan.job.made.compiled, plan.points
    columns = [(name, v.dims, np.asarray(v.data), *_labels(v)) for name, v in points.varying.items()]
    rows = [(rows.group.name, rows.group.labels, rows.start, rows.bounded) for rows in made.rows]
    return {
        "game": solution.game.content_key(),
        "concept": solution.concept,
        "design": digest(*(part for column in columns for part in column)),
        "set of fixed values": dict(points.fixed),
        "list of quantities": None if quantities is None else list(quantities),
        "rule": plan.job.rule.text,
        "version of the library": digest(made.program, made.names, rows),
    }


def _labels(values: xr.DataArray) -> list[Any]:
    return [part for name, c in values.coords.items() for part in (name, [str(x) for x in c.values.ravel()])]
