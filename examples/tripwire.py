"""How large a tripwire? The force that binds a distant guarantor, and what smaller and larger ones do for deterrence."""

import sys

import deterrence as dt
import matplotlib.pyplot as plt
import numpy as np

DETERRENCE, FIRM, RELUCTANT = "Pr(Deterrence)", "Pr(Station | Guarantor (Firm))", "Pr(Station | Guarantor (Reluctant))"

solution = dt.solve(dt.load("nato_tripwire"))
defaults = {name: str(p.default) for name, p in solution.game.parameters.items()}
sizes = np.linspace(0.0125, 2.4875, 199)
found = dt.sweep(solution, {"t": sizes}, quantities=[DETERRENCE, FIRM, RELUCTANT])
least, most = found[DETERRENCE].min("equilibrium"), found[DETERRENCE].max("equilibrium")

print("Sizes at which the set of equilibria changes:")
for threshold in dt.thresholds(solution, "t"):
    print(f"  {threshold.text} = {float(threshold.value.subs(defaults)):g}")
print("\n  size  deterrence at least  at most  who may be behind the tripwire")
for size in (0.2, 0.4, 0.7, 0.8, 1.2, 1.9, 2.1, 2.4):
    here = found.sel(t=size, method="nearest")
    behind = {
        {(True, True): "both", (True, False): "the firm", (False, True): "the reluctant", (False, False): "nobody"}[bool(firm), bool(reluctant)]
        for firm, reluctant in zip(here[FIRM].values.ravel(), here[RELUCTANT].values.ravel(), strict=True)
        if not np.isnan(firm + reluctant)
    }
    low, high = (float(each.sel(t=size, method="nearest")) for each in (least, most))
    print(f"  {size:4.2f}  {low:19.2f}  {high:7.2f}  {', or '.join(sorted(behind))}")

figure, axes = plt.subplots(figsize=(4.5, 2.8), layout="constrained")
axes.plot(sizes, most, "-", color="black", label="at most")
axes.plot(sizes, least, "--", color="black", label="at least")
axes.set(xlabel="size of the tripwire $t$", ylabel="probability of deterrence", xlim=(0, 2.5), ylim=(-0.02, 1.02))
axes.legend(frameon=False, loc="center right")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "tripwire.pdf")
plt.close(figure)
