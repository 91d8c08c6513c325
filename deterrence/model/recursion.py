"""What follows from period to period under given strategies: values of states, and what ever comes about, over any field of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from deterrence.model.extensive import ExtensiveForm
from deterrence.model.state_forms import StochasticForm

Strategies: TypeAlias = Mapping[int, Sequence[Any]]


def reach(form: ExtensiveForm[Any], strategies: Strategies) -> list[Any]:
    """The probability with which each node is reached, by index; in a stochastic game from the root of its state's tree."""
    out: list[Any] = [1] * len(form.nodes)
    for node in form.nodes:
        chances = node.probabilities if node.information_set is None else strategies[node.information_set]
        for p, child in zip(chances, node.children, strict=False):
            out[child] = out[node.index] * p if p != 1 else out[node.index]
    return out


def ends_by_state(form: StochasticForm[Any]) -> list[list[int]]:
    """The ends of each state's tree."""
    out: list[list[int]] = [[] for _ in form.states]
    for k in form.ends:
        out[form.state_of(k)].append(k)
    return out


def transitions(form: StochasticForm[Any], strategies: Strategies) -> list[dict[int, Any]]:
    """For each state the probability of each state in the next period; what is missing to one is the probability that the game ends."""
    reached = reach(form, strategies)
    out: list[dict[int, Any]] = []
    for ends in ends_by_state(form):
        row: dict[int, Any] = {}
        for k in ends:
            if reached[k] != 0:
                for state, odds in form.following[k]:
                    row[state] = row.get(state, 0) + reached[k] * odds
        out.append({state: odds for state, odds in row.items() if odds != 0})
    return out


def period_payoffs(form: StochasticForm[Any], strategies: Strategies) -> list[list[Any]]:
    """For each state what every player expects of one period in it."""
    reached = reach(form, strategies)
    out = []
    for ends in ends_by_state(form):
        row: list[Any] = [0] * len(form.players)
        for k in ends:
            if reached[k] != 0:
                row = [total + reached[k] * payoff for total, payoff in zip(row, form.nodes[k].payoffs, strict=True)]
        out.append(row)
    return out


def state_values(form: StochasticForm[Any], strategies: Strategies) -> list[list[Any]]:
    """For each state the discounted sum that every player expects from it on: the solution of `v = u + discount * P v`.

    The discount factors must be below one, so that there is exactly one.
    """
    chain, now = transitions(form, strategies), period_payoffs(form, strategies)
    columns = [_discounted(chain, [payoffs[i] for payoffs in now], discount) for i, discount in enumerate(form.discounts)]
    return [list(values) for values in zip(*columns, strict=True)]


def equilibrium_values(form: StochasticForm[Any], strategies: Strategies) -> list[Any]:
    """What every player expects from the first state on if the strategies are an equilibrium.

    Whatever she mixes is worth the same to her. So she may as well play the first of it throughout, which keeps her own probabilities, often
    with square roots, out of her equations.
    """
    out = []
    for i, (player, discount) in enumerate(zip(form.players, form.discounts, strict=True)):
        own = {info.index for info in form.information_sets if info.player == player}
        seen = {k: _first_played(chances) if k in own else chances for k, chances in strategies.items()}
        out.append(_discounted(transitions(form, seen), [payoffs[i] for payoffs in period_payoffs(form, seen)], discount)[0])
    return out


def _first_played(chances: Sequence[Any]) -> list[int]:
    first = next(a for a, p in enumerate(chances) if p != 0)
    return [int(a == first) for a in range(len(chances))]


def _discounted(chain: Sequence[Mapping[int, Any]], payoffs: Sequence[Any], discount: Any) -> list[Any]:
    """The solution of `v = payoffs + discount * chain v`."""
    rows = [{t: -(discount * odds) for t, odds in row.items()} for row in chain]
    for s, row in enumerate(rows):
        row[s] = row.get(s, 0) + 1
    return solved(rows, payoffs)


def ever(form: StochasticForm[Any], reached: Sequence[Any], wanted: Sequence[frozenset[int]]) -> Any:
    """The probability that play from the first state ever comes to an end of each of the wanted sets.

    A state of the chain is one of the game with what is still wanted there; where that cannot come about any more the probability is zero,
    and elsewhere the equations have one solution. `reached` is what `reach` returns.
    """
    by_state = ends_by_state(form)
    start = (0, frozenset(range(len(wanted))))
    order: list[tuple[int, frozenset[int]]] = [start]
    rows: list[dict[int, Any]] = []
    sure: list[Any] = []
    places = {start: 0}
    for state, open_ in order:
        row: dict[int, Any] = {}
        certain: Any = 0
        for k, left in _left(by_state[state], reached, wanted, open_):
            if not left:
                certain = certain + reached[k]
                continue
            for after, odds in form.following[k]:
                key = (after, left)
                if key not in places:
                    places[key] = len(order)
                    order.append(key)
                row[places[key]] = row.get(places[key], 0) + reached[k] * odds
        rows.append({t: odds for t, odds in row.items() if odds != 0})
        sure.append(certain)
    return _hitting(rows, sure)


def _left(ends: list[int], reached: Sequence[Any], wanted: Sequence[frozenset[int]], open_: frozenset[int]) -> Iterator[tuple[int, frozenset[int]]]:
    """The ends that are reached, each with what is still wanted after it."""
    for k in ends:
        if reached[k] != 0:
            yield k, frozenset(n for n in open_ if k not in wanted[n])


def _hitting(rows: list[dict[int, Any]], sure: list[Any]) -> Any:
    """The first entry of the least solution of `h = sure + rows h`."""
    hopeful = {s for s, p in enumerate(sure) if p != 0}
    while True:
        more = {s for s, row in enumerate(rows) if s not in hopeful and hopeful.intersection(row)}
        if not more:
            break
        hopeful |= more
    if 0 not in hopeful:
        return 0
    kept = sorted(hopeful)
    place = {s: k for k, s in enumerate(kept)}
    system = []
    for s in kept:
        row = {place[t]: -odds for t, odds in rows[s].items() if t in place}
        row[place[s]] = row.get(place[s], 0) + 1
        system.append(row)
    return solved(system, [sure[s] for s in kept])[0]


def solved(rows: Sequence[Mapping[int, Any]], right: Sequence[Any]) -> list[Any]:
    """The solution of a regular system of linear equations, `rows` giving the coefficients that are not zero, over any field."""
    system = [({k: _exact(c) for k, c in row.items() if c != 0}, _exact(b)) for row, b in zip(rows, right, strict=True)]
    done: list[tuple[int, dict[int, Any], Any]] = []
    while system:
        at, pivot = min(((n, k) for n, (row, _) in enumerate(system) for k in row), key=lambda each: _cost(system, *each))
        row, b = system.pop(at)
        lead = row.pop(pivot)
        row, b = {k: c / lead for k, c in row.items()}, b / lead
        system = [_without(other, pivot, row, b) for other in system]
        done.append((pivot, row, b))
    values: dict[int, Any] = {}
    for pivot, row, b in reversed(done):
        for k, c in row.items():
            b = b - c * values[k]
        values[pivot] = b
    return [values[k] for k in range(len(rows))]


def _exact(number: Any) -> Any:
    """The number itself; a whole one so that dividing it stays exact."""
    return Fraction(number) if isinstance(number, int) else number


def _cost(system: list[tuple[dict[int, Any], Any]], at: int, pivot: int) -> tuple[int, int, int]:
    """Few entries beside and below the pivot, so that little is filled in."""
    row = system[at][0]
    below = sum(pivot in other for other, _ in system)
    return (len(row) - 1) * (below - 1), pivot, at


def _without(equation: tuple[dict[int, Any], Any], pivot: int, row: Mapping[int, Any], b: Any) -> tuple[dict[int, Any], Any]:
    """An equation with one unknown eliminated."""
    own, right = equation
    if pivot not in own:
        return equation
    factor = own[pivot]
    out = {k: c for k, c in own.items() if k != pivot}
    for k, c in row.items():
        left = out.get(k, 0) - factor * c
        if left != 0:
            out[k] = left
        else:
            out.pop(k, None)
    return out, right - factor * b
