"""Every algorithm on the same folds of the training rows; the best mean score is chosen."""

import logging
import time
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
from xgboost.core import XGBoostError

from pipeline.errors import InvalidDataError
from pipeline.table.algorithms import ALGORITHMS, Algorithm, Parameters
from pipeline.table.fitting import Fitter, OnStep, Part
from pipeline.table.messages import StepMessages
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.result import LeaderboardEntry
from pipeline.table.scores import accuracy, selection_score

logger = logging.getLogger(__name__)

FIT_FAILURES = (ValueError, ArithmeticError, np.linalg.LinAlgError, MemoryError, XGBoostError)
"""What an algorithm raises when the data do not suit it. One such algorithm leaves the comparison;
it does not end it."""

STOPPED_EARLY = "not tried, because the training was told to finish"


@dataclass(frozen=True, slots=True)
class Fold:
    """Prepared rows to fit on and to judge by."""

    train: Part
    validation: Part


@dataclass(frozen=True, slots=True)
class FoldScore:
    """How one fit did on one fold; ``rounds`` are those that early stopping kept."""

    score: float
    train_accuracy: float
    validation_accuracy: float
    rounds: int | None


def score_fold(
    fitter: Fitter,
    algorithm: Algorithm,
    chosen: Parameters,
    fold: Fold,
    metric: str,
    on_step: OnStep,
    *,
    stops_early: bool = False,
) -> FoldScore:
    """Fit on one part of ``fold`` and judge by the other."""
    model = fitter.fit(
        algorithm, chosen, fold.train, on_step, validation=fold.validation, stops_early=stops_early
    )
    predicted = model.predict(fold.validation.matrix)
    return FoldScore(
        score=selection_score(metric, fold.validation.target, predicted),
        train_accuracy=accuracy(
            fitter.ml_task, fold.train.target, model.predict(fold.train.matrix)
        ),
        validation_accuracy=accuracy(fitter.ml_task, fold.validation.target, predicted),
        rounds=_best_rounds(model) if stops_early else None,
    )


def compare(
    names: Sequence[str],
    fitter: Fitter,
    folds: Sequence[Fold],
    metric: str,
    training_rows: int,
    reporter: PhaseReporter,
    eligible: Collection[str] | None = None,
) -> tuple[LeaderboardEntry, ...]:
    """Score the algorithms called ``names``; all are optional once one of ``eligible`` (by default
    any) has a score.

    Returns
    -------
    tuple of LeaderboardEntry
        Best first; those that failed or were not tried last, with the reason.
    """
    entries: list[LeaderboardEntry] = []
    for position, name in enumerate(names):
        chosen_from = [e for e in entries if e.score is not None]
        has_result = any(eligible is None or e.algorithm in eligible for e in chosen_from)
        messages = StepMessages(
            reporter, TablePhase.ALGORITHM_SELECTION, name, position / len(names), 1 / len(names)
        )
        with reporter.optional() if has_result else nullcontext():
            entries.append(_enter(name, fitter, folds, metric, training_rows, messages, reporter))
            messages.tell(
                1.0, f"Compared {ALGORITHMS[name].title}", logs=(_summary(entries[-1], metric),)
            )
        if len(entries) == position:
            entries.append(_left_out(name, STOPPED_EARLY))
    return _rank(entries)


def _enter(
    name: str,
    fitter: Fitter,
    folds: Sequence[Fold],
    metric: str,
    training_rows: int,
    messages: StepMessages,
    reporter: PhaseReporter,
) -> LeaderboardEntry:
    algorithm = ALGORITHMS[name]
    if algorithm.max_rows is not None and training_rows > algorithm.max_rows:
        return _left_out(name, f"not tried on more than {algorithm.max_rows:,} training rows")
    start = time.perf_counter()
    try:
        scores = [
            score_fold(fitter, algorithm, {}, fold, metric, messages.part(position, len(folds)))
            for position, fold in enumerate(folds)
        ]
    except FIT_FAILURES as error:
        if reporter.ordered(error):
            raise
        logger.warning("algorithm left the comparison", exc_info=True, extra={"algorithm": name})
        return _left_out(name, f"{type(error).__name__}: {_first_line(error)}")
    values = np.array([fold.score for fold in scores])
    if not np.isfinite(values).all():
        return _left_out(name, "its predictions are not finite numbers")
    return LeaderboardEntry(
        algorithm=name,
        score=float(values.mean()),
        score_std=float(values.std()),
        fit_seconds=time.perf_counter() - start,
    )


def _first_line(error: BaseException) -> str:
    """The message without the native stack trace that XGBoost appends."""
    return next(iter(str(error).splitlines()), "")


def _left_out(name: str, reason: str) -> LeaderboardEntry:
    return LeaderboardEntry(
        algorithm=name, score=None, score_std=None, fit_seconds=0.0, failure=reason
    )


def choose(
    leaderboard: Sequence[LeaderboardEntry], names: Sequence[str]
) -> tuple[LeaderboardEntry, ...]:
    """The leaderboard with its best entry among ``names`` marked.

    Raises
    ------
    InvalidDataError
        If none of them has a score.
    """
    for position, entry in enumerate(leaderboard):
        if entry.algorithm in names and entry.score is not None:
            chosen = replace(entry, is_chosen=True)
            return (*leaderboard[:position], chosen, *leaderboard[position + 1 :])
    reasons = "; ".join(f"{entry.algorithm}: {entry.failure}" for entry in leaderboard)
    raise InvalidDataError(f"No algorithm could learn from the table ({reasons})")


def _rank(entries: Sequence[LeaderboardEntry]) -> tuple[LeaderboardEntry, ...]:
    return tuple(
        sorted(entries, key=lambda e: -np.inf if e.score is None else e.score, reverse=True)
    )


def _summary(entry: LeaderboardEntry, metric: str) -> str:
    if entry.score is None:
        return f"{entry.algorithm}: {entry.failure}"
    return (
        f"{entry.algorithm}: {metric}={entry.score:.3f} ± {entry.score_std:.3f} "
        f"in {entry.fit_seconds:.1f} s"
    )


def _best_rounds(model: object) -> int | None:
    best: int | None = getattr(model, "best_iteration", None)
    return None if best is None else best + 1
