"""Expressions from and to SymPy. The only module of the room that imports it, and only when a function is called."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from deterrence.algebra.errors import ExpressionError, quoted
from deterrence.algebra.parser import DEEPEST_TREE, HEAVIEST, parse_expression
from deterrence.algebra.tokens import KEYWORDS, is_name
from deterrence.algebra.trees import (
    And,
    AnyTree,
    Binary,
    Call,
    Compare,
    ConditionTree,
    Negate,
    Not,
    Number,
    Or,
    Power,
    Symbol,
    Tree,
    fold,
    product_of,
    sum_of,
    weight,
)

_RELATIONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}


def tree_of(value: Any) -> Tree:
    """The tree of a SymPy expression that is a rational function; its symbols count by name."""
    import sympy

    expression = sympy.sympify(value)
    tree = _tree(expression, 0)
    if weight(tree) > HEAVIEST:
        raise ExpressionError(f"the expression has more than {HEAVIEST} terms when its powers are multiplied out")
    return tree


def _tree(e: Any, depth: int) -> Tree:
    if depth > DEEPEST_TREE // 4:
        raise ExpressionError("the SymPy expression is nested too deep")
    if e.is_Rational:
        return _number(Fraction(int(e.p), int(e.q)))
    if e.is_Float:
        return _number(Fraction(str(e)))
    if e.is_Symbol:
        return Symbol(_name(e.name))
    if e.is_Add:
        return sum_of([_term(argument, depth + 1) for argument in e.args])
    if e.is_Mul:
        return _product(e, depth + 1)
    if e.is_Pow and e.exp.is_Integer and abs(int(e.exp)) <= 64:
        base = _tree(e.base, depth + 1)
        return Binary("/", Number(Fraction(1)), base) if e.exp == -1 else Power(base, int(e.exp))
    raise ExpressionError(f"found {quoted(str(e))}; expected a rational function of symbols with exact coefficients")


def _name(name: str) -> str:
    if not is_name(name) or name in KEYWORDS:
        raise ExpressionError(f"found a symbol {quoted(name)}; a name is a letter or underscore, then letters, digits and underscores")
    return name


def _number(value: Fraction) -> Tree:
    return Negate(Number(-value)) if value < 0 else Number(value)


def _term(e: Any, depth: int) -> tuple[str, Tree]:
    return ("-", _tree(-e, depth)) if e.could_extract_minus_sign() and not e.is_Add else ("+", _tree(e, depth))


def _product(e: Any, depth: int) -> Tree:
    coefficient, _ = e.as_coeff_Mul()
    if coefficient.is_negative:
        return Negate(_tree(-e, depth))
    top, bottom = e.as_numer_denom() if not coefficient.is_Float else (e, 1)
    if bottom != 1 and top.is_Mul | top.is_Symbol | top.is_Add | top.is_Pow | top.is_Rational:
        return Binary("/", _tree(top, depth), _tree(bottom, depth))
    return product_of([("*", _tree(argument, depth)) for argument in e.args])


def condition_tree_of(value: Any) -> ConditionTree:
    """The tree of a SymPy relation, or of relations joined by And, Or and Not."""
    import sympy

    match value:
        case sympy.And():
            return And(tuple(condition_tree_of(argument) for argument in _ordered(value)))
        case sympy.Or():
            return Or(tuple(condition_tree_of(argument) for argument in _ordered(value)))
        case sympy.Not():
            return Not(condition_tree_of(value.args[0]))
        case sympy.core.relational.Relational() if value.rel_op in _RELATIONS:
            return Compare(_RELATIONS[value.rel_op], tree_of(value.lhs), tree_of(value.rhs))
    raise ExpressionError(f"found {quoted(str(value))}; expected a relation, such as x > 0 of SymPy symbols")


def _ordered(value: Any) -> list[Any]:
    import sympy

    return list(sympy.ordered(value.args))


def to_sympy(text: str) -> Any:
    """The SymPy expression that a formula of a result says, given as exact text; every name is a plain Symbol, `S` and `pi` included.

    >>> to_sympy("sqrt(pi)*g/(g + l)")
    g*sqrt(pi)/(g + l)
    """
    return sympy_of(parse_expression(text, formulas=True))


def sympy_of(tree: AnyTree) -> Any:
    """The SymPy expression, or relation, that the tree says: every name is a plain Symbol."""
    import sympy

    def visit(node: AnyTree, parts: list[Any]) -> Any:
        match node:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Symbol(name):
                return sympy.Symbol(name)
            case Negate():
                return -parts[0]
            case Power(_, exponent):
                return parts[0] ** exponent
            case Binary(op):
                return {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}[op](*parts)
            case Call(name):
                return getattr(sympy, name)(*parts)
            case Compare(op):
                return sympy.Rel(parts[0], parts[1], op)
            case And():
                return sympy.And(*parts)
            case Or():
                return sympy.Or(*parts)
        return sympy.Not(parts[0])

    return fold(tree, visit)
