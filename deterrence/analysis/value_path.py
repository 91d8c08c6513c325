"""What an equilibrium of a repeated or stochastic game is worth along a path: the value of each state that play comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.algebra.expressions import exact
from deterrence.algebra.polynomials import Ratio
from deterrence.model.recursion import period_payoffs, state_values, transitions
from deterrence.model.state_forms import StochasticForm
from deterrence.solution import Equilibrium

MOST_PERIODS = 10_000


@dataclass(frozen=True)
class ValuePath:
    """Period by period the state, and for each player what she expects of that period and from it on.

    `payoffs[t][player]` is what is expected of period `t`, `values[t][player]` the discounted sum from it on, `averages[t][player]` that sum
    times one minus the discount factor. The path is shorter than asked for where the game ends.
    """

    equilibrium: str
    players: tuple[str, ...]
    states: tuple[str, ...]
    payoffs: tuple[Mapping[str, Fraction], ...]
    values: tuple[Mapping[str, Fraction], ...]
    averages: tuple[Mapping[str, Fraction], ...]


def value_path(
    equilibrium: Equilibrium, at: Mapping[str, Any] | None = None, *, start: str | None = None, periods: int = 10, path: Sequence[str] | None = None
) -> ValuePath:
    """The value of each state along a path of play.

    Args:
        equilibrium: one of a repeated or stochastic game, without unknowns that it leaves open or square roots.
        at: exact values of the free parameters; what is left out has its default.
        start: the state in which the path starts, by default the first. For a named profile it may be one that only a deviation leads to.
        periods: how many periods are shown.
        path: the states themselves, in place of the likeliest ones (of equally likely states the first).

    Raises:
        InputError: the game is not played over and over, a state is unknown, a value is missing or outside the parameter space.

    >>> import deterrence as dt
    >>> from deterrence.analysis.value_path import value_path
    >>> good, bad = {"A": "C", "B": "C"}, {"A": "D", "B": "D"}
    >>> game = dt.RepeatedGame(
    ...     players=["A", "B"],
    ...     parameters={"delta": "0 < delta < 1"},
    ...     outcomes={"CC": {"A": 3, "B": 3}, "CD": {"A": 0, "B": 5}, "DC": {"A": 5, "B": 0}, "DD": {"A": 1, "B": 1}},
    ...     discount="delta",
    ...     tree=dt.Decision("A", {a: dt.Decision("B", {b: a + b for b in "CD"}) for a in "CD"}, hidden_from=["B"]),
    ...     strategies={"Brief": dt.Automaton.limited_punishment(cooperate=good, punish=bad, periods=2)},
    ... )
    >>> found = value_path(dt.solve(game)[0], {"delta": "9/10"}, start="Punish 1", periods=4)
    >>> [(state, str(average["A"])) for state, average in zip(found.states, found.averages)]
    [('Punish 1', '131/50'), ('Punish 2', '14/5'), ('Cooperate', '3'), ('Cooperate', '3')]
    """
    form = equilibrium.setting.form
    if not isinstance(form, StochasticForm):
        raise InputError("the game is not played over and over; values of states are for repeated and stochastic games")
    if not 1 <= periods <= MOST_PERIODS:
        raise InputError(f"periods is {periods}; expected a whole number from 1 to {MOST_PERIODS}")
    numbers = _Point(equilibrium, at or {})
    strategies = {i: [numbers.of(p) for p in ps] for i, ps in equilibrium.exact_strategies.items()}
    here = numbers.form(form)
    values, now = state_values(here, strategies), period_payoffs(here, strategies)
    names = [state.name for state in form.states]
    visited = [_place(names, name) for name in path] if path else _likeliest(transitions(here, strategies), _place(names, start or names[0]), periods)

    def rows(table: Sequence[Sequence[Any]]) -> tuple[dict[str, Fraction], ...]:
        return tuple({player: Fraction(table[s][i]) for i, player in enumerate(form.players)} for s in visited)

    averages = [[(1 - d) * v for d, v in zip(here.discounts, row, strict=True)] for row in values]
    return ValuePath(equilibrium.name, form.players, tuple(names[s] for s in visited), rows(now), rows(values), rows(averages))


def _place(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise InputError(f"there is no state {quoted(name)}{suggestion(name, names) or f'; expected one of {chr(44).join(names)}'}")
    return list(names).index(name)


def _likeliest(chain: Sequence[Mapping[int, Any]], start: int, periods: int) -> list[int]:
    """The states along the likeliest path."""
    out = [start]
    while len(out) < periods and chain[out[-1]]:
        row = chain[out[-1]]
        out.append(max(sorted(row), key=lambda state: row[state]))
    return out


class _Point:
    """Exact values at a point of the parameter space."""

    def __init__(self, equilibrium: Equilibrium, at: Mapping[str, Any]) -> None:
        self.equilibrium, parameters = equilibrium, equilibrium.setting.parameters
        game = equilibrium.setting.form.game
        if equilibrium.exact_free or equilibrium.roots:
            raise InputError(f"{equilibrium.name} leaves something open or has roots; solve the game at a point and take the equilibrium there")
        given = {name: at.get(name, parameters.defaults.get(name)) for name in game.free_parameters}
        missing = [name for name, value in given.items() if value is None]
        if missing:
            raise InputError(f"the parameter {missing[0]} has no default: give it a value")
        game.at(**{name: str(exact(value)) for name, value in given.items()}, **{name: v for name, v in at.items() if name not in given})
        self.point = parameters.point(given)

    def of(self, value: Any) -> Fraction:
        """The value of a rational function of the parameters."""
        if not isinstance(value, Ratio):
            return Fraction(value)
        number = value.at(self.point).constant()
        assert number is not None
        return number

    def form(self, form: StochasticForm[Any]) -> StochasticForm[Fraction]:
        """The form with numbers for its formulas."""
        from dataclasses import replace

        nodes = tuple(
            replace(node, payoffs=tuple(map(self.of, node.payoffs)), probabilities=tuple(map(self.of, node.probabilities))) for node in form.nodes
        )
        following = {k: tuple((state, self.of(odds)) for state, odds in after) for k, after in form.following.items()}
        return replace(form, nodes=nodes, following=following, discounts=tuple(map(self.of, form.discounts)))
