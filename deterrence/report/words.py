"""Words as a search compares them: without case, accents, endings, hyphens, and the spellings that differ between countries."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

_PLURAL = re.compile(r"(?<=...)(?<![isu])s$")
# What is written in two ways, or changes its letters before an ending.
_SPELLINGS = (
    ("cheque", "check"), ("ense", "ence"), ("ensi", "enci"), ("our", "or"), ("z", "s"), ("provoc", "provok"), ("restraint", "restrain"),
    ("tying", "tie"), ("tied", "tie"),
)  # fmt: skip
# Ending -> the letters that it must leave; longer endings first, so that what they end with does not go alone.
_ENDINGS = {
    "ment": 4, "ness": 4, "ance": 4, "ence": 4, "abil": 5, "ibil": 4,
    "ion": 4, "ing": 3, "ant": 4, "ent": 4, "ive": 4, "ous": 4, "iti": 4, "abl": 5, "ibl": 4, "ful": 4,
    "ed": 3, "er": 4, "or": 5, "al": 5, "ic": 5, "li": 4, "en": 5, "at": 5, "is": 5,
    "e": 3, "i": 5,
}  # fmt: skip
_SMALL = frozenset(
    """a all an and any are as at be but by can do does for from has have how i if in is it its no not of on one only or so than that the their there
    this to was what when where which who why will with""".split()
)


def words_of(text: str) -> list[str]:
    """The words of a text in their order; what a hyphen joins are two.

    >>> words_of("Free-riders in NATO's council")
    ['free', 'riders', 'in', 'nato', 'council']
    """
    return re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", text.casefold()))


def asked_for(texts: list[str]) -> list[str]:
    """The words of a search that count; all of them where none does."""
    given = [word for text in texts for word in words_of(text)]
    return [word for word in given if word not in _SMALL] or given


@cache
def stem(word: str) -> str:
    """A word as it is compared.

    >>> [stem(word) for word in ("allies", "alliance", "Protégés", "mobilization", "deterrence", "deters")]
    ['alli', 'alli', 'proteg', 'mobil', 'deter', 'deter']
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(letter))
    for there, here in _SPELLINGS:
        plain = plain.replace(there, here)
    plain = _PLURAL.sub("", plain)
    plain = plain[:-1] + "i" if plain.endswith("y") and len(plain) > 2 else plain
    while ending := next((end for end, left in _ENDINGS.items() if plain.endswith(end) and len(plain) - len(end) >= left), ""):
        plain = plain.removesuffix(ending)
    return plain[:-1] if len(plain) > 4 and plain[-1] == plain[-2] else plain


def stems(text: str) -> frozenset[str]:
    """The words of a text as they are compared, and every two neighbours written as one: `trip wire` is found as `tripwire`."""
    words = words_of(text)
    pairs = (first + second for first, second in pairwise(words))
    return frozenset(map(stem, [*words, *pairs]))


def forms(words: list[str]) -> list[frozenset[str]]:
    """For each word of a search what may stand for it in a text: itself, or itself and a neighbour written as one."""
    pairs = ["", *(stem(first + second) for first, second in pairwise(words)), ""]
    return [frozenset({stem(word), pairs[i], pairs[i + 1]} - {""}) for i, word in enumerate(words)]
