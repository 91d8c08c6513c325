"""When should Britain have been clear in 1914? What her silence and her word would have brought, by the belief in her and by Germany's stake."""

import sys

import deterrence as dt
import numpy as np

WAR, WORD, SPEAKS = "Pr(GeneralWar)", "Pr(Accept | Austria | Declare)", "Pr(Declare)"
STAKES = (0.75, 1.25, 1.75, 2.25)  # what Germany loses with Austria; a general war against three powers costs her 2
VERDICTS = {
    "local": "Serbia is lost, and the war stays local",
    "peace": "peace without a word, for the belief in Britain is enough",
    "spoke": "Britain declares herself, and there is peace",
    "SILENCE": "general war, from which a declaration would have kept Germany",
    "WAR": "general war, with or without a declaration",
}

solution = dt.solve(dt.load("july_1914"))


def verdict(point):
    """What happens at a point of the sweep."""
    war, word, speaks, local = (float(point[quantity]) for quantity in (WAR, WORD, SPEAKS, "Pr(LocalWar)"))
    if war:
        return "SILENCE" if word else "WAR"
    return "local" if local else "spoke" if speaks else "peace"


for price in (0.8, 0.2):
    grid = {"p": np.linspace(0.1, 0.9, 9), "d": STAKES}
    found = dt.sweep(solution, grid, fixed={"k": price, "tau": 1.7}, quantities=[WAR, WORD, SPEAKS, "Pr(LocalWar)"], select="best for Britain")
    print(f"Where a declaration costs Britain {price} (the war costs her 0.5, a continent left to itself 1):")
    print("  belief in Britain  " + "  ".join(f"{f'd = {d}':<9}" for d in STAKES).rstrip())
    for p in found.p.values:
        print(f"  {p:17.1f}  " + "  ".join(f"{verdict(found.sel(p=p, d=d)):<9}" for d in STAKES).rstrip())
for word, meaning in VERDICTS.items():
    print(f"{word:>9}: {meaning}")

kinds = {"E2": "Britain speaks", "E3": "war", "E4": "local war", "E10": "war by silence", "E12": "local war", "E14": "peace"}
figure = dt.plot.regions(solution, "p", "d", fixed={"tau": "17/10"}, labels=kinds)
dt.plot.save(figure, sys.argv[1] if len(sys.argv) > 1 else "britain_1914.pdf")
