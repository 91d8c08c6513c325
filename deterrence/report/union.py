"""Where any of several families exists, told from their conditions as they are written.

What can be seen from the texts is put together first: a family that asks for more than another adds nothing, and two that differ in one
condition and its opposite differ in nothing. Where several are left and the parameter space is known, the few that are left are one region, whose
conditions say what the domain makes of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from deterrence.algebra.parameters import ParameterSpace

Conditions: TypeAlias = tuple[str, ...]  # all hold

_COMPARISON = re.compile(r"(?P<left>[^<>=!]+) (?P<op><=|>=|<|>) (?P<right>[^<>=!]+)")
_WEAK = {"<": "<=", ">": ">=", "<=": "<=", ">=": ">="}
_OPPOSITE = {"<=": (">", ">="), ">=": ("<", "<="), "<": (">=",), ">": ("<=",)}
_LONGEST = 100  # of the text of alternatives: what is longer is no summary
_SYMBOL = re.compile(r"[^\W\d]\w*")
_FEW = 5  # cases that are looked at as one region
_MOST = 60  # families: putting them together compares each with each


def anywhere(families: Iterable[Sequence[str]]) -> list[Conditions]:
    """Return conditions such that a point meets all of one of them if and only if it meets all of one of the given ones.

    >>> anywhere([["k >= V", "r < 1/2"], ["k < V", "r < 1/2"], ["r < 1/2", "g > 1"]])
    [('r < 1/2',)]
    >>> anywhere([["a >= d"], ["r >= 1/2", "a <= d"]])
    [('a >= d',), ('r >= 1/2',)]
    """
    cases = list(dict.fromkeys(tuple(conditions) for conditions in families))
    while True:
        shorter = next((found for a, b in permutations(cases, 2) if (found := _without_opposite(a, b)) is not None), None)
        if shorter is None:
            return _least(cases)
        old, new = shorter
        cases = _least([new if case == old else case for case in cases])


def _without_opposite(a: Conditions, b: Conditions) -> tuple[Conditions, Conditions] | None:
    """`b`, and what is left of it where `a` covers all that one of its conditions excludes."""
    for condition in a:
        rest = tuple(other for other in a if other != condition)
        for opposite in b:
            left = tuple(other for other in b if other != opposite)
            if _are_opposite(condition, opposite) and _implied(rest, left):
                return b, left
    return None


def _are_opposite(first: str, second: str) -> bool:
    """Whether one of the two holds at every point."""
    one, other = _COMPARISON.fullmatch(first), _COMPARISON.fullmatch(second)
    if one is None or other is None or " or " in first + second or " and " in first + second:
        return False
    return one["left"] == other["left"] and one["right"] == other["right"] and other["op"] in _OPPOSITE[one["op"]]


def _implied(some: Conditions, by: Conditions) -> bool:
    """Whether each of some conditions stands among others, as it is or strictly."""
    return all(condition in by or any(condition == _weakened(other) for other in by) for condition in some)


def _weakened(condition: str) -> str:
    return _COMPARISON.sub(lambda found: f"{found['left']} {_WEAK[found['op']]} {found['right']}", condition)


def _least(cases: Sequence[Conditions]) -> list[Conditions]:
    """The cases without those that ask for all that another does, or more."""
    kept: list[Conditions] = []
    for case in dict.fromkeys(cases):
        if not any(_implied(other, case) for other in kept):
            kept = [other for other in kept if not _implied(case, other)] + [case]
    return kept


def summary(families: Iterable[Sequence[str]], parameters: ParameterSpace | None = None, brief: bool = True) -> Conditions | None:
    """Return the conditions under which any family exists, or None where they cannot be said in few words, or unless `brief` at all.

    With `parameters`, what follows from the domain is used, and points on surfaces are neglected where that space neglects them.
    """
    given = list(families)
    if len(given) > _MOST:
        return None
    cases = anywhere(given)
    if len(cases) == 1:
        return cases[0]
    found = _as_region(cases, parameters) if parameters is not None and (len(cases) <= _FEW or not brief) else None
    said = [_in_one(cases)] + ([found] if found is not None else [])
    short = [conditions for conditions in said if not brief or all(len(c) <= _LONGEST for c in conditions if " or " in c)]
    return min(short, key=lambda conditions: len(" and ".join(conditions)), default=None)


def _in_one(cases: Sequence[Conditions]) -> Conditions:
    """The cases as one condition."""
    parts = [" and ".join(f"({c})" if " or " in c else c for c in case) for case in cases]
    return (" or ".join(f"({part})" if len(case) > 1 else part for part, case in zip(parts, cases, strict=True)),)


def _as_region(cases: Sequence[Conditions], parameters: ParameterSpace) -> Conditions | None:
    """The cases as the conditions of one region; None where they speak of roots or are dear to look into."""
    from deterrence.algebra.conditions import to_formula
    from deterrence.algebra.formula import And, atoms, conjunction, large
    from deterrence.algebra.parser import parse_condition
    from deterrence.algebra.polynomials import Ratio
    from deterrence.algebra.simplify import united

    if {name for case in cases for text in case for name in _SYMBOL.findall(text)} - {"and", "or", *parameters.names}:
        return None
    ring = parameters.space.ring
    symbols = {name: Ratio(ring, ring[name]) for name in parameters.names}
    formulas = [parameters.space.reduced(conjunction(to_formula(parse_condition(text), symbols, ring) for text in case)) for case in cases]
    if any(large(atom) for f in formulas for atom in atoms(f)):
        return None
    whole = united(parameters.space, formulas)
    writer = parameters.writer()
    return tuple(writer.condition(part) for part in (whole.parts if isinstance(whole, And) else (whole,)))
