"""Two-player games at a point as matrices for nashpy: the reduced normal form, exact until the last step.

A row or a column is a plan: an action at each of the player's information sets that her own earlier actions leave open, for every type that she
may have. Payoffs are expectations over chance and types, in fractions; nashpy gets them as floating point numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from deterrence.algebra.errors import InputError, libraries, quoted
from deterrence.model.extensive import ExtensiveForm, Node, extensive_form
from deterrence.model.game import Game

if TYPE_CHECKING:
    import nashpy

MOST_PLANS = 400  # of a player: matrices that are larger are no help to anybody
Plan: TypeAlias = Mapping[int, int]  # information set -> action
Matrix: TypeAlias = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class NormalForm:
    """The reduced normal form of a two-player game at a point: the plans of each player, and what they bring in each pair."""

    game: Game
    form: ExtensiveForm[Fraction]
    plans: tuple[tuple[Plan, ...], tuple[Plan, ...]]

    @property
    def labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the plans of each player are called: the action, with its information set where there is more than one."""
        first, second = ([self._label(plan) for plan in plans] for plans in self.plans)
        return tuple(first), tuple(second)

    def _label(self, plan: Plan) -> str:
        sets = self.form.information_sets
        own = sum(info.player == sets[next(iter(plan))].player for info in sets) if plan else 0
        said = [(sets[k].name, sets[k].actions[action]) for k, action in plan.items()]
        return said[0][1] if own == 1 else "; ".join(f"{name}: {action}" for name, action in said)

    @cached_property
    def payoffs(self) -> tuple[Matrix, Matrix]:
        """The expected payoffs of the row player and of the column player."""
        first, second = (self._matrix([(k, self.form.nodes[k].payoffs[i]) for k in self.form.ends]) for i in (0, 1))
        return first, second

    def probability(self, label: str) -> Matrix:
        """With what probability an outcome comes about under each pair of plans."""
        return self._matrix([(k, Fraction(1)) for k in self.form.ends if label in self.form.nodes[k].outcomes])

    def _matrix(self, worth: Sequence[tuple[int, Fraction]]) -> Matrix:
        """What each pair of plans brings if ends are worth this."""
        out = [[Fraction(0)] * len(self.plans[1]) for _ in self.plans[0]]
        for end, value in worth:
            chance, needed = self._way(end)
            fitting = [[n for n, plan in enumerate(plans) if needed[i].items() <= plan.items()] for i, plans in enumerate(self.plans)]
            for row, column in itertools.product(*fitting):
                out[row][column] += chance * value
        return tuple(map(tuple, out))

    def _way(self, end: int) -> tuple[Fraction, tuple[dict[int, int], dict[int, int]]]:
        """The probability of the chance moves on the way to a node, and the actions that each player has to take."""
        needed: tuple[dict[int, int], dict[int, int]] = ({}, {})
        chance, node = Fraction(1), self.form.nodes[end]
        while node.parent is not None:
            above = self.form.nodes[node.parent]
            if above.information_set is None:
                chance *= above.probabilities[node.branch]
            else:
                needed[self.form.players.index(above.mover)][above.information_set] = node.branch
            node = above
        return chance, needed


def normal_form(game: Game) -> NormalForm:
    """The reduced normal form of a game of two players at a point.

    Args:
        game: the game, `game.at(...)`; a parameter that is not fixed has its default value.

    Raises:
        InputError: the game has another number of players, has no last period, a parameter has no value, or a player has over 400 plans.

    >>> from deterrence.model.reading import load
    >>> found = normal_form(load("alliance_security_dilemma"))
    >>> found.labels
    (('Commit', 'Hedge'), ('Commit', 'Hedge'))
    >>> [[str(value) for value in row] for row in found.payoffs[0]]
    [['0', '-1'], ['-1/2', '-1/2']]
    """
    if len(game.players) != 2:
        raise InputError(f"game: {quoted(game.title)} has {len(game.players)} players; expected a game of two")
    if game.horizon is None:
        raise InputError(f"game: {quoted(game.title)} has no last period, and so no finite normal form; give it a horizon")
    form = extensive_form(game, _point(game))
    if len(form.players) != 2:
        raise InputError(f"game: in {quoted(game.title)} a player is replaced each period; expected two players in all")
    first, second = (_plans(form, player) for player in form.players)
    return NormalForm(game, form, (first, second))


def to_nashpy(game: Game) -> nashpy.Game:
    """The game as a `nashpy.Game`, whose attributes `rows` and `columns` are the names of the plans.

    What nashpy finds in it is to be checked: its support enumeration misses equilibria of degenerate games, and its payoffs are rounded.

    Args:
        game: a game of two players at a point, `game.at(...)`; a parameter that is not fixed has its default value.

    Raises:
        InputError: as by `normal_form`.
        MissingLibrary: nashpy is not installed.

    >>> from deterrence.model.reading import load
    >>> matrices = to_nashpy(load("alliance_security_dilemma"))
    >>> matrices.rows, [int(row.argmax()) for row in matrices.payoff_matrices[1]]
    (('Commit', 'Hedge'), [0, 1])
    """
    with libraries():
        import nashpy
    found = normal_form(game)
    first, second = ([[float(value) for value in row] for row in matrix] for matrix in found.payoffs)
    made = nashpy.Game(first, second)
    made.rows, made.columns = found.labels
    return made


def _point(game: Game) -> dict[str, Fraction]:
    """The value of each parameter."""
    defaults = {name: game.parameters[name].default for name in game.free_parameters}
    for name, default in defaults.items():
        if default is None:
            raise InputError(f"{name} has no value and no default; give it one, as game.at({name}=1)")
    return dict(game.at(**{name: str(default) for name, default in defaults.items()}).fixed)


def _plans(form: ExtensiveForm[Fraction], player: str) -> tuple[Plan, ...]:
    """The plans of a player, in the order of her information sets and actions."""
    after: dict[tuple[int, int] | None, list[int]] = {}
    for info in form.information_sets:
        if info.player == player:
            after.setdefault(_own_last(form, form.nodes[info.nodes[0]]), []).append(info.index)
    found = tuple(itertools.islice(_from(form, after, None), MOST_PLANS + 1))
    if len(found) > MOST_PLANS:
        raise InputError(f"game: {player} has over {MOST_PLANS} plans in {quoted(form.game.title)}; fix parameters that make branches impossible")
    return found


def _from(form: ExtensiveForm[Fraction], after: Mapping[tuple[int, int] | None, Sequence[int]], last: tuple[int, int] | None) -> Iterator[Plan]:
    """Every plan from the player's own last action on."""
    choices = ([(k, action) for action in range(len(form.information_sets[k].actions))] for k in after.get(last, ()))
    for chosen in itertools.product(*choices):
        for parts in itertools.product(*(list(itertools.islice(_from(form, after, each), MOST_PLANS + 1)) for each in chosen)):
            yield dict(sorted(itertools.chain(chosen, *(part.items() for part in parts))))


def _own_last(form: ExtensiveForm[Fraction], node: Node[Fraction]) -> tuple[int, int] | None:
    """The last information set at which the mover of a node has acted before, and what she did there."""
    mover = node.mover
    while node.parent is not None:
        above = form.nodes[node.parent]
        if above.information_set is not None and above.mover == mover:
            return above.information_set, node.branch
        node = above
    return None
