"""Automata: profiles of strategies for repeated and stochastic games, as finite machines over public histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from deterrence.algebra.errors import GameError, quoted
from deterrence.algebra.expressions import Expression, ExpressionLike
from deterrence.model.frozen import FrozenMap, OrderedMap
from deterrence.model.parts import Part, expressions, items

Stage: TypeAlias = Mapping[str, str | Mapping[str, ExpressionLike]]
"""What is played in a period: a player, or an information set -> an action, or the probability of each."""


class Rule(Part):
    """One entry of `next`: where what was played or drawn in the period fits `when`, the automaton goes to the state `go`."""

    __slots__ = _fields = ("go", "when")
    go: str
    when: OrderedMap[str, str]

    def __init__(self, go: str, when: Mapping[str, str] | None = None) -> None:
        given = items(when or {}, "actions by player, information set or Chance")
        for name in (go, *(text for pair in given for text in pair)):
            if not isinstance(name, str):
                raise GameError(f"found {quoted(repr(name))}; expected a name in a rule of an automaton")
        self._set(go=go, when=OrderedMap(given))


class Phase(Part):
    """One state of an automaton: what is played there, and where it goes next; the first rule that fits counts."""

    __slots__ = _fields = ("play", "next")
    play: OrderedMap[str, FrozenMap[str, Expression]]
    next: tuple[Rule, ...]

    def __init__(self, play: Stage, next: Iterable[Rule | str]) -> None:  # noqa: A002 - the word of game files
        self._set(
            play=OrderedMap({name: _mixture(given) for name, given in items(play, "actions by player or information set")}),
            next=tuple(Rule(rule) if isinstance(rule, str) else rule for rule in ([next] if isinstance(next, str) else next)),
        )


class Automaton(Part):
    """A profile of strategies as a finite automaton: the state in which play starts, and what is played in each.

    The standard ones are made from what is played in two kinds of periods:

    >>> grim = Automaton.grim_trigger(cooperate={"A": "C", "B": "C"}, punish={"A": "D", "B": "D"})
    >>> grim.start, list(grim.phases)
    ('Cooperate', ['Cooperate', 'Punish'])
    """

    __slots__ = _fields = ("start", "phases")
    start: str
    phases: OrderedMap[str, Phase]

    def __init__(self, start: str, phases: Mapping[str, Phase]) -> None:
        for name, phase in items(phases, "the states of an automaton"):
            if not isinstance(phase, Phase):
                raise GameError(f"state {quoted(str(name))} of an automaton: found {quoted(repr(phase))}; expected a Phase")
        self._set(start=start, phases=OrderedMap(phases))

    @classmethod
    def grim_trigger(cls, *, cooperate: Stage, punish: Stage) -> Automaton:
        """Cooperation until anybody leaves it, then punishment for good (Friedman 1971, Review of Economic Studies 38)."""
        stay = Rule("Cooperate", _actions(cooperate))
        return cls("Cooperate", {"Cooperate": Phase(cooperate, [stay, Rule("Punish")]), "Punish": Phase(punish, ["Punish"])})

    @classmethod
    def reversion(cls, *, cooperate: Stage, punish: Stage) -> Automaton:
        """Permanent reversion: `punish` is meant to be an equilibrium of the stage game, to which play goes back for good."""
        return cls.grim_trigger(cooperate=cooperate, punish=punish)

    @classmethod
    def limited_punishment(cls, *, cooperate: Stage, punish: Stage, periods: int) -> Automaton:
        """After a deviation from cooperation, a number of periods of punishment whatever is played in them; then cooperation again."""
        if periods < 1:
            raise GameError(f"periods is {periods!r}; expected a whole number of at least 1")
        names = ["Punish"] if periods == 1 else [f"Punish {k + 1}" for k in range(periods)]
        phases = {"Cooperate": Phase(cooperate, [Rule("Cooperate", _actions(cooperate)), Rule(names[0])])}
        phases |= {name: Phase(punish, [then]) for name, then in zip(names, [*names[1:], "Cooperate"], strict=True)}
        return cls("Cooperate", phases)

    @classmethod
    def stick_and_carrot(cls, *, cooperate: Stage, punish: Stage) -> Automaton:
        """Cooperation again after a period in which all have taken the punishment; whoever shirks it starts it anew.

        Abreu (1986), "Extremal equilibria of oligopolistic supergames", Journal of Economic Theory 39.
        """
        rules = {name: [Rule("Cooperate", _actions(stage)), Rule("Punish")] for name, stage in (("Cooperate", cooperate), ("Punish", punish))}
        return cls("Cooperate", {"Cooperate": Phase(cooperate, rules["Cooperate"]), "Punish": Phase(punish, rules["Punish"])})

    @classmethod
    def win_stay_lose_shift(cls, *, cooperate: Stage, punish: Stage) -> Automaton:
        """Cooperation after a period in which both did the same, punishment after one in which they did not (two players)."""
        first, second, good, bad = _two(cooperate, punish)
        same = [Rule("Cooperate", {first: a[first], second: a[second]}) for a in (good, bad)]
        return cls("Cooperate", {name: Phase(stage, [*same, "Punish"]) for name, stage in (("Cooperate", cooperate), ("Punish", punish))})

    @classmethod
    def tit_for_tat(cls, *, cooperate: Stage, punish: Stage) -> Automaton:
        """Each of two players does what the other did in the period before, and starts with cooperation."""
        first, second, good, bad = _two(cooperate, punish)
        names = {(True, True): "Both", (True, False): f"{first} alone", (False, True): f"{second} alone", (False, False): "Neither"}
        rules = [
            Rule(names[kind], {first: (good if kind[1] else bad)[first], second: (good if kind[0] else bad)[second]}) for kind in list(names)[:-1]
        ]  # what one did, the other does next
        plays = {kind: {first: (good if kind[0] else bad)[first], second: (good if kind[1] else bad)[second]} for kind in names}
        return cls("Both", {name: Phase(plays[kind], [*rules, "Neither"]) for kind, name in names.items()})


def _mixture(given: object) -> FrozenMap[str, Expression]:
    """The probability of each action; an action alone is played for sure."""
    if isinstance(given, str):
        return FrozenMap({given: Expression.of(1)})
    if isinstance(given, Mapping):
        return expressions(given)
    raise GameError(f"found {quoted(repr(given))}; expected an action, or the probability of each")


def _actions(stage: Stage) -> dict[str, str]:
    """What is played in a stage profile without mixing."""
    out: dict[str, str] = {}
    for name, action in stage.items():
        if not isinstance(action, str):
            raise GameError(f"{name}: found {quoted(repr(action))}; a standard automaton needs one action, which all can see")
        out[name] = action
    return out


def _two(cooperate: Stage, punish: Stage) -> tuple[str, str, dict[str, str], dict[str, str]]:
    """The two players of two stage profiles, and what each does in them."""
    good, bad = _actions(cooperate), _actions(punish)
    if len(good) != 2 or good.keys() != bad.keys():
        known: Any = ", ".join(dict.fromkeys([*good, *bad]))
        raise GameError(f"this automaton is for two players with one move each; the stage profiles speak of {known}")
    first, second = good
    return first, second, good, bad
