"""The regions of a solution as sets that cut the parameter space: the inside and the outside of each, as they read at generic points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deterrence.algebra.formula import TRUE, And, Atom, Formula, Or, atoms, conjunction, disjunction, negation
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Polynomial
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import Clock, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.analysis.cells import Cut, Side
from deterrence.analysis.families import typical
from deterrence.concepts.setting import parameter_space
from deterrence.solution import Equilibrium, Solution


def parameters_of(solution: Solution) -> ParameterSpace:
    """The space of a solution's free parameters."""
    return solution[0].setting.parameters if len(solution) else parameter_space(solution.game)


class Sides:
    """The regions of a solution over one ring, in which no two of them mean different roots by one name.

    `space` has a clock of its own: a time limit on what is read off a solution is none on the solution.
    """

    def __init__(self, solution: Solution, clock: Clock) -> None:
        known, regions = parameters_of(solution), [e.region.simplified for e in solution]
        names = _apart(regions, known.space.ring.names)
        missing = sorted({new for renamed in names for new in renamed.values()}.difference(known.space.ring.names))
        home = known.extended(missing) if missing else known
        self.space = Space(home.space.ring, home.space.parameters, home.space.domain, clock)
        self.parameters = ParameterSpace(self.space, known.roles, known.defaults)
        moved = (region.moved(home, renamed) for region, renamed in zip(regions, names, strict=True))
        self.regions = {e.name: Region(self.parameters, r.formula, r.hidden) for e, r in zip(solution, moved, strict=True)}

    def cut(self, e: Equilibrium) -> Cut:
        """The two sides of the region of a family."""
        region = self.regions[e.name]
        if not region.unknowns:
            inside, outside = (Side(typical(self.space, f)) for f in (region.formula, negation(region.formula)))
            return Cut(e.name, inside, outside)
        try:
            if all(self.space.ring.names[k] in RADICALS for k in region.unknowns):
                return self._by_square_roots(e.name, region)
            return Cut(e.name, self._side(region, region), self._side(~region, region), unknowns=region.unknowns)
        except OutOfTime:
            raise
        except Undecided as why:
            return Cut(e.name, self._side(region, region), None, f"{e.name}: {why}", region.unknowns)

    def _by_square_roots(self, name: str, region: Region) -> Cut:
        """Square roots are put at zero where they are not real: so there is exactly one everywhere, and the outside is a plain negation."""
        if len(region.hidden) != len(region.unknowns):
            raise Undecided("the region speaks of a square root that it does not define")
        ring, hidden, real = self.space.ring, list[Formula](), list[Formula]()
        for f in region.hidden:
            square = next(atoms(f))  # w**2 - d == 0
            w = next(ring.variables[k] for k in region.unknowns if ring.degree(square.polynomial, k) == 2)
            d = w**2 - square.polynomial
            hidden.append(Or((And((square, Atom(w, ">="))), And((Atom(w, "=="), Atom(-d, ">"))))))
            real.append(Atom(d, ">"))
        whole = Region(self.parameters, conjunction((*real, region.formula)), tuple(hidden))
        inside, outside = (Side(self._generic(f, region.hidden), whole.hidden) for f in (whole.formula, negation(whole.formula)))
        return Cut(name, inside, outside, unknowns=region.unknowns)

    def _side(self, region: Region, of: Region) -> Side:
        """A set that speaks of the roots that another defines, as it reads at generic points."""
        f, known = self._generic(region.formula, of.hidden), [p for g in of.hidden for p in _parts(g)]
        if not region.hidden and all(p in _parts(f) for p in known):
            return Side(conjunction(p for p in _parts(f) if p not in known), of.hidden)
        return Side(f, region.hidden)

    def _generic(self, f: Formula, definitions: Sequence[Formula]) -> Formula:
        """A formula with strict conditions for weak ones, where no polynomial in it vanishes but on surfaces; Undecided where one may."""
        if not isinstance(f, Atom):
            join = conjunction if isinstance(f, And) else disjunction
            return join(self._generic(p, definitions) for p in f.parts)
        if self.space.parametric(f.polynomial):
            return self.space.reduced(typical(self.space, f))
        if any(f == a for g in definitions for a in atoms(g)):
            return f
        if f.op != "==" and self._vanishes_on_surfaces(f.polynomial, definitions):
            return TRUE if f.op == "!=" else Atom(f.polynomial, ">")
        if f.op == ">":
            return f
        raise Undecided("whether a condition on a root holds on a surface only could not be told")

    def _vanishes_on_surfaces(self, p: Polynomial, definitions: Sequence[Formula]) -> bool:
        """Is `p` surely not zero at the roots, but on surfaces? Then something is left of it when the roots are eliminated."""
        ring = self.space.ring
        for f in reversed(definitions):
            equation = next((a.polynomial for a in atoms(f) if a.op == "=="), None)
            for k in reversed(ring.support(equation) if equation is not None else ()):
                if k not in self.space.parameters and ring.degree(p, k):
                    p = p.resultant(equation, f"x{k}")
        return bool(p) and self.space.parametric(p)


def _parts(f: Formula) -> tuple[Formula, ...]:
    return f.parts if isinstance(f, And) else (f,)


def _apart(regions: Sequence[Region], taken: Sequence[str]) -> list[dict[str, str]]:
    """New names for the unknowns of regions where the same name stands for another root in a region before."""
    meaning: dict[str, object] = {}
    used, out = set(taken), []
    for region in regions:
        renamed: dict[str, str] = {}
        for k in region.unknowns:
            name = region.parameters.space.ring.names[k]
            what = region.hidden if name in RADICALS else id(region)  # an implicit root is told from others by what its family asks, too
            if meaning.setdefault(name, what) != what:
                renamed[name] = _fresh(name, used, meaning)
                meaning[renamed[name]] = what
        out.append(renamed)
    return out


def _fresh(name: str, used: set[str], meaning: Mapping[str, object]) -> str:
    """A name that means nothing yet; that of a square root for a square root, as long as there are any."""
    for other in RADICALS if name in RADICALS else ():
        if other not in meaning:
            return other
    while name in used:
        name += "_"
    used.add(name)
    return name
