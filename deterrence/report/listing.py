"""The catalogue as the command line lists it, and how a game is found in it by words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from deterrence.model.catalogue import by_theme, heading
from deterrence.model.game import Game
from deterrence.model.notes import Notes, notes
from deterrence.model.reading import load
from deterrence.report import layout

MOST_NEAR = 5  # games that are listed where none has all the words
_ENDINGS = ("ing", "ed", "es", "s", "e")  # so that `punishes` finds `punish` and `punishment`
_SHORTEST = 4  # letters that an ending leaves
_SMALL = frozenset(
    """a all an and any are as at be but by does for from has how if in is it its no not of on one or so that the their this to what when which
    who with""".split()
)


@dataclass(frozen=True)
class Entry:
    """A game of the catalogue."""

    name: str
    theme: str
    game: Game

    @cached_property
    def notes(self) -> Notes:
        """Its notes, taken apart."""
        return notes(self.game.notes)

    @cached_property
    def text(self) -> str:
        """Everything that is searched, in small letters."""
        parts = (self.name, heading(self.theme), self.game.title, self.game.source, self.game.notes, *self.game.players)
        return "\n".join([*parts, *(claim.claim for claim in self.game.claims)]).replace("_", " ").casefold()

    def to_dict(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        about = {"systems": list(self.notes.systems), "mechanisms": list(self.notes.mechanisms)}
        claims = [claim.claim for claim in self.game.claims]
        return {"name": self.name, "theme": self.theme, "title": self.game.title, "source": self.game.source, **about, "claims": claims}


@dataclass(frozen=True)
class Found:
    """The games that were found, by theme, and whether each has all the words that were asked for."""

    entries: tuple[Entry, ...]
    words: tuple[str, ...] = ()
    all_words: bool = True


def entries() -> tuple[Entry, ...]:
    """Every game of the catalogue, by theme."""
    return tuple(Entry(name, theme, load(name)) for theme, names in by_theme().items() for name in names)


def find(words: Sequence[str] = ()) -> Found:
    """The games in which all words occur, whatever their case and ending; where no game has them all, those with the most and the rarest of them.

    Args:
        words: what is looked for in names, titles, sources, notes, players and claims; words such as `the` do not count, and without
            any word every game is found.
    """
    given = (word for text in words for word in re.findall(r"[^\W_]+", text.casefold()))
    asked = tuple(dict.fromkeys(_stem(word) for word in given if word not in _SMALL))
    known = entries()
    has = [frozenset(word for word in asked if re.search(rf"\b{re.escape(word)}", entry.text)) for entry in known]
    whole = tuple(entry for entry, words_there in zip(known, has, strict=True) if len(words_there) == len(asked))
    if whole:
        return Found(whole, tuple(words))
    rarity = {word: Fraction(1, max(1, sum(word in each for each in has))) for word in asked}
    worth = [sum((rarity[word] for word in each), Fraction(0)) for each in has]
    best = sorted(worth, reverse=True)[:MOST_NEAR]
    near = (entry for entry, value in zip(known, worth, strict=True) if value and value >= max(best[-1], best[0] / 2))
    return Found(tuple(near), tuple(words), all_words=False)


def _stem(word: str) -> str:
    """A word without its ending, if it has one that can go.

    >>> [_stem(word) for word in ("punishes", "provoking", "allies", "war")]
    ['punish', 'provok', 'ally', 'war']
    """
    if word.endswith("ies"):
        word = word.removesuffix("ies") + "y"
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _SHORTEST), "")
    return word.removesuffix(ending)


def listing(found: Found, width: int = 80) -> str:
    """Return the names and titles of games under their themes, one a line."""
    asked = " ".join(found.words)
    if not found.entries:
        return f"No game of the catalogue speaks of: {asked}"
    lines = [] if found.all_words else [f"No game of the catalogue has all the words: {asked}", "These come nearest.", ""]
    return "\n".join([*lines, *_lines(found.entries, width)])


def _lines(shown: Sequence[Entry], width: int) -> Iterator[str]:
    margin = 4 + max(layout.width_of(entry.name) for entry in shown)
    theme = None
    for entry in shown:
        if entry.theme != theme:
            yield from ([""] if theme is not None else [])
            yield heading(entry.theme)
            theme = entry.theme
        yield from layout.block(f"  {entry.name}", [entry.game.title], margin, width, "")
