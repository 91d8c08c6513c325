"""The games of the catalogue that slow tests look at: those whose files have changed, and a quarter of the others, another one after each commit."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

from deterrence.model.catalogue import catalogue

ROOT = Path(__file__).resolve().parent.parent
PARTS = 4
# What tests of the machinery are run on: games of every kind, small and large, with and without types, unknowns left free and roots.
CORE = (
    "abandonment", "alliance_security_dilemma", "audience_costs", "brinkmanship", "chain_ganging", "chain_store", "costly_signal", "entrapment",
    "moral_hazard", "rudimentary_deterrence", "secret_alliance", "tripartite_crisis", "trust", "tying_hands", "unilateral_deterrence",
)  # fmt: skip


@cache
def due() -> list[str]:
    """Their names in alphabetical order; all games where DETERRENCE_CATALOGUE is `all`."""
    names = catalogue()
    if os.environ.get("DETERRENCE_CATALOGUE") == "all":
        return names
    changed, commits = changed_games(), int(_git("rev-list", "--count", "HEAD") or 0)
    return [name for n, name in enumerate(names) if name in changed or n % PARTS == commits % PARTS]


def changed_games() -> set[str]:
    """The games whose files are not what they were one commit ago; none where there is no git."""
    paths = _git("diff", "--name-only", "HEAD~1", "--", "games") + _git("ls-files", "--others", "--exclude-standard", "--", "games")
    return {Path(path).stem for path in paths.splitlines()}


def _git(*arguments: str) -> str:
    """What git answers; nothing where it is not there or has no answer."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
