"""What games that are played over and over must satisfy beyond what every game must: states, discounts, horizons, monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deterrence.algebra.errors import GameError, quoted, suggestion
from deterrence.model.check_tree import MOST_NODES, tree_size
from deterrence.model.checks import Scopes, check_game, check_label, evaluated, first_repeated
from deterrence.model.game import parts_of
from deterrence.model.parts import Chance, Decision, Outcome

if TYPE_CHECKING:
    from deterrence.model.stochastic import StochasticGame


def check_stochastic_game(game: StochasticGame) -> None:
    """Raises GameError at the first part that does not fit."""
    from deterrence.model.check_automata import check_automata

    if not game.states:
        raise GameError("the game has no states; expected trees by the name of the state", locus=("states",))
    for name in game.states:
        check_label(name, "state", ("states", name))
    check_game(game)
    _check_discounts(game)
    _check_short_lived(game)
    _check_horizon(game)
    _check_reached(game)
    _check_monitoring(game)
    check_automata(game)


def _check_discounts(game: StochasticGame) -> None:
    scopes = Scopes(game)
    for player, discount in game.discount.items():
        if player not in game.players:
            raise GameError(f"discount: unknown player {quoted(player)}{suggestion(player, game.players)}", locus=("discount", player))
        if player in game.short_lived:
            raise GameError(f"discount: {player} is short-lived and cares for one period only; leave the entry out", locus=("discount", player))
        scopes.check(discount, "discount")
        if not discount.symbols:
            evaluated(discount)
    missing = [p for p in game.players if p not in game.discount and p not in game.short_lived]
    if missing:
        raise GameError(f"discount: {quoted(missing[0])} has none; every player needs one", locus=("discount",))


def _check_short_lived(game: StochasticGame) -> None:
    twice = first_repeated(game.short_lived)
    for k, player in enumerate(game.short_lived):
        locus = ("short_lived", k)
        if player not in game.players:
            raise GameError(f"short_lived: unknown player {quoted(player)}{suggestion(player, game.players)}", locus=locus)
        if player == twice:
            raise GameError(f"short_lived lists {quoted(player)} twice", locus=locus)
        if player in game.types:
            hint = "types are drawn once, before the first period"
            raise GameError(f"{player} is short-lived and has types, but {hint}; draw what differs by a move of Chance", locus=locus)


def _check_horizon(game: StochasticGame) -> None:
    if game.horizon is None:
        if game.types:
            player = next(iter(game.types))
            hint = "private types need a horizon, since beliefs about them would change for ever"
            raise GameError(f"types: {hint}; say `horizon: N`", locus=("types", player))
        return
    if game.horizon < 1:
        raise GameError(f"horizon is {game.horizon!r}; expected a whole number of at least 1", locus=("horizon",))
    if len(game.states) > 1:
        raise GameError(f"a game with a horizon has one state; found {', '.join(game.states)}", locus=("horizon",))
    if game.strategies:
        raise GameError("strategies are for games without a horizon; with one, `solve` finds all equilibria", locus=("strategies",))
    whole, ends = tree_size(game, next(iter(game.states.values())))
    nodes, growing = 0, 1
    for _ in range(game.horizon):
        nodes, growing = nodes + whole * growing, growing * ends
        if nodes > MOST_NODES:
            raise GameError(f"the game has more than {MOST_NODES} nodes when its {game.horizon} periods are laid out", locus=("horizon",))


def _check_reached(game: StochasticGame) -> None:
    """Every state of which an end speaks is one, and play can come to all of them."""
    for root in game.roots:
        for end in parts_of(root):
            if not isinstance(end, Outcome):
                continue
            for name in end.next or ():
                if name not in game.states:
                    near = suggestion(name, game.states) or f"; the states are {', '.join(game.states)}"
                    raise GameError(f"next: unknown state {quoted(name)}{near}", locus=(end, "next", name))
    found: dict[str, None] = {}
    todo = [next(iter(game.states))]
    while todo:
        state = todo.pop()
        if state not in found:
            found[state] = None
            todo += game.next_states(state)
    lost = [state for state in game.states if state not in found]
    if lost:
        start = next(iter(game.states))
        hint = "name it in the `next` of an end, or leave it out"
        raise GameError(f"no one can reach the state {quoted(lost[0])} from {quoted(start)}; {hint}", locus=("states", lost[0]))


def _check_monitoring(game: StochasticGame) -> None:
    """What some do not see for good, nobody but its mover sees: monitoring is public."""
    for move in _moves(game):
        mover = move.player if isinstance(move, Decision) else None
        others = [p for p in game.players if p != mover]
        if move.unseen_by and set(move.unseen_by) != set(others):
            seeing = next(p for p in others if p not in move.unseen_by)
            hint = f"but {seeing} does: monitoring would be private; let it be unseen by all others, or use hidden_from"
            raise GameError(f"{quoted(move.unseen_by[0])} never sees this move, {hint}", locus=(move, "unseen_by", move.unseen_by[0]))


def _moves(game: StochasticGame) -> Iterator[Decision | Chance]:
    for root in game.roots:
        yield from (part for part in parts_of(root) if isinstance(part, Decision | Chance))
