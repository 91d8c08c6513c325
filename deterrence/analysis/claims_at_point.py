"""Which families of a solution the equilibria at a point belong to, so that a counterexample speaks of them by the names of the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.smt import Undecided
from deterrence.solution import Equilibrium, Solution


def names_there(solution: Solution, there: Sequence[Equilibrium], point: Mapping[str, Fraction]) -> list[str] | None:
    """The names in a solution of all equilibria of the game at a point, which was solved afresh; None where that cannot be told.

    An equilibrium at the point belongs to a family whose region contains the point and which plays, and believes, the same there. Where
    several do so, which no formula tells apart, as many families as there are equilibria are taken in their order.

    Args:
        solution: the families over the whole parameter space.
        there: the equilibria at the point.
        point: the free parameters of the solution by name.
    """
    try:
        present = [e for e in solution if point in e.region]
    except Undecided:
        return None
    mine = [_Trace(e, point) for e in present]
    candidates: dict[tuple[int, ...], list[int]] = {}
    for n, trace in enumerate(_Trace(e, {}) for e in there):
        candidates.setdefault(tuple(k for k, known in enumerate(mine) if known.fits(trace)), []).append(n)
    if any(len(families) != len(found) for families, found in candidates.items()):
        return None
    names = {n: present[k].name for families, found in candidates.items() for k, n in zip(families, found, strict=True)}
    return [names[n] for n in range(len(there))] if len(set(names.values())) == len(there) else None


class _Trace:
    """What an equilibrium plays and believes at a point: which moves it makes at all, and the numbers that are known there."""

    def __init__(self, e: Equilibrium, point: Mapping[str, Fraction]) -> None:
        ring = e.setting.parameters.space.ring
        values = {ring.index[name]: value for name, value in point.items()}
        self.support = {place: bool(p) for place, p in _flat(e.exact_strategies)}
        self.numbers = {place: b.at(values).constant() for place, b in (*_placed("move", e.exact_strategies), *_placed("belief", e.exact_beliefs))}

    def fits(self, other: _Trace) -> bool:
        """May both be the same equilibrium? A number that is left open, or a root, fits any."""
        if self.support != other.support or self.numbers.keys() != other.numbers.keys():
            return False
        pairs = ((number, other.numbers[place]) for place, number in self.numbers.items())
        return all(a is None or b is None or a == b for a, b in pairs)


def _placed(what: str, values: Mapping[int, Sequence[Ratio]]) -> Iterator[tuple[tuple[str, int, int], Ratio]]:
    return (((what, *place), value) for place, value in _flat(values))


def _flat(values: Mapping[int, Sequence[Ratio]]) -> Iterator[tuple[tuple[int, int], Ratio]]:
    return (((index, k), value) for index, several in values.items() for k, value in enumerate(several))
