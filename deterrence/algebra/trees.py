"""Trees of expressions and conditions, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: of a parameter, of what a type binds, or of an entry of `where`."""

    name: str


@dataclass(frozen=True, slots=True)
class Negate:
    """Minus the operand."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`, where op is one of `+ - * /`."""

    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Power:
    """The base to an integer exponent."""

    base: Tree
    exponent: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of formulas in results: `sqrt`, `Min`, `Max` or `CRootOf`."""

    name: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`, where op is one of `< <= > >= == !=`."""

    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[ConditionTree, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds."""

    parts: tuple[ConditionTree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: ConditionTree


Tree: TypeAlias = Number | Symbol | Negate | Binary | Power | Call
ConditionTree: TypeAlias = Compare | And | Or | Not
AnyTree: TypeAlias = Tree | ConditionTree

# How tightly a node holds together when it is written; a child that holds less tightly than its place asks for is put in parentheses.
OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(1, 10)
# Runs of `+ -` or `* /` longer than this are built as balanced trees, so that the depth of a tree does not grow with its length.
LONGEST_RUN = 8


def children(tree: AnyTree) -> tuple[AnyTree, ...]:
    """The parts of a node, from left to right."""
    match tree:
        case Binary() | Compare():
            return (tree.left, tree.right)
        case Negate():
            return (tree.operand,)
        case Power():
            return (tree.base,)
        case Call():
            return tree.arguments
        case And() | Or():
            return tree.parts
        case Not():
            return (tree.part,)
    return ()


def fold(tree: AnyTree, visit: Callable[[AnyTree, list[R]], R]) -> R:
    """`visit(node, results of its parts)` from the leaves up, without recursion."""
    todo: list[tuple[AnyTree, bool]] = [(tree, False)]
    results: list[R] = []
    while todo:
        node, opened = todo.pop()
        parts = children(node)
        if parts and not opened:
            todo.append((node, True))
            todo.extend((part, False) for part in reversed(parts))
            continue
        first = len(results) - len(parts)
        results[first:] = [visit(node, results[first:])]
    return results[0]


def nodes(tree: AnyTree) -> Iterator[AnyTree]:
    """Every node, each before its parts."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(children(node)))


def symbols_of(tree: AnyTree) -> frozenset[str]:
    """The names that occur in a tree."""
    return frozenset(node.name for node in nodes(tree) if isinstance(node, Symbol))


def weight(tree: AnyTree, of_symbol: Callable[[str], int] = lambda _: 1) -> int:
    """How many numbers and names are left when powers are multiplied out; long numbers count for several."""

    def visit(node: AnyTree, parts: list[int]) -> int:
        match node:
            case Number(value):
                return 1 + (value.numerator.bit_length() + value.denominator.bit_length()) // 64
            case Symbol(name):
                return of_symbol(name)
            case Power(_, exponent):
                return max(1, abs(exponent)) * parts[0]
        return sum(parts)

    return fold(tree, visit)


def sum_of(terms: Sequence[tuple[str, Tree]]) -> Tree:
    """The sum of signed terms `(+ or -, tree)`; long ones as a balanced tree."""
    if len(terms) <= LONGEST_RUN:
        sign, first = terms[0]
        total: Tree = first if sign == "+" else Negate(first)
        for sign, term in terms[1:]:
            total = Binary(sign, total, term)
        return total
    middle = len(terms) // 2
    return Binary("+", sum_of(terms[:middle]), sum_of(terms[middle:]))


def product_of(factors: Sequence[tuple[str, Tree]]) -> Tree:
    """The product of factors `(* or /, tree)`; long ones as a balanced tree."""
    if len(factors) <= LONGEST_RUN:
        op, first = factors[0]
        total: Tree = first if op == "*" else Binary("/", Number(Fraction(1)), first)
        for op, factor in factors[1:]:
            total = Binary(op, total, factor)
        return total
    middle = len(factors) // 2
    return Binary("*", product_of(factors[:middle]), product_of(factors[middle:]))


def render(tree: AnyTree) -> str:
    """The tree in the grammar of expressions, with the fewest parentheses.

    >>> render(Binary("/", Symbol("g"), Binary("+", Symbol("g"), Symbol("l"))))
    'g/(g + l)'
    """
    return fold(tree, _write)[0]


def _write(node: AnyTree, parts: list[tuple[str, int]]) -> tuple[str, int]:
    match node:
        case Number(value):
            return str(value), (PRODUCT if value.denominator != 1 else UNARY if value < 0 else ATOM)
        case Symbol(name):
            return name, ATOM
        case Negate():
            # `-a*b` reads as (-a)*b, which is the same number: products need no parentheses after a minus.
            return "-" + _hold(parts[0], PRODUCT if not parts[0][0].startswith("-") else ATOM), UNARY
        case Binary(op) if op in "+-":
            return f"{_hold(parts[0], SUM)} {op} {_tail(parts[1], PRODUCT)}", SUM
        case Binary(op):
            return f"{_hold(parts[0], PRODUCT)}{op}{_tail(parts[1], POWER)}", PRODUCT
        case Power(_, exponent):
            return f"{_hold(parts[0], ATOM)}**{exponent}", POWER
        case Call(name):
            return f"{name}({', '.join(text for text, _ in parts)})", ATOM
        case Compare(op):
            return f"{_hold(parts[0], SUM)} {op} {_hold(parts[1], SUM)}", COMPARE
        case Not():
            return f"not {_hold(parts[0], NOT)}", NOT
        case Or():
            return " or ".join(_hold(part, AND) for part in parts), OR
    assert isinstance(node, And)
    return _conjunction(node.parts, parts), AND


def _hold(part: tuple[str, int], least: int) -> str:
    return part[0] if part[1] >= least else f"({part[0]})"


def _tail(part: tuple[str, int], least: int) -> str:
    """A right operand: one that starts with a minus is put in parentheses, for the reader's sake."""
    return f"({part[0]})" if part[0].startswith("-") else _hold(part, least)


def _conjunction(parts: tuple[ConditionTree, ...], written: list[tuple[str, int]]) -> str:
    """Comparisons that pass on the same middle term in one direction are written as a chain, `0 < r < 1`."""
    out: list[str] = []
    for k, part in enumerate(parts):
        before = parts[k - 1] if k else None
        if isinstance(part, Compare) and isinstance(before, Compare) and _chains(before, part):
            out[-1] += f" {part.op} {render(part.right)}"
        else:
            out.append(_hold(written[k], NOT))
    return " and ".join(out)


def _chains(before: Compare, after: Compare) -> bool:
    return before.right == after.left and before.op[0] in "<>" and before.op[0] == after.op[0]
