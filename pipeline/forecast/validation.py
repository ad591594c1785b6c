"""Is this frame a history of sales? The answer is a clean frame, or what to correct."""

from collections.abc import Hashable

import pandas as pd

from pipeline.errors import InsufficientDataError, InvalidDataError

TIME, QUANTITY = "ds", "quantity"
COLLECT_MORE = "Collect more sales data before retraining"
MAX_VALUE = 1e12
FIRST_YEAR, LAST_YEAR = 1950, 2150


def validate(history: pd.DataFrame) -> pd.DataFrame:
    """The history with sorted time stamps and numbers in every column.

    Parameters
    ----------
    history
        Columns ``ds`` and ``quantity``, in any order of rows; further columns are covariates.

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
    clean = pd.DataFrame({TIME: _time_stamps(history[TIME])})
    for name in history.columns.drop(TIME):
        clean[name] = _numbers(history[name], name)
    clean = clean.sort_values(TIME, ignore_index=True)
    _require_unique(clean[TIME])
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


def _time_stamps(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        raise InvalidDataError(f"Column {TIME} has numbers; accepted are dates or time stamps")
    try:
        stamps = pd.to_datetime(column.reset_index(drop=True), errors="coerce", format="ISO8601")
    except (ValueError, TypeError) as error:
        raise InvalidDataError(f"Column {TIME} mixes kinds of time stamps: {error}") from error
    if getattr(stamps.dt, "tz", None) is not None:
        raise InvalidDataError(
            f"Column {TIME} has a time zone; accepted is the shop's wall clock without one"
        )
    unreadable = stamps.isna()
    if unreadable.any():
        first = column.reset_index(drop=True)[unreadable].iloc[0]
        raise InvalidDataError(
            f"Column {TIME} has {int(unreadable.sum())} values that are not dates, the first is"
            f" {first!r}; accepted are dates such as 2026-01-31"
        )
    years = stamps.dt.year
    if ((years < FIRST_YEAR) | (years > LAST_YEAR)).any():
        raise InvalidDataError(
            f"Column {TIME} reaches from {stamps.min()} to {stamps.max()}; accepted are the years"
            f" {FIRST_YEAR} to {LAST_YEAR}"
        )
    return stamps.astype("datetime64[ns]")


def _numbers(column: pd.Series, name: Hashable) -> pd.Series:
    plain = column.reset_index(drop=True)
    numbers = pd.to_numeric(plain, errors="coerce").astype("Float64").astype("float64")
    unreadable = numbers.isna() & plain.notna()
    if unreadable.any():
        raise InvalidDataError(
            f"Column {name} has {int(unreadable.sum())} values that are not numbers, the first is"
            f" {plain[unreadable].iloc[0]!r}; accepted are numbers, true and false"
        )
    too_large = numbers.abs() > MAX_VALUE
    if too_large.any():
        raise InvalidDataError(
            f"Column {name} has {int(too_large.sum())} infinite or too large values; accepted are"
            f" numbers up to {MAX_VALUE:g}"
        )
    return numbers


def _require_unique(stamps: pd.Series) -> None:
    repeated = stamps[stamps.duplicated()]
    if not repeated.empty:
        raise InvalidDataError(
            f"Column {TIME} has {len(repeated)} repeated time stamps, the first is"
            f" {repeated.iloc[0]}; accepted is one row per period: add them up"
        )


def _require_sales(clean: pd.DataFrame) -> None:
    quantity = clean[QUANTITY]
    if quantity.isna().all():
        raise InvalidDataError(
            f"Column {QUANTITY} is missing in all {len(clean)} rows; accepted are numbers from 0 on"
        )
    negative = clean[quantity < 0]
    if not negative.empty:
        raise InvalidDataError(
            f"Column {QUANTITY} is negative in {len(negative)} rows, the first is"
            f" {negative[QUANTITY].iloc[0]:g} at {negative[TIME].iloc[0]}; accepted are numbers"
            " from 0 on: leave returns out or subtract them from the day's sales"
        )
