"""Exact expressions and conditions in named symbols: values that are read, evaluated, compared and written."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, TypeAlias, runtime_checkable

from deterrence.algebra.errors import ExpressionError, InputError, quoted
from deterrence.algebra.parser import parse_condition, parse_expression
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
    children,
    fold,
    nodes,
    render,
    symbols_of,
)

__all__ = [
    "And", "AnyTree", "Binary", "Call", "Compare", "Condition", "ConditionLike", "ConditionTree", "Expression", "ExpressionLike",
    "Negate", "Not", "Number", "NumberLike", "Or", "Power", "Symbol", "Tree", "children", "exact", "fold", "nodes", "render",
    "symbols_of",
]  # fmt: skip


@runtime_checkable
class SympyLike(Protocol):
    """What SymPy's expressions and relations have in common; naming the classes would mean importing SymPy."""

    @property
    def free_symbols(self) -> Any: ...


NumberLike: TypeAlias = int | Fraction | Decimal | float | str
ExpressionLike: TypeAlias = "Expression | NumberLike | SympyLike"
ConditionLike: TypeAlias = "Condition | str | SympyLike"

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
# A Mersenne prime: values modulo it, at points drawn from the names, tell rational functions apart.
_PRIME = 2**61 - 1


def exact(value: NumberLike | SympyLike) -> Fraction:
    """The rational number that a point's coordinate is given as; a float is taken as the decimal that it prints as.

    Raises InputError for what is no finite rational number.

    >>> exact("1/3"), exact(0.1), exact("0.25")
    (Fraction(1, 3), Fraction(1, 10), Fraction(1, 4))
    """
    if isinstance(value, bool):
        raise InputError(f"found {value}; expected a number")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"found {value}; expected a finite number")
        return Fraction(repr(float(value)))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(f"found {value}; expected a finite number")
        return Fraction(value)
    expression = Expression.of(value)
    if expression.symbols:
        raise InputError(f"found {quoted(expression.text)}; expected a number without names, such as 1/3 or 0.2")
    return Fraction(expression.evaluate({}))


def _evaluate(tree: AnyTree, env: Mapping[str, Any], number: Callable[[Fraction], Any] | None) -> Any:
    match tree:
        case Symbol(name):
            return env[name]
        case Number(value):
            return value if number is None else number(value)
        case Binary(op, left, right) | Compare(op, left, right):
            return _OPERATIONS[op](_evaluate(left, env, number), _evaluate(right, env, number))
        case Negate(operand):
            return -_evaluate(operand, env, number)
        case Power(base, exponent):
            return _evaluate(base, env, number) ** exponent
        case And(parts):
            return all(_evaluate(part, env, number) for part in parts)
        case Or(parts):
            return any(_evaluate(part, env, number) for part in parts)
        case Not(part):
            return not _evaluate(part, env, number)
    raise ExpressionError(f"{render(tree)} cannot be evaluated with + - * / ** alone")


class _Text:
    """What expressions and conditions share: a tree, the text that it was read from, and the names in it."""

    __slots__ = ("__weakref__", "_hash", "symbols", "text", "tree")
    tree: Any
    text: str
    symbols: frozenset[str]
    _hash: int | None

    def __init__(self, tree: AnyTree, text: str | None = None) -> None:
        set_once = object.__setattr__
        set_once(self, "tree", tree)
        set_once(self, "text", render(tree) if text is None else " ".join(text.split()))
        set_once(self, "symbols", symbols_of(tree))
        set_once(self, "_hash", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.tree, self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def _value(self, env: Mapping[str, Any], number: Callable[[Fraction], Any] | None) -> Any:
        try:
            return _evaluate(self.tree, env, number)
        except ZeroDivisionError:
            raise ExpressionError(f"{quoted(self.text)} divides by zero at this point") from None
        except KeyError as missing:
            raise ExpressionError(f"{quoted(self.text)} needs a value of {missing}") from None


class Expression(_Text):
    """A rational function of named symbols with exact coefficients; equal to any other way of writing the same function.

    >>> Expression.parse("(x**2 - 1)/(x - 1)") == Expression.parse("x + 1")
    True
    """

    __slots__ = ()
    tree: Tree

    @classmethod
    def parse(cls, text: str, *, formulas: bool = False) -> Expression:
        """The expression that the text says; with `formulas`, `sqrt`, `Min`, `Max` and `CRootOf` are read as well.

        Raises ExpressionError, with the column, where the text is not in the grammar or beyond its limits.
        """
        return cls(parse_expression(text, formulas), text)

    @classmethod
    def of(cls, value: ExpressionLike) -> Expression:
        """The expression that a number, a text or a SymPy expression says."""
        if isinstance(value, Expression):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, int | Fraction | Decimal | float):
            return cls(_number_tree(exact(value)))
        if isinstance(value, SympyLike):
            from deterrence.algebra.sympy_forms import tree_of

            return cls(tree_of(value))
        raise ExpressionError(f"found {quoted(repr(value))}; expected a number, text or a SymPy expression")

    def evaluate(self, env: Mapping[str, Any], number: Callable[[Fraction], Any] | None = None) -> Any:
        """The value where each symbol has its value in `env`, by plain `+ - * / **`; `number` makes constants of the same kind.

        >>> Expression.parse("g/(g + l)").evaluate({"g": Fraction(1), "l": Fraction(2)})
        Fraction(1, 3)
        """
        return self._value(env, number)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        if self is other or self.tree == other.tree:
            return True
        if hash(self) != hash(other):
            return False
        from deterrence.algebra.rational_functions import same_function

        return same_function(self.tree, other.tree)

    def __hash__(self) -> int:
        if self._hash is None:
            object.__setattr__(self, "_hash", _fingerprint(self.tree))
        return hash(self._hash)


class Condition(_Text):
    """Comparisons of expressions, joined by `and`, `or`, `not`; equal to another that is written alike but for spaces and parentheses."""

    __slots__ = ()
    tree: ConditionTree

    @classmethod
    def parse(cls, text: str) -> Condition:
        """The condition that the text says; raises ExpressionError, with the column, where it is not in the grammar."""
        return cls(parse_condition(text), text)

    @classmethod
    def of(cls, value: ConditionLike) -> Condition:
        """The condition that a text or a SymPy relation says."""
        if isinstance(value, Condition):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, SympyLike):
            from deterrence.algebra.sympy_forms import condition_tree_of

            return cls(condition_tree_of(value))
        raise ExpressionError(f"found {quoted(repr(value))}; expected a condition as text or as a SymPy relation")

    def evaluate(self, env: Mapping[str, Any]) -> bool:
        """Does the condition hold where each symbol has its value in `env`?"""
        return bool(self._value(env, None))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Condition):
            return NotImplemented
        return self is other or render(self.tree) == render(other.tree)

    def __hash__(self) -> int:
        return hash(render(self.tree))


def _number_tree(value: Fraction) -> Tree:
    return Negate(Number(-value)) if value < 0 else Number(value)


def _fingerprint(tree: Tree) -> int:
    """The value modulo a large prime at a point made from the names: the same for every way of writing one function."""
    import hashlib

    def visit(node: AnyTree, parts: list[int]) -> int:
        match node:
            case Number(value):
                return value.numerator * pow(value.denominator, -1, _PRIME) % _PRIME
            case Symbol(name):
                return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % _PRIME
            case Negate():
                return -parts[0] % _PRIME
            case Power(_, exponent):
                return pow(parts[0], exponent, _PRIME)
            case Binary("/"):
                return parts[0] * pow(parts[1], -1, _PRIME) % _PRIME
            case Binary(op):
                return int(_OPERATIONS[op](parts[0], parts[1])) % _PRIME
        raise ValueError("a formula with functions has no fingerprint")

    try:
        return fold(tree, visit)
    except ValueError:  # a denominator that vanishes, or a function of results
        return 0
