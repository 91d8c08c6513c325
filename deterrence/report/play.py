"""Which information sets play reaches, given only which actions have probability zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game
from deterrence.model.profiles import profile_form
from deterrence.model.state_forms import StochasticForm
from deterrence.model.stochastic import StochasticGame


class _Unspecified:
    """A number of which nothing is known: not zero, and arithmetic with it leaves nothing known."""

    def _combine(self, _: object) -> _Unspecified:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _combine
    __truediv__ = __rtruediv__ = __pow__ = _combine

    def __neg__(self) -> _Unspecified:
        return self


def shape(game: Game, profile: str = "") -> ExtensiveForm[object]:
    """Return the form of a game with its histories and information sets, and no numbers where a parameter is free.

    With the name of a profile it is the one over which that profile is written.
    """
    free: dict[str, object] = dict.fromkeys(game.parameters, _Unspecified())
    if profile and isinstance(game, StochasticGame):
        return profile_form(game, profile, free | dict(game.fixed)).form
    return extensive_form(game, free | dict(game.fixed))


def reached(form: ExtensiveForm[object], strategies: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """Return the names of the information sets that play reaches with positive probability."""
    on_path, todo, names = {0}, [0], set()
    while todo:
        node = form.nodes[todo.pop()]
        follow: Iterable[int] = node.children
        if node.information_set is not None:
            name = form.information_sets[node.information_set].name
            names.add(name)
            played = strategies.get(name, {})
            follow = [child for action, child in zip(node.labels, node.children, strict=True) if played.get(action, "0") != "0"]
        elif isinstance(form, StochasticForm) and node.kind == "end":
            follow = [form.states[state].root for state, _ in form.following[node.index]]
        todo += [child for child in follow if child not in on_path]
        on_path.update(follow)
    return frozenset(names)
