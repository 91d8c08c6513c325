"""A game made ready to be solved: its parameter space, and its tree over the ring of that space and of the unknowns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from deterrence.algebra.conditions import to_formula
from deterrence.algebra.formula import Formula, conjunction
from deterrence.algebra.polynomials import Ratio, Ring
from deterrence.algebra.region import ParameterSpace
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import Clock
from deterrence.algebra.space import Space
from deterrence.concepts.play import Play
from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game
from deterrence.model.profiles import profile_form
from deterrence.model.stochastic import StochasticGame


def parameter_values(game: Game, ring: Ring) -> dict[str, Ratio]:
    """Every parameter as an element of the ring: a variable, or its value where it is fixed."""
    return {name: Ratio.of(ring, game.fixed[name]) if name in game.fixed else Ratio(ring, ring[name]) for name in game.parameters}


def domain(game: Game, ring: Ring) -> Formula:
    """The domain of the parameters and their joint restrictions, as a formula."""
    symbols = parameter_values(game, ring)
    return conjunction(to_formula(game.expand(c).tree, symbols, ring) for c in game.space_conditions)


def parameter_space(game: Game, unknowns: Iterable[str] = (), clock: Clock | None = None, knife_edge: bool = False) -> ParameterSpace:
    """The space of a game's free parameters, in a ring that has the given unknowns too."""
    ring = Ring([*game.free_parameters, *unknowns, *RADICALS])
    space = Space(ring, range(len(game.free_parameters)), domain(game, ring), clock or Clock(), knife_edge)
    roles = {name: p.role for name, p in game.parameters.items()}
    return ParameterSpace(space, roles, defaults(game))


def defaults(game: Game) -> dict[str, Fraction]:
    """The default value of each parameter that has one."""
    return {name: Fraction(p.default.evaluate({})) for name, p in game.parameters.items() if p.default is not None}


def profiles_of(game: Game, concept: str) -> list[str]:
    """The profiles of a game that a concept tests; none where it finds equilibria by itself."""
    tested = isinstance(game, StochasticGame) and concept != "markov_perfect"
    return list(game.strategies) if tested and isinstance(game, StochasticGame) else []


def form_of(game: Game, profile: str, symbols: Mapping[str, Ratio]) -> ExtensiveForm[Ratio]:
    """The form over which an equilibrium is written: of the profile of that name, if there is one, else of the game."""
    if profile and isinstance(game, StochasticGame):
        return profile_form(game, profile, symbols, lambda number: Ratio.of(next(iter(symbols.values())).ring, number)).form
    return extensive_form(game, symbols)


def play_of(game: Game, clock: Clock, knife_edge: bool = False) -> Play:
    """The game's tree over rational functions, in a ring with an unknown for every action and belief."""
    bare = Ring(game.free_parameters)
    names = Play.unknown_names(extensive_form(game, parameter_values(game, bare)))
    space = parameter_space(game, names, clock, knife_edge).space
    return Play(extensive_form(game, parameter_values(game, space.ring)), space)
