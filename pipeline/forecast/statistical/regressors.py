"""What is known to move sales on single periods: holidays, events and covariates, as columns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, day_of_each
from pipeline.forecast.calendar.holiday_calendar import BRIDGE, HolidayCalendar
from pipeline.forecast.history.levels import Levels, at_levels, levels_of
from pipeline.forecast.history.prepared import History
from pipeline.forecast.unpickling import set_state

Array = NDArray[np.float64]

HOLIDAYS = "holidays"
_EVENT = "event:"
_ONE_DAY = np.timedelta64(1, "D")
_NEAR, _FAR = (0, -1, 1), (-2, 2)
"""Days after a holiday that are told apart; the far ones where it has been seen twice or more."""
BRIDGE_COLUMN = len(_NEAR)
"""The place of the column of bridge days, where there are columns of holidays."""
_COMMON, _OWN, _OWN_FAR, _COVARIATE, _LEVEL = 1.0, 0.5, 0.25, 1.0, 0.5
"""How large effects are expected to be, in units of the usual level: of all holidays together, of
what is peculiar to one on near and on far days, of a covariate over its range, and of what is
peculiar to one of its few values."""


@dataclass(frozen=True, slots=True)
class Regressors:
    """How columns are made of time stamps and covariates.

    ``groups`` names what each column belongs to, ``expected`` how large its effect is thought to
    be. ``repeated`` are the holidays of ``kinds`` that have been seen twice or more. Covariates
    are stretched to 0 to 1 and do not leave the range of the history; those of few values have a
    column for each of their ``levels``, too.
    """

    frequency: Frequency
    holidays: HolidayCalendar
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    repeated: tuple[str, ...]
    lowest: Array
    highest: Array
    levels: tuple[Levels, ...] = ()

    def __setstate__(self, values: list[Any]) -> None:
        """Models of former releases know nothing of ``repeated`` holidays, nor of levels."""
        if len(values) < len(fields(self)) - 1:
            values = [*values[:4], (), *values[4:]]
        set_state(self, values)

    @property
    def groups(self) -> tuple[str, ...]:
        """One per column."""
        events = tuple(f"{_EVENT}{name}" for name in self.holidays.events)
        of_levels = (
            (name,) * len(levels) for name, levels in zip(self.names, self.levels, strict=False)
        )
        return (*(HOLIDAYS,) * self.holiday_columns, *events, *self.names, *chain(*of_levels))

    @property
    def holiday_columns(self) -> int:
        """How many columns are of public holidays; they come first."""
        return sum(self._sizes_of_holidays) if self.with_holidays else 0

    @property
    def with_holidays(self) -> bool:
        """Whether rows are single days or parts of days, so that a holiday is a row of its own."""
        return self.frequency.is_daily_or_finer and bool(self.kinds)

    @property
    def expected(self) -> Array:
        """One per column."""
        of_holidays = np.repeat((_COMMON, _OWN, _OWN_FAR), self._sizes_of_holidays)
        others = np.repeat(
            (_COMMON, _COVARIATE, _LEVEL),
            (len(self.holidays.events), len(self.names), sum(map(len, self.levels))),
        )
        return np.concatenate([of_holidays, others] if self.with_holidays else [others])

    @property
    def _sizes_of_holidays(self) -> tuple[int, int, int]:
        """How many columns there are of all holidays, and of near and far days of single ones."""
        near, far = len(_NEAR) * len(self.kinds), len(_FAR) * len(self.repeated)
        return len(_NEAR) + 1, near, far

    def columns(self, ds: pd.DatetimeIndex, covariates: Mapping[str, Array]) -> Array:
        """One row per time stamp, at which the covariates have these values."""
        parts = [self.of_calendar(ds)]
        if self.names:
            parts.append(self.of_covariates(covariates))
        return np.concatenate(parts, axis=1)

    def of_calendar(self, ds: pd.DatetimeIndex) -> Array:
        """The columns of holidays and events."""
        parts = [np.empty((len(ds), 0))]
        if self.with_holidays:
            parts.append(self._of_holidays(day_of_each(ds)))
        if self.holidays.events:
            parts.append(self.holidays.event_columns(ds, self.frequency.ends(ds)))
        return np.concatenate(parts, axis=1)

    def of_covariates(self, covariates: Mapping[str, Array]) -> Array:
        """The columns after them."""
        raw = np.column_stack([covariates[name] for name in self.names])
        inside = np.clip(raw, self.lowest, self.highest)
        stretched = (inside - self.lowest) / (self.highest - self.lowest)
        return np.column_stack([stretched, *at_levels(raw.T, self.levels)])

    def _of_holidays(self, days: NDArray[np.datetime64]) -> Array:
        """Days at and beside any holiday, bridge days, then days at and beside each holiday."""
        near = self._own(days, self.kinds, _NEAR)
        bridge = np.isin(days, self.holidays.around()[BRIDGE])[:, None]
        of_each = near.reshape(len(days), -1)
        far = self._own(days, self.repeated, _FAR).reshape(len(days), -1)
        return np.concatenate([near.max(axis=1), bridge, of_each, far], axis=1)

    def _own(
        self, days: NDArray[np.datetime64], kinds: tuple[str, ...], distances: tuple[int, ...]
    ) -> Array:
        """1 where a row lies so many days after a holiday: by row, holiday and distance."""
        own = np.zeros((len(days), len(kinds), len(distances)))
        number = {name: place for place, name in enumerate(kinds)}
        kind = np.array([number.get(name, -1) for name in self.holidays.names])
        for place, distance in enumerate(distances):
            moved = days - distance * _ONE_DAY
            found = np.minimum(np.searchsorted(self.holidays.dates, moved), len(kind) - 1)
            rows = np.flatnonzero((self.holidays.dates[found] == moved) & (kind[found] >= 0))
            own[rows, kind[found[rows]], place] = 1.0
        return own


def regressors_of(history: History, holidays: HolidayCalendar) -> Regressors:
    """The holidays that the history has seen, its events and its covariates that change."""
    days = day_of_each(history.ds)
    seen = (holidays.dates >= days[0]) & (holidays.dates <= days[-1] + _ONE_DAY)
    times = Counter(holidays.names[place] for place in np.flatnonzero(seen).tolist())
    kinds = sorted(times)
    changing = {name: history.columns[name] for name in changing_covariates(history)}
    lowest = np.array([one.min() for one in changing.values()])
    highest = np.array([one.max() for one in changing.values()])
    return Regressors(
        frequency=history.frequency,
        holidays=holidays,
        names=tuple(changing),
        kinds=tuple(kinds),
        repeated=tuple(name for name in kinds if times[name] > 1),
        lowest=lowest,
        highest=highest,
        levels=levels_of(changing),
    )


def changing_covariates(history: History) -> tuple[str, ...]:
    """Those known ahead that have not been the same in all rows."""
    return tuple(name for name in history.known if _changes(history.columns[name]))


def _changes(values: Array) -> bool:
    return bool(np.isfinite(values).all() and values.max() > values.min())
