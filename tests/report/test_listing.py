"""The catalogue as it is listed, and games found in it by words."""

from __future__ import annotations

import pytest

from deterrence.model.catalogue import catalogue
from deterrence.report.layout import width_of
from deterrence.report.listing import find, listing


def names(*words: str) -> list[str]:
    """The games that have all words."""
    found = find(words)
    return [entry.name for entry in found.entries] if found.all_words else []


def test_without_words_every_game_is_listed() -> None:
    """Under the heading of its theme, once."""
    text = listing(find()).splitlines()

    assert sorted(entry.name for entry in find().entries) == catalogue()
    assert text[0] == "Entrapment"
    assert sorted(line.split()[0] for line in text if line.startswith("  ") and line[2] != " ") == catalogue()


@pytest.mark.parametrize("words", [("blank", "cheque"), ("Blank cheques",), ("CHEQUE", "the"), ("emboldens the Ally",), ("provoking allies",)])
def test_a_game_is_found_by_what_it_says(words: tuple[str, ...]) -> None:
    """Whatever the case and the ending, and without small words."""
    assert "entrapment" in names(*words)


@pytest.mark.parametrize(
    ("words", "name"), [("kreps wilson", "chain_store"), ("secret alliances", "secret_alliance"), ("leader rival", "audience_costs")]
)
def test_a_game_is_found_by_source_mechanism_and_players(words: str, name: str) -> None:
    """Each of them is searched."""
    assert name in names(words)


def test_all_words_count() -> None:
    """A game that has one of two is not found, but told of as near."""
    found = find(["entrants", "zzz"])

    assert not found.all_words
    assert "chain_store" in [entry.name for entry in found.entries]
    assert "No game of the catalogue has all the words: entrants zzz" in listing(found)


def test_nothing_is_found() -> None:
    """And the listing says of what."""
    assert listing(find(["zzz"])) == "No game of the catalogue speaks of: zzz"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_listing_keeps_to_the_width(width: int) -> None:
    """Titles are wrapped beside the names."""
    longest = max(map(len, catalogue()))

    assert max(map(width_of, listing(find(), max(width, longest + 30)).splitlines())) <= max(width, longest + 30)
