"""Conditions and expressions as they are written, turned into formulas and rational functions of a ring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deterrence.algebra.formula import Atom, Formula, conjunction, disjunction, negation
from deterrence.algebra.polynomials import Ratio, Ring
from deterrence.algebra.trees import (
    And,
    AnyTree,
    Binary,
    Compare,
    Negate,
    Not,
    Number,
    Or,
    Power,
    Symbol,
)

MIRRORED = {"<": ">", "<=": ">="}


def to_ratio(tree: AnyTree, symbols: Mapping[str, Ratio], ring: Ring) -> Ratio:
    """The value of an expression as a rational function.

    `symbols` gives the value of each name; a name that it does not hold is a `KeyError` for the caller to explain.
    """
    match tree:
        case Number():
            return Ratio.of(ring, tree.value)
        case Symbol():
            return symbols[tree.name]
        case Negate():
            return -to_ratio(tree.operand, symbols, ring)
        case Power():
            return to_ratio(tree.base, symbols, ring) ** tree.exponent
        case Binary():
            left, right = to_ratio(tree.left, symbols, ring), to_ratio(tree.right, symbols, ring)
            operations: dict[str, Any] = {
                "+": Ratio.__add__,
                "-": Ratio.__sub__,
                "*": Ratio.__mul__,
                "/": Ratio.__truediv__,
            }
            result: Ratio = operations[tree.op](left, right)
            return result
    raise TypeError(f"no rational function: {tree!r}")


def to_formula(tree: AnyTree, symbols: Mapping[str, Ratio], ring: Ring) -> Formula:
    """The set of points where a condition holds, cleared of denominators (which must not vanish)."""
    match tree:
        case And():
            return conjunction(to_formula(p, symbols, ring) for p in tree.parts)
        case Or():
            return disjunction(to_formula(p, symbols, ring) for p in tree.parts)
        case Not():
            return negation(to_formula(tree.part, symbols, ring))
        case Compare():
            gap = to_ratio(tree.left, symbols, ring) - to_ratio(tree.right, symbols, ring)
            op = tree.op
            if op in MIRRORED:
                gap, op = -gap, MIRRORED[op]
            p = gap.numerator if op in ("==", "!=") else gap.numerator * gap.denominator
            return conjunction((Atom(p, op),))
    raise TypeError(f"no condition: {tree!r}")
