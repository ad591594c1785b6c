"""The figures of ``pipeline.table.scores`` in plain arithmetic: a bootstrap needs them hundreds of
times, and the checks that scikit-learn makes each time would take most of the time."""

from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from pipeline.explain.answers import Values
from pipeline.explain.bootstrap import Measure
from pipeline.explain.figures import Array
from pipeline.explain.judged import Judged
from pipeline.table.scores import accuracy, log_loss, rmse, wape

Rows = npt.NDArray[np.int64]
Figures = dict[str, float | None]


def measure_of(judged: Judged) -> Measure:
    """The figures on any of the rows, by row numbers."""
    if judged.classes is None:
        return partial(_of_amounts, judged.target.astype(np.float64), judged.amounts)
    return partial(_of_classes, judged.target.astype(np.int64), judged.decided, judged.values)


def _of_amounts(target: Values, amounts: Values, rows: Rows) -> Figures:
    actual, predicted = target[rows], amounts[rows]
    return {
        "test_accuracy": accuracy("regression", actual, predicted),
        "test_r2": _r2(actual, predicted),
        "mae": float(np.abs(actual - predicted).mean()),
        "rmse": rmse(actual, predicted),
        "wape": wape(actual, predicted),
    }


def _of_classes(target: Array, decided: Array, values: Values, rows: Rows) -> Figures:
    actual, predicted, shares = target[rows], decided[rows], values[rows]
    size = shares.shape[1]
    right = np.bincount(actual[actual == predicted], minlength=size)
    are, named = np.bincount(actual, minlength=size), np.bincount(predicted, minlength=size)
    known = are + named > 0
    return {
        "test_accuracy": float(right.sum() / len(rows)),
        "f1_macro": float((2 * right[known] / (are + named)[known]).mean()),
        "balanced_accuracy": float((right[are > 0] / are[are > 0]).mean()),
        "log_loss": log_loss(actual, shares),
        "roc_auc": _roc_auc(actual, shares),
    }


def _r2(actual: Values, predicted: Values) -> float:
    error = float(((actual - predicted) ** 2).sum())
    spread = float(((actual - actual.mean()) ** 2).sum())
    if len(actual) < 2:
        return 0.0
    return 1.0 - error / spread if spread else float(error == 0)


def _roc_auc(actual: Array, shares: Values) -> float | None:
    """The mean over the classes that have both members and others among the rows."""
    labels = [1] if shares.shape[1] == 2 else range(shares.shape[1])
    areas = [_area(actual == label, shares[:, label]) for label in labels]
    defined = [area for area in areas if area is not None]
    return float(np.mean(defined)) if defined else None


def _area(is_member: npt.NDArray[np.bool_], shares: Values) -> float | None:
    """How likely a member has a greater share than another row (the Mann-Whitney statistic)."""
    members = int(is_member.sum())
    others = len(is_member) - members
    if not members or not others:
        return None
    ranks = rankdata(shares)[is_member].sum()
    return float((ranks - members * (members + 1) / 2) / (members * others))
