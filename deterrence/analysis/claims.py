"""Claims about a model's equilibria, decided over the whole parameter space: proved, refuted by an exact point, or left undecided."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from deterrence.algebra.smt import Clock
from deterrence.analysis.counterexamples import Counterexample
from deterrence.analysis.decisions import PROVED, Prover, check_conditions
from deterrence.analysis.quantities import Vocabulary
from deterrence.analysis.statements import misplaced, read_claim
from deterrence.concepts.setting import form_of, parameter_space, parameter_values
from deterrence.model.checks import concepts_of, need_game
from deterrence.model.game import Game
from deterrence.model.parts import Claim
from deterrence.solution import Solution, need_solution


@dataclass(frozen=True)
class Proof:
    """The verdict on a claim: `proved`, `refuted` or `undecided`.

    `claim` is its sentence, `reason` says why it is undecided or what refutes it, and `counterexample` is an exact point with the
    equilibria that refute the claim there, or all there are where it says that there is one.
    """

    claim: str
    verdict: str
    reason: str = ""
    counterexample: Counterexample | None = None

    def __bool__(self) -> bool:
        return self.verdict == PROVED

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.claim}", self.reason, str(self.counterexample or "")]
        return "\n  ".join(line for text in lines for line in text.splitlines())


def prove(solution: Solution, claim: Claim) -> Proof:
    """The verdict on a claim about the equilibria of a solution, at all generic points of its parameter space.

    Args:
        solution: all equilibria under one concept.
        claim: what is claimed of them; a concept that it names must be that of the solution.

    Raises:
        GameError: the claim speaks of something that the game does not have, or its `when` holds at no generic point.

    >>> import deterrence as dt
    >>> solution = dt.solve(dt.load("rudimentary_deterrence"))
    >>> print(dt.prove(solution, dt.Claim("Conflict takes resolve.", every="Pr(Conflict) <= p")))
    proved: Conflict takes resolve.
    >>> print(dt.prove(solution, dt.Claim("Conflict is half as likely.", every="Pr(Conflict) <= p/2")))
    refuted: Conflict is half as likely.
      In E1 the statement is false.
      p = 1/4, g = 1, k = 1, d = 1, c_H = 1/2, c_S = 3/2
      E1: Pr(Conflict) = 1/4
    """
    need_solution(solution, "prove")
    return _proof(Prover(solution, profile=claim.profile), claim)


def prove_all(game: Game, *, time_limit: float | None = None, progress: Callable[[str, int], None] | None = None) -> list[Proof]:
    """The verdicts on the claims of a game, in their order; each concept that they need is solved once.

    Args:
        game: the game with its claims.
        time_limit: in seconds, for all of it; what was not decided by then is undecided.
        progress: called with the stage and a count, as by `solve`.

    Raises:
        GameError: a claim speaks of something that the game does not have, or its `when` holds at no generic point.
    """
    from deterrence.solve import solve

    need_game(game, "prove_all")
    check_claims(game)  # what cannot be read is refused before anything is solved
    started = time.monotonic()
    solutions: dict[str, Solution] = {}
    provers: dict[tuple[str, str | None], Prover] = {}
    proofs = []
    for n, claim in enumerate(game.claims):
        concept = claim.concept or concepts_of(game)[0]
        if concept not in solutions:
            left = None if time_limit is None else max(0.001, started + time_limit - time.monotonic())
            solutions[concept] = solve(game, concept, time_limit=left, progress=progress)
        if (concept, claim.profile) not in provers:
            provers[concept, claim.profile] = Prover(solutions[concept], Clock(time_limit, started=started), claim.profile)
        if progress is not None:
            progress("claims", n)
        proofs.append(_proof(provers[concept, claim.profile], claim))
    return proofs


def check_claims(game: Game) -> None:
    """Raises GameError, with the place in the file, at the first claim of a game that cannot be decided as it is written."""
    known = concepts_of(game)
    space = parameter_space(game).space
    parameters = parameter_values(game, space.ring)
    vocabularies: dict[str, Vocabulary] = {}
    for claim in game.claims:
        if claim.concept not in (None, *known):
            raise misplaced(claim, "concept", f"{claim.concept} is no concept for this game; expected one of {', '.join(known)}")
        name = claim.profile or ""
        if name not in vocabularies:
            vocabularies[name] = Vocabulary(game, [form_of(game, name, parameters)])
        check_conditions(space, parameters, read_claim(vocabularies[name], claim))


def _proof(prover: Prover, claim: Claim) -> Proof:
    verdict, reason, counterexample = prover.verdict(claim)
    return Proof(claim.claim or f"{claim.kind}: {claim.statement}", verdict, reason, counterexample)
