"""What claims say, read from their texts: the quantities are cut out by name, and the rest is read as any expression or condition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deterrence.algebra.errors import ExpressionError, GameError, InputError, quoted, suggestion
from deterrence.algebra.parser import parse_condition, parse_expression
from deterrence.algebra.tokens import find_symbol
from deterrence.algebra.trees import AnyTree, ConditionTree, symbols_of
from deterrence.analysis.quantities import FUNCTIONS, Part, Quantity, Vocabulary
from deterrence.model.parts import Claim

_CALL = re.compile(rf"(?<!\w)({'|'.join(FUNCTIONS)})\s*\(")
_FIRST_LETTER = 0x10000  # of Linear B: few games have symbols that begin so


@dataclass(frozen=True)
class Statement:
    """A condition or an expression; `quantities` has what some of its symbols stand for, `texts` how those are written."""

    tree: AnyTree
    quantities: Mapping[str, Quantity]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """A claim as read: what it says of equilibria, and its conditions on the parameters, all with `where` put in."""

    claim: Claim
    statement: Statement
    when: ConditionTree | None
    exactly_when: ConditionTree | None


def read_claim(vocabulary: Vocabulary, claim: Claim) -> Reading:
    """The claim as read; raises GameError with the place in the file where a name or the form is wrong."""
    reader = _Reader(vocabulary)
    conditions: list[Any] = []
    for key, text in (("when", claim.when), ("exactly_when", claim.exactly_when)):
        conditions.append(None if text is None else _placed(claim, key, text, reader.condition))
    read = reader.statement if claim.trend is None else reader.trend
    return Reading(claim, _placed(claim, claim.kind, claim.statement, read), *conditions)


def read_expression(vocabulary: Vocabulary, text: str) -> Statement:
    """An expression of quantities and parameters, as `Pr(War) - Pr(Peace)`; raises ExpressionError with the column where it is none."""
    return _Reader(vocabulary).trend(text)


def misplaced(claim: Claim, key: str, message: str) -> GameError:
    """The error of one of a claim's texts as a whole."""
    line, column = claim.positions.get(key, (None, None))
    return GameError(f"{key}: {message}", file=claim.file, line=line, column=column)


def _placed(claim: Claim, key: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except InputError as error:
        offset = (error.column or 1) - 1
        if key not in claim.positions:
            raise GameError(f"{key}: {error.message}", file=claim.file, column=offset + 1) from None
        line, column = _place(claim, key, text, offset)
        raise GameError(f"{key}: {error.message}", file=claim.file, line=line, column=column) from None


def _place(claim: Claim, key: str, text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character of a claim's text, found by counting what is no white space: a long text may be folded over lines."""
    line, column = claim.positions[key]
    try:
        with open(claim.file or "", encoding="utf-8") as file:
            lines = file.read().splitlines()[line - 1 :]
    except (OSError, UnicodeDecodeError):
        return line, column + offset
    wanted = [c for c in text[: offset + 1] if not c.isspace()]
    found = [(c, line + n, k + 1) for n, row in enumerate(lines[:100]) for k, c in enumerate(row) if (n or k >= column - 1) and not c.isspace()]
    if wanted and [c for c, *_ in found[: len(wanted)]] == wanted:
        return found[len(wanted) - 1][1:]
    return line, column + offset


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.game = vocabulary, vocabulary.game

    def condition(self, text: str) -> Any:
        """A condition on the parameters."""
        self._refuse_quantities(text)
        tree = parse_condition(text)
        self._check_symbols(tree, text)
        return self.game.expand(tree)

    def statement(self, text: str) -> Statement:
        """A condition on quantities and parameters."""
        return self._read(text, parse_condition)

    def trend(self, text: str) -> Statement:
        """An expression of quantities and parameters."""
        return self._read(text, parse_expression)

    def _read(self, text: str, parse: Callable[[str], AnyTree]) -> Statement:
        """Every quantity is read as a symbol of its own, padded to its length so that columns stay."""
        quantities: dict[str, Quantity] = {}
        texts: dict[str, str] = {}
        rest, at, letter = "", 0, self._unused_letter(text)
        while found := _CALL.search(text, at):
            end = _closing(text, found.end())
            symbol = f"{letter}{len(texts)}"
            quantities[symbol] = self.vocabulary.quantity(found[1], Part(text[found.end() : end], found.end()))
            texts[symbol] = " ".join(text[found.start() : end + 1].split())
            rest += text[at : found.start()] + symbol.ljust(end + 1 - found.start())
            at = end + 1
        rest += text[at:]
        try:
            tree = parse(rest)
        except ExpressionError as error:
            message = re.sub(rf"{letter}\d+", lambda m: texts.get(m[0], m[0]), error.message)
            raise ExpressionError(message + self._quantity_meant(rest), column=error.column) from None
        self._check_symbols(tree, rest, quantities)
        return Statement(self.game.expand(tree), quantities, texts)

    def _unused_letter(self, text: str) -> str:
        used = {*text, *(name[0] for name in (*self.game.parameters, *self.game.where))}
        return next(chr(k) for k in range(_FIRST_LETTER, _FIRST_LETTER + 200) if chr(k).isalpha() and chr(k) not in used)

    def _refuse_quantities(self, text: str) -> None:
        if found := _CALL.search(text):
            raise ExpressionError(f"found {found[1]}(...); a condition here is one on the parameters alone", column=found.start() + 1)

    def _check_symbols(self, tree: AnyTree, text: str, quantities: Mapping[str, Quantity] | None = None) -> None:
        game = self.game
        typed = {*game.type_symbols, *game.typed_where}
        known = [*game.parameters, *(name for name in game.where if name not in typed)]
        odd = sorted(symbols_of(tree) - {*known, *(quantities or {})}, key=lambda name: find_symbol(text, name))
        if not odd:
            return
        column = find_symbol(text, odd[0]) + 1
        if odd[0] in typed:
            raise ExpressionError(f"{quoted(odd[0])} depends on a type; a claim may use parameters and what depends on them alone", column=column)
        meant = "" if quantities is None else self._quantity_meant(text)
        raise ExpressionError(f"unknown symbol {quoted(odd[0])}{meant or suggestion(odd[0], known)}", column=column)

    def _quantity_meant(self, text: str) -> str:
        """Where the bare name of something that comes about, or of a player, stands among symbols, how its quantity is written."""
        labels = [label for known in self.vocabulary.labels.values() for label in known]
        for function, names in (("Pr", labels), ("payoff", list(self.vocabulary.payees))):
            for name in sorted(names, key=len, reverse=True):
                if name not in self.game.parameters and name not in self.game.where and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                    return f"; did you mean {function}({name})?"
        return ""


def _closing(text: str, start: int) -> int:
    """Where the parenthesis that opens just before `start` is closed: names of information sets have parentheses of their own."""
    depth = 1
    for k in range(start, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if depth == 0:
            return k
    raise ExpressionError("this '(' is never closed; expected ')'", column=start)
