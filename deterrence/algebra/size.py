"""How large an expression gets when it is multiplied out, estimated from above without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import comb

from deterrence.algebra.trees import AnyTree, Binary, Call, Negate, Number, Power, Symbol, fold

MOST_TERMS = 100_000
# Far below the 4,300 digits that Python reads and writes, since solutions multiply several expressions.
MOST_BITS = 4_000
_HUGE = 10**12


@dataclass(frozen=True, slots=True)
class Factor:
    """A denominator: its number of terms, its degree, and how often it is a factor."""

    terms: int
    degree: int
    times: int


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds on a quotient: terms and degree of the numerator, the factors of the denominator, bits of the coefficients, symbols."""

    terms: int = 1
    degree: int = 0
    bits: tuple[int, int] = (1, 0)
    symbols: frozenset[str] = frozenset()
    factors: Mapping[AnyTree, Factor] = field(default_factory=dict)

    @property
    def too_large(self) -> bool:
        """Is it more than can be computed with?"""
        return max(self.terms, _product(self.factors, self.symbols)[0]) > MOST_TERMS or max(self.bits) > MOST_BITS


def size(tree: AnyTree, known: Mapping[str, Size]) -> Size:
    """The size of an expression, or the largest among the two sides of a condition's comparisons; `known` has that of entries of `where`."""

    def visit(node: AnyTree, parts: list[tuple[AnyTree, Size]]) -> tuple[AnyTree, Size]:
        return node, _size(node, parts, known)

    return fold(tree, visit)[1]


def _size(node: AnyTree, parts: list[tuple[AnyTree, Size]], known: Mapping[str, Size]) -> Size:
    sizes = [part for _, part in parts]
    match node:
        case Number(value):
            return Size(bits=(value.numerator.bit_length(), value.denominator.bit_length() - 1))
        case Symbol(name):
            return known[name] if name in known else Size(1, 1, symbols=frozenset({name}))
        case Negate():
            return sizes[0]
        case Power(_, exponent):
            base = sizes[0] if exponent >= 0 else _inverse(*parts[0])
            return _power(base, abs(exponent))
        case Binary("*"):
            return _times(*sizes)
        case Binary("/"):
            return _times(sizes[0], _inverse(*parts[1]))
        case Binary():
            return _plus(*sizes)
        case Call():
            return max(sizes, key=lambda part: part.terms)
    total = sizes[0]
    for part in sizes[1:]:  # a condition: all of its sides together, as if they were one sum
        total = _plus(total, part)
    return total


def _plus(left: Size, right: Size) -> Size:
    symbols = left.symbols | right.symbols
    common = dict(left.factors)
    for tree, factor in right.factors.items():
        if tree not in common or common[tree].times < factor.times:
            common[tree] = factor
    sides = [(side, _product(_missing(common, side.factors), symbols)) for side in (left, right)]
    terms = sum(side.terms * extra for side, (extra, _) in sides)
    degree = max(side.degree + extra for side, (_, extra) in sides)
    (top, bottom), (other_top, other_bottom) = left.bits, right.bits
    bits = (max(top + other_bottom, other_top + bottom) + 1, bottom + other_bottom)
    return Size(_capped(terms, degree, symbols), degree, bits, symbols, common)


def _times(left: Size, right: Size) -> Size:
    symbols = left.symbols | right.symbols
    factors = dict(left.factors)
    for tree, factor in right.factors.items():
        times = factors[tree].times if tree in factors else 0
        factors[tree] = Factor(factor.terms, factor.degree, times + factor.times)
    degree = left.degree + right.degree
    bits = (left.bits[0] + right.bits[0], left.bits[1] + right.bits[1])
    return Size(_capped(left.terms * right.terms, degree, symbols), degree, bits, symbols, factors)


def _power(base: Size, exponent: int) -> Size:
    factors = {tree: Factor(f.terms, f.degree, f.times * exponent) for tree, f in base.factors.items()}
    degree = base.degree * exponent
    terms = comb(base.terms + exponent - 1, exponent) if base.terms < _HUGE else _HUGE
    bits = (base.bits[0] * max(1, exponent), base.bits[1] * max(1, exponent))
    return Size(_capped(terms, degree, base.symbols), degree, bits, base.symbols, factors)


def _inverse(tree: AnyTree, base: Size) -> Size:
    terms, degree = _product(base.factors, base.symbols)
    return Size(terms, degree, (base.bits[1] + 1, base.bits[0]), base.symbols, {tree: Factor(base.terms, base.degree, 1)})


def _missing(common: Mapping[AnyTree, Factor], own: Mapping[AnyTree, Factor]) -> dict[AnyTree, Factor]:
    """The factors by which a numerator is multiplied to bring it to the common denominator."""
    out = {}
    for tree, factor in common.items():
        times = factor.times - (own[tree].times if tree in own else 0)
        if times:
            out[tree] = Factor(factor.terms, factor.degree, times)
    return out


def _product(factors: Mapping[AnyTree, Factor], symbols: frozenset[str]) -> tuple[int, int]:
    """Terms and degree of a product of powers."""
    terms, degree = 1, 0
    for factor in factors.values():
        degree += factor.degree * factor.times
        power = comb(factor.terms + factor.times - 1, factor.times) if factor.terms > 1 else 1
        terms = _capped(terms * power, degree, symbols)
    return terms, degree


def _capped(terms: int, degree: int, symbols: frozenset[str]) -> int:
    """No polynomial has more terms than there are monomials of its degree in its symbols."""
    if terms <= len(symbols) or degree > _HUGE:
        return min(terms, _HUGE)
    monomials = comb(degree + len(symbols), len(symbols)) if min(degree, len(symbols)) <= 64 else _HUGE
    return min(terms, monomials, _HUGE)
