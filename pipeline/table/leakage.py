"""Columns that alone predict the target, and those that do it too well to be true."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.encoding.target_means import TargetMeans, outcomes, random_folds

SUSPICIOUS = 0.97
_ROWS = 20_000
_BINS = 64
_ROWS_PER_BIN = 8
_LEAST_NEIGHBOURS = 10


def find_suspects(found: Mapping[str, float], time: str | None = None) -> dict[str, float]:
    """The columns of ``associations`` that explain nearly all of the target, the strongest first:
    they may be known only after the target is. The column ``time`` that orders the rows never is.
    """
    suspects = {
        name: share for name, share in found.items() if share >= SUSPICIOUS and name != time
    }
    return dict(sorted(suspects.items(), key=lambda one: -one[1]))


def associations(
    encoded: Encoded,
    layout: Layout,
    target: npt.NDArray[Any],
    *,
    classes: int,
    seed: int,
    times: Collection[str] = (),
) -> dict[str, float]:
    """How much of the target each column of the table explains by itself, from 0 to 1.

    Each row is predicted by the average of the rows of other folds with the same code, or a number
    in the same one of up to 64 bins; or by the rows with the nearest numbers, which shows the
    target in another unit even where rows are few. That is left out for ``times``, as rows of
    about the same time are often alike. The figure is the share of the squared error (of the shares
    of classes, for a classification) that this saves over the overall average. Of several features
    of a column the best counts.
    """
    rows = np.random.default_rng(seed).permutation(len(encoded))[:_ROWS]
    sample, outcome = encoded.take(rows), outcomes(target[rows], classes)
    fold = random_folds(len(rows), seed)
    found: dict[str, float] = {}
    for place, feature in enumerate(layout.numbers):
        numbers = sample.numbers[:, place]
        codes, count = _bins(numbers)
        share = _explained(codes, count, outcome, fold)
        if feature.source not in times:
            share = max(share, _explained_by_neighbours(numbers, outcome))
        found[feature.source] = max(share, found.get(feature.source, 0.0))
    for place, feature in enumerate(layout.codes):
        share = _explained(sample.codes[:, place], feature.codes, outcome, fold)
        found[feature.source] = max(share, found.get(feature.source, 0.0))
    return found


def _bins(numbers: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int32], int]:
    """A code for each of the bins of as many numbers, and 0 for what is missing."""
    present = numbers[~np.isnan(numbers)]
    count = max(2, min(_BINS, len(present) // _ROWS_PER_BIN))
    edges = np.unique(np.quantile(present, np.linspace(0, 1, count + 1)[1:-1]))
    codes = np.searchsorted(edges, numbers, side="left").astype(np.int32) + 1
    codes[np.isnan(numbers)] = 0
    return codes, len(edges) + 2


def _explained(
    codes: npt.NDArray[np.int32],
    count: int,
    outcome: npt.NDArray[np.float64],
    fold: npt.NDArray[np.int64],
) -> float:
    return _saved(outcome, TargetMeans(count).fit_transform(codes, outcome, fold))


def _explained_by_neighbours(
    numbers: npt.NDArray[np.float32], outcome: npt.NDArray[np.float64]
) -> float:
    """By a straight line between the rows next in size, which may have the same number; the least
    and the greatest by the one next to them."""
    order = np.argsort(numbers, kind="stable")
    present = order[: len(order) - int(np.isnan(numbers).sum())]
    if len(present) < _LEAST_NEIGHBOURS:
        return 0.0
    at, known = numbers[present].astype(np.float64), outcome[present]
    below, width = at[1:-1] - at[:-2], at[2:] - at[:-2]
    place = np.divide(below, width, out=np.full(len(width), 0.5), where=width > 0)[:, None]
    between = (1 - place) * known[:-2] + place * known[2:]
    predicted = np.broadcast_to(outcome.mean(axis=0), outcome.shape).copy()
    predicted[present] = np.concatenate([known[1:2], between, known[-2:-1]])
    return _saved(outcome, predicted)


def _saved(outcome: npt.NDArray[np.float64], predicted: npt.NDArray[np.float64]) -> float:
    total = float(((outcome - outcome.mean(axis=0)) ** 2).sum())
    left = float(((outcome - predicted) ** 2).sum())
    return max(0.0, 1 - left / total) if total > 0 else 0.0
