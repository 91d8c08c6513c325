"""Formulas over polynomials: atoms `p > 0`, `p >= 0`, `p == 0`, `p != 0`, joined by `And` and `Or`.

There is no `Not`: a negation is pushed to the atoms, so that every part of a formula can be read by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from deterrence.algebra.polynomials import Polynomial, constant_value

_NEGATED = {"==": "!=", "!=": "=="}


class Atom:
    """The condition `polynomial OP 0`, with OP one of `>`, `>=`, `==`, `!=`."""

    __slots__ = ("key", "op", "polynomial")

    def __init__(self, polynomial: Polynomial, op: str) -> None:
        self.polynomial, self.op = polynomial, op
        self.key = f"{polynomial} {op}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"{self.key} 0"


class And:
    """All parts hold; with no parts it is true."""

    __slots__ = ("key", "parts")
    key: str
    parts: tuple[Formula, ...]

    def __init__(self, parts: Iterable[Formula]) -> None:
        self.parts = tuple(parts)
        self.key = "(and " + " ".join(p.key for p in self.parts) + ")"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, And) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return self.key


class Or:
    """At least one part holds; with no parts it is false."""

    __slots__ = ("key", "parts")
    key: str
    parts: tuple[Formula, ...]

    def __init__(self, parts: Iterable[Formula]) -> None:
        self.parts = tuple(parts)
        self.key = "(or " + " ".join(p.key for p in self.parts) + ")"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Or) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return self.key


Formula: TypeAlias = Atom | And | Or
TRUE = And(())
FALSE = Or(())


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of `parts`, flattened, without repetitions and constants."""
    out: dict[str, Formula] = {}
    for part in parts:
        for p in part.parts if isinstance(part, And) else (part,):
            p = decided(p)
            if p == FALSE:
                return FALSE
            if p != TRUE:
                out[p.key] = p
    return next(iter(out.values())) if len(out) == 1 else And(out.values())


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of `parts`, flattened, without repetitions and constants."""
    out: dict[str, Formula] = {}
    for part in parts:
        for p in part.parts if isinstance(part, Or) else (part,):
            p = decided(p)
            if p == TRUE:
                return TRUE
            if p != FALSE:
                out[p.key] = p
    return next(iter(out.values())) if len(out) == 1 else Or(out.values())


def decided(f: Formula) -> Formula:
    """An atom over a constant as TRUE or FALSE; anything else as it is."""
    if isinstance(f, Atom) and f.polynomial.is_constant():
        value = constant_value(f.polynomial)
        truth = {">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0}[f.op]
        return TRUE if truth else FALSE
    return f


def negation(f: Formula) -> Formula:
    """The complement, with the negation pushed down to the atoms."""
    if isinstance(f, And):
        return disjunction(negation(p) for p in f.parts)
    if isinstance(f, Or):
        return conjunction(negation(p) for p in f.parts)
    if f.op in _NEGATED:
        return Atom(f.polynomial, _NEGATED[f.op])
    return Atom(-f.polynomial, ">=" if f.op == ">" else ">")


def strict(f: Formula) -> Formula:
    """The formula with `>` for every `>=`: the same set but for points on finitely many surfaces (where nothing vanishes identically)."""
    if isinstance(f, And):
        return conjunction(strict(p) for p in f.parts)
    if isinstance(f, Or):
        return disjunction(strict(p) for p in f.parts)
    return Atom(f.polynomial, ">") if f.op == ">=" else f


def atoms(f: Formula) -> Iterator[Atom]:
    """Every atom of a formula, from left to right."""
    if isinstance(f, Atom):
        yield f
        return
    for part in f.parts:
        yield from atoms(part)


def large(atom: Atom) -> bool:
    """Is the polynomial too large for questions about it to be cheap?"""
    return len(atom.polynomial) > 20
