"""Parameter spaces, regions and exact points for tests of the algebra, made from text."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from deterrence.algebra.conditions import to_formula
from deterrence.algebra.expressions import Condition
from deterrence.algebra.formula import Formula
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.parser import parse_condition
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import Clock
from deterrence.algebra.space import Space

SIGNALS = "0 < r < 1 and g > 0 and l > 0"


class Made:
    """A space made from text: `names` of the parameters, their `domain`, and `unknowns` for what is hidden in regions."""

    def __init__(self, names: str, domain: str, unknowns: Iterable[str] = (), knife_edge: bool = False, **rest: Any) -> None:
        self.names = names.split()
        self.ring = Ring([*self.names, *unknowns, *RADICALS])
        self.domain = domain
        self.space = Space(self.ring, range(len(self.names)), self.formula(domain), Clock(), knife_edge)
        self.parameters = ParameterSpace(self.space, **rest)

    def formula(self, text: str) -> Formula:
        """The formula of a condition."""
        symbols = {name: Ratio(self.ring, self.ring[name]) for name in self.ring.names}
        return to_formula(parse_condition(text), symbols, self.ring)

    def region(self, text: str, *hidden: str) -> Region:
        """The region where a condition holds, of roots that `hidden` conditions define."""
        return Region(self.parameters, self.formula(text), tuple(map(self.formula, hidden)))

    def points(self, n: int, seed: int = 0) -> list[dict[str, Fraction]]:
        """Random points of the space, on no surface that a test could mean: their denominators are large primes."""
        rng, out = random.Random(seed), []
        inside = Condition.parse(self.domain)
        for _ in range(1000 * n):
            point = {name: Fraction(rng.randint(-4 * 10007, 4 * 10007), rng.choice((10007, 10009, 20011))) for name in self.names}
            if inside.evaluate(point):
                out.append(point)
                if len(out) == n:
                    return out
        raise AssertionError(f"too few points in {self.domain}")


def value(p: Polynomial, at: Mapping[int, Fraction]) -> Fraction:
    """The value of a polynomial, by its terms and the arithmetic of Fractions alone."""
    total = Fraction(0)
    for monomial, c in p.to_dict().items():
        term = Fraction(int(c.p), int(c.q))
        for k, e in enumerate(monomial):
            if e:
                term *= at[k] ** int(e)
        total += term
    return total


def truth(f: Formula, at: Mapping[int, Fraction]) -> bool:
    """Whether a formula holds, by the same means."""
    if hasattr(f, "op"):
        v = value(f.polynomial, at)
        return {">": v > 0, ">=": v >= 0, "==": v == 0, "!=": v != 0}[f.op]
    join: Callable[[Iterable[bool]], bool] = all if f.key.startswith("(and") else any
    return join(truth(p, at) for p in f.parts)


def random_polynomial(rng: random.Random, ring: Ring, degree: int = 3, terms: int = 4) -> Polynomial:
    """A polynomial with small rational coefficients."""
    out = ring.zero
    for _ in range(rng.randint(1, terms)):
        term = ring.constant(Fraction(rng.randint(-6, 6), rng.choice((1, 1, 2, 3))))
        for _ in range(rng.randint(0, degree)):
            term = term * rng.choice(ring.variables)
        out = out + term
    return out
