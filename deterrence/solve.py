"""Runs a concept on a game: limits, progress, the cache, and the one result type at the end."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

from deterrence.algebra.errors import InputError
from deterrence.algebra.smt import Clock, OutOfTime, Undecided
from deterrence.assembly import Assembly
from deterrence.concepts import named_profiles
from deterrence.concepts.continuation import FixedPlay
from deterrence.concepts.family import Findings
from deterrence.concepts.play import Play
from deterrence.concepts.setting import parameter_space, parameter_values, play_of, profiles_of
from deterrence.model.checks import CONCEPTS, concepts_of, need_game
from deterrence.model.game import Game
from deterrence.model.profiles import profile_form
from deterrence.model.stochastic import StochasticGame
from deterrence.model.validation import validate
from deterrence.solution import Equilibrium, Solution

Progress = Callable[[str, int], None]


def solve(
    game: Game,
    concept: str | None = None,
    *,
    time_limit: float | None = None,
    knife_edge: bool = False,
    progress: Progress | None = None,
) -> Solution:
    """Every equilibrium of a game, each with the region of the parameters where it exists.

    At every point of the parameter space outside finitely many surfaces, the families whose regions contain the point are
    all the equilibria there, provided that the solution is `complete`.

    Args:
        game: the game; parameters may be fixed with `Game.at`.
        concept: `nash`, `subgame_perfect`, `weak_pbe` or `sequential` (the default). A game without a horizon has other ones: where it names
            profiles under `strategies`, these are tested, as `subgame_perfect` (or `perfect_public` where some moves are never seen), the
            default, or `nash`; `markov_perfect` finds all equilibria whose strategies depend on the state alone.
        time_limit: in seconds; what was not decided by then is listed as undecided.
        knife_edge: also list the families that exist on surfaces only.
        progress: called with the stage and the number of regimes seen so far.

    Raises:
        InputError: what is given is no game, the concept is unknown or is none for such a game, or the limit is not positive.
        GameError: the model is unsound: a probability, a denominator or the parameter space, with a point that shows it.
    """
    need_game(game, "solve")
    concept = _known_concept(game, concept)
    clock = Clock(time_limit)
    from deterrence.cache import Cache

    cache = Cache(game, concept, knife_edge)
    known = cache.read()
    if known is not None:
        return known
    solution = _solved(game, concept, clock, knife_edge, progress or _silent)
    if solution.complete:
        cache.write(solution)
    return solution


def clear_cache() -> int:
    """Remove every solution that is kept on disk; return how many there were."""
    from deterrence.cache import clear

    return clear()


def saved(solution: Solution, path: pathlib.Path) -> None:
    """Write a game and its solution to a file, whole or not at all."""
    from deterrence.cache import save

    save(solution, path)


def loaded(path: pathlib.Path) -> Solution:
    """The solution that `saved` wrote."""
    from deterrence.cache import load

    return load(path)


def _silent(stage: str, count: int) -> None:
    """No progress is shown."""


def _known_concept(game: Game, concept: str | None) -> str:
    known = concepts_of(game)
    if concept is None or concept in known:
        return concept or known[0]
    if concept not in CONCEPTS:
        raise InputError(f"concept is {concept!r}; expected one of {', '.join(c for c in CONCEPTS if c in known)}")
    hint = "" if len(known) > 1 else "; name profiles under `strategies` to have them tested"
    raise InputError(f"concept is {concept!r}, which is none for this game; expected {' or '.join(known)}{hint}")


def _solved(game: Game, concept: str, clock: Clock, knife_edge: bool, progress: Progress) -> Solution:
    unfinished: list[dict[str, Any]] = []
    try:
        validate(game)
    except Undecided as why:
        unfinished.append({"regime": {}, "why": f"whether the model is sound was not decided: {why}"})
    findings: Callable[..., Solution] = _profiles if profiles_of(game, concept) else _families
    return findings(game, concept, clock, knife_edge, progress, unfinished)


def _families(
    game: Game, concept: str, clock: Clock, knife_edge: bool, progress: Progress, unfinished: list[dict[str, Any]]
) -> Solution:
    """The families that a concept finds."""
    play = play_of(game, clock, knife_edge)
    findings = Findings()
    try:
        import_module(f"deterrence.concepts.{concept}").solve(play, findings, progress)
    except OutOfTime as why:
        unfinished.append({"regime": {}, "why": f"{why}; the regimes not yet visited are not listed"})
    except KeyboardInterrupt:
        unfinished.append({"regime": {}, "why": "interrupted; the regimes not yet visited are not listed"})
    play.space.clock.limit = None  # writing down what was found takes little time
    undecided = [{"regime": _regime(play, supports), "why": why} for supports, why in findings.undecided]
    equilibria = Assembly(game, play, findings.families).equilibria()
    return Solution(game, concept, equilibria, [*undecided, *unfinished], findings.tally.knife_edge)


def _profiles(
    game: StochasticGame, concept: str, clock: Clock, knife_edge: bool, progress: Progress, unfinished: list[dict[str, Any]]
) -> Solution:
    """The profiles that the game names, as far as they are equilibria somewhere."""
    parameters, edges = parameter_space(game), 0
    space = parameter_space(game, (), clock, knife_edge).space
    found: list[tuple[str, FixedPlay, Findings]] = []
    for n, name in enumerate(game.strategies):
        progress("profiles", n)
        play = named_profiles.play_of_profile(profile_form(game, name, parameter_values(game, space.ring)), space)
        findings = Findings()
        try:
            named_profiles.solve(play, concept, findings)
        except (Undecided, KeyboardInterrupt) as why:
            unfinished.append({"regime": {}, "why": f"the profile {name}: {str(why) or 'interrupted'}", "profile": name})
            if isinstance(why, KeyboardInterrupt):
                break
        unfinished += [{"regime": {}, "why": f"the profile {name}: {why}", "profile": name} for _, why in findings.undecided]
        found.append((name, play, findings))
        edges += findings.tally.knife_edge
    clock.limit = None
    equilibria: list[Equilibrium] = []
    for name, tested, findings in found:
        binding = named_profiles.binding(tested) if findings.families and concept != "nash" else []
        equilibria += Assembly(game, tested, findings.families, name, parameters).equilibria(binding)
    return Solution(game, concept, equilibria, unfinished, edges)


def _regime(play: Play, supports: dict[int, tuple[int, ...]]) -> dict[str, list[str]]:
    return {info.name: [info.actions[a] for a in supports[info.index]] for info in play.sets if info.index in supports}
