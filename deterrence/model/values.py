"""Evaluates the expressions of a game over any numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from deterrence.algebra.expressions import Expression
from deterrence.model.game import Game


class Values:
    """Evaluates expressions for one draw of types; entries of `where` when they are first needed, each once."""

    def __init__(self, game: Game, symbols: Mapping[str, Any], number: Callable[[Fraction], Any] | None) -> None:
        self.game = game
        self.values = dict(symbols)
        self.number = number
        self.known: dict[int, tuple[Expression, Any]] = {}
        self.typed = {*game.type_symbols, *game.typed_where}
        self.shared: Values | None = None

    def with_types(self, bindings: Mapping[str, Expression]) -> Values:
        """The same values with the symbols of the types drawn."""
        inner = Values(self.game, self.values, self.number)
        inner.values.update((name, self.of(expression)) for name, expression in bindings.items())
        inner.shared = self
        return inner

    def of(self, expression: Expression) -> Any:
        """The value of an expression of the game; what depends on no type is computed once for all draws."""
        if self.shared is not None and not expression.symbols & self.typed:
            return self.shared.of(expression)
        key = id(expression)
        if key not in self.known:
            for name in self._needed(expression):
                self.values[name] = self.game.where[name].evaluate(self.values, self.number)
            # The expression is kept with its value, so that its identity stays its own.
            self.known[key] = (expression, expression.evaluate(self.values, self.number))
        return self.known[key][1]

    def _needed(self, expression: Expression) -> list[str]:
        """The entries of `where` that the expression needs and that have no value yet, each after those that it uses."""
        where = self.game.where
        needed: set[str] = set()
        todo = [name for name in expression.symbols if name in where]
        while todo:
            name = todo.pop()
            if name not in needed and name not in self.values:
                needed.add(name)
                todo.extend(symbol for symbol in where[name].symbols if symbol in where)
        return [name for name in self.game.where_order if name in needed] if needed else []
