"""The table of an atlas for a paper: the cells of the parameter space and what exists in each; as text, Markdown, LaTeX, HTML or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import DeterrenceError
from deterrence.algebra.smt import Undecided
from deterrence.concepts.setting import profiles_of
from deterrence.report import layout, markup, wording
from deterrence.report.rows import MOST_REASONS, Row, Table, concept_name, names
from deterrence.report.table import FORMATS, plain
from deterrence.report.tex_table import latex_table
from deterrence.report.wording import Line, Math, Pieces

if TYPE_CHECKING:
    from deterrence.algebra.points import Share
    from deterrence.analysis.atlas import Atlas, Cell
    from deterrence.solution import Solution

EQUILIBRIA, OUTCOMES, CONDITIONS, SAMPLE, SHARE = "Equilibria", "Outcomes", "Conditions", "Sample", "Share"
COLUMNS = (EQUILIBRIA, OUTCOMES, CONDITIONS, SAMPLE, SHARE)
NONE_KNOWN, NO_POINT = "none known", "no exact point was found"


@dataclass(frozen=True, slots=True)
class Listing(Table):
    """A table with columns of its own; `header` heads the names of the rows."""

    header: str = ""
    order: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which any row has anything to say."""
        return tuple(column for column in self.order if any(row.cells.get(column) for row in self.rows))


def atlas_table(
    atlas: Atlas,
    format: str = "text",  # noqa: A002 - what users call it
    *,
    shares: bool = True,
    width: int = 80,
    label: str = "",
) -> str:
    """Return the table of the cells of an atlas: the equilibria and outcomes of each, its conditions, a point of it, and its share.

    Args:
        atlas: what `Solution.atlas` returned.
        format: one of `text`, `markdown`, `latex` (a `longtable` with `booktabs`), `html` (formulas in MathML) and `csv`.
        shares: whether to measure how much of the default box each cell fills.
        width: the columns of the terminal, for `text`.
        label: for `latex`, what `\\ref` calls the table; by default it has no label.

    Raises:
        ValueError: there is no such format.
    """
    return rendered(_listing(atlas, shares, plainly=format in ("text", "csv")), format, width, label)


def rendered(content: Listing, format: str, width: int, label: str = "") -> str:  # noqa: A002 - what users call it
    """Return a listing in one of the formats of the equilibrium table."""
    if format not in FORMATS:
        raise ValueError(f"format {format!r}: expected one of {', '.join(FORMATS)}")
    if format == "text":
        return "\n".join(_text(content, width))
    if format == "csv":
        return _csv(content)
    if format == "markdown":
        return markup.markdown(content).replace("| Equilibrium |", f"| {content.header} |", 1)
    if format == "html":
        return markup.html(content)
    return latex_table(content, label)


def _text(content: Listing, width: int) -> Iterator[str]:
    yield from layout.wrapped(content.title, width)
    yield from layout.wrapped(content.caption, width)
    margin = 2 + max((layout.width_of(column) for column in content.columns), default=0)
    for row in content.rows:
        indent = "  " * (1 + row.variant)
        if row.names:
            yield from ([] if row.variant else [""])
            yield indent[2:] + names(row)
        for column in content.columns:
            for line in layout.block(column, map(plain, row.cells.get(column, ())), margin, width - len(indent)):
                yield indent + line
    yield ""
    for note in content.notes:
        yield from layout.wrapped(note, width, "  ")


def _csv(content: Listing) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([content.header, *content.order])
    for row in content.rows:
        cells = ("; ".join(map(plain, row.cells.get(column, ()))) for column in content.order)
        writer.writerow([names(row), *(cell.replace(layout.UNBREAKABLE, " ") for cell in cells)])
    return out.getvalue()


def title_of(solution: Solution) -> str:
    """Return the title of the game."""
    return solution.game.title or "Untitled game"


def setting_of(solution: Solution) -> str:
    """Return of what equilibria, and where, a table tells: `sequential equilibria at k = 1`."""
    at = ", ".join(f"{name} = {value}" for name, value in solution.game.fixed.items())
    named = " among the named profiles" if profiles_of(solution.game, solution.concept) else ""
    return f"{concept_name(solution.concept)} equilibria{named}{f' at {at}' if at else ''}"


def reasons(undecided: Sequence[Mapping[str, Any]]) -> str:
    """Return why something was not decided, each reason once and the first few of them."""
    whys = list(dict.fromkeys(str(each["why"]) for each in undecided))
    return "; ".join(whys[:MOST_REASONS]) + "; ..." * (len(whys) > MOST_REASONS)


# The atlas


def _listing(atlas: Atlas, shares: bool, plainly: bool) -> Listing:
    measured, doubt = _shares(atlas) if shares else ({}, "")
    entries = tuple((Row((cell.name,), _cells(atlas, cell, measured, plainly)),) for cell in atlas)
    number, solution = len(atlas), atlas.solution
    caption = f"{number or 'No'} {'cell' if number == 1 else 'cells'} of the parameter space, each with its own set of {setting_of(solution)}."
    notes = (*(_measure(next(iter(measured.values()))) if measured else ()), *([doubt] if doubt else []), *_notes(atlas))
    return Listing(title_of(solution), caption, entries, notes, "Cell", COLUMNS)


def _cells(atlas: Atlas, cell: Cell, measured: Mapping[str, Share], plainly: bool) -> dict[str, tuple[Line, ...]]:
    return {
        EQUILIBRIA: (Line("", (names(Row(cell.equilibria, {})) or NONE_KNOWN,)),),
        OUTCOMES: (Line("", (", ".join(_outcomes(atlas, cell)),)),) if cell.equilibria else (),
        CONDITIONS: (*wording.region(atlas.solution.game, cell.conditions), *_roots(cell)),
        SAMPLE: (Line("", _point(_sample(cell), plainly)),) if cell.parameters.names else (),
        SHARE: (Line("", (f"{measured[cell.name].value:.3f}",)),) if cell.name in measured else (),
    }


def _outcomes(atlas: Atlas, cell: Cell) -> list[str]:
    """The outcomes that may come about in any equilibrium of the cell, as the game lists them."""
    families = [e for e in atlas.solution if e.name in cell.equilibria]
    return [label for label in atlas.solution.game.outcome_labels if any(e.exact_outcomes.get(label) for e in families)]


def _roots(cell: Cell) -> Iterator[Line]:
    for name, root in cell.implicit.items():
        told = (" with ", Math(root["isolating"])) if root["isolating"] else ()
        yield Line("", (Math(name), " solves ", Math(f"{root['polynomial']} == 0"), *told))


def _sample(cell: Cell) -> dict[str, Fraction]:
    try:
        return cell.sample
    except Undecided:
        return {}


def _point(point: Mapping[str, Fraction], plainly: bool) -> Pieces:
    if plainly:
        return (", ".join(f"{name} = {value}".replace(" ", layout.UNBREAKABLE) for name, value in point.items()) or NO_POINT,)
    pieces: list[str | Math] = []
    for name, value in point.items():
        pieces += [", "] if pieces else []
        pieces += [Math(f"{name} == {value}")]
    return tuple(pieces) or (NO_POINT,)


def _shares(atlas: Atlas) -> tuple[dict[str, Share], str]:
    """The shares by cell, or why there are none."""
    if not atlas.solution.game.free_parameters:
        return {}, ""
    slow = next((cell.name for cell in atlas if cell.hidden), None)
    if slow is not None:  # each point would be a question to the solver
        return {}, f"Shares are not shown: {slow} depends on roots; the attribute `share` of a cell measures it in some time."
    try:
        return atlas.shares, ""
    except DeterrenceError as why:
        return {}, f"Shares are not shown: {why}."


def _measure(share: Share) -> Iterator[str]:
    box = ", ".join(f"{name} from {low} to {high}" for name, (low, high) in share.box.items())
    yield f"Share: of {share.points:,} points of the box with {box}; {share.space:.1%} of these are in the parameter space."


def _notes(atlas: Atlas) -> Iterator[str]:
    here = next((cell.name for cell in atlas if cell.parameters.names and _sample(cell) == cell.defaults), None)
    if here is not None:
        yield f"The default values lie in {here}."
    if atlas.covers and atlas.solution.game.free_parameters:
        yield "Proved: the cells cover the parameter space, but for the surfaces between them."
    if not atlas.complete:
        yield f"Incomplete: {reasons(atlas.undecided) or 'that the cells cover the parameter space could not be proved'}."
