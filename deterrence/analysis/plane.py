"""A slice of the parameter space along two parameters, cut exactly into cells: on each, the same equilibria exist throughout.

The slice is cut into vertical strips at every x where a branch of a boundary leaves the box, or meets or turns (Collins 1975, "Quantifier
elimination for real closed fields by cylindrical algebraic decomposition", DOI 10.1007/3-540-07407-4_17). Over a strip the branches lie
above each other in one order, so that one exact point tells what holds between two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from deterrence.algebra.formula import Formula, atoms
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.points import Membership
from deterrence.algebra.polynomials import Polynomial, Ring, to_fmpq, to_fraction
from deterrence.algebra.region import Region
from deterrence.analysis.plane_curves import Ball, Curve, Rational, X, Y, critical, just_inside, precisely, simplest_between, sorted_apart
from deterrence.analysis.plane_projection import projected

Key: TypeAlias = tuple[str, ...] | None  # what exists in a cell; None outside of the parameter space
Line: TypeAlias = npt.NDArray[np.float64]  # one vertex a row

_FLAT = 2e-7  # of the box: a chord may be that far from its curve
_DEEPEST = 40  # halvings of an interval of x
_SAME = 1e-9  # of the box: ends of branches that lie nearer meet


@dataclass(frozen=True)
class Slab:
    """A vertical strip of the slice: what exists between one branch and the next, from below, and the lines along those branches."""

    keys: tuple[Key, ...]
    lines: tuple[Line, ...]  # one more than keys: bottom and top of the box are the first and the last
    drawn: tuple[bool, ...]

    def outlines(self) -> Iterator[tuple[Key, Line]]:
        """What exists in each part, and the vertices around it."""
        for key, below, above in zip(self.keys, self.lines, self.lines[1:], strict=False):
            yield key, np.concatenate([below, above[::-1]])

    def stack(self, end: int) -> list[float]:
        """The heights at the left (0) or right (-1) end."""
        return [float(line[end, 1]) for line in self.lines]


@dataclass(frozen=True)
class Plane:
    """The cells of a slice, `box` its ends in x and in y; `on_surface` says that the slice lies on a surface where regions end."""

    box: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]
    slabs: tuple[Slab, ...]
    on_surface: tuple[str, ...] = ()

    @property
    def keys(self) -> list[Key]:
        """What exists in the cells, each set once, in the order of the cells from the left and from below."""
        return list(dict.fromkeys(key for slab in self.slabs for key in slab.keys))

    def outlines(self, key: Key) -> list[Line]:
        """The parts that make up the cells in which a set of equilibria exists."""
        return [line for slab in self.slabs for found, line in slab.outlines() if found == key]

    @cached_property
    def boundaries(self) -> list[Line]:
        """The lines that separate cells."""
        along = [line for slab in self.slabs for line, drawn in zip(slab.lines, slab.drawn, strict=True) if drawn]
        return [*along, *(line for left, right in pairwise(self.slabs) for line in self._between(left, right))]

    def _between(self, left: Slab, right: Slab) -> Iterator[Line]:
        """The vertical pieces of boundary where one strip ends and the next begins."""
        x = float(left.lines[0][-1, 0])
        close = _SAME * float(self.box[1][1] - self.box[1][0])
        cuts = sorted([*left.stack(-1), *right.stack(0)])
        for low, high in pairwise(cuts):
            middle = (low + high) / 2
            if high - low > close and left.keys[_place(left.stack(-1), middle)] != right.keys[_place(right.stack(0), middle)]:
                yield np.array([[x, low], [x, high]])

    def pixels(self, xs: Sequence[float], ys: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """For each y (row) and x (column) the place among `keys` of what exists there."""
        place = {key: n for n, key in enumerate(self.keys)}
        out = np.zeros((len(ys), len(xs)), dtype=np.int64)
        ends = np.array([slab.lines[0][-1, 0] for slab in self.slabs[:-1]])
        for column, x in enumerate(xs):
            slab = self.slabs[int(np.searchsorted(ends, x))]
            heights = [np.interp(x, line[:, 0], line[:, 1]) for line in slab.lines[1:-1]]
            kinds = np.array([place[key] for key in slab.keys])
            out[:, column] = kinds[np.searchsorted(heights, ys)]
        return out


def _place(stack: Sequence[float], y: float) -> int:
    """Between which two of some heights another lies."""
    return min(max(int(np.searchsorted(stack, y)) - 1, 0), len(stack) - 2)


@dataclass(frozen=True)
class Slice:
    """Two parameters of a space that vary, x first, and the values of all others."""

    parameters: ParameterSpace
    axes: tuple[int, int]
    fixed: Mapping[int, Fraction]

    @cached_property
    def ring(self) -> Ring:
        """The polynomials of the plane."""
        return Ring([self.parameters.space.ring.names[k] for k in self.axes])

    def polynomial(self, p: Polynomial) -> Polynomial:
        """A polynomial in the two parameters, moved to the plane."""
        return self.ring.context.from_dict({tuple(m[k] for k in self.axes): c for m, c in p.to_dict().items()})


def plane(
    where: Slice,
    domain: Formula,
    regions: Mapping[str, Region],
    box: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]],
) -> Plane:
    """Return the cells of a slice within a box: on each of them, the same of the regions hold throughout, or it lies outside of the domain.

    Raises `Undecided` where an implicit root makes a boundary that the algebra cannot place.
    """
    members = {name: Membership(r.parameters.space, r.simplified.formulas()) for name, r in regions.items()}
    domain_holds = Membership(where.parameters.space, [domain])

    def key_at(x: Rational, y: Rational) -> Key:
        at = {**where.fixed, where.axes[X]: to_fraction(x), where.axes[Y]: to_fraction(y)}
        return tuple(name for name, member in members.items() if member(at)) if domain_holds(at) else None

    conditions = [(r.parameters, f) for r in regions.values() for f in r.simplified.formulas()]
    polynomials, vanishing = _boundaries(where, [(where.parameters, domain), *conditions])
    return Plane(box, tuple(_Slabs(where.ring, polynomials, box, key_at).all()), vanishing)


def _boundaries(where: Slice, formulas: Iterable[tuple[ParameterSpace, Formula]]) -> tuple[list[Polynomial], tuple[str, ...]]:
    """Irreducible polynomials whose signs decide the formulas on a slice, and conditions that hold as equations on all of it."""
    groups: dict[str, tuple[Ring, dict[str, Polynomial]]] = {}
    vanishing: dict[str, None] = {}
    for parameters, f in formulas:
        ring = parameters.space.ring
        found = groups.setdefault(",".join(ring.names), (ring, {}))[1]
        for atom in atoms(f):
            p = ring.evaluate(atom.polynomial, where.fixed)
            found[str(p)] = p
            if not p and atom.polynomial:
                vanishing[parameters.writer().polynomial(atom.polynomial)] = None
    out: dict[str, Polynomial] = {}
    for ring, found in groups.values():
        for p in projected(ring, list(found.values()), where.axes):
            q = where.ring.canonical(where.polynomial(p))[0]
            out[str(q)] = q
    return [out[key] for key in sorted(out)], tuple(vanishing)


class _Slabs:
    """Cuts the box into strips."""

    def __init__(self, ring: Ring, polynomials: Sequence[Polynomial], box: Any, key_at: Callable[[Rational, Rational], Key]) -> None:
        (self.left, self.right), (self.low, self.high) = (tuple(map(to_fmpq, ends)) for ends in box)
        self.key_at = key_at
        edges = {str(ring.canonical(ring.variables[Y] - ring.context.constant(end))[0]) for end in (self.low, self.high)}
        self.curves = [Curve(ring, p) for p in polynomials if ring.degree(p, Y) and str(p) not in edges]
        self.critical = critical(ring, polynomials, self.low, self.high)

    def all(self) -> Iterator[Slab]:
        """The strips from the left."""
        from flint import arb

        def samples() -> tuple[list[Ball], list[Rational]]:
            ends = [arb(self.left), *self.critical.inside(self.left, self.right), arb(self.right)]
            return ends, [simplest_between(a, b) for a, b in pairwise(ends)]

        ends, middles = precisely(samples, 256)
        for left, middle, right in zip(ends, middles, ends[1:], strict=False):
            yield self._slab(left, middle, right)

    def _slab(self, left: Ball, middle: Rational, right: Ball) -> Slab:
        """One strip: what exists between its branches, and those branches that separate something."""
        branches, heights = precisely(lambda: self._stack(middle))
        keys = [self.key_at(middle, y) for y in heights]
        kept = [n for n in range(1, len(keys)) if keys[n] != keys[n - 1]]
        first, last = just_inside(left, middle), just_inside(right, middle)
        shown = (float(left.mid()), float(right.mid()))
        lines = [self._traced(branches[n - 1], (first, last), shown) for n in kept]
        bottom, top = (np.array([[x, _float(y)] for x in shown]) for y in (self.low, self.high))
        drawn = (False, *(True for _ in kept), False)
        return Slab(tuple(keys[n] for n in (0, *kept)), (bottom, *lines, top), drawn)

    def _stack(self, x: Rational) -> tuple[list[tuple[Curve, int]], list[Rational]]:
        """The branches above x from below, each as a curve and its place among that curve's, and a height between each two and beyond the ends."""
        from flint import arb

        found = [(ball, (curve, n)) for curve in self.curves for n, ball in enumerate(curve.heights(x, self.low, self.high))]
        ordered = sorted_apart(found)
        balls = [arb(self.low), *(ball for ball, _ in ordered), arb(self.high)]
        return [branch for _, branch in ordered], [simplest_between(a, b) for a, b in pairwise(balls)]

    def _traced(self, branch: tuple[Curve, int], ends: tuple[Rational, Rational], shown: tuple[float, float]) -> Line:
        """The vertices of a branch between two ends."""
        curve, place = branch
        wide, tall = _float(self.right - self.left), _float(self.high - self.low)

        def vertex(x: Rational) -> Vertex:
            return Vertex(x, _float(x) / wide, curve.height(x, place, (self.low, self.high)) / tall)

        first, last = map(vertex, ends)
        inner = [] if curve.straight else [(v.across * wide, v.along * tall) for v in _refined(vertex, first, last)]
        return np.array([(shown[0], first.along * tall), *inner, (shown[1], last.along * tall)])


class Vertex(NamedTuple):
    """A point of a curve: x exactly, and both coordinates as shares of the box."""

    x: Rational
    across: float
    along: float


def _refined(vertex: Callable[[Rational], Vertex], a: Vertex, b: Vertex, depth: int = 0) -> Iterator[Vertex]:
    """Vertices between two others, so many that no chord is far from the curve."""
    middle = vertex((a.x + b.x) / 2)
    tried = (vertex((a.x + middle.x) / 2), middle, vertex((middle.x + b.x) / 2))
    if depth < 2 or (depth < _DEEPEST and any(_away(a, m, b) > _FLAT for m in tried)):
        yield from _refined(vertex, a, middle, depth + 1)
        yield middle
        yield from _refined(vertex, middle, b, depth + 1)


def _away(a: Vertex, m: Vertex, b: Vertex) -> float:
    """How far a vertex is from the chord between two others."""
    across, along = b.across - a.across, b.along - a.along
    length = (across**2 + along**2) ** 0.5
    return float(abs(across * (m.along - a.along) - along * (m.across - a.across)) / length) if length else 0.0


def _float(value: Rational) -> float:
    return int(value.p) / int(value.q)
