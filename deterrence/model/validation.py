"""Proves that a game is sound at every point of its parameter space: probabilities, denominators, the space itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from deterrence.algebra.conditions import to_formula
from deterrence.algebra.errors import ExpressionError, GameError, quoted
from deterrence.algebra.expressions import AnyTree, Binary, Condition, Expression, Power, nodes
from deterrence.algebra.formula import FALSE, And, Atom, Formula, conjunction, disjunction, strict
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.smt import Clock, Smt, Undecided
from deterrence.model.checks import need_game
from deterrence.model.game import Game, parts_of
from deterrence.model.parts import Branch, Chance, Outcome, Type
from deterrence.model.stochastic import StochasticGame
from deterrence.model.values import Values

# Seconds for a single question to the solver; these are small, and most take a few milliseconds.
LONGEST_QUESTION = 10.0


def validate(game: Game) -> None:
    """Proves that the parameter space has an interior, that no denominator vanishes in it, and that probabilities are in [0, 1] and add up to one.

    Raises GameError, with an exact point of the parameter space where the game is unsound, and Undecided where the solver gives no answer.
    """
    need_game(game, "validate")
    _Proof(game).run()


class _Proof:
    """Everything that is asked of one game."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.ring = Ring(game.free_parameters)
        self.smt = Smt(self.ring, Clock(question=LONGEST_QUESTION))
        values = {name: Ratio.of(self.ring, self.ring[name]) for name in game.free_parameters}
        fixed = {name: Ratio.of(self.ring, value) for name, value in game.fixed.items()}
        self.values = Values(game, values | fixed, lambda number: Ratio.of(self.ring, number))
        self.domain: Formula = And(())
        self.known_nonzero: set[str] = set()

    def run(self) -> None:
        """Asks all questions; the parameter space first, since the others are about its points."""
        self._check_space()
        self._check_defaults()
        for expression in self._expressions():
            self._check_denominators(expression)
        for player, kinds in self.game.types.items():
            labels = [(f"type {quoted(kind.name)} of {player}", kind.probability) for kind in kinds]
            self._check_probabilities(f"the types of {player}", labels)
        for part in self._parts():
            if isinstance(part, Chance):
                labels = [(f"label {quoted(label)} of Chance", probability) for label, (probability, _) in part.labels.items()]
                self._check_probabilities(f"the labels {', '.join(part.labels)} of Chance", labels)
            elif isinstance(part, Outcome) and part.next:
                labels = [(f"state {quoted(state)} after {part.name}", odds) for state, odds in part.next.items()]
                self._check_probabilities(f"the states {', '.join(part.next)} after {part.name}", labels)
        if isinstance(self.game, StochasticGame):
            self._check_playing_over(self.game)

    # The parameter space

    def _check_space(self) -> None:
        for condition in self.game.space_conditions:
            self._check_denominators(condition)
            self.domain = conjunction((self.domain, self._formula(condition)))
        if not self._possible(self.domain, "whether the parameter space is empty"):
            culprit = self.game.assume[-1] if self.game.assume else next(iter(self.game.space_conditions))
            raise self._error("the parameter space is empty: no point satisfies the domains and assume", culprit)
        if self.game.free_parameters and not self._possible(_interior(self.domain), "whether the parameter space has an interior"):
            culprit = self.game.assume[-1] if self.game.assume else next(iter(self.game.space_conditions))
            point = self._point(self.domain)
            raise self._error(f"the parameter space has no interior: conditions hold together on a surface only{point}", culprit)

    def _formula(self, condition: Condition) -> Formula:
        whole = self.game.expand(condition).tree
        return to_formula(whole, {name: self.values.values[name] for name in self.game.parameters}, self.ring)

    def _check_defaults(self) -> None:
        for name, parameter in self.game.parameters.items():
            if parameter.default is None or parameter.domain is None or name in self.game.fixed:
                continue
            value = parameter.default.evaluate({})
            if not parameter.domain.evaluate({name: value}):
                raise self._error(f"the default of {quoted(name)}, {value}, is outside its domain, {parameter.domain}", parameter.default)

    # Denominators

    def _expressions(self) -> Iterator[Expression]:
        for kind in itertools.chain.from_iterable(self.game.types.values()):
            yield kind.probability
            yield from kind.bindings.values()
        yield from (self.game.where[name] for name in self.game.where_order)
        for payoffs in self.game.outcomes.values():
            yield from payoffs.values()
        if isinstance(self.game, StochasticGame):
            yield from self.game.discount.values()
            for automaton in self.game.strategies.values():
                yield from (odds for phase in automaton.phases.values() for mixture in phase.play.values() for odds in mixture.values())
        for part in self._parts():
            match part:
                case Chance():
                    yield from (probability for probability, _ in part.labels.values())
                case Outcome():
                    yield from (part.payoffs or {}).values()
                    yield from (part.next or {}).values()
                case Branch():
                    yield from part.pay.values()

    def _parts(self) -> Iterator[object]:
        for root in self.game.roots:
            yield from parts_of(root)

    def _check_denominators(self, whole: Expression | Condition) -> None:
        for denominator in _denominators(whole.tree):
            for values, drawn in self._draws(denominator.symbols):
                self._check_nonzero(denominator, whole, values, drawn)

    def _check_nonzero(self, denominator: Expression, whole: Expression | Condition, values: Values, drawn: str) -> None:
        what = f"the denominator {quoted(denominator.text)} in {quoted(whole.text)}"
        try:
            polynomial = values.of(denominator).numerator
        except ExpressionError as error:
            raise self._error(error.message, whole) from None
        if not polynomial:
            raise self._error(f"{what} is zero throughout{drawn}", whole)
        if polynomial.is_constant() or str(polynomial) in self.known_nonzero:
            return
        vanishes = conjunction((self.domain, Atom(polynomial, "==")))
        if self._possible(vanishes, f"whether {what} can vanish"):
            raise self._error(f"{what} can vanish inside the parameter space{drawn}{self._where(vanishes, polynomial)}", whole)
        self.known_nonzero.add(str(polynomial))

    def _draws(self, symbols: frozenset[str]) -> Iterator[tuple[Values, str]]:
        """The values for every draw of the types that the symbols depend on, with what to say of the draw."""
        bound = self._bound_symbols(symbols)
        players = [player for player, kinds in self.game.types.items() if bound & set(kinds[0].bindings)]
        if not players:
            yield self.values, ""
            return
        for draw in itertools.product(*(self.game.types[player] for player in players)):
            bindings = {name: value for kind in draw for name, value in kind.bindings.items()}
            yield self.values.with_types(bindings), f" where {_draw_text(players, draw)}"

    def _bound_symbols(self, symbols: frozenset[str]) -> set[str]:
        """The types' symbols that the given ones depend on, entries of `where` followed."""
        found: set[str] = set()
        todo, seen = list(symbols), set(symbols)
        while todo:
            name = todo.pop()
            if name in self.game.where:
                fresh = self.game.where[name].symbols - seen
                seen |= fresh
                todo.extend(fresh)
            elif name not in self.game.parameters:
                found.add(name)
        return found

    # Probabilities

    def _check_probabilities(self, what: str, labels: Sequence[tuple[str, Expression]]) -> None:
        symbols = frozenset[str]().union(*(probability.symbols for _, probability in labels))
        for values, drawn in self._draws(symbols):
            total = Ratio.of(self.ring, 0)
            for label, probability in labels:
                ratio = values.of(probability)
                self._check_range(label, probability, ratio, drawn)
                total = total + ratio
            self._check_total(what, labels[0][1], total, drawn)

    def _check_range(self, label: str, probability: Expression, ratio: Ratio, drawn: str) -> None:
        what = f"the probability {quoted(probability.text)} of {label}"
        outside = disjunction((_less(ratio, 0), _less(1, ratio)))
        wrong = conjunction((self.domain, outside))
        if self._possible(wrong, f"whether {what} stays within [0, 1]"):
            raise self._error(f"{what} can leave [0, 1]{drawn}{self._point(wrong, ratio)}", probability)
        fixed = bool(probability.symbols) and not self.game.expand(probability).symbols & set(self.game.free_parameters)
        if not self.game.free_parameters or fixed:
            return  # at a point, a branch of probability 0 is not there
        if not self._possible(conjunction((self.domain, _less(0, ratio))), f"whether {what} is ever positive"):
            raise self._error(f"{what} is zero throughout{drawn}; leave it out", probability)

    def _check_total(self, what: str, first: Expression, total: Ratio, drawn: str) -> None:
        gap = total - 1
        wrong = conjunction((self.domain, Atom(gap.numerator, "!=")))
        if gap and self._possible(wrong, f"whether the probabilities of {what} add up to one"):
            raise self._error(f"the probabilities of {what} do not add up to one{drawn}{self._point(wrong, total)}", first)

    # Playing over and over

    def _check_playing_over(self, game: StochasticGame) -> None:
        """Discounts are at least 0, and below 1 where there is no horizon; what automata play adds up to one."""
        most, sign = ("[0, 1]", 1) if game.horizon is not None else ("[0, 1)", 0)
        for player, discount in game.discount.items():
            ratio = self.values.of(discount)
            above = _less(1, ratio) if sign else disjunction((_less(1, ratio), Atom((ratio - 1).numerator, "==")))
            wrong = conjunction((self.domain, disjunction((_less(ratio, 0), above))))
            what = f"the discount {quoted(discount.text)} of {player}"
            if self._possible(wrong, f"whether {what} stays within {most}"):
                raise self._error(f"{what} can leave {most}{self._point(wrong, ratio)}", discount)
        for name, automaton in game.strategies.items():
            for label, phase in automaton.phases.items():
                for key, mixture in phase.play.items():
                    labels = [(f"{action} at {quoted(key)} in {quoted(label)} of {quoted(name)}", odds) for action, odds in mixture.items()]
                    self._check_probabilities(f"{quoted(key)} in {quoted(label)} of {quoted(name)}", labels)

    # Questions and answers

    def _possible(self, formula: Formula, question: str) -> bool:
        if isinstance(formula, And) and not formula.parts:
            return True
        if formula == FALSE:
            return False
        try:
            return self.smt.holds((formula,))
        except Undecided:
            raise Undecided(f"{self.game.title}: could not decide {question}") from None

    def _point(self, formula: Formula, value: Ratio | None = None) -> str:
        """` at r = 1/2, k = 1`: an exact point where a formula holds, and what a value is there; then of those parameters on which it depends."""
        names = self.game.free_parameters
        try:
            found = self.smt.point([formula], range(len(names))) if names else {}
        except Undecided:
            return " at a point with irrational coordinates"
        point = found or {}
        shown = range(len(names)) if value is None else value.support()
        text = f" at {', '.join(f'{names[k]} = {point[k]}' for k in shown)}" if shown else ""
        if value is None:
            return text
        number = value.at(point).constant()
        return f": {_amount(number)}{text}" if number is not None else text

    def _where(self, formula: Formula, polynomial: Polynomial) -> str:
        """` at r = 1/2`: where a formula holds, by the parameters that a polynomial depends on."""
        return self._point(formula, Ratio(self.ring, polynomial)).removeprefix(f": {_amount(Fraction(0))}")

    def _error(self, message: str, part: object) -> GameError:
        file, line, column = self.game.place_of(part)
        return GameError(message, file=file, line=line, column=column, locus=(part,))


def _amount(number: Fraction) -> str:
    return f"it is {number}"


def _less(left: Any, right: Any) -> Formula:
    """The formula `left < right` for ratios whose denominators do not vanish."""
    gap = right - left
    return conjunction((Atom(gap.numerator * gap.denominator, ">"),))


def _denominators(tree: AnyTree) -> list[Expression]:
    """What an expression or condition divides by, inner denominators before outer ones."""
    out = []
    for node in nodes(tree):
        if isinstance(node, Binary) and node.op == "/":
            out.append(Expression(node.right))
        elif isinstance(node, Power) and node.exponent < 0:
            out.append(Expression(node.base))
    return out[::-1]


def _interior(formula: Formula) -> Formula:
    """The formula with strict conditions alone: where it holds, the original has an interior point."""
    if isinstance(formula, Atom):
        return FALSE if formula.op == "==" else strict(formula)
    join = conjunction if isinstance(formula, And) else disjunction
    return join(_interior(part) for part in formula.parts)


def _draw_text(players: Sequence[str], draw: Sequence[Type]) -> str:
    return ", ".join(f"{player} is {kind.name}" for player, kind in zip(players, draw, strict=True))
