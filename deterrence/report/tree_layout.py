"""Where everything stands in a drawing of a game tree, in points, before any format draws it.

The tree grows to the right. A branch is a slanted piece and then a level one, its action above the level piece and its probability below, so
that all text is level. Subtrees are stacked as closely as their outlines allow (Reingold and Tilford 1981), a parent midway between its
first and last child; all ends stand in one column, before a table of outcomes and payoffs. An information set is a vertical dashed line: its
nodes are moved to one level, and beside the level's other nodes where the line would run through these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from deterrence.model.extensive import ExtensiveForm, Node
from deterrence.report.wording import Pieces

PLAIN, CHOSEN, ON_PATH = range(3)
NEXT: Pieces = ("Next state",)

_GAP = 4.0  # between neighbouring texts, and between the outlines of subtrees
_CLEAR = 2.5  # between a line and the text along it
_FORK = (12.0, 30.0)  # how wide the slanted pieces of branches may be
_LANE = 8.0  # between the dashed lines of one level
_COLUMN_GAP = 14.0  # between the columns of the table of ends


class Extent(NamedTuple):
    """How much room a text takes: its width, and how far it reaches above and below its baseline."""

    width: float
    above: float
    below: float

    @property
    def height(self) -> float:
        return self.above + self.below


Measure = Callable[[str, Pieces], Extent]
"""The extent of a text in a role: `action`, `odds`, `player`, `outcome`, `payoff`, `following`, `heading` or `note`."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written at a node: the move that leads there and its probability, who moves; at an end the outcome, the payoffs and what follows."""

    move: Pieces
    odds: Pieces
    name: Pieces
    payoffs: tuple[Pieces, ...] = ()
    weight: int = PLAIN
    following: Pieces = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A text with its baseline at height `y`, and its `side` (`left`, `center` or `right`) at `x`; `node` is the node that it belongs to."""

    role: str
    pieces: Pieces
    x: float
    y: float
    side: str
    node: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line through some points: the branch that leads to `node`, or the dashed line of an `information_set`."""

    points: tuple[tuple[float, float], ...]
    weight: int = PLAIN
    node: int | None = None
    information_set: int | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """A node where somebody moves, `hollow` where that is chance."""

    x: float
    y: float
    node: int
    hollow: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: its size in points, and what it shows; `x` is counted from the left, `y` from the bottom."""

    width: float
    height: float
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]


def levels(form: ExtensiveForm[Any]) -> list[int]:
    """Return the level of each node: below that of its parent, the same throughout an information set, one for all ends.

    Where moves are unseen, two information sets may each come before the other; then levels are depths.
    """
    depth = _pushed_down(form, [0] * len(form.nodes))
    found = depth
    for _ in form.information_sets:
        levelled = list(found)
        for each in form.information_sets:
            lowest = max(found[k] for k in each.nodes)
            for k in each.nodes:
                levelled[k] = lowest
        if levelled == found:
            break
        found = _pushed_down(form, levelled)
    if any(len({found[k] for k in each.nodes}) > 1 for each in form.information_sets):
        found = depth
    last = 1 + max((found[node.index] for node in form.nodes if node.kind != "end"), default=-1)
    return [last if node.kind == "end" else level for node, level in zip(form.nodes, found, strict=True)]


def _pushed_down(form: ExtensiveForm[Any], least: list[int]) -> list[int]:
    """Levels no less than given, each below its parent's."""
    out = list(least)
    for node in form.nodes:
        if node.parent is not None:
            out[node.index] = max(out[node.index], out[node.parent] + 1)
    return out


def lanes(form: ExtensiveForm[Any], level: Sequence[int], y: Sequence[float]) -> list[int]:
    """Return how far each node is moved to the right of its level, in steps, so that no dashed line runs through another set's node."""
    lane = [0] * len(form.nodes)
    singles = [each.nodes[0] for each in form.information_sets if len(each.nodes) == 1]
    singles += [node.index for node in form.nodes if node.kind == "chance"]
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for k in singles:
        taken.setdefault((level[k], 0), []).append((y[k], y[k]))
    several = [each.nodes for each in form.information_sets if len(each.nodes) > 1]
    for nodes in sorted(several, key=lambda nodes: (round(max(y[k] for k in nodes) - min(y[k] for k in nodes), 3), nodes)):
        if len({level[k] for k in nodes}) > 1:
            continue
        low, high = min(y[k] for k in nodes), max(y[k] for k in nodes)
        free = (n for n in range(len(several) + 1) if all(b < low or a > high for a, b in taken.get((level[nodes[0]], n), [])))
        at = next(free)
        taken.setdefault((level[nodes[0]], at), []).append((low, high))
        for k in nodes:
            lane[k] = at
    return lane


class Layout:
    """Places the captions of a tree. `y` grows downwards here, from that of the root, and is turned over at the end."""

    def __init__(self, form: ExtensiveForm[Any], captions: Sequence[Caption], measure: Measure) -> None:
        self.form, self.captions, self.measure = form, captions, measure
        self.level = levels(form)
        self.last = max(self.level)
        self.y = self._rows()
        self.lane = lanes(form, self.level, self.y)
        self.start, self.fork = self._columns()

    def picture(self, notes: Sequence[Pieces] = ()) -> Picture:
        """The whole drawing, with notes below it."""
        lines, dots = [*self._branches(), *self._dashed()], list(self._dots())
        labels = [*self._names(), *self._moves(), *self._table()]
        low = max(*self.y, *(label.y + self._extent(label).below for label in labels))
        for pieces in notes:
            extent = self.measure("note", pieces)
            low += 2 * _GAP + extent.above
            labels.append(Label("note", pieces, self._left(self.form.nodes[0]), low, "left"))
            low += extent.below
        top = min(label.y - self._extent(label).above for label in labels)
        left = min(self._span(label)[0] for label in labels)
        right = max(self._span(label)[1] for label in labels)
        return _framed((lines, dots, labels), (left, right, top, low))

    # Rows

    def _rows(self) -> list[float]:
        """The height of every node: subtrees are stacked from the last node to the first, each within its outline."""
        shift = [0.0] * len(self.form.nodes)
        outlines: dict[int, dict[int, tuple[float, float]]] = {}
        for node in reversed(self.form.nodes):
            stacked: dict[int, tuple[float, float]] = {}
            for child in node.children:
                inner = outlines.pop(child)
                shift[child] = max((stacked[c][1] + _GAP - inner[c][0] for c in inner if c in stacked), default=0.0)
                moved = {c: (a + shift[child], b + shift[child]) for c, (a, b) in inner.items()}
                stacked = {c: (stacked.get(c, moved[c])[0], moved[c][1]) for c in moved} | {c: s for c, s in stacked.items() if c not in moved}
            middle = (shift[node.children[0]] + shift[node.children[-1]]) / 2 if node.children else 0.0
            for child in node.children:
                shift[child] -= middle
            below = {c: (a - middle, b - middle) for c, (a, b) in stacked.items()}
            outlines[node.index] = below | self._outline(node)
        for node in self.form.nodes[1:]:
            shift[node.index] += shift[self.form.nodes[node.index].parent or 0]
        return shift

    def _outline(self, node: Node[Any]) -> dict[int, tuple[float, float]]:
        """How far the texts of a node, and the branch that leads to it, reach above and below it in each column."""
        caption, at = self.captions[node.index], self.level[node.index]
        if node.parent is None:
            return {}
        first = self.level[node.parent]
        out = dict.fromkeys(range(first, at), (-1.0, 1.0))
        move, odds, name = (self.measure(role, text) for role, text in (("action", caption.move), ("odds", caption.odds), ("player", caption.name)))
        out[first] = (-_CLEAR - move.height, _CLEAR + odds.height if caption.odds else 1.0)
        if node.kind != "end":
            out[at - 1] = (out[at - 1][0], max(out[at - 1][1], _CLEAR + name.height))
            return out
        cells = [self.measure("outcome", caption.name), *(self.measure("payoff", text) for text in caption.payoffs)]
        cells += [self.measure("following", caption.following)] if caption.following else []
        axis = self._axis()
        return out | {self.last: (-max(axis, *(cell.above - axis for cell in cells)), max(axis, *(cell.below + axis for cell in cells)))}

    def _axis(self) -> float:
        """How far below the middle of a line of text its baseline is."""
        return self.measure("outcome", ("x",)).above / 2

    # Columns

    def _columns(self) -> tuple[list[float], list[float]]:
        """Where each level starts, and where the level pieces of the branches that leave it do."""
        start, fork = [0.0], []
        for level in range(self.last):
            nodes = [node for node in self.form.nodes if self.level[node.index] == level]
            spans = [self.y[node.children[-1]] - self.y[node.children[0]] for node in nodes if node.children]
            slant = min(max(_FORK[0], max(spans, default=0.0) / 5), _FORK[1])
            fork.append(start[-1] + _LANE * max((self.lane[node.index] for node in nodes), default=0) + slant)
            start.append(fork[-1] + max(self._widths(level), default=0.0) + 2 * _GAP)
        return start, fork

    def _widths(self, column: int) -> Iterator[float]:
        """How much room the texts along each branch need in a column."""
        for node in self.form.nodes[1:]:
            caption, first, at = self.captions[node.index], self.level[node.parent or 0], self.level[node.index]
            move, odds, name = (self.measure(r, t).width for r, t in (("action", caption.move), ("odds", caption.odds), ("player", caption.name)))
            ends = node.kind == "end"
            if column == first:
                yield max(move, odds)
            if column == at - 1 and not ends:
                yield name + (odds + 2 * _GAP if column == first and caption.odds else 0.0)

    def _left(self, node: Node[Any]) -> float:
        return self.start[self.level[node.index]] + _LANE * self.lane[node.index]

    # What is drawn

    def _branches(self) -> Iterator[Line]:
        for node in self.form.nodes[1:]:
            parent = self.form.nodes[node.parent or 0]
            bend, y = self.fork[self.level[parent.index]], self.y[node.index]
            points = ((self._left(parent), self.y[parent.index]), (bend, y), (self._left(node), y))
            yield Line(points, self.captions[node.index].weight, node=node.index)

    def _dashed(self) -> Iterator[Line]:
        for each in self.form.information_sets:
            if len(each.nodes) > 1:
                points = sorted(((self._left(self.form.nodes[k]), self.y[k]) for k in each.nodes), key=lambda point: point[1])
                yield Line(tuple(points), information_set=each.index)

    def _dots(self) -> Iterator[Dot]:
        for node in self.form.nodes:
            if node.kind != "end":
                yield Dot(self._left(node), self.y[node.index], node.index, node.kind == "chance")

    def _names(self) -> Iterator[Label]:
        """Who moves, below the end of the branch; at the root, beside it."""
        for node in self.form.nodes:
            if node.kind != "end":
                name = self.captions[node.index].name
                drop = _CLEAR + self.measure("player", name).above if node.parent is not None else self._axis()
                yield Label("player", name, self.start[self.level[node.index]] - _GAP, self.y[node.index] + drop, "right", node.index)

    def _moves(self) -> Iterator[Label]:
        for node in self.form.nodes[1:]:
            caption, x, y = self.captions[node.index], self.fork[self.level[node.parent or 0]] + _GAP / 2, self.y[node.index]
            yield Label("action", caption.move, x, y - _CLEAR - self.measure("action", caption.move).below, "left", node.index)
            if caption.odds:
                yield Label("odds", caption.odds, x, y + _CLEAR + self.measure("odds", caption.odds).above, "left", node.index)

    def _table(self) -> Iterator[Label]:
        """The outcomes and payoffs, with the players' names above the payoffs, and the states that follow if any do."""
        ends, axis = self.form.ends, self._axis()
        x = self.start[self.last] + 1.5 * _GAP
        for k in ends:
            yield Label("outcome", self.captions[k].name, x, self.y[k] + axis, "left", k)
        x += max(self.measure("outcome", self.captions[k].name).width for k in ends)
        top = min(self.y[k] + self._outline(self.form.nodes[k]).get(self.last, (0.0, 0.0))[0] for k in ends)
        for place, player in enumerate(self.form.players):
            cells = [(k, self.captions[k].payoffs[place]) for k in ends]
            heading = self.measure("heading", (player,))
            width = max(heading.width, *(self.measure("payoff", text).width for _, text in cells))
            middle, x = x + _COLUMN_GAP + width / 2, x + _COLUMN_GAP + width
            yield Label("heading", (player,), middle, top - 2 * _GAP - heading.below, "center")
            for k, text in cells:
                yield Label("payoff", text, middle, self.y[k] + axis, "center", k)
        if any(self.captions[k].following for k in ends):
            heading = self.measure("heading", NEXT)
            yield Label("heading", NEXT, x + _COLUMN_GAP, top - 2 * _GAP - heading.below, "left")
            for k in ends:
                yield Label("following", self.captions[k].following, x + _COLUMN_GAP, self.y[k] + axis, "left", k)

    def _extent(self, label: Label) -> Extent:
        return self.measure(label.role, label.pieces)

    def _span(self, label: Label) -> tuple[float, float]:
        width = self._extent(label).width
        left = label.x - {"left": 0.0, "center": width / 2, "right": width}[label.side]
        return left, left + width


def _framed(drawn: tuple[Iterable[Line], Iterable[Dot], Iterable[Label]], box: tuple[float, float, float, float]) -> Picture:
    """The drawing within a margin, counted from the bottom left corner."""
    (lines, dots, labels), (left, right, top, low) = drawn, box
    dx, base = 2 * _GAP - left, low + 2 * _GAP

    def at(x: float, y: float) -> tuple[float, float]:
        return round(x + dx, 3), round(base - y, 3)

    return Picture(
        round(right + dx + 2 * _GAP, 3),
        round(base - top + 2 * _GAP, 3),
        tuple(Line(tuple(at(*point) for point in line.points), line.weight, line.node, line.information_set) for line in lines),
        tuple(Dot(*at(dot.x, dot.y), dot.node, dot.hollow) for dot in dots),
        tuple(Label(label.role, label.pieces, *at(label.x, label.y), label.side, label.node) for label in labels),
    )


def weights(form: ExtensiveForm[Any], played: Mapping[int, Sequence[bool]]) -> list[int]:
    """Return how each branch is drawn, given which actions each information set plays: on the path, chosen off it, or neither.

    Everything that chance may do is on the path where chance is; a branch is told by the node that it leads to.
    """
    on_path, out = {0}, [PLAIN] * len(form.nodes)
    for node in form.nodes:
        chosen = played.get(node.information_set, ()) if node.information_set is not None else [True] * len(node.children)
        for child, is_played in zip(node.children, chosen, strict=False):
            if is_played and node.index in on_path:
                on_path.add(child)
                out[child] = ON_PATH
            elif is_played and node.kind == "decision":
                out[child] = CHOSEN
    return out
