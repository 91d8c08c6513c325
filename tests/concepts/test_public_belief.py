"""The recursion on the public belief: what Kreps and Wilson found by hand, other games of the kind, and what it refuses."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from functools import cache
from typing import Any

import gambit_bridge
import pygambit
import pytest
import strategies
import sympy
from families import Family

import deterrence
from deterrence.algebra.errors import InputError
from deterrence.check import check
from deterrence.concepts.public_belief import BeliefRecursion, belief_recursion
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.reading import read

CHAIN_STORE = """
players: [Guarantor, Entrant]
parameters: {p: {domain: 0 < p < 1, default: 1/10}, a: {domain: a > 1, default: 2}, b: {domain: 0 < b < 1, default: 1/2}}
types:
  Guarantor:
    Tough: {probability: p, fighting: 0, yielding: -1}
    Weak: {probability: 1 - p, fighting: -1, yielding: 0}
horizon: 2
short_lived: [Entrant]
outcomes:
  Quiet: {Guarantor: a, Entrant: 0}
  Fought: {Guarantor: fighting, Entrant: b - 1}
  Yielded: {Guarantor: yielding, Entrant: b}
tree:
  Entrant:
    Enter: {Guarantor: {Fight: Fought, Yield: Yielded}}
    Stay out: Quiet
"""
PRODUCT = """
players: [Ally, Rival]
parameters:
  p: {domain: 0 < p < 1, default: 1/10}
  c: {domain: 0 < c < 1, default: 1/4}
  g: {domain: g > 0, default: 1}
  l: {domain: l > 0, default: 1}
types:
  Ally:
    Loyal: {probability: p, cost: -1}
    Normal: {probability: 1 - p, cost: c}
horizon: 3
short_lived: [Rival]
outcomes:
  Trusted: {Ally: 1 - cost, Rival: g}
  Wasted: {Ally: -cost, Rival: 0}
  Betrayed: {Ally: 1, Rival: -l}
  Apart: {Ally: 0, Rival: 0}
tree:
  Ally:
    hidden_from: [Rival]
    Help: {Rival: {Trust: Trusted, Distrust: Wasted}}
    Shirk: {Rival: {Trust: Betrayed, Distrust: Apart}}
"""
RULE = {"Fight": "Tough", "Yield": "Weak"}


def chain_store(horizon: int = 2, *changed: tuple[str, str]) -> Game:
    """The chain store over some periods, with some pieces of its text replaced."""
    text = CHAIN_STORE
    for old, new in (("horizon: 2", f"horizon: {horizon}"), *changed):
        assert old in text
        text = text.replace(old, new)
    return read(text)


@cache
def solved(game: Game) -> BeliefRecursion:
    """What the recursion finds, once for all tests; surprises are put down as by Kreps and Wilson."""
    first, second = game.types[game.players[0]]
    actions = ["Fight", "Yield"] if "Guarantor" in game.players else ["Help", "Shirk"]
    return belief_recursion(game, {actions[0]: first.name, actions[1]: second.name})


@pytest.fixture(scope="module")
def eight() -> BeliefRecursion:
    """Eight periods, which hold every shorter game as their last ones."""
    return belief_recursion(chain_store(), RULE, periods=8)


# The equilibrium of Kreps and Wilson


@pytest.mark.parametrize("left", range(1, 9))
def test_the_chain_store_is_played_as_kreps_and_wilson_found(eight: BeliefRecursion, left: int) -> None:
    """With n periods left entry stops at a reputation of b**n, and the weak fight just often enough that a fight restores b**(n - 1)."""
    a, b, mu = sympy.symbols("a b mu")
    period = eight.period(9 - left)

    assert period.cuts == tuple(b**k for k in range(left, 0, -1))
    for at, play in zip(["in", *["out"] * left], period.ranges, strict=True):
        assert play.strategies["Entrant"] == {"Enter": int(at == "in"), "Stay out": int(at == "out")}
        assert play.strategies["Guarantor (Tough) | Enter"]["Fight"] == 1
        fights = play.strategies["Guarantor (Weak) | Enter"]["Fight"]
        poor = sympy.simplify(play.high - b ** (left - 1)) == 0 or play.high == b**left
        known = mu * (1 - b ** (left - 1)) / ((1 - mu) * b ** (left - 1)) if poor else sympy.Integer(left > 1)
        assert sympy.cancel(fights - known) == 0
        assert play.posteriors["Enter", "Yield"] == 0
        assert play.posteriors["Stay out",] == mu
        if left > 1:
            assert play.posteriors["Enter", "Fight"] == (b ** (left - 1) if poor else mu)
    if left < 8:
        mixed = next(point for point in period.points if point.low == b**left)
        assert sympy.cancel(mixed.strategies["Entrant"]["Stay out"] - 1 / a) == 0


def test_the_last_periods_of_a_long_game_are_a_short_one(eight: BeliefRecursion) -> None:
    """How a game is played depends on how many periods are left."""
    short = solved(chain_store(3))

    assert [short.period(k).ranges for k in (1, 2, 3)] == [eight.period(k).ranges for k in (6, 7, 8)]
    assert [short.period(k).points for k in (2, 3)] == [eight.period(k).points for k in (7, 8)]


@pytest.mark.parametrize(("left", "play", "worth"), [(3, ("Enter", "1/3"), 0), (4, ("Stay out", "7/9"), 2), (5, ("Stay out", "1"), 4)])
def test_known_numbers(eight: BeliefRecursion, left: int, play: tuple[str, str], worth: int) -> None:
    """At a prior of 1/10 with a = 2 and b = 1/2, worked out by hand."""
    moment = eight.at(9 - left, "1/10", a=2, b="1/2")

    assert moment.strategies["Entrant"][play[0]] == 1
    assert moment.strategies["Guarantor (Weak) | Enter"]["Fight"] == Fraction(play[1])
    assert moment.values["Weak"] == worth


# Whether it is an equilibrium


@pytest.mark.parametrize("seed", range(20))
def test_nobody_gains_by_leaving_it_once(eight: BeliefRecursion, seed: int) -> None:
    """At every belief to which anything leads, in all eight periods: computed from the payoffs of the stage alone, in fractions."""
    rng = random.Random(seed)
    b = Fraction(rng.randint(1, 18), 19)
    prior = rng.choice([Fraction(rng.randint(1, 96), 97), b ** rng.randint(1, 9) * Fraction(96, 97)])
    at = {"a": 1 + Fraction(rng.randint(1, 40), 13), "b": b, "p": prior}

    Reputation(eight, at).judge()


class Reputation:
    """The chain store at a point, judged by one deviation at a time."""

    def __init__(self, found: BeliefRecursion, at: dict[str, Fraction]) -> None:
        self.found, self.at, self.a, self.b = found, at, at["a"], at["b"]
        self.seen: dict[tuple[int, Fraction], tuple[Fraction, Fraction]] = {}

    def judge(self) -> None:
        """Visits all beliefs from the prior on; `worth` judges each."""
        self.worth(1, self.at["p"])
        assert len(self.seen) > 8

    def worth(self, period: int, belief: Fraction) -> tuple[Fraction, Fraction]:
        """What it is worth to be tough and to be weak."""
        if period > 8:
            return Fraction(0), Fraction(0)
        if (period, belief) not in self.seen:
            self.seen[period, belief] = self._judged(period, belief)
        return self.seen[period, belief]

    def _judged(self, period: int, belief: Fraction) -> tuple[Fraction, Fraction]:
        moment = self.found.at(period, belief, **self.at)
        enters, after = moment.strategies["Entrant"]["Enter"], moment.posteriors
        fights = [moment.strategies[f"Guarantor ({kind}) | Enter"]["Fight"] for kind in ("Tough", "Weak")]
        fought = belief * fights[0] + (1 - belief) * fights[1]
        if fought > 0:
            assert after["Enter", "Fight"] * fought == belief * fights[0] or belief in (0, 1)
        if fought < 1:
            assert after["Enter", "Yield"] * (1 - fought) == belief * (1 - fights[0]) or belief in (0, 1)
        assert after["Stay out",] == belief
        gain = fought * (self.b - 1) + (1 - fought) * self.b
        assert enters == 1 or gain <= 0
        assert enters == 0 or gain >= 0
        quiet, fight, yielded = (self.worth(period + 1, after[moves]) for moves in (("Stay out",), ("Enter", "Fight"), ("Enter", "Yield")))
        out = []
        for k, (by_fight, by_yield) in enumerate([(0, -1), (-1, 0)]):
            one, other = by_fight + fight[k], by_yield + yielded[k]
            assert fights[k] == 1 or one <= other
            assert fights[k] == 0 or one >= other
            out.append(enters * (fights[k] * one + (1 - fights[k]) * other) + (1 - enters) * (self.a + quiet[k]))
        assert moment.values == {"Tough": out[0], "Weak": out[1]}
        return out[0], out[1]


@pytest.mark.parametrize("prior", ["1/10", "1/3", "3/5"])
@pytest.mark.parametrize("horizon", [2, 3, 4])
def test_the_checker_takes_the_assessment_of_the_whole_game(horizon: int, prior: str) -> None:
    """Laid out over the tree of all periods it is a sequential equilibrium, its beliefs off the path included."""
    found = solved(chain_store(horizon))

    certificate = check(found.game, *found.assessment(p=prior), {"p": prior})

    assert certificate.valid, str(certificate)
    assert certificate.payoffs["Guarantor"] == sum(
        share * found.at(1, prior).values[kind] for share, kind in ((Fraction(prior), "Tough"), (1 - Fraction(prior), "Weak"))
    )


TOUGH = ("yielding: -1", "yielding: -a - 1")  # to give way costs the tough more than any period is worth: they always fight


@pytest.mark.parametrize("prior", ["1/10", "1/3", "3/5"])
def test_the_general_solver_finds_it_over_two_periods(prior: str) -> None:
    """It belongs to one of all the sequential equilibria, and where the tough always fight the others play the same on the path."""
    found = solved(chain_store(2, TOUGH))
    solution = deterrence.solve(found.game.at(p=prior, a=2, b="1/2"))
    strategies, _ = found.assessment(p=prior)
    families = [Family(entry, {}) for entry in solution.to_dict()["equilibria"]]

    assert solution.complete
    assert sum(family.contains(strategies) for family in families) == 1
    assert len({str(e.payoffs) for e in solution}) == 1


def test_what_surprises_are_put_down_to_leaves_equilibria_out() -> None:
    """If a fight by surprise were a sign of weakness, Kreps and Wilson's tough type could give way as the weak do; the rule says otherwise."""
    game = chain_store().at(p="3/5", a=2, b="1/2")

    payoffs = {e.payoffs["Guarantor"] for e in deterrence.solve(game)}

    assert payoffs == {4, sympy.Rational(7, 5)}
    assert check(game, *solved(game).assessment(), {}).payoffs["Guarantor"] == 4


@pytest.mark.parametrize("prior", ["1/3", "2/5", "3/5"])
def test_gambit_traces_three_periods_to_it(prior: str) -> None:
    """The logit curve of the whole game ends near its strategies, at all 39 information sets."""
    found = solved(chain_store(3))
    game = found.game.at(p=prior, a=2, b="1/2")
    form = extensive_form(game, game.fixed)

    traced = pygambit.nash.logit_solve(gambit_bridge.to_gambit(game, game.fixed), use_strategic=False).equilibrium
    theirs, (mine, _) = gambit_bridge.of_profile(traced, form), found.assessment(p=prior)

    assert all(abs(float(p) - float(mine[name][action])) < 0.02 for name, play in theirs.items() for action, p in play.items())
    assert len(theirs) == 39


def test_beliefs_on_the_path_are_a_martingale(eight: BeliefRecursion) -> None:
    """In every period the probabilities of the beliefs add up to one, and their mean is the prior."""
    path = eight.path(p="1/300", a=3, b="2/3")

    assert len(path) == 8
    assert path[0] == {Fraction(1, 300): 1}
    assert max(len(beliefs) for beliefs in path) > 2
    for beliefs in path:
        assert sum(beliefs.values()) == 1
        assert sum(belief * likely for belief, likely in beliefs.items()) == Fraction(1, 300)


# Other games


def test_impatience_is_made_up_for_by_staying_out_more_often() -> None:
    """With a discount factor entrants stay out with 1/(a*delta) where they mix, and the cut points are the same."""
    discounted = [("parameters: {", "discount: delta\nassume: [delta*a > 1]\nparameters: {delta: {domain: 0 < delta < 1, default: 9/10}, ")]
    found = solved(chain_store(3, ("a > 1", "a > 0"), *discounted))
    a, b, delta = sympy.symbols("a b delta")

    assert found.period(1).cuts == (b**3, b**2, b)
    assert sympy.cancel(found.period(2).points[0].strategies["Entrant"]["Stay out"] - 1 / (a * delta)) == 0
    assert check(found.game, *found.assessment(p="1/10"), {"p": "1/10"}).valid


def test_a_fight_that_costs_too_much_is_never_worth_its_reputation() -> None:
    """Where quiet is worth less than a fight even over all periods to come, the weak always give way, and every entrant looks at the prior alone."""
    found = solved(chain_store(4, ("domain: a > 1, default: 2", "domain: 0 < a < 1/9, default: 1/10")))

    assert all(found.period(k).cuts == (sympy.Symbol("b"),) for k in range(1, 5))
    assert all(play.strategies["Guarantor (Weak) | Enter"]["Yield"] == 1 for k in range(1, 5) for play in found.period(k).ranges)
    assert check(found.game, *found.assessment(p="1/3"), {"p": "1/3"}).valid


@pytest.mark.parametrize("prior", ["1/10", "1/3", "7/10"])
def test_moves_made_at_once(prior: str) -> None:
    """A normal ally helps for the sake of trust to come: trust starts at (l/(g + l))**n, and is given with the cost of help where it is mixed."""
    found = solved(read(PRODUCT))
    c, g, l = sympy.symbols("c g l")  # noqa: E741 - the parameter's name

    for left in (1, 2, 3):
        cuts = found.period(4 - left).cuts
        assert [sympy.cancel(cut - (l / (g + l)) ** k) for cut, k in zip(cuts, range(left, 0, -1), strict=True)] == [0] * left
    assert [point.strategies["Rival | ?"]["Trust"] for point in found.period(3).points] == [c]
    assert check(found.game, *found.assessment(p=prior), {"p": prior}).valid


def test_chance_that_all_see_leaves_the_belief_alone() -> None:
    """A crisis may not come; then nothing is learnt, and staying out is worth its probability times the stake."""
    text = CHAIN_STORE.replace("domain: a > 1, default: 2", "domain: a > 0, default: 4").replace(
        "parameters: {", "assume: [h*a > 1]\nparameters: {h: {domain: 0 < h < 1, default: 1/2}, "
    )
    head, tree = text.split("tree:\n")
    crisis = "".join(f"        {line}\n" for line in tree.splitlines())
    chance = f"tree:\n  Chance:\n    Crisis:\n      probability: h\n      then:\n{crisis}    Calm: {{probability: 1 - h, then: Peace}}\n"
    found = belief_recursion(read(head.replace("outcomes:", "outcomes:\n  Peace: {Guarantor: 0, Entrant: 0}") + chance), RULE)
    a, h = sympy.symbols("a h")

    assert found.period(1).ranges[0].posteriors["Calm",] == sympy.Symbol("mu")
    assert sympy.cancel(found.period(2).points[0].strategies["Entrant | Crisis"]["Stay out"] - 1 / (a * h)) == 0
    assert sympy.cancel(found.period(1).ranges[-1].values["Weak"] - 2 * a * h) == 0
    assert check(found.game, *found.assessment(p="1/5"), {"p": "1/5"}).valid


def test_a_type_may_be_sure_of_nothing_at_a_point() -> None:
    """With every parameter fixed the cut points are numbers."""
    found = belief_recursion(chain_store(3).at(p="1/10", a=2, b="1/2"), RULE)

    assert found.period(1).cuts == (sympy.Rational(1, 8), sympy.Rational(1, 4), sympy.Rational(1, 2))
    assert check(found.game, *found.assessment(), {}).valid


# Random games

REASONS = r": (there are several equilibria|there is no equilibrium|mixing in a later period|play leaves mixing)"


def reputation(number: int) -> tuple[Game, dict[str, str]]:
    """A random game, and to which types surprises are put down in it."""
    rng = random.Random(number)
    return strategies.random_reputation(number), {action: rng.choice(["Hard", "Soft"]) for action in ("Keep", "Break")}


@pytest.mark.parametrize("number", range(30))
def test_what_is_found_in_random_games_is_an_equilibrium(number: int) -> None:
    """At random priors the checker takes it; what is refused is refused for one of few reasons."""
    game, surprise = reputation(number)
    rng, found, refused = random.Random(number), None, ""
    try:
        found = belief_recursion(game, surprise)
    except InputError as error:
        refused = error.message

    assert found is not None or re.search(REASONS, refused)
    for prior in (Fraction(rng.randint(1, 96), 97) for _ in range(4 if found else 0)):
        certificate = check(game, *found.assessment(p=prior), {"p": prior})  # type: ignore[union-attr] - it was found
        assert certificate.valid, str(certificate)


def test_play_that_must_remember_more_than_the_belief_is_refused() -> None:
    """Two ranges of beliefs lead to one belief, but each needs its own mixing there: that is an equilibrium, though none in the belief alone."""
    with pytest.raises(InputError, match="mixing in a later period at one belief would have to differ with the belief before"):
        belief_recursion(*reputation(109))


# Shown


def test_the_table_reads_period_by_period() -> None:
    """Ranges of beliefs with the same play are one, and points to which play leads have rows of their own."""
    lines = solved(chain_store()).table().splitlines()

    assert lines[:9] == [
        "<text>: play by the belief mu that Guarantor is Tough.",
        "An action that neither type takes is put down: Fight to Tough; Yield to Weak.",
        "",
        "Period 1 of 2",
        "  0 < mu < b**2",
        "      Entrant: Enter",
        "      Guarantor (Tough) | Enter: Fight",
        "      Guarantor (Weak) | Enter: Fight with mu*(1 - b)/(b*(1 - mu)), Yield with (b - mu)/(b*(1 - mu))",
        "  b**2 < mu < b",
    ]
    assert lines[-4:] == [
        "  mu = b",
        "      Entrant: Enter with (a - 1)/a, Stay out with 1/a",
        "      Guarantor (Tough) | Enter: Fight",
        "      Guarantor (Weak) | Enter: Yield",
    ]


def test_a_parameter_may_be_called_like_the_belief() -> None:
    """Then the belief has another name."""
    changed = [("b: {domain: 0 < b < 1", "mu: {domain: 0 < mu < 1"), ("Entrant: b -", "Entrant: mu -"), ("Entrant: b}", "Entrant: mu}")]
    found = solved(chain_store(2, *changed))

    assert found.symbol == "mu_"
    assert found.period(2).cuts == (sympy.Symbol("mu"),)


# Refused

REFUSED = {
    "Guarantor has 1": [("    Weak: {probability: 1 - p, fighting: -1, yielding: 0}", ""), ("probability: p,", "probability: 1,")],
    "all players but Guarantor must be `short_lived` .*; Entrant is not": [("short_lived: [Entrant]", "short_lived: []")],
    "fails in period 1 of 2: .* depends on the parameters, as on whether a > 1; restrict them with `assume`": [("a > 1", "a > 0")],
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_out_of_reach_is_refused(message: str) -> None:
    """The error says what the game would have to be like."""
    with pytest.raises(InputError, match=message):
        belief_recursion(chain_store(2, *REFUSED[message]), RULE)


def test_a_game_without_a_horizon_is_refused() -> None:
    """The recursion starts from the last period."""
    with pytest.raises(InputError, match="with a `horizon`; this one has none"):
        belief_recursion(deterrence.load("costly_signal"), "Tough")


def test_a_past_that_is_not_public_is_refused() -> None:
    """Beliefs about an unseen move are none about types alone."""
    text = PRODUCT.replace("hidden_from: [Rival]", "unseen_by: [Rival]")

    with pytest.raises(InputError, match="some move is `unseen_by` a player for good"):
        belief_recursion(read(text), "Normal")


SURPRISES = [
    ("Strong", "surprise is 'Strong'; expected a type of Guarantor, Tough or Weak"),
    ({"Fight": "Tough"}, "surprise: nothing is said of 'Yield'; expected a type of Guarantor for every action of hers"),
    ({"Fight": "Tough", "Yeild": "Weak"}, "surprise: 'Yeild' is no action of Guarantor; did you mean 'Yield'?"),
]


@pytest.mark.parametrize(("surprise", "message"), SURPRISES)
def test_what_surprises_are_put_down_to_must_be_said_in_full(surprise: Any, message: str) -> None:
    """Every action of the lasting player needs a type."""
    with pytest.raises(InputError) as error:
        belief_recursion(chain_store(), surprise)

    assert str(error.value) == message


def test_there_may_be_no_equilibrium_of_this_kind() -> None:
    """If giving way by surprise were taken as a sign of toughness, the weak could not pool on fighting, nor on giving way."""
    with pytest.raises(InputError, match="there is no equilibrium of this kind at beliefs mu just above b"):
        belief_recursion(chain_store(), "Tough")


def test_several_equilibria_are_not_chosen_from() -> None:
    """Rivals that would rather do as each other does can do so in two ways at every belief."""
    text = """
players: [Patron, First, Second]
parameters: {p: 0 < p < 1}
types: {Patron: {Tough: p, Weak: 1 - p}}
horizon: 2
short_lived: [First, Second]
outcomes: {Same: {Patron: 0, First: 1, Second: 1}, Other: {Patron: 0, First: 0, Second: 0}}
tree: {First: {Left: {Second: {Left: Same, Right: Other}}, Right: {Second: {Left: Other, Right: Same}}, hidden_from: [Second]}}
"""
    with pytest.raises(InputError, match="there are several equilibria of this kind at"):
        belief_recursion(read(text), "Tough")


def test_wrong_numbers_are_refused(eight: BeliefRecursion) -> None:
    """Periods, beliefs and horizons must be there."""
    for wrong, message in (
        (lambda: eight.period(9), "period is 9; expected a number from 1 to 8"),
        (lambda: eight.at(1, 2), "belief is 2; expected a probability"),
        (lambda: eight.at(1, "1/256", b="1/2"), "mu = 1/256 is a cut point at which nothing settles play; take a belief beside it"),
        (eight.assessment, "the recursion is over 8 periods, the game over 2; an assessment needs them to be the same"),
        (lambda: belief_recursion(chain_store(), RULE, periods=0), "periods is 0; expected a whole number of at least 1"),
    ):
        with pytest.raises(InputError) as error:
            wrong()
        assert str(error.value) == message
