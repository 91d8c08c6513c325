"""What the catalogue is to cover: the alliance systems and the mechanisms that the literature speaks of, and which games are about which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SYSTEMS = (
    "Triple Alliance (Germany, Austria-Hungary, Italy, 1882-1915)",
    "Triple Entente (Britain, France, Russia)",
    "July 1914",
    "Little Entente (Czechoslovakia, Romania, Yugoslavia against Hungary, 1920-1938), with France behind it",
    "Concert of Europe",
    "NATO",
    "Warsaw Pact",
    "ANZUS",
    "US bilateral alliances in Asia (Japan, South Korea, Taiwan, Australia)",
    "Quad, AUKUS",
    "ASEAN",
    "Baltic states after 1991",
    "Switzerland",
    "ECOWAS, African Union",
    "coalitions in Afghanistan and Iraq",
    "Middle East after the Cold War",
    "League of Nations, collective security",
)
MECHANISMS = (
    "entrapment",
    "abandonment",
    "moral hazard in defence pacts",
    "extended immediate deterrence",
    "tying hands and sinking costs",
    "ambiguity or precision",
    "probing, salami tactics",
    "secret alliances",
    "misperception and spiral",
    "preemption and mobilisation races",
    "back channels",
    "audience costs and domestic politics",
    "leadership turnover",
    "reputation",
    "exit terms",
    "burden sharing and free riding",
    "power asymmetry",
    "external shocks, shifting power",
    "hedging, diversification, autonomy",
    "balancing, bandwagoning, buck-passing, chain-ganging",
    "multilateral or bilateral",
    "decision rights",
    "interdependence and sanctions",
    "institutions and review",
    "rhetoric of permanence",
)


def row_of(entry: str, rows: Sequence[str]) -> str | None:
    """The row that an entry of a game's notes means: its name, or the only one that begins with the entry or has it within; None where there is none.

    >>> row_of("Little Entente", SYSTEMS) == SYSTEMS[3], row_of("Kellogg-Briand Pact", SYSTEMS)
    (True, None)
    """
    wanted = entry.casefold()
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [row for row in rows if fits(row.casefold(), wanted)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def games_of(rows: Sequence[str], said: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Each row -> the games that are about it, given what each game says of itself."""
    return {row: [name for name, entries in said.items() if any(row_of(entry, rows) == row for entry in entries)] for row in rows}
