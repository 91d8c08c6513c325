"""The command line: reads arguments, calls the library, prints what it returns."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:  # every heavy import waits until a command needs it: `--help` must not feel them
    from deterrence.model.game import Game
    from deterrence.solution import Solution

YES, NO, BAD_INPUT, INCOMPLETE, BUG, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 70, 130, 141

_CONCEPTS = ("nash", "subgame_perfect", "weak_pbe", "sequential")
_FORMATS = ("text", "markdown", "latex", "html", "csv")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code, with every failure told in one message on standard error."""
    from deterrence.algebra.errors import DeterrenceError

    program = "deterrence"
    try:
        options, unknown = _parser().parse_known_args(arguments)
        program = f"deterrence {options.command}"
        if unknown:
            options.parser.unknown(unknown[0])
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # `--help`, or arguments that argparse refused
        return stop.code if isinstance(stop.code, int) else YES
    except KeyboardInterrupt:
        return _say(program, "interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _abandon_output(PIPE_CLOSED)
    except OSError as error:
        return _abandon_output(_say(program, _sentence(error), BAD_INPUT))
    except DeterrenceError as error:
        return _say(program, str(error), BAD_INPUT)
    except (MemoryError, RecursionError) as error:
        return _say(program, f"the game is too large for this machine ({type(error).__name__})", INCOMPLETE)
    except Exception as error:  # a defect of ours: no user is helped by its traceback
        return _defect(program, error)


def _sentence(error: OSError) -> str:
    """`FILE: what is wrong`."""
    return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part is not None)


def _defect(program: str, error: Exception) -> int:
    import os

    if os.environ.get("DETERRENCE_DEBUG"):
        raise error
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return _say(program, f"a defect in the program, {what} (with DETERRENCE_DEBUG=1 it shows where)", BUG)


def _say(program: str, message: str, code: int) -> int:
    print(f"{program}: {message}", file=sys.stderr)
    return code


def _abandon_output(code: int) -> int:
    """Where standard output cannot take what is still buffered, Python must not try, and complain, once more when it exits."""
    import os

    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


# Commands


def _list(_: argparse.Namespace) -> int:
    from deterrence.report.overview import listing

    return _print(listing(_width()))


def _show(options: argparse.Namespace) -> int:
    from deterrence.report.overview import overview

    return _print(overview(_game(options), _width()))


def _validate(options: argparse.Namespace) -> int:
    from deterrence.model.validation import validate

    game = _game(options)
    validate(game)
    return _print(f"{game.title}: the file is well formed and the model is sound.")


def _solve(options: argparse.Namespace) -> int:
    solution = _solution(options)
    if options.json:
        import json

        _print(json.dumps(solution.to_dict(), indent=1, ensure_ascii=not _speaks_unicode()))
    else:
        from deterrence.report.table import table

        _print(table(solution, payoffs=options.payoffs, width=_width()))
    return _whether_complete(options, solution)


def _table(options: argparse.Namespace) -> int:
    from deterrence.report.markup import page
    from deterrence.report.output import check_writable, write_whole
    from deterrence.report.table import table

    if options.output is not None:
        check_writable(options.output)  # before the work, not after it
    solution = _solution(options)
    text = table(solution, options.format, payoffs=options.payoffs, width=_width())
    if options.format == "html":
        text = page(text, solution.game.title)
    if options.output is None:
        _print(text)
    else:
        write_whole(options.output, text if text.endswith("\n") else text + "\n")
    return _whether_complete(options, solution)


def _check(options: argparse.Namespace) -> int:
    from deterrence.check import check
    from deterrence.interop.assessments import read_assessment

    game, point = _game(options), _point(options)
    given = read_assessment(options.strategies, options.name)
    given.need(point)
    certificate = check(game, given.strategies, given.beliefs, point, options.concept or "sequential")
    _print(str(certificate))
    return YES if certificate.valid else NO


def _prove(options: argparse.Namespace) -> int:
    from deterrence.analysis.claims import prove_all
    from deterrence.report.overview import verdicts
    from deterrence.report.progress import Progress

    with Progress(sys.stderr) as progress:
        proofs = prove_all(_game(options), time_limit=options.time_limit, progress=progress)
    _print(verdicts(proofs, _width()))
    found = {proof.verdict for proof in proofs}
    return NO if "refuted" in found else INCOMPLETE if "undecided" in found else YES


def _schema(_: argparse.Namespace) -> int:
    from deterrence.model.schema import schema_text

    return _print(schema_text().rstrip("\n"))


def _cache(_: argparse.Namespace) -> int:
    from deterrence.cache import clear

    return _print(f"Removed {clear()} from the cache.")


# What commands share


def _game(options: argparse.Namespace) -> Game:
    from deterrence.model.reading import load

    return load(options.game)


def _point(options: argparse.Namespace) -> dict[str, str]:
    """The values given with `--at`, by name."""
    from deterrence.algebra.errors import InputError

    point: dict[str, str] = {}
    for given in options.at:
        name, equals, value = (part.strip() for part in given.partition("="))
        if not (equals and name and value):
            raise InputError(f"--at {given}: expected NAME=VALUE, such as r=1/3")
        if name in point:
            raise InputError(f"--at {given}: {name} is given twice")
        point[name] = value
    return point


def _solution(options: argparse.Namespace) -> Solution:
    from deterrence.report.progress import Progress
    from deterrence.solve import solve

    game = _game(options)
    point = _point(options)
    if point:
        game = game.at(**point)
    with Progress(sys.stderr) as progress:
        return solve(game, options.concept, time_limit=options.time_limit, knife_edge=options.knife_edge, progress=progress)


def _whether_complete(options: argparse.Namespace, solution: Solution) -> int:
    """Where a limit was hit, why: what was found has been printed all the same."""
    if solution.complete:
        return YES
    reasons = list(dict.fromkeys(str(each["why"]) for each in solution.undecided))
    code = INTERRUPTED if any(reason.startswith("interrupted") for reason in reasons) else INCOMPLETE
    others = f" (and {len(reasons) - 1} more reasons)" if len(reasons) > 1 else ""
    return _say(f"deterrence {options.command}", f"incomplete: {reasons[-1]}{others}", code)


def _print(text: str) -> int:
    """Print text; signs that the terminal's encoding lacks are replaced, never an error."""
    if not _speaks_unicode():
        from deterrence.report.layout import ascii_lines

        text = ascii_lines(text).encode(sys.stdout.encoding or "ascii", "replace").decode(sys.stdout.encoding or "ascii")
    print(text.encode("utf-8", "replace").decode())
    return YES


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _width() -> int:
    """The terminal's width, within what is easily read; 80 where there is no terminal."""
    import shutil

    return max(40, min(shutil.get_terminal_size().columns, 120))


# Arguments


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong and what was probably meant."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            kind = "command" if isinstance(action, argparse._SubParsersAction) else str(action.metavar or action.dest).lower()
            known = list(action.choices)
            self.error(f"no {kind} {value!r}" + (_near(str(value), known) or f"; expected {', '.join(known)}"))

    def unknown(self, argument: str) -> NoReturn:
        """Refuse an argument that nothing takes."""
        known = [option for action in self._actions for option in action.option_strings]
        self.error(f"unknown argument {argument!r}{_near(argument.partition('=')[0], known)}")


class _Version(argparse.Action):
    """Prints the version of the library."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from deterrence import __version__

        print(f"deterrence {__version__}")
        parser.exit()


def _near(name: str, known: Sequence[str]) -> str:
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


def _parser() -> _Parser:
    parser = _Parser(
        prog="deterrence",
        allow_abbrev=False,
        description="All equilibria of a model of alliances and deterrence, and where in the space of its parameters each exists.",
        epilog="GAME is a name that `deterrence list` shows, or the path of a game file. "
        "Exit codes: 0 success, 1 the answer is no, 2 bad input, 3 a limit was hit and the answer is incomplete.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True, parser_class=_Parser)

    def command(name: str, run: Callable[[argparse.Namespace], int], says: str) -> _Parser:
        made = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".", allow_abbrev=False)
        made.set_defaults(run=run, parser=made)
        return made

    command("list", _list, "the games that ship with the library")
    _takes_game(command("show", _show, "players, parameters, the tree and the information sets of a game"))
    _takes_game(command("validate", _validate, "whether a file is well formed and its model sound: probabilities, denominators, parameters"))
    _takes_solving(command("solve", _solve, "all equilibria, over the whole parameter space or at a point")).add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else"
    )
    table = _takes_solving(command("table", _table, "the table of equilibria for a paper"))
    table.add_argument("--format", choices=_FORMATS, default="text", metavar="FORMAT", help=f"{', '.join(_FORMATS)} (default: text)")
    table.add_argument("-o", "--output", metavar="FILE", help="write to a file, whole or not at all")
    _takes_assessment(command("check", _check, "whether given strategies and beliefs are an equilibrium at a point"))
    _takes_limit(_takes_game(command("prove", _prove, "decide the claims of a game file over the whole parameter space")))
    command("schema", _schema, "print the JSON Schema of game files, with which editors complete and check them")
    cache = command("cache", _cache, "the solutions kept on disk")
    cache.add_argument("action", choices=("clear",), metavar="ACTION", help="clear: remove them all")
    return parser


def _takes_game(parser: _Parser) -> _Parser:
    parser.add_argument("game", metavar="GAME", help="a name in the catalogue or the path of a game file")
    return parser


def _takes_point(parser: _Parser) -> _Parser:
    parser.add_argument("--at", action="append", default=[], metavar="NAME=VALUE", help="fix a parameter, exactly: r=1/3, k=0.2 (repeatable)")
    return parser


def _takes_concept(parser: _Parser) -> _Parser:
    parser.add_argument("--concept", choices=_CONCEPTS, metavar="CONCEPT", help=f"{', '.join(_CONCEPTS)} (default: sequential)")
    return parser


def _takes_limit(parser: _Parser) -> _Parser:
    parser.add_argument("--time-limit", type=_seconds, metavar="S", help="stop after S seconds with what was found (exit code 3)")
    return parser


def _takes_solving(parser: _Parser) -> _Parser:
    _takes_limit(_takes_concept(_takes_point(_takes_game(parser))))
    parser.add_argument("--knife-edge", action="store_true", help="also equilibria that exist only on surfaces of the parameter space")
    parser.add_argument("--payoffs", action="store_true", help="add expected payoffs to the table")
    return parser


def _takes_assessment(parser: _Parser) -> None:
    _takes_concept(_takes_point(_takes_game(parser)))
    parser.add_argument(
        "--strategies", required=True, metavar="FILE", help="YAML or JSON with `strategies` and `beliefs`, or what `solve --json` printed"
    )
    parser.add_argument("--name", metavar="NAME", help="which equilibrium of the file, such as E1, where it has several")
