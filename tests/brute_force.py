"""A plain enumeration of the equilibria of a small game at a point, by definition and with z3: slow, and nothing of the library but the tree.

A strategy is a list of numbers for each information set, a belief likewise; a number is a Fraction or a term of z3.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import z3

from deterrence.model.extensive import ExtensiveForm, InformationSet, extensive_form
from deterrence.model.game import Game

ZERO, ONE = Fraction(0), Fraction(1)
Support = tuple[tuple[str, tuple[str, ...]], ...]
"""(information set, actions played) for each information set that has a say, in the order of the game."""


@dataclass
class Found:
    """The supports of all equilibria with a witness of each, and the supports that were not decided in time."""

    witnesses: dict[Support, Witness] = field(default_factory=dict)
    undecided: list[Support] = field(default_factory=list)


@dataclass
class Witness:
    """An assessment as `check` takes it: exact numbers, the irrational ones as text."""

    strategies: dict[str, dict[str, Any]]
    beliefs: dict[str, dict[str, Any]]


def equilibria(game: Game, at: Mapping[str, Fraction], concept: str = "sequential", timeout: int = 5000) -> Found:
    """All supports of equilibria at a point: of every information set, or for `nash` and `subgame_perfect` of those that play reaches."""
    search = Search(extensive_form(game, at), concept, timeout)
    return search.reached() if concept in ("nash", "subgame_perfect") else search.everywhere()


def judge(game: Game, at: Mapping[str, Fraction], strategy: list[list[Any]], belief: list[list[Any]], concept: str) -> bool:
    """Is a given assessment in rational numbers an equilibrium?"""
    search = Search(extensive_form(game, at), concept, 20000)
    status, _ = search.decide(search.required(strategy, belief))
    assert status != "unknown"
    return status == "sat"


class Search:
    """The questions that one game, point and concept raise."""

    def __init__(self, form: ExtensiveForm[Fraction], concept: str, timeout: int) -> None:
        self.form, self.concept, self.timeout = form, concept, timeout
        self.sets = form.information_sets
        self.names = itertools.count()
        self.below = {i.index: {j.index for j in self.sets if j != i and any(self._under(x, i.nodes) for x in j.nodes)} for i in self.sets}

    def _under(self, node: int | None, tops: Sequence[int]) -> bool:
        while node is not None:
            if node in tops:
                return True
            node = self.form.nodes[node].parent
        return False

    # Unknowns

    def unknown(self, letter: str) -> Any:
        return z3.Real(f"{letter}{next(self.names)}")

    def mixture(self, info: InformationSet, actions: Sequence[int]) -> tuple[list[Any], list[Any]]:
        """Probabilities that are positive for just these actions, and the conditions that say so."""
        if len(actions) == 1:
            return [ONE if a in actions else ZERO for a in range(len(info.actions))], []
        p = [self.unknown("q") if a in actions else ZERO for a in range(len(info.actions))]
        return p, [p[a] > 0 for a in actions] + [z3.Sum([p[a] for a in actions]) == 1]

    def anything(self, count: int) -> tuple[list[Any], list[Any]]:
        """Any probabilities."""
        if count == 1:
            return [ONE], []
        p = [self.unknown("m") for _ in range(count)]
        return p, [x >= 0 for x in p] + [z3.Sum(p) == 1]

    # What follows from a profile

    def steps(self, strategy: Sequence[Any], index: int) -> list[tuple[int, Any]]:
        node = self.form.nodes[index]
        chances = node.probabilities if node.information_set is None else strategy[node.information_set]
        return [(child, p) for child, p in zip(node.children, chances, strict=True) if not _is(p, 0)]

    def value(self, strategy: Sequence[Any], player: int, index: int) -> Any:
        node = self.form.nodes[index]
        if not node.children:
            return node.payoffs[player]
        return _sum(_times(p, self.value(strategy, player, child)) for child, p in self.steps(strategy, index))

    def reach(self, strategy: Sequence[Any], root: int = 0) -> dict[int, Any]:
        out: dict[int, Any] = {root: ONE}
        for index in range(root, len(self.form.nodes)):
            if index in out:
                out.update({child: _times(out[index], p) for child, p in self.steps(strategy, index)})
        return out

    def subgames(self) -> list[int]:
        """The roots of all subgames, by the definition."""
        out = []
        for node in self.form.nodes:
            inside = [{self._under(x, [node.index]) for x in info.nodes} for info in self.sets]
            if node.children and all(len(sides) == 1 for sides in inside):
                out.append(node.index)
        return out

    # What equilibrium requires

    def required(self, strategy: list[Any], belief: list[Any]) -> list[Any]:
        """The conditions of the concept on a whole assessment."""
        out = [c for p in [*strategy, *belief] if p is not None for c in [_sum(p) == 1, *(x >= 0 for x in p)]]
        if self.concept in ("nash", "subgame_perfect"):
            roots = self.subgames() if self.concept == "subgame_perfect" else [0]
            return out + [c for root in roots for player in range(len(self.form.players)) for c in self.plans(strategy, player, {root: ONE})]
        out += [c for info in self.sets for c in self.bayes(strategy, belief, info)]
        if self.concept == "weak_pbe":
            weights = [dict(zip(info.nodes, belief[info.index], strict=True)) for info in self.sets]
            return out + [c for i, w in zip(self.sets, weights, strict=True) for c in self.plans(strategy, self.form.players.index(i.player), w)]
        out += [c for info in self.sets for c in self.one_shot(strategy, belief[info.index], info)]
        return out + self.consistency(strategy, belief)

    def plans(self, strategy: list[Any], player: int, weights: Mapping[int, Any]) -> list[Any]:
        """No pure plan of the player from the weighted nodes on is better than her strategy."""
        own = [i for i in self.sets if i.player == self.form.players[player] and any(self._under(x, list(weights)) for x in i.nodes)]
        now = _sum(_times(w, self.value(strategy, player, x)) for x, w in weights.items())
        out = []
        for plan in itertools.product(*(range(len(i.actions)) for i in own)):
            other = list(strategy)
            for info, action in zip(own, plan, strict=True):
                other[info.index] = [ONE if a == action else ZERO for a in range(len(info.actions))]
            out.append(now >= _sum(_times(w, self.value(other, player, x)) for x, w in weights.items()))
        return out

    def one_shot(self, strategy: list[Any], belief: Sequence[Any], info: InformationSet) -> list[Any]:
        """Given the belief, no action is better than one that is played."""
        player = self.form.players.index(info.player)
        worth = [
            _sum(_times(b, self.value(strategy, player, self.form.nodes[x].children[a])) for x, b in zip(info.nodes, belief, strict=True))
            for a in range(len(info.actions))
        ]
        played = [a for a, p in enumerate(strategy[info.index]) if not _is(p, 0)]
        return [worth[a] >= w for a in played for w in worth]

    def bayes(self, strategy: list[Any], belief: list[Any], info: InformationSet) -> list[Any]:
        reached = self.reach(strategy)
        weights = [reached.get(x, ZERO) for x in info.nodes]
        total = _sum(weights)
        return [] if _is(total, 0) else [_times(b, total) == w for b, w in zip(belief[info.index], weights, strict=True)]

    def consistency(self, strategy: list[Any], belief: list[Any]) -> list[Any]:
        """Some orders and coefficients of the trembles make the beliefs off the path what Bayes' rule gives in the limit."""
        dead = {(i.index, a) for i in self.sets for a, p in enumerate(strategy[i.index]) if _is(p, 0)}
        order = {s: z3.Real(f"e|{s}") for s in sorted(dead)}
        size = {s: z3.Real(f"c|{s}") for s in sorted(dead)}
        out = [e >= 1 for e in order.values()] + [c > 0 for c in size.values()]
        for info in self.sets:
            owed = {x: self._owed(x, dead) for x in info.nodes}
            if len(info.nodes) == 1 or not all(owed.values()):
                continue
            least, odds = z3.Real(f"least|{info.index}"), z3.Real(f"odds|{info.index}")
            out.append(odds > 0)
            for x, b in zip(info.nodes, belief[info.index], strict=True):
                total = z3.Sum([order[s] for s in owed[x]])
                weight = _product([*(size[s] for s in owed[x]), *self._alive(x, strategy, dead)])
                out.append(z3.Or(z3.And(total > least, b == 0), z3.And(total == least, b == odds * weight)))
        return out

    def _way(self, node: int) -> Iterator[tuple[int, int]]:
        """The pairs (node, branch) that lead to a node."""
        here = self.form.nodes[node]
        while here.parent is not None:
            yield here.parent, here.branch
            here = self.form.nodes[here.parent]

    def _owed(self, node: int, dead: set[tuple[int, int]]) -> list[tuple[int, int]]:
        taken = [(self.form.nodes[x].information_set, branch) for x, branch in self._way(node)]
        return [(info, branch) for info, branch in taken if info is not None and (info, branch) in dead]

    def _alive(self, node: int, strategy: list[Any], dead: set[tuple[int, int]]) -> list[Any]:
        out = []
        for x, branch in self._way(node):
            info = self.form.nodes[x].information_set
            if info is None:
                out.append(self.form.nodes[x].probabilities[branch])
            elif (info, branch) not in dead:
                out.append(strategy[info][branch])
        return out

    # Enumeration

    def everywhere(self) -> Found:
        """Supports of all information sets, last movers first; a partial profile is dropped only when no beliefs make it optimal."""
        order: list[int] = []
        while len(order) < len(self.sets):
            rest = [i for i in range(len(self.sets)) if i not in order]
            order.append(min(rest, key=lambda i: len(self.below[i] - set(order))))
        found = Found()
        belief, some = zip(*(self.anything(len(info.nodes)) for info in self.sets), strict=True)
        self._descend(order, [None] * len(self.sets), list(belief), [*itertools.chain(*some)], found)
        return found

    def _descend(self, order: list[int], strategy: list[Any], belief: list[Any], so_far: list[Any], found: Found) -> None:
        done = [i for i, p in enumerate(strategy) if p is not None]
        if len(done) == len(order):
            self._record(strategy, belief, [*so_far, *self.required(strategy, belief)], found)
            return
        info = self.sets[order[len(done)]]
        for actions in _subsets(range(len(info.actions))):
            p, positive = self.mixture(info, actions)
            chosen = [*strategy]
            chosen[info.index] = p
            new = positive
            if self.below[info.index] <= set(done):
                new += self.one_shot(chosen, belief[info.index], info)
            if all(c is True for c in new) or self.decide([*so_far, *new])[0] != "unsat":
                self._descend(order, chosen, belief, [*so_far, *new], found)

    def reached(self) -> Found:
        """Supports of the information sets that play (of a subgame) reaches, and any behaviour elsewhere."""
        found = Found()
        self._extend(self.subgames() if self.concept == "subgame_perfect" else [0], [None] * len(self.sets), [], found)
        return found

    def _extend(self, roots: list[int], strategy: list[Any], so_far: list[Any], found: Found) -> None:
        assumed = [[ZERO] * len(self.sets[i].actions) if p is None else p for i, p in enumerate(strategy)]
        met = {self.form.nodes[x].information_set for root in roots for x in self.reach(assumed, root)}
        new = next((i for i, p in enumerate(strategy) if p is None and i in met), None)
        if new is None:
            rest = {i: self.anything(len(self.sets[i].actions)) for i, p in enumerate(strategy) if p is None}
            whole = [rest[i][0] if p is None else p for i, p in enumerate(strategy)]
            required = self.required(whole, [])
            self._record(whole, [None] * len(self.sets), [*so_far, *itertools.chain(*(c for _, c in rest.values())), *required], found, set(rest))
            return
        for actions in _subsets(range(len(self.sets[new].actions))):
            p, positive = self.mixture(self.sets[new], actions)
            self._extend(roots, [p if i == new else q for i, q in enumerate(strategy)], [*so_far, *positive], found)

    def _record(self, strategy: list[Any], belief: list[Any], conditions: list[Any], found: Found, free: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        support = tuple(
            (i.name, tuple(a for a, p in zip(i.actions, strategy[i.index], strict=True) if not _is(p, 0))) for i in self.sets if i.index not in free
        )
        status, model = self.decide(conditions)
        if status == "unknown":
            found.undecided.append(support)
        elif status == "sat":
            found.witnesses[support] = self.witness(strategy, belief, model)

    def witness(self, strategy: list[Any], belief: list[Any], model: Any) -> Witness:
        played = {i.name: {a: _number(p, model) for a, p in zip(i.actions, strategy[i.index], strict=True)} for i in self.sets}
        believed = {
            i.name: {_history(self.form, x): _number(b, model) for x, b in zip(i.nodes, belief[i.index], strict=True)}
            for i in self.sets
            if belief[i.index] is not None
        }
        return Witness(played, believed)

    def decide(self, conditions: list[Any]) -> tuple[str, Any]:
        """Is there a solution, and which?"""
        terms = [c for c in conditions if not isinstance(c, bool)]
        if not all(c for c in conditions if isinstance(c, bool)):
            return "unsat", None
        if not terms:
            return "sat", None
        solver = z3.SolverFor("QF_NRA")
        solver.set("timeout", self.timeout)
        solver.add(terms)
        status = str(solver.check())
        return status, solver.model() if status == "sat" else None


def _is(x: Any, constant: int) -> bool:
    return isinstance(x, Fraction) and x == constant


def _times(x: Any, y: Any) -> Any:
    if _is(x, 0) or _is(y, 0):
        return ZERO
    return y if _is(x, 1) else x if _is(y, 1) else x * y


def _sum(terms: Any) -> Any:
    total: Any = ZERO
    for term in terms:
        total = term if _is(total, 0) else total if _is(term, 0) else total + term
    return total


def _product(factors: Sequence[Any]) -> Any:
    out: Any = ONE
    for factor in factors:
        out = _times(out, factor)
    return out


def _subsets(items: Sequence[int]) -> list[tuple[int, ...]]:
    return [s for k in range(1, len(items) + 1) for s in itertools.combinations(items, k)]


def _history(form: ExtensiveForm[Fraction], index: int) -> str:
    node = form.nodes[index]
    return "; ".join(part for part in (", ".join(f"{p} = {t}" for p, t in node.types.items()), ", ".join(node.moves)) if part)


def _number(x: Any, model: Any) -> Fraction | str:
    """The value in a model: a Fraction, or `CRootOf(...)` as text."""
    if isinstance(x, Fraction):
        return x
    value = z3.simplify(model.eval(x, model_completion=True)) if model is not None else x
    if z3.is_rational_value(value):
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
    polynomial, index = re.fullmatch(r"\(root-obj (.*) (\d+)\)", " ".join(value.sexpr().split())).groups()  # type: ignore[union-attr]
    return f"CRootOf({_infix(polynomial)}, {int(index) - 1})"


def _infix(prefix: str) -> str:
    """A polynomial in x in infix notation."""
    tokens = re.findall(r"[()]|[^\s()]+", prefix)

    def read() -> str:
        token = tokens.pop(0)
        if token != "(":
            return token
        op, parts = tokens.pop(0), []
        while tokens[0] != ")":
            parts.append(read())
        tokens.pop(0)
        return f"(-{parts[0]})" if op == "-" and len(parts) == 1 else "(" + {"^": "**"}.get(op, op).join(parts) + ")"

    return read()
