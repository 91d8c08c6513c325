"""Polytopes in floating point: hulls, half-spaces and cuts, flat ones included."""

from __future__ import annotations

import numpy as np
import pytest

from deterrence.analysis.payoff_set_polytope import Array, around, bounded, coarse, cut, directions, empty_polytope, hull, tidied

RANDOM = np.random.default_rng(7)


def cloud(count: int, n: int, dimension: int) -> Array:
    """Points in an affine space of some dimension."""
    return RANDOM.random((count, dimension)) @ RANDOM.random((dimension, n)) + RANDOM.random(n)


@pytest.mark.parametrize(("n", "dimension"), [(2, 2), (2, 1), (2, 0), (3, 3), (3, 2), (3, 1), (3, 0), (4, 3)])
def test_a_hull_holds_its_points_and_has_the_dimension_that_they_span(n: int, dimension: int) -> None:
    """Its vertices are among the points, and mixtures are within while what is moved out of it is not."""
    points = cloud(25, n, dimension)
    body = hull(points)
    mixed = RANDOM.dirichlet(np.ones(25), 10) @ points
    outside = points.mean(axis=0) + 10 * np.eye(n)

    assert body.dimension == dimension
    assert body.excess(points).max() < 1e-9
    assert body.excess(mixed).max() < 1e-9
    assert body.excess(outside).min() > 1
    assert all((np.abs(points - vertex).max(axis=1) == 0).any() for vertex in body.vertices)


@pytest.mark.parametrize(("n", "dimension"), [(2, 2), (2, 1), (3, 3), (3, 2)])
def test_half_spaces_of_a_hull_give_its_vertices_back(n: int, dimension: int) -> None:
    """Also of a flat one, whose half-spaces lie back to back."""
    body = tidied(hull(cloud(25, n, dimension)))
    again = tidied(bounded(body.normals, body.offsets, np.full(n, -9.0), np.full(n, 9.0)))

    assert again.vertices.shape == body.vertices.shape
    assert np.abs(again.vertices - body.vertices).max() < 1e-6


def test_half_spaces_with_nothing_in_common_leave_nothing() -> None:
    """In two dimensions and in three."""
    for n in (2, 3):
        sides = np.concatenate([np.eye(n)[:1], -np.eye(n)[:1]])

        assert bounded(sides, np.array([0.0, -1.0]), np.full(n, -2.0), np.full(n, 2.0)).empty


@pytest.mark.parametrize("n", [2, 3])
def test_a_cut_keeps_what_is_on_one_side(n: int) -> None:
    """Every mixture of the points is in the cut if and only if it is on that side."""
    body = hull(RANDOM.random((20, n)))
    normal = np.ones(n) / np.sqrt(n)
    offset = float(np.median(body.vertices @ normal))
    part = hull(cut(body, normal, offset))
    mixed = RANDOM.dirichlet(np.full(len(body.vertices), 0.3), 200) @ body.vertices
    there = mixed @ normal <= offset

    assert 0 < there.sum() < 200
    assert ((part.excess(mixed) < 1e-9) == there).all()


def test_corners_go_round_counterclockwise_from_the_lowest() -> None:
    """And points on a side are no corners."""
    square = np.array([[1.0, 1.0], [0.0, 1.0], [0.5, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.3], [0.4, 0.4]])

    assert tidied(hull(square)).vertices.tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]


def test_a_coarse_hull_leaves_out_what_hardly_stands_out() -> None:
    """Nothing by more than the distance given, and nearly everything of a circle in a thousand corners."""
    angles = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    body = coarse(circle, 1e-3)

    assert len(body.vertices) < 150
    assert body.excess(circle).max() <= 1e-3
    assert len(coarse(circle, 0.0).vertices) == 1000


def test_a_move_of_units_moves_the_half_spaces_too() -> None:
    """Normals have length 1 again, and hold the moved vertices."""
    body = hull(RANDOM.random((12, 3)))
    moved = body.moved(np.array([2.0, 0.5, 10.0]), np.array([1.0, 2.0, 3.0]))

    assert np.linalg.norm(moved.normals, axis=1) == pytest.approx(1)
    assert moved.excess(body.vertices * (2, 0.5, 10) + (1, 2, 3)).max() == pytest.approx(0, abs=1e-12)


def test_directions_come_once_and_the_axes_first() -> None:
    """Of length 1, the same each time."""
    found = around(3, 20)

    assert found[:6].tolist() == np.concatenate([-np.eye(3), np.eye(3)]).tolist()
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    assert (found == around(3, 20)).all()
    assert len(directions([found, 3 * found, np.zeros((1, 3))])) == len(found)


def test_nothing_is_in_the_empty_polytope() -> None:
    """It has dimension -1 and supports nothing."""
    nothing = empty_polytope(2)

    assert (nothing.empty, nothing.dimension) == (True, -1)
    assert nothing.excess(np.zeros((3, 2))).tolist() == [np.inf] * 3
    assert nothing.support(np.eye(2)).tolist() == [-np.inf] * 2
