"""What is worth telling of a game that is well formed and sound: what its author probably did not mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from fractions import Fraction

from deterrence.algebra.conditions import to_formula
from deterrence.algebra.errors import GameError, quoted
from deterrence.algebra.formula import Atom
from deterrence.algebra.polynomials import Ratio, Ring
from deterrence.algebra.smt import QUICK, SAT, Clock, Smt
from deterrence.model.game import Game
from deterrence.model.parts import Parameter
from deterrence.model.stochastic import StochasticGame

ROLES = ("credibility", "cost", "discount")  # the words that the library acts upon: any other is a note to the reader
_NEAR = 0.75  # how alike two words must be for one to be taken for the other misspelt
_SIMPLE = tuple(Fraction(text) for text in ("1/2", "1", "2", "1/4", "3/4", "3", "1/10", "5", "10", "0", "-1/2", "-1", "-2"))
_MULTIPLES = tuple(Fraction(text) for text in ("1", "2", "1/2", "3", "1/4", "10", "1/10"))
_SECONDS = 5.0  # for a question to the solver


def advice(game: Game) -> list[str]:
    """What is odd about a sound game, a sentence each with its place in the file: nothing that keeps it from being solved.

    >>> game = Game(players=["A"], parameters=[Parameter("c", "c > 0", role="costs")], tree="Peace", outcomes={"Peace": {"A": "c"}})
    >>> print(*advice(game))
    the role of 'c' is 'costs', a word without a meaning here; did you mean 'cost'?
    """
    return [*_roles(game), *_defaults(game), *_played_once(game)]


def example_value(parameter: Parameter) -> Fraction:
    """The default of a parameter, or else a simple number in its domain.

    >>> example_value(Parameter("p", "0 < p < 1")), example_value(Parameter("c", "c > 2"))
    (Fraction(1, 2), Fraction(3, 1))
    """
    if parameter.default is not None:
        return Fraction(parameter.default.evaluate({}))
    domain = parameter.domain
    return next((x for x in _SIMPLE if domain is None or domain.evaluate({parameter.name: x})), Fraction(1))


def _told(game: Game, message: str, part: object) -> str:
    """A message with the place of a part of the game."""
    file, line, column = game.place_of(part)
    return str(GameError(message, file=file, line=line, column=column))


def _roles(game: Game) -> Iterator[str]:
    for name, parameter in game.parameters.items():
        near = difflib.get_close_matches(parameter.role.casefold(), ROLES, n=1, cutoff=_NEAR)
        if near and parameter.role not in ROLES:
            message = f"the role of {quoted(name)} is {quoted(parameter.role)}, a word without a meaning here; did you mean {quoted(near[0])}?"
            yield _told(game, message, parameter.domain)


def _played_once(game: Game) -> Iterator[str]:
    """A game with states that no end leads on from."""
    if isinstance(game, StochasticGame) and game.horizon is None and not any(map(game.next_states, game.states)):
        hint = "give an end a `next`, or did you mean `repeat: true`?"
        yield _told(game, f"the game ends after one period: no end of the tree has a `next`; {hint}", next(iter(game.discount.values()), None))


# Default values


def _defaults(game: Game) -> Iterator[str]:
    """Each assumption that the default values break, with a point of the space that is near to them."""
    known = {name: Fraction(p.default.evaluate({})) for name, p in game.parameters.items() if p.default is not None} | dict(game.fixed)
    broken = [c for c in game.assume if (whole := game.expand(c)).symbols <= known.keys() and not whole.evaluate(known)]
    suspects = [name for name in game.free_parameters if any(name in game.expand(c).symbols for c in broken)]
    near = _near(game, known, suspects) if broken else ""
    for condition in broken:
        speaks = game.expand(condition).symbols
        values = ", ".join(f"{name} = {known[name]}" for name in game.parameters if name in speaks)
        yield _told(
            game, f"the default values break the assumption {condition}: {values}; figures and sweeps cannot start from them{near}", condition
        )


def _near(game: Game, known: Mapping[str, Fraction], suspects: list[str]) -> str:
    """A change of one default, or else of several, that leads into the parameter space; nothing where none is found soon."""
    ring = Ring(game.free_parameters)
    smt = Smt(ring, Clock(question=_SECONDS))
    symbols = {name: Ratio.of(ring, ring[name]) for name in ring.names} | {name: Ratio.of(ring, value) for name, value in game.fixed.items()}
    space = [to_formula(game.expand(c).tree, symbols, ring) for c in game.space_conditions]

    def changed(names: list[str]) -> dict[str, Fraction] | None:
        formulas = [*space, *(_equal(ring, name, known[name]) for name in ring.names if name in known and name not in names)]
        out: dict[str, Fraction] = {}
        for name in names:
            choices = (*(known[name] * x for x in _MULTIPLES), *_SIMPLE)
            value = next((x for x in choices if smt.check([*formulas, _equal(ring, name, x)], QUICK) == SAT), None)
            if value is None:
                return None
            formulas.append(_equal(ring, name, value))
            out[name] = value
        return out

    for found in map(changed, [*([name] for name in suspects), suspects]):
        if found:
            values = ", ".join(f"{name} = {value}" for name, value in found.items() if value != known[name])
            return f"; with {values} and the other defaults all assumptions hold"
    return ""


def _equal(ring: Ring, name: str, value: Fraction) -> Atom:
    return Atom(ring[name] - ring.constant(value), "==")
