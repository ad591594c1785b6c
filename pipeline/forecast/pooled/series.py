"""A product's history as plain arrays, one entry per period."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.history.prepared import PRICE, History
from pipeline.forecast.periods import Periods, steps_of
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.running import Values
from pipeline.forecast.unpickling import set_state

Stamps = NDArray[np.datetime64]

YEARS_SEEN = 3
"""No feature looks back farther than two years and some months from the origin of a forecast, and
the oldest tests begin some months before the newest row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a product sold and what was known around it.

    Attributes
    ----------
    stamps
        The beginning of each period, past ones first, then those of the forecast.
    values
        Quantities of the past periods, nan where unknown.
    prices
        The price that was last known, of the past periods; nan where the data has none.
    covariates
        By name the values that are known for every period.
    category
        What kind of product it is.
    observed
        By name, of the past periods, the newest value that had been seen by then of what is not
        known ahead.
    """

    stamps: Stamps
    values: Values
    prices: Values
    frequency: Frequency
    covariates: Mapping[str, Values] = field(default_factory=dict)
    category: str | None = None
    observed: Mapping[str, Values] = field(default_factory=dict)

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def __len__(self) -> int:
        return len(self.values)


def series_of(history: History, category: str | None = None) -> Series:
    """The arrays of a history."""
    return Series(
        stamps=stamps_of(history.ds),
        values=history.actual,
        prices=history.columns[PRICE],
        frequency=history.frequency,
        covariates={name: history.columns[name] for name in history.known},
        category=category,
        observed={name: history.columns[name] for name in history.observed},
    )


def stamps_of(ds: pd.Series | pd.DatetimeIndex) -> Stamps:
    """Time stamps in seconds."""
    return np.asarray(ds.values.astype("datetime64[s]"))


def ahead_of(series: Series, future: Periods) -> Series:
    """The series with the periods up to the farthest of ``future``, and what is known of them."""
    places = len(series) - 1 + steps_of(future)
    rows = int(places.max(initial=len(series) - 1)) + 1
    grid = series.frequency.grid(pd.Timestamp(series.stamps[-1]), rows - len(series) + 1)
    covariates: dict[str, Values] = {}
    for name, values in series.covariates.items():
        covariates[name] = np.concatenate([values, np.full(rows - len(values), np.nan)])
        covariates[name][places] = future[name].to_numpy(dtype=np.float64)
    return replace(
        series,
        stamps=np.concatenate([series.stamps, stamps_of(grid)[1:]]),
        covariates=covariates,
    )


def recent(series: Series) -> Series:
    """The rows that any feature of a forecast from the end, or of a test, can look at."""
    pace = pace_of(series.frequency)
    first = max(0, len(series) - YEARS_SEEN * pace.year - 2 * pace.levels[2])
    return replace(
        series,
        stamps=series.stamps[first:],
        values=series.values[first:],
        prices=series.prices[first:],
        covariates={name: values[first:] for name, values in series.covariates.items()},
        observed={name: values[first:] for name, values in series.observed.items()},
    )
