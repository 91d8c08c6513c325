"""Conditions as they are printed, put to the test at points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import mpmath


def holds(conditions: Iterable[str], point: Mapping[str, Fraction]) -> bool:
    """Whether all printed conditions hold at a point, roots of negative numbers being none."""
    values = {name: mpmath.mpf(value.numerator) / value.denominator for name, value in point.items()}
    with mpmath.workdps(50):
        try:
            return all(eval(condition, {"sqrt": mpmath.sqrt}, values) for condition in conditions)
        except TypeError:  # complex numbers have no order
            return False
