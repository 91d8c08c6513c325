"""The commands that solve a game and check what is said of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from deterrence.cli.arguments import (
    INCOMPLETE,
    NO,
    YES,
    Command,
    answer,
    as_json,
    check_output,
    deliver,
    game_of,
    point_of,
    say,
    solution_of,
    takes_assessment,
    takes_format,
    takes_game,
    takes_limit,
    takes_solving,
    whether_complete,
    width,
)

if TYPE_CHECKING:
    from deterrence.model.game import Game


def add(command: Command) -> None:
    """Add the commands of this file."""
    listed = command("list", _list, "the games that ship with the library, or those of them that have some words in what they say")
    listed.add_argument("words", metavar="WORD", nargs="*", help="looked for in names, titles, sources, notes and claims")
    listed.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    takes_game(command("show", _show, "players, parameters, the tree and the information sets of a game"))
    takes_game(command("validate", _validate, "whether a file is well formed and its model sound: probabilities, denominators, parameters"))
    takes_solving(command("solve", _solve, "all equilibria, over the whole parameter space or at a point")).add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else"
    )
    takes_format(takes_solving(command("table", _table, "the table of equilibria for a paper")))
    takes_assessment(command("check", _check, "whether given strategies and beliefs are an equilibrium at a point"))
    prove = takes_limit(command("prove", _prove, "decide the claims of a game file over the whole parameter space"))
    prove.add_argument("game", metavar="GAME", nargs="?", help="a name in the catalogue or the path of a game file")
    prove.add_argument("--all", action="store_true", help="those of every game that ships, two games at a time")
    command("schema", _schema, "print the JSON Schema of game files, with which editors complete and check them")
    cache = command("cache", _cache, "the solutions kept on disk")
    cache.add_argument("action", choices=("clear",), metavar="ACTION", help="clear: remove them all")


def _list(options: argparse.Namespace) -> int:
    from deterrence.report.listing import find, listing

    found = find(options.words)
    if options.json:
        answer(as_json(options, found.to_dict()))
    else:
        answer(listing(found, width()))
    return YES if found.all_words else NO


def _show(options: argparse.Namespace) -> int:
    from deterrence.report.overview import overview

    return answer(overview(game_of(options), width()))


def _validate(options: argparse.Namespace) -> int:
    from deterrence.analysis.claims import check_claims
    from deterrence.model.advice import advice
    from deterrence.model.validation import validate

    game = game_of(options)
    validate(game)
    check_claims(game)
    for odd in advice(game):
        say("deterrence validate", f"warning: {odd}", YES)
    return answer(f"{game.title}: the file is well formed and the model is sound.")


def _solve(options: argparse.Namespace) -> int:
    solution = solution_of(options)
    if options.json:
        answer(as_json(options, solution.to_dict()))
    else:
        from deterrence.report.table import table

        answer(table(solution, payoffs=options.payoffs, on_path=options.on_path, width=width()))
    return whether_complete(options, solution)


def _table(options: argparse.Namespace) -> int:
    from deterrence.report.table import table

    check_output(options)
    solution = solution_of(options)
    deliver(options, table(solution, options.format, payoffs=options.payoffs, on_path=options.on_path, width=width()), solution.game.title)
    return whether_complete(options, solution)


def _check(options: argparse.Namespace) -> int:
    from deterrence.check import check
    from deterrence.interop.assessments import read_assessment

    game, point = game_of(options), point_of(options)
    given = read_assessment(options.strategies, options.name)
    given.need(point)
    certificate = check(game, given.strategies, given.beliefs, point, options.concept or "sequential")
    answer(str(certificate) + _judged_at(game, point))
    return YES if certificate.valid else NO


def _judged_at(game: Game, point: Mapping[str, str]) -> str:
    """The line that names the point; nothing for a game without parameters."""
    given = [f"{name} = {point[name]}" for name in game.free_parameters if name in point]
    left = [f"{name} = {game.parameters[name].default}" for name in game.free_parameters if name not in point]
    parts = [", ".join(given)] if given else []
    parts += [f"by default {', '.join(left)}"] if left else []
    return f"\nAt {'; '.join(parts)}." if parts else ""


def _prove(options: argparse.Namespace) -> int:
    if options.all == (options.game is not None):
        options.parser.error("expected GAME or --all" + (", not both" if options.all else ""))
    if options.all:
        from deterrence.cli.proving import prove_catalogue

        return prove_catalogue(options.time_limit)
    from deterrence.analysis.claims import prove_all
    from deterrence.report.overview import verdicts
    from deterrence.report.progress import Progress

    with Progress(sys.stderr) as progress:
        proofs = prove_all(game_of(options), time_limit=options.time_limit, progress=progress)
    answer(verdicts(proofs, width()))
    found = {proof.verdict for proof in proofs}
    return NO if "refuted" in found else INCOMPLETE if "undecided" in found else YES


def _schema(_: argparse.Namespace) -> int:
    from deterrence.model.schema import schema_text

    return answer(schema_text().rstrip("\n"))


def _cache(_: argparse.Namespace) -> int:
    from deterrence.cache import clear

    return answer(f"Removed {clear()} from the cache.")
