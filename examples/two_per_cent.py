"""When is two per cent enforceable? The least weight of the future that keeps unequal allies at a number, or at an equal rise that asks as much."""

import sys

import deterrence as dt
import matplotlib.pyplot as plt
import numpy as np

game = dt.load("two_per_cent")
solution = dt.solve(game)
least = {change.appear[0]: change.value for change in dt.thresholds(solution, "delta")}
for rule, weight in least.items():
    print(f"{rule}: kept where delta >= {weight}")

# The Great ally, left to himself, spends 2; a rise asks of both what the number asks of him beyond that.
fixed = {"c": 0.5, "v_1": 2}
numbers, stakes = np.linspace(2.02, 4, 100), (1.95, 1.75, 1.5, 1.25)


def needed(rule, number, stake):
    """The least weight of the future under a rule; 1 or more is never."""
    return float(least[rule].subs(fixed | {"x": number, "e": number - 2, "v_2": stake}))


print("\nLeast weight of the future by the Small ally's stake (the Great one's is 2):")
print("  number  rule          " + "  ".join(f"{stake:>6}" for stake in stakes))
for number in (2.1, 2.25, 2.5, 3, 3.5):
    for rule in ("Two per cent", "Equal rise"):
        cells = [needed(rule, number, stake) for stake in stakes]
        print(f"  {number:6g}  {rule:<12}  " + "  ".join(f"{cell:6.2f}" if cell < 1 else " never" for cell in cells))

figure, axes = plt.subplots(figsize=(4.5, 3), layout="constrained")
for stake, style in zip(stakes[:3], ("-", "--", "-."), strict=True):  # no number binds the last
    axes.plot(numbers, [needed("Two per cent", number, stake) for number in numbers], style, color="black", label=f"$v_2 = {stake}$")
axes.set(xlabel="the number $x$", ylabel=r"least weight of the future $\delta$", xlim=(2, 4), ylim=(0, 1))
axes.legend(frameon=False)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "two_per_cent.pdf")
plt.close(figure)
