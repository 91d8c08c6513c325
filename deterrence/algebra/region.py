"""Regions: sets of points of a parameter space, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import exact
from deterrence.algebra.formula import And, Atom, Formula, atoms, conjunction, disjunction, negation, strict
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.simplify import simplified
from deterrence.algebra.smt import Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.text import Writer

INTEREST = {"credibility": 0, "cost": 1, "discount": 1}


@dataclass(frozen=True)
class ParameterSpace:
    """A space of named parameters with what a reader wants to know of each: its role and its default value."""

    space: Space
    roles: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(self.space.ring.names[k] for k in self.space.parameters)

    def writer(self, names: Mapping[int, str] | None = None) -> Writer:
        """What writes formulas over this space; conditions are solved for credibility first."""
        interest = {
            k: INTEREST.get(self.roles.get(self.space.ring.names[k], ""), 2) for k in self.space.parameters
        }
        return _SpaceWriter(self.space, names or {}, interest)

    def point(self, values: Mapping[str, Any]) -> dict[int, Fraction]:
        """A point of the space from values by name; every parameter must have one and no others may."""
        ring, out = self.space.ring, {}
        for name in values:
            if name not in self.names:
                raise InputError(f"{name} is no parameter of this space: {', '.join(self.names)}")
        for k in self.space.parameters:
            if ring.names[k] not in values:
                raise InputError(f"the parameter {ring.names[k]} has no value")
            out[k] = exact(values[ring.names[k]])
        return out


class _SpaceWriter(Writer):
    def __init__(self, space: Space, names: Mapping[int, str], interest: Mapping[int, int]) -> None:
        super().__init__(space.ring, names, interest)
        self.space = space

    def sign(self, p: Polynomial) -> int | None:
        return self.space.sign(p)


class Region:
    """A set of points of a parameter space: those where a formula over the parameters holds.

    Where the formula speaks of an implicit root, `hidden` defines it, and the set is that of the points where such a root
    exists and the formula holds of it. Supports `&`, `|`, `~` and `in`.
    """

    def __init__(self, parameters: ParameterSpace, formula: Formula, hidden: tuple[Formula, ...] = ()) -> None:
        self.parameters, self.formula, self.hidden = parameters, formula, hidden

    @property
    def _space(self) -> Space:
        return self.parameters.space

    def formulas(self) -> tuple[Formula, ...]:
        """What holds in the region, for the SMT solver."""
        return (*self.hidden, self.formula)

    def adopted(self, parameters: ParameterSpace) -> Region:
        """The same set over another ring with the same parameter names (and the same domain)."""
        if parameters is self.parameters:
            return self
        if parameters.names != self.parameters.names:
            raise InputError(
                f"regions of different parameter spaces: {', '.join(self.parameters.names)} and {', '.join(parameters.names)}"
            )
        if self.hidden:
            raise Undecided("a region with an implicit root cannot be moved to another space")
        move = Mover(self._space, parameters.space)
        return Region(parameters, move.formula(self.formula))

    def __and__(self, other: Region) -> Region:
        o = other.adopted(self.parameters)
        return Region(self.parameters, conjunction((self.formula, o.formula)), (*self.hidden, *o.hidden))

    def __or__(self, other: Region) -> Region:
        o = other.adopted(self.parameters)
        mine = conjunction((*self.hidden, self.formula))
        return Region(self.parameters, disjunction((mine, conjunction((*o.hidden, o.formula)))))

    def __invert__(self) -> Region:
        if self.hidden or self._mentions_unknowns():
            raise Undecided("the complement of a region with an implicit root has no formula without quantifiers")
        return Region(self.parameters, negation(self.formula))

    def _mentions_unknowns(self) -> bool:
        return any(not self._space.parametric(a.polynomial) for a in atoms(self.formula))

    def __contains__(self, point: Mapping[str, Any]) -> bool:
        values = self.parameters.point(point)
        ring = self._space.ring
        at = [Atom(ring.variables[k] - ring.constant(v), "==") for k, v in values.items()]
        return self._space.smt.holds((self._space.domain, *self.formulas(), *at))

    def is_empty(self) -> bool:
        """Is there no point of the parameter space in the region?"""
        return not self._space.smt.holds((self._space.domain, *self.formulas()))

    def has_interior(self) -> bool:
        """Does the region contain an open set of the parameter space?"""
        solid = strict(self.formula) if self._space.generic else self.formula
        return self._space.smt.holds((self._space.interior, *self.hidden, solid))

    def implies(self, other: Region) -> bool:
        """Is every point of this region in the other?"""
        o = other.adopted(self.parameters)
        return (self & ~o).is_empty()

    @cached_property
    def simplified(self) -> Region:
        """The same set, said with the fewest conditions."""
        return Region(self.parameters, simplified(self._space, self.formula, self.hidden), self.hidden)

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """The fewest conditions that say the region, given the domain; all hold. Empty for the whole space.

        Each is text in the grammar of expressions.
        """
        writer = self.parameters.writer()
        f = self.simplified.formula
        return tuple(writer.condition(p) for p in (f.parts if isinstance(f, And) else (f,)))

    def solved_for(self, name: str) -> tuple[Bounds, ...]:
        """The region as bounds on one parameter: a union of cases, each with bounds and with conditions on the others."""
        from deterrence.algebra.slices import solved_for

        return solved_for(self, name)

    def sample(self, n: int, seed: int = 0) -> list[dict[str, Fraction]]:
        """`n` exact points in the interior of the region (fewer where it has none), the same for the same seed."""
        from deterrence.algebra.slices import sample

        return sample(self, n, seed)

    def share(self, n: int = 4096, box: Mapping[str, tuple[Any, Any]] | None = None) -> Any:
        """How much of a box the region fills, by `n` quasi-random points; the box used is reported with the share."""
        from deterrence.algebra.slices import share

        return share(self, n, box)

    def __repr__(self) -> str:
        return f"Region({' and '.join(self.conditions) or 'the whole space'})"

    def _repr_latex_(self) -> str:
        return r"\text{" + (" and ".join(self.conditions) or "all parameters") + "}"


@dataclass(frozen=True)
class Bounds:
    """`max(lower) OP parameter OP min(upper)` where `conditions` on the other parameters hold; `closed` says which ends belong."""

    parameter: str
    lower: tuple[str, ...]
    upper: tuple[str, ...]
    closed: tuple[bool, bool]
    conditions: tuple[str, ...]


class Mover:
    """Moves polynomials and formulas between rings by the names of their variables."""

    def __init__(self, source: Space, target: Space) -> None:
        self.target = target.ring
        self.place = [target.ring.index.get(name) for name in source.ring.names]

    def polynomial(self, p: Polynomial) -> Polynomial:
        """The same polynomial in the other ring."""
        terms = {}
        for monomial, c in p.to_dict().items():
            moved = [0] * len(self.target.names)
            for k, e in enumerate(monomial):
                if e:
                    at = self.place[k]
                    if at is None:
                        raise InputError("a region speaks of a symbol that the other space does not have")
                    moved[at] = e
            terms[tuple(moved)] = c
        return self.target.context.from_dict(terms)

    def ratio(self, value: Ratio) -> Ratio:
        """The same rational function in the other ring."""
        return Ratio(self.target, self.polynomial(value.numerator), self.polynomial(value.denominator))

    def formula(self, f: Formula) -> Formula:
        """The same formula in the other ring."""
        if isinstance(f, Atom):
            return Atom(self.polynomial(f.polynomial), f.op)
        return type(f)(self.formula(p) for p in f.parts)


