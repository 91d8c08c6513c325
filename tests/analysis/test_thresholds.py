"""Thresholds, against what happens along lines through the parameter space: exact roots, and regions asked at points between them."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import fmpq_poly
from small_games import volunteers
from spaces import truth
from wager import wager

from deterrence.algebra.errors import InputError
from deterrence.algebra.formula import atoms
from deterrence.algebra.polynomials import constant_value, to_fmpq, to_fraction
from deterrence.algebra.sampling import walk
from deterrence.algebra.space import Space
from deterrence.analysis.cells import Cutter
from deterrence.analysis.thresholds import Thresholds, thresholds
from deterrence.model.reading import load
from deterrence.model.surds import Exact, exact_value, real_roots
from deterrence.solution import Solution
from deterrence.solve import solve

Jump = tuple[Exact, frozenset[str], frozenset[str]]  # where, who appears, who vanishes

LINES = [
    *(("costly_signal", p) for p in ("r", "k", "V", "g", "c_T")),
    *(("alliance_security_dilemma", p) for p in ("rho", "a_1", "e_2")),
    *(("brinkmanship", p) for p in ("r", "p", "s", "d_T")),
    *(("chain_ganging", p) for p in ("g", "c_J", "c_L", "L")),
    *(("entrapment", p) for p in ("f", "q", "k")),
    *(("secret_alliance", p) for p in ("sigma", "k_O", "M")),
    *(("tripartite_crisis", p) for p in ("p", "w")),
    *(("tying_hands", p) for p in ("r", "a")),
]


@pytest.fixture(scope="module")
def found(solutions: Callable[..., Solution]) -> Callable[[str, str], Thresholds]:
    """The thresholds of a parameter of a game of the catalogue."""
    known: dict[tuple[str, str], Thresholds] = {}

    def of(name: str, parameter: str) -> Thresholds:
        if (name, parameter) not in known:
            known[name, parameter] = thresholds(solutions(name), parameter)
        return known[name, parameter]

    return of


def jumps(solution: Solution, variable: int, at: dict[int, Fraction]) -> list[Jump]:
    """The jumps along a line, by brute force: no region changes between roots of its polynomials, so points between those tell everything."""
    space = solution[0].setting.parameters.space
    regions = {e.name: e.region.formula for e in solution}
    polynomials = {str(a.polynomial): a.polynomial for f in (space.domain, *regions.values()) for a in atoms(f)}
    others = {k: v for k, v in at.items() if k != variable}
    roots: list[Exact] = []
    for p in polynomials.values():
        coefficients = space.ring.coefficients(space.ring.evaluate(p, others), variable)
        line = fmpq_poly([to_fmpq(constant_value(c)) for c in coefficients])
        roots += [x for x in (real_roots(line) if line.degree() > 0 else []) if x not in roots]
    roots.sort()
    middles = [between(a, b) for a, b in zip((min(roots) - 2, *roots), (*roots, max(roots) + 2), strict=True)] if roots else []
    there: list[frozenset[str] | None] = []
    for middle in middles:
        point = {**at, variable: middle}
        inside = truth(space.interior, point)
        there.append(frozenset(name for name, f in regions.items() if truth(f, point)) if inside else None)
    steps = zip(roots, there[:-1], there[1:], strict=True) if roots else ()
    return [(x, b - a, a - b) for x, a, b in steps if a is not None and b is not None and a != b]


def generic_points(space: Space, n: int) -> list[dict[int, Fraction]]:
    """Random points of the space, each moved a little, off surfaces such as that on which two parameters are equal."""
    rng, out = random.Random(1), []
    for values in walk(space.ring, space.smt, space.interior, space.parameters, 3 * n):
        at = {k: to_fraction(values[k]) + Fraction(rng.randint(1, 10**6), 10**9 + 7) for k in space.parameters}
        if truth(space.interior, at):
            out.append(at)
    return out[-n:]


def between(a: Exact, b: Exact) -> Fraction:
    """A rational number strictly between two numbers."""
    middle = Fraction((float(a) + float(b)) / 2)
    assert a < middle < b
    return middle


def told(made: Thresholds, at: dict[str, Fraction]) -> list[Jump]:
    """What the thresholds say of the line through a point."""
    out = []
    for threshold in made:
        for case in threshold.cases:
            if at in case.region:
                out.append((exact_value(threshold.text, at), frozenset(case.appear), frozenset(case.vanish)))
    return sorted(out, key=lambda jump: jump[0])


@pytest.mark.parametrize(("name", "parameter"), LINES)
def test_thresholds_are_where_the_set_of_equilibria_changes(name: str, parameter: str, found: Callable[[str, str], Thresholds]) -> None:
    """Along lines through random points of the space they are exactly the values at which families appear or vanish, and name them."""
    made = found(name, parameter)
    space, names = made.solution[0].setting.parameters.space, made.solution[0].setting.parameters.names
    variable, several = space.ring.index[parameter], 0

    assert made.complete
    for at in generic_points(space, 20):
        expected = jumps(made.solution, variable, at)
        several += bool(expected)
        assert told(made, {n: at[space.ring.index[n]] for n in names}) == expected
    assert several > 2


def test_costly_signals_deter_beyond_one_threshold(found: Callable[[str, str], Thresholds]) -> None:
    """At g/(g + l) the Challenger is indifferent; what changes there depends on how dear the signal is."""
    (threshold,) = found("costly_signal", "r")

    assert threshold.text == "g/(g + l)"
    assert str(threshold.value) == "g/(g + l)"
    assert threshold.conditions == ()
    assert [(case.conditions, case.appear, case.vanish) for case in threshold.cases] == [
        (("k < c_T",), ("E1", "E2", "E4", "E7", "E9"), ("E3", "E6")),
        (("k > V",), ("E4", "E7", "E9"), ("E3", "E5", "E8")),
        (("k > c_T", "k < V"), ("E4", "E7", "E9"), ("E3", "E6")),
    ]
    assert threshold.appear == ("E1", "E2", "E4", "E7", "E9")
    assert threshold.vanish == ("E3", "E6", "E5", "E8")


def test_the_cost_of_a_signal_has_a_threshold_for_each_type(found: Callable[[str, str], Thresholds]) -> None:
    """A Tough Defender pays at most c_T for a signal; a Weak one who is attacked anyway saves what exceeds V."""
    made = found("costly_signal", "k")

    assert [(t.text, t.conditions, t.appear, t.vanish) for t in made] == [
        ("V", ("r < g/(g + l)",), ("E5", "E8"), ("E6",)),
        ("c_T", ("r > g/(g + l)",), (), ("E1", "E2")),
    ]


def test_a_parameter_without_effect_has_no_thresholds(found: Callable[[str, str], Thresholds]) -> None:
    """No region depends on the cost of war to the Weak in the game of costly signals."""
    made = found("costly_signal", "c_W")

    assert len(made) == 0
    assert made.complete


def test_a_quadratic_condition_has_the_root_that_lies_in_the_domain(found: Callable[[str, str], Thresholds]) -> None:
    """Of the two risks at which a bluff stops paying only the one below 1 is a threshold, with the square root in full."""
    texts = [threshold.text for threshold in found("brinkmanship", "r")]

    assert texts[0] == "(d_T + 1 - sqrt((d_T + 1)*(s + d_T)))/(d_T + 1)"
    assert len(texts) == 2


def test_numbers_come_in_increasing_order() -> None:
    """With all other parameters fixed the thresholds are numbers, roots of a cubic polynomial among them, and name the jumps in order."""
    game = load("chain_ganging").at(g=1, l=2, c_J=1, c_L=2, L="5/2")
    solution = solve(game)
    made = thresholds(solution, "o")
    values = [exact_value(threshold.text, {}) for threshold in made]
    expected = jumps(solution, 0, {0: Fraction(1, 3)})

    assert made.complete
    assert [threshold.text for threshold in made][1:3] == ["1/5", "2/5"]
    assert made[0].text.startswith("CRootOf(")
    assert values == sorted(values) == [x for x, _, _ in expected]
    assert [(set(t.appear), set(t.vanish)) for t in made] == [(a, v) for _, a, v in expected]
    assert float(made[0].value) == pytest.approx(float(values[0]), rel=1e-12)


def test_a_root_without_closed_form_is_told_by_its_equation() -> None:
    """A bet on a chance of c**(3/2) pays at a price k up to c with c**3 == k**2."""
    solution = solve(wager(3))
    by_price, by_cost = thresholds(solution, "k"), thresholds(solution, "c")

    assert [t.text for t in by_price] == ["c**2", "c*sqrt(c)"]
    assert [t.text for t in by_cost] == ["sqrt(k)", "c_star"]
    assert by_cost[1].implicit == {"c_star": "c_star**3 - k**2 == 0"}
    assert (by_cost[1].appear, by_cost[1].vanish) == (by_price[1].vanish, by_price[1].appear)
    assert by_cost.complete
    assert by_cost[1].conditions == ()


def test_a_root_that_exists_everywhere_has_no_say() -> None:
    """Where four waver, each acts with the root of a cubic polynomial, at any cost: no threshold."""
    made = thresholds(solve(volunteers(4, "c", {"c": "0 < c < 1"})), "c")

    assert made.complete
    assert len(made) == 0


def test_families_whose_ends_depend_on_implicit_roots_are_undecided() -> None:
    """A bet on four who waver pays up to a price that is no root of a polynomial in the region: it is listed, and nothing is claimed of it."""
    made = thresholds(solve(wager(4)), "k")

    assert [t.text for t in made] == ["c**2", "c*sqrt(c)"]
    assert [(u["equilibrium"], u["why"]) for u in made.undecided] == [
        ("E11", "where E11 begins and ends depends on roots that are not eliminated"),
        ("E25", "where E25 begins and ends depends on roots that are not eliminated"),
    ]
    assert not made.complete


def test_a_limit_is_told(solutions: Callable[..., Solution]) -> None:
    """What was not decided in time is listed with the reason."""
    made = thresholds(solutions("entrapment"), "f", time_limit=1e-9)

    assert not made.complete
    assert {u["why"] for u in made.undecided} >= {"the time limit of 1e-09 s was reached"}
    assert "Incomplete" in str(made)


def test_an_interruption_keeps_what_was_found(solutions: Callable[..., Solution]) -> None:
    """Ctrl-C ends the search with the thresholds so far."""

    def stop(stage: str, count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    made = thresholds(solutions("entrapment"), "f", progress=stop)

    assert len(made) == 2
    assert [u["why"] for u in made.undecided] == ["interrupted"]


def test_an_interruption_of_one_question_ends_the_search(solutions: Callable[..., Solution], monkeypatch: pytest.MonkeyPatch) -> None:
    """The next value is not looked at: who presses Ctrl-C once is heard."""
    asked = []

    def stop(cutter: Cutter, piece: object, cut: object) -> None:
        asked.append(cut)
        raise KeyboardInterrupt

    monkeypatch.setattr(Cutter, "_cut", stop)
    made = thresholds(solutions("entrapment"), "f")

    assert len(asked) == 1
    assert [u["why"] for u in made.undecided] == ["interrupted"]


@pytest.mark.parametrize(
    ("parameter", "says"),
    [("rr", "'rr' is no parameter of the game; expected one of k, V, g, l, c_T, c_W"), ("r", "r is fixed at 1/2; thresholds are those of a free")],
)
def test_a_parameter_that_is_none_is_refused(parameter: str, says: str) -> None:
    """A name that the game does not have, and one that is fixed, each in its own words."""
    with pytest.raises(InputError, match=says):
        thresholds(solve(load("costly_signal").at(r="1/2")), parameter)


def test_a_limit_that_is_none_is_refused(solutions: Callable[..., Solution]) -> None:
    """With the value and what was expected."""
    with pytest.raises(InputError, match="time_limit is -1; expected a positive number of seconds"):
        thresholds(solutions("rudimentary_deterrence"), "p", time_limit=-1)


def test_it_is_a_sequence_that_can_be_written_down(found: Callable[[str, str], Thresholds]) -> None:
    """It has items and slices, shows itself, and is one object of exact texts."""
    made = found("costly_signal", "k")

    assert made[1:] == (made[1],)
    assert repr(made[0]) == "Threshold(V: +E5 +E8 -E6)"
    assert repr(made) == "Thresholds('Costly signals in extended deterrence', sequential, k: 2)"
    assert made.to_dict()["thresholds"][1] == {
        "value": "c_T",
        "implicit": {},
        "cases": [{"conditions": ["r > g/(g + l)"], "appear": [], "vanish": ["E1", "E2"]}],
    }
