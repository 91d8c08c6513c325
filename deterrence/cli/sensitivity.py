"""The command for sensitivity, global and local."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from deterrence.cli.arguments import (
    Command,
    Parser,
    check_output,
    deliver,
    game_of,
    named,
    point_of,
    solved,
    speaks_unicode,
    takes_concept,
    takes_format,
    takes_game,
    takes_limit,
    whether_complete,
)

if TYPE_CHECKING:
    from deterrence.analysis.sensitivity import Sensitivity
    from deterrence.solution import Solution

METHODS = ("sobol", "morris", "delta")


def add(command: Command) -> None:
    """Add the command of this file."""
    parser = command("sensitivity", _sensitivity, "how sensitive quantities are to parameters over ranges; with --at, exact elasticities")
    takes_format(takes_analysis(takes_limit(takes_concept(takes_game(parser)))))
    parser.add_argument("--at", action="append", default=[], metavar="NAME=VALUE", help="elasticities at this point, exactly: r=1/3 (repeatable)")


def takes_analysis(parser: Parser) -> Parser:
    """The options that say what is analysed and how."""
    parser.add_argument("--of", action="append", required=True, metavar="QUANTITY", help="as claims write it: 'Pr(War)', 'payoff(Ally)' (repeatable)")
    parser.add_argument(
        "--range", action="append", default=[], metavar="NAME=RANGE",
        help="a parameter that varies with its two ends, r=0:1, or one that is fixed, V=1 (repeatable; default: all vary over their default box)",
    )  # fmt: skip
    parser.add_argument("--method", choices=METHODS, default="sobol", metavar="METHOD", help=f"{', '.join(METHODS)} (default: sobol)")
    parser.add_argument("--n", type=int, default=1024, metavar="N", help="base points, trajectories or points (default: 1024)")
    parser.add_argument("--select", metavar="RULE", help="which of several equilibria: E3, 'best for PLAYER', ... (default: they must agree)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same numbers (default: 0)")
    parser.add_argument("--missing", type=float, metavar="VALUE", help="what counts where there is no equilibrium, or no point of the space")
    return parser


def analysed(options: argparse.Namespace) -> tuple[Solution, Sensitivity]:
    """The solution and the analysis that the options ask for."""
    from deterrence.analysis.sensitivity import sensitivity
    from deterrence.cli.figures import ends

    ranges: dict[str, Any] = {}
    for name, text in named("--range", options.range, "NAME=FROM:TO, such as r=0:1, or NAME=VALUE").items():
        ranges[name] = ends("--range", name, text) if ":" in text else text
    how = {"method": options.method, "n": options.n, "select": options.select, "seed": options.seed, "missing": options.missing}
    solution = solved(options, game_of(options))
    return solution, sensitivity(solution, options.of, ranges or None, **how)


def _sensitivity(options: argparse.Namespace) -> int:
    check_output(options)
    solution, text = _elasticities(options) if options.at else _indices(options)
    if options.output is None and not speaks_unicode():
        text = text.replace("±", "+-").replace("–", "-")
    deliver(options, text, solution.game.title)
    return whether_complete(options, solution)


def _indices(options: argparse.Namespace) -> tuple[Solution, str]:
    solution, found = analysed(options)
    return solution, found.table(options.format)


def _elasticities(options: argparse.Namespace) -> tuple[Solution, str]:
    from deterrence.algebra.errors import InputError
    from deterrence.analysis.elasticity import elasticities

    if options.range:
        raise InputError("--range: elasticities are at a point; leave out --range, or --at")
    point = point_of(options)
    solution = solved(options, game_of(options))
    return solution, elasticities(solution, point, options.of).table(options.format)
