"""What a statement means in one family: where it holds, where it fails, and the value of an expression."""

from __future__ import annotations

from functools import cached_property

from deterrence.algebra.conditions import to_ratio
from deterrence.algebra.formula import FALSE, Formula, conjunction, disjunction, negation
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.trees import And, AnyTree, Compare, Not, Or, nodes, symbols_of
from deterrence.analysis.families import Family
from deterrence.analysis.quantities import Assessed
from deterrence.analysis.statements import Statement

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
        trees = [t for t in nodes(self.statement.tree) if isinstance(t, Compare)] or [self.statement.tree]
        sides = [(t.left, t.right) if isinstance(t, Compare) else (t,) for t in trees]
        return any(all(self.value(side) is not None for side in each) for each in sides)

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
