"""Systems: what equilibrium requires of a regime, and what the algebra makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from deterrence.algebra.elimination import eliminated
from deterrence.algebra.formula import FALSE, And, Atom, Formula, atoms, conjunction, disjunction, large, strict
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import QUICK, OutOfTime, Undecided
from deterrence.algebra.solving import Tally
from deterrence.algebra.space import Space
from deterrence.algebra.state import Limits, Root, State, decided_at_root


@dataclass(frozen=True)
class Branch:
    """One branch of the solutions of a system.

    `values` gives the determined unknowns in terms of the parameters, the `roots` and the free unknowns; `limits` the
    ranges of the latter, each in terms of those before it; `conditions` the parameters where all of it holds.
    """

    values: dict[int, Ratio]
    limits: tuple[Limits, ...]
    roots: tuple[Root, ...]
    conditions: Formula


@dataclass(frozen=True)
class System:
    """Equations and conditions in the parameters of a space and in unknowns."""

    space: Space
    unknowns: tuple[int, ...]
    equations: tuple[Polynomial, ...]
    conditions: tuple[Formula, ...]

    def feasible(self) -> bool:
        """Can it hold anywhere (True too where that is not known soon)?

        Numbers alone are not asked about: their equations are solved and then decided exactly.
        """
        if not self.space.parameters and len(self.equations) > 2:
            return True
        return self.space.quick(self._formulas, 5 * QUICK) is not False

    @cached_property
    def _formulas(self) -> tuple[Formula, ...]:
        typical = (self.space.typical(c) for c in self.conditions)
        return (*typical, *(Atom(p, "==") for p in self.equations))

    def witness(self) -> tuple[Formula, ...]:
        """The parameters fixed at a point where the system has a solution; nothing where none was found."""
        if not self.space.parameters:
            return ()
        point = witnessed(self.space, self._formulas)
        ring = self.space.ring
        return tuple(Atom(ring.variables[k] - ring.constant(v), "==") for k, v in point.items())

    def resolve(self, tally: Tally | None = None) -> list[Branch]:
        """All branches of the solutions: at every generic point of the space they are all the solutions there.

        Raises `Undecided` where a step hits a limit.
        """
        tally = tally if tally is not None else Tally()
        start = State(self.space, self.unknowns, witness=self.witness()).require(*self.equations).assume(*self.conditions)
        out = []
        for state in eliminated(start, tally):
            branch = finished(state)
            if branch is None:
                tally.knife_edge += 1
            else:
                out.append(branch)
        return out


def witnessed(space: Space, formulas: Sequence[Formula], effort: int = QUICK) -> dict[int, Fraction]:
    """Values of the parameters at which the formulas have a solution, kept as a sample; empty where none was found soon."""
    try:
        point = space.smt.point((space.interior, *formulas), space.parameters, effort)
    except OutOfTime:
        raise
    except Undecided:
        return {}
    if point is not None and space.parameters:
        space.remember(point)
    return point or {}


def finished(state: State) -> Branch | None:
    """The branch at the end of a resolution; None where its region has no interior."""
    space = state.space
    for x in state.limits:
        if len(x.lower) == len(x.upper) == 1 and x.lower == x.upper:
            rest = tuple(y for y in state.limits if y is not x)
            return finished(replace(state, limits=rest).put(x.variable, x.lower[0]))
    conditions = space.without_edges(without_radicals(conjunction(state.conditions), state))
    solid = strict(conditions) if space.generic else conditions
    definitions = [r.definition() for r in state.roots if not space.parameters or space.mentions(solid, frozenset({r.variable}))]
    if not has_interior(state, (solid, *definitions)):
        return None
    return Branch(dict(state.values), tuple(reversed(state.limits)), state.roots, conditions)


def has_interior(state: State, solid: tuple[Formula, ...]) -> bool:
    """Can the strict conditions at the end of a resolution hold? Raises Undecided where that is not known."""
    space = state.space
    if FALSE in solid:
        return False
    exact = decided_at_root(state, ())
    if exact is not None:
        return exact
    if space.shown(solid) or (state.witness and space.quick((*solid, *state.witness))):
        return True
    if space.quick(solid):
        return True
    # A witness is found more easily where the unknowns are still there, in equations of low degree.
    origin = [*map(space.typical, state.origin), *(r.definition() for r in state.roots)]
    point = witnessed(space, origin, 20 * QUICK)
    fixed = [Atom(space.ring.variables[k] - space.ring.constant(v), "==") for k, v in point.items()]
    return bool(fixed and space.quick((*solid, *fixed))) or space.certain(solid)


LARGEST_NORM = 20_000  # products of terms, when a square root is squared away


def without_radicals(f: Formula, state: State) -> Formula:
    """An equivalent formula that does not speak of square roots, but for conditions that would grow out of hand."""
    parts = f.parts if isinstance(f, And) else (f,)
    return conjunction(_rid(p, state) for p in parts)


def _rid(f: Formula, state: State) -> Formula:
    out = f
    for root in reversed(state.roots):
        if root.radicand is not None:
            out = _without(out, root, state)
    return f if any(large(a) for a in atoms(out)) else out


def _without(f: Formula, root: Root, state: State) -> Formula:
    if not isinstance(f, Atom):
        join = conjunction if f.key.startswith("(and") else disjunction
        return join(_without(p, root, state) for p in f.parts)
    space, p = state.space, state.reduce(f.polynomial)
    if not space.ring.degree(p, root.variable):
        return space.atom(p, f.op)
    u, v = space.ring.coefficients(p, root.variable)
    assert root.radicand is not None
    if len(u) ** 2 + len(v) ** 2 * len(root.radicand) > LARGEST_NORM:
        return f
    norm = u**2 - v**2 * root.radicand
    if f.op in ("==", "!="):
        opposite = space.atom(-u * v, ">=")
        both = conjunction((space.atom(norm, "=="), opposite))
        return both if f.op == "==" else disjunction((space.atom(norm, "!="), space.atom(u * v, ">")))
    # u + v*sqrt(d) OP 0: both terms agree in sign, or the larger decides.
    return disjunction(
        (
            conjunction((space.atom(u, f.op), space.atom(v, ">="))),
            conjunction((space.atom(u, ">"), space.atom(norm, f.op))),
            conjunction((space.atom(v, ">"), space.atom(-norm, f.op))),
        )
    )
