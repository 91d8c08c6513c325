"""Where along one parameter an equilibrium begins or ceases to exist, exactly, and whether it exists at that very point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import arb

from deterrence.algebra.formula import Atom, Formula, atoms, conjunction
from deterrence.algebra.points import Membership
from deterrence.algebra.polynomials import Ring, to_fmpq, to_fraction
from deterrence.algebra.real_roots import RealRoot
from deterrence.algebra.region import Region
from deterrence.analysis.plane_curves import Ball, between, precisely, real_roots, simplest_between, sorted_apart, univariate


@dataclass(frozen=True)
class End:
    """An end of existence: the value of the parameter, as a float, and whether the equilibrium exists there itself."""

    x: float
    closed: bool


def existence_ends(region: Region, name: str, fixed: Mapping[str, Fraction], ends: tuple[Fraction, Fraction]) -> list[End]:
    """The ends of existence between two values of a parameter, from the least, the others being fixed.

    One of the two values is an end where the equilibrium exists beside it, between them, and not at the value itself. There are none for a
    region that speaks of an implicit root: where that one ends is not sought.

    >>> import deterrence as dt
    >>> solution = dt.solve(dt.load("rudimentary_deterrence"))
    >>> point = solution[0].setting.parameters.defaults
    >>> existence_ends(solution[0].region, "p", {k: v for k, v in point.items() if k != "p"}, (Fraction(0), Fraction(1)))
    [End(x=0.0, closed=False), End(x=0.5, closed=True)]
    """
    if region.unknowns:
        return []
    parameters = region.parameters
    line = _Line(parameters.space.ring, parameters.variable(name), {parameters.variable(n): v for n, v in fixed.items()})
    whole = line.formula(conjunction((parameters.space.domain, region.simplified.formula)))
    roots, samples = line.cut(whole, ends)
    holds = Membership(parameters.space, [whole])
    there = [holds({line.variable: x}) for x in samples]
    inner = [End(float(ball.mid()), root.satisfies(whole)) for (ball, root), (a, b) in zip(roots, pairwise(there), strict=True) if a != b]
    outer = [beside and not holds({line.variable: x}) for x, beside in zip(ends, (there[0], there[-1]), strict=True)]
    first, last = ([End(float(x), False)] if ended else [] for x, ended in zip(ends, outer, strict=True))
    return [*first, *inner, *last]


@dataclass(frozen=True)
class _Line:
    """One variable of a ring, with values for the others."""

    ring: Ring
    variable: int
    fixed: Mapping[int, Fraction]

    def formula(self, f: Formula) -> Formula:
        """A formula in the variable alone."""
        if isinstance(f, Atom):
            return conjunction((Atom(self.ring.evaluate(f.polynomial, self.fixed), f.op),))
        return type(f)(self.formula(p) for p in f.parts)

    def cut(self, f: Formula, ends: tuple[Fraction, Fraction]) -> tuple[list[tuple[Ball, RealRoot]], list[Fraction]]:
        """The zeros of a formula's polynomials between two ends, and a value between each two neighbours."""
        factors = {str(g): g for a in atoms(f) if not a.polynomial.is_constant() for g, _ in self.ring.factors(a.polynomial)[1]}
        low, high = map(to_fmpq, ends)

        def found() -> tuple[list[tuple[Ball, RealRoot]], list[Fraction]]:
            roots = sorted_apart([pair for key in sorted(factors) for pair in self._zeros(factors[key], low, high)])
            balls = [arb(low), *(ball for ball, _ in roots), arb(high)]
            return roots, [to_fraction(simplest_between(a, b)) for a, b in pairwise(balls)]

        out: tuple[list[tuple[Ball, RealRoot]], list[Fraction]] = precisely(found)
        return out

    def _zeros(self, factor: object, low: object, high: object) -> list[tuple[Ball, RealRoot]]:
        p = univariate(factor, self.variable)
        if p.degree() == 1 and not low < -p[0] / p[1] < high:  # an end itself, perhaps: no precision would tell
            return []
        balls = sorted(real_roots(p), key=lambda ball: float(ball.mid()))
        roots = [(ball, RealRoot(self.ring, factor, self.variable, place)) for place, ball in enumerate(balls)]
        return [(ball, root) for ball, root in roots if p.degree() == 1 or between(ball, low, high)]
