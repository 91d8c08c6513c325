"""Tables of comparative statics, against SymPy's derivatives, moves of exact points, and what was worked out by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
import sympy
from spaces import Made

import deterrence
from deterrence.algebra.errors import InputError
from deterrence.algebra.expressions import Condition
from deterrence.analysis.comparative_statics import ComparativeStatics, Static, comparative_statics
from deterrence.analysis.region_movement import region_movement
from deterrence.analysis.slopes import Slopes
from deterrence.model.reading import load, read
from deterrence.solution import Equilibrium, Solution
from deterrence.solve import solve

Point = dict[str, Fraction]
SIGN = {1: "+", -1: "-", 0: "0"}
STATICS: dict[tuple[str, str], ComparativeStatics] = {}


def statics_of(solutions: Callable[..., Solution], name: str, concept: str = "sequential") -> ComparativeStatics:
    """The statics of a game of the catalogue with the usual arguments, found once."""
    if (name, concept) not in STATICS:
        STATICS[name, concept] = comparative_statics(solutions(name, concept))
    return STATICS[name, concept]


def volunteers(count: int) -> Solution:
    """Volunteers, each of whom would rather that another acted: where all waver, all but one of them fail with probability c/b."""
    names = "ABCD"[:count]

    def tree(acts: tuple[bool, ...]) -> str:
        if len(acts) == count:
            pays = ", ".join(f"{n}: {'b' if any(acts) else '0'}{' - c' if act else ''}" for n, act in zip(names, acts, strict=True))
            return f"{{outcome: {'Secured' if any(acts) else 'Lost'}, {pays}}}"
        hidden = f", hidden_from: [{', '.join(names[len(acts) + 1 :])}]" if len(acts) + 1 < count else ""
        return f"{{{names[len(acts)]}: {{Act: {tree((*acts, True))}, Wait: {tree((*acts, False))}{hidden}}}}}"

    head = f"players: [{', '.join(names)}]\nparameters: {{b: b > 0, c: c > 0}}\nassume: [c < b]\n"
    return solve(read(f"{head}tree: {tree(())}\n"))


def usual(e: Equilibrium) -> dict[str, sympy.Expr]:
    """The usual quantities, in closed form."""
    chances = {f"Pr({label})": p for label, p in {**e.outcomes, **e.events}.items()}
    return chances | {f"payoff({player})": u for player, u in e.payoffs.items()}


def at(expression: sympy.Expr, point: Mapping[str, Fraction]) -> sympy.Expr:
    """An expression of rational functions at a point, exactly."""
    if not expression.free_symbols:
        return expression
    return expression.subs({sympy.Symbol(k): sympy.Rational(v.numerator, v.denominator) for k, v in point.items()})


def aside(point: Mapping[str, Fraction]) -> Point:
    """A point near by that is on no surface: what is sampled has small denominators, and may lie where one case passes into another."""
    return {name: value + Fraction(n, 10**5 + 3) for n, (name, value) in enumerate(point.items(), 1)}


def entries(statics: ComparativeStatics) -> Iterator[tuple[Equilibrium, Static]]:
    """Each entry with its family."""
    families = {e.name: e for e in statics.solution}
    return ((families[row.equilibrium], row) for row in statics.rows)


GAMES = ["trust", "entrapment", "audience_costs", "secret_alliance", "alliance_security_dilemma"]


@pytest.mark.parametrize("name", GAMES)
def test_derivatives_and_signs_are_those_that_sympy_finds(name: str, solutions: Callable[..., Solution]) -> None:
    """SymPy's derivative of the closed form has the same value and the sign that was proved, at exact points of the region."""
    statics = statics_of(solutions, name)
    points = {e.name: e.region.sample(2, seed=1) for e in statics.solution}
    for e, row in entries(statics):
        mine, theirs = row.derivative, sympy.diff(usual(e)[row.quantity], sympy.Symbol(row.parameter))
        for point in points[e.name]:
            slope = at(theirs, point)
            assert slope.is_Rational
            assert at(mine, point) == slope
            assert row.sign in ("±", SIGN[int(sympy.sign(slope))])


@pytest.mark.parametrize("name", ["trust", "entrapment", "chain_ganging", "alliance_security_dilemma"])
def test_a_double_sign_is_separated_by_its_condition(name: str, solutions: Callable[..., Solution]) -> None:
    """On both sides there are points, the derivative has the sign that is said, and the conditions tell one side from the other."""
    double = [(e, row) for e, row in entries(statics_of(solutions, name)) if row.sign == "±"]

    assert double
    for e, row in double[:8]:
        sides = ((row.positive, row.positive_where, row.negative_where, 1), (row.negative, row.negative_where, row.positive_where, -1))
        for region, own, other, sign in sides:
            points = region.sample(2) if region is not None else []
            assert points
            for point in points:
                assert point in e.region
                assert sympy.sign(at(row.derivative, point)) == sign
                assert all(Condition.parse(c).evaluate(point) for c in own)
                assert not all(Condition.parse(c).evaluate(point) for c in other)


def test_the_derivative_through_a_root_without_closed_form() -> None:
    """Among four volunteers all of whom waver it is what implicit differentiation by SymPy gives, but for multiples of the polynomial."""
    solution = volunteers(4)
    (e,) = (e for e in solution if e.implicit)
    statics = comparative_statics(solution)
    ((unknown, said),) = e.implicit.items()
    q, p = sympy.Symbol(unknown), sympy.sympify(said["polynomial"])
    rows = [row for row in statics.rows if row.equilibrium == e.name]

    assert {row.sign for row in rows} == {"+", "-"}
    for row in rows:
        x, quantity = sympy.Symbol(row.parameter), usual(e)[row.quantity]
        theirs = sympy.diff(quantity, x) - sympy.diff(quantity, q) * sympy.diff(p, x) / sympy.diff(p, q)
        top = sympy.numer(sympy.together(row.derivative - theirs))
        assert sympy.rem(top, p, q) == 0


def test_the_derivative_through_a_square_root() -> None:
    """Among three volunteers, with more digits than a wrong formula would have right by accident."""
    solution = solve(load("tests/cases/volunteers_dilemma.yaml"))
    (e,) = (e for e in solution if e.roots)
    point = {"b": Fraction(7, 3), "c": Fraction(1, 5)}
    rows = [row for row in comparative_statics(solution, wrt=["b", "c"]).rows if row.equilibrium == e.name]

    assert {row.sign for row in rows} == {"+", "-"}
    for row in rows:
        theirs = at(sympy.diff(usual(e)[row.quantity], sympy.Symbol(row.parameter)), point)
        assert abs(sympy.N(at(row.derivative, point) - theirs, 40)) < 1e-30
        assert row.sign == SIGN[int(sympy.sign(theirs))]


# Where something is left free


def extreme(e: Equilibrium, quantity: sympy.Expr, point: Mapping[str, Fraction], which: str) -> sympy.Expr:
    """The least or greatest value of a quantity over ends and middles of what is free, one after the other."""
    chosen = at(quantity, point)
    ranges = [(sympy.Symbol(name), [at(end, point) for end in ends]) for name, ends in e.free.items()]
    cases: list[dict[sympy.Symbol, sympy.Expr]] = [{}]
    for symbol, ends in ranges:
        cases = [case | {symbol: low + (high - low) * share} for case in cases for low, high in [[x.subs(case) for x in ends]] for share in SHARES]
    values = [value for case in cases if (value := chosen.xreplace(case)).is_finite]  # where nobody comes there is no belief
    return min(values) if which == "least" else max(values)


SHARES = (sympy.Integer(0), sympy.Rational(1, 2), sympy.Integer(1))
RESISTED, PLEDGED, SIGNALLED = "Leader (Resolved) | Escalate, Resist", "Challenger | Pledge", "Challenger | Signal"
FREE: list[tuple[str, str, str, Callable[[Equilibrium], sympy.Expr]]] = [
    ("audience_costs", "nash", f"Pr(Fight | {RESISTED})", lambda e: e.strategies[RESISTED]["Fight"]),
    ("tying_hands", "sequential", "Pr(Pledge | Defender (Tough))", lambda e: e.strategies["Defender (Tough)"]["Pledge"]),
    ("tying_hands", "sequential", f"belief(Defender, Tough | {PLEDGED})", lambda e: next(iter(e.beliefs[PLEDGED].values()))),
    ("costly_signal", "sequential", f"belief(Defender, Tough | {SIGNALLED})", lambda e: next(iter(e.beliefs[SIGNALLED].values()))),
]


@pytest.mark.parametrize(("name", "concept", "text", "quantity"), FREE)
def test_the_least_and_the_greatest_value_move_as_said(
    name: str, concept: str, text: str, quantity: Callable[[Equilibrium], sympy.Expr], solutions: Callable[..., Solution]
) -> None:
    """Where a family leaves a quantity open, its exact extremes over all choices move as their derivatives say."""
    h = Fraction(1, 10**9)
    rows = [(e, row) for e, row in entries(comparative_statics(solutions(name, concept), [text])) if row.which]

    assert {row.which for _, row in rows} == {"least", "greatest"}
    assert any(row.sign != "0" for _, row in rows)
    points = {e.name: [aside(point) for point in e.region.sample(2, seed=2)] for e, _ in rows}
    for e, row in rows:
        for point in points[e.name]:
            moved = [extreme(e, quantity(e), point | {row.parameter: point[row.parameter] + d}, row.which) for d in (h, -h)]
            assert point in e.region
            assert float((moved[0] - moved[1]) / (2 * float(h))) == pytest.approx(float(at(row.derivative, point)), rel=1e-5, abs=1e-7)


def test_an_extreme_that_is_at_a_corner_in_a_part_of_the_region(solutions: Callable[..., Solution]) -> None:
    """A threat that deters is carried out by the Hard type with at least max(0, 1 - k/((g + k)*p)): that is level, then rises."""
    text = "Pr(Resist | Defender (Hard) | Demand)"
    least, greatest = comparative_statics(solutions("rudimentary_deterrence", "nash"), [text], ["p"])["E2", text, "p"]
    p, k, g = sympy.symbols("p k g")
    level, rising = ({p: Fraction(n, 6), k: 1, g: 1} for n in (2, 4))

    assert (least.sign, greatest.sign) == ("0/+", "0")
    assert (least.positive_where, least.negative) == (("p > k/(g + k)",), None)
    assert least.derivative.subs(level) == 0
    assert least.derivative.subs(rising) == sympy.diff(1 - k / ((g + k) * p), p).subs(rising)


def test_a_belief_that_a_family_does_not_give_has_no_statics(solutions: Callable[..., Solution]) -> None:
    """Nash equilibria say nothing of beliefs where play never comes."""
    solution = solutions("costly_signal", "nash")
    rows = comparative_statics(solution, ["belief(Defender, Tough | Challenger | Signal)"], ["r"]).rows
    given = {e.name for e in solution if "Challenger | Signal" in e.beliefs}

    assert {e.name for e in solution} > given > set()
    assert {row.equilibrium for row in rows if row.sign != "none"} == given
    assert {row.derivative for row in rows if row.sign == "none"} == {None}


# Regions


@pytest.mark.parametrize("name", ["trust", "entrapment", "chain_ganging", "costly_signal"])
def test_regions_move_as_exact_points_do(name: str, solutions: Callable[..., Solution]) -> None:
    """A point of a region that grows stays in it as the parameter goes up within the space, and one of a region that shrinks as it goes down."""
    statics = statics_of(solutions, name)
    regions = {e.name: (e.region, e.region.sample(6, seed=3)) for e in statics.solution}
    moves = {"grows": (1,), "shrinks": (-1,), "unaffected": (1, -1), "neither": ()}
    tried = 0
    for each in statics.regions:
        region, points = regions[each.equilibrium]
        space = region | ~region
        for point, direction, far in itertools.product(points, moves[each.movement], (Fraction(1, 7), Fraction(2), Fraction(31))):
            moved = point | {each.parameter: point[each.parameter] + direction * far}
            if moved in space:
                tried += 1
                assert moved in region

    assert tried > 50


@pytest.mark.parametrize(
    ("condition", "hidden", "expected"),
    [
        ("r > g", (), ("grows", "shrinks", "unaffected")),
        ("g < 2*r and r < g", (), ("neither", "neither", "unaffected")),
        ("r**2 < 1 - l", (), ("shrinks", "unaffected", "shrinks")),
        ("r >= 1/2 or r <= 1/2", (), ("unaffected", "unaffected", "unaffected")),
        ("r > 0 and (g < 1 or g > 2)", (), ("unaffected", "neither", "unaffected")),
        ("x > g", ("x**2 == r and x > 0",), ("grows", "shrinks", "unaffected")),
        ("x < g", ("x**3 + x == r and x > 0",), ("shrinks", "grows", "unaffected")),
    ],
)
def test_how_regions_made_by_hand_move(condition: str, hidden: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Surfaces do not matter, unions count as a whole, and roots without closed form are moved along."""
    made = Made("r g l", "0 < r < 1 and g > 0 and l > 0", ["x"])
    region = made.region(condition, *hidden)

    assert tuple(region_movement(region, name) for name in ("r", "g", "l")) == expected


# By hand


def test_what_is_known_of_entrapment(solutions: Callable[..., Solution]) -> None:
    """A firmer promise makes a joint war more likely wherever there is any, and helps the patron exactly where the stake is worth its cost."""
    statics = statics_of(solutions, "entrapment")
    fought = [e.name for e in statics.solution if e.outcomes["WarTogether"].has(sympy.Symbol("f"))]

    assert fought
    for name in fought:
        assert [row.sign for row in statics[name, "Pr(WarTogether)", "f"]] == ["+"]
        assert [row.sign for row in statics[name, "Pr(WarAlone)", "f"]] == ["-"]
        assert [row.sign for row in statics[name, "payoff(Ally)", "f"]] == ["+"]
        (patron,) = statics[name, "payoff(Patron)", "f"]
        assert (patron.sign, patron.positive_where, patron.negative_where) == ("±", ("c < v",), ("c > v",))


def test_what_is_known_of_costly_signals(solutions: Callable[..., Solution]) -> None:
    """Where nobody signals and the Challenger attacks, war comes with r and its region, r <= g/(g + l), shrinks in r."""
    statics = statics_of(solutions, "costly_signal")
    r = sympy.Symbol("r")
    attacked = [e for e in statics.solution if e.outcomes["War"] == r]

    assert attacked
    for e in attacked:
        (war,) = statics[e.name, "Pr(War)", "r"]
        (challenger,) = statics[e.name, "payoff(Challenger)", "r"]
        assert (war.sign, war.derivative) == ("+", 1)
        assert (challenger.sign, sympy.expand(challenger.derivative + sympy.Symbol("g") + sympy.Symbol("l"))) == ("-", 0)
        (region,) = (each for each in statics.regions if each.equilibrium == e.name and each.parameter == "r")
        assert region.movement == "shrinks"
        assert region.bounds is not None
        assert [b.upper for b in region.bounds] == [("g/(g + l)",)] * len(region.bounds)


# What is asked, and what is left undecided


def test_quantities_and_parameters_by_default(solutions: Callable[..., Solution]) -> None:
    """All outcomes, events and payoffs; the parameters whose role is credibility or cost, or all where no parameter has such a role."""
    statics = statics_of(solutions, "costly_signal")
    horse = comparative_statics(solve(load("tests/cases/seltens_horse.yaml")), time_limit=0.001)

    assert statics.quantities == ("Pr(Peace)", "Pr(War)", "Pr(Abandonment)", "Pr(Deterrence)", "payoff(Defender)", "payoff(Challenger)")
    assert statics.parameters == ("r", "k", "l", "c_T", "c_W")
    assert horse.parameters == horse.solution.game.free_parameters


def test_arithmetic_of_quantities(solutions: Callable[..., Solution]) -> None:
    """An expression moves as its parts do; white space does not matter, and one text is as good as a list of one."""
    statics = comparative_statics(solutions("costly_signal"), "r*Pr(War)  - 2*Pr( Peace )", "r")

    assert statics.quantities == ("r*Pr(War) - 2*Pr( Peace )",)
    for e, row in entries(statics):
        r = sympy.Symbol("r")
        assert sympy.expand(row.derivative - sympy.diff(r * e.outcomes["War"] - 2 * e.outcomes["Peace"], r)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"of": ["Pr(Wra)"]}, "of: 'Pr(Wra)', column 4: unknown outcome, event, action or label of Chance 'Wra'; did you mean 'War'?"),
        ({"of": ["Pr(War) +"]}, "of: 'Pr(War) +', column 10: the text ends here"),
        ({"of": ["s*Pr(War)"]}, "unknown symbol 's'"),
        ({"of": []}, "of: there is no quantity in it"),
        ({"of": [3]}, "of: found '3'; expected text such as Pr(OUTCOME)"),
        ({"wrt": "R"}, "wrt: 'R' is no parameter of this game; did you mean 'r'?"),
        ({"wrt": ["zeta"]}, "wrt: 'zeta' is no parameter of this game; expected some of r, k, V, g, l, c_T, c_W"),
        ({"wrt": []}, "wrt: there is no parameter in it"),
    ],
)
def test_bad_input_is_refused_with_one_line(arguments: dict[str, Any], message: str, solutions: Callable[..., Solution]) -> None:
    """It names the argument, what was found and what was expected."""
    with pytest.raises(InputError) as caught:
        comparative_statics(solutions("costly_signal"), **arguments)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_fixed_parameter_cannot_move() -> None:
    """Nor is there anything to move in a game all of whose parameters are fixed."""
    game = load("rudimentary_deterrence").at(p="1/3")
    everything = load("rudimentary_deterrence").at(p="1/3", g=1, k=1, d=1, c_H="1/2", c_S="3/2")

    with pytest.raises(InputError, match="wrt: p is fixed at 1/3 and cannot move; expected some of g, k, d, c_H, c_S"):
        comparative_statics(solve(game), wrt=["p"])
    with pytest.raises(InputError, match="every parameter is fixed"):
        comparative_statics(solve(everything))
    assert comparative_statics(solve(game)).parameters == ("k", "d", "c_H", "c_S")


def test_what_is_not_decided_in_time_says_so(solutions: Callable[..., Solution]) -> None:
    """No sign is guessed."""
    statics = comparative_statics(solutions("costly_signal"), time_limit=1e-9)

    assert not statics.complete
    assert statics.undecided == ("the time limit was reached",)
    assert {row.sign for row in statics.rows} == {row.movement for row in statics.regions} == {"?"}
    assert {row.derivative for row in statics.rows} == {None}


def test_an_interruption_keeps_what_was_decided(monkeypatch: pytest.MonkeyPatch, solutions: Callable[..., Solution]) -> None:
    """Ctrl-C ends the search, and the entries so far are returned."""
    asked, trend = itertools.count(), Slopes.trend

    def impatient(self: Slopes, *arguments: Any) -> Any:
        if next(asked) == 5:
            raise KeyboardInterrupt
        return trend(self, *arguments)

    monkeypatch.setattr(Slopes, "trend", impatient)
    statics = comparative_statics(solutions("costly_signal"))
    whole = statics_of(solutions, "costly_signal")

    assert [row.sign for row in statics.rows] == [*(row.sign for row in whole.rows[:5]), *["?"] * (len(whole.rows) - 5)]
    assert statics.undecided == ("interrupted",)


def test_families_on_surfaces_have_no_room_to_move() -> None:
    """They are left out by name."""
    solution = solve(load("rudimentary_deterrence"), knife_edge=True)
    statics = comparative_statics(solution, ["Pr(Conflict)"], ["p"])

    assert statics.left_out
    assert set(statics.left_out) == {e.name for e in solution if not e.region.has_interior()}
    assert {row.equilibrium for row in statics.rows} == {e.name for e in solution} - set(statics.left_out)


def test_a_game_without_equilibria_has_no_entries() -> None:
    """Names are checked all the same."""
    empty = Solution(load("rudimentary_deterrence"), "sequential", [])

    assert comparative_statics(empty, ["Pr(Conflict)"]).rows == ()
    with pytest.raises(InputError, match="Conflict"):
        comparative_statics(empty, ["Pr(Conflct)"])


def test_progress_counts_the_derivatives(solutions: Callable[..., Solution]) -> None:
    """One call an entry."""
    said: list[tuple[str, int]] = []
    statics = comparative_statics(solutions("costly_signal"), ["Pr(War)"], progress=lambda what, n: said.append((what, n)))

    assert said == [("derivatives", n + 1) for n in range(len(statics.rows))]


def test_the_object_has_every_entry(solutions: Callable[..., Solution]) -> None:
    """As exact text; the same each time."""
    statics = comparative_statics(solutions("rudimentary_deterrence", "nash"), ["Pr(Resist | Defender (Hard) | Demand)"], ["p"])
    found = statics.to_dict()
    entry = next(each for each in found["statics"] if each["equilibrium"] == "E2" and each["which"] == "least")

    assert (found["concept"], found["complete"], found["parameters"]) == ("nash", True, ["p"])
    assert entry["sign"] == "0/+"
    assert entry["derivative"] == [
        {"is": "0", "where": ["p < k/(g + k)"]},
        {"is": "k/(p**2*(g + k))", "where": ["p > k/(g + k)"]},
    ]
    assert entry["positive_where"] == ["p > k/(g + k)"]
    assert [each["parameter"] for each in found["regions"]] == ["p", "p"]
    assert found == comparative_statics(statics.solution, list(statics.quantities), ["p"]).to_dict()


def test_an_entry_that_was_not_asked_for_is_an_error(solutions: Callable[..., Solution]) -> None:
    """Not an empty answer, which would read as no effect: the message says which part is unknown, and how to ask for more."""
    statics = comparative_statics(solutions("rudimentary_deterrence"), of=["Pr(Conflict)"], wrt=["p"])

    assert len(statics["E1", "Pr(Conflict)", "p"]) == 1
    for key, message in {
        ("E1", "Pr(Conflict)", "k"): "no entry is about the parameter 'k'; there are p; others are asked for by `wrt`",
        ("E1", "Pr(Demand)", "p"): r"no entry is about the quantity 'Pr\(Demand\)'.*by `of`",
        ("E9", "Pr(Conflict)", "p"): "no entry is about the equilibrium 'E9'; there are E1, E2",
    }.items():
        with pytest.raises(InputError, match=message):
            _ = statics[key]
    with pytest.raises(InputError, match="expected an equilibrium, a quantity and a parameter"):
        _ = statics["E1"]  # type: ignore[index]


def test_payoffs_of_players_who_are_replaced_are_not_asked_for() -> None:
    """In a game of a few periods they have a payoff in each period and none of the whole."""
    found = comparative_statics(solve(deterrence.load("patron_reputation_finite")), wrt=["r"])

    assert "payoff(Patron)" in found.quantities
    assert "payoff(Ally)" not in found.quantities
