"""Which of several equilibria does play converge to? Learning dynamics by nashpy from many starts, each limit held to our own exact equilibria.

Fictitious play (Brown 1951): each side best replies to the frequencies of the other's past play. Replicator dynamics (Taylor and Jonker 1978, in
its form for two populations): plans grow at the rate by which they do better than the average. Under fictitious play frequencies can converge to
a mixed equilibrium while the two miss each other in every single period (Fudenberg and Kreps 1993): such play has not settled, for what the two
do together must look like the equilibrium too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from deterrence.algebra.errors import InputError, libraries, quoted, suggestion
from deterrence.interop.nashpy import NormalForm, normal_form, to_nashpy
from deterrence.model.game import Game

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from deterrence.solution import Equilibrium, Solution

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Profile: TypeAlias = tuple[Numbers, Numbers]
    Ended: TypeAlias = tuple[Numbers, Numbers, Numbers]  # mixed strategies, and the frequency of each pair of plans

FICTITIOUS, REPLICATOR = "fictitious_play", "replicator"
STEPS = {FICTITIOUS: 500, REPLICATOR: 200}  # periods; units of time in which the best payoff beats the worst by at most one
_SAMPLES = 50  # points of time that the integrator is asked for


@dataclass(frozen=True, eq=False)
class Learning:
    """Where play ended from each start, and which equilibrium that is.

    `kinds` are the Nash equilibria at the point, those with the same probabilities of outcomes together; `met` has for each start the place of
    one of them, or -1 where play had not settled. `starts` and `limits` are pairs of arrays, one row a start and one column a plan of
    the row player, then of the column player; in fictitious play a start is a belief, what the other is first thought to do.
    """

    solution: Solution
    process: str
    kinds: tuple[tuple[Equilibrium, ...], ...]
    met: npt.NDArray[np.int64]
    starts: Profile
    limits: Profile

    @property
    def shares(self) -> dict[str, float]:
        """The share of the starts from which play came to each equilibrium, by name; those that look alike are named together."""
        return {", ".join(e.name for e in kind): float((self.met == n).mean()) for n, kind in enumerate(self.kinds)}

    @property
    def unsettled(self) -> float:
        """The share of the starts from which play came to no equilibrium in the time given."""
        return float((self.met < 0).mean())

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.process.replace('_', ' ').capitalize()} from {len(self.met)} starts"
        for kind, (names, share) in zip(self.kinds, self.shares.items(), strict=True):
            outcomes = ", ".join(label if p == 1 else f"{label} with {p}" for label, p in kind[0].outcomes.items() if p != 0)
            yield f"  {share:6.1%}  {names}: {outcomes}"
        if self.unsettled:
            yield f"  {self.unsettled:6.1%}  not settled"


def learn(game: Game, process: str = FICTITIOUS, *, starts: int = 200, seed: int = 0, steps: int | None = None, tolerance: float = 0.05) -> Learning:
    """Where play converges to from random starts, uniform over the mixed strategies of both players.

    A limit counts as an equilibrium only if it is one of the exact Nash equilibria of the game at this point: the probabilities of all outcomes
    differ by no more than the tolerance, under the mixed strategies and in what was played in the second half of the time, and neither player could
    gain more than that by another plan, as a share of the range of her payoffs.

    Args:
        game: a game of two players at a point, `game.at(...)`; a parameter that is not fixed has its default value.
        process: `fictitious_play` or `replicator`.
        starts: how many.
        seed: from which they are drawn, and ties between best replies broken.
        steps: periods of fictitious play, or units of time, after which play is looked at; by default 500 and 200.
        tolerance: how near to an equilibrium play has to be.

    Raises:
        InputError: there is no such process or no start, the game has no finite normal form for two, or equilibria at this point leave open what
            comes about or could not all be found.
        MissingLibrary: nashpy is not installed.

    >>> from deterrence.model.reading import load
    >>> learn(load("alliance_security_dilemma").at(rho="1/5"), "replicator", starts=50).shares
    {'E1': 0.94, 'E2': 0.0, 'E3': 0.06}
    """
    _check(process, starts)
    form = normal_form(game)
    point = game.at(**{name: str(game.parameters[name].default) for name in game.free_parameters})
    solution = _solved(point)
    kinds = _kinds(solution)
    begun = _drawn(form, starts, seed)
    x, y, joint = _run(game, process, begun, STEPS[process] if steps is None else steps, seed)
    return Learning(solution, process, kinds, _met(form, kinds, (x, y, joint), tolerance), begun, (x, y))


def _check(process: str, starts: int) -> None:
    if process not in STEPS:
        raise InputError(f"process: found {quoted(str(process))}{suggestion(str(process), STEPS) or '; expected ' + ' or '.join(STEPS)}")
    if starts < 1:
        raise InputError(f"starts: found {starts}; expected 1 or more")


# The equilibria


def _solved(point: Game) -> Solution:
    from deterrence.solve import solve

    solution = solve(point, "nash")
    if not solution.complete:
        raise InputError(f"game: not all equilibria could be found at this point ({solution.undecided[0]['why']}); try another one")
    return solution


def _kinds(solution: Solution) -> tuple[tuple[Equilibrium, ...], ...]:
    """The equilibria, those with the same outcomes together."""
    found: dict[tuple[str, ...], list[Equilibrium]] = {}
    for equilibrium in solution:
        for label, probability in equilibrium.outcomes.items():
            if probability.free_symbols:
                raise InputError(f"game: {equilibrium.name} leaves open how likely {quoted(label)} is at this point; move a value a little")
        found.setdefault(tuple(str(p) for p in equilibrium.outcomes.values()), []).append(equilibrium)
    return tuple(map(tuple, found.values()))


# The dynamics


def _drawn(form: NormalForm, starts: int, seed: int) -> Profile:
    """Points that are uniform on the mixed strategies of each player."""
    import numpy as np

    chance = np.random.default_rng(seed)
    first, second = (chance.dirichlet(np.ones(len(plans)), starts) for plans in form.plans)
    return first, second


def _run(game: Game, process: str, begun: Profile, steps: int, seed: int) -> Ended:
    """Where play is after so many steps from each start; nashpy breaks ties by NumPy's global generator, which is left as it was."""
    with libraries():
        import numpy as np
    matrices, state = _scaled(to_nashpy(game)), np.random.get_state()
    follow = _fictitious if process == FICTITIOUS else _replicated
    try:
        np.random.seed(seed)
        ends = [follow(matrices, x, y, steps) for x, y in zip(*begun, strict=True)]
    finally:
        np.random.set_state(state)
    x, y, joint = (np.array(each) for each in zip(*ends, strict=True))
    return x, y, joint


def _scaled(matrices: Any) -> Any:
    """The same game with the payoffs of each player between 0 and 1, so that time means the same in every game."""
    return type(matrices)(*(_unit(matrix) for matrix in matrices.payoff_matrices))


def _unit(matrix: Numbers) -> Numbers:
    """A matrix with 0 for its least and 1 for its greatest entry."""
    least, greatest = float(matrix.min()), float(matrix.max())
    out: Numbers = (matrix - least) / (greatest - least or 1.0)
    return out


def _fictitious(matrices: Any, x: Any, y: Any, steps: int) -> tuple[Any, Any, Any]:
    """The frequencies of play, where a start weighs as much as a period, and those of pairs of plans in the second half."""
    import numpy as np

    counts = list(matrices.fictitious_play(iterations=steps, play_counts=(x, y)))[steps // 2 :]
    rows, columns = (np.diff(np.array(each), axis=0) for each in zip(*counts, strict=True))
    last = [each / each.sum() for each in counts[-1]]
    return last[0], last[1], rows.T @ columns / len(rows)


def _replicated(matrices: Any, x: Any, y: Any, steps: int) -> tuple[Any, Any, Any]:
    """The shares of the plans in each population, and those of pairs that meet."""
    import numpy as np

    first, second = matrices.asymmetric_replicator_dynamics(x0=x, y0=y, timepoints=np.linspace(0, steps, _SAMPLES))
    return first[-1], second[-1], np.outer(first[-1], second[-1])


# The verdict


def _met(form: NormalForm, kinds: Sequence[Sequence[Equilibrium]], ended: Ended, tolerance: float) -> npt.NDArray[np.int64]:
    """Which equilibrium each limit is, -1 for none."""
    import numpy as np

    labels, (x, y, joint) = form.game.outcome_labels, ended
    worth = [_floats(form.probability(label)) for label in labels]
    mixed = np.stack([_expected(each, x, y) for each in worth], axis=1)
    played = np.stack([(joint * each).sum(axis=(1, 2)) for each in worth], axis=1)
    known = np.array([[float(kind[0].outcomes[label]) for label in labels] for kind in kinds])
    away = np.maximum(*(abs(each[:, None, :] - known[None, :, :]).max(axis=2) for each in (mixed, played)))
    settled = (away.min(axis=1) <= tolerance) & (_regret(form, x, y) <= tolerance)
    return np.where(settled, away.argmin(axis=1), -1)


def _regret(form: NormalForm, x: Numbers, y: Numbers) -> Numbers:
    """The most that either player could gain by another plan, as a share of the range of her payoffs."""
    import numpy as np

    own, others = (_unit(_floats(matrix)) for matrix in form.payoffs)
    gains = (y @ own.T).max(axis=1) - _expected(own, x, y), (x @ others).max(axis=1) - _expected(others, x, y)
    out: Numbers = np.maximum(*gains)
    return out


def _floats(matrix: Any) -> Numbers:
    import numpy as np

    return np.array([[float(value) for value in row] for row in matrix])


def _expected(matrix: Numbers, x: Numbers, y: Numbers) -> Numbers:
    """What each pair of mixed strategies, one a row, brings."""
    import numpy as np

    out: Numbers = np.einsum("ni,ij,nj->n", x, matrix, y)
    return out
