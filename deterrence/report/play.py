"""Which information sets play reaches, given only which actions have probability zero."""

from __future__ import annotations

from collections.abc import Mapping

from deterrence.model.extensive import ExtensiveForm, extensive_form
from deterrence.model.game import Game


class _Unspecified:
    """A number of which nothing is known: not zero, and arithmetic with it leaves nothing known."""

    def _combine(self, _: object) -> _Unspecified:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _combine
    __truediv__ = __rtruediv__ = __pow__ = _combine

    def __neg__(self) -> _Unspecified:
        return self


def shape(game: Game) -> ExtensiveForm[object]:
    """Return the extensive form of a game with its histories and information sets, and no numbers where a parameter is free."""
    free: dict[str, object] = dict.fromkeys(game.parameters, _Unspecified())
    return extensive_form(game, free | dict(game.fixed))


def reached(form: ExtensiveForm[object], strategies: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """Return the names of the information sets that play reaches with positive probability."""
    on_path, names = {0}, set()
    for node in form.nodes:
        if node.index not in on_path:
            continue
        if node.information_set is None:
            on_path.update(node.children)
            continue
        name = form.information_sets[node.information_set].name
        names.add(name)
        played = strategies.get(name, {})
        on_path.update(child for action, child in zip(node.labels, node.children, strict=True) if played.get(action, "0") != "0")
    return frozenset(names)
