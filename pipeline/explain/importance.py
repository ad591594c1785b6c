"""How much worse the model gets when a column tells it nothing."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pipeline.explain.answers import Answers, OutOfTimeError, rows_per_call
from pipeline.explain.figures import Array, figure
from pipeline.explain.judged import Judged
from pipeline.explain.mixing import mixed
from pipeline.table.scores import Metric

_SIZES = ((2_000, 5), (1_000, 5), (500, 5), (500, 3), (200, 3), (100, 2), (100, 1), (50, 1))


def permutation_importance(
    answers: Answers, judged: Judged, metric: Metric, *, share: float, seed: int
) -> dict[str, Any]:
    """By how much ``metric`` gets worse when the values of one column are shuffled.

    Parameters
    ----------
    share
        Of the time that is left, for this section; it decides how many rows and repeats there are.

    Returns
    -------
    dict
        ``metric``, its ``value`` by the same model on the unshuffled rows, ``rows``, ``repeats``,
        and ``columns``: for each the mean and standard deviation over the repeats, the most
        important first.

    Raises
    ------
    OutOfTimeError
        If not even one repeat fits into the time.
    """
    rows, repeats = _size(answers, len(judged.rows), len(judged.rows.columns), share)
    sample = judged.sample(rows, seed)
    before = metric.loss(sample.target, _measured(answers, answers.values(sample.rows)))
    random = np.random.default_rng(seed)
    found: list[list[float]] = []
    for _ in range(repeats):
        try:
            found.append(list(_repeat(answers, sample, metric, random)))
        except OutOfTimeError:
            if not found:
                raise
            break
    worse = np.array(found) - before
    mean, std = worse.mean(axis=0), worse.std(axis=0)
    order = np.argsort(-mean, kind="stable")
    return {
        "metric": metric.name,
        "value": figure(metric.value(before)),
        "rows": len(sample.rows),
        "repeats": len(found),
        "columns": [
            {
                "column": str(judged.rows.columns[place]),
                "importance": figure(float(mean[place])),
                "std": figure(float(std[place])),
            }
            for place in order
        ],
    }


def _size(answers: Answers, rows: int, columns: int, share: float) -> tuple[int, int]:
    affordable = answers.affordable_rows(share)
    for size, repeats in _SIZES:
        if min(rows, size) * repeats * columns <= affordable:
            return size, repeats
    if min(rows, size) * repeats * columns <= answers.affordable_rows(1.0):
        return size, repeats  # a rough answer is worth more than what comes later
    raise OutOfTimeError


def _measured(answers: Answers, values: Array) -> Array:
    """As a metric takes them: probabilities, or amounts of shape (rows,)."""
    return values if len(answers.outputs) > 1 else values[:, 0]


def _repeat(
    answers: Answers, sample: Judged, metric: Metric, random: np.random.Generator
) -> Iterator[float]:
    """The loss with each column shuffled in turn; several columns are one call of the model."""
    rows, columns = sample.rows.shape
    per_call = max(1, rows_per_call(columns) // rows)
    for first in range(0, columns, per_call):
        shuffled = range(first, min(columns, first + per_call))
        places = np.tile(np.arange(rows)[:, None], (len(shuffled), columns))
        for block, column in enumerate(shuffled):
            places[block * rows : (block + 1) * rows, column] = random.permutation(rows)
        values = answers.values(mixed(sample.rows, places))
        for part in np.split(values, len(shuffled)):
            yield metric.loss(sample.target, _measured(answers, part))
