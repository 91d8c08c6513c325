"""Brings the documentation up to date: the pages of the catalogue, written anew, and every output shown in the handbook.

`python docs/build.py` does it all; `python docs/build.py README.md costly_signal` some pages of the handbook and some games. What was made
of the same files by the same code before is kept beside the solver's cache and not made again.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from blocks import ROOT, refreshed
from pages import GAMES, index_page, model_part, page_of, picture_of, result_part

from deterrence import catalogue, load
from deterrence.algebra.errors import DeterrenceError
from deterrence.cache import folder
from deterrence.model.catalogue import files
from deterrence.report.output import write_whole

HANDBOOK = (ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md")))
CODE = ("deterrence/**/*.py", "docs/*.py", "examples/*.py")


def game_page(name: str) -> tuple[str, bytes | None]:
    """The page of a game of the catalogue, and its map: what it models, its tree, its equilibria and what is claimed of them."""
    game = load(name)
    result = result_part(name, game)
    return model_part(name, game) + result.text, result.picture


def build(wanted: Sequence[str] = ()) -> Iterator[Path]:
    """Write every page, or the wanted ones, that has changed; yield those that had. Raises the first error once all others are written."""
    failed: list[DeterrenceError] = []
    for name in catalogue():
        if not wanted or name in wanted:
            try:
                yield from _game(name)
            except DeterrenceError as error:
                failed.append(error)
    if not (wanted or failed):
        yield from _written(GAMES / "index.md", index_page().encode())
        yield from _without_strays()
    for path in HANDBOOK:
        if not wanted or str(path.relative_to(ROOT)) in wanted:
            yield from _written(path, _handbook(path))
    if failed:
        raise failed[0]


def _game(name: str) -> Iterator[Path]:
    made = _kept("\n".join([name, files()[name].read_text(encoding="utf-8")]), lambda: _as_texts(*game_page(name)))
    yield from _written(page_of(name), made["text"].encode())
    if made["picture"]:
        yield from _written(picture_of(name), made["picture"].encode())


def _handbook(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    games = "\n".join(digest(each.read_bytes()) for each in files().values())
    return _kept("\n".join([path.name, text, games]), lambda: {"text": refreshed(text)})["text"].encode()


def _as_texts(text: str, picture: bytes | None) -> dict[str, str]:
    return {"text": text, "picture": (picture or b"").decode()}


def _kept(content: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What was made of the same content by the same code before, or what is made of it now."""
    home = folder()
    if home is None:
        return make()
    path = home / "handbook" / f"{digest((content + _code()).encode())}.json"
    if path.exists():
        return dict(json.loads(path.read_text(encoding="utf-8")))
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(str(path), json.dumps(made))
    return made


@cache
def _code() -> str:
    """A digest of all code that pages are made by."""
    return digest(b"".join(path.read_bytes() for pattern in CODE for path in sorted(ROOT.glob(pattern))))


def digest(data: bytes) -> str:
    """Data in one word."""
    return hashlib.sha256(data).hexdigest()


def _without_strays() -> Iterator[Path]:
    """Remove pages and pictures of games that are no more."""
    known = {place(name) for name in catalogue() for place in (page_of, picture_of)} | {GAMES / "index.md"}
    for stray in sorted({*GAMES.rglob("*.md"), *GAMES.rglob("*.svg")} - known):
        stray.unlink()
        yield stray


def _written(path: Path, data: bytes) -> Iterator[Path]:
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        yield path


if __name__ == "__main__":
    try:
        for changed in build(sys.argv[1:]):
            sys.stdout.write(f"{changed.relative_to(ROOT)}\n")
    except DeterrenceError as error:
        sys.exit(f"docs/build.py: {error}")
