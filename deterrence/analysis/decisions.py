"""How a claim is decided: what refutes it is looked for family by family, over all generic points of the parameter space at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias, TypeVar

from deterrence.algebra.conditions import to_formula
from deterrence.algebra.formula import FALSE, TRUE, Formula, negation
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.smt import QUICK, UNSAT, Clock, OutOfTime, Undecided
from deterrence.algebra.space import Space
from deterrence.algebra.trees import ConditionTree
from deterrence.analysis.claims_at_point import names_there
from deterrence.analysis.counterexamples import Counterexample, Exactly, Instance, instance, points
from deterrence.analysis.coverage import Union
from deterrence.analysis.families import Family, Place, typical
from deterrence.analysis.meaning import Meaning, denominators
from deterrence.analysis.quantities import Vocabulary
from deterrence.analysis.statements import Reading, misplaced, read_claim
from deterrence.analysis.statics import WRONG, Movement, wrong_movement
from deterrence.concepts.setting import form_of, parameter_space, parameter_values, profiles_of
from deterrence.model.game import Game
from deterrence.model.parts import Claim
from deterrence.solution import Setting, Solution

PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"
MOST_POINTS = 12
EFFORTS = (QUICK, None)  # what refutes a claim is looked for with little effort everywhere first

Found = TypeVar("Found")
Verdict: TypeAlias = tuple[str, str, Counterexample | None]


class Prover:
    """One solution, made ready for claims about it to be decided."""

    def __init__(self, solution: Solution, clock: Clock | None = None, profile: str | None = None) -> None:
        self.solution = solution if profile is None else about(solution, profile)
        self.game = solution.game
        settings = [e.setting for e in self.solution] or empty_settings(self.game, solution.concept, profile)
        known = settings[0].parameters.space
        # A space of its own: a time limit on proofs is none on the solution.
        self.space = Space(known.ring, known.parameters, known.domain, clock or Clock())
        self.families = [[Family(self.space, e, effort) for e in self.solution] for effort in EFFORTS]
        self.vocabulary = Vocabulary(self.game, (setting.form for setting in settings))

    @cached_property
    def parameters(self) -> dict[str, Ratio]:
        """Every parameter as an element of the ring."""
        return parameter_values(self.game, self.space.ring)

    @cached_property
    def defaults(self) -> dict[int, Fraction]:
        """The default values of the free parameters that have any, by index."""
        given = ((name, self.game.parameters[name].default) for name in self.game.free_parameters)
        return {self.space.ring.index[name]: Fraction(d.evaluate({})) for name, d in given if d is not None}

    def verdict(self, claim: Claim) -> Verdict:
        """The verdict on a claim, why it is undecided or what refutes it, and the counterexample."""
        if claim.concept not in (None, self.solution.concept):
            raise misplaced(claim, "concept", f"the claim is about {claim.concept}; the solution is one of {self.solution.concept}")
        reading = read_claim(self.vocabulary, claim)
        try:
            check_conditions(self.space, self.parameters, reading)
            return Decision(self, reading).verdict()
        except Undecided as why:
            return UNDECIDED, str(why), None

    def named(self, point: dict[int, Fraction]) -> dict[str, Fraction]:
        """A point by the names of the parameters, in their order, those that are fixed among them."""
        values = {self.space.ring.names[k]: v for k, v in point.items()}
        return {name: self.game.fixed.get(name, values.get(name, Fraction(0))) for name in self.game.parameters}


def about(solution: Solution, profile: str) -> Solution:
    """The part of a solution that is about one of the profiles that the game names."""
    undecided = [entry for entry in solution.undecided if entry.get("profile", profile) == profile]
    return Solution(solution.game, solution.concept, [e for e in solution if e.name == profile], undecided, solution.knife_edge)


def empty_settings(game: Game, concept: str, profile: str | None) -> list[Setting]:
    """What equilibria of a game would be written over, where there are none: a form, or one for each profile that the game names."""
    parameters = parameter_space(game)
    symbols = parameter_values(game, parameters.space.ring)
    return [Setting(parameters, form_of(game, name, symbols)) for name in ([profile] if profile else profiles_of(game, concept) or [""])]


def check_conditions(space: Space, parameters: Mapping[str, Ratio], reading: Reading) -> None:
    """Raises GameError where a claim's `when` holds at no generic point, or where the parameter that it moves is fixed."""
    claim = reading.claim
    when = condition(space, parameters, claim, "when", reading.when)
    if when == FALSE or (when != TRUE and space.smt.check((space.interior, when)) == UNSAT):
        raise misplaced(claim, "when", f"{claim.when} holds at no generic point of the parameter space")
    if claim.trend is not None and space.ring.index.get(claim.along or "") not in space.parameters:
        raise misplaced(claim, claim.trend, f"{claim.along} is fixed here and cannot move")


def condition(space: Space, parameters: Mapping[str, Ratio], claim: Claim, key: str, tree: ConditionTree | None, negated: bool = False) -> Formula:
    """A condition of a claim on the parameters, as it reads at generic points; true where there is none."""
    if tree is None:
        return FALSE if negated else TRUE
    try:
        f = to_formula(tree, parameters, space.ring)
    except ZeroDivisionError:
        raise misplaced(claim, key, "a denominator is zero at every point") from None
    return typical(space, negation(f) if negated else f)


class Decision:
    """One claim about one solution, being decided."""

    def __init__(self, prover: Prover, reading: Reading) -> None:
        self.prover, self.reading, self.claim = prover, reading, reading.claim
        self.space = prover.space
        self.when = condition(self.space, prover.parameters, self.claim, "when", reading.when)
        self.undecided: list[str] = []

    def verdict(self) -> Verdict:
        """The verdict, the reason and the counterexample; raises Undecided."""
        if self.claim.trend is not None:
            return self._trend()
        return self._some() if self.claim.kind == "some" else self._all()

    @cached_property
    def meanings(self) -> list[list[Meaning]]:
        """What the claim says of each family, with little effort and with more; raises Undecided where it has a meaning in none."""
        out = [[Meaning(family, self.reading.statement, self.prover.parameters) for family in each] for each in self.prover.families]
        if out[0] and not any(meaning.defined for meaning in out[0]):
            raise Undecided("what the claim speaks of has a value in no equilibrium")
        return out

    def _first(self, find: Callable[[Meaning], Found | None]) -> tuple[Meaning, Found] | None:
        """What is found in the first family where anything is; where that cannot be told, the reason is kept in `undecided`."""
        left = list(range(len(self.meanings[0])))
        for meanings in self.meanings:
            self.undecided, unsure = [], []
            for k in left:
                try:
                    found = find(meanings[k])
                except OutOfTime:
                    raise
                except Undecided as why:
                    self.undecided.append(f"{meanings[k].family.equilibrium.name}: {why}")
                    unsure.append(k)
                    continue
                if found is not None:
                    return meanings[k], found
            left = unsure
        return None

    def _if_nothing_refutes(self) -> Verdict:
        """The verdict where nothing was found that refutes the claim."""
        if self.undecided:
            raise Undecided(self.undecided[0])
        self._need_all_equilibria()
        return PROVED, "", None

    def _need_all_equilibria(self) -> None:
        if not self.prover.solution.complete:
            why = self.prover.solution.undecided[0]["why"]
            raise Undecided(f"not all equilibria are known, and those that are not might decide the claim ({why})")

    # For every equilibrium, or for none

    def _all(self) -> Verdict:
        truth = self.claim.kind == "none"
        found = self._first(lambda m: m.family.place(self.when, m.holds if truth else m.fails))
        if found is None:
            return self._if_nothing_refutes()
        meaning, place = found
        reason = f"In {meaning.family.equilibrium.name} the statement is {'true' if truth else 'false'}."
        return REFUTED, reason, self._shown(place, meaning, truth)

    def _shown(self, place: Place, meaning: Meaning, truth: bool | None, also: Mapping[str, Ratio] | None = None) -> Counterexample:
        """A point of a place and the equilibrium there, checked in exact numbers; `truth` is what the statement must be there.

        `also` has what is shown there beside the quantities of the statement.
        """
        family, e = place.family, place.family.equilibrium
        variables = (*self.space.parameters, *family.free)
        formulas = (*place.formulas, *family.ranges(family.free), *self._denominators())
        values = {meaning.statement.texts[s]: meaning.values[s] for s in meaning.statement.quantities} | dict(also or {})
        for point in self._points((*formulas, *place.within), variables):
            with contextlib.suppress(ArithmeticError, ValueError):  # a value is undefined there, or a root of a degree beyond use
                at = Exactly(e, point)
                right = truth is None or meaning.truth(at.ratio) is truth
                if right and all(at.holds(f) for f in (self.space.domain, e.region.formula, *formulas)):
                    here = {k: v for k, v in point.items() if k in self.space.parameters}
                    return Counterexample(self.prover.named(here), (instance(e, values, at),))
        raise Undecided(f"{e.name} refutes the claim, but no exact point was found where that shows")

    def _points(self, formulas: Sequence[Formula], variables: Sequence[int]) -> Iterator[dict[int, Fraction]]:
        found = points(self.space, formulas, variables, self.prover.defaults)
        return (point for _, point in zip(range(MOST_POINTS), found, strict=False))

    # Along a parameter

    def _trend(self) -> Verdict:
        claim, ring = self.claim, self.space.ring
        wrong = WRONG.get((claim.trend or "", claim.strictly), "!=")
        along = ring.index[claim.along or ""]

        def wrongly(m: Meaning) -> Movement | None:
            value = m.value(m.statement.tree)
            return None if value is None else wrong_movement(m.family, value, along, wrong, (self.when,))

        found = self._first(wrongly)
        if found is None:
            return self._if_nothing_refutes()
        meaning, movement = found
        e = meaning.family.equilibrium
        shown = self._shown(movement.place, meaning, None, {f"derivative in {claim.along}": movement.derivative})
        reason = f"In {e.name} the {movement.what} of {claim.statement}, {e.text(movement.value)}, does not move as claimed."
        return REFUTED, reason, shown

    # For some equilibrium

    def _some(self) -> Verdict:
        tree, parameters = self.reading.exactly_when, self.prover.parameters
        inside, outside = (condition(self.space, parameters, self.claim, "exactly_when", tree, negated) for negated in (False, True))
        found = self._first(lambda m: m.family.place(self.when, outside, m.holds))
        if found is not None:
            meaning, place = found
            reason = f"{meaning.family.equilibrium.name} is such an equilibrium, although the condition does not hold."
            return REFUTED, reason, self._shown(place, meaning, True)
        why = self.undecided
        for meanings in self.meanings:
            union = Union(self.space, (self.when, inside), meanings)
            try:
                left = union.left_over(self.prover.solution.complete)
                if left is None:
                    return self._if_nothing_refutes() if self.claim.exactly_when is not None else (PROVED, "", None)
                self._need_all_equilibria()
                return self._nowhere(union, left)
            except OutOfTime:
                raise
            except Undecided as reason:
                why = [*union.doubts, *self.undecided, str(reason)]
        raise Undecided(why[0])

    def _nowhere(self, union: Union, left: tuple[Formula, ...]) -> Verdict:
        """The verdict where some equilibrium is asked for and none is known at some points; raises Undecided where that stays unclear."""
        for point in self._points((*left, *self._denominators()), self.space.parameters):
            if union.surely_fails_around(point):
                shown = self._all_there(point)
                if shown is not None:
                    holds = " although the condition holds" if self.claim.exactly_when else ""
                    return REFUTED, f"There is no such equilibrium at this point{holds}.", shown
        raise Undecided("no exact point was found that shows that there is no such equilibrium")

    def _denominators(self) -> list[Formula]:
        trees = (self.reading.when, self.reading.exactly_when, self.reading.statement.tree)
        return [f for tree in trees if tree is not None for f in denominators(tree, self.prover.parameters)]

    def _all_there(self, point: dict[int, Fraction]) -> Counterexample | None:
        """All equilibria at a point, solved afresh; None where one of them is as the claim says or that cannot be told."""
        from deterrence.solve import solve

        solution = self.prover.solution
        if self.space.parameters:
            game = self.prover.game.at(**{self.space.ring.names[k]: str(v) for k, v in point.items()})
            solution = solve(game, solution.concept, time_limit=self.space.clock.milliseconds() / 1000)
        there = Prover(solution, self.space.clock, self.claim.profile)
        reading = read_claim(there.vocabulary, self.claim)
        out: list[Instance] = []
        for family in there.families[-1]:
            meaning = Meaning(family, reading.statement, there.parameters)
            if family.check(family.all_of(meaning.holds)) != UNSAT:
                return None
            values = {reading.statement.texts[s]: meaning.values[s] for s in reading.statement.quantities}
            out.append(instance(family.equilibrium, values))
        return self._named_there(point, solution, out) if solution.complete else None

    def _named_there(self, point: dict[int, Fraction], there: Solution, found: Sequence[Instance]) -> Counterexample:
        """All equilibria at a point under the names that they have in the whole space, where these can be told."""
        names: list[str] | None = [each.name for each in found]
        if self.space.parameters and not profiles_of(self.prover.game, there.concept):
            names = names_there(self.prover.solution, list(there), {self.space.ring.names[k]: value for k, value in point.items()})
        named = tuple(found) if names is None else tuple(replace(each, name=name) for each, name in zip(found, names, strict=True))
        return Counterexample(self.prover.named(point), named, afresh=names is None)
