"""Better parameters for the chosen algorithm: a small seeded random search on the same folds.

All trials run on the first fold, the best few on the rest; so most of the time goes where it pays.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid, ParameterSampler

from pipeline.table.algorithms import ALGORITHMS, Parameters
from pipeline.table.fitting import Fitter
from pipeline.table.messages import StepMessages
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.selection import FIT_FAILURES, Fold, FoldScore, score_fold

logger = logging.getLogger(__name__)

_TRIALS = 10
_FINALISTS = 3
_BOOSTING_ROUNDS = 400


@dataclass(slots=True)
class Trial:
    """One set of parameters and its scores on the folds so far."""

    chosen: Parameters
    scores: list[FoldScore] = field(default_factory=list)

    @property
    def mean(self) -> float:
        return float(np.mean([fold.score for fold in self.scores])) if self.scores else -np.inf


@dataclass(slots=True, kw_only=True)
class Tuning:
    """A search for one algorithm, reported over the first ``length`` of the training phase."""

    name: str
    fitter: Fitter
    folds: Sequence[Fold]
    metric: str
    reporter: PhaseReporter
    length: float
    _done: int = 0

    def best(self) -> Trial:
        """The trial with the best mean score; the algorithm's own parameters are always one.

        Told to finish, it compares what has been tried on the same folds so far.
        """
        trials = [Trial(chosen) for chosen in self._candidates()]
        with self.reporter.optional():
            self._search(trials)
        most = max(len(trial.scores) for trial in trials)
        compared = (trial for trial in trials if len(trial.scores) == most)
        return max(compared, key=lambda trial: trial.mean)

    def _search(self, trials: Sequence[Trial]) -> None:
        for number, trial in enumerate(trials):
            self._run(trial, number, len(trials), self.folds[:1])
        own = trials[0]
        others = sorted(trials[1:], key=lambda trial: trial.mean, reverse=True)
        finalists = [own, *others[: _FINALISTS - 1]]
        for trial in finalists:
            self._run(trial, trials.index(trial), len(trials), self.folds[1:])

    def _candidates(self) -> list[dict[str, Any]]:
        space = ALGORITHMS[self.name].recipe(self.fitter.ml_task).space
        own = {"n_estimators": _BOOSTING_ROUNDS} if self._is_boosting else {}
        if not space:
            return [own]
        tried = min(_TRIALS - 1, len(ParameterGrid(space)))
        sampled = ParameterSampler(space, tried, random_state=self.fitter.seed)
        return [own, *({**own, **chosen} for chosen in sampled)]

    @property
    def _is_boosting(self) -> bool:
        return self.name == "xgboost"

    def _run(self, trial: Trial, number: int, count: int, folds: Sequence[Fold]) -> None:
        fits = count + min(_FINALISTS, count) * (len(self.folds) - 1)
        for fold in folds:
            messages = StepMessages(
                self.reporter,
                TablePhase.TRAINING,
                self.name,
                self.length * self._done / fits,
                self.length / fits,
            )
            self._done += 1
            self._score(trial, fold, messages, number + 1, count)

    def _score(
        self, trial: Trial, fold: Fold, messages: StepMessages, number: int, count: int
    ) -> None:
        message = f"Tuning {ALGORITHMS[self.name].title} (trial {number}/{count})"
        messages.tell(0.0, message, logs=(_describe(trial.chosen),))
        try:
            scored = score_fold(
                self.fitter,
                ALGORITHMS[self.name],
                trial.chosen,
                fold,
                self.metric,
                messages.part(0, 1),
                stops_early=True,
            )
        except FIT_FAILURES as error:
            if self.reporter.ordered(error):
                raise
            logger.warning("trial failed", exc_info=True, extra={"algorithm": self.name})
            scored = FoldScore(-np.inf, 0.0, 0.0, None)
        trial.scores.append(scored)
        figures = {
            "trial": number,
            "total_trials": count,
            "train_accuracy": round(scored.train_accuracy, 4),
            "validation_accuracy": round(scored.validation_accuracy, 4),
        }
        log = (
            f"Trial {number}: train_acc={scored.train_accuracy:.2f}, "
            f"val_acc={scored.validation_accuracy:.2f}"
        )
        messages.tell(1.0, message, figures=figures, logs=(log,))


def _describe(chosen: Parameters) -> str:
    """Parameters in words: "Learning rate: 0.01, max depth: 6"."""
    if not chosen:
        return "Usual parameters"
    return ", ".join(
        f"{name.replace('_', ' ')}: {value}" for name, value in chosen.items()
    ).capitalize()
