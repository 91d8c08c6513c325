"""The games that ship: a folder of game files, sorted by theme into folders of their own; a file's stem is its name."""

from __future__ import annotations

import os
from pathlib import Path

from deterrence.algebra.errors import InputError, quoted, suggestion

# Folder -> heading, in the order in which the catalogue is read; a folder that is not here comes last under its own name.
THEMES = {
    "entrapment": "Entrapment",
    "abandonment": "Abandonment",
    "signalling": "Signalling",
    "deterrence": "Deterrence",
    "burden_sharing": "Burden sharing",
    "reputation": "Reputation",
    "alignment": "Alignment",
    "domestic": "Domestic politics",
    "systems": "Alliance systems",
}


def folder() -> Path:
    """Where the catalogue is: inside the installed package, or at the root of the source tree."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "games"
    return inside if inside.is_dir() else package.parent / "games"


def files() -> dict[str, Path]:
    """The name of each game that ships -> its file, in alphabetical order."""
    return {path.stem: path for path in sorted(folder().rglob("*.yaml"), key=lambda each: (each.stem, each.parent))}


def catalogue() -> list[str]:
    """The names of the games that ship, in alphabetical order; each can be given to `load`."""
    return list(files())


def by_theme() -> dict[str, list[str]]:
    """Each theme -> the names of its games in alphabetical order; the themes in the order in which the catalogue is read."""
    found: dict[str, list[str]] = {theme: [] for theme in THEMES}
    for name, path in files().items():
        found.setdefault(path.parent.name, []).append(name)
    return {theme: names for theme, names in found.items() if names}


def heading(theme: str) -> str:
    """How a theme is written above its games.

    >>> heading("burden_sharing")
    'Burden sharing'
    """
    return THEMES.get(theme, theme.replace("_", " ").capitalize())


def find_game(name_or_path: str | os.PathLike[str]) -> Path:
    """The file of a catalogue name or a path; InputError with the nearest name where there is none.

    A name of the catalogue comes before a file of the same name without a suffix; the folder of its theme may stand before it.
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise InputError(f"found {quoted(repr(name_or_path))}; expected a name in the catalogue or a path")
    name = os.fspath(name_or_path)
    is_path = not isinstance(name_or_path, str) or name.endswith((".yaml", ".yml"))
    if not is_path:
        known = files()
        theme, _, stem = name.rpartition("/")
        if stem in known and theme in ("", known[stem].parent.name):
            return known[stem]
        if not os.path.exists(name):
            raise InputError(f"{quoted(name)} is neither a game of the catalogue nor a file{_near(stem, known)}")
    return Path(name)


def _near(stem: str, known: dict[str, Path]) -> str:
    if stem in known:
        return f"; did you mean {quoted(f'{known[stem].parent.name}/{stem}')}?"
    return suggestion(stem, list(known)) or ("; `deterrence list` shows the catalogue" if known else "")
