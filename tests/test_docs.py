"""The documentation: every block in it runs and prints what is shown, and the pages of the catalogue are up to date."""

from __future__ import annotations

import argparse
import doctest
import importlib
import pkgutil
import re
import sys
from pathlib import Path

import pytest
from catalogue_share import due

import deterrence
from deterrence.cli import _parser
from deterrence.model.notes import notes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))
import background  # noqa: E402 - stands in docs/, beside the pages
import blocks  # noqa: E402
import build  # noqa: E402
import pages  # noqa: E402

HANDBOOK = {str(path.relative_to(ROOT)): path for path in build.HANDBOOK}
PAGES = [*build.HANDBOOK, *sorted(pages.GAMES.rglob("*.md"))]
MODULES = sorted(each.name for each in pkgutil.walk_packages(deterrence.__path__, "deterrence.") if not each.name.endswith("__main__"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solutions of the user's are neither used nor removed."""
    monkeypatch.setenv("DETERRENCE_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", HANDBOOK)
def test_a_page_shows_what_its_blocks_print(name: str) -> None:
    """Where this fails because the output is meant to change, `python docs/build.py` brings the pages up to date."""
    page = HANDBOOK[name].read_text(encoding="utf-8")

    assert blocks.refreshed(page) == page


@pytest.mark.parametrize("name", HANDBOOK)
def test_a_game_shown_in_part_is_part_of_a_game(name: str) -> None:
    """Of a file on the same page or of the catalogue, so that it cannot grow old unnoticed."""
    assert not blocks.loose(HANDBOOK[name].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", deterrence.catalogue())
def test_the_page_of_a_game_is_that_of_its_file(name: str) -> None:
    """It says of the model what the file says, and shows every claim as proved: else run `python docs/build.py`."""
    page, game = pages.page_of(name).read_text(encoding="utf-8"), deterrence.load(name)
    unproved = [claim.claim for claim in game.claims if f"- {pages.verdict('proved', claim.claim)}<br>" not in page]

    assert page.startswith(pages.model_part(name, game))
    assert unproved == []
    assert page.count("- **") >= len(game.claims)


@pytest.mark.parametrize("name", due())
def test_the_results_on_the_page_of_a_game_are_up_to_date(name: str) -> None:
    """Equilibria, map, verdicts and statics are what is found now, where the file has changed and in a quarter of the other games."""
    text, picture = build.game_page(name)

    assert pages.page_of(name).read_text(encoding="utf-8") == text
    assert pages.picture_of(name).exists() == (picture is not None)


def test_a_map_is_the_same_bytes_every_time() -> None:
    """And small enough for a page."""
    game = deterrence.load("rudimentary_deterrence")
    first, second = (pages.result_part("rudimentary_deterrence", game).picture for _ in range(2))

    assert first == second
    assert first is not None
    assert len(first) < 60_000


def test_the_index_lists_the_catalogue() -> None:
    """There is one page a game and none besides, and no picture without a page."""
    known = {pages.page_of(name) for name in deterrence.catalogue()} | {pages.GAMES / "index.md"}

    assert (pages.GAMES / "index.md").read_text(encoding="utf-8") == pages.index_page()
    assert set(pages.GAMES.rglob("*.md")) == known
    assert {path.with_suffix(".md") for path in pages.GAMES.rglob("*.svg")} <= known


@pytest.mark.parametrize("name", deterrence.catalogue())
def test_what_a_game_is_about_is_a_row_of_the_index(name: str) -> None:
    """Every system and mechanism that its notes name is one of those that the catalogue is to cover, and the axes of its map are parameters."""
    game = deterrence.load(name)
    about = notes(game.notes)
    named = [(entry, background.SYSTEMS) for entry in about.systems] + [(entry, background.MECHANISMS) for entry in about.mechanisms]

    assert [entry for entry, rows in named if background.row_of(entry, rows) is None] == []
    assert len(about.map) in (0, 2)
    assert set(about.map) <= set(game.free_parameters)


def test_the_readme_begins_with_two_lines_of_set_up() -> None:
    """Its first block installs and runs the main job, its second what the tests need and the tests."""
    first, second = [block.text for block in blocks.blocks((ROOT / "README.md").read_text(encoding="utf-8")) if block.language == "sh"][:2]

    assert [text.count("\n") for text in (first, second)] == [1, 1]
    assert first.startswith("pip install . && deterrence solve ")
    assert first.split()[-1] in deterrence.catalogue()
    assert "[test]" in second
    assert "pytest" in second


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link is to a file that is there."""
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))

    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_handbook_is_reached_from_its_index() -> None:
    """No page is forgotten there."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    others = [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "index.md"]

    assert [name for name in others if f"({name})" not in index] == []


def test_the_command_line_is_described_in_full() -> None:
    """Every command and every option is on its page."""
    page = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = {option for parser in commands.choices.values() for action in parser._actions for option in action.option_strings}

    assert [name for name in commands.choices if f"deterrence {name}" not in page] == []
    assert [option for option in sorted(options - {"-h"}) if f"{option}`" not in page and f"{option} " not in page] == []


def test_the_examples_are_short_and_listed() -> None:
    """Each is on the page that runs them all, and has less than 60 lines."""
    scripts = sorted((ROOT / "examples").glob("*.py"))
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")

    assert scripts
    assert [path.name for path in scripts if f"python examples/{path.name}\n" not in page] == []
    assert [path.name for path in scripts if path.read_text(encoding="utf-8").count("\n") >= 60] == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    """They print what they show."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_a_page_whose_output_is_old_is_noticed() -> None:
    """The block runner puts in what is printed now."""
    page = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"

    assert blocks.refreshed(page) == page.replace("3", "2")


def test_an_exit_code_that_is_not_announced_is_noticed() -> None:
    """A command that fails fails the page."""
    page = "```sh\ndeterrence show no_such_game\n```\n"

    with pytest.raises(AssertionError, match="ended with exit code 2"):
        blocks.refreshed(page)
    blocks.refreshed(page.replace("game\n", "game  # exit code 2\n"))


def test_a_command_that_nothing_runs_is_noticed() -> None:
    """Only set-up may stand unexecuted."""
    with pytest.raises(AssertionError, match="no way to run 'make me a sandwich'"):
        blocks.refreshed("```sh\nmake me a sandwich\n```\n")
