"""Deviations of a player at several of her information sets together: her pure plans, compared with what she does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from deterrence.algebra.formula import Formula
from deterrence.algebra.polynomials import Ratio
from deterrence.concepts.play import Play, Supports

Plan: TypeAlias = dict[int, int]


def plans(play: Play, info: int, relevant: frozenset[int]) -> Iterator[Plan]:
    """Every pure plan of a mover from one of her information sets on, for those of her later sets that matter and that it reaches."""
    for action in range(len(play.sets[info].actions)):
        later = [j for j in sorted(relevant) if play.own_past[j] == (info, action)]
        for chosen in itertools.product(*(list(plans(play, j, relevant)) for j in later)):
            plan = {info: action}
            for part in chosen:
                plan.update(part)
            yield plan


def relevant_sets(play: Play, info: int, nodes: Sequence[int], supports: Supports) -> frozenset[int]:
    """The mover's own later information sets that her plans can reach from the given nodes, the others playing as they do."""
    player, found, todo = play.sets[info].player, set(), list(nodes)
    while todo:
        node = play.nodes[todo.pop()]
        own = node.information_set is not None and play.sets[node.information_set].player == player
        if own and node.information_set is not None:
            found.add(node.information_set)
        for branch, child in enumerate(node.children):
            if own or node.information_set is None or branch in (supports[node.information_set] or (branch,)):
                todo.append(child)
    return frozenset(found - {info})


def in_support(plan: Plan, supports: Supports) -> bool:
    """Is every choice of a plan one that the mover makes with positive probability?

    Free behaviour never counts: a plan of positive probability does not come to where the play does not.
    """
    return all(a in supports[i] for i, a in plan.items())


def continuation_conditions(play: Play, info: int, supports: dict[int, tuple[int, ...]], weights: Mapping[int, Ratio]) -> list[Formula]:
    """The whole continuation strategy from an information set on is optimal when its nodes (by index) weigh `weights`.

    All plans in the support of the strategy earn the same, and no plan earns more. (Kuhn 1953: with perfect recall the
    best reply to given beliefs can be taken pure.)
    """
    return [play.space.compare(loss, "==" if in_support(plan, supports) else ">=") for plan, loss in losses(play, info, supports, weights)]


def losses(play: Play, info: int, supports: dict[int, tuple[int, ...]], weights: Mapping[int, Ratio]) -> list[tuple[Plan, Ratio]]:
    """What the mover loses by each plan that differs from one of her strategy, when the nodes of the set (by index) weigh `weights`."""
    nodes = [k for k in play.sets[info].nodes if weights[k]]
    if not nodes:
        return []
    relevant = relevant_sets(play, info, nodes, supports)
    player = play.owner(info)
    values = [(plan, _value(play, plan, supports, player, weights)) for plan in plans(play, info, relevant)]
    reference = next(value for plan, value in values if in_support(plan, supports))
    return [(plan, reference - value) for plan, value in values if value is not reference]


def _value(play: Play, plan: Plan, supports: dict[int, tuple[int, ...]], player: int, weights: Mapping[int, Ratio]) -> Ratio:
    changed = {**supports, **{i: (a,) for i, a in plan.items()}}
    total = Ratio(play.ring, play.ring.zero)
    for k, w in weights.items():
        if w:
            total = total + w * play.value(k, changed)[player]
    return total
