"""Columns that alone predict the target, and those that do it too well to be true."""

from collections.abc import Mapping
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


def find_suspects(found: Mapping[str, float]) -> dict[str, float]:
    """The columns of ``associations`` that explain nearly all of the target, the strongest first:
    they may be known only after the target is."""
    suspects = {name: share for name, share in found.items() if share >= SUSPICIOUS}
    return dict(sorted(suspects.items(), key=lambda one: -one[1]))


def associations(
    encoded: Encoded, layout: Layout, target: npt.NDArray[Any], *, classes: int, seed: int
) -> dict[str, float]:
    """How much of the target each column of the table explains by itself, from 0 to 1.

    Each row is predicted by the average of the rows of other folds with the same code, or a number
    in the same one of up to 64 bins. The figure is the share of the squared error (of the shares of
    classes, for a classification) that this saves over the overall average. Of several features of
    a column the best counts.
    """
    rows = np.random.default_rng(seed).permutation(len(encoded))[:_ROWS]
    sample, outcome = encoded.take(rows), outcomes(target[rows], classes)
    fold = random_folds(len(rows), seed)
    found: dict[str, float] = {}
    for place, feature in enumerate(layout.numbers):
        codes, count = _bins(sample.numbers[:, place])
        share = _explained(codes, count, outcome, fold)
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
    predicted = TargetMeans(count).fit_transform(codes, outcome, fold)
    total = float(((outcome - outcome.mean(axis=0)) ** 2).sum())
    left = float(((outcome - predicted) ** 2).sum())
    return max(0.0, 1 - left / total) if total > 0 else 0.0
