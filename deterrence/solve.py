"""Runs a concept on a game: limits, progress, the cache, and the one result type at the end."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import Formula, atoms, conjunction
from deterrence.algebra.parameters import Mover, ParameterSpace
from deterrence.algebra.polynomials import Ring
from deterrence.algebra.region import Region
from deterrence.algebra.smt import Clock, OutOfTime, Undecided
from deterrence.algebra.state import Root
from deterrence.concepts.family import Family, Findings
from deterrence.concepts.play import Play
from deterrence.concepts.setting import parameter_space, parameter_values, play_of
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.validation import validate
from deterrence.solution import Equilibrium, Free, Setting, Solution

CONCEPTS = ("nash", "subgame_perfect", "weak_pbe", "sequential")

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
        concept: `nash`, `subgame_perfect`, `weak_pbe` or `sequential` (the default).
        time_limit: in seconds; what was not decided by then is listed as undecided.
        knife_edge: also list the families that exist on surfaces only.
        progress: called with the stage and the number of regimes seen so far.

    Raises:
        InputError: the concept is unknown or the limit is not positive.
        GameError: the model is unsound: a probability, a denominator or the parameter space, with a point that shows it.
    """
    concept = _known_concept(concept or "sequential")
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


def _known_concept(concept: str) -> str:
    if concept not in CONCEPTS:
        raise InputError(f"concept is {concept!r}; expected one of {', '.join(CONCEPTS)}")
    return concept


def _solved(game: Game, concept: str, clock: Clock, knife_edge: bool, progress: Progress) -> Solution:
    unfinished: list[dict[str, Any]] = []
    try:
        validate(game)
    except Undecided as why:
        unfinished.append({"regime": {}, "why": f"whether the model is sound was not decided: {why}"})
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


def _regime(play: Play, supports: dict[int, tuple[int, ...]]) -> dict[str, list[str]]:
    return {info.name: [info.actions[a] for a in supports[info.index]] for info in play.sets if info.index in supports}


class Assembly:
    """Turns the families of a concept into equilibria over one ring, with canonical names and order."""

    def __init__(self, game: Game, play: Play, families: Sequence[Family]) -> None:
        self.game, self.play = game, play
        self.families = sorted(families, key=lambda f: tuple(f.supports.get(i.index, ()) for i in play.sets))
        self.kinds = {play.ring.index[n]: "q" if n.startswith("|action") else "mu" for n in play.ring.names if n[0] == "|"}
        self.bases = {"q": self._free_base(("q", "x", "y", "z", "q_")), "mu": self._free_base(("mu", "nu", "m", "mu_"))}
        self.renamings = [self._renaming(f) for f in self.families]
        names = sorted({n for renaming in self.renamings for n in renaming.values()}, key=_natural)
        self.parameters: ParameterSpace = parameter_space(game, names)
        ring = self.parameters.space.ring
        self.setting = Setting(self.parameters, extensive_form(game, parameter_values(game, ring)))

    def _free_base(self, candidates: Iterable[str]) -> str:
        game = self.game
        taken = {*game.parameters, *game.type_symbols, *game.where}
        return next(b for b in candidates if not any((t.startswith(b) and t[len(b) :].isdigit()) or t == b for t in taken))

    def _renaming(self, family: Family) -> dict[int, str]:
        """Final names of the unknowns that stay: `q` or `q1, q2, ...` for mixing, `mu` ... for beliefs."""
        branch, out = family.branch, {}
        left = [x.variable for x in branch.limits] + [r.variable for r in branch.roots if r.radicand is None]
        for kind, base in self.bases.items():
            mine = sorted(x for x in left if self.kinds[x] == kind)
            for n, x in enumerate(mine):
                out[x] = base if len(mine) == 1 else f"{base}{n + 1}"
        return out

    def equilibria(self) -> list[Equilibrium]:
        """All of them in canonical order; families that differ in the region alone are one."""
        merged: dict[str, Equilibrium] = {}
        for family, renaming in zip(self.families, self.renamings, strict=True):
            e = self._equilibrium(family, renaming)
            key = json.dumps([sorted(family.supports.items()), e.shape])
            if key in merged:
                e = replace(merged[key], region=merged[key].region | e.region)
            merged[key] = e
        ordered = list(merged.values())
        return [replace(e, name=f"E{n}") for n, e in enumerate(ordered, 1)]

    def _equilibrium(self, family: Family, renaming: dict[int, str]) -> Equilibrium:
        move = _Renamed(self.play, self.parameters, renaming)
        branch = family.branch
        roots = tuple(
            Root(
                move.variable(r.variable),
                move.polynomial(r.polynomial),
                move.formula(r.isolating),
                None if r.radicand is None else move.polynomial(r.radicand),
                r.index,
            )
            for r in branch.roots
        )
        free = tuple(Free(renaming[x.variable], tuple(map(move.ratio, x.lower)), tuple(map(move.ratio, x.upper)), x.closed) for x in branch.limits)
        formula: Formula = move.formula(branch.conditions) if self.game.free_parameters else conjunction(())
        hidden = _definitions(self.parameters.space.ring, formula, roots) if self.game.free_parameters else ()
        region = Region(self.parameters, formula, hidden)
        strategies = {i: [move.ratio(p) for p in ps] for i, ps in family.strategies.items()}
        beliefs = {i: [move.ratio(b) for b in bs] for i, bs in family.beliefs.items()}
        return Equilibrium("", self.setting, strategies, beliefs, free, roots, region)


def _definitions(ring: Ring, formula: Formula, roots: Sequence[Root]) -> tuple[Formula, ...]:
    """What defines the roots that a formula speaks of, those included on which these depend, and all that have no closed form."""
    mentioned = {k for a in atoms(formula) for k in ring.support(a.polynomial)}
    out: list[Formula] = []
    for root in reversed(roots):
        if root.radicand is None or root.variable in mentioned:
            out.insert(0, root.definition())
            mentioned |= {k for a in atoms(root.definition()) for k in ring.support(a.polynomial)}
    return tuple(out)


class _Renamed(Mover):
    """Moves from the ring of the concept to that of the solution, unknowns under their final names."""

    def __init__(self, play: Play, parameters: ParameterSpace, renaming: dict[int, str]) -> None:
        super().__init__(play.space.ring, parameters.space.ring)
        for variable, name in renaming.items():
            self.place[variable] = self.target.index[name]

    def variable(self, variable: int) -> int:
        """The index in the other ring."""
        at = self.place[variable]
        assert at is not None
        return at


def _natural(name: str) -> tuple[str, int]:
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0)
