"""Exact real numbers at a point: fractions, and algebraic numbers such as `sqrt(2)`, with comparisons that are proved and never assumed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, total_ordering
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.algebra.expressions import Binary, Call, Expression, Negate, Number, Power, Symbol, Tree, exact

if TYPE_CHECKING:
    from flint import fmpq, fmpq_poly

# The checker imports nothing but this room, so that what it needs of other rooms is passed on here.
__all__ = ["Exact", "InputError", "Surd", "dependencies", "exact_value", "real_roots", "sign", "square_root", "suggestion"]

K = TypeVar("K")
ZERO, ONE = Fraction(0), Fraction(1)
# Formulas that say the same in fewer roots exist long before this; beyond it a hostile one could compute for hours.
LARGEST_DEGREE, MOST_CONJUGATES = 64, 4096
Terms: TypeAlias = "dict[tuple[tuple[Root, int], ...], Fraction]"


@dataclass(frozen=True, order=True)
class Root:
    """The real root number `place`, from the least, of `x**n + ... + coefficients[1]*x + coefficients[0]`, irreducible over the integers."""

    coefficients: tuple[int, ...]
    place: int

    def __str__(self) -> str:
        """As a formula of results; the unknown of the polynomial is called x."""
        if len(self.coefficients) == 2 and self.coefficients[1] == 0:
            return f"{'-' if self.place == 0 else ''}sqrt({-self.coefficients[0]})"
        lower = (f"{c}*x**{k}" if k > 1 else f"{c}*x" if k else str(c) for k, c in reversed([*enumerate(self.coefficients)]) if c)
        polynomial = " + ".join([f"x**{len(self.coefficients)}", *lower]).replace("+ -", "- ")
        return f"CRootOf({polynomial}, {self.place})"


@total_ordering
class Surd:
    """A real algebraic number: a polynomial in roots with rational coefficients, as `{((root, exponent), ...): coefficient}`."""

    __slots__ = ("terms",)
    __hash__ = None  # type: ignore[assignment]  # equal numbers may be written in different roots

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def __add__(self, other: Exact | int) -> Exact:
        return _plain(_plus(self.terms, _terms(other)))

    def __mul__(self, other: Exact | int) -> Exact:
        return _plain(_times(self.terms, _terms(other)))

    def __neg__(self) -> Surd:
        return Surd({monomial: -c for monomial, c in self.terms.items()})

    def __sub__(self, other: Exact | int) -> Exact:
        return self + -other

    def __rsub__(self, other: Fraction | int) -> Exact:
        return -self + other

    def __truediv__(self, other: Exact | int) -> Exact:
        return self * _reciprocal(other)

    def __rtruediv__(self, other: Fraction | int) -> Exact:
        return _reciprocal(self) * other

    def __pow__(self, exponent: int) -> Exact:
        power: Exact = ONE
        base = self if exponent >= 0 else _reciprocal(self)
        for _ in range(abs(exponent)):
            power = base * power
        return power

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surd | Fraction | int) and sign(self - other) == 0

    def __lt__(self, other: Exact | int) -> bool:
        return sign(self - other) < 0

    def __float__(self) -> float:
        return float(sum(_enclosure(self.terms, 128)) / 2)

    def __str__(self) -> str:
        products = ("*".join([str(c), *(f"{root}**{e}" if e > 1 else str(root) for root, e in m)]) for m, c in sorted(self.terms.items()))
        return re.sub(r"(^|[ -])1\*", r"\1", " + ".join(products).replace("+ -", "- "))

    __radd__, __rmul__, __repr__ = __add__, __mul__, __str__


Exact: TypeAlias = Fraction | Surd


def _terms(x: Exact | int) -> Terms:
    return x.terms if isinstance(x, Surd) else {(): Fraction(x)} if x else {}


def _plain(terms: Terms) -> Exact:
    return Surd(terms) if any(terms) else terms.get((), ZERO)


def _plus(a: Mapping[K, Fraction], b: Mapping[K, Fraction], factor: Fraction = ONE) -> dict[K, Fraction]:
    """`a + factor*b`, without zeros."""
    out = dict(a)
    for key, c in b.items():
        out[key] = out.get(key, ZERO) + factor * c
    return {key: c for key, c in out.items() if c}


def _times(a: Terms, b: Terms) -> Terms:
    """The product, with every `root**n` replaced by what the root's polynomial says."""
    out: Terms = {}
    for (m, c), (n, d) in ((x, y) for x in a.items() for y in b.items()):
        exponents = dict(m)
        for root, e in n:
            exponents[root] = exponents.get(root, 0) + e
        high = next((root for root, e in exponents.items() if e >= len(root.coefficients)), None)
        if high is not None:
            exponents[high] -= len(high.coefficients)
        product: Terms = {tuple(sorted((root, e) for root, e in exponents.items() if e)): c * d}
        if high is not None:
            product = _times(product, {((high, k),) if k else (): Fraction(-low) for k, low in enumerate(high.coefficients) if low})
        out = _plus(out, product)
    return out


@lru_cache(maxsize=1024)
def _isolated(coefficients: tuple[int, ...], bits: int) -> list[tuple[Fraction, Fraction]]:
    """Disjoint intervals around the real roots of the monic polynomial, from the least, to that many bits: FLINT's are certified."""
    from flint import ctx, fmpz_poly

    with ctx.workprec(bits):
        found: Any = fmpz_poly([*coefficients, 1]).complex_roots()  # the real ones first, in ascending order
        roots = [z.real for z, _ in found if z.imag.is_zero()]
    parts = [[int(mantissa) * Fraction(2) ** int(exponent) for mantissa, exponent in (x.mid().man_exp(), x.rad().man_exp())] for x in roots]
    return [(middle - radius, middle + radius) for middle, radius in parts]


def _enclosure(terms: Terms, bits: int) -> tuple[Fraction, Fraction]:
    low = high = ZERO
    for monomial, coefficient in terms.items():
        ends = [coefficient]
        for root in (root for root, e in monomial for _ in range(e)):
            ends = [x * y for x in (min(ends), max(ends)) for y in _isolated(root.coefficients, bits)[root.place]]
        low, high = low + min(ends), high + max(ends)
    return low, high


def sign(x: Exact | int) -> int:
    """-1, 0 or 1, proved: by an interval without 0, or by one around 0 that is too narrow for any other number of this kind.

    With s so that `s*x` has integer coefficients in the roots, it is an algebraic integer: those of its conjugates (one for each choice of
    roots) that are not 0 multiply to a nonzero integer. If there are n and none exceeds U >= 1, then `abs(s*x) >= U**(1 - n)` or x is 0.
    """
    if not isinstance(x, Surd):
        return (x > 0) - (x < 0)
    scale = math.lcm(*(c.denominator for c in x.terms.values()))
    bound = sum(abs(c) * scale * math.prod((1 + max(map(abs, r.coefficients))) ** e for r, e in m) for m, c in x.terms.items())
    conjugates = math.prod(len(root.coefficients) for root in {root for monomial in x.terms for root, _ in monomial})
    bits = 64
    while True:
        low, high = _enclosure(x.terms, bits)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        if conjugates > MOST_CONJUGATES:
            raise InputError(f"found a number with {conjugates} conjugates; at most {MOST_CONJUGATES} can be compared exactly")
        if (high - low) * scale * max(ONE, bound) ** (conjugates - 1) < 1:
            return 0
        bits *= 2


def dependencies(vectors: Iterable[Mapping[K, Fraction]]) -> Iterator[dict[int, Fraction]]:
    """For each vector that is a combination of earlier ones the coefficients of a vanishing combination: together a basis of all of these."""
    pivots: list[tuple[K, dict[K, Fraction], dict[int, Fraction]]] = []
    for i, vector in enumerate(vectors):
        rest, how = dict(vector), {i: ONE}
        for key, row, origin in pivots:
            if key in rest:
                factor = -rest[key] / row[key]
                rest, how = _plus(rest, row, factor), _plus(how, origin, factor)
        if rest:
            pivots.append((next(iter(rest)), rest, how))
        else:
            yield how


def _powers(x: Exact) -> Iterator[Exact]:
    power: Exact = ONE
    while True:
        yield power
        power = power * x


def _relation(x: Exact) -> dict[int, Fraction]:
    """Coefficients of a polynomial that has the root x."""
    return next(dependencies(map(_terms, _powers(x))))


def _reciprocal(x: Exact | int) -> Exact:
    if sign(x) == 0:
        raise ZeroDivisionError("division by zero")
    if not isinstance(x, Surd):
        return 1 / Fraction(x)
    relation = _relation(x)
    least = min(relation)  # x is not 0, so that this power of it can be divided out
    powers = zip(range(least + 1, max(relation) + 1), _powers(x), strict=False)
    return sum((power * (-relation.get(k, ZERO) / relation[least]) for k, power in powers), ZERO)


def real_roots(polynomial: fmpq_poly) -> list[Exact]:
    """The real roots, from the least, each as often as its multiplicity says; raises ValueError for a degree beyond all use."""
    if polynomial.degree() > LARGEST_DEGREE:
        raise ValueError(f"roots of a polynomial of degree {polynomial.degree()}; at most {LARGEST_DEGREE} is supported")
    out: list[Exact] = []
    for factor, times in polynomial.factor()[1]:
        *lower, lead = map(int, factor.numer().coeffs())
        found: list[Exact] = [Fraction(-lower[0], lead)]
        if len(lower) == 2:
            found = _quadratic(lead, lower[1], lower[0])
        elif len(lower) > 2:
            monic = tuple(c * lead ** (len(lower) - 1 - k) for k, c in enumerate(lower))  # its roots are `lead` times those of the factor
            found = [Surd({((Root(monic, place), 1),): Fraction(1, lead)}) for place in range(len(_isolated(monic, 64)))]
        out += found * times
    return sorted(out)


def _quadratic(a: int, b: int, c: int) -> list[Exact]:
    """The roots of an irreducible polynomial of degree 2 by the square root of its discriminant, so that roots of one field share it."""
    rest, whole = b * b - 4 * a * c, 1
    for prime in range(2, 1000):  # a larger square is left in: it does no harm
        while rest % prime**2 == 0:
            rest, whole = rest // prime**2, whole * prime
    root: Terms = {((Root((-rest, 0), 1), 1),): Fraction(whole, 2 * a)}
    middle: Terms = {(): Fraction(-b, 2 * a)} if b else {}
    return [Surd(_plus(middle, root, sign)) for sign in (-ONE, ONE)] if rest > 0 else []


def square_root(x: Exact) -> Exact:
    """The square root; raises ValueError below 0."""
    from flint import fmpq_poly

    if sign(x) < 0:
        raise ValueError(f"{x} is negative and has no square root")
    relation = _relation(x)
    square = fmpq_poly([_rational(relation.get(k // 2, ZERO) if k % 2 == 0 else ZERO) for k in range(2 * max(relation) + 1)])
    return next(root for root in reversed(real_roots(square)) if root * root == x)


def _rational(x: Fraction) -> fmpq:
    from flint import fmpq

    return fmpq(x.numerator, x.denominator)


def exact_value(value: Any, env: Mapping[str, Exact]) -> Exact:
    """The real number that a number or a formula of results says at a point: text, or what prints as such, like SymPy's expressions.

    Raises InputError where it cannot be read, a name in it has no value, or the value is not real.

    >>> print(exact_value("1 - sqrt(c/b)", {"b": Fraction(2), "c": Fraction(1)}))
    1 - 1/2*sqrt(2)
    """
    if isinstance(value, Surd):
        return value
    if isinstance(value, int | Fraction | Decimal | float):
        return exact(value)
    formula = Expression.parse(str(value), formulas=True)
    try:
        return _value(formula.tree, env)
    except KeyError as name:
        raise InputError(f"{quoted(formula.text)} needs a value of {name}") from None
    except (ArithmeticError, ValueError) as error:
        raise InputError(f"{quoted(formula.text)} is no real number at this point: {error}") from None


def _value(tree: Tree, env: Mapping[str, Exact]) -> Exact:
    match tree:
        case Call("CRootOf", (polynomial, index)):
            roots, place = real_roots(_polynomial(polynomial, env)), _value(index, env)
            if place not in range(len(roots)):
                raise ValueError(f"found root {place} of a polynomial with {len(roots)} real ones, which are counted from 0")
            return next(root for k, root in enumerate(roots) if k == place)
        case Call(name, parts):
            values = [_value(part, env) for part in parts]
            return square_root(values[0]) if name == "sqrt" else min(values) if name == "Min" else max(values)
        case Binary(op, left, right):
            x, y = _value(left, env), _value(right, env)
            return x + y if op == "+" else x - y if op == "-" else x * y if op == "*" else x / y
        case Negate(operand):
            return -_value(operand, env)
        case Power(base, exponent):
            return _value(base, env) ** exponent
        case Symbol(name):
            return env[name]
    assert isinstance(tree, Number)
    return tree.value


def _polynomial(tree: Tree, env: Mapping[str, Exact]) -> fmpq_poly:
    """The polynomial in the one name that has no value."""
    from flint import fmpq_poly
    from flint.utils.flint_exceptions import DomainError

    formula = Expression(tree)
    unknown = formula.symbols - env.keys()
    known = {name: x for name, x in env.items() if name in formula.symbols and isinstance(x, Fraction)}
    if len(unknown) != 1 or len(unknown) + len(known) < len(formula.symbols):
        raise ValueError("CRootOf takes a polynomial in one unknown with rational coefficients")
    values = {name: fmpq_poly([_rational(x)]) for name, x in known.items()} | dict.fromkeys(unknown, fmpq_poly([0, 1]))
    try:
        return formula.evaluate(values, lambda c: fmpq_poly([_rational(c)]))  # type: ignore[no-any-return]
    except DomainError:
        raise ValueError("CRootOf takes a polynomial, not a quotient of polynomials") from None
