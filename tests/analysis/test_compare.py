"""Two models side by side."""

from __future__ import annotations

import pytest

from deterrence.algebra.errors import InputError
from deterrence.analysis.compare import compare
from deterrence.model.reading import load


def test_a_model_does_not_differ_from_itself() -> None:
    """Comparing a game with itself changes nothing."""
    game = load("rudimentary_deterrence")

    assert compare(game, game).changed() == ()


def test_a_fixed_parameter_shows_in_values_and_conditions() -> None:
    """With a cost fixed, the threshold of deterrence loses that symbol, and the row shows both."""
    game = load("rudimentary_deterrence")
    row = compare(game, game.at(k=1), of=["Conflict"]).rows[0]

    assert row.differs
    assert ("p <= g/(g + k)",) in [entry.conditions for entry in row.first]
    assert ("p <= g/(g + 1)",) in [entry.conditions for entry in row.second]


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    """A name that neither game has is an error that offers the one that was probably meant."""
    game = load("rudimentary_deterrence")

    with pytest.raises(InputError, match="Conflict"):
        compare(game, game, of=["Conflct"])
