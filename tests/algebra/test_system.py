"""Systems: the union of the branches is the solution set, judged by z3 itself at exact points and by nothing of the library."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
import z3
from spaces import Made

from deterrence.algebra.formula import Atom, Formula
from deterrence.algebra.polynomials import Polynomial, Ratio
from deterrence.algebra.smt import Undecided
from deterrence.algebra.system import Branch, System

UNKNOWNS = ("u", "v", "w")
INSIDE = "0 < {0} and {0} < 1"
HANDMADE = {
    "linear": ("u*(a + b) == a", ["0 < u and u < 1"]),
    "linear, its coefficient of either sign": ("u*(a - b) == a*b - 1/3", ["0 <= u and u <= 1"]),
    "two linear equations": ("u + v == a and u - v == b", ["u > 0 and v > 0"]),
    "free": ("", ["0 <= u and u <= 1", "u*b >= a", "u >= b"]),
    "free, with a coefficient of either sign": ("", ["0 <= u and u <= 1", "u*(a - b) >= a*b - 1/5"]),
    "free in a chain": ("", ["0 <= u and u <= 1", "0 < v and v < u", "v*a >= b/4"]),
    "quadratic": ("u**2 + a*u == b", ["0 < u and u < 1"]),
    "quadratic, both roots": ("u**2 - u == -a/8", ["0 < u and u < 1", "u*b > a/10"]),
    "a root that is rational": ("u**2 == a**2", ["u > b/2"]),
    "bilinear": ("u*v == a and u + v == 1 + b", ["0 < u and u < 2", "0 < v and v < 2"]),
    "a product that vanishes": ("u*(v - a) == 0", ["0 <= u and u <= 1", "0 <= v and v <= 1", "v >= b*u"]),
    "cubic": ("u**3 + a*u == b", ["0 < u and u < 1", "u > b/2"]),
    "cubic with a free companion": ("u**3 + u == a + b", ["0 < u and u < 1", "0 <= v and v <= u", "v >= b/3"]),
    "an alternative": ("", ["0 <= u and u <= 1", "u > a or u < b/2"]),
    "a condition apart from equality": ("u*v == a*v", ["0 <= u and u <= 1", "0 <= v and v <= 1", "v != b"]),
    "a sign that is told by the unknown alone": ("", ["0 < u and u < 1", "u*(b - 1) > 2/9"]),
    "the same with an equation": ("v == a*w - b*w - b", ["0 < v and v < 1", "0 < w and w < 1"]),
    "bounds of which none is the tightest where there is nothing": ("2 + 2*a*v + a*u == 0", ["0 <= u and u <= 1", "0 <= v and v <= 1"]),
    "bounds that cannot be met": ("", ["0 < u and u < 1", "a*u > 3*b + 4/3", "3*a*u > a + 2/3 - 3*b"]),
    "an end that belongs and one that does not": ("", ["0 <= u and u <= 1", "0 <= v and v <= 1", "u*(3*a + 2) + b*v > 0"]),
    "free, beyond the roots of a quadratic": ("", ["0 <= u and u <= 1", "u**2 > a*b"]),
    "free, between the roots of a quadratic": ("", ["0 <= u and u <= 1", "u**2 - u + a/4 <= 0", "u >= b"]),
    "free, a quadratic whose leading coefficient has either sign": ("", ["0 <= u and u <= 1", "(a - b)*u**2 + u > a"]),
    "free, quadratic beside another unknown": ("v == u*a", ["0 < u and u < 1", "u**2 + b*u >= 1/2", "v < 1/3"]),
    "no solution": ("u**2 + a == 0", ["0 <= u and u <= 1"]),
}  # fmt: skip


@dataclass
class Posed:
    """A system and where it lives."""

    made: Made
    equations: tuple[Polynomial, ...]
    conditions: tuple[Formula, ...]

    @property
    def system(self) -> System:
        unknowns = tuple(self.made.ring.index[u] for u in UNKNOWNS if any(self._has(u, p) for p in self._polynomials()))
        return System(self.made.space, unknowns, self.equations, self.conditions)

    def _polynomials(self) -> Iterator[Polynomial]:
        yield from self.equations
        for c in self.conditions:
            yield from (a.polynomial for a in _atoms(c))

    def _has(self, name: str, p: Polynomial) -> bool:
        return self.made.ring.degree(p, self.made.ring.index[name]) > 0


def _atoms(f: Formula) -> Iterator[Atom]:
    if isinstance(f, Atom):
        yield f
    else:
        for p in f.parts:
            yield from _atoms(p)


class Judge:
    """Reads the objects of the library as z3 terms at one point of the parameters, term by term."""

    def __init__(self, made: Made, point: dict[str, Fraction]) -> None:
        self.names = made.ring.names
        self.at = {k: z3.RealVal(str(point[n])) if n in point else z3.Real(n) for k, n in enumerate(self.names)}

    def rename(self, variable: int, name: str) -> None:
        self.at[variable] = z3.Real(name)

    def polynomial(self, p: Polynomial) -> Any:
        total = z3.RealVal(0)
        for monomial, c in p.to_dict().items():
            term = z3.RealVal(f"{c.p}/{c.q}")
            for k, e in enumerate(monomial):
                for _ in range(int(e)):
                    term = term * self.at[k]
            total = total + term
        return total

    def formula(self, f: Formula) -> Any:
        if isinstance(f, Atom):
            p = self.polynomial(f.polynomial)
            return {">": p > 0, ">=": p >= 0, "==": p == 0, "!=": p != 0}[f.op]
        parts = [self.formula(p) for p in f.parts]
        return z3.And(parts) if f.key.startswith("(and") else z3.Or(parts)

    def equal(self, variable: int, value: Ratio) -> Any:
        bottom = self.polynomial(value.denominator)
        return z3.And(bottom != 0, z3.Real(self.names[variable]) * bottom == self.polynomial(value.numerator))

    def beyond(self, variable: int, value: Ratio, side: int, closed: bool) -> Any:
        """`variable` above (side 1) or below the value, which has a denominator of some sign."""
        top, bottom = self.polynomial(value.numerator), self.polynomial(value.denominator)
        gap = (z3.Real(self.names[variable]) * bottom - top) * bottom * side
        return z3.And(bottom != 0, gap >= 0 if closed else gap > 0)


def branch_terms(posed: Posed, branch: Branch, point: dict[str, Fraction], number: int) -> tuple[Any, Any]:
    """What defines the roots of a branch, under names of their own, and what the branch says of the unknowns."""
    judge = Judge(posed.made, point)
    for root in branch.roots:
        judge.rename(root.variable, f"root {number} {root.variable}")
    roots = [judge.formula(root.definition()) for root in branch.roots]
    said = [judge.formula(branch.conditions)]
    said += [z3.Real(judge.names[r.variable]) == judge.at[r.variable] for r in branch.roots if r.radicand is None]
    said += [judge.equal(k, v) for k, v in branch.values.items()]
    for x in branch.limits:
        said += [judge.beyond(x.variable, b, 1, x.closed[0]) for b in x.lower]
        said += [judge.beyond(x.variable, b, -1, x.closed[1]) for b in x.upper]
    return z3.And(roots), z3.And(said)


def holds(*terms: Any) -> bool:
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.add(*terms)
    answer = solver.check()
    assert answer != z3.unknown, terms
    return bool(answer == z3.sat)


def judge_at(posed: Posed, branches: list[Branch], point: dict[str, Fraction]) -> None:
    """Every solution is in a branch, and whatever is in a branch is a solution."""
    judge = Judge(posed.made, point)
    original = z3.And([judge.polynomial(p) == 0 for p in posed.equations] + [judge.formula(c) for c in posed.conditions])
    definitions, outside = [], []
    for number, branch in enumerate(branches):
        defined, said = branch_terms(posed, branch, point, number)
        if not holds(defined):
            continue  # such roots do not exist at this point, nor does the branch
        assert not holds(defined, said, z3.Not(original)), (branch, point)
        definitions.append(defined)
        outside.append(z3.Not(said))
    # A root is told from all others where its branch holds; elsewhere any that fits its definition does for the branch.
    assert not holds(original, *definitions, *outside), (branches, point)


def posed_from(equations: str, conditions: list[str], knife_edge: bool = False) -> Posed:
    made = Made("a b", "0 < a < 1 and 0 < b < 2", UNKNOWNS, knife_edge)
    atoms = list(_atoms(made.formula(equations))) if equations else []
    return Posed(made, tuple(a.polynomial for a in atoms), tuple(made.formula(c) for c in conditions))


@pytest.mark.parametrize("knife_edge", [False, True], ids=["generic", "knife edges too"])
@pytest.mark.parametrize(("equations", "conditions"), HANDMADE.values(), ids=HANDMADE)
def test_the_branches_are_the_solutions(equations: str, conditions: list[str], knife_edge: bool) -> None:
    """At exact points of the parameters, for systems of every kind that the solver knows a way with."""
    posed = posed_from(equations, conditions, knife_edge)
    branches = posed.system.resolve()

    for point in posed.made.points(6, seed=len(equations)):
        judge_at(posed, branches, point)


def random_text(rng: random.Random, unknowns: tuple[str, ...], degree: int) -> str:
    """A sum of a few terms, at most of the given degree in the unknowns."""
    terms = []
    for _ in range(rng.randint(2, 3)):
        inside = rng.sample(unknowns, rng.randint(0, min(degree, len(unknowns))))
        terms.append("*".join([str(rng.choice([-3, -2, -1, 1, 2, 3])), rng.choice(("a", "b", "1")), *inside]))
    return " + ".join(terms) + f" + {rng.choice(unknowns)}*{rng.choice(('a', 'b', '2'))} + {rng.randint(-2, 2)}/3"


def posed_at_a_point(equations: str, conditions: list[str], values: dict[str, str]) -> Posed:
    """The same with numbers for the parameters."""
    made = Made("", "0 < 1", UNKNOWNS)

    def fixed(text: str) -> str:
        return re.sub(r"\b[ab]\b", lambda found: f"({values[found.group()]})", text)

    atoms = list(_atoms(made.formula(fixed(equations)))) if equations else []
    return Posed(made, tuple(a.polynomial for a in atoms), tuple(made.formula(fixed(c)) for c in conditions))


def random_texts(seed: int) -> tuple[str, list[str]]:
    """One to three unknowns in (0, 1) or [0, 1], up to two equations and two inequalities, linear, bilinear or quadratic."""
    rng = random.Random(seed)
    unknowns = UNKNOWNS[: rng.randint(1, 3)]
    op = rng.choice(("<", "<="))
    inside = [f"0 {op} {u} and {u} {op} 1" for u in unknowns]
    degree = rng.choice((1, 1, 2))
    equations = [f"{random_text(rng, unknowns, degree)} == 0" for _ in range(rng.randint(0, min(2, len(unknowns))))]
    if rng.random() < 0.25:
        u = unknowns[0]
        equations[:1] = [f"{rng.choice((1, -1))}*{u}**2 + {random_text(rng, (u,), 1)} == 0"]
    rest = [f"{random_text(rng, unknowns, 1)} {rng.choice(('>', '>='))} 0" for _ in range(rng.randint(0, 2))]
    return " and ".join(equations), [*inside, *rest]


def resolved(posed: Posed) -> list[Branch]:
    """The branches; a system that hits a limit says so and returns nothing."""
    try:
        return posed.system.resolve()
    except Undecided:
        pytest.skip("undecided, which is an answer of its own")


@pytest.mark.parametrize("seed", range(60))
def test_random_systems_are_resolved_into_their_solutions(seed: int) -> None:
    """At generic exact points, both ways."""
    posed = posed_from(*random_texts(seed))
    branches = resolved(posed)

    for point in posed.made.points(3, seed):
        judge_at(posed, branches, point)


@pytest.mark.parametrize("seed", range(40))
def test_where_knife_edges_count_nothing_is_missed_on_them(seed: int) -> None:
    """At points where polynomials with small coefficients vanish."""
    posed = posed_from(*random_texts(seed), knife_edge=True)
    branches = resolved(posed)
    edges = [{"a": Fraction(a), "b": Fraction(b)} for a in ("1/3", "1/2", "2/3") for b in ("1/3", "1/2", "1", "4/3")]

    for point in random.Random(seed).sample(edges, 3):
        judge_at(posed, branches, point)


@pytest.mark.parametrize("seed", range(60))
def test_at_a_point_nothing_is_neglected(seed: int) -> None:
    """Without parameters, ties included."""
    rng = random.Random(seed)
    posed = posed_at_a_point(*random_texts(seed), {name: rng.choice(("1/3", "1/2", "1")) for name in "ab"})

    judge_at(posed, resolved(posed), {})


def test_nearly_all_random_systems_are_decided() -> None:
    """Limits are for hard systems."""
    undecided = 0
    for seed in range(60):
        try:
            posed_from(*random_texts(seed)).system.resolve()
        except Undecided:
            undecided += 1

    assert undecided <= 6


def test_branches_are_the_same_every_time() -> None:
    """Two runs of the same system return the same branches in the same order."""
    first, second = (str(posed_from(*HANDMADE["bilinear"]).system.resolve()) for _ in range(2))

    assert first == second


def test_a_system_of_numbers_only_is_solved_exactly() -> None:
    """Without parameters nothing is neglected: a root of degree five is isolated, and a tie is found."""
    made = Made("", "0 < 1", UNKNOWNS)
    quintic = made.ring["u"] ** 5 - made.ring["u"] - 1
    branches = System(made.space, (made.ring.index["u"],), (quintic,), (made.formula("u > 0"),)).resolve()

    assert [b.roots[0].index for b in branches] == [0]
    assert System(made.space, (made.ring.index["u"],), (made.ring["u"] ** 2 - 2,), (made.formula("u*u == 2 and u > 0"),)).resolve()
    assert not System(made.space, (made.ring.index["u"],), (made.ring["u"] ** 2 - 2,), (made.formula("u > 3/2"),)).resolve()


def test_a_coefficient_that_vanishes_leaves_the_rest_of_its_condition() -> None:
    """Where knife edges count, the unknown has no say on the surface where its coefficient is zero, and the constant decides."""
    for constant, holds_there in (("5/3", True), ("-5/3", False)):
        posed = posed_from("", ["0 <= u and u <= 1", f"{constant} + u*(2 - 3*a) > 0"], knife_edge=True)
        branches = posed.system.resolve()

        assert any(b.conditions.key.endswith(" ==") for b in branches) == holds_there
        judge_at(posed, branches, {"a": Fraction(2, 3), "b": Fraction(1)})


def test_a_branch_on_a_surface_is_left_out_and_counted() -> None:
    """Two equations for one unknown agree on a surface only."""
    from deterrence.algebra.solving import Tally

    posed, tally = posed_from("u == a and u == b", ["0 < u and u < 1"]), Tally()

    assert posed.system.resolve(tally) == []
    assert tally.knife_edge == 1
