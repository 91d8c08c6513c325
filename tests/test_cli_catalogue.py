"""The commands about the whole catalogue: games found by words, and all their claims decided."""

from __future__ import annotations

import json

import pytest

from deterrence.cli import main, proving
from deterrence.model.reading import load


def test_games_are_found_by_words(capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON, with all that is searched for; exit code 1 where there is none."""
    assert main(["list", "blank", "cheque", "emboldens", "spoils", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["games"]
    assert main(["list", "zzz", "cheque", "--json"]) == 1
    missed = json.loads(capsys.readouterr().out)
    assert main(["list", "zzz"]) == 1

    assert capsys.readouterr().out == "Nothing in the catalogue speaks of: zzz\n`deterrence list` without a word shows all games.\n"
    assert ("entrapment", "entrapment", ["entrapment"]) in [(game["name"], game["theme"], game["mechanisms"]) for game in found]
    assert len(found) < 10
    assert missed["games"] == []
    assert "blank_cheque" in missed["near"]
    assert missed["unknown"] == ["zzz"]


def test_the_claims_of_the_whole_catalogue_are_decided(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a game, and what was not proved; the worst verdict decides the exit code."""
    accounts = [
        proving.Account("good", 1.5, (("proved", 7),)),
        proving.Account("slow", 60.0, (("proved", 1), ("undecided", 1)), ("undecided: All is well.",)),
    ]
    monkeypatch.setattr(proving, "_accounts", lambda *_: iter(accounts))
    assert main(["prove", "--all"]) == 3
    accounts.append(proving.Account("wrong", 0.1, (("refuted", 1),), ("refuted: All is well.",)))
    capsys.readouterr()
    assert main(["prove", "--all"]) == 1

    out = capsys.readouterr().out
    assert "1.5 s  7 proved\n" in out
    assert "    undecided: All is well.\n" in out
    assert "10 claims of 3 games: 8 proved, 1 refuted, 1 undecided." in out


def test_a_game_is_decided_in_a_process_of_its_own() -> None:
    """With the same verdicts as alone; a game that cannot be read is told of and stops no other."""
    good, missing = proving._accounts(["rudimentary_deterrence", "no_such_game"], None)

    assert good.counts == (("proved", len(load("rudimentary_deterrence").claims)),)
    assert "no_such_game" in missing.error


@pytest.mark.parametrize(("arguments", "says"), [([], "expected GAME or --all"), (["costly_signal", "--all"], "not both")])
def test_one_game_or_all(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is refused."""
    assert main(["prove", *arguments]) == 2

    assert says in capsys.readouterr().err
