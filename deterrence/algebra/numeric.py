"""Systems of numbers alone, at one point of the parameter space: all solutions, exactly, where there are finitely many.

The unknowns fall into parts that share no equation and no condition; each is solved by itself, and every condition is decided at the algebraic
numbers found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from flint import fmpq_mat, fmpq_poly

from deterrence.algebra.elimination import eliminated
from deterrence.algebra.feasibility import parts
from deterrence.algebra.formula import TRUE, Atom, Formula, atoms, conjunction
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring, to_fraction
from deterrence.algebra.real_roots import enclosed, real_balls
from deterrence.algebra.roots import isolating_intervals, square_part, with_radical
from deterrence.algebra.solving import Tally
from deterrence.algebra.state import Root, State
from deterrence.algebra.system import Branch, System, finished
from deterrence.algebra.zero_sets import Cluster, ZeroSet

Lift: TypeAlias = Callable[[Sequence[Polynomial]], tuple[Sequence[int], Sequence[Polynomial]]]
"""Equations as ones of lower degree, in the same and some more variables: the variables added, and the equations."""


class Solved(NamedTuple):
    """A solution of one part: conjugate zeros, and which of the real ones it is."""

    cluster: Cluster
    place: int


def numeric_branches(system: System, tally: Tally, lift: Lift | None = None) -> list[Branch]:
    """All solutions of a system without parameters.

    Raises `Undecided` where infinitely many zeros of the equations leave a question open.
    """
    space = system.space
    equations = [Atom(p, "==") for p in system.equations]
    plain, groups = parts(space, (*equations, *system.conditions))
    if conjunction(plain) != TRUE:
        return []
    solved: list[list[Solved]] = []
    rest: list[Formula] = []
    for group in groups:
        space.clock.check()
        found = _part(system, group, lift)
        if found is None:
            rest += group
        elif not found:
            return []
        else:
            solved.append(found)
    return [b for chosen in itertools.product(*solved) for b in _branches(system, chosen, rest, tally)]


def _part(system: System, group: Sequence[Formula], lift: Lift | None) -> list[Solved] | None:
    """The solutions of one part; None where its equations have infinitely many zeros."""
    space = system.space
    equations = [f.polynomial for f in group if isinstance(f, Atom) and f.op == "=="]
    unknowns = sorted({k for f in group for a in atoms(f) for k in space.ring.support(a.polynomial)})
    if not equations:
        return None
    added, lifted = lift(equations) if lift is not None and len(unknowns) > 1 else ((), equations)
    zeros = ZeroSet((*unknowns, *added), lifted)
    if not zeros.finite:
        return None
    out = []
    for cluster in zeros.clusters(unknowns):
        for index in range(cluster.real):
            space.clock.check()
            if cluster.satisfies_all(group, index):
                out.append(Solved(cluster, index))
    return out


def _branches(system: System, chosen: Sequence[Solved], rest: Sequence[Formula], tally: Tally) -> list[Branch]:
    """The branches with one solution of each part, and what the parts with infinitely many zeros leave open."""
    state = State(system.space, system.unknowns)
    for solved in chosen:
        state = _put(state, solved.cluster, solved.place)
    if not state.unknowns and not rest:
        return [Branch(dict(state.values), (), state.roots, TRUE)]
    equations = [f.polynomial for f in rest if isinstance(f, Atom) and f.op == "=="]
    state = state.require(*equations).assume(*(f for f in rest if not (isinstance(f, Atom) and f.op == "==")))
    branches = (finished(s) for s in eliminated(state, tally))
    return [b for b in branches if b is not None]


def _put(state: State, cluster: Cluster, index: int) -> State:
    """The state with one of the zeros put in, in closed form where its degree is below three."""
    ring, f = state.space.ring, cluster.polynomial
    variables = [x for x in state.unknowns if x in cluster.coordinates]
    if f.degree() < 3:
        state, root = _closed_form(state, f, index)
    elif cluster.generator is None:
        for x in variables:
            state = _put(state, *_own_root(cluster, index, x))
        return state
    else:
        x = cluster.generator
        variables.remove(x)
        unknowns = tuple(k for k in state.unknowns if k != x)
        state = replace(state, unknowns=unknowns, roots=(*state.roots, _root(ring, f, x, index)))
        root = Ratio(ring, ring.variables[x])
    for x in variables:
        state = state.put(x, _at(ring, cluster.coordinates[x], root))
    return state


def _closed_form(state: State, f: Any, index: int) -> tuple[State, Ratio]:
    """A real root of a polynomial of degree one or two."""
    ring = state.space.ring
    c, b, *lead = (ring.constant(to_fraction(c)) for c in f.coeffs())
    if not lead:
        return state, Ratio(ring, -c, b)
    outside, radicand = square_part(ring, b**2 - 4 * lead[0] * c)
    state, w = with_radical(state, radicand)
    upward = 1 if lead[0].leading_coefficient() > 0 else -1
    sign = upward if index else -upward
    return state, Ratio(ring, sign * outside * w - b, 2 * lead[0])


def _root(ring: Ring, f: Any, x: int, index: int) -> Root:
    """A root without a closed form, as an unknown of the ring."""
    polynomial = ring.zero
    for k, c in enumerate(f.coeffs()):
        polynomial = polynomial + ring.constant(to_fraction(c)) * ring.variables[x] ** k
    polynomial = ring.canonical(polynomial)[0]
    low, high = isolating_intervals(ring, polynomial, x)[index]
    inside = (Atom(ring.variables[x] - ring.constant(low), ">"), Atom(ring.constant(high) - ring.variables[x], ">"))
    return Root(x, polynomial, conjunction(inside), index=index)


def _at(ring: Ring, value: Any, root: Ratio) -> Ratio:
    """A polynomial at a root."""
    total = Ratio(ring, ring.zero)
    for c in reversed(value.coeffs()):
        total = total * root + to_fraction(c)
    return total


def _own_root(cluster: Cluster, index: int, x: int) -> tuple[Cluster, int]:
    """One coordinate of a zero as a root of its own minimal polynomial."""
    f, value = cluster.polynomial, cluster.coordinates[x]
    columns = [value * fmpq_poly([0] * k + [1]) % f for k in range(f.degree())]
    own = fmpq_mat([[column[k] for column in columns] for k in range(f.degree())]).minpoly()
    precision = 64
    while True:
        ball = enclosed(value, real_balls(f, precision)[index], precision)
        near = [k for k, other in enumerate(real_balls(own, precision)) if other.overlaps(ball)]
        if len(near) == 1:
            return Cluster(own, {x: fmpq_poly([0, 1]) % own}, x), near[0]
        precision *= 2
