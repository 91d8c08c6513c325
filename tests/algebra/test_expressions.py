"""Expressions and conditions: the grammar to the letter, exact values, equality by what is said."""

from __future__ import annotations

import operator
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence.algebra.errors import ExpressionError, InputError
from deterrence.algebra.expressions import (
    And,
    Binary,
    Call,
    Compare,
    Condition,
    Expression,
    Negate,
    Not,
    Number,
    Or,
    Power,
    Symbol,
    Tree,
    exact,
    nodes,
    render,
)
from deterrence.algebra.sympy_forms import sympy_of

POINT = {"a": Fraction(2), "b": Fraction(3), "c": Fraction(5), "x": Fraction(1, 2)}
NAMES = st.sampled_from(["a", "b", "c", "x"])
NUMBERS = st.integers(0, 5).map(lambda n: Number(Fraction(n)))


def _grown(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.builds(Negate, parts),
        st.builds(Binary, st.sampled_from("+-*/"), parts, parts),
        st.builds(Power, parts, st.integers(-2, 3)),
    )


TREES: st.SearchStrategy[Tree] = st.recursive(st.one_of(NUMBERS, st.builds(Symbol, NAMES)), _grown, max_leaves=12)


def _value(tree: Tree) -> Any:
    """A second evaluation of trees, by Python's own operators on Fractions."""
    match tree:
        case Number(value):
            return value
        case Symbol(name):
            return POINT[name]
        case Negate(operand):
            return -_value(operand)
        case Power(base, exponent):
            return _value(base) ** exponent
        case Binary(op, left, right):
            act = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[op]
            return act(_value(left), _value(right))
    raise AssertionError(tree)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b*c", 17),
        ("a - b - c", -6),
        ("c/a/b", Fraction(5, 6)),
        ("a/b*c", Fraction(10, 3)),
        ("-a**2", -4),
        ("(-a)**2", 4),
        ("2**-1", Fraction(1, 2)),
        ("2**3**2", 512),
        ("a*-b", -6),
        ("--a", 2),
        ("1e3", 1000),
        ("2.5E-1", Fraction(1, 4)),
        ("0.1 + .2", Fraction(3, 10)),
        ("1/3", Fraction(1, 3)),
        ("\t( a+\n b )", 5),
        ("x**(1 + 1)", Fraction(1, 4)),
    ],
)
def test_value(text: str, value: Fraction | int) -> None:
    """An expression has the value that the usual precedence of operators gives."""
    assert Expression.parse(text).evaluate(POINT) == value


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_rendered_text_says_the_same(tree: Tree) -> None:
    """What is written of a tree reads back to the same value, or to the same division by zero."""
    try:
        value = _value(tree)
    except ZeroDivisionError:
        value = None
    again = Expression.parse(render(tree))
    if value is None:
        with pytest.raises(ExpressionError, match="divides by zero"):
            again.evaluate(POINT)
    else:
        assert again.evaluate(POINT) == value


@given(TREES)
@settings(max_examples=60, deadline=None)
def test_sympy_agrees(tree: Tree) -> None:
    """SymPy's form of a tree has the same value, and read back it is an equal expression."""
    try:
        value = _value(tree)
    except ZeroDivisionError:
        return
    form = sympy_of(tree)
    if form.has(sympy.zoo, sympy.nan):
        return

    assert Fraction(str(form.subs({name: sympy.Rational(str(v)) for name, v in POINT.items()}))) == value
    assert Expression.of(form).evaluate(POINT) == value


@pytest.mark.parametrize("name", ["lambda", "pi", "S", "E", "I", "_x1", "δ", "Überzeugung", "c_T", "if", "None", "sqrt", "Min"])
def test_any_name_is_a_symbol(name: str) -> None:
    """Names that mean something to Python or SymPy are symbols like any other."""
    assert Expression.parse(f"2*{name}").symbols == {name}


def test_names_are_compared_composed() -> None:
    """A letter with a combining accent is the same name as the composed letter, while look-alikes stay apart."""
    assert Expression.parse("e\u0301") == Expression.parse("\u00e9")
    assert Expression.parse("\U0001d465") != Expression.parse("x")


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "empty"),
        ("a +", 4, "ends here"),
        ("(a", 1, "never closed"),
        ("a)", 2, "closes nothing"),
        ("0x10", 1, "0x10"),
        ("1_000", 1, "1_000"),
        ("2x", 1, "2x"),
        ("1.2.3", 1, "1.2.3"),
        ("a b", 3, "expected an operator"),
        ("a(b)", 2, "no functions"),
        ("a ^ b", 3, r"did you mean '\*\*'"),
        ("a = b", 3, "did you mean '=='"),
        ("a − b", 3, "did you mean '-'"),
        ("a + + b", 5, "expected a number"),
        ("1 + and", 5, "found 'and'"),
        ("real", 1, "found 'real'"),
        ("a < b", 1, "found a condition"),
        ("1 + (a < b)", 5, "found a condition"),
        ("x**65", 4, "limit is 64"),
        ("x**-65", 4, "limit is 64"),
        ("x**64**64", 4, "limit is 64"),
        ("x**n", 4, "must be an integer"),
        ("x**(1/2)", 4, "must be an integer"),
        ("x**2**-1", 4, "must be an integer"),
        ("1e65", 1, "at most 64"),
        ("((x**64)**64)**64", 1, "more than 100000 terms"),
        ("__import__('os')", 12, "no meaning"),
        ("sqrt(2)", 5, "no functions"),
        ("x\u0304 + 1", 1, "a name is a letter"),
        ("1,2", 2, "expected an operator"),
    ],
)
def test_malformed_expression(text: str, column: int, said: str) -> None:
    """A malformed expression is refused with the column and what was found."""
    with pytest.raises(ExpressionError, match=said) as refused:
        Expression.parse(text)

    assert refused.value.column == column


@pytest.mark.parametrize(
    ("at_limit", "beyond"),
    [
        ("1" + "+1" * 4999, "1" + "+1" * 5000),
        ("(" * 100 + "x" + ")" * 100, "(" * 101 + "x" + ")" * 101),
        ("-" * 100 + "x", "-" * 101 + "x"),
        ("x**64", "x**65"),
    ],
)
def test_limits(at_limit: str, beyond: str) -> None:
    """Expressions at the limits are read; one step beyond they are refused."""
    assert Expression.parse(at_limit).evaluate({"x": Fraction(1)}) >= 1
    with pytest.raises(ExpressionError):
        Expression.parse(beyond)


def test_long_runs_make_shallow_trees() -> None:
    """A sum of thousands of terms is read exactly, and its tree is shallow enough for anybody's recursion."""
    expression = Expression.parse(" - ".join(["x"] * 2000) + "*2/3*4/5*6*7*8/9*10*11*12/13")

    assert expression.evaluate({"x": Fraction(1)}) == 1 - 1998 - Fraction(2 * 4 * 6 * 7 * 8 * 10 * 11 * 12, 3 * 5 * 9 * 13)
    assert repr(expression.tree)  # dataclasses' own representation is recursive


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("(x**2 - 1)/(x - 1)", "x + 1"),
        ("a/b + c", "(a + b*c)/b"),
        ("0.5*x", "x/2"),
        ("x**-2", "1/x/x"),
        ("a - a", "0"),
        ("1/(1/x)", "x"),
    ],
)
def test_equal_as_functions(first: str, second: str) -> None:
    """Two ways of writing one rational function are equal and have one hash."""
    assert Expression.parse(first) == Expression.parse(second)
    assert hash(Expression.parse(first)) == hash(Expression.parse(second))


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("a/b", "b/a"), ("x + 1", "x"), ("1/0", "2/0"), ("x**2", "x")])
def test_different_functions(first: str, second: str) -> None:
    """Different rational functions are not equal."""
    assert Expression.parse(first) != Expression.parse(second)


def test_huge_powers_compare_without_being_multiplied_out() -> None:
    """Expressions too large to be multiplied out are equal only if written alike."""
    text = "(a + b + c + d + e + f + g + h)**64"
    assert Expression.parse(text) == Expression.parse(f"({text})")
    assert Expression.parse(text) != Expression.parse(text.replace("a + b", "b + a"))


def test_made_of_numbers_text_and_sympy() -> None:
    """Numbers, texts and SymPy expressions say the same expressions; a float is the decimal that it prints as."""
    r, g = sympy.symbols("r g")
    assert Expression.of(0.1) == Expression.of("1/10") == Expression.of(Decimal("0.1")) == Expression.of(Fraction(1, 10))
    assert Expression.of(-r / (g + 1) ** 2 + sympy.Rational(1, 3)) == Expression.parse("1/3 - r/(g + 1)**2")
    assert Expression.of(sympy.Float("0.25")) == Expression.parse("1/4")
    assert Expression.of(-3).text == "-3"


@pytest.mark.parametrize("value", [None, [], object(), sympy.sqrt(2), sympy.Symbol("a b"), sympy.pi, sympy.Symbol("x") ** 65])
def test_not_made_of_anything_else(value: Any) -> None:
    """What is no rational function of well-named symbols is refused."""
    with pytest.raises(ExpressionError):
        Expression.of(value)


def test_evaluates_over_any_numbers() -> None:
    """Expressions take whatever numbers they are given, and make constants of the same kind when told how."""
    x = sympy.Symbol("x")
    assert Expression.parse("a/2 + 1").evaluate({"a": 3.0}, number=float) == 2.5
    assert Expression.parse("a**2 - 1/2").evaluate({"a": x}, number=lambda q: sympy.Rational(q.numerator, q.denominator)) == x**2 - sympy.Rational(
        1, 2
    )


def test_evaluation_errors() -> None:
    """Division by zero and a missing value are errors that name the expression."""
    with pytest.raises(ExpressionError, match="'1/x' divides by zero"):
        Expression.parse("1/x").evaluate({"x": Fraction(0)})
    with pytest.raises(ExpressionError, match="needs a value of 'y'"):
        Expression.parse("x + y").evaluate({"x": Fraction(0)})


def test_values_cannot_be_changed() -> None:
    """Expressions are values: they cannot be changed, and copies are equal."""
    expression = Expression.parse("a  +\n b")
    with pytest.raises(AttributeError):
        expression.text = "c"

    assert expression.text == "a + b"
    assert pickle.loads(pickle.dumps(expression)) == expression


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a < b < c", True),
        ("a < b and b > c", False),
        ("a > b or b < c and a == 2", True),
        ("not a == 2 or x != 1/2", False),
        ("not (a > b or b > c)", True),
        ("(a + 1)*2 >= c + 1 == 6", True),
        ("not not a <= 2", True),
    ],
)
def test_condition(text: str, holds: bool) -> None:
    """A condition holds just where its comparisons do; and binds tighter than or, not tighter than both."""
    assert Condition.parse(text).evaluate(POINT) is holds
    assert Condition.parse(render(Condition.parse(text).tree)) == Condition.parse(text)


@pytest.mark.parametrize(("text", "said"), [("a", "found an expression"), ("a and b < c", "found an expression"), ("not a", "expected a condition")])
def test_no_condition(text: str, said: str) -> None:
    """An expression where a condition is expected is refused."""
    with pytest.raises(ExpressionError, match=said):
        Condition.parse(text)


def test_conditions_compare_by_how_they_are_written() -> None:
    """Spaces, parentheses and ways to write a number do not matter; order does."""
    assert Condition.parse("(0 <r) and (r< 1)") == Condition.parse("0 < r < 1")
    assert Condition.parse("r < 0.5") == Condition.parse("r < 1/2")
    assert Condition.parse("r > 0") != Condition.parse("0 < r")
    assert hash(Condition.parse("0<r")) == hash(Condition.parse("0 < r"))


def test_conditions_of_sympy() -> None:
    """SymPy's relations and their combinations are conditions."""
    x, y = sympy.symbols("x y")
    condition = Condition.of(sympy.And(x < y, sympy.Or(x > 0, sympy.Ne(y, 1))))

    assert condition.symbols == {"x", "y"}
    assert condition.evaluate({"x": Fraction(-1), "y": Fraction(2)})
    assert not condition.evaluate({"x": Fraction(-1), "y": Fraction(1)})


def test_trees_of_conditions() -> None:
    """A chain is the conjunction of its comparisons, flattened with others."""
    a, b, c = Symbol("a"), Symbol("b"), Symbol("c")
    chain = And((Compare("<", a, b), Compare("<=", b, c), Compare("==", a, c)))
    assert Condition.parse("a < b <= c and a == c").tree == chain
    assert Condition.parse("a < b or not b < c").tree == Or((Compare("<", a, b), Not(Compare("<", b, c))))


def test_formulas_of_results() -> None:
    """The functions of results are read only where they are asked for."""
    formula = Expression.parse("Min(1, sqrt(g) + 1)/CRootOf(x**3 - x - 1, 0)", formulas=True)

    assert [node.name for node in nodes(formula.tree) if isinstance(node, Call)] == ["Min", "sqrt", "CRootOf"]
    assert Expression.parse(render(formula.tree), formulas=True) == formula
    with pytest.raises(ExpressionError):
        formula.evaluate({"g": Fraction(1), "x": Fraction(1)})


@pytest.mark.parametrize(
    ("given_as", "value"),
    [("1/3", Fraction(1, 3)), (0.2, Fraction(1, 5)), (2, Fraction(2)), (Decimal("1e-2"), Fraction(1, 100)), ("-0.5", Fraction(-1, 2))],
)
def test_exact(given_as: Any, value: Fraction) -> None:
    """Coordinates of points are exact rational numbers however they are given."""
    assert exact(given_as) == value


@pytest.mark.parametrize("given_as", [float("nan"), float("inf"), Decimal("nan"), "x", "1/0", "nan", "", True, None, [1]])
def test_not_exact(given_as: Any) -> None:
    """What is no finite rational number is refused."""
    with pytest.raises(InputError):
        exact(given_as)
