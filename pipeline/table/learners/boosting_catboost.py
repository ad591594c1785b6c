"""CatBoost, with its ordered statistics of the target for categories."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoost as Model
from catboost import Pool

from pipeline.table.learners.family import BaseFamily, Grown, without
from pipeline.table.learners.learner import Array, Parameters, Part, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.rounds import patience
from pipeline.table.learners.targets import Problem

_ALONE = 500
_MANY_CLASSES = 20
_FEW_ROWS = 3_000
# Pairs of categories at most: as good within the noise, and much quicker than larger combinations.
# Fewer thresholds than usual save a twentieth of the time and cost up to 4 % of the loss.
_QUICK: Parameters = {"max_ctr_complexity": 2}


class CatBoost(BaseFamily):
    """Symmetric trees; the safest of the boosting families on few rows and on categories."""

    name = "catboost"
    title = "CatBoost"
    view = ViewKind.NATIVE

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        usual: Parameters = {"rounds": 1_000, "learning_rate": _usual_rate(shape), **_QUICK}
        if shape.classes > _MANY_CLASSES:
            return ({**usual, "rounds": 500, "learning_rate": 0.1, "depth": 5},)
        shallow = {**usual, "depth": 4, "l2_leaf_reg": 4.0, "one_hot_max_size": 12}
        if shape.rows < _FEW_ROWS:
            sparing = {**usual, "depth": 5, "rsm": 0.5, "max_ctr_complexity": 1}
            return (shallow, {**usual, "depth": 6}, sparing)
        deep = {**usual, "depth": 8, "random_strength": 2.0}
        middle = {**usual, "depth": 6}
        by_logarithm = [{**middle, "log_target": True}] if shape.is_skewed else []
        return (middle, *by_logarithm, deep, shallow)

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        rate = _usual_rate(shape)
        return {
            **_QUICK,
            "rounds": 1_500,
            "learning_rate": trial.suggest_float("learning_rate", rate / 2, rate * 3, log=True),
            "depth": trial.suggest_int("depth", 3, 6 if shape.rows < _FEW_ROWS else 8),
            "l2_leaf_reg": trial.suggest_float("l2_leaf_reg", 0.5, 20.0, log=True),
            "random_strength": trial.suggest_float("random_strength", 0.1, 5.0, log=True),
            "rsm": trial.suggest_float("rsm", 0.4, 1.0),
            "one_hot_max_size": trial.suggest_int("one_hot_max_size", 2, 30, log=True),
        }

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        cells = shape.rows * shape.columns
        scores = 64 * shape.rows * max(1, shape.classes)
        leaves = 2 ** int(parameters.get("depth", 6)) * 255 * 16 * shape.columns
        return int(8 * cells + scores + leaves * max(1, shape.classes))

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        positions = sorted(pace.order.categories)
        watch = _Watch(pace, int(parameters["rounds"]))
        validation = problem.validation
        model = Model(_settings(parameters, problem, pace))
        try:
            model.fit(
                _pool(problem.train, positions),
                eval_set=validation and _pool(validation, positions),
                callbacks=[watch],
            )
        except Exception:  # CatBoost wraps what a callback raises
            if watch.raised is not None:
                raise watch.raised from None
            raise
        if watch.raised is not None:
            raise watch.raised
        return Grown(
            CatBoostTrees(model, positions, problem.classes, pace.order.threads), model.tree_count_
        )


class _Watch:
    """Ends the rounds when the time is over.

    CatBoost turns what a callback raises into an error of its own, so it is kept for afterwards.
    """

    def __init__(self, pace: Pace, total: int) -> None:
        self._pace = pace
        self._total = total
        self.raised: BaseException | None = None

    def after_iteration(self, info: Any) -> bool:
        try:
            return self._pace.goes_on(info.iteration, self._total)
        except BaseException as raised:  # noqa: BLE001 - raised again after the fit
            self.raised = raised
            return False


class CatBoostTrees:
    """Trees without what they were trained with."""

    __slots__ = ("_threads", "classes", "model", "positions")

    def __init__(self, model: Model, positions: Sequence[int], classes: int, threads: int) -> None:
        self.model = model
        self.positions = list(positions)
        self.classes = classes
        self._threads = threads

    def output(self, matrix: Array) -> Array:
        answer = self.model.predict(
            _rows(matrix, self.positions),
            prediction_type="Probability" if self.classes else "RawFormulaVal",
            thread_count=1 if len(matrix) < _ALONE else self._threads,
        )
        return np.asarray(answer)


def _settings(parameters: Parameters, problem: Problem, pace: Pace) -> dict[str, Any]:
    order = pace.order
    loss = {0: "RMSE", 2: "Logloss"}.get(problem.classes, "MultiClass")
    settings = {
        **without(parameters, "rounds"),
        "iterations": int(parameters["rounds"]),
        "loss_function": loss,
        "random_seed": order.seed % 2**31,
        "thread_count": order.threads,
        "logging_level": "Silent",
        "allow_writing_files": False,
    }
    if problem.validation is not None:
        settings |= {"od_type": "Iter", "od_wait": patience(parameters), "use_best_model": True}
    return settings


def _usual_rate(shape: Shape) -> float:
    """CatBoost's own choice for a thousand rounds that stop early (its ``options_helper.cpp``)."""
    slope, offset = {0: (0.157, -4.062), 2: (0.246, -5.127)}.get(shape.classes, (0.051, -3.001))
    return round(min(0.3, math.exp(slope * math.log(max(shape.rows, 2)) + offset)), 4)


def _pool(part: Part, positions: Sequence[int]) -> Pool:
    if not positions:
        return Pool(part.matrix, label=part.target)
    frame = pd.DataFrame(part.matrix, copy=False)
    frame = frame.astype(dict.fromkeys(positions, np.int32))
    return Pool(frame, label=part.target, cat_features=list(positions))


def _rows(matrix: Array, positions: Sequence[int]) -> Any:
    if not positions:
        return matrix
    if len(matrix) > _ALONE:
        frame = pd.DataFrame(matrix, copy=False).astype(dict.fromkeys(positions, np.int32))
        return Pool(frame, cat_features=list(positions))
    cells = matrix.astype(object)
    cells[:, positions] = matrix[:, positions].astype(np.int32)
    return Pool(cells, cat_features=list(positions))
