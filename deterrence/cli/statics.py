"""The command for comparative statics."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from deterrence.cli.arguments import (
    INCOMPLETE,
    INTERRUPTED,
    Command,
    as_json,
    check_output,
    deliver,
    say,
    solution_of,
    speaks_unicode,
    takes_concept,
    takes_format,
    takes_game,
    takes_limit,
    takes_point,
    whether_complete,
    width,
)

if TYPE_CHECKING:
    from deterrence.analysis.comparative_statics import ComparativeStatics
    from deterrence.solution import Solution


def add(command: Command) -> None:
    """Add the commands of this file."""
    statics = command("statics", _statics, "how probabilities, payoffs and regions move with the parameters: exact derivatives and their signs")
    takes_format(takes_limit(takes_concept(takes_point(takes_game(statics)))))
    statics.add_argument(
        "--of",
        action="append",
        metavar="QUANTITY",
        help="what moves, as in claims: 'Pr(War)', 'payoff(Ally)' (repeatable; default: outcomes, events and payoffs)",
    )
    statics.add_argument(
        "--wrt",
        action="append",
        metavar="NAME",
        help="the parameter that moves it (repeatable; default: those of role credibility, cost or discount)",
    )
    statics.add_argument("--json", action="store_true", help="one JSON object with every derivative, in place of a table")


def _statics(options: argparse.Namespace) -> int:
    from deterrence.analysis.comparative_statics import comparative_statics
    from deterrence.report.progress import Progress

    check_output(options)
    started = time.monotonic()
    solution = solution_of(options)
    left = None if options.time_limit is None else max(0.001, started + options.time_limit - time.monotonic())
    with Progress(sys.stderr) as progress:
        statics = comparative_statics(solution, options.of, options.wrt, time_limit=left, progress=progress)
    text = as_json(options, statics.to_dict()) if options.json else statics.table(options.format, width=width())
    if options.output is None and not (options.json or speaks_unicode()):
        text = text.replace("±", "+-").replace("−", "-")  # a terminal would show a question mark, which is another sign
    deliver(options, text, solution.game.title)
    return _whether_decided(options, solution, statics)


def _whether_decided(options: argparse.Namespace, solution: Solution, statics: ComparativeStatics) -> int:
    """Where a limit was hit, why: what was decided has been printed all the same."""
    if not statics.undecided:
        return whether_complete(options, solution)
    code = INTERRUPTED if any(why.endswith("interrupted") for why in statics.undecided) else INCOMPLETE
    return say(f"deterrence {options.command}", f"incomplete: {statics.undecided[0]}", code)
