"""The table of thresholds for a paper: critical values of a parameter, and who appears and vanishes at each; in all formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deterrence.concepts.setting import profiles_of
from deterrence.report import wording
from deterrence.report.atlas_table import Listing, reasons, rendered, setting_of, title_of
from deterrence.report.rows import Row, names
from deterrence.report.wording import Line, Math, Pieces

if TYPE_CHECKING:
    from deterrence.analysis.thresholds import Change, Threshold, Thresholds

VALUE, APPEAR, VANISH, CONDITIONS = "Value", "Appear", "Vanish", "Conditions"
COLUMNS = (VALUE, APPEAR, VANISH, CONDITIONS)


def thresholds_table(found: Thresholds, format: str = "text", *, width: int = 80, label: str = "") -> str:  # noqa: A002 - what users call it
    """Return the table of the thresholds of a parameter: the value, and what changes there as the parameter rises.

    Where that depends on the other parameters there is a row a case beneath the value.

    Args:
        found: what `thresholds` returned.
        format: one of `text`, `markdown`, `latex` (a `longtable` with `booktabs`), `html` (formulas in MathML) and `csv`.
        width: the columns of the terminal, for `text`.
        label: for `latex`, what `\\ref` calls the table; by default it has no label.

    Raises:
        ValueError: there is no such format.
    """
    entries = tuple(tuple(_entry(found, threshold, format == "csv")) for threshold in found)
    number = f"{len(found) or 'No'} {'value' if len(found) == 1 else 'values'}"
    caption = f"{number} of {found.parameter} at which the set of {setting_of(found.solution)} changes."
    content = Listing(title_of(found.solution), caption, entries, tuple(_notes(found)), "Threshold", COLUMNS)
    return rendered(content, format, width, label)


def _entry(found: Thresholds, threshold: Threshold, full: bool) -> Iterator[Row]:
    """One row where the same changes everywhere; else one for the value, which CSV repeats instead, and one a case."""
    value = (Line("", _value(threshold)),)
    if len(threshold.cases) == 1:
        yield Row((threshold.name,), {VALUE: value} | _cells(found, threshold.cases[0]))
        return
    if not full:
        yield Row((threshold.name,), {VALUE: value})
    for letter, case in zip(_letters(), threshold.cases, strict=False):
        yield Row((threshold.name + letter,), ({VALUE: value} if full else {}) | _cells(found, case), variant=not full)


def _letters() -> Iterator[str]:
    """a, b, ..., z, aa, ab, ..."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield from letters
    yield from (first + second for first in letters for second in letters)


def _value(threshold: Threshold) -> Pieces:
    if not threshold.implicit:
        return (Math(threshold.text),)
    (equation,) = threshold.implicit.values()
    return (Math(threshold.text), " where ", Math(equation))


def _cells(found: Thresholds, case: Change) -> dict[str, tuple[Line, ...]]:
    alone = len(found.solution.game.free_parameters) == 1
    changes = {APPEAR: case.appear, VANISH: case.vanish}
    cells = {column: (Line("", (names(Row(who, {})),)),) if who else () for column, who in changes.items()}
    return cells | {CONDITIONS: () if alone else wording.region(found.solution.game, case.conditions)}


def _notes(found: Thresholds) -> Iterator[str]:
    if any(threshold.implicit for threshold in found):
        yield "A value without a closed form stands for each solution of its equation that meets the conditions."
    if found.complete:
        what = "set of those profiles" if profiles_of(found.solution.game, found.solution.concept) else "set of equilibria"
        yield f"Complete: as {found.parameter} moves within the parameter space, the {what} changes at no other generic value."
    else:
        yield f"Incomplete, so that there may be others: {reasons(found.undecided)}."
