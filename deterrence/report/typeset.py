"""Formulas and conditions, given as exact text, set as a paper prints them: in LaTeX or in MathML.

One walk over the tree decides on parentheses and on what stands beside what; a `Notation` only spells it. The LaTeX stays within
what matplotlib's mathtext understands, so that the same formulas serve tables and figures.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, Protocol

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


# Characters: a wider fraction is set on one line, with a slash, so that the line can be broken.
_WIDEST_FRACTION = 24


class Written(NamedTuple):
    """The code of a formula, how tightly it holds together, and about how many characters wide it is in print."""

    code: str
    level: int
    width: int


@lru_cache(maxsize=4096)
def typeset(text: str, notation: Notation, stacks: Callable[[str, str], bool] | None = None) -> str:
    """Return the formula or condition `text` (in the grammar of expressions, `sqrt`, `Min`... included) written in a notation.

    Args:
        text: the formula.
        notation: the language that it is written in.
        stacks: whether a fraction, given the code of what is above and below, is set with a bar; by default where it is narrow.
    """
    return fold(Parser(text, formulas=True).parse(), _Writer(notation, stacks).write).code


class _Writer:
    """Writes a node given its written parts, with parentheses only where they are needed."""

    def __init__(self, notation: Notation, stacks: Callable[[str, str], bool] | None = None) -> None:
        self.to = notation
        self._stacks = stacks

    def write(self, node: AnyTree, parts: list[Written]) -> Written:
        match node:
            case Number(value):
                return self._number(value)
            case Symbol(name):
                return Written(self.to.symbol(read_name(name)), ATOM, len(name))
            case Negate():
                return self._row(UNARY, self._sign("neg"), self._hold(parts[0], PRODUCT, node.operand))
            case Binary(op):
                return self._binary(op, node, *parts)
            case Power(_, exponent):
                base, above = self._hold(parts[0], ATOM), self._number(Fraction(exponent))
                return Written(self.to.power(base.code, above.code), POWER, base.width + above.width)
            case Call(name):
                return Written(self.to.call(name, tuple(part.code for part in parts)), ATOM, 2 + sum(part.width for part in parts))
            case Compare(op):
                return self._row(COMPARE, parts[0], self._sign(op), parts[1])
            case Not():
                return self._row(NOT, self._word("not"), self._hold(parts[0], ATOM))
            case Or():
                return self._joined("or", OR, [self._hold(part, AND) for part in parts])
        assert isinstance(node, And)
        return self._joined("and", AND, self._conjunction(node, parts))

    def _row(self, level: int, *parts: Written) -> Written:
        return Written(self.to.row(*(part.code for part in parts)), level, sum(part.width for part in parts))

    def _sign(self, sign: str) -> Written:
        return Written(self.to.operator(sign), ATOM, 3 if sign not in ("", "/", "neg", "times") else 1)

    def _word(self, word: str) -> Written:
        return Written(self.to.word(word), ATOM, len(word) + 2)

    def _hold(self, part: Written, least: int, after_sign: AnyTree | None = None) -> Written:
        """A part in its place: in parentheses if it holds less tightly than the place asks, or would put one sign after another."""
        if part.level >= least and not (after_sign is not None and _starts_with_minus(after_sign)):
            return part
        return Written(self.to.parenthesised(part.code), ATOM, part.width + 2)

    def _number(self, value: Fraction) -> Written:
        if value < 0:
            return self._row(UNARY, self._sign("neg"), self._number(-value))
        whole = [Written(self.to.number(n), ATOM, len(str(n))) for n in (value.numerator, value.denominator)]
        return whole[0] if value.denominator == 1 else self._quotient(*whole)

    def _quotient(self, above: Written, below: Written) -> Written:
        width = max(above.width, below.width)
        if width <= _WIDEST_FRACTION if self._stacks is None else self._stacks(above.code, below.code):
            return Written(self.to.fraction(above.code, below.code), PRODUCT, width)
        return self._row(PRODUCT, self._hold(above, PRODUCT), self._sign("/"), self._hold(below, POWER))

    def _binary(self, op: str, node: Binary, left: Written, right: Written) -> Written:
        if op == "/" and isinstance(node.left, Negate):  # the sign of a fraction stands before it
            return self._row(UNARY, self._sign("neg"), self._quotient(fold(node.left.operand, self.write), right))
        if op == "/":
            return self._quotient(left, right)
        if op == "*":
            factor = self._hold(right, PRODUCT, node.right)
            beside = "" if isinstance(node.left, Number) else "times"
            sign = self._sign("dot" if factor is right and _starts_with_digit(node.right) else beside)
            return self._row(PRODUCT, self._hold(left, PRODUCT), sign, factor)
        least = PRODUCT if op == "-" else SUM
        return self._row(SUM, self._hold(left, SUM), self._sign(op), self._hold(right, least, node.right))

    def _conjunction(self, node: And, parts: list[Written]) -> list[Written]:
        """Comparisons that pass on the same middle term are written as a chain, `0 < r < 1`."""
        written: list[Written] = []
        for k, part in enumerate(node.parts):
            before = node.parts[k - 1] if k else None
            if isinstance(part, Compare) and isinstance(before, Compare) and before.right == part.left:
                written[-1] = self._row(COMPARE, written[-1], self._sign(part.op), fold(part.right, self.write))
            else:
                written.append(self._hold(parts[k], NOT))
        return written

    def _joined(self, word: str, level: int, parts: list[Written]) -> Written:
        spaced = [code for part in parts for code in (self._word(word), part)]
        return self._row(level, *spaced[1:])


def _leftmost(tree: AnyTree) -> AnyTree:
    """What a formula begins with, as far as it is not a fraction or a call."""
    while True:
        match tree:
            case Binary(op, left, _) if op != "/" or isinstance(left, Negate):
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
