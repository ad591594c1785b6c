"""Fitted clusterings: each tells of any point which cluster it belongs to, and how surely."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KDTree

Array = npt.NDArray[Any]

NO_CLUSTER = -1
_DECIMALS = 9
_REACH_QUANTILE = 0.99
_LEAST_REACH = 1e-6


class Partition(Protocol):
    """A division of the space into clusters, numbered from 0."""

    clusters: int
    leaves_rows_out: bool
    """Whether a row can belong to no cluster."""

    def assign(self, points: Array) -> npt.NDArray[np.int64]:
        """The cluster of each point, ``NO_CLUSTER`` if it belongs to none."""
        ...

    def memberships(self, points: Array) -> Array:
        """Shape (points, clusters): how surely each belongs to each; a row sums to 1, or to 0 if
        it belongs to none."""
        ...


class CentrePartition:
    """Each point belongs to the nearest centre; sureness as if clusters were round and alike."""

    leaves_rows_out = False

    def __init__(self, centres: Array, variance: float) -> None:
        self.clusters = len(centres)
        self.centres = centres
        self._variance = max(variance, 1e-9)

    def assign(self, points: Array) -> npt.NDArray[np.int64]:
        return np.asarray(self._distances(points).round(_DECIMALS).argmin(axis=1))

    def memberships(self, points: Array) -> Array:
        return np.asarray(softmax(-self._distances(points) / (2.0 * self._variance), axis=1))

    def _distances(self, points: Array) -> Array:
        crossed = -2.0 * points @ self.centres.T + (self.centres**2).sum(axis=1)
        return np.asarray(crossed + (points**2).sum(axis=1, keepdims=True))


class MixturePartition:
    """Each point belongs to the normal distribution that most likely made it."""

    leaves_rows_out = False

    def __init__(self, mixture: GaussianMixture) -> None:
        self.clusters = int(mixture.n_components)
        self._mixture = mixture

    def assign(self, points: Array) -> npt.NDArray[np.int64]:
        return np.asarray(self.memberships(points).round(_DECIMALS).argmax(axis=1))

    def memberships(self, points: Array) -> Array:
        return np.asarray(self._mixture.predict_proba(points))


class DensePartition:
    """Each point belongs to the cluster of the nearest row that was learned from, unless it is
    farther from it than rows of that cluster are from each other."""

    leaves_rows_out = True

    def __init__(self, rows: Array, labels: Array) -> None:
        self.clusters = int(labels.max()) + 1
        self._labels = labels
        self._tree = KDTree(rows)
        self._reach = np.array([_reach(rows[labels == one]) for one in range(self.clusters)])

    def assign(self, points: Array) -> npt.NDArray[np.int64]:
        distances, nearest = self._tree.query(points, k=1)
        labels = self._labels[nearest[:, 0]]
        is_far = distances[:, 0] > self._reach[labels]
        return np.where((labels == NO_CLUSTER) | is_far, NO_CLUSTER, labels)

    def memberships(self, points: Array) -> Array:
        return np.asarray(self.assign(points)[:, None] == np.arange(self.clusters), dtype=float)


def _reach(rows: Array) -> float:
    """Within this distance of a row of the cluster there is nearly always another one; equal rows
    are never apart, however their points were rounded."""
    if len(rows) < 2:
        return _LEAST_REACH
    distances, _ = KDTree(rows).query(rows, k=2)
    return max(_LEAST_REACH, 2.0 * float(np.quantile(distances[:, 1], _REACH_QUANTILE)))
