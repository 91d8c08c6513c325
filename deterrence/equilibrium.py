"""A family of equilibria: what is played and believed in it, where it exists, and what it brings about."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import Formula
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.region import Region
from deterrence.algebra.slices import Bounds
from deterrence.algebra.smt import Undecided
from deterrence.algebra.state import Root
from deterrence.model.critical_discount import critical_discount, discount_parameter
from deterrence.model.expectations import equilibrium_payoffs, event_probabilities, outcome_probabilities, payoffs_by_type
from deterrence.model.extensive import ExtensiveForm
from deterrence.model.state_forms import StochasticForm

if TYPE_CHECKING:
    import sympy


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

        Where all other parameters are fixed, the bounds are exact numbers, `CRootOf(...)` among them. Where others are free and a condition has
        no closed form, as of degree three in the discount factor, there is one case without bounds, whose `conditions` are those of the region:
        fix the others with `Game.at`, or see `thresholds`.

        Raises InputError where the discount factor is not one parameter, the same for all, or the region cannot be told.
        """
        return critical_discount(self.region, self.setting.form.game)

    # What comes about

    @cached_property
    def exact_outcomes(self) -> dict[str, Ratio]:
        """Outcome -> probability, over the ring."""
        return self._ratios(outcome_probabilities(self.setting.form, self.exact_strategies))

    @cached_property
    def exact_payoffs(self) -> dict[str, Ratio]:
        """Player -> expected payoff, over the ring."""
        return self._ratios(equilibrium_payoffs(self.setting.form, self.exact_strategies))

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
            with contextlib.suppress(InputError, Undecided):  # in closed form or not at all
                name = discount_parameter(self.setting.form.game)
                more["critical_discount"] = [_plain(bounds) for bounds in self.region.solved_for(name)]
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
