"""What the command line says of bad input: in its own words, and with what to type instead."""

from __future__ import annotations

from pathlib import Path

import pytest

import deterrence as dt
from deterrence.algebra.errors import InputError
from deterrence.cli import main
from deterrence.model.reading import read

GAME = """players: [Adversary, Patron]
parameters: {p: 0 < p < 1, s: s > 2, w: {domain: w > 0, default: 1}}
types:
  Patron:
    Resolute: {probability: p, gain: 1}
    Faint: {probability: 1 - p, gain: -1}
tree:
  Adversary:
    Attack:
      Patron:
        Help: {outcome: War, Adversary: -w, Patron: gain}
        Abandon: {outcome: Conquest, Adversary: s, Patron: 0}
    Wait: {outcome: Peace, Adversary: 0, Patron: 2}
"""
REPEATED = """players: [A, B]
parameters: {delta: 1/4 < delta < 1/3}
discount: delta
repeat: true
tree: {A: {hidden_from: [B], C: {B: {C: CC, D: CD}}, D: {B: {C: DC, D: DD}}}}
outcomes: {CC: {A: 2, B: 2}, CD: {A: 0, B: 3}, DC: {A: 3, B: 0}, DD: {A: 1, B: 1}}
strategies: {Never: {start: N, N: {play: {A: D, B: D}, next: [{go: N}]}}}
"""

# arguments, and what the one line on standard error says; GAME is the file of the game above, OUT a file that may be written
REFUSED = {
    "no value of a parameter": (["plot", "regions", "GAME", "--x=s", "--y=w", "-o", "OUT.png"], "p has no default: give it a value, as --fix p=1/2"),
    "no value in a sweep": (["sweep", "GAME", "--over=w=0:1:5", "--fix=p=1/3", "-o", "OUT.nc"], "give it a value, as --fix s=3"),
    "no value in the figure of a sweep": (
        ["plot", "sweep", "GAME", "--quantity=Pr(War)", "--over=w=0:1:5", "--fix=s=3", "-o", "OUT.png"],
        "give it a value, as --fix p=1/2",
    ),
    "no value along a path": (["plot", "path", "REPEATED", "-o", "OUT.png"], "the parameter delta has no default: give it a value, as --fix delta="),
    "no ends of an axis": (["plot", "regions", "GAME", "--x=s", "--y=w", "--fix=p=1/2", "-o", "OUT.png"], "give its ends as --range s=0:1"),
    "a fixed value outside": (
        ["sweep", "GAME", "--over=s=1:2:3", "--fix=p=1/2", "--fix=w=-1", "-o", "OUT.nc"],
        "deterrence sweep: w = -1 is outside its domain, w > 0",
    ),
    "a table for a figure": (["plot", "sweep", "sweep.csv", "--quantity=Pr(War)", "-o", "OUT.png"], "a table (.csv) cannot be plotted; give"),
    "a format by its suffix": (["table", "GAME", "--format=tex"], "no format 'tex'; did you mean 'latex'?"),
    "two formats": (["statics", "GAME", "--json", "--format=csv"], "--format csv: --json has a format of its own; give one of them"),
    "two formats of thresholds": (["thresholds", "GAME", "p", "--format=text", "--json"], "--format text: --json has a format of its own"),
    "a value for a tornado": (["plot", "tornado", "GAME", "--of=Pr(War)", "--fix=p=1/2", "-o", "OUT.png"], "given its value by --range NAME=VALUE"),
    "the start of a name": (["statics", "GAME", "--of=Pr(Help | Patron)"], "begin so are 'Patron (Resolute) | Attack', 'Patron (Faint) | Attack'"),
    "an outcome for its probability": (["statics", "GAME", "--of=War"], "unknown symbol 'War'; did you mean Pr(War)?"),
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Game files, by the words that stand for them."""
    monkeypatch.setenv("DETERRENCE_CACHE", "off")
    found = {"GAME": GAME, "REPEATED": REPEATED}
    for name, text in found.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return {**{name: str(tmp_path / f"{name}.yaml") for name in found}, "OUT": str(tmp_path / "out")}


@pytest.mark.parametrize(("arguments", "says"), REFUSED.values(), ids=REFUSED)
def test_the_line_says_what_to_type(arguments: list[str], says: str, files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Options of the command line and not the arguments of a function, and values that may be given."""
    given = [files.get(a, a.replace("OUT", files["OUT"])) for a in arguments]

    assert main(given) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert not [path for path in Path(files["OUT"]).parent.iterdir() if path.stem == "out"]


def test_what_is_odd_about_a_sound_game_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, with its place; the model is sound all the same, and the exit code 0."""
    file = tmp_path / "odd.yaml"
    file.write_text(GAME.replace("s: s > 2", "s: {domain: s > 2, role: costs, default: 3}").replace("types:", "assume: [w > s]\ntypes:"))

    assert main(["validate", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out == "odd: the file is well formed and the model is sound.\n"
    roles, defaults = err.splitlines()
    assert roles.startswith(f"deterrence validate: warning: {file}:2:40: the role of 's' is 'costs'")
    assert defaults.startswith(f"deterrence validate: warning: {file}:3:10: the default values break the assumption w > s: s = 3, w = 1; ")


def test_a_value_is_given_by_at_or_by_fix(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever of the two a command shows, it takes the other too."""
    told = []
    for options in (["--at=p=1/2", "--at=s=3"], ["--fix=p=1/2", "--at=s=3"], ["--fix=p=1/2", "--fix=s=3"]):
        assert main(["solve", files["GAME"], *options]) == 0
        told.append(capsys.readouterr().out)
        assert main(["sweep", files["GAME"], "--over=w=0:1:5", *options, "-o", f"{files['OUT']}.csv"]) == 0
        told.append(capsys.readouterr().out + Path(f"{files['OUT']}.csv").read_text())

    assert "at p = 1/2, s = 3" in told[0]
    assert told == told[:2] * 3


def test_json_and_a_format_alone_are_as_ever(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Either may be asked for."""
    assert main(["statics", files["GAME"], "--json"]) == 0
    assert capsys.readouterr().out.startswith("{")
    assert main(["statics", files["GAME"], "--format=csv"]) == 0
    assert capsys.readouterr().out.startswith("Equilibrium,")


def test_a_map_of_a_game_is_one_of_its_solution() -> None:
    """In Python: what was probably meant is said, and a value lies in the domain."""
    game = read(GAME)

    with pytest.raises(InputError, match=r"plot\.regions: found a game; expected a solution: dt\.solve\(game\)"):
        dt.plot.regions(game, "s", "w")
    with pytest.raises(InputError, match=r"the parameter p has no default: give it a value, as fixed=\{'p': '1/2'\}"):
        dt.plot.regions(dt.solve(game), "s", "w")
