"""What the notes of a game file say beside prose: lines at the end by which the catalogue's index finds the game.

Such a line is `Systems:`, `Mechanisms:` or `Map:` with entries behind it: the alliance systems and the mechanisms that the game is about,
separated by semicolons, and the two parameters of the map that its page shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SYSTEMS, MECHANISMS, MAP = "Systems", "Mechanisms", "Map"
_KEYS = (SYSTEMS, MECHANISMS, MAP)
_LINE = re.compile(rf"^({'|'.join(_KEYS)}):", re.MULTILINE)


@dataclass(frozen=True)
class Notes:
    """Notes taken apart: the prose, and what stands in the lines at the end."""

    prose: str
    systems: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    map: tuple[str, ...] = ()


def notes(text: str) -> Notes:
    """The notes of a game, taken apart.

    >>> found = notes("A patron may help.\\nSystems: Little Entente; NATO\\nMechanisms: entrapment\\n")
    >>> found.prose, found.systems, found.mechanisms
    ('A patron may help.', ('Little Entente', 'NATO'), ('entrapment',))
    """
    prose, *lines = _LINE.split(text)
    entries = {key: " ".join(rest.split()) for key, rest in zip(lines[::2], lines[1::2], strict=True)}
    found = {key: tuple(part.strip() for part in re.split("[;,]" if key == MAP else ";", entry) if part.strip()) for key, entry in entries.items()}
    return Notes(prose.strip(), found.get(SYSTEMS, ()), found.get(MECHANISMS, ()), found.get(MAP, ()))
