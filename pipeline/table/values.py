"""Raw cells as numbers: what each kind of column is turned into before anything is learned.

These functions know nothing of the training rows, so they treat a frame to predict, whose columns
may have other dtypes, exactly as the frame that was learned from.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

MISSING = "(missing)"
_LARGEST = 1e100
_SECONDS_PER_DAY = 86_400


def numbers(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """One column of floats each: booleans as 0 and 1, durations in seconds; infinite or unreadable
    values are missing, and beyond ±1e100 they are cut so that squares stay finite."""
    columns = [_number(frame[name]) for name in frame.columns]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _number(column: pd.Series) -> npt.NDArray[np.float64]:
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return np.asarray(column.dt.total_seconds(), dtype=np.float64)
    read = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.clip(np.where(np.isfinite(read), read, np.nan), -_LARGEST, _LARGEST)


def categories(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Each value as text, a missing one as a category of its own."""
    columns = [
        frame[name].astype("str").fillna(MISSING).to_numpy(dtype=object) for name in frame.columns
    ]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0), dtype=object)


def date_parts(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Year, month, day, weekday, day of the year, hour and days since 1970 of each column."""
    columns = [part for name in frame.columns for part in _parts(frame[name])]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _parts(column: pd.Series) -> list[npt.NDArray[np.float64]]:
    dates = _local_dates(column).astype("datetime64[s]")
    parts = (
        dates.dt.year,
        dates.dt.month,
        dates.dt.day,
        dates.dt.day_of_week,
        dates.dt.day_of_year,
        dates.dt.hour + dates.dt.minute / 60,
        dates.astype("int64").where(dates.notna()) / _SECONDS_PER_DAY,
    )
    return [np.asarray(part, dtype=np.float64) for part in parts]


def _local_dates(column: pd.Series) -> pd.Series:
    """Dates as the clock on the wall showed them: weekdays and hours are habits of people."""
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    return column.dt.tz_localize(None) if column.dt.tz is not None else column


def presence(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """1 where a value is filled in, else 0."""
    return frame.notna().to_numpy(dtype=np.float64)
