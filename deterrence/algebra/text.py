"""Polynomials, rational functions and formulas as exact text in the grammar of expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import isqrt

from deterrence.algebra.formula import And, Atom, Formula
from deterrence.algebra.grouping import monomials, products
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring, constant_value, to_fmpq, to_fraction

MOST_TERMS = 8  # of a sum in which a square is looked for
GROUPED, DIVIDED = range(5, 61), range(3, 61)  # terms of a sum that is looked at for what several terms, or the denominator, have in common
FLIPPED = {">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OR, _AND, _ATOM = range(3)


class Writer:
    """Writes over one ring; `names` replaces the text of some variables, as a square root by `sqrt(...)`.

    `interest` ranks the parameters that a condition is preferably solved for (the least first).
    """

    def __init__(self, ring: Ring, names: Mapping[int, str] | None = None, interest: Mapping[int, int] | None = None) -> None:
        self.ring = ring
        self.names = dict(enumerate(ring.names)) | dict(names or {})
        self.interest = dict(interest or {})

    # Polynomials and ratios

    def polynomial(self, p: Polynomial) -> str:
        """The sum of the terms of `p`, positive ones first, with what several terms have in common taken out where that is much shorter."""
        root = self._frequent_root(p)
        if root is not None:
            rest, factor = self.ring.coefficients(p, root)
            return (self.polynomial(rest) + " + " if rest else "") + f"({self.polynomial(factor)})*{self.names[root]}"
        square = self._square(p) if 3 < len(p) <= MOST_TERMS else None
        if square is not None:
            return self._with_square(*square)
        whole = _sum(self._terms(p))
        return _brief(whole, _sum(self._products(p))) if len(p) in GROUPED else whole

    def _terms(self, p: Polynomial) -> list[tuple[bool, str]]:
        """The terms of `p` without their signs, and whether these are negative."""
        ordered = sorted(((c < 0, tuple(-e for e in m), m, to_fraction(c)) for m, c in p.to_dict().items()), key=_order)
        return [(negative, self._product(abs(c), monomial)) for negative, _, monomial, c in ordered]

    def _products(self, p: Polynomial) -> list[tuple[bool, str]]:
        """The same with products of sums among them."""
        parts = products(self.ring, p)
        sums, single = [part for part in parts if _is_sum(part)], sum((part for part in parts if not _is_sum(part)), self.ring.zero)
        out = [self._signed(part) for part in sums] + self._terms(single)
        return out if not sums or any(not negative for negative, _ in out) else [self._signed(sums[0], in_sum=False), *out[1:]]

    def _signed(self, p: Polynomial, in_sum: bool = True) -> tuple[bool, str]:
        """A product, without its sign where that is negative, and whether it is."""
        text = self._fraction(Ratio(self.ring, p), in_sum)
        return text.startswith("-"), text.removeprefix("-")

    def _square(self, p: Polynomial) -> tuple[Polynomial, bool, Polynomial] | None:
        """`(q, negative, rest)` with `p == rest + q**2`, or minus the square where it is negative: q has two terms, and rest three fewer than p."""
        context, terms = self.ring.context, p.to_dict()
        roots = [(m, c < 0, _root(abs(to_fraction(c)))) for m, c in terms.items() if not any(e % 2 for e in m)]
        for (m, negative, a), (n, other, b) in combinations([r for r in roots if r[2]], 2):
            middle = tuple((e + f) // 2 for e, f in zip(m, n, strict=True))
            if negative == other and middle in terms and abs(to_fraction(terms[middle])) == 2 * a * b:
                sign = -1 if (terms[middle] < 0) != negative else 1
                q = context.from_dict({tuple(e // 2 for e in m): to_fmpq(a), tuple(e // 2 for e in n): to_fmpq(sign * b)})
                known = self.sign(q)
                turned = known == -1 or (known is None and _reads_better_turned(q))
                return -q if turned else q, negative, p + q**2 if negative else p - q**2
        return None

    def _with_square(self, q: Polynomial, negative: bool, rest: Polynomial) -> str:
        square, others = f"({self.polynomial(q)})**2", self.polynomial(rest)
        return f"{others} - {square}" if negative else _added(square, others)

    def _frequent_root(self, p: Polynomial) -> int | None:
        """A variable with a text of its own whose coefficient has several terms."""
        for k in self.ring.support(p):
            if self.names[k] != self.ring.names[k] and self.ring.degree(p, k) == 1 and len(self.ring.coefficients(p, k)[1]) > 1:
                return k
        return None

    def _product(self, c: Fraction, monomial: Sequence[int]) -> str:
        powers = [self.names[k] + (f"**{e}" if e > 1 else "") for k, e in enumerate(monomial) if e]
        if c.numerator != 1 or not powers:
            powers.insert(0, str(c.numerator))
        return "*".join(powers) + (f"/{c.denominator}" if c.denominator != 1 else "")

    def ratio(self, value: Ratio) -> str:
        """A rational function in factors, or what the denominator divides and a fraction beside it where that is much shorter."""
        whole = self._fraction(value)
        if value.is_polynomial or len(value.numerator) not in DIVIDED:
            return whole
        parts = (products if _is_sum(value.denominator) else monomials)(self.ring, value.numerator)
        quotients = [Ratio(self.ring, part, value.denominator) for part in parts]
        integral = sum((q.numerator for q in quotients if q.is_polynomial), self.ring.zero)
        return _brief(whole, _added(self.polynomial(integral), self._fraction(value - integral, in_sum=True))) if integral else whole

    def _fraction(self, value: Ratio, in_sum: bool = False) -> str:
        """Numerator and denominator in factors; a minus sign is taken into a sum, of those of known sign only where there is no sum before it."""
        if not value:
            return "0"
        sign, n, top = self._factored(value.numerator)
        other, d, bottom = self._factored(value.denominator)
        sign, constant = sign * other, n / d
        if sign < 0:
            sign *= self._flip_one(top, bottom, known=not in_sum)
        above = self._factors(constant.numerator, top, alone=not bottom and constant.denominator == 1)
        below = self._factors(constant.denominator, bottom, alone=False)
        text = above if below == "1" else f"{above}/{self._grouped(below, bottom, constant.denominator)}"
        if sign > 0:
            return text
        single = len(top) == 1 and top[0][1] == 1 and _is_sum(top[0][0]) and below == "1" and constant == 1
        return f"-({text})" if single else f"-{text}"

    def _factored(self, p: Polynomial) -> tuple[int, Fraction, list[tuple[Polynomial, int]]]:
        """Sign, positive constant and factors of `p`, each factor turned so that it reads with the fewest minus signs."""
        sign, factors = self.ring.factors(p)
        out = []
        for f, m in factors:
            known = self.sign(f)
            if (known == -1 and _is_sum(f)) or (known is None and _reads_better_turned(f)):
                f, sign = -f, (-sign if m % 2 else sign)
            out.append((f, m))
        product = self.ring.one
        for f, m in out:
            product = product * f**m
        rest = p / product
        return sign, abs(constant_value(rest)), sorted(out, key=lambda item: (_is_sum(item[0]), self.polynomial(item[0])))

    def _flip_one(self, *parts: list[tuple[Polynomial, int]], known: bool) -> int:
        """Turn the sign of a sum with both signs and an odd power, best one that may have either sign, else if `known` any; -1 if one was found."""
        sums = [(factors, i) for factors in parts for i, (f, m) in enumerate(factors) if m % 2 and 0 < _minus_signs(f) < len(f)]
        either = [(factors, i) for factors, i in sums if self.sign(factors[i][0]) is None]
        for factors, i in either or (sums if known else []):
            f, m = factors[i]
            factors[i] = (-f, m)
            return -1
        return 1

    def _factors(self, constant: int, factors: list[tuple[Polynomial, int]], alone: bool) -> str:
        if alone and constant == 1 and len(factors) == 1 and factors[0][1] == 1:
            return self.polynomial(factors[0][0])
        parts = [str(constant)] if constant != 1 or not factors else []
        for f, m in factors:
            body = f"({self.polynomial(f)})" if _is_sum(f) else self.polynomial(f)
            parts.append(f"{body}**{m}" if m > 1 else body)
        return "*".join(parts)

    def _grouped(self, text: str, factors: list[tuple[Polynomial, int]], constant: int) -> str:
        single = len(factors) + (constant != 1) <= 1
        return text if single else f"({text})"

    # Conditions

    def condition(self, f: Formula) -> str:
        """A formula as a condition, its atoms solved for a parameter where that reads well."""
        return self._condition(f)[0]

    def _condition(self, f: Formula) -> tuple[str, int]:
        if isinstance(f, Atom):
            return self.atom(f)
        parts = [self._condition(p) for p in f.parts]
        conjunctive = isinstance(f, And)
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return ("0 == 0" if conjunctive else "0 == 1"), _ATOM
        level = _AND if conjunctive else _OR
        texts = [f"({t})" if inner < level or (inner != level and inner == _AND) else t for t, inner in parts]
        return (" and " if conjunctive else " or ").join(texts), level

    def atom(self, f: Atom) -> tuple[str, int]:
        """One comparison, or where a product has a sign, the signs that its factors may have."""
        sign, factors = self.ring.factors(f.polynomial)
        factors = tuple((g, m) for g, m in factors)
        if len(factors) == 1 and factors[0][1] == 1:
            return self.comparison(f.polynomial, f.op), _ATOM
        if f.op in ("==", "!="):
            word = " or " if f.op == "==" else " and "
            return word.join(self.comparison(g, f.op) for g, _ in factors), (_OR if f.op == "==" else _AND)
        if len(factors) == 2 and all(m == 1 for _, m in factors):
            (g, _), (h, _) = factors
            first = f"{self.comparison(g, f.op)} and {self.comparison(h * sign, f.op)}"
            second = f"{self.comparison(-g, f.op)} and {self.comparison(-h * sign, f.op)}"
            return f"({first}) or ({second})", _OR
        return f"{self.ratio(Ratio(self.ring, f.polynomial))} {f.op} 0", _ATOM

    def comparison(self, p: Polynomial, op: str) -> str:
        """`p OP 0` for an irreducible `p`: solved for the parameter of most interest, or its terms put on the two sides."""
        options = []
        for k in self.ring.support(p):
            if k in self.interest and self.ring.degree(p, k) == 1:
                b, a = self.ring.coefficients(p, k)
                direction = self.sign(a)
                if direction is not None:
                    other = Ratio(self.ring, -b, a)
                    rank = self.interest[k]
                    cost = (rank > 0, not other.is_polynomial, len(other.numerator) + len(other.denominator), rank, k)
                    options.append((cost, k, a * direction, op if direction > 0 else FLIPPED[op], other))
        options.sort(key=lambda item: item[0])
        for _, k, a, turned, other in options:
            if a.is_constant() or self.nonzero(a):
                return f"{self.names[k]} {turned} {self.ratio(other)}"
        for _, k, a, turned, other in options[:1]:
            return f"{self._multiple(k, a)} {turned} {self.ratio(other * a)}"
        return self._two_sides(p, op)

    def _multiple(self, variable: int, a: Polynomial) -> str:
        return self.ratio(Ratio(self.ring, self.ring.variables[variable] * a))

    def sign(self, p: Polynomial) -> int | None:
        """The sign of a coefficient; a space's own writer knows more signs than a constant's."""
        if p.is_constant() and p:
            return 1 if p.leading_coefficient() > 0 else -1
        return None

    def nonzero(self, p: Polynomial) -> bool:
        """May one divide by a coefficient? A space's own writer knows that of others than constants."""
        return bool(p.is_constant() and p)

    def _two_sides(self, p: Polynomial, op: str) -> str:
        if self._frequent_root(p) is not None:
            return f"{self.polynomial(p)} {op} 0"
        plus, minus = self.ring.zero, self.ring.zero
        context = self.ring.context
        for monomial, c in p.to_dict().items():
            term = context.from_dict({monomial: abs(c)})
            plus, minus = (plus + term, minus) if c > 0 else (plus, minus + term)
        left, right = self.ratio(Ratio(self.ring, plus)), self.ratio(Ratio(self.ring, minus))
        whole = f"{right} {FLIPPED[op]} {left}" if plus.is_constant() else f"{left} {op} {right}"
        if len(p) not in GROUPED:
            return whole
        pieces = self._products(p)
        left, right = (_sum([(False, text) for negative, text in pieces if negative == side]) for side in (False, True))
        return _brief(whole, f"{left} {op} {right}")


def _order(term: tuple[bool, tuple[int, ...], tuple[int, ...], Fraction]) -> tuple[bool, bool, tuple[int, ...]]:
    negative, reverse, monomial, _ = term
    return (negative, not any(monomial), reverse)


def _root(value: Fraction) -> Fraction:
    """The square root of a square, or zero."""
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root**2 == value else Fraction(0)


def _sum(terms: Sequence[tuple[bool, str]]) -> str:
    """Terms without their signs, each with whether it is taken away, as one text; those that are added come first."""
    plus, minus = (" + ".join(text for negative, text in terms if not negative), " - ".join(text for negative, text in terms if negative))
    return plus + (" - " if plus else "-") * bool(minus) + minus or "0"


def _added(first: str, second: str) -> str:
    """The sum of two sums, which have what is added before what is taken away."""
    if first.startswith("-") and not second.startswith("-"):
        first, second = second, first
    return f"{first} - {second[1:]}" if second.startswith("-") else f"{first} + {second}"


def _brief(whole: str, other: str) -> str:
    """The other way of writing the same where it is by a quarter shorter."""
    return other if 4 * len(other) <= 3 * len(whole) else whole


def _is_sum(p: Polynomial) -> bool:
    return len(p) > 1


def _reads_better_turned(p: Polynomial) -> bool:
    """Has `p` more minus signs than plus signs, or as many and a negative constant term?"""
    minus, plus = _minus_signs(p), len(p) - _minus_signs(p)
    constant = next((c for m, c in p.to_dict().items() if not any(m)), 0)
    return minus > plus or (minus == plus and constant < 0)


def _minus_signs(p: Polynomial) -> int:
    return sum(c < 0 for c in p.coeffs())
