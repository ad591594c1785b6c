"""Many series of one kind, and how they are cut into what is known and what is to be forecast."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

SERIES, TIME, VALUE, SCORED, CATEGORY = "series", "ds", "y", "scored", "category"
MIN_ROWS = 14
OFFSETS = {
    "hourly": pd.offsets.Hour(),
    "daily": pd.offsets.Day(),
    "weekly": pd.offsets.Week(),
    "monthly": pd.offsets.MonthBegin(),
}
ALIASES = {"hourly": "h", "daily": "D", "weekly": "W-MON", "monthly": "MS"}
"""Of the offsets, as pandas names them."""

SEASONS = {"hourly": (24, 168), "daily": (7,), "weekly": (52,), "monthly": (12,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Series on one calendar.

    Attributes
    ----------
    frame
        Columns ``series``, ``ds``, ``y`` (one row per period from the first to the last),
        ``scored`` (False where ``y`` is not what would have been wanted: closed, sold out),
        perhaps ``category``, and the covariates.
    frequency
        A key of `OFFSETS`.
    horizon
        Periods to forecast.
    covariates
        Columns that are known ahead.
    country
        Whose public holidays may matter.
    closures
        First and last days on which nobody sells, known ahead.
    """

    name: str
    frame: pd.DataFrame
    frequency: str
    horizon: int
    covariates: tuple[str, ...] = ()
    country: str = "US"
    closures: tuple[tuple[date, date], ...] = ()

    @property
    def seasons(self) -> tuple[int, ...]:
        """Rows after which a pattern may repeat, the shortest first."""
        return SEASONS[self.frequency]

    def with_horizon(self, horizon: int | None) -> "Panel":
        """The same series with another horizon, or as it is."""
        return self if horizon is None else replace(self, horizon=horizon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The rows up to an origin, and the next ``panel.horizon`` rows of the same series."""

    panel: Panel
    train: pd.DataFrame
    future: pd.DataFrame

    @property
    def series(self) -> list[str]:
        return sorted(self.train[SERIES].unique())


def splits(panel: Panel, origins: int) -> list[Split]:
    """Cut a panel at ``origins`` times, one horizon apart, the newest first."""
    last = panel.frame[TIME].max()
    found = []
    for number in range(1, origins + 1):
        cut = last - number * panel.horizon * OFFSETS[panel.frequency]
        end = cut + panel.horizon * OFFSETS[panel.frequency]
        split = _cut(panel, cut, end)
        if len(split.train):
            found.append(split)
    return found


def _cut(panel: Panel, cut: pd.Timestamp, end: pd.Timestamp) -> Split:
    frame = panel.frame
    train = frame[frame[TIME] <= cut]
    future = frame[(frame[TIME] > cut) & (frame[TIME] <= end)]
    usable = _usable(train, panel) & set(future[SERIES])
    return Split(
        panel=panel,
        train=train[train[SERIES].isin(usable)].reset_index(drop=True),
        future=future[future[SERIES].isin(usable)].reset_index(drop=True),
    )


def _usable(train: pd.DataFrame, panel: Panel) -> set[str]:
    """Series with some history that still sold something within the newest horizon."""
    kept = set()
    for name, rows in train.groupby(SERIES):
        values = rows[VALUE].to_numpy()
        varies = np.ptp(values) > 0
        if len(values) >= MIN_ROWS and varies and values[-panel.horizon :].any():
            kept.add(str(name))
    return kept
