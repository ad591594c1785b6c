"""How often the true amount lies within the predicted interval."""

from typing import Any

import numpy as np

from pipeline.explain.figures import Array, figure
from pipeline.explain.judged import Judged

_GROUPS = 5


def has_intervals(judged: Judged) -> bool:
    return {"lower", "upper"} <= set(judged.predicted.columns)


def interval_coverage(judged: Judged, level: float) -> dict[str, Any]:
    """The share of test rows within their interval, which should be ``level``; the mean width in
    units of the target; and both for the rows in five groups of rising prediction."""
    lower = judged.predicted["lower"].to_numpy(dtype=np.float64)
    upper = judged.predicted["upper"].to_numpy(dtype=np.float64)
    is_inside = (lower <= judged.target) & (judged.target <= upper)
    order = np.argsort(judged.amounts, kind="stable")
    groups = [group for group in np.array_split(order, _GROUPS) if len(group)]
    return {
        "level": level,
        **_described(is_inside, upper - lower),
        "by_prediction": [
            {
                "from": figure(float(judged.amounts[group].min())),
                "to": figure(float(judged.amounts[group].max())),
                **_described(is_inside[group], (upper - lower)[group]),
            }
            for group in groups
        ],
    }


def _described(is_inside: Array, width: Array) -> dict[str, Any]:
    return {
        "rows": len(is_inside),
        "coverage": figure(float(is_inside.mean())),
        "mean_width": figure(float(width.mean())),
    }
