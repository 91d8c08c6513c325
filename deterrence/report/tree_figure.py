"""The game tree as journals draw it, by matplotlib; what is written at each node, for every format."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import chain, count
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from deterrence.algebra.errors import InputError, quoted
from deterrence.algebra.polynomials import Ratio, Ring
from deterrence.algebra.text import Writer
from deterrence.algebra.trees import Binary, Negate, Number, Power, Symbol, Tree, render
from deterrence.model.extensive import ExtensiveForm, Node, extensive_form
from deterrence.model.game import Game
from deterrence.model.stochastic import StochasticGame
from deterrence.report import wording
from deterrence.report.symbols import read_name
from deterrence.report.tex import latex
from deterrence.report.tree_layout import CHOSEN, ON_PATH, PLAIN, Caption, Extent, Layout, Line, Picture, weights
from deterrence.report.wording import LONGEST, Math, Pieces

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    from deterrence.model.state_forms import StochasticForm
    from deterrence.solution import Equilibrium

MOST_ENDS = 200
MOST_NODES = 1_000
WIDEST = {"odds": 110.0, "payoff": 150.0}  # points: a wider formula is told below the tree

_OPERATIONS: dict[str, Callable[[Ratio, Ratio], Ratio]] = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_OPPOSITE = {"+": "-", "-": "+"}  # what adding and subtracting the opposite of a term is
_LARGEST = 100  # numbers, symbols and operations: a larger formula is not shorter than its simplified form

# Points. Black lines that differ in width only: they print, copy and are told apart without colours.
WIDTHS = {PLAIN: 0.6, CHOSEN: 1.3, ON_PATH: 2.6}
DOT = 2.2
_SIZE = {"odds": 10.0, "payoff": 10.0, "note": 10.0}  # 9 points otherwise: formulas have small parts
_FAMILIES = ["STIXGeneral", "DejaVu Serif", "DejaVu Sans"]  # all three come with matplotlib; the others have letters that the first lacks
_STYLE = {"action": "italic"}
_WEIGHT = {"heading": "bold"}


def draw_tree(game: Game, equilibrium: Equilibrium | None = None, path: str | None = None, *, state: str | None = None) -> Figure:
    """Return the game tree as a figure: information sets dashed, payoffs in the order of the players, an equilibrium's path thick.

    With an equilibrium, branches of positive probability on the path are thick, actions chosen off it of medium weight, and the probabilities
    of mixing stand at the branches. The size follows from the tree; the draws of types come first.

    Args:
        game: the game to draw.
        equilibrium: one of the game's families; none leaves all branches alike.
        path: where the figure is written as well, as PDF, SVG or PNG by its suffix.
        state: of a repeated or stochastic game the state whose tree is drawn; at its ends stand the states that follow.

    Raises:
        InputError: the tree has more than 200 ends, the equilibrium is of another game, a state is missing, or the suffix is another one.

    >>> from deterrence.model.reading import load
    >>> figure = draw_tree(load("alliance_security_dilemma"))
    >>> [text.get_text() for text in figure.axes[0].texts][:4]
    ['Ally', 'Partner', 'Partner', 'Commit']
    """
    from deterrence.report.figures_output import check_suffix, save

    if path is not None:
        check_suffix(path)
    figure = _drawn(tree_picture(game, equilibrium, state))
    if path is not None:
        save(figure, path)
    return figure


def tree_picture(game: Game, equilibrium: Equilibrium | None = None, state: str | None = None) -> Picture:
    """Return where everything stands in the drawing of a game tree, for any format to draw.

    Raises:
        InputError: the tree is too large to be read, or the equilibrium is of another game.
    """
    following: Mapping[int, Following] = {}
    if isinstance(game, StochasticGame) and game.horizon is None:
        _check_state(game, equilibrium, state)
        following, game = _following(game, state), game.stage(state)
    elif state is not None:
        raise InputError(f"state: found {quoted(state)}, but {quoted(game.title)} is played once, and its tree is drawn whole")
    _check_equilibrium(game, equilibrium)
    form = form_as_written(game)
    _check_size(form)
    texts = _Texts(form, None if equilibrium is None else equilibrium.to_dict(), following)
    return Layout(form, [texts.caption(node) for node in form.nodes], measure).picture(texts.notes())


def _check_state(game: StochasticGame, equilibrium: Any, state: str | None) -> None:
    if state is None and len(game.states) > 1:
        raise InputError(f"game: {quoted(game.title)} has a tree for every state; draw one, as tree(game, state={next(iter(game.states))!r})")
    if equilibrium is not None:
        raise InputError(f"equilibrium: {quoted(game.title)} is played for good; a path is drawn in the tree of a game that is played once")


def _following(game: StochasticGame, state: str | None) -> dict[int, Following]:
    """The states that follow each end of a state's tree, with their probabilities; nothing where that state always follows."""
    whole = cast("StochasticForm[Amount]", form_as_written(game))
    names = [each.name for each in whole.states]
    home = names.index(state) if state in names else 0
    root, stop = ([each.root for each in whole.states] + [len(whole.nodes)])[home : home + 2]
    found = {end - root: tuple((names[k], odds) for k, odds in whole.following[end]) for end in whole.ends if root <= end < stop}
    stays = all([name for name, _ in after] == [names[home]] for after in found.values())
    return {} if stays and len(names) == 1 else found


def _check_size(form: ExtensiveForm[Any]) -> None:
    for found, most, what in ((len(form.ends), MOST_ENDS, "ends"), (len(form.nodes), MOST_NODES, "nodes")):
        if found > most:
            raise InputError(
                f"game: the tree of {quoted(form.game.title)} has {found:,} {what}, and a figure shows at most {most:,}; "
                "fix parameters that make branches impossible, or read the tree as text with `deterrence show`"
            )


def _check_equilibrium(game: Game, equilibrium: Any) -> None:
    if equilibrium is None:
        return
    if not hasattr(equilibrium, "setting"):
        raise InputError(f"equilibrium: found {quoted(repr(equilibrium))}; expected one equilibrium, such as solve(game)[0]")
    if equilibrium.setting.form.game != game:
        other = equilibrium.setting.form.game.title
        raise InputError(f"equilibrium: {equilibrium.name} belongs to another game or other values, {quoted(other)}; draw the game that was solved")


class Amount:
    """A payoff or probability, with the formula that the game's own expressions make of it as long as that is short."""

    __slots__ = ("size", "tree", "value")

    def __init__(self, value: Ratio, tree: Tree, size: int = 1) -> None:
        self.value, self.tree, self.size = value, tree, size

    def _with(self, op: str, other: Amount) -> Amount:
        value = _OPERATIONS[op](self.value, other.value)
        size, tree = self.size + other.size + 1, other.tree
        if op in _OPPOSITE and (positive := _without_minus(tree)) is not None:
            op, tree = _OPPOSITE[op], positive
        return Amount(value, Binary(op, self.tree, tree) if size <= _LARGEST else self.tree, size)

    def __add__(self, other: Amount) -> Amount:
        return self._with("+", other)

    def __sub__(self, other: Amount) -> Amount:
        return self._with("-", other)

    def __mul__(self, other: Amount) -> Amount:
        return self._with("*", other)

    def __truediv__(self, other: Amount) -> Amount:
        return self._with("/", other)

    def __neg__(self) -> Amount:
        return Amount(-self.value, Negate(self.tree), self.size + 1)

    def __pow__(self, exponent: int) -> Amount:
        return Amount(self.value**exponent, Power(self.tree, exponent), self.size + 1)

    def __eq__(self, other: object) -> bool:
        return self.value == other

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """As a sum of terms, in factors, or as the game has it, whichever is shortest."""
        writer = Writer(self.value.ring)
        texts = [writer.polynomial(self.value.numerator)] if self.value.is_polynomial else []
        texts += [writer.ratio(self.value), *([render(self.tree)] if self.size <= _LARGEST else [])]
        return min(texts, key=len)


def _without_minus(tree: Tree) -> Tree | None:
    """The opposite of a term that is written with a minus in front; None of another."""
    if isinstance(tree, Negate):
        return tree.operand
    if isinstance(tree, Binary) and tree.op in "*/" and (left := _without_minus(tree.left)) is not None:
        return Binary(tree.op, left, tree.right)
    return None


Following: TypeAlias = tuple[tuple[str, Amount], ...]
"""The states that follow an end, with their probabilities."""


def form_as_written(game: Game) -> ExtensiveForm[Amount]:
    """Return the extensive form of a game over its free parameters."""
    ring = Ring(game.free_parameters)

    def number(value: Fraction) -> Amount:
        return Amount(Ratio.of(ring, value), Number(value) if value >= 0 else Negate(Number(-value)))

    def amount(name: str) -> Amount:
        return number(game.fixed[name]) if name in game.fixed else Amount(Ratio(ring, ring[name]), Symbol(name))

    return extensive_form(game, {name: amount(name) for name in game.parameters}, number)


class _Texts:
    """What is written at the nodes of a tree, at one family of equilibria if any."""

    def __init__(self, form: ExtensiveForm[Amount], family: Mapping[str, Any] | None, following: Mapping[int, Following] | None = None) -> None:
        self.form, self.following = form, following or {}
        self.family = family or {"strategies": {}, "free": {}, "implicit": {}, "closed": {}}
        self.at_will = wording.unrestricted(family) if family else frozenset()
        self.mixing: dict[int, list[str]] = {  # of the information sets at which not just any behaviour will do
            each.index: [family["strategies"][each.name][action] for action in each.actions]
            for each in form.information_sets
            if family and each.name not in self.at_will
        }
        played = {index: [text != "0" for text in texts] for index, texts in self.mixing.items()}
        self.weights = weights(form, played) if family else [PLAIN] * len(form.nodes)
        self.key = _Key([*form.game.parameters, *self.family["free"], *self.family["implicit"]])

    def caption(self, node: Node[Amount]) -> Caption:
        move, odds = ("", "") if node.parent is None else self._move(self.form.nodes[node.parent], node.branch)
        payoffs = tuple(self.key.formula("payoff", value.text) for value in node.payoffs)
        after = self._after(self.following[node.index]) if node.index in self.following else ()
        return Caption((move,), self.key.formula("odds", odds) if odds else (), (self._name(node),), payoffs, self.weights[node.index], after)

    def _after(self, states: Following) -> Pieces:
        """The states that follow an end, with their probabilities where these are not 1."""
        if not states:
            return ("none",)
        told = [(name,) if odds == 1 else (f"{name} (", *self.key.formula("odds", odds.text), ")") for name, odds in states]
        return tuple(piece for n, pieces in enumerate(told) for piece in ((", ",) if n else ()) + pieces)

    def _name(self, node: Node[Amount]) -> str:
        if node.kind == "end":
            return node.outcome or ""
        several = len(self.form.game.types) > 1
        return node.mover or (f"Nature ({node.type_of})" if several else "Nature")

    def _move(self, parent: Node[Amount], branch: int) -> tuple[str, str]:
        """The label of a branch, and its probability where that is of interest: where chance moves or a player mixes."""
        if parent.information_set is None:
            return parent.labels[branch], parent.probabilities[branch].text
        text = self.mixing[parent.information_set][branch] if parent.information_set in self.mixing else "0"
        return parent.labels[branch], "" if text in ("0", "1") else text

    def notes(self) -> list[Pieces]:
        """What the letters stand for that long formulas are replaced by, and the ranges of the unknowns that stand at branches."""
        open_to = {**self.family["implicit"], **self.family["free"]}
        shown: set[str] = set()
        todo = [text for texts in self.mixing.values() for text in texts]
        while todo:
            new = (set(re.findall(r"[^\W\d]\w*", todo.pop())) & open_to.keys()) - shown
            shown |= new
            todo += [text for name in sorted(new) for text in self.family["free"].get(name, ())]
        told = {kind: {name: value for name, value in self.family[kind].items() if name in shown} for kind in ("free", "implicit")}
        return [*self.key.notes(), *(line.pieces for line in wording.freedom({**self.family, **told}))]


class _Key:
    """Formulas that would be too wide in their place are replaced by letters, told below the tree."""

    def __init__(self, names: Iterable[str]) -> None:
        taken = {read_name(name).base for name in names}
        self.letter = next(letter for letter in chain("pxyzmnw", ("w" * n for n in count(2))) if letter not in taken)
        self.letters: dict[str, str] = {}

    def formula(self, role: str, text: str) -> Pieces:
        """A formula as it is written in its place."""
        if len(text) <= LONGEST and measure(role, (Math(text),)).width <= WIDEST[role]:
            return (Math(text),)
        return (Math(self.letters.setdefault(text, f"{self.letter}_{len(self.letters) + 1}")),)

    def notes(self) -> Iterator[Pieces]:
        for text, letter in self.letters.items():
            yield (Math(f"{letter} == {text}"),) if len(text) <= LONGEST else (Math(letter), f" is a formula of {len(text):,} characters")


# Drawing with matplotlib


@lru_cache(maxsize=8192)
def measure(role: str, pieces: Pieces) -> Extent:
    """Return the extent of a text in points."""
    if not pieces:
        return Extent(0.0, 0.0, 0.0)
    width, height, below = _measured(role, *spelled(pieces))
    _, line, drop = _measured(role, "lp", False)  # no text is lower than a line of letters, so that neighbours share a baseline
    return Extent(width, max(height - below, line - drop), max(below, drop))


def _measured(role: str, text: str, is_math: bool) -> tuple[float, float, float]:
    renderer, finer = _renderer()
    width, height, below = renderer.get_text_width_height_descent(text, font(role), is_math)
    return width / finer, height / finer, below / finer


@lru_cache(maxsize=1)
def _renderer() -> tuple[Any, float]:
    """What measures text, so finely that rounding to its pixels does no harm, and its pixels in a point."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(8, 8, 720), 10.0  # type: ignore[no-untyped-call]


def font(role: str) -> FontProperties:
    """Return the font of a text in a role."""
    from matplotlib.font_manager import FontProperties

    style: dict[str, Any] = {"style": _STYLE.get(role, "normal"), "weight": _WEIGHT.get(role, "normal")}
    return FontProperties(family=_FAMILIES, size=_SIZE.get(role, 9.0), math_fontfamily="stix", **style)


def spelled(pieces: Pieces) -> tuple[str, bool]:
    """Return a text as matplotlib reads it, and whether formulas are in it."""
    if not any(isinstance(piece, Math) for piece in pieces):
        return "".join(str(piece) for piece in pieces), False
    return "".join(f"${latex(piece.text).strip()}$" if isinstance(piece, Math) else piece.replace("$", r"\$") for piece in pieces), True


def _drawn(picture: Picture) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(picture.width / 72, picture.height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, picture.width), ylim=(0, picture.height))
    axes.set_axis_off()
    for line in picture.lines:
        _draw_line(axes, line)
    for dot in picture.dots:
        face = "white" if dot.hollow else "black"
        node: dict[str, Any] = {"markersize": 2 * DOT, "markerfacecolor": face, "markeredgecolor": "black", "markeredgewidth": 0.8}
        axes.plot([dot.x], [dot.y], "o", zorder=4, gid=f"node-{dot.node}", **node)
    for label in picture.labels:
        text, is_math = spelled(label.pieces)
        placed: dict[str, Any] = {"ha": label.side, "va": "baseline", "parse_math": is_math}
        axes.text(label.x, label.y, text, color="black", fontproperties=font(label.role), zorder=5, gid=label.role, **placed)
    return figure


def _draw_line(axes: Axes, line: Line) -> None:
    xs, ys = zip(*line.points, strict=True)
    if line.information_set is not None:
        axes.plot(xs, ys, color="black", linewidth=0.9, linestyle=(0, (3, 2)), zorder=3, gid=f"information-set-{line.information_set}")
    else:
        ends: dict[str, Any] = {"solid_joinstyle": "round", "solid_capstyle": "butt"}
        axes.plot(xs, ys, color="black", linewidth=WIDTHS[line.weight], zorder=1 + line.weight / 10, gid=f"branch-{line.node}", **ends)
