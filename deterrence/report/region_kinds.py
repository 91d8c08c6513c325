"""Equilibrium maps of what happens: equilibria with the same play on the path are one kind, and bear the name of the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deterrence.report.rows import build

if TYPE_CHECKING:
    from deterrence.analysis.plane import Key, Plane, Slab
    from deterrence.solution import Solution

Kinds: TypeAlias = dict[str, str]  # equilibrium -> the first of its kind
_THIN = 5e-5  # of the box: what lies nearer to a chord is not to be seen


def kinds_of(solution: Solution) -> Kinds:
    """Return the first equilibrium of each one's kind, as the table puts them together."""
    return {name: rows[0].names[0] for rows in build(solution).entries for name in rows[0].names}


def by_kind(solution: Solution, found: Plane, first: Kinds) -> Plane:
    """Return a plane whose cells say which kinds of play exist there."""
    rank = {e.name: n for n, e in enumerate(solution)}
    kinds = {key: None if key is None else tuple(sorted({first[name] for name in key}, key=rank.__getitem__)) for key in found.keys}
    sizes = [float(high - low) for low, high in found.box]
    return type(found)(found.box, tuple(_merged(slab, kinds, sizes) for slab in found.slabs), found.on_surface)


def _merged(slab: Slab, kinds: dict[Key, Key], sizes: list[float]) -> Slab:
    """A strip without the lines between parts of the same kinds, those that are left with no more vertices than the eye can see."""
    keys = [kinds[key] for key in slab.keys]
    kept = [n for n in range(1, len(keys)) if keys[n] != keys[n - 1]]
    lines = (slab.lines[0], *(_thinned(slab.lines[n], sizes) for n in kept), slab.lines[-1])
    return type(slab)(tuple(keys[n] for n in (0, *kept)), lines, (False, *(True for _ in kept), False))


def _thinned(line: Any, sizes: list[float]) -> Any:
    """A broken line without the vertices that lie next to a chord (Douglas and Peucker 1973)."""
    scaled, keep, todo = line / sizes, {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        start, end = todo.pop()
        chord = scaled[end] - scaled[start]
        normal = np.array([-chord[1], chord[0]]) / max(float(np.hypot(*chord)), 1e-300)
        away = abs((scaled[start : end + 1] - scaled[start]) @ normal)
        farthest = int(away.argmax())
        if away[farthest] > _THIN:
            keep.add(start + farthest)
            todo += [(start, start + farthest), (start + farthest, end)]
    return line[sorted(keep)]
