"""Probabilities that mean what they say: one temperature, learned from rows not learned from."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from pipeline.table.scores import Array, log_loss

_LEAST_PROBABILITY = 1e-15
_PARTS = 5
_LEAST_GAIN = 0.0005
_LEAST_ROWS = 50
_USUAL_SPREAD = 0.25
"""Of the logarithms of temperatures: most are between 0.78 and 1.28. Rows have to outweigh that."""

Numbers = npt.NDArray[np.int64]


def tempered(probabilities: Array, temperature: float) -> Array:
    """Softer (above 1) or sharper (below 1) probabilities, in the same order."""
    if temperature == 1.0:
        return probabilities
    logs = np.log(np.maximum(probabilities, _LEAST_PROBABILITY)) / temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(target: Array, probabilities: Array, rows: Numbers, seed: int) -> float:
    """The most likely temperature, given that most are near 1; 1 unless it helps on rows that did
    not choose it.

    ``rows`` has the number of the row behind each prediction: one that was predicted several times
    counts once, and it does not judge a temperature that it has chosen.

    Guo and others (2017), "On Calibration of Modern Neural Networks".
    """
    numbers, place = np.unique(rows, return_inverse=True)
    if len(numbers) < _LEAST_ROWS:
        return 1.0
    part_of = (np.random.default_rng(seed).permutation(len(numbers)) % _PARTS)[place]
    checked = probabilities.astype(np.float64)
    for part in range(_PARTS):
        judged = part_of == part
        count = len(np.unique(rows[~judged]))
        checked[judged] = tempered(
            probabilities[judged], _likeliest(target[~judged], probabilities[~judged], count)
        )
    if log_loss(target, checked) > log_loss(target, probabilities) * (1 - _LEAST_GAIN):
        return 1.0
    return _likeliest(target, probabilities, len(numbers))


def _likeliest(target: Array, probabilities: Array, count: int) -> float:
    """Of ``count`` different rows: likelihood and expectation together (maximum a posteriori)."""

    def loss(log: float) -> float:
        against = log**2 / (2 * _USUAL_SPREAD**2)
        return count * log_loss(target, tempered(probabilities, float(np.exp(log)))) + against

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))
