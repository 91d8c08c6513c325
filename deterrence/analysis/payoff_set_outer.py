"""Bounds of the payoff set from outside: half-spaces that hold every equilibrium payoff, drawn in until they stay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from deterrence.analysis.payoff_set_polytope import Array, Polytope, bounded, empty_polytope
from deterrence.analysis.payoff_set_programs import TOUCH, Places, Scaled, farthest, shortfalls

_STILL = 1e-11  # levels that move by less have come to rest


@dataclass(frozen=True, eq=False)
class Outer:
    """Half-spaces `normals @ v <= levels` that hold every equilibrium payoff; those of the axes, downwards, are the first n.

    `alive` has the profiles that some equilibrium might play. `steps` were made, in the last of which a level moved by `moved`.
    `points` has a payoff that reaches each level, and `made_by` the profile in its first period.
    """

    normals: Array
    levels: Array
    alive: Places
    points: Array
    made_by: Places
    steps: int = 0
    moved: float = np.inf

    @property
    def threats(self) -> Array:
        """For each player a payoff that no equilibrium goes below."""
        return -self.levels[: self.normals.shape[1]]

    @property
    def empty(self) -> bool:
        """Whether there is no equilibrium at all."""
        return not len(self.alive)

    def polytope(self) -> Polytope:
        """What the half-spaces have in common."""
        n = self.normals.shape[1]
        return empty_polytope(n) if self.empty else bounded(self.normals, self.levels + TOUCH, self.threats - TOUCH, np.full(n, 1 + TOUCH))


def feasible(game: Scaled, normals: Array) -> Outer:
    """All that is feasible and gives each player her pure minmax payoff at least: within it the payoff set lies whatever the discount factor."""
    levels = (normals @ game.stage.T).max(axis=1)
    n = game.players
    levels[:n] = np.minimum(levels[:n], -game.best.min(axis=0))
    every = np.arange(len(game.stage))
    return Outer(normals, levels, every, np.empty((0, n)), np.empty(0, dtype=np.intp))


def with_directions(game: Scaled, outer: Outer, normals: Array) -> Outer:
    """The same set with further half-spaces that touch what is feasible."""
    known = len(outer.normals)
    levels = (normals[known:] @ game.stage[outer.alive].T).max(axis=1) if len(outer.alive) else np.empty(0)
    return replace(outer, normals=normals, levels=np.concatenate([outer.levels, levels]), moved=np.inf)


def drawn_in(game: Scaled, outer: Outer, most: int) -> Outer:
    """The half-spaces drawn in until they come to rest, or for so many steps at most: each step leaves every equilibrium payoff inside."""
    for _ in range(most):
        if outer.empty or outer.moved < _STILL:
            break
        outer = _step(game, outer)
    return outer


def _step(game: Scaled, outer: Outer) -> Outer:
    """One step of Judd, Yeltekin and Conklin's outer approximation: the farthest that is generated in each direction by what is inside.

    Two things that hold of every equilibrium bring the levels to rest sooner. A payoff that lies farthest of all in some direction, made by
    profile a, has a continuation that lies no farther, so that it lies no farther than the payoffs of a; and where it is a player's least
    payoff of all, what she would get by deviating from a is no more.
    """
    needs = game.needs(outer.threats)
    short = shortfalls(game, outer.normals, outer.levels, needs[outer.alive])
    alive, give = outer.alive[short <= TOUCH], short[short <= TOUCH]
    if not len(alive):
        return replace(outer, alive=alive, steps=outer.steps + 1, moved=0.0)
    return _Search(game, replace(outer, alive=alive), needs[alive], give + TOUCH / 100).step()


class _Search:
    """One step: for each direction, profiles in the order of how far they might reach, until no other can reach farther."""

    def __init__(self, game: Scaled, outer: Outer, needs: Array, give: Array) -> None:
        self.game, self.outer, self.needs, self.give = game, outer, needs, give
        self.stage = game.stage[outer.alive]
        self.own = outer.normals @ self.stage.T  # (D, A): how far the payoffs of each profile are in each direction
        self.caps = np.minimum(self.own, self._value(outer.levels[:, None]))
        self.caps[: game.players] = np.minimum(self.caps[: game.players], -game.best[outer.alive].T)
        self.best = np.full(len(outer.normals), -np.inf)
        self.points = np.zeros_like(outer.normals)
        self.made_by = np.zeros(len(outer.normals), dtype=np.intp)

    def _value(self, continuation: Array) -> Array:
        made: Array = (1 - self.game.discount) * self.own + self.game.discount * continuation
        return made

    def step(self) -> Outer:
        """The levels after the step."""
        left = self.caps.copy()
        while True:
            promising: Places = left.argmax(axis=1)
            open_: npt.NDArray[np.intp] = np.flatnonzero(left.max(axis=1) > self.best)
            if not len(open_):
                break
            self._try(open_, promising[open_])
            left[open_, promising[open_]] = -np.inf
        levels = np.minimum(self.outer.levels, self.best)
        moved = float((self.outer.levels - levels).max())
        made = self.outer.alive[self.made_by]
        return replace(self.outer, levels=levels, points=self.points, made_by=made, steps=self.outer.steps + 1, moved=moved)

    def _try(self, rows: Places, columns: Places) -> None:
        """Generate with one profile in each of some directions."""
        normals = self.outer.normals
        further = farthest(self.game, (normals, self.outer.levels), self.needs[columns], normals[rows], self.give[columns])
        reached = (1 - self.game.discount) * self.own[rows, columns] + self.game.discount * (normals[rows] * further).sum(axis=1)
        reached = np.minimum(reached, self.caps[rows, columns])
        better = reached > self.best[rows]
        won, by = rows[better], columns[better]
        self.best[won], self.made_by[won] = reached[better], by
        self.points[won] = (1 - self.game.discount) * self.stage[by] + self.game.discount * further[better]
