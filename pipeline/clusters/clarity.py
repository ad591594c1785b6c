"""Whether there are clusters at all, or only one cloud of rows that was cut into pieces."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binom
from sklearn.cluster import KMeans

from pipeline.clusters.algorithms import CLUSTERERS
from pipeline.clusters.criteria import Judge
from pipeline.clusters.partitions import NO_CLUSTER, Partition
from pipeline.clusters.search import Candidate
from pipeline.clusters.space import Space
from pipeline.table.encoding.encoded import Encoded

Array = npt.NDArray[Any]

STABLE = 0.6
_SPLITS = 3
_MOST_ROWS = 4_000
_HEART, _MIDDLES = 0.15, (0.35, 0.425, 0.5, 0.575, 0.65)
_SHALLOW = 0.6
_CHANCE = 0.05
_SEPARATED_SHARE = 0.5
_EMPTY_BORDER = 1.5
_SHUFFLES = 5
_SHUFFLED_ROWS = 1_000
_LEAST_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class Clarity:
    """``is_clear`` and the sentence that says why."""

    is_clear: bool
    reason: str


def judge_clarity(
    candidate: Candidate, stability: float, space: Space, points: Array, encoded: Encoded, seed: int
) -> Clarity:
    """Look for what separates the clusters of ``candidate``.

    Clear clusters are found again by refits, and have one of: empty borders; between most
    neighbours fewer rows than at their hearts, in rows that the centres were not learned from; or
    columns of few values that go together more than shuffled ones do.
    """
    if stability < STABLE:
        return Clarity(False, f"other rows of the same kind give other clusters ({stability:.2f})")
    if candidate.criteria.isolation >= _EMPTY_BORDER:
        return Clarity(True, "there is empty space between them")
    share = _separated_share(candidate, space, points[:_MOST_ROWS], seed)
    if share >= _SEPARATED_SHARE:
        return Clarity(True, "there are few rows between them")
    if _discrete_columns_agree(candidate.clusters, space, encoded, seed):
        return Clarity(True, "several columns of few values go together in them")
    return Clarity(False, "there are as many rows between them as at their hearts")


def _separated_share(candidate: Candidate, space: Space, points: Array, seed: int) -> float:
    """The share of rows in clusters that a valley separates from the nearest other cluster."""
    random = np.random.default_rng(seed)
    shares = []
    for _ in range(_SPLITS):
        order = random.permutation(len(points))
        learned, judged = order[: len(order) // 2], order[len(order) // 2 :]
        partition = _refit(candidate, points[learned], seed)
        if partition is not None:
            shares.append(_valleys(partition, space, points[learned], points[judged]))
    return float(np.mean(shares)) if shares else 0.0


def _refit(candidate: Candidate, points: Array, seed: int) -> Partition | None:
    clusterer = CLUSTERERS[candidate.algorithm]
    if len(points) <= candidate.clusters:
        return None
    fits = clusterer.fits(points[: clusterer.most_rows], [candidate.fit.parameters], seed)
    return next((fit.partition for fit in fits), None)


def _valleys(partition: Partition, space: Space, learned: Array, judged: Array) -> float:
    labels = partition.assign(learned)
    clusters = np.unique(labels[labels != NO_CLUSTER])
    if len(clusters) < 2:
        return 0.0
    seen, unseen = space.continuous(learned), space.continuous(judged)
    if seen.shape[1] == 0:
        return 0.0
    centres = np.array([seen[labels == one].mean(axis=0) for one in clusters])
    found = partition.assign(judged)
    separated = 0
    for place, one in enumerate(clusters):
        distances = ((centres - centres[place]) ** 2).sum(axis=1)
        distances[place] = np.inf
        nearest = int(distances.argmin())
        between = unseen[np.isin(found, (one, clusters[nearest]))]
        if _has_valley(between, centres[place], centres[nearest]):
            separated += int((found == one).sum())
    return separated / max(1, int((found != NO_CLUSTER).sum()))


def _has_valley(points: Array, start: Array, end: Array) -> bool:
    """Whether significantly fewer points lie between two centres than at the emptier of them."""
    line = end - start
    length = float(line @ line)
    if length <= 0:
        return False
    places = (points - start) @ line / length
    heart = min(_count(places, 0.0), _count(places, 1.0))
    middle = min(_count(places, place) for place in _MIDDLES)
    by_chance = float(binom.cdf(middle, heart + middle, 0.5)) if heart else 1.0
    return middle < _SHALLOW * heart and by_chance < _CHANCE


def _count(places: Array, middle: float) -> int:
    return int((np.abs(places - middle) <= _HEART).sum())


def _discrete_columns_agree(clusters: int, space: Space, encoded: Encoded, seed: int) -> bool:
    """Whether rows group better than after each column of few values was shuffled by itself."""
    sample = encoded.take(slice(0, _SHUFFLED_ROWS))
    random = np.random.default_rng(seed)
    if space.discrete_columns == 0 or len(sample) <= clusters:
        return False
    actual = _silhouette(space.transform(sample), clusters, seed)
    shuffled = [
        _silhouette(space.transform(space.shuffled(sample, random)), clusters, seed)
        for _ in range(_SHUFFLES)
    ]
    return actual > float(np.mean(shuffled)) + max(_LEAST_MARGIN, 3.0 * float(np.std(shuffled)))


def _silhouette(points: Array, clusters: int, seed: int) -> float:
    if len(np.unique(points.round(6), axis=0)) <= clusters:
        return 1.0
    labels = KMeans(clusters, n_init=1, random_state=seed).fit(points).labels_
    return float(Judge(points).silhouettes(labels).mean())
