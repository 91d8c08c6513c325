"""Solutions that several files ask about, each solved once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deterrence.model.reading import load
from deterrence.solution import Solution
from deterrence.solve import solve


@pytest.fixture(scope="session")
def solutions() -> Callable[..., Solution]:
    """The solution of a game of the catalogue under a concept."""
    known: dict[tuple[str, str], Solution] = {}

    def solved(name: str, concept: str = "sequential") -> Solution:
        if (name, concept) not in known:
            known[name, concept] = solve(load(name), concept)
        return known[name, concept]

    return solved
