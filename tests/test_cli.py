"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from deterrence.cli import main, solving

COMMANDS = (
    "list", "show", "validate", "solve", "table", "check", "prove", "statics", "thresholds", "atlas",
    "sweep", "sensitivity", "payoffs", "penal-codes", "least-discount", "plot", "schema", "cache",
)  # fmt: skip
POINT = [f"--at={name}" for name in ("r=3/4", "k=1/5", "V=1", "g=1", "l=1", "c_T=1/2", "c_W=3/2")]

# arguments, and what the one line on standard error says
REFUSED = {
    "no command": ([], "required: COMMAND"),
    "a command misspelt": (["sovle", "x"], "no command 'sovle'; did you mean 'solve'?"),
    "an unknown command": (["zzz"], "expected list, show, validate"),
    "an option misspelt": (["solve", "costly_signal", "--tim-limit=3"], "did you mean '--time-limit'?"),
    "a game misspelt": (["solve", "costly_sgnal"], "did you mean 'costly_signal'?"),
    "a game that is not there": (["solve", "no/such.yaml"], "no/such.yaml: cannot be read"),
    "a folder for a game": (["show", "."], "directory"),
    "a concept misspelt": (["solve", "costly_signal", "--concept=nsh"], "did you mean 'nash'?"),
    "a format misspelt": (["table", "costly_signal", "--format=ltex"], "did you mean 'latex'?"),
    "a value without a name": (["solve", "costly_signal", "--at", "1/3"], "expected NAME=VALUE"),
    "a parameter misspelt": (["solve", "costly_signal", "--at", "c_TT=1/3"], "'c_TT' is no parameter of this game; did you mean 'c_T'?"),
    "a parameter twice": (["solve", "costly_signal", "--at=r=1/3", "--at=r=1/4"], "r is given twice"),
    "a value outside": (["solve", "costly_signal", "--at", "r=2"], "r = 2 is outside its domain, 0 < r < 1"),
    "a value that is no number": (["solve", "costly_signal", "--at", "r=nan"], "r: "),
    "a time limit of nothing": (["solve", "costly_signal", "--time-limit=0"], "greater than 0, not '0'"),
    "an infinite time limit": (["solve", "costly_signal", "--time-limit=inf"], "greater than 0, not 'inf'"),
    "a folder that is not there": (["table", "costly_signal", "-o", "no/such/file"], "No such directory"),
    "strategies that are not there": (["check", "costly_signal", "--strategies", "no-such-file"], "no-such-file: No such file"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solutions of the user's are neither used nor removed."""
    monkeypatch.setenv("DETERRENCE_CACHE", str(tmp_path / "cache"))


def run(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "deterrence", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` exits with 0 and says how the command is used."""
    assert main([*([command] if command else []), "--help"]) == 0

    assert f"usage: deterrence {command}".strip() in capsys.readouterr().out


def test_help_takes_no_time() -> None:
    """From a cold start in 0.3 seconds; the best of five, since other work may be going on."""
    times = []
    for _ in range(5):
        start = time.monotonic()
        run("--help")
        times.append(time.monotonic() - start)

    assert min(times) < 0.3


@pytest.mark.parametrize(("arguments", "says"), REFUSED.values(), ids=REFUSED)
def test_bad_input_gets_one_line_and_exit_code_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The line says what was found and what to do next; nothing is printed as if it were an answer."""
    assert main(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert says in err
    assert err.startswith("deterrence")


def test_the_catalogue_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each game with its title, under its theme."""
    assert main(["list"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("Entrapment\n")
    assert re.search("^Signalling$.*^  costly_signal +Costly signals in extended deterrence$", out, re.MULTILINE | re.DOTALL)


def test_a_game_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Parameters, types, the tree and the information sets."""
    assert main(["show", "costly_signal"]) == 0

    out = capsys.readouterr().out
    assert "Defender: Tough with r (c = c_T), Weak with 1 - r (c = c_W)" in out
    assert "├─ Signal ─ [Defender: -k] challenge: Challenger" in out
    assert "Defender (Tough) | Signal, Attack" in out


def test_a_terminal_without_unicode_gets_ascii() -> None:
    """No encoding makes a command fail."""
    done = run("show", "costly_signal", env=os.environ | {"PYTHONIOENCODING": "ascii"})

    assert done.returncode == 0
    assert "|- Signal" in done.stdout


def test_a_sound_game_is_validated(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 and a sentence."""
    assert main(["validate", "costly_signal"]) == 0

    assert "sound" in capsys.readouterr().out


def test_an_unsound_game_is_refused_with_a_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A probability that can leave [0, 1] is shown to do so."""
    file = tmp_path / "game.yaml"
    file.write_text(
        "title: T\nplayers: [A]\nparameters: {p: p > 0}\ntree:\n  Chance:\n"
        "    Up: {probability: p, then: {outcome: X, A: 1}}\n    Down: {probability: 1 - p, then: {outcome: Y, A: 0}}\n"
    )
    assert main(["validate", str(file)]) == 2

    err = capsys.readouterr().err
    assert err.startswith(f"deterrence validate: {file}:")
    assert "p = " in err


def test_a_claim_that_cannot_be_read_is_not_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `prove` would refuse, `validate` refuses, with its place."""
    file = tmp_path / "game.yaml"
    file.write_text("players: [A]\ntree: {A: {L: {outcome: O, A: 1}, R: {outcome: P, A: 0}}}\nclaims:\n  - {claim: Always., every: Pr(Q) == 1}\n")

    assert main(["validate", str(file)]) == 2
    assert f"{file}:4:" in capsys.readouterr().err


def test_equilibria_are_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Pooling on no signal without attack is shown with the theorist's condition."""
    assert main(["solve", "costly_signal"]) == 0

    out = capsys.readouterr().out
    assert "Conditions  r >= g/(g + l)\n  Outcome     Peace" in out
    assert "Complete" in out


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """All that the interface names is in it, and every number is text."""
    assert main(["solve", "costly_signal", *POINT, "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["game", "concept", "complete", "knife_edge", "undecided", "parameters", "at", "equilibria"]
    assert found["at"]["r"] == "3/4"
    assert found["equilibria"][0]["conditions"] == []


@pytest.mark.parametrize("arguments", [("solve", "costly_signal", "--json"), ("table", "trust", "--format=latex"), ("show", "trust")])
def test_the_same_input_gives_the_same_bytes(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Under any hash seed, and each time without a cache."""
    outputs = {
        run(*arguments, env=os.environ | {"PYTHONHASHSEED": seed, "DETERRENCE_CACHE": str(tmp_path / seed)}).stdout for seed in ("0", "1", "77")
    }

    assert len(outputs) == 1
    assert "".join(outputs)


def test_a_time_limit_ends_with_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, a whole JSON object, and one line that says why."""
    assert main(["solve", "costly_signal", "--time-limit", "0.000001", "--json"]) == 3

    out, err = capsys.readouterr()
    assert json.loads(out)["complete"] is False
    assert "time limit" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("form", "says"), [("markdown", "| --- |"), ("latex", r"\toprule"), ("html", "<!doctype html>"), ("csv", "Equilibrium,")])
def test_a_table_is_written_to_a_file(form: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, in the format asked for, with nothing on standard output."""
    file = tmp_path / "table"
    assert main(["table", "trust", "--format", form, "-o", str(file)]) == 0

    assert says in file.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `solve --json` prints at a point."""
    file = tmp_path_factory.mktemp("solved") / "solution.json"
    file.write_text(run("solve", "costly_signal", *POINT, "--json").stdout)
    return file


def test_the_checker_accepts_what_the_solver_found(solved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every equilibrium of the file is one; unknowns that it leaves open are given with --at."""
    for found in json.loads(solved.read_text())["equilibria"]:
        middle = [f"--at={name}={(Fraction(low) + Fraction(high)) / 2}" for name, (low, high) in found["free"].items()]
        assert main(["check", "costly_signal", "--strategies", str(solved), "--name", found["name"], *POINT, *middle]) == 0

    assert "This is a sequential equilibrium" in capsys.readouterr().out


def test_the_checker_says_who_gains_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A profile that is no equilibrium ends with exit code 1 and the deviation."""
    file = tmp_path / "profile.yaml"
    file.write_text(
        "strategies:\n"
        + "".join(f"  {name}: {{{action}: 1}}\n" for name, action in {
            "Defender (Tough)": "Quiet", "Defender (Weak)": "Quiet", "'Challenger | Quiet'": "Refrain", "'Challenger | Signal'": "Refrain",
            "'Defender (Tough) | Signal, Attack'": "Abandon", "'Defender (Weak) | Signal, Attack'": "Abandon",
            "'Defender (Tough) | Quiet, Attack'": "Fight", "'Defender (Weak) | Quiet, Attack'": "Abandon",
        }.items())
        + "beliefs:\n  Challenger | Signal: {'Defender = Tough; Signal': 1}\n"
    )  # fmt: skip
    assert main(["check", "costly_signal", "--strategies", str(file), *POINT]) == 1

    assert "Defender gains 1/2 by Fight instead of Abandon at 'Defender (Tough) | Signal, Attack'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("strategis: {}", ":1:1: expected the key 'strategies'; did you mean 'strategies'?"),
        ("- a\n- b", ":1:1: expected a mapping"),
        ("strategies: [a]", ":1:13: expected a mapping"),
        ("strategies: {a: b: c}", "not YAML"),
        ("equilibria: [{name: E1}, {name: E2}]", "choose an equilibrium with --name; the file has E1, E2"),
        ("{strategies: {}, free: {q: ['0', '1/2']}}", "leaves q open, between 0 and 1/2: give it a value with --at q="),
    ],
)
def test_a_bad_file_of_strategies_is_refused(text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With file, line and column."""
    file = tmp_path / "file.yaml"
    file.write_text(text)
    assert main(["check", "costly_signal", "--strategies", str(file)]) == 2

    assert says.replace("not YAML", "") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verdicts", "code"), [([], 0), (["proved"], 0), (["proved", "refuted"], 1), (["proved", "undecided"], 3), (["undecided", "refuted"], 1)]
)
def test_the_exit_code_of_prove_says_the_worst(
    verdicts: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One claim that is false makes the answer no; one that is undecided makes it incomplete."""
    claims = ModuleType("deterrence.analysis.claims")
    proofs = [SimpleNamespace(claim=f"Claim {v}.", verdict=v, counterexample="r = 1/2", reason="because") for v in verdicts]
    claims.prove_all = lambda *_, **__: proofs  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "deterrence.analysis.claims", claims)

    assert main(["prove", "costly_signal"]) == code
    out = capsys.readouterr().out
    assert all(f"Claim {verdict}." in out for verdict in verdicts)
    assert ("r = 1/2" in out) == bool({"refuted", "undecided"} & set(verdicts))


def test_ctrl_c_ends_with_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130 and no traceback."""

    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(solving, "game_of", interrupt)
    assert main(["show", "costly_signal"]) == 130

    assert capsys.readouterr().err == "deterrence show: interrupted\n"


def test_a_defect_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its traceback is for those who ask for it."""

    def fail(_: object) -> int:
        raise KeyError("x")

    monkeypatch.setattr(solving, "game_of", fail)
    assert main(["show", "costly_signal"]) == 70
    assert capsys.readouterr().err == "deterrence show: a defect in the program, KeyError: 'x' (with DETERRENCE_DEBUG=1 it shows where)\n"

    monkeypatch.setenv("DETERRENCE_DEBUG", "1")
    with pytest.raises(KeyError):
        main(["show", "costly_signal"])


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_while_solving_ends_cleanly() -> None:
    """Wherever it falls, in Python or in the solver: exit code 130 and one line, no traceback."""
    code = "import sys; from deterrence.cli import main; print('started', flush=True); sys.exit(main(['solve', 'tying_hands']))"
    for wait in (0.2, 0.5):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()  # Python itself is not ours to interrupt cleanly
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

        assert process.returncode in (0, 130)  # 0: it was done before
        assert "Traceback" not in err
        assert err.count("\n") <= 1


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_who_leaves_is_no_error() -> None:
    """`deterrence show GAME | head -1` complains of nothing."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-m", "deterrence", "show", "costly_signal"], stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)

    assert done.stderr == b""
    assert done.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told() -> None:
    """Standard output that takes nothing more is an error with one line."""
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "deterrence", "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == "deterrence list: No space left on device\n"


FIGURES = {
    "regions": ["plot", "regions", "costly_signal", "--x=r", "--y=k", "--label=E3=bluff", "--range=k=0:2"],
    "sweep": ["plot", "sweep", "rudimentary_deterrence", "--quantity=Pr(Conflict)", "--over=p=0:1:11"],
    "tornado": ["plot", "tornado", "rudimentary_deterrence", "--of=Pr(Conflict)", "--range=p=0.1:0.9", "--range=k=0.1:0.9", "--n=16", "--missing=0"],
    "tree": ["plot", "tree", "trust", "--equilibrium=E1"],
}


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
@pytest.mark.parametrize("arguments", FIGURES.values(), ids=FIGURES)
def test_figures_are_written(arguments: list[str], suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind in each format, with the first bytes of that format, and one line that tells what it shows."""
    file = tmp_path / f"figure{suffix}"

    assert main([*arguments, "-o", str(file)]) == 0
    assert file.read_bytes()[:4] in {".svg": [b"<?xm"], ".pdf": [b"%PDF"], ".png": [b"\x89PNG"]}[suffix]
    assert capsys.readouterr().out.startswith(f"{file}: ")
    assert list(tmp_path.iterdir()) in ([file], [file, tmp_path / "cache"], [tmp_path / "cache", file])


def test_a_tree_is_written_as_tikz(tmp_path: Path) -> None:
    """To a file that ends in .tex."""
    file = tmp_path / "tree.tex"

    assert main(["plot", "tree", "trust", "-o", str(file)]) == 0
    assert r"\begin{tikzpicture}" in file.read_text()


@pytest.mark.parametrize("command", ["statics", "atlas", "thresholds", "sensitivity"])
@pytest.mark.parametrize("format_", ["text", "markdown", "latex", "html", "csv"])
def test_analyses_are_printed_in_every_format(command: str, format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each table names what it is about."""
    more = {"thresholds": ["p"], "sensitivity": ["--of=Pr(Conflict)", "--at=p=1/8"]}.get(command, [])

    assert main([command, "rudimentary_deterrence", *more, f"--format={format_}"]) == 0
    assert "E1" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["statics"], ["atlas"], ["thresholds", "p"]], ids=lambda arguments: str(arguments[0]))
def test_analyses_are_printed_as_json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One object, complete."""
    assert main([arguments[0], "rudimentary_deterrence", *arguments[1:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["complete"] is True
