"""Intervals from the errors of past forecasts, by the conformal calibration of the sales engine.

Errors of windows that were forecast with less history than is known today are larger than those to
come, so where the engine is the forecast, its own intervals are better: they learn from its tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.forecast.intervals.calibrate import Calibration, Errors, are_whole, calibrate
from pipeline.series.calendar import Positions
from pipeline.series.methods.method import Array
from pipeline.series.methods.whole_engine import FittedEngine

INTERVAL_LEVEL = 0.9
_FAR_ABOVE = 200.0
_SMALLEST_LEVEL = 1e-12


@dataclass(frozen=True, slots=True)
class Intervals:
    """How far actual values lie from forecasts, by distance.

    The engine's errors grow with the forecast, as those of sales do. Where values below 0 occur
    they do not, and moving all values far up (``moved``) makes them all alike.
    """

    calibration: Calibration
    moved: float
    signed: bool

    def around(self, predicted: Array, steps: Positions) -> tuple[Array, Array]:
        """Lower and upper bounds, not below 0 unless values are signed."""
        lower, upper = self.calibration.interval(predicted + self.moved, steps)
        lower, upper = lower - self.moved, upper - self.moved
        if not self.signed:
            lower = np.maximum(lower, 0.0)
        return np.minimum(lower, predicted), np.maximum(upper, predicted)

    def quantiles(self, predicted: Array, steps: Positions, levels: Sequence[float]) -> Array:
        """One row per forecast, one column per level."""
        made = self.calibration.quantiles(predicted + self.moved, steps, levels) - self.moved
        return made if self.signed else np.maximum(made, 0.0)


def learn_intervals(
    forecasts: Sequence[tuple[Array, Array]], past: Array, *, signed: bool, season: int
) -> Intervals:
    """From pairs of forecast and actual values at 1, 2, 3, … periods from their origin, whose
    actual values may be missing; with none, from the differences of values of ``past`` one season
    apart. Where all actual values are whole numbers from 0 on, so are the bounds of intervals.
    """
    moved = moved_far_up(past) if signed else 0.0
    pairs = [pair for pair in forecasts if np.isfinite(pair[1]).any()]
    if not pairs:
        lag = season if len(past) > season else 1
        pairs = [(past[:-lag], past[lag:])]
    calibration = calibrate(
        [Errors(predicted + moved, actual + moved) for predicted, actual in pairs],
        level=max(float(np.mean(past)) + moved, _SMALLEST_LEVEL),
        interval_width=INTERVAL_LEVEL,
        is_count=not signed and all(are_whole(actual) for _, actual in pairs),
    )
    return Intervals(calibration, moved, signed)


def intervals_of_engine(engine: FittedEngine, *, signed: bool) -> Intervals:
    """Those of the engine, which knows its errors on the past and how they came about."""
    calibration = replace(engine.model.calibration, interval_width=INTERVAL_LEVEL)
    return Intervals(calibration, engine.moved, signed)


def moved_far_up(past: Array) -> float:
    """By how much values must rise for all of them to be alike beside it."""
    spread = float(np.ptp(past)) or abs(float(past[0])) or 1.0
    return _FAR_ABOVE * spread - float(past.min())
