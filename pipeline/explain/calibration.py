"""Whether a probability of 70 % comes true in 70 % of the rows."""

from typing import Any

import numpy as np

from pipeline.explain.figures import Array, figure
from pipeline.explain.judged import Judged

_BINS = 10
_MOST_CLASSES = 10


def calibration(judged: Judged) -> dict[str, Any]:
    """Predicted probabilities in ten bins of equal width beside the shares that came true.

    Returns
    -------
    dict
        ``expected_calibration_error``: the mean distance between the two for the predicted class,
        weighted by rows; ``confidence``: the bins of the predicted class; ``classes``: those of
        each of the (ten most frequent) classes. Bins without rows are left out.
    """
    classes, values = judged.classes or (), judged.values
    decided = judged.decided
    confidence = values[np.arange(len(values)), decided]
    bins = _bins(confidence, decided == judged.target)
    counts = np.bincount(judged.target.astype(np.int64), minlength=len(classes))
    shown = np.sort(np.argsort(-counts, kind="stable")[:_MOST_CLASSES])
    error = sum(abs(one["predicted"] - one["observed"]) * one["rows"] for one in bins)
    return {
        "expected_calibration_error": figure(error / len(values)),
        "confidence": bins,
        "classes": {classes[n]: _bins(values[:, n], judged.target == n) for n in shown.tolist()},
    }


def _bins(predicted: Array, came_true: Array) -> list[dict[str, Any]]:
    places = np.minimum((predicted * _BINS).astype(np.int64), _BINS - 1)
    found = []
    for place in range(_BINS):
        is_here = places == place
        if is_here.any():
            found.append(
                {
                    "from": place / _BINS,
                    "to": (place + 1) / _BINS,
                    "rows": int(is_here.sum()),
                    "predicted": figure(float(predicted[is_here].mean())),
                    "observed": figure(float(came_true[is_here].mean())),
                }
            )
    return found
