"""How the name of a symbol is meant: `c_T` is c with the subscript T, `delta` a Greek letter, `aSQ` a with SQ."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega"
).split()
# U+03C2, the final sigma, lies between rho and sigma and is a letter of its own
_LOWER_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
_UPPER_LETTERS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"

GREEK_LETTER: dict[str, str] = dict(zip(_LOWER, _LOWER_LETTERS, strict=True)) | {
    name.capitalize(): letter for name, letter in zip(_LOWER, _UPPER_LETTERS, strict=True)
}
GREEK_NAME: dict[str, str] = {letter: name for name, letter in GREEK_LETTER.items()}

_DIGITS_AFTER = re.compile(r"(?P<base>.*[^\W\d_])(?P<subscript>\d+)")
_CAPITAL_AFTER = re.compile(r"(?P<base>[^\W\d_]|[a-z]{2,})(?P<subscript>[A-Z]\w*)")


@dataclass(frozen=True, slots=True)
class SymbolName:
    """A name read as a base and the subscripts under it, each an ordinary word, a letter or a number."""

    base: str
    subscripts: tuple[str, ...] = ()


def read_name(name: str) -> SymbolName:
    """Return the parts of the name of a symbol as a paper would set them.

    >>> read_name("c_T"), read_name("aSQ"), read_name("delta2")
    (SymbolName(base='c', subscripts=('T',)), SymbolName(base='a', subscripts=('SQ',)), SymbolName(base='delta', subscripts=('2',)))
    >>> read_name("war")
    SymbolName(base='war', subscripts=())
    """
    base, *subscripts = [part for part in name.split("_") if part] or [name]
    if name.startswith("_"):  # a leading underscore is the only thing that tells `_x` from `x`
        base = "_" + base.lstrip("_")
    match = _DIGITS_AFTER.fullmatch(base) or _CAPITAL_AFTER.fullmatch(base)
    if match and _takes_subscript(match["base"]):
        return SymbolName(match["base"], (match["subscript"], *subscripts))
    return SymbolName(base, tuple(subscripts))


def _takes_subscript(base: str) -> bool:
    """A letter takes one (`aSQ`, `x1`), a Greek word too (`deltaA`); in `warCost` the capital only joins two words."""
    return len(base) == 1 or base in GREEK_LETTER
