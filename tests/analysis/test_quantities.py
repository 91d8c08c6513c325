"""Quantities by name, against the tree walked path by path."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import pytest
from from_scratch import Played

from deterrence.algebra.smt import Clock
from deterrence.analysis.counterexamples import Exactly, instance, points
from deterrence.analysis.decisions import Prover
from deterrence.analysis.meaning import Meaning
from deterrence.analysis.statements import read_claim
from deterrence.model.parts import Claim
from deterrence.model.reading import load
from deterrence.model.surds import Exact
from deterrence.solve import solve


@pytest.fixture(scope="module")
def prover() -> Prover:
    """A game with types, an event, a choice of chance that is told, hidden moves, and families with something free."""
    return Prover(solve(load("tying_hands")), Clock())


@pytest.fixture(scope="module")
def secret() -> Prover:
    """A game with a hidden move, a choice of chance, and no types."""
    return Prover(solve(load("secret_alliance")), Clock())


class Case(NamedTuple):
    """A family at a point: the values of quantities, the assessment played from scratch, and the point."""

    found: dict[str, Exact | None]
    played: Played
    point: dict[str, Fraction]


def cases(prover: Prover, *texts: str) -> Iterator[Case]:
    """Every family at a point of it."""
    along = next(iter(prover.parameters))
    read = {text: read_claim(prover.vocabulary, Claim(every=text, constant_in=along)).statement for text in texts}
    for family in prover.families[-1]:
        e = family.equilibrium
        variables = (*prover.space.parameters, *family.free)
        formulas = (prover.space.interior, *family.all_of(), *family.ranges(family.free))
        point = next(points(prover.space, formulas, variables, prover.defaults))
        at, found = Exactly(e, point), {}
        for text, statement in read.items():
            value = Meaning(family, statement, prover.parameters).value(statement.tree)
            found[text] = None if value is None else at.ratio(value)
        named = prover.named({k: v for k, v in point.items() if k in prover.space.parameters})
        yield Case(found, Played(prover.game, named, instance(e, {}, at)), named)


def test_probabilities_of_what_comes_about(prover: Prover) -> None:
    """Outcomes, events and actions, alone, together and given a type."""
    texts = ["Pr(Deterrence)", "Pr(Attack)", "Pr(Pledge, Attack)", "Pr(Attack | Defender = Weak)", "Pr(Pledge, Deterrence | Defender = Tough)"]
    for case in cases(prover, *texts):
        pr = case.played.pr
        given = [pr("Attack", Defender="Weak"), pr("Pledge", "Deterrence", Defender="Tough")]
        assert list(case.found.values()) == [pr("Deterrence"), pr("Attack"), pr("Pledge", "Attack"), *given]


def test_strategies_and_payoffs(prover: Prover) -> None:
    """The strategy at an information set, on the path or not, and payoffs before and after types are drawn."""
    texts = ["Pr(Attack | Challenger | Pledge)", "Pr(Pledge | Defender (Weak))", "payoff(Challenger)", "payoff(Defender, Weak)"]
    texts += ["payoff ( Defender )"]
    for case in cases(prover, *texts):
        choice, payoff = case.played.choice, case.played.payoff
        expected = [choice("Challenger | Pledge", "Attack"), choice("Defender (Weak)", "Pledge")]
        expected += [payoff("Challenger"), payoff("Defender", "Weak"), payoff("Defender")]
        assert list(case.found.values()) == expected


def test_arithmetic_of_quantities_parameters_and_entries_of_where(prover: Prover) -> None:
    """Quantities are numbers like any other."""
    text = "r*Pr(Pledge | Defender (Weak))**2 - Pr(Attack | Challenger | Pledge)/(1 + lock) + 0.5"
    for case in cases(prover, text):
        x, y = case.played.choice("Defender (Weak)", "Pledge"), case.played.choice("Challenger | Pledge", "Attack")
        lock = Fraction(prover.game.expand(prover.game.where["lock"]).evaluate(case.point))
        assert case.found[text] == case.point["r"] * x**2 - y / (1 + lock) + Fraction(1, 2)


def test_beliefs_about_types(prover: Prover) -> None:
    """The belief that a player is of a type is that of the histories in which she is."""
    for case in cases(prover, "belief(Defender, Tough | Challenger | Pledge)", "belief(Pledge | Challenger | Pledge)"):
        assert list(case.found.values()) == [case.played.belief("Challenger | Pledge", "Defender = Tough"), 1]


def test_beliefs_about_hidden_moves_and_labels_of_chance(secret: Prover) -> None:
    """The belief in a hidden move, and the probability of a label of Chance."""
    name = "Attacker | ?, Unknown"
    for case in cases(secret, f"belief(Secret | {name})", "Pr(Unknown)", "Pr(Secret, Unknown)"):
        played = case.played
        assert list(case.found.values()) == [played.belief(name, "Secret"), played.pr("Unknown"), played.pr("Secret", "Unknown")]
