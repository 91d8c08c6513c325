"""Imports run one way through the rooms, and light uses stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "deterrence"

# What each room may import. Files of the top level are rooms of their own.
ALGEBRA = {"algebra"}
MODEL = ALGEBRA | {"model"}
CONCEPTS = MODEL | {"concepts"}
RESULT = MODEL | {"solution", "equilibrium", "restore"}
SOLVE = RESULT | CONCEPTS | {"solve", "assembly", "cache"}
CHECK = MODEL | {"check", "check_lasting"}
ANALYSIS = SOLVE | CHECK | {"analysis"}
ALL = ANALYSIS | {"report", "interop", "cli", ""}
MAY_IMPORT = {
    "algebra": ALGEBRA,
    "model": MODEL,
    "concepts": CONCEPTS,
    "solution": RESULT,
    "equilibrium": RESULT,
    "restore": RESULT,
    "check": CHECK,
    "check_lasting": CHECK,
    "solve": SOLVE,
    "assembly": SOLVE,
    "cache": SOLVE,
    "analysis": ANALYSIS,
    "report": ANALYSIS | {"report"},
    "interop": ANALYSIS | {"interop"},
    "cli": ALL,
    "__main__": ALL,
    "": ALL,  # deterrence/__init__.py
}

# Methods of results that belong to a later room: one-line delegations that import inside the function.
DELEGATIONS = {
    ("algebra", "deterrence.report.tex"),
    ("solution", "deterrence.solve"),
    ("analysis", "deterrence.report.atlas_table"),
    ("analysis", "deterrence.report.sensitivity_table"),
    ("analysis", "deterrence.report.statics_table"),
    ("analysis", "deterrence.report.thresholds_table"),
    ("solution", "deterrence.analysis.atlas"),
    ("solution", "deterrence.analysis.evaluation"),
    ("solution", "deterrence.report.table"),
}


def _room(module: str) -> str:
    """`deterrence.model.game` is in the room `model`, `deterrence` itself in the room ``."""
    return [*module.split("."), ""][1]


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module of the library that a file imports, and whether that happens inside a function or for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef) or (isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test))
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which room it reaches into"
            names = [node.module or ""]
            if node.module == "deterrence":  # a room, or a name of the front door
                names = [f"deterrence.{a.name}" if list(PACKAGE.glob(f"{a.name}*")) else "deterrence" for a in node.names]
        yield from ((name, node in inside) for name in names if name.split(".")[0] == "deterrence")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=_module)
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    """A game never knows a solver, a solver never knows a table."""
    room = _room(_module(path))
    assert room in MAY_IMPORT, f"{path}: a new room; say in this file what it may import"
    wrong = [
        name
        for name, inside in _imports(path)
        if _room(name) not in MAY_IMPORT[room] and not (inside and (room, name) in DELEGATIONS)
    ]

    assert wrong == []


def _imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running some code."""
    code += "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


HEAVY = {"sympy", "z3", "flint", "numpy", "xarray", "matplotlib"}


def test_importing_the_library_loads_nothing_heavy() -> None:
    """`import deterrence` costs no more than Python itself."""
    assert not _imported_by("import deterrence") & (HEAVY | {"yaml"})


def test_reading_a_game_loads_neither_sympy_nor_a_solver() -> None:
    """A game file is read without the libraries that solve it."""
    assert not _imported_by("import deterrence as dt; dt.load(dt.catalogue()[0])") & (HEAVY - {"flint"})


def test_the_help_of_the_command_line_loads_nothing_heavy() -> None:
    """`--help` comes back at once."""
    assert not _imported_by("from deterrence.cli import main; main(['--help'])") & (HEAVY | {"yaml"})


def test_every_public_name_is_there_and_files_do_not_hide_functions() -> None:
    """`deterrence.solve` and `deterrence.check` are the functions, also once the files of those names have been imported."""
    code = (
        "import deterrence.solve, deterrence.check, deterrence as dt\n"
        "assert all(callable(getattr(dt, name)) for name in dt.__all__), dt.__all__\n"
        "assert set(dt.__all__) <= set(dir(dt))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr == ""
