"""Spaces of named parameters, and how regions get from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.expressions import exact
from deterrence.algebra.formula import Atom, Formula, negation
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.space import Space
from deterrence.algebra.text import Writer

INTEREST = {"discount": -1, "credibility": 0, "cost": 1}


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
        interest = {k: INTEREST.get(self.roles.get(self.space.ring.names[k], ""), 2) for k in self.space.parameters}
        return _SpaceWriter(self.space, names or {}, interest)

    def point(self, values: Mapping[str, Any]) -> dict[int, Fraction]:
        """A point of the space from values by name; every parameter must have one and no others may."""
        ring, out = self.space.ring, {}
        for name in values:
            self.variable(name)
        for k in self.space.parameters:
            if ring.names[k] not in values:
                raise InputError(f"the parameter {ring.names[k]} has no value")
            out[k] = exact(values[ring.names[k]])
        return out

    def variable(self, name: str) -> int:
        """The ring's variable for a parameter; raises InputError where there is none of that name."""
        if name not in self.names:
            near = suggestion(name, self.names)
            raise InputError(f"{name} is no parameter of this space: {', '.join(self.names) or 'it has none'}{near}")
        return self.space.ring.index[name]

    def extended(self, names: Iterable[str]) -> ParameterSpace:
        """The same space, with more unknowns in its ring."""
        known = self.space
        ring = Ring([*known.ring.names, *names])
        knife_edge = bool(known.parameters) and not known.generic
        space = Space(ring, known.parameters, Mover(known.ring, ring).formula(known.domain), known.clock, knife_edge)
        return ParameterSpace(space, self.roles, self.defaults)

    def check_same(self, other: ParameterSpace) -> None:
        """Raise InputError unless the other space has the same parameters and the same points."""
        if set(other.names) != set(self.names):
            raise InputError(f"regions of different parameter spaces: {', '.join(self.names)} and {', '.join(other.names)}")
        theirs = Mover(other.space.ring, self.space.ring).formula(other.space.domain)
        ours = self.space.domain
        if theirs != ours and any(self.space.smt.holds((f, negation(g))) for f, g in ((ours, theirs), (theirs, ours))):
            raise InputError("regions of different parameter spaces: the parameters have the same names, but other domains")


class _SpaceWriter(Writer):
    def __init__(self, space: Space, names: Mapping[int, str], interest: Mapping[int, int]) -> None:
        super().__init__(space.ring, names, interest)
        self.space = space

    def sign(self, p: Polynomial) -> int | None:
        return self.space.sign(p)

    def nonzero(self, p: Polynomial) -> bool:
        return self.space.nonzero(p)


class Mover:
    """Moves polynomials and formulas between rings by the names of their variables, some of which may be renamed on the way."""

    def __init__(self, source: Ring, target: Ring, renamed: Mapping[str, str] | None = None) -> None:
        self.target = target
        names = renamed or {}
        self.place = [target.index.get(names.get(name, name)) for name in source.names]

    def polynomial(self, p: Polynomial) -> Polynomial:
        """The same polynomial in the other ring."""
        terms = {}
        for monomial, c in p.to_dict().items():
            moved = [0] * max(1, len(self.target.names))
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
