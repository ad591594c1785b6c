"""What is known to move sales on single periods: holidays, events and covariates, as columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.history.prepared import History

Array = NDArray[np.float64]

HOLIDAYS, EVENTS = "holidays", "events"
_ONE_DAY = np.timedelta64(1, "D")
_COMMON, _OWN, _COVARIATE = 1.0, 0.5, 1.0
"""How large effects are expected to be, in units of the usual level: of all holidays together, of
what is peculiar to one, and of a covariate over its range."""


@dataclass(frozen=True, slots=True)
class Regressors:
    """How columns are made of time stamps and covariates.

    ``groups`` names what each column belongs to, ``expected`` how large its effect is thought to
    be. Covariates are stretched to 0 to 1 and do not leave the range of the history.
    """

    frequency: Frequency
    holidays: HolidayCalendar
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    lowest: Array
    highest: Array

    @property
    def groups(self) -> tuple[str, ...]:
        """One per column."""
        count = 3 + 3 * len(self.kinds) if self.with_holidays else 0
        events = (EVENTS,) * len(self.holidays.event_names)
        return (HOLIDAYS,) * count + events + self.names

    @property
    def with_holidays(self) -> bool:
        """Whether rows are single days or parts of days, so that a holiday is a row of its own."""
        return self.frequency.is_daily_or_finer and bool(self.kinds)

    @property
    def expected(self) -> Array:
        """One per column."""
        sizes = {HOLIDAYS: _OWN, EVENTS: _COMMON}
        expected = np.array([sizes.get(group, _COVARIATE) for group in self.groups])
        if self.with_holidays:
            expected[:3] = _COMMON
        return expected

    def columns(self, ds: pd.DatetimeIndex, covariates: Mapping[str, Array]) -> Array:
        """One row per time stamp, at which the covariates have these values."""
        parts = [np.empty((len(ds), 0))]
        if self.with_holidays:
            parts.append(self._of_holidays(np.asarray(ds.to_numpy().astype("datetime64[D]"))))
        if self.holidays.events:
            parts.append(self.holidays.event_columns(ds, self.frequency.ends(ds)))
        if self.names:
            raw = np.column_stack([covariates[name] for name in self.names])
            parts.append(
                (np.clip(raw, self.lowest, self.highest) - self.lowest)
                / (self.highest - self.lowest)
            )
        return np.concatenate(parts, axis=1)

    def _of_holidays(self, days: NDArray[np.datetime64]) -> Array:
        """The day itself, the one before and the one after: of any holiday, then of each name."""
        own = np.zeros((len(days), len(self.kinds), 3))
        number = {name: place for place, name in enumerate(self.kinds)}
        kind = np.array([number.get(name, -1) for name in self.holidays.names])
        for place, moved in enumerate((days, days + _ONE_DAY, days - _ONE_DAY)):
            found = np.minimum(np.searchsorted(self.holidays.dates, moved), len(kind) - 1)
            rows = np.flatnonzero((self.holidays.dates[found] == moved) & (kind[found] >= 0))
            own[rows, kind[found[rows]], place] = 1.0
        return np.concatenate([own.max(axis=1), own.reshape(len(days), -1)], axis=1)


def regressors_of(history: History, holidays: HolidayCalendar) -> Regressors:
    """The holidays that the history has seen, its events and its covariates that change."""
    days = np.asarray(history.ds.to_numpy().astype("datetime64[D]"))
    seen = (holidays.dates >= days[0]) & (holidays.dates <= days[-1] + _ONE_DAY)
    kinds = sorted({holidays.names[place] for place in np.flatnonzero(seen).tolist()})
    changing = {name: history.columns[name] for name in history.known}
    changing = {name: one for name, one in changing.items() if _changes(one)}
    lowest = np.array([one.min() for one in changing.values()])
    highest = np.array([one.max() for one in changing.values()])
    return Regressors(history.frequency, holidays, tuple(changing), tuple(kinds), lowest, highest)


def _changes(values: Array) -> bool:
    return bool(np.isfinite(values).all() and values.max() > values.min())
