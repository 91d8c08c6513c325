"""The linear programs of payoff sets, solved by HiGHS through SciPy: many small ones of one shape at once.

Everything here is in the units of `Scaled`, in which each player's payoffs in the stage go from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence.algebra.errors import DeterrenceError
from deterrence.analysis.payoff_set_polytope import Array
from deterrence.analysis.payoff_set_stage import StageGame

Places = npt.NDArray[np.intp]
TOUCH = 1e-9  # incentives that are short by no more than this count as kept
_EXACTLY = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
_ATTEMPTS: tuple[dict[str, Any], ...] = (_EXACTLY, {**_EXACTLY, "presolve": False}, {}, {"presolve": False})
_AT_ONCE = 200_000  # coefficients in one program


@dataclass(frozen=True, eq=False)
class Scaled:
    """A stage game with payoffs `stage` and best deviations `best`, both (A, n), moved and scaled to between 0 and 1, and the discount factor.

    A payoff `x` here is `low + span * x` in the game; `shape` has how many actions each player has.
    """

    stage: Array
    best: Array
    shape: tuple[int, ...]
    discount: float
    low: Array
    span: Array

    @property
    def players(self) -> int:
        """Their number."""
        return int(self.stage.shape[1])

    def needs(self, threats: Array) -> Array:
        """For each profile, (A, n), the discounted continuation payoffs without which a player deviates to her threat."""
        needed: Array = (1 - self.discount) * (self.best - self.stage) + self.discount * threats
        return needed


def scaled(game: StageGame, discount: float) -> Scaled:
    """The game in the units in which all is computed; a player whose payoff never changes keeps its size."""
    stage = np.array(game.payoffs, dtype=float)
    best = np.array(game.deviations, dtype=float)
    low, span = stage.min(axis=0), np.ptp(stage, axis=0)
    span[span == 0] = 1.0
    return Scaled((stage - low) / span, (best - low) / span, tuple(map(len, game.actions)), discount, low, span)


class Unsolved(DeterrenceError):
    """A linear program that HiGHS could not solve; `str()` says why."""


def solved(costs: Array, rows: Any, most: Array, **more: Any) -> Array:
    """The least point of one program: `rows @ x <= most`, with no bounds unless they are given; raises Unsolved.

    HiGHS gives up on some programs that are easy but for its tolerance, or for its presolve: it is asked again without them.
    """
    from scipy.optimize import linprog

    for options in _ATTEMPTS:
        found = linprog(costs, A_ub=rows, b_ub=most, options=options, **({"bounds": (None, None)} | more))
        if found.status in (0, 2):
            break
    if found.status != 0:
        raise Unsolved(f"a linear program was not solved: {found.message}")
    point: Array = found.x
    return point


def each(costs: Array, rows: Array, most: Array, **more: Array) -> Array:
    """The least points, (k, v), of programs with the same `rows`, (m, v), and each its own `costs`, (k, v), and `most`, (k, m).

    Further constraints, `equal` @ x = `exactly`, (e, v) and (k, e), go with `more`, and so does `floor`, (v,): from where the variables go up.
    """
    from scipy import sparse

    equal, exactly, floor = more.get("equal"), more.get("exactly"), more.get("floor", np.full(rows.shape[1], -np.inf))
    found = []
    for part in _parts(len(costs), int(np.count_nonzero(rows)) + (0 if equal is None else int(np.count_nonzero(equal)))):
        size = sparse.identity(len(costs[part]), format="csr")
        count = size.shape[0]
        ties = {} if equal is None or exactly is None else {"A_eq": sparse.kron(size, equal, format="csr"), "b_eq": exactly[part].ravel()}
        bounds = np.column_stack([np.tile(floor, count), np.full(count * len(floor), np.inf)])
        point = solved(costs[part].ravel(), sparse.kron(size, rows, format="csr"), most[part].ravel(), bounds=bounds, **ties)
        found.append(point.reshape(len(costs[part]), -1))
    return np.concatenate(found) if found else np.empty((0, rows.shape[1]))


def _parts(count: int, size: int) -> Iterator[slice]:
    step = max(1, _AT_ONCE // max(size, 1))
    yield from (slice(start, start + step) for start in range(0, count, step))


def shortfalls(game: Scaled, normals: Array, offsets: Array, needs: Array) -> Array:
    """For each row of needs, (A, n), by how little everything has to give for a continuation payoff within half-spaces to meet them."""
    n = game.players
    rows = np.concatenate([np.column_stack([normals, -np.ones(len(normals))]), np.column_stack([-game.discount * np.eye(n), -np.ones(n)])])
    most = np.column_stack([np.tile(offsets, (len(needs), 1)), -needs])
    costs = np.tile(np.eye(n + 1)[-1], (len(needs), 1))
    found: Array = each(costs, rows, most, floor=np.append(np.full(n, -np.inf), 0.0))[:, -1]
    return found


def farthest(game: Scaled, halves: tuple[Array, Array], needs: Array, goals: Array, give: Array) -> Array:
    """For each row of goals, (k, n), the continuation payoff farthest that way that lies within half-spaces and meets the needs in that row, (k, n).

    Every constraint gives by `give`, (k,).
    """
    normals, offsets = halves
    rows = np.concatenate([normals, -game.discount * np.eye(game.players)])
    most = np.column_stack([np.tile(offsets, (len(goals), 1)), -needs]) + give[:, None]
    return each(-goals, rows, most)


def reach(game: Scaled, points: Array, start: Array, ray: Array, actions: Places) -> float:
    """How far along a ray, up to its end, what is generated by the hull of `points` goes; -1 where the start is not in it.

    Generated are lotteries over profiles followed by continuation payoffs in the hull that keep everyone, whose threats are the least
    payoffs in the hull.
    """
    made, rows = _lotteries(game, points, actions)
    equal = np.column_stack([np.vstack([made.T, np.ones(len(made))]), np.append(-ray, 0.0)])
    rows = np.column_stack([rows, np.zeros(len(rows))])
    costs = -np.eye(len(made) + 1)[-1]
    bounds = [(0.0, None)] * len(made) + [(0.0, 1.0)]
    try:
        found = solved(costs, rows, np.zeros(len(rows)), A_eq=equal, b_eq=np.append(start, 1.0), bounds=bounds)
    except Unsolved:
        return -1.0
    return float(found[-1])


def lottery(game: Scaled, points: Array, target: Array, actions: Places) -> float:
    """The distance of a target, in any player's payoff, from what lotteries over profiles and the hull of `points` generate."""
    made, rows = _lotteries(game, points, actions)
    off = np.ones((game.players, 1))
    near = np.block([[made.T, -off], [-made.T, -off]])
    rows = np.vstack([np.column_stack([rows, np.zeros(len(rows))]), near])
    most = np.concatenate([np.zeros(len(rows) - 2 * game.players), target, -target])
    whole = np.append(np.ones(len(made)), 0.0)[None]
    found = solved(np.eye(len(made) + 1)[-1], rows, most, A_eq=whole, b_eq=np.ones(1), bounds=(0, None))
    return float(found[-1])


def _lotteries(game: Scaled, points: Array, actions: Places) -> tuple[Array, Array]:
    """The payoffs of each profile followed by each of the points, and rows that, times the chances of these, are at most 0 where everyone is kept."""
    from scipy import sparse

    made, slack = generated(game, points, actions)
    size = len(points)
    blocks = [-slack[k * size : (k + 1) * size].T - TOUCH / 10 for k in range(len(actions))]
    return made, sparse.block_diag(blocks, format="csr").toarray()


def generated(game: Scaled, points: Array, actions: Places) -> tuple[Array, Array]:
    """For each profile, followed by each of the points: the payoffs in all, and how much more than needed the point pays, both (A * m, n)."""
    needs = game.needs(points.min(axis=0))[actions]
    made = (1 - game.discount) * game.stage[actions][:, None] + game.discount * points[None]
    slack = game.discount * points[None] - needs[:, None]
    return made.reshape(-1, game.players), slack.reshape(-1, game.players)


def residuals(game: Scaled, points: Array, targets: Array, actions: Sequence[int] | Places) -> tuple[Array, Array]:
    """For each target, (k, n), by how much its profile and the hull of `points` fail to generate it, and the continuation payoff that does it best.

    The failure is the largest of the distances, in any player's payoff, from the target and from what she needs not to deviate.
    """
    n, m = game.players, len(points)
    mixed = game.discount * points.T
    one = np.ones((n, 1))
    rows = np.block([[mixed, -one], [-mixed, -one], [-mixed, -one]])
    now = (1 - game.discount) * game.stage[actions]
    most = np.column_stack([targets - now, now - targets, -game.needs(points.min(axis=0))[actions]])
    costs = np.tile(np.eye(m + 1)[-1], (len(targets), 1))
    whole = np.append(np.ones(m), 0.0)[None]
    found = each(costs, rows, most, equal=whole, exactly=np.ones((len(targets), 1)), floor=np.zeros(m + 1))
    return found[:, -1], found[:, :-1] @ points


def distances(points: Array, others: Array) -> Array:
    """The distance, in the coordinate in which it is largest, of each of the points, (k, n), from the hull of others, (m, n)."""
    m, n = others.shape
    one = np.ones((n, 1))
    rows = np.block([[others.T, -one], [-others.T, -one]])
    costs = np.tile(np.eye(m + 1)[-1], (len(points), 1))
    whole = np.append(np.ones(m), 0.0)[None]
    found: Array = each(costs, rows, np.column_stack([points, -points]), equal=whole, exactly=np.ones((len(points), 1)), floor=np.zeros(m + 1))[:, -1]
    return found
