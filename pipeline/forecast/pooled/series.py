"""A product's history as plain arrays, one entry per period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.history.prepared import PRICE, History
from pipeline.forecast.pooled.running import Values
from pipeline.forecast.unpickling import set_state

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
    return np.asarray(ds.to_numpy().astype("datetime64[s]"))
