"""Regions solved for one parameter: the bounds within which it lies, in terms of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deterrence.algebra.formula import And, Atom, Formula, Or, conjunction, negation, strict
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.roots import square_root
from deterrence.algebra.simplify import simplified
from deterrence.algebra.smt import Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.state import Root, State
from deterrence.algebra.system import without_radicals

if TYPE_CHECKING:
    from deterrence.algebra.region import Region


@dataclass(frozen=True)
class Bounds:
    """`max(lower) <= parameter <= min(upper)` where `conditions` on the other parameters hold; `closed` says which ends belong.

    There is no end on a side without bounds. Everything is text in the grammar of expressions. `beside` are the conditions that must be said
    beside the bounds: those that follow from these as they are written go without saying, and so does that there is room between them.
    """

    parameter: str
    lower: tuple[str, ...]
    upper: tuple[str, ...]
    closed: tuple[bool, bool]
    conditions: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bound:
    """`value` bounds the parameter from below (`side` 1) or above (-1), or is its value (0); an end that is `strict` does not belong."""

    value: Ratio
    side: int
    strict: bool


@dataclass(frozen=True)
class Case:
    """Bounds on the parameter, conditions on the others, and the square roots that the bounds speak of."""

    bounds: tuple[Bound, ...] = ()
    conditions: tuple[Formula, ...] = ()
    roots: tuple[Root, ...] = ()


def solved_for(region: Region, name: str) -> tuple[Bounds, ...]:
    """A region as bounds on one parameter, the domain's own included: the union of these cases, within the parameter space.

    In each case the bounds leave the parameter some room just where the conditions hold. There is no case where the region is empty.

    Raises:
        InputError: there is no such parameter.
        Undecided: a condition is of degree three or more in the parameter, or speaks of an implicit root.
    """
    slices = Slices(region.parameters, region.parameters.variable(name))
    if region.unknowns:
        raise Undecided("a region that speaks of an implicit root cannot be solved for a parameter")
    return tuple(map(slices.bounds, slices.cases(region.simplified.formula)))


class Slices:
    """Solves for one parameter of a space."""

    def __init__(self, parameters: ParameterSpace, variable: int) -> None:
        self.parameters, self.variable = parameters, variable
        self.space: Space = parameters.space
        self.ring = self.space.ring

    def _mentioned(self, f: Formula) -> bool:
        return self.space.mentions(f, frozenset({self.variable}))

    # Cases

    def cases(self, f: Formula) -> Iterator[Case]:
        """The cases in which a formula holds in the parameter space, each with ends that are the tightest throughout."""
        for start in self._split(Case(), [self.space.domain], self._as_it_is):
            for case in self._split(start, [f], self.space.reduced):
                yield from self._ranged(case)

    def _split(self, case: Case, todo: list[Formula], read: Callable[[Formula], Formula]) -> Iterator[Case]:
        """Every case of what is known with what is still to be met; `read` is done to each condition first."""
        if not self._possible(case, todo):
            return
        if not todo:
            yield case
            return
        f, rest = read(todo[0]), todo[1:]
        if isinstance(f, And):
            yield from self._split(case, [*f.parts, *rest], read)
        elif not self._mentioned(f):
            yield from self._split(replace(case, conditions=(*case.conditions, f)), rest, read)
        elif isinstance(f, Or):
            for part in f.parts:
                yield from self._split(case, [part, *rest], read)
        else:
            for solved, more in self._atom(case, f):
                yield from self._split(solved, [*more, *rest], read)

    def _as_it_is(self, f: Formula) -> Formula:
        """The domain is not to be read in the light of itself: all of it would be known."""
        return f

    def _possible(self, case: Case, formulas: list[Formula]) -> bool:
        """May the case have points? Generically, an open set of them: two alternatives that share their border do not share it out."""
        everything = (*formulas, *self._formulas(case))
        solid = [strict(f) for f in everything] if self.space.generic else everything
        return self.space.possible((*solid, *(r.definition() for r in case.roots)))

    def _formulas(self, case: Case) -> list[Formula]:
        return [*case.conditions, *map(self._bounding, case.bounds)]

    def _bounding(self, bound: Bound) -> Formula:
        gap = Ratio(self.ring, self.ring.variables[self.variable]) - bound.value
        if bound.side == 0:
            return Atom(gap.numerator, "==")
        return Atom(gap.numerator * gap.denominator * bound.side, ">" if bound.strict else ">=")

    def _signs(self, case: Case, todo: list[Formula], p: Polynomial) -> list[int]:
        """The signs that a polynomial in the other parameters can have in a case; 0 is left out where it is so on a surface only."""
        known = self.space.sign(p)
        if known is not None:
            return [known]
        assumed = {s: replace(case, conditions=(*case.conditions, Atom(p * s, ">"))) for s in (1, -1)}
        out = [s for s, more in assumed.items() if self._possible(more, todo)]
        return out if self.space.generic else [*out, 0]

    def _assume(self, case: Case, p: Polynomial, sign: int) -> Case:
        if self.space.sign(p) is not None:
            return case
        f = Atom(p * sign, ">") if sign else Atom(p, "==")
        return replace(case, conditions=(*case.conditions, f))

    # Atoms

    def _atom(self, case: Case, atom: Atom) -> Iterator[tuple[Case, list[Formula]]]:
        """Cases in which a condition on the parameter is one bound, or simpler conditions."""
        p = atom.polynomial
        if atom.op == "!=":
            for q in (p, -p):
                yield case, [Atom(q, ">")]
            return
        sign, factors = self.ring.factors(p)
        if len(factors) > 1 or factors[0][1] > 1:
            yield from ((case, parts) for parts in _apart(self.ring.constant(sign), atom.op, factors))
            return
        degree = self.ring.degree(p, self.variable)
        if degree > 2:
            name = self.ring.names[self.variable]
            raise Undecided(f"the region cannot be solved for {name}: a condition is of degree {degree} in it")
        yield from (self._linear if degree == 1 else self._quadratic)(case, atom)

    def _linear(self, case: Case, atom: Atom) -> Iterator[tuple[Case, list[Formula]]]:
        b, a = self.ring.coefficients(atom.polynomial, self.variable)
        for sign in self._signs(case, [atom], a):
            assumed = self._assume(case, a, sign)
            if sign == 0:
                yield assumed, [conjunction((Atom(b, atom.op),))]
                continue
            yield self._bounded(assumed, Ratio(self.ring, -b, a), sign, atom.op), []

    def _bounded(self, case: Case, value: Ratio, side: int, op: str) -> Case:
        bound = Bound(value, 0 if op == "==" else side, op == ">")
        return replace(case, bounds=(*case.bounds, bound))

    def _quadratic(self, case: Case, atom: Atom) -> Iterator[tuple[Case, list[Formula]]]:
        p = atom.polynomial
        c, b, a = self.ring.coefficients(p, self.variable)
        discriminant = b**2 - 4 * a * c
        for sign in self._signs(case, [atom], a):
            assumed = self._assume(case, a, sign)
            if sign == 0:
                yield assumed, [Atom(self.ring.variables[self.variable] * b + c, atom.op)]
                continue
            if sign > 0 and atom.op != "==":  # it holds everywhere, or outside the roots
                yield assumed, [Atom(-discriminant, ">")]
            for ends in self._roots(assumed, p):
                yield from self._outside_or_between(ends, discriminant, sign, atom.op)

    def _roots(self, case: Case, p: Polynomial) -> Iterator[tuple[Case, Ratio, Ratio]]:
        """Cases with the smaller and the greater root of a quadratic polynomial."""
        start = State(self.space, (self.variable,), roots=case.roots)
        states = [s for s in square_root(start, p, self.variable) if len(s.roots) > len(case.roots)]
        if not states:  # no two roots anywhere
            return
        root, values = states[0].roots[-1], [s.values[self.variable] for s in states]
        # sqrt(0) is an end, too: this definition lets the root vanish.
        weak = Root(root.variable, root.polynomial, Atom(self.ring.variables[root.variable], ">="), root.radicand)
        with_root = replace(case, roots=(*case.roots, weak))
        gap = values[1] - values[0]
        ahead = self.ring.coefficients(gap.numerator, root.variable)[1] * gap.denominator
        for sign in self._signs(with_root, [], ahead):
            if sign:
                low, high = values if sign > 0 else values[::-1]
                yield self._assume(with_root, ahead, sign), low, high

    def _outside_or_between(
        self, ends: tuple[Case, Ratio, Ratio], discriminant: Polynomial, sign: int, op: str
    ) -> Iterator[tuple[Case, list[Formula]]]:
        case, low, high = ends
        real = Atom(discriminant, ">=")
        if op == "==":
            for end in (low, high):
                yield self._bounded(case, end, 0, "=="), [real]
        elif sign > 0:
            yield self._bounded(case, low, -1, op), [real]
            yield self._bounded(case, high, 1, op), [real]
        else:
            yield self._bounded(self._bounded(case, low, 1, op), high, -1, op), [real]

    # Bounds

    def _ranged(self, case: Case) -> Iterator[Case]:
        """The case with the fewest bounds, in parts where an end that belongs and one that does not may each be the tighter."""
        case = self._fewest(case)
        for side in (1, -1):
            ends = [b for b in case.bounds if b.side == side]
            first = next((b for b in ends if b.strict != ends[0].strict), None)
            if first is not None:
                gap = (first.value - ends[0].value) * side
                for value, dropped in ((gap, ends[0]), (-gap, first)):
                    ahead = self._free_of_roots(case, self.space.compare(value, ">" if dropped.strict else ">="))
                    kept = tuple(b for b in case.bounds if b is not dropped)
                    part = replace(case, bounds=kept, conditions=(*case.conditions, ahead))
                    if self._possible(part, []):
                        yield from self._ranged(part)
                return
        yield case

    def _fewest(self, case: Case) -> Case:
        """The case without bounds that the others and the conditions imply."""
        roots = [r.definition() for r in case.roots]
        domain = [p for p in _parts(self.space.domain) if not self._mentioned(p)]
        kept = list(case.bounds)
        for bound in sorted(case.bounds, key=lambda b: len(b.value.numerator) + len(b.value.denominator)):
            rest = replace(case, bounds=tuple(b for b in kept if b is not bound))
            question = (*domain, *roots, *self._formulas(rest), negation(self._bounding(bound)))
            if self.space.smt.check(question) == "unsat":
                kept = list(rest.bounds)
        return replace(case, bounds=tuple(kept))

    def _free_of_roots(self, case: Case, f: Formula) -> Formula:
        return without_radicals(f, State(self.space, (), roots=case.roots))

    def bounds(self, case: Case) -> Bounds:
        """The case as text."""
        names: dict[int, str] = {}
        for root in case.roots:
            assert root.radicand is not None
            names[root.variable] = f"sqrt({self.parameters.writer(names).ratio(Ratio(self.ring, root.radicand))})"
        writer = self.parameters.writer(names)
        fixed = [b for b in case.bounds if b.side == 0]
        sides = {side: fixed or [b for b in case.bounds if b.side == side] for side in (1, -1)}
        lower, upper = (tuple(dict.fromkeys(writer.ratio(b.value) for b in sides[s])) for s in (1, -1))
        closed = tuple(bool(sides[s]) and not sides[s][0].strict for s in (1, -1))
        room, alone = conjunction((*case.conditions, *self._room(case))), conjunction(case.conditions)
        said = [simplified(self.space, room), simplified(self.space, alone, self._bounded_by(case))]
        conditions, beside = (tuple(writer.condition(p) for p in _parts(f)) for f in said)
        return Bounds(self.ring.names[self.variable], lower, upper, (closed[0], closed[1]), conditions, beside)

    def _bounded_by(self, case: Case) -> tuple[Formula, ...]:
        """What the bounds say as they are written: of fractions whose denominators may have either sign."""
        divided = (Atom(b.value.denominator, "!=") for b in case.bounds if not b.value.is_polynomial)
        return (*(r.definition() for r in case.roots), *map(self._bounding, case.bounds), *divided)

    def _room(self, case: Case) -> Iterator[Formula]:
        """That no lower bound is above an upper one."""
        for low in case.bounds:
            for high in case.bounds:
                if low is not high and low.side >= 0 >= high.side:
                    op = "==" if low.side == high.side else ">" if low.strict or high.strict else ">="
                    yield self._free_of_roots(case, self.space.compare(high.value - low.value, op))


def _apart(sign: Polynomial, op: str, factors: tuple[tuple[Polynomial, int], ...]) -> Iterator[list[Formula]]:
    """Alternatives that say a product's condition by a first factor and by the rest."""
    (first, power), rest = factors[0], sign
    for f, m in factors[1:]:
        rest = rest * f**m
    if op == "==":
        yield [Atom(first, "==")]
        yield [conjunction((Atom(rest, "=="),))]
    elif power % 2 == 0:
        yield [conjunction((Atom(rest, op),)), *([Atom(first, "!=")] if op == ">" else [])]
        if op == ">=":
            yield [Atom(first, "==")]
    else:
        yield [Atom(first, op), conjunction((Atom(rest, op),))]
        yield [Atom(-first, op), conjunction((Atom(-rest, op),))]


def _parts(f: Formula) -> tuple[Formula, ...]:
    return f.parts if isinstance(f, And) else (f,)
