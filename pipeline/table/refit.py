"""The training phase: tune the chosen algorithm, then fit it once on all training rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.fitting import Fitter, Part
from pipeline.table.messages import StepMessages
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Prepared
from pipeline.table.split import sample_rows
from pipeline.table.tuning import Trial, Tuning

_TUNING, _ROUNDS, _REFIT = 0.5, 0.25, 0.25
_VALIDATION_SHARE = 0.1
_MOST_VALIDATION_ROWS = 50_000
_MOST_ROUNDS = 1_000


@dataclass(frozen=True, slots=True)
class Refitted:
    """The final model, and the parameters that were not left to the library."""

    model: Any
    hyperparameters: Mapping[str, Any]


def refit(
    name: str, fitter: Fitter, prepared: Prepared, metric: str, reporter: PhaseReporter
) -> Refitted:
    """Tune algorithm ``name`` on the folds and fit the best parameters on all training rows."""
    best = Tuning(
        name=name,
        fitter=fitter,
        folds=prepared.folds,
        metric=metric,
        reporter=reporter,
        length=_TUNING,
    ).best()
    chosen = best.chosen if best.scores else {}
    if name == "xgboost" and best.scores:
        chosen = {**chosen, "n_estimators": _rounds(best, fitter, prepared, reporter)}
    algorithm = ALGORITHMS[name]
    messages = StepMessages(reporter, TablePhase.TRAINING, name, _TUNING + _ROUNDS, _REFIT)
    messages.tell(0.0, f"Fitting {algorithm.title} on all training rows")
    model = fitter.fit(algorithm, chosen, prepared.train, messages.part(0, 1))
    return Refitted(model, {**algorithm.recipe(fitter.ml_task).fixed, **chosen})


def _rounds(best: Trial, fitter: Fitter, prepared: Prepared, reporter: PhaseReporter) -> int:
    """How many boosting rounds are enough for all training rows.

    What the folds found, or, where they are only a sample, what a validation part of all training
    rows shows: more rows carry more rounds.
    """
    of_folds = max(1, round(float(np.mean([fold.rounds or 1 for fold in best.scores]))))
    if prepared.compared_rows == len(prepared.train.target):
        return of_folds
    shown: list[int] = []
    with reporter.optional():
        shown.append(_rounds_on_all_rows(best, fitter, prepared, reporter))
    return next(iter(shown), of_folds)


def _rounds_on_all_rows(
    best: Trial, fitter: Fitter, prepared: Prepared, reporter: PhaseReporter
) -> int:
    messages = StepMessages(reporter, TablePhase.TRAINING, "xgboost", _TUNING, _ROUNDS)
    fit, validation = _validation_split(prepared.train, fitter)
    model = fitter.fit(
        ALGORITHMS["xgboost"],
        {**best.chosen, "n_estimators": _MOST_ROUNDS},
        fit,
        messages.part(0, 1),
        validation=validation,
        stops_early=True,
    )
    return int(model.best_iteration) + 1


def _validation_split(train: Part, fitter: Fitter) -> tuple[Part, Part]:
    """Two parts of the training rows; the one to fit on keeps rows of every class."""
    rows = len(train.target)
    validated = min(_MOST_VALIDATION_ROWS, round(rows * _VALIDATION_SHARE))
    is_classes = fitter.ml_task == "classification"
    fit = sample_rows(train.target, rows - validated, is_classes=is_classes, seed=fitter.seed)
    rest = np.setdiff1d(np.arange(rows), fit)
    return (
        Part(train.matrix[fit], train.target[fit]),
        Part(train.matrix[rest], train.target[rest]),
    )
