"""Quantities by name, against the tree walked path by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

import pytest
from from_scratch import Played

from deterrence.analysis.counterexamples import Exactly, instance, points
from deterrence.analysis.decisions import Prover
from deterrence.analysis.meaning import Meaning
from deterrence.analysis.statements import read_claim
from deterrence.model.parts import Claim
from deterrence.model.surds import Exact
from deterrence.solution import Solution


@pytest.fixture(scope="module")
def prover(solutions: Callable[..., Solution]) -> Prover:
    """A game with types, an event, and families with something free."""
    return Prover(solutions("costly_signal"))


@pytest.fixture(scope="module")
def secret(solutions: Callable[..., Solution]) -> Prover:
    """A game with a hidden move, a choice of chance, and no types."""
    return Prover(solutions("secret_alliance"))


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
    texts = ["Pr(Deterrence)", "Pr(Attack)", "Pr(Signal, Attack)", "Pr(Attack | Defender = Weak)", "Pr(Signal, Deterrence | Defender = Tough)"]
    for case in cases(prover, *texts):
        pr = case.played.pr
        given = [pr("Attack", Defender="Weak"), pr("Signal", "Deterrence", Defender="Tough")]
        assert list(case.found.values()) == [pr("Deterrence"), pr("Attack"), pr("Signal", "Attack"), *given]


def test_strategies_and_payoffs(prover: Prover) -> None:
    """The strategy at an information set, on the path or not, and payoffs before and after types are drawn."""
    texts = ["Pr(Attack | Challenger | Signal)", "Pr(Signal | Defender (Weak))", "payoff(Challenger)", "payoff(Defender, Weak)"]
    texts += ["payoff ( Defender )"]
    for case in cases(prover, *texts):
        choice, payoff = case.played.choice, case.played.payoff
        expected = [choice("Challenger | Signal", "Attack"), choice("Defender (Weak)", "Signal")]
        expected += [payoff("Challenger"), payoff("Defender", "Weak"), payoff("Defender")]
        assert list(case.found.values()) == expected


def test_arithmetic_of_quantities_parameters_and_entries_of_where(secret: Prover) -> None:
    """Quantities are numbers like any other."""
    text = "sigma*Pr(Secret)**2 - Pr(Attack | Attacker | ?, Unknown)/(1 + risk) + 0.5"
    for case in cases(secret, text):
        x, y = case.played.pr("Secret"), case.played.choice("Attacker | ?, Unknown", "Attack")
        risk = Fraction(secret.game.expand(secret.game.where["risk"]).evaluate(case.point))
        assert case.found[text] == case.point["sigma"] * x**2 - y / (1 + risk) + Fraction(1, 2)


def test_beliefs_about_types(prover: Prover) -> None:
    """The belief that a player is of a type is that of the histories in which she is."""
    for case in cases(prover, "belief(Defender, Tough | Challenger | Signal)", "belief(Signal | Challenger | Signal)"):
        assert list(case.found.values()) == [case.played.belief("Challenger | Signal", "Defender = Tough"), 1]


def test_beliefs_about_hidden_moves_and_labels_of_chance(secret: Prover) -> None:
    """The belief in a hidden move, and the probability of a label of Chance."""
    name = "Attacker | ?, Unknown"
    for case in cases(secret, f"belief(Secret | {name})", "Pr(Unknown)", "Pr(Secret, Unknown)"):
        played = case.played
        assert list(case.found.values()) == [played.belief(name, "Secret"), played.pr("Unknown"), played.pr("Secret", "Unknown")]
