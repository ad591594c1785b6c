"""Whether there are clusters at all, or only one cloud of rows that was cut into pieces."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from pipeline.clusters.criteria import Judge
from pipeline.clusters.finals import Finalist
from pipeline.clusters.space import Space
from pipeline.table.encoding.encoded import Encoded

Array = npt.NDArray[Any]

_STABLE = 0.6
_MOSTLY_SEPARATED = 0.5
_SHUFFLES = 5
_SHUFFLED_ROWS = 1_000
_LEAST_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class Clarity:
    """``is_clear`` and the words that say why."""

    is_clear: bool
    reason: str


def judge_clarity(finalist: Finalist, space: Space, encoded: Encoded, seed: int) -> Clarity:
    """Look for what separates the clusters of ``finalist``.

    Clear clusters are found again by refits, and have one of: empty borders; fewer rows between
    most of them than at their hearts; or columns of few values that go together more than shuffled
    ones do.
    """
    if finalist.stability < _STABLE:
        shown = f"{finalist.stability:.2f} of 1"
        return Clarity(
            False, f"other rows of the same table give other clusters (they agree to {shown})"
        )
    if finalist.gap >= 1.0:
        return Clarity(True, "there is empty space between them")
    if finalist.separated >= _MOSTLY_SEPARATED:
        return Clarity(True, "there are few rows between them")
    if _discrete_columns_agree(finalist.candidate.clusters, space, encoded, seed):
        return Clarity(True, "several columns of few values go together in them")
    return Clarity(False, "there are as many rows between them as at their hearts")


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
