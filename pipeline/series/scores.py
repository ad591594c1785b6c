"""How good forecasts of many series are, in figures."""

import math
from collections.abc import Sequence

import numpy as np

from pipeline.forecast.selection.metrics import Metrics, symmetric_error
from pipeline.series.fitting import Judged


def measure(judged: Sequence[Judged]) -> Metrics:
    """Over all held-out periods of all series; None where a figure has no meaning.

    ``wape``, ``rmse``, ``mae``, ``smape`` and ``coverage`` are over all periods, ``mase`` is the
    mean over the series.
    """
    told = [one for one in judged if not one.is_empty]
    if not told:
        return dict.fromkeys(("wape", "mase", "smape", "rmse", "mae", "r2_score", "coverage"))
    actual = np.concatenate([one.actual for one in told])
    predicted = np.concatenate([one.predicted for one in told])
    off = np.abs(actual - predicted)
    inside = np.concatenate([(one.actual >= one.lower) & (one.actual <= one.upper) for one in told])
    size, spread = float(np.abs(actual).sum()), float(((actual - actual.mean()) ** 2).sum())
    return {
        "wape": _ratio(float(off.sum()), size),
        "mase": float(np.mean([np.mean(np.abs(o.actual - o.predicted) / o.scale) for o in told])),
        "smape": symmetric_error(actual, predicted),
        "rmse": math.sqrt(float(np.mean(off**2))),
        "mae": float(off.mean()),
        "r2_score": 1 - float((off**2).sum()) / spread if spread > 0 else None,
        "coverage": float(inside.mean()),
    }


def accuracy(figures: Metrics) -> float | None:
    """1 − WAPE, not below 0; None where nothing could be held out."""
    wape = figures["wape"]
    return None if wape is None else max(0.0, 1.0 - wape)


def _ratio(error: float, size: float) -> float | None:
    """An error relative to nothing at all is complete."""
    if size > 0:
        return error / size
    return 0.0 if error == 0 else 1.0
