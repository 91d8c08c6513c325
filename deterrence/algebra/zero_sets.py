"""The common zeros of polynomials with rational coefficients, where there are finitely many: each as polynomials in one algebraic number.

With a Groebner basis the polynomials modulo the equations are a vector space of finite dimension, in which multiplying by an unknown is a matrix.
The zeros are read off the minimal polynomial of an element that tells them apart (Rouillier 1999, "Solving zero-dimensional systems through the
rational univariate representation", AAECC 9, DOI 10.1007/s002000050114).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import Any, TypeAlias

from flint import Ordering, fmpq, fmpq_mat, fmpq_poly, fmpz_mpoly_ctx, fmpz_mpoly_vec

from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.polynomials import Polynomial
from deterrence.algebra.real_roots import real_balls, sign_at
from deterrence.algebra.smt import Undecided

Monomial: TypeAlias = tuple[int, ...]
Vector: TypeAlias = dict[Monomial, Any]
# Beyond these a basis would take minutes: the number of its members, the terms of one, and the bits of a coefficient.
LIMITS = (400, 4000, 200_000)
LARGEST_DIMENSION = 200


@dataclass(frozen=True)
class Cluster:
    """Conjugate zeros: the coordinates are polynomials in a root of `polynomial`, which is irreducible.

    `generator` is the variable whose values these roots are, if there is one that tells the zeros apart.
    """

    polynomial: Any
    coordinates: Mapping[int, Any]
    generator: int | None

    @cached_property
    def real(self) -> int:
        """How many real roots the polynomial has."""
        return len(real_balls(self.polynomial, 64))

    def at(self, p: Polynomial) -> Any:
        """A polynomial in the variables as a polynomial in the root, of a lower degree than the root's."""
        total = fmpq_poly([0])
        for monomial, c in p.to_dict().items():
            term = fmpq_poly([c])
            for k, e in enumerate(monomial):
                for _ in range(e):
                    term = term * self.coordinates[k] % self.polynomial
            total += term
        return total % self.polynomial

    def satisfies_all(self, formulas: Iterable[Formula], index: int) -> bool:
        """Do all formulas in the variables hold at the zero of the `index`-th real root?"""
        return all(self.satisfies(f, index) for f in formulas)

    def satisfies(self, f: Formula, index: int) -> bool:
        """Does a formula in the variables hold at the zero of the `index`-th real root?"""
        if isinstance(f, Atom):
            sign = sign_at(self.at(f.polynomial), self.polynomial, index)
            return {">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[f.op]
        parts = (self.satisfies(p, index) for p in f.parts)
        return all(parts) if isinstance(f, And) else any(parts)


class ZeroSet:
    """The common complex zeros of polynomials in some variables of a ring."""

    def __init__(self, variables: Sequence[int], equations: Sequence[Polynomial]) -> None:
        self.variables = tuple(variables)
        self.context = fmpz_mpoly_ctx.get([f"x{k}" for k in variables], Ordering.degrevlex)
        self._reduce([self._integral(p) for p in equations])

    @classmethod
    def of(cls, known: ZeroSet, more: Sequence[Any]) -> ZeroSet:
        """The zeros of a set at which some more polynomials vanish."""
        out = cls.__new__(cls)
        out.variables, out.context = known.variables, known.context
        out._reduce([*known.members, *more])
        return out

    def _integral(self, p: Polynomial) -> Any:
        """The polynomial in these variables alone, with integer coefficients."""
        terms = p.to_dict()
        scale = lcm(*(int(c.q) for c in terms.values()))
        return self.context.from_dict({tuple(m[k] for k in self.variables): int(c.p) * (scale // int(c.q)) for m, c in terms.items()})

    def _reduce(self, equations: Sequence[Any]) -> None:
        found: Any = fmpz_mpoly_vec(equations, self.context).buchberger_naive(limits=LIMITS)
        basis, done = found
        if not done:
            raise Undecided("the equations for the unknowns are too entangled")
        self.leading: dict[Monomial, Vector] = {}
        self.members = list(basis.autoreduction())
        for g in self.members:
            monomials, coefficients = g.monoms(), g.coeffs()
            lead, *tail = [tuple(map(int, m)) for m in monomials]
            self.leading[lead] = {m: fmpq(-int(c), int(coefficients[0])) for m, c in zip(tail, coefficients[1:], strict=True)}
        self._forms: dict[Monomial, Vector] = {}

    @property
    def finite(self) -> bool:
        """Are there finitely many zeros?"""
        return self.empty or all(any(sum(m) == m[n] for m in self.leading) for n in range(len(self.variables)))

    @property
    def empty(self) -> bool:
        """Are there none?"""
        return any(not any(m) for m in self.leading)

    @cached_property
    def basis(self) -> list[Monomial]:
        """The monomials that no leading one divides: a basis of the polynomials modulo the equations."""
        found: dict[Monomial, None] = {}
        todo = [(0,) * len(self.variables)]
        while todo:
            m = todo.pop()
            if m in found or any(_divides(lead, m) for lead in self.leading):
                continue
            found[m] = None
            if len(found) > LARGEST_DIMENSION:
                raise Undecided("the equations for the unknowns have too many solutions")
            todo += [_raised(m, n) for n in range(len(m))]
        return sorted(found)

    def _form(self, m: Monomial) -> Vector:
        """A monomial times any one variable of a basis monomial, or a product of such, as a combination of the basis."""
        if m not in self._forms:
            self._forms[m] = self._new_form(m)
        return self._forms[m]

    def _new_form(self, m: Monomial) -> Vector:
        if m in self.leading:
            return self.leading[m]
        if not any(_divides(lead, m) for lead in self.leading):
            return {m: fmpq(1)}
        n = next(n for n in range(len(m)) if m[n] and any(_divides(lead, _lowered(m, n)) for lead in self.leading))
        return self._times(self._form(_lowered(m, n)), n)

    def _times(self, vector: Vector, n: int) -> Vector:
        """A combination of the basis times a variable."""
        out: Vector = {}
        for m, c in vector.items():
            for k, d in self._form(_raised(m, n)).items():
                out[k] = out.get(k, 0) + c * d
        return {k: c for k, c in out.items() if c}

    def clusters(self, preferred: Sequence[int]) -> Iterator[Cluster]:
        """All zeros, by classes of conjugates; told apart by a preferred variable if possible."""
        if self.empty:
            return
        without_squares = self._without_squares()
        if without_squares is not None:
            yield from without_squares.clusters(preferred)
            return
        for generator, combination in self._candidates(preferred):
            powers = self._powers(combination)
            if powers.rank() == len(self.basis):  # it tells the zeros apart
                yield from self._read_off(generator, combination, powers)
                return

    def _read_off(self, generator: int | None, combination: Sequence[int], powers: Any) -> Iterator[Cluster]:
        """The zeros in terms of a combination of the variables, from the columns of its powers."""
        top = self._combined(combination, self._vector(powers, len(self.basis) - 1))
        relation = [-c for c in powers.solve(self._column(top)).entries()]
        coordinates = {v: self._coordinates(powers, n) for n, v in enumerate(self.variables)}
        for f, _ in fmpq_poly([*relation, 1]).factor()[1]:
            yield Cluster(f, {v: g % f for v, g in coordinates.items()}, generator)

    def _without_squares(self) -> ZeroSet | None:
        """The same zeros, each once; None where that is so already (Seidenberg 1974: it is where no variable has a square in its equation)."""
        more = []
        for n in range(len(self.variables)):
            columns = [self._times({m: fmpq(1)}, n) for m in self.basis]
            f = fmpq_mat([[column.get(m, fmpq(0)) for column in columns] for m in self.basis]).minpoly()
            square = f.gcd(f.derivative())
            if square.degree() > 0:
                more.append(self._in_variable(f // square, n))
        return ZeroSet.of(self, more) if more else None

    def _in_variable(self, f: Any, n: int) -> Any:
        """A polynomial as one in the n-th variable, with integer coefficients."""
        return self.context.from_dict({tuple(k * int(m == n) for m in range(len(self.variables))): int(c) for k, c in enumerate(f.numer().coeffs())})

    def _candidates(self, preferred: Sequence[int]) -> Iterator[tuple[int | None, list[int]]]:
        """Variables, then sums of multiples of them: all but finitely many of these tell the zeros apart."""
        unit = {v: [int(k == v) for k in self.variables] for v in self.variables}
        yield from ((v, unit[v]) for v in preferred if v in unit)
        for k in itertools.count(1):
            yield None, [k**n for n in range(len(self.variables))]

    def _combined(self, combination: Sequence[int], vector: Vector) -> Vector:
        out: Vector = {}
        for n, weight in enumerate(combination):
            if weight:
                for m, c in self._times(vector, n).items():
                    out[m] = out.get(m, 0) + weight * c
        return {m: c for m, c in out.items() if c}

    def _powers(self, combination: Sequence[int]) -> Any:
        """The powers of a combination of the variables from 0 on, as many as there are zeros, as columns."""
        columns = [{self.basis[0]: fmpq(1)}]
        while len(columns) < len(self.basis):
            columns.append(self._combined(combination, columns[-1]))
        return fmpq_mat([[column.get(m, fmpq(0)) for column in columns] for m in self.basis])

    def _vector(self, matrix: Any, column: int) -> Vector:
        return {m: matrix[n, column] for n, m in enumerate(self.basis) if matrix[n, column]}

    def _column(self, vector: Vector) -> Any:
        return fmpq_mat([[vector.get(m, fmpq(0))] for m in self.basis])

    def _coordinates(self, powers: Any, n: int) -> Any:
        """A variable as a polynomial in the element whose powers are given."""
        return fmpq_poly(powers.solve(self._column(self._form(_raised(self.basis[0], n)))).entries())


def _divides(a: Monomial, b: Monomial) -> bool:
    return all(x <= y for x, y in zip(a, b, strict=True))


def _raised(m: Monomial, n: int) -> Monomial:
    return (*m[:n], m[n] + 1, *m[n + 1 :])


def _lowered(m: Monomial, n: int) -> Monomial:
    return (*m[:n], m[n] - 1, *m[n + 1 :])
