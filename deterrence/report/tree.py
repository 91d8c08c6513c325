"""The game tree, drawn in plain text as it is written in the game file: types are not multiplied out, a subtree is drawn once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deterrence.algebra.expressions import Expression
from deterrence.model.game import Game
from deterrence.model.parts import Branch, Branching, Chance, Decision, Outcome

LONGEST = 400  # lines: a longer drawing is no longer looked at


def drawn(game: Game) -> Iterator[str]:
    """Yield the lines of the tree of a game, each move with what it pays on the way, each end with the payoffs of all players."""
    names: set[str] = set()
    several = len(game.states) > 1
    todo: list[tuple[str, str, Branching]] = [(f"{state}: " if several else "", "", root) for state, root in reversed(list(game.states.items()))]
    count = 0
    while todo and count < LONGEST:
        lead, below, branching = todo.pop()
        text, moves = _node(game, branching, names)
        yield lead + text
        count += 1
        for i, (label, then) in enumerate(reversed(moves)):
            corner, beam = ("└─ ", "   ") if i == 0 else ("├─ ", "│  ")
            todo.append((f"{below}{corner}{label} ─ ", below + beam, then))
    if todo:
        yield f"... the rest is left out (over {LONGEST} lines)"


def _node(game: Game, branching: Branching, drawn_names: set[str]) -> tuple[str, list[tuple[str, Branching]]]:
    """What stands at a node, and the moves that lead on from it."""
    paid = ""
    while True:
        if isinstance(branching, Branch):
            paid += f"[{_pay(branching.pay)}] "
            branching = branching.then
        elif isinstance(branching, str) and branching in game.subtrees:
            if branching in drawn_names:
                return f"{paid}{branching}, as above", []
            drawn_names.add(branching)
            paid += f"{branching}: "
            branching = game.subtrees[branching]
        else:
            break
    match branching:
        case Decision():
            moves = list(branching.actions.items())
            return paid + branching.player + _secrecy(branching), moves
        case Chance():
            moves = [(f"{label} ({probability})", then) for label, (probability, then) in branching.labels.items()]
            return f"{paid}Chance{_secrecy(branching)}", moves
        case Outcome(name=name) if branching.payoffs is not None:
            return f"{paid}{name} ({_payoffs(game, branching.payoffs)}){_next(branching)}", []
        case _:
            name = branching.name if isinstance(branching, Outcome) else str(branching)
            return f"{paid}{name} ({_payoffs(game, game.outcomes[name or ''])}){_next(branching)}", []


def _next(end: object) -> str:
    """The states that an end says follow it."""
    if not isinstance(end, Outcome) or end.next is None:
        return ""
    states = [state if odds.text == "1" else f"{state} ({odds})" for state, odds in end.next.items()]
    return f" → {', '.join(states)}"


def _pay(pay: Mapping[str, Expression]) -> str:
    return ", ".join(f"{player}: {amount}" for player, amount in pay.items())


def _payoffs(game: Game, payoffs: Mapping[str, Expression]) -> str:
    return ", ".join(str(payoffs[player]) for player in game.players)


def _secrecy(move: Decision | Chance) -> str:
    """Who does not see the move."""
    kinds = (("hidden from", move.hidden_from), ("unseen by", move.unseen_by))
    return "".join(f" ({words} {', '.join(players)})" for words, players in kinds if players)
