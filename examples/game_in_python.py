"""Builds a game in Python and solves it: an Ally decides without knowing whether her Patron has armed."""

import deterrence as dt

game = dt.Game(
    title="Arms that an ally cannot see",
    players=["Patron", "Ally"],
    parameters={"a": "0 < a < 1", "h": "h > 0"},
    outcomes={
        "Shield": {"Patron": "1 - a", "Ally": 1},
        "Waste": {"Patron": "-a", "Ally": 0},
        "Defeat": {"Patron": 0, "Ally": "-h"},
        "Retreat": {"Patron": 0, "Ally": 0},
    },
    tree=dt.Decision(
        "Patron",
        {
            "Arm": dt.Decision("Ally", {"Hold": "Shield", "Yield": "Waste"}),
            "Rest": dt.Decision("Ally", {"Hold": "Defeat", "Yield": "Retreat"}),
        },
        hidden_from=["Ally"],
    ),
)
dt.validate(game)
solution = dt.solve(game)
print(solution)

print("\nAs a game file:\n")
print(game.to_yaml())
