"""What the automata of a repeated or stochastic game must satisfy: every move has an action, every state can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deterrence.algebra.errors import GameError, quoted, suggestion
from deterrence.model.automata import Automaton, Phase, Rule
from deterrence.model.checks import Scopes, check_label, label_problem
from deterrence.model.profiles import Stage, reachable_pairs, stages

if TYPE_CHECKING:
    from deterrence.model.stochastic import StochasticGame


def check_automata(game: StochasticGame) -> None:
    """Raises GameError at the first automaton that does not fit the game."""
    known = stages(game) if game.strategies else {}
    scopes = Scopes(game)
    for name, automaton in game.strategies.items():
        if problem := label_problem(name):
            raise GameError(f"profile {quoted(name)} {problem}", locus=("strategies", name))
        _Check(game, scopes, known, name, automaton).run()


class _Check:
    """One automaton."""

    def __init__(self, game: StochasticGame, scopes: Scopes, known: Mapping[str, Stage], name: str, automaton: Automaton) -> None:
        self.game, self.scopes, self.stages = game, scopes, known
        self.name, self.automaton = name, automaton

    def run(self) -> None:
        """Names first, then what is reached, then what is played there."""
        phases = self.automaton.phases
        if self.automaton.start not in phases:
            near = suggestion(self.automaton.start, phases) or f"; its states are {', '.join(phases) or 'none'}"
            raise self._wrong(f"starts in the unknown state {quoted(self.automaton.start)}{near}", "start")
        for label, phase in phases.items():
            check_label(label, "automaton state", ("strategies", self.name, label))
            self._check_names(label, phase)
            self._check_rules(label, phase)
        pairs = reachable_pairs(self.game, self.stages, self.automaton)
        for state, label in pairs:
            self._check_complete(state, label)
        reached = {label for _, label in pairs}
        for label in phases:
            if label not in reached:
                raise self._wrong(f"never comes to its state {quoted(label)}; {self._way_there()}", label)

    def _way_there(self) -> str:
        """What may be done about a state that nothing leads to."""
        if not any(self.game.next_states(state) for state in self.game.states):
            return "no end of the tree has a `next`, so that the game ends after one period; did you mean `repeat: true`?"
        return "name it in `next` of another, or leave it out"

    def _wrong(self, message: str, *locus: object) -> GameError:
        return GameError(f"strategies: {quoted(self.name)} {message}", locus=("strategies", self.name, *locus))

    def _check_names(self, label: str, phase: Phase) -> None:
        known = list(dict.fromkeys(key for stage in self.stages.values() for key in stage.keys))
        for key, mixture in phase.play.items():
            if key not in known:
                near = suggestion(key, known) or f"; expected one of {', '.join(known[:8])}"
                message = f"plays at {quoted(key)} in {quoted(label)}, which is no player with one information set and no information set"
                raise self._wrong(message + near, label, key)
            actions = next(stage.actions(key) for stage in self.stages.values() if key in stage.keys)
            for action, probability in mixture.items():
                if action not in actions:
                    raise self._wrong(f"plays {quoted(action)} at {quoted(key)}{suggestion(action, actions) or _listed(actions)}", label, key)
                self.scopes.check(probability, "strategies")
            if not mixture:
                raise self._wrong(f"plays nothing at {quoted(key)} in {quoted(label)}; expected an action", label, key)

    def _check_rules(self, label: str, phase: Phase) -> None:
        locus = (label, "next")
        if not phase.next:
            raise self._wrong(f"does not say what follows its state {quoted(label)}; expected a list of rules", *locus)
        for k, rule in enumerate(phase.next):
            if rule.go not in self.automaton.phases:
                near = suggestion(rule.go, self.automaton.phases) or f"; its states are {', '.join(self.automaton.phases)}"
                raise self._wrong(f"goes to the unknown state {quoted(rule.go)} from {quoted(label)}{near}", *locus, k)
            last = k == len(phase.next) - 1
            if last and rule.when:
                hint = f"`next` must end with an entry without `when`, as {{go: {rule.go}}}"
                raise self._wrong(f"may not know where to go from {quoted(label)}: {hint}", *locus, k)
            if not last and not rule.when:
                raise self._wrong(f"has an entry of next without `when` before the last one, in {quoted(label)}", *locus, k)
            self._check_when(label, k, rule)

    def _check_when(self, label: str, k: int, rule: Rule) -> None:
        """What a rule speaks of is there, and all can see it."""
        seen = {key: moves for stage in self.stages.values() for key, moves in stage.public.items()}
        for key, move in rule.when.items():
            if key in self.hidden and key not in seen:
                raise self._wrong(f"looks at {quoted(key)} in {quoted(label)}, which the others never see; use what Chance shows", label, "next", k)
            if key not in seen:
                raise self._wrong(f"looks at the unknown {quoted(key)} in {quoted(label)}{suggestion(key, seen) or _listed(seen)}", label, "next", k)
            known = list(dict.fromkeys(m for stage in self.stages.values() for m in stage.public.get(key, ())))
            if move not in known:
                raise self._wrong(f"looks for {quoted(move)} at {quoted(key)}{suggestion(move, known) or _listed(known)}", label, "next", k)

    @property
    def hidden(self) -> set[str]:
        """What is played out of everybody's sight."""
        return {key for stage in self.stages.values() for key in stage.keys}

    def _check_complete(self, state: str, label: str) -> None:
        stage = self.stages[state]
        for info in stage.sets:
            if stage.played(self.automaton.phases[label], info) is None:
                where = f" in the game's state {quoted(state)}" if len(self.game.states) > 1 else ""
                raise self._wrong(f"has no move at {quoted(info.name)} in its state {quoted(label)}{where}", label, "play")


def _listed(names: object) -> str:
    known = list(names)  # type: ignore[call-overload]
    return f"; expected one of {', '.join(known[:8])}" if known else ""
