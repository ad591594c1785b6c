"""How good predictions are. Every figure is defined on every input: a finite number or ``None``."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from pipeline.errors import InvalidParameterError

Array = npt.NDArray[Any]
_LEAST_PROBABILITY = 1e-15


@dataclass(frozen=True, slots=True)
class Metric:
    """What models are compared by.

    ``measure`` takes the actual values and what is predicted: amounts, or probabilities of shape
    (rows, classes). ``decides`` tells that only the class with the greatest probability counts.
    """

    name: str
    measure: Callable[[Array, Array], float]
    smaller_is_better: bool = False
    decides: bool = False

    def loss(self, actual: Array, predicted: Array) -> float:
        """The value turned so that smaller is better; infinite where it is not a number."""
        value = self.measure(actual, predicted)
        if not math.isfinite(value):
            return math.inf
        return value if self.smaller_is_better else -value

    def value(self, loss: float) -> float:
        """The value that has this loss."""
        return loss if self.smaller_is_better else -loss


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


def decided_accuracy(ml_task: str, actual: Array, predicted: Array) -> float:
    """:func:`accuracy` of amounts, or of the most probable classes."""
    decided = predicted.argmax(axis=1) if ml_task == "classification" else predicted
    return accuracy(ml_task, actual, decided)


def r2(actual: Array, predicted: Array) -> float:
    """The coefficient of determination; on a constant actual 1 if met exactly, else 0."""
    return float(metrics.r2_score(actual, predicted)) if len(actual) > 1 else 0.0


def log_loss(actual: Array, probabilities: Array) -> float:
    """The mean of −ln of what was given to the class that came true."""
    of_actual = probabilities[np.arange(len(actual)), actual]
    return float(-np.log(np.clip(of_actual, _LEAST_PROBABILITY, 1.0)).mean())


def rmse(actual: Array, predicted: Array) -> float:
    """The root of the mean squared error, in units of the target."""
    return float(np.sqrt(np.mean(np.square(actual - predicted))))


def regression_scores(actual: Array, predicted: Array) -> dict[str, float | None]:
    """MAE, RMSE (units of the target) and WAPE (a share) on held-out rows."""
    return {
        "mae": float(metrics.mean_absolute_error(actual, predicted)),
        "rmse": rmse(actual, predicted),
        "wape": wape(actual, predicted),
    }


def classification_scores(
    actual: Array, predicted: Array, probabilities: Array
) -> dict[str, float | None]:
    """Macro F1, balanced accuracy, log loss and (one-against-rest) ROC AUC on held-out rows."""
    return {
        "f1_macro": _f1_macro(actual, predicted),
        "balanced_accuracy": _balanced_accuracy(actual, predicted),
        "log_loss": log_loss(actual, probabilities),
        "roc_auc": _roc_auc(actual, probabilities),
    }


def finite(value: float | None) -> float | None:
    """The value, or ``None`` in place of what JSON cannot carry."""
    return value if value is not None and math.isfinite(value) else None


def metric_named(ml_task: str, name: str | None) -> Metric:
    """The metric that was asked for, or the usual one of the task: log loss, RMSE.

    Raises
    ------
    InvalidParameterError
        If the task has no metric of that name.
    """
    known = METRICS[ml_task]
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        raise InvalidParameterError(
            f"metric '{name}' is unknown for {ml_task}; accepted: {', '.join(known)}"
        )
    return known[name]


def _of_decisions(measure: Callable[[Array, Array], float]) -> Callable[[Array, Array], float]:
    return lambda actual, probabilities: measure(actual, probabilities.argmax(axis=1))


def _plain_accuracy(actual: Array, predicted: Array) -> float:
    return accuracy("classification", actual, predicted)


def _f1_macro(actual: Array, predicted: Array) -> float:
    return float(metrics.f1_score(actual, predicted, average="macro", zero_division=0.0))


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


def _roc_auc_or_nan(actual: Array, probabilities: Array) -> float:
    area = _roc_auc(actual, probabilities)
    return math.nan if area is None else area


def _mae(actual: Array, predicted: Array) -> float:
    return float(np.abs(actual - predicted).mean())


def _wape_or_nan(actual: Array, predicted: Array) -> float:
    share = wape(actual, predicted)
    return math.nan if share is None else share


def _by_name(*known: Metric) -> Mapping[str, Metric]:
    return {metric.name: metric for metric in known}


METRICS: Mapping[str, Mapping[str, Metric]] = {
    "classification": _by_name(
        Metric("log_loss", log_loss, smaller_is_better=True),
        Metric("accuracy", _of_decisions(_plain_accuracy), decides=True),
        Metric("balanced_accuracy", _of_decisions(_balanced_accuracy), decides=True),
        Metric("f1_macro", _of_decisions(_f1_macro), decides=True),
        Metric("roc_auc", _roc_auc_or_nan),
    ),
    "regression": _by_name(
        Metric("rmse", rmse, smaller_is_better=True),
        Metric("mae", _mae, smaller_is_better=True),
        Metric("r2", r2),
        Metric("wape", _wape_or_nan, smaller_is_better=True),
    ),
}
