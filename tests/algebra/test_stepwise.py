"""Closed forms step by step, and solutions at a point, against what they have to satisfy."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from deterrence.algebra.feasibility import feasible
from deterrence.algebra.formula import TRUE, Atom, Formula, conjunction
from deterrence.algebra.numeric import numeric_branches
from deterrence.algebra.overdetermined import overdetermined
from deterrence.algebra.parameters import ParameterSpace
from deterrence.algebra.polynomials import Polynomial, Ratio, Ring
from deterrence.algebra.region import Region
from deterrence.algebra.roots import RADICALS
from deterrence.algebra.smt import Clock, Undecided
from deterrence.algebra.solving import Tally
from deterrence.algebra.space import Space
from deterrence.algebra.state import Root, State
from deterrence.algebra.stepwise import LARGEST_QUESTION, NoClosedForm, closed_forms, once_more
from deterrence.algebra.system import Branch, System, without_radicals
from deterrence.algebra.witnesses import feasible_somewhere

RING = Ring(["a", "b", "x", "y", *RADICALS])
A, B, X, Y = RING.variables[:4]


def system(
    equations: Sequence[Polynomial], conditions: Sequence[Formula], parameters: Sequence[int] = (0, 1), unknowns: Sequence[int] = (2,)
) -> System:
    domain = conjunction(Atom(RING.variables[k], ">") for k in parameters)
    return System(Space(RING, parameters, domain, Clock()), tuple(unknowns), tuple(equations), tuple(conditions))


def inside(*unknowns: Polynomial) -> list[Formula]:
    return [f for u in unknowns for f in (Atom(u, ">"), Atom(1 - u, ">"))]


def region(branch: Branch, space: Space) -> Region:
    return Region(ParameterSpace(space), branch.conditions, tuple(r.definition() for r in branch.roots))


def test_the_root_of_a_quadratic_that_lies_inside_is_found() -> None:
    """a*x**2 + x == b has one root in (0, 1), where b < a + 1."""
    asked = system([A * X**2 + X - B], inside(X))
    (branch,) = closed_forms(asked, Tally())

    assert region(branch, asked.space).conditions == ("a > b - 1",)
    (root,) = branch.roots
    assert branch.values[2] == Ratio(RING, RING.variables[root.variable] - 1, 2 * A)


def test_each_root_has_its_own_region() -> None:
    """x**2 - 2*a*x + b == 0 has both roots in (0, 1) on part of the space only."""
    asked = system([X**2 - 2 * A * X + B], inside(X))
    found = [region(branch, asked.space) for branch in closed_forms(asked, Tally())]
    point = {"a": Fraction(4, 5), "b": Fraction(16, 25) - Fraction(1, 100)}  # roots 4/5 -+ 1/10

    assert len(found) == 2
    assert all(point in r for r in found)
    assert sorted({"a": Fraction(1), "b": Fraction(3, 4)} in r for r in found) == [False, True]  # roots 1/2 and 3/2


def test_unknowns_are_solved_one_after_the_other() -> None:
    """x comes from its own equation, y from one with x in its coefficients."""
    asked = system([2 * X - A, X * Y - B], inside(X, Y), unknowns=(2, 3))
    (branch,) = closed_forms(asked, Tally())

    assert branch.values == {2: Ratio(RING, A, RING.constant(2)), 3: Ratio(RING, 2 * B, A)}
    assert set(region(branch, asked.space).conditions) == {"a < 2", "a > 2*b"}


def test_entangled_unknowns_are_eliminated_where_one_equation_is_linear() -> None:
    """x*y == a and x + y == b: the two orders of the roots of a quadratic."""
    asked = system([X * Y - A, X + Y - B], inside(X, Y), unknowns=(2, 3))
    found = list(closed_forms(asked, Tally()))
    space = asked.space

    assert len(found) == 2
    for branch in found:
        state = State(space, (), roots=branch.roots)
        assert state.clean(branch.values[2] * branch.values[3]) == Ratio(RING, A)
        assert state.clean(branch.values[2] + branch.values[3]) == Ratio(RING, B)


def test_what_exists_on_a_surface_only_is_counted_and_left_out() -> None:
    """x == a and x*b == 1 contradict each other unless a*b == 1."""
    equations = [X - A, X * B - 1]

    assert overdetermined(system(equations, []).space, equations)


def test_an_equation_of_degree_three_has_no_closed_form() -> None:
    """It is said, not dropped."""
    with pytest.raises(NoClosedForm):
        list(closed_forms(system([X**3 + A * X - B], inside(X)), Tally()))


def test_a_tie_that_holds_throughout_a_branch_does_not_hide_it() -> None:
    """A weak condition that is an equation of the branch asks nothing of it."""
    (branch,) = closed_forms(system([2 * X - 1], [*inside(X), Atom(2 * A * X - A, ">=")]), Tally())

    assert branch.conditions == TRUE


def test_parts_of_a_point_are_solved_by_themselves() -> None:
    """Two unknowns that share nothing: every pair of their solutions, a cube root among them."""
    asked = system([4 * X**3 - X**2 - X, 8 * Y**3 - 3], inside(X, Y), parameters=(), unknowns=(2, 3))
    (branch,) = numeric_branches(asked, Tally())
    (square, cube) = branch.roots

    assert (square.radicand, cube.index) == (17, 0)
    assert branch.values == {2: Ratio(RING, RING.variables[square.variable] + 1, RING.constant(8))}


def test_entangled_numbers_are_solved_completely() -> None:
    """Two conics with two of their four intersections in the unit square."""
    asked = system([X**2 + Y**2 - 1, 3 * X * Y - 1], inside(X, Y), parameters=(), unknowns=(2, 3))
    found = numeric_branches(asked, Tally())

    assert len(found) == 2
    for branch in found:
        state = State(asked.space, (), roots=branch.roots)
        x, y = (branch.values.get(k, Ratio(RING, RING.variables[k])) for k in (2, 3))
        assert state.clean(x * y) == Ratio(RING, RING.constant(Fraction(1, 3)))


def test_a_number_that_satisfies_a_condition_with_equality_is_kept() -> None:
    """sqrt(2)/2 is neither above nor below itself: the weak condition holds, the strict one does not."""
    weak = system([2 * X**2 - 1], [*inside(X), Atom(2 * X**2 - 1, ">=")], parameters=())
    strict = system([2 * X**2 - 1], [*inside(X), Atom(2 * X**2 - 1, ">")], parameters=())

    assert len(numeric_branches(weak, Tally())) == 1
    assert numeric_branches(strict, Tally()) == []


def test_unknowns_that_no_equation_binds_stay_free_at_a_point() -> None:
    """x is solved; y keeps the range that the conditions leave it."""
    asked = system([2 * X - 1], [*inside(X, Y), Atom(1 - 2 * Y, ">=")], parameters=(), unknowns=(2, 3))
    (branch,) = numeric_branches(asked, Tally())
    (limits,) = branch.limits

    assert (limits.variable, limits.lower, limits.upper) == (3, (Ratio(RING, RING.zero),), (Ratio(RING, RING.constant(Fraction(1, 2))),))
    assert limits.closed == (False, True)


# What is not asked, since the answer would take too long


def with_root(space: Space) -> State:
    """A state with the square root of a + b."""
    w = len(RING.variables) - 1
    root = Root(w, RING.variables[w] ** 2 - A - B, Atom(RING.variables[w], ">"), A + B)
    return State(space, (), roots=(root,))


def test_a_square_root_is_squared_away_unless_that_grows_out_of_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """`p + sqrt(a + b) > 0` is said without the root for a short p; for one of five hundred terms its norm is not even formed."""
    state = with_root(system([], []).space)
    root = RING.variables[state.roots[0].variable]
    gone = without_radicals(Atom(root - A, ">"), state)
    long = Atom((A + B + X + Y + 1) ** 8 + root, ">")
    monkeypatch.setattr(Space, "atom", lambda *_: pytest.fail("formed"))

    assert not state.space.mentions(gone, frozenset({state.roots[0].variable}))
    assert len(long.polynomial) == 496
    assert without_radicals(long, state) == long


def test_a_part_that_is_too_hard_leaves_the_whole_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one of two parts that share no unknown is too hard, the whole is not asked about."""
    space, asked = system([], [], unknowns=(2, 3)).space, []

    def quick(self: Space, formulas: Sequence[Formula], effort: int = 0) -> bool | None:
        asked.append(len(formulas))
        return None

    monkeypatch.setattr(Space, "quick", quick)

    assert feasible(space, [Atom(X**2 - A, "=="), Atom(Y**3 - B, "==")]) is None
    assert asked == [1, 1]


def test_a_question_of_pages_is_undecided_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditions with more terms than the limit are not put to the solver: undecided, not a guess."""
    state = with_root(system([], []).space)
    monkeypatch.setattr(Space, "quick", lambda *_: pytest.fail("asked"))
    long = [Atom((A + B + X + Y + k) ** 8, ">") for k in (1, 2, 3)]

    assert sum(len(atom.polynomial) for atom in long) > LARGEST_QUESTION
    with pytest.raises(Undecided, match="was not decided"):
        once_more(state, TRUE, conjunction(long))


def test_solutions_in_two_parts_are_witnessed_together() -> None:
    """x**2 == a and y**2 == b inside the unit square: somewhere with x and y large, nowhere with a > 1 or with b < 0."""
    asked = system([], [], unknowns=(2, 3))
    both = [Atom(X**2 - A, "=="), Atom(Y**2 - B, "=="), *inside(X, Y)]

    assert feasible_somewhere(asked.space, [*both, Atom(2 * X - 1, ">"), Atom(2 * Y - 1, ">")])
    assert not feasible_somewhere(asked.space, [*both, Atom(A - 1, ">")])
    assert not feasible_somewhere(asked.space, [*both, Atom(-B, ">")])
