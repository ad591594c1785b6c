"""How good a forecast is. Every metric is defined on zeros.

Each is a finite number, or None where it has no meaning.

``mape`` and ``accuracy`` are percentages, as the service has always reported them; ``wape``,
``smape`` (0 to 2), ``coverage`` and what begins with ``coverage_`` are shares. ``width_80`` and
``width_95`` are mean widths of intervals in units of the mean quantity.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Metrics = dict[str, float | None]


def score(
    actual: Array,
    predicted: Array,
    lower: Array | None = None,
    upper: Array | None = None,
    *,
    scale: float,
) -> Metrics:
    """All metrics of one window; rows whose actual value is missing do not count.

    Parameters
    ----------
    actual, predicted, lower, upper
        Arrays of one length; without bounds ``coverage`` is None.
    scale
        The in-sample error of the seasonal naive forecast, from `naive_scale`.
    """
    known = np.isfinite(actual)
    (made,) = score_each(actual, predicted[None], scale=scale)
    return {**made, "coverage": _coverage(actual[known], lower, upper, known)}


def score_each(actual: Array, predicted: Array, *, scale: float) -> list[Metrics]:
    """What `score` says, without bounds, of each row of ``predicted``."""
    known = np.isfinite(actual)
    actual, predicted = actual[known], np.ascontiguousarray(predicted[:, known])
    error = np.abs(actual - predicted)
    mae, mape = _means(error), percentage_errors(actual, predicted)
    columns = {
        "mae": mae,
        "rmse": np.sqrt(_means(error**2)),
        "r2_score": r_squared(actual, predicted),
        "mape": mape,
        "accuracy": np.where(np.isfinite(mape), np.maximum(0.0, 100.0 - mape), np.nan),
        "wape": _ratios(error.sum(axis=1), float(np.abs(actual).sum())),
        "smape": _means(_symmetric(actual, predicted)),
        "mase": _ratios(mae, scale),
        "coverage": np.full(len(predicted), np.nan),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, map(_finite, row), strict=True)) for row in rows]


def quantile_metrics(actual: Array, quantiles: Array, levels: Sequence[float]) -> Metrics:
    """How good quantiles are: coverage and width of two intervals, and the loss over all levels.

    Parameters
    ----------
    actual
        Shape ``(n,)``; rows whose actual value is missing do not count.
    quantiles
        One row per actual value, one column per level.
    levels
        Among them 0.025, 0.1, 0.9 and 0.975.
    """
    known = np.isfinite(actual)
    actual, quantiles = actual[known], quantiles[known]
    total = float(np.abs(actual).sum())
    made: Metrics = {}
    for name, tail in (("80", 0.1), ("95", 0.025)):
        lower, upper = (quantiles[:, levels.index(level)] for level in (tail, 1 - tail))
        made[f"coverage_{name}"] = _mean(((actual >= lower) & (actual <= upper)).astype(float))
        made[f"width_{name}"] = _ratio(float((upper - lower).sum()), total)
    loss = quantile_loss(actual, quantiles, levels)
    return {**made, "weighted_quantile_loss": _ratio(loss, total)}


def quantile_loss(actual: Array, quantiles: Array, levels: Sequence[float]) -> float:
    """Twice the pinball loss, summed over rows and averaged over levels."""
    off = actual[:, None] - quantiles
    each = np.maximum(np.asarray(levels) * off, (np.asarray(levels) - 1) * off)
    return float(2 * each.sum() / len(levels))


def naive_scale(training: Array, season: int) -> float:
    """Mean absolute difference of values one season apart (Hyndman and Koehler 2006)."""
    values = training if len(training) > season else np.empty(0)
    differences = np.abs(values[season:] - values[:-season])
    differences = differences[np.isfinite(differences)]
    return float(differences.mean()) if len(differences) else 0.0


def percentage_errors(actual: Array, predicted: Array) -> Array:
    """By row of ``predicted`` the mean of the relative errors over non-zero actual values, in
    percent; nan where there are none."""
    nonzero = actual != 0
    made = np.ascontiguousarray(predicted[:, nonzero])
    return _means(np.abs((actual[nonzero] - made) / actual[nonzero]) * 100)


def symmetric_error(actual: Array, predicted: Array) -> float | None:
    """Mean of ``2|y - f| / (|y| + |f|)``, with 0 where both are zero."""
    return _mean(_symmetric(actual, predicted))


def r_squared(actual: Array, predicted: Array) -> Array:
    """By row of ``predicted`` the explained share of the variance; nan where the actual values are
    constant."""
    total = float(((actual - actual.mean()) ** 2).sum()) if len(actual) else 0.0
    if len(actual) < 2 or np.ptp(actual) == 0 or not total > 0:
        return np.full(len(predicted), np.nan)
    return np.asarray(1 - ((actual - predicted) ** 2).sum(axis=1) / total)


def _symmetric(actual: Array, predicted: Array) -> Array:
    size = np.abs(actual) + np.abs(predicted)
    error = 2 * np.abs(actual - predicted)
    return np.asarray(np.divide(error, size, out=np.zeros_like(error), where=size > 0))


def _coverage(
    actual: Array, lower: Array | None, upper: Array | None, known: NDArray[np.bool_]
) -> float | None:
    if lower is None or upper is None:
        return None
    return _mean(((actual >= lower[known]) & (actual <= upper[known])).astype(np.float64))


def _means(rows: Array) -> Array:
    """By row; nan where there are no columns."""
    return rows.mean(axis=1) if rows.shape[1] else np.full(len(rows), np.nan)


def _ratios(errors: Array, size: float) -> Array:
    """Of nothing, no error is a share of 0; any other has none, which is nan."""
    return np.asarray(errors / size if size > 0 else np.where(errors == 0, 0.0, np.nan))


def _mean(values: Array) -> float | None:
    return _finite(float(values.mean())) if len(values) else None


def _ratio(error: float, size: float) -> float | None:
    return _finite(float(_ratios(np.array(error), size)))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
