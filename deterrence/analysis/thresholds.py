"""Thresholds: the values of one parameter at which the set of equilibria changes, exactly, and what changes at each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, overload

from deterrence.algebra.errors import InputError, suggestion
from deterrence.algebra.formula import TRUE, And, Atom, Formula, atoms, conjunction, disjunction, negation, strict
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Polynomial
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import QUICK, UNSAT, Clock, OutOfTime, Undecided
from deterrence.analysis.candidates import Candidate, candidates, root_name
from deterrence.analysis.cells import Cut, Cutter, Piece, fewest
from deterrence.analysis.sides import Sides
from deterrence.model.game import Game
from deterrence.model.surds import exact_value
from deterrence.solution import Solution, need_solution

if TYPE_CHECKING:
    import sympy

Progress = Callable[[str, int], None]


@dataclass(frozen=True, eq=False)
class Change:
    """What changes at a threshold where the other parameters meet the conditions, as the parameter rises: who appears and who vanishes."""

    appear: tuple[str, ...]
    vanish: tuple[str, ...]
    parameters: ParameterSpace
    exact_conditions: Formula
    hidden: tuple[Formula, ...] = ()

    @cached_property
    def region(self) -> Region:
        """Where it is so, as a set of points of the parameter space in which the parameter itself is not restricted."""
        return fewest(self.parameters, self.exact_conditions, self.hidden)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions on the other parameters; all hold. Empty where it is so whatever they are."""
        return self.region.conditions

    def to_dict(self) -> dict[str, Any]:
        """The change as a JSON object."""
        return {"conditions": list(self.conditions), "appear": list(self.appear), "vanish": list(self.vanish)}


@dataclass(frozen=True, eq=False)
class Threshold:
    """A value of the parameter, in terms of the others, at which equilibria appear or vanish; `cases` tell which, and where in the others.

    `text` is the value as exact text. Where it has no closed form it is a name, and `implicit` has the equation that it solves: what is said
    of it is said of each solution that meets the conditions of a case.
    """

    name: str
    text: str
    cases: tuple[Change, ...]
    implicit: Mapping[str, str]

    @cached_property
    def value(self) -> sympy.Expr:
        """The value as a SymPy expression."""
        from deterrence.algebra.sympy_forms import to_sympy

        return to_sympy(self.text)

    @property
    def appear(self) -> tuple[str, ...]:
        """The equilibria that exist above the value and not below, in some case."""
        return tuple(dict.fromkeys(name for case in self.cases for name in case.appear))

    @property
    def vanish(self) -> tuple[str, ...]:
        """The equilibria that exist below the value and not above, in some case."""
        return tuple(dict.fromkeys(name for case in self.cases for name in case.vanish))

    @cached_property
    def region(self) -> Region:
        """Where in the other parameters anything changes at the value, but for surfaces; it then lies strictly inside the domain."""
        if len(self.cases) == 1 or any(case.hidden for case in self.cases):
            return reduce(or_, (case.region for case in self.cases))
        parameters = self.cases[0].parameters
        joined = fewest(parameters, disjunction(_weak(case.region.formula) for case in self.cases))
        return Region(parameters, strict(joined.formula))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of the region; all hold."""
        return self.region.conditions

    def to_dict(self) -> dict[str, Any]:
        """The threshold as a JSON object with exact text for every formula."""
        return {"value": self.text, "implicit": dict(self.implicit), "cases": [case.to_dict() for case in self.cases]}

    def __repr__(self) -> str:
        return f"Threshold({self.text}:{_signed('+', self.appear)}{_signed('-', self.vanish)})"


def _weak(f: Formula) -> Formula:
    """The formula with `>=` for every `>`: so that sets that share their border make up one."""
    if isinstance(f, Atom):
        return Atom(f.polynomial, ">=") if f.op == ">" else f
    join = conjunction if isinstance(f, And) else disjunction
    return join(_weak(p) for p in f.parts)


def _signed(sign: str, names: Sequence[str]) -> str:
    return "".join(f" {sign}{name}" for name in names)


class Thresholds(Sequence[Threshold]):
    """The thresholds of one parameter of a solution, as an immutable sequence: in increasing order where all other parameters are fixed.

    `undecided` lists the regimes that the solution left undecided, and the values and the equilibria of which it could not be told what
    happens, each with `why`.
    """

    def __init__(self, solution: Solution, parameter: str, found: Sequence[Threshold], undecided: Sequence[Mapping[str, Any]] = ()) -> None:
        self.solution, self.parameter = solution, parameter
        self.undecided = (*solution.undecided, *undecided)
        self._found = tuple(found)

    @property
    def complete(self) -> bool:
        """Are these surely all thresholds?"""
        return not self.undecided

    @overload
    def __getitem__(self, index: int) -> Threshold: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Threshold, ...]: ...
    def __getitem__(self, index: int | slice) -> Threshold | tuple[Threshold, ...]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Threshold]:
        return iter(self._found)

    def table(self, format: str = "text", **options: Any) -> str:  # noqa: A002 - the name that users know from pandas
        """The thresholds as a table for a paper: `text`, `markdown`, `latex`, `html` or `csv`."""
        from deterrence.report.thresholds_table import thresholds_table

        return thresholds_table(self, format, **options)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        state = "" if self.complete else ", incomplete"
        return f"Thresholds({self.solution.game.title!r}, {self.solution.concept}, {self.parameter}: {len(self)}{state})"

    def _repr_html_(self) -> str:
        return self.table("html")

    def to_dict(self) -> dict[str, Any]:
        """The thresholds as one JSON object with exact text for every formula."""
        return {
            "game": self.solution.game.title,
            "concept": self.solution.concept,
            "parameter": self.parameter,
            "complete": self.complete,
            "undecided": [dict(u) for u in self.undecided],
            "thresholds": [threshold.to_dict() for threshold in self],
        }


def thresholds(solution: Solution, parameter: str, *, time_limit: float | None = None, progress: Progress | None = None) -> Thresholds:
    """The values of a parameter at which the set of equilibria changes, as exact expressions in the other parameters.

    At generic values of the others, the equilibria just above a threshold are those just below it without the ones that vanish and with
    those that appear; between thresholds nothing changes, as long as the parameter does not cross a gap in the space. Knife edges are left out.

    Args:
        solution: all equilibria under one concept.
        parameter: the name of a free parameter.
        time_limit: in seconds; what was not decided by then is listed as undecided.
        progress: called with the stage and the number of candidates so far.

    Raises:
        InputError: there is no such free parameter, or the limit is not positive.

    >>> import deterrence as dt
    >>> for threshold in thresholds(dt.solve(dt.load("rudimentary_deterrence")), "p"):
    ...     print(threshold.text, threshold.appear, threshold.vanish)
    g/(g + k) ('E2',) ('E1',)
    """
    need_solution(solution, "thresholds")
    check_parameter(solution.game, parameter)
    search = Search(solution, parameter, Clock(time_limit))
    try:
        search.run(progress)
    except OutOfTime as why:
        search.undecided.append({"why": str(why)})
    except KeyboardInterrupt:
        search.undecided.append({"why": "interrupted"})
    search.space.clock.limit = None  # writing down what was found takes little time
    return Thresholds(solution, parameter, search.thresholds(), search.undecided)


def check_parameter(game: Game, name: str) -> None:
    """Raise InputError unless a game has a free parameter of that name."""
    if name in game.fixed:
        raise InputError(f"{name} is fixed at {game.fixed[name]}; thresholds are those of a free parameter")
    if name not in game.free_parameters:
        known = ", ".join(game.free_parameters) or "none"
        raise InputError(f"{name!r} is no parameter of the game; expected one of {known}{suggestion(name, game.free_parameters)}")


class Search:
    """The search for the thresholds of one parameter."""

    def __init__(self, solution: Solution, name: str, clock: Clock) -> None:
        sides = Sides(solution, clock)
        self.variable = sides.parameters.variable(name)
        self.parameters = sides.parameters.extended([root_name(sides.parameters, self.variable)])
        self.space = self.parameters.space
        self.order = [e.name for e in solution]
        self.regions = {e.name: sides.regions[e.name].moved(self.parameters) for e in solution}
        self.found: list[tuple[Candidate, list[Change]]] = []
        self.undecided: list[dict[str, Any]] = []

    def run(self, progress: Progress | None) -> None:
        """Look at each value at which a condition of some region may change its truth."""
        formulas = {name: f for name, region in self.regions.items() if (f := self._formula(name, region)) is not None}
        for factor in self._factors(formulas):
            name = self.parameters.writer().polynomial(factor)
            try:
                for candidate in candidates(self.parameters, self.variable, factor):
                    name = candidate.text
                    self._look_at(candidate, formulas)
                    if progress is not None:
                        progress("thresholds", len(self.found))
            except OutOfTime:
                raise
            except Undecided as why:
                self.undecided.append({"value": name, "why": f"at {name}: {why}"})

    def thresholds(self) -> list[Threshold]:
        """What was found, in increasing order where all values are numbers."""
        if self.space.parameters == (self.variable,):
            self.found.sort(key=lambda found: exact_value(found[0].text, {}))
        return [Threshold(f"T{n}", c.text, tuple(cases), c.implicit) for n, (c, cases) in enumerate(self.found, 1)]

    def _formula(self, name: str, region: Region) -> Formula | None:
        """Where a family exists, over the parameters alone; None, and undecided, where a root that has no place in it has a say."""
        if not region.unknowns:
            return region.formula
        if self.space.smt.escapes((self.space.interior,), region.unknowns, region.formulas(), 5 * QUICK) == UNSAT:
            return TRUE
        radical = all(self.space.ring.names[k] in RADICALS for k in region.unknowns)
        why = f"where {name} begins and ends depends on {'square roots' if radical else 'roots'} that are not eliminated"
        self.undecided.append({"equilibrium": name, "why": why})
        return None

    def _factors(self, regions: Mapping[str, Formula]) -> list[Polynomial]:
        """The irreducible polynomials in the parameter on which the regions depend, in canonical order."""
        ring, out = self.space.ring, {}
        for f in regions.values():
            for atom in atoms(f):
                for g, _ in ring.factors(atom.polynomial)[1]:
                    if ring.degree(g, self.variable):
                        out[str(g)] = g
        return sorted(out.values(), key=lambda g: (ring.degree(g, self.variable), len(g), str(g)))

    def _look_at(self, candidate: Candidate, regions: Mapping[str, Formula]) -> None:
        """Find where in the other parameters which families appear or vanish at a value."""
        cuts = [cut for name, f in regions.items() if candidate.bears_on(f) for cut in _cuts(candidate, name, f)]
        # Signs that are known in the domain have been cleared from the formulas: they hold within the domain only.
        cutter = Cutter(self.space, (self.space.interior, *candidate.inside()), cuts)
        cutter.run()
        cases = [self._change(candidate, piece) for piece in cutter.pieces if piece.labels]
        if cases:
            self.found.append((candidate, sorted(cases, key=self._place)))
        if cutter.interrupted:
            raise KeyboardInterrupt
        self.undecided += [{"value": candidate.text, "why": f"at {candidate.text}: {left.why}"} for left in cutter.undecided]

    def _place(self, change: Change) -> tuple[list[int], list[int]]:
        return [self.order.index(name) for name in change.appear], [self.order.index(name) for name in change.vanish]

    def _change(self, candidate: Candidate, piece: Piece) -> Change:
        appear, vanish = (tuple(name for name in self.order if sign + name in piece.labels) for sign in "+-")
        roots = tuple(root.definition() for root in candidate.roots if root.radicand is None)
        formulas = (f for f in (*candidate.inside(), *piece.formulas) if f not in roots)
        return Change(appear, vanish, self.parameters, conjunction(formulas), (*roots, *piece.hidden))


def _cuts(candidate: Candidate, name: str, region: Formula) -> Iterator[Cut]:
    """Where a family appears at a value, and where it vanishes there."""
    above, below = (candidate.beside(region, side) for side in (1, -1))
    for sign, here, there in (("+", above, below), ("-", below, above)):
        yield Cut(sign + name, *candidate.sides(conjunction((here, strict(negation(there))))))
