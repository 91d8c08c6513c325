"""Are two expressions the same rational function? Decided by exact polynomial arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from deterrence.algebra.trees import AnyTree, Binary, Call, Negate, Number, Power, Symbol, Tree, fold, nodes, symbols_of, weight

# Multiplying out heavier trees than this could take more memory than there is.
HEAVIEST = 500


def same_function(first: Tree, second: Tree) -> bool:
    """Do the trees say the same rational function?

    Trees with functions in them, and trees too heavy to be multiplied out, are the same only if they are written alike.
    """
    written_alike = first == second
    if written_alike or any(isinstance(node, Call) for tree in (first, second) for node in nodes(tree)):
        return written_alike
    if weight(first) + weight(second) > HEAVIEST:
        return False
    from flint import fmpq_mpoly_ctx

    names = sorted(symbols_of(first) | symbols_of(second))
    context = fmpq_mpoly_ctx.get(names or ["x"], "lex")
    generators = dict(zip(names, context.gens(), strict=False))
    left, right = (_quotient(tree, context, generators) for tree in (first, second))
    if left is None or right is None:
        return False
    return bool(left[0] * right[1] == right[0] * left[1])


def _quotient(tree: Tree, context: Any, generators: dict[str, Any]) -> tuple[Any, Any] | None:
    """Numerator and denominator, not in lowest terms; None where the denominator is zero throughout."""

    def visit(node: AnyTree, parts: list[tuple[Any, Any] | None]) -> tuple[Any, Any] | None:
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        match node:
            case Number(value):
                return context.constant(_rational(value)), context.constant(1)
            case Symbol(name):
                return generators[name], context.constant(1)
            case Negate():
                return -known[0][0], known[0][1]
            case Power(_, exponent):
                return _raised(known[0], exponent)
            case Binary(op):
                return _joined(op, *known)
        return None

    return fold(tree, visit)


def _raised(part: tuple[Any, Any], exponent: int) -> tuple[Any, Any] | None:
    top, bottom = part if exponent >= 0 else (part[1], part[0])
    return None if bottom == 0 else (top ** abs(exponent), bottom ** abs(exponent))


def _joined(op: str, left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any] | None:
    if op == "*":
        return left[0] * right[0], left[1] * right[1]
    if op == "/":
        return None if right[0] == 0 else (left[0] * right[1], left[1] * right[0])
    cross = right[0] * left[1]
    return left[0] * right[1] + (cross if op == "+" else -cross), left[1] * right[1]


def _rational(value: Fraction) -> Any:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)
