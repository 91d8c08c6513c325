"""The commands on where equilibria exist: the cells of the parameter space, and the critical values of one parameter."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from deterrence.cli.arguments import (
    INCOMPLETE,
    INTERRUPTED,
    YES,
    Command,
    Parser,
    as_json,
    check_output,
    deliver,
    game_of,
    point_of,
    say,
    solution_of,
    takes_concept,
    takes_format,
    takes_game,
    takes_limit,
    takes_point,
    width,
)

if TYPE_CHECKING:
    from deterrence.analysis.atlas import Atlas
    from deterrence.analysis.thresholds import Thresholds


def add(command: Command) -> None:
    """Add the commands of this file."""
    _takes_rest(takes_game(command("atlas", _atlas, "the parameter space cut into cells with the same equilibria")))
    thresholds = takes_game(command("thresholds", _thresholds, "the values of a parameter at which the set of equilibria changes"))
    thresholds.add_argument("parameter", metavar="PARAMETER", help="a parameter that is not fixed")
    _takes_rest(thresholds)


def _takes_rest(parser: Parser) -> None:
    takes_format(takes_limit(takes_concept(takes_point(parser))))
    parser.add_argument("--json", action="store_true", help="one JSON object, in place of a table")


def _atlas(options: argparse.Namespace) -> int:
    return _told(options, _found(options))


def _thresholds(options: argparse.Namespace) -> int:
    from deterrence.analysis.thresholds import check_parameter

    point = point_of(options)
    check_parameter(game_of(options).at(**point) if point else game_of(options), options.parameter)  # before the work, not after it
    return _told(options, _found(options))


def _found(options: argparse.Namespace) -> Atlas | Thresholds:
    """What the command asks for, within the time that solving the game has left."""
    from deterrence.analysis.atlas import atlas
    from deterrence.analysis.thresholds import thresholds
    from deterrence.report.progress import Progress

    check_output(options)
    started = time.monotonic()
    solution = solution_of(options)
    left = None if options.time_limit is None else max(0.1, round(started + options.time_limit - time.monotonic(), 1))
    with Progress(sys.stderr) as progress:
        if options.command == "atlas":
            return atlas(solution, time_limit=left, progress=progress)
        return thresholds(solution, options.parameter, time_limit=left, progress=progress)


def _told(options: argparse.Namespace, found: Atlas | Thresholds) -> int:
    """Print or write it; where a limit was hit, say which."""
    text = as_json(options, found.to_dict()) if options.json else found.table(options.format, width=width())
    deliver(options, text, found.solution.game.title)
    if found.complete:
        return YES
    reasons = list(dict.fromkeys(str(each["why"]) for each in found.undecided)) or ["that the cells cover the space could not be proved"]
    code = INTERRUPTED if any(reason.startswith("interrupted") for reason in reasons) else INCOMPLETE
    others = f" (and {len(reasons) - 1} more reasons)" if len(reasons) > 1 else ""
    return say(f"deterrence {options.command}", f"incomplete: {reasons[-1]}{others}", code)
