"""What commands take, and what they share: how arguments are read, and how answers are printed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

if TYPE_CHECKING:  # every heavy import waits until a command needs it: `--help` must not feel them
    from deterrence.model.game import Game
    from deterrence.solution import Solution

YES, NO, BAD_INPUT, INCOMPLETE, BUG, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 70, 130, 141

CONCEPTS = ("nash", "subgame_perfect", "weak_pbe", "sequential", "markov_perfect", "perfect_public")
FORMATS = ("text", "markdown", "latex", "html", "csv")

# What formats are called elsewhere.
_CALLED = {"tex": "latex", "md": "markdown", "txt": "text", "htm": "html"}
_FIXING = ("--at", "--fix", "--range")  # options by which parameters get values, each command taking some of them

Command: TypeAlias = Callable[[str, Callable[[argparse.Namespace], int], str], "Parser"]  # adds a command: its name, what runs it, what it does


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong and what was probably meant."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            kind = "command" if isinstance(action, argparse._SubParsersAction) else str(action.metavar or action.dest).lower()
            known = list(action.choices)
            meant = _CALLED.get(str(value).lower().removeprefix("."))
            hint = f"; did you mean {meant!r}?" if meant in known else near(str(value), known)
            self.error(f"no {kind} {value!r}" + (hint or f"; expected {', '.join(known)}"))

    def unknown(self, argument: str) -> NoReturn:
        """Refuse an argument that nothing takes."""
        known = [option for action in self._actions for option in action.option_strings]
        name = argument.partition("=")[0]
        others = [option for option in _FIXING if name in _FIXING and option in known]
        hint = f"; a parameter is given its value by {others[0]} NAME=VALUE" if others else near(name, known)
        self.error(f"unknown argument {argument!r}{hint}")


class _Format(argparse.Action):
    """Keeps the format, and that it was asked for: beside `--json` it would be passed over."""

    def __call__(self, _: argparse.ArgumentParser, options: argparse.Namespace, value: Any, *__: object) -> None:
        options.format, options.format_asked_for = value, True


def near(name: str, known: Sequence[str]) -> str:
    from deterrence.algebra.errors import suggestion

    return suggestion(name, known)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of seconds greater than 0, not {text!r}")
    return seconds


def takes_game(parser: Parser) -> Parser:
    parser.add_argument("game", metavar="GAME", help="a name in the catalogue or the path of a game file")
    return parser


def takes_point(parser: Parser) -> Parser:
    says = "fix a parameter, exactly: r=1/3, k=0.2 (repeatable)"
    parser.add_argument("--at", "--fix", dest="at", action="append", default=[], metavar="NAME=VALUE", help=says)
    return parser


def takes_fixed(parser: Parser) -> Parser:
    says = "a parameter's value, where not its default (repeatable)"
    parser.add_argument("--fix", "--at", dest="fix", action="append", default=[], metavar="NAME=VALUE", help=says)
    return parser


def takes_concept(parser: Parser) -> Parser:
    default = "default: sequential; for a game without a horizon its profiles, or markov_perfect"
    parser.add_argument("--concept", choices=CONCEPTS, metavar="CONCEPT", help=f"{', '.join(CONCEPTS)} ({default})")
    return parser


def takes_limit(parser: Parser) -> Parser:
    parser.add_argument("--time-limit", type=_seconds, metavar="S", help="stop after S seconds with what was found (exit code 3)")
    return parser


def takes_solving(parser: Parser) -> Parser:
    takes_limit(takes_concept(takes_point(takes_game(parser))))
    parser.add_argument("--knife-edge", action="store_true", help="also equilibria that exist only on surfaces of the parameter space")
    parser.add_argument("--payoffs", action="store_true", help="add expected payoffs to the table")
    parser.add_argument("--on-path", action="store_true", help="list each play once, without what would happen off its path")
    return parser


def takes_format(parser: Parser) -> Parser:
    says = f"{', '.join(FORMATS)} (default: text)"
    parser.add_argument("--format", action=_Format, choices=FORMATS, default="text", metavar="FORMAT", help=says)
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file, whole or not at all")
    return parser


def takes_assessment(parser: Parser) -> None:
    takes_concept(takes_point(takes_game(parser)))
    parser.add_argument(
        "--strategies", required=True, metavar="FILE", help="YAML or JSON with `strategies` and `beliefs`, or what `solve --json` printed"
    )
    parser.add_argument("--name", metavar="NAME", help="which equilibrium of the file, such as E1, where it has several")


# What commands share


def game_of(options: argparse.Namespace) -> Game:
    from deterrence.model.reading import load

    return load(options.game)


def point_of(options: argparse.Namespace) -> dict[str, str]:
    """The values given with `--at`, by name."""
    return named("--at", options.at, "NAME=VALUE, such as r=1/3")


def named(option: str, given: Sequence[str], like: str) -> dict[str, str]:
    """The values given with an option that is repeated, by name; `like` says how each is written."""
    from deterrence.algebra.errors import InputError

    out: dict[str, str] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            raise InputError(f"{option} {text}: expected {like}")
        if name in out:
            raise InputError(f"{option} {text}: {name} is given twice")
        out[name] = value
    return out


def fixed_of(options: argparse.Namespace) -> dict[str, str]:
    """The values given with `--fix`, by name."""
    return named("--fix", options.fix, "NAME=VALUE, such as V=1")


def need_values(game: Game, given: Collection[str]) -> None:
    """Raise InputError, with what to type, where a parameter has neither a default nor a value given on the command line."""
    from deterrence.algebra.errors import InputError
    from deterrence.model.advice import example_value

    for name in game.free_parameters:
        parameter = game.parameters[name]
        if parameter.default is None and name not in given:
            raise InputError(f"the parameter {name} has no default: give it a value, as --fix {name}={example_value(parameter)}")


def solution_of(options: argparse.Namespace) -> Solution:
    """The solution of the game, some parameters of which may be fixed."""
    game = game_of(options)
    point = point_of(options)
    return solved(options, game.at(**point) if point else game)


def solved(options: argparse.Namespace, game: Game) -> Solution:
    """The solution of a game as the options ask for it."""
    from deterrence.report.progress import Progress
    from deterrence.solve import solve

    knife_edge = getattr(options, "knife_edge", False)  # not every command takes it
    with Progress(sys.stderr) as progress:
        return solve(game, options.concept, time_limit=options.time_limit, knife_edge=knife_edge, progress=progress)


def whether_complete(options: argparse.Namespace, solution: Solution) -> int:
    """Where a limit was hit, why: what was found has been printed all the same."""
    if solution.complete:
        return YES
    reasons = list(dict.fromkeys(str(each["why"]) for each in solution.undecided))
    code = INTERRUPTED if any(reason.startswith("interrupted") for reason in reasons) else INCOMPLETE
    others = f" (and {len(reasons) - 1} more reasons)" if len(reasons) > 1 else ""
    return say(f"deterrence {options.command}", f"incomplete: {reasons[-1]}{others}", code)


def answer(text: str) -> int:
    """Print text; signs that the terminal's encoding lacks are replaced, never an error."""
    if not speaks_unicode():
        from deterrence.report.layout import ascii_lines

        text = ascii_lines(text).encode(sys.stdout.encoding or "ascii", "replace").decode(sys.stdout.encoding or "ascii")
    print(text.encode("utf-8", "replace").decode())
    return YES


def check_output(options: argparse.Namespace) -> None:
    """Raise what writing the output would end in: before the work, not after it."""
    from deterrence.algebra.errors import InputError
    from deterrence.report.output import check_writable

    if getattr(options, "json", False) and getattr(options, "format_asked_for", False):
        raise InputError(f"--format {options.format}: --json has a format of its own; give one of them")
    if options.output is not None:
        check_writable(options.output)


def deliver(options: argparse.Namespace, text: str, title: str) -> None:
    """Print a text, or write it to the output; HTML as a page of its own."""
    from deterrence.report.markup import page
    from deterrence.report.output import write_whole

    if options.format == "html" and not getattr(options, "json", False):
        text = page(text, title)
    if options.output is None:
        answer(text)
    else:
        write_whole(options.output, text if text.endswith("\n") else text + "\n")


def as_json(options: argparse.Namespace, found: dict[str, Any]) -> str:
    """An object as text that the output, or the terminal, can show."""
    import json

    return json.dumps(found, indent=1, ensure_ascii=getattr(options, "output", None) is None and not speaks_unicode())


def speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def width() -> int:
    """The terminal's width, within what is easily read; 80 where there is no terminal."""
    import shutil

    return max(40, min(shutil.get_terminal_size().columns, 120))


def say(program: str, message: str, code: int) -> int:
    print(f"{program}: {message}", file=sys.stderr)
    return code
