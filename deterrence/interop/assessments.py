"""Strategies and beliefs in a file, in YAML or JSON: written by hand, or by `deterrence solve --json`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deterrence.algebra.errors import InputError, quoted, suggestion
from deterrence.model import yaml_text as yaml


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a file says is played and believed, as text; `free` are the unknowns that it leaves open, with their ranges."""

    strategies: Mapping[str, Any]
    beliefs: Mapping[str, Any]
    free: Mapping[str, Any]

    def need(self, given: Collection[str]) -> None:
        """Raise InputError if an unknown is left open and not given a value."""
        for name, ends in self.free.items():
            if name not in given:
                between = f", between {ends[0]} and {ends[1]}" if isinstance(ends, list) and len(ends) == 2 else ""
                raise InputError(f"the equilibrium leaves {name} open{between}: give it a value with --at {name}=...")


def read_assessment(path: str, name: str | None = None) -> Assessment:
    """Return the assessment of a file: a mapping with `strategies` and `beliefs`, or an equilibrium of `solve --json`.

    Args:
        path: the file.
        name: which equilibrium, such as `E1`, where the file has several.

    Raises:
        InputError: the file is not of this form; with file, line and column.
        OSError: the file cannot be read.
    """
    source = yaml.Source(path, yaml.decode(Path(path).read_bytes(), path))
    chosen = _chosen(source, yaml.compose(source), name)
    known = ("strategies", "beliefs")
    if "strategies" not in chosen.values:
        found = next(iter(chosen.keys.values()), None)
        near = suggestion(found.text, known) if found else ""
        source.fail(f"expected the key 'strategies'{near}", found.line if found else chosen.line, found.column if found else chosen.column)
    parts = {key: chosen.values.get(key) for key in (*known, "free")}
    for part in parts.values():
        if part is not None and not isinstance(part, yaml.Mapping):
            source.fail("expected a mapping by information set, or by unknown", part.line, part.column)
    return Assessment(*({} if part is None else _plain(part) for part in parts.values()))


def _chosen(source: yaml.Source, whole: yaml.Value, name: str | None) -> yaml.Mapping:
    """The mapping that holds the assessment."""
    if not isinstance(whole, yaml.Mapping):
        source.fail("expected a mapping with strategies and beliefs", whole.line, whole.column)
    several = whole.values.get("equilibria")
    if not isinstance(several, yaml.Sequence):
        return whole
    named = {_name(item): item for item in several.items if isinstance(item, yaml.Mapping)}
    if name is None and len(named) == 1:
        name = next(iter(named))
    if name not in named:
        there = f"the file has {', '.join(named) or 'none'}"
        problem = "choose an equilibrium with --name" if name is None else f"no equilibrium {quoted(name)}"
        source.fail(f"{problem}; {there}", several.line, several.column)
    return named[name]


def _name(item: yaml.Mapping) -> str:
    name = item.values.get("name")
    return name.text if isinstance(name, yaml.Scalar) else ""


def _plain(value: yaml.Value) -> Any:
    """The same without positions; files are limited in depth, so that recursion is safe."""
    if isinstance(value, yaml.Mapping):
        return {key: _plain(inner) for key, inner in value.values.items()}
    if isinstance(value, yaml.Sequence):
        return [_plain(inner) for inner in value.items]
    return value.text
