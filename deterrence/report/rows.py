"""The equilibrium table as rows of cells: what every format shows, each in its own spelling.

Families with the same play on the path are one entry of the table, as papers print them: the play once, and beneath it the variants,
which differ in what would happen off the path.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from deterrence.concepts.setting import profiles_of
from deterrence.report import wording
from deterrence.report.play import reached, shape
from deterrence.report.union import summary
from deterrence.report.wording import Line, Math

if TYPE_CHECKING:
    from deterrence.algebra.parameters import ParameterSpace
    from deterrence.model.game import Game
    from deterrence.solution import Solution

STRATEGIES, BELIEFS, CONDITIONS, OUTCOME, PAYOFFS = "Strategies", "Beliefs", "Conditions", "Outcome", "Payoffs"
DEVIATIONS = "Binding"
COLUMNS = (STRATEGIES, BELIEFS, CONDITIONS, DEVIATIONS, OUTCOME, PAYOFFS)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the families that it is about, and the lines of each cell."""

    names: tuple[str, ...]
    cells: Mapping[str, tuple[Line, ...]]
    variant: bool = False  # a row beneath the play that it shares with others


Member: TypeAlias = tuple[Row, Mapping[str, Any]]  # a family's row, and the family as JSON has it


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table with what stands above and below them."""

    title: str
    caption: str
    entries: tuple[tuple[Row, ...], ...]  # the rows of one play on the path each
    notes: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which any row has anything to say."""
        return tuple(column for column in COLUMNS if any(row.cells.get(column) for row in self.rows))

    @property
    def rows(self) -> Iterator[Row]:
        return itertools.chain.from_iterable(self.entries)


def build(solution: Solution, *, payoffs: bool = False, full: bool = False, on_path: bool = False) -> Table:
    """Return the table of a solution, one entry a play on the path; in `full`, one a family, and no formula left out for its length.

    With `on_path` an entry says only what happens, and where any family with that play exists.
    """
    found: dict[str, Any] = solution.to_dict()
    tested = profiles_of(solution.game, found["concept"])
    forms = {name: shape(solution.game, name) for name in tested or [""]}
    plays: dict[object, list[Member]] = {}
    for number, family in enumerate(found["equilibria"]):
        form = forms[family["name"] if tested else ""]
        seen = reached(form, family["strategies"])
        cells = _cells(wording.Sets(form, seen), family)
        if tested:
            cells[BELIEFS] = ()  # within a period they are what the profile says
        cells |= {PAYOFFS: wording.payoffs(family)} if payoffs else {}
        row = Row((family["name"],), cells if full else {c: tuple(map(wording.shortened, lines)) for c, lines in cells.items()})
        plays.setdefault(number if full or tested else _play(family, seen), []).append((row, family))
    parameters = solution[0].setting.parameters if solution else None
    entries = tuple(_entry(members, solution.game, parameters, on_path) for members in plays.values())
    status = _about_profiles(found, solution.game, tested) if tested else _completeness(found)
    notes = (*_legend(entries), *_seen_alone(on_path), *status, *_left_out(found))
    return Table(found["game"] or "Untitled game", _caption(found, solution.game, len(plays)), entries, notes)


def _play(family: Mapping[str, Any], on_path: frozenset[str]) -> object:
    """What two families have in common that look the same to who sees only what happens."""
    behaviour = tuple((name, tuple(actions.items())) for name, actions in family["strategies"].items() if name in on_path)
    return behaviour, tuple(family["outcomes"].items())


def _cells(sets: wording.Sets, family: Mapping[str, Any]) -> dict[str, tuple[Line, ...]]:
    at_will = wording.unrestricted(family)
    return {
        STRATEGIES: sets.strategies(family["strategies"], at_will),
        BELIEFS: sets.beliefs(family["beliefs"]),
        CONDITIONS: wording.region(sets.form.game, wording.solved(family)) + wording.freedom(family, at_will),
        DEVIATIONS: wording.deviations(family.get("binding", ())),
        OUTCOME: wording.lottery(family["outcomes"]),
    }


def _entry(members: Sequence[Member], game: Game, parameters: ParameterSpace | None, on_path: bool = False) -> tuple[Row, ...]:
    """What all families of a play share, and beneath it what each adds; the play exists where any of them does."""
    rows = [row for row, _ in members]
    shared = {column: _shared([row.cells.get(column, ()) for row in rows]) for column in COLUMNS}
    if len(rows) > 1:
        somewhere = summary((family["conditions"] for _, family in members), parameters, brief=not on_path)
        if somewhere is None:
            shared[CONDITIONS] += (Line("", ("those of any variant",)),)
        else:  # what must hold for any of them holds for each, and is not said again
            shared[CONDITIONS] = wording.region(game, somewhere)
    first = Row(tuple(name for row in rows for name in row.names), shared)
    if on_path:
        return (_on_path(first, members),)
    return first, *(Row(row.names, _beyond(row.cells, first.cells), variant=True) for row in rows if len(rows) > 1)


def _on_path(row: Row, members: Sequence[Member]) -> Row:
    """A row without what nobody comes to; an unknown that is left in it has the range of any of the families."""
    cells = {column: tuple(line for line in lines if not line.off_path) for column, lines in row.cells.items()}
    formulas = [piece.text for column in (STRATEGIES, BELIEFS) for line in cells[column] for piece in line.pieces if isinstance(piece, Math)]
    told = wording.names_in(" ".join(formulas))
    ranges: dict[str, dict[wording.Pieces, None]] = {}
    for _, family in members:
        for name in told.intersection(family["free"]):
            lines = wording.freedom({**family, "free": {name: family["free"][name]}, "implicit": {}})
            ranges.setdefault(name, {}).update(dict.fromkeys(line.pieces for line in lines))
    regions = tuple(line for line in cells[CONDITIONS] if line.pieces[:1] != ("any ",))
    joined = tuple(_either(list(ranges[name])) for name in sorted(ranges))
    return Row(row.names, cells | {CONDITIONS: (*regions, *joined)})


def _either(ranges: Sequence[wording.Pieces]) -> Line:
    """Ranges of one unknown as one line: any value in the first or in another."""
    return Line("", (*ranges[0], *(piece for pieces in ranges[1:] for piece in (" or ", *pieces[1:]))))


def _beyond(cells: Mapping[str, tuple[Line, ...]], told: Mapping[str, tuple[Line, ...]]) -> dict[str, tuple[Line, ...]]:
    """The lines of a row that the row above does not have."""
    return {column: tuple(line for line in lines if line not in told.get(column, ())) for column, lines in cells.items()}


def _shared(cells: Sequence[tuple[Line, ...]]) -> tuple[Line, ...]:
    return tuple(line for line in cells[0] if all(line in other for other in cells[1:]))


_CONCEPT_NAMES = {"nash": "Nash", "weak_pbe": "weak perfect Bayesian", "markov_perfect": "Markov perfect"}


def concept_name(concept: str) -> str:
    """Return what a concept is called in print, before the word equilibrium.

    >>> concept_name("markov_perfect"), concept_name("subgame_perfect")
    ('Markov perfect', 'subgame perfect')
    """
    return _CONCEPT_NAMES.get(concept, concept.replace("_", " "))


def _caption(found: Mapping[str, Any], game: Game, plays: int) -> str:
    """How many there are, of what, and where."""
    number, concept = len(found["equilibria"]), concept_name(found["concept"])
    if game.free_parameters or any(family["free"] for family in found["equilibria"]):
        what = f"{'family' if number == 1 else 'families'} of {concept} equilibria"
    else:
        what = f"{concept} {'equilibrium' if number == 1 else 'equilibria'}"
    at = ", ".join(f"{name} = {value}" for name, value in found["at"].items())
    kinds = f", {plays} kind{'s' * (plays > 1)} of play on the path" if plays < number else ""
    return f"{number or 'No'} {what}{f' at {at}' if at else ''}{kinds}."


MOST_REASONS = 3  # for incompleteness, that are told


def _legend(entries: Sequence[Sequence[Row]]) -> Iterator[str]:
    """What signs in the table mean."""
    lines = [line for rows in entries for row in rows for cell in row.cells.values() for line in cell]
    if any(line.off_path for line in lines):
        yield f"{wording.OFF_PATH} off the path of play"
    if any(isinstance(piece, str) and piece.endswith(" characters)") for line in lines for piece in line.pieces):
        yield "Formulas of over 1,000 characters are not shown; `solve --json` prints them."


def _seen_alone(on_path: bool) -> Iterator[str]:
    """What a table of what happens leaves out."""
    if on_path:
        yield "Play on the path alone; the whole table has the variants, which differ in what would happen off it."


def _completeness(found: Mapping[str, Any]) -> Iterator[str]:
    """Whether there may be others."""
    if found["complete"]:
        yield "Complete: no other generic family exists." if len(found["at"]) < len(found["parameters"]) else "Complete: there are no others."
    else:
        yield f"Incomplete, so that others may exist: {_reasons(found)}."


def _reasons(found: Mapping[str, Any]) -> str:
    whys = Counter(each["why"] for each in found["undecided"])
    said = (f"{why} ({count} regimes)" if count > 1 else why for why, count in whys.most_common(MOST_REASONS))
    return f"{'; '.join(said)}{'; ...' * (len(whys) > MOST_REASONS)}"


def _left_out(found: Mapping[str, Any]) -> Iterator[str]:
    if found["knife_edge"]:
        yield f"Left out: at least {found['knife_edge']} that exist{'s' * (found['knife_edge'] == 1)} only on knife edges (regions without interior)."


def _about_profiles(found: Mapping[str, Any], game: Game, tested: Sequence[str]) -> Iterator[str]:
    """What a table of named profiles says of those that it does not list, and of equilibria that nobody named."""
    listed, unclear = [family["name"] for family in found["equilibria"]], [entry.get("profile") for entry in found["undecided"]]
    missing = [name for name in tested if name not in listed and name not in unclear]
    concept = concept_name(found["concept"])
    if missing:
        where = "anywhere, knife edges apart" if game.free_parameters else "here"
        yield f"Not {concept} {where}: {', '.join(missing)}."
    if found["complete"]:
        yield f"Complete for the {len(tested)} profile{'s' * (len(tested) > 1)} that the game names; the game may have other equilibria."
    else:
        yield f"Incomplete: {_reasons(found)}."


def names(row: Row) -> str:
    """Return the names of a row's families, runs of them shortened.

    >>> names(Row(("E1", "E2", "E3", "E7"), {}))
    'E1-E3, E7'
    """
    return ", ".join(_runs(row.names))


def _runs(labels: Iterable[str]) -> Iterator[str]:
    runs: list[list[str]] = []
    for label in labels:
        if runs and label == _next(runs[-1][-1]):
            runs[-1].append(label)
        else:
            runs.append([label])
    for run in runs:
        yield f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run)


def _next(label: str) -> str | None:
    number = label.removeprefix("E")
    return f"E{int(number) + 1}" if number.isdecimal() else None


__all__ = [
    "BELIEFS", "COLUMNS", "CONDITIONS", "DEVIATIONS", "OUTCOME", "PAYOFFS", "STRATEGIES",
    "Line", "Math", "Row", "Table", "build", "concept_name", "names",
]  # fmt: skip
