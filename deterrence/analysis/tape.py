"""Exact formulas as a straight-line program of floating-point operations, in which nothing is computed twice.

Value numbering: each operation on earlier lines gets one line, however often it occurs (Aho, Lam, Sethi and Ullman 2006, Compilers,
section 6.1.1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring, constant_value, to_fraction

Line: TypeAlias = tuple[str | int | float, ...]  # an operation and the lines, or the numbers, that it works on
Places: TypeAlias = Mapping[int, int]  # variable of a ring -> the line that has its value
_Terms: TypeAlias = dict[tuple[int, ...], Fraction]


@dataclass(frozen=True)
class Program:
    """The lines that some outputs need, in order; `inputs` are the names of its columns, in the order in which they are given.

    `truths` are the lines of outputs that are true or false, `values` of those that are numbers.
    """

    lines: tuple[Line, ...]
    inputs: tuple[str, ...]
    truths: tuple[int, ...]
    values: tuple[int, ...]

    @property
    def finds_roots(self) -> bool:
        """Does a line find the roots of a polynomial that has no closed form?"""
        return any(line[0] == "roots" for line in self.lines)


class Tape:
    """A program in the making."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.inputs: list[str] = []
        self._known: dict[Line, int] = {}
        self._polynomials: dict[tuple[str, tuple[int, ...]], int] = {}

    def line(self, *operation: str | int | float) -> int:
        """The line of an operation, a new one where it has not been written yet."""
        if operation not in self._known:
            self._known[operation] = len(self.lines)
            self.lines.append(operation)
        return self._known[operation]

    def input(self, name: str) -> int:
        """The line of a column that is given."""
        if name not in self.inputs:
            self.inputs.append(name)
        return self.line("input", self.inputs.index(name))

    def constant(self, value: Fraction | float) -> int:
        """The line of a number."""
        return self.line("constant", float(value))

    def all_of(self, lines: Iterable[int]) -> int:
        """The line of a conjunction."""
        return self._joined("&", lines, True)

    def any_of(self, lines: Iterable[int]) -> int:
        """The line of a disjunction."""
        return self._joined("|", lines, False)

    def _joined(self, op: str, lines: Iterable[int], empty: bool) -> int:
        out: int | None = None
        for k in dict.fromkeys(lines):
            out = k if out is None else self.line(op, out, k)
        return self.line("truth", int(empty)) if out is None else out

    def program(self, truths: Sequence[int], values: Sequence[int]) -> Program:
        """The program that computes these lines and nothing that they do not need."""
        return pruned(self.lines, self.inputs, truths, values)

    # Exact formulas

    def ratio(self, value: Ratio, places: Places) -> int:
        """The line of a rational function, numerator and denominator in factors."""
        if not value:
            return self.constant(0.0)
        above, top = self._factors(value.ring, value.numerator, places)
        below, bottom = self._factors(value.ring, value.denominator, places)
        scale = above / below
        numerator = self._product(Fraction(scale.numerator), top)
        if not bottom and scale.denominator == 1:
            return numerator
        return self.line("/", numerator, self._product(Fraction(scale.denominator), bottom))

    def polynomial(self, p: Polynomial, ring: Ring, places: Places) -> int:
        """The line of a polynomial."""
        return self.ratio(Ratio(ring, p), places)

    def _factors(self, ring: Ring, p: Polynomial, places: Places) -> tuple[Fraction, list[int]]:
        """The constant, and the lines of the factors (as often as they occur)."""
        _, factors = ring.factors(p)
        product, lines = ring.one, []
        for f, m in factors:
            product = product * f**m
            lines += [self._sum(f, ring, places)] * m
        return constant_value(p / product), lines

    def _product(self, constant: Fraction, lines: list[int]) -> int:
        out = None if constant == 1 and lines else self.constant(constant)
        for k in lines:
            out = k if out is None else self.line("*", out, k)
        assert out is not None
        return out

    def _sum(self, p: Polynomial, ring: Ring, places: Places) -> int:
        key = str(p), tuple(places[k] for k in ring.support(p))
        if key not in self._polynomials:
            self._polynomials[key] = self._horner({m: to_fraction(c) for m, c in p.to_dict().items()}, places)
        return self._polynomials[key]

    def _horner(self, terms: _Terms, places: Places) -> int:
        """The line of a sum of terms: a variable that stands in several of them is taken out, the most frequent one first."""
        often = Counter(k for m in terms for k, e in enumerate(m) if e)
        x = min(often, key=lambda k: (-often[k], k), default=0)
        if often[x] < 2:
            return self._plain_sum(terms, places)
        inside = {(*m[:x], m[x] - 1, *m[x + 1 :]): c for m, c in terms.items() if m[x]}
        rest = {m: c for m, c in terms.items() if not m[x]}
        product = self.line("*", self._horner(inside, places), places[x])
        return self.line("+", product, self._horner(rest, places)) if rest else product

    def _plain_sum(self, terms: _Terms, places: Places) -> int:
        """The sum of terms that share no variable, positive ones first."""
        out: int | None = None
        for m, c in sorted(terms.items(), key=lambda item: (item[1] < 0, tuple(-e for e in item[0]))):
            factors = [places[k] for k, e in enumerate(m) for _ in range(e)]
            term = self._product(c if out is None else abs(c), factors)
            out = term if out is None else self.line("-" if c < 0 else "+", out, term)
        return self.constant(0.0) if out is None else out

    def formula(self, f: Formula, ring: Ring, places: Places) -> int:
        """The line of a formula's truth."""
        if isinstance(f, Atom):
            return self.line(f.op, self.polynomial(f.polynomial, ring, places), self.constant(0.0))
        parts = [self.formula(p, ring, places) for p in f.parts]
        return self.all_of(parts) if isinstance(f, And) else self.any_of(parts)


def pruned(lines: Sequence[Line], inputs: Sequence[str], truths: Sequence[int], values: Sequence[int]) -> Program:
    """The program that computes some of the lines and nothing that they do not need."""
    needed, todo = set[int](), [*truths, *values]
    while todo:
        k = todo.pop()
        if k not in needed:
            needed.add(k)
            todo += operands(lines[k])
    order = sorted(needed)
    moved = {k: i for i, k in enumerate(order)}
    kept = tuple(_renumbered(lines[k], moved) for k in order)
    return Program(kept, tuple(inputs), tuple(moved[k] for k in truths), tuple(moved[k] for k in values))


def operands(line: Line) -> list[int]:
    """The lines that an operation works on."""
    if line[0] in ("input", "constant", "truth"):
        return []
    return [int(k) for k in (line[2:] if line[0] == "pick" else line[1:])]


def _renumbered(line: Line, moved: Mapping[int, int]) -> Line:
    kept = len(line) - len(operands(line))
    return (*line[:kept], *(moved[k] for k in operands(line)))
