"""Finite sets of zeros: found completely, and every sign at them proved."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from deterrence.algebra.formula import Atom
from deterrence.algebra.number_fields import inverse
from deterrence.algebra.polynomials import Polynomial, Ring
from deterrence.algebra.real_roots import enclosed, real_balls
from deterrence.algebra.zero_sets import Cluster, ZeroSet

RING = Ring(["x", "y", "z"])
X, Y, Z = RING.variables


def real_points(zeros: ZeroSet) -> list[tuple[float, ...]]:
    """The real zeros, rounded."""
    out = []
    for cluster in zeros.clusters(zeros.variables):
        for ball in real_balls(cluster.polynomial, 128):
            out.append(tuple(round(float(enclosed(cluster.coordinates[v], ball, 128)), 9) for v in zeros.variables))
    return sorted(out)


def test_rational_and_irrational_zeros_are_all_found() -> None:
    """A circle and a hyperbola meet in four points."""
    zeros = ZeroSet([0, 1], [X**2 + Y**2 - 5, X * Y - 2])

    assert real_points(zeros) == [(-2, -1), (-1, -2), (1, 2), (2, 1)]


def test_conjugate_zeros_share_one_polynomial() -> None:
    """x is a cube root of two and y its square: one real zero in a class of three."""
    (cluster,) = ZeroSet([0, 1], [X**3 - 2, Y - X**2]).clusters([0, 1])

    assert (cluster.polynomial.degree(), cluster.real, cluster.generator) == (3, 1, 0)
    assert cluster.satisfies(Atom(Y**3 - 4, "=="), 0)
    assert cluster.satisfies(Atom(10**12 * Y - 1587401051968, ">"), 0)
    assert not cluster.satisfies(Atom(10**12 * Y - 1587401051969, ">"), 0)


def test_multiple_zeros_count_once() -> None:
    """Tangents and higher contacts, where the polynomials modulo the equations have nilpotent elements."""
    zeros = ZeroSet([0, 1], [(X - 1) ** 2, (X - 1) * (Y - 2), (Y - 2) ** 3])

    assert real_points(zeros) == [(1, 2)]


def test_zeros_that_no_variable_tells_apart() -> None:
    """All four pairs of square roots of two and three with two common conditions."""
    zeros = ZeroSet([0, 1, 2], [X**2 - 2, Y**2 - 2, Z - X - 3 * Y])
    found = list(zeros.clusters([0, 1]))

    assert sum(c.real for c in found) == 4
    assert all(c.generator is None for c in found)


@pytest.mark.parametrize(("equations", "finite"), [([X * Y - 1], False), ([X * Y - 1, X - X**2 * Y], False), ([X, X - 1], True)])
def test_infinitely_many_zeros_are_noticed(equations: list[Polynomial], finite: bool) -> None:
    """A curve is no finite set; contradicting equations have no zeros at all."""
    zeros = ZeroSet([0, 1], equations)

    assert zeros.finite == finite
    assert not zeros.finite or not list(zeros.clusters([0, 1]))


@pytest.mark.parametrize("seed", range(6))
def test_random_systems_vanish_at_their_zeros(seed: int) -> None:
    """Three random quadrics: as many zeros as Bezout says, and every equation vanishes at each."""
    rng = random.Random(seed)
    terms = [RING.one, X, Y, Z, X * Y, Y * Z, X * Z, X**2, Y**2, Z**2]
    equations = [sum((rng.randint(-9, 9) * t for t in terms), RING.zero) for _ in range(3)]
    found: list[Cluster] = list(ZeroSet([0, 1, 2], equations).clusters([0, 1, 2]))

    assert sum(c.polynomial.degree() for c in found) == 8
    assert all(not c.at(p) for c in found for p in equations)


def test_inverse_of_a_number_in_two_roots() -> None:
    """One over 1 + sqrt(2) + cbrt(3), by multiplying back."""
    relations = {0: X**2 - 2, 1: Y**3 - 3}
    p = 1 + X + Y
    found = inverse(RING, relations, p)

    assert found is not None
    assert (found * p % relations[0]) % relations[1] == 1


def test_a_zero_divisor_has_no_inverse() -> None:
    """x - y has none modulo x^2 - 2 and y^2 - 2, for it may be zero."""
    assert inverse(RING, {0: X**2 - 2, 1: Y**2 - 2}, X - Y) is None
    assert inverse(RING, {0: X**2 - 2}, RING.constant(Fraction(1, 2))) == 2
