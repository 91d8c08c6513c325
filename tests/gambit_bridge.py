"""Games at a point as Gambit's, through its own file format, and profiles there and back; for pygambit 16 and 17, whose interfaces differ."""

from __future__ import annotations

import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pygambit

from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game

Strategies = dict[str, dict[str, Any]]


def to_gambit(game: Game, at: Mapping[str, Fraction] | None = None) -> Any:
    """The game at a point, with exact payoffs and probabilities; information sets keep their order."""
    return pygambit.read_efg(io.StringIO(to_efg(extensive_form(game, at or {}))))


def to_efg(form: ExtensiveForm[Fraction]) -> str:
    """Gambit's text of an extensive game: the nodes in preorder."""
    own = {player: [i.index for i in form.information_sets if i.player == player] for player in form.players}
    lines = [f"EFG 2 R {_quoted(form.game.title)} {{ {' '.join(map(_quoted, form.players))} }}", '""']
    for node in form.nodes:
        if node.kind == "end":
            lines.append(f't "" {node.index} "" {{ {", ".join(map(str, node.payoffs))} }}')
        elif node.information_set is None:
            odds = " ".join(f"{_quoted(label)} {p}" for label, p in zip(node.labels, node.probabilities, strict=True))
            lines.append(f'c "" {node.index + 1} "" {{ {odds} }} 0')
        else:
            number = own[node.mover].index(node.information_set) + 1
            name = form.information_sets[node.information_set].name
            actions = " ".join(map(_quoted, node.labels))
            lines.append(f'p "" {form.players.index(node.mover) + 1} {number} {_quoted(name)} {{ {actions} }} 0')
    return "\n".join(lines) + "\n"


def to_profile(gambit: Any, form: ExtensiveForm[Fraction], strategies: Mapping[str, Mapping[str, Fraction]]) -> Any:
    """A profile of behaviour strategies in exact numbers."""
    data = [
        [[str(strategies[i.name].get(action, 0)) for action in i.actions] for i in form.information_sets if i.player == player]
        for player in form.players
    ]
    return gambit.mixed_behavior_profile(data, rational=True)


def of_profile(profile: Any, form: ExtensiveForm[Fraction]) -> Strategies:
    """The behaviour strategies of a profile. Where Gambit leaves a set open, because its own player keeps play away, the first action is played."""
    out: Strategies = {}
    for number, player in enumerate(form.players):
        own = [i for i in form.information_sets if i.player == player]
        for info, played in zip(own, _mixtures(profile, number, player), strict=True):
            total = sum(played)
            out[info.name] = dict(zip(info.actions, played if total else [1, *[0] * (len(played) - 1)], strict=True))
    return {i.name: out[i.name] for i in form.information_sets}


def _mixtures(profile: Any, number: int, player: str) -> list[list[Any]]:
    if hasattr(pygambit, "Infoset"):  # pygambit 16
        infosets = list(profile.game.players)[number].infosets
        return [[_exact(profile[action]) for action in infoset.actions] for infoset in infosets]
    return [[_exact(p) for p in dict(mixture).values()] for _, mixture in profile[player]]


def _exact(p: Any) -> Any:
    return p if isinstance(p, float) else Fraction(int(p.numerator), int(p.denominator))


def enumerated(gambit: Any) -> tuple[list[Any], bool]:
    """Nash equilibria as behaviour profiles: of two players the extreme ones, exactly; of more the isolated ones, in floating point."""
    if len(list(gambit.players)) == 2:
        return [equilibrium.as_behavior() for equilibrium in pygambit.nash.enummixed_solve(gambit).equilibria], True
    return list(pygambit.nash.enumpoly_solve(gambit).equilibria), False


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
