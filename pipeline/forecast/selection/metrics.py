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
    actual, predicted = actual[known], predicted[known]
    error = np.abs(actual - predicted)
    mae = _mean(error)
    mape = mean_absolute_percentage_error(actual, predicted)
    return {
        "mae": mae,
        "rmse": None if mae is None else _finite(math.sqrt(float(np.mean(error**2)))),
        "r2_score": r_squared(actual, predicted),
        "mape": mape,
        "accuracy": None if mape is None else max(0.0, 100.0 - mape),
        "wape": _ratio(float(error.sum()), float(np.abs(actual).sum())),
        "smape": symmetric_error(actual, predicted),
        "mase": None if mae is None else _ratio(mae, scale),
        "coverage": _coverage(actual, lower, upper, known),
    }


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


def mean_absolute_percentage_error(actual: Array, predicted: Array) -> float | None:
    """Mean of the relative errors over non-zero actual values, in percent."""
    nonzero = actual != 0
    return _mean(np.abs((actual[nonzero] - predicted[nonzero]) / actual[nonzero]) * 100)


def symmetric_error(actual: Array, predicted: Array) -> float | None:
    """Mean of ``2|y - f| / (|y| + |f|)``, with 0 where both are zero."""
    size = np.abs(actual) + np.abs(predicted)
    error = 2 * np.abs(actual - predicted)
    return _mean(np.divide(error, size, out=np.zeros_like(error), where=size > 0))


def r_squared(actual: Array, predicted: Array) -> float | None:
    """Explained share of the variance; None where the actual values are constant."""
    if len(actual) < 2 or np.ptp(actual) == 0:
        return None
    residual = float(((actual - predicted) ** 2).sum())
    total = float(((actual - actual.mean()) ** 2).sum())
    return _finite(1 - residual / total) if total > 0 else None


def _coverage(
    actual: Array, lower: Array | None, upper: Array | None, known: NDArray[np.bool_]
) -> float | None:
    if lower is None or upper is None:
        return None
    return _mean(((actual >= lower[known]) & (actual <= upper[known])).astype(np.float64))


def _mean(values: Array) -> float | None:
    return _finite(float(values.mean())) if len(values) else None


def _ratio(error: float, size: float) -> float | None:
    if size > 0:
        return _finite(error / size)
    return 0.0 if error == 0 else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
