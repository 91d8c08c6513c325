"""Values of one parameter at which a condition may change its truth, and what formulas say at such a value and right beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deterrence.algebra.formula import FALSE, TRUE, And, Atom, Formula, atoms, conjunction, disjunction, negation, strict
from deterrence.algebra.parameters import Mover, ParameterSpace
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.roots import isolating_intervals, square_root
from deterrence.algebra.state import Root, State
from deterrence.algebra.system import without_radicals
from deterrence.analysis.cells import Side
from deterrence.analysis.families import typical


@dataclass(frozen=True)
class Candidate:
    """A root of an irreducible `factor` in one parameter, as a `value` in terms of the other parameters and of the `roots`.

    `real` says where in the other parameters it is a real number. At generic values of the others no other irreducible polynomial
    vanishes at it, and it is no multiple root: so the sign of every polynomial right beside it is known from signs at it.
    """

    parameters: ParameterSpace
    variable: int
    factor: Polynomial
    value: Ratio
    text: str
    roots: tuple[Root, ...] = ()
    real: tuple[Formula, ...] = ()
    implicit: Mapping[str, str] = field(default_factory=dict)

    @property
    def _state(self) -> State:
        return State(self.parameters.space, (), roots=self.roots)

    def bears_on(self, f: Formula) -> bool:
        """Does a formula depend on the sign of the factor?"""
        return any(self.factor == g for a in atoms(f) if a.polynomial for g, _ in self.parameters.space.ring.factors(a.polynomial)[1])

    def inside(self) -> tuple[Formula, ...]:
        """That the value is real and strictly inside the domain."""
        return (*self.real, self.side(self._at(self.parameters.space.domain, 0)))

    def beside(self, f: Formula, side: int) -> Formula:
        """What a formula says right above the value (`side` 1) or right below it (-1), at generic values of the other parameters."""
        return self.side(self._at(f, side))

    def side(self, f: Formula) -> Formula:
        """A strict formula without square roots, but for conditions that would grow out of hand."""
        return strict(without_radicals(f, self._state))

    def sides(self, f: Formula) -> tuple[Side, Side]:
        """The two sides of the set where a strict formula holds."""
        definitions = tuple(root.definition() for root in self.roots if root.radicand is not None)
        known = () if all(self.parameters.space.parametric(a.polynomial) for a in atoms(f)) else definitions
        return Side(f, known), Side(strict(negation(f)), known)

    def _at(self, f: Formula, side: int) -> Formula:
        if not isinstance(f, Atom):
            join = conjunction if isinstance(f, And) else disjunction
            return join(self._at(p, side) for p in f.parts)
        space = self.parameters.space
        if not space.ring.degree(f.polynomial, self.variable):
            return typical(space, f)
        if f.op in ("==", "!="):
            vanishes = side == 0 and self.bears_on(f)
            return TRUE if (f.op == "!=") != vanishes else FALSE
        return space.atom(self._beside(f.polynomial, side), ">")

    def _beside(self, p: Polynomial, side: int) -> Polynomial:
        """A polynomial with the sign that `p` has at the value, or right beside it: by its factors, those of even power left out."""
        sign, factors = self.parameters.space.ring.factors(p)
        product = self.parameters.space.ring.constant(sign)
        for g, m in factors:
            if g != self.factor:
                product = product * (self._sign_of(g) if m % 2 else 1)
            elif side == 0:
                return product * 0
            elif m % 2:
                product = product * self._sign_of(g.derivative(f"x{self.variable}")) * side
        return product

    def _sign_of(self, p: Polynomial) -> Polynomial:
        """A polynomial in what is left that has the sign of `p` at the value."""
        q, power = self.parameters.space.ring.substitute(p, self.variable, self.value)
        return self._state.reduce(q * self.value.denominator if power % 2 else q)


def root_name(parameters: ParameterSpace, variable: int) -> str:
    """A name for a value of a parameter that has no closed form."""
    name = f"{parameters.space.ring.names[variable]}_star"
    while name in parameters.space.ring.index:
        name += "_"
    return name


def candidates(parameters: ParameterSpace, variable: int, factor: Polynomial) -> Iterator[Candidate]:
    """The roots of an irreducible polynomial in one parameter, generically all of them.

    Those without a closed form are one candidate, by the unknown `root_name` of the ring: what is said of it is said of each of them.
    """
    ring = parameters.space.ring
    degree = ring.degree(factor, variable)
    if degree == 1:
        b, a = ring.coefficients(factor, variable)
        value = Ratio(ring, -b, a)
        yield Candidate(parameters, variable, factor, value, parameters.writer().ratio(value))
    elif degree == 2:
        yield from _quadratic(parameters, variable, factor)
    elif ring.support(factor) == (variable,):
        yield from _numeric(parameters, variable, factor)
    else:
        yield _by_name(parameters, variable, Root(variable, factor, TRUE))


def _quadratic(parameters: ParameterSpace, variable: int, factor: Polynomial) -> Iterator[Candidate]:
    for state in square_root(State(parameters.space, (variable,)), factor, variable):
        root, value = state.roots[-1], state.values[variable]
        assert root.radicand is not None
        name = f"sqrt({parameters.writer().ratio(Ratio(parameters.space.ring, root.radicand))})"
        real = (strict(parameters.space.atom(root.radicand, ">")),)
        yield Candidate(parameters, variable, factor, value, parameters.writer({root.variable: name}).ratio(value), (root,), real)


def _numeric(parameters: ParameterSpace, variable: int, factor: Polynomial) -> Iterator[Candidate]:
    """The real roots of a polynomial with rational coefficients."""
    ring = parameters.space.ring
    x, shown = ring.variables[variable], parameters.writer({variable: "x"}).polynomial(factor)
    for index, (low, high) in enumerate(isolating_intervals(ring, factor, variable)):
        between = conjunction((Atom(x - ring.constant(low), ">"), Atom(ring.constant(high) - x, ">")))
        yield _by_name(parameters, variable, Root(variable, factor, between, index=index), f"CRootOf({shown}, {index})")


def _by_name(parameters: ParameterSpace, variable: int, root: Root, text: str = "") -> Candidate:
    """A root as the last unknown of the ring, which was added for this."""
    ring = parameters.space.ring
    name = ring.names[-1]
    move, t = Mover(ring, ring, {ring.names[variable]: name}), ring.index[name]
    moved = Root(t, move.polynomial(root.polynomial), move.formula(root.isolating), index=root.index)
    implicit = {} if text else {name: f"{parameters.writer().polynomial(moved.polynomial)} == 0"}
    value = Ratio(ring, ring.variables[t])
    return Candidate(parameters, variable, root.polynomial, value, text or name, (moved,), (moved.definition(),), implicit)
