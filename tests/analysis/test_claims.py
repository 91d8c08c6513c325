"""Claims decided: true ones proved, false ones refuted by points that are judged again from scratch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from catalogue_share import due
from from_scratch import Played

from deterrence.algebra.errors import GameError
from deterrence.analysis import families
from deterrence.analysis.claims import Proof, prove, prove_all
from deterrence.analysis.claims_at_point import names_there
from deterrence.analysis.counterexamples import Counterexample, Instance
from deterrence.check import check
from deterrence.model.game import Game
from deterrence.model.parts import Claim
from deterrence.model.reading import load
from deterrence.model.surds import Exact, exact_value
from deterrence.solution import Solution
from deterrence.solve import solve

Truth = Callable[[Played], bool]


@pytest.mark.parametrize("name", due())
def test_the_claims_of_the_catalogue_are_true(name: str) -> None:
    """What the games that ship say of themselves is proved."""
    proofs = prove_all(load(name))

    assert [str(proof) for proof in proofs if not proof] == []
    assert proofs


ATTACKED = "Pr(Attack | Challenger | Signal)"
# False statements, with what they say of numbers that are played.
FALSE: list[tuple[str, dict[str, str], Truth]] = [
    ("rudimentary_deterrence", {"every": "Pr(Deterrence) == 1"}, lambda play: play.pr("Deterrence") == 1),
    (
        "rudimentary_deterrence",
        {"every": "payoff(Defender, Hard) > payoff(Defender, Soft)"},
        lambda play: play.payoff("Defender", "Hard") > play.payoff("Defender", "Soft"),
    ),
    ("costly_signal", {"none": "Pr(Signal) == 1", "when": "k < c_T"}, lambda play: play.pr("Signal") != 1),
    # The range of what is free includes the end at which this fails, and no more of it.
    (
        "costly_signal",
        {"every": f"belief(Defender, Tough | Challenger | Signal) < g/(g + l) or {ATTACKED} < 1", "when": "r > g/(g + l)"},
        lambda play: (
            play.belief("Challenger | Signal", "Defender = Tough") < play.value("g/(g + l)") or play.choice("Challenger | Signal", "Attack") < 1
        ),
    ),
    ("costly_signal", {"every": "0 < Pr(Attack | Challenger | Signal)"}, lambda play: play.choice("Challenger | Signal", "Attack") > 0),
    (
        "chain_store",
        {"none": "Pr(Fight | Guarantor (Weak) | Enter) > Pr(Enter)"},
        lambda play: play.choice("Guarantor (Weak) | Enter", "Fight") <= play.pr("Enter"),
    ),
    ("trust", {"every": "Pr(Cooperation | West = Trustworthy) == 0"}, lambda play: play.pr("Cooperation", West="Trustworthy") == 0),
]


@pytest.mark.parametrize(("name", "says", "truth"), FALSE, ids=lambda each: " ".join(each.values()) if isinstance(each, dict) else None)
def test_a_false_claim_of_every_equilibrium_comes_with_one_that_refutes_it(
    name: str, says: dict[str, str], truth: Truth, solutions: Callable[..., Solution]
) -> None:
    """The point lies where the claim speaks, what is shown there is an equilibrium, and the statement is false of it."""
    solution = solutions(name)
    proof = prove(solution, Claim("False.", **says))
    found = refutation(solution.game, proof)
    (shown,) = proof.counterexample.equilibria if proof.counterexample else ()

    assert holds(solution.game, says.get("when", "0 == 0"), found)
    assert check(solution.game, shown.strategies, shown.beliefs, found).valid
    assert not truth(Played(solution.game, found, shown))
    assert shown.name in {e.name for e in solution}


def refutation(game: Game, proof: Proof) -> dict[str, Fraction]:
    """The point of a counterexample, which must be one of the parameter space."""
    assert proof.verdict == "refuted", proof
    assert not proof
    assert proof.counterexample is not None
    game.at(**{name: str(value) for name, value in proof.counterexample.point.items()})
    return dict(proof.counterexample.point)


def holds(game: Game, condition: str, point: dict[str, Fraction]) -> bool:
    """Does a condition on the parameters hold at a point?"""
    from deterrence.algebra.expressions import Condition

    return bool(game.expand(Condition.parse(condition)).evaluate(point))


def choices(shown: Instance) -> Iterator[dict[str, Exact]]:
    """The ends and middles of the ranges of what an equilibrium at a point leaves free."""
    ranges = [[part.strip("()[] ") for part in text.split(",")] for text in shown.free.values()]
    for shares in itertools.product((Fraction(0), Fraction(1, 2), Fraction(1)), repeat=len(ranges)):
        values: dict[str, Exact] = {}
        for name, (low, high), share in zip(shown.free, ranges, shares, strict=True):
            ends = [exact_value(end, values) for end in (low, high)]
            values[name] = ends[0] + (ends[1] - ends[0]) * share
        yield values


NOWHERE: list[tuple[str, dict[str, str], Truth]] = [
    ("rudimentary_deterrence", {"some": "Pr(Deterrence) == 1"}, lambda play: play.pr("Deterrence") == 1),
    ("rudimentary_deterrence", {"some": "Pr(Deterrence) == 1", "exactly_when": "p >= threshold/2"}, lambda play: play.pr("Deterrence") == 1),
    ("costly_signal", {"some": "Pr(Signal) == 1", "when": "k < c_T"}, lambda play: play.pr("Signal") == 1),
    ("trust", {"some": "Pr(Hostility) == 0", "exactly_when": "tE >= trust"}, lambda play: play.pr("Hostility") == 0),
]


@pytest.mark.parametrize(("name", "says", "truth"), NOWHERE, ids=lambda each: " ".join(each.values()) if isinstance(each, dict) else None)
def test_a_false_claim_of_some_equilibrium_comes_with_all_there_are(
    name: str, says: dict[str, str], truth: Truth, solutions: Callable[..., Solution]
) -> None:
    """They are those that solving the game at the point gives, and whatever they leave free is chosen, the statement is false."""
    solution = solutions(name)
    proof = prove(solution, Claim("False.", **says))
    found = refutation(solution.game, proof)
    shown = proof.counterexample.equilibria if proof.counterexample else ()
    there = solution.at(**{name: str(value) for name, value in found.items()})

    assert all(holds(solution.game, says.get(key, "0 == 0"), found) for key in ("when", "exactly_when"))
    assert [each.strategies for each in shown] == [e.to_dict()["strategies"] for e in there]
    played = [Played(solution.game, found, each, **free) for each in shown for free in choices(each)]
    assert played
    assert not any(map(truth, played))


@pytest.mark.parametrize(("name", "says", "truth"), NOWHERE, ids=lambda each: " ".join(each.values()) if isinstance(each, dict) else None)
def test_the_equilibria_at_a_point_bear_the_names_of_the_table(
    name: str, says: dict[str, str], truth: Truth, solutions: Callable[..., Solution]
) -> None:
    """Each is one of the family of its name: the point lies in the region of the family, and both make the same moves."""
    solution = solutions(name)
    proof = prove(solution, Claim("False.", **says))
    found = refutation(solution.game, proof)
    shown = {each.name: each for each in (proof.counterexample.equilibria if proof.counterexample else ())}
    families_there = {e.name: e for e in solution if found in e.region}

    assert shown.keys() == families_there.keys()
    for key, e in families_there.items():
        played = {(where, a) for where, moves in shown[key].strategies.items() for a, p in moves.items() if p != "0"}
        assert played == {(where, a) for where, moves in e.strategies.items() for a, p in moves.items() if p != 0}


def test_equilibria_that_differ_off_the_path_alone_share_a_line(solutions: Callable[..., Solution]) -> None:
    """What a claim asks for is told once for all equilibria in which it has the same value."""
    proof = prove(solutions("costly_signal"), Claim("False.", some="Pr(Signal) == 1", when="k < c_T"))

    assert proof.counterexample is not None
    assert len(proof.counterexample.equilibria) == 2
    assert str(proof.counterexample).splitlines()[1:] == ["E3, E6: Pr(Signal) = 0"]


def test_where_names_cannot_be_told_the_equilibria_are_numbered_afresh() -> None:
    """On a surface there are equilibria of no generic family, and a counterexample says so."""
    solution = solve(load("rudimentary_deterrence"))
    point = {name: Fraction(1, 2) for name in solution.game.free_parameters} | {"c_H": Fraction(1, 4), "c_S": Fraction(3, 4)}
    there = solution.at(**(point | {"p": exact_threshold(solution.game, point)}))
    shown = Counterexample(point, tuple(Instance(e.name, {}, {}, {}, {"Pr(Deterrence)": "0"}) for e in there), afresh=True)

    assert names_there(solution, there, point | {"p": exact_threshold(solution.game, point)}) is None
    assert "numbered afresh" in str(shown)


def exact_threshold(game: Game, point: dict[str, Fraction]) -> Fraction:
    """Where the two families of the simplest game meet."""
    return Fraction(game.expand(game.where["threshold"]).evaluate(point))


def test_a_condition_that_is_not_needed_refutes_exactly_when(solutions: Callable[..., Solution]) -> None:
    """`exactly_when` is refuted the other way by an equilibrium where the condition does not hold."""
    solution = solutions("rudimentary_deterrence")
    proof = prove(solution, Claim("False.", some="Pr(Deterrence) == 1", exactly_when="p >= threshold and k > 1/2"))
    found = refutation(solution.game, proof)
    (shown,) = proof.counterexample.equilibria if proof.counterexample else ()

    assert "although the condition does not hold" in proof.reason
    assert not holds(solution.game, "p >= threshold and k > 1/2", found)
    assert Played(solution.game, found, shown).pr("Deterrence") == 1


TRUE = [
    # On which side of a boundary it belongs does not matter.
    ("rudimentary_deterrence", {"some": "Pr(Deterrence) == 1", "exactly_when": "p > threshold"}),
    ("rudimentary_deterrence", {"some": "Pr(Deterrence) == 1", "exactly_when": "p >= threshold"}),
    ("rudimentary_deterrence", {"some": "Pr(Demand) == 1", "when": "p != 1/3", "exactly_when": "not (p > threshold or p == threshold)"}),
    # Nor does what happens on a surface.
    ("rudimentary_deterrence", {"none": "Pr(Conflict) == 1/2"}),
    ("rudimentary_deterrence", {"every": "Pr(Deterrence) == 1 or Pr(Conflict) != c_H"}),
    ("rudimentary_deterrence", {"some": "Pr(Conflict) == 1/2", "exactly_when": "p == 1/2"}),
    # Every choice of what is free counts.
    (
        "costly_signal",
        {
            "some": "Pr(Signal) == 0 and Pr(Peace) == 1 and 2*Pr(Attack | Challenger | Signal) == 1 + k/c_T",
            "exactly_when": "k < c_T and r >= g/(g + l)",
        },
    ),
    ("costly_signal", {"some": f"{ATTACKED}*(1 - {ATTACKED}) >= 3/16", "when": "2*k < c_T and r > g/(g + l)"}),
    ("costly_signal", {"some": "belief(Defender, Tough | Challenger | Signal) == 0", "when": "r > g/(g + l)"}),
    ("costly_signal", {"none": "belief(Defender, Tough | Challenger | Signal) > g/(g + l) and Pr(Attack | Challenger | Signal) > 0"}),
]


@pytest.mark.parametrize(("name", "says"), TRUE, ids=lambda each: " ".join(each.values()) if isinstance(each, dict) else None)
def test_a_true_claim_is_proved(name: str, says: dict[str, str], solutions: Callable[..., Solution]) -> None:
    """Generic points count, and all choices of what is free."""
    proof = prove(solutions(name), Claim("True.", **says))

    assert (proof.verdict, proof.reason, proof.counterexample) == ("proved", "", None), proof


def test_roots_without_closed_form_are_decided() -> None:
    """Where the wavering of three is the root of a cubic polynomial, claims of it are proved and refuted all the same."""
    solution = solve(volunteers())
    cubic = "b*(1 - Pr(Act | A))**3 == c and b*(1 - Pr(Act | B | ?))**3 == c and b*(1 - Pr(Act | C | ?, ?))**3 == c"
    assert any(e.implicit for e in solution)

    assert prove(solution, Claim("Three may waver alike, everywhere.", some=cubic))
    assert prove(solution, Claim("Failure is rare.", every="Pr(Lost) <= c/b"))
    proof = prove(solution, Claim("They never do.", none=cubic))
    (shown,) = proof.counterexample.equilibria if proof.counterexample else ()
    play = Played(solution.game, refutation(solution.game, proof), shown)
    b, c = (Fraction(proof.counterexample.point[name]) for name in "bc") if proof.counterexample else ()
    assert b * play.choice("A", "Wait") ** 3 == c


def volunteers() -> Game:
    """Four, one of whom is enough: all benefit by b, whoever acts pays c."""
    names = "ABCD"

    def tree(acts: tuple[bool, ...]) -> Any:
        from deterrence.model.game import Decision, Outcome

        if len(acts) == len(names):
            pay = {n: f"{'b' if any(acts) else '0'}{' - c' if act else ''}" for n, act in zip(names, acts, strict=True)}
            return Outcome("Secured" if any(acts) else "Lost", pay)
        actions = {"Act": tree((*acts, True)), "Wait": tree((*acts, False))}
        return Decision(names[len(acts)], actions, hidden_from=list(names[len(acts) + 1 :]))

    return Game(players=list(names), parameters={"b": "b > 0", "c": "c > 0"}, assume=["c < b"], tree=tree(()))


def test_what_would_take_too_many_cases_is_undecided(solutions: Callable[..., Solution], monkeypatch: pytest.MonkeyPatch) -> None:
    """The ranges of what is free are split into cases up to a limit, and beyond it nothing is claimed."""
    name, says, _ = FALSE[3]
    assert prove(solutions(name), Claim("Fails at the end of a range.", **says)).verdict == "refuted"

    for limit in ("FEW_STEPS", "MOST_STEPS"):
        monkeypatch.setattr(families, limit, 0)
    proof = prove(solutions(name), Claim("Fails at the end of a range.", **says))
    assert proof.verdict == "undecided"
    assert "too many cases" in proof.reason


def test_where_beliefs_are_not_given_a_claim_says_nothing(solutions: Callable[..., Solution]) -> None:
    """A Nash equilibrium has beliefs on the path only; elsewhere a claim about them is neither true nor false of it."""
    solution = solutions("costly_signal", "nash")
    tough = "belief(Defender, Tough | Challenger | Signal)"

    assert prove(solution, Claim("Who is met, is met by the prior.", every=f"Pr(Signal) < 1 or {tough} == r"))
    assert prove(solution, Claim("Nor otherwise.", none=f"Pr(Signal) == 1 and {tough} != r"))
    assert prove(solution, Claim("Nothing is believed of what is not met.", none=f"Pr(Signal) == 0 and ({tough} > r or not ({tough} > r))"))
    assert prove(solution, Claim("None.", some=f"Pr(Signal) == 0 and {tough} >= 0")).verdict == "refuted"


def test_where_nothing_has_a_value_the_claim_is_undecided(solutions: Callable[..., Solution]) -> None:
    """A claim about what no equilibrium gives a value is neither proved nor refuted."""
    solution = solutions("rudimentary_deterrence")

    assert prove(solution, Claim("Of nothing.", every="Pr(Conflict)/(Pr(Demand) - Pr(Demand)) == 1")).verdict == "undecided"
    assert prove(solution, Claim("Of something.", every="Pr(Demand) == 0 or Pr(Conflict)/Pr(Demand) == p")).verdict == "proved"


def test_an_incomplete_solution_proves_only_what_more_equilibria_cannot_change(solutions: Callable[..., Solution]) -> None:
    """What holds of every known equilibrium is undecided; a counterexample is one still, and so is an example."""
    whole = solutions("rudimentary_deterrence")
    part = Solution(whole.game, whole.concept, whole[:], [{"regime": {}, "why": "the time was up"}])

    verdicts = {
        "proved": [{"some": "Pr(Deterrence) == 1", "when": "p > threshold"}],
        "refuted": [{"every": "Pr(Deterrence) == 1"}, {"none": "Pr(Deterrence) == 1"}, {"every": "Pr(Conflict)", "decreasing_in": "p"}],
        "undecided": [
            {"every": "Pr(Conflict) <= p"},
            {"some": "Pr(Deterrence) == 1"},
            {"some": "Pr(Deterrence) == 1", "exactly_when": "p >= threshold"},
            {"every": "Pr(Conflict)", "increasing_in": "p"},
        ],
    }
    for verdict, claims in verdicts.items():
        for says in claims:
            proof = prove(part, Claim("Known in part.", **says))
            assert proof.verdict == verdict, proof
            assert (verdict == "undecided") == ("the time was up" in proof.reason)


def test_a_claim_about_a_game_with_every_parameter_fixed() -> None:
    """A single point counts as its own interior, ties included."""
    game = load("rudimentary_deterrence").at(p="1/2", g=1, k=1, d=1, c_H="1/2", c_S="3/2")
    solution = solve(game)

    assert prove(solution, Claim("Both are possible in a tie.", some="Pr(Deterrence) == 1"))
    assert prove(solution, Claim("And so is this.", some="Pr(Deterrence) == 1/3", exactly_when="p == threshold"))
    proof = prove(solution, Claim("Not this.", some="Pr(Conflict) == 1"))
    assert refutation(game, proof) == dict(game.fixed)
    assert proof.counterexample is not None
    assert len(proof.counterexample.equilibria) == len(solution)


def test_a_when_that_holds_at_no_generic_point_is_an_error(tmp_path: Any) -> None:
    """It is refused with its place in the file, before anything is solved."""
    text = load("rudimentary_deterrence").to_yaml()
    text = text[: text.index("claims:")] + "claims:\n  - claim: On a surface.\n    when: p == threshold\n    every: Pr(Conflict) == 0\n"
    path = tmp_path / "game.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(GameError, match="p == threshold holds at no generic point") as caught:
        prove_all(load(path))
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "when:" in row)
    assert (caught.value.file, caught.value.line, caught.value.column) == (str(path), line, 11)


def test_a_claim_about_another_concept_is_refused(solutions: Callable[..., Solution]) -> None:
    """A solution under one concept says nothing of another."""
    with pytest.raises(GameError, match="about nash"):
        prove(solutions("trust"), Claim("Nash.", some="Pr(Hostility) == 1", concept="nash"))


def test_all_claims_of_a_game_under_their_concepts() -> None:
    """Each claim is decided under its own concept, in order, and progress is told."""
    claims = [Claim("Nash.", some="Pr(Deterrence) == 1", concept="nash"), Claim("Not so.", some="Pr(Deterrence) == 1")]
    claims.append(Claim(every="Pr(Conflict) <= p"))
    seen: list[tuple[str, int]] = []
    proofs = prove_all(load("rudimentary_deterrence").replace(claims=claims), progress=lambda *told: seen.append(told))

    assert [(proof.claim, proof.verdict) for proof in proofs] == [("Nash.", "proved"), ("Not so.", "refuted"), ("every: Pr(Conflict) <= p", "proved")]
    assert [count for stage, count in seen if stage == "claims"] == [0, 1, 2]


def test_without_time_claims_are_undecided() -> None:
    """A time limit leaves verdicts open; it never makes one."""
    proofs = prove_all(load("costly_signal"), time_limit=1e-6)

    assert {proof.verdict for proof in proofs} == {"undecided"}
    assert all("time limit" in proof.reason or "not all equilibria" in proof.reason for proof in proofs)


def test_a_proof_reads_well(solutions: Callable[..., Solution]) -> None:
    """The verdict, the sentence, what refutes it, the point, and the equilibrium there with what the claim speaks of."""
    proof = prove(solutions("rudimentary_deterrence"), Claim("Peace is sure.", every="Pr(Deterrence) == 1"))

    assert str(proof) == (
        "refuted: Peace is sure.\n  In E1 the statement is false.\n  p = 1/4, g = 1, k = 1, d = 1, c_H = 1/2, c_S = 3/2\n  E1: Pr(Deterrence) = 0"
    )
    assert str(prove(solutions("rudimentary_deterrence"), Claim("So it is.", every="Pr(Conflict) <= p"))) == "proved: So it is."


def test_verdicts_are_the_same_in_every_run(solutions: Callable[..., Solution]) -> None:
    """The same claim about the same solution gives the same counterexample."""
    claim = Claim("False.", some="Pr(Signal) == 1")
    first, second = (prove(solutions("costly_signal"), claim) for _ in range(2))

    assert str(first) == str(second)
    assert first == second
