"""Small neural nets of scikit-learn, averaged over several beginnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from pipeline.table.learners import inner
from pipeline.table.learners.family import BaseFamily, Grown
from pipeline.table.learners.learner import Array, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.steady import product, shares
from pipeline.table.learners.targets import Problem

_FEWEST_ROWS = 100
_LEAST = 1e-12
REACH = 6.0

Layers = tuple[tuple[Array, Array], ...]


class NeuralNet(BaseFamily):
    """Two hidden layers, trained until rows that are set aside are predicted no better."""

    name = "neural_net"
    title = "neural net"
    view = ViewKind.SMOOTH

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        if shape.rows < _FEWEST_ROWS:
            return ()
        is_small = shape.rows < 5_000
        first: Parameters = {
            "hidden": [64, 32] if is_small else [128, 64],
            "alpha": 1e-2 if is_small else 1e-3,
            "learning_rate": 2e-3,
            "batch": 32 if is_small else 256,
            "nets": 4 if is_small else 2,
            "epochs": 100 if is_small else 60,
        }
        wide = {**first, "hidden": [256], "alpha": 10 * float(first["alpha"])}
        plain = [first, wide]
        return [{**first, "log_target": True}, *plain] if shape.is_skewed else plain

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        if shape.rows < _FEWEST_ROWS:
            return None
        width = trial.suggest_int("width", 16, 256, log=True)
        depth = trial.suggest_int("depth", 1, 3)
        return {
            "hidden": [width] * depth,
            "alpha": trial.suggest_float("alpha", 1e-5, 1.0, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
            "batch": 32 if shape.rows < 5_000 else 256,
            "nets": 3,
            "epochs": 100,
        }

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        widths = [shape.columns, *parameters["hidden"], max(1, shape.classes)]
        weights = sum(left * right for left, right in pairwise(widths))
        return int(8 * shape.rows * shape.columns + 32 * weights * int(parameters["nets"]))

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        matrix = np.clip(np.asarray(problem.train.matrix, dtype=np.float32), -REACH, REACH)
        nets: list[Layers] = []
        epochs = int(parameters["epochs"])
        count = int(parameters["nets"])
        for number in range(count):
            net = _Net(parameters, problem, pace.order.seed + number)
            is_in_time = True
            for epoch in range(number * epochs, (number + 1) * epochs):
                is_learning = net.learn(matrix, problem.train.target)
                is_in_time = pace.goes_on(epoch + 1, count * epochs)
                if not (is_learning and is_in_time):
                    break
            nets.append(net.best)
            if not is_in_time:
                break
        return Grown(Nets(tuple(nets), problem.classes))


class _Net:
    """One net while it learns, and its weights when they were best."""

    def __init__(self, parameters: Parameters, problem: Problem, seed: int) -> None:
        kind = MLPClassifier if problem.classes else MLPRegressor
        self._train, self._judge = inner.holdout(problem.train.target, problem.classes, seed)
        self._model = kind(
            hidden_layer_sizes=tuple(parameters["hidden"]),
            alpha=float(parameters["alpha"]),
            learning_rate_init=float(parameters["learning_rate"]),
            batch_size=min(int(parameters["batch"]), len(self._train)),
            random_state=seed % 2**32,
        )
        self._classes = problem.classes
        self._patience = 10
        self._least = np.inf
        self._stale = 0
        self.best: Layers = ()

    def learn(self, matrix: Array, target: Array) -> bool:
        """Go once through the rows; False when that has not helped for a while."""
        rows = self._train
        more = {"classes": np.arange(self._classes)} if self._classes else {}
        self._model.partial_fit(matrix[rows], target[rows], **more)
        layers = _layers(self._model)
        loss = self._loss(layers, matrix[self._judge], target[self._judge])
        if not self.best or loss < self._least:
            self.best, self._least, self._stale = layers, loss, 0
        else:
            self._stale += 1
        return self._stale < self._patience

    def _loss(self, layers: Layers, matrix: Array, target: Array) -> float:
        output = _output(layers, matrix, self._classes)
        if not self._classes:
            return float(np.mean((output - target) ** 2))
        given = output[np.arange(len(target)), target]
        return float(-np.log(np.maximum(given, _LEAST)).mean())


@dataclass(frozen=True, slots=True)
class Nets:
    """The weights alone of several nets, whose answers are averaged."""

    nets: tuple[Layers, ...]
    classes: int

    def output(self, matrix: Array) -> Array:
        rows = np.clip(np.asarray(matrix, dtype=np.float32), -REACH, REACH)
        answers = [_output(layers, rows, self.classes) for layers in self.nets]
        return np.asarray(sum(answers[1:], answers[0]) / len(answers))


def _layers(model: Any) -> Layers:
    """Copies of the weights; two classes get a score each, as more have."""
    layers = [
        (weights.astype(np.float32), offsets.astype(np.float32))
        for weights, offsets in zip(model.coefs_, model.intercepts_, strict=True)
    ]
    if getattr(model, "out_activation_", "") == "logistic" and layers[-1][0].shape[1] == 1:
        weights, offsets = layers[-1]
        layers[-1] = (
            np.hstack([np.zeros_like(weights), weights]),
            np.concatenate([np.zeros_like(offsets), offsets]),
        )
    return tuple(layers)


def _output(layers: Layers, rows: Array, classes: int) -> Array:
    for weights, offsets in layers[:-1]:
        rows = np.maximum(product(rows, weights) + offsets, 0.0)
    weights, offsets = layers[-1]
    scores = np.asarray(product(rows, weights) + offsets, dtype=np.float64)
    return shares(scores) if classes else np.asarray(scores[:, 0])
