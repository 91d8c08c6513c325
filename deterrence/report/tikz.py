"""The game tree in TikZ, for papers that draw it with the fonts of their own text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deterrence.model.game import Game
from deterrence.report.tex import escaped, latex
from deterrence.report.tree_figure import DOT, WIDTHS, tree_picture
from deterrence.report.tree_layout import CHOSEN, ON_PATH, PLAIN, Dot, Label, Line, Picture
from deterrence.report.wording import Math, Pieces

if TYPE_CHECKING:
    from deterrence.solution import Equilibrium

# TeX's own fonts are wider than those by which the places were measured.
_STRETCH = 1.15
_BRANCH = {PLAIN: "game branch", CHOSEN: "game chosen", ON_PATH: "game path"}
_ANCHOR = {"left": "base west", "center": "base", "right": "base east"}
_FONT = {"action": r"\itshape ", "heading": r"\bfseries "}


def tikz_tree(game: Game, equilibrium: Equilibrium | None = None, *, state: str | None = None) -> str:
    r"""Return the game tree as a `tikzpicture` that needs no more than TikZ and amsmath, with the places of `draw_tree`.

    Lines are drawn in the styles `game branch`, `game chosen` (off the path), `game path` and `information set`, which a paper may change; to
    have it smaller, change `x` and `y` together with the size of the font, or put it into a `\resizebox`.

    Args:
        game: the game to draw.
        equilibrium: one of the game's families, whose path is drawn thick.
        state: of a repeated or stochastic game the state whose tree is drawn.

    Raises:
        InputError: the tree has more than 200 ends, or the equilibrium is of another game.

    >>> from deterrence.model.reading import load
    >>> print(tikz_tree(load("alliance_security_dilemma")).splitlines()[0])
    % Needs \usepackage{amsmath,tikz}
    """
    return "\n".join(_lines(tree_picture(game, equilibrium, state)))


def _lines(picture: Picture) -> Iterator[str]:
    yield r"% Needs \usepackage{amsmath,tikz}"
    yield rf"\begin{{tikzpicture}}[x={_STRETCH}bp, y={_STRETCH}bp, inner sep=0pt, font=\fontsize{{9}}{{11}}\selectfont,"
    for weight, style in _BRANCH.items():
        yield rf"  {style}/.style={{line width={WIDTHS[weight]}bp, line join=round}},"
    yield r"  information set/.style={line width=0.9bp, dash pattern=on 3bp off 2bp},"
    yield rf"  game node/.style={{circle, draw, fill=black, minimum size={2 * DOT}bp}}, chance node/.style={{game node, fill=white}}]"
    yield from (_line(line) for line in sorted(picture.lines, key=lambda line: (line.information_set is not None, line.weight)))
    yield from (_dot(dot) for dot in picture.dots)
    yield from (_label(label) for label in picture.labels)
    yield r"\end{tikzpicture}"
    yield ""


def _line(line: Line) -> str:
    style = _BRANCH[line.weight] if line.information_set is None else "information set"
    return rf"\draw[{style}] {' -- '.join(_at(*point) for point in line.points)};"


def _dot(dot: Dot) -> str:
    return rf"\node[{'chance' if dot.hollow else 'game'} node] at {_at(dot.x, dot.y)} {{}};"


def _label(label: Label) -> str:
    return rf"\node[anchor={_ANCHOR[label.side]}] at {_at(label.x, label.y)} {{{_FONT.get(label.role, '')}{_spelled(label.pieces)}}};"


def _at(x: float, y: float) -> str:
    return f"({x:g},{y:g})"


def _spelled(pieces: Pieces) -> str:
    return "".join(f"${latex(piece.text).strip()}$" if isinstance(piece, Math) else escaped(piece) for piece in pieces)
