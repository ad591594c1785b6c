"""Which rows are learned from and which only judge, the same for every algorithm."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from pipeline.errors import InsufficientDataError, InvalidParameterError
from pipeline.table.spec import TableSpec
from pipeline.table.target import Target

Rows = npt.NDArray[np.int64]
_MIN_TRAINING_ROWS = 10
_SMALL_TABLE = 2_000


def split_rows(target: Target, spec: TableSpec) -> tuple[Rows, Rows]:
    """Row numbers for training and for the held-out test, stratified by class.

    Raises
    ------
    InvalidParameterError
        If ``test_size`` leaves too few rows on either side.
    InsufficientDataError
        If a class would have no row to learn from.
    """
    rows = len(target.values)
    test_rows = round(rows * spec.test_size)
    to_test = len(target.classes) if target.classes else 2
    to_train = max(_MIN_TRAINING_ROWS, to_test)
    if test_rows < to_test or rows - test_rows < to_train:
        raise InvalidParameterError(
            f"test_size {spec.test_size} splits {rows} rows into {rows - test_rows} to train and "
            f"{test_rows} to test; at least {to_train} and {to_test} are needed"
        )
    train, test = train_test_split(
        np.arange(rows),
        test_size=test_rows,
        random_state=spec.seed,
        stratify=target.values if target.classes else None,
    )
    _check_classes_to_learn(target, train)
    return train, test


def sample_rows(target: npt.NDArray[Any], count: int, *, is_classes: bool, seed: int) -> Rows:
    """At most ``count`` row numbers, drawn so that no class is lost."""
    rows = np.arange(len(target))
    if len(rows) <= count:
        return rows
    order = np.random.default_rng(seed).permutation(rows)
    if not is_classes:
        return np.sort(order[:count])
    first_of_each = np.concatenate([order[target[order] == c][:2] for c in np.unique(target)])
    return np.unique(np.concatenate([first_of_each, order[:count]]))


def folds(target: npt.NDArray[Any], *, is_classes: bool, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of row numbers to fit on and to judge by; five for a small table, else three.

    Members of a class that is too small to be in every fold are always fitted on and never judge,
    so that each fit knows every class.
    """
    count = 5 if len(target) < _SMALL_TABLE else 3
    rows = np.arange(len(target))
    if not is_classes:
        yield from KFold(count, shuffle=True, random_state=seed).split(rows)
        return
    is_rare = (np.bincount(target) < count)[target]
    common, rare = rows[~is_rare], rows[is_rare]
    if len(np.unique(target[common])) < 2:
        yield from _unstratified(rows, target, count, seed)
        return
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    for fit, judge in splitter.split(common, target[common]):
        yield np.concatenate([common[fit], rare]), common[judge]


def _unstratified(
    rows: Rows, target: npt.NDArray[Any], count: int, seed: int
) -> Iterator[tuple[Rows, Rows]]:
    """Folds for a table of hardly more than rare classes: the first row of each class stays."""
    _, first = np.unique(target, return_index=True)
    others = np.setdiff1d(rows, first)
    for fit, judge in KFold(count, shuffle=True, random_state=seed).split(others):
        yield np.concatenate([others[fit], first]), others[judge]


def _check_classes_to_learn(target: Target, train: Rows) -> None:
    if target.classes is None:
        return
    present = set(np.unique(target.values[train]).tolist())
    absent = [label for code, label in enumerate(target.classes) if code not in present]
    if absent:
        raise InsufficientDataError(
            f"No row of the classes {', '.join(absent)} is left to learn from; "
            "add rows of them or lower test_size"
        )
