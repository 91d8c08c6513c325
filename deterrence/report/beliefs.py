"""What a player thinks about whom she meets, told player by player where her thoughts on them are independent."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from deterrence.algebra.parser import parse_expression
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.text import Writer
from deterrence.algebra.trees import AnyTree, Binary, Call, Negate, Number, Power, Symbol, fold, nodes, render
from deterrence.model.extensive import Node

Aspect: TypeAlias = tuple[str, tuple[str, ...]]  # whose type or move it is, and which one it is at each node


def aspects(members: Sequence[Node[object]]) -> list[Aspect] | None:
    """Return what tells the nodes of an information set apart: types, and moves that were not seen.

    None where the nodes lie at different depths, so that what happened at one has no counterpart at another.
    """
    paths = [() if node.path is None else node.path.moves() for node in members]
    if len({len(path) for path in paths}) > 1:
        return None
    found: list[Aspect] = [(player, tuple(node.types[player] for node in members)) for player in members[0].types]
    for step in zip(*paths, strict=True):
        movers = {mover for mover, _ in step}
        found.append((movers.pop() if len(movers) == 1 else "", tuple(label for _, label in step)))
    return [(whose, values) for whose, values in found if len(set(values)) > 1]


@lru_cache(maxsize=4096)  # families share most of their beliefs
def marginals(found: tuple[Aspect, ...], beliefs: tuple[str, ...], order: tuple[str, ...] = ()) -> tuple[tuple[str, Mapping[str, str]], ...] | None:
    """Return the belief about each aspect by itself, or None where they are not independent (or not seen to be).

    Terms are written with the names in `order` first, as they are in all other formulas of the game.

    >>> marginals((("A", ("x", "x", "y", "y")), ("B", ("u", "v", "u", "v"))), ("p*q", "p*(1 - q)", "q*(1 - p)", "(1 - p)*(1 - q)"))
    (('A', {'x': 'p', 'y': '1 - p'}), ('B', {'u': 'q', 'v': '1 - q'}))
    """
    arithmetic = _Arithmetic(beliefs, order)
    weights = arithmetic.values
    single = [_sums(values, weights, arithmetic.zero) for _, values in found]
    at = dict(zip(zip(*(values for _, values in found), strict=True), weights, strict=True))
    if len(at) < len(weights):
        return None
    for point in itertools.product(*single):
        product = arithmetic.one
        for values, value in zip(single, point, strict=True):
            product = product * values[value]
        if not arithmetic.equal(product, at.get(point, arithmetic.zero)):
            return None
    told = ({value: arithmetic.text(p) for value, p in sums.items()} for sums in single)
    return tuple((whose, odds) for (whose, _), odds in zip(found, told, strict=True))


def _sums(values: Sequence[str], weights: Sequence[Ratio], zero: Ratio) -> dict[str, Ratio]:
    out: dict[str, Ratio] = {}
    for value, weight in zip(values, weights, strict=True):
        out[value] = out.get(value, zero) + weight
    return out


class _Arithmetic:
    """Rational functions of the symbols and the roots in some formulas; what is found equal is equal."""

    def __init__(self, texts: Sequence[str], order: Sequence[str]) -> None:
        trees = [parse_expression(text, formulas=True) for text in texts]
        calls = {render(node): node for tree in trees for node in nodes(tree) if isinstance(node, Call)}
        symbols = {node.name for tree in trees for node in nodes(tree) if isinstance(node, Symbol)}
        self.ring = Ring([*(name for name in order if name in symbols), *sorted(symbols.difference(order)), *sorted(calls)])
        self.one = Ratio(self.ring, self.ring.one)
        self.zero = Ratio(self.ring, self.ring.zero)
        self.radicands = {name: fold(call.arguments[0], self._value) for name, call in sorted(calls.items()) if call.name == "sqrt"}
        self.values = [fold(tree, self._value) for tree in trees]

    def equal(self, first: Ratio, second: Ratio) -> bool:
        """Whether the difference vanishes once the square of each root is what stands under it."""
        left = [Ratio(self.ring, (first - second).numerator)]
        for name, radicand in self.radicands.items():
            left = [half for value in left for half in self._halves(value.numerator, self.ring.index[name], radicand)]
        return not any(left)

    def _halves(self, p: Polynomial, root: int, radicand: Ratio) -> tuple[Ratio, Ratio]:
        """`p` as `even + odd*root`."""
        sums = [self.zero, self.zero]
        power = self.one
        for exponent, coefficient in enumerate(self.ring.coefficients(p, root)):
            sums[exponent % 2] += Ratio(self.ring, coefficient) * power
            power = power * radicand if exponent % 2 else power
        return sums[0], sums[1]

    def text(self, value: Ratio) -> str:
        return Writer(self.ring).ratio(value)

    def _value(self, node: AnyTree, parts: list[Ratio]) -> Ratio:
        match node:
            case Number(value):
                return Ratio(self.ring, self.ring.constant(value))
            case Symbol() | Call():
                return Ratio(self.ring, self.ring[node.name if isinstance(node, Symbol) else render(node)])
            case Negate():
                return -parts[0]
            case Power(_, exponent):
                return parts[0] ** exponent
            case Binary("+"):
                return parts[0] + parts[1]
            case Binary("-"):
                return parts[0] - parts[1]
            case Binary("*"):
                return parts[0] * parts[1]
        return parts[0] / parts[1]


def joint(found: Sequence[Aspect] | None, members: Sequence[Node[object]], beliefs: Sequence[str]) -> Mapping[str, str]:
    """Return the belief at each node, under a label that tells it from the others."""
    if found is None:
        common = set.intersection(*(set(node.moves) for node in members))
        labels = [" and ".join([*node.types.values(), *(move for move in node.moves if move not in common)]) for node in members]
    else:
        values = [name for _, told in found for name in set(told)]
        clash = len(set(values)) < len(values)  # the same word for two players' moves
        told = [[f"{whose} {name}".strip() if clash else name for name in names] for whose, names in found]
        labels = [" and ".join(point) for point in zip(*told, strict=True)]
    if len(set(labels)) < len(labels) or not all(labels):
        labels = [" and ".join([*node.types.values(), *node.moves]) for node in members]
    return dict(zip(labels, beliefs, strict=True))
