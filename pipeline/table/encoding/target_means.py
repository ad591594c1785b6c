"""What the target is on average among the rows of each code, without a look at a row's own."""

import numpy as np
import numpy.typing as npt

FOLDS = 5
_LEAST_WEIGHT, _MOST_WEIGHT = 1.0, 100.0

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]


def outcomes(target: npt.NDArray[np.generic], classes: int) -> Floats:
    """Shape (rows, outputs): amounts; or one column of 0 and 1 for two classes, else one each."""
    if classes == 0:
        return np.asarray(target, dtype=np.float64)[:, None]
    shown = np.arange(1, classes) if classes == 2 else np.arange(classes)
    return np.asarray(np.asarray(target)[:, None] == shown, dtype=np.float64)


class TargetMeans:
    """Smoothed means per code, shape (codes, outputs).

    A code of n rows has the weight n / (n + w) against the mean of all rows, where w is the
    variance within codes over the variance between them: the empirical Bayes estimate.
    """

    def __init__(self, codes: int) -> None:
        self._codes = codes
        self.means: npt.NDArray[np.float32] = np.empty((codes, 0), dtype=np.float32)

    def fit(self, codes: Codes, outcome: Floats) -> "TargetMeans":
        self.means = _smoothed(codes, outcome, self._codes)
        return self

    def transform(self, codes: Codes) -> npt.NDArray[np.float32]:
        return self.means[codes]

    def fit_transform(self, codes: Codes, outcome: Floats, fold: npt.NDArray[np.int64]) -> Floats:
        """Fit on all rows; each row's own means come from the folds that it is not in."""
        shown = np.empty(outcome.shape)
        for number in range(FOLDS):
            is_in = fold == number
            shown[is_in] = _smoothed(codes[~is_in], outcome[~is_in], self._codes)[codes[is_in]]
        self.fit(codes, outcome)
        return shown


def random_folds(rows: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold number for each row, all folds of the same size."""
    return np.random.default_rng(seed).permutation(rows) % FOLDS


def _smoothed(codes: Codes, outcome: Floats, count: int) -> npt.NDArray[np.float32]:
    overall = outcome.mean(axis=0) if len(outcome) else np.zeros(outcome.shape[1])
    rows = np.bincount(codes, minlength=count).astype(np.float64)
    means = np.empty((count, outcome.shape[1]))
    for output in range(outcome.shape[1]):
        centred = outcome[:, output] - overall[output]
        sums = np.bincount(codes, weights=centred, minlength=count).astype(np.float64)
        weight = _prior_weight(rows, sums, float(centred @ centred))
        means[:, output] = overall[output] + sums / (rows + weight)
    return means.astype(np.float32)


def _prior_weight(rows: Floats, sums: Floats, total_squares: float) -> float:
    """The number of rows that the mean of all rows counts as."""
    seen = rows > 0
    n, groups = rows.sum(), int(seen.sum())
    if groups < 2 or n <= groups:
        return _MOST_WEIGHT
    explained = float((sums[seen] ** 2 / rows[seen]).sum())
    within = (total_squares - explained) / (n - groups)
    size = (n - (rows**2).sum() / n) / (groups - 1)
    between = (explained / (groups - 1) - within) / size
    if between <= 0:
        return _MOST_WEIGHT
    return float(np.clip(within / between, _LEAST_WEIGHT, _MOST_WEIGHT))
