"""Splits within the rows of one fit, to choose how strongly to hold a model back."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit

from pipeline.table.learners.learner import Array

Rows = npt.NDArray[np.int64]

_TOO_FEW = 10
_FEW = 3_000
_FOLDS = 5
_MOST = 20_000
_SHARE = 0.2


def splits(target: Array, classes: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Rows to fit on and to judge by: several pairs of few rows, one pair of many."""
    count = len(target)
    places = np.zeros(count)
    if count > _FEW:
        size = min(count, _MOST)
        judged = int(size * _SHARE)
        kind = StratifiedShuffleSplit if _can_stratify(target, classes, 2) else ShuffleSplit
        splitter = kind(1, train_size=size - judged, test_size=judged, random_state=seed)
    elif _can_stratify(target, classes, 2):
        fewest = int(np.bincount(target, minlength=classes).min())
        splitter = StratifiedKFold(min(_FOLDS, fewest), shuffle=True, random_state=seed)
    else:
        splitter = KFold(min(_FOLDS, count), shuffle=True, random_state=seed)
    yield from splitter.split(places, target)


def holdout(target: Array, classes: int, seed: int) -> tuple[Rows, Rows]:
    """One pair: most of the rows, and some to watch a fit by; of very few rows, all are both."""
    if len(target) < _TOO_FEW:
        every = np.arange(len(target))
        return every, every
    judged = min(max(2, int(len(target) * 0.15)), 10_000)
    kind = StratifiedShuffleSplit if _can_stratify(target, classes, 2) else ShuffleSplit
    if kind is StratifiedShuffleSplit:
        judged = max(judged, classes)
    splitter = kind(1, test_size=judged, random_state=seed)
    train, test = next(iter(splitter.split(np.zeros(len(target)), target)))
    return train, test


def _can_stratify(target: Array, classes: int, least: int) -> bool:
    if not classes or len(target) < 2 * classes:
        return False
    return int(np.bincount(target, minlength=classes).min()) >= least
