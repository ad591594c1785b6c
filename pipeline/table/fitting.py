"""One way to fit every algorithm: in steps where possible, to be watched and stopped."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from xgboost import XGBClassifier, XGBRegressor
from xgboost.callback import TrainingCallback

from pipeline.table.algorithms import Algorithm, Parameters
from pipeline.table.scores import Array

_STEPS = 10
_PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a fit; the accuracies are those of ``scores.accuracy``, where they are known."""

    iteration: int
    total: int
    train_accuracy: float | None = None
    validation_accuracy: float | None = None


OnStep = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a prepared matrix with their targets."""

    matrix: Array
    target: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitter:
    """Fits algorithms for one task with one seed and number of threads."""

    ml_task: str
    seed: int
    threads: int

    def fit(
        self,
        algorithm: Algorithm,
        chosen: Parameters,
        train: Part,
        on_step: OnStep,
        *,
        validation: Part | None = None,
        stops_early: bool = False,
    ) -> Any:
        """A fitted estimator.

        ``validation`` is only watched, unless ``stops_early``: then boosting ends when it has not
        become better on it for a while, and the best number of rounds is kept.
        """
        recipe = algorithm.recipe(self.ml_task)
        model = recipe.build(chosen, seed=self.seed, threads=self.threads)
        with warnings.catch_warnings():
            # A linear model that has not quite converged is judged by its score like any other.
            warnings.simplefilter("ignore", ConvergenceWarning)
            if isinstance(model, (XGBClassifier, XGBRegressor)):
                patience = _PATIENCE if stops_early else None
                _boost(model, train, validation, patience, on_step)
            elif algorithm.grows_by:
                _grow(model, algorithm.grows_by, train, on_step)
            else:
                model.fit(train.matrix, train.target)
                on_step(Step(1, 1))
        return model


def _grow(model: Any, parameter: str, train: Part, on_step: OnStep) -> None:
    total = model.get_params()[parameter]
    model.set_params(warm_start=True)
    for size in np.unique(np.linspace(1, total, _STEPS + 1, dtype=int)[1:]).tolist():
        model.set_params(**{parameter: size}).fit(train.matrix, train.target)
        on_step(Step(size, total))
    model.set_params(warm_start=False)


def _boost(
    model: XGBClassifier | XGBRegressor,
    train: Part,
    validation: Part | None,
    patience: int | None,
    on_step: OnStep,
) -> None:
    watched = [train] if validation is None else [train, validation]
    error, loss = _watched_metrics(model, train.target)
    model.set_params(
        eval_metric=[error, loss],
        early_stopping_rounds=patience,
        callbacks=[_StepPerRound(error, [part.target for part in watched], model, on_step)],
    )
    pairs = [(part.matrix, part.target) for part in watched]
    model.fit(train.matrix, train.target, eval_set=pairs, verbose=False)
    # A model that is stored must not carry its watcher. These are plain attributes on purpose:
    # set_params of a fitted model passes every parameter on to the booster, lists of metrics too.
    model.callbacks = None
    model.early_stopping_rounds = None


def _watched_metrics(model: XGBClassifier | XGBRegressor, target: Array) -> tuple[str, str]:
    """XGBoost's names of the error that is shown and of the loss that early stopping goes by."""
    if isinstance(model, XGBRegressor):
        return "mae", "rmse"
    return ("error", "logloss") if target.max() < 2 else ("merror", "mlogloss")


class _StepPerRound(TrainingCallback):
    """Reports each boosting round with the accuracies that XGBoost has just measured."""

    def __init__(
        self, error: str, targets: list[Array], model: XGBClassifier | XGBRegressor, on_step: OnStep
    ) -> None:
        super().__init__()
        self._error = error
        self._total = int(model.get_params()["n_estimators"])
        # 1 − WAPE is 1 − MAE / mean |actual|; a share of wrong classes needs no scale.
        self._scales = [float(np.abs(t).mean()) if error == "mae" else 1.0 for t in targets]
        self._on_step = on_step

    def after_iteration(
        self,
        model: Any,  # noqa: ARG002 - XGBoost's signature
        epoch: int,
        evals_log: TrainingCallback.EvalsLog,
    ) -> bool:
        accuracies = [
            _accuracy(evals_log[name][self._error][-1], scale)
            for name, scale in zip(evals_log, self._scales, strict=True)
        ]
        self._on_step(Step(epoch + 1, self._total, *accuracies))
        return False


def _accuracy(error: Any, scale: float) -> float:
    if scale == 0:
        return 1.0 if error == 0 else 0.0
    return max(0.0, 1.0 - float(error) / scale)
