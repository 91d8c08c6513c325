"""Solves a game of the catalogue, prints its table, and asks one number of it: how often war comes of a bluff that is called."""

import deterrence as dt

game = dt.load("audience_costs")
solution = dt.solve(game)
print(solution)

bluff = solution[0]
war = bluff.outcomes["War"]
print(f"\nIn {bluff.name} war comes with probability {war}.")
for cost in ("a", "k"):
    print(f"Its derivative in {cost} is {war.diff(cost).factor()}.")
