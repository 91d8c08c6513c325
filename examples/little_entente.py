"""What would have saved the Little Entente? Each remedy alone, how much of it, and how likely Czechoslovakia's fall then is, at best and at worst."""

import sys
from itertools import pairwise

import deterrence as dt

PLIGHT = {"rho": "11/20", "h": "1/5", "l_G": "1/2"}  # France is hardly believed in, a bargain with Germany is cheap, and failure costs her little
REMEDIES = {
    "rho": ("a more credible France", 0, 1),
    "tau": ("a firmer word between the members", 0, 1),
    "w": ("cheaper resistance", 0, 1),
    "h": ("a dearer bargain with Germany", 0, 1),
    "l_G": ("a failure that costs Germany more", 0, 4),
}

game = dt.load("little_entente")
plight = {name: p.default for name, p in game.parameters.items()} | PLIGHT


def falls(point):
    """How likely Czechoslovakia's fall is in each equilibrium at a point."""
    return sorted(float(e.outcomes["GermanyTakes"] + e.outcomes["HungaryTakes"]) for e in dt.solve(game.at(**point)))


print(f"As it was:{'':32} falls with {falls(plight)[0]:.3f} to {falls(plight)[-1]:.3f}")
for name, (remedy, low, high) in REMEDIES.items():
    print(f"{remedy} ({name} was {plight[name]}):")
    others = {other: value for other, value in plight.items() if other != name}
    changes = [float(change.value) for change in dt.thresholds(dt.solve(game.at(**others)), name)]
    for left, right in pairwise([low, *(value for value in changes if low < value < high), high]):
        found = falls(others | {name: round((left + right) / 2, 6)})
        print(f"  {name:>3} = {(left + right) / 2:5.3f}, between {left:5.3f} and {right:5.3f}:  falls with {found[0]:.3f} to {found[-1]:.3f}")

solution = dt.solve(game)
words = {e.name: "held" if e.outcomes["Peace"] == 1 else e.name for e in solution}
figure = dt.plot.regions(solution, "rho", "l_G", fixed={"h": "1/5"}, ranges={"l_G": (0, 4)}, labels=words)
dt.plot.save(figure, sys.argv[1] if len(sys.argv) > 1 else "little_entente.pdf")
