"""The only module that talks to the SMT solver: nonlinear real arithmetic by z3's `nlsat`.

Jovanovic and de Moura (2012), "Solving Non-linear Arithmetic", IJCAR, DOI 10.1007/978-3-642-31365-3_27.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from deterrence.algebra.errors import DeterrenceError, InputError
from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ring, primitive


class _Deferred:
    """The module `z3`, imported when something of it is first asked for: a solution that is read from a file never does."""

    def __getattr__(self, name: str) -> Any:
        import z3

        setattr(self, name, getattr(z3, name))
        return getattr(z3, name)


z3: Any = _Deferred()
SAT, UNSAT, UNKNOWN = "sat", "unsat", "unknown"
# The solver's own count of steps: unlike seconds it is the same in every run. About a tenth of a second.
QUICK = 400_000
LONGEST_QUICK = 4_000  # milliseconds


class Undecided(DeterrenceError):
    """A question of nonlinear arithmetic that hit a limit: never an answer, always reported."""


class OutOfTime(Undecided):
    """The time limit of the whole run was reached."""


@cache
def _worker() -> ThreadPoolExecutor:
    z3.set_param("ctrl_c", False)  # z3's own handler would take Ctrl-C for a limit
    return ThreadPoolExecutor(1, "smt")


@dataclass
class Clock:
    """A deadline for the whole run and a limit for a single question, both in seconds."""

    limit: float | None = None
    question: float = 20.0
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        limit: object = self.limit  # whatever a user gave
        if limit is not None and not (isinstance(limit, int | float) and limit > 0):
            raise InputError(f"time_limit is {self.limit!r}; expected a positive number of seconds")

    def milliseconds(self) -> int:
        """How long the next question may take; raises OutOfTime when nothing is left."""
        if self.limit is None:
            return int(self.question * 1000)
        left = self.started + self.limit - time.monotonic()
        if left <= 0:
            raise OutOfTime(f"the time limit of {self.limit:g} s was reached")
        return max(1, int(min(left, self.question) * 1000))

    def check(self) -> None:
        """Raise OutOfTime when the time is up."""
        self.milliseconds()


class Smt:
    """Decides formulas over the variables of one ring of polynomials."""

    def __init__(self, ring: Ring, clock: Clock | None = None) -> None:
        self.ring = ring
        self.clock = clock or Clock()
        self.queries = 0
        self.context = z3.Context()
        self.variables = [z3.Real(f"x{k}", self.context) for k in range(len(ring.names))]
        self._tactic = z3.Tactic("qfnra-nlsat", self.context)
        self._terms: dict[str, Any] = {}
        self._zero = z3.RealVal(0, self.context)
        self._numbers: dict[int, Any] = {}

    def check(self, formulas: Iterable[Formula], effort: int | None = None) -> str:
        """Is there a real point at which all formulas hold: `sat`, `unsat` or `unknown` (where `effort` did not do, too)."""
        return self._run(formulas, effort)[0]

    def holds(self, formulas: Iterable[Formula]) -> bool:
        """`check` for callers who need an answer; raises Undecided where there is none."""
        answer = self.check(formulas)
        if answer == UNKNOWN:
            raise Undecided("the solver for nonlinear arithmetic gave no answer in its time")
        return answer == SAT

    def escapes(self, formulas: Iterable[Formula], variables: Sequence[int], others: Iterable[Formula], effort: int | None = None) -> str:
        """Is there a point at which all `formulas` hold, and no values of `variables` with which `others` hold there: as `check`."""
        solver = z3.Tactic("nlqsat", self.context).solver()
        never = z3.Not(z3.And([self.term(f) for f in others]))
        solver.add(z3.ForAll([self.variables[k] for k in variables], never))
        return self._run(formulas, effort, solver)[0]

    def point(self, formulas: Sequence[Formula], variables: Sequence[int], effort: int | None = None) -> dict[int, Fraction] | None:
        """Rational values of `variables` that some solution of `formulas` has, or None where there is none.

        Raises Undecided when no solution with rational values is found.
        """
        answer, solver = self._run(formulas, effort)
        if answer == UNSAT:
            return None
        if answer == UNKNOWN:
            raise Undecided("the solver for nonlinear arithmetic gave no answer in its time")
        return _rational_point(self, list(formulas), solver.model(), variables)

    def sample(self, formulas: Iterable[Formula], variables: Sequence[int], effort: int | None = None) -> tuple[str, dict[int, Fraction] | None]:
        """As `check`, with the values of `variables` in the solution that was found if they are rational."""
        answer, solver = self._run(formulas, effort)
        return answer, _rational_values(self, solver.model(), variables) if answer == SAT else None

    def _run(self, formulas: Iterable[Formula], effort: int | None = None, solver: Any = None) -> tuple[str, Any]:
        solver = self._tactic.solver() if solver is None else solver
        solver.set("timeout", self.clock.milliseconds())
        if effort is not None:
            solver.set("rlimit", effort)
            # Some steps are not counted; what hangs in one of them ends here, late enough that a busy machine says what an idle one does.
            solver.set("timeout", min(self.clock.milliseconds(), LONGEST_QUICK))
        for f in formulas:
            # The C interface directly: `add` looks at the sort of every formula again.
            z3.z3core.Z3_solver_assert(self.context.ref(), solver.solver, self.term(f).as_ast())
        self.queries += 1
        answer = self._interruptible(solver)
        if answer == UNKNOWN:
            self.clock.check()
        return answer, solver

    def _interruptible(self, solver: Any) -> str:
        """The solver's answer; it works in a thread of its own, so that Ctrl-C reaches this one at once and ends the search."""
        waiting = _worker().submit(solver.check)
        try:
            return str(waiting.result())
        except KeyboardInterrupt:
            while not waiting.done():
                self.context.interrupt()
                time.sleep(0.01)
            raise

    def term(self, f: Formula) -> Any:
        """The formula as z3 reads it."""
        known = self._terms.get(f.key)
        if known is None:
            known = self._terms[f.key] = self._atom(f) if isinstance(f, Atom) else self._joined(f)
        return known

    def _joined(self, f: Any) -> Any:
        parts = [self.term(p) for p in f.parts]
        if not parts:
            return z3.BoolVal(isinstance(f, And), self.context)
        return z3.And(parts) if isinstance(f, And) else z3.Or(parts)

    def _atom(self, atom: Atom) -> Any:
        left = self._polynomial(primitive(atom.polynomial))
        if atom.op == ">":
            return left > self._zero
        if atom.op == ">=":
            return left >= self._zero
        equal = left == self._zero
        return equal if atom.op == "==" else z3.Not(equal)

    def _polynomial(self, p: Polynomial) -> Any:
        terms = [self._term(monomial, int(c.p)) for monomial, c in p.to_dict().items()]
        return terms[0] if len(terms) == 1 else self._apply(z3.z3core.Z3_mk_add, terms)

    def _term(self, monomial: tuple[int, ...], coefficient: int) -> Any:
        factors = [self.variables[k] for k, e in enumerate(monomial) if e for _ in range(e)]
        if coefficient != 1 or not factors:
            factors.append(self._number(coefficient))
        return factors[0] if len(factors) == 1 else self._apply(z3.z3core.Z3_mk_mul, factors)

    def _number(self, value: int) -> Any:
        if value not in self._numbers:
            self._numbers[value] = z3.RealVal(value, self.context)
        return self._numbers[value]

    def _apply(self, make: Any, arguments: list[Any]) -> Any:
        # The C interface directly: z3's overloaded operators coerce and check at every step, and are most of the time spent.
        array = (z3.Ast * len(arguments))(*(a.as_ast() for a in arguments))
        return z3.ArithRef(make(self.context.ref(), ctypes.c_uint(len(arguments)), array), self.context)


def _rational_values(smt: Smt, model: Any, variables: Sequence[int]) -> dict[int, Fraction] | None:
    """The values that a model gives to variables; None unless all are rational."""
    values = [model.eval(smt.variables[k], model_completion=True) for k in variables]
    rational = all(z3.is_rational_value(v) for v in values)
    return {k: _fraction(v) for k, v in zip(variables, values, strict=True)} if rational else None


def _rational_point(smt: Smt, formulas: list[Formula], model: Any, variables: Sequence[int]) -> dict[int, Fraction]:
    """The model's values where they are rational; else fix the variables one by one at rational values that leave a solution."""
    known = _rational_values(smt, model, variables)
    if known is not None:
        return known
    out: dict[int, Fraction] = {}
    for k in variables:
        value = model.eval(smt.variables[k], model_completion=True)
        rational = z3.is_rational_value(value)
        candidates = [_fraction(value)] if rational else [_fraction(value.approx(digits)) for digits in (2, 6, 20)]
        for candidate in candidates:
            fixed = Atom(smt.ring.variables[k] - smt.ring.constant(candidate), "==")
            answer, solver = smt._run([*formulas, fixed], QUICK)
            if answer == SAT:
                formulas.append(fixed)
                out[k] = candidate
                model = solver.model()
                break
        else:
            raise Undecided("no solution with rational values was found")
    return out


def _fraction(value: Any) -> Fraction:
    return Fraction(value.numerator_as_long(), value.denominator_as_long())
