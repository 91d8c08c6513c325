"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _no_cache() -> Iterator[None]:
    """Nothing that was solved before is used, and the user's cache is left alone, unless a test says otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETERRENCE_CACHE", "off")
        yield
