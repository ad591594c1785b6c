"""Logistic regression whose strength is chosen on rows of its own."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from pipeline.table.learners import inner
from pipeline.table.learners.learner import Array, Parameters
from pipeline.table.learners.pace import Pace

_STRENGTHS = tuple(float(10.0**power) for power in np.arange(-4.0, 3.01, 0.5))
_USUAL_STRENGTH = 0.1
_WEIGHT_OF_DATA = 10.0
"""Strength times rows that holds back without hiding what few rows say plainly; on many rows that
is as strong a penalty as any that is tried, so that it takes no longer."""
_MANY_CLASSES, _FEW_PAIRS = 3, 3
"""A fit takes longer the more classes there are: then the choice is made among fewer strengths, on
fewer pairs of rows."""
_WORSE_BEFORE_END = 2
_ITERATIONS = 100
_LEAST = 1e-12


def weights(
    parameters: Parameters, matrix: Array, target: Array, classes: int, pace: Pace
) -> tuple[Array, Array]:
    """Weights, shape (columns, classes or 1), and the offsets of the scores."""
    strength = parameters.get("strength")
    with warnings.catch_warnings():
        # A model that has not quite converged is judged by its score like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Few rows of many classes are classes nevertheless.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        if strength is None:
            strength = _best_strength(matrix, target, classes, pace)
        model = _model(float(strength), pace).fit(matrix, target)
    return model.coef_.T.astype(matrix.dtype), model.intercept_.astype(matrix.dtype)


def _best_strength(matrix: Array, target: Array, classes: int, pace: Pace) -> float:
    """The inverse penalty with the least loss; from strong to weak, each fit begins at the last.

    Out of time while the loss still falls, the best is not among those that were tried: a usual
    one is nearer to it than the strongest penalties.
    """
    pairs = [
        (train, test)
        for train, test in inner.splits(target, classes, pace.order.seed)
        if np.ptp(target[train]) > 0
    ]
    if not pairs:
        return _USUAL_STRENGTH
    strengths = _STRENGTHS
    if classes > _MANY_CLASSES:
        strengths, pairs = _STRENGTHS[2::2], pairs[:_FEW_PAIRS]
    models = [_model(strengths[0], pace, warm_start=True) for _ in pairs]
    losses: list[float] = []
    for number, strength in enumerate(strengths):
        total = 0.0
        for model, (train, test) in zip(models, pairs, strict=True):
            model.set_params(C=strength).fit(matrix[train], target[train])
            total += _loss(model, matrix[test], target[test])
        losses.append(total)
        if not pace.goes_on(number + 1, len(strengths) + 1):
            is_falling = int(np.argmin(losses)) == number
            usual = min(_USUAL_STRENGTH, _WEIGHT_OF_DATA / len(matrix))
            return max(strength, usual) if is_falling else _best(strengths, losses)
        if number - int(np.argmin(losses)) >= _WORSE_BEFORE_END:
            break
    return _best(strengths, losses)


def _best(strengths: Sequence[float], losses: Sequence[float]) -> float:
    return strengths[int(np.argmin(losses))]


def _model(strength: float, pace: Pace, *, warm_start: bool = False) -> Any:
    return LogisticRegression(
        C=strength,
        max_iter=_ITERATIONS // 2 if warm_start else _ITERATIONS,
        tol=1e-3 if warm_start else 1e-4,
        warm_start=warm_start,
        random_state=pace.order.seed,
    )


def _loss(model: Any, matrix: Array, target: Array) -> float:
    probabilities = model.predict_proba(matrix)
    places = np.searchsorted(model.classes_, target)
    places = np.minimum(places, len(model.classes_) - 1)
    given = probabilities[np.arange(len(target)), places]
    given = np.where(model.classes_[places] == target, given, _LEAST)
    return float(-np.log(np.maximum(given, _LEAST)).mean())
