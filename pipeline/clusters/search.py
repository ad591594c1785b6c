"""Which algorithms and numbers of clusters are tried, and how they rank."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.clusters.algorithms import CLUSTERERS, Fit
from pipeline.clusters.criteria import Criteria, Judge, combine
from pipeline.errors import InvalidDataError
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.search.clock import Clock

Array = npt.NDArray[Any]

_MOST_CLUSTERS = 15
_ROWS_PER_CLUSTER = 5
_FEWEST_ROWS = 500
_EASY_SECONDS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One clustering, on how many rows it was fitted and in how many seconds, what the criteria say
    of it, and its combined score among all."""

    algorithm: str
    fit: Fit
    criteria: Criteria
    rows: int
    seconds: float
    score: float = 0.0

    @property
    def clusters(self) -> int:
        return self.fit.partition.clusters

    @property
    def title(self) -> str:
        return f"{CLUSTERERS[self.algorithm].title} with {self.clusters} clusters"


def sizes_to_try(rows: int, distinct: int) -> range:
    """Numbers of clusters: from 2 to the square root of half the rows, at most 15; each cluster can
    have five rows, and there are more different rows than clusters."""
    most = min(_MOST_CLUSTERS, round((rows / 2) ** 0.5), rows // _ROWS_PER_CLUSTER, distinct - 1)
    return range(2, max(2, most) + 1)


class Search:
    """Fits candidates to points and ranks them on the rows of the judge.

    Parameters
    ----------
    points
        Rows in random order; an algorithm takes as many as it can handle from the top.
    names
        The algorithms to try.
    sizes
        The numbers of clusters to try.
    seconds
        For the whole comparison, from now on.
    budget
        Seconds that it has by request, however busy the machine is: by these the numbers of rows
        are chosen, so that two runs choose the same.
    """

    def __init__(
        self,
        points: Array,
        judge: Judge,
        names: Sequence[str],
        sizes: Sequence[int],
        *,
        seed: int,
        seconds: float,
        budget: float,
    ) -> None:
        self._points = points
        self._judge = judge
        self._names = names
        self._sizes = sizes
        self._seed = seed
        self._clock = Clock(time.perf_counter(), seconds)
        self._seconds_each = budget / len(names)
        self._found: list[Candidate] = []
        self._seen: set[tuple[str, bytes]] = set()

    def run(self, metric: str | None, reporter: PhaseReporter) -> list[Candidate]:
        """All candidates, the best first.

        Raises
        ------
        InvalidDataError
            If no algorithm finds two clusters.
        """
        fits = self._fits()
        for fitted in fits:
            self._add(*fitted, reporter)
            if self._found:
                break
        with reporter.optional():
            for fitted in fits:
                self._add(*fitted, reporter)
        if not self._found:
            raise InvalidDataError(
                f"No two clusters were found by {_titles(self._names)}. Use model_type 'auto', "
                "exclude columns that have nothing to do with the groups you look for, or send "
                "more rows"
            )
        return ranked(self._found, metric)

    def _fits(self) -> Iterator[tuple[str, Fit, int, float]]:
        for position, name in enumerate(self._names):
            clusterer = CLUSTERERS[name]
            seconds = max(0.0, self._clock.remaining()) / (len(self._names) - position)
            deadline = self._clock.elapsed() + seconds
            rows = self._points[: _affordable(clusterer.most_rows, self._seconds_each)]
            before = time.perf_counter()
            for fit in clusterer.fits(rows, clusterer.grid(self._sizes), self._seed):
                took = time.perf_counter() - before
                yield name, fit, len(rows), took
                if self._clock.elapsed() + took > deadline:
                    break
                before = time.perf_counter()

    def _add(self, name: str, fit: Fit, rows: int, seconds: float, reporter: PhaseReporter) -> None:
        labels = fit.partition.assign(self._judge.points)
        known = (name, labels.tobytes())
        criteria = None if known in self._seen else self._judge.measure(labels, fit.bic)
        self._seen.add(known)
        if criteria is not None:
            found = Candidate(
                algorithm=name, fit=fit, criteria=criteria, rows=rows, seconds=seconds
            )
            self._found.append(found)
            self._report(found, reporter)

    def _report(self, found: Candidate, reporter: PhaseReporter) -> None:
        done = self._names.index(found.algorithm)
        of_algorithm = min(1.0, (found.clusters - 1) / len(self._sizes))
        message = f"Trying {found.title}"
        figures: dict[str, float | int | str | None] = {
            "current_algorithm": found.algorithm,
            "clusters": found.clusters,
            "silhouette": round(found.criteria.silhouette, 4),
        }
        share = (done + of_algorithm) / len(self._names)
        log = f"{found.title}: silhouette {found.criteria.silhouette:.3f}"
        phase = TablePhase.ALGORITHM_SELECTION
        reporter.report(phase, share, message, metrics=figures, logs=(log,))


def ranked(candidates: Sequence[Candidate], metric: str | None) -> list[Candidate]:
    """With their scores, the best first; among equals the earlier one."""
    scores = combine([one.criteria for one in candidates], metric)
    scored = [replace(one, score=score) for one, score in zip(candidates, scores, strict=True)]
    return sorted(scored, key=lambda one: -round(one.score, 9))


def _affordable(most: int, seconds: float) -> int:
    """How many rows to fit on where the time is short; some algorithms grow with their square."""
    share = math.sqrt(min(1.0, seconds / _EASY_SECONDS))
    return max(min(most, _FEWEST_ROWS), round(most * share))


def distinct_rows(points: Array) -> int:
    """How many different points there are."""
    return len(np.unique(points.round(6), axis=0))


def _titles(names: Sequence[str]) -> str:
    return ", ".join(CLUSTERERS[name].title for name in names)
