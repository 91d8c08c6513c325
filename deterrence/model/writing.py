"""Writes game files: reading what is written gives an equal game, and writing that gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from deterrence.algebra.errors import GameError
from deterrence.algebra.expressions import Expression
from deterrence.model.automata import Automaton, Rule
from deterrence.model.game import Game
from deterrence.model.parts import Branch, Branching, Chance, Claim, Decision, Outcome, Parameter, Type
from deterrence.model.stochastic import StochasticGame
from deterrence.model.yaml_text import DEEPEST

# Deeper than this a tree is written on one line, since indentation would grow with the square of the depth.
DEEPEST_BLOCK = 60

# Characters that YAML gives no meaning to inside a plain scalar, and those that it may start with.
_START = r"(?:\w|[(.+/$~<=^;]|-(?=[\w(.]))"
_PLAIN_IN_FLOW = re.compile(_START + r"[\w ()+\-*/.<>=^$;'\"~&%|!?@\\]*")
_PLAIN_IN_BLOCK = re.compile(_START + r"(?:[\w ()+\-*/.<>=^$;'\"~&%|!?@\\,\[\]{}]|:(?=[^ ]))*")


def to_yaml(game: Game) -> str:
    """The game as the text of a game file; GameError where its tree is nested deeper than a file can be."""
    lines = text_of(game)
    deepest = DEEPEST - 4 if isinstance(game, StochasticGame) else DEEPEST - 2
    if max(_depth(root) for root in game.roots) > deepest:
        raise GameError(f"the tree is nested more than {DEEPEST} levels deep; name parts of it as subtrees to write it to a file")
    return lines


def text_of(game: Game) -> str:
    """The text of a game, whether or not its tree is too deep to be read again."""
    lines = [f"title: {scalar(game.title)}"]
    if game.source:
        lines.append(f"source: {scalar(game.source)}")
    if game.notes:
        lines += _notes(game.notes)
    lines += ["", f"players: {_list(game.players)}"]
    if isinstance(game, StochasticGame):
        lines += _playing_over(game)
    for name, section in _sections(game).items():
        if section:
            lines += ["", f"{name}:", *section]
    return "\n".join(lines) + "\n"


def _sections(game: Game) -> dict[str, list[str]]:
    return {
        "parameters": [f"  {key(name)}: {_parameter(parameter)}" for name, parameter in game.parameters.items()],
        "assume": [f"  - {scalar(condition.text)}" for condition in game.assume],
        "types": [line for player, kinds in game.types.items() for line in (f"  {key(player)}:", *map(_type, kinds))],
        "where": [f"  {key(name)}: {scalar(expression.text)}" for name, expression in game.where.items()],
        "outcomes": [f"  {key(name)}: {_payoffs(game.players, payoffs)}" for name, payoffs in game.outcomes.items()],
        **_trees(game),
        "subtrees": list(_block(game.players, list(game.subtrees.items()))),
        "events": [f"  {key(name)}: {_list(members)}" for name, members in game.events.items()],
        "claims": [line for claim in game.claims for line in _claim(claim)],
    }


def _trees(game: Game) -> dict[str, list[str]]:
    if not isinstance(game, StochasticGame):
        tall = _is_tall(game.tree)
        return {"tree": list(_block(game.players, [("", game.tree)]))[1:] if tall else [f"  {_flow(game.players, game.tree)}"]}
    lines: list[str] = []
    for name, tree in game.states.items():
        lines += [f"  {key(name)}:", *_block(game.players, [("tree", tree)], 2)]
    automata = [line for name, automaton in game.strategies.items() for line in _automaton(name, automaton)]
    return {"states": lines, "strategies": automata}


def _playing_over(game: StochasticGame) -> list[str]:
    """What stands in one line of a game that is played over and over."""
    texts = {player: game.discount[player].text for player in game.players if player in game.discount}
    same = len(set(texts.values())) == 1
    lines = [f"discount: {scalar(next(iter(texts.values()))) if same else _mapping(texts)}"] if texts else []
    lines += ["repeat: true"] if game.repeat else []
    lines += [f"horizon: {game.horizon}"] if game.horizon is not None else []
    lines += [f"short_lived: {_list(game.short_lived)}"] if game.short_lived else []
    return ["", *lines] if lines else []


def _automaton(name: str, automaton: Automaton) -> list[str]:
    lines = [f"  {key(name)}:", f"    start: {scalar(automaton.start)}"]
    for label, phase in automaton.phases.items():
        play = ", ".join(f"{key(where)}: {_mixture(mixture)}" for where, mixture in phase.play.items())
        rules = ", ".join(f"{{{_when(rule)}go: {scalar(rule.go, flow=True)}}}" for rule in phase.next)
        lines += [f"    {key(label)}:", f"      play: {{{play}}}", f"      next: [{rules}]"]
    return lines


def _mixture(mixture: Mapping[str, Expression]) -> str:
    sure = [action for action, probability in mixture.items() if probability.text == "1"]
    if len(mixture) == 1 and sure:
        return scalar(sure[0], flow=True)
    return _mapping({action: probability.text for action, probability in mixture.items()})


def _when(rule: Rule) -> str:
    return f"when: {_mapping(rule.when)}, " if rule.when else ""


def scalar(text: str, flow: bool = False) -> str:
    """A text as a YAML scalar on one line: as it is where YAML reads it so, else in double quotes."""
    pattern = _PLAIN_IN_FLOW if flow else _PLAIN_IN_BLOCK
    if pattern.fullmatch(text) and text.isprintable() and not text.endswith((" ", ":")) and text != "<<":
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def key(text: str) -> str:
    """A text as a key."""
    return scalar(text, flow=True)


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(map(key, names)) + "]"


def _mapping(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key(name)}: {scalar(text, flow=True)}" for name, text in values.items()) + "}"


def _payoffs(players: Iterable[str], payoffs: Mapping[str, Expression], name: str | None = None) -> str:
    """Payoffs in the order of the players, whatever order they were given in."""
    named = {} if name is None else {"outcome": name}
    return _mapping(named | {player: payoffs[player].text for player in players if player in payoffs})


def _end(players: Iterable[str], end: Outcome) -> str:
    """An end in place on one line."""
    text = _payoffs(players, end.payoffs or {}, end.name)
    if end.next is None:
        return text
    states = {state: probability.text for state, probability in end.next.items()}
    sure = next(iter(states)) if list(states.values()) == ["1"] else None
    return f"{text[:-1]}, next: {_mapping(states) if sure is None else scalar(sure, flow=True)}}}"


def _notes(text: str) -> list[str]:
    body = text[:-1] if text.endswith("\n") else text
    lines = body.split("\n")
    plain = all(line == line.rstrip() and line.isprintable() for line in lines)
    if not plain or not lines[0] or not lines[-1] or lines[0].startswith(" "):
        return [f"notes: {scalar(text)}"]
    return [f"notes: {'|' if text.endswith(chr(10)) else '|-'}", *(f"  {line}" if line else "" for line in lines)]


def _parameter(parameter: Parameter) -> str:
    domain = "real" if parameter.domain is None else parameter.domain.text
    default = {} if parameter.default is None else {"default": parameter.default.text}
    role = {} if parameter.role == "other" else {"role": parameter.role}
    meaning = {"meaning": parameter.meaning} if parameter.meaning else {}
    more = role | meaning | default
    return _mapping({"domain": domain} | more) if more else scalar(domain)


def _type(kind: Type) -> str:
    if not kind.bindings:
        return f"    {key(kind.name)}: {scalar(kind.probability.text)}"
    texts = {"probability": kind.probability.text} | {name: bound.text for name, bound in kind.bindings.items()}
    return f"    {key(kind.name)}: {_mapping(texts)}"


def _claim(claim: Claim) -> list[str]:
    texts = [("claim", claim.claim), ("when", claim.when), ("exactly_when", claim.exactly_when), (claim.kind, claim.statement)]
    texts += [(claim.trend or "", claim.along), ("strictly", "true" if claim.strictly else None)]
    texts += [("concept", claim.concept), ("profile", claim.profile)]
    given = [f"{name}: {scalar(text)}" for name, text in texts if text is not None]
    return [("    " if k else "  - ") + line for k, line in enumerate(given)]


def _is_tall(node: Branching) -> bool:
    """Does a branch need lines of its own: is there a move in it?"""
    while isinstance(node, Branch):
        node = node.then
    return isinstance(node, Decision | Chance)


def _block(players: tuple[str, ...], branches: list[tuple[str, Branching]], level: int = 1) -> Iterator[str]:
    """Branches by name as indented lines, without recursion."""
    todo: list[str | tuple[int, str, Branching]] = [(level, name, then) for name, then in reversed(branches)]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield item
            continue
        level, name, then = item
        indent = "  " * level
        if not _is_tall(then) or level > DEEPEST_BLOCK:
            yield f"{indent}{key(name)}: {_flow(players, then)}"
        else:
            # The root of the tree has no name of its own: its line is dropped, and what follows stands at its level.
            yield f"{indent}{key(name)}:"
            todo.extend(reversed(list(_inside(players, then, level + 1 if name else level))))


def _inside(players: tuple[str, ...], node: Branching, level: int) -> Iterator[str | tuple[int, str, Branching]]:
    """The lines of a move or of a paying branch, and the branches below it that are still to be written."""
    indent = "  " * level
    if isinstance(node, Branch):
        yield f"{indent}pay: {_payoffs(players, node.pay)}"
        yield (level, "then", node.then)
        return
    assert isinstance(node, Decision | Chance)
    yield f"{indent}{key(node.player) if isinstance(node, Decision) else 'Chance'}:"
    for name, listed in (("hidden_from", node.hidden_from), ("unseen_by", node.unseen_by)):
        if listed:
            yield f"{indent}  {name}: {_list(listed)}"
    if isinstance(node, Decision):
        yield from ((level + 1, label, then) for label, then in node.actions.items())
        return
    for label, (probability, then) in node.labels.items():
        if not _is_tall(then):
            yield f"{indent}  {key(label)}: {{{_odds(players, probability, then)}{_flow(players, _after_pay(then))}}}"
            continue
        yield f"{indent}  {key(label)}:"
        yield f"{indent}    probability: {scalar(probability.text)}"
        if isinstance(then, Branch):
            yield f"{indent}    pay: {_payoffs(players, then.pay)}"
        yield (level + 2, "then", _after_pay(then))


def _after_pay(then: Branching) -> Branching:
    return then.then if isinstance(then, Branch) else then


def _odds(players: tuple[str, ...], probability: Expression, then: Branching) -> str:
    """The start of a label of chance on one line, up to what follows."""
    pay = f"pay: {_payoffs(players, then.pay)}, " if isinstance(then, Branch) else ""
    return f"probability: {scalar(probability.text, flow=True)}, {pay}then: "


def _flow(players: tuple[str, ...], root: Branching) -> str:
    """A branch on one line, without recursion."""
    out: list[str] = []
    todo: list[tuple[str, Branching | None]] = [("", root)]  # a text, then a branch
    while todo:
        text, node = todo.pop()
        out.append(text)
        match node:
            case str():
                out.append(scalar(node, flow=True))
            case Outcome():
                out.append(_end(players, node))
            case Branch():
                todo += [("}", None), (f"{{pay: {_payoffs(players, node.pay)}, then: ", node.then)]
            case Decision() | Chance():
                todo += reversed(list(_flow_move(players, node)))
    return "".join(out)


def _flow_move(players: tuple[str, ...], node: Decision | Chance) -> Iterator[tuple[str, Branching | None]]:
    mover = key(node.player) if isinstance(node, Decision) else "Chance"
    listed = (("hidden_from", node.hidden_from), ("unseen_by", node.unseen_by))
    start = f"{{{mover}: {{" + "".join(f"{name}: {_list(names)}, " for name, names in listed if names)
    if isinstance(node, Decision):
        for label, then in node.actions.items():
            yield f"{start}{key(label)}: ", then
            start = ", "
    else:
        for label, (probability, then) in node.labels.items():
            yield f"{start}{key(label)}: {{{_odds(players, probability, then)}", _after_pay(then)
            start = "}, "
    yield ("}}" if isinstance(node, Decision) else "}}}"), None


def _depth(root: Branching) -> int:
    """How many levels of YAML a branch takes, at most."""
    deepest = 0
    todo = [(root, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        match node:
            case Branch():
                todo.append((node.then, depth + 1))
            case Decision():
                todo += [(then, depth + 2) for then in node.actions.values()]
            case Chance():
                todo += [(then, depth + 3) for _, then in node.labels.values()]
    return deepest + 2
