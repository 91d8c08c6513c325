"""Who has seen what: the sequence of moves that a player has seen, kept so that equal sequences are one object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deterrence.model.parts import Chance, Decision

HIDDEN = "?"
PERIOD = "/"  # stands between the moves of one period and the next, by a mover without a name


class View:
    """A sequence of seen moves, each with its mover; the mover of a hidden move is unknown.

    Views are made from one `first_view()` by `after`, which returns the same object for the same sequence: equal views
    are identical. `shown` is the same for two views whose labels agree, whoever moved.
    """

    __slots__ = ("_next", "label", "mover", "parent", "shown")

    def __init__(self, parent: View | None = None, mover: str = "", label: str = "", shown: View | None = None) -> None:
        self.parent = parent
        self.mover = mover
        self.label = label
        self.shown = shown
        self._next: dict[tuple[str, str], View] = {}

    def after(self, mover: str, label: str) -> View:
        """The view when one more move has been seen."""
        key = (mover, label)
        found = self._next.get(key)
        if found is None:
            shown = None if self.shown is None else self.shown.after("", label)
            found = self._next[key] = View(self, mover, label, shown)
        return found

    def moves(self) -> tuple[tuple[str, str], ...]:
        """The moves in order, as (mover, label); a hidden one is `("", "?")`."""
        return tuple(reversed([(view.mover, view.label) for view in self._back()]))

    def _back(self) -> Iterator[View]:
        view: View | None = self
        while view is not None and view.parent is not None:
            yield view
            view = view.parent


def first_view() -> View:
    """The view of a player who has seen nothing yet."""
    return View(shown=View())


def seen_after(players: Sequence[str], views: tuple[View, ...], move: Decision | Chance, label: str) -> tuple[View, ...]:
    """What each player has seen when `label` is chosen at a move; a mover sees her own choice whatever the move says."""
    mover = move.player if isinstance(move, Decision) else "Chance"
    if not move.hidden_from and not move.unseen_by:
        return tuple(view.after(mover, label) for view in views)
    out = []
    for player, view in zip(players, views, strict=True):
        if player == mover or player not in (*move.hidden_from, *move.unseen_by):
            view = view.after(mover, label)
        elif player not in move.unseen_by:
            view = view.after("", HIDDEN)
        out.append(view)
    return tuple(out)


def information_set_name(player: str, kind: str | None, view: View) -> str:
    """`PLAYER (TYPE) | move, move, ...`, as game files say."""
    name = player if kind is None else f"{player} ({kind})"
    return f"{name} | {shown_moves(view)}" if view.parent is not None else name


def shown_moves(view: View) -> str:
    """The moves of a view as `a, b / c`: commas between moves, strokes between periods."""
    periods: list[list[str]] = [[]]
    for mover, label in view.moves():
        if (mover, label) == ("", PERIOD):
            periods.append([])
        else:
            periods[-1].append(label)
    return " / ".join(", ".join(moves) for moves in periods).strip()


def next_period(view: View, moves: Sequence[tuple[str, str, Sequence[str]]], player: str, lasting: bool = True) -> View:
    """What a player has seen when the next period starts, from her view at the start of this one and its moves: mover, label, unseen by whom.

    What was hidden from her in the period is shown to her at its end; what she did not see at all stays unseen. Where she is replaced by
    another (not `lasting`), her successor knows what all have seen.
    """
    for mover, label, unseen_by in moves:
        if not unseen_by or (lasting and (player == mover or player not in unseen_by)):
            view = view.after(mover, label)
    return view.after("", PERIOD)
