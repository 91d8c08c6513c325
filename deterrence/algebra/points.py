"""Points of regions: exact ones in the interior, and quasi-random ones by which a region is measured."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError, libraries
from deterrence.algebra.expressions import exact
from deterrence.algebra.formula import And, Atom, Formula, Or, atoms, conjunction, strict
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ring, constant_value, to_fmpq
from deterrence.algebra.sampling import holds_at
from deterrence.algebra.space import Space

if TYPE_CHECKING:
    from deterrence.algebra.region import Region

SMALLEST_STEP = 40  # halvings
MOST_FAILURES = 20  # in a row: so many mean that the region is no open set after all
# A point is moved to the nearest one with such denominators, if that is in the region too: `1/4` reads better than `2431/9970`.
DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 50, 100, 1000)


class Membership:
    """Tells whether conditions hold at a point of the parameters, for some values of the unknowns that they speak of."""

    def __init__(self, space: Space, formulas: Sequence[Formula]) -> None:
        self.space, self.formulas = space, formulas
        self.plain = all(space.parametric(a.polynomial) for f in formulas for a in atoms(f))

    def __call__(self, values: Mapping[int, Fraction]) -> bool:
        ring = self.space.ring
        if self.plain:
            at = [to_fmpq(values.get(k, Fraction(0))) for k in range(max(1, len(ring.names)))]
            return all(holds_at(f, at) for f in self.formulas)
        return self.space.smt.holds([_at(ring, f, values) for f in self.formulas])


def _at(ring: Ring, f: Formula, values: Mapping[int, Fraction]) -> Formula:
    """A formula with numbers put for the parameters."""
    if isinstance(f, Atom):
        return conjunction((Atom(ring.evaluate(f.polynomial, values), f.op),))
    return type(f)(_at(ring, p, values) for p in f.parts)


def _check_count(n: object, least: int) -> None:
    if not isinstance(n, int) or isinstance(n, bool) or n < least:
        raise InputError(f"n is {n!r}; expected a number of points, {least} or more")


# Exact points inside a region


def sample(region: Region, n: int, seed: int = 0) -> list[dict[str, Fraction]]:
    """`n` different exact points in the interior of a region, spread over it by a seeded random walk.

    The walk starts from a point in each part of a union, and goes from any point found so far in a random direction, half as far again
    and again until it is inside. There are none where the region has no interior, and there is one only in a space without parameters.
    """
    _check_count(n, 0)
    space = region.parameters.space
    inside = Membership(space, region.inside)
    rng = random.Random(seed)
    found: list[dict[int, Fraction]] = []
    for start in _starts(region):
        _keep(found, _plainer(inside, start, found))
    failures = 0
    while found and space.parameters and len(found) < n and failures < MOST_FAILURES:
        reached = next(filter(inside, _step(rng, rng.choice(found), space.parameters)), None)
        new = None if reached is None else _plainer(inside, reached, found)
        failures = failures + 1 if new is None or new in found else 0
        _keep(found, *([] if new is None else [new]))
    return [{space.ring.names[k]: v for k, v in at.items()} for at in found[:n]]


def _keep(found: list[dict[int, Fraction]], *points: dict[int, Fraction]) -> None:
    found.extend(at for at in points if at not in found)


def _starts(region: Region) -> Iterator[dict[int, Fraction]]:
    """A point inside each alternative that the region is a union of."""
    space, (*others, solid) = region.parameters.space, region.inside
    parts = solid.parts if isinstance(solid, And) else (solid,)
    union = next((p for p in parts if isinstance(p, Or)), None)
    for part in union.parts if union is not None else (solid,):
        point = space.smt.point((*others, solid, part), space.parameters)
        if point is not None:
            yield point


def _step(rng: random.Random, start: Mapping[int, Fraction], parameters: Sequence[int]) -> Iterator[dict[int, Fraction]]:
    """Ever nearer points in a random direction, in which some parameters move by more than others."""
    moving = rng.sample(list(parameters), rng.randint(1, len(parameters)))
    direction = {k: max(abs(start[k]), Fraction(1)) * Fraction(rng.randint(-997, 997), 997) * rng.choice((1, 1, 4)) for k in moving}
    for halvings in range(SMALLEST_STEP):
        yield {k: v + direction.get(k, Fraction(0)) / 2**halvings for k, v in start.items()}


def _plainer(inside: Membership, at: dict[int, Fraction], found: Sequence[dict[int, Fraction]]) -> dict[int, Fraction]:
    """A point near by with small denominators, if there is one that is new."""
    for q in DENOMINATORS:
        near = {k: v if v.denominator <= q else Fraction(round(v * q), q) for k, v in at.items()}
        if near not in found and inside(near):
            return near
    return at


# How much of a box


@dataclass(frozen=True)
class Share:
    """`value` is the share of the points of a `box` (by parameter, its ends) that lie in a region; `points` says of how many.

    `space` is the share of the points that lie in the parameter space at all.
    """

    value: float
    box: dict[str, tuple[Fraction, Fraction]]
    points: int
    space: float

    def __float__(self) -> float:
        return self.value


def share(region: Region, n: int = 4096, box: Mapping[str, tuple[Any, Any]] | None = None) -> Share:
    """How much of a box a region fills, by scrambled Sobol points with a fixed seed.

    Owen (1998), "Scrambling Sobol' and Niederreiter-Xing Points", Journal of Complexity 14(4), DOI 10.1006/jcom.1998.0487.

    Args:
        region: any region.
        n: how many points; the next power of two is taken, since such a number of them is spread most evenly.
        box: the ends of some parameters; those of the others are the ends of the domain where that is bounded, else 0 and twice the
            default value.

    Raises:
        InputError: there is no such parameter, its ends are none, or it has no default where one is needed.
    """
    _check_count(n, 1)
    parameters, space = region.parameters, region.parameters.space
    given = {parameters.variable(name): _ends(name, ends) for name, ends in (box or {}).items()}
    ends = {k: given[k] if k in given else default_ends(parameters, k) for k in space.parameters}
    domain, member = Membership(space, [space.domain]), Membership(space, region.formulas())
    exponent = (n - 1).bit_length() if ends else 0
    inside = hits = 0
    for at in spread(ends, exponent):
        if domain(at):
            inside += 1
            hits += member(at)
    named = {space.ring.names[k]: pair for k, pair in ends.items()}
    return Share(hits / 2**exponent, named, 2**exponent, inside / 2**exponent)


def _ends(name: str, ends: Any) -> tuple[Fraction, Fraction]:
    try:
        low, high = ends
    except (TypeError, ValueError):
        raise InputError(f"box: found {ends!r} for {name}; expected its two ends") from None
    if not exact(low) < exact(high):
        raise InputError(f"box: the ends of {name} are {low} and {high}; expected the smaller one first")
    return exact(low), exact(high)


def spread(ends: Mapping[int, tuple[Fraction, Fraction]], exponent: int) -> Iterator[dict[int, Fraction]]:
    if not ends:
        yield {}
        return
    with libraries():
        from scipy.stats.qmc import Sobol
    for row in Sobol(len(ends), rng=0).random_base2(exponent):
        yield {k: low + (high - low) * Fraction(float(u)) for (k, (low, high)), u in zip(ends.items(), row, strict=True)}


def default_ends(parameters: ParameterSpace, k: int) -> tuple[Fraction, Fraction]:
    """The ends of a parameter in the default box: those of its domain, or between 0 and twice its default value, within the domain."""
    space, name = parameters.space, parameters.space.ring.names[k]
    low, high = hull(space, k)
    if low is not None and high is not None:
        return low, high
    if name not in parameters.defaults:
        raise InputError(f"the domain of {name} is not bounded and it has no default value; give its ends in `box`")
    twice = 2 * parameters.defaults[name]
    start, end = min(twice, Fraction(0)), max(twice, Fraction(0))
    start, end = start if low is None else max(start, low), end if high is None else min(end, high)
    if not start < end:
        raise InputError(f"the default value of {name} gives no box; give its ends in `box`")
    return start, end


def hull(space: Space, k: int) -> tuple[Fraction | None, Fraction | None]:
    """The ends of the domain of one parameter by itself, as far as it is bounded; slightly outside where they are not rational."""
    parts = space.domain.parts if isinstance(space.domain, And) else (space.domain,)
    mine = strict(conjunction(p for p in parts if all(space.ring.support(a.polynomial) == (k,) for a in atoms(p))))
    return _end(space, mine, k, -1), _end(space, mine, k, 1)


def _end(space: Space, f: Formula, k: int, side: int) -> Fraction | None:
    """The number that a parameter comes up to where a formula holds of it (`side` 1), or down to."""
    ring = space.ring

    def beyond(value: Fraction) -> bool:
        return space.smt.holds((f, Atom((ring.variables[k] - ring.constant(value)) * side, ">")))

    factors = [[constant_value(c) for c in ring.coefficients(g, k)] for a in atoms(f) for g, _ in ring.factors(a.polynomial)[1]]
    # Cauchy's bound: no root of a polynomial is larger.
    far = side * max((1 + max(abs(c / p[-1]) for c in p[:-1]) for p in factors), default=Fraction(1))
    if beyond(far):
        return None
    linear = [-p[0] / p[1] for p in factors if len(p) == 2]
    near = min((c for c in [*linear, far] if not beyond(c)), key=lambda c: side * c)
    within = max((c for c in [*linear, -far] if beyond(c)), key=lambda c: side * c, default=-far)
    for _ in range(SMALLEST_STEP if any(len(p) > 2 for p in factors) else 0):
        middle = (near + within) / 2
        near, within = (near, middle) if beyond(middle) else (middle, within)
    return near
