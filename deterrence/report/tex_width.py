"""How wide LaTeX is in print, and where a line of it can be broken: an estimate from the widths of Computer Modern, without TeX."""

from __future__ import annotations

import re
from functools import lru_cache

# In quads of the font: the wider of the upright and the italic letter.
_LETTERS = {
    0.3: "il|!.,:;'", 0.41: "jIt()[]/-", 0.48: "frscevyz", 0.52: "aogkpqJ*", 0.58: "bdhnuxT", 0.7: "SUVYFLwP",
    0.8: "+=<>ABCDEGHKNOQRXZ&%", 0.95: "mM", 1.03: "W",
}  # fmt: skip
_WIDTH = {letter: width for width, letters in _LETTERS.items() for letter in letters}
_LETTER, _WIDE_LETTER = 0.56, 1.0
_COMMANDS = {
    r"\,": 0.17, r"\ ": 0.34, r"\quad": 1.0, r"\max": 2.04, r"\min": 1.84, r"\varepsilon": 0.47, r"\iota": 0.36, r"\cdot": 0.28,
    r"\mid": 0.84, r"\textasciitilde": 0.5, r"\pm": 0.78, r"\Bigl": 0.15, r"\Bigr": 0.15, r"\bigl": 0.06, r"\bigr": 0.06,
    r"\left": 0.2, r"\right": 0.2,
}  # fmt: skip
_SILENT = {r"\mathrm", r"\mathit", r"\text", r"\allowbreak", r"\hspace", r"\textbf"}
_BROKEN_AFTER = {"+": 0.45, "-": 0.45, r"\cdot": 0.45, "<": 0.56, ">": 0.56, "=": 0.56, r"\leq": 0.56, r"\geq": 0.56, r"\neq": 0.56}
_SMALL, _BAR, _ROOT = 0.85, 0.29, 0.86  # the size of a subscript, what a fraction's bar and a root's sign add
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
SPACE, _AFTER_COMMA = 0.33, 0.17


@lru_cache(maxsize=65536)
def widths(code: str) -> tuple[float, ...]:
    r"""Return the widths in quads of the pieces of a line of LaTeX that cannot be broken, in their order.

    Text breaks at spaces and after hyphens, a formula after relations, signs and `\allowbreak` that stand in no braces.

    >>> [round(width, 1) for width in widths("War with $r$")], len(widths(r"$a + \frac{b + c}{d} \geq 0$"))
    ([2.0, 2.0, 0.5], 3)
    """
    return tuple(_Line(_TOKEN.findall(code)).pieces(math=False))


def formula_width(code: str) -> float:
    """Return the width in quads of a formula that is set on one line."""
    return sum(widths(f"${code}$"))


class _Line:
    """Reads the tokens of a line once, from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.small = 0  # how many fractions, subscripts and exponents the token at hand is in

    def pieces(self, math: bool) -> list[float]:
        """The pieces up to the end of the group or of the formula."""
        found, within = [0.0], 0  # `within` counts pairs of \left and \right
        while (token := self._next()) not in ("", "}"):
            if token == "$":
                math = not math
            elif math:
                within += {r"\left": 1, r"\right": -1}.get(token, 0)
                found[-1] += self._sign(token)
                if not within and (token in _BROKEN_AFTER or token == r"\allowbreak"):
                    found.append(0.0)
            elif token.isspace():
                found.append(0.0)
            else:
                found[-1] += self._atom(token)
                if token == "-" and self._peek() != "-":
                    found.append(0.0)
        return [width for width in found if width]

    def _atom(self, token: str) -> float:
        """The width of a token with its arguments."""
        if token == r"\frac":
            return max(self._script(), self._script()) + _BAR
        if token == r"\sqrt":
            return self._atom(self._next()) + _ROOT
        if token in ("^", "_"):
            return self._script() + 0.05
        if token == "{":
            return sum(self.pieces(math=True))
        if token in _SILENT or token.isspace():
            return 0.0
        return _COMMANDS.get(token) or _letter(token)

    def _sign(self, token: str) -> float:
        """The width of a token of a formula, with the space around it; a hyphen is a minus sign."""
        if token == "-":
            token = "+"
        return self._atom(token) + (0.0 if self.small else _AFTER_COMMA if token == "," else _BROKEN_AFTER.get(token, 0.0))

    def _script(self) -> float:
        """The width of an argument in small type, in which there is no space around signs."""
        self.small += 1
        width = self._atom(self._next())
        self.small -= 1
        return width * (_SMALL if self.small == 0 else 0.9)

    def _next(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""


def _letter(token: str) -> float:
    if token in _BROKEN_AFTER and token.startswith("\\"):
        return 0.78
    if token.startswith("\\") and len(token) > 2:  # a Greek letter
        return 0.63 if token[1].islower() else 0.8
    return _WIDTH.get(token[-1], _LETTER if token.isascii() else _WIDE_LETTER)
