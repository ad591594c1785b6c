"""What the calendar does beside weekdays, holidays and the year, as columns for every method.

Salaries that are paid at the turn of the month bring customers, and a promotion may do more on a
Monday than on a Friday.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import day_of_each

Array = NDArray[np.float64]

TIME_OF_MONTH: Final = "time_of_month"
BY_WEEKDAY: Final = " by weekday"
"""Ends the name of the column that says how much more a flag does on a weekday than on others."""
WAVES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEffects:
    """Effects as differences of the logarithm of what is sold.

    Attributes
    ----------
    month
        What each of the `month_waves` does; empty where the time of the month does nothing.
    weekdays
        By name of a flag what it does on each weekday, Monday first, beside its usual effect.
    """

    month: tuple[float, ...] = ()
    weekdays: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        of_flags = tuple(by_weekday(name) for name in self.weekdays)
        return (TIME_OF_MONTH, *of_flags) if self.month else of_flags

    def columns(self, ds: pd.DatetimeIndex, covariates: Mapping[str, Array]) -> dict[str, Array]:
        """One value per day, at which the covariates have these values."""
        days = ds.day_of_week.to_numpy()
        made = {TIME_OF_MONTH: month_waves(ds) @ np.array(self.month)} if self.month else {}
        for name, effects in self.weekdays.items():
            made[by_weekday(name)] = covariates[name] * np.array(effects)[days]
        return made


def by_weekday(flag: str) -> str:
    """The name of the column of a flag that does not do the same on all weekdays."""
    return f"{flag}{BY_WEEKDAY}"


def month_waves(ds: pd.DatetimeIndex) -> Array:
    """Sines, then cosines, of the place in the month: shape ``(n, 2 * WAVES)``. However long a
    month is, it begins and ends at the same places.
    """
    days = day_of_each(ds)
    months = days.astype("datetime64[M]")
    first, next_first = months.astype(days.dtype), (months + 1).astype(days.dtype)
    day, length = (days - first).astype(np.int64), (next_first - first).astype(np.int64)
    return np.asarray(_WAVES_OF_DAYS[length - _SHORTEST, day])


def _waves_of_days() -> Array:
    """By the length of a month and the day in it."""
    length = np.arange(_SHORTEST, _LONGEST + 1)[:, None, None]
    place = (np.arange(_LONGEST)[:, None] + 0.5) / length
    angles = 2 * np.pi * place * np.arange(1, WAVES + 1)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=2)


_SHORTEST, _LONGEST = 28, 31
_WAVES_OF_DAYS: Final = _waves_of_days()
