"""Formulas in LaTeX, and plain text made safe for LaTeX."""

from __future__ import annotations

from dataclasses import dataclass

from deterrence.report.symbols import GREEK_LETTER, GREEK_NAME, SymbolName
from deterrence.report.tex_width import formula_width
from deterrence.report.typeset import typeset

_SIGNS = {
    "+": " + ", "-": " - ", "neg": "-", "": " ", "times": r" \, ", "/": "/", "dot": r" \cdot ",
    "<": " < ", "<=": r" \leq ", ">": " > ", ">=": r" \geq ", "==": " = ", "!=": r" \neq ",
}  # fmt: skip
_FUNCTIONS = {"Min": r"\min", "Max": r"\max"}

# The variant that is read as the letter: plain \epsilon looks like "is an element of".
_COMMANDS = {name: f"\\{name}" for name in GREEK_LETTER} | {"epsilon": r"\varepsilon", "omicron": "o"}
# TeX has no command for the capitals that look like Latin ones.
_COMMANDS |= {
    name: rf"\mathrm{{{name[0]}}}"
    for name in ("Alpha", "Beta", "Epsilon", "Zeta", "Eta", "Iota", "Kappa", "Mu", "Nu", "Omicron", "Rho", "Tau", "Chi")
} | {"Eta": r"\mathrm{H}", "Nu": r"\mathrm{N}", "Rho": r"\mathrm{P}", "Chi": r"\mathrm{X}"}  # fmt: skip

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"$\mid$",
}  # fmt: skip


class Tex:
    """LaTeX mathematics that matplotlib's mathtext understands too."""

    def symbol(self, name: SymbolName) -> str:
        base = _letter(name.base) or rf"\mathit{{{_plain(name.base)}}}"
        if not name.subscripts:
            return base
        return f"{base}_{{{','.join(_letter(word) or _upright(word) for word in name.subscripts)}}}"

    def number(self, value: int) -> str:
        return str(value)

    def row(self, *parts: str) -> str:
        return "".join(parts)

    def operator(self, sign: str) -> str:
        return _SIGNS[sign]

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def parenthesised(self, inside: str) -> str:
        """Plain ones, within which a line can be broken, unless something tall is inside."""
        return rf"\left({inside}\right)" if any(tall in inside for tall in (r"\frac", r"\sqrt")) else f"({inside})"

    def word(self, word: str) -> str:
        return rf"\ \mathrm{{{word}}}\ "

    def call(self, function: str, arguments: tuple[str, ...]) -> str:
        if function == "sqrt":
            return rf"\sqrt{{{arguments[0]}}}"
        if function == "CRootOf":
            return rf"\mathrm{{root}}_{{{arguments[1]}}}{self.parenthesised(arguments[0])}"
        return _FUNCTIONS[function] + self.parenthesised(", ".join(arguments))


@dataclass(frozen=True)
class BreakableTex(Tex):
    """LaTeX mathematics in which no fraction, root or pair of tall parentheses that holds together is wider than `widest` quads."""

    widest: float

    def stacks(self, above: str, below: str) -> bool:
        """Whether a fraction is narrow enough for a bar."""
        return formula_width(super().fraction(above, below)) <= self.widest

    def operator(self, sign: str) -> str:
        return r"/\allowbreak " if sign == "/" else super().operator(sign)

    def power(self, base: str, exponent: str) -> str:
        return super().power(f"{{{base}}}" if base.endswith("}") and "^" in base else base, exponent)

    def parenthesised(self, inside: str) -> str:
        """Those that grow with what is inside hold it together; wider ones are as tall, and can be broken."""
        plain = super().parenthesised(inside)
        if plain.startswith("(") or formula_width(plain) <= self.widest:
            return plain
        size = "Big" if r"\frac" in inside else "big"
        return rf"\{size}l({inside}\{size}r)"

    def word(self, word: str) -> str:
        return rf"\ \mathrm{{{word}}}\allowbreak\ "

    def call(self, function: str, arguments: tuple[str, ...]) -> str:
        code = super().call(function, arguments)
        if function == "sqrt" and formula_width(code) > self.widest:
            return self.parenthesised(arguments[0]) + "^{1/2}"
        if function in _FUNCTIONS and r"\left" not in code:
            return _FUNCTIONS[function] + self.parenthesised(r",\allowbreak ".join(arguments))
        return code


_TEX = Tex()


def latex(text: str) -> str:
    r"""Return the LaTeX of a formula or condition, without the dollar signs around it.

    >>> latex("r >= g/(g + l)"), latex("aSQ - c_T*delta"), latex("2*x**2*3")
    ('r \\geq \\frac{g}{g + l}', 'a_{\\mathrm{SQ}} - c_{T} \\, \\delta', '2 x^{2} \\cdot 3')
    """
    return typeset(text, _TEX)


def breakable(text: str, widest: float) -> str:
    r"""Return the LaTeX of a formula or condition that can be broken into lines, with fractions of at most `widest` quads.

    >>> breakable("(a + b)/(c + d)", 9), breakable("(a + b)/(c + d)", 1)
    ('\\frac{a + b}{c + d}', '(a + b)/\\allowbreak (c + d)')
    """
    notation = BreakableTex(widest)
    return typeset(text, notation, notation.stacks).strip()


def escaped(text: str) -> str:
    r"""Return text that LaTeX prints as it stands.

    >>> escaped("Challenger | Hold_firm & wait")
    'Challenger $\\mid$ Hold\\_firm \\& wait'
    """
    return "".join(_ESCAPES.get(c) or (f"${_letter(c)}$" if c in GREEK_NAME else c) for c in text)


def _letter(word: str) -> str | None:
    """One letter, Latin or Greek, or a number; None for a longer word."""
    word = GREEK_NAME.get(word, word)
    if word in _COMMANDS:
        return _COMMANDS[word]
    return word if word.isascii() and (len(word) == 1 or word.isdigit()) and word != "_" else None


def _upright(word: str) -> str:
    return rf"\mathrm{{{_plain(word)}}}" if word.isascii() else _plain(word)


def _plain(word: str) -> str:
    """A word of letters and underscores; letters that TeX's mathematical fonts lack are set in the font of the text."""
    safe = word.replace("_", r"\_")
    return safe if word.isascii() else rf"\text{{{safe}}}"
