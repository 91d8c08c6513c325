"""Unknowns that stay free, eliminated: each gets its range, and what is left speaks of the parameters alone.

Fourier and Motzkin's method for conditions that are linear in the unknown at hand, with a case for each sign that its
coefficient can have (Schrijver 1986, Theory of Linear and Integer Programming, section 12.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from deterrence.algebra.formula import And, Atom, Formula, Or
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.roots import square_part, with_radical
from deterrence.algebra.smt import Undecided
from deterrence.algebra.solving import Tally, solutions
from deterrence.algebra.state import Limits, State, pieces


class Bound(NamedTuple):
    """`value` bounds an unknown; a strict bound does not belong to the range."""

    value: Ratio
    strict: bool


def eliminated(state: State, tally: Tally) -> Iterator[State]:
    """Every case of `state` with the range of each free unknown in terms of the parameters and of the unknowns before it."""
    state.space.clock.check()
    if state.absurd:
        return
    if state.equations:
        for solved in solutions(state, tally):
            yield from eliminated(solved, tally)
        return
    if not state.unknowns:
        yield state
        return
    split = _split_conditions(state)
    if split is None:
        x = _next_unknown(state)
        split = _split_for(state, x)
        if split is None:
            yield from _project(state, x, tally)
            return
    for case in pieces(split):
        yield from eliminated(case, tally)


def _split_conditions(state: State) -> list[State] | None:
    """A case for each part of the first disjunction that speaks of an unknown."""
    unknowns = frozenset(state.unknowns)
    for i, c in enumerate(state.conditions):
        rest = replace(state, conditions=(*state.conditions[:i], *state.conditions[i + 1 :]))
        if not isinstance(c, Atom) and state.space.mentions(c, unknowns):
            parts = c.parts if isinstance(c, Or) else (c,)
            return [_with(rest, part) for part in parts]
        if isinstance(c, Atom) and c.op == "==" and state.space.mentions(c, unknowns):
            return [rest.require(c.polynomial)]
    return None


def _with(state: State, f: Formula) -> State:
    """The state with one more condition; an equation goes to the equations."""
    if isinstance(f, And):
        for part in f.parts:
            state = _with(state, part)
        return state
    if isinstance(f, Atom) and f.op == "==" and state.open_unknowns(f.polynomial):
        return state.require(f.polynomial)
    return state.assume(f)


def _next_unknown(state: State) -> int:
    """The unknown that is easiest to eliminate: of the least degree, its coefficients the least coupled, the last of these."""
    ring = state.space.ring
    factors = [f for c in state.conditions if isinstance(c, Atom) for f, _ in ring.factors(c.polynomial)[1] if state.open_unknowns(f)]

    def difficulty(x: int) -> tuple[int, int, int]:
        mine = [f for f in factors if ring.degree(f, x)]
        degree = max((ring.degree(f, x) for f in mine), default=1)
        coupled = sum(len(state.open_unknowns(ring.coefficients(f, x)[-1])) for f in mine)
        return (degree, coupled, -x)

    return min(state.unknowns, key=difficulty)


def _split_for(state: State, x: int) -> list[State] | None:
    """Cases in which every condition on `x` is one linear factor whose coefficient has a known sign; None if that is so."""
    ring = state.space.ring
    for i, c in enumerate(state.conditions):
        if not isinstance(c, Atom) or not ring.degree(c.polynomial, x):
            continue
        rest = replace(state, conditions=(*state.conditions[:i], *state.conditions[i + 1 :]))
        if c.op == "!=":
            return [rest.assume(Atom(c.polynomial, ">")), rest.assume(Atom(-c.polynomial, ">"))]
        sign, factors = ring.factors(c.polynomial)
        if len(factors) > 1 or factors[0][1] > 1:
            return _split_product(rest, c, sign, factors)
        f = factors[0][0]
        parts = ring.coefficients(f, x)
        if len(parts) > 2:
            return _split_quadratic(rest, c, x)
        signs = possible_signs(state, parts[1])
        if signs == {0}:
            constant = ring.coefficients(c.polynomial, x)[0]  # not of the factor, whose sign may be another
            return [rest.assume(Atom(constant, c.op))]  # the unknown has no say in it
        if len(signs) != 1:
            return [_signed(state, parts[1], s) for s in sorted(signs)]
    return None


def possible_signs(state: State, p: Polynomial) -> set[int]:
    """The signs that `p` can have where all conditions of the state hold (0 is left out for a generic polynomial in the parameters)."""
    space = state.space
    if p.is_constant():
        return {1 if p.leading_coefficient() > 0 else -1} if p else {0}
    known = space.sign(p)
    if known is not None:
        return {known}
    out = {s for s in (1, -1) if state.possible(Atom(p * s, ">"))}
    if not (space.generic and not state.open_unknowns(p)) and state.possible(Atom(p, "==")):
        out.add(0)
    return out


def _signed(state: State, p: Polynomial, sign: int) -> State:
    """The state in which `p` has the given sign."""
    if sign:
        return state.assume(Atom(p * sign, ">"))
    return state.require(p) if state.open_unknowns(p) else state.assume(Atom(p, "=="))


def _split_product(rest: State, c: Atom, sign: int, factors: tuple[tuple[Polynomial, int], ...]) -> list[State]:
    """Cases for the signs of the first factor of a product and of the rest of it."""
    ring = rest.space.ring
    first, power = factors[0]
    others = ring.constant(sign)
    for f, m in factors[1:]:
        others = others * f**m
    if power % 2 == 0:
        apart = rest.assume(Atom(first, "!="), rest.space.atom(others, c.op, frozenset()))
        return [apart] if c.op == ">" else [apart, _signed(rest, first, 0)]
    out = []
    for s in (1, -1):
        remaining = others if power == 1 else others * first ** (power - 1)
        out.append(rest.assume(Atom(first * s, ">"), rest.space.atom(remaining * s, c.op, frozenset())))
    edge = rest.space.generic and rest.space.parametric(first)
    return out if c.op == ">" or edge else [*out, _signed(rest, first, 0)]


def _split_quadratic(rest: State, c: Atom, x: int) -> list[State]:
    """Cases for where `x` lies between or beyond the roots of a quadratic condition: each has linear conditions on `x` alone, or none."""
    ring = rest.space.ring
    parts = ring.coefficients(c.polynomial, x)
    if len(parts) > 3:
        raise Undecided("a condition on a free unknown is of degree three or more")
    c0, c1, c2 = parts
    discriminant = rest.reduce(c1**2 - 4 * c2 * c0)
    whole = rest.assume(c)
    if possible_signs(whole, discriminant) == {-1}:
        return [rest.assume(Atom(c2, c.op))]  # the condition does not depend on `x`
    if any(rest.open_unknowns(p) for p in parts):
        raise Undecided("a condition on a free unknown is quadratic")
    outside, radicand = square_part(ring, discriminant)
    for p in (c2, discriminant, outside):
        signs = possible_signs(whole, p)
        if len(signs) > 1:
            return [_signed(whole, p, s) for s in sorted(signs)]
    if not discriminant:
        raise Undecided("a quadratic condition on a free unknown has a double root")
    known, w = (rest, ring.one) if radicand.is_one() else with_radical(rest, radicand)
    width = outside * w * next(iter(possible_signs(whole, outside)))
    place = 2 * c2 * ring.variables[x] + c1  # its square is the discriminant at the roots
    if possible_signs(whole, c2) == {1}:
        return [known.assume(Atom(side * place - width, c.op)) for side in (-1, 1)]
    return [known.assume(Atom(width - place, c.op), Atom(width + place, c.op))]


def _project(state: State, x: int, tally: Tally) -> Iterator[State]:
    """Give `x` its range and keep what the range being non-empty asks of the rest."""
    ring, space = state.space.ring, state.space
    lower: list[Bound] = []
    upper: list[Bound] = []
    left = replace(state, conditions=tuple(c for c in state.conditions if not isinstance(c, Atom) or not ring.degree(c.polynomial, x)))
    for c in state.conditions:
        if not isinstance(c, Atom) or not ring.degree(c.polynomial, x):
            continue
        b, a = ring.coefficients(c.polynomial, x)
        sign = 1 if possible_signs(state, a) == {1} else -1
        # That the coefficient has this sign may follow from what is said of `x`, and that is gone when `x` is.
        left = replace(left, conditions=left.assume(space.atom(a * sign, ">", left.positive())).conditions)
        (lower if sign == 1 else upper).append(Bound(state.clean(Ratio(ring, -b, a)), c.op == ">"))
    if not lower or not upper:
        raise Undecided("a free unknown has no bound")
    sides = [lower, upper]
    kept = [list(side) for side in sides]
    for side, kind in zip(kept, (1, -1), strict=True):
        mixed = _undominated(state, side, kind)
        if mixed is not None:
            for case in pieces(mixed):
                yield from eliminated(case, tally)
            return
    needed = [_needed(left, *pair) for pair in zip(sides, kept, (1, -1), strict=True)]
    gaps = [_gap(left, b, u) for b in needed[0] for u in needed[1]]
    yield from _ranged(left.assume(*gaps), x, _distinct(kept[0]), _distinct(kept[1]), tally)


def _needed(left: State, side: list[Bound], kept: list[Bound], kind: int) -> list[Bound]:
    """The bounds without those that a kept one implies whatever `x` is.

    A bound may follow from the others only where there is an `x` at all: then it is none of the ends of the range, but that the range
    is not empty depends on it.
    """
    return [b for b in side if b in kept or not any(_tighter(left, other, b, kind) for other in kept)]


def _gap(left: State, low: Bound, high: Bound) -> Formula:
    return _compare(left, high.value - low.value, ">" if low.strict or high.strict else ">=")


def _distinct(side: list[Bound]) -> list[Bound]:
    return [b for i, b in enumerate(side) if all(b.value != c.value for c in side[:i])]


def _undominated(state: State, side: list[Bound], kind: int) -> list[State] | None:
    """Drop the bounds that others imply, in place; cases where a strict and a weak bound may each be the tighter."""
    i = 0
    while i < len(side):
        b = side[i]
        for j, other in enumerate(side):
            if j != i and _tighter(state, other, b, kind):
                del side[i]
                break
        else:
            i += 1
    strict = [b for b in side if b.strict]
    weak = [b for b in side if not b.strict]
    if not strict or not weak:
        return None
    gap = (strict[0].value - weak[0].value) * kind
    ahead = _compare(state, gap, ">=")
    return [state.assume(ahead), state.assume(_compare(state, -gap, ">"))]


def _tighter(state: State, other: Bound, b: Bound, kind: int) -> bool:
    """Does `other` imply `b` wherever the conditions hold?"""
    gap = (other.value - b.value) * kind
    if not gap:
        return other.strict or not b.strict
    known = state.space.generic and not state.open_unknowns(gap.numerator * gap.denominator)
    op = ">" if other.strict or not b.strict or known else ">="
    worse = _compare(state, -gap, op)
    return not state.possible(worse)


def _compare(state: State, value: Ratio, op: str) -> Formula:
    return state.space.compare(state.clean(value), op, state.positive())


def _ranged(left: State, x: int, lower: list[Bound], upper: list[Bound], tally: Tally) -> Iterator[State]:
    closed = (not lower[0].strict, not upper[0].strict)
    tight = [b for b in lower for u in upper if all(closed) and b.value == u.value]
    if tight:
        out = left.put(x, tight[0].value)
    else:
        limits = Limits(x, tuple(b.value for b in lower), tuple(u.value for u in upper), closed)
        out = replace(left, unknowns=tuple(k for k in left.unknowns if k != x), limits=(*left.limits, limits))
    for case in pieces([out]):
        yield from eliminated(case, tally)
