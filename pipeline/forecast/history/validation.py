"""Is this frame a history of sales? The answer is a clean frame, or what to correct."""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InsufficientDataError, InvalidDataError
from pipeline.forecast.calendar.clock_changes import added_up, is_doubled_hour

TIME, QUANTITY = "ds", "quantity"
COLLECT_MORE = "Collect more sales data before retraining"
MAX_VALUE = 1e12
FIRST_YEAR, LAST_YEAR = 1950, 2150


def validate(history: pd.DataFrame) -> pd.DataFrame:
    """The history with sorted time stamps and numbers in every column.

    Parameters
    ----------
    history
        Columns ``ds`` and ``quantity``, in any order of rows; further columns are covariates. Time
        stamps are the shop's wall clock; those that tell its distance from UTC are read as what
        the clock showed. Of the hour that comes twice in autumn the sales are added up.

    Raises
    ------
    InvalidDataError
        If a column is missing, appears twice, or has values that no sales history can have.
    InsufficientDataError
        If there are no rows.
    """
    _require_columns(history)
    if history.empty:
        raise InsufficientDataError(
            "The history has no rows; accepted is one row per period", COLLECT_MORE
        )
    stamps = _time_stamps(history[TIME])
    columns = {name: _numbers(history[name], name) for name in history.columns if name != TIME}
    if (stamps[1:] < stamps[:-1]).any():
        order = np.argsort(stamps, kind="stable")
        stamps, columns = stamps[order], {name: part[order] for name, part in columns.items()}
    clean = _one_row_each(pd.DataFrame({TIME: stamps, **columns}, copy=False))
    _require_sales(clean)
    return clean


def _require_columns(history: pd.DataFrame) -> None:
    not_text = [name for name in history.columns.tolist() if type(name) is not str]
    if not_text:
        raise InvalidDataError(f"Column names must be text; {not_text[0]!r} is not")
    names = list(history.columns)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidDataError(f"Column {repeated[0]} appears more than once; keep one of them")
    missing = [name for name in (TIME, QUANTITY) if name not in names]
    if missing:
        raise InvalidDataError(
            f"Column {missing[0]} is missing; the history has {', '.join(names) or 'no columns'}"
            f" and needs {TIME} and {QUANTITY}"
        )


def _time_stamps(column: pd.Series) -> NDArray[np.datetime64]:
    if pd.api.types.is_numeric_dtype(column):
        raise InvalidDataError(f"Column {TIME} has numbers; accepted are dates or time stamps")
    stamps = _wall_clock(column).to_numpy()
    unreadable = np.isnat(stamps)
    if unreadable.any():
        first = column[unreadable].iloc[0]
        raise InvalidDataError(
            f"Column {TIME} has {int(unreadable.sum())} values that are not dates, the first is"
            f" {first!r}; accepted are dates such as 2026-01-31"
        )
    first, last = pd.Timestamp(stamps.min()), pd.Timestamp(stamps.max())
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise InvalidDataError(
            f"Column {TIME} reaches from {first} to {last}; accepted are the years"
            f" {FIRST_YEAR} to {LAST_YEAR}"
        )
    return np.asarray(stamps.astype("datetime64[ns]"))


def _wall_clock(column: pd.Series) -> pd.Series:
    """What the clock of the shop showed, without a zone."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return column
    try:
        stamps = pd.to_datetime(column, errors="coerce", format="ISO8601")
    except (ValueError, TypeError) as error:
        return _each_wall_clock(column, error)
    zone = getattr(stamps.dt, "tz", None)
    if zone is None:
        return stamps
    if str(zone) in ("UTC", "UTC+00:00"):
        raise InvalidDataError(
            f"Column {TIME} has a time zone, UTC, from which the shop's day cannot be told;"
            " accepted is the shop's own clock, such as 2026-01-31 14:00 or"
            " 2026-01-31T14:00+02:00"
        )
    return stamps.dt.tz_localize(None)


def _each_wall_clock(column: pd.Series, error: Exception) -> pd.Series:
    """Of time stamps with several distances from UTC, as in summer and in winter."""
    read = [pd.to_datetime(value, errors="coerce", format="ISO8601") for value in column]
    known = [stamp for stamp in read if not pd.isna(stamp)]
    if any(stamp.tzinfo is None for stamp in known):
        raise InvalidDataError(
            f"Column {TIME} has time stamps with and without a time zone; accepted is one kind,"
            " best the shop's own clock without a zone"
        ) from error
    plain = [stamp if pd.isna(stamp) else stamp.tz_localize(None) for stamp in read]
    return pd.Series(plain, dtype="datetime64[us]")


def _numbers(column: pd.Series, name: Hashable) -> NDArray[np.float64]:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        numbers = column.to_numpy(np.float64)
    else:
        read = pd.to_numeric(column, errors="coerce").astype("Float64")
        numbers = read.to_numpy(np.float64, na_value=np.nan)
        unreadable = np.isnan(numbers) & column.notna().to_numpy()
        if unreadable.any():
            raise InvalidDataError(
                f"Column {name} has {int(unreadable.sum())} values that are not numbers, the first"
                f" is {column[unreadable].iloc[0]!r}; accepted are numbers, true and false"
            )
    too_large = np.abs(numbers) > MAX_VALUE
    if too_large.any():
        raise InvalidDataError(
            f"Column {name} has {int(too_large.sum())} infinite or too large values; accepted are"
            f" numbers up to {MAX_VALUE:g}"
        )
    return numbers


def _one_row_each(clean: pd.DataFrame) -> pd.DataFrame:
    seen = clean[TIME].to_numpy()
    if not (seen[1:] == seen[:-1]).any():
        return clean
    stamps = pd.DatetimeIndex(seen)
    if is_doubled_hour(stamps):
        return added_up(clean, TIME, (QUANTITY, "revenue"))
    repeated = stamps[stamps.duplicated()]
    raise InvalidDataError(
        f"Column {TIME} has {len(repeated)} repeated time stamps, the first is"
        f" {repeated[0]}; accepted is one row per period: add them up"
    )


def _require_sales(clean: pd.DataFrame) -> None:
    quantity = clean[QUANTITY].to_numpy()
    if np.isnan(quantity).all():
        raise InvalidDataError(
            f"Column {QUANTITY} is missing in all {len(clean)} rows; accepted are numbers from 0 on"
        )
    is_negative = quantity < 0
    if is_negative.any():
        negative = clean[is_negative]
        raise InvalidDataError(
            f"Column {QUANTITY} is negative in {len(negative)} rows, the first is"
            f" {negative[QUANTITY].iloc[0]:g} at {negative[TIME].iloc[0]}; accepted are numbers"
            " from 0 on: leave returns out or subtract them from the day's sales"
        )
