"""Raw cells as numbers, texts and moments, however the frame that holds them stores them.

These functions know nothing of the training rows. A column arrives as a ``pandas.Series`` of any
dtype, or, for the few rows of a prediction, as an array of Python objects, which is many times
faster; the same value gives the same result in both.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Cells = pd.Series | npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Moments = npt.NDArray[np.datetime64]
ReadMoment = Callable[[str], dt.datetime | None]

FEW_ROWS = 64
_MAY_BE_NAN = (float, np.floating, np.datetime64, np.timedelta64)
_LARGEST = 1e18


def cells_of(frame: pd.DataFrame, names: Sequence[str]) -> list[Cells]:
    """The columns ``names``; a few rows become objects at once, because each access to a column
    of a frame costs as much as reading hundreds of values."""
    if len(frame) > FEW_ROWS:
        return [frame[name] for name in names]
    matrix = frame.to_numpy(dtype=object)
    places = {str(name): place for place, name in enumerate(frame.columns)}
    return [matrix[:, places[name]] for name in names]


def is_missing(value: object) -> bool:
    """None, NaN, NaT and NA."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, _MAY_BE_NAN) and value != value


def numbers(cells: Cells, read_text: Callable[[str], float] | None = None) -> Floats:
    """One float each: booleans as 0 and 1, durations and times of day in seconds; infinite or
    unreadable values are missing, and beyond ±1e18 they are cut so that squares stay finite."""
    read_text = read_text or plain_number
    if isinstance(cells, pd.Series):
        kind = cells.dtype.kind
        if kind in "iufb":
            return _bounded(cells.to_numpy(dtype=np.float64, na_value=np.nan))
        if kind == "m":
            return _bounded(np.asarray(cells.dt.total_seconds(), dtype=np.float64))
        if kind == "M":
            return np.full(len(cells), np.nan)
    return each(cells, lambda value: _number(value, read_text), np.float64)


def plain_number(text: str) -> float:
    """What Python reads as a number, without its underscores; else NaN."""
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan


def _bounded(read: Floats) -> Floats:
    return np.clip(np.where(np.isfinite(read), read, np.nan), -_LARGEST, _LARGEST)


def _number(value: Any, read_text: Callable[[str], float]) -> float:
    read = _raw_number(value, read_text)
    return max(-_LARGEST, min(_LARGEST, read)) if math.isfinite(read) else math.nan


def _raw_number(value: Any, read_text: Callable[[str], float]) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return read_text(value)
    if is_missing(value):
        return math.nan
    if isinstance(value, (int, Decimal, np.number, np.bool_)):
        return _as_float(value)
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, dt.time):
        return (value.hour * 60 + value.minute) * 60 + value.second + value.microsecond / 1e6
    return math.nan


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def texts(cells: Cells) -> list[str | None]:
    """Each value as text without space around it; None where it is missing or empty."""
    return [text_of(value) for value in _objects(cells)]


def text_counts(cells: Cells) -> Counter[str]:
    """How often each text occurs."""
    if isinstance(cells, pd.Series) and isinstance(cells.dtype, pd.StringDtype):
        counts: Counter[str] = Counter()
        for value, count in cells.value_counts(sort=False).items():
            if (text := text_of(value)) is not None:
                counts[text] += int(count)
        return counts
    return Counter(text for text in texts(cells) if text is not None)


def text_of(value: Any) -> str | None:
    """A whole number reads the same whether it was stored as an integer or a float."""
    if isinstance(value, str):
        return value.strip() or None
    if is_missing(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip() or None
    return str(value)


def moments(cells: Cells, read_text: ReadMoment, zone: dt.tzinfo | None) -> Moments:
    """Dates as the clock on the wall showed them, to the microsecond: weekdays and hours are habits
    of people. What knows its time zone is brought to ``zone`` first, if there is one."""
    if isinstance(cells, pd.Series) and cells.dtype.kind == "M":
        if isinstance(cells.dtype, pd.DatetimeTZDtype):
            cells = cells.dt.tz_convert(zone) if zone is not None else cells
            cells = cells.dt.tz_localize(None)
        return cells.to_numpy(dtype="datetime64[us]")
    return each(cells, lambda value: _moment(value, read_text, zone), "datetime64[us]")


def _moment(value: Any, read_text: ReadMoment, zone: dt.tzinfo | None) -> Any:
    if isinstance(value, str):
        read = read_text(value.strip())
        if read is not None and read.tzinfo is not None:
            read = read.astimezone(zone or dt.UTC).replace(tzinfo=None)
        return np.datetime64(read, "us") if read is not None else np.datetime64("NaT", "us")
    if is_missing(value):
        return np.datetime64("NaT", "us")
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = (value.astimezone(zone) if zone is not None else value).replace(tzinfo=None)
        return value.to_datetime64() if isinstance(value, pd.Timestamp) else np.datetime64(value)
    if isinstance(value, (dt.date, np.datetime64)):
        return np.datetime64(value)
    return np.datetime64("NaT", "us")


def each(cells: Cells, read: Callable[[Any], Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """``read`` of each value; in a long column of text only once for each distinct one."""
    if isinstance(cells, pd.Series) and isinstance(cells.dtype, pd.StringDtype):
        places, distinct = pd.factorize(cells)
        found = np.array([*map(read, _objects(distinct)), read(None)], dtype=dtype)
        return np.asarray(found[places])
    return np.array([read(value) for value in _objects(cells)], dtype=dtype)


def _objects(cells: Any) -> list[Any]:
    values = cells if isinstance(cells, np.ndarray) else cells.to_numpy(dtype=object)
    return list(values.tolist())
