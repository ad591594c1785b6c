"""The training phase: the best candidates are fitted again on other rows, and the best that is
found again wins."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.clusters.criteria import METRICS
from pipeline.clusters.search import Candidate
from pipeline.clusters.stability import Agreement, Refits
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.search.clock import Clock

STABILITY = "stability"
_SIZES = 6
_EMPTY_BORDER = 1.5
_SCORE_FLOOR = 0.3
_PAIRS = 4
_DECIMALS = 3


@dataclass(slots=True)
class Finalist:
    """A candidate with the agreements of its refits, pair by pair."""

    candidate: Candidate
    agreements: list[Agreement] = field(default_factory=list)

    @property
    def stability(self) -> float:
        """The mean adjusted Rand index between refits on rows that neither saw, not below 0."""
        return _mean([one.test for one in self.agreements])

    @property
    def train_stability(self) -> float:
        """The same on rows that one of the refits learned from."""
        return _mean([one.train for one in self.agreements])

    @property
    def gap(self) -> float:
        """From 0 to 1: how empty the borders are."""
        return min(1.0, max(0.0, self.candidate.criteria.isolation / _EMPTY_BORDER))

    @property
    def separated(self) -> float:
        """The share of rows in clusters that stand apart, by valleys or by empty borders."""
        return max(self.gap, _mean([one.separated for one in self.agreements]))

    def value(self, metric: str | None) -> float:
        """What finalists are chosen by, unless a metric decides alone.

        The stability, times the combined score (never all of it, because good clusters that are
        many rank low among few large ones), times one more for each cluster beyond the first that
        stands apart: so the largest number of clusters wins that still has space between them.
        """
        if metric == STABILITY:
            return self.stability
        if metric in METRICS:
            return self.candidate.score
        apart = self.separated**2 * (self.candidate.clusters - 1)
        return self.stability * (_SCORE_FLOOR + self.candidate.score) * (1.0 + apart)


def play(
    candidates: Sequence[Candidate],
    refits: Refits,
    metric: str | None,
    clock: Clock,
    reporter: PhaseReporter,
) -> list[Finalist]:
    """The finalists, the winner first; ``clock`` counts the time for all of them."""
    finalists = [Finalist(one) for one in _chosen(candidates)]
    _refit(finalists[0], 0, refits, 0.0, reporter)
    rest = [(number, one) for number in range(_PAIRS) for one in finalists][1:]
    with reporter.optional():
        for done, (number, one) in enumerate(rest, start=1):
            if clock.remaining() > refits.expected_seconds(one.candidate):
                _refit(one, number, refits, done / (len(rest) + 1), reporter)
    judged = [one for one in finalists if one.agreements]
    return sorted(judged, key=lambda one: -round(one.value(metric), _DECIMALS))


def _chosen(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best of each algorithm, and of each number of clusters for the best six numbers."""
    of_algorithm: dict[str, Candidate] = {}
    of_size: dict[int, Candidate] = {}
    for one in candidates:
        of_algorithm.setdefault(one.algorithm, one)
        of_size.setdefault(one.clusters, one)
    kept = [*of_algorithm.values(), *list(of_size.values())[:_SIZES]]
    return [one for one in candidates if any(one is finalist for finalist in kept)]


def _refit(
    finalist: Finalist, number: int, refits: Refits, share: float, reporter: PhaseReporter
) -> None:
    candidate = finalist.candidate
    agreement = refits.compare(candidate, number)
    finalist.agreements.append(agreement)
    figures: dict[str, float | int | str | None] = {
        "current_algorithm": candidate.algorithm,
        "clusters": candidate.clusters,
        "iteration": number + 1,
        "total_iterations": _PAIRS,
        "train_accuracy": round(finalist.train_stability, 4),
        "validation_accuracy": round(finalist.stability, 4),
    }
    message = f"Training {candidate.title} again on other rows ({number + 1}/{_PAIRS})"
    log = f"{candidate.title}: refits agree to {agreement.test:.2f}"
    reporter.report(TablePhase.TRAINING, share, message, metrics=figures, logs=(log,))


def _mean(values: list[float]) -> float:
    return max(0.0, float(np.mean(values))) if values else 0.0
