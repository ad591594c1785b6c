"""Intervals around predicted amounts, from the errors on rows that were not learned from.

Split conformal prediction with errors in units of the error that is usual at that height of the
prediction (Lei and others, 2018, "Distribution-Free Predictive Inference for Regression"). What few
rows tell of each side is brought near to what they tell of both sides together, which takes half as
many rows to be known as well.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table.scores import Array

Rows = npt.NDArray[np.int64]

INTERVAL_LEVEL = 0.9
_ROWS_PER_KNOT = 50
_MOST_KNOTS = 20
_LEAST_SHARE_OF_MEAN = 0.1
_PRIOR_ROWS = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """``scales`` is the usual error at the predicted amounts ``knots``, linear in between; the
    interval reaches from ``lower`` to ``upper`` such units above the prediction."""

    knots: Array
    scales: Array
    lower: float
    upper: float

    @classmethod
    def fit(cls, actual: Array, predicted: Array, rows: Rows) -> Self:
        """Learn from predictions for rows that took no part in them; ``rows`` are their numbers,
        of which some may come several times."""
        errors = actual - predicted
        knots, scales = _usual_errors(predicted, np.abs(errors))
        units = errors / np.interp(predicted, knots, scales)
        count = len(np.unique(rows))
        tail = (1 - INTERVAL_LEVEL) / 2
        both = _quantile(np.abs(units), INTERVAL_LEVEL, count)
        sides = np.array([_quantile(-units, 1 - tail, count), _quantile(units, 1 - tail, count)])
        lower, upper = (count * sides + _PRIOR_ROWS * both) / (count + _PRIOR_ROWS)
        return cls(knots, scales, float(-lower), float(upper))

    def around(self, predicted: Array) -> tuple[Array, Array]:
        """Lower and upper ends for each of ``predicted``."""
        scale = np.interp(predicted, self.knots, self.scales)
        ends = predicted + self.lower * scale, predicted + self.upper * scale
        return np.minimum(ends[0], predicted), np.maximum(ends[1], predicted)


def _usual_errors(predicted: Array, errors: Array) -> tuple[Array, Array]:
    """The mean error within neighbouring predictions, never far below that of all."""
    count = int(np.clip(len(predicted) // _ROWS_PER_KNOT, 1, _MOST_KNOTS))
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, count)
    least = max(_LEAST_SHARE_OF_MEAN * float(errors.mean()), float(np.finfo(np.float64).tiny))
    knots = np.array([predicted[part].mean() for part in parts])
    scales = np.maximum([errors[part].mean() for part in parts], least)
    return knots, scales


def _quantile(values: Array, share: float, rows: int) -> float:
    """The conformal quantile of so many different rows, each of which may have several values: the
    smallest value that at least ``share`` of rows + 1 reach."""
    rank = min(len(values), int(np.ceil(share * (rows + 1) / rows * len(values))))
    return float(np.sort(values)[rank - 1])
