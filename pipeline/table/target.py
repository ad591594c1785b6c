"""The column to predict: found, checked against the task, and turned into numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InsufficientDataError, InvalidDataError, TargetNotFoundError
from pipeline.table.arrow import name_columns
from pipeline.table.spec import TableSpec
from pipeline.table.written_amounts import read_amounts

MIN_ROWS = 20
MAX_CLASSES = 100
_MOST_LONELY = 0.1
"""Of the rows: so many may be the only ones of their class and be left out."""
_LISTED_COLUMNS = 50
_LARGEST_AMOUNT = 1e18


@dataclass(frozen=True, slots=True)
class Target:
    """``values`` are class numbers or floats, one for each row of the frame that ``kept`` marks."""

    values: npt.NDArray[Any]
    kept: npt.NDArray[np.bool_]
    classes: tuple[str, ...] | None
    notes: tuple[str, ...]


def read_target(frame: pd.DataFrame, spec: TableSpec) -> Target:
    """Check the target column of ``frame`` for the task of ``spec``.

    Raises
    ------
    TargetNotFoundError
        If there is no such column; the message lists those there are.
    InsufficientDataError
        If too few rows have a target, or a class has a single row.
    InvalidDataError
        If the target cannot be learned: all missing, constant, text for a regression, or as many
        classes as an identifier has.
    """
    if spec.target not in frame.columns:
        raise TargetNotFoundError(
            f"Target variable '{spec.target}' not found in data. "
            f"Available columns: {_listing([str(name) for name in frame.columns])}"
        )
    column = frame[spec.target]
    if spec.ml_task == "regression":
        return _read_numbers(column, spec.target)
    return _read_classes(column, spec.target)


def _listing(names: list[str]) -> str:
    shown = str(names[:_LISTED_COLUMNS])
    more = len(names) - _LISTED_COLUMNS
    return f"{shown[:-1]}, … and {more} more]" if more > 0 else shown


def _read_numbers(column: pd.Series, name: str) -> Target:
    numbers, notes = _as_numbers(column, name)
    kept = np.isfinite(numbers)
    notes = (*notes, *_check_kept(kept, name))
    values = numbers[kept]
    if values.min() == values.max():
        raise _constant(name, values[0])
    if np.abs(values).max() > _LARGEST_AMOUNT:
        raise InvalidDataError(
            f"Target variable '{name}' has amounts beyond ±{_LARGEST_AMOUNT:.0e}; "
            "give it in a larger unit"
        )
    return Target(values, kept, None, notes)


def _as_numbers(column: pd.Series, name: str) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        raise InvalidDataError(
            f"Target variable '{name}' holds true and false; use classification for it"
        )
    if pd.api.types.is_datetime64_any_dtype(kind) or pd.api.types.is_timedelta64_dtype(kind):
        raise InvalidDataError(
            f"Target variable '{name}' holds dates or durations; "
            "regression needs a column of numbers"
        )
    amounts = read_amounts(column)
    if amounts.unreadable is not None:
        raise InvalidDataError(
            f"Target variable '{name}' holds text such as '{amounts.unreadable}'; regression needs "
            "a column of numbers. Use classification, or choose another column"
        )
    return amounts.values, amounts.notes


def _read_classes(column: pd.Series, name: str) -> Target:
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.replace([np.inf, -np.inf], np.nan)
    kept = column.notna().to_numpy(dtype=bool)
    notes = _check_kept(kept, name)
    column, merged = _without_variants(column, name)
    column, lonely = _without_lonely(column, name)
    kept = column.notna().to_numpy(dtype=bool)
    codes, labels = pd.factorize(column[kept], sort=True)
    classes = tuple(_class_name(label) for label in labels)
    _check_classes(classes, np.bincount(codes), name)
    return Target(codes.astype(np.int64), kept, classes, (*notes, *merged, *lonely))


def _without_variants(column: pd.Series, name: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Labels that differ only in the space around them, all written as most rows write them."""
    if not isinstance(column.dtype, pd.StringDtype):
        return column, ()
    often = column.value_counts()
    usual: dict[str, str] = {}
    for label in sorted(often.index, key=lambda label: (-often[label], label)):
        usual.setdefault(label.strip(), label)
    if len(usual) == len(often):
        return column, ()
    variants = {label: usual[label.strip()] for label in often.index}
    merged = [label for label in usual.values() if list(variants.values()).count(label) > 1]
    note = (
        f"Values of '{name}' that differ only in the space around them count as one class: "
        f"{name_columns(merged)}"
    )
    return column.map(variants).astype(column.dtype), (note,)


def _without_lonely(column: pd.Series, name: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Without the rows that are the only ones of their class, if they are few: nothing can be
    learned from them and tested as well."""
    often = column.value_counts()
    lonely = often.index[often == 1]
    others = int(often.sum()) - len(lonely)
    is_little = len(lonely) <= _MOST_LONELY * len(column) and others >= MIN_ROWS
    if not len(lonely) or not is_little or len(often) > MAX_CLASSES:
        return column, ()
    labels = sorted(_class_name(label) for label in lonely)
    note = (
        f"Left out, as a class needs at least 2 rows: the only row of {name_columns(labels)} "
        f"in '{name}'"
    )
    return column.mask(column.isin(lonely)), (note,)


def _class_name(label: object) -> str:
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return str(label)


def _check_kept(kept: npt.NDArray[np.bool_], name: str) -> tuple[str, ...]:
    usable = int(kept.sum())
    if usable == 0:
        raise InvalidDataError(
            f"Target variable '{name}' has no usable value in any row; "
            "choose a column that is filled in"
        )
    if usable < MIN_ROWS:
        raise InsufficientDataError(
            f"Only {usable} {'row has' if usable == 1 else 'rows have'} a usable value of the "
            f"target variable '{name}'; at least {MIN_ROWS} are needed"
        )
    left_out = len(kept) - usable
    if not left_out:
        return ()
    rows, were = ("row", "was") if left_out == 1 else ("rows", "were")
    return (f"{left_out:,} {rows} without a usable value of '{name}' {were} left out",)


def _check_classes(classes: tuple[str, ...], counts: npt.NDArray[np.int64], name: str) -> None:
    if len(classes) == 1:
        raise _constant(name, classes[0])
    if len(classes) == int(counts.sum()):
        raise InvalidDataError(
            f"Target variable '{name}' has a different value in every row, like an identifier; "
            "classification needs values that repeat. For amounts use regression"
        )
    if len(classes) > MAX_CLASSES:
        raise InvalidDataError(
            f"Target variable '{name}' has {len(classes):,} different values; classification "
            f"accepts up to {MAX_CLASSES}. For amounts use regression, or group the values"
        )
    single = [label for label, count in zip(classes, counts, strict=True) if count < 2]
    if single:
        raise InsufficientDataError(
            f"Each class of '{name}' needs at least 2 rows, but there is only one of "
            f"{_listing(single)}. Add rows, merge small classes or remove those rows"
        )


def _constant(name: str, value: object) -> InvalidDataError:
    return InvalidDataError(
        f"Target variable '{name}' has the same value in every row ('{value}'); "
        "there is nothing to learn. Choose a column that varies"
    )
