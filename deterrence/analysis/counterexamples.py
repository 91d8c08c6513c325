"""Counterexamples: exact points of the parameter space, and equilibria there in exact numbers."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from deterrence.algebra.formula import Atom, Formula, atoms, conjunction
from deterrence.algebra.polynomials import Polynomial, Ratio, to_fraction
from deterrence.algebra.sampling import walk
from deterrence.algebra.smt import QUICK, SAT, UNKNOWN, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.state import Root
from deterrence.model.assessment import history
from deterrence.model.surds import Exact, real_roots, square_root
from deterrence.solution import Equilibrium

# What is tried for a symbol without a default value, so that a point is easy to read.
SIMPLE = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(1, 4), Fraction(3, 4), Fraction(3), Fraction(1, 10), Fraction(-1), Fraction(10))
MOST_UNCLEAR = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Instance:
    """An equilibrium at a point: strategies and beliefs as exact text, and the values of what a claim speaks of.

    `free` has what the equilibrium leaves open, with its value here, or its range where any value does.
    """

    name: str
    free: Mapping[str, str]
    strategies: Mapping[str, Mapping[str, str]]
    beliefs: Mapping[str, Mapping[str, str]]
    values: Mapping[str, str]

    def __str__(self) -> str:
        free = ", ".join(f"{name} {value if value[0] in '([' else f'= {value}'}" for name, value in self.free.items())
        return self.told(f"{self.name}{f' with {free}' if free else ''}")

    def told(self, who: str) -> str:
        """The values of what a claim speaks of, under a name for the equilibrium, or for several that have them all."""
        values = ", ".join(f"{text} = {value}" for text, value in self.values.items())
        return f"{who}{f': {values}' if values else ''}"


@dataclass(frozen=True)
class Counterexample:
    """A point of the parameter space and the equilibria that refute a claim there, or all there are where it asks for one.

    Their names are those of the solution over the whole parameter space; `afresh` says where they could not be told, and the names are
    numbers at this point alone.
    """

    point: Mapping[str, Fraction]
    equilibria: tuple[Instance, ...] = field(default=())
    afresh: bool = False

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.point.items()) or "the parameters as they are fixed"
        return "\n".join([at, *(["The equilibria at this point, numbered afresh:"] if self.afresh else []), *self._lines()])

    def _lines(self) -> Iterator[str]:
        """A line for all equilibria with the same values, unless these depend on what an equilibrium leaves open."""
        alike: dict[tuple[object, ...], list[Instance]] = {}
        for each in self.equilibria:
            words = {word for value in each.values.values() for word in _WORD.findall(value)}
            alike.setdefault((tuple(each.values.items()), each.name if words.intersection(each.free) else ""), []).append(each)
        for found in alike.values():
            yield str(found[0]) if len(found) == 1 else found[0].told(", ".join(each.name for each in found))


class Exactly:
    """Values of a family's parameters, free unknowns and roots at a point, in exact numbers."""

    def __init__(self, equilibrium: Equilibrium, values: Mapping[int, Exact]) -> None:
        self.equilibrium = equilibrium
        self.ring = equilibrium.setting.parameters.space.ring
        self.values: dict[int, Exact] = dict(values)
        for root in equilibrium.roots:
            self.values[root.variable] = self._root(root)

    def _root(self, root: Root) -> Exact:
        if root.radicand is not None:
            return square_root(self.polynomial(root.radicand))
        for candidate in real_roots(self._univariate(root.polynomial, root.variable)):
            self.values[root.variable] = candidate
            if self.holds(root.isolating):
                return candidate
        raise Undecided(f"{self.ring.names[root.variable]} has no value at this point")

    def _univariate(self, p: Polynomial, variable: int) -> Any:
        from flint import fmpq, fmpq_poly

        coefficients = [self.polynomial(c) for c in self.ring.coefficients(p, variable)]
        if not all(isinstance(c, Fraction) for c in coefficients):
            raise Undecided("a root of a polynomial whose coefficients are roots themselves has no exact value here")
        return fmpq_poly([fmpq(c.numerator, c.denominator) for c in coefficients if isinstance(c, Fraction)])

    def polynomial(self, p: Polynomial) -> Exact:
        """The value of a polynomial."""
        total: Exact = Fraction(0)
        for monomial, c in p.to_dict().items():
            term: Exact = to_fraction(c)
            for k, e in enumerate(monomial):
                if e:
                    term = term * self.values[k] ** int(e)  # a Fraction to the power of an fmpz is a float
            total = total + term
        return total

    def ratio(self, value: Ratio) -> Exact:
        """The value of a rational function; raises ZeroDivisionError where it has none."""
        return self.polynomial(value.numerator) / self.polynomial(value.denominator)

    def holds(self, f: Formula) -> bool:
        """Does a formula hold here?"""
        if isinstance(f, Atom):
            value = self.polynomial(f.polynomial)
            return bool({">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0}[f.op])
        parts = [self.holds(p) for p in f.parts]
        return all(parts) if f.key.startswith("(and") else any(parts)


def instance(equilibrium: Equilibrium, values: Mapping[str, Ratio | None], at: Exactly | None = None) -> Instance:
    """An equilibrium at a point with what a claim speaks of; without a point, one of a game with every parameter fixed."""
    e, form = equilibrium, equilibrium.setting.form

    def text(value: Ratio) -> str:
        return e.text(value) if at is None else str(at.ratio(value))

    strategies = {s.name: dict(zip(s.actions, map(text, e.exact_strategies[s.index]), strict=True)) for s in form.information_sets}
    beliefs = {}
    for s in form.information_sets:
        if len(s.nodes) > 1 and e.exact_beliefs.get(s.index):
            histories = [history(form, form.nodes[k].types, form.nodes[k].moves) for k in s.nodes]
            beliefs[s.name] = dict(zip(histories, map(text, e.exact_beliefs[s.index]), strict=True))
    known = {name: text(value) for name, value in values.items() if value is not None}
    if at is not None:
        free = {f.name: str(at.values[at.ring.index[f.name]]) for f in e.exact_free}
    else:
        shape = e.to_dict()
        free = {name: _range(ends, shape["closed"][name]) for name, ends in shape["free"].items()}
    return Instance(e.name, free, strategies, beliefs, known)


def _range(ends: Sequence[str], closed: Sequence[bool]) -> str:
    return f"{'[' if closed[0] else '('}{ends[0]}, {ends[1]}{']' if closed[1] else ')'}"


def points(space: Space, formulas: Sequence[Formula], variables: Sequence[int], defaults: Mapping[int, Fraction]) -> Iterator[dict[int, Fraction]]:
    """Values of `variables` at solutions of the formulas: first one that is easy to read, then others. Raises Undecided."""
    formulas = list(formulas)
    if space.smt.check(formulas) != SAT:
        raise Undecided("no point was found in the time of a question")
    for exactly in (_simplified(space, formulas, variables, defaults), formulas):
        with contextlib.suppress(NoPoint):
            yield _point(space, exactly, variables)
    known = set(variables)
    if variables and all(known.issuperset(space.ring.support(a.polynomial)) for f in formulas for a in atoms(f)):
        for values in walk(space.ring, space.smt, conjunction(formulas), variables, 24)[1:]:
            yield {k: to_fraction(values[k]) for k in variables}


class NoPoint(Undecided):
    """No point with rational values was found."""


def _point(space: Space, formulas: Sequence[Formula], variables: Sequence[int]) -> dict[int, Fraction]:
    try:
        return space.smt.point(formulas, variables) or {}
    except OutOfTime:
        raise
    except Undecided as why:
        raise NoPoint(str(why)) from None


def _simplified(space: Space, formulas: list[Formula], variables: Sequence[int], defaults: Mapping[int, Fraction]) -> list[Formula]:
    """The formulas with as many variables as possible fixed at their default or at a simple number."""
    fixed: list[Formula] = []
    unclear = 0
    for k in variables:
        for value in (*((defaults[k],) if k in defaults else ()), *SIMPLE):
            equal = Atom(space.ring.variables[k] - space.ring.constant(value), "==")
            answer = space.smt.check([*formulas, *fixed, equal], QUICK)
            unclear += answer == UNKNOWN
            if answer == SAT:
                fixed.append(equal)
            if answer == SAT or unclear > MOST_UNCLEAR:
                break
    return [*formulas, *fixed]
