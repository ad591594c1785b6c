"""How well the probability of each class tells its rows from the others."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from pipeline.explain.figures import Array, figure, figures
from pipeline.explain.judged import Judged

_MOST_POINTS = 200
_MOST_POINTS_TOGETHER = 4_000
_FEWEST_POINTS = 20


def roc_curves(judged: Judged) -> dict[str, Any]:
    """The receiver operating characteristic of each class against the rest."""
    told: dict[str, Any] = {}
    for label, is_member, shares, points in _classes(judged):
        false, true, _ = metrics.roc_curve(is_member, shares)
        kept = _thinned(false, true, points)
        told[label] = {
            "area": figure(float(metrics.auc(false, true))),
            "false_positive_rate": figures(false[kept]),
            "true_positive_rate": figures(true[kept]),
        }
    return {"classes": told, "left_out": _undefined(judged)}


def precision_recall_curves(judged: Judged) -> dict[str, Any]:
    """Precision over recall of each class against the rest; ``share`` is what chance gives."""
    told: dict[str, Any] = {}
    for label, is_member, shares, points in _classes(judged):
        precision, recall, _ = metrics.precision_recall_curve(is_member, shares)
        kept = _thinned(recall, precision, points)
        told[label] = {
            "average_precision": figure(float(-(np.diff(recall) * precision[:-1]).sum())),
            "share": figure(float(is_member.mean())),
            "precision": figures(precision[kept]),
            "recall": figures(recall[kept]),
        }
    return {"classes": told, "left_out": _undefined(judged)}


def _classes(judged: Judged) -> Iterator[tuple[str, Array, Array, int]]:
    """Each class with members and others: its name, who is one, their probability, points."""
    classes, values = judged.classes or (), judged.values
    points = max(_FEWEST_POINTS, min(_MOST_POINTS, _MOST_POINTS_TOGETHER // len(classes)))
    for number, label in enumerate(classes):
        is_member = judged.target == number
        if is_member.any() and not is_member.all():
            yield label, is_member, values[:, number], points


def _undefined(judged: Judged) -> dict[str, str]:
    counts = np.bincount(judged.target.astype(np.int64), minlength=len(judged.classes or ()))
    reasons = {0: "no test row is of this class", len(judged.target): "all test rows are"}
    named = zip(judged.classes or (), counts.tolist(), strict=True)
    return {label: reasons[count] for label, count in named if count in reasons}


def _thinned(across: Array, up: Array, most: int) -> npt.NDArray[np.int64]:
    """Places of at most ``most`` points of a curve, evenly along its length, with both ends."""
    if len(across) <= most:
        return np.arange(len(across))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(across), np.diff(up)))])
    wanted = np.linspace(0.0, along[-1], most)
    places = np.unique(np.searchsorted(along, wanted).clip(0, len(across) - 1))
    places[0], places[-1] = 0, len(across) - 1
    return places
