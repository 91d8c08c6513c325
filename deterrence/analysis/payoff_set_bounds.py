"""The payoff set between bounds: from outside and from inside, drawn together until they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deterrence.analysis.payoff_set_inner import Inner, generating_itself, grown, no_points
from deterrence.analysis.payoff_set_outer import Outer, drawn_in, feasible, with_directions
from deterrence.analysis.payoff_set_points import corners
from deterrence.analysis.payoff_set_polytope import Array, Polytope, around, coarse, directions, hull
from deterrence.analysis.payoff_set_programs import Scaled, distances

_ROUNDS = 12
_WORTH_IT = 0.7  # a round that leaves more than this of the gap is the last
_RAYS, _GROWTH = 30, 40  # steps
_STEPS = 60  # of the operator that finds corners, from an outer bound
_MOST_FACES, _MOST_DIRECTIONS = 250, 400
_COARSER = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)


@dataclass(frozen=True)
class Effort:
    """When to stop: bounds no farther apart than `gap`, or so many steps of the outer bound; and how many directions to try beside the corners'."""

    gap: float
    directions: int
    steps: int


@dataclass(frozen=True, eq=False)
class Bounds:
    """What holds every equilibrium payoff, what equilibria reach, and how far they are apart at most, in any player's payoff."""

    outer: Outer
    body: Polytope
    inner: Inner
    gap: float


def bounds(game: Scaled, effort: Effort, guess: Polytope | None = None) -> Bounds:
    """The bounds of the payoff set of a game with a discount factor above 0; `guess` is what it might be, if that is known."""
    n = game.players
    guess = corners(game, hull(game.stage), effort.steps) if guess is None else guess
    start = directions([around(n, 0), hull(game.stage).normals, _faces(guess)])
    found = _between(game, drawn_in(game, feasible(game, start), effort.steps), guess, _of_stage(game))
    for turn in range(_ROUNDS):
        left, before = effort.steps - found.outer.steps, found.gap
        if found.outer.empty or found.gap <= effort.gap or left <= 0:
            break
        found = _closer(game, found, left, around(n, effort.directions) if turn == 0 else np.empty((0, n)))
        if turn and np.isfinite(before) and found.gap > _WORTH_IT * before:
            break
    if np.isfinite(found.gap) and found.gap > effort.gap:
        inner = grown(game, found.inner, found.body.normals, found.outer.alive, _GROWTH)
        found = Bounds(found.outer, found.body, inner, _gap(found.body, inner))
    return found


def _of_stage(game: Scaled) -> Inner:
    """The lotteries over the pure equilibria of the stage, from which the inner bound starts."""
    nash = np.flatnonzero((game.best <= game.stage).all(axis=1))
    return generating_itself(game, hull(game.stage[nash]), nash, 1)


def _faces(body: Polytope) -> Array:
    """The directions in which the faces of a polytope look: of a coarser one where there are too many for linear programs in each."""
    for near in _COARSER:
        if len(body.normals) <= _MOST_FACES:
            break
        body = coarse(body.vertices, near)
    return body.normals


def _between(game: Scaled, outer: Outer, guess: Polytope, known: Inner) -> Bounds:
    """The bounds once the outer one is drawn in: the inner one is what of the guess generates itself, or what is known if that is more."""
    body = outer.polytope()
    inner = no_points(game) if outer.empty else generating_itself(game, guess, outer.alive, _RAYS)
    gaps = [_gap(body, each) for each in (inner, known)]
    return Bounds(outer, body, *((inner, gaps[0]) if gaps[0] <= gaps[1] else (known, gaps[1])))


def _gap(body: Polytope, inner: Inner) -> float:
    """The distance, in any player's payoff, from which a point of the outer bound is to the inner one at most."""
    if body.empty:
        return 0.0
    if inner.polytope.empty:
        return float("inf")
    return max(float(distances(body.vertices, inner.polytope.vertices).max()), 0.0)


def _closer(game: Scaled, found: Bounds, steps: int, more: Array) -> Bounds:
    """The bounds with the directions in which the corners look that the operator finds from the outer bound."""
    guess = corners(game, found.body, _STEPS)
    outer = found.outer
    looked = [outer.normals, _faces(guess), _faces(found.inner.polytope), more]
    outer = with_directions(game, outer, directions(looked)[:_MOST_DIRECTIONS])
    return _between(game, drawn_in(game, outer, steps), guess, found.inner)
