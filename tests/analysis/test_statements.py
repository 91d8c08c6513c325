"""The texts of claims: what can be written, and where mistakes are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from deterrence.algebra.errors import GameError
from deterrence.analysis.claims import check_claims, prove_all
from deterrence.analysis.quantities import Vocabulary
from deterrence.analysis.statements import read_claim
from deterrence.concepts.setting import parameter_space, parameter_values
from deterrence.model.extensive import extensive_form
from deterrence.model.game import Game
from deterrence.model.parts import Claim
from deterrence.model.reading import load, read

# Labels with spaces and signs, hidden moves, a label that is an action and a label of Chance, names beside the ASCII ones.
GAME = """
title: Names
players: [Great power, Rival]
parameters:
  p: 0 < p < 1
  Pr: Pr > 0
types:
  Rival:
    Very bold: {probability: p, ö: Pr}
    Timid: {probability: 1 - p, ö: 1}
where: {nerve: 2*ö, odds: p/(1 - p)}
tree:
  Great power:
    hidden_from: [Rival]
    Hold firm!: {then: rival}
    Give - in: {then: rival}
subtrees:
  rival:
    Rival:
      Hold on:
        Chance:
          Rain: {probability: p, then: {outcome: Long war, Great power: 0, Rival: nerve}}
          Stop: {probability: 1 - p, then: {outcome: Peace, Great power: 0, Rival: 1}}
      Stop: {outcome: Peace, Great power: 1, Rival: ö}
events: {No peace: [Long war]}
"""


@pytest.fixture(scope="module")
def game() -> Game:
    """A game whose names are hard to read."""
    return read(GAME)


READABLE = [
    "Pr(Long war) >= 0",
    "Pr( Hold firm! ,Long war )<=1",
    "Pr(No peace | Rival = Very bold) == Pr(Long war|Rival=Very bold)",
    "Pr(Give - in) + Pr(Hold firm!) == 1",
    "Pr(Stop | Rival (Timid) | ?) <= Pr*Pr(Rain)/Pr + 1",
    "0 <= Pr(Hold on | Rival (Very bold) | ?) <= 1 and not Pr(Rain) > 1",
    "belief(Give - in | Rival (Very bold) | ?) + belief( Hold firm! | Rival (Very bold) | ? ) == 1",
    "belief(Rival, Very bold | Rival (Very bold) | ?) == 1",
    "payoff(Great power)**2 >= 0 and payoff( Rival , Timid ) == payoff(Rival,Timid)",
    "(Pr(Rain)) - (Pr(Rain)) == 0*odds*p",
]


@pytest.mark.parametrize("statement", READABLE)
def test_names_are_read_as_they_are(statement: str, game: Game) -> None:
    """Labels may contain spaces and signs, names of information sets parentheses, and a parameter may be called Pr."""
    (proof,) = prove_all(game.replace(claims=[Claim("True of any game.", every=statement)]))

    assert proof.verdict == "proved", proof


def test_spaces_in_names_may_be_any(game: Game) -> None:
    """White space in the text of a claim is as good as one space."""
    check_claims(game.replace(claims=[Claim("Folded.", every="Pr(Give -\n  in | Great\tpower) <=\n 1")]))


WRONG = [
    ("Pr(Long wra) >= 0", 4, "unknown outcome, event, action or label of Chance 'Long wra'; did you mean 'Long war'?"),
    ("Pr(Stop) == 0", 4, "'Stop' is an action and a label of Chance"),
    ("1 < Pr(Rain, Long wat)", 14, "did you mean 'Long war'?"),
    ("Pr() == 1", 4, "expected the name of an outcome"),
    ("Pr(Hold on | Rival (Bold) | ?) == 1", 14, "unknown information set 'Rival (Bold) | ?'; did you mean 'Rival (Very bold) | ?'?"),
    ("Pr(Hold | Rival (Timid) | ?) == 1", 4, "unknown action 'Hold' at 'Rival (Timid) | ?'"),
    ("Pr(Rain | Rivel = Timid) == 1", 11, "unknown player 'Rivel'; did you mean 'Rival'?"),
    ("Pr(Rain | Rival = Timit) == 1", 19, "unknown type of Rival 'Timit'; did you mean 'Timid'?"),
    ("Pr(Rain | Great power = Timid) == 1", 11, "player 'Great power' has no types"),
    ("payoff(Rivals) > 0", 8, "unknown player 'Rivals'; did you mean 'Rival'?"),
    ("payoff(Rival, Tim) > 0", 15, "unknown type of Rival 'Tim'; did you mean 'Timid'?"),
    ("payoff(Rival, Timid, 1) > 0", 22, "payoff takes a player"),
    ("belief(Rival, Timid) > 0", 8, "a belief is one at an information set"),
    ("belief(Rain | Rival (Timid) | ?) > 0", 8, "unknown move 'Rain' on the way to 'Rival (Timid) | ?'; expected one of Hold firm!, Give - in"),
    ("belief(Rival, Timid, 1 | Rival (Timid) | ?) > 0", 22, "belief takes a player and a type"),
    ("Pr(Rain) == q", 13, "unknown symbol 'q'"),
    ("Pr(Rain) == ods", 13, "unknown symbol 'ods'; did you mean 'odds'?"),
    ("Pr(Rain) == nerve", 13, "'nerve' depends on a type"),
    ("Pr(Rain) == ö", 13, "'ö' depends on a type"),
    ("Pr(Rain == 1", 3, "this '(' is never closed"),
    ("Pr(Rain) Pr(Rain) == 1", 10, "found 'Pr(Rain)'; expected an operator"),
    ("Pr(Rain) + ", 11, "expected a number"),
    ("Pr(Rain) = 1", 10, "did you mean '=='?"),
    ("Pr(Rain)", 1, "expected a condition"),
    ("pr(Rain) == 1", 3, "there are no functions here"),
    ("Pr(Rain) >= 1/(1 + p and p <= 1 - Pr", 15, "this '(' is never closed; expected ')'"),
    ("p >= (1 or p + 1 and p < 1", 6, "this '(' is never closed"),
    ("Rain == 1", 1, "unknown symbol 'Rain'; did you mean Pr(Rain)?"),
    ("Peace", 1, "expected a condition, with one of < <= > >= == !=; did you mean Pr(Peace)?"),
    ("Pr(Rain) + Long war <= 1", 17, "expected an operator (+ - * / ** < <= > >= == != and or) or the end; did you mean Pr(Long war)?"),
    ("Rival >= 0", 1, "unknown symbol 'Rival'; did you mean payoff(Rival)?"),
    ("Pr(Hold on | Rival) == 1", 14, "'Rival'; those that begin so are 'Rival (Very bold) | ?', 'Rival (Timid) | ?'"),
]


@pytest.mark.parametrize(("statement", "column", "message"), WRONG)
def test_a_mistake_is_shown_where_it_stands(statement: str, column: int, message: str, game: Game) -> None:
    """The error has the column of what is wrong, what was found, and the nearest name."""
    with pytest.raises(GameError) as caught:
        check_claims(game.replace(claims=[Claim("Wrong.", some=statement)]))

    assert message in caught.value.message
    assert caught.value.column == column


@pytest.mark.parametrize("style", ["some: {}", "some: '{}'", "some: >\n      {}"])
def test_a_mistake_in_a_file_has_its_line_and_column(style: str, tmp_path: Path) -> None:
    """Also where the text is quoted or folded over several lines."""
    statement = "Pr(Rain) >= 0 and\n      Pr(Long wra) == 1" if ">" in style else "Pr(Rain) >= 0 and Pr(Long wra) == 1"
    path = tmp_path / "game.yaml"
    path.write_text(f"{GAME}claims:\n  - claim: Wrong.\n    {style.format(statement)}\n", encoding="utf-8")

    with pytest.raises(GameError, match="did you mean 'Long war'") as caught:
        prove_all(load(path))
    rows = path.read_text(encoding="utf-8").splitlines()
    line = next(n for n, row in enumerate(rows, 1) if "Long wra" in row)
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert caught.value.column == rows[line - 1].index("Long wra") + 1


def test_conditions_speak_of_parameters_only(game: Game) -> None:
    """`when` and `exactly_when` are conditions on the parameters, `where` included."""
    check_claims(game.replace(claims=[Claim("Fine.", some="Pr(Rain) == 0", when="odds < 1", exactly_when="p < Pr")]))

    with pytest.raises(GameError, match="a condition here is one on the parameters alone") as caught:
        read_claim(vocabulary(game), Claim("Wrong.", some="Pr(Rain) == 0", when="p < 1 and Pr(Rain) < 1"))
    assert caught.value.column == 11


def vocabulary(game: Game) -> Vocabulary:
    """The names of a game."""
    parameters = parameter_values(game, parameter_space(game).space.ring)
    return Vocabulary(game, [extensive_form(game, parameters)])
