"""The fewest and most readable conditions that say the same as a formula, given the domain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from deterrence.algebra.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Formula,
    Or,
    atoms,
    conjunction,
    disjunction,
    large,
    negation,
    strict,
)
from deterrence.algebra.space import Space

MOST_TERMS = 200  # of a product that is looked at for its factors


def simplified(space: Space, f: Formula, known: tuple[Formula, ...] = ()) -> Formula:
    """An equivalent formula (within the domain and where `known` holds) without what is implied.

    A product whose factors must each have one sign is taken apart; an alternative that cannot hold is dropped, and so is
    one that the others cover, and what an alternative asks for that holds wherever the others do not. In a generic space the
    two formulas may differ on surfaces: `r > 1/2 or r < 1/2` is nothing to ask for.
    """
    f = _opened(space, f)
    parts = f.parts if isinstance(f, And) else (f,)
    bulky = [p for p in parts if any(large(a) or not space.parametric(a.polynomial) for a in atoms(p))]
    if bulky:  # left as they are: what they imply is not asked
        plain = simplified(space, conjunction(p for p in parts if p not in bulky))
        return conjunction((plain, *_needed(space, bulky, (*known, plain))))
    f = space.reduced(f)
    if not isinstance(f, Or) and _impossible(space, (*known, f)):
        return FALSE
    if isinstance(f, Atom):
        f = _taken_apart(space, f, known)
    if isinstance(f, And):
        return _conjunction(space, f, known)
    if isinstance(f, Or):
        return _disjunction(space, f, known)
    return TRUE if _impossible(space, (*known, negation(f))) else f


def _opened(space: Space, f: Formula) -> Formula:
    """A formula with the large products among its atoms told by their factors, where these are not large."""
    if not isinstance(f, Atom):
        return (conjunction if isinstance(f, And) else disjunction)(_opened(space, p) for p in f.parts)
    if not large(f) or f.op not in (">", ">=") or len(f.polynomial) > MOST_TERMS or not space.parametric(f.polynomial):
        return f
    cleared = space.atom(f.polynomial, f.op)
    told = _by_signs(space, cleared)
    return cleared if any(map(large, atoms(told))) else told


def _impossible(space: Space, formulas: tuple[Formula, ...]) -> bool:
    return not space.possible(formulas, closed=True)


def _needed(space: Space, parts: list[Formula], known: tuple[Formula, ...]) -> list[Formula]:
    """Conditions on roots, and large ones, without those on roots that the small ones imply."""
    small = [p for p in parts if not any(large(a) for a in atoms(p))]
    kept = list(parts)
    for part in small:
        rest = [p for p in small if p in kept and p is not part]
        if _impossible(space, (*known, *rest, negation(part))):
            kept.remove(part)
    return kept


def _conjunction(space: Space, f: And, known: tuple[Formula, ...]) -> Formula:
    parts = list(f.parts)
    for i, part in enumerate(parts):  # the simplest first, so that they help with the others
        others = tuple(p for j, p in enumerate(parts) if j != i and isinstance(p, Atom))
        if isinstance(part, Atom):
            apart = _taken_apart(space, part, (*known, *others))
            if apart != part:
                return simplified(space, conjunction((*parts[:i], apart, *parts[i + 1 :])), known)
    kept = sorted(parts, key=_complexity)
    for part in sorted(parts, key=_complexity, reverse=True):
        rest = tuple(p for p in kept if p is not part)
        if _impossible(space, (*known, *rest, negation(part))):
            kept = list(rest)
    merged = _one_disjunction(space, kept, known)
    if merged is not None:
        return merged
    out: list[Formula] = []
    for n, part in enumerate(kept):  # beside what the parts before it have become, or two might each leave to the other what both ask for
        rest = (*out, *kept[n + 1 :])
        out.append(simplified(space, part, (*known, *rest)) if isinstance(part, Or) else part)
    return conjunction(sorted(out, key=lambda p: parts.index(p) if p in parts else len(parts)))


def _one_disjunction(space: Space, parts: list[Formula], known: tuple[Formula, ...]) -> Formula | None:
    """Several disjunctions as one, where few of the combinations of their alternatives can hold."""
    cases = [_by_signs(space, p) for p in parts]
    several = [p for p in cases if isinstance(p, Or)]
    rest = tuple(p for p in cases if not isinstance(p, Or))
    most = max((len(p.parts) for p in several), default=0)
    if len(several) < 2 or prod(len(p.parts) for p in several) > 16:
        return None
    alternatives = [conjunction(chosen) for chosen in product(*(p.parts for p in several))]
    possible = [a for a in alternatives if not _impossible(space, (*known, *rest, a))]
    if len(possible) > most:
        return None
    return simplified(space, conjunction((*rest, disjunction(possible))), known)


def _by_signs(space: Space, f: Formula) -> Formula:
    """A product of two factors as the two ways in which it can have its sign; anything else as it is."""
    if not isinstance(f, Atom) or f.op not in (">", ">="):
        return f
    sign, factors = space.ring.factors(f.polynomial)
    if len(factors) != 2 or any(m != 1 for _, m in factors):
        return f
    (g, _), (h, _) = factors
    return Or(conjunction((Atom(g * s, f.op), Atom(h * s * sign, f.op))) for s in (1, -1))


def united(space: Space, cases: Sequence[Formula]) -> Formula:
    """What any of several conditions says, in the fewest words; each can hold, and nothing in it follows from the rest of it."""
    return _together(space, cases, (), alone=True)


def _disjunction(space: Space, f: Or, known: tuple[Formula, ...]) -> Formula:
    return _together(space, [p for p in f.parts if not _impossible(space, (*known, p))], known)


def _together(space: Space, parts: Sequence[Formula], known: tuple[Formula, ...], alone: bool = False) -> Formula:
    """Alternatives each of which can hold; `alone`, nothing of one follows from the rest of it."""
    kept = _uncovered(space, parts, known)
    if not kept:
        return FALSE
    if _impossible(space, (*known, *(negation(p) for p in kept))):
        return TRUE
    return _common_out(space, kept if alone else [simplified(space, p, known) for p in kept], known)


def _uncovered(space: Space, parts: Sequence[Formula], known: tuple[Formula, ...]) -> list[Formula]:
    """Alternatives without those that the others cover."""
    kept = list(parts)
    for part in sorted(parts, key=_complexity, reverse=True):
        others = tuple(negation(p) for p in kept if p is not part)
        if len(kept) > 1 and _impossible(space, (*known, part, *others)):
            kept = [p for p in kept if p is not part]
    return kept


def _common_out(space: Space, parts: list[Formula], known: tuple[Formula, ...]) -> Formula:
    """What all alternatives share, put before them; and what any alternative asks that holds in all of them."""
    if len(parts) == 1:
        return parts[0]
    bags = [_conditions(p) for p in parts]
    shared: list[Formula] = []
    for candidate in {p.key: p for bag in bags for p in bag}.values():
        holds = all(candidate in bag or _impossible(space, (*known, *bag, negation(candidate))) for bag in bags)
        if holds:
            shared.append(candidate)
    rest = [conjunction(p for p in bag if p not in shared) for bag in bags]
    joined = disjunction(_beside(space, rest, (*known, *shared)))
    if not shared:
        return joined
    if not isinstance(joined, Or) or _impossible(space, (*known, *shared, negation(joined))):
        return simplified(space, conjunction((*shared, *(() if isinstance(joined, Or) else (joined,)))), known)
    return conjunction((*shared, joined))


def _conditions(f: Formula) -> list[Formula]:
    return list(f.parts) if isinstance(f, And) else [f]


def _beside(space: Space, parts: list[Formula], known: tuple[Formula, ...]) -> list[Formula]:
    """Alternatives without what they ask for that holds wherever none of the others does."""
    out = list(parts)
    for part in sorted(parts, key=_complexity, reverse=True):
        missed = [negation(p) for p in out if p is not part]
        beside = (*known, *(map(strict, missed) if space.generic else missed))
        shorter = _needed_of(space, part, beside)
        out = [shorter if p is part else p for p in out]
    return out if out == parts else _uncovered(space, out, known)


def _needed_of(space: Space, f: Formula, known: tuple[Formula, ...]) -> Formula:
    """A conjunction without the parts that follow from the others and what is known, alternatives among them shortened."""
    kept = _conditions(f)
    for part in sorted(kept, key=_complexity, reverse=True):
        rest = [p for p in kept if p is not part]
        if _impossible(space, (*known, *rest, negation(part))):
            kept = rest
        elif isinstance(part, Or):
            shorter = simplified(space, part, (*known, *rest))
            kept = [shorter if p is part and _complexity(shorter) < _complexity(part) else p for p in kept]
    return conjunction(kept)


def _taken_apart(space: Space, atom: Atom, known: tuple[Formula, ...]) -> Formula:
    """A product of factors some of which can have one sign only where the atom holds."""
    if atom.op not in (">", ">="):
        return atom
    _, factors = space.ring.factors(atom.polynomial)
    if len(factors) < 2:
        return atom
    for f, m in factors:
        if m % 2 == 0:
            continue
        for s in (1, -1):
            if _impossible(space, (*known, atom, Atom(f * -s, ">"))):
                rest = atom.polynomial / f * s
                apart = (space.atom(f * s, atom.op), space.atom(rest, atom.op))
                # With >=, a factor that vanishes satisfies the product whatever the others are: a surface, at most.
                if atom.op == ">" or space.generic or _same(space, atom, conjunction(apart), known):
                    return conjunction(apart)
    return atom


def _same(space: Space, f: Formula, g: Formula, known: tuple[Formula, ...]) -> bool:
    return _impossible(space, (*known, f, negation(g))) and _impossible(space, (*known, g, negation(f)))


def _complexity(f: Formula) -> tuple[int, int, int]:
    sizes = [len(a.polynomial) + a.polynomial.total_degree() for a in atoms(f)]
    return (not isinstance(f, Atom), len(sizes), sum(sizes))
