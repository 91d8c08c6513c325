"""Entries of a result by equilibrium, quantity and parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from deterrence.algebra.errors import InputError, quoted, suggestion


class Entry(Protocol):
    """What is about one equilibrium, one quantity and one parameter."""

    @property
    def equilibrium(self) -> str:
        """The name of the equilibrium."""

    @property
    def quantity(self) -> str:
        """The quantity, as claims write it."""

    @property
    def parameter(self) -> str:
        """The name of the parameter."""


E = TypeVar("E", bound=Entry)


def entries(rows: Sequence[E], key: tuple[str, str, str]) -> tuple[E, ...]:
    """The entries of an equilibrium, a quantity and a parameter; InputError that names which of the three has none."""
    found = tuple(row for row in rows if (row.equilibrium, row.quantity, row.parameter) == key)
    if found:
        return found
    if len(key) != 3:  # a text, or fewer or more
        raise InputError(f"found {key!r}; expected an equilibrium, a quantity and a parameter, as ['E1', 'Pr(OUTCOME)', 'NAME']")
    known = {
        "equilibrium": [row.equilibrium for row in rows],
        "quantity": [row.quantity for row in rows],
        "parameter": [row.parameter for row in rows],
    }
    hints = {"quantity": "; others are asked for by `of`", "parameter": "; others are asked for by `wrt`"}
    for given, (what, names) in zip(key, known.items(), strict=True):
        if given not in names:
            listed = list(dict.fromkeys(names))
            near = suggestion(str(given), listed) or f"; there are {', '.join(listed[:12]) or 'none'}{', ...' * (len(listed) > 12)}"
            raise InputError(f"no entry is about the {what} {quoted(str(given))}{near}{hints.get(what, '')}")
    return ()
