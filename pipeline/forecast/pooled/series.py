"""A product's history as plain arrays, one entry per period."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.history.prepared import PRICE, History
from pipeline.forecast.pooled.running import Values

Stamps = NDArray[np.datetime64]


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
    """

    stamps: Stamps
    values: Values
    prices: Values
    frequency: Frequency
    covariates: Mapping[str, Values] = field(default_factory=dict)
    category: str | None = None

    def __len__(self) -> int:
        return len(self.values)

    def until(self, last: np.datetime64) -> "Series":
        """With periods without a sale after its end, up to a time for which sales are complete."""
        first = pd.Timestamp(self.stamps[0])
        rows = self.frequency.rows_between(first, pd.Timestamp(last)) + 1
        missing = rows - len(self)
        if missing <= 0:
            return self
        grid = self.frequency.grid(first, rows)
        return Series(
            stamps=stamps_of(grid),
            values=np.concatenate([self.values, np.zeros(missing)]),
            prices=_lengthened(self.prices, rows),
            frequency=self.frequency,
            covariates={name: _lengthened(each, rows) for name, each in self.covariates.items()},
            category=self.category,
        )


def series_of(history: History, category: str | None = None) -> Series:
    """The arrays of a history."""
    return Series(
        stamps=stamps_of(history.ds),
        values=history.actual,
        prices=history.columns[PRICE],
        frequency=history.frequency,
        covariates={name: history.columns[name] for name in history.known},
        category=category,
    )


def stamps_of(ds: pd.Series | pd.DatetimeIndex) -> Stamps:
    """Time stamps in seconds."""
    return np.asarray(ds.to_numpy().astype("datetime64[s]"))


def _lengthened(values: Values, rows: int) -> Values:
    return np.concatenate([values, np.full(rows - len(values), values[-1])])
