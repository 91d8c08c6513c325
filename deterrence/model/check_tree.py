"""What the tree of a game must satisfy: references, sizes, and who knows what."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from deterrence.algebra.errors import GameError, quoted, suggestion
from deterrence.model.checks import Scopes, check_label, check_payoffs, first_repeated, ordered
from deterrence.model.game import followers, parts_of
from deterrence.model.histories import View, first_view, information_set_name, seen_after
from deterrence.model.parts import Branch, Branching, Chance, Decision, Outcome

if TYPE_CHECKING:
    from deterrence.model.game import Game

MOST_NODES = 100_000
UNCOUNTED = 10**12  # what doubles again and again is not counted further
# What each player has seen is kept at each node.
MOST_VIEWS = 2_000_000


def check_trees(game: Game, scopes: Scopes) -> None:
    """Raises GameError at the first part of the tree or a subtree that does not fit."""
    for state, root in game.states.items():
        locus = ("states", state, "tree") if state else ("tree",)
        if root == "":
            raise GameError("the game has no tree", locus=locus)
        _check_root(game, scopes, root, locus)
    for name, root in game.subtrees.items():
        _check_root(game, scopes, root, ("subtrees", name, "to"))
    _check_size(game)


def _check_root(game: Game, scopes: Scopes, root: Branching, locus: tuple[object, ...]) -> None:
    if isinstance(root, str):
        _check_name(game, root, locus)
    for part in parts_of(root):
        _check_part(game, scopes, part)


def _check_name(game: Game, name: str, locus: tuple[object, ...]) -> None:
    if name not in game.outcomes and name not in game.subtrees:
        near = suggestion(name, [*game.outcomes, *game.subtrees])
        raise GameError(f"{quoted(name)} is no outcome and no subtree{near}", locus=locus)


def _check_part(game: Game, scopes: Scopes, part: Branching) -> None:
    def locus(*keys: object) -> tuple[object, ...]:
        return (part, *keys)

    match part:
        case Branch(then=then, pay=pay):
            check_payoffs(game, scopes, pay, "pay", lambda *key: locus("pay", *key), partial=True)
            if isinstance(then, str):
                _check_name(game, then, locus("to", "then"))
        case Outcome():
            _check_end(game, scopes, part, locus)
        case Decision(player=player):
            if player not in game.players:
                raise GameError(f"unknown player {quoted(player)}{suggestion(player, game.players)}", locus=locus())
            _check_move(game, part, list(part.actions.items()), f"action of {player}", locus)
        case Chance():
            for probability, _ in part.labels.values():
                scopes.check(probability, "chance probabilities", typed=True)
            _check_move(game, part, [(label, then) for label, (_, then) in part.labels.items()], "label of Chance", locus)


def _check_end(game: Game, scopes: Scopes, end: Outcome, locus: Callable[..., tuple[object, ...]]) -> None:
    assert end.name is not None
    check_label(end.name, "outcome", locus())
    for section, what in (("players", "a player"), ("subtrees", "a subtree"), ("events", "an event")):
        if end.name in getattr(game, section):
            raise GameError(f"{quoted(end.name)} names both an outcome and {what}", locus=locus())
    if end.payoffs is not None:
        check_payoffs(game, scopes, end.payoffs, f"outcome {quoted(end.name)}", lambda *key: locus("payoff", *key))
    elif end.name not in game.outcomes:
        near = suggestion(end.name, game.outcomes)
        raise GameError(f"{quoted(end.name)} is no listed outcome{near}, and the end gives no payoffs", locus=locus())
    if end.next is not None and "" in game.states:
        raise GameError("next: the game has no states; write `states` instead of `tree`", locus=locus("next"))
    for probability in (end.next or {}).values():
        scopes.check(probability, "transition probabilities")


def _check_move(
    game: Game,
    move: Decision | Chance,
    choices: list[tuple[str, Branching]],
    what: str,
    locus: Callable[..., tuple[object, ...]],
) -> None:
    if not choices:
        raise GameError(f"a move needs at least one {what}", locus=locus())
    for label, then in choices:
        check_label(label, what, locus("choice", label))
        if isinstance(then, str):
            _check_name(game, then, locus("to", label))
    for key, players in (("hidden_from", move.hidden_from), ("unseen_by", move.unseen_by)):
        twice = first_repeated(players)
        if twice is not None:
            raise GameError(f"{key} lists {quoted(twice)} twice", locus=locus(key, twice))
        for player in players:
            if player not in game.players:
                near = suggestion(player, game.players)
                raise GameError(f"{key}: unknown player {quoted(player)}{near}", locus=locus(key, player))
            if isinstance(move, Decision) and player == move.player:
                raise GameError(f"{key}: {player} cannot be kept from her own move", locus=locus(key, player))


def _check_size(game: Game) -> None:
    """Counts the nodes after expansion without expanding, since subtrees may name each other many times over."""
    sizes = _subtree_sizes(game)
    nodes = sum(_size(root, sizes) for root in game.states.values()) * math.prod(len(kinds) for kinds in game.types.values())
    count = str(nodes) if nodes < UNCOUNTED else "too many"
    if nodes > MOST_NODES:
        raise GameError(f"the game has {count} nodes when subtrees and types are expanded; the limit is {MOST_NODES}", locus=("tree",))
    if nodes * len(game.players) > MOST_VIEWS:
        hint = f"nodes times players may be {MOST_VIEWS}"
        raise GameError(f"the game has {count} nodes and {len(game.players)} players; {hint}", locus=("tree",))


def tree_size(game: Game, root: Branching) -> tuple[int, int]:
    """How many nodes a tree has when subtrees and types are expanded, and how many of them are ends."""
    draws = math.prod(len(kinds) for kinds in game.types.values())
    return _size(root, _subtree_sizes(game)) * draws, _size(root, _subtree_sizes(game, 0), 0) * draws


def _subtree_sizes(game: Game, inner: int = 1) -> dict[str, int]:
    """The nodes of each subtree; with `inner` zero its ends alone."""
    uses = {
        name: list(dict.fromkeys(part for part in parts_of(root) if isinstance(part, str) and part in game.subtrees))
        for name, root in game.subtrees.items()
    }
    sizes: dict[str, int] = {}
    for name in ordered(uses, "subtrees"):
        sizes[name] = _size(game.subtrees[name], sizes, inner)
    return sizes


def _size(root: Branching, sizes: dict[str, int], inner: int = 1) -> int:
    done: dict[int, int] = {}

    def size(node: Branching) -> int | None:
        return sizes.get(node, 1) if isinstance(node, str) else done.get(id(node))

    todo = [root]
    while todo:
        node = todo[-1]
        open_parts = [part for part in followers(node) if size(part) is None]
        if open_parts and not isinstance(node, str):
            todo.extend(open_parts)
            continue
        todo.pop()
        parts = [size(part) or 0 for part in followers(node)]
        own = 0 if isinstance(node, Branch) else 1 if isinstance(node, Outcome) else inner
        done[id(node)] = min(sum(parts) + own, UNCOUNTED)
    return size(root) or 0


def check_information(game: Game) -> None:
    """Nodes of one information set have the same actions, and no two information sets bear one name.

    Types only multiply what is found here: every type of a player sees the same moves.
    """
    for root in game.states.values():
        _check_stage(game, root)


def _check_stage(game: Game, root: Branching) -> None:
    sets: dict[tuple[str, View], Decision] = {}
    names: dict[tuple[str, View | None], View] = {}
    start = first_view()
    todo: list[tuple[Branching, tuple[View, ...]]] = [(root, (start,) * len(game.players))]
    while todo:
        node, views = todo.pop()
        if isinstance(node, str):
            if node in game.subtrees:
                todo.append((game.subtrees[node], views))
            continue
        if isinstance(node, Branch):
            todo.append((node.then, views))
            continue
        if isinstance(node, Decision):
            view = views[game.players.index(node.player)]
            _check_same_actions(node, sets.setdefault((node.player, view), node), view)
            _check_same_movers(node, view, names.setdefault((node.player, view.shown), view))
        if isinstance(node, Decision | Chance):
            labels = list(node.actions if isinstance(node, Decision) else node.labels)
            following = [(label, then) for label, then in zip(labels, followers(node), strict=True) if not _is_end(game, then)]
            todo.extend([(then, seen_after(game.players, views, node, label)) for label, then in following][::-1])


def _is_end(game: Game, then: Branching) -> bool:
    return isinstance(then, Outcome) or (isinstance(then, str) and then not in game.subtrees)


def _check_same_actions(node: Decision, first: Decision, view: View) -> None:
    if node.actions.keys() != first.actions.keys():
        name = quoted(information_set_name(node.player, None, view), 200)
        here, there = ", ".join(node.actions), ", ".join(first.actions)
        hint = f"{node.player} cannot tell these moves apart, so they need the same actions"
        raise GameError(f"the actions at information set {name} differ: {here} here, {there} elsewhere; {hint}", locus=(node,))


def _check_same_movers(node: Decision, view: View, first: View) -> None:
    if view is not first:
        name = quoted(information_set_name(node.player, None, view), 200)
        odd = next((a, b) for a, b in zip(view.moves(), first.moves(), strict=True) if a != b)
        movers = f"{odd[0][0] or 'nobody'} and by {odd[1][0] or 'nobody'}"
        hint = f"{quoted(odd[0][1])} is chosen by {movers}; give one of them another label"
        raise GameError(f"two information sets would be called {name}: {hint}", locus=(node,))
