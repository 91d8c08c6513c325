"""Hostile files: each gets one clear message with its place, quickly and in little memory, and nothing in it is ever run."""

from __future__ import annotations

import random
import time
import tracemalloc
from pathlib import Path

import pytest

from deterrence.algebra.errors import InputError
from deterrence.model.catalogue import catalogue, find_game
from deterrence.model.reading import load, read

HEAD = "title: t\nplayers: [A, B]\nparameters: {r: 0 < r < 1}\n"
ENDS = "outcomes: {E: {A: 0, B: 0}}\n"
SECONDS, MEGABYTES = 1.0, 200


def paying(payoff: str) -> str:
    """A file with one payoff."""
    return f"{HEAD}outcomes:\n  E: {{A: {payoff}, B: 0}}\ntree: E\n"


def doubling(section: str, first: str, step: str, last: str) -> str:
    """Three hundred entries, each naming the one before twice."""
    entries = "".join(f"  n{k}: {step.format(f'n{k - 1}')}\n" for k in range(1, 300))
    return f"{HEAD}{section}:\n  n0: {first}\n{entries}{last}"


def typed(count: int) -> str:
    """A file whose two players have many types each."""
    kinds = "{" + ", ".join(f"x{k}: 1/{count}" for k in range(count)) + "}"
    return f"{HEAD}types: {{A: {kinds}, B: {kinds}}}\n{ENDS}tree: E\n"


def chained(count: int) -> str:
    """A file with a chain of entries of `where`, each adding one to the one before."""
    entries = "".join(f"  n{k}: n{k - 1} + 1\n" for k in range(1, count))
    return f"{HEAD}where:\n  n0: r\n{entries}{ENDS}tree: E\n"


def long_sum(count: int) -> str:
    """A file with a high power of a sum of many parameters."""
    names = [f"x{k}" for k in range(count)]
    parameters = ", ".join(f"{name}: real" for name in names)
    return f"players: [A, B]\nparameters: {{{parameters}}}\noutcomes: {{E: {{A: ({' + '.join(names)})**64, B: 0}}}}\ntree: E\n"


CIRCLE = HEAD + ENDS + "subtrees:\n  a: b\n  b: {A: {x: a}}\ntree: a\n"
PAYS_LAST = "outcomes: {E: {A: n299, B: 0}}\ntree: E\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "bomb of aliases": (BOMB, "1:4: found the anchor &a"),
    "alias": ("a: *x\n", "1:4: found the alias *x"),
    "tag that calls a function": ("a: !!python/object/apply:os.system [ls]\n", "1:4: found the tag"),
    "local tag": (HEAD + "notes: !x y\n", "4:8: found the tag '!x'"),
    "tag directive": ("%TAG ! tag:x,2000:\n---\na: b\n", "1:1: found a %TAG directive"),
    "merge key": (HEAD + "<<: {a: b}\n", "4:1: found the merge key '<<'"),
    "two documents": (paying("r") + "---\n" + paying("r"), "7:1: found a second document"),
    "deep lists": ("[" * 100_000, "1:1001: more than 1000 levels"),
    "deep mappings": ("{a: " * 100_000, "more than 1000 levels"),
    "deep blocks": ("".join(" " * k + "a:\n" for k in range(1300)), "1001:1001: more than 1000 levels"),
    "deep dashes": ("- " * 400_000, "more than 1000 levels"),
    "deep tree": (HEAD + ENDS + "tree: " + "{A: {x: " * 5000 + "E" + "}}" * 5000, "more than 1000 levels"),
    "question marks": ("? " * 400_000, "1:3: found a list or mapping as a key"),
    "many scalars": ("[" + "a," * 490_000 + "]", "the file has more than 100000 parts"),
    "many players": ("players: [" + ", ".join(f"p{k}" for k in range(80_000)) + "]\ntree: E\n", "the limit is 1000"),
    "megabyte expression": (paying("r+" * 400_000 + "r"), "5:10: found an expression of 800001 characters"),
    "deep parentheses": (paying("(" * 4000 + "r" + ")" * 4000), "5:110: more than 100 levels of parentheses"),
    "many signs": (paying("-" * 9000 + "r"), "more than 100 signs in a row"),
    "import": (paying("__import__('os').system('ls')"), "5:21: found '''"),
    "call": (paying("eval(r)"), "5:14: found '('"),
    "lambda": (paying("lambda: 1"), "5:"),
    "attribute": (paying("r.__class__"), "5:11: found '.'"),
    "huge exponent": (paying("r**1000000000"), "5:13: the exponent is too large; the limit is 64"),
    "tower of exponents": (paying("9**9**9**9"), "the exponent is too large"),
    "powers of powers": (paying("((((r**64)**64)**64)**64)**64"), "more than 100000 terms"),
    "number in powers": (paying("((10**64)**64)"), "5:10: the expression is too large"),
    "power of a long sum": (long_sum(12), "3:19: the expression is too large"),
    "huge decimal exponent": (paying("1e999999999"), "5:10: found '1e999999999'"),
    "long number": (paying("9" * 9000), "found a number of 9000 characters"),
    "not a number": (paying("nan"), "5:10: unknown name 'nan'"),
    "infinity": (paying("-inf"), "5:11: unknown name 'inf'"),
    "infinity of YAML": (paying(".inf"), "5:10: found '.'"),
    "hexadecimal": (paying("0x10"), "5:10: found '0x10'"),
    "key twice": (HEAD + "title: u\n", "4:1: the key 'title' is given twice, first in line 1"),
    "key twice inside": (paying("0, A: 1"), "5:13: the key 'A' is given twice"),
    "key twice in composed form": (HEAD.replace("r: 0 < r < 1", "\u00e9: \u00e9 > 0, e\u0301: real") + ENDS + "tree: E\n", "given twice"),
    "wrong type": (HEAD + "outcomes: [E]\ntree: E\n", "4:11: found a list; expected outcomes by name"),
    "number for a mapping": (HEAD + "types: 3\n" + ENDS + "tree: E\n", "4:8: found the text '3'; expected types by player"),
    "null": (HEAD + "where:\n" + ENDS + "tree: E\n", "4:7: found an empty value"),
    "circle of subtrees": (CIRCLE, "6:3: the entries of subtrees form a circle: 'a' -> 'b' -> 'a'"),
    "subtree in itself": (HEAD + ENDS + "subtrees: {a: a}\ntree: a\n", "5:12: the entries of subtrees form a circle: 'a' -> 'a'"),
    "circle of where": (HEAD + ENDS + "where: {a: b + 1, b: 2*c, c: a}\ntree: E\n", "5:9: the entries of where form a circle"),
    "doubling subtrees": (doubling("subtrees", "E", "{{A: {{x: {0}, y: {0}}}}}", ENDS + "tree: n299\n"), "has too many nodes"),
    "doubling where": (doubling("where", "r + 1", "{0}*{0}", PAYS_LAST), "too large once the entries of where are put in"),
    "long chain of where": (chained(500), "nested more than 400 deep"),
    "many types": (typed(400), "160000 nodes"),
    "unknown name": (paying("R"), "5:10: unknown name 'R' in 'R'; did you mean 'r'?"),
    "tab": (HEAD + "outcomes:\n\tE: {A: 0}\n", "5:1: found a tab"),
    "NUL": ("title: t\0\n", "1:9: found the control character U+0000"),
    "escape sequence": ("title: \x1b[31m\n", "1:8: found the control character U+001B"),
    "empty file": ("", "1:1: the file is empty"),
    "only a comment": ("#" * 999_000, "1:1: the file is empty"),
    "only a word": ("hello", "1:1: found the text 'hello'"),
    "unclosed quote": ('title: "abc\n', "1:8: not YAML"),
    "long key": ("x" * 500_000 + ": 3\n", "1:500001: "),
    "long label": (HEAD + ENDS + "tree: {A: {" + "x" * 900 + ": E}}\n", "5:12: action of A"),
    "terminal codes in a label": (HEAD + ENDS + 'tree: {A: {"a\\e[31m": E}}\n', "5:12: action of A 'a\\x1b[31m' is not one line of text"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file(name: str, tmp_path: Path) -> None:
    """A hostile file is refused with one line that says where and what, within a second and little memory."""
    text, said = HOSTILE[name]
    path = tmp_path / "game.yaml"
    path.write_bytes(text.encode())
    started = time.process_time()
    with pytest.raises(InputError) as refused:
        load(path)
    seconds = time.process_time() - started
    message = str(refused.value)

    assert message.startswith(f"{path}:")
    assert said in message.removeprefix(f"{path}:")
    assert len(message.splitlines()) == 1
    assert len(message) < len(str(path)) + 300
    assert message.isprintable()
    assert seconds < SECONDS


@pytest.mark.parametrize("name", ["bomb of aliases", "many scalars", "doubling subtrees", "doubling where", "deep tree", "megabyte expression"])
def test_memory(name: str) -> None:
    """The files that are made to fill the memory do not."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError):
            read(HOSTILE[name][0])
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES * 10**6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"title: \xff\n", "1:8: found byte 0xff; expected UTF-8 text"),
        (b"title: t\nnotes: \xc3\xa9\xc3", "2:9: found byte 0xc3"),
        ("title: t".encode("utf-16"), "1:1: found byte 0xff"),
        (b"\xed\xa0\x80", "1:1: found byte 0xed"),
        (b"a" * 1_000_001, "1:1: the file is larger than 1000000 bytes"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, said: str, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and files that are too large, are refused."""
    path = tmp_path / "game.yaml"
    path.write_bytes(data)

    with pytest.raises(InputError) as refused:
        load(path)
    assert said in str(refused.value)


@pytest.mark.parametrize("path", ["missing.yaml", "no such game", "a\0b.yaml", "x" * 5000 + ".yaml", "x" * 5000, ""])
def test_paths_that_lead_nowhere(path: str) -> None:
    """A path or name that leads nowhere is refused with one line."""
    with pytest.raises(InputError) as refused:
        load(path)

    assert len(str(refused.value).splitlines()) == 1


def test_a_directory_is_no_game(tmp_path: Path) -> None:
    """A directory is refused as such."""
    with pytest.raises(InputError, match="this is a directory"):
        load(tmp_path)


@pytest.mark.parametrize("seed", range(200))
def test_damaged_files(seed: int) -> None:
    """A file of the catalogue that was damaged at random is read or refused, and nothing else happens."""
    chance = random.Random(seed)
    text = find_game(chance.choice(catalogue())).read_text(encoding="utf-8")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        piece = chance.choice(
            ["", "{", "}", "[", ":", ": ", "- ", "|", "'", '"', "&", "*", "!", "\n", "\t", "(", "**", "0", "x", ",", "#", "?", text[at : at + 9]]
        )
        text = text[:at] + piece + text[at + chance.randint(0, 9) :]
    refused = None
    try:
        read(text)
    except InputError as error:
        refused = error
    assert refused is None or (refused.line is not None and refused.column is not None)
