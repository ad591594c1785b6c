"""How good predictions are. Every figure is defined on every input: a finite number or ``None``."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Array = npt.NDArray[Any]
_SKEWED_CLASS_SHARE = 0.8


def wape(actual: Array, predicted: Array) -> float | None:
    """Weighted absolute percentage error: the sum of absolute errors over that of the actuals.

    0 where both are zero; ``None`` where only the actuals are.
    """
    error, size = float(np.abs(actual - predicted).sum()), float(np.abs(actual).sum())
    if size == 0:
        return 0.0 if error == 0 else None
    return error / size


def accuracy(ml_task: str, actual: Array, predicted: Array) -> float:
    """The share of right classes; for regression 1 − WAPE, not below 0."""
    if ml_task == "classification":
        return float(np.mean(actual == predicted))
    share = wape(actual, predicted)
    return 0.0 if share is None else max(0.0, 1.0 - share)


def selection_metric(ml_task: str, target: Array) -> str:
    """What algorithms are compared by: R², accuracy, or macro F1 where one class is over 80 %,
    because there the accuracy says little."""
    if ml_task == "regression":
        return "r2"
    shares = np.bincount(target) / len(target)
    return "f1_macro" if shares.max() > _SKEWED_CLASS_SHARE else "accuracy"


def selection_score(metric: str, actual: Array, predicted: Array) -> float:
    """The value of a :func:`selection_metric`; greater is better."""
    if metric == "accuracy":
        return accuracy("classification", actual, predicted)
    if metric == "f1_macro":
        return float(metrics.f1_score(actual, predicted, average="macro", zero_division=0.0))
    return r2(actual, predicted)


def r2(actual: Array, predicted: Array) -> float:
    """The coefficient of determination; on a constant actual 1 if met exactly, else 0."""
    return float(metrics.r2_score(actual, predicted)) if len(actual) > 1 else 0.0


def regression_scores(actual: Array, predicted: Array) -> dict[str, float | None]:
    """MAE, RMSE (units of the target) and WAPE (a share) on held-out rows."""
    return {
        "mae": float(metrics.mean_absolute_error(actual, predicted)),
        "rmse": float(metrics.root_mean_squared_error(actual, predicted)),
        "wape": wape(actual, predicted),
    }


def classification_scores(
    actual: Array, predicted: Array, probabilities: Array
) -> dict[str, float | None]:
    """Macro F1, balanced accuracy, log loss and (one-against-rest) ROC AUC on held-out rows."""
    classes = range(probabilities.shape[1])
    return {
        "f1_macro": selection_score("f1_macro", actual, predicted),
        "balanced_accuracy": _balanced_accuracy(actual, predicted),
        "log_loss": float(metrics.log_loss(actual, probabilities, labels=list(classes))),
        "roc_auc": _roc_auc(actual, probabilities),
    }


def finite(value: float | None) -> float | None:
    """The value, or ``None`` in place of what JSON cannot carry."""
    return value if value is not None and math.isfinite(value) else None


def _balanced_accuracy(actual: Array, predicted: Array) -> float:
    present = np.unique(actual)
    return float(np.mean([np.mean(predicted[actual == label] == label) for label in present]))


def _roc_auc(actual: Array, probabilities: Array) -> float | None:
    """The mean over the classes that have both members and others among the rows."""
    count = probabilities.shape[1]
    labels = [1] if count == 2 else range(count)
    areas = [
        float(metrics.roc_auc_score(actual == label, probabilities[:, label]))
        for label in labels
        if 0 < int(np.sum(actual == label)) < len(actual)
    ]
    return float(np.mean(areas)) if areas else None
