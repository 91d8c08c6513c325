"""Whether the conditions of a regime that is fixed in part can hold together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from deterrence.algebra.formula import Atom, Formula, atoms
from deterrence.algebra.smt import QUICK, UNSAT, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.system import System
from deterrence.concepts.family import sorted_out

Point = Mapping[int, Fraction]
EFFORT = 5 * QUICK  # a regime that is kept in doubt costs less than a hard question


@dataclass(frozen=True)
class Known:
    """Conditions, and values of the parameters at which all of them can hold; None where such values are not known."""

    formulas: tuple[Formula, ...] = ()
    point: Point | None = None


class Feasibility:
    """Decides over one space whether conditions can hold together.

    Conditions that share no unknowns bear on each other through the parameters alone. Each such part is decided by itself and
    just once, however many regimes it is met in; that a point suits all parts is most often seen part by part, too.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.alone: dict[frozenset[str], Known | None] = {}
        self.there: dict[tuple[frozenset[str], tuple[tuple[int, Fraction], ...]], bool] = {}
        self.unknowns: dict[str, frozenset[int]] = {}

    def extended(self, known: Known, added: tuple[Formula, ...]) -> Known | None:
        """What is known when conditions are added; None where they cannot hold together. They can where that is not decided."""
        more = tuple(f for f in added if f not in known.formulas)
        if not more:
            return known
        part = self._entangled(known.formulas, more)
        key, formulas = frozenset(f.key for f in part), (*known.formulas, *more)
        if key not in self.alone:
            self.alone[key] = self._generic(part)
        alone = self.alone[key]
        if alone is None or len(part) == len(formulas):
            return alone and Known(formulas, alone.point)
        if known.point is not None and self._suits(part, key, known.point):
            return Known(formulas, known.point)
        return self._together(formulas)

    def _together(self, formulas: tuple[Formula, ...]) -> Known | None:
        """The formulas with a point at which they hold; None where there is none."""
        if self.space.shown(formulas):
            return Known(formulas)
        answer, point = self.space.smt.sample((self.space.interior, *formulas), self.space.parameters, EFFORT)
        return None if answer == UNSAT else Known(formulas, point)

    def _generic(self, part: tuple[Formula, ...]) -> Known | None:
        """As `_together`, but also None where more equations than unknowns leave at most a surface of the parameter space."""
        found = self._together(part)
        if found is None or not self.space.generic:
            return found
        equations, conditions = sorted_out(part)
        unknowns = frozenset(k for p in equations for k in self.space.ring.support(p)).difference(self.space.parameters)
        if len(equations) <= len(unknowns):
            return found
        ranges = tuple(f for f in conditions if isinstance(f, Atom) and self._is_range(f, unknowns))
        try:
            return found if System(self.space, tuple(sorted(unknowns)), equations, ranges).resolve() else None
        except OutOfTime:
            raise
        except Undecided:
            return found

    def _is_range(self, condition: Atom, unknowns: frozenset[int]) -> bool:
        """Does a condition bound a single unknown, and that by a number?"""
        named = self.space.ring.support(condition.polynomial)
        return len(named) == 1 and unknowns.issuperset(named) and condition.polynomial.total_degree() == 1

    def _suits(self, part: tuple[Formula, ...], key: frozenset[str], point: Point) -> bool:
        """Can a part hold where the parameters have the given values?"""
        place = (key, tuple(point.items()))
        if place not in self.there:
            ring = self.space.ring
            fixed = [Atom(ring.variables[k] - ring.constant(value), "==") for k, value in point.items()]
            self.there[place] = self.space.smt.check((*fixed, *part), EFFORT) != UNSAT
        return self.there[place]

    def _entangled(self, known: tuple[Formula, ...], more: tuple[Formula, ...]) -> tuple[Formula, ...]:
        """The new conditions, and those of the known ones that share unknowns with them, directly or by way of others."""
        unknowns = frozenset[int]().union(*map(self._unknowns, more))
        part, left = list(more), list(known)
        while near := [f for f in left if not unknowns.isdisjoint(self._unknowns(f))]:
            left = [f for f in left if unknowns.isdisjoint(self._unknowns(f))]
            part += near
            unknowns = unknowns.union(*map(self._unknowns, near))
        return tuple(part)

    def _unknowns(self, f: Formula) -> frozenset[int]:
        if f.key not in self.unknowns:
            variables = frozenset(k for a in atoms(f) for k in self.space.ring.support(a.polynomial))
            self.unknowns[f.key] = variables.difference(self.space.parameters)
        return self.unknowns[f.key]
