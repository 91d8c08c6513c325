"""Families of equilibria as a solution's JSON says them, made into assessments at a point; whatever a solver knows besides is not used."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import flint

from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import Condition, Expression
from deterrence.model.extensive import ExtensiveForm
from deterrence.model.surds import Exact, exact_value, real_roots

Point = Mapping[str, Exact]
Strategies = dict[str, dict[str, Exact]]


class Family:
    """One entry of `equilibria` at one point of the parameter space."""

    def __init__(self, entry: Mapping[str, Any], point: Point) -> None:
        self.entry, self.point = entry, dict(point)
        for name, root in entry["implicit"].items():
            self.point[name] = _root(name, root, self.point)

    def choices(self, rng: random.Random, count: int) -> Iterator[dict[str, Exact]]:
        """Values of the free unknowns: a middle one, then random ones and the ends of their ranges that belong to them."""
        yield self._choice(min)
        if self.entry["free"]:
            for _ in range(count - 1):
                yield self._choice(rng.choice)

    def _choice(self, pick: Any) -> dict[str, Exact]:
        values = dict(self.point)
        for name, (lower, upper) in self.entry["free"].items():
            low, high = exact_value(lower, values), exact_value(upper, values)
            closed = self.entry["closed"][name]
            assert low < high or (low == high and all(closed)), f"{self.entry['name']}: the range of {name} is empty: {lower} to {upper}"
            inside = [(low + high) / 2, (3 * low + high) / 4, (low + 7 * high) / 8]
            options = inside if low < high else [low]
            options += [end for end, belongs in zip((low, high), closed, strict=True) if belongs]
            values[name] = options[pick(range(len(options)))]
        return values

    def strategies(self, values: Point) -> Strategies:
        return {name: {a: exact_value(p, values) for a, p in actions.items()} for name, actions in self.entry["strategies"].items()}

    def beliefs(self, values: Point) -> dict[str, list[dict[str, Any]]]:
        return {
            name: [{**node, "probability": exact_value(node["probability"], values)} for node in nodes]
            for name, nodes in self.entry["beliefs"].items()
        }

    def contains(self, profile: Mapping[str, Mapping[str, Any]], tolerance: float = 0) -> bool:
        """Do some values of the free unknowns give this profile? Each is read off a formula that is linear in it."""
        values, unknown = dict(self.point), dict(self.entry["free"])
        entries = [(p, profile[name][a]) for name, actions in self.entry["strategies"].items() for a, p in actions.items()]
        formulas = [(Expression.parse(text, formulas=True), value) for text, value in entries]
        while found := next((_solved(f, value, unknown, values) for f, value in formulas if _solved(f, value, unknown, values)), None):
            values |= found
            unknown = {name: ends for name, ends in unknown.items() if name not in found}
        for name in unknown:  # one that no strategy depends on
            values[name] = exact_value(self.entry["free"][name][0], values)
        return self._within(values, tolerance) and all(abs(float(exact_value(f.text, values) - Fraction(v))) <= tolerance for f, v in formulas)

    def _within(self, values: Point, tolerance: float) -> bool:
        for name, ends in self.entry["free"].items():
            try:
                low, high = (exact_value(end, values) for end in ends)
            except InputError:  # at an end that does not belong, let in by the tolerance, a later range need not mean anything
                return False
            slack = Fraction(tolerance)
            below, above = (Fraction(0) if belongs or tolerance else None for belongs in self.entry["closed"][name])
            if values[name] < low - slack or values[name] > high + slack:
                return False
            if (below is None and values[name] == low) or (above is None and values[name] == high):
                return False
        return True


def support(form: ExtensiveForm[Any], strategies: Strategies, roots: list[int] | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The actions played at each information set, or at those that play reaches from some of the roots."""
    met = set(range(len(form.information_sets)))
    if roots is not None:
        met = {index for root in roots for index in _reached(form, strategies, root)}
    return tuple((i.name, tuple(a for a in i.actions if strategies[i.name][a] != 0)) for i in form.information_sets if i.index in met)


def _reached(form: ExtensiveForm[Any], strategies: Strategies, root: int) -> Iterator[int]:
    todo = [root]
    while todo:
        node = form.nodes[todo.pop()]
        if node.information_set is not None:
            yield node.information_set
            played = strategies[form.information_sets[node.information_set].name]
            todo += [child for action, child in zip(node.labels, node.children, strict=True) if played[action] != 0]
        else:
            todo += node.children


def _solved(formula: Expression, value: Any, unknown: Mapping[str, Any], values: Point) -> dict[str, Exact]:
    """The one unknown of the formula, where the formula is linear in it."""
    names = [name for name in formula.symbols if name in unknown]
    if len(names) != 1:
        return {}
    (name,) = names
    at_0, at_1 = (exact_value(formula.text, {**values, name: Fraction(x)}) for x in (0, 1))
    return {} if at_0 == at_1 else {name: (Fraction(value) - at_0) / (at_1 - at_0)}


def _root(name: str, root: Mapping[str, str], point: Point) -> Exact:
    """The root of the polynomial that the isolating condition tells from the others."""
    known: dict[str, Any] = {key: flint.fmpq_poly([flint.fmpq(x.numerator, x.denominator)]) for key, x in point.items() if isinstance(x, Fraction)}
    polynomial = Expression.parse(root["polynomial"]).evaluate(
        {**known, name: flint.fmpq_poly([0, 1])}, lambda c: flint.fmpq_poly([flint.fmpq(c.numerator, c.denominator)])
    )
    (value,) = {str(x): x for x in real_roots(polynomial) if Condition.parse(root["isolating"]).evaluate({**point, name: x})}.values()
    return value
