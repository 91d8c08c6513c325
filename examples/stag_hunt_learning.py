"""Which equilibrium do allies learn to play? The alliance security dilemma as a stag hunt: to commit pays if the other is likely enough to commit."""

import sys
from fractions import Fraction

import deterrence as dt
import matplotlib.pyplot as plt
from deterrence.interop.nashpy_learning import FICTITIOUS, REPLICATOR, learn

LOYALTIES = ("3/10", "2/5", "9/20", "11/20", "3/5", "13/20")
STARTS = {FICTITIOUS: 40, REPLICATOR: 200}
HEADER = f"{'loyalty':>7}  {'belief needed':>13}  {'process':<15}  {'tight alliance':>14}  {'loose alliance':>14}  {'neither':>7}"

game = dt.load("alliance_security_dilemma")
tight = {process: [] for process in STARTS}
print(f"{'':41}share of starts from which play comes to a\n{HEADER}")
for loyalty in LOYALTIES:
    for process, starts in STARTS.items():
        found = learn(game.at(rho=loyalty), process, starts=starts)
        shares = dict(zip((kind[0].outcomes["TightAlliance"] for kind in found.kinds), found.shares.values(), strict=True))
        (needed,) = {e.strategies["Ally"]["Commit"] for e in found.solution} - {0, 1}  # where both are in two minds, each belief is this one
        tight[process].append(shares[1])
        print(f"{loyalty:>7}  {needed!s:>13}  {process:<15}  {shares[1]:14.1%}  {shares[0]:14.1%}  {found.unsettled:7.1%}")

figure, axes = plt.subplots(figsize=(4.5, 2.8), layout="constrained")
for process, style in zip(STARTS, ("o-", "s--"), strict=True):
    axes.plot([float(Fraction(loyalty)) for loyalty in LOYALTIES], tight[process], style, color="black", label=process.replace("_", " "))
axes.set(xlabel=r"loyalty $\rho$", ylabel="share that learns to commit", ylim=(-0.02, 1.02))
axes.legend(frameon=False)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "stag_hunt_learning.pdf")
plt.close(figure)
