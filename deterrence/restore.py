"""Solutions as plain data, and back: what files and the cache hold.

Beside the JSON object that users read (`Solution.to_dict`) stands what its texts were written from, as exact data, so that a
restored solution can be computed with, and the texts themselves need not be found again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deterrence.algebra.plain import Plain
from deterrence.algebra.polynomials import Ratio
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.model.game import Game
from deterrence.solution import Equilibrium, Free, Setting, Solution


def unknowns(solution: Solution) -> list[str]:
    """The names of the unknowns in the ring of a solution, square roots apart."""
    if not len(solution):
        return []
    known = {*solution.game.free_parameters, *RADICALS}
    return [name for name in solution[0].setting.parameters.space.ring.names if name not in known]


def exact(solution: Solution) -> list[dict[str, Any]]:
    """The equilibria of a solution as exact data, without the game."""
    return [_exact(e) for e in solution]


def _exact(e: Equilibrium) -> dict[str, Any]:
    plain = Plain(e.setting.parameters.space.ring)

    def ratios(values: Sequence[Ratio]) -> list[Any]:
        return [plain.of_ratio(v) for v in values]

    return {
        "strategies": {str(i): ratios(values) for i, values in e.exact_strategies.items()},
        "beliefs": {str(i): ratios(values) for i, values in e.exact_beliefs.items()},
        "free": [[f.name, ratios(f.lower), ratios(f.upper), list(f.closed)] for f in e.exact_free],
        "roots": [plain.of_root(root) for root in e.roots],
        "formula": plain.of_formula(e.region.formula),
        "hidden": [plain.of_formula(f) for f in e.region.hidden],
    }


def restored(game: Game, setting_of: Callable[[str], Setting], written: Mapping[str, Any], exactly: Sequence[Mapping[str, Any]]) -> Solution:
    """The solution whose JSON object and exact data are given.

    Args:
        game: the game that was solved.
        setting_of: the parameter space and the tree of the equilibrium of a name, over a ring with the unknowns of the solution.
        written: what `Solution.to_dict` returned.
        exactly: what `exact` returned.

    Raises:
        KeyError, TypeError, ValueError: the data are not what these functions write.
    """
    pairs = zip(written["equilibria"], exactly, strict=True)
    equilibria = [_equilibrium(setting_of(texts["name"]), texts, data) for texts, data in pairs]
    return Solution(game, written["concept"], equilibria, written["undecided"], written["knife_edge"])


def _equilibrium(setting: Setting, texts: dict[str, Any], data: Mapping[str, Any]) -> Equilibrium:
    plain = Plain(setting.parameters.space.ring)

    def ratios(values: Sequence[Any]) -> tuple[Ratio, ...]:
        return tuple(plain.to_ratio(v) for v in values)

    region = Region(setting.parameters, plain.to_formula(data["formula"]), tuple(map(plain.to_formula, data["hidden"])))
    e = Equilibrium(
        texts["name"],
        setting,
        {int(i): ratios(values) for i, values in data["strategies"].items()},
        {int(i): ratios(values) for i, values in data["beliefs"].items()},
        tuple(Free(name, ratios(lower), ratios(upper), (closed[0], closed[1])) for name, lower, upper, closed in data["free"]),
        tuple(map(plain.to_root, data["roots"])),
        region,
        tuple(texts.get("binding", ())),
    )
    # Properties that are kept once computed: finding the fewest conditions again would take the SMT solver a while.
    vars(region)["conditions"] = tuple(texts["conditions"])
    vars(e)["_dict"] = texts
    return e
