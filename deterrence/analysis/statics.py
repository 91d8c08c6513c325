"""Comparative statics: the least and the greatest value that a family gives a quantity, and how they move with a parameter.

Quantities are ratios of functions linear in each free unknown, so that their extremes lie at the ends of its range: the unknowns are
eliminated one by one, the last of the chain of ranges first, with a case for each end that may be the tighter and each direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deterrence.algebra.elimination import eliminated, possible_signs
from deterrence.algebra.formula import FALSE, Atom, Formula, conjunction, negation
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import Undecided
from deterrence.algebra.solving import Tally
from deterrence.algebra.state import Root, State
from deterrence.algebra.system import finished
from deterrence.analysis.families import Family, Place

LEAST, GREATEST = -1, 1
NAMES = {LEAST: "least", GREATEST: "greatest"}


@dataclass(frozen=True)
class Piece:
    """Where in the parameter space an extreme is at most this good, and its value there."""

    conditions: Formula
    value: Ratio


@dataclass(frozen=True)
class Movement:
    """An extreme value whose derivative has the wrong sign at some points."""

    place: Place
    extreme: str
    value: Ratio
    derivative: Ratio


def derivative(value: Ratio, variable: int, roots: Sequence[Root]) -> Ratio:
    """The total derivative with respect to a parameter: roots move with it, as their polynomials say (implicit function theorem)."""
    total = value.derivative(variable)
    for n, root in enumerate(roots):
        partial = value.derivative(root.variable)
        if partial:
            total = total + partial * _root_derivative(root, variable, roots[:n])
    return total


def _root_derivative(root: Root, variable: int, earlier: Sequence[Root]) -> Ratio:
    p = Ratio(State.ring_of(root), root.polynomial) if False else root
    raise NotImplementedError(p)
