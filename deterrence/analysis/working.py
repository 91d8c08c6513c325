"""Where the boxes of a sweep are worked on: by threads of this process, or by the workers of a dask cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis.chunks import Box, part_of
from deterrence.analysis.evaluation import Evaluator, dataset
from deterrence.analysis.given import Points
from deterrence.analysis.selection import Rule, selected
from deterrence.analysis.store import Store

Arrays: TypeAlias = Mapping[str, Any]
_AHEAD = 2  # boxes in hand for each worker: while one is computed the next is on its way


@dataclass(frozen=True)
class Job:
    """What is done with the points of a box, wherever that is: the results are sent back, or written to a store."""

    made: Evaluator
    rule: Rule
    total: int  # points of the whole sweep, which decide whether compiling pays
    store: Store | None = None

    def block(self, points: Points) -> xr.Dataset:
        """The results at some points, as far as the rule selects them."""
        out = self.made.room(points.count)
        self.made.block(points.columns(self.made.inputs, 0, points.count), out, self.made.compiles(self.total))
        return selected(self.rule, dataset(self.made, points, out))

    def __call__(self, box: Box, points: Points) -> Arrays:
        """Do it; what is sent back, by the name of the variable."""
        found = self.block(points)
        if self.store is not None:
            self.store.write(box, found)
            return {}
        return {str(name): v.values for name, v in found.data_vars.items()}


class Workers(Protocol):
    """Takes boxes in hand, and tells which are done."""

    @property
    def count(self) -> int:
        """How many there are."""

    def start(self, job: Job) -> AbstractContextManager[Callable[[Box, Points], Any]]:
        """What submits a box, and returns its future."""

    def first_done(self, futures: Iterable[Any]) -> Iterable[Any]:
        """Wait until some are done, and return them."""


@dataclass(frozen=True)
class Threads:
    """Threads of this process: what they run for long, NumPy and compiled kernels, lets the others run."""

    count: int

    def start(self, job: Job) -> AbstractContextManager[Callable[[Box, Points], Any]]:
        """In a pool, which is given up where an error ends the sweep."""
        return _Pool(self.count, job)

    def first_done(self, futures: Iterable[Any]) -> Iterable[Any]:
        """Those that are done."""
        return wait(futures, return_when=FIRST_COMPLETED).done


class _Pool:
    def __init__(self, count: int, job: Job) -> None:
        self.pool, self.job = ThreadPoolExecutor(count), job

    def __enter__(self) -> Callable[[Box, Points], Any]:
        return lambda box, points: self.pool.submit(self.job, box, points)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.pool.shutdown(cancel_futures=True)


class Cluster:
    """The workers of a cluster, by a client of `dask.distributed`. A box whose worker dies is computed by another."""

    def __init__(self, client: Any) -> None:
        self.client = client

    @property
    def count(self) -> int:
        """How many threads the workers have now."""
        return max(1, int(sum(self.client.nthreads().values())))

    def start(self, job: Job) -> AbstractContextManager[Callable[[Box, Points], Any]]:
        """By tasks; the job travels as one of them, once to each worker, and can be sent again where all that had it died."""
        return _Tasks(self.client, job)

    def first_done(self, futures: Iterable[Any]) -> Iterable[Any]:
        """Those that are done."""
        from distributed import wait as wait_for

        with self.client.as_current():
            done: Iterable[Any] = wait_for(list(futures), return_when="FIRST_COMPLETED").done  # type: ignore[no-untyped-call]
        return done


class _Tasks:
    def __init__(self, client: Any, job: Job) -> None:
        self.client, self.job = client, client.submit(_same, job, pure=False)

    def __enter__(self) -> Callable[[Box, Points], Any]:
        return lambda box, points: self.client.submit(_done, self.job, box, points, pure=False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.job.release()


def _same(job: Job) -> Job:
    return job


def _done(job: Job, box: Box, points: Points) -> Arrays:
    return job(box, points)


def workers_of(given: Any) -> Workers:
    """What `workers` means: a number of threads, a client; by default the client that is active, else a thread for each processor."""
    if given is None:
        active = _active_client()
        return Threads(os.cpu_count() or 1) if active is None else Cluster(active)
    if isinstance(given, int) and not isinstance(given, bool) and given >= 1:
        return Threads(given)
    if not hasattr(given, "submit") or not hasattr(given, "nthreads"):
        raise InputError(f"workers: found {given!r}; expected a number of threads, 1 or more, or a client of dask.distributed")
    if given.asynchronous:
        raise InputError("workers: found an asynchronous client; expected one made with Client(asynchronous=False)")
    return Cluster(given)


def _active_client() -> Any:
    """The client that the user has opened, if any: then its library has been imported."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        client = distributed.default_client()
    except ValueError:
        return None
    return None if client.asynchronous else client


def worked_off(job: Job, points: Points, todo: Iterable[Box], workers: Workers) -> Iterator[tuple[Box, Arrays]]:
    """Each box with its results, as they are done; no more are in hand at a time than keep all workers busy."""
    running: dict[Any, Box] = {}
    with workers.start(job) as submit:
        for box in todo:
            running[submit(box, part_of(points, box.parts))] = box
            if len(running) >= _AHEAD * workers.count:
                yield from _finished(running, workers)
        while running:
            yield from _finished(running, workers)


def _finished(running: dict[Any, Box], workers: Workers) -> Iterator[tuple[Box, Arrays]]:
    for future in list(workers.first_done(running)):
        yield running.pop(future), future.result()


def lazily(job: Job, points: Points, template: xr.Dataset) -> xr.Dataset:
    """The results as dask arrays, chunked as the columns of points are, computed when they are asked for; without coordinates."""
    import dask.array as da

    columns = xr.Dataset({f"|{name}": v.drop_vars(list(v.coords)) for name, v in points.varying.items()}).chunk().unify_chunks()
    chunks = {str(dim): parts for dim, parts in columns.chunks.items()}
    empty = {
        name: (v.dims, da.empty(tuple(sum(n) for n in cut), chunks=cut, dtype=v.dtype), v.attrs)
        for name, v in template.data_vars.items()
        for cut in [tuple(chunks.get(str(dim), (n,)) for dim, n in v.sizes.items())]
    }
    return xr.map_blocks(_lazy_block, columns, args=[job, dict(points.fixed)], template=xr.Dataset(empty))


def _lazy_block(columns: xr.Dataset, job: Job, fixed: Mapping[str, float]) -> xr.Dataset:
    found = job.block(Points(fixed, {str(name)[1:]: v for name, v in columns.data_vars.items()}))
    return found.drop_vars(list(found.coords))
