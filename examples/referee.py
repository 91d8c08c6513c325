"""Checks a proposition as a referee would: first over the whole parameter space, then the equilibrium it rests on, at a point.

The paper says: a costly signal deters if the signal is dear enough to a weak Defender.
"""

import deterrence as dt

game = dt.load("costly_signal")
solution = dt.solve(game)

claim = dt.Claim(
    "A dear enough signal separates the tough Defender from the weak one.",
    when="k > c_T",
    some="Pr(Signal | Defender (Tough)) == 1 and Pr(Signal | Defender (Weak)) == 0",
)
print(dt.prove(solution, claim))

separating = {
    "Defender (Tough)": {"Signal": 1},
    "Defender (Weak)": {"Quiet": 1},
    "Challenger | Signal": {"Refrain": 1},
    "Challenger | Quiet": {"Attack": 1},
    "Defender (Tough) | Signal, Attack": {"Fight": 1},
    "Defender (Weak) | Signal, Attack": {"Abandon": 1},
    "Defender (Tough) | Quiet, Attack": {"Fight": 1},
    "Defender (Weak) | Quiet, Attack": {"Abandon": 1},
}
for k in ("1/5", "3/5", "6/5"):
    certificate = dt.check(game, separating, {}, {"k": k})
    print(f"\nA signal that costs {k}:\n{certificate}")
