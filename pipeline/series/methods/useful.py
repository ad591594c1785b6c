"""Which of many covariates tell most of a series, as far as its past shows."""

from dataclasses import replace

import numpy as np

from pipeline.forecast.pooled.learning import MOST_OBSERVED
from pipeline.series.methods.harmonics import season_table
from pipeline.series.methods.method import Array, Past

MOST_COVARIATES = 10
"""With 200 a fit of the engine takes seconds instead of a tenth."""
_LEAST_LEFT = 1e-9
"""A column of which less is left is made up of those before it."""


def with_useful_covariates(past: Past, most: int = MOST_COVARIATES) -> Past:
    """The past with the ``most`` covariates that explain most of what trend and seasons leave,
    each beside those chosen before it (orthogonal matching pursuit).
    """
    if len(past.covariates) <= most:
        return past
    known = np.isfinite(past.actual)
    names = list(past.covariates)
    basis, _ = np.linalg.qr(_usual(past)[known])
    columns = np.column_stack([past.covariates[name][known] for name in names])
    columns = columns - columns.mean(axis=0)
    size = np.linalg.norm(columns, axis=0)
    columns = _without(basis, columns / np.where(size > 0, size, 1.0))
    rest = _without(basis, past.actual[known])
    chosen: list[int] = []
    while len(chosen) < most:
        left = np.linalg.norm(columns, axis=0)
        told = np.abs(rest @ columns) / np.maximum(left, _LEAST_LEFT)
        told[left < _LEAST_LEFT] = -1.0
        told[chosen] = -2.0
        best = int(told.argmax())
        chosen.append(best)
        if left[best] >= _LEAST_LEFT:
            direction = columns[:, best] / left[best]
            rest = rest - direction * (direction @ rest)
            columns = columns - np.outer(direction, direction @ columns)
    kept = {names[place]: past.covariates[names[place]] for place in sorted(chosen)}
    return replace(past, covariates=kept)


def with_useful_past(past: Past) -> Past:
    """The past with the ``MOST_OBSERVED`` columns that are only looked back at which explain most
    of the period after; those that look back take no more.
    """
    if len(past.observed) <= MOST_OBSERVED:
        return past
    before = {name: _one_earlier(values) for name, values in past.observed.items()}
    chosen = with_useful_covariates(replace(past, covariates=before), MOST_OBSERVED).covariates
    return replace(past, observed={name: past.observed[name] for name in chosen})


def _one_earlier(values: Array) -> Array:
    """What had been seen a period before, the mean where nothing had."""
    earlier = np.concatenate([values[:1], values[:-1]])
    return np.where(np.isfinite(earlier), earlier, np.nanmean(values))


def _usual(past: Past) -> Array:
    return np.column_stack([np.ones(len(past)), season_table(past)])


def _without(basis: Array, columns: Array) -> Array:
    """What is left of columns beside a basis of orthogonal ones."""
    return np.asarray(columns - basis @ (basis.T @ columns))
