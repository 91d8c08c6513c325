"""From a repeated game at a point to its stage: which games have one in which all move at once, and what it pays."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from typing import Any

from deterrence.algebra.errors import InputError
from deterrence.analysis.payoff_set_stage import StageGame
from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game
from deterrence.model.stochastic import StochasticGame

_SIMULTANEOUS = "payoff sets are for stage games in which every player moves once, all at the same time"


def stage_of(game: Game) -> StageGame:
    """Return the stage of a repeated game as a game of simultaneous moves, each parameter of its payoffs at its value or else its default.

    Raises:
        InputError: the game is not one stage game repeated for good with perfect monitoring, its moves are not all simultaneous, or a
            parameter has no value.
    """
    _check_repeated(game)
    assert isinstance(game, StochasticGame)
    form = extensive_form(game.stage(), _values(game, {name for name in game.free_parameters if name not in _of_discount(game)}))
    owners = _owners(form)
    actions = tuple(form.information_sets[owners[player]].actions for player in form.players)
    rows = _rows(form)
    try:
        return StageGame(form.players, actions, tuple(tuple(map(Fraction, rows[profile])) for profile in product(*actions)))
    except KeyError:
        raise InputError(f"the game is not simultaneous: some actions end the period before all have moved; {_SIMULTANEOUS}") from None


def symbolic_payoffs(game: Game) -> list[tuple[Any, ...]]:
    """Return the payoffs of the stage, one row a profile as in `stage_of`, as SymPy expressions in the parameters that are not fixed."""
    import sympy

    assert isinstance(game, StochasticGame)

    def number(value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    values = {name: number(game.fixed[name]) if name in game.fixed else sympy.Symbol(name) for name in game.parameters}
    form = extensive_form(game.stage(), values, number)
    owners = _owners(form)
    rows = _rows(form)
    return [rows[profile] for profile in product(*(form.information_sets[owners[player]].actions for player in form.players))]


def discount_of(game: Game) -> Fraction:
    """Return the discount factor of all players, each parameter in it at its value or else its default.

    Raises:
        InputError: players discount differently, or a parameter has no value.
    """
    _check_repeated(game)
    assert isinstance(game, StochasticGame)
    values = _values(game, _of_discount(game))
    found = {player: game.expand(rate).evaluate(values) for player, rate in game.discount.items()}
    if len(set(found.values())) > 1:
        rates = ", ".join(f"{player} {rate}" for player, rate in found.items())
        raise InputError(f"discount: players discount differently ({rates}) and may then trade payoffs over time; expected one rate for all")
    return Fraction(next(iter(found.values())))


def _check_repeated(game: Game) -> None:
    if not isinstance(game, StochasticGame) or game.horizon is not None or len(game.states) != 1 or game.can_end:
        raise InputError("the game is not one stage game that is repeated for good; expected one state that every end leads back to, and no horizon")
    if game.short_lived:
        raise InputError(f"short_lived: {', '.join(game.short_lived)} is replaced each period; payoff sets are for players who all stay")
    if not game.seen_by_all:
        raise InputError("unseen_by: some moves are never seen by all; payoff sets are for perfect monitoring (hidden_from says `at the same time`)")


def _of_discount(game: StochasticGame) -> set[str]:
    """The parameters on which discount factors depend, and payoffs do not."""
    return {name for rate in game.discount.values() for name in game.expand(rate).symbols} - set(game.fixed)


def _values(game: Game, wanted: Iterable[str]) -> dict[str, Fraction]:
    """The values of the parameters that are fixed, and the defaults of those that are not and are wanted."""
    defaults = {}
    for name in sorted(set(wanted) - set(game.fixed)):
        default = game.parameters[name].default
        if default is None:
            raise InputError(f"the parameter {name} has no value: fix it, as in game.at({name}=...)")
        defaults[name] = default.evaluate({})
    return dict(game.at(**defaults).fixed) if defaults else dict(game.fixed)


def _owners(form: ExtensiveForm[Any]) -> dict[str, int]:
    """The one information set of each player."""
    if any(node.kind == "chance" for node in form.nodes):
        raise InputError(f"the game has moves of chance; {_SIMULTANEOUS}, chance none")
    owners: dict[str, int] = {}
    for info in form.information_sets:
        if info.player in owners:
            first = form.information_sets[owners[info.player]].name
            raise InputError(f"{info.player} moves at {first} and at {info.name}; {_SIMULTANEOUS}: use hidden_from")
        owners[info.player] = info.index
    for player in form.players:
        if player not in owners:
            raise InputError(f"{player} never moves; {_SIMULTANEOUS}")
    return owners


def _rows(form: ExtensiveForm[Any]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The payoffs of each profile; ends that not all have moved before are left out."""
    found = {}
    for end in form.ends:
        played, node = {}, form.nodes[end]
        while node.parent is not None:
            above = form.nodes[node.parent]
            played[above.mover] = above.labels[node.branch]
            node = above
        if len(played) == len(form.players):
            found[tuple(played[player] for player in form.players)] = form.nodes[end].payoffs
    return found
