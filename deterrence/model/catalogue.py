"""The games that ship: a folder of game files, where the path is the name."""

from __future__ import annotations

import os
from pathlib import Path

from deterrence.algebra.errors import InputError, quoted, suggestion


def folder() -> Path:
    """Where the catalogue is: inside the installed package, or at the root of the source tree."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "games"
    return inside if inside.is_dir() else package.parent / "games"


def catalogue() -> list[str]:
    """The names of the games that ship, in alphabetical order; each can be given to `load`."""
    root = folder()
    return sorted(path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.yaml"))


def find_game(name_or_path: str | os.PathLike[str]) -> Path:
    """The file of a catalogue name or a path; InputError with the nearest name where there is none.

    A name of the catalogue comes before a file of the same name without a suffix.
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise InputError(f"found {quoted(repr(name_or_path))}; expected a name in the catalogue or a path")
    name = os.fspath(name_or_path)
    is_path = not isinstance(name_or_path, str) or name.endswith((".yaml", ".yml"))
    if not is_path:
        names = catalogue()
        if name in names:
            return folder() / f"{name}.yaml"
        if not os.path.exists(name):
            near = suggestion(name, names) or ("; the catalogue has " + ", ".join(names[:12]) if names else "")
            raise InputError(f"{quoted(name)} is neither a game of the catalogue nor a file{near}")
    return Path(name)
