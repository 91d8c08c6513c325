"""Solutions on disk: those that users save, and those that are kept so that no game is solved twice.

A solution is kept by the content of the game, the concept and the version of the solver, and only if it is complete. Nothing here
ever fails a run: what cannot be read is solved again, and what cannot be written is not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence.algebra.errors import DeterrenceError, InputError

if TYPE_CHECKING:
    from deterrence.model.game import Game
    from deterrence.solution import Solution

FORMAT = "deterrence solution 1"
MOST_FILES = 1_000  # kept at a time; those that were not used for longest go first
_OURS = re.compile(r"[0-9a-f]{64}\.solution\.json")
_MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError, RecursionError, DeterrenceError)


def folder() -> Path | None:
    """Where solutions are kept: what the environment's `DETERRENCE_CACHE` names, else the user's folder for caches; None for `off`."""
    given = os.environ.get("DETERRENCE_CACHE", "")
    if given.lower() == "off":
        return None
    if given:
        return Path(given).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("deterrence", appauthor=False)


def clear() -> int:
    """Remove every solution that is kept; return how many there were."""
    count = 0
    for path in _kept(folder()):
        path.unlink(missing_ok=True)
        count += 1
    return count


def _kept(where: Path | None) -> list[Path]:
    """The files of this module in a folder; others that may lie there are nobody's business here."""
    if where is None or not where.is_dir():
        return []
    return sorted(path for path in where.iterdir() if _OURS.fullmatch(path.name))


class Cache:
    """The place of one solution on disk."""

    def __init__(self, game: Game, concept: str, knife_edge: bool) -> None:
        self.game, self.where = game, folder()
        self.key = "" if self.where is None else _key(game, concept, knife_edge)

    @property
    def path(self) -> Path | None:
        """The file; None where nothing is kept."""
        return None if self.where is None or not self.key else self.where / f"{self.key}.solution.json"

    def read(self) -> Solution | None:
        """The solution, if it has been kept."""
        if self.path is None:
            return None
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            if data["key"] != self.key or not _is_whole(data):
                return None
            os.utime(self.path)
            return _unpacked(self.game, data)
        except (OSError, *_MALFORMED):
            return None

    def write(self, solution: Solution) -> None:
        """Keep a complete solution."""
        if self.path is None or not solution.complete:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(self.path, _sealed({"key": self.key, **_packed(solution)}))
            for old in sorted(_kept(self.where), key=lambda path: path.stat().st_mtime_ns)[:-MOST_FILES]:
                old.unlink(missing_ok=True)
        except OSError:
            pass


def save(solution: Solution, path: Path) -> None:
    """Write a game and its solution to a file, whole or not at all; raises OSError where that is not possible."""
    _write_whole(path, _sealed({"game": solution.game.to_yaml(), **_packed(solution)}))


def load(path: Path) -> Solution:
    """The solution that `save` wrote; raises InputError where the file is something else or was changed."""
    from deterrence.model.reading import read

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        known = data["format"] == FORMAT
        whole = known and _is_whole(data)
    except (OSError, *_MALFORMED) as why:
        problem = why.strerror if isinstance(why, OSError) else "found something else than a solution that Solution.save wrote"
        raise InputError(f"{problem}", file=str(path)) from None
    if not whole:
        problem = "the solution was changed after it was written; solve the game again" if known else f"expected a file of format {FORMAT!r}"
        raise InputError(problem, file=str(path))
    try:
        return _unpacked(read(data["game"], str(path)), data)
    except InputError:
        raise
    except _MALFORMED as why:
        raise InputError(f"the solution does not fit this version of the library ({why!r})", file=str(path)) from None


def _packed(solution: Solution) -> dict[str, Any]:
    from deterrence.restore import exact, unknowns

    return {"format": FORMAT, "solution": solution.to_dict(), "unknowns": unknowns(solution), "exact": exact(solution)}


def _unpacked(game: Game, data: dict[str, Any]) -> Solution:
    from deterrence.concepts.setting import form_of, parameter_space, parameter_values, profiles_of
    from deterrence.restore import restored
    from deterrence.solution import Setting

    parameters = parameter_space(game, data["unknowns"])
    symbols = parameter_values(game, parameters.space.ring)
    if profiles_of(game, data["solution"]["concept"]):
        return restored(game, lambda name: Setting(parameters, form_of(game, name, symbols)), data["solution"], data["exact"])
    setting = Setting(parameters, form_of(game, "", symbols))
    return restored(game, lambda _: setting, data["solution"], data["exact"])


def _sealed(data: dict[str, Any]) -> str:
    """The text of a file, with the digest by which a change to it is noticed."""
    return json.dumps({**data, "digest": _digest(data)}, separators=(",", ":")) + "\n"


def _is_whole(data: dict[str, Any]) -> bool:
    rest = {key: value for key, value in data.items() if key != "digest"}
    return bool(data["digest"] == _digest(rest))


def _digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()


def _write_whole(path: Path, text: str) -> None:
    """Write a file by way of a second one beside it, so that no reader ever meets half of it."""
    target = path.resolve()  # a link goes on pointing to the file
    draft = target.with_name(f".draft-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with open(draft, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _key(game: Game, concept: str, knife_edge: bool) -> str:
    """What a solution depends on, in one word; empty for a game that has no canonical text."""
    try:
        content = game.content_key()
    except (DeterrenceError, UnicodeError):
        return ""
    parts = (content, concept, str(knife_edge), _solver_version())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _solver_version() -> str:
    """A digest of the code that solves: an answer that another version found is not used, and nobody has to think of a number."""
    home = Path(__file__).parent
    rooms = [path for room in ("algebra", "model", "concepts") for path in sorted((home / room).glob("*.py"))]
    found = hashlib.sha256()
    for path in (*rooms, *(home / f"{name}.py" for name in ("solve", "assembly", "solution", "equilibrium", "restore", "cache"))):
        found.update(path.read_bytes())
    return found.hexdigest()
