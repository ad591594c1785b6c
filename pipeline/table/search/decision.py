"""Which class to name when not every mistake counts the same: a factor on each probability."""

import numpy as np

from pipeline.table.scores import Array, Metric

_STEPS = np.exp(np.array([-0.7, -0.35, -0.15, -0.05, 0.05, 0.15, 0.35, 0.7]))
_ROUNDS = 3
_PARTS = 5
_MOST_CLASSES = 30
_LEAST_ROWS = 50


def fit_factors(target: Array, probabilities: Array, metric: Metric, seed: int) -> Array | None:
    """A factor per class with which ``metric`` is better than with the most probable class; None
    unless it is better on rows that did not choose them too.
    """
    classes = probabilities.shape[1]
    if not metric.decides or classes > _MOST_CLASSES or len(target) < _LEAST_ROWS:
        return None
    part_of = np.random.default_rng(seed).permutation(len(target)) % _PARTS
    checked = probabilities.copy()
    for part in range(_PARTS):
        judged = part_of == part
        checked[judged] *= _best(target[~judged], probabilities[~judged], metric)
    if metric.loss(target, checked) >= metric.loss(target, probabilities):
        return None
    return _best(target, probabilities, metric)


def _best(target: Array, probabilities: Array, metric: Metric) -> Array:
    """Class by class the factor that lowers the loss, from equal factors and from rarity."""
    shares = np.bincount(target, minlength=probabilities.shape[1]) / len(target)
    starts = [np.ones(len(shares)), 1.0 / np.maximum(shares, 1.0 / len(target))]
    found = [_climb(target, probabilities, metric, start) for start in starts]
    return min(found, key=lambda factors: metric.loss(target, probabilities * factors))


def _climb(target: Array, probabilities: Array, metric: Metric, start: Array) -> Array:
    factors = start.copy()
    best = metric.loss(target, probabilities * factors)
    for _ in range(_ROUNDS):
        for label in range(len(factors)):
            for step in _STEPS:
                tried = factors.copy()
                tried[label] *= step
                loss = metric.loss(target, probabilities * tried)
                if loss < best:
                    best, factors = loss, tried
    return np.asarray(factors / factors.sum())
