"""Where any of several families exists, told from their conditions as they are written.

Only what can be seen from the texts is put together: a family that asks for more than another adds nothing, and two that differ in one
condition and its opposite differ in nothing. No solver is asked, so that a table takes no time and comes out the same every time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import TypeAlias

Conditions: TypeAlias = tuple[str, ...]  # all hold

_COMPARISON = re.compile(r"(?P<left>[^<>=!]+) (?P<op><=|>=|<|>) (?P<right>[^<>=!]+)")
_WEAK = {"<": "<=", ">": ">=", "<=": "<=", ">=": ">="}
_OPPOSITE = {"<=": (">", ">="), ">=": ("<", "<="), "<": (">=",), ">": ("<=",)}
_LONGEST = 100  # of the text for alternatives: what is longer is no summary
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


def summary(families: Iterable[Sequence[str]]) -> Conditions | None:
    """Return the conditions under which any family exists, or None where they cannot be said in few words."""
    given = list(families)
    if len(given) > _MOST:
        return None
    cases = anywhere(given)
    if len(cases) == 1:
        return cases[0]
    parts = [" and ".join(f"({c})" if " or " in c else c for c in case) for case in cases]
    text = " or ".join(f"({part})" if len(case) > 1 else part for part, case in zip(parts, cases, strict=True))
    return (text,) if len(text) <= _LONGEST else None
