"""All equilibria of alliance and deterrence models with symbolic payoffs, and where in the space of parameters each exists.

>>> import deterrence as dt
>>> game = dt.load("costly_signal")
>>> game.title
'Costly signals in extended deterrence'
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deterrence.algebra.errors import DeterrenceError, ExpressionError, GameError, InputError
    from deterrence.algebra.region import Region
    from deterrence.analysis.atlas import Atlas, Cell
    from deterrence.analysis.claims import Proof, prove, prove_all
    from deterrence.analysis.comparative_statics import ComparativeStatics, comparative_statics
    from deterrence.analysis.compare import Comparison, compare
    from deterrence.analysis.designs import latin_hypercube, random_points, sobol, zipped
    from deterrence.analysis.elasticity import Elasticities, elasticities
    from deterrence.analysis.payoff_set import PayoffSet, payoff_set
    from deterrence.analysis.sensitivity import Sensitivity, sensitivity
    from deterrence.analysis.sustaining import LeastDiscount, least_discount
    from deterrence.analysis.sustaining_penal_codes import penal_codes
    from deterrence.analysis.sweep import sweep
    from deterrence.analysis.thresholds import Threshold, Thresholds, thresholds
    from deterrence.analysis.tidy import tidy
    from deterrence.analysis.value_path import ValuePath, value_path
    from deterrence.check import Certificate, check
    from deterrence.concepts.public_belief import belief_recursion
    from deterrence.model.automata import Automaton, Phase, Rule
    from deterrence.model.catalogue import catalogue
    from deterrence.model.game import Branch, Chance, Claim, Decision, Game, Outcome, Parameter, Type
    from deterrence.model.reading import load
    from deterrence.model.stochastic import RepeatedGame, StochasticGame
    from deterrence.model.validation import validate
    from deterrence.solution import Equilibrium, Solution
    from deterrence.solve import solve

# Where each public name lives. A name is imported when it is first used: most uses need neither a solver nor a table.
_HOMES = {
    "deterrence.algebra.errors": ("DeterrenceError", "ExpressionError", "GameError", "InputError"),
    "deterrence.algebra.region": ("Region",),
    "deterrence.analysis.atlas": ("Atlas", "Cell"),
    "deterrence.analysis.claims": ("Proof", "prove", "prove_all"),
    "deterrence.analysis.compare": ("Comparison", "compare"),
    "deterrence.analysis.comparative_statics": ("ComparativeStatics", "comparative_statics"),
    "deterrence.analysis.designs": ("latin_hypercube", "random_points", "sobol", "zipped"),
    "deterrence.analysis.elasticity": ("Elasticities", "elasticities"),
    "deterrence.analysis.payoff_set": ("PayoffSet", "payoff_set"),
    "deterrence.analysis.sustaining": ("LeastDiscount", "least_discount"),
    "deterrence.analysis.sustaining_penal_codes": ("penal_codes",),
    "deterrence.analysis.value_path": ("ValuePath", "value_path"),
    "deterrence.analysis.sensitivity": ("Sensitivity", "sensitivity"),
    "deterrence.analysis.sweep": ("sweep",),
    "deterrence.analysis.thresholds": ("Threshold", "Thresholds", "thresholds"),
    "deterrence.analysis.tidy": ("tidy",),
    "deterrence.check": ("Certificate", "check"),
    "deterrence.model.catalogue": ("catalogue",),
    "deterrence.concepts.public_belief": ("belief_recursion",),
    "deterrence.model.automata": ("Automaton", "Phase", "Rule"),
    "deterrence.model.game": ("Branch", "Chance", "Claim", "Decision", "Game", "Outcome", "Parameter", "Type"),
    "deterrence.model.reading": ("load",),
    "deterrence.model.stochastic": ("RepeatedGame", "StochasticGame"),
    "deterrence.model.validation": ("validate",),
    "deterrence.solution": ("Equilibrium", "Solution"),
    "deterrence.solve": ("solve",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"

__all__ = [
    "Atlas",
    "Automaton",
    "Branch",
    "Cell",
    "Certificate",
    "Chance",
    "Claim",
    "ComparativeStatics",
    "Comparison",
    "Decision",
    "DeterrenceError",
    "Elasticities",
    "Equilibrium",
    "ExpressionError",
    "Game",
    "GameError",
    "InputError",
    "LeastDiscount",
    "Outcome",
    "Parameter",
    "PayoffSet",
    "Phase",
    "Proof",
    "Region",
    "RepeatedGame",
    "Rule",
    "Sensitivity",
    "Solution",
    "StochasticGame",
    "Threshold",
    "Thresholds",
    "Type",
    "ValuePath",
    "belief_recursion",
    "catalogue",
    "check",
    "comparative_statics",
    "compare",
    "elasticities",
    "latin_hypercube",
    "least_discount",
    "load",
    "payoff_set",
    "penal_codes",
    "prove",
    "prove_all",
    "random_points",
    "sensitivity",
    "sobol",
    "solve",
    "sweep",
    "thresholds",
    "tidy",
    "validate",
    "value_path",
    "zipped",
]


class _FrontDoor(ModuleType):
    """The package. Files bear the names of the functions `solve` and `check`: importing such a file must not put it in the function's place."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _FrontDoor


def __getattr__(name: str) -> Any:
    if name == "plot":  # the figures, a module of functions
        return import_module("deterrence.report.plot")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from deterrence.algebra.errors import libraries

    with libraries():
        value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "plot"})
