"""What makes one division into clusters better than another: several opinions, joined by rank."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from scipy.stats import rankdata
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from pipeline.clusters.partitions import NO_CLUSTER

Array = npt.NDArray[Any]

_NEIGHBOURS = 5
_BORDER = 0.02
_CLOSEST = 0.01
_GAP_BONUS = 0.4
_FULL_GAP = 1.5
SMALLER_IS_BETTER = frozenset({"davies_bouldin", "bic"})
_GEOMETRY = ("silhouette", "calinski_harabasz", "davies_bouldin")
METRICS = _GEOMETRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Opinions about one clustering of the judged rows.

    Attributes
    ----------
    silhouette
        From -1 to 1: how much nearer rows are to their own cluster than to the next one.
    calinski_harabasz
        Variance between clusters over the variance within; more is better.
    davies_bouldin
        Width of clusters over their distance; less is better.
    isolation
        Of the rows at the borders: how much farther it is to another cluster than to the next rows
        of their own, on a scale of doublings; above 0 there is a gap.
    coverage
        The share of the rows that have a cluster.
    bic
        Of mixtures: the Bayesian information criterion, less is better.
    """

    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    isolation: float
    coverage: float
    bic: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        return asdict(self)


class Judge:
    """Measures clusterings of the same rows; what they have in common is computed once."""

    def __init__(self, points: Array) -> None:
        self.points = points
        self._distances = cdist(points, points)
        count = min(_NEIGHBOURS, max(1, len(points) // 5))
        self._neighbours = count

    def measure(self, labels: Array, bic: float | None = None) -> Criteria | None:
        """None if fewer than two clusters have two of the rows.

        Rows without cluster are judged in the cluster of the nearest row that has one; the score
        loses their share.
        """
        inside = labels != NO_CLUSTER
        if (np.bincount(labels[inside]) > 1).sum() < 2:
            return None
        full = self._completed(labels)
        return Criteria(
            silhouette=float(self.silhouettes(full).mean()),
            calinski_harabasz=float(calinski_harabasz_score(self.points, full)),
            davies_bouldin=float(davies_bouldin_score(self.points, full)),
            isolation=self._isolation(full),
            coverage=float(inside.mean()),
            bic=bic,
        )

    def silhouettes(self, labels: Array) -> Array:
        """Of each row; 0 for a row without cluster or alone in its cluster."""
        clusters = np.unique(labels[labels != NO_CLUSTER])
        members = (labels[:, None] == clusters).astype(np.float64)
        sizes = members.sum(axis=0)
        totals = self._distances @ members
        within = (totals * members).sum(axis=1) / np.maximum((members @ sizes) - 1, 1)
        beside = np.where(members > 0, np.inf, totals / sizes).min(axis=1)
        farther = np.maximum(within, beside)
        counts = (members @ sizes > 1) & (farther > 0)
        return np.where(counts, (beside - within) / np.where(counts, farther, 1.0), 0.0)

    def _completed(self, labels: Array) -> Array:
        inside = np.flatnonzero(labels != NO_CLUSTER)
        nearest = inside[self._distances[:, inside].argmin(axis=1)]
        return np.where(labels == NO_CLUSTER, labels[nearest], labels)

    def _isolation(self, labels: Array) -> float:
        is_same = labels[:, None] == labels
        beside = np.where(is_same, np.inf, self._distances).min(axis=1)
        own = np.where(is_same, self._distances, np.inf)
        within = np.partition(own, self._neighbours, axis=1)[:, self._neighbours]
        widest = np.where(is_same, self._distances, 0.0).max(axis=1)
        within = np.where(np.isfinite(within), within, widest)
        least = _CLOSEST * float(self._distances.mean())
        ratios = np.sort(np.log2((beside + least) / (within + least)))
        return float(ratios[: max(1, round(_BORDER * len(ratios)))].mean())


def combine(measured: list[Criteria], metric: str | None = None) -> list[float]:
    """A score from 0 to 1 for each: its mean rank among all.

    The three that look at distances count three quarters, the borders the rest; mixtures
    are also ranked among each other by their BIC. Clusters with empty space all around them, which
    no cut through a cloud of rows has, get up to 0.4 more. With ``metric`` that criterion alone
    counts.
    """
    if metric in METRICS:
        return list(_ranks([getattr(one, metric) for one in measured], metric))
    geometry = np.mean(
        [_ranks([getattr(c, name) for c in measured], name) for name in _GEOMETRY], 0
    )
    isolation = _ranks([one.isolation for one in measured], "isolation")
    joined = 0.75 * geometry + 0.25 * isolation
    likely = [place for place, one in enumerate(measured) if one.bic is not None]
    if len(likely) > 1:
        ranks = _ranks([measured[place].bic for place in likely], "bic")
        joined[likely] = 0.8 * joined[likely] + 0.2 * ranks
    joined = joined + _GAP_BONUS * np.array(
        [np.clip(one.isolation / _FULL_GAP, 0.0, 1.0) for one in measured]
    )
    return [
        float(score / (1 + _GAP_BONUS) * one.coverage)
        for score, one in zip(joined, measured, strict=True)
    ]


def _ranks(values: list[Any], name: str) -> Array:
    """From 0 for the worst to 1 for the best."""
    if len(values) == 1:
        return np.ones(1)
    signed = -np.array(values) if name in SMALLER_IS_BETTER else np.array(values)
    return np.asarray((rankdata(signed) - 1.0) / (len(values) - 1.0))
