"""What a column holds that tells no time, in words for a refusal."""

import numpy as np
import pandas as pd

from pipeline.series.time_parts import find_parts
from pipeline.table.values import numbers

ACCEPTED = (
    "accepted: dates, time stamps, dates as text such as 2026-01-31, whole years, seconds since"
    " 1970, or numbers that count the periods. A time may also stand in several columns, such as"
    " date and hour, or year and month"
)
_FEWEST_COUNTED = 4
_MOST_NAMED = 3


def what_it_holds(frame: pd.DataFrame, name: str) -> str:
    """Such as ``'row' counts from 1 to 144, which tells no date``."""
    counted = _counts(frame[name])
    parts = find_parts(frame, [name])
    if parts:
        return f"'{name}' holds only a {parts[0].part}, without the year or date that it is of"
    if counted is not None:
        return (
            f"'{name}' counts from {counted[0]:,} to {counted[1]:,}, which tells no date: name it"
            " as time_column if it counts the periods, or give the date that each number stands for"
        )
    return f"'{name}' holds {_examples(frame[name])}"


def what_they_hold(frame: pd.DataFrame, names: list[str]) -> str:
    """Of the columns that come closest to a time; empty where none does."""
    near = [name for name in names if find_parts(frame, [name]) or _counts(frame[name])]
    return "; ".join(what_it_holds(frame, name) for name in near[:_MOST_NAMED])


def _counts(column: pd.Series) -> tuple[int, int] | None:
    """The first and last of whole numbers without a gap that begin at 0 or 1."""
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return None
    told = numbers(column)
    different = np.unique(told[np.isfinite(told)])
    if len(different) < _FEWEST_COUNTED or different[0] not in (0, 1):
        return None
    if not (np.diff(different) == 1).all():
        return None
    return int(different[0]), int(different[-1])


def _examples(column: pd.Series) -> str:
    present = column.dropna()
    if present.empty:
        return "no value"
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return f"numbers from {present.min():g} to {present.max():g}"
    return f"{str(present.iloc[0])[:60]!r}"
