"""Entrapment against deterrence as a promise firms up: draws both, and says at which firmness conduct changes."""

import deterrence as dt
import numpy as np

QUANTITIES = {"deterrence": "Pr(Peace)", "entrapment": "Pr(Provoke, WarTogether)"}

solution = dt.solve(dt.load("entrapment"))
found = dt.sweep(solution, {"f": np.linspace(0.005, 0.995, 199)}, fixed={"k": 2}, quantities=list(QUANTITIES.values()))
for name, quantity in QUANTITIES.items():
    dt.plot.save(dt.plot.sweep(found, quantity, solution=solution), f"{name}.pdf")

for equilibrium in found.equilibrium.values:
    there = found.sel(equilibrium=equilibrium).where(found.exists.sel(equilibrium=equilibrium), drop=True)
    if there.f.size:
        low, high = (float(there[QUANTITIES["entrapment"]][k]) for k in (0, -1))
        print(f"{equilibrium}, where f is from {float(there.f[0]):.3f} to {float(there.f[-1]):.3f}:")
        print(f"  peace with probability {float(there[QUANTITIES['deterrence']][0]):.2f}, entrapment from {low:.2f} to {high:.2f}")
