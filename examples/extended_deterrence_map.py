"""Draws the equilibrium map of extended deterrence: what reputation and the cost of a signal decide, and what they leave open."""

import deterrence as dt

solution = dt.solve(dt.load("costly_signal"))
figure = dt.plot.regions(solution, "r", "k", ranges={"k": (0, "6/5")})
dt.plot.save(figure, "extended_deterrence.pdf")

# A point in each of the four cells.
found = solution.evaluate(r=[0.25, 0.25, 0.75, 0.75], k=[0.2, 1.1, 0.2, 1.1], of=["Pr(Signal)", "Pr(Deterrence)"])
for n in range(found.sizes["point"]):
    here = found.isel(point=n)
    print(f"r = {float(here.r)}, k = {float(here.k)}:")
    for name in here.equilibrium.values[here.exists.values]:
        signal, deterrence = (float(here[quantity].sel(equilibrium=name)) for quantity in ("Pr(Signal)", "Pr(Deterrence)"))
        print(f"  {name}: signal with probability {signal:g}, deterrence with probability {deterrence:g}")
