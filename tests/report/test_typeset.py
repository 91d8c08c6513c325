"""Formulas set in LaTeX and MathML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence.algebra.errors import ExpressionError
from deterrence.report.mathml import mathml
from deterrence.report.symbols import SymbolName, read_name
from deterrence.report.tex import escaped, latex

mathtext = pytest.importorskip("matplotlib.mathtext")

LATEX = {
    "r >= g/(g + l)": r"r \geq \frac{g}{g + l}",
    "a - (b - c)": r"a - (b - c)",
    "a - b + c": "a - b + c",
    "-(a + b)*c": r"-(a + b) \, c",
    "a*(-b)": r"a \, (-b)",
    "(-x)**2": r"(-x)^{2}",
    "x**-2": "x^{-2}",
    "2*x": "2 x",
    "2*3*x": r"2 \cdot 3 \, x",
    "0.25*x": r"\frac{1}{4} x",
    "(1/2)**3": r"\left(\frac{1}{2}\right)^{3}",
    "0 < r < 1": "0 < r < 1",
    "not a == b": r"\ \mathrm{not}\ (a = b)",
    "a < b or c != d and e <= f": r"a < b\ \mathrm{or}\ c \neq d\ \mathrm{and}\ e \leq f",
    "(a < b or c < d) and e < f": r"(a < b\ \mathrm{or}\ c < d)\ \mathrm{and}\ e < f",
    "(sqrt(x**2 - 4*y) - x)/2": r"\frac{\sqrt{x^{2} - 4 y} - x}{2}",
    "Max(0, Min(a, b))": r"\max(0, \min(a, b))",
    "a/(b*(alpha + beta + gamma + delta + epsilon))": r"a/(b \, (\alpha + \beta + \gamma + \delta + \varepsilon))",
    "CRootOf(x**5 - x - 1, 0)": r"\mathrm{root}_{0}(x^{5} - x - 1)",
}

NAMES = {
    "r": "r",
    "c_T": "c_{T}",
    "aSQ": r"a_{\mathrm{SQ}}",
    "vH": "v_{H}",
    "x1": "x_{1}",
    "delta": r"\delta",
    "delta_T": r"\delta_{T}",
    "epsilon2": r"\varepsilon_{2}",
    "Gamma": r"\Gamma",
    "Alpha": r"\mathrm{A}",
    "lambda": r"\lambda",
    "β": r"\beta",
    "pi": r"\pi",
    "c_war_theta": r"c_{\mathrm{war},\theta}",
    "war": r"\mathit{war}",
    "warCost": r"\mathit{warCost}",
    "_x": r"\mathit{\_x}",
    "S": "S",
    "é": r"\mathit{\text{é}}",
}


@pytest.mark.parametrize(("text", "expected"), LATEX.items(), ids=LATEX)
def test_a_formula_is_set_with_the_parentheses_it_needs_and_no_others(text: str, expected: str) -> None:
    """Precedence, signs and digits decide on parentheses; chains of comparisons stay chains."""
    assert latex(text) == expected


@pytest.mark.parametrize(("name", "expected"), NAMES.items(), ids=NAMES)
def test_a_name_is_set_as_a_paper_would(name: str, expected: str) -> None:
    """Underscores, capitals and digits make subscripts, Greek words Greek letters, longer words stay words."""
    assert latex(name) == expected


def test_names_that_differ_are_set_differently() -> None:
    """A leading underscore is kept, since it may be all that tells two parameters apart."""
    assert read_name("_x") != read_name("x")
    assert read_name("a_b_c") == SymbolName("a", ("b", "c"))


@pytest.mark.parametrize("text", [*LATEX, *NAMES])
def test_every_formula_is_read_by_mathtext_and_is_well_formed_mathml(text: str) -> None:
    """What tables print can be put into a figure and into a page."""
    mathtext.MathTextParser("path").parse(f"${latex(text)}$")

    assert ElementTree.fromstring(mathml(text)).tag == "math"


def test_mathml_has_the_latex_as_its_alternative_text() -> None:
    """A reader without MathML is told the formula all the same."""
    root = ElementTree.fromstring(mathml("c_T < 1"))

    assert root.attrib["alttext"] == "c_{T} < 1"
    assert "".join(root.itertext()) == "cT<1"


def test_text_that_is_no_formula_is_refused() -> None:
    """Typesetting reads with the library's own grammar and evaluates nothing."""
    with pytest.raises(ExpressionError):
        latex("__import__('os')")


def test_plain_text_is_made_safe_for_latex() -> None:
    """Every sign that TeX takes as a command is spelled out."""
    assert escaped(r"50% of A&B_{c} #1 $ ~ ^ \x") == (
        r"50\% of A\&B\_\{c\} \#1 \$ \textasciitilde{} \textasciicircum{} \textbackslash{}x"
    )


_ATOMS = st.sampled_from(["a", "c_T", "delta", "2", "1/3", "war", "aSQ", "x1"])
_FORMULAS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("({})/(1 + ({})**2)".format, inner, inner),
        st.builds("-({})".format, inner),
        st.builds("({})**{}".format, inner, st.integers(1, 3)),
        st.builds("Max({}, sqrt({}))".format, inner, inner),
    ),
    max_leaves=12,
)


@given(_FORMULAS, _FORMULAS, st.sampled_from(["<", "<=", "==", "!="]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_condition_is_typeset(left: str, right: str, op: str) -> None:
    """No formula of the grammar yields LaTeX that mathtext refuses, nor MathML that is not well formed."""
    text = f"{left} {op} {right}"
    mathtext.MathTextParser("path").parse(f"${latex(text)}$")

    assert ElementTree.fromstring(mathml(text)) is not None
