"""Reads expressions and conditions from text: a precedence parser with explicit stacks, so that no input can exhaust Python's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from deterrence.algebra.errors import ExpressionError, quoted
from deterrence.algebra.tokens import KEYWORDS, LARGEST_EXPONENT, Token, fail, tokens
from deterrence.algebra.trees import (
    AND,
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

LONGEST, DEEPEST, SHORT = 10_000, 100, 200
# Operators within operators, parentheses apart: only to keep the stack of those who walk trees recursively.
DEEPEST_TREE = 400
# How many numbers and names are left when powers are multiplied out, roughly: what a hostile `((x**64)**64)**64` exceeds.
HEAVIEST = 100_000

FUNCTIONS = frozenset({"sqrt", "Min", "Max", "CRootOf"})
LEVELS = {
    "or": OR, "and": AND, "<": COMPARE, "<=": COMPARE, ">": COMPARE, ">=": COMPARE, "==": COMPARE, "!=": COMPARE,
    "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER,
}  # fmt: skip


class Operand(NamedTuple):
    """A tree on the stack, where its text starts, and how many operators lie on top of each other in it."""

    tree: AnyTree
    start: int
    depth: int


@dataclass
class Operator:
    """An operator on the stack that waits for its right operand; parentheses are operators of level 0."""

    text: str
    level: int
    start: int
    prefix: bool = False
    function: str = ""
    arguments: int = 0


class Parser:
    """One text being read. Operators of the same level are kept until a looser one comes, and are then built as one run."""

    def __init__(self, text: str, formulas: bool = False) -> None:
        if len(text) > LONGEST:
            raise fail(f"found an expression of {len(text)} characters; the limit is {LONGEST}", 0)
        self.tokens = tokens(text)
        self.formulas = formulas
        self.operands: list[Operand] = []
        self.operators: list[Operator] = []
        self.open = 0
        self.at = 0

    def parse(self) -> AnyTree:
        """The tree of the whole text."""
        try:
            return self._whole()
        except ExpressionError as error:
            unclosed = self._unclosed()
            if unclosed is None or not error.message.startswith(("found an expression", "found a condition")):
                raise
            raise fail("this '(' is never closed; expected ')'", unclosed) from None

    def _unclosed(self) -> int | None:
        """Where the last parenthesis that is never closed stands: what follows it is read as being within it."""
        starts: list[int] = []
        for token in self.tokens:
            if token.text == "(":
                starts.append(token.start)
            elif token.text == ")" and starts:
                starts.pop()
        return starts[-1] if starts else None

    def _whole(self) -> AnyTree:
        expect_operand = True
        while (token := self.tokens[self.at]).kind != "end":
            expect_operand = self._operand(token) if expect_operand else self._after_operand(token)
            self.at += 1
        if expect_operand:
            what = "the text is empty" if len(self.tokens) == 1 else "the text ends here"
            raise fail(f"{what}; expected a number, a name or '('", token.start)
        self._reduce(0)
        if self.operators:
            raise fail("this '(' is never closed; expected ')'", self.operators[-1].start)
        self._check_weight(self.operands[0])
        return self.operands[0].tree

    def _operand(self, token: Token) -> bool:
        """Takes what may stand where an operand starts; is an operand still expected?"""
        if token.kind == "number":
            self.operands.append(Operand(Number(Fraction(token.text)), token.start, 0))
            return False
        if token.kind == "name" and token.text == "not":
            return self._prefix(token, NOT)
        if token.kind == "name" and token.text not in KEYWORDS:
            return self._name(token)
        if token.text == "-":
            return self._prefix(token, UNARY)
        if token.text == "(":
            return self._parenthesis(token.start, "")
        raise fail(f"found {quoted(token.text)}; expected a number, a name or '('", token.start)

    def _prefix(self, token: Token, level: int) -> bool:
        run = self.operators[-DEEPEST:]
        if len(run) == DEEPEST and all(operator.prefix for operator in run):
            raise fail(f"more than {DEEPEST} signs in a row", token.start)
        self.operators.append(Operator(token.text, level, token.start, prefix=True))
        return True

    def _name(self, token: Token) -> bool:
        if self.formulas and token.text in FUNCTIONS and self.tokens[self.at + 1].text == "(":
            self.at += 1
            return self._parenthesis(token.start, token.text)
        self.operands.append(Operand(Symbol(token.text), token.start, 0))
        return False

    def _parenthesis(self, start: int, function: str) -> bool:
        self.open += 1
        if self.open > DEEPEST:
            raise fail(f"more than {DEEPEST} levels of parentheses", start)
        self.operators.append(Operator("(", 0, start, function=function, arguments=1))
        return True

    def _after_operand(self, token: Token) -> bool:
        """Takes what may follow an operand; is an operand expected next?"""
        if token.text == ")":
            self._close(token)
            return False
        level = LEVELS.get(token.text)
        if level is not None:
            self._reduce(level)
            self.operators.append(Operator(token.text, level, token.start))
            return True
        if token.text == "," and self.formulas:
            self._reduce(0)
            if self.operators and self.operators[-1].function:
                self.operators[-1].arguments += 1
                return True
        raise fail(f"found {quoted(token.text)}{self._missing(token)}", token.start)

    def _missing(self, token: Token) -> str:
        before = self.tokens[self.at - 1]
        if token.text == "(" and before.kind == "name":
            return f"; there are no functions here, and a product needs '*': {before.text}*(...)"
        return "; expected an operator (+ - * / ** < <= > >= == != and or) or the end"

    def _close(self, token: Token) -> None:
        self._reduce(0)
        if not self.operators:
            raise fail("this ')' closes nothing; expected an operator or the end", token.start)
        opening = self.operators.pop()
        self.open -= 1
        if opening.function:
            parts = self._pop(opening.arguments)
            trees = tuple(_expression(part) for part in parts)
            self._push(Call(opening.function, trees), opening.start, parts)
        else:
            self.operands[-1] = self.operands[-1]._replace(start=opening.start)

    def _reduce(self, level: int) -> None:
        """Builds every run of operators on top of the stack that binds tighter than `level`."""
        while self.operators and self.operators[-1].level > level:
            top = self.operators[-1]
            if top.prefix:
                self.operators.pop()
                self._negate(top)
                continue
            run = []
            while self.operators and self.operators[-1].level == top.level and not self.operators[-1].prefix:
                run.append(self.operators.pop())
            operators = [operator.text for operator in reversed(run)]
            parts = self._pop(len(run) + 1)
            self._push(BUILDERS[top.level](operators, parts), parts[0].start, parts)

    def _negate(self, sign: Operator) -> None:
        parts = self._pop(1)
        if sign.text == "not":
            self._push(Not(_condition(parts[0])), sign.start, parts)
        else:
            self._push(Negate(_expression(parts[0])), sign.start, parts)

    def _pop(self, count: int) -> list[Operand]:
        parts = self.operands[-count:]
        del self.operands[-count:]
        return parts

    def _push(self, tree: AnyTree, start: int, parts: list[Operand]) -> None:
        run = len(parts) if len(parts) <= 8 else 8 + len(parts).bit_length()
        depth = max(part.depth for part in parts) + run
        if depth > DEEPEST_TREE:
            raise fail(f"operators are nested more than {DEEPEST_TREE} deep", start)
        self.operands.append(Operand(tree, start, depth))

    def _check_weight(self, whole: Operand) -> None:
        if weight(whole.tree) > HEAVIEST:
            raise fail(f"the expression has more than {HEAVIEST} terms when its powers are multiplied out", whole.start)


def _expression(part: Operand) -> Tree:
    if isinstance(part.tree, Compare | And | Or | Not):
        raise fail("found a condition; expected an expression, whose value is a number", part.start)
    return part.tree


def _condition(part: Operand) -> ConditionTree:
    if isinstance(part.tree, Compare | And | Or | Not):
        return part.tree
    raise fail("found an expression; expected a condition, with one of < <= > >= == !=", part.start)


def _sum(operators: list[str], parts: list[Operand]) -> AnyTree:
    return sum_of(list(zip(["+", *operators], map(_expression, parts), strict=True)))


def _product(operators: list[str], parts: list[Operand]) -> AnyTree:
    return product_of(list(zip(["*", *operators], map(_expression, parts), strict=True)))


def _power(_: list[str], parts: list[Operand]) -> AnyTree:
    base, *exponents = parts
    value = Fraction(1)
    for part in reversed(exponents):  # a**b**c is a**(b**c)
        bottom = _integer(part)
        if bottom == 0 and value < 0:
            raise fail("the exponent divides by zero", part.start)
        value = Fraction(bottom) ** int(value)
        _small(value, part)
    return Power(_expression(base), int(value))


def _integer(part: Operand) -> int:
    """The value of an exponent, which is an integer or made of integers."""
    tree = _expression(part)
    if weight(tree) > LARGEST_EXPONENT:
        raise fail(f"the exponent is too large; the limit is {LARGEST_EXPONENT}", part.start)
    try:
        value = fold(tree, _constant)
    except ZeroDivisionError:
        raise fail("the exponent divides by zero", part.start) from None
    if value is None:
        raise fail("the exponent must be an integer; found one with names in it", part.start)
    _small(value, part)
    return int(value)


def _small(value: Fraction, part: Operand) -> None:
    if value.denominator != 1:
        raise fail(f"the exponent must be an integer; found {value}", part.start)
    if abs(value) > LARGEST_EXPONENT:
        raise fail(f"the exponent is too large; the limit is {LARGEST_EXPONENT}", part.start)


def _constant(node: AnyTree, parts: list[Fraction | None]) -> Fraction | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    match node:
        case Number(value):
            return value
        case Negate():
            return -known[0]
        case Power(_, exponent):
            return known[0] ** exponent
        case Binary(op):
            left, right = known
            return left + right if op == "+" else left - right if op == "-" else left * right if op == "*" else left / right
    return None


def _comparison(operators: list[str], parts: list[Operand]) -> AnyTree:
    trees = [_expression(part) for part in parts]
    chain = tuple(Compare(op, left, right) for op, left, right in zip(operators, trees, trees[1:], strict=False))
    return chain[0] if len(chain) == 1 else And(chain)


def _and(_: list[str], parts: list[Operand]) -> AnyTree:
    flat: list[ConditionTree] = []
    for tree in map(_condition, parts):
        flat.extend(tree.parts if isinstance(tree, And) else (tree,))
    return And(tuple(flat))


def _or(_: list[str], parts: list[Operand]) -> AnyTree:
    flat: list[ConditionTree] = []
    for tree in map(_condition, parts):
        flat.extend(tree.parts if isinstance(tree, Or) else (tree,))
    return Or(tuple(flat))


BUILDERS: dict[int, Callable[[list[str], list[Operand]], AnyTree]] = {
    OR: _or, AND: _and, COMPARE: _comparison, SUM: _sum, PRODUCT: _product, POWER: _power,
}  # fmt: skip


def parse_expression(text: str, formulas: bool = False) -> Tree:
    """The tree of an expression; with `formulas`, the functions of results (`sqrt`, `Min`, `Max`, `CRootOf`) are read too."""
    return _expression(Operand(_tree(text, formulas), _start(text), 0))


def parse_condition(text: str, formulas: bool = False) -> ConditionTree:
    """The tree of a condition."""
    return _condition(Operand(_tree(text, formulas), _start(text), 0))


def _tree(text: str, formulas: bool) -> AnyTree:
    return _short_tree(text, formulas) if len(text) <= SHORT else Parser(text, formulas).parse()


@lru_cache(maxsize=4096)  # the same short texts come again and again
def _short_tree(text: str, formulas: bool) -> AnyTree:
    return Parser(text, formulas).parse()


def _start(text: str) -> int:
    return len(text) - len(text.lstrip())
