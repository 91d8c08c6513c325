"""How figures look: sizes that fit a journal's column, letters, and colours that the colour-blind and a copier tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import libraries
from deterrence.report.tex import latex

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

COLUMN = 3.5  # inches: the width of a journal's column
SIZE = 8.0  # points
THIN, LINE = 0.5, 1.0
POINTS = 72.0
_FAMILIES = ["STIXGeneral", "DejaVu Serif", "DejaVu Sans"]  # all three come with matplotlib; the others have letters that the first lacks

# Okabe and Ito (2008), "Color Universal Design", https://jfly.uni-koeln.de/color/: from dark to light, and apart for all kinds of vision.
INKS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
TINTS = ("#F0E442", "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00")
DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (2.5, 1)), (0, (8, 1.5, 1.2, 1.5, 1.2, 1.5)))
OUTSIDE = "#DDDDDD"
HATCHES = {2: "////", 3: "\\\\\\\\"}
MANY = "xxxx"


def tint(colour: str, share: float) -> tuple[float, float, float]:
    """A colour on white, of which so much is left."""
    red, green, blue = (1 - share * (1 - int(colour[k : k + 2], 16) / 255) for k in (1, 3, 5))
    return red, green, blue


def shade(colour: str, share: float) -> tuple[float, float, float]:
    """A colour darkened, so that letters in it are read: so much of its light is left."""
    red, green, blue = (share * int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def empty_figure(width: float, height: float) -> Figure:
    """A figure of so many inches; raises MissingLibrary where matplotlib is missing."""
    need("matplotlib")
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white")


def need(library: str) -> None:
    """Raise MissingLibrary, which says what to install, unless a library is there."""
    with libraries():
        import_module(library)


def axes_at(figure: Figure, place: tuple[float, float, float, float]) -> Axes:
    """Axes with their left, bottom, width and height in points."""
    width, height = (inches * POINTS for inches in figure.get_size_inches())
    left, bottom, wide, tall = place
    axes = figure.add_axes((left / width, bottom / height, wide / width, tall / height))
    axes.tick_params(direction="out", length=3, width=THIN, labelsize=SIZE - 1, labelfontfamily=_FAMILIES, pad=2)
    for spine in axes.spines.values():
        spine.set_linewidth(THIN)
    return axes


def plain_sides(axes: Axes) -> None:
    """Leave out the sides of the axes that carry no scale."""
    axes.spines["top"].set_visible(False)
    axes.spines["right"].set_visible(False)


def upright_label(axes: Axes, name: str) -> None:
    """The name of the parameter that goes up, upright where it is short."""
    text, size = symbol(name), SIZE + 1
    short = extent(text, size)[0] < 14
    place: dict[str, Any] = {"rotation": 0, "ha": "right", "va": "center", "labelpad": 4} if short else {"labelpad": 2}
    axes.set_ylabel(text, fontproperties=font(size), **place)


def few_ticks(axes: Axes, which: str = "xy") -> None:
    """So few numbers on an axis that they stand apart."""
    from matplotlib.ticker import MaxNLocator

    for name in which:
        getattr(axes, f"{name}axis").set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def font(size: float = SIZE, style: str = "normal") -> FontProperties:
    """The font of a text."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=_FAMILIES, size=size, style=style, math_fontfamily="stix")  # type: ignore[arg-type]  # as its stub says, not as it is


def symbol(name: str) -> str:
    """The name of a parameter as it is printed: `c_T` with a subscript, `delta` as a Greek letter."""
    return f"${latex(name)}$"


def words(text: str) -> str:
    """A text that matplotlib prints as it stands."""
    return text.replace("$", r"\$")


@lru_cache(maxsize=4096)
def extent(text: str, size: float = SIZE) -> tuple[float, float]:
    """The width and height in points of a text of one or more lines."""
    lines = text.split("\n")
    return max(_width(line, size) for line in lines), size * (1.0 + 1.15 * (len(lines) - 1))


@lru_cache(maxsize=4096)
def _width(line: str, size: float) -> float:
    from matplotlib.backends.backend_agg import RendererAgg

    renderer: Any = RendererAgg
    width, _, _ = renderer(8, 8, 720).get_text_width_height_descent(line, font(size), line.count("$") > 1)
    return float(width) / 10


def joined(names: Sequence[str]) -> list[str]:
    """Names of equilibria, runs of three and more as one: `E1`, `E3–E6`.

    >>> joined(["E1", "E3", "E4", "E5", "E7", "E8"])
    ['E1', 'E3–E5', 'E7', 'E8']
    """
    out: list[list[str]] = []
    for name in names:
        if out and _number(name) == _number(out[-1][-1]) + 1 > 1:
            out[-1].append(name)
        else:
            out.append([name])
    return [text for run in out for text in (run if len(run) < 3 else [f"{run[0]}–{run[-1]}"])]


def _number(name: str) -> int:
    return int(name[1:]) if name[:1] == "E" and name[1:].isdecimal() else -1


def wrapped(parts: Iterable[str], most: float, size: float = SIZE) -> str:
    """Parts of an enumeration on as many lines as their width asks for."""
    return lines_of(", ".join(parts).split(" "), most, size)


def lines_of(words: Iterable[str], most: float, size: float = SIZE) -> str:
    """Words on as many lines as their width asks for."""
    lines: list[list[str]] = []
    gap, room = _width(". .", size) - _width("..", size), 0.0
    for word in words:
        width = _width(word, size)
        if lines and gap + width <= room:
            lines[-1].append(word)
            room -= gap + width
        else:
            lines.append([word])
            room = most - width
    return "\n".join(" ".join(line) for line in lines)


def balanced(words: Sequence[str], most: float, size: float = SIZE) -> str:
    """Words on as few lines as their width asks for, the lines about equally long.

    >>> print(balanced("what it costs to leave an ally alone in a war".split(), 110))
    what it costs to leave
    an ally alone in a war
    """
    best = narrower = lines_of(words, most, size)
    while narrower.count("\n") == best.count("\n"):
        best, width = narrower, extent(narrower, size)[0]
        narrower = lines_of(words, width - 1, size)
        if extent(narrower, size)[0] >= width:
            break
    return best


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places in ascending order as near to those wanted as lets them keep a distance between two ends."""
    out: list[float] = []
    for place in wanted:
        out.append(max(place, out[-1] + gap if out else low))
    top = high
    for n in reversed(range(len(out))):
        out[n] = min(out[n], top)
        top = out[n] - gap
    return out
