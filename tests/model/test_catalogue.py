"""The catalogue: names of games, and what a name or a path leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from deterrence.algebra.errors import InputError
from deterrence.model.catalogue import catalogue, find_game, folder
from deterrence.model.reading import load


def test_names_are_sorted_and_lead_to_files() -> None:
    """The catalogue lists names in order, each of which is a file."""
    assert catalogue() == sorted(catalogue())
    assert all(find_game(name).is_file() for name in catalogue())


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with a suffix is a path; without one a name of the catalogue comes first."""
    name = catalogue()[0]
    text = (folder() / f"{name}.yaml").read_text(encoding="utf-8")
    (tmp_path / "copy").write_text(text, encoding="utf-8")
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)

    assert load("copy") == load(name) == load(Path("copy"))
    assert find_game(name) == folder() / f"{name}.yaml"


def test_a_near_name_is_suggested() -> None:
    """A mistyped name is answered with the nearest one."""
    name = catalogue()[0]

    with pytest.raises(InputError, match=f"did you mean '{name}'"):
        load(name[:-1])
