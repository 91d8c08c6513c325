"""Formulas in MathML, which browsers and notebooks typeset by themselves, with no script and no network."""

from __future__ import annotations

from html import escape

from deterrence.report.symbols import GREEK_LETTER, SymbolName
from deterrence.report.tex import latex
from deterrence.report.typeset import typeset

_SIGNS = {"-": "−", "neg": "−", "dot": "·", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_SPACE = '<mspace width="0.17em"/>'  # what LaTeX's `\,` leaves between two factors


class MathMl:
    """Presentation MathML Core."""

    def symbol(self, name: SymbolName) -> str:
        if not name.subscripts:
            return _identifier(name.base)
        return f"<msub>{_identifier(name.base)}<mrow>{'<mo>,</mo>'.join(map(_subscript, name.subscripts))}</mrow></msub>"

    def number(self, value: int) -> str:
        return f"<mn>{value}</mn>"

    def row(self, *parts: str) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def operator(self, sign: str) -> str:
        if sign in ("", "times"):
            return _SPACE if sign else ""
        form = ' form="prefix"' if sign == "neg" else ""
        return f"<mo{form}>{escape(_SIGNS.get(sign, sign))}</mo>"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac>{above}{below}</mfrac>"

    def power(self, base: str, exponent: str) -> str:
        return f"<msup>{base}{exponent}</msup>"

    def parenthesised(self, inside: str) -> str:
        stretch = "" if any(tall in inside for tall in ("<mfrac>", "<msqrt>")) else ' stretchy="false"'
        return f"<mrow><mo{stretch}>(</mo>{inside}<mo{stretch}>)</mo></mrow>"

    def word(self, word: str) -> str:
        return f'<mspace width="0.4em"/><mtext>{word}</mtext><mspace width="0.4em"/>'

    def call(self, function: str, arguments: tuple[str, ...]) -> str:
        if function == "sqrt":
            return f"<msqrt>{arguments[0]}</msqrt>"
        if function == "CRootOf":
            return f"<mrow><msub><mi>root</mi>{arguments[1]}</msub>{self.parenthesised(arguments[0])}</mrow>"
        return f"<mrow><mi>{function.lower()}</mi>{self.parenthesised('<mo>,</mo>'.join(arguments))}</mrow>"


_MATHML = MathMl()


def mathml(text: str) -> str:
    """Return a `<math>` element that shows a formula or condition; its LaTeX is the alternative text.

    >>> mathml("c_T >= 0")
    '<math alttext="c_{T} \\\\geq 0"><mrow><msub><mi>c</mi><mrow><mi>T</mi></mrow></msub><mo>≥</mo><mn>0</mn></mrow></math>'
    """
    return f'<math alttext="{escape(latex(text))}">{typeset(text, _MATHML)}</math>'


def _identifier(word: str) -> str:
    """A letter is set in italics by itself; a longer word is, too, only where that is asked for."""
    letter = GREEK_LETTER.get(word, word)
    return f"<mi>{escape(letter)}</mi>" if len(letter) == 1 else f'<mi style="font-style: italic">{escape(letter)}</mi>'


def _subscript(word: str) -> str:
    return f"<mn>{word}</mn>" if word.isdigit() else f"<mi>{escape(GREEK_LETTER.get(word, word))}</mi>"
