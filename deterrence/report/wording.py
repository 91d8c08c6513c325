"""How strategies, beliefs, conditions and outcomes are worded, before any format spells them.

A line is a label and a sequence of pieces, words or formulas. An action that is played for certain is named; a mixed one is named
with its probability: `Attack with q, Refrain with 1 - q`. Types that see the same moves share a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from deterrence.model.extensive import ExtensiveForm, InformationSet, Node
from deterrence.model.game import Game
from deterrence.report import beliefs

OFF_PATH = "*"


@dataclass(frozen=True, slots=True)
class Math:
    """A formula or condition, in the grammar of expressions."""

    text: str


Pieces: TypeAlias = tuple["str | Math", ...]
LONGEST = 1_000  # characters: a formula beyond that is not printed


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell: what it is about, if that needs saying, and what it says."""

    label: str
    pieces: Pieces
    off_path: bool = False


def shortened(line: Line) -> Line:
    """Return the line with formulas that nobody would read told by their length."""
    pieces = (f"({len(p.text):,} characters)" if isinstance(p, Math) and len(p.text) > LONGEST else p for p in line.pieces)
    return Line(line.label, tuple(pieces), line.off_path)


class Sets:
    """The information sets of a game, at one family: which of them play reaches, and which are told in one line."""

    def __init__(self, form: ExtensiveForm[object], on_path: frozenset[str]) -> None:
        self.form, self.on_path = form, on_path
        self.types: dict[str, set[str]] = {}
        for each in form.information_sets:
            if each.type is not None:
                self.types.setdefault(each.player, set()).add(each.type)

    def strategies(self, strategies: Mapping[str, Mapping[str, str]], at_will: frozenset[str]) -> tuple[Line, ...]:
        """What each player does, on the path first."""
        told = {name: ("any behaviour",) if name in at_will else mixture(actions) for name, actions in strategies.items()}
        return self._lines(told) if not any(each.state for each in self.form.information_sets) else self._by_state(told)

    def _by_state(self, told: Mapping[str, Pieces]) -> tuple[Line, ...]:
        """One line for each state of a stochastic game, or of an automaton, those that play comes to first."""
        states: dict[str, list[InformationSet]] = {}
        for each in self.form.information_sets:
            if each.name in told:
                states.setdefault(each.state, []).append(each)
        lines = []
        for state, sets in states.items():
            sole = Counter(each.player for each in sets)
            pieces: list[str | Math] = []
            for each in sets:
                name = each.player if sole[each.player] == 1 else each.name.removeprefix(f"{state}: ")
                pieces += [*(["; "] if pieces else []), f"{name}: ", *told[each.name]]
            lines.append(Line(state, _joined(pieces), not any(each.name in self.on_path for each in sets)))
        return tuple(sorted(lines, key=lambda line: line.off_path))

    def beliefs(self, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[Line, ...]:
        """What each player thinks where there is anything to wonder about, on the path first."""
        told = {}
        order = tuple(self.form.game.parameters)
        for each in self.form.information_sets:
            members = [self.form.nodes[index] for index in each.nodes]
            stated = [entry["probability"] for entry in given.get(each.name, ())]
            # Before anyone has moved there is nothing to infer: what a player thinks is the prior.
            if len(stated) > 1 and any(node.moves for node in members):
                told[each.name] = _belief(members, stated, order)
        return self._lines(told)

    def _lines(self, told: Mapping[str, Pieces]) -> tuple[Line, ...]:
        alike: dict[tuple[bool, str, str], list[InformationSet]] = {}
        for each in self.form.information_sets:
            if each.name in told:
                seen = each.name if each.type is None else _history(each.name)
                alike.setdefault((each.name not in self.on_path, each.player, seen), []).append(each)
        ordered = sorted(alike.items(), key=lambda item: item[0][0])  # stable: sets on the path first
        return tuple(line for (off, _, _), sets in ordered for line in self._told_together(sets, told, off))

    def _told_together(self, sets: Sequence[InformationSet], told: Mapping[str, Pieces], off: bool) -> Iterable[Line]:
        """One line for the types of a player that have seen the same."""
        first = sets[0]
        said = {told[each.name] for each in sets}
        if len(sets) == 1:
            return [Line(first.name, told[first.name], off)]
        label = first.player + (f" | {_history(first.name)}" if _history(first.name) else "")
        if len(said) == 1 and len(sets) == len(self.types[first.player]):
            return [Line(label, told[first.name], off)]
        return [Line(label, _by_type(sets, told), off)]


def _by_type(sets: Sequence[InformationSet], told: Mapping[str, Pieces]) -> Pieces:
    """`Fight if Tough, Abandon if Weak`."""
    types: dict[Pieces, list[str]] = {}
    for each in sets:
        types.setdefault(told[each.name], []).append(each.type or "")
    between = ", " if all(len(said) == 1 for said in types) else "; "
    pieces: list[str | Math] = []
    for said, who in types.items():
        pieces += [between] if pieces else []
        pieces += [*said, f" if {' or '.join(who)}"]
    return _joined(pieces)


def _history(name: str) -> str:
    return name.partition(" | ")[2]


def mixture(probabilities: Mapping[str, str]) -> Pieces:
    """Return the words for a lottery over labels: the label that is certain, or the possible ones with their probabilities.

    Of two, the one whose probability is shorter to say comes first, and the other is what happens else.
    """
    likely = {label: text for label, text in probabilities.items() if text != "0"}
    if len(likely) == 1:
        return tuple(likely)
    if len(likely) == 2:
        first, other = sorted(likely, key=lambda label: len(likely[label]))  # stable: the first of equals
        return (f"{first} with ", Math(likely[first]), f", else {other}")
    pieces: list[str | Math] = []
    for label, text in likely.items():
        pieces += [", "] if pieces else []
        pieces += [f"{label} with ", Math(text)]
    return _joined(pieces)


def _belief(members: Sequence[Node[object]], stated: Sequence[str], order: tuple[str, ...]) -> Pieces:
    """Beliefs about several players, one after the other where they are independent."""
    found = beliefs.aspects(members)
    apart = beliefs.marginals(tuple(found), tuple(stated), order) if found is not None and len(found) > 1 else None
    if apart is None:
        return mixture(beliefs.joint(found, members, stated))
    pieces: list[str | Math] = []
    for whose, odds in apart:
        pieces += ["; "] if pieces else []
        pieces += [f"{whose} " if whose else "", *mixture(odds)]
    return _joined(pieces)


def _joined(pieces: Iterable[str | Math]) -> Pieces:
    """The same pieces with neighbouring words put together."""
    out: list[str | Math] = []
    for piece in pieces:
        if out and isinstance(piece, str) and isinstance(out[-1], str):
            out[-1] += piece
        else:
            out.append(piece)
    return tuple(out)


def lottery(probabilities: Mapping[str, str]) -> tuple[Line, ...]:
    """Return one line for each outcome that may come about."""
    said = {label: text for label, text in probabilities.items() if text != "0"}
    return tuple(Line("", (label,) if text == "1" else (f"{label} with ", Math(text))) for label, text in said.items())


def deviations(binding: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Return one line for each deviation that limits the region: `Ally: D in Cooperate`, with the information set where there are several."""
    places: dict[tuple[str, str], set[str]] = {}
    for each in binding:
        places.setdefault((each["player"], each["state"]), set()).update(each["plan"])
    out: dict[Line, None] = {}
    for each in binding:
        alone = len(places[each["player"], each["state"]]) == 1
        plan = ", ".join(action if alone else f"{action} at {name.removeprefix(each['state'] + ': ')}" for name, action in each["plan"].items())
        out[Line(each["player"], (f"{plan} in {each['state']}",))] = None
    return tuple(out)


def payoffs(family: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return one line for each player's expected payoff, and for the average of a period where the game cannot end."""
    lines = [Line(player, (Math(text),)) for player, text in family["payoffs"].items()]
    lines += [Line(f"{player}, average", (Math(text),)) for player, text in family.get("average_payoffs", {}).items()]
    return tuple(lines)


def region(game: Game, conditions: Sequence[str]) -> tuple[Line, ...]:
    """Return one line for each condition on the parameters; at a point there is nothing to say."""
    if not game.free_parameters:
        return ()
    return tuple(Line("", (Math(text),)) for text in conditions) or (Line("", ("always",)),)


def solved(family: Mapping[str, Any]) -> Sequence[str]:
    """Return the conditions of a family; those of a named profile solved for the discount factor where they hold powers of it."""
    conditions: Sequence[str] = family["conditions"]
    cases = family.get("critical_discount", ())
    if len(cases) != 1:
        return conditions
    (case,) = cases
    name = case["parameter"]
    if all(name not in names_in(text) or text.startswith(f"{name} ") for text in conditions):
        return conditions
    low, high = ("=" * belongs for belongs in case["closed"])
    # That a discount factor lies between 0 and 1 need not be said.
    bounds = [f"{case['parameter']} >{low} {text}" for text in case["lower"] if text != "0"]
    bounds += [f"{case['parameter']} <{high} {text}" for text in case["upper"] if text != "1"]
    return [*bounds, *case["beside"]]


def freedom(family: Mapping[str, Any], at_will: frozenset[str] = frozenset()) -> tuple[Line, ...]:
    """Return the range of each unknown that the equilibrium leaves open, and what each without a closed form solves."""
    hidden = {name for place in at_will for text in family["strategies"][place].values() for name in names_in(text)}
    lines = []
    for name, (low, high) in family["free"].items():
        if name not in hidden:
            lines.append(Line("", ("any ", Math(_interval(name, (low, high), family["closed"].get(name, (True, True)))))))
    lines += [Line("", (Math(name), *_root(found))) for name, found in family["implicit"].items()]
    return tuple(lines)


def _interval(name: str, ends: tuple[str, str], closed: Sequence[bool]) -> str:
    left, right = ("<=" if belongs else "<" for belongs in closed)
    return f"{ends[0]} {left} {name} {right} {ends[1]}"


def _root(found: Mapping[str, str]) -> Pieces:
    """An unknown without a closed form, by the polynomial that vanishes there and what tells the root from the others."""
    return (" solves ", Math(f"{found['polynomial']} == 0"), " with ", Math(found["isolating"]))


def unrestricted(family: Mapping[str, Any]) -> frozenset[str]:
    """Return the information sets at which any behaviour will do, so that its unknowns need not be named."""
    texts = [family["conditions"], [e["probability"] for nodes in family["beliefs"].values() for e in nodes]]
    texts += [family["outcomes"].values(), family["payoffs"].values()]
    elsewhere = {name for group in texts for text in group for name in names_in(text)}
    used: dict[str, int] = {}
    own = {place: {n for text in actions.values() for n in names_in(text)} for place, actions in family["strategies"].items()}
    for symbols in own.values():
        for name in symbols:
            used[name] = used.get(name, 0) + 1
    return frozenset(
        place
        for place, actions in family["strategies"].items()
        if len(own[place]) == len(actions) - 1 > 0
        and all(used[name] == 1 and name not in elsewhere for name in own[place])
        and _is_whole_simplex([name for name in family["free"] if name in own[place]], len(own[place]), family)
    )


def _is_whole_simplex(names: Sequence[str], dimension: int, family: Mapping[str, Any]) -> bool:
    """Whether the ranges are 0 to 1, then 0 to what the earlier ones leave, and no other range depends on them."""
    others = (end for name, ends in family["free"].items() if name not in names for end in ends)
    if len(names) != dimension or any(names_in(end) & set(names) for end in others):
        return False
    ends = [["0", " - ".join(["1", *names[:i]])] for i in range(dimension)]
    return all(list(family["free"][n]) == end and all(family["closed"].get(n, ())) for n, end in zip(names, ends, strict=True))


def names_in(text: str) -> set[str]:
    """Return the names that occur in a formula."""
    return set(re.findall(r"[^\W\d]\w*", text))
