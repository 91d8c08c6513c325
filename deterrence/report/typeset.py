"""Formulas and conditions, given as exact text, set as a paper prints them: in LaTeX or in MathML.

One walk over the tree decides on parentheses and on what stands beside what; a `Notation` only spells it. The LaTeX stays within
what matplotlib's mathtext understands, so that the same formulas serve tables and figures.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Protocol, TypeAlias

from deterrence.algebra.parser import Parser
from deterrence.algebra.trees import (
    AND,
    ATOM,
    COMPARE,
    NOT,
    OR,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    And,
    AnyTree,
    Binary,
    Call,
    Compare,
    Negate,
    Not,
    Number,
    Or,
    Power,
    Symbol,
    fold,
)
from deterrence.report.symbols import SymbolName, read_name


class Notation(Protocol):
    """A language of formulas. Every method returns the code of one formula, given the code of its parts."""

    def symbol(self, name: SymbolName) -> str: ...
    def number(self, value: int) -> str: ...
    def row(self, *parts: str) -> str: ...
    def operator(self, sign: str) -> str: ...
    def fraction(self, above: str, below: str) -> str: ...
    def power(self, base: str, exponent: str) -> str: ...
    def parenthesised(self, inside: str) -> str: ...
    def word(self, word: str) -> str: ...
    def call(self, function: str, arguments: tuple[str, ...]) -> str: ...


Written: TypeAlias = tuple[str, int]  # the code of a formula and how tightly it holds together


@lru_cache(maxsize=4096)
def typeset(text: str, notation: Notation) -> str:
    """Return the formula or condition `text` (in the grammar of expressions, `sqrt`, `Min`... included) written in a notation."""
    return fold(Parser(text, formulas=True).parse(), _Writer(notation).write)[0]


class _Writer:
    """Writes a node given its written parts, with parentheses only where they are needed."""

    def __init__(self, notation: Notation) -> None:
        self.to = notation

    def write(self, node: AnyTree, parts: list[Written]) -> Written:
        match node:
            case Number(value):
                return self._number(value)
            case Symbol(name):
                return self.to.symbol(read_name(name)), ATOM
            case Negate():
                return self.to.row(self.to.operator("neg"), self._hold(parts[0], PRODUCT, node.operand)), UNARY
            case Binary(op):
                return self._binary(op, node, parts)
            case Power(_, exponent):
                return self.to.power(self._hold(parts[0], ATOM), self._number(Fraction(exponent))[0]), POWER
            case Call(name):
                return self.to.call(name, tuple(code for code, _ in parts)), ATOM
            case Compare(op):
                return self.to.row(parts[0][0], self.to.operator(op), parts[1][0]), COMPARE
            case Not():
                return self.to.row(self.to.word("not"), self._hold(parts[0], ATOM)), NOT
            case Or():
                return self._joined("or", [self._hold(part, AND) for part in parts]), OR
        assert isinstance(node, And)
        return self._conjunction(node, parts), AND

    def _hold(self, part: Written, least: int, after_sign: AnyTree | None = None) -> str:
        """A part in its place: in parentheses if it holds less tightly than the place asks, or would put one sign after another."""
        code, level = part
        alone = level >= least and not (after_sign is not None and _starts_with_minus(after_sign))
        return code if alone else self.to.parenthesised(code)

    def _number(self, value: Fraction) -> Written:
        if value < 0:
            return self.to.row(self.to.operator("neg"), self._number(-value)[0]), UNARY
        if value.denominator == 1:
            return self.to.number(value.numerator), ATOM
        return self.to.fraction(self.to.number(value.numerator), self.to.number(value.denominator)), PRODUCT

    def _binary(self, op: str, node: Binary, parts: list[Written]) -> Written:
        left, right = parts
        if op == "/":
            return self.to.fraction(left[0], right[0]), PRODUCT
        if op == "*":
            beside = "" if isinstance(node.left, Number) else "times"
            sign = self.to.operator("dot" if _starts_with_digit(node.right) else beside)
            return self.to.row(self._hold(left, PRODUCT), sign, self._hold(right, PRODUCT, node.right)), PRODUCT
        least = PRODUCT if op == "-" else SUM
        return self.to.row(self._hold(left, SUM), self.to.operator(op), self._hold(right, least, node.right)), SUM

    def _conjunction(self, node: And, parts: list[Written]) -> str:
        """Comparisons that pass on the same middle term are written as a chain, `0 < r < 1`."""
        written: list[str] = []
        for k, part in enumerate(node.parts):
            before = node.parts[k - 1] if k else None
            if isinstance(part, Compare) and isinstance(before, Compare) and before.right == part.left:
                right = fold(part.right, self.write)[0]
                written[-1] = self.to.row(written[-1], self.to.operator(part.op), right)
            else:
                written.append(self._hold(parts[k], NOT))
        return self._joined("and", written)

    def _joined(self, word: str, parts: list[str]) -> str:
        codes = [code for part in parts for code in (self.to.word(word), part)]
        return self.to.row(*codes[1:])


def _leftmost(tree: AnyTree) -> AnyTree:
    """What a formula begins with, as far as it is not a fraction or a call."""
    while True:
        match tree:
            case Binary(op, left, _) if op != "/":
                tree = left
            case Power(base, _):
                tree = base
            case _:
                return tree


def _starts_with_digit(tree: AnyTree) -> bool:
    """Whether a factor begins with a digit, so that it may not stand right beside another."""
    first = _leftmost(tree)
    return isinstance(first, Number) and first.value >= 0 and first.value.denominator == 1


def _starts_with_minus(tree: AnyTree) -> bool:
    """Whether an operand begins with a minus sign, which may not follow another sign."""
    first = _leftmost(tree)
    return isinstance(first, Negate) or (isinstance(first, Number) and first.value < 0)
