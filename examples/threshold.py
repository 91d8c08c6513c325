"""How credible must a guarantee be? The regions of the equilibria that keep the peace, solved for the credibility."""

import deterrence as dt

game = dt.load("unilateral_deterrence")
credibility = next(p for p in game.parameters.values() if p.role == "credibility")
print(f"{credibility.name}: {credibility.meaning}")

for equilibrium in dt.solve(game):
    print(f"\n{equilibrium.name}: status quo with probability {equilibrium.outcomes['StatusQuo']}")
    for case in equilibrium.region.solved_for(credibility.name):
        low, high = case.lower[0], case.upper[0]  # there could be more, of which the tightest counts: here there is one on each side
        signs = ["<=" if closed else "<" for closed in case.closed]
        where = f"  where {' and '.join(case.conditions)}" if case.conditions else ""
        print(f"  {low} {signs[0]} {credibility.name} {signs[1]} {high}{where}")
