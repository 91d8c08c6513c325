"""The command that draws: the equilibrium map, lines along a sweep, a tornado, the game tree."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence.cli.arguments import (
    Command,
    Parser,
    answer,
    fixed_of,
    game_of,
    named,
    need_values,
    point_of,
    solved,
    takes_concept,
    takes_fixed,
    takes_game,
    takes_limit,
    takes_point,
    whether_complete,
)

if TYPE_CHECKING:
    import xarray as xr

    from deterrence.model.game import Game
    from deterrence.solution import Solution


def add(command: Command) -> None:
    """Add the command of this file, which has one of its own for each kind of figure."""
    plot = command("plot", _nothing, "a figure for a paper, as PDF, SVG or PNG: regions, sweep, tornado, payoffs, path or tree")
    kinds = plot.add_subparsers(title="figures", metavar="FIGURE", dest="figure", required=True, parser_class=Parser)

    def figure(name: str, run: Callable[[argparse.Namespace], int], says: str) -> Parser:
        made = kinds.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".", allow_abbrev=False)
        made.set_defaults(run=run, parser=made)
        made.add_argument("-o", "--output", required=True, metavar="FIG", help="the file: .pdf, .svg or .png")
        return made

    _add_regions(takes_limit(takes_concept(takes_game(figure("regions", _regions, "the equilibrium map: which equilibria exist where")))))
    _add_sweep(takes_limit(takes_concept(figure("sweep", _sweep, "a quantity along a parameter, a line for each equilibrium"))))
    _add_tornado(takes_limit(takes_concept(takes_game(figure("tornado", _tornado, "what a sensitivity analysis finds, as bars")))))
    drawn = "the game tree, information sets dashed (also as TikZ, to a file that ends in .tex)"
    tree = takes_limit(takes_concept(takes_game(figure("tree", _tree, drawn))))
    tree.add_argument("--equilibrium", metavar="NAME", help="the equilibrium whose path is thick, such as E1")
    tree.add_argument("--state", metavar="NAME", help="of a repeated or stochastic game the state whose tree is drawn (default: the first)")
    takes_point(takes_game(figure("payoffs", _payoffs, "the set of payoffs that equilibria of a repeated game of two or three players can have")))
    _add_path(takes_limit(takes_concept(takes_game(figure("path", _path, "what an equilibrium of a repeated game is worth, period by period")))))


def _add_path(parser: Parser) -> None:
    parser.add_argument("--equilibrium", metavar="NAME", help="the equilibrium or profile (default: the first)")
    parser.add_argument("--start", metavar="STATE", help="the state in which the path starts, also one that only a deviation leads to")
    parser.add_argument("--through", action="append", metavar="STATE", help="the states of the path in order (repeatable), not the likeliest ones")
    parser.add_argument("--periods", type=int, default=10, metavar="N", help="how many periods are shown (default: 10)")
    takes_fixed(parser)


def _nothing(_: argparse.Namespace) -> int:
    raise AssertionError("a figure is required")


def _add_regions(parser: Parser) -> None:
    parser.add_argument("--x", required=True, metavar="NAME", help="the parameter that goes to the right")
    parser.add_argument("--y", required=True, metavar="NAME", help="the parameter that goes up")
    takes_fixed(parser)
    parser.add_argument("--range", action="append", default=[], metavar="NAME=FROM:TO", help="the ends of an axis, such as k=0:2")
    parser.add_argument("--label", action="append", default=[], metavar="NAME=TEXT", help="what to call an equilibrium: E1=bluff (repeatable)")
    parser.add_argument("--on-path", action="store_true", help="equilibria with the same play on the path are one, named after the first")


def _add_sweep(parser: Parser) -> None:
    parser.add_argument("game", metavar="GAME|FILE", help="a game, or a file that `sweep` wrote (.nc or .zarr)")
    parser.add_argument("--quantity", required=True, metavar="TEXT", help="what goes up, as claims write it: 'Pr(War)'")
    parser.add_argument("--over", metavar="NAME=VALUES", help="of a game the parameter to sweep: r=0:1:101 for 101 values from 0 to 1")
    takes_fixed(parser)
    parser.add_argument("--select", default="all", metavar="RULE", help="all (default), pareto, E3, 'best for PLAYER', 'worst for PLAYER'")
    parser.add_argument("--x", metavar="NAME", help="of a file the parameter that goes to the right")


def _add_tornado(parser: Parser) -> None:
    from deterrence.cli.sensitivity import takes_analysis

    takes_analysis(parser)


def ends(option: str, name: str, text: str) -> tuple[str, str]:
    """The two ends of a range."""
    from deterrence.algebra.errors import InputError

    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 2 or not all(parts):
        raise InputError(f"{option} {name}={text}: expected two ends, such as {name}=0:1")
    return parts[0], parts[1]


def _checked(path: str) -> str:
    """A path that a figure can be written to, checked before the work and not after it."""
    from deterrence.report.figures_output import check_suffix
    from deterrence.report.output import check_writable

    check_suffix(path)
    check_writable(path)
    return path


def _regions(options: argparse.Namespace) -> int:
    from deterrence.report.figures_output import save
    from deterrence.report.region_map import asked, draw_regions

    path = _checked(options.output)
    fixed, labels = fixed_of(options), named("--label", options.label, "NAME=TEXT, such as E1=bluff")
    ranges = {name: ends("--range", name, text) for name, text in named("--range", options.range, "NAME=FROM:TO, such as k=0:2").items()}
    game = game_of(options)
    need_values(game, (options.x, options.y, *fixed))
    _need_ends(game, [name for name in (options.x, options.y) if name in game.free_parameters and name not in ranges])
    solution = solved(options, game)
    wanted = asked(solution, (options.x, options.y), fixed, ranges)
    save(draw_regions(solution, wanted, labels, options.on_path), path)
    values = ", ".join(f"{name} = {value}" for name, value in wanted.fixed.items())
    answer(f"{path}: the equilibria of {solution.game.title}{f' at {values}' if values else ''}.")
    return whether_complete(options, solution)


def _need_ends(game: Game, names: Sequence[str]) -> None:
    """Raise InputError, with what to type, where an axis has no ends of its own."""
    from deterrence.algebra.errors import InputError
    from deterrence.algebra.points import default_ends
    from deterrence.concepts.setting import parameter_space

    parameters = parameter_space(game)
    for name in names:
        try:
            default_ends(parameters, parameters.variable(name))
        except InputError as error:
            raise InputError(error.message.replace("in `box`", f"as --range {name}=0:1")) from None


def _sweep(options: argparse.Namespace) -> int:
    from deterrence.algebra.errors import InputError
    from deterrence.report import plot

    path = _checked(options.output)
    suffix = Path(options.game).suffix.lower()
    if suffix in (".nc", ".zarr"):
        return _sweep_of_file(options, path)
    if suffix in (".csv", ".parquet"):
        raise InputError(f"{options.game}: a table ({suffix}) cannot be plotted; give the game, or the file that `sweep -o NAME.nc` writes")
    dataset, solution = _swept(options)
    plot.save(plot.sweep(dataset, options.quantity, solution=solution), path)
    answer(f"{path}: {options.quantity} at {dataset.attrs.get('fixed') or 'no other parameter'}.")
    return whether_complete(options, solution)


def _swept(options: argparse.Namespace) -> tuple[xr.Dataset, Solution]:
    from deterrence.algebra.errors import InputError
    from deterrence.analysis.sweep import sweep
    from deterrence.cli.sweep import values_of

    if options.over is None:
        raise InputError("--over: of a game, which parameter goes to the right? give it as --over r=0:1:101")
    ((name, text),) = named("--over", [options.over], "NAME=VALUES, such as r=0:1:101").items()
    over, fixed, game = {name: values_of(name, text)}, fixed_of(options), game_of(options)
    need_values(game, (name, *fixed))
    solution = solved(options, game)
    return sweep(solution, over, fixed=fixed, quantities=[options.quantity], select=options.select), solution


def _sweep_of_file(options: argparse.Namespace, path: str) -> int:
    from deterrence.algebra.errors import InputError
    from deterrence.report import plot

    if options.over is not None:
        raise InputError(f"--over {options.over}: {options.game} has its points already; leave it out, or give a game")
    dataset = _read(options.game)
    plot.save(plot.sweep(_at(dataset, fixed_of(options)), options.quantity, options.x), path)
    answer(f"{path}: {options.quantity} of {dataset.attrs.get('game', options.game)}.")
    return 0


def _at(dataset: xr.Dataset, given: dict[str, str]) -> xr.Dataset:
    """The points of a data set at values of some of its parameters."""
    from deterrence.algebra.errors import InputError
    from deterrence.algebra.expressions import exact

    known = [d for d in map(str, dataset.dims) if d in dataset.coords and dataset[d].dtype.kind in "fiu"]
    for name, text in given.items():
        if name not in known:
            raise InputError(f"--fix {name}={text}: the file does not vary along {name}; expected one of {', '.join(known) or 'none'}")
        try:
            wanted = float(exact(text))
        except InputError as error:
            raise InputError(f"--fix {name}={text}: {error.message}") from None
        values = dataset[name].values
        if not (abs(values - wanted) < 1e-12).any():
            raise InputError(f"--fix {name}={text}: the file has no such value of {name}, which goes from {values.min():g} to {values.max():g}")
        dataset = dataset.sel({name: wanted}, method="nearest")
    return dataset


def _read(path: str) -> xr.Dataset:
    """The data set that `sweep` wrote to a file."""
    from deterrence.algebra.errors import InputError
    from deterrence.report.figure_style import need

    need("xarray")
    import xarray as xr

    from deterrence.analysis.selection import named as by_name

    if not Path(path).exists():
        raise InputError(f"{path}: there is no such file")
    try:
        found = xr.open_zarr(path, consolidated=False) if path.lower().endswith(".zarr") else xr.load_dataset(path)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: cannot be read as a data set ({' '.join(str(error).split())[:120]})") from None
    names = {name: v.attrs["quantity"] for name, v in found.data_vars.items() if "quantity" in v.attrs}
    return by_name(found.rename_vars(names).load())


def _tornado(options: argparse.Namespace) -> int:
    from deterrence.cli.sensitivity import analysed
    from deterrence.report import plot

    path = _checked(options.output)
    solution, found = analysed(options)
    plot.save(plot.tornado(found), path)
    answer(f"{path}: {found.dataset.attrs['points']:,} points of {solution.game.title}.")
    return whether_complete(options, solution)


def _tree(options: argparse.Namespace) -> int:
    from deterrence.report import plot
    from deterrence.report.output import check_writable, write_whole
    from deterrence.report.tikz import tikz_tree

    tikz = options.output.lower().endswith(".tex")
    if tikz:
        check_writable(options.output)
    else:
        _checked(options.output)
    game = game_of(options)
    state, title = _drawable(game, options)
    solution = None if options.equilibrium is None else solved(options, game)
    chosen = None if solution is None else _called(solution, options.equilibrium)
    if tikz:
        write_whole(options.output, tikz_tree(game, chosen, state=state))
    else:
        plot.save(plot.tree(game, chosen, state=state), options.output)
    answer(f"{options.output}: the tree of {title}{'' if chosen is None else f' with {chosen.name}'}.")
    return 0 if solution is None else whether_complete(options, solution)


def _drawable(game: Game, options: argparse.Namespace) -> tuple[str | None, str]:
    """The state whose tree is drawn, where the game has a tree for each, and what is drawn."""
    from deterrence.algebra.errors import InputError
    from deterrence.model.stochastic import StochasticGame

    lasting = isinstance(game, StochasticGame) and game.horizon is None
    if options.state is not None and not lasting:
        raise InputError(f"--state {options.state}: the game is played once, and its tree is drawn whole")
    if isinstance(game, StochasticGame) and lasting:
        if options.equilibrium is not None:
            raise InputError(f"--equilibrium {options.equilibrium}: a path is drawn in a game that is played once; see `plot path`")
        stage = game.stage(options.state)
        return options.state or next(iter(game.states)), stage.title
    return None, game.title


def _payoffs(options: argparse.Namespace) -> int:
    from deterrence.analysis.payoff_set import payoff_set
    from deterrence.report import plot

    path = _checked(options.output)
    game, point = game_of(options), point_of(options)
    found = payoff_set(game.at(**point) if point else game)
    plot.save(plot.payoffs(found), path)
    return answer(f"{path}: the equilibrium payoffs of {game.title} at discount factor {found.discount}.")


def _path(options: argparse.Namespace) -> int:
    from deterrence.algebra.errors import InputError
    from deterrence.analysis.value_path import value_path
    from deterrence.report import plot

    path = _checked(options.output)
    game, fixed = game_of(options), fixed_of(options)
    need_values(game, fixed)
    solution = solved(options, game)
    if not len(solution):
        raise InputError(f"{solution.game.title} has no equilibrium to show the values of")
    chosen = solution[0] if options.equilibrium is None else _called(solution, options.equilibrium)
    found = value_path(chosen, fixed, start=options.start, periods=options.periods, path=options.through)
    plot.save(plot.path(found), path)
    answer(f"{path}: {chosen.name} of {solution.game.title} over {len(found.states)} periods.")
    return whether_complete(options, solution)


def _called(solution: Solution, name: str) -> Any:
    from deterrence.algebra.errors import InputError, suggestion

    for e in solution:
        if e.name == name:
            return e
    names = [e.name for e in solution]
    listed = f"; expected one of {', '.join(names)}" if names else "; the game has none"
    raise InputError(f"--equilibrium {name}: there is none of that name{suggestion(name, names) or listed}")
