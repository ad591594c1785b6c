"""The methods that everything else has to beat."""

from dataclasses import dataclass

import numpy as np

from pipeline.series.methods.method import Ahead, Array, Past

_SEASONS_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class RepeatedSeason:
    """Repeats one season; with one value, that value."""

    season: Array

    def predict(self, ahead: Ahead) -> Array:
        return np.take(self.season, (ahead.steps - 1) % len(self.season))


@dataclass(frozen=True, slots=True)
class Line:
    """A level that moves on by the same amount each period."""

    level: float
    slope: float

    def predict(self, ahead: Ahead) -> Array:
        return self.level + self.slope * ahead.steps.astype(np.float64)


def fit_seasonal_naive(past: Past) -> RepeatedSeason:
    """Keep the last season, or the last value where there is none."""
    return RepeatedSeason(past.filled[-past.season :].copy())


def fit_seasonal_mean(past: Past) -> RepeatedSeason:
    """Average each place of the last eight seasons."""
    if past.season == 1:
        return RepeatedSeason(np.array([past.filled[-_SEASONS_REMEMBERED:].mean()]))
    seasons = min(_SEASONS_REMEMBERED, len(past) // past.season)
    recent = past.filled[-seasons * past.season :]
    return RepeatedSeason(recent.reshape(seasons, past.season).mean(axis=0))


def fit_drift(past: Past) -> Line:
    """Measure the change from the first season to the last."""
    values, width = past.filled, min(max(past.season, 2), len(past) // 2)
    first, last = values[:width].mean(), values[-width:].mean()
    return Line(float(last), float((last - first) / (len(values) - width)))
