"""Which rows are learned from and which only judge, the same for every algorithm."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    train_test_split,
)

from pipeline.errors import InsufficientDataError, InvalidParameterError
from pipeline.table.spec import TableSpec
from pipeline.table.structure import UNSTRUCTURED, Structure
from pipeline.table.target import Target

Rows = npt.NDArray[np.int64]
_MIN_TRAINING_ROWS = 10
_SMALL_TABLE = 2_000
_FIRST_TIME_SHARE = 0.4


def split_rows(
    target: Target, spec: TableSpec, structure: Structure = UNSTRUCTURED
) -> tuple[Rows, Rows]:
    """Row numbers for training and for the held-out test: the newest rows if there is a time
    column, whole groups if there are groups, else drawn by chance, stratified by class.

    Raises
    ------
    InvalidParameterError
        If ``test_size`` leaves too few rows on either side.
    InsufficientDataError
        If a class would have no row to learn from.
    """
    test_rows = _test_rows(target, spec)
    if structure.moments is not None:
        train, test = _newest(structure, test_rows)
    elif structure.groups is not None:
        train, test = _whole_groups(structure.groups, test_rows, spec.seed)
    else:
        train, test = train_test_split(
            np.arange(len(target.values)),
            test_size=test_rows,
            random_state=spec.seed,
            stratify=target.values if target.classes else None,
        )
    _check_sides(train, test, structure)
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


def folds(
    target: npt.NDArray[Any],
    *,
    is_classes: bool,
    seed: int,
    structure: Structure = UNSTRUCTURED,
    count: int | None = None,
) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of row numbers to fit on and to judge by; ``count`` of them, by default five for a
    small table, else three. No row judges twice, and some may never judge: those of a class that
    is too small to be in every fold, and the oldest rows where there is a time column.

    ``structure`` is that of the same rows: with time, each fit is on older rows than those that it
    is judged by; with groups, no group is on both sides.
    """
    count = count or (5 if len(target) < _SMALL_TABLE else 3)
    if structure.moments is not None and len(np.unique(structure.moments)) > count:
        yield from _in_time(structure, target, count, is_classes=is_classes)
    elif structure.groups is not None and len(np.unique(structure.groups)) >= count:
        yield from _by_group(structure.groups, target, count, seed, is_classes=is_classes)
    elif is_classes:
        yield from _by_class(target, count, seed)
    else:
        yield from KFold(count, shuffle=True, random_state=seed).split(target)


def _test_rows(target: Target, spec: TableSpec) -> int:
    rows = len(target.values)
    test_rows = round(rows * spec.test_size)
    to_test = len(target.classes) if target.classes else 2
    to_train = max(_MIN_TRAINING_ROWS, to_test)
    if test_rows < to_test or rows - test_rows < to_train:
        raise InvalidParameterError(
            f"test_size {spec.test_size} splits {rows} rows into {rows - test_rows} to train and "
            f"{test_rows} to test; at least {to_train} and {to_test} are needed"
        )
    return test_rows


def _newest(structure: Structure, test_rows: int) -> tuple[Rows, Rows]:
    """The newest moments, whole, to test; of rows of groups on both sides, those of the test go."""
    moments = np.asarray(structure.moments)
    cut = np.sort(moments)[len(moments) - test_rows]
    is_test = moments >= cut
    if is_test.all():
        is_test = moments > cut
    train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    if structure.groups is not None:
        test = _strangers(structure.groups, train, test)
    return train, test


def _strangers(groups: Rows, fit: Rows, judge: Rows) -> Rows:
    """The rows of ``judge`` whose group is not in ``fit``; all of them if there are none."""
    others = judge[~np.isin(groups[judge], groups[fit])]
    return others if len(others) else judge


def _whole_groups(groups: Rows, test_rows: int, seed: int) -> tuple[Rows, Rows]:
    order = np.random.default_rng(seed).permutation(len(np.unique(groups)))
    _, number = np.unique(groups, return_inverse=True)
    sizes = np.bincount(number)[order]
    before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    chosen = order[before + sizes / 2 <= test_rows]
    is_test = np.isin(number, chosen if len(chosen) else order[:1])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def _in_time(
    structure: Structure, target: npt.NDArray[Any], count: int, *, is_classes: bool
) -> Iterator[tuple[Rows, Rows]]:
    """Windows of the same number of rows, one after the other; each is judged by a fit on all that
    came before it. Rows of a class that is not known yet do not judge."""
    moments = np.asarray(structure.moments)
    ordered = np.sort(moments)
    shares = np.linspace(_FIRST_TIME_SHARE, 1, count + 1)
    cuts = [ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in shares[:-1]]
    for start, end in zip(cuts, [*cuts[1:], ordered[-1] + 1], strict=True):
        fit = np.flatnonzero(moments < start)
        judge = np.flatnonzero((moments >= start) & (moments < end))
        if is_classes:
            judge = judge[np.isin(target[judge], target[fit])]
        if structure.groups is not None:
            judge = _strangers(structure.groups, fit, judge)
        if len(fit) and len(judge):
            yield fit, judge


def _by_group(
    groups: Rows, target: npt.NDArray[Any], count: int, seed: int, *, is_classes: bool
) -> Iterator[tuple[Rows, Rows]]:
    if not is_classes:
        yield from GroupKFold(count, shuffle=True, random_state=seed).split(target, groups=groups)
        return
    if np.bincount(target).max() < count:
        yield from _by_class(target, count, seed)
        return
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    for fit, judge in splitter.split(target, target, groups):
        known = judge[np.isin(target[judge], target[fit])]
        if len(known):
            yield fit, known


def _by_class(target: npt.NDArray[Any], count: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    rows = np.arange(len(target))
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


def _check_sides(train: Rows, test: Rows, structure: Structure) -> None:
    if len(train) >= _MIN_TRAINING_ROWS and len(test):
        return
    column = structure.time_column or structure.group_column
    raise InsufficientDataError(
        f"Split by '{column}', {len(train)} rows are left to train and {len(test)} to test; "
        f"at least {_MIN_TRAINING_ROWS} and 1 are needed. Name another column, or none"
    )


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
