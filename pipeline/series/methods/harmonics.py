"""Ridge regression on the waves of every season, a trend and the covariates; what is left over
fades from its last value."""

from dataclasses import dataclass

import numpy as np

from pipeline.series.calendar import Calendar, Positions
from pipeline.series.methods.method import Ahead, Array, Past

_WAVES = 6
_WAVES_OF_YEAR = 4
_PENALTIES = np.logspace(-3, 3, 13)
_MOST_FADING = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedHarmonics:
    """The waves, by their length in periods and how many of each, and a weight for each column."""

    waves: tuple[tuple[float, int], ...]
    first: int
    rows: int
    names: tuple[str, ...]
    means: Array
    deviations: Array
    weights: Array
    level: float
    left_over: float
    fading: float

    def predict(self, ahead: Ahead) -> Array:
        covariates = [ahead.covariates[name] for name in self.names]
        table = _table(ahead.positions, self.waves, covariates, self.first, self.rows)
        scaled = (table - self.means) / self.deviations
        fitted = self.level + (scaled * self.weights).sum(axis=1)
        return np.asarray(fitted + self.left_over * self.fading ** ahead.steps.astype(np.float64))


def fit_harmonics(past: Past) -> FittedHarmonics:
    """Fit with the penalty of the smallest generalised cross-validation error."""
    waves = _waves_of(past.calendar, len(past))
    names = tuple(past.covariates)
    columns = [past.covariates[name] for name in names]
    table = _table(past.positions, waves, columns, past.first, len(past))
    means, deviations = table.mean(axis=0), table.std(axis=0)
    deviations = np.where(deviations > 1e-9, deviations, 1.0)
    scaled, values = (table - means) / deviations, past.filled
    level = float(values.mean())
    weights = _ridge(scaled, values - level)
    rest = values - level - (scaled * weights).sum(axis=1)
    return FittedHarmonics(
        waves=waves,
        first=past.first,
        rows=len(past),
        names=names,
        means=means,
        deviations=deviations,
        weights=weights,
        level=level,
        left_over=float(rest[-1]),
        fading=_fading(rest),
    )


def season_table(past: Past) -> Array:
    """A column for the trend and two for each wave of the seasons, one row per period."""
    return _table(past.positions, _waves_of(past.calendar, len(past)), [], past.first, len(past))


def _waves_of(calendar: Calendar, rows: int) -> tuple[tuple[float, int], ...]:
    waves: list[tuple[float, int]] = [
        (float(season), min(_WAVES, season // 2))
        for season in calendar.seasons
        if rows >= 2 * season
    ]
    year = calendar.periods_per_year
    if rows >= 1.5 * year and year > 52.5:
        waves.append((year, _WAVES_OF_YEAR))
    return tuple(waves)


def _table(
    positions: Positions,
    waves: tuple[tuple[float, int], ...],
    covariates: list[Array],
    first: int,
    rows: int,
) -> Array:
    """The trend stops at the end of the past: it says where the level is now."""
    since = np.minimum(positions - first, rows - 1) / max(rows - 1, 1)
    columns = [since.astype(np.float64)]
    for length, count in waves:
        for wave in range(1, count + 1):
            angle = 2 * np.pi * wave * positions / length
            columns.extend((np.sin(angle), np.cos(angle)))
    return np.column_stack([*columns, *covariates])


def _ridge(table: Array, values: Array) -> Array:
    left, singular, right = np.linalg.svd(table, full_matrices=False)
    projected, rows = left.T @ values, len(values)
    best, weights = np.inf, np.zeros(table.shape[1])
    outside = float(values @ values - projected @ projected)
    for penalty in _PENALTIES * rows / 100:
        kept = singular**2 / (singular**2 + penalty)
        free = 1 - float(kept.sum() + 1) / rows
        if free <= 0:
            continue
        error = (outside + float((((1 - kept) * projected) ** 2).sum())) / free**2
        if error < best:
            best = error
            weights = right.T @ (singular / (singular**2 + penalty) * projected)
    return np.asarray(weights, dtype=np.float64)


def _fading(rest: Array) -> float:
    """How much of what is left over remains after one period."""
    size = float(rest[:-1] @ rest[:-1])
    return float(np.clip(rest[1:] @ rest[:-1] / size, 0, _MOST_FADING)) if size > 0 else 0.0
