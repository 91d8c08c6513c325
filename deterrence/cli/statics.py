"""The command for comparative statics."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from deterrence.cli.arguments import (
    FORMATS,
    INCOMPLETE,
    INTERRUPTED,
    Command,
    answer,
    say,
    solution_of,
    speaks_unicode,
    takes_concept,
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
    takes_limit(takes_concept(takes_point(takes_game(statics))))
    statics.set_defaults(knife_edge=False)
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
        help="the parameter that moves it (repeatable; default: those of role credibility or cost)",
    )
    statics.add_argument("--format", choices=FORMATS, default="text", metavar="FORMAT", help=f"{', '.join(FORMATS)} (default: text)")
    statics.add_argument("--json", action="store_true", help="one JSON object with every derivative, in place of a table")
    statics.add_argument("-o", "--output", metavar="FILE", help="write to a file, whole or not at all")


def _statics(options: argparse.Namespace) -> int:
    from deterrence.analysis.comparative_statics import comparative_statics
    from deterrence.report.output import check_writable, write_whole
    from deterrence.report.progress import Progress

    if options.output is not None:
        check_writable(options.output)  # before the work, not after it
    started = time.monotonic()
    solution = solution_of(options)
    left = None if options.time_limit is None else max(0.001, started + options.time_limit - time.monotonic())
    with Progress(sys.stderr) as progress:
        statics = comparative_statics(solution, options.of, options.wrt, time_limit=left, progress=progress)
    text = _written(statics, options)
    if options.output is None:
        # A terminal without Unicode would show ± as a question mark, which is another sign.
        answer(text if speaks_unicode() or options.json else text.replace("±", "+-").replace("−", "-"))
    else:
        write_whole(options.output, text if text.endswith("\n") else text + "\n")
    return _whether_decided(options, solution, statics)


def _written(statics: ComparativeStatics, options: argparse.Namespace) -> str:
    if options.json:
        import json

        return json.dumps(statics.to_dict(), indent=1, ensure_ascii=options.output is None and not speaks_unicode())
    text = statics.table(options.format, width=width())
    if options.format == "html":
        from deterrence.report.markup import page

        return page(text, statics.solution.game.title)
    return text


def _whether_decided(options: argparse.Namespace, solution: Solution, statics: ComparativeStatics) -> int:
    """Where a limit was hit, why: what was decided has been printed all the same."""
    if not statics.undecided:
        return whether_complete(options, solution)
    code = INTERRUPTED if any(why.endswith("interrupted") for why in statics.undecided) else INCOMPLETE
    return say(f"deterrence {options.command}", f"incomplete: {statics.undecided[0]}", code)
