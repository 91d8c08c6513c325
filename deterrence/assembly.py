"""Makes equilibria of the families that a concept finds: one ring for all, canonical names and order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from deterrence.algebra.formula import Formula, atoms, conjunction
from deterrence.algebra.parameters import Mover, ParameterSpace
from deterrence.algebra.polynomials import Ring
from deterrence.algebra.region import Region
from deterrence.algebra.state import Root
from deterrence.concepts.family import Family
from deterrence.concepts.named_profiles import Deviation
from deterrence.concepts.play import Play
from deterrence.concepts.setting import form_of, parameter_space, parameter_values
from deterrence.model.game import Game
from deterrence.model.state_forms import StochasticForm
from deterrence.solution import Equilibrium, Free, Setting


class Assembly:
    """Turns the families of a concept into equilibria over one ring, with canonical names and order.

    Those of a profile that the game names, `profile`, are called by its name.
    """

    def __init__(self, game: Game, play: Play, families: Sequence[Family], profile: str = "", parameters: ParameterSpace | None = None) -> None:
        self.game, self.play, self.profile = game, play, profile
        self.families = sorted(families, key=lambda f: tuple(f.supports.get(i.index, ()) for i in play.sets))
        self.kinds = {play.ring.index[n]: "q" if n.startswith("|action") else "mu" for n in play.ring.names if n[0] == "|"}
        self.bases = {"q": self._free_base(("q", "x", "y", "z", "q_")), "mu": self._free_base(("mu", "nu", "m", "mu_"))}
        self.renamings = [self._renaming(f) for f in self.families]
        names = sorted({n for renaming in self.renamings for n in renaming.values()}, key=_natural)
        self.parameters: ParameterSpace = parameters or parameter_space(game, names)
        self.setting = Setting(self.parameters, form_of(game, profile, parameter_values(game, self.parameters.space.ring)))

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

    def equilibria(self, binding: Sequence[tuple[Deviation, Formula]] = ()) -> list[Equilibrium]:
        """All of them in canonical order; families that differ in the region alone are one, and so are a range of beliefs and its ends.

        `binding` has what limits a named profile.
        """
        merged: dict[str, Equilibrium] = {}
        for family, renaming in zip(self.families, self.renamings, strict=True):
            e = self._equilibrium(family, renaming)
            key = json.dumps([sorted(family.supports.items()), e.shape])
            if key in merged:
                e = replace(merged[key], region=merged[key].region | e.region)
            merged[key] = e
        ordered = _with_ends(list(merged.values()))
        once: list[dict[str, Any]] = []  # the same deviation may be seen from several subgames of the period
        for limit in (self._limit(deviation, condition) for deviation, condition in binding):
            once += [] if limit in once else [limit]
        limits = tuple(once)
        return [replace(e, name=self.profile or f"E{n}", binding=limits) for n, e in enumerate(ordered, 1)]

    def _limit(self, deviation: Deviation, condition: Formula) -> dict[str, Any]:
        """A deviation in words, with the condition that it sets."""
        form, region = self.play.form, Region(self.parameters, _Renamed(self.play, self.parameters, {}).formula(condition))
        assert isinstance(form, StochasticForm)
        plan = {form.information_sets[i]: a for i, a in deviation.plan.items()}
        return {
            "state": form.states[deviation.state].name,
            "player": form.players[deviation.player],
            "plan": {info.name: info.actions[a] for info, a in plan.items()},
            "condition": " and ".join(region.conditions) if self.game.free_parameters else "",
        }

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


def _with_ends(found: Sequence[Equilibrium]) -> list[Equilibrium]:
    """The same equilibria; a family whose beliefs are the end of the open range of another, and that differs in nothing else, is in that range."""
    out, within = list(found), set[int]()
    ends = {n: [(m, side) for m, point in enumerate(found) for side in (0, 1) if _is_end(e, side, point)] for n, e in enumerate(found)}
    for n in sorted(ends, key=lambda n: -len(ends[n])):  # one that may be the end of two ranges goes where both ends are told
        for m, side in ends[n]:
            if m not in within:
                within.add(m)
                (free,) = out[n].exact_free
                out[n] = replace(out[n], exact_free=(free._replace(closed=(free.closed[0] or side == 0, free.closed[1] or side == 1)),))
    return [e for n, e in enumerate(out) if n not in within]


def _is_end(e: Equilibrium, side: int, point: Equilibrium) -> bool:
    """Is `point`, everywhere in its region, what the family `e` comes to at the lower (side 0) or upper end of its range, which does not belong?"""
    if len(e.exact_free) != 1 or point.exact_free or e.roots or point.roots:
        return False
    (free,) = e.exact_free
    ends = (free.lower, free.upper)[side]
    if free.closed[side] or len(ends) != 1 or e.region.formulas() != point.region.formulas() or e.exact_strategies != point.exact_strategies:
        return False
    x = e.setting.parameters.space.ring.index[free.name]
    try:
        there = {i: [b.substitute(x, ends[0]) for b in beliefs] for i, beliefs in e.exact_beliefs.items()}
    except ZeroDivisionError:
        return False
    return there == {i: list(beliefs) for i, beliefs in point.exact_beliefs.items()}


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
