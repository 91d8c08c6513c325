"""The catalogue as the command line lists it, and how a game is found in it by words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from deterrence.algebra.errors import quoted
from deterrence.model.catalogue import by_theme, heading
from deterrence.model.game import Game
from deterrence.model.notes import Notes, notes
from deterrence.model.reading import load
from deterrence.report import layout
from deterrence.report.words import asked_for, forms, stems, words_of

MOST_NEAR = 8  # games that are listed where none has all the words
MOST_SHOWN = 12  # games that are listed with their titles where many have all the words
FEW = 3  # games with all the words, up to which those that come near are named as well
_TITLE, _INDEX, _PROSE, _REST = 8, 4, 2, 1  # what a word counts for by where it stands


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
    def sentences(self) -> tuple[str, ...]:
        """What it says, sentence by sentence: the claims, the notes, what it is about and where it comes from."""
        prose = re.split(r"(?<=[.?!]) (?=[A-Z])", " ".join(re.sub(r"[$\\]", "", self.notes.prose).split()))
        return (*(claim.claim for claim in self.game.claims), *prose, *self.notes.mechanisms, *self.notes.systems, self.game.source)

    @cached_property
    def places(self) -> tuple[tuple[int, frozenset[str]], ...]:
        """Where a word may stand -> the words that stand there, as they are compared, with what a word counts for there."""
        prose = " ".join([self.notes.prose, *(claim.claim for claim in self.game.claims)])
        rest = " ".join([self.game.source, heading(self.theme), *self.game.players])
        index = " ".join([*self.notes.mechanisms, *self.notes.systems])
        title = " ".join([self.name, self.game.title]).replace("_", " ")
        return (_TITLE, stems(title)), (_INDEX, stems(index)), (_PROSE, stems(prose)), (_REST, stems(rest))

    @cached_property
    def stems(self) -> frozenset[str]:
        """All its words, as they are compared."""
        return frozenset().union(*(there for _, there in self.places))

    def to_dict(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        about = {"systems": list(self.notes.systems), "mechanisms": list(self.notes.mechanisms)}
        claims = [claim.claim for claim in self.game.claims]
        return {"name": self.name, "theme": self.theme, "title": self.game.title, "source": self.game.source, **about, "claims": claims}


@dataclass(frozen=True)
class Found:
    """The games that were found, best first, or by theme where no word was given.

    Attributes:
        reasons: for each game the sentence of it that has the words which its title lacks, or nothing where the title has them all.
        all_words: whether each game has all the words that were asked for.
        unknown: the words that no game has, each with the nearest that one has.
        near: beside a few games that have all the words, those that have the most and the rarest of them.
    """

    entries: tuple[Entry, ...]
    words: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    all_words: bool = True
    unknown: tuple[str, ...] = ()
    near: tuple[Entry, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The games as a JSON object, best first, with the names of those that only come near."""
        near = self.near if self.all_words else self.entries
        games = [entry.to_dict() for entry in self.entries if self.all_words]
        return {"words": list(self.words), "games": games, "near": [entry.name for entry in near], "unknown": list(self.unknown)}


def entries() -> tuple[Entry, ...]:
    """Every game of the catalogue, by theme."""
    return tuple(Entry(name, theme, load(name)) for theme, names in by_theme().items() for name in names)


def find(words: Sequence[str] = ()) -> Found:
    """The games in which all words occur, whatever their case, ending and spelling; where no game has them all, those with the most and the rarest.

    Args:
        words: what is looked for in names, titles, sources, notes, players and claims; words such as `the` do not count, and without
            any word every game is found.
    """
    known = entries()
    if not words:
        return Found(known)
    asked = asked_for(list(words))
    sought = _sought(asked, known)
    has = {entry.name: frozenset(i for i, form in enumerate(sought) if form & entry.stems) for entry in known}
    frequency = Counter(i for there in has.values() for i in there)
    rarity = [Fraction(1, max(1, frequency[i])) for i in range(len(asked))]
    whole = [entry for entry in known if len(has[entry.name]) == len(asked)]
    others = [entry for entry in known if len(has[entry.name]) < len(asked)]
    near = _nearest(others, has, rarity) if len(whole) <= FEW else []

    def ranked(games: list[Entry]) -> tuple[Entry, ...]:
        return tuple(sorted(games, key=lambda entry: (-len(has[entry.name]), -_worth(entry, sought, rarity))))

    unknown = tuple(f"{word}{_near(word, known)}" for i, word in enumerate(asked) if not frequency[i])
    best = ranked(whole or near)
    reasons = tuple(_reason(entry, sought, rarity) for entry in best)
    return Found(best, tuple(words), reasons, bool(whole), unknown, ranked(near) if whole else ())


def _sought(asked: Sequence[str], known: Sequence[Entry]) -> list[frozenset[str]]:
    """For each word what it may be in a text; a word that no text has stands for those that begin with it."""
    everything = frozenset().union(*(entry.stems for entry in known))
    exact = forms(list(asked))
    return [form if form & everything else frozenset(each for each in everything if any(each.startswith(one) for one in form)) for form in exact]


def _nearest(games: Sequence[Entry], has: dict[str, frozenset[int]], rarity: Sequence[Fraction]) -> list[Entry]:
    """The games with the most and the rarest of the words, if they have any."""
    worth = {entry.name: sum((rarity[i] for i in has[entry.name]), Fraction(0)) for entry in games}
    best = sorted(worth.values(), reverse=True)[:MOST_NEAR]
    return [entry for entry in games if worth[entry.name] and worth[entry.name] >= max(best[-1], best[0] / 2)]


def _worth(entry: Entry, sought: Sequence[frozenset[str]], rarity: Sequence[Fraction]) -> Fraction:
    """How much the words count for in a game: each by its best place and by how few other games have it."""
    best = (max((weight for weight, there in entry.places if form & there), default=0) for form in sought)
    return sum((weight * rare for weight, rare in zip(best, rarity, strict=True)), Fraction(0))


def _reason(entry: Entry, sought: Sequence[frozenset[str]], rarity: Sequence[Fraction]) -> str:
    title = entry.places[0][1]
    missing = [(form, rare) for form, rare in zip(sought, rarity, strict=True) if not form & title]
    worth = {sentence: sum((rare for form, rare in missing if form & stems(sentence)), Fraction(0)) for sentence in entry.sentences}
    best = max(entry.sentences, key=lambda sentence: worth[sentence])
    return best if worth[best] else ""


def _near(word: str, known: Sequence[Entry]) -> str:
    """`; did you mean 'WORD'?` with the word of the catalogue that is most like one which no game has, if any is."""
    import difflib

    there = {each for entry in known for sentence in (entry.game.title, *entry.sentences) for each in words_of(sentence) if each[:1] == word[:1]}
    near = difflib.get_close_matches(word, sorted(there), n=1, cutoff=0.85)
    return f"; did you mean {quoted(near[0])}?" if near else ""


def listing(found: Found, width: int = 80) -> str:
    """Return the names and titles of games: under their themes, or, where words were asked for, best first with the sentence that has them."""
    asked = " ".join(found.words)
    nowhere = [f"Nothing in the catalogue speaks of: {word}" for word in found.unknown]
    if not found.entries:
        return "\n".join([*(nowhere or [f"No game of the catalogue speaks of: {asked}"]), "`deterrence list` without a word shows all games."])
    if not found.words:
        return "\n".join(_by_theme(found.entries, width))
    head = [] if found.all_words else [*(nowhere or [f"No game of the catalogue has all the words: {asked}"]), "These games come nearest.", ""]
    return "\n".join([*head, *_ranked(found, width), *_names(found, width)])


def _names(found: Found, width: int) -> list[str]:
    """The line that names the games whose titles are not shown."""
    rest = found.entries[MOST_SHOWN:]
    names = ", ".join(entry.name for entry in rest or found.near[:MOST_NEAR])
    return ["", *layout.wrapped(f"And {len(rest)} more: {names}" if rest else f"With some of the words: {names}", width)] if names else []


def _ranked(found: Found, width: int) -> Iterator[str]:
    shown = found.entries[:MOST_SHOWN]
    margin = 2 + max(layout.width_of(entry.name) for entry in shown)
    for entry, reason in zip(shown, found.reasons, strict=False):
        yield from layout.block(entry.name, [entry.game.title], margin, width, "")
        if reason:
            yield from (f"    {line}" for line in layout.wrapped(reason, width - 4))


def _by_theme(shown: Sequence[Entry], width: int) -> Iterator[str]:
    margin = 4 + max(layout.width_of(entry.name) for entry in shown)
    theme = None
    for entry in shown:
        if entry.theme != theme:
            yield from ([""] if theme is not None else [])
            yield heading(entry.theme)
            theme = entry.theme
        yield from layout.block(f"  {entry.name}", [entry.game.title], margin, width, "")
