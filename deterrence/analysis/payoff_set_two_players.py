"""The payoff set of two players by the algorithm of Abreu and Sannikov (2014), as QuantEcon has it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import import_module

import numpy as np

from deterrence.algebra.errors import libraries
from deterrence.analysis.payoff_set_polytope import Polytope, hull
from deterrence.analysis.payoff_set_programs import Scaled


def abreu_sannikov(game: Scaled, most: int) -> Polytope | None:
    """The polygon that the algorithm finds in so many iterations at most.

    None where the set is empty, a point or a segment: QuantEcon's intermediate hulls must have an interior. And None where one profile
    generates more points than QuantEcon has room for.

    Raises:
        MissingLibrary: QuantEcon is not installed.
    """
    from scipy.spatial import QhullError

    with libraries():
        quantecon = import_module("quantecon.game_theory")
    ours, theirs = game.stage[:, 0].reshape(game.shape), game.stage[:, 1].reshape(game.shape)
    stage = quantecon.NormalFormGame((quantecon.Player(ours), quantecon.Player(np.ascontiguousarray(theirs.T))))
    try:
        with _bounds_checked():
            found = quantecon.RepeatedGame(stage, game.discount).equilibrium_payoffs(options={"max_iter": most})
    except (QhullError, ValueError, IndexError):
        return None
    return hull(found.points[found.vertices])


@contextlib.contextmanager
def _bounds_checked() -> Iterator[None]:
    """Within it Numba compiles code that raises IndexError where it would write beyond the end of an array.

    QuantEcon (0.11) has room for four points a profile, and rounding may make it five where a threat point almost meets a corner: the fifth
    would be written over what happens to be there.
    """
    config = import_module("numba").config
    before = config.BOUNDSCHECK
    config.BOUNDSCHECK = 1
    try:
        yield
    finally:
        config.BOUNDSCHECK = before
