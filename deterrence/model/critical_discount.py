"""From which discount factor on an equilibrium of a repeated game exists: its region as bounds on the discount factor."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import And, Atom, Formula, atoms, conjunction
from deterrence.algebra.real_roots import univariate
from deterrence.algebra.slices import Bounds
from deterrence.algebra.smt import Undecided
from deterrence.model.surds import Exact, real_roots, sign

if TYPE_CHECKING:
    from deterrence.algebra.polynomials import Polynomial, Ring
    from deterrence.algebra.region import Region
    from deterrence.model.game import Game

# An end of an interval, None where there is none, and whether it belongs.
_End: TypeAlias = "tuple[Exact | None, bool]"


def discount_parameter(game: Game) -> str:
    """The parameter that is the discount factor of all players; InputError where there is none, or none that is free and the same for all."""
    factors = {d.text for d in getattr(game, "discount", {}).values()}
    name = next(iter(factors)) if len(factors) == 1 else ""
    if name in game.fixed:
        raise InputError(f"the discount factor {name} is fixed at {game.fixed[name]} here; solve the game without fixing it")
    if name not in game.free_parameters:
        raise InputError(f"the discount factor of this game is {' or '.join(sorted(factors)) or 'none'}; expected one free parameter for all")
    return name


def critical_discount(region: Region, game: Game) -> tuple[Bounds, ...]:
    """A region as bounds on the discount factor: by formulas or, where all other parameters are fixed, by exact numbers.

    Where it has no closed form and others are free, there is one case without bounds, whose conditions are those of the region.
    """
    name = discount_parameter(game)
    try:
        return region.solved_for(name)
    except Undecided:
        pass
    try:
        if region.parameters.names == (name,) and not region.unknowns:
            return intervals(region)
        return (Bounds(name, (), (), (False, False), region.conditions, region.conditions),)
    except Undecided as why:
        others = [other for other in region.parameters.names if other != name]
        hint = f"; fix others first, as with game.at({others[0]}=...)" if others else ""
        raise InputError(f"the region could not be solved for {name}: {why}{hint}") from None


def intervals(region: Region) -> tuple[Bounds, ...]:
    """A region of one parameter as the intervals that make it up, whose ends are exact numbers: roots of the polynomials in its conditions."""
    ring, (variable,) = region.parameters.space.ring, region.parameters.space.parameters
    whole = conjunction((region.parameters.space.domain, region.simplified.formula))
    roots: list[Exact] = []
    for polynomial in {str(a.polynomial): a.polynomial for a in atoms(whole) if a.polynomial}.values():
        roots += [root for root in real_roots(univariate(ring, polynomial, variable)) if root not in roots]
    found = _within(sorted(roots), lambda x: _holds(ring, variable, whole, x))
    name = ring.names[variable]
    return tuple(
        Bounds(name, tuple(str(x) for x in (low,) if x is not None), tuple(str(x) for x in (high,) if x is not None), (left, right), ())
        for (low, left), (high, right) in found
    )


def _within(roots: Sequence[Exact], holds: Callable[[Exact], bool]) -> Iterator[tuple[_End, _End]]:
    """The intervals in which a condition holds that changes its truth at these numbers alone, given in increasing order."""
    gaps = [None, *roots, None]
    pieces: list[tuple[_End, _End, Exact]] = []  # both ends, and a number in between: the gaps, and the roots themselves
    for low, high in itertools.pairwise(gaps):
        pieces += [((low, True), (low, True), low)] if low is not None else []
        pieces += [((low, False), (high, False), _between(low, high))]
    for inside, run in itertools.groupby(pieces, lambda piece: holds(piece[2])):
        if inside:
            first, *_ = several = list(run)
            yield first[0], several[-1][1]


def _between(low: Exact | None, high: Exact | None) -> Exact:
    """A number strictly between two others, simple where that is easy."""
    if low is None:
        return Fraction(0) if high is None else high + Fraction(-1)
    if high is None:
        return low + Fraction(1)
    middle = (low + high) / 2
    near = Fraction(float(middle)).limit_denominator(10**6)
    return near if low < near < high else middle


def _holds(ring: Ring, variable: int, f: Formula, x: Exact) -> bool:
    """Does a formula hold at a value of the one variable in it?"""
    if isinstance(f, Atom):
        found = sign(_value(ring, variable, f.polynomial, x))
        return {">": found > 0, ">=": found >= 0, "==": found == 0, "!=": found != 0}[f.op]
    parts = (_holds(ring, variable, part, x) for part in f.parts)
    return all(parts) if isinstance(f, And) else any(parts)


def _value(ring: Ring, variable: int, p: Polynomial, x: Exact) -> Exact:
    total: Exact = Fraction(0)
    for c in reversed(univariate(ring, p, variable).coeffs()):
        total = total * x + Fraction(int(c.p), int(c.q))
    return total
