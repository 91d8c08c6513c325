"""What every game of the catalogue has to say of itself: titles, sources, notes, parameters and claims, as they are written in the file."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from catalogue_share import due
from printed import holds

import deterrence as dt
from deterrence.algebra.formula import Atom, Formula, atoms, strict
from deterrence.algebra.points import Membership
from deterrence.algebra.polynomials import to_fraction
from deterrence.algebra.sampling import walk
from deterrence.model.notes import notes

FEWEST_CLAIMS = 4
POINTS = 24


@pytest.mark.parametrize("name", dt.catalogue())
def test_a_game_says_what_it_is(name: str) -> None:
    """It has a title, a source and notes, and every parameter has a role, a meaning and a default."""
    game = dt.load(name)
    incomplete = [p.name for p in game.parameters.values() if p.role in ("", "other") or not p.meaning or p.default is None]

    assert game.title
    assert game.source
    assert len(notes(game.notes).prose) > 200
    assert incomplete == []


@pytest.mark.parametrize("name", dt.catalogue())
def test_a_game_claims_something_of_credibility_and_of_cost(name: str) -> None:
    """There are enough claims, each a sentence of its own, and one says how something moves with each role that there is: credibility and cost."""
    game = dt.load(name)
    along = {game.parameters[claim.along].role for claim in game.claims if claim.along is not None}
    roles = {p.role for p in game.parameters.values()}

    assert len(game.claims) >= FEWEST_CLAIMS
    assert len({claim.claim for claim in game.claims}) == len(game.claims)
    assert all(claim.claim.endswith(".") for claim in game.claims)
    assert roles & {"credibility", "cost"} <= along


def closed(formula: Formula) -> Formula:
    """A formula whose inequalities hold on their borders too."""
    if isinstance(formula, Atom):
        return Atom(formula.polynomial, formula.op.replace(">=", ">").replace(">", ">="))
    return type(formula)(map(closed, formula.parts))


@pytest.mark.parametrize("name", due())
def test_default_values_are_a_generic_point(name: str) -> None:
    """They lie on no border of the region of an equilibrium: tables and figures at the defaults have no ties."""
    solution = dt.solve(dt.load(name))
    space = solution[0].setting.parameters.space
    point = {space.ring.index[p.name]: Fraction(str(p.default)) for p in solution.game.parameters.values()}

    def holds(formula: Formula, equilibrium: dt.Equilibrium) -> bool:
        return Membership(space, (formula, *equilibrium.region.hidden))(point)

    assert [e.name for e in solution if holds(closed(e.region.formula), e) and not holds(strict(e.region.formula), e)] == []


@pytest.mark.parametrize("name", sorted({*due(), "threshold_contributions"}))
def test_a_region_is_what_is_printed_of_it(name: str) -> None:
    """At random points of the parameter space, off all borders, the printed conditions hold just where the equilibrium exists."""
    solution = dt.solve(dt.load(name))
    space = solution[0].setting.parameters.space
    borders = [a.polynomial for e in solution for a in atoms(e.region.formula) if space.parametric(a.polynomial)]
    drawn = walk(space.ring, space.smt, space.interior, space.parameters, POINTS)
    points = [{space.ring.names[k]: to_fraction(at[k]) for k in space.parameters} for at in drawn if all(p(*at) != 0 for p in borders)]
    # Regions that mention the value of an implicit root cannot be told from the text alone.
    names = {*solution.game.parameters, "and", "or", "sqrt"}
    told = [e for e in solution if names.issuperset(re.findall(r"[A-Za-z_]\w*", " ".join(e.region.conditions)))]

    assert points
    for equilibrium in told:
        printed = [holds(equilibrium.region.conditions, point) for point in points]
        assert printed == [point in equilibrium.region for point in points], equilibrium.name
