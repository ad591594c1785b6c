"""The algorithms that compete for a clustering."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from pipeline.clusters.partitions import (
    NO_CLUSTER,
    CentrePartition,
    DensePartition,
    MixturePartition,
    Partition,
)

Array = npt.NDArray[Any]
Parameters = Mapping[str, float | int]

_KMEANS_STARTS = 5
_ROWS_PER_COVARIANCE_CELL = 3
_SMOOTHING = 0.02
_LEAST_DENSE_ROWS = 5
_MOST_NEIGHBOURS = 25
_DENSE_SHARES = (0.01, 0.02, 0.04, 0.08, 0.15)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted clustering; ``bic`` (less is better) only where there is a likelihood."""

    partition: Partition
    parameters: Parameters
    bic: float | None = None


class Clusterer(Protocol):
    """One algorithm.

    Attributes
    ----------
    name, title
        For programs, and for people.
    most_rows
        It is fitted on a sample of at most this many rows; what it takes may grow with their
        square.
    """

    name: str
    title: str
    most_rows: int

    def grid(self, sizes: Sequence[int]) -> Sequence[Parameters]:
        """What to try when ``sizes`` numbers of clusters are in question."""
        ...

    def fits(self, points: Array, grid: Sequence[Parameters], seed: int) -> Iterator[Fit]:
        """Fit each of ``grid``; what yields no two clusters is left out."""
        ...


class KMeansClusterer:
    """Round clusters of similar width, each around its mean."""

    name = "kmeans"
    title = "k-means"
    most_rows = 20_000

    def grid(self, sizes: Sequence[int]) -> Sequence[Parameters]:
        return [{"clusters": size} for size in sizes]

    def fits(self, points: Array, grid: Sequence[Parameters], seed: int) -> Iterator[Fit]:
        for parameters in grid:
            model = KMeans(int(parameters["clusters"]), n_init=_KMEANS_STARTS, random_state=seed)
            with _quiet():
                model.fit(points)
            variance = float(model.inertia_) / max(1, points.size)
            yield Fit(CentrePartition(model.cluster_centers_, variance), parameters)


class MixtureClusterer:
    """A normal distribution for each cluster: clusters of unlike width and stretch."""

    name = "gaussian_mixture"
    title = "Gaussian mixture"
    most_rows = 8_000

    def grid(self, sizes: Sequence[int]) -> Sequence[Parameters]:
        return [{"clusters": size} for size in sizes]

    def fits(self, points: Array, grid: Sequence[Parameters], seed: int) -> Iterator[Fit]:
        shape = _covariance_shape(points, max(int(one["clusters"]) for one in grid))
        for parameters in grid:
            model = GaussianMixture(
                int(parameters["clusters"]),
                covariance_type=shape,
                reg_covar=_SMOOTHING * max(float(points.var(axis=0).mean()), 1e-6),
                random_state=seed,
            )
            with _quiet():
                model.fit(points)
            yield Fit(MixturePartition(model), parameters, bic=float(model.bic(points)))


class WardClusterer:
    """Merges the two clusters that then vary least, from single rows upwards (Ward)."""

    name = "agglomerative"
    title = "agglomerative clustering"
    most_rows = 2_000

    def grid(self, sizes: Sequence[int]) -> Sequence[Parameters]:
        return [{"clusters": size} for size in sizes]

    def fits(self, points: Array, grid: Sequence[Parameters], seed: int) -> Iterator[Fit]:  # noqa: ARG002 - nothing here is random
        merges = linkage(points, method="ward")
        for parameters in grid:
            labels = fcluster(merges, int(parameters["clusters"]), criterion="maxclust") - 1
            centres = np.array([points[labels == one].mean(axis=0) for one in np.unique(labels)])
            if len(centres) > 1:
                variance = float(((points - centres[labels]) ** 2).mean())
                yield Fit(CentrePartition(centres, variance), parameters)


class DenseClusterer:
    """Dense regions of any shape; rows in thin regions belong to no cluster (HDBSCAN)."""

    name = "hdbscan"
    title = "HDBSCAN"
    most_rows = 2_000

    def grid(self, sizes: Sequence[int]) -> Sequence[Parameters]:  # noqa: ARG002 - it finds the number of clusters itself
        return [{"smallest_cluster_share": share} for share in _DENSE_SHARES]

    def fits(self, points: Array, grid: Sequence[Parameters], seed: int) -> Iterator[Fit]:  # noqa: ARG002 - nothing here is random
        tried: set[int] = set()
        for parameters in grid:
            share = float(parameters["smallest_cluster_share"])
            smallest = max(_LEAST_DENSE_ROWS, round(share * len(points)))
            if smallest in tried or 2 * smallest > len(points):
                continue
            tried.add(smallest)
            labels = _dense_labels(points, smallest)
            if labels.max(initial=NO_CLUSTER) > 0:
                yield Fit(DensePartition(points, labels), parameters)


CLUSTERERS: dict[str, Clusterer] = {
    one.name: one
    for one in (KMeansClusterer(), MixtureClusterer(), WardClusterer(), DenseClusterer())
}


def _dense_labels(points: Array, smallest: int) -> Array:
    model = HDBSCAN(
        min_cluster_size=smallest, min_samples=min(smallest, _MOST_NEIGHBOURS), copy=True
    )
    return np.asarray(model.fit_predict(points))


def _covariance_shape(points: Array, clusters: int) -> str:
    """Stretch in any direction where the rows are enough to tell it, else along the axes."""
    rows, dimensions = points.shape
    cells = clusters * dimensions * (dimensions + 1) / 2
    return "full" if rows >= _ROWS_PER_COVARIANCE_CELL * cells else "diag"


@contextmanager
def _quiet() -> Iterator[None]:
    """Fits that stop before they settle are judged like any other, by what they found."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
