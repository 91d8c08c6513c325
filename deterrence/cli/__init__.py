"""The command line: reads arguments, calls the library, prints what it returns."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from deterrence.cli import figures, regions, sensitivity, solving, statics, sustaining, sweep
from deterrence.cli.arguments import BAD_INPUT, BUG, INCOMPLETE, INTERRUPTED, PIPE_CLOSED, YES, Parser, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code, with every failure told in one message on standard error."""
    from deterrence.algebra.errors import DeterrenceError, libraries

    program = "deterrence"
    try:
        options, unknown = _parser().parse_known_args(arguments)
        program = f"deterrence {options.command}"
        if unknown:
            options.parser.unknown(unknown[0])
        with libraries():
            code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # `--help`, or arguments that argparse refused
        return stop.code if isinstance(stop.code, int) else YES
    except KeyboardInterrupt:
        return say(program, "interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _abandon_output(PIPE_CLOSED)
    except OSError as error:
        return _abandon_output(say(program, _sentence(error), BAD_INPUT))
    except DeterrenceError as error:
        return say(program, str(error), BAD_INPUT)
    except (MemoryError, RecursionError) as error:
        return say(program, f"the game is too large for this machine ({type(error).__name__})", INCOMPLETE)
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
    return say(program, f"a defect in the program, {what} (with DETERRENCE_DEBUG=1 it shows where)", BUG)


def _abandon_output(code: int) -> int:
    """Where standard output cannot take what is still buffered, Python must not try, and complain, once more when it exits."""
    import os

    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


class _Version(argparse.Action):
    """Prints the version of the library."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from deterrence import __version__

        print(f"deterrence {__version__}")
        parser.exit()


def _parser() -> Parser:
    parser = Parser(
        prog="deterrence",
        allow_abbrev=False,
        description="All equilibria of a model of alliances and deterrence, and where in the space of its parameters each exists.",
        epilog="GAME is a name that `deterrence list` shows, or the path of a game file. "
        "Exit codes: 0 success, 1 the answer is no, 2 bad input, 3 a limit was hit and the answer is incomplete.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True, parser_class=Parser)

    def command(name: str, run: Callable[[argparse.Namespace], int], says: str) -> Parser:
        made = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".", allow_abbrev=False)
        made.set_defaults(run=run, parser=made)
        return made

    for commands_of in (solving, statics, regions, sweep, sensitivity, sustaining, figures):
        commands_of.add(command)
    return parser
