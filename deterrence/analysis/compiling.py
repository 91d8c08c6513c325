"""A solution as one program: where each family exists, and the value there of all that is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.real_roots import RealRoot
from deterrence.algebra.smt import QUICK, OutOfTime, Undecided
from deterrence.algebra.state import Root
from deterrence.analysis.extent import Extent
from deterrence.analysis.families import Family
from deterrence.analysis.measured import Group
from deterrence.analysis.quantities import Assessed
from deterrence.analysis.tape import Program, Tape
from deterrence.solution import Equilibrium, Free, Solution


@dataclass(frozen=True)
class Rows:
    """The rows of a group among the numbers: families first, then members, then, where `bounded`, the least and the greatest value."""

    group: Group
    start: int
    bounded: bool


@dataclass(frozen=True)
class Compiled:
    """A program whose first truth says whether a point is in the space and the next, one a family, where it exists; its numbers are measured.

    `undecided` names the family and the quantity whose ends could not be found in closed form: these rows have no numbers.
    """

    program: Program
    names: tuple[str, ...]
    rows: tuple[Rows, ...]
    undecided: tuple[str, ...]


def compiled(solution: Solution, groups: Sequence[Group], free: Sequence[str] = ()) -> Compiled:
    """Compile the groups of quantities in all families; `free` names the unknowns for which there will be columns of values.

    Raises:
        InputError: a name in `free` is none of an unknown that some family leaves free.
    """
    known = {f.name for e in solution for f in e.exact_free}
    for name in free:
        if name not in known:
            listed = f"those left free are {', '.join(sorted(known))}" if known else "no family leaves anything free"
            raise InputError(f"free: {name!r} is no unknown of these equilibria{suggestion(name, sorted(known)) or f'; {listed}'}")
    tape = Tape()
    for name in solution.game.free_parameters:
        tape.input(name)
    writers = [_FamilyLines(tape, e, free) for e in solution]
    truths = [_inside(tape, solution), *(w.exists for w in writers)]
    outputs, rows, undecided = list[int](), [], list[str]()
    for group in groups:
        ends = [w.all_measured(group, undecided) for w in writers]
        bounded = any(low != high for family in ends for low, high in family)
        rows.append(Rows(replace(group, measures=()), len(outputs), bounded))  # functions do not travel to other processes
        outputs += [line for family in ends for pair in family for line in (pair if bounded else pair[:1])]
    return Compiled(tape.program(truths, outputs), tuple(e.name for e in solution), tuple(rows), tuple(undecided))


def _inside(tape: Tape, solution: Solution) -> int:
    """The line that says whether the parameters are in their space."""
    from deterrence.concepts.setting import parameter_space

    space = solution[0].setting.parameters.space if len(solution) else parameter_space(solution.game).space
    return tape.formula(space.domain, space.ring, {k: tape.input(space.ring.names[k]) for k in space.parameters})


class _FamilyLines:
    """The lines of one family."""

    def __init__(self, tape: Tape, equilibrium: Equilibrium, given: Sequence[str]) -> None:
        self.tape, self.equilibrium = tape, equilibrium
        self.assessed = Assessed(equilibrium)
        self.parameters = equilibrium.setting.parameters
        self.ring = self.parameters.space.ring
        self.places = {k: tape.input(self.ring.names[k]) for k in self.parameters.space.parameters}
        self.conditions = [tape.formula(self.parameters.space.domain, self.ring, self.places)]
        for root in equilibrium.roots:
            self._add_root(root)
        self.conditions.append(tape.formula(equilibrium.region.simplified.formula, self.ring, self.places))
        for f in equilibrium.exact_free:
            if f.name in given:
                self._add_given(f)
        self.exists = tape.all_of(self.conditions)
        self.extent = Extent(tape, Family(self.parameters.space, equilibrium, QUICK), self.places)

    def _add_root(self, root: Root) -> None:
        """The line of a root, and the condition that there is one."""
        tape = self.tape
        if root.radicand is not None:
            radicand = tape.polynomial(root.radicand, self.ring, self.places)
            self.places[root.variable] = tape.line("sqrt", radicand)
            self.conditions.append(tape.line(">=", radicand, tape.constant(0.0)))
        elif root.index is not None:
            ball = RealRoot(self.ring, root.polynomial, root.variable, root.index).ball()
            self.places[root.variable] = tape.constant(float(ball.mid()))
        else:
            self.places[root.variable] = self._implicit(root)
            self.conditions.append(tape.line("==", self.places[root.variable], self.places[root.variable]))  # not so where there is none

    def _implicit(self, root: Root) -> int:
        """The line of the first root of the polynomial that is told from the others as the family says."""
        tape, out = self.tape, self.tape.constant(_NAN)
        coefficients = self.ring.coefficients(root.polynomial, root.variable)
        roots = tape.line("roots", *(tape.polynomial(c, self.ring, self.places) for c in coefficients))
        for k in reversed(range(len(coefficients) - 1)):
            candidate = tape.line("pick", k, roots)
            here = tape.formula(root.isolating, self.ring, {**self.places, root.variable: candidate})
            out = tape.line("select", here, candidate, out)
        return out

    def _add_given(self, free: Free) -> None:
        """The column of an unknown's values, and the condition that these lie in its range."""
        tape = self.tape
        x = tape.input(free.name)
        for bounds, closed, op in ((free.lower, free.closed[0], ">"), (free.upper, free.closed[1], "<")):
            for b in bounds:
                sides = (x, tape.ratio(b, self.places))
                self.conditions.append(tape.line(">=" if closed else ">", *(sides if op == ">" else sides[::-1])))
        self.places[self.ring.index[free.name]] = x

    def all_measured(self, group: Group, undecided: list[str]) -> list[tuple[int, int]]:
        """The lines of the ends of each member of a group."""
        values = [measure(self.assessed) for measure in group.measures]
        name = self.equilibrium.name
        return [self._measured(v, group.thorough, f"{label} in {name}", undecided) for label, v in zip(group.labels, values, strict=True)]

    def _measured(self, value: Ratio | None, thorough: bool, what: str, undecided: list[str]) -> tuple[int, int]:
        """The lines of the least and the greatest value, which are one where nothing that is free bears on it; NaN where there is none."""
        nan = self.tape.constant(_NAN)
        if value is None:
            return nan, nan
        try:
            ends = self.extent.ends(value, thorough) if self.extent.depends(value) else (self.tape.ratio(value, self.places),) * 2
        except OutOfTime:
            raise
        except Undecided as why:
            undecided.append(f"{what} ({why})")
            return nan, nan
        low, high = (self.tape.line("select", self.exists, line, nan) for line in ends)
        return low, high


_NAN = float("nan")

