"""The one result type: all equilibria of a game under one concept, each with its region."""

from __future__ import annotations

import contextlib
import copy
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from deterrence.algebra.errors import InputError, libraries
from deterrence.algebra.formula import Formula
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.region import Region
from deterrence.algebra.slices import Bounds
from deterrence.algebra.smt import Undecided
from deterrence.algebra.state import Root
from deterrence.model.expectations import event_probabilities, expected_payoffs, outcome_probabilities, payoffs_by_type
from deterrence.model.extensive import ExtensiveForm
from deterrence.model.game import Game
from deterrence.model.state_forms import StochasticForm

if TYPE_CHECKING:
    import sympy
    import xarray as xr

    from deterrence.analysis.atlas import Atlas


class History(NamedTuple):
    """How play came to a node: the types of the players that have any, and every move on the way, hidden ones included."""

    types: tuple[tuple[str, str], ...]
    moves: tuple[str, ...]

    def __str__(self) -> str:
        types = ", ".join(f"{player} = {kind}" for player, kind in self.types)
        return "; ".join(part for part in (types, ", ".join(self.moves)) if part)


class Free(NamedTuple):
    """An unknown that an equilibrium leaves open: it lies above every `lower` and below every `upper`."""

    name: str
    lower: tuple[Ratio, ...]
    upper: tuple[Ratio, ...]
    closed: tuple[bool, bool]


@dataclass(frozen=True)
class Setting:
    """What all equilibria of a solution share: the space, whose ring has their unknowns, and the tree over that ring."""

    parameters: ParameterSpace
    form: ExtensiveForm[Any]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A family of equilibria: one support profile and one branch of the solutions of its equations.

    `exact_strategies` and `exact_beliefs` are by index of the information set, over the ring of the setting; everything
    else is read off them.
    """

    name: str
    setting: Setting
    exact_strategies: Mapping[int, Sequence[Ratio]]
    exact_beliefs: Mapping[int, Sequence[Ratio]]
    exact_free: tuple[Free, ...]
    roots: tuple[Root, ...]
    region: Region
    binding: tuple[Mapping[str, Any], ...] = ()
    """For a named profile, the deviations that limit its region: the `state`, the `player`, the `plan` and the `condition` that it sets."""

    @cached_property
    def strategies(self) -> dict[str, dict[str, sympy.Expr]]:
        """Information set -> action -> probability."""
        return {
            info.name: {a: self._sympy(p) for a, p in zip(info.actions, self.exact_strategies[info.index], strict=True)}
            for info in self.setting.form.information_sets
        }

    @cached_property
    def beliefs(self) -> dict[str, dict[History, sympy.Expr]]:
        """Information set -> history -> belief; only sets with several nodes have any to speak of."""
        return {name: {history: self._sympy(b) for history, b in nodes} for name, nodes in self._belief_nodes()}

    def _belief_nodes(self) -> Iterator[tuple[str, list[tuple[History, Ratio]]]]:
        form = self.setting.form
        for info in form.information_sets:
            beliefs = self.exact_beliefs.get(info.index)
            if beliefs and len(info.nodes) > 1:
                nodes = (form.nodes[k] for k in info.nodes)
                histories = [History(tuple(node.types.items()), node.moves) for node in nodes]
                yield info.name, list(zip(histories, beliefs, strict=True))

    @cached_property
    def free(self) -> dict[str, tuple[sympy.Expr, sympy.Expr]]:
        """The unknowns that the equilibrium leaves open, with their range, each in terms of those before it."""
        import sympy

        return {
            f.name: (
                sympy.Max(*(self._sympy(b) for b in f.lower)),
                sympy.Min(*(self._sympy(b) for b in f.upper)),
            )
            for f in self.exact_free
        }

    @property
    def closed(self) -> dict[str, tuple[bool, bool]]:
        """For each free unknown, whether the ends of its range belong to it."""
        return {f.name: f.closed for f in self.exact_free}

    @cached_property
    def implicit(self) -> dict[str, dict[str, str]]:
        """The unknowns without a closed form: the polynomial that vanishes there, and what tells the root from the others."""
        writer = self._writer
        return {
            self._name(r.variable): {
                "polynomial": writer.polynomial(r.polynomial),
                "isolating": writer.condition(r.isolating),
            }
            for r in self.roots
            if r.radicand is None and r.index is None
        }

    def _name(self, variable: int) -> str:
        return self.setting.parameters.space.ring.names[variable]

    @cached_property
    def critical_discount(self) -> tuple[Bounds, ...]:
        """The region of a repeated game solved for its discount factor: a union of cases, each with bounds and conditions on the others.

        Raises InputError where the discount factor is not one parameter, the same for all, and Undecided where there is no closed form.
        """
        game = self.setting.form.game
        factors = {d.text for d in getattr(game, "discount", {}).values()}
        name = next(iter(factors)) if len(factors) == 1 else ""
        if name not in game.free_parameters:
            raise InputError(f"the discount factor of this game is {' or '.join(sorted(factors)) or 'none'}; expected one free parameter for all")
        return self.region.solved_for(name)

    # What comes about

    @cached_property
    def exact_outcomes(self) -> dict[str, Ratio]:
        """Outcome -> probability, over the ring."""
        return self._ratios(outcome_probabilities(self.setting.form, self.exact_strategies))

    @cached_property
    def exact_payoffs(self) -> dict[str, Ratio]:
        """Player -> expected payoff, over the ring."""
        return self._ratios(expected_payoffs(self.setting.form, self.exact_strategies))

    @cached_property
    def exact_payoffs_by_type(self) -> dict[str, dict[str, Ratio]]:
        """Player -> type -> expected payoff given the type, over the ring."""
        found = payoffs_by_type(self.setting.form, self.exact_strategies)
        return {player: self._ratios(values) for player, values in found.items()}

    @cached_property
    def exact_events(self) -> dict[str, Ratio]:
        """Event -> probability, over the ring."""
        return self._ratios(event_probabilities(self.setting.form, self.exact_strategies))

    def _ratios(self, values: Mapping[str, Any]) -> dict[str, Ratio]:
        return {key: self.clean(Ratio.of(self.setting.parameters.space.ring, v)) for key, v in values.items()}

    def clean(self, value: Ratio) -> Ratio:
        """A rational function of the unknowns with its square roots reduced."""
        from deterrence.algebra.state import State

        return State(self.setting.parameters.space, (), roots=self.roots).clean(value)

    @cached_property
    def outcomes(self) -> dict[str, sympy.Expr]:
        """Outcome -> probability."""
        return {label: self._sympy(p) for label, p in self.exact_outcomes.items()}

    @cached_property
    def events(self) -> dict[str, sympy.Expr]:
        """Event -> probability."""
        return {label: self._sympy(p) for label, p in self.exact_events.items()}

    @cached_property
    def payoffs(self) -> dict[str, sympy.Expr]:
        """Player -> expected payoff before types are drawn."""
        return {player: self._sympy(u) for player, u in self.exact_payoffs.items()}

    @cached_property
    def exact_average_payoffs(self) -> dict[str, Ratio]:
        """Player -> average payoff of a period, `1 - discount` times the sum; empty where the game can end."""
        form = self.setting.form
        if not isinstance(form, StochasticForm) or form.game.can_end:
            return {}
        shares = {player: 1 - d for player, d in zip(form.players, form.discounts, strict=True)}
        return self._ratios({player: share * self.exact_payoffs[player] for player, share in shares.items()})

    @cached_property
    def average_payoffs(self) -> dict[str, sympy.Expr]:
        """Player -> average payoff of a period in a game that goes on for ever; empty where it can end."""
        return {player: self._sympy(u) for player, u in self.exact_average_payoffs.items()}

    @cached_property
    def payoffs_by_type(self) -> dict[str, dict[str, sympy.Expr]]:
        """Player -> type -> expected payoff given the type."""
        return {player: {kind: self._sympy(u) for kind, u in values.items()} for player, values in self.exact_payoffs_by_type.items()}

    # Writing

    @cached_property
    def _writer(self) -> Any:
        """Writes over the ring, square roots and numeric roots in full."""
        parameters = self.setting.parameters
        names: dict[int, str] = {}
        for root in self.roots:
            writer = parameters.writer(names)
            if root.radicand is not None:
                names[root.variable] = f"sqrt({writer.ratio(Ratio(parameters.space.ring, root.radicand))})"
            elif root.index is not None:
                x = parameters.writer({root.variable: "x"}).polynomial(root.polynomial)
                names[root.variable] = f"CRootOf({x}, {root.index})"
        return parameters.writer(names)

    def _sympy(self, value: Ratio) -> sympy.Expr:
        from deterrence.algebra.sympy_forms import to_sympy

        return to_sympy(self._writer.ratio(value))

    def formulas(self) -> tuple[Formula, ...]:
        """What holds of parameters and unknowns together in this family, for the SMT solver."""
        from deterrence.algebra.formula import Atom

        out: list[Formula] = [root.definition() for root in self.roots]
        ring = self.setting.parameters.space.ring
        for f in self.exact_free:
            x = Ratio(ring, ring[f.name])
            ends = [(x - b, f.closed[0]) for b in f.lower] + [(b - x, f.closed[1]) for b in f.upper]
            out += [Atom(gap.numerator * gap.denominator, ">=" if weak else ">") for gap, weak in ends]
        return (*out, *self.region.formulas())

    def text(self, value: Ratio) -> str:
        """A rational function of parameters and unknowns as exact text."""
        return str(self._writer.ratio(value))

    def to_dict(self) -> dict[str, Any]:
        """The equilibrium as a JSON object with exact text for every number and formula."""
        return copy.deepcopy(self._dict)

    @cached_property
    def shape(self) -> dict[str, Any]:
        """Strategies, beliefs and what they leave open, as exact text: all but the name, the region and what follows."""
        sets = self.setting.form.information_sets
        return {
            "strategies": {s.name: self._texts(dict(zip(s.actions, self.exact_strategies[s.index], strict=True))) for s in sets},
            "beliefs": {
                name: [{"types": dict(h.types), "moves": list(h.moves), "probability": self.text(b)} for h, b in nodes]
                for name, nodes in self._belief_nodes()
            },
            "free": {f.name: [self._end("Max", f.lower), self._end("Min", f.upper)] for f in self.exact_free},
            "closed": {f.name: list(f.closed) for f in self.exact_free},
            "implicit": self.implicit,
        }

    @cached_property
    def _dict(self) -> dict[str, Any]:
        by_type = {player: self._texts(values) for player, values in self.exact_payoffs_by_type.items()}
        more: dict[str, Any] = {"average_payoffs": self._texts(self.exact_average_payoffs)} if self.exact_average_payoffs else {}
        if self.binding:
            more["binding"] = [dict(each) for each in self.binding]
        if isinstance(self.setting.form, StochasticForm) and self.setting.form.states[0].phase:
            with contextlib.suppress(InputError, Undecided):
                more["critical_discount"] = [_plain(bounds) for bounds in self.critical_discount]
        return {
            "name": self.name,
            **self.shape,
            "conditions": list(self.region.conditions),
            "outcomes": self._texts(self.exact_outcomes),
            "events": self._texts(self.exact_events),
            "payoffs": self._texts(self.exact_payoffs),
            "payoffs_by_type": by_type,
            **more,
        }

    def _texts(self, values: Mapping[str, Ratio]) -> dict[str, str]:
        return {key: self.text(v) for key, v in values.items()}

    def _end(self, function: str, bounds: tuple[Ratio, ...]) -> str:
        texts = [self.text(b) for b in bounds]
        return texts[0] if len(texts) == 1 else f"{function}({', '.join(texts)})"

    def __repr__(self) -> str:
        return f"Equilibrium({self.name}: {str(self.region) or 'everywhere'})"


def _plain(bounds: Bounds) -> dict[str, Any]:
    """Bounds on a parameter as a JSON object."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(bounds).items()}


class Solution(Sequence[Equilibrium]):
    """Every equilibrium of a game under one concept, as an immutable sequence.

    `complete` is True only if every regime was decided; `undecided` lists those that were not, and why. `knife_edge` counts
    the families that were met and left out because their region has no interior.
    """

    def __init__(
        self,
        game: Game,
        concept: str,
        equilibria: Sequence[Equilibrium],
        undecided: Sequence[Mapping[str, Any]] = (),
        knife_edge: int = 0,
    ) -> None:
        self.game, self.concept = game, concept
        self._equilibria = tuple(equilibria)
        self.undecided = tuple(undecided)
        self.knife_edge = knife_edge

    @property
    def complete(self) -> bool:
        """Was every regime decided?"""
        return not self.undecided

    @overload
    def __getitem__(self, index: int) -> Equilibrium: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Equilibrium, ...]: ...
    def __getitem__(self, index: int | slice) -> Equilibrium | tuple[Equilibrium, ...]:
        return self._equilibria[index]

    def __len__(self) -> int:
        return len(self._equilibria)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self._equilibria)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Solution):
            return NotImplemented
        return self.game == other.game and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.concept, len(self._equilibria)))

    def by_outcome(self) -> dict[tuple[str, ...], tuple[Equilibrium, ...]]:
        """The equilibria by the outcomes that they reach with positive probability."""
        groups: dict[tuple[str, ...], list[Equilibrium]] = {}
        for e in self:
            reached = tuple(label for label, p in e.exact_outcomes.items() if p)
            groups.setdefault(reached, []).append(e)
        return {key: tuple(found) for key, found in groups.items()}

    def at(self, **values: Any) -> list[Equilibrium]:
        """All equilibria at a point, exactly: the game is solved afresh there, so that nothing is missed on a surface.

        Values are given by name as int, Fraction, Decimal, exact text or float (read as the decimal that it prints as).
        """
        from deterrence.solve import solve

        return list(solve(self.game.at(**values), self.concept))

    def evaluate(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        of: Sequence[str] | None = None,
        free: Mapping[str, Any] | None = None,
        engine: str = "auto",
        **arrays: Any,
    ) -> xr.Dataset:
        """Where each family exists and what it brings, on arrays of parameters in floating point: see `deterrence.analysis.evaluation`.

        Parameters are given by name, as `evaluate(r=array, k=0.2)`, or in a mapping where a name is one of the other arguments.
        """
        with libraries():
            from deterrence.analysis.evaluation import evaluate

        return evaluate(self, {**(values or {}), **arrays}, of=of, free=free, engine=engine)

    def atlas(self, **options: Any) -> Atlas:
        """The parameter space cut into cells with the same equilibria: see `deterrence.analysis.atlas`."""
        from deterrence.analysis.atlas import atlas

        return atlas(self, **options)

    def table(self, format: str = "text", **options: Any) -> str:  # noqa: A002 - the name that users know from pandas
        """The equilibrium table for a paper: `text`, `markdown`, `latex`, `html` or `csv`."""
        from deterrence.report.table import table

        return table(self, format, **options)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        state = "complete" if self.complete else f"{len(self.undecided)} undecided"
        return f"Solution({self.game.title!r}, {self.concept}, {len(self)} equilibria, {state})"

    def _repr_html_(self) -> str:
        return self.table("html")

    def to_dict(self) -> dict[str, Any]:
        """The solution as one JSON object with exact text for every number and formula."""
        return {
            "game": self.game.title,
            "concept": self.concept,
            "complete": self.complete,
            "knife_edge": self.knife_edge,
            "undecided": [dict(u) for u in self.undecided],
            "parameters": list(self.game.parameters),
            "at": {name: str(value) for name, value in self.game.fixed.items()},
            "equilibria": [e.to_dict() for e in self],
        }

    def save(self, path: str | pathlib.Path) -> None:
        """Write the game and its solution to a file (JSON), whole or not at all."""
        from deterrence.solve import saved

        saved(self, pathlib.Path(path))

    @classmethod
    def load(cls, path: str | pathlib.Path) -> Solution:
        """The solution that `save` wrote."""
        from deterrence.solve import loaded

        return loaded(pathlib.Path(path))
