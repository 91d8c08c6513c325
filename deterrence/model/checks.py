"""What every game must satisfy, however it was made: names, scopes, references, sizes. What needs a proof is in `validation`."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from deterrence.algebra.errors import GameError, InputError, quoted, suggestion
from deterrence.algebra.expressions import Condition, Expression, Symbol
from deterrence.algebra.parser import DEEPEST_TREE
from deterrence.algebra.size import MOST_BITS, MOST_TERMS, Size, size
from deterrence.algebra.tokens import KEYWORDS, is_name
from deterrence.algebra.trees import AnyTree, fold

if TYPE_CHECKING:
    from deterrence.model.game import Game
    from deterrence.model.parts import Claim, Type

RESERVED = ("Chance", "pay", "then", "outcome", "probability", "hidden_from", "unseen_by", "next")
FORBIDDEN = "|,()=?"
LONGEST_LABEL = 200
MOST_PLAYERS = 1_000
CONCEPTS = ("nash", "subgame_perfect", "weak_pbe", "sequential", "markov_perfect", "perfect_public")


def concepts_of(game: Game) -> tuple[str, ...]:
    """The concepts by which a game can be solved, its default first."""
    if game.horizon is not None:
        return ("sequential", "weak_pbe", "subgame_perfect", "nash")
    if not game.strategies:
        return ("markov_perfect",)
    return ("subgame_perfect" if game.seen_by_all else "perfect_public", "nash", "markov_perfect")


def need_game(given: object, function: str) -> None:
    """Raises InputError, with what to do, unless what was given to a function of the library is a game."""
    from deterrence.model.game import Game

    if isinstance(given, Game):
        return
    hint = f"dt.load({given!r}) reads one" if isinstance(given, str | os.PathLike) else "dt.load reads one from a file, dt.Game makes one"
    what = "a solution" if hasattr(given, "concept") and hasattr(given, "game") else quoted(given) if isinstance(given, str) else repr(given)[:60]
    raise InputError(f"{function}: found {what}; expected a game: {'.game of it is one' if what == 'a solution' else hint}")


def check_game(game: Game) -> None:
    """Raises GameError at the first part that does not fit."""
    from deterrence.model.check_tree import check_information, check_trees

    check_players(game.players)
    _check_symbols(game)
    _check_distinct(game)
    where_order(game.where)
    scopes = Scopes(game)
    _check_parameters(game)
    _check_types(game, scopes)
    _check_expressions(game, scopes)
    check_trees(game, scopes)
    _check_events(game)
    _check_claims(game, scopes)
    check_information(game)


def check_label(label: str, what: str, locus: tuple[object, ...]) -> None:
    """Labels are one line of text without the characters that information-set names and claims are written with."""
    problem = label_problem(label)
    if problem:
        raise GameError(f"{what} {quoted(label)} {problem}", locus=locus)
    bad = [c for c in FORBIDDEN if c in label]
    if bad:
        raise GameError(f"{what} {quoted(label)} contains {bad[0]!r}; names are text without | , ( ) = ?", locus=locus)


def label_problem(label: str) -> str:
    """What is wrong with a name that may contain any character, or nothing."""
    if not label.strip():
        return "is empty; expected a name"
    if label != label.strip() or not label.isprintable():
        return "is not one line of text without spaces at its ends"
    if len(label) > LONGEST_LABEL:
        return f"has {len(label)} characters; the limit is {LONGEST_LABEL}"
    return "is a reserved word; choose another name" if label in RESERVED else ""


def check_players(players: Sequence[str]) -> None:
    """Raises GameError where the list of players is empty, too long, or has a name that cannot be one."""
    if not players:
        raise GameError("the game has no players; expected a list of names", locus=("players",))
    if len(players) > MOST_PLAYERS:
        raise GameError(f"the game has {len(players)} players; the limit is {MOST_PLAYERS}", locus=("players",))
    for k, player in enumerate(players):
        check_label(player, "player", ("players", k))
        if players.index(player) < k:
            raise GameError(f"player {quoted(player)} is listed twice", locus=("players", k))


def _check_symbols(game: Game) -> None:
    """Parameters, types' symbols and entries of `where` are names, each used for one thing."""
    taken: dict[str, str] = {}
    for name, what, locus in _symbols(game):
        if not is_name(name) or name in KEYWORDS or name != unicodedata.normalize("NFC", name):
            rule = "a letter or underscore, then letters, digits and underscores; not and, or, not, real"
            raise GameError(f"{quoted(name)} cannot name {what}; a name is {rule}", locus=locus)
        if taken.setdefault(name, what) != what:
            raise GameError(f"{quoted(name)} names both {taken[name]} and {what}", locus=locus)


def _symbols(game: Game) -> Iterator[tuple[str, str, tuple[object, ...]]]:
    for name in game.parameters:
        yield name, "a parameter", ("parameters", name)
    for player, kinds in game.types.items():
        for kind in kinds:
            for symbol in kind.bindings:
                yield symbol, f"a symbol of {player}'s types", ("types", player, kind.name, symbol)
    for name in game.where:
        yield name, "an entry of where", ("where", name)


def _check_distinct(game: Game) -> None:
    taken = dict.fromkeys(game.players, "a player")
    for section, what in (("outcomes", "an outcome"), ("subtrees", "a subtree"), ("events", "an event")):
        for name in getattr(game, section):
            if section == "subtrees":
                if problem := label_problem(name):
                    raise GameError(f"subtree {quoted(name)} {problem}", locus=(section, name))
            else:
                check_label(name, what.split()[1], (section, name))
            if taken.setdefault(name, what) != what:
                raise GameError(f"{quoted(name)} names both {taken[name]} and {what}", locus=(section, name))


def where_order(where: Mapping[str, Expression]) -> tuple[str, ...]:
    """The entries of `where`, each after those that it uses; GameError where they form a circle."""
    uses = {name: [s for s in sorted(expression.symbols) if s in where] for name, expression in where.items()}
    return ordered(uses, "where")


def ordered(uses: Mapping[str, list[str]], section: str) -> tuple[str, ...]:
    """The names, each after those that it uses; GameError where they form a circle."""
    done: dict[str, None] = {}
    for root in uses:
        path: dict[str, Iterator[str]] = {}
        if root not in done:
            path[root] = iter(uses[root])
        while path:
            name = next(reversed(path))
            following = next(path[name], None)
            if following is None:
                del path[name]
                done[name] = None
            elif following in path:
                names = [*path][[*path].index(following) :]
                circle = " -> ".join(map(quoted, [*names[:8], *(["..."] if len(names) > 8 else []), following]))
                raise GameError(f"the entries of {section} form a circle: {circle}", locus=(section, following))
            elif following not in done:
                path[following] = iter(uses[following])
    return tuple(done)


class Scopes:
    """Which symbols may be used where, and how large expressions get when the entries of `where` are put in."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.everything = {*game.parameters, *game.type_symbols, *game.where}
        self.typed = {*game.type_symbols, *game.typed_where}
        self.sizes: dict[str, Size] = {}
        self.depths: dict[str, int] = {}
        for name in game.where_order:
            self._check_known(game.where[name])
            self.depths[name] = self._depth(game.where[name].tree)
            self.sizes[name] = self._checked_size(game.where[name])

    def check(self, what: Expression | Condition, use: str, typed: bool = False) -> None:
        """Raises GameError where a symbol is unknown, or is a type's where those have no value."""
        if not what.symbols <= self.everything:
            self._check_known(what)
        private = sorted(what.symbols & self.typed)
        if private and not typed:
            raise GameError(
                f"{quoted(private[0])} depends on a player's type and cannot be used in {use}; only payoffs and chance probabilities may",
                locus=(what, "symbol", private[0]),
            )
        self._checked_size(what)

    def _check_known(self, what: Expression | Condition) -> None:
        for name in sorted(what.symbols - self.everything):
            near = suggestion(name, sorted(self.everything))
            raise GameError(f"unknown name {quoted(name)} in {quoted(what.text)}{near}", locus=(what, "symbol", name))

    def _checked_size(self, what: Expression | Condition) -> Size:
        found = size(what.tree, self.sizes)
        entries = " once the entries of where are put in" if what.symbols & self.game.where.keys() else ""
        if found.too_large:
            limits = f"the limits are {MOST_TERMS} terms and numbers of {MOST_BITS} bits"
            raise GameError(f"the expression is too large{entries} when it is multiplied out; {limits}", locus=(what,))
        if self._depth(what.tree) > DEEPEST_TREE:
            raise GameError(f"the expression is nested more than {DEEPEST_TREE} deep{entries}", locus=(what,))
        return found

    def _depth(self, tree: AnyTree) -> int:
        def visit(node: AnyTree, parts: list[int]) -> int:
            return self.depths.get(node.name, 0) if isinstance(node, Symbol) else 1 + max(parts, default=0)

        return fold(tree, visit)


def _check_parameters(game: Game) -> None:
    for name, parameter in game.parameters.items():
        domain, default = parameter.domain, parameter.default
        if domain is not None and domain.symbols != {name}:
            others = sorted(domain.symbols - {name})
            found = f"speaks of {quoted(others[0])}" if others else f"does not speak of {quoted(name)}"
            locus = (domain, "symbol", others[0]) if others else (domain,)
            hint = f"the domain of {quoted(name)} {found}; it speaks of that parameter alone, and `assume` of several"
            raise GameError(hint, locus=locus)
        if default is not None and default.symbols:
            raise GameError(f"the default of {quoted(name)} is {quoted(default.text)}; expected a number", locus=(default,))
        if default is not None:
            evaluated(default)
        if len(parameter.role.split()) != 1:
            raise GameError(f"the role of {quoted(name)} is {quoted(parameter.role)}; expected one word", locus=("parameters", name, "role"))


def evaluated(number: Expression) -> None:
    """Raises GameError where an expression without symbols has no value."""
    try:
        number.evaluate({})
    except InputError as error:
        raise GameError(error.message, locus=(number,)) from None


def _check_types(game: Game, scopes: Scopes) -> None:
    bound: dict[str, str] = {}
    for player, kinds in game.types.items():
        if player not in game.players:
            raise GameError(f"types: unknown player {quoted(player)}{suggestion(player, game.players)}", locus=("types", player))
        if not kinds:
            raise GameError(f"player {quoted(player)} has no types; leave the entry out", locus=("types", player))
        twice = first_repeated(kind.name for kind in kinds)
        if twice is not None:
            raise GameError(f"player {quoted(player)} has two types {quoted(twice)}", locus=("types", player, twice))
        for kind in kinds:
            locus = ("types", player, kind.name)
            check_label(kind.name, "type", locus)
            _check_bindings(player, kind, kinds[0])
            for expression in (kind.probability, *kind.bindings.values()):
                scopes.check(expression, "the types")
        for symbol in kinds[0].bindings:
            if symbol in bound:
                raise GameError(f"{quoted(symbol)} is bound by the types of {bound[symbol]} and of {player}", locus=("types", player))
            bound[symbol] = player


def _check_bindings(player: str, kind: Type, first: Type) -> None:
    extra = [symbol for symbol in kind.bindings if symbol not in first.bindings]
    missing = [symbol for symbol in first.bindings if symbol not in kind.bindings]
    if extra or missing:
        odd = f"binds {quoted(extra[0])}, which {first.name} does not" if extra else f"does not bind {quoted(missing[0])}, which {first.name} does"
        rule = "every type of a player binds the same symbols"
        locus = ("types", player, kind.name, *extra[:1])
        raise GameError(f"type {quoted(kind.name)} of {player} {odd}; {rule}", locus=locus)


def _check_expressions(game: Game, scopes: Scopes) -> None:
    for condition in game.assume:
        scopes.check(condition, "assume")
    for name in game.where:
        scopes.check(game.where[name], "where", typed=True)
    for name, payoffs in game.outcomes.items():
        check_payoffs(game, scopes, payoffs, f"outcome {quoted(name)}", lambda *key, name=name: ("outcomes", name, *key))


def check_payoffs(
    game: Game,
    scopes: Scopes,
    payoffs: Mapping[str, Expression],
    what: str,
    locus: Callable[..., tuple[object, ...]],
    partial: bool = False,
) -> None:
    """Payoffs name players, all of them unless `partial`, and use known symbols."""
    for player, payoff in payoffs.items():
        if player not in game.players:
            near = suggestion(player, game.players)
            raise GameError(f"{what}: unknown player {quoted(player)}{near}", locus=locus(player))
        scopes.check(payoff, "payoffs", typed=True)
    missing = [player for player in game.players if player not in payoffs]
    if missing and not partial:
        raise GameError(f"{what} gives no payoff to {quoted(missing[0])}; every player needs one", locus=locus())


def _check_events(game: Game) -> None:
    labels = set(game.outcome_labels)
    in_place = labels - game.outcomes.keys()
    for name, members in game.events.items():
        if name in in_place:
            raise GameError(f"{quoted(name)} names both an outcome and an event", locus=("events", name))
        for k, member in enumerate(members):
            if member not in labels:
                near = suggestion(member, game.outcome_labels)
                raise GameError(f"event {quoted(name)}: unknown outcome {quoted(member)}{near}", locus=("events", name, k))
        twice = first_repeated(members)
        if twice is not None:
            raise GameError(
                f"event {quoted(name)} lists {quoted(twice)} twice", locus=("events", name, members.index(twice, members.index(twice) + 1))
            )


def _check_claims(game: Game, scopes: Scopes) -> None:
    for k, claim in enumerate(game.claims):
        for key in ("when", "exactly_when"):
            text = getattr(claim, key)
            if text is not None:
                _check_claim_condition(scopes, text, ("claims", k, key))
        if claim.along is not None and claim.along not in game.parameters:
            near = suggestion(claim.along, game.parameters)
            raise GameError(f"unknown parameter {quoted(claim.along)}{near}", locus=("claims", k, claim.trend))
        if claim.concept is not None and claim.concept not in CONCEPTS:
            known = ", ".join(CONCEPTS)
            near = suggestion(claim.concept, CONCEPTS) or f"; expected one of {known}"
            raise GameError(f"unknown concept {quoted(claim.concept)}{near}", locus=("claims", k, "concept"))
        _check_profile(game, claim, k)


def _check_profile(game: Game, claim: Claim, k: int) -> None:
    """A claim is about a profile exactly where the game names some, and it is about no concept that finds equilibria by itself."""
    if claim.profile is not None and claim.profile not in game.strategies:
        near = suggestion(claim.profile, game.strategies) or ("" if game.strategies else "; the game names none under `strategies`")
        raise GameError(f"unknown profile {quoted(claim.profile)}{near}", locus=("claims", k, "profile"))
    if claim.profile is not None and claim.concept == "markov_perfect":
        raise GameError("a claim about a profile has no concept markov_perfect, which finds equilibria by itself", locus=("claims", k, "concept"))
    if game.strategies and claim.profile is None and claim.concept != "markov_perfect":
        hint = "the game has strategies: say `profile: NAME`, or `concept: markov_perfect`"
        raise GameError(f"which equilibria does the claim speak of? {hint}", locus=("claims", k))


def _check_claim_condition(scopes: Scopes, text: str, locus: tuple[object, ...]) -> None:
    try:
        condition = Condition.parse(text)
    except InputError as error:
        raise GameError(error.message, column=error.column, locus=locus) from None
    try:
        scopes.check(condition, "claims")
    except GameError as error:
        tail = error.locus[1:] if error.locus else ()
        raise GameError(error.message, locus=(*locus, *tail)) from None


def first_repeated(values: Iterable[str]) -> str | None:
    """The first value that comes a second time."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
