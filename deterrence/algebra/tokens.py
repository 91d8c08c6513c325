"""Cuts the text of an expression into numbers, names and operators."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from deterrence.algebra.errors import ExpressionError, quoted

LARGEST_EXPONENT = 64
# Python itself refuses to read or write integers of more than 4,300 digits.
LONGEST_NUMBER = 4_000
KEYWORDS = frozenset({"and", "or", "not", "real"})
MEANT = {
    "=": "==", "^": "**", "\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00b7": "*", "\u22c5": "*", "\u00f7": "/", "\u2264": "<=",
    "\u2265": ">=", "\u2260": "!=", "&": "and", "|": "or", "!": "not", "[": "(", "]": ")", "{": "(", "}": ")",
}  # fmt: skip

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_OPERATOR = re.compile(r"\*\*|<=|>=|==|!=|[-+*/<>(),]")


class Token(NamedTuple):
    """A number, a name or an operator, and where it starts in the text."""

    kind: str  # "number", "name", "op" or "end"
    text: str
    start: int


def fail(message: str, start: int) -> ExpressionError:
    """The error of what starts at a character of the text, counted from 0."""
    return ExpressionError(message, column=start + 1)


def tokens(text: str) -> list[Token]:
    """The tokens of the text, and an `end`."""
    out, at = [], 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token, at = _token(text, at)
        out.append(token)
    return [*out, Token("end", "", len(text.rstrip()))]


def _token(text: str, at: int) -> tuple[Token, int]:
    if number := _NUMBER.match(text, at):
        _check_number(number.group(), number["exponent"], text, at)
        return Token("number", number.group(), at), number.end()
    if text[at].isalpha() or text[at] == "_":
        end = at + 1
        while end < len(text) and _continues_name(text[end]):
            end += 1
        name = unicodedata.normalize("NFC", text[at:end])
        if not is_name(name):
            raise fail(f"found {quoted(name)}; a name is a letter or underscore, then letters, digits and underscores", at)
        return Token("name", name, at), end
    if operator := _OPERATOR.match(text, at):
        return Token("op", operator.group(), at), operator.end()
    hint = f"; did you mean {MEANT[text[at]]!r}?" if text[at] in MEANT else "; it has no meaning in an expression"
    raise fail(f"found {quoted(text[at])}{hint}", at)


def _continues_name(character: str) -> bool:
    # Marks (accents) are gathered too, so that NFC can join them to their letter; digits of other kinds, to be named in the error.
    return character == "_" or character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


def is_name(text: str) -> bool:
    """Is this the form of a symbol's name: a letter or underscore, then letters, digits and underscores?"""
    return bool(text) and (text[0].isalpha() or text[0] == "_") and all(c == "_" or c.isalpha() or c in "0123456789" for c in text)


def _check_number(text: str, exponent: str | None, whole: str, at: int) -> None:
    end = at + len(text)
    if end < len(whole) and (_continues_name(whole[end]) or whole[end] == "."):
        run = re.match(r"[\w.]+", whole[at:])
        found = run.group() if run else text
        hint = "a number is an integer, a decimal or like 1e3; a product needs '*'"
        raise fail(f"found {quoted(found)}; {hint}", at)
    if len(text) > LONGEST_NUMBER:
        raise fail(f"found a number of {len(text)} characters; the limit is {LONGEST_NUMBER}", at)
    if exponent is not None and (len(exponent) > 4 or abs(int(exponent)) > LARGEST_EXPONENT):
        raise fail(f"found {quoted(text)}; an exponent is at most {LARGEST_EXPONENT}", at)


def find_symbol(text: str, name: str) -> int:
    """Where a name first occurs in an expression's text, counted from 0."""
    return next((token.start for token in tokens(text) if token.kind == "name" and token.text == name), 0)
