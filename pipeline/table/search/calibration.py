"""Probabilities that mean what they say: one temperature, learned from rows not learned from."""

import numpy as np
from scipy.optimize import minimize_scalar

from pipeline.table.scores import Array, log_loss

_LEAST_PROBABILITY = 1e-15
_PARTS = 5
_LEAST_GAIN = 0.0005
_LEAST_ROWS = 50
_PRIOR_ROWS = 500


def tempered(probabilities: Array, temperature: float) -> Array:
    """Softer (above 1) or sharper (below 1) probabilities, in the same order."""
    if temperature == 1.0:
        return probabilities
    logs = np.log(np.maximum(probabilities, _LEAST_PROBABILITY)) / temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(target: Array, probabilities: Array, seed: int) -> float:
    """The temperature with the least log loss, nearer to 1 the fewer the rows; 1 unless it helps on
    rows that did not choose it.

    Guo and others (2017), "On Calibration of Modern Neural Networks".
    """
    if len(target) < _LEAST_ROWS:
        return 1.0
    part_of = np.random.default_rng(seed).permutation(len(target)) % _PARTS
    checked = probabilities.astype(np.float64)
    for part in range(_PARTS):
        judged = part_of == part
        found = _best(target[~judged], probabilities[~judged])
        checked[judged] = tempered(probabilities[judged], found)
    before = log_loss(target, probabilities)
    if log_loss(target, checked) > before * (1 - _LEAST_GAIN):
        return 1.0
    doubt = _PRIOR_ROWS / (_PRIOR_ROWS + len(target))
    return float(_best(target, probabilities) ** (1 - doubt))


def _best(target: Array, probabilities: Array) -> float:
    found = minimize_scalar(
        lambda log: log_loss(target, tempered(probabilities, float(np.exp(log)))),
        bounds=(-1.5, 1.5),
        method="bounded",
    )
    return float(np.exp(found.x))
