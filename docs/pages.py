"""The pages of the catalogue: one a game, made from its file and what the library finds, and the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from background import MECHANISMS, SYSTEMS, games_of
from maps import Shown, map_of

from deterrence import Game, Proof, Solution, comparative_statics, load, prove_all, solve
from deterrence.model.catalogue import by_theme, files, heading
from deterrence.model.notes import Notes, notes
from deterrence.report.overview import periods, reading, strategies
from deterrence.report.tree import drawn

ROOT = Path(__file__).resolve().parent.parent
GAMES = ROOT / "docs" / "games"
WIDTH = 110  # columns of what is shown as in a terminal
MOST_STATICS = 150  # entries: a larger table is looked at by nobody
_TRUSTED, _COSTS = 2, 2  # parameters of each role that the table of statics has
_MOVED = ("credibility", "discount")


@dataclass(frozen=True)
class Result:
    """The part of a page for which the game is solved, and its map as SVG."""

    text: str
    picture: bytes | None


def page_of(name: str) -> Path:
    """Where the page of a game is."""
    return GAMES / files()[name].parent.name / f"{name}.md"


def picture_of(name: str) -> Path:
    """Where the map of a game is."""
    return page_of(name).with_suffix(".svg")


# The part for which nothing is solved


def model_part(name: str, game: Game) -> str:
    """The first part of a game's page: what is modelled, its parameters and its tree."""
    file = f"games/{files()[name].parent.name}/{name}.yaml"
    source = f" Source: {game.source.rstrip('.')}." if game.source else ""
    about = notes(game.notes)
    return _paragraphs(
        f"<!-- written by `python docs/build.py` from {file} -->",
        f"# {game.title}",
        f"`{name}`, [game file](../../../{file}).{source}",
        about.prose,
        _about(about),
        *_setting(game),
        "## Tree",
        reading(game),
        _block(drawn(game)),
        *_strategies(game),
    )


def _block(lines: Iterable[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def _strategies(game: Game) -> Iterator[str]:
    """The profiles that a repeated game names, if it does."""
    lines = list(strategies(game, WIDTH))
    if lines:
        yield "## Strategies"
        yield _block(lines)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(about: Notes) -> str:
    kinds = (("Alliance systems", "by-alliance-system", about.systems), ("Mechanisms", "by-mechanism", about.mechanisms))
    return "<br>\n".join(f"[{kind}](../index.md#{place}): {'; '.join(entries)}" for kind, place, entries in kinds if entries)


def _setting(game: Game) -> Iterator[str]:
    """The parameters, their joint restrictions, the types and the abbreviations."""
    yield "## Parameters"
    rows = [
        (f"`{p.name}`", f"`{p.domain or 'real'}`", p.role, "" if p.default is None else f"`{p.default}`", p.meaning) for p in game.parameters.values()
    ]
    yield table(("symbol", "domain", "role", "default", "meaning"), rows) if rows else "None: every number is given."
    facts = [f"- assumed: `{condition}`" for condition in game.assume]
    for player, types in game.types.items():
        kinds = (f"{t.name} with `{t.probability}`" + "".join(f", `{s} = {value}`" for s, value in t.bindings.items()) for t in types)
        facts.append(f"- {player} is privately " + "; or ".join(kinds))
    facts += [f"- `{name}` stands for `{value}`" for name, value in game.where.items()]
    facts += [f"- {label.lower()}: {', '.join(lines)}" for label, lines in periods(game) if lines]
    facts += [f"- {event} means {' or '.join(outcomes)}" for event, outcomes in game.events.items()]
    yield "\n".join(facts)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


# The part that is found


def result_part(name: str, game: Game) -> Result:
    """The rest of a game's page: its equilibria, the map, the verdicts on its claims, and how things move."""
    solution = solve(game)
    shown = map_of(solution)
    found = solution.table("markdown").partition(".** ")[2].strip()  # without the title, which stands above already
    parts = ["## Equilibria", found, *_map(name, game, shown, solution), *_claims(game, prove_all(game)), *_statics(game, solution)]
    return Result("\n" + _paragraphs(*parts), None if shown is None else shown.picture())


def _map(name: str, game: Game, shown: Shown | None, solution: Solution) -> Iterator[str]:
    """The picture, and what its names stand for."""
    if shown is None:
        return
    x, y = (game.parameters[axis] for axis in (shown.wanted.x, shown.wanted.y))
    fixed = ", ".join(f"{each} = {value}" for each, value in shown.wanted.fixed.items())
    yield "## Map"
    yield f"![Which equilibria exist, by {x.name} and {y.name}]({picture_of(name).name})"
    yield (
        f"Which kinds of play exist, by `{x.name}` ({x.meaning}) and `{y.name}` ({y.meaning}){f', where `{fixed}`' if fixed else ''}. "
        "Where an area is hatched several do. "
        + ("Here those are of one kind that reach the same outcomes. " if shown.by_outcome else "")
        + "Each bears the name of the first equilibrium of its kind in the table:"
    )
    outcomes = {e.name: [label for label, p in e.exact_outcomes.items() if p] for e in solution}
    yield "\n".join(f"- {kind}: {', '.join(labels)}" for kind, labels in outcomes.items() if kind in shown.kinds)


def _claims(game: Game, proofs: Sequence[Proof]) -> Iterator[str]:
    """Every claim with its verdict and the terms in which it is put."""
    if not proofs:
        return
    yield "## Claims"
    yield "Each is decided over the whole parameter space by `deterrence prove`."
    lines = []
    for claim, proof in zip(game.claims, proofs, strict=True):
        said = [("when", claim.when), ("exactly_when", claim.exactly_when), (claim.kind, claim.statement), (claim.trend, claim.along)]
        terms = ", ".join(f"{key}: `{text}`" for key, text in said if text) + (", strictly" if claim.strictly else "")
        lines.append(f"- {verdict(proof.verdict, proof.claim)}<br>\n  {terms}")
    yield "\n".join(lines)


def verdict(word: str, claim: str) -> str:
    """A claim with the verdict on it, as it stands on a page."""
    return f"**{word.capitalize()}**: {claim}"


def _statics(game: Game, solution: Solution) -> Iterator[str]:
    """How events and outcomes move with credibility and cost; nothing where the table would be too large."""
    moved = [name for roles, most in ((_MOVED, _TRUSTED), (("cost",), _COSTS)) for name in _of_role(game, roles)[:most]]
    labels = [*game.events, *game.outcome_labels]
    room = MOST_STATICS // (len(moved) * len(solution) or 1)
    quantities = [f"Pr({label})" for label in (labels if len(labels) <= room else game.events)]
    if not moved or not 0 < len(quantities) <= room:
        return
    found = comparative_statics(solution, of=quantities, wrt=moved)
    if found.complete:
        yield "## Comparative statics"
        yield found.table("markdown").partition(".** ")[2].strip()


def _of_role(game: Game, roles: Sequence[str]) -> list[str]:
    """The free parameters of some roles, those that claims speak of first."""
    said = [claim.along for claim in game.claims]
    names = [name for name in game.free_parameters if game.parameters[name].role in roles]
    return sorted(names, key=lambda name: name not in said)


# The index


def index_page() -> str:
    """The list of the catalogue's pages: by theme, by mechanism, by alliance system."""
    games = {name: load(name) for names in by_theme().values() for name in names}
    said = {name: notes(game.notes) for name, game in games.items()}
    claims = sum(len(game.claims) for game in games.values())
    return _paragraphs(
        "<!-- written by `python docs/build.py` -->",
        "# The catalogue",
        f"The {len(games)} games that ship, each solved over its whole parameter space, with {claims} claims decided. `deterrence solve NAME` prints "
        "the same table, `deterrence prove NAME` decides the claims, `deterrence prove --all` those of all games, and "
        "`deterrence list WORD ...` finds games by what they say.",
        "[By theme](#by-theme) · [by mechanism](#by-mechanism) · [by alliance system](#by-alliance-system)",
        "## By theme",
        *_themes(games),
        "## By mechanism",
        _index("mechanism", games, games_of(MECHANISMS, {name: about.mechanisms for name, about in said.items()})),
        "## By alliance system",
        _index("alliance system", games, games_of(SYSTEMS, {name: about.systems for name, about in said.items()})),
    )


def _themes(games: dict[str, Game]) -> Iterator[str]:
    for theme, names in by_theme().items():
        yield f"### {heading(theme)}"
        yield table(
            ("game", "title", "parameters", "claims", "source"),
            [(_link(name), game.title, str(len(game.parameters)), str(len(game.claims)), game.source) for name in names for game in (games[name],)],
        )


def _index(what: str, games: dict[str, Game], found: dict[str, list[str]]) -> str:
    rows = [(row, "<br>".join(f"{_link(name)}: {games[name].title}" for name in names)) for row, names in found.items()]
    return table((what, "games"), [(row, cell or "no game yet") for row, cell in rows])


def _link(name: str) -> str:
    return f"[{name}]({page_of(name).relative_to(GAMES).as_posix()})"
