"""The equations of a system solved for its unknowns, case by case, in closed form where there is one.

Equations are mostly linear in one unknown: those are solved by substitution. A quadratic one brings a square root, any
other polynomial in a single unknown an implicit root. What still couples several unknowns is untied by resultants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from deterrence.algebra.bases import lexicographic_basis
from deterrence.algebra.formula import Atom
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.roots import implicit_roots, square_root
from deterrence.algebra.smt import Undecided
from deterrence.algebra.state import State, pieces


class Tally:
    """How many branches were left out because they live on a knife edge."""

    def __init__(self) -> None:
        self.knife_edge = 0


class Choice(NamedTuple):
    """One equation and the unknown to solve it for; the smallest is the easiest."""

    degree: int
    coupled: int
    unknowns: int
    terms: int
    last: int
    equation: int
    variable: int


def solutions(state: State, tally: Tally) -> Iterator[State]:
    """Every case of `state` with all equations solved: together they hold just where `state` does, but for knife edges."""
    state.space.clock.check()
    if state.absurd:
        return
    if not state.equations:
        yield state
        return
    split = _split_factors(state)
    if split is not None:
        for case in pieces(split):
            yield from solutions(case, tally)
        return
    settled = _settle_parametric(state, tally)
    if settled is None:
        return
    if settled is not state:
        yield from solutions(settled, tally)
        return
    for case in _solve_one(state):
        yield from solutions(case, tally)


def _split_factors(state: State) -> list[State] | None:
    """A case for each factor of the first equation that has several; None where none has."""
    positive = state.positive()
    for i, p in enumerate(state.equations):
        reduced = state.space.atom(state.reduce(p), "==", positive)
        rest = (*state.equations[:i], *state.equations[i + 1 :])
        if not isinstance(reduced, Atom):
            return [replace(state, equations=rest).assume(reduced)]
        _, factors = state.space.ring.factors(reduced.polynomial)
        if len(factors) > 1 or reduced.polynomial != p:
            out = []
            for n, (f, _) in enumerate(factors):
                earlier = [Atom(g, "!=") for g, _ in factors[:n]]
                out.append(replace(state, equations=(*rest, f)).assume(*earlier))
            return out
    return None


def _settle_parametric(state: State, tally: Tally) -> State | None:
    """Equations in the parameters alone: a knife edge (None) generically, a condition otherwise."""
    settled = [p for p in state.equations if not state.open_unknowns(p)]
    if not settled:
        return state
    rest = replace(state, equations=tuple(p for p in state.equations if state.open_unknowns(p)))
    if state.roots:
        settled = [p for p in settled if rest.possible(Atom(p, "!="))]
    if not settled or not state.space.generic:
        return rest.assume(*(Atom(p, "==") for p in settled))
    if any(root.radicand is None for root in state.roots):
        if rest.possible(*(Atom(p, "==") for p in settled)):
            raise Undecided("two conditions on an implicit root may or may not agree")
        return None
    tally.knife_edge += 1
    return None


def _choices(state: State) -> list[Choice]:
    ring, out = state.space.ring, []
    for i, p in enumerate(state.equations):
        unknowns = state.open_unknowns(p)
        for x in unknowns:
            lead = ring.coefficients(p, x)[-1]
            coupled = 0 if lead.is_constant() else 1 + len(state.open_unknowns(lead))
            out.append(Choice(ring.degree(p, x), coupled, len(unknowns), len(p), -x, i, x))
    return sorted(out)


def _solve_one(state: State) -> Iterator[State]:
    """The cases after the easiest equation has been solved for its easiest unknown."""
    choices = _choices(state)
    if _entangled(state, choices):
        basis = lexicographic_basis(state.space.ring, state.equations, state.unknowns)
        if basis is not None:
            yield replace(state, equations=tuple(basis))
            return
    choice = choices[0]
    equation = state.equations[choice.equation]
    rest = replace(state, equations=tuple(p for i, p in enumerate(state.equations) if i != choice.equation))
    if choice.degree == 1:
        yield from _linear(rest, equation, choice.variable)
        return
    univariate = [c for c in choices if c.unknowns == 1]
    if not univariate:
        yield from pieces([untie(state)])
        return
    choice = univariate[0]
    equation = state.equations[choice.equation]
    rest = replace(state, equations=tuple(p for i, p in enumerate(state.equations) if i != choice.equation))
    if choice.degree == 2:
        yield from square_root(rest, equation, choice.variable)
    else:
        yield from implicit_roots(rest, equation, choice.variable)


def _entangled(state: State, choices: list[Choice]) -> bool:
    """Are there numeric equations in several unknowns, none of which is solved without dividing by an unknown?"""
    easy = any((c.degree == 1 and c.coupled == 0) or c.unknowns == 1 for c in choices)
    if easy or len(state.equations) < 2 or len({c.variable for c in choices}) < 3:
        return False
    unknowns = set(state.unknowns)
    return all(unknowns.issuperset(state.space.ring.support(p)) for p in state.equations)


def _linear(rest: State, equation: Polynomial, x: int) -> Iterator[State]:
    """Solve `a*x + b == 0`: `x = -b/a` where `a` is not zero; where it is, `b` must be zero too."""
    space = rest.space
    b, a = space.ring.coefficients(equation, x)
    degenerate = not a.is_constant() and not (space.generic and not rest.open_unknowns(a))
    if degenerate:
        yield from pieces([rest.require(a, *((b,) if b else ()))])
    regular = rest if a.is_constant() else rest.assume(space.atom(a, "!=", rest.positive()))
    solved = regular.put(x, Ratio(space.ring, -b, a))
    yield from pieces([solved]) if degenerate else [solved]  # with one case only there is nothing to choose between


def untie(state: State) -> State:
    """The state with a resultant of two equations added that couples fewer unknowns."""
    ring = state.space.ring
    best: tuple[tuple[int, int], Polynomial] | None = None
    for i, p in enumerate(state.equations):
        for q in state.equations[:i]:
            for x in sorted({*state.open_unknowns(p)} & {*state.open_unknowns(q)}):
                r = p.resultant(q, f"x{x}")
                if not r or any(r == e for e in state.equations):
                    continue
                score = (len(state.open_unknowns(r)), r.total_degree())
                if best is None or score < best[0]:
                    best = (score, r)
    if best is None or best[1].is_constant() or len(state.equations) > 12:
        raise Undecided("the equations for the unknowns could not be untied")
    reduced = state.space.atom(ring.canonical(best[1])[0], "==", state.positive())
    if not isinstance(reduced, Atom):
        return state.assume(reduced)
    if any(reduced.polynomial == e for e in state.equations):
        raise Undecided("the equations for the unknowns could not be untied")
    return state.require(reduced.polynomial)
