"""The catalogue as it is listed, and games found in it by words."""

from __future__ import annotations

from functools import cache

import pytest

from deterrence.model.catalogue import catalogue
from deterrence.report import listing as module
from deterrence.report.layout import width_of
from deterrence.report.listing import find, listing

read_once = cache(module.entries)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue is read once for all tests."""
    monkeypatch.setattr(module, "entries", read_once)


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


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("restrain proteges", "taiwan_restraint"),
        ("mobilized", "july_1914"),
        ("blank check", "blank_cheque"),
        ("offense", "chain_ganging"),
        ("trip wire", "nato_tripwire"),
        ("hub-and-spokes", "hub_and_spokes"),
        ("tied hands", "tying_hands"),
        ("pre-emption", "preemption"),
        ("NATO's VETO", "nato_consensus"),
    ],
)
def test_spelling_does_not_matter(words: str, name: str) -> None:
    """Accents, hyphens, the habits of a country, singular and plural."""
    assert name in [entry.name for entry in find(words.split()).entries]


def test_the_best_comes_first() -> None:
    """A word counts for most in a title, and then among the systems and mechanisms."""
    assert names("security", "dilemma")[0] == "alliance_security_dilemma"
    assert names("secret", "alliances")[0] == "secret_alliance"
    assert names("buck")[0] == "buck_passing"


def test_a_part_of_a_word_is_enough_where_nothing_has_it_whole() -> None:
    """`Czech` finds Czechoslovakia, and `war` does not find a warning."""
    assert "little_entente" in names("Czech")
    assert names("reassur")[0] == "reassurance"


def test_a_listing_tells_why_a_game_was_found() -> None:
    """By the sentence that has the words which the title lacks."""
    shown = listing(find(["emboldens", "defence"])).splitlines()

    assert shown[shown.index("    A promise confined to defence never emboldens.") - 1].startswith("entrapment ")
    assert len([line for line in listing(find(["casus", "foederis"])).splitlines() if line.startswith(" ")]) == 0


def test_a_long_listing_ends_with_names() -> None:
    """The best games have their titles, all the others their names."""
    found = find(["war"])
    text = " ".join(listing(found).split())

    assert len(found.entries) > 30
    assert f"And {len(found.entries) - 12} more: {found.entries[12].name}, " in text
    assert text.endswith(found.entries[-1].name)


def test_all_words_count() -> None:
    """A game that has one of two is not found, but told of as near."""
    found = find(["entrants", "zzz"])

    assert not found.all_words
    assert "chain_store" in [entry.name for entry in found.entries]
    assert listing(found).startswith("Nothing in the catalogue speaks of: zzz\nThese games come nearest.\n")


def test_beside_a_few_games_those_that_come_near_are_named() -> None:
    """One game that happens to have all the words does not hide the others."""
    found = find(["Poland", "hedge"])

    assert [entry.name for entry in found.entries] == ["little_entente"]
    assert "hedging" in [entry.name for entry in found.near]
    assert "\n\nWith some of the words: " in listing(found)
    assert found.to_dict()["near"] == [entry.name for entry in found.near]


def test_words_that_no_game_has_together() -> None:
    """Each of them is somewhere, and the listing does not say otherwise."""
    assert listing(find(["Switzerland", "Serbia"])).startswith("No game of the catalogue has all the words: Switzerland Serbia\n")


def test_nothing_is_found() -> None:
    """And the listing says of what, what was probably meant, and how to see everything."""
    last = "\n`deterrence list` without a word shows all games."

    assert listing(find(["zzz"])) == "Nothing in the catalogue speaks of: zzz" + last
    assert listing(find(["repputation"])).startswith("Nothing in the catalogue speaks of: repputation; did you mean 'reputation'?")


def test_small_words_are_looked_for_where_there_are_no_others() -> None:
    """A search is never for nothing."""
    assert find(["the"]).entries
    assert find(["the"]).words == ("the",)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_listing_keeps_to_the_width(width: int) -> None:
    """Titles are wrapped beside the names."""
    longest = max(map(len, catalogue()))

    assert max(map(width_of, listing(find(), max(width, longest + 30)).splitlines())) <= max(width, longest + 30)
    assert max(map(width_of, listing(find(["war"]), max(width, longest + 30)).splitlines())) <= max(width, longest + 30)
