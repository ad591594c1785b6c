"""What all topics of a text together say of the target, as trees find it hard to add up."""

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.target_means import FOLDS

_PENALTIES = np.logspace(-2, 3, 11)

Floats = npt.NDArray[np.float64]


class TextScore:
    """A ridge regression of the outcomes on the topics of one column of text; rows without a text
    have no score. The penalty is the one that does best on rows that were not fitted on."""

    def __init__(self, places: tuple[int, ...]) -> None:
        self._places = list(places)
        self._centre: Floats = np.empty(0)
        self._weights: Floats = np.empty((0, 0))
        self._mean: Floats = np.empty(0)

    def fit_transform(
        self, numbers: npt.NDArray[np.float32], outcome: Floats, fold: npt.NDArray[np.int64]
    ) -> Floats:
        """Fit on all rows; each row's own score comes from the folds that it is not in."""
        topics = numbers[:, self._places].astype(np.float64)
        is_there = ~np.isnan(topics[:, 0])
        topics, given, fold = topics[is_there], outcome[is_there], fold[is_there]
        crossed = np.zeros((len(_PENALTIES), *given.shape))
        for number in range(FOLDS):
            is_in = fold == number
            centre, mean, weights = _ridge(topics[~is_in], given[~is_in])
            crossed[:, is_in] = (topics[is_in] - centre) @ weights + mean
        best = int(((crossed - given) ** 2).sum(axis=(1, 2)).argmin())
        self._centre, self._mean, weights = _ridge(topics, given)
        self._weights = weights[best]
        scores = np.full(outcome.shape, np.nan)
        scores[is_there] = crossed[best]
        return scores

    def transform(self, numbers: npt.NDArray[np.float32]) -> Floats:
        topics = numbers[:, self._places].astype(np.float64) - self._centre
        scores = np.zeros((len(topics), self._weights.shape[1]))
        for place, weights in enumerate(self._weights):
            scores += topics[:, place, None] * weights
        return scores + self._mean


def _ridge(topics: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    """Centre of the topics, mean of the outcomes, and weights of shape (penalties, topics, outputs)
    by one eigenvalue decomposition."""
    if len(topics) == 0:
        wide = (len(_PENALTIES), topics.shape[1], outcome.shape[1])
        return np.zeros(topics.shape[1]), np.zeros(outcome.shape[1]), np.zeros(wide)
    centre, mean = topics.mean(axis=0), outcome.mean(axis=0)
    centred = topics - centre
    values, vectors = np.linalg.eigh(centred.T @ centred)
    turned = vectors.T @ (centred.T @ (outcome - mean))
    shrunk = turned[None] / (np.maximum(values, 0)[None, :, None] + _PENALTIES[:, None, None])
    return centre, mean, vectors @ shrunk
