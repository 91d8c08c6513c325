"""The fenced blocks of a Markdown page: read, run in order, and their outputs put in.

What is run: Python (plain, or as a doctest), and in `sh` blocks the lines that call `deterrence` or an example; each page in a folder,
with a cache and in a namespace of its own. A block of `text`, `json` or `markdown` right after one that was run is its output. A YAML block below
`<!-- file: NAME -->` is written to that file first.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import runpy
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = ("text", "json", "markdown")
NOT_RUN = ("pip install", "pytest", "python docs/build.py", "python benchmarks/")  # set-up, and what would run the pages themselves
_FENCE = re.compile(r"(?P<before>(?:<!-- file: (?P<file>\S+) -->\n)?)```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_EXIT_CODE = re.compile(r"\s*# exit code (\d+)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: where its text starts and ends in the page, and whether it is the output of the block before it."""

    language: str
    text: str
    start: int
    end: int
    file: str | None
    is_output: bool


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    found: list[Block] = []
    last_end = -1
    for match in _FENCE.finditer(page):
        language = match["language"]
        follows = bool(found) and not page[last_end : match.start()].strip() and found[-1].language in ("sh", "python")
        found.append(Block(language, match["text"], match.start("text"), match.end("text"), match["file"], follows and language in OUTPUTS))
        last_end = match.end()
    return found


@dataclass
class Session:
    """What the blocks of one page share: a folder and the names that its Python blocks define."""

    folder: Path
    names: dict[str, Any] = field(default_factory=dict)

    def run(self, block: Block) -> str:
        """What a block prints; raises where it fails otherwise than it says."""
        if block.file is not None:
            (self.folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            return self._doctest(block.text) if block.text.startswith(">>>") else _printed(lambda: self._python(block.text))
        elif block.language == "sh":
            return "".join(self._command(part) for line in block.text.splitlines() for part in line.split(" && "))
        return ""

    def _python(self, text: str) -> None:
        exec(compile(text, "page", "exec"), self.names)

    def _doctest(self, text: str) -> str:
        test = doctest.DocTestParser().get_doctest(text, self.names, "page", None, None)
        report = io.StringIO()
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
        runner.run(test, out=report.write, clear_globs=False)
        self.names.update(test.globs)
        assert not runner.failures, report.getvalue()
        return ""

    def _command(self, line: str) -> str:
        """Run one command in this process, as a terminal of 80 columns would show it, and hold it to the exit code that it announces."""
        expected = _EXIT_CODE.search(line)
        line, _, target = _EXIT_CODE.sub("", line).partition(" > ")
        if line.startswith(NOT_RUN):
            return ""
        words = shlex.split(line)
        codes: list[int] = []
        if words[0] == "deterrence":
            from deterrence.cli import main

            printed = _printed(lambda: codes.append(main(words[1:])))
        elif words[0] == "python" and words[1].startswith("examples/"):
            with patch.object(sys, "argv", words[1:]):
                printed = _printed(lambda: runpy.run_path(str(ROOT / words[1]), run_name="__main__"))
        else:
            raise AssertionError(f"no way to run {line!r}")
        assert codes in ([], [int(expected[1]) if expected else 0]), f"{line!r} ended with exit code {codes[0]}: {printed}"
        if target:
            (self.folder / target).write_text(printed, encoding="utf-8")
            return ""
        return printed


def _printed(action: Callable[[], object]) -> str:
    """What an action prints, errors after the rest, in the encoding and to the width that pages use."""
    written = io.BytesIO(), io.BytesIO()
    out, errors = (io.TextIOWrapper(each, encoding="utf-8", write_through=True) for each in written)
    with patch.dict(os.environ, {"COLUMNS": "80"}), contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        action()
    return b"".join(each.getvalue() for each in written).decode()


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def refreshed(page: str) -> str:
    """The page with its blocks run in order and the output of each put in the place of what is shown."""
    pieces, end = [], 0
    with tempfile.TemporaryDirectory() as folder, _in(Path(folder)), patch.dict(os.environ, {"DETERRENCE_CACHE": str(Path(folder) / "cache")}):
        session, printed = Session(Path(folder)), ""
        for block in blocks(page):
            if not block.is_output:
                printed = session.run(block)
                continue
            pieces += [page[end : block.start], printed.rstrip("\n") + "\n"]
            end = block.end
    return "".join(pieces) + page[end:]


def loose(page: str) -> list[str]:
    """The YAML blocks of a page that are part of no game: neither of a file on the page nor of the catalogue."""
    found = blocks(page)
    whole = [b.text for b in found if b.file is not None]
    whole += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "games").rglob("*.yaml"))]
    files = [_lines(text) for text in whole]
    return [b.text for b in found if b.language == "yaml" and b.file is None and not any(_within(_lines(b.text), file) for file in files)]


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _within(part: list[str], whole: list[str]) -> bool:
    return any(whole[n : n + len(part)] == part for n in range(len(whole)))
