"""XGBoost, on a GPU where there is one."""

import json
import logging
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import xgboost
from xgboost.callback import TrainingCallback

from pipeline.table.learners.family import BaseFamily, Grown, without
from pipeline.table.learners.learner import Array, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.rounds import for_classes, patience
from pipeline.table.learners.targets import Problem

logger = logging.getLogger(__name__)

_ALONE = 500
_MANY_ROWS = 15_000
_LEVEL = 3


class XGBoost(BaseFamily):
    """Depth-wise trees on histograms."""

    name = "xgboost"
    title = "XGBoost"
    view = ViewKind.TREES

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        known = _SMALL if shape.rows < 2_000 else _MEDIUM if shape.rows < _MANY_ROWS else _LARGE
        return for_classes(known, shape.classes)

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        is_small = shape.rows < 2_000
        return {
            "rounds": 3_000,
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.15, log=True),
            "max_depth": trial.suggest_int("max_depth", 2, 5 if is_small else 10),
            "min_child_weight": trial.suggest_float("min_child_weight", 0.5, 40.0, log=True),
            "subsample": trial.suggest_float("subsample", 0.5, 1.0),
            "colsample_bynode": trial.suggest_float("colsample_bynode", 0.3, 1.0),
            "lambda": trial.suggest_float("lambda", 1e-2, 30.0, log=True),
            "gamma": trial.suggest_float("gamma", 1e-4, 1.0, log=True),
        }

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        cells = shape.rows * shape.columns
        scores = 32 * shape.rows * max(1, shape.classes)
        histograms = 256 * 16 * shape.columns * 2 ** min(int(parameters.get("max_depth", 6)), 10)
        return int(6 * cells + scores + histograms)

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        settings = _settings(parameters, problem, pace)
        threads = pace.order.threads
        train = xgboost.QuantileDMatrix(
            problem.train.matrix, problem.train.target, nthread=threads, max_bin=256
        )
        watched = []
        if problem.validation is not None:
            part = problem.validation
            matrix = xgboost.QuantileDMatrix(part.matrix, part.target, nthread=threads, ref=train)
            watched = [(matrix, "validation")]
        total = int(parameters["rounds"])
        watch = _Watch(pace, total, patience(parameters))
        booster = xgboost.train(
            settings, train, total, evals=watched, callbacks=[watch], verbose_eval=False
        )
        rounds = watch.best + 1 if watched else booster.num_boosted_rounds()
        _tell_lost_gpu(booster, pace.order.device)
        packed = zlib.compress(bytes(booster[:rounds].save_raw("ubj")), _LEVEL)
        return Grown(XGBoostTrees(packed, threads), rounds)


class _Watch(TrainingCallback):
    """Ends the rounds when the loss has stopped falling or the time is over."""

    def __init__(self, pace: Pace, total: int, patience: int) -> None:
        super().__init__()
        self.best = -1
        self._least = np.inf
        self._pace = pace
        self._total = total
        self._patience = patience

    def after_iteration(
        self,
        model: Any,  # noqa: ARG002 - XGBoost's signature
        epoch: int,
        evals_log: TrainingCallback.EvalsLog,
    ) -> bool:
        for losses in evals_log.get("validation", {}).values():
            loss = float(losses[-1])  # type: ignore[arg-type] # a pair only in xgboost.cv
            if self.best < 0 or loss < self._least:
                self.best, self._least = epoch, loss
        goes_on = self._pace.goes_on(epoch + 1, self._total)
        is_stale = self.best >= 0 and epoch - self.best >= self._patience
        return not goes_on or is_stale


class XGBoostTrees:
    """Trees without what they were trained with."""

    __slots__ = ("_packed", "_threads", "_threads_now", "booster")

    def __init__(self, packed: bytes, threads: int) -> None:
        self._packed = packed
        self._threads = threads
        self._threads_now = 1
        self.booster = xgboost.Booster(model_file=bytearray(zlib.decompress(packed)))
        self.booster.set_param({"nthread": 1, "device": "cpu"})

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._packed, self._threads)

    @property
    def model(self) -> bytes:
        """As UBJ, which every XGBoost can load."""
        return zlib.decompress(self._packed)

    def output(self, matrix: Array) -> Array:
        threads = 1 if len(matrix) < _ALONE else self._threads
        if threads != self._threads_now:
            self.booster.set_param({"nthread": threads})
            self._threads_now = threads
        answer = self.booster.inplace_predict(matrix, validate_features=False)
        return np.asarray(answer)


def _settings(parameters: Parameters, problem: Problem, pace: Pace) -> dict[str, Any]:
    order = pace.order
    return {
        **without(parameters, "rounds"),
        **_objective(problem.classes),
        "tree_method": "hist",
        "device": order.device,
        "nthread": order.threads,
        "seed": order.seed % 2**31,
        "verbosity": 0,
    }


def _tell_lost_gpu(booster: Any, wanted: str) -> None:
    """XGBoost trains on the CPU where it finds no GPU, and says so only in its configuration."""
    used = json.loads(booster.save_config())["learner"]["generic_param"]["device"]
    if wanted != "cpu" and used == "cpu":
        logger.warning("no GPU was found; XGBoost has trained on the CPU")


def _objective(classes: int) -> dict[str, Any]:
    if not classes:
        return {"objective": "reg:squarederror", "eval_metric": "rmse"}
    if classes == 2:
        return {"objective": "binary:logistic", "eval_metric": "logloss"}
    return {"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": classes}


_SMALL: tuple[Parameters, ...] = (
    {
        "rounds": 1_000,
        "learning_rate": 0.03,
        "max_depth": 3,
        "min_child_weight": 2.0,
        "subsample": 0.8,
        "colsample_bynode": 0.6,
        "lambda": 3.0,
    },
    {
        "rounds": 1_500,
        "learning_rate": 0.03,
        "max_depth": 2,
        "min_child_weight": 1.0,
        "subsample": 0.7,
        "colsample_bynode": 0.5,
        "lambda": 1.0,
    },
    {
        "rounds": 1_000,
        "learning_rate": 0.03,
        "max_depth": 5,
        "min_child_weight": 3.0,
        "subsample": 0.7,
        "colsample_bynode": 0.4,
        "lambda": 5.0,
    },
)
_MEDIUM: tuple[Parameters, ...] = (
    {
        "rounds": 2_000,
        "learning_rate": 0.05,
        "max_depth": 6,
        "min_child_weight": 2.0,
        "subsample": 0.8,
        "colsample_bynode": 0.7,
        "lambda": 1.0,
    },
    {
        "rounds": 2_500,
        "learning_rate": 0.04,
        "max_depth": 4,
        "min_child_weight": 3.0,
        "subsample": 0.8,
        "colsample_bynode": 0.5,
        "lambda": 3.0,
    },
    {
        "rounds": 2_000,
        "learning_rate": 0.03,
        "max_depth": 9,
        "min_child_weight": 5.0,
        "subsample": 0.7,
        "colsample_bynode": 0.5,
        "lambda": 3.0,
    },
)
_LARGE: tuple[Parameters, ...] = (
    {
        "rounds": 2_000,
        "learning_rate": 0.1,
        "max_depth": 8,
        "min_child_weight": 3.0,
        "subsample": 0.9,
        "colsample_bynode": 0.7,
        "lambda": 1.0,
    },
    {
        "rounds": 2_000,
        "learning_rate": 0.06,
        "max_depth": 10,
        "min_child_weight": 8.0,
        "subsample": 0.8,
        "colsample_bynode": 0.5,
        "lambda": 3.0,
    },
)
