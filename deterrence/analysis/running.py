"""Programs run on columns of numbers: by NumPy, or by a kernel that numba compiles, with the same result to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from deterrence.analysis.tape import Line, Program, operands

Numbers: TypeAlias = npt.NDArray[np.float64]
Truths: TypeAlias = npt.NDArray[np.bool_]
Column: TypeAlias = Numbers | float
BLOCK = 1 << 16  # points: few enough for the values of all lines to stay near the processor
_MOST_BYTES = 1 << 26  # of intermediate values


def block_size(program: Program) -> int:
    """How many points are worked on at once, so that all intermediate values together stay below 64 MiB."""
    return max(1024, min(BLOCK, _MOST_BYTES // (8 * max(1, len(program.lines)))))


def run(program: Program, columns: Sequence[Column], truths: Truths, numbers: Numbers) -> None:
    """Fill `truths` and `numbers`, one row an output, with what a program says at the points of the columns."""
    values: list[Any] = []
    with np.errstate(all="ignore"):
        for line in program.lines:
            values.append(_value(line, values, columns))
    for rows, outputs in ((truths, program.truths), (numbers, program.values)):
        for row, k in zip(rows, outputs, strict=True):
            row[:] = values[k]


def _value(line: Line, values: list[Any], columns: Sequence[Column]) -> Any:
    op = line[0]
    if op == "input":
        column = columns[int(line[1])]
        return np.float64(column) if isinstance(column, float) else column
    if op == "constant":
        return np.float64(line[1])
    if op == "truth":
        return np.bool_(line[1])
    if op == "pick":
        return values[int(line[2])][int(line[1])]
    return _OPERATIONS[str(op)](*(values[k] for k in operands(line)))


def _least(a: Any, b: Any) -> Any:
    return np.where((b < a) | np.isnan(a), b, a)


def _most(a: Any, b: Any) -> Any:
    return np.where((b > a) | np.isnan(a), b, a)


def real_roots(*coefficients: Any) -> Numbers:
    """The real roots of polynomials, one row a root, from the least to the greatest, NaN where there are no more.

    Args:
        coefficients: c_0, ..., c_d, numbers or columns of the same length.
    """
    c = np.stack(np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, dtype=float)) for x in coefficients)))
    degree, n = len(c) - 1, c.shape[1]
    out = np.full((degree, n), np.nan)
    if degree == 0:
        return out
    known = np.isfinite(c).all(axis=0)
    lower = known & (c[-1] == 0)
    if lower.any():
        out[: degree - 1, lower] = real_roots(*c[:-1, lower])
    rest = np.flatnonzero(known & ~lower)
    if rest.size:
        out[:, rest] = _roots_of_full_degree(c[:, rest])
    return out


def _roots_of_full_degree(c: Numbers) -> Numbers:
    """As eigenvalues of companion matrices, polished by Newton's method."""
    degree, n = len(c) - 1, c.shape[1]
    companion = np.zeros((n, degree, degree))
    companion[:, range(1, degree), range(degree - 1)] = 1.0
    companion[:, :, -1] = -(c[:-1] / c[-1]).T
    with np.errstate(all="ignore"):
        found = np.linalg.eigvals(companion).T
        x = np.where(abs(found.imag) <= 1e-6 * (1 + abs(found.real)), found.real, np.nan)
        for _ in range(4):
            value, slope = c[-1] * np.ones_like(x), np.zeros_like(x)
            for a in c[-2::-1]:
                slope, value = slope * x + value, value * x + a
            step = value / slope
            x = np.where(np.isfinite(step) & (abs(step) < 0.1 * (1 + abs(x))), x - step, x)
    return np.sort(x, axis=0)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "&": np.logical_and,
    "|": np.logical_or,
    "sqrt": np.sqrt,
    "least": _least,
    "most": _most,
    "select": np.where,
    "roots": real_roots,
}

# Compiled

_TEMPLATES = {
    "&": "{0} and {1}",
    "|": "{0} or {1}",
    "sqrt": "sqrt({0})",
    "least": "{1} if {1} < {0} or {0} != {0} else {0}",
    "most": "{1} if {1} > {0} or {0} != {0} else {0}",
    "select": "{1} if {0} else {2}",
}


def source(program: Program, varying: Sequence[bool]) -> str:
    """The text of a kernel; it has nothing in it but numbers and names of ours."""
    names = [f"c{k}" for k in range(len(varying))]
    lines = [f"def kernel({', '.join([*names, 'truths', 'numbers'])}):", "    for i in range(truths.shape[1]):"]
    for k, line in enumerate(program.lines):
        lines.append(f"        v{k} = {_text(line, varying)}")
    for name, outputs in (("truths", program.truths), ("numbers", program.values)):
        lines += [f"        {name}[{row}, i] = v{k}" for row, k in enumerate(outputs)]
    return "\n".join(lines) + "\n"


def _text(line: Line, varying: Sequence[bool]) -> str:
    op = str(line[0])
    if op == "input":
        return f"c{line[1]}[i]" if varying[int(line[1])] else f"c{line[1]}"
    if op == "constant":
        return {"nan": "nan", "inf": "inf", "-inf": "-inf"}.get(repr(line[1]), repr(line[1]))
    if op == "truth":
        return repr(bool(line[1]))
    names = [f"v{k}" for k in operands(line)]
    return _TEMPLATES.get(op, "{0} " + op + " {1}").format(*names)


def has_numba() -> bool:
    """Is numba installed?"""
    from importlib.util import find_spec

    return find_spec("numba") is not None


@lru_cache(maxsize=32)
def kernel(program: Program, varying: tuple[bool, ...]) -> Callable[..., None]:
    """The program as machine code: `kernel(*columns, truths, numbers)`, which lets other threads run meanwhile."""
    import math

    import numba

    names: dict[str, Any] = {"sqrt": math.sqrt, "nan": math.nan, "inf": math.inf}
    exec(compile(source(program, varying), "<kernel>", "exec"), names)  # our own text: no name and no text of a game file is in it
    compiled: Callable[..., None] = numba.njit(nogil=True, error_model="numpy")(names["kernel"])
    return compiled
