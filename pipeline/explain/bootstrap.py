"""How far a measured figure could be off by the chance that drew the test rows."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.explain.answers import OnStep, no_step
from pipeline.explain.figures import figure

Measure = Callable[[npt.NDArray[np.int64]], Mapping[str, float | None]]

LEVEL = 0.95
_REPEATS = 200
_FEWEST_REPEATS = 20
_ROWS = 2_000
_DRAWS_PER_STEP = 20


def with_intervals(
    measure: Measure,
    rows: int,
    *,
    seed: int = 0,
    seconds: float = 2.0,
    on_step: OnStep = no_step,
) -> dict[str, dict[str, Any]]:
    """Each figure that ``measure`` finds on all rows, with the bounds of a bootstrap, of which the
    share ``LEVEL`` holds the true figure.

    Parameters
    ----------
    measure
        The figures on the given row numbers, in which rows may repeat.
    rows
        How many there are. Of more than 2,000, that many are drawn each time and the spread is
        scaled by the root of the ratio (the m-out-of-n bootstrap).
    seconds
        Drawing ends then, after at least 20 times; else after 200.

    Returns
    -------
    dict
        By figure ``value``, ``low`` and ``high``; the bounds are None where most draws leave the
        figure undefined.
    """
    found = measure(np.arange(rows))
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in found}
    size = min(rows, _ROWS)
    end = time.perf_counter() + seconds
    for repeat in range(_REPEATS):
        if repeat >= _FEWEST_REPEATS and time.perf_counter() > end:
            break
        if repeat % _DRAWS_PER_STEP == 0:
            on_step()
        for name, value in measure(random.integers(0, rows, size)).items():
            if value is not None:
                drawn[name].append(value)
    shrink = float(np.sqrt(size / rows))
    return {
        name: {"value": figure(value), **_bounds(value, drawn[name], shrink)}
        for name, value in found.items()
    }


def _bounds(value: float | None, drawn: list[float], shrink: float) -> dict[str, float | None]:
    if value is None or len(drawn) < _FEWEST_REPEATS:
        return {"low": None, "high": None}
    low, high = np.quantile(np.array(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if shrink < 1:
        low, high = value + (low - value) * shrink, value + (high - value) * shrink
    return {"low": figure(min(float(low), value)), "high": figure(max(float(high), value))}
