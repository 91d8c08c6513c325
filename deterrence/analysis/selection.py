"""Rules by which one equilibrium, or some, are selected at each point where several exist.

Rules compare expected payoffs before types are drawn. Where an equilibrium leaves something open a payoff has a least and a greatest value,
and each rule says which it uses. Payoffs that differ by no more than 1e-12, relatively, count as equal, and the first equilibrium in the
order of the solution goes before the others: the numbers are no better than that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from deterrence.algebra.errors import InputError, quoted, suggestion

Numbers: TypeAlias = npt.NDArray[np.float64]
Truths: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int16]  # of equilibria, by their order; -1 for none

TOLERANCE = 1e-12
PAYOFFS = "payoffs that the rule compares"  # the variable of a block in which these are, beside what was asked for
_EXTREME = re.compile(r"(?s)(best|worst) for (.*)")
_OPTIMISTIC = " (optimistic)"
_NONE = "where no selected equilibrium exists, quantities are NaN"


class Rule(Protocol):
    """Selects from a block of results; `text` names the rule and `note` says what it does with bounds and where nothing is selected."""

    @property
    def text(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def compares_payoffs(self) -> bool: ...

    def __call__(self, block: xr.Dataset) -> Truths | Codes | None:
        """A mask over `equilibrium` and the points, or the code of one equilibrium at each point; None where nothing is left out."""


@dataclass(frozen=True)
class All:
    """Every equilibrium: the dimension `equilibrium` stays, and quantities are NaN where one does not exist. Bounds stay bounds."""

    text: str = "all"
    note: str = "every equilibrium is kept; quantities are NaN where it does not exist; bounds are kept"
    compares_payoffs: bool = False

    def __call__(self, block: xr.Dataset) -> None:
        """Nothing is left out."""


@dataclass(frozen=True)
class ByName:
    """One family, where it exists; its bounds stay bounds, and where it does not exist nothing is selected."""

    text: str
    compares_payoffs: bool = False

    @property
    def note(self) -> str:
        """What it does with bounds and gaps."""
        return f"this equilibrium; {_NONE}; bounds are kept"

    def __call__(self, block: xr.Dataset) -> Codes:
        """The family's code where it exists."""
        code = [str(name) for name in block["equilibrium"].values].index(self.text)
        return np.where(block["exists"].values[code], code, -1).astype(np.int16)


@dataclass(frozen=True)
class Extreme:
    """The equilibrium that is best, or worst, for a player among those that exist.

    What an equilibrium leaves open is taken at the player's least payoff, with `(optimistic)` at the greatest: both where the best and where the
    worst is sought. Nothing is selected where no equilibrium exists. Of equals the first is taken.
    """

    player: str
    best: bool
    optimistic: bool
    compares_payoffs: bool = True

    @property
    def text(self) -> str:
        """As it is asked for."""
        return f"{'best' if self.best else 'worst'} for {self.player}{_OPTIMISTIC * self.optimistic}"

    @property
    def note(self) -> str:
        """What it does with bounds, equals and gaps."""
        end = "upper" if self.optimistic else "lower"
        return f"by the player's expected payoff, its {end} bound where it has bounds; of equals the first; {_NONE}"

    def __call__(self, block: xr.Dataset) -> Codes:
        """The first of those whose payoff is the highest, or the lowest."""
        if PAYOFFS not in block:  # there is no equilibrium at all
            return np.full(block["inside"].shape, -1, dtype=np.int16)
        values = bounds(block)[int(self.optimistic)].sel(player=self.player).values
        return first_best(values if self.best else -values, block["exists"].values)


def first_best(values: Numbers, among: Truths) -> Codes:
    """The code of the first of the greatest values, one row an equilibrium, among those marked; -1 where none is.

    >>> first_best(np.array([[1.0, 5.0], [2.0, 5.0]]), np.array([[True, True], [False, True]])).tolist()
    [0, 0]
    """
    there = among & ~np.isnan(values)
    values = np.where(there, values, -np.inf)
    most = values.max(axis=0)
    with np.errstate(invalid="ignore"):  # infinite where there is none
        equal = there & (values >= most - TOLERANCE * np.maximum(1.0, abs(most)))
    return np.where(there.any(axis=0), equal.argmax(axis=0), -1).astype(np.int16)


@dataclass(frozen=True)
class Pareto:
    """The equilibria that no other one that exists dominates: that is at least as good for every player and better for one.

    Where something is left open, one dominates another only if it does so for every choice in both: its least payoffs are compared with the
    other's greatest. So more is kept rather than less. The dimension `equilibrium` stays.
    """

    text: str = "pareto"
    note: str = (
        "equilibria that no other one Pareto-dominates in expected payoffs; where payoffs have bounds, one dominates only if its lower bounds "
        "do the other's upper ones; quantities of the others are NaN"
    )
    compares_payoffs: bool = True

    def __call__(self, block: xr.Dataset) -> Truths:
        """Those that exist and are not dominated."""
        if PAYOFFS not in block:
            return np.zeros(block["exists"].shape, dtype=bool)
        least, most = (ends.transpose("equilibrium", "player", ...).values for ends in bounds(block))
        exists: Truths = block["exists"].values
        dominated = [self._dominated(least, mine, exists) for mine in most]
        kept: Truths = exists & ~np.array(dominated, dtype=bool).reshape(exists.shape)
        return kept

    @staticmethod
    def _dominated(least: Numbers, most: Numbers, exists: Truths) -> Truths:
        """Where one of the equilibria surely dominates one with these greatest payoffs."""
        slack = TOLERANCE * np.maximum(1.0, abs(most))
        out = np.zeros(exists.shape[1:], dtype=bool)
        for there, mine in zip(exists, least, strict=True):
            out |= there & (mine >= most - slack).all(axis=0) & (mine > most + slack).any(axis=0)
        return out


def bounds(block: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """The least and the greatest expected payoffs, over `equilibrium`, `player` and the points; the same where nothing is open."""
    payoffs = block[PAYOFFS]
    if "bound" not in payoffs.dims:
        return payoffs, payoffs
    return payoffs.sel(bound="lower"), payoffs.sel(bound="upper")


@dataclass(frozen=True)
class Own:
    """A function of the user's, which is given blocks of the data set and returns a mask, or the position of one equilibrium or -1.

    What it does with bounds is its own business. It never selects what does not exist.
    """

    function: Callable[[xr.Dataset], Any]
    compares_payoffs: bool = False
    note: str = f"a function of the user's; {_NONE}"

    @property
    def text(self) -> str:
        """The function's name: nothing more of it is recorded."""
        name = getattr(self.function, "__qualname__", type(self.function).__name__)
        return f"function {getattr(self.function, '__module__', '')}.{name}"

    def __call__(self, block: xr.Dataset) -> Truths | Codes:
        """What the function returns, checked."""
        exists = block["exists"]
        found = self.function(block)
        if isinstance(found, xr.DataArray):
            wanted = exists.dims if found.dtype == bool else exists.dims[1:]
            found = found.transpose(*wanted) if set(found.dims) == set(wanted) else found
        values = np.asarray(found)
        if values.dtype == bool and values.shape == exists.shape:
            mask: Truths = values & exists.values
            return mask
        if values.dtype.kind in "iu" and values.shape == exists.shape[1:] and values.min() >= -1 and values.max() < len(exists):
            there = np.take_along_axis(exists.values, np.maximum(values, 0)[None], axis=0)[0] if len(exists) else False
            return np.where((values >= 0) & there, values, -1).astype(np.int16)
        raise InputError(
            f"select: {self.text} returned {values.dtype} of shape {values.shape}; expected a mask of shape {exists.shape}, "
            f"or positions of equilibria, from -1 for none to {len(exists) - 1}, of shape {exists.shape[1:]}"
        )


def rule_of(select: str | Callable[[xr.Dataset], Any], names: Sequence[str], players: Sequence[str]) -> Rule:
    """The rule that `select` means, in a solution with equilibria of these names in a game with these players.

    Raises:
        InputError: there is no such rule, equilibrium or player.

    >>> rule_of("worst for Ally", ["E1"], ["Ally", "Adversary"]).text
    'worst for Ally'
    """
    if callable(select):
        return Own(select)
    if not isinstance(select, str):
        raise InputError(f"select: found {select!r}; expected the name of a rule or a function")
    if select in names:
        return ByName(select)
    if found := _EXTREME.fullmatch(select):
        return _extreme(found[1] == "best", found[2], players)
    plain: dict[str, Rule] = {"all": All(), "pareto": Pareto()}
    if select in plain:
        return plain[select]
    listed = f" or an equilibrium ({names[0]} to {names[-1]})" if names else ""
    near = suggestion(select, [*plain, *names, *(f"{which} for {player}" for which in ("best", "worst") for player in players)])
    raise InputError(f"select: {quoted(select)} is no rule{near or f'; expected all, pareto, best for PLAYER, worst for PLAYER{listed}'}")


def _extreme(best: bool, player: str, players: Sequence[str]) -> Rule:
    if player in players:
        return Extreme(player, best, optimistic=False)
    if player.endswith(_OPTIMISTIC) and player[: -len(_OPTIMISTIC)] in players:
        return Extreme(player[: -len(_OPTIMISTIC)], best, optimistic=True)
    near = suggestion(player, players) or f"; the players are {', '.join(players)}"
    raise InputError(f"select: {quoted(player)} is no player of this game{near}")


def selected(rule: Rule, block: xr.Dataset) -> xr.Dataset:
    """A block with what the rule leaves out masked.

    Of a rule for one equilibrium `chosen` has the code at each point and the dimension `equilibrium` is gone; else it is a mask.
    """
    choice = rule(block)
    rest = block.drop_vars(PAYOFFS, errors="ignore")
    rest = rest.drop_dims(rest.sizes.keys() - {dim for v in rest.data_vars.values() for dim in v.dims})
    if choice is None:
        return rest
    quantities = {str(name): v for name, v in rest.data_vars.items() if name not in ("inside", "exists")}
    if choice.dtype == bool:
        mask = xr.DataArray(choice, dims=block["exists"].dims, attrs={"long_name": "whether the rule selects the equilibrium"})
        return rest.assign({name: v.where(mask) for name, v in quantities.items()}).assign(chosen=mask)
    return _of_one(rest, quantities, choice.astype(np.int16))


def _of_one(rest: xr.Dataset, quantities: Mapping[str, xr.DataArray], codes: Codes) -> xr.Dataset:
    """What is left of a block where the rule leaves one equilibrium."""
    dims = rest["inside"].dims
    coords = {name: c for name, c in rest.coords.items() if "equilibrium" not in c.dims}
    found: dict[str, Any] = {
        "inside": rest["inside"].variable,
        "exists": (dims, codes >= 0, {"long_name": "whether an equilibrium is selected"}),
        "chosen": (dims, codes, {"long_name": "the equilibrium that the rule selects", **_flags(rest)}),
        **{name: _taken(v, codes) for name, v in quantities.items()},
    }
    return xr.Dataset(found, coords, rest.attrs)


def _flags(block: xr.Dataset) -> dict[str, Any]:
    """What the codes mean, by the conventions of NetCDF."""
    names = [str(name) for name in block["equilibrium"].values]
    return {"flag_values": list(range(len(names))), "flag_meanings": " ".join(names)}


def named(data: xr.Dataset) -> xr.Dataset:
    """Results with the names of the chosen equilibria in the place of their codes, the empty text where none is chosen."""
    if "flag_meanings" not in data.get("chosen", xr.DataArray()).attrs:
        return data
    labels = np.array([*data["chosen"].attrs["flag_meanings"].split(), ""])
    codes: Any = data["chosen"].data if data["chosen"].chunks is not None else data["chosen"].values
    texts = codes.map_blocks(_labelled, labels, dtype=labels.dtype) if data["chosen"].chunks is not None else labels[codes]
    return data.assign(chosen=(data["chosen"].dims, texts, {"long_name": data["chosen"].attrs["long_name"]}))


def _labelled(codes: Codes, labels: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return labels[codes]


def _taken(values: xr.DataArray, codes: Codes) -> tuple[Sequence[Any], Numbers, dict[Any, Any]]:
    """The values in the equilibrium that is chosen at each point, NaN where none is."""
    array = values.values
    if not len(array):
        return values.dims[1:], np.full(array.shape[1:], np.nan), values.attrs
    at = np.maximum(codes, 0).reshape(1, *(1,) * (array.ndim - 1 - codes.ndim), *codes.shape)
    taken = np.take_along_axis(array, at.astype(np.intp), axis=0)[0]
    return values.dims[1:], np.where(codes < 0, np.nan, taken), values.attrs
