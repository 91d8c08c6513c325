"""Sweeps the cost of backing down and the Leader's reputation, writes the result as NetCDF, reads it back and plots it."""

import deterrence as dt
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

grid = {"p": [0.1, 0.25, 0.4, 0.6], "a": np.linspace(0.02, 1.98, 99)}
found = dt.sweep(dt.load("audience_costs"), grid, quantities=["Pr(War)"], select="best for Leader")
found.to_netcdf("audience_costs.nc", engine="scipy")

with xr.open_dataset("audience_costs.nc") as data:
    print(f"{data.attrs['points']} points, {data.attrs['points_outside']} of them outside the parameter space; rule: {data.attrs['rule']}")
    for p in data.p.values:
        war = data["Pr(War)"].sel(p=p)
        names = ", ".join(sorted(set(data.chosen.sel(p=p).values)))
        print(f"p = {p:g}: {names}; war with probability {float(war[0]):.3f} where backing down is cheap, {float(war[-1]):.3f} where it is dear")

    figure, axes = plt.subplots(figsize=(4.5, 3), layout="constrained")
    for p, style in zip(data.p.values, ("-", "--", ":", "-."), strict=True):
        axes.plot(data.a, data["Pr(War)"].sel(p=p), style, color="black", label=f"$p = {p:g}$")
    axes.set(xlabel="audience cost $a$", ylabel="probability of war", xlim=(0, 2), ylim=(-0.01, 0.45))
    axes.legend(frameon=False, title="reputation", ncols=2)
    figure.savefig("audience_costs.svg")
    plt.close(figure)
