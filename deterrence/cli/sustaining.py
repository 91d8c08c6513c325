"""The commands about what any equilibrium of a repeated game can sustain: the set of payoffs, the least discount factor."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from deterrence.cli.arguments import INCOMPLETE, YES, Command, Parser, answer, as_json, game_of, named, point_of, say, takes_game, takes_point

if TYPE_CHECKING:
    from deterrence.model.game import Game


def add(command: Command) -> None:
    """Add the commands of this file."""
    payoffs = command("payoffs", _payoffs, "the payoffs of all equilibria of a repeated game at a point, between two bounds")
    takes_point(takes_game(payoffs))
    payoffs.add_argument("--method", default="auto", metavar="METHOD", help="auto (default), abreu_sannikov (two players) or jyc (any number)")
    payoffs.add_argument("--tolerance", type=float, default=1e-6, metavar="X", help="how far apart the bounds may be (default: 1e-6)")
    payoffs.add_argument("--json", action="store_true", help="one JSON object")
    least = command("least-discount", _least, "the least discount factor at which a profile of actions can be sustained by any equilibrium")
    takes_play(takes_point(takes_game(least)))
    codes = command("penal-codes", _codes, "the worst equilibrium of a repeated game for each player, and how it is played")
    takes_point(takes_game(codes))


def takes_play(parser: Parser) -> Parser:
    parser.add_argument("--play", action="append", default=[], metavar="PLAYER=ACTION", help="what each player is to do for good (one for each)")
    return parser


def _at_point(options: argparse.Namespace) -> Game:
    game, point = game_of(options), point_of(options)
    return game.at(**point) if point else game


def _payoffs(options: argparse.Namespace) -> int:
    from deterrence.analysis.payoff_set import payoff_set

    found = payoff_set(_at_point(options), method=options.method, tolerance=options.tolerance)
    answer(as_json(options, found.to_dict()) if options.json else str(found))
    return YES if found.converged else say("deterrence payoffs", f"incomplete: the bounds are {found.gap:.1g} apart", INCOMPLETE)


def _codes(options: argparse.Namespace) -> int:
    from deterrence.analysis.sustaining_penal_codes import penal_codes

    return answer(str(penal_codes(_at_point(options))))


def _least(options: argparse.Namespace) -> int:
    from deterrence.analysis.sustaining import least_discount

    found = least_discount(_at_point(options), play=named("--play", options.play, "PLAYER=ACTION, such as Ally=Contribute"))
    answer(str(found))
    return YES
