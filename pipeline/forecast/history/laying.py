"""Rows as they came, each at its place in a regular calendar that reaches over the forecast."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InsufficientDataError
from pipeline.forecast.calendar.frequency import Frequency, infer_frequency
from pipeline.forecast.history.stock_outs import STOCK_COLUMNS
from pipeline.forecast.history.validation import COLLECT_MORE, QUANTITY, TIME
from pipeline.forecast.spec import ForecastSpec

MIN_ROWS = 8

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Rows on their calendar: ``columns`` reach to the end of the forecast, missing where no row
    states them; ``is_absent`` tells in which periods of the history there is no row.
    """

    ds: pd.DatetimeIndex
    ahead: pd.DatetimeIndex
    frequency: Frequency
    quantities: Values
    columns: dict[str, Values]
    is_absent: Mask
    stock: Values | None


def lay(clean: pd.DataFrame, spec: ForecastSpec, observed_until: pd.Timestamp | None) -> Laid:
    stamps, quantities = pd.DatetimeIndex(clean[TIME]), clean[QUANTITY].to_numpy()
    known = np.flatnonzero(np.isfinite(quantities))
    first, last = stamps[known[0]], stamps[known[-1]]
    frequency = _frequency_of(stamps[known[0] : known[-1] + 1], spec)
    if observed_until is not None and frequency.is_daily_or_finer:
        last = max(last, _floor(frequency, first, observed_until))
    rows = frequency.rows_between(first, last) + 1
    calendar = frequency.grid(first, rows + frequency.horizon_rows(spec.horizon_days))
    places = np.searchsorted(calendar.values, stamps.values)
    places = np.minimum(places, len(calendar) - 1)
    found = np.flatnonzero(calendar.values[places] == stamps.values)
    columns = {}
    for name in [column for column in clean.columns if column != TIME]:
        columns[name] = np.full(len(calendar), np.nan)
        columns[name][places[found]] = clean[name].to_numpy()[found]
    is_absent = np.ones(len(calendar), dtype=np.bool_)
    is_absent[places[found]] = False
    stock = [columns.pop(name)[:rows] for name in STOCK_COLUMNS if name in columns]
    return Laid(
        ds=calendar[:rows],
        ahead=calendar[rows:],
        frequency=frequency,
        quantities=np.where(is_absent[:rows], 0.0, columns[QUANTITY][:rows]),
        columns=columns,
        is_absent=is_absent[:rows],
        stock=stock[0] if stock else None,
    )


def require_known(quantities: Values) -> None:
    known = int(np.isfinite(quantities).sum())
    if known < MIN_ROWS:
        raise InsufficientDataError(
            f"Product requires minimum {MIN_ROWS} rows of sales data outside closures."
            f" Currently: {known} rows.",
            COLLECT_MORE,
        )


def _frequency_of(ds: pd.DatetimeIndex, spec: ForecastSpec) -> Frequency:
    if len(ds) < 2:
        raise _too_short(spec, days=len(ds))
    frequency = infer_frequency(ds)
    rows = frequency.rows_between(ds[0], ds[-1]) + 1
    if frequency.days(rows) < spec.min_training_days:
        raise _too_short(spec, days=max(1, frequency.days(rows)))
    if rows < MIN_ROWS:
        raise InsufficientDataError(
            f"Product requires minimum {MIN_ROWS} {frequency.name} rows of sales data."
            f" Currently: {rows} rows.",
            COLLECT_MORE,
        )
    return frequency


def _too_short(spec: ForecastSpec, *, days: int) -> InsufficientDataError:
    unit = "day" if days == 1 else "days"
    return InsufficientDataError(
        f"Product requires minimum {spec.min_training_days} days of sales data."
        f" Currently: {days} {unit}.",
        COLLECT_MORE,
    )


def _floor(frequency: Frequency, first: pd.Timestamp, until: pd.Timestamp) -> pd.Timestamp:
    rows = frequency.rows_between(first, until)
    return frequency.grid(first, rows + 1)[-1] if rows >= 0 else first
