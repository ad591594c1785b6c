"""Whether there are fewer rows between two clusters than at their hearts."""

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from pipeline.clusters.partitions import NO_CLUSTER, Partition

Array = npt.NDArray[Any]

_HEART = 0.15
_MIDDLES = (0.35, 0.425, 0.5, 0.575, 0.65)
_SHALLOW = 0.6
_CHANCE = 0.05


def separated_share(partition: Partition, learned: Array, judged: Array, axes: Array) -> float:
    """The share of rows that are in a cluster which valleys separate from every other one.

    A cut through one cloud of rows leaves no valley in rows that the cut was not learned from, and
    a cluster that joins two groups has an empty heart.

    Parameters
    ----------
    partition
        A clustering of ``learned``.
    learned, judged
        Points; the hearts are the means of ``learned``, the rows are counted in ``judged``.
    axes
        Shape (dimensions, columns of many values): valleys are looked for along these columns,
        because columns of few values have gaps whatever they mean.
    """
    labels, found = partition.assign(learned), partition.assign(judged)
    clusters = np.unique(labels[labels != NO_CLUSTER])
    inside = int((found != NO_CLUSTER).sum())
    if len(clusters) < 2 or inside == 0 or axes.shape[1] == 0:
        return 0.0
    hearts = np.array([(learned[labels == one] @ axes).mean(axis=0) for one in clusters])
    seen = judged @ axes
    stands_apart = np.ones(len(clusters), dtype=bool)
    for one, other in combinations(range(len(clusters)), 2):
        between = seen[(found == clusters[one]) | (found == clusters[other])]
        if not _has_valley(between, hearts[one], hearts[other]):
            stands_apart[[one, other]] = False
    return int(np.isin(found, clusters[stands_apart]).sum()) / inside


def _has_valley(points: Array, start: Array, end: Array) -> bool:
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
