"""What the command line shows besides equilibria: a game, and the verdicts on its claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from deterrence.algebra.expressions import Expression
from deterrence.model.game import Game, parts_of
from deterrence.model.notes import notes
from deterrence.model.parts import Branch
from deterrence.model.stochastic import StochasticGame
from deterrence.report import layout, tree
from deterrence.report.play import shape

if TYPE_CHECKING:
    from deterrence.analysis.claims import Proof

_MARGIN = 14


def overview(game: Game, width: int = 80) -> str:
    """Return a game as text: players, parameters, types, the tree, the information sets, what is claimed."""
    parts = [
        list(_heading(game, width)),
        list(_headed("Parameters", _parameters(game, width - 2))),
        list(_sections(game, width)),
        ["Tree", *_indented(layout.wrapped(reading(game), width - 2)), *_indented(tree.drawn(game))],
        list(_headed("Strategies", strategies(game, width - 2))),
        list(_headed("Information sets", _information_sets(game, width - 2))),
        list(_headed("Claims", (line for claim in game.claims for line in layout.block("-", [claim.claim], 2, width - 2, "")))),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def reading(game: Game) -> str:
    """How the drawing of a tree is read."""
    ends = f"Payoffs at the ends: {', '.join(game.players)}."
    paid = any(isinstance(part, Branch) for root in game.roots for part in parts_of(root))
    paying = " What is paid on the way, in brackets, is added to them." if paid else ""
    if not isinstance(game, StochasticGame) or game.horizon is not None:
        return ends + paying
    after = "stays in the state" if game.repeat else "is the end of the game"
    return f"{ends}{paying} An arrow leads to the state of the next period; an end without one {after}."


def verdicts(proofs: Sequence[Proof], width: int = 80) -> str:
    """Return each claim with its verdict, and what refutes it or left it undecided."""
    if not proofs:
        return "The game file makes no claims."
    lines: list[str] = []
    for proof in proofs:
        lines += layout.block(proof.verdict, [proof.claim], 11, width, "")
        said = [text for text in (proof.reason, proof.counterexample) if text]
        lines += layout.block("", [line for text in said for line in str(text).splitlines()], 11, width) if proof.verdict != "proved" else []
    kinds = [proof.verdict for proof in proofs]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("proved", "refuted", "undecided") if kind in kinds)
    return "\n".join([*lines, "", f"{len(proofs)} claim{'s' * (len(proofs) > 1)}: {counts}."])


def _heading(game: Game, width: int) -> Iterator[str]:
    yield from layout.wrapped(game.title or "Untitled game", width)
    if game.source:
        yield from layout.wrapped(game.source, width)
    about = notes(game.notes)
    for paragraph in about.prose.split("\n\n") if about.prose else []:
        yield ""
        yield from layout.wrapped(" ".join(paragraph.split()), width)
    lines = [("Systems", about.systems), ("Mechanisms", about.mechanisms)]
    yield from [""] if any(entries for _, entries in lines) else []
    for label, entries in lines:
        yield from layout.block(label, ["; ".join(entries)] if entries else [], _MARGIN, width, "")


def _parameters(game: Game, width: int) -> Iterator[str]:
    rows = [
        (p.name, "real" if p.domain is None else _whole(str(p.domain)), p.role, "" if p.default is None else str(p.default), p.meaning)
        for p in game.parameters.values()
    ]
    if rows:
        yield from layout.table(("name", "domain", "role", "default", "meaning"), rows, width)


def _sections(game: Game, width: int) -> Iterator[str]:
    sections: list[tuple[str, Iterable[str]]] = [
        ("Players", [", ".join(game.players)]),
        ("Assume", [_whole(str(condition)) for condition in game.assume]),
        ("Where", [f"{name} = {expression}" for name, expression in game.where.items()]),
        ("Types", _types(game)),
        *periods(game),
        ("Events", [f"{name}: {', '.join(outcomes)}" for name, outcomes in game.events.items()]),
    ]
    for label, lines in sections:
        yield from layout.block(label, lines, _MARGIN, width)


def periods(game: Game) -> Iterator[tuple[str, Iterable[str]]]:
    """How a game that is played over and over is played."""
    if not isinstance(game, StochasticGame):
        return
    yield "Periods", [str(game.horizon) if game.horizon is not None else "until it ends" if game.can_end else "without end"]
    discounts = {player: str(discount) for player, discount in game.discount.items()}
    same = len(set(discounts.values())) == 1
    yield "Discount", [next(iter(discounts.values()))] if same else [f"{player}: {text}" for player, text in discounts.items()]
    yield "Short-lived", [", ".join(game.short_lived)] if game.short_lived else []
    yield "States", [", ".join(game.states)] if len(game.states) > 1 else []


def strategies(game: Game, width: int) -> Iterator[str]:
    """Every automaton: what is played in each of its states, and where it goes."""
    for name, automaton in game.strategies.items():
        yield f"{name}, which starts in {automaton.start}"
        margin = max(14, 4 + max(map(len, automaton.phases)))
        for label, phase in automaton.phases.items():
            play = "; ".join(f"{where}: {_mixture(mixture)}" for where, mixture in phase.play.items())
            rules = [f"{rule.go} after {', '.join(f'{k}: {v}' for k, v in rule.when.items())}" if rule.when else rule.go for rule in phase.next]
            yield from layout.block(f"  {label}", [play, f"then {'; else '.join(rules)}"], margin, width, "")


def _mixture(mixture: Mapping[str, Expression]) -> str:
    sure = [action for action, probability in mixture.items() if probability.text == "1"]
    return sure[0] if len(mixture) == 1 and sure else " or ".join(f"{action} with {probability}" for action, probability in mixture.items())


def _types(game: Game) -> Iterator[str]:
    for player, types in game.types.items():
        drawn = []
        for each in types:
            binds = ", ".join(f"{symbol} = {value}" for symbol, value in each.bindings.items())
            drawn.append(f"{each.name} with {each.probability}{f' ({binds})' if binds else ''}")
        yield f"{player}: {', '.join(drawn)}"


def _information_sets(game: Game, width: int) -> Iterator[str]:
    rows = [(each.name, ", ".join(each.actions), str(len(each.nodes))) for each in shape(game).information_sets]
    yield from layout.table(("name", "actions", "nodes"), rows, width)


def _headed(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines under their heading, which does not stand alone."""
    for number, line in enumerate(_indented(lines)):
        if number == 0:
            yield heading
        yield line


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)


def _whole(text: str) -> str:
    """A short formula, not to be broken where lines are wrapped."""
    return text.replace(" ", layout.UNBREAKABLE) if len(text) < 30 else text
