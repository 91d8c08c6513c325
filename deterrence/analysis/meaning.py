"""What a statement means in one family: where it holds, where it fails, and the value of an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from deterrence.algebra.conditions import to_ratio
from deterrence.algebra.errors import ExpressionError
from deterrence.algebra.expressions import Condition
from deterrence.algebra.formula import FALSE, Atom, Formula, conjunction, disjunction
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.trees import And, AnyTree, Binary, Compare, Not, Or, Power, nodes, symbols_of
from deterrence.analysis.families import Family
from deterrence.analysis.quantities import Assessed
from deterrence.analysis.statements import Statement
from deterrence.model.surds import Exact

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Meaning:
    """A statement in a family. Where a quantity has no value, a comparison with it neither holds nor fails."""

    def __init__(self, family: Family, statement: Statement, parameters: dict[str, Ratio]) -> None:
        self.family, self.statement = family, statement
        self.parameters = parameters

    @cached_property
    def values(self) -> dict[str, Ratio | None]:
        """What the symbols of the statement stand for; None where that has no value."""
        assessed = Assessed(self.family.equilibrium)
        out: dict[str, Ratio | None] = dict(self.parameters)
        for symbol, quantity in self.statement.quantities.items():
            value = quantity.value(assessed)
            out[symbol] = None if value is None else self.family.equilibrium.clean(value)
        return out

    def value(self, tree: AnyTree) -> Ratio | None:
        """The value of an expression; None where it has none."""
        values = {symbol: self.values[symbol] for symbol in symbols_of(tree)}
        known = {symbol: value for symbol, value in values.items() if value is not None}
        if len(known) < len(values):
            return None
        try:
            return to_ratio(tree, known, self.family.ring)
        except ZeroDivisionError:
            return None

    @property
    def defined(self) -> bool:
        """Has some comparison of the statement (or the expression that it is) a value?"""
        sides: list[tuple[AnyTree, ...]] = [(t.left, t.right) for t in nodes(self.statement.tree) if isinstance(t, Compare)]
        return any(all(self.value(side) is not None for side in each) for each in sides or [(self.statement.tree,)])

    @cached_property
    def holds(self) -> Formula:
        """Where the statement is true."""
        return self._truth(self.statement.tree, True)

    @cached_property
    def fails(self) -> Formula:
        """Where the statement is false."""
        return self._truth(self.statement.tree, False)

    def _truth(self, tree: AnyTree, wanted: bool) -> Formula:
        match tree:
            case Not(part):
                return self._truth(part, not wanted)
            case And(parts) | Or(parts):
                join = conjunction if isinstance(tree, And) == wanted else disjunction
                return join(self._truth(part, wanted) for part in parts)
            case Compare(op, left, right):
                sides = self.value(left), self.value(right)
                if sides[0] is None or sides[1] is None:
                    return FALSE
                return self.family.condition(sides[0] - sides[1], op if wanted else OPPOSITE[op])
        raise TypeError(f"no condition: {tree!r}")

    def truth(self, number: Callable[[Ratio], Exact]) -> bool | None:
        """Is the statement true where `number` gives the values of ratios? None where it has no truth value there."""
        values = {symbol: None if v is None else number(v) for symbol, v in self.values.items()}
        return _truth_at(self.statement.tree, {symbol: v for symbol, v in values.items() if v is not None})


def denominators(tree: AnyTree, parameters: Mapping[str, Ratio]) -> list[Formula]:
    """That no denominator in the parameters alone is zero."""
    below = [t.right if isinstance(t, Binary) else t.base for t in nodes(tree) if _divides(t) and isinstance(t, Binary | Power)]
    ratios = [to_ratio(t, parameters, next(iter(parameters.values())).ring) for t in below if symbols_of(t) <= parameters.keys() and symbols_of(t)]
    return [Atom(r.numerator, "!=") for r in ratios]


def _divides(tree: AnyTree) -> bool:
    return (isinstance(tree, Binary) and tree.op == "/") or (isinstance(tree, Power) and tree.exponent < 0)


def _truth_at(tree: AnyTree, values: dict[str, Exact]) -> bool | None:
    match tree:
        case Not(part):
            inner = _truth_at(part, values)
            return None if inner is None else not inner
        case And(parts) | Or(parts):
            found = [_truth_at(part, values) for part in parts]
            decisive = isinstance(tree, Or)
            return decisive if decisive in found else None if None in found else not decisive
    assert isinstance(tree, Compare)
    try:
        return Condition(tree).evaluate(values) if symbols_of(tree) <= values.keys() else None
    except ExpressionError:
        return None
