"""How the region of a family moves with one parameter: whether it is kept to as the parameter goes up, or as it goes down."""

from __future__ import annotations

from deterrence.algebra.formula import Atom, Formula, atoms
from deterrence.algebra.parameters import Mover, ParameterSpace
from deterrence.algebra.region import Region
from deterrence.algebra.slices import Bounds
from deterrence.algebra.smt import UNKNOWN, UNSAT, Undecided
from deterrence.algebra.space import Space
from deterrence.analysis.families import Steps

GROWS, SHRINKS, UNAFFECTED, NEITHER = "grows", "shrinks", "unaffected", "neither"
QUESTION, MOST_LOSSES = 2.0, 6  # seconds, and answers that the solver may fail to find, while bounds are solved for
_MOVEMENTS = {(True, True): UNAFFECTED, (True, False): GROWS, (False, True): SHRINKS, (False, False): NEITHER}


def region_movement(region: Region, name: str, effort: int | None = None) -> str:
    """`grows` where no point of the region leaves it as one parameter alone goes up within the space, `shrinks` where none does as it goes down.

    `unaffected` is both, `neither` none of the two. Points on surfaces of the space are neglected.

    Args:
        region: a region with interior.
        name: the parameter.
        effort: how much of it each question may take, in the solver's own count of steps; without it, what the space allows.

    Raises:
        InputError: there is no such parameter.
        Undecided: the solver for nonlinear arithmetic gave no answer, or the complement of the region has no formula.

    >>> import deterrence as dt
    >>> solution = dt.solve(dt.load("rudimentary_deterrence"))
    >>> [(e.region.conditions, region_movement(e.region, "p")) for e in solution]
    [(('p <= g/(g + k)',), 'shrinks'), (('p >= g/(g + k)',), 'grows')]
    """
    variable = region.parameters.variable(name)
    if not any(_mentions(region, f, variable) for f in region.formulas()):
        return UNAFFECTED
    leaving = _Leaving(region, name, effort)
    return _MOVEMENTS[leaving.never(1), leaving.never(-1)]


def _mentions(region: Region, f: Formula, variable: int) -> bool:
    return any(region.parameters.space.ring.degree(a.polynomial, variable) for a in atoms(f))


class _Leaving:
    """Pairs of points that differ in one parameter alone, the first in the region, the second in the space but not in the region."""

    def __init__(self, region: Region, name: str, effort: int | None) -> None:
        self.effort = effort
        outside = ~region
        ring = outside.parameters.space.ring
        names = [name, *(ring.names[k] for k in outside.unknowns)]
        twins = {each: f"{each} moved" for each in names}  # no symbol has a space in it
        home = outside.parameters.extended(twins.values())
        self.smt, target = home.space.smt, home.space.ring
        stay, rename = Mover(region.parameters.space.ring, target), Mover(ring, target, twins)
        self.pairs = (*map(stay.formula, region.inside), *map(rename.formula, outside.inside))
        self.step = target[twins[name]] - target[name]

    def never(self, direction: int) -> bool:
        """Is there no such pair with the second point above (1) or below (-1) the first?"""
        answer = self.smt.check((*self.pairs, Atom(self.step * direction, ">")), self.effort)
        if answer == UNKNOWN:
            raise Undecided("whether points leave the region as the parameter moves was not decided in time")
        return answer == UNSAT


class Bounding:
    """Solves regions of one space for single parameters, as far as that is soon done."""

    def __init__(self, parameters: ParameterSpace) -> None:
        known = parameters.space
        # Each answer that the solver does not find is a step of this clock.
        self.clock = Steps(known.clock.limit, QUESTION, known.clock.started)
        self.home = ParameterSpace(Space(known.ring, known.parameters, known.domain, self.clock), parameters.roles, parameters.defaults)

    def bounds(self, region: Region, name: str) -> tuple[Bounds, ...] | None:
        """The region as bounds on one parameter; None where these have no closed form, or the solver is at a loss too often."""
        self.clock.left = MOST_LOSSES
        try:
            return Region(self.home, region.formula, region.hidden).solved_for(name)
        except Undecided:
            return None
