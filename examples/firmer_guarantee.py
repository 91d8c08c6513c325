"""Does a firmer guarantee cause entrapment? Peace and entrapment as a promise firms up, with and without a condition that a patron can afford."""

import sys
from itertools import pairwise

import deterrence as dt
import matplotlib.pyplot as plt
import numpy as np

ASKED = {"peace": "Pr(Peace)", "entrapment": "Pr(Provoke, WarTogether)", "provocation": "Pr(Provoke)"}
PRICES = {"too dear": 2, "cheap": 0.1}  # of confining the promise to defence

solution = dt.solve(dt.load("entrapment"))
others = {name: p.default for name, p in solution.game.parameters.items() if name not in ("f", "k")}
figure, panels = plt.subplots(1, 2, figsize=(6.5, 2.6), layout="constrained", sharey=True)

for axes, (word, price) in zip(panels, PRICES.items(), strict=True):
    firmness = np.linspace(0.005, 0.995, 199)
    found = dt.sweep(solution, {"f": firmness}, fixed={"k": price}, quantities=list(ASKED.values()), select="best for Patron")

    # Between two thresholds nobody's conduct changes: the middle speaks for what lies between them.
    changes = dt.thresholds(dt.solve(solution.game.at(k=price, **others)), "f")
    print(f"Where a condition is {word}:\n{'firmness':>16}  " + "  ".join(f"{name:>11}" for name in ASKED))
    for low, high in pairwise([0.0, *(float(change.value) for change in changes), 1.0]):
        here = found.sel(f=(low + high) / 2, method="nearest")
        print(f"  {low:5.3f} to {high:5.3f}  " + "  ".join(f"{float(here[quantity]):11.2f}" for quantity in ASKED.values()))

    for name, style in (("peace", "-"), ("entrapment", "--")):
        axes.plot(found.f, found[ASKED[name]], style, color="black", label=name)
    axes.set(title=f"a condition is {word}", xlabel="firmness $f$", xlim=(0, 1), ylim=(-0.02, 1.02))

panels[1].legend(frameon=False, loc="center right")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "firmer_guarantee.pdf")
plt.close(figure)
