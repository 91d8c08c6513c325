"""Formulas: atoms joined by `And` and `Or`."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from spaces import random_polynomial, truth

from deterrence.algebra.formula import FALSE, TRUE, And, Atom, Formula, Or, atoms, conjunction, disjunction, negation, strict
from deterrence.algebra.polynomials import Ring

RING = Ring(["x", "y"])
X, Y = RING.variables


def formula(rng: random.Random, depth: int = 2) -> Formula:
    if depth == 0 or rng.random() < 0.3:
        return Atom(random_polynomial(rng, RING, 2, 3), rng.choice((">", ">=", "==", "!=")))
    join = rng.choice((conjunction, disjunction))
    return join(formula(rng, depth - 1) for _ in range(rng.randint(1, 3)))


def points(rng: random.Random) -> list[dict[int, Fraction]]:
    return [{k: Fraction(rng.randint(-4, 4), rng.choice((1, 2))) for k in range(2)} for _ in range(20)]


@pytest.mark.parametrize("seed", range(30))
def test_a_negation_holds_just_where_the_formula_does_not(seed: int) -> None:
    """On surfaces too: the points are few and small, so that many atoms vanish at some."""
    rng = random.Random(seed)
    f = formula(rng)

    assert all(truth(f, at) != truth(negation(f), at) for at in points(rng))


@pytest.mark.parametrize("seed", range(30))
def test_joining_says_what_the_parts_say(seed: int) -> None:
    """Flattening, dropping repetitions and deciding constants changes no truth value."""
    rng = random.Random(seed)
    parts = [formula(rng, 1) for _ in range(3)]
    parts.append(parts[0])

    for at in points(rng):
        assert truth(conjunction(parts), at) == all(truth(p, at) for p in parts)
        assert truth(disjunction(parts), at) == any(truth(p, at) for p in parts)


@pytest.mark.parametrize("seed", range(30))
def test_a_strict_formula_implies_the_formula(seed: int) -> None:
    """Only `>=` changes, and where no polynomial vanishes nothing does."""
    rng = random.Random(seed)
    f = formula(rng)

    for at in points(rng):
        assert truth(f, at) or not truth(strict(f), at)
        if all(truth(Atom(a.polynomial, "!="), at) for a in atoms(f)):
            assert truth(f, at) == truth(strict(f), at)


def test_constants_are_decided_and_absorb() -> None:
    """A false part makes a conjunction false, a true one makes a disjunction true, and neutral ones vanish."""
    atom, yes, no = Atom(X, ">"), Atom(RING.constant(2), ">"), Atom(RING.constant(0), "!=")

    assert conjunction((atom, yes)) == atom
    assert conjunction((atom, no)) == FALSE
    assert disjunction((atom, yes)) == TRUE
    assert disjunction((atom, no)) == atom
    assert conjunction(()) == TRUE
    assert disjunction(()) == FALSE


def test_what_is_joined_is_flat_and_without_repetition() -> None:
    """The order is that of the parts."""
    a, b, c = Atom(X, ">"), Atom(Y, ">="), Atom(X - Y, "==")

    assert conjunction((a, And((b, a)), c)) == And((a, b, c))
    assert disjunction((a, Or((b, a)))) == Or((a, b))
    assert list(atoms(And((a, Or((b, c)))))) == [a, b, c]


def test_formulas_are_equal_by_what_they_say() -> None:
    """Equal polynomials and operators make equal atoms with equal hashes; `And` and `Or` of the same parts differ."""
    assert Atom(X * Y + X, ">") == Atom(X * (Y + 1), ">")
    assert len({Atom(X, ">"), Atom(X + 0, ">"), Atom(X, ">=")}) == 2
    assert And((Atom(X, ">"), Atom(Y, ">"))) != Or((Atom(X, ">"), Atom(Y, ">")))
