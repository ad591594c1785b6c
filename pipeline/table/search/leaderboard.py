"""All candidates in order, with what was measured of each."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.table.result import LeaderboardEntry
from pipeline.table.scores import Array, Metric
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import ENSEMBLE, Choice
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import Found

NOT_REACHED = "not tried: the time was over before"


def leaderboard(
    found: Found, choice: Choice, problem: Problem, available: Mapping[str, int | None]
) -> tuple[LeaderboardEntry, ...]:
    """Entries, best first; those without a score last, with the reason.

    ``available`` are the candidates that the final model holds, with their sizes in bytes.
    """
    entries = [_entry(one, found, choice, problem, available) for one in found.candidates]
    if choice.name == ENSEMBLE:
        entries.append(_ensemble_entry(choice, found, problem, available))
    return tuple(sorted(entries, key=lambda entry: _loss(entry, problem.metric)))


def _entry(
    candidate: Candidate,
    found: Found,
    choice: Choice,
    problem: Problem,
    available: Mapping[str, int | None],
) -> LeaderboardEntry:
    scores = _fold_scores(candidate, found, problem)
    size = available.get(candidate.name) or next(
        (fit.size_bytes for fit in candidate.fits.values() if fit.size_bytes), None
    )
    failed = candidate.failure or (None if scores else NOT_REACHED)
    return LeaderboardEntry(
        algorithm=candidate.family.name,
        candidate=candidate.name,
        score=None if failed else float(np.mean(scores)),
        score_std=None if failed else float(np.std(scores)),
        fit_seconds=round(candidate.seconds, 4),
        hyperparameters=dict(candidate.parameters),
        size_bytes=size,
        predict_ms=round(candidate.predict_ms, 4) if candidate.fits else None,
        weight=round(choice.weights.get(candidate.name, 0.0), 4),
        is_available=candidate.name in available,
        is_chosen=candidate.name == choice.name,
        failure=failed,
    )


def _fold_scores(candidate: Candidate, found: Found, problem: Problem) -> list[float]:
    """Values of the metric, fold by fold: where others are compared, if it got that far."""
    folds = found.folds if candidate.covers(found.folds) else tuple(candidate.fits)
    return [
        problem.metric.measure(problem.judged_target([fold]), candidate.fits[fold].judged)
        for fold in folds
    ]


def _ensemble_entry(
    choice: Choice, found: Found, problem: Problem, available: Mapping[str, int | None]
) -> LeaderboardEntry:
    scores = [
        problem.metric.measure(target, judged)
        for target, judged in _by_fold(choice, found.folds, problem)
    ]
    sizes = [available.get(one.name) for one in choice.members]
    return LeaderboardEntry(
        algorithm=ENSEMBLE,
        candidate=ENSEMBLE,
        score=float(np.mean(scores)),
        score_std=float(np.std(scores)),
        fit_seconds=round(sum(one.seconds for one in choice.members), 4),
        hyperparameters={name: round(weight, 4) for name, weight in choice.weights.items()},
        size_bytes=sum(size for size in sizes if size) or None,
        predict_ms=round(sum(one.predict_ms for one in choice.members), 4),
        weight=1.0,
        is_available=True,
        is_chosen=True,
    )


def _by_fold(choice: Choice, folds: Sequence[int], problem: Problem) -> list[tuple[Array, Array]]:
    ends = np.cumsum([len(problem.ladder.folds[fold].judge) for fold in folds])[:-1]
    return list(zip(np.split(choice.target, ends), np.split(choice.judged, ends), strict=True))


def _loss(entry: LeaderboardEntry, metric: Metric) -> float:
    if entry.score is None or not np.isfinite(entry.score):
        return np.inf
    return entry.score if metric.smaller_is_better else -entry.score
