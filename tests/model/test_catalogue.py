"""The catalogue: names of games, and what a name or a path leads to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from deterrence.algebra.errors import InputError
from deterrence.model import catalogue as module
from deterrence.model.catalogue import by_theme, catalogue, files, find_game, folder, heading
from deterrence.model.notes import notes
from deterrence.model.reading import load


@pytest.fixture
def two_themes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of three games in two folders."""
    for path in ("burden_sharing/nato.yaml", "burden_sharing/alone.yaml", "abandonment/little_entente.yaml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("players: [A]\noutcomes: {E: {A: 0}}\ntree: {A: {x: E}}\n")
    monkeypatch.setattr(module, "folder", lambda: tmp_path)
    return tmp_path


def test_names_are_sorted_and_lead_to_files() -> None:
    """The catalogue lists names in order, each of which is a file."""
    assert catalogue() == sorted(catalogue())
    assert all(find_game(name).is_file() for name in catalogue())


def test_no_two_games_have_one_name() -> None:
    """Whatever their folders: the file's stem is what users type."""
    stems = Counter(path.stem for path in folder().rglob("*.yaml"))

    assert [stem for stem, count in stems.items() if count > 1] == []
    assert stems.keys() == files().keys()


def test_every_game_stands_in_the_folder_of_a_known_theme() -> None:
    """One folder deep, so that pages and headings are found."""
    assert set(by_theme()) <= set(module.THEMES)
    assert all(path.parent.parent == folder() for path in files().values())


def test_a_name_is_found_in_any_folder(two_themes: Path) -> None:
    """Alone or behind its theme; behind another theme it is no game."""
    assert catalogue() == ["alone", "little_entente", "nato"]
    assert find_game("nato") == find_game("burden_sharing/nato") == two_themes / "burden_sharing" / "nato.yaml"
    with pytest.raises(InputError, match="did you mean 'burden_sharing/nato'"):
        find_game("abandonment/nato")


def test_themes_come_in_the_order_in_which_they_are_read(two_themes: Path) -> None:
    """Those without a game are left out, and a folder that nobody thought of comes last."""
    (two_themes / "a_new_theme").mkdir()
    (two_themes / "a_new_theme" / "other.yaml").write_text("")

    assert by_theme() == {"abandonment": ["little_entente"], "burden_sharing": ["alone", "nato"], "a_new_theme": ["other"]}
    assert [heading(theme) for theme in by_theme()] == ["Abandonment", "Burden sharing", "A new theme"]


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with a suffix is a path; without one a name of the catalogue comes first."""
    name, file = next(iter(files().items()))
    (tmp_path / "copy").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)

    assert load("copy") == load(name) == load(Path("copy"))
    assert find_game(name) == file


def test_a_near_name_is_suggested() -> None:
    """A mistyped name is answered with the nearest one."""
    name = catalogue()[0]

    with pytest.raises(InputError, match=f"did you mean '{name}'"):
        load(name[:-1])


def test_lines_at_the_end_of_notes_are_taken_apart() -> None:
    """Wrapped or not, in any order; the prose is what is left."""
    found = notes("One.\n\nTwo: three; four.\nMap: r, k\nMechanisms: entrapment;\n  burden sharing and free riding\nSystems: NATO\n")

    assert found.prose == "One.\n\nTwo: three; four."
    assert (found.systems, found.mechanisms, found.map) == (("NATO",), ("entrapment", "burden sharing and free riding"), ("r", "k"))


def test_notes_without_such_lines_are_prose() -> None:
    """And nothing besides."""
    assert notes("The Systems: of alliances.\n") == notes("The Systems: of alliances.")
    assert notes("The Systems: of alliances.").systems == ()
