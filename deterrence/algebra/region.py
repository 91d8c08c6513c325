"""Regions: sets of points of a parameter space, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import FALSE, And, Atom, Formula, atoms, conjunction, disjunction, negation, strict
from deterrence.algebra.parameters import Mover, ParameterSpace
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.simplify import simplified
from deterrence.algebra.smt import UNKNOWN, UNSAT, Undecided
from deterrence.algebra.space import Space

if TYPE_CHECKING:
    from deterrence.algebra.points import Share
    from deterrence.algebra.slices import Bounds

__all__ = ["Mover", "ParameterSpace", "Region"]


class Region:
    """A set of points of a parameter space: those where a formula over the parameters holds.

    Where the formula speaks of a root that has no closed form, `hidden` defines it, and the set is that of the points where such a
    root exists and the formula holds of it. Supports `&`, `|`, `~`, `==` (the same points) and `in`. A question that the
    solver for nonlinear arithmetic cannot answer raises `Undecided`.
    """

    def __init__(self, parameters: ParameterSpace, formula: Formula, hidden: tuple[Formula, ...] = ()) -> None:
        self.parameters, self.formula, self.hidden = parameters, formula, hidden

    @property
    def _space(self) -> Space:
        return self.parameters.space

    def formulas(self) -> tuple[Formula, ...]:
        """What holds in the region, for the SMT solver."""
        return (*self.hidden, self.formula)

    @cached_property
    def unknowns(self) -> tuple[int, ...]:
        """The variables of the ring that the region speaks of and that are no parameters: there must be values of them."""
        ring = self._space.ring
        found = {k for f in self.formulas() for a in atoms(f) for k in ring.support(a.polynomial)}
        return tuple(sorted(found.difference(self._space.parameters)))

    # Sets

    def moved(self, parameters: ParameterSpace, renamed: Mapping[str, str] | None = None) -> Region:
        """The same set over another ring with the same parameters, its unknowns renamed."""
        if parameters is self.parameters and not renamed:
            return self
        move = Mover(self._space.ring, parameters.space.ring, renamed)
        return Region(parameters, move.formula(self.formula), tuple(map(move.formula, self.hidden)))

    def _beside(self, other: Region, apart: bool) -> tuple[Region, Region]:
        """The two regions over one ring; `apart`, no unknown of the one is an unknown of the other."""
        if other.parameters is not self.parameters:
            self.parameters.check_same(other.parameters)
        mine, theirs = self._unknown_names, other._unknown_names
        taken = {*self._space.ring.names, *other._space.ring.names}
        renamed = {name: _fresh(name, taken) for name in theirs if apart and name in mine}
        missing = [renamed.get(name, name) for name in theirs if renamed.get(name, name) not in self._space.ring.index]
        home = self.parameters.extended(missing) if missing else self.parameters
        return self.moved(home), other.moved(home, renamed)

    @property
    def _unknown_names(self) -> list[str]:
        return [self._space.ring.names[k] for k in self.unknowns]

    def __and__(self, other: Region) -> Region:
        a, b = self._beside(other, apart=True)
        return Region(a.parameters, conjunction((a.formula, b.formula)), (*a.hidden, *b.hidden))

    def __or__(self, other: Region) -> Region:
        a, b = self._beside(other, apart=False)
        return Region(a.parameters, disjunction(conjunction(r.formulas()) for r in (a, b)))

    def __invert__(self) -> Region:
        """The points of the space that are not in the region; Undecided where a root without closed form leaves no formula for them."""
        if not self.unknowns:
            return Region(self.parameters, negation(conjunction(self.formulas())))
        from deterrence.algebra.complement import complement

        return complement(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Region):
            return NotImplemented
        if self is other:
            return True
        try:
            a, b = self._beside(other, apart=False)
        except InputError:  # sets in different spaces
            return False
        return a.formulas() == b.formulas() or (a.implies(b) and b.implies(a))

    def __hash__(self) -> int:
        return hash(frozenset(self.parameters.names))

    def __contains__(self, point: Mapping[str, Any]) -> bool:
        ring = self._space.ring
        at = [Atom(ring.variables[k] - ring.constant(v), "==") for k, v in self.parameters.point(point).items()]
        return self._space.smt.holds((self._space.domain, *self.formulas(), *at))

    def is_empty(self) -> bool:
        """Is there no point of the parameter space in the region?"""
        return not self._space.smt.holds((self._space.domain, *self.formulas()))

    def has_interior(self) -> bool:
        """Does the region contain an open set of the parameter space? A single point counts as its own interior."""
        return self._space.smt.holds(self.inside)

    @cached_property
    def inside(self) -> tuple[Formula, ...]:
        """What holds at the points of an open set within the region, and at no others of the region but on surfaces."""
        if not self._space.parameters:
            return (self._space.domain, *self.formulas())
        solid = _off_surfaces(self._space, strict(conjunction(self.formulas())))
        return (_off_surfaces(self._space, strict(self._space.domain)), solid)

    def implies(self, other: Region) -> bool:
        """Is every point of this region in the other?"""
        a, b = self._beside(other, apart=False)
        if not b.unknowns:
            return (a & ~b).is_empty()
        space = a._space
        answer = space.smt.escapes((space.domain, *a.formulas()), b.unknowns, b.formulas())
        if answer == UNKNOWN:
            raise Undecided("whether one region with an implicit root contains another could not be decided in time")
        return answer == UNSAT

    # Shown

    @cached_property
    def simplified(self) -> Region:
        """The same set, said with the fewest conditions; where a space is generic, but for points on surfaces."""
        return Region(self.parameters, simplified(self._space, self.formula, self.hidden), self.hidden)

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """The fewest conditions that say the region, given the domain; all hold. Empty for the whole space.

        Each is text in the grammar of expressions.
        """
        writer = self.parameters.writer(self._square_roots)
        f = self.simplified.formula
        return _paired([writer.condition(p) for p in (f.parts if isinstance(f, And) else (f,))])

    @property
    def _square_roots(self) -> dict[int, str]:
        """The text of each variable that `hidden` defines as a square root."""
        ring, names = self._space.ring, dict[int, str]()
        for f in self.hidden:
            p = next(atoms(f)).polynomial
            for k in ring.support(p):
                if ring.names[k] in RADICALS and k not in names:
                    radicand = Ratio(ring, ring.variables[k] ** 2 - p)
                    names[k] = f"sqrt({self.parameters.writer(names).ratio(radicand)})"
        return names

    def __str__(self) -> str:
        """The conditions as one; empty for the whole space."""
        several = len(self.conditions) > 1
        return " and ".join(f"({c})" if several and " or " in c else c for c in self.conditions)

    def __repr__(self) -> str:
        return f"Region({self!s})" if self.conditions else "Region(the whole space)"

    def _repr_latex_(self) -> str:
        from deterrence.report.tex import latex

        inside = latex(str(self)) if self.conditions else r"\mathrm{the\ whole\ space}"
        return rf"$\displaystyle {inside}$"

    # Points

    def solved_for(self, name: str) -> tuple[Bounds, ...]:
        """The region as bounds on one parameter: a union of cases, each with bounds and with conditions on the others.

        Raises `Undecided` where a condition is of degree three or more in the parameter, or where there is an implicit root.
        """
        from deterrence.algebra.slices import solved_for

        return solved_for(self, name)

    def sample(self, n: int, seed: int = 0) -> list[dict[str, Fraction]]:
        """`n` different exact points in the interior of the region (none where it has none), the same for the same seed."""
        from deterrence.algebra.points import sample

        return sample(self, n, seed)

    def share(self, n: int = 4096, box: Mapping[str, tuple[Any, Any]] | None = None) -> Share:
        """How much of a box the region fills, by `n` quasi-random points; the box used is reported with the share.

        The box of a parameter is its domain where that is bounded, else from 0 to twice its default value.
        """
        from deterrence.algebra.points import share

        return share(self, n, box)


def _paired(conditions: Sequence[str]) -> tuple[str, ...]:
    """The conditions with `a >= b` and `a <= b` said as one equation.

    >>> _paired(["x >= 1/2", "y > 0", "x <= 1/2"])
    ('x == 1/2', 'y > 0')
    """
    out: dict[str, None] = {}
    for text in conditions:
        for op, other in ((" >= ", " <= "), (" <= ", " >= ")):
            if op in text and text.replace(op, other, 1) in conditions and " or " not in text:
                text = text.replace(op, " == ", 1)
        out[text] = None
    return tuple(out)


def _fresh(name: str, taken: set[str]) -> str:
    """The name with underscores at its end until nothing else bears it."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _off_surfaces(space: Space, f: Formula) -> Formula:
    """A strict formula in which an equation of parameters alone is false: it holds on a surface only."""
    if isinstance(f, Atom):
        return FALSE if f.op == "==" and f.polynomial and space.parametric(f.polynomial) else f
    join = conjunction if isinstance(f, And) else disjunction
    return join(_off_surfaces(space, p) for p in f.parts)
