"""Decides the claims of the whole catalogue, two games at a time."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from deterrence.cli.arguments import BAD_INPUT, INCOMPLETE, NO, YES, answer, width
from deterrence.report import layout

PROCESSES = 2
VERDICTS = ("proved", "refuted", "undecided")


@dataclass(frozen=True)
class Account:
    """What came of a game: how many claims had which verdict, what was not proved, or why it could not be read."""

    name: str
    seconds: float
    counts: tuple[tuple[str, int], ...] = ()
    unproved: tuple[str, ...] = ()
    error: str = ""


def prove_catalogue(time_limit: float | None = None) -> int:
    """Print a line for each game that ships, as it is decided, and a summary; return the exit code.

    Args:
        time_limit: in seconds, for each game.
    """
    from deterrence.model.catalogue import catalogue

    started, done, names = time.monotonic(), [], catalogue()
    margin = 2 + max(map(layout.width_of, names), default=0)
    for account in _accounts(names, time_limit):
        done.append(account)
        for line in _lines(account, margin):
            answer(line)
    answer(f"\n{_summary(done)} {time.monotonic() - started:.0f} s.")
    found = {verdict for account in done for verdict, _ in account.counts}
    if any(account.error for account in done):
        return BAD_INPUT
    return NO if "refuted" in found else INCOMPLETE if "undecided" in found else YES


def _accounts(names: Sequence[str], time_limit: float | None) -> Iterator[Account]:
    """What came of each game, in the order given; the processes start afresh, since solvers keep state."""
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(account, names, [time_limit] * len(names))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def account(name: str, time_limit: float | None = None) -> Account:
    """Decide the claims of one game."""
    from deterrence.algebra.errors import DeterrenceError
    from deterrence.analysis.claims import prove_all
    from deterrence.model.reading import load

    started = time.monotonic()
    try:
        proofs = prove_all(load(name), time_limit=time_limit)
    except DeterrenceError as error:
        return Account(name, time.monotonic() - started, error=str(error))
    counts = Counter(proof.verdict for proof in proofs)
    unproved = tuple(f"{proof.verdict}: {proof.claim}" for proof in proofs if not proof)
    return Account(name, time.monotonic() - started, tuple((verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]), unproved)


def _lines(one: Account, margin: int) -> Iterator[str]:
    said = one.error or ", ".join(f"{count} {verdict}" for verdict, count in one.counts) or "no claims"
    yield f"{layout.padded(one.name, margin)}{one.seconds:6.1f} s  {said}"
    for text in one.unproved:
        yield from layout.block("", [text], 4, width())


def _summary(done: Sequence[Account]) -> str:
    totals: Counter[str] = Counter()
    for one in done:
        totals.update(dict(one.counts))
    unread = sum(bool(one.error) for one in done)
    parts = [f"{totals[verdict]} {verdict}" for verdict in VERDICTS if totals[verdict]] or ["no claims"]
    parts += [f"{unread} game{'s' * (unread > 1)} could not be read"] if unread else []
    return f"{sum(totals.values())} claims of {len(done)} games: {', '.join(parts)}."
