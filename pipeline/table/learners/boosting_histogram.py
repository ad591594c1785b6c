"""The boosting of scikit-learn, grown in steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from pipeline.table.learners.family import BaseFamily, Grown, without
from pipeline.table.learners.learner import Array, Parameters, Part, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import Problem

_STEP = 10
_PATIENT_STEPS = 4
_LEAST = 1e-12


class HistogramBoosting(BaseFamily):
    """Leaf-wise trees on histograms."""

    name = "hist_gradient_boosting"
    title = "histogram gradient boosting"
    view = ViewKind.TREES

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        is_small = shape.rows < 2_000
        return (
            {
                "rounds": 500,
                "learning_rate": 0.05,
                "max_leaf_nodes": 8 if is_small else 31,
                "min_samples_leaf": 10 if is_small else 20,
                "l2_regularization": 1.0,
                "max_features": 0.6,
            },
        )

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        most = 31 if shape.rows < 2_000 else 255
        return {
            "rounds": 500,
            "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.2, log=True),
            "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 4, most, log=True),
            "min_samples_leaf": trial.suggest_int("min_samples_leaf", 2, 60, log=True),
            "l2_regularization": trial.suggest_float("l2_regularization", 1e-3, 30.0, log=True),
            "max_features": trial.suggest_float("max_features", 0.3, 1.0),
        }

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        histograms = 256 * 24 * shape.columns * int(parameters.get("max_leaf_nodes", 31))
        scores = 32 * shape.rows * max(1, shape.classes)
        return 2 * shape.rows * shape.columns + scores + histograms

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        kind = HistGradientBoostingClassifier if problem.classes else HistGradientBoostingRegressor
        model = kind(
            **without(parameters, "rounds"),
            early_stopping=False,
            warm_start=True,
            random_state=pace.order.seed,
        )
        total = int(parameters["rounds"])
        losses: list[float] = []
        for size in range(_STEP, total + _STEP, _STEP):
            model.set_params(max_iter=min(size, total))
            model.fit(problem.train.matrix, problem.train.target)
            if problem.validation is not None:
                losses.append(_loss(model, problem.validation, problem.classes))
            if not pace.goes_on(min(size, total), total) or _is_stale(losses):
                break
        if losses:
            # The estimator has no public way to forget its last rounds.
            del model._predictors[_STEP * (int(np.argmin(losses)) + 1) :]  # noqa: SLF001
        return Grown(_Model(model, problem.classes), int(model.n_iter_))


@dataclass(frozen=True, slots=True)
class _Model:
    model: Any
    classes: int

    def output(self, matrix: Array) -> Array:
        ask = self.model.predict_proba if self.classes else self.model.predict
        return np.asarray(ask(matrix))


def _is_stale(losses: Sequence[float]) -> bool:
    return bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= _PATIENT_STEPS


def _loss(model: Any, part: Part, classes: int) -> float:
    if not classes:
        return float(np.mean((model.predict(part.matrix) - part.target) ** 2))
    given = model.predict_proba(part.matrix)[np.arange(len(part.target)), part.target]
    return float(-np.log(np.maximum(given, _LEAST)).mean())
