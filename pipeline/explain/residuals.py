"""How far the predicted amounts are from the true ones, and where."""

from typing import Any

import numpy as np

from pipeline.explain.figures import Array, figure, figures
from pipeline.explain.judged import Judged

_SAMPLE = 500
_MOST_BINS = 30
_GROUPS = 10


def residuals(judged: Judged, seed: int) -> dict[str, Any]:
    """Residuals are the true amount less the predicted one, in units of the target.

    Returns
    -------
    dict
        ``sample`` with up to 500 rows; ``histogram`` of all residuals, whose first and last bin
        take what is beyond the middle 99 %; ``by_prediction``: the rows in ten groups of rising
        prediction; and ``mean``, ``median``, ``std``.
    """
    error = judged.target - judged.amounts
    drawn = judged.sample(_SAMPLE, seed)
    return {
        "mean": figure(float(error.mean())),
        "median": figure(float(np.median(error))),
        "std": figure(float(error.std())),
        "sample": {"actual": figures(drawn.target), "predicted": figures(drawn.amounts)},
        "histogram": _histogram(error),
        "by_prediction": _by_prediction(judged.amounts, error),
    }


def _histogram(error: Array) -> dict[str, Any]:
    low, high = np.quantile(error, [0.005, 0.995])
    bins = int(min(_MOST_BINS, max(1, np.sqrt(len(error)))))
    counts, edges = np.histogram(np.clip(error, low, high), bins=bins)
    return {"edges": figures(edges), "rows": counts.tolist()}


def _by_prediction(amounts: Array, error: Array) -> list[dict[str, Any]]:
    order = np.argsort(amounts, kind="stable")
    groups = [group for group in np.array_split(order, _GROUPS) if len(group)]
    return [
        {
            "from": figure(float(amounts[group].min())),
            "to": figure(float(amounts[group].max())),
            "rows": len(group),
            "mean_residual": figure(float(error[group].mean())),
            "mean_absolute_error": figure(float(np.abs(error[group]).mean())),
        }
        for group in groups
    ]
