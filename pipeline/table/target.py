"""The column to predict: found, checked against the task, and turned into numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InsufficientDataError, InvalidDataError, TargetNotFoundError
from pipeline.table.spec import TableSpec

MIN_ROWS = 20
MAX_CLASSES = 100
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
    numbers = _as_numbers(column, name)
    kept = np.isfinite(numbers)
    notes = _check_kept(kept, name)
    values = numbers[kept]
    if values.min() == values.max():
        raise _constant(name, values[0])
    if np.abs(values).max() > _LARGEST_AMOUNT:
        raise InvalidDataError(
            f"Target variable '{name}' has amounts beyond ±{_LARGEST_AMOUNT:.0e}; "
            "give it in a larger unit"
        )
    return Target(values, kept, None, notes)


def _as_numbers(column: pd.Series, name: str) -> npt.NDArray[np.float64]:
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
    numbers = pd.to_numeric(column, errors="coerce")
    unreadable = column[numbers.isna() & column.notna()]
    if len(unreadable):
        raise InvalidDataError(
            f"Target variable '{name}' holds text such as '{unreadable.iloc[0]}'; regression needs "
            "a column of numbers. Use classification, or choose another column"
        )
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def _read_classes(column: pd.Series, name: str) -> Target:
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.replace([np.inf, -np.inf], np.nan)
    kept = column.notna().to_numpy(dtype=bool)
    notes = _check_kept(kept, name)
    codes, labels = pd.factorize(column[kept], sort=True)
    counts = np.bincount(codes)
    classes = tuple(_class_name(label) for label in labels)
    _check_classes(classes, counts, name)
    return Target(codes.astype(np.int64), kept, classes, notes)


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
