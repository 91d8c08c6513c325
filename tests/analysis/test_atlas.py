"""The atlas: cells against the regions that they are made of, at random points and by proof."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import or_

import pytest
from small_games import entry, volunteers
from spaces import truth
from wager import wager

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import Atom, atoms, conjunction
from deterrence.algebra.polynomials import to_fraction
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.sampling import walk
from deterrence.algebra.smt import Clock, Undecided
from deterrence.analysis.atlas import Atlas, Cell, atlas
from deterrence.analysis.sides import Sides
from deterrence.model.reading import load
from deterrence.solution import Solution
from deterrence.solve import solve

GAMES = """costly_signal rudimentary_deterrence alliance_security_dilemma audience_costs brinkmanship chain_ganging entrapment secret_alliance
    tripartite_crisis trust tying_hands unilateral_deterrence""".split()


@pytest.fixture(scope="module")
def atlases(solutions: Callable[..., Solution]) -> Callable[[str], Atlas]:
    """The atlas of a game of the catalogue."""
    known: dict[str, Atlas] = {}

    def made(name: str) -> Atlas:
        if name not in known:
            known[name] = atlas(solutions(name))
        return known[name]

    return made


@pytest.fixture(scope="module")
def bet() -> Solution:
    """A bet on four volunteers, in two of whose equilibria the root of a cubic polynomial tells where they exist."""
    return solve(wager(4))


def points(solution: Solution, n: int) -> list[dict[int, Fraction]]:
    """Random points of the parameter space at which no polynomial of any region is zero."""
    space = solution[0].setting.parameters.space
    on = [a.polynomial for e in solution for a in atoms(e.region.formula)]
    found = walk(space.ring, space.smt, space.interior, space.parameters, n)
    return [{k: to_fraction(at[k]) for k in range(len(at))} for at in found if all(p(*at) != 0 for p in on)]


@pytest.mark.parametrize("name", GAMES)
def test_the_cell_of_a_point_has_the_families_that_exist_there(name: str, atlases: Callable[[str], Atlas]) -> None:
    """At a random point, off all surfaces, one cell contains it, and its families are just those whose regions contain the point."""
    made = atlases(name)
    tried = points(made.solution, 150)

    assert len(tried) > 50
    for at in tried:
        (cell,) = [c for c in made if truth(c.region.formula, at)]
        assert cell.equilibria == tuple(e.name for e in made.solution if truth(e.region.formula, at))


@pytest.mark.parametrize("name", GAMES)
def test_cells_are_disjoint_and_cover_the_space(name: str, atlases: Callable[[str], Atlas]) -> None:
    """No two cells share a point, and what all of them leave out has no interior."""
    made = atlases(name)
    shared = [(a.name, b.name) for a, b in itertools.combinations(made, 2) if not (a.region & b.region).is_empty()]

    assert made.complete
    assert made.covers
    assert shared == []
    assert not (~reduce(or_, (cell.region for cell in made))).has_interior()


@pytest.mark.parametrize("name", GAMES)
def test_a_cell_lies_in_the_regions_of_its_families_and_in_no_others(name: str, atlases: Callable[[str], Atlas]) -> None:
    """Proved for every cell and family: the one contains the other but for surfaces, or they have no open set in common."""
    for cell, e in itertools.product(atlases(name), atlases(name).solution):
        shared = cell.region & (~e.region if e.name in cell.equilibria else e.region)

        assert not shared.has_interior()


@pytest.mark.parametrize("name", GAMES)
def test_every_cell_has_a_sample_in_its_interior_and_families_of_its_own(name: str, atlases: Callable[[str], Atlas]) -> None:
    """The sample is an exact point of the space and of the cell; no two cells have the same families, and none has none."""
    made = atlases(name)

    assert all(cell.sample in cell.region and not made.solution.game.at(**cell.sample).free_parameters for cell in made)
    assert len({cell.equilibria for cell in made}) == len(made)
    assert made.gaps == ()


def test_costly_signals_have_the_cells_that_one_finds_by_hand(atlases: Callable[[str], Atlas]) -> None:
    """A threat deters if resolve is likelier than g/(g + l); a signal is sent only if it is cheap."""
    found = [(cell.equilibria, cell.conditions) for cell in atlases("costly_signal")]

    assert found == [
        (("E1", "E2", "E4", "E7", "E9"), ("k < c_T", "r > g/(g + l)")),
        (("E3", "E5", "E8"), ("r < g/(g + l)", "k > V")),
        (("E3", "E6"), ("r < g/(g + l)", "k < V")),
        (("E4", "E7", "E9"), ("r > g/(g + l)", "k > c_T")),
    ]


def test_a_cell_with_a_negated_union_is_told_in_few_words(atlases: Callable[[str], Atlas]) -> None:
    """Where three families overlap, what is left of one of them is said by an alternative, not by the conditions of the others."""
    cell = next(cell for cell in atlases("alliance_security_dilemma") if cell.equilibria == ("E1",))

    assert cell.conditions == (
        "rho < (a_1 - e_1)/a_1",
        "rho < (a_2 - e_2)/a_2",
        "rho < (b_1 - e_1)/b_1 or rho < (b_2 - e_2)/b_2",
    )


def test_shares_are_those_of_the_regions_and_add_up_to_the_space(atlases: Callable[[str], Atlas]) -> None:
    """Measured together or one by one the cells have the same shares, and no point of the box is counted twice."""
    made = atlases("rudimentary_deterrence")

    assert made.shares == {cell.name: cell.share for cell in made}
    assert sum(share.value for share in made.shares.values()) == pytest.approx(made[0].share.space, abs=0.001)


def test_the_atlas_does_not_depend_on_the_run(solutions: Callable[..., Solution]) -> None:
    """Two runs have the same cells, conditions and samples."""
    first, second = (atlas(solutions("secret_alliance")).to_dict() for _ in range(2))

    assert first == second


# Points


def test_at_finds_the_cell_of_a_point(atlases: Callable[[str], Atlas]) -> None:
    """Parameters without a value have their default: the defaults lie where weak resolve is worth no signal."""
    made = atlases("costly_signal")

    assert made.at() is made[2]
    assert made.at(r="3/4").equilibria == ("E1", "E2", "E4", "E7", "E9")
    assert made.at(r=0.75, k="2/3").equilibria == ("E4", "E7", "E9")


def test_a_point_on_a_surface_is_refused(atlases: Callable[[str], Atlas]) -> None:
    """It is in no cell; the message leads to `Solution.at`."""
    with pytest.raises(InputError, match=r"r = 1/2, .* lies on a surface where cells meet .*Solution\.at"):
        atlases("costly_signal").at(r="1/2", g=1, l=1)


def test_a_point_outside_the_space_is_refused(atlases: Callable[[str], Atlas]) -> None:
    """As `Game.at` refuses it, with the domain."""
    with pytest.raises(InputError, match="r = 3/2 is outside its domain"):
        atlases("costly_signal").at(r="3/2")


def test_a_name_that_is_none_is_refused(atlases: Callable[[str], Atlas]) -> None:
    """With the nearest that there is; a parameter without default and value is named, too."""
    with pytest.raises(InputError, match=r"gg is no parameter .*did you mean 'g'"):
        atlases("costly_signal").at(gg=1)
    with pytest.raises(InputError, match="the parameter v has no value"):
        atlas(solve(entry())).at(c=1)


# Special cases


def test_a_point_is_one_cell_with_all_its_equilibria() -> None:
    """With every parameter fixed there is one cell, without conditions, and knife edges of the whole space are in it."""
    solution = solve(volunteers(3, "1/2"))
    (cell,) = atlas(solution)

    assert cell.equilibria == tuple(e.name for e in solution)
    assert cell.conditions == ()
    assert cell.sample == {}


def test_families_on_knife_edges_are_in_no_cell() -> None:
    """What exists on a surface only is listed by the solution and left out of the atlas."""
    game = load("rudimentary_deterrence")
    plain, edges = solve(game), solve(game, knife_edge=True)

    assert len(edges) > len(plain)
    assert [cell.conditions for cell in atlas(edges)] == [cell.conditions for cell in atlas(plain)]


def test_implicit_roots_are_cut_exactly(bet: Solution) -> None:
    """The bet pays at a price below the chance that nobody acts: `c**2`, `c**(3/2)` or `c**(4/3)`, where two, three or four waver."""
    made = atlas(bet)

    assert made.complete
    assert len(made) == 4
    for price, cell in itertools.product((1, 3, 7, 12, 20, 31, 44, 63, 77, 90), made):
        at = {"c": Fraction(1, 4), "k": Fraction(price, 101)}
        chances = [4.0**-2, 4.0**-1.5, 4.0 ** (-4 / 3)]
        assert (at in cell.region) == (made[sum(price / 101 > chance for chance in chances)] is cell)
    assert made[3].implicit == {"q": {"polynomial": "q**3 - c", "isolating": ""}}


def test_a_square_root_that_is_not_real_is_outside(solutions: Callable[..., Solution]) -> None:
    """Of a region with a square root, the outside is where the root is not real and where the rest does not hold."""
    solution = solutions("rudimentary_deterrence")
    sides = Sides(solution, Clock())
    ring = sides.space.ring
    root = ring[RADICALS[0]]
    hidden = conjunction((Atom(root**2 - (ring["g"] - ring["k"]), "=="), Atom(root, ">")))
    sides.regions["E1"] = Region(sides.parameters, Atom(ring["p"] - root, ">="), (hidden,))
    cut = sides.cut(solution[0])
    inside, outside = (Region(sides.parameters, side.formula, side.hidden) for side in (cut.inside, cut.outside) if side is not None)

    for p, g, k, holds in (("1/2", 1, 2, False), ("1/2", "9/8", 1, True), ("1/3", "9/8", 1, False), ("1/2", 2, 1, False), ("9/10", "3/2", 1, True)):
        at = {"p": p, "g": g, "k": k, "d": 1, "c_H": "1/2", "c_S": "3/2"}
        assert (at in inside, at in outside) == (holds, not holds)


def test_a_region_whose_outside_cannot_be_told_is_left_undecided(bet: Solution, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is surely inside of it is a cell; the rest is listed with the reason, and the atlas is incomplete."""

    def fails(region: Region) -> Region:
        raise Undecided("no complement")

    monkeypatch.setattr(Region, "__invert__", fails)
    made = atlas(bet)

    assert not made.complete
    assert not made.covers
    assert {u["why"] for u in made.undecided} <= {"E11: no complement", "E25: no complement"}
    assert all(("E11" in cell.equilibria) != ("E25" in cell.equilibria) for cell in made)
    assert "no complement" in str(made)
    with pytest.raises(Undecided, match="lies in no cell that was decided"):
        made.at(c="1/4", k="90/101")


def test_a_limit_leaves_the_rest_undecided(solutions: Callable[..., Solution]) -> None:
    """Time that is up is a reason, and no cell is claimed that was not found."""
    made = atlas(solutions("entrapment"), time_limit=1e-9)

    assert not made.complete
    assert not made.covers
    assert len(made) == 0
    assert {u["why"] for u in made.undecided} == {"the time limit of 1e-09 s was reached"}


def test_an_interruption_keeps_what_was_found(solutions: Callable[..., Solution]) -> None:
    """Ctrl-C ends the search with the cells so far."""

    def stop(stage: str, count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    made = atlas(solutions("entrapment"), progress=stop)

    assert len(made) == 2
    assert {u["why"] for u in made.undecided} == {"interrupted"}


def test_a_limit_that_is_none_is_refused(solutions: Callable[..., Solution]) -> None:
    """With the value and what was expected."""
    with pytest.raises(InputError, match="time_limit is 0; expected a positive number of seconds"):
        atlas(solutions("rudimentary_deterrence"), time_limit=0)


def test_an_incomplete_solution_has_gaps() -> None:
    """Where no equilibrium is known the cell says so, and nothing is claimed to be complete."""
    whole = solve(load("rudimentary_deterrence"))
    part = Solution(whole.game, whole.concept, whole[:1], [{"regime": {}, "why": "for this test"}])
    made = atlas(part)

    assert [cell.equilibria for cell in made] == [("E1",), ()]
    assert made.gaps == (made[1],)
    assert made.covers
    assert not made.complete


def test_it_is_a_sequence(atlases: Callable[[str], Atlas]) -> None:
    """It has a length, items and slices; a cell shows itself by its families and conditions."""
    made = atlases("rudimentary_deterrence")

    assert [type(cell) for cell in made] == [Cell, Cell]
    assert made[1:] == (made[1],)
    assert repr(made[0]) == "Cell(C1: E1 where p < g/(g + k))"
    assert repr(made) == "Atlas('Rudimentary asymmetric deterrence with private resolve', sequential, 2 cells)"


def test_every_part_of_a_conjunction_is_needed(atlases: Callable[[str], Atlas]) -> None:
    """Of the conditions of a cell none follows from the others."""
    cell = atlases("secret_alliance")[2]
    space = cell.parameters.space
    parts = cell.region.formula.parts

    for part in parts:
        rest = Region(cell.parameters, conjunction((space.interior, *(p for p in parts if p is not part))))
        assert not rest.implies(cell.region)
