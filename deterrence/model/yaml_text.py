"""YAML as text with positions: every scalar is a string, and whatever hides structure (anchors, tags, merge keys) is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import yaml

from deterrence.algebra.errors import InputError, quoted

LARGEST_FILE = 1_000_000
MOST_PARTS = 100_000
DEEPEST = 1_000

_MARGIN = re.compile(r"\s*(?:- +)*")  # of a line, the hyphens of lists included
_UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# libyaml reads some ten times faster than the same parser in Python; both give the same events.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(slots=True)
class Scalar:
    """A text and where it stands; `start` and `end` count characters of the file from 0, line and column from 1."""

    text: str
    line: int
    column: int
    start: int = 0
    end: int = 0
    style: str | None = None


@dataclass(slots=True)
class Sequence:
    """A list of values."""

    line: int
    column: int
    items: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Values by key, in order; `keys` has the keys with their positions."""

    line: int
    column: int
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)


Value: TypeAlias = Scalar | Sequence | Mapping


@dataclass(slots=True)
class Source:
    """The text of a file, for finding places in it."""

    file: str
    text: str

    def fail(self, message: str, line: int, column: int) -> NoReturn:
        """Raises InputError at a place of this file."""
        raise InputError(message, file=self.file, line=line, column=column)

    def place(self, scalar: Scalar, offset: int) -> tuple[int, int]:
        """Line and column of a character of a scalar's text.

        Folding changes white space only, so the place is found by counting the other characters. (Escapes in double quotes put it off.)
        """
        wanted = sum(not c.isspace() for c in scalar.text[:offset])
        at = scalar.start
        if scalar.style in ("|", ">"):
            at = self.text.find("\n", at) + 1
        elif scalar.style in ("'", '"'):
            at += 1
        is_end = not scalar.text[offset:].strip()
        while at < len(self.text) and (wanted or (self.text[at].isspace() and not is_end)):
            wanted -= not self.text[at].isspace()
            at += 1
        if not scalar.text.strip() or at > scalar.end:
            return scalar.line, scalar.column
        before = self.text[scalar.start : at]
        breaks = before.count("\n")
        return scalar.line + breaks, at - self.text.rfind("\n", 0, at) if breaks else scalar.column + len(before)


def decode(data: bytes, file: str) -> str:
    """The text of a file, or InputError where it is not UTF-8, too large, or contains control characters."""
    if len(data) > LARGEST_FILE:
        raise InputError(f"the file is larger than {LARGEST_FILE} bytes", file=file, line=1, column=1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[line_start : error.start].decode("utf-8", "replace")) + 1
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"found byte 0x{data[error.start]:02x}; expected UTF-8 text", file=file, line=line, column=column) from None
    if bad := _UNREADABLE.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        raise InputError(f"found the control character U+{ord(bad.group()):04X}; expected text", file=file, line=line, column=column)
    return text


_TAB = "found a tab where a value or a key should start; YAML is indented with spaces"


def compose(source: Source) -> Value:
    """The one document of the text; InputError where it is not YAML or uses what game files do not.

    Built from the parser's events with a stack of our own: PyYAML's composer is recursive, and follows aliases.
    """
    try:
        return _compose(source)
    except yaml.MarkedYAMLError as error:
        unclosed = "unexpected end" in (error.problem or "")
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        at = source.text.split("\n", line)[line - 1 : line]
        tab = bool(at) and at[0][column - 1 : column] == "\t"
        source.fail(_TAB if tab or "tab character" in (error.problem or "") else _yaml_problem(error, source, line, column), line, column)
    except (yaml.YAMLError, RecursionError) as error:
        source.fail(f"not YAML: {quoted(str(error).splitlines()[0], 200)}", 1, 1)


def _yaml_problem(error: yaml.MarkedYAMLError, source: Source, line: int, column: int) -> str:
    """What is wrong at a place, said of the text rather than of the parser."""
    problem, began = error.problem or "syntax error", error.context_mark
    lines = source.text.split("\n")
    before, here = lines[line - 1][: column - 1], lines[line - 1][column - 1 : column]
    if "mapping values are not allowed" in problem:
        above = next((k for k in range(line - 1, 0, -1) if lines[k - 1].strip()), 0)
        if above and ":" not in before and not set(":#-").intersection(lines[above - 1]):
            return f"found ': ' inside a value: the key in line {above} has no ':' behind it"
        return "found ': ' inside a value; put the value in quotes, or check the indentation"
    if "cannot start any token" in problem:
        return f"found {quoted(here)}, with which no text may start; put the text in quotes"
    if began is None:
        return f"not YAML: {problem}"
    if "expected ':'" in problem:
        return f"the key in line {began.line + 1} has no ':' behind it"
    if "expected key" in problem or "'-' indicator" in problem:
        if before.strip():
            return "found more text behind a value that is closed by a quotation mark or a bracket; put the whole value in quotes"
        return _indentation(lines, line, column)
    if "expected ',' or" in problem:
        wanted, opening = problem.partition("expected ")[2], lines[began.line][began.column : began.column + 1]
        if here == ":" and began.line + 1 == line:
            return f"found ':' where {wanted} should be; put a text that contains ': ' in quotes, or is a comma missing before it?"
        return f"expected {wanted} for the {quoted(opening)} of line {began.line + 1}: is it closed, and is every text with ': ' in quotes?"
    return f"not YAML: {problem}" + (f" {error.context}" if error.context else "")


def _indentation(lines: list[str], line: int, column: int) -> str:
    """What is wrong with a line that starts in a column of its own, by the columns next to it in which lines above it start."""
    known: dict[int, int] = {}
    for above in range(line - 1, 0, -1):
        margin, text = _MARGIN.match(lines[above - 1]), lines[above - 1].lstrip()
        if margin is None or not text or text.startswith("#"):
            continue
        for k in (margin.end() + 1, len(lines[above - 1]) - len(text) + 1):
            if k < min(known, default=k + 1):
                known[k] = above
    near = (min((k for k in known if k > column), default=0), max((k for k in known if k < column), default=0))
    expected = " or ".join(f"{k}, as in line {known[k]}" for k in near if k)
    return f"the line starts in column {column}; what belongs together is indented alike: expected column {expected or 1}"


def _compose(source: Source) -> Value:
    open_parts: list[Mapping | Sequence] = []
    pending: list[Scalar | None] = []  # for each open mapping the key that waits for its value
    root: Value | None = None
    for event in _events(source):
        if type(event) in _ENDS:
            open_parts.pop()
            pending.pop()
            continue
        value = _value(event)
        if not open_parts:
            root = value
        elif isinstance(open_parts[-1], Sequence):
            open_parts[-1].items.append(value)
        elif pending[-1] is None:
            pending[-1] = _key(source, open_parts[-1], value)
        else:
            open_parts[-1].values[pending[-1].text] = value
            pending[-1] = None
        if not isinstance(value, Scalar):
            open_parts.append(value)
            pending.append(None)
            if len(open_parts) > DEEPEST:
                source.fail(f"more than {DEEPEST} levels of nesting", value.line, value.column)
    if root is None:
        source.fail("the file is empty; expected a game", 1, 1)
    return root


def _events(source: Source) -> Iterator[Any]:
    """The events that make values, after refusing what game files do not use."""
    documents = 0
    events: Iterator[Any] = yaml.parse(source.text, Loader=_LOADER)
    for count, event in enumerate(events):
        kind = type(event)
        if count > MOST_PARTS:
            source.fail(f"the file has more than {MOST_PARTS} parts", *_start(event))
        if kind in _VALUES or kind is yaml.AliasEvent:
            if event.anchor is not None or event.tag is not None:
                _refuse(source, event)
            yield event
        elif kind in _ENDS:
            yield event
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                source.fail("found a second document; a file is one game", *_start(event))
            if event.tags:
                source.fail("found a %TAG directive; tags are not used in game files", *_start(event))


_VALUES = (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def _start(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _refuse(source: Source, event: Any) -> NoReturn:
    """Says why an alias, or a value with an anchor or a tag, is refused."""
    if event.anchor is not None:
        what = "alias *" if isinstance(event, yaml.AliasEvent) else "anchor &"
        source.fail(f"found the {what}{event.anchor}; game files have no anchors: use `subtrees` or `where`", *_start(event))
    source.fail(f"found the tag {quoted(event.tag)}; tags are not used: every value is text", *_start(event))


def _value(event: Any) -> Value:
    mark = event.start_mark
    line, column = mark.line + 1, mark.column + 1
    kind = type(event)
    if kind is yaml.ScalarEvent:
        return Scalar(event.value, line, column, mark.index, event.end_mark.index, event.style or None)
    return Mapping(line, column) if kind is yaml.MappingStartEvent else Sequence(line, column)


def _key(source: Source, mapping: Mapping, key: Value) -> Scalar:
    if not isinstance(key, Scalar):
        source.fail("found a list or mapping as a key; expected a name", key.line, key.column)
    if key.text == "<<" and key.style is None:
        source.fail("found the merge key '<<'; game files have no merge keys", key.line, key.column)
    if key.text in mapping.keys:
        first = mapping.keys[key.text].line
        source.fail(f"the key {quoted(key.text)} is given twice, first in line {first}", key.line, key.column)
    mapping.keys[key.text] = key
    return key
