"""LightGBM, with its own handling of categories."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np

from pipeline.table.learners.family import BaseFamily, Grown, without
from pipeline.table.learners.learner import Array, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.rounds import for_classes, patience
from pipeline.table.learners.targets import Problem

_ALONE = 500
_MANY_ROWS = 15_000
_LEVEL = 3
_USUAL_BINS, _FINE_BINS = 255, 1_023
_FEW_COLUMNS = 60
"""More thresholds are worth their time and memory on that many columns at most."""
# Large trees learn categories of few rows by heart unless these are held back.
_HELD_BACK: Parameters = {"cat_smooth": 30.0, "cat_l2": 20.0}
_MANY_VALUES = 20
_QUIET = {"verbosity": -1}


class LightGBM(BaseFamily):
    """Leaf-wise trees; the quickest of the boosting families on many rows."""

    name = "lightgbm"
    title = "LightGBM"
    view = ViewKind.NATIVE

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        if shape.rows >= _MANY_ROWS:
            return for_classes(_of_many_rows(shape), shape.classes)
        known = _SMALL if shape.rows < 2_000 else _MEDIUM
        if shape.widest > _MANY_VALUES:
            known = (_by_means(known[0]), *known)
        if shape.is_skewed:
            known = (*known[:1], {**known[0], "log_target": True}, *known[1:])
        return for_classes(known, shape.classes)

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        is_small = shape.rows < 2_000
        return {
            "rounds": 3_000,
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.15, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, 31 if is_small else 255, log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 2, 60, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "bagging_freq": 1,
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 30.0, log=True),
            "cat_smooth": trial.suggest_float("cat_smooth", 1.0, 50.0, log=True),
            "extra_trees": trial.suggest_categorical("extra_trees", [False, True]),
        }

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        bins = 2 * shape.rows * shape.columns
        scores = 48 * shape.rows * max(1, shape.classes)
        thresholds = 1 + int(parameters.get("max_bin", _USUAL_BINS))
        histograms = thresholds * 24 * shape.columns * int(parameters.get("num_leaves", 31))
        return bins + scores + histograms

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        settings = _settings(parameters, problem, pace)
        train = lightgbm.Dataset(
            problem.train.matrix,
            problem.train.target,
            categorical_feature=sorted(pace.order.categories),
            params=settings,
            free_raw_data=True,
        )
        total = int(parameters["rounds"])
        watch = _Watch(pace, total, patience(parameters))
        watched = []
        if problem.validation is not None:
            part = problem.validation
            watched = [train.create_valid(part.matrix, part.target)]
        booster = lightgbm.train(
            settings,
            train,
            num_boost_round=total,
            valid_sets=watched,
            callbacks=[watch],
        )
        rounds = watch.best + 1 if watched else booster.current_iteration()
        text = booster.model_to_string(num_iteration=rounds)
        packed = zlib.compress(text.encode(), _LEVEL)
        return Grown(LightGBMTrees(packed, pace.order.threads), rounds)


@dataclass(eq=False)
class _Watch:
    """Ends the rounds when the loss has stopped falling or the time is over."""

    pace: Pace
    total: int
    patience: int
    best: int = -1
    least: float = np.inf

    def __call__(self, env: Any) -> None:
        if env.evaluation_result_list:
            loss = env.evaluation_result_list[0][2]
            if self.best < 0 or loss < self.least:
                self.best, self.least = env.iteration, loss
        goes_on = self.pace.goes_on(env.iteration + 1, self.total)
        is_stale = self.best >= 0 and env.iteration - self.best >= self.patience
        if not goes_on or is_stale:
            raise lightgbm.callback.EarlyStopException(env.iteration, env.evaluation_result_list)


class LightGBMTrees:
    """Trees without what they were trained with."""

    __slots__ = ("_booster", "_packed", "_threads")

    def __init__(self, packed: bytes, threads: int) -> None:
        self._packed = packed
        self._threads = threads
        self._booster = lightgbm.Booster(model_str=zlib.decompress(packed).decode())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._packed, self._threads)

    @property
    def booster(self) -> Any:
        """As LightGBM knows it."""
        return self._booster

    def output(self, matrix: Array) -> Array:
        threads = 1 if len(matrix) < _ALONE else self._threads
        return np.asarray(self._booster.predict(matrix, num_threads=threads))


def _of_many_rows(shape: Shape) -> Sequence[Parameters]:
    """The quick one first; categories of many values by their means in it, as codes in the next."""
    bins = _FINE_BINS if shape.columns <= _FEW_COLUMNS else _USUAL_BINS
    quick, large, random = _LARGE[0], *({**one, "max_bin": bins} for one in _LARGE[1:])
    has_many_values = shape.widest > _MANY_VALUES
    first = _by_means(quick) if has_many_values else quick
    by_logarithm = [{**first, "log_target": True}] if shape.is_skewed else []
    few_values = [_by_means(quick)] if shape.widest and not has_many_values else []
    return (first, large, *by_logarithm, *few_values, random)


def _by_means(parameters: Parameters) -> Parameters:
    return {**parameters, "view": ViewKind.TREES.value}


def _settings(parameters: Parameters, problem: Problem, pace: Pace) -> dict[str, Any]:
    order = pace.order
    settings = {
        **without(parameters, "rounds"),
        **_objective(problem.classes),
        **_QUIET,
        "seed": order.seed % 2**31,
        "num_threads": order.threads,
        "deterministic": True,
        "force_col_wise": True,
        "feature_pre_filter": False,
    }
    few = max(1, len(problem.train.target) // 10)
    settings["min_data_in_leaf"] = min(int(settings.get("min_data_in_leaf", 20)), few)
    return settings


def _objective(classes: int) -> dict[str, Any]:
    if not classes:
        return {"objective": "regression", "metric": "l2"}
    if classes == 2:
        return {"objective": "binary", "metric": "binary_logloss"}
    return {"objective": "multiclass", "metric": "multi_logloss", "num_class": classes}


_SMALL: tuple[Parameters, ...] = (
    {
        "rounds": 1_500,
        "learning_rate": 0.03,
        "num_leaves": 16,
        "min_data_in_leaf": 5,
        "feature_fraction": 0.6,
        "extra_trees": True,
        "lambda_l2": 1.0,
    },
    {
        "rounds": 1_000,
        "learning_rate": 0.03,
        "num_leaves": 8,
        "min_data_in_leaf": 10,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 3.0,
    },
    {
        "rounds": 1_500,
        "learning_rate": 0.02,
        "num_leaves": 4,
        "min_data_in_leaf": 5,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
    },
)
_MEDIUM: tuple[Parameters, ...] = (
    {
        "rounds": 2_000,
        "learning_rate": 0.05,
        "num_leaves": 48,
        "min_data_in_leaf": 10,
        "feature_fraction": 0.7,
        "extra_trees": True,
        "lambda_l2": 1.0,
    },
    {
        "rounds": 2_000,
        "learning_rate": 0.04,
        "num_leaves": 31,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.9,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
    },
    {
        "rounds": 3_000,
        "learning_rate": 0.03,
        "num_leaves": 12,
        "min_data_in_leaf": 30,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
    },
)
_LARGE: tuple[Parameters, ...] = (
    {
        "rounds": 2_000,
        "learning_rate": 0.08,
        "num_leaves": 63,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.9,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
    },
    {
        "rounds": 5_000,
        "learning_rate": 0.06,
        "num_leaves": 128,
        "min_data_in_leaf": 3,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        **_HELD_BACK,
    },
    {
        "rounds": 10_000,
        "learning_rate": 0.06,
        "num_leaves": 31,
        "min_data_in_leaf": 3,
        "feature_fraction": 0.7,
        "extra_trees": True,
        **_HELD_BACK,
    },
)
