"""Where the corners of the payoff set are: Abreu and Sannikov's operator, applied to any number of players.

It says where to look, and nothing rests on it: the bounds from outside and from inside are found and tested by linear programs.
"""

from __future__ import annotations

import numpy as np

from deterrence.analysis.payoff_set_polytope import Array, Polytope, coarse, cut, hull
from deterrence.analysis.payoff_set_programs import TOUCH, Places, Scaled

_BINDS = 1e-9
_STILL = 1e-12
_FIRST, _DETAIL, _FINEST = 0.1, 0.05, 1e-11


def corners(game: Scaled, body: Polytope, most: int) -> Polytope:
    """The hull that the operator comes to from a polytope that holds the payoff set, in so many steps at most.

    Corners that stand out by less than a fraction of the last step's movement are left out: else there would be ever more of them.
    """
    if body.empty:
        return body
    threats = np.maximum(body.vertices.min(axis=0), game.best.min(axis=0))
    alive, moved = np.arange(len(game.stage)), _FIRST
    for _ in range(most):
        points, alive = _generated(game, body, threats, alive)
        after = coarse(points, max(_FINEST, _DETAIL * moved))
        if after.empty:
            return after
        raised = np.maximum(threats, after.vertices.min(axis=0))
        moved = max(_difference(body, after), _difference(after, body), float((raised - threats).max()))
        body, threats = after, raised
        if moved < _STILL:
            break
    return body


def _difference(body: Polytope, other: Polytope) -> float:
    return float(np.abs(body.support(body.normals) - other.support(body.normals)).max())


def _generated(game: Scaled, body: Polytope, threats: Array, alive: Places) -> tuple[Array, Places]:
    """The payoffs of profiles that keep themselves, and for every other profile what it generates with incentives that bind for some player.

    No other point is a corner: if no incentive binds and the continuation is not the payoff itself, then the payoff lies between two others.
    The second array has the profiles that generate something.
    """
    found, still = [np.empty((0, game.players))], []
    needs = game.needs(threats) / game.discount
    for profile in alive:
        now, needed = game.stage[profile], needs[profile]
        if (now >= needed - TOUCH / 10).all() and body.excess(now) <= TOUCH:
            later, made = now[None], now[None]
        else:
            later = _kept(body, needed)
            binding = later[(np.abs(later - needed) < _BINDS).any(axis=1)]
            made = (1 - game.discount) * now + game.discount * binding
        if len(later):
            still.append(profile)
        found.append(made)
    return np.concatenate(found), np.array(still, dtype=np.intp)


def _kept(body: Polytope, needed: Array) -> Array:
    """The corners of the continuation payoffs in a polytope that give each player what she needs."""
    for player, least in enumerate(needed):
        points = cut(body, -np.eye(len(needed))[player], -float(least))
        if not len(points):
            return points
        body = body if points is body.vertices else hull(points)
    return body.vertices
