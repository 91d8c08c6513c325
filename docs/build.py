"""Brings the documentation up to date: the pages of the catalogue, written anew, and every output shown in the handbook.

`python docs/build.py` does it all; `python docs/build.py README.md costly_signal` some pages of the handbook and some games.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from blocks import ROOT, refreshed

from deterrence import Game, Proof, catalogue, load, prove_all, solve
from deterrence.report.tree import drawn

GAMES = ROOT / "docs" / "games"
HANDBOOK = (ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def game_page(name: str) -> str:
    """The page of a game of the catalogue: what it models, its tree, its equilibria and what is claimed of them."""
    game = load(name)
    return model_part(name, game) + result_part(game)


def model_part(name: str, game: Game) -> str:
    """The first part of a game's page, for which nothing is solved."""
    up = "../" * (2 + name.count("/"))
    source = f" Source: {game.source.rstrip('.')}." if game.source else ""
    return _paragraphs(
        f"<!-- written by `python docs/build.py` from games/{name}.yaml -->",
        f"# {game.title}",
        f"`{name}`, [game file]({up}games/{name}.yaml).{source}",
        game.notes.strip(),
        *_setting(game),
        "## Tree",
        f"Payoffs at the ends in the order {', '.join(game.players)}; what is in brackets is paid on the way and added to them.",
        "```text\n" + "\n".join(drawn(game)) + "\n```",
    )


def result_part(game: Game) -> str:
    """The rest of a game's page: its equilibria, and the verdicts on its claims."""
    table = solve(game).table("markdown").partition(".** ")[2].strip()  # without the title, which stands above already
    return "\n" + _paragraphs("## Equilibria", table, *_claims(game, prove_all(game)))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _setting(game: Game) -> Iterator[str]:
    """The parameters, their joint restrictions, the types and the abbreviations."""
    yield "## Parameters"
    rows = [
        (f"`{p.name}`", f"`{p.domain or 'real'}`", p.role, "" if p.default is None else f"`{p.default}`", p.meaning) for p in game.parameters.values()
    ]
    yield _table(("symbol", "domain", "role", "default", "meaning"), rows)
    facts = [f"- assumed: `{condition}`" for condition in game.assume]
    for player, types in game.types.items():
        kinds = (f"{t.name} with `{t.probability}`" + "".join(f", `{s} = {value}`" for s, value in t.bindings.items()) for t in types)
        facts.append(f"- {player} is privately " + "; or ".join(kinds))
    facts += [f"- `{name}` stands for `{value}`" for name, value in game.where.items()]
    facts += [f"- {event} means {' or '.join(outcomes)}" for event, outcomes in game.events.items()]
    yield "\n".join(facts)


def _claims(game: Game, proofs: Sequence[Proof]) -> Iterator[str]:
    """Every claim with its verdict and the terms in which it is put."""
    if proofs:
        yield "## Claims"
        yield "Each is decided over the whole parameter space by `deterrence prove`."
    lines = []
    for claim, proof in zip(game.claims, proofs, strict=True):
        said = [("when", claim.when), ("exactly_when", claim.exactly_when), (claim.kind, claim.statement), (claim.trend, claim.along)]
        terms = ", ".join(f"{key}: `{text}`" for key, text in said if text) + (", strictly" if claim.strictly else "")
        lines.append(f"- **{proof.verdict.capitalize()}**: {proof.claim}<br>\n  {terms}")
    yield "\n".join(lines)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def index_page() -> str:
    """The list of the catalogue's pages."""
    rows = []
    for name in catalogue():
        game = load(name)
        rows.append((f"[{name}]({name}.md)", game.title, str(len(game.players)), str(len(game.parameters)), str(len(game.claims)), game.source))
    return _paragraphs(
        "<!-- written by `python docs/build.py` -->",
        "# The catalogue",
        "Every game that ships, solved over its whole parameter space. `deterrence solve NAME` prints the same table.",
        _table(("name", "title", "players", "parameters", "claims", "source"), rows),
    )


def build(wanted: Sequence[str] = ()) -> Iterator[Path]:
    """Write every page, or the wanted ones, that has changed; yield those that had."""
    names = [name for name in catalogue() if not wanted or name in wanted]
    pages = [(GAMES / f"{name}.md", name) for name in names]
    for path, name in pages:
        yield from _written(path, game_page(name))
    if not wanted:
        yield from _written(GAMES / "index.md", index_page())
        known = {path for path, _ in pages} | {GAMES / "index.md"}
        for stray in sorted(set(GAMES.rglob("*.md")) - known):
            stray.unlink()
            yield stray
    for path in HANDBOOK:
        if not wanted or str(path.relative_to(ROOT)) in wanted:
            yield from _written(path, refreshed(path.read_text(encoding="utf-8")))


def _written(path: Path, text: str) -> Iterator[Path]:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        yield path


if __name__ == "__main__":
    for changed in build(sys.argv[1:]):
        sys.stdout.write(f"{changed.relative_to(ROOT)}\n")
