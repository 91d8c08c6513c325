"""Times the Markov perfect equilibria of a game with three states, in symbols and at a point, and checks them all; prints a Markdown table.

`python benchmarks/markov_perfect.py [POINTS]`, in an environment with the extra `test`. At each of so many exact points (1,000 unless told) every
family whose region contains the point is put in and judged by an independent Bellman check (`tests/bellman.py`), and the families in pure
strategies are compared with what trying all 64 profiles finds. At every hundredth point the game is solved afresh, completely, and the families
that are there must be those, but for the regimes that are listed as undecided. Seconds are those of the processor; all checks take minutes.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import time
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
os.environ["DETERRENCE_CACHE"] = "off"

from bellman import faults, form_at, profile_of, pure_equilibria  # noqa: E402
from families import Family  # noqa: E402

import deterrence as dt  # noqa: E402
from deterrence.algebra.formula import And, Atom, Formula  # noqa: E402
from deterrence.algebra.polynomials import Polynomial, to_fmpq, to_fraction  # noqa: E402
from deterrence.model.surds import Exact, sign, square_root  # noqa: E402
from deterrence.solution import Equilibrium, Solution  # noqa: E402

POINT = {"delta": "9/10", "v": 2, "c": 1, "p": "3/5"}


def timed(game: dt.Game) -> tuple[float, Solution]:
    """Seconds of the processor, and the solution."""
    started = time.process_time()
    solution = dt.solve(game, "markov_perfect")
    return time.process_time() - started, solution


def mixing(e: Equilibrium) -> int:
    """In how many states someone mixes."""
    return len({i.state for i in e.setting.form.information_sets if sum(bool(p) for p in e.exact_strategies[i.index]) > 1})


def points(count: int) -> Iterator[dict[str, Fraction]]:
    """Exact points of the parameter space in generic position."""
    rng = random.Random(0)
    for _ in range(count):
        yield {
            "delta": Fraction(rng.randint(1, 988), 991),
            "v": Fraction(rng.randint(1, 3 * 997), 997),
            "c": Fraction(rng.randint(1, 2 * 1009), 1009),
            "p": Fraction(rng.randint(1, 1012), 1013),
        }


def contains(e: Equilibrium, at: Mapping[str, Fraction]) -> bool:
    """Is a point in the region of a family? Evaluated exactly, square roots included."""
    ring = e.setting.parameters.space.ring
    numbers = {f"x{ring.index[name]}": to_fmpq(value) for name, value in at.items()}
    values: dict[int, Exact] = {}
    for root in e.roots:
        assert root.radicand is not None
        inside = value_of(root.radicand.subs(numbers), values)
        if sign(inside) <= 0:
            return False
        values[root.variable] = square_root(inside)
    return holds(e.region.formula, numbers, values)


def holds(f: Formula, numbers: Mapping[str, Any], values: Mapping[int, Exact]) -> bool:
    """Does a formula hold?"""
    if isinstance(f, Atom):
        found = sign(value_of(f.polynomial.subs(numbers), values))
        return {">": found > 0, ">=": found >= 0, "==": found == 0, "!=": found != 0}[f.op]
    parts = (holds(p, numbers, values) for p in f.parts)
    return all(parts) if isinstance(f, And) else any(parts)


def value_of(p: Polynomial, values: Mapping[int, Exact]) -> Exact:
    """A polynomial in square roots alone."""
    total: Exact = Fraction(0)
    for monomial, c in p.to_dict().items():
        term: Exact = to_fraction(c)
        for k, e in enumerate(monomial):
            for _ in range(int(e)):
                term = term * values[k]
        total = total + term
    return total


def support(strategies: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """The actions that are played."""
    return {name: [a for a, p in actions.items() if p != 0] for name, actions in strategies.items()}


class Checks:
    """What was checked at the points so far."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.entries = [e.to_dict() for e in solution]
        self.undecided = [dict(u["regime"]) for u in solution.undecided]
        self.judged = self.pure = self.afresh = self.listed = 0

    def at(self, point: dict[str, Fraction], afresh: bool) -> None:
        """Check all families at a point; AssertionError where one is no equilibrium, or one is missing."""
        form = form_at(self.solution.game, point)
        found = []
        for e, entry in zip(self.solution, self.entries, strict=True):
            if contains(e, point):
                strategies = Family(entry, point).strategies(point)
                assert not faults(form, profile_of(form, strategies)), (e.name, point)
                found.append(strategies)
        self.judged += len(found)
        pure = [profile_of(form, s) for s in found if all(len(played) == 1 for played in support(s).values())]
        assert sorted(pure) == sorted(pure_equilibria(form)), point
        self.pure += len(pure)
        if afresh:
            self._compare(point, found)

    def _compare(self, point: dict[str, Fraction], found: list[dict[str, dict[str, Exact]]]) -> None:
        solution = dt.solve(self.solution.game.at(**point), "markov_perfect")
        assert solution.complete
        everything = [Family(e.to_dict(), {}).strategies({}) for e in solution]
        listed = [s for s in everything if support(s) not in self.undecided]
        assert rounded(listed) == rounded(found), point
        self.afresh += len(everything)
        self.listed += len(listed)


def rounded(profiles: list[dict[str, dict[str, Exact]]]) -> list[list[float]]:
    """Profiles as sorted lists of numbers."""
    return sorted([round(float(p), 9) for actions in profile.values() for p in actions.values()] for profile in profiles)


def main() -> None:
    """Print the table."""
    write = sys.stdout.write
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    game = dt.load(HERE / "peace_crisis_war.yaml")
    write(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start.\n\n")
    write("| what | result |\n| --- | --- |\n")
    seconds, solution = timed(game)
    counts = [sum(mixing(e) == n for e in solution) for n in range(4)]
    write(f"| in symbols | {seconds:.2f} s: {len(solution)} families, mixing in 0, 1, 2, 3 states: {counts} |\n")
    write(f"| listed as undecided | {len(solution.undecided)} regimes that mix in several states |\n")
    started = time.process_time()
    conditions = [e.region.conditions for e in solution]
    write(f"| their regions in the fewest conditions | {time.process_time() - started:.2f} s: {sum(map(len, conditions))} conditions |\n")
    seconds, there = timed(game.at(**POINT))
    write(f"| at {POINT} | {seconds:.2f} s: {len(there)} equilibria, complete: {there.complete} |\n")
    started = time.process_time()
    checks = Checks(solution)
    for n, point in enumerate(points(count)):
        checks.at(point, afresh=n % 100 == 0)
    report(checks, count, time.process_time() - started)


def report(checks: Checks, count: int, seconds: float) -> None:
    """Print the rows on what was checked."""
    write, most = sys.stdout.write, max(1, checks.afresh)
    write(f"| checked at {count} exact points | {checks.judged} equilibria, {checks.judged / count:.2f} a point, none with a fault |\n")
    write(f"| of these in pure strategies | {checks.pure}, just those that trying all profiles finds |\n")
    write(f"| solved afresh at {-(-count // 100)} points | {checks.afresh} equilibria: {checks.listed} ({checks.listed / most:.1%}) ")
    write("in the families, the others in regimes listed as undecided |\n")
    write(f"| all checks | {seconds:.0f} s |\n")


if __name__ == "__main__":
    main()
