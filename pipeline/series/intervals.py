"""Intervals from the errors of past forecasts, by the conformal calibration of the sales engine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.forecast.calibrate import Calibration, Errors, calibrate
from pipeline.series.calendar import Positions
from pipeline.series.methods.method import Array

INTERVAL_LEVEL = 0.9
_FAR_ABOVE = 200.0


@dataclass(frozen=True, slots=True)
class Intervals:
    """Half widths by distance.

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


def learn_intervals(
    forecasts: Sequence[tuple[Array, Array]], past: Array, *, width: int, signed: bool, season: int
) -> Intervals:
    """From pairs of forecast and actual values at 1, 2, 3, … periods from their origin.

    With none, from the differences of values one season apart.
    """
    spread = float(np.nanmax(past) - np.nanmin(past)) or abs(float(np.nanmax(past))) or 1.0
    moved = _FAR_ABOVE * spread - float(np.nanmin(past)) if signed else 0.0
    pairs = [(predicted, actual) for predicted, actual in forecasts if len(actual)]
    if not any(np.isfinite(actual).any() for _, actual in pairs):
        lag = season if len(past) > season else 1
        pairs = [
            (past[index : index + 1], past[index + lag : index + lag + 1])
            for index in range(len(past) - lag)
        ]
    known = [
        (np.where(np.isfinite(p), p, 0.0), np.where(np.isfinite(p), a, np.nan)) for p, a in pairs
    ]
    level = float(np.nanmean(past)) + moved
    calibration = calibrate(
        [Errors(predicted + moved, actual + moved) for predicted, actual in known]
        or [Errors(np.zeros(0), np.zeros(0))],
        level=max(level, 1e-12),
        window=max(1, width),
        interval_width=INTERVAL_LEVEL,
    )
    return Intervals(calibration, moved, signed)
