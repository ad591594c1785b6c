"""Whether the same clusters are found again in other rows of the same kind."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score

from pipeline.clusters.algorithms import CLUSTERERS
from pipeline.clusters.partitions import Partition
from pipeline.clusters.search import Candidate
from pipeline.clusters.valleys import separated_share

Array = npt.NDArray[Any]

_MOST_REFIT_ROWS = 3_000
_MOST_JUDGED_ROWS = 2_000
_FEWEST_JUDGED_ROWS = 5
_ENOUGH_ROWS = 100
_MOST_SHARED = 0.9


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two refits compared.

    Attributes
    ----------
    train, test
        The adjusted Rand index of their clusters: of rows that one of them learned from, and of
        rows that neither had seen.
    separated
        The share of rows in clusters with a valley around them.
    """

    train: float
    test: float
    separated: float


class Refits:
    """Fits a candidate's algorithm again, twice, on different rows of the sample, and compares.

    Parameters
    ----------
    points
        The sample, in random order.
    axes
        Along which valleys are looked for; see ``separated_share``.
    test_size
        The share of the rows that neither refit of a pair learns from.
    """

    def __init__(self, points: Array, axes: Array, *, test_size: float, seed: int) -> None:
        self._points = points
        self._axes = axes
        self._test_size = test_size
        self._seed = seed

    def compare(self, candidate: Candidate, number: int) -> Agreement:
        """Pair ``number`` of refits; the same number draws the same rows for every candidate."""
        random = np.random.default_rng((self._seed, number))
        order = random.permutation(len(self._points))
        judged = self.judged_rows(len(self._points), self._test_size)
        test, rest = order[:judged], order[judged:]
        parts = _two_parts(rest, random)
        one, other = (self._refit(candidate, rows) for rows in parts)
        if one is None or other is None:
            return Agreement(0.0, 0.0, 0.0)
        first, second = (self._points[rows[:_MOST_REFIT_ROWS]] for rows in parts)
        return Agreement(
            _agreement(one, other, self._points[rest[:_MOST_JUDGED_ROWS]]),
            _agreement(one, other, self._points[test]),
            (
                separated_share(one, first, second, self._axes)
                + separated_share(other, second, first, self._axes)
            )
            / 2.0,
        )

    def expected_seconds(self, candidate: Candidate) -> float:
        """About how long a pair takes, from the first fit."""
        return 2.0 * candidate.seconds * min(1.0, _MOST_REFIT_ROWS / candidate.rows)

    @staticmethod
    def judged_rows(rows: int, test_size: float) -> int:
        """How many of ``rows`` neither refit of a pair sees."""
        most = min(_MOST_JUDGED_ROWS, rows // 2)
        return min(most, max(_FEWEST_JUDGED_ROWS, round(test_size * rows)))

    def _refit(self, candidate: Candidate, rows: Array) -> Partition | None:
        clusterer = CLUSTERERS[candidate.algorithm]
        chosen = self._points[rows[: min(candidate.rows, _MOST_REFIT_ROWS)]]
        if len(chosen) <= candidate.clusters:
            return None
        fits = clusterer.fits(chosen, [candidate.fit.parameters], self._seed)
        return next((fit.partition for fit in fits), None)


def _two_parts(rows: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Halves without a common row; of few rows larger parts, which overlap."""
    if len(rows) >= _ENOUGH_ROWS:
        return rows[: len(rows) // 2], rows[len(rows) // 2 :]
    count = round(min(_MOST_SHARED, _ENOUGH_ROWS / (2 * len(rows))) * len(rows))
    return random.permutation(rows)[:count], random.permutation(rows)[:count]


def _agreement(one: Partition, other: Partition, points: Array) -> float:
    return float(adjusted_rand_score(one.assign(points), other.assign(points)))
