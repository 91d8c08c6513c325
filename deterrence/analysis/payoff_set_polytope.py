"""Polytopes in floating point, flat ones included: by their vertices, and by half-spaces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
FLAT = 1e-9  # a polytope that is thinner than this, in some direction, has no extent there
_THINNER = (FLAT, 1e-7, 1e-5)  # what counts as flat where Qhull cannot tell
_THIN = 1e-6  # Qhull is not asked to intersect half-spaces that leave less room than this
_SAME = 1e-11  # points nearer to each other than this are one
_TURN = 1e-7  # half-spaces at smaller angles to each other than this make no corner
_BLUNT = 1e-8  # so are corners of what half-spaces bound: where many almost meet there are many


@dataclass(frozen=True, eq=False)
class Polytope:
    """The convex hull of `vertices`, (V, n), which is also the set of all `x` with `normals @ x <= offsets`, normals of length 1, (m, n) and (m,).

    In two dimensions the vertices go round counterclockwise. A flat polytope has two half-spaces, back to back, for each dimension that it
    lacks. The empty one has no vertices.
    """

    vertices: Array
    normals: Array
    offsets: Array
    edges: npt.NDArray[np.intp]  # (e, 2), places of vertices: every edge, and perhaps lines across a face

    @property
    def empty(self) -> bool:
        """Whether there is no point in it."""
        return not len(self.vertices)

    @cached_property
    def dimension(self) -> int:
        """Of the smallest affine space that it lies in; -1 where it is empty."""
        return -1 if self.empty else len(_spanning(self.vertices))

    def excess(self, points: Array) -> Array:
        """How far each point, (..., n), is beyond the half-spaces: positive outside, negative within."""
        if self.empty:
            return np.full(points.shape[:-1], np.inf)
        beyond: Array = (points @ self.normals.T - self.offsets).max(axis=-1)
        return beyond

    def support(self, directions: Array) -> Array:
        """The greatest product of a point of it with each direction, (m, n)."""
        if self.empty:
            return np.full(len(directions), -np.inf)
        most: Array = (directions @ self.vertices.T).max(axis=1)
        return most

    def moved(self, scale: Array, shift: Array) -> Polytope:
        """Its image with every coordinate multiplied by a positive number and moved."""
        normals = self.normals / scale
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals /= lengths
        return Polytope(self.vertices * scale + shift, normals, self.offsets / lengths[:, 0] + normals @ shift, self.edges)


def empty_polytope(n: int) -> Polytope:
    """No points in n dimensions."""
    return Polytope(np.empty((0, n)), np.empty((0, n)), np.empty(0), np.empty((0, 2), dtype=np.intp))


def hull(points: Array) -> Polytope:
    """The convex hull of points, (m, n); its vertices are among them, in the order in which they are given.

    >>> hull(np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])).vertices.tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    if not len(points):
        return empty_polytope(points.shape[1])
    points = apart(points, _SAME)
    basis, (corners, normals, offsets, edges) = _sides(points)
    base = points[0]
    found, normals = points[corners], normals @ basis
    offsets = offsets + normals @ base
    missing = _complement(basis)
    across = np.concatenate([missing, -missing])
    if len(across):
        normals, offsets = np.concatenate([normals, across]), np.concatenate([offsets, (across @ found.T).max(axis=1)])
    return Polytope(found, normals, offsets, edges)


def coarse(points: Array, near: float) -> Polytope:
    """The hull of so many of the points that no other is farther than `near` beyond one of its faces."""
    ends = np.concatenate([points.argmin(axis=0), points.argmax(axis=0)]) if len(points) else np.empty(0, dtype=np.intp)
    kept = np.unique(ends)
    while True:
        body = hull(points[kept])
        if body.empty:
            return body
        beyond = points @ body.normals.T - body.offsets
        farthest = beyond.argmax(axis=0)
        more = np.union1d(kept, farthest[beyond.max(axis=0) > max(near, _SAME)])
        if len(more) == len(kept):
            return body
        kept = more


def tidied(body: Polytope) -> Polytope:
    """The same polytope without vertices that lie within a face as far as numbers tell, the others in a canonical order.

    They go round counterclockwise from the lowest in two dimensions, and by their coordinates in more.
    """
    if body.empty:
        return body
    tight = body.vertices @ body.normals.T >= body.support(body.normals) - _SAME  # the half-spaces may leave a little room
    corner = [np.linalg.matrix_rank(body.normals[row], tol=_TURN) == body.vertices.shape[1] for row in tight]
    kept = hull(body.vertices[corner] if any(corner) else body.vertices)
    order = _order(kept.vertices)
    place = np.argsort(order)
    sides = _canonical(body.normals)
    return Polytope(kept.vertices[order], body.normals[sides], body.offsets[sides], np.sort(place[kept.edges], axis=1))


def bounded(normals: Array, offsets: Array, low: Array, high: Array) -> Polytope:
    """The points of a box with `normals @ x <= offsets`; corners as good as the same are given once, within half-spaces that hold them all.

    >>> triangle = bounded(np.array([[1.0, 1.0]]), np.array([1.0]), np.zeros(2), np.ones(2))
    >>> sorted(triangle.vertices.tolist())
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    n = len(low)
    sides = np.concatenate([np.eye(n), -np.eye(n)])
    normals, offsets = np.concatenate([normals, sides]), np.concatenate([offsets, high, -low])
    corners = _corners(normals, offsets, low, high)
    if not len(corners):
        return empty_polytope(n)
    found = hull(apart(corners, _BLUNT))
    return Polytope(found.vertices, found.normals, (corners @ found.normals.T).max(axis=0), found.edges)


def _corners(normals: Array, offsets: Array, low: Array, high: Array) -> Array:
    """Points whose hull is the set within half-spaces: by Qhull where it has an interior, else cut out of the box by one after the other."""
    if len(low) > 2:
        middle, radius = _inmost(normals, offsets)
        if radius > _THIN:
            from scipy.spatial import HalfspaceIntersection

            found: Array = HalfspaceIntersection(np.column_stack([normals, -offsets]), middle).intersections
            return found
    body = hull(np.array(list(product(*zip(low, high, strict=True)))))
    for normal, offset in zip(normals, offsets, strict=True):
        points = cut(body, normal, float(offset))
        body = body if points is body.vertices else hull(points)
    return body.vertices


def _inmost(normals: Array, offsets: Array) -> tuple[Array, float]:
    """The centre and the radius of the largest ball within half-spaces; the radius is -1 where there is none."""
    from scipy.optimize import linprog

    rows = np.column_stack([normals, np.ones(len(normals))])
    found = linprog(-np.eye(rows.shape[1])[-1], A_ub=rows, b_ub=offsets, bounds=[(None, None)] * normals.shape[1] + [(0, None)])
    return (found.x[:-1], float(found.x[-1])) if found.status == 0 else (np.empty(0), -1.0)


def cut(body: Polytope, normal: Array, offset: float) -> Array:
    """Points whose hull is the part of a polytope with `normal @ x <= offset`: its vertices there, and where its edges leave."""
    beyond = body.vertices @ normal - offset
    inside = beyond <= _SAME
    if inside.all():
        return body.vertices
    near, far = body.edges[inside[body.edges[:, 0]] != inside[body.edges[:, 1]]].T
    near, far = np.where(inside[near], near, far), np.where(inside[near], far, near)
    share = -np.minimum(beyond[near], 0.0) / (beyond[far] - np.minimum(beyond[near], 0.0))
    crossing = body.vertices[near] + share[:, None] * (body.vertices[far] - body.vertices[near])
    return np.concatenate([body.vertices[inside], crossing])


def around(n: int, count: int) -> Array:
    """About `count` directions, (m, n), of length 1, spread evenly over the sphere, and always the same; the axes, both ways, come first."""
    axes = np.concatenate([-np.eye(n), np.eye(n)])
    if n == 2:
        angles = 2 * np.pi * (np.arange(count) + 0.5) / count
        return np.concatenate([axes, np.column_stack([np.cos(angles), np.sin(angles)])])
    from scipy.stats import norm, qmc

    spread = qmc.Sobol(n, scramble=False).random_base2(max(1, int(np.ceil(np.log2(max(count, 2)))) + 1))[1 : count + 1]
    found = norm.ppf(np.clip(spread, 1e-3, 1 - 1e-3))
    return directions([axes, found])


def apart(points: Array, near: float) -> Array:
    """The points without those that coincide with an earlier one."""
    points = points[np.sort(_canonical(points))]
    if len(points) > 500:
        points = points[np.sort(np.unique(np.round(points / near), axis=0, return_index=True)[1])]
    if len(points) > 2000:
        return points
    same = np.tril(np.abs(points[:, None] - points[None]).max(axis=2) <= near, -1)
    kept: Array = points[~same.any(axis=1)]
    return kept


def directions(parts: Iterable[Array]) -> Array:
    """The rows of all parts as directions of length 1, each once, in order; rows of no length are left out."""
    rows = np.concatenate(list(parts))
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > FLAT] / lengths[lengths > FLAT, None]
    kept: Array = rows[np.sort(_canonical(rows))]
    return kept


def _canonical(rows: Array) -> npt.NDArray[np.intp]:
    """The places of different rows, by their coordinates; of those that are as good as the same the first."""
    places: npt.NDArray[np.intp] = np.unique(np.round(rows, 10) + 0.0, axis=0, return_index=True)[1]
    return places


def _spanning(points: Array, flat: float = FLAT) -> Array:
    """An orthonormal basis, (d, n), of the directions in which points differ; the axes where these are all."""
    moved = points - points[0]
    _, _, rows = np.linalg.svd(moved, full_matrices=False)
    extents = np.ptp(moved @ rows.T, axis=0)
    basis: Array = rows[extents > flat]
    return np.eye(points.shape[1]) if len(basis) == points.shape[1] else basis


def _complement(basis: Array) -> Array:
    """An orthonormal basis of the directions at right angles to those given."""
    n = basis.shape[1]
    if len(basis) == n:
        return np.empty((0, n))
    rows = np.linalg.svd(basis, full_matrices=True)[2] if len(basis) else np.eye(n)
    rest: Array = rows[len(basis) :]
    return rest


_Sides = tuple[npt.NDArray[np.intp], Array, Array, npt.NDArray[np.intp]]


def _sides(points: Array) -> tuple[Array, _Sides]:
    """A basis of the directions in which points differ and, in it from the first point, the sides of their hull."""
    from scipy.spatial import QhullError

    for flat in _THINNER:
        basis = _spanning(points, flat)
        try:
            return basis, _sides_within((points - points[0]) @ basis.T)
        except QhullError:  # too thin in some direction for its arithmetic
            continue
    basis = _spanning(points)
    return basis, _sides_within((points - points[0]) @ basis.T, "QJ")  # moves points by as little as makes it succeed


def _sides_within(points: Array, options: str | None = None) -> _Sides:
    """The places of the vertices of a hull that is not flat, its half-spaces, and its edges as places among the vertices."""
    if points.shape[1] > 1:
        return _of_hull(points, options)
    if not points.shape[1]:
        return np.zeros(1, dtype=np.intp), np.empty((0, 0)), np.empty(0), np.empty((0, 2), dtype=np.intp)
    ends = np.sort([points[:, 0].argmin(), points[:, 0].argmax()])
    facing = np.array([[-1.0], [1.0]])
    return ends, facing, (points @ facing.T).max(axis=0), np.array([[0, 1]])


def _of_hull(points: Array, options: str | None) -> _Sides:
    from scipy.spatial import ConvexHull

    found = ConvexHull(points, qhull_options=options)
    normals = found.equations[np.sort(_canonical(found.equations)), :-1]
    corners = np.sort(found.vertices).astype(np.intp)
    faces = np.searchsorted(corners, found.simplices)
    pairs = [faces[:, [k, m]] for k in range(faces.shape[1]) for m in range(k)]
    return corners, normals, (points @ normals.T).max(axis=0), np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)


def _order(points: Array) -> npt.NDArray[np.intp]:
    """The canonical order of vertices."""
    rounded = np.round(points, 10) + 0.0
    if points.shape[1] != 2 or len(points) < 3:
        return np.lexsort(rounded.T[::-1])
    turned: npt.NDArray[np.intp] = np.argsort(np.arctan2(*(points - points.mean(axis=0)).T[::-1]))
    return np.roll(turned, -int(np.lexsort(rounded[turned].T)[0]))
