"""Polynomials, rational functions, formulas and roots as plain data that JSON can hold, and back again.

Variables are told by name, so that what one version wrote can be read where the ring has its variables in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from deterrence.algebra.formula import And, Atom, Formula, Or
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring, to_fmpq
from deterrence.algebra.state import Root

_OPERATORS = (">", ">=", "==", "!=")


class Plain:
    """Turns the objects of one ring into plain data (`of_...`) and plain data into objects (`to_...`).

    What is read is trusted to have been written by this class; anything else raises KeyError, TypeError or ValueError.

    >>> ring = Ring(["r", "g"])
    >>> plain = Plain(ring)
    >>> plain.of_polynomial(ring["r"] ** 2 * ring["g"] - 1)
    [['1', 'r', 2, 'g', 1], ['-1']]
    """

    def __init__(self, ring: Ring) -> None:
        self.ring = ring

    def of_polynomial(self, p: Polynomial) -> list[list[Any]]:
        """The terms of a polynomial: a coefficient, then names and exponents in turn."""
        return [
            [str(c), *(part for k, e in enumerate(monomial) if e for part in (self.ring.names[k], int(e)))] for monomial, c in p.to_dict().items()
        ]

    def to_polynomial(self, terms: Sequence[Sequence[Any]]) -> Polynomial:
        """The polynomial with these terms."""
        out: dict[tuple[int, ...], Any] = {}
        for coefficient, *powers in terms:
            monomial = [0] * max(1, len(self.ring.names))
            for name, exponent in zip(powers[::2], powers[1::2], strict=True):
                monomial[self.ring.index[name]] = int(exponent)
            out[tuple(monomial)] = to_fmpq(Fraction(coefficient))
        return self.ring.context.from_dict(out)

    def of_ratio(self, value: Ratio) -> list[Any]:
        """The numerator and, where it is not one, the denominator."""
        top = self.of_polynomial(value.numerator)
        return [top] if value.is_polynomial else [top, self.of_polynomial(value.denominator)]

    def to_ratio(self, parts: Sequence[Any]) -> Ratio:
        """The rational function with this numerator and denominator."""
        return Ratio(self.ring, *map(self.to_polynomial, parts))

    def of_formula(self, f: Formula) -> list[Any]:
        """An operator and what it joins or compares to zero."""
        if isinstance(f, Atom):
            return [f.op, self.of_polynomial(f.polynomial)]
        return ["and" if isinstance(f, And) else "or", *map(self.of_formula, f.parts)]

    def to_formula(self, parts: Sequence[Any]) -> Formula:
        """The formula with this operator and these parts."""
        kind, *rest = parts
        if kind in _OPERATORS:
            return Atom(self.to_polynomial(*rest), kind)
        members = map(self.to_formula, rest)
        if kind not in ("and", "or"):
            raise ValueError(f"found {kind!r}; expected an operator")
        return And(members) if kind == "and" else Or(members)

    def of_root(self, root: Root) -> dict[str, Any]:
        """What an unknown is the root of, and what tells it from the other roots."""
        radicand = None if root.radicand is None else self.of_polynomial(root.radicand)
        return {
            "variable": self.ring.names[root.variable],
            "polynomial": self.of_polynomial(root.polynomial),
            "isolating": self.of_formula(root.isolating),
            "radicand": radicand,
            "index": root.index,
        }

    def to_root(self, data: dict[str, Any]) -> Root:
        """The root so described."""
        return Root(
            self.ring.index[data["variable"]],
            self.to_polynomial(data["polynomial"]),
            self.to_formula(data["isolating"]),
            None if data["radicand"] is None else self.to_polynomial(data["radicand"]),
            data["index"],
        )
