"""Public holidays of the shop's country, as plain data that a fitted model can carry."""

from dataclasses import dataclass

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

YEARS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """Dates (sorted, ``datetime64[D]``) and names of the holidays of some years."""

    dates: NDArray[np.datetime64]
    names: tuple[str, ...]

    def contains(self, ds: pd.DatetimeIndex) -> NDArray[np.bool_]:
        """Which time stamps lie on a holiday."""
        return np.isin(_days(ds), self.dates)

    def days_until(self, ds: pd.DatetimeIndex, limit: int) -> NDArray[np.float64]:
        """Days to the next holiday, 0 on one, at most ``limit``."""
        padded = np.append(self.dates, np.datetime64("2300-01-01", "D"))
        after = padded[np.searchsorted(padded[:-1], _days(ds), side="left")]
        return np.minimum((after - _days(ds)).astype(np.float64), limit)

    def days_since(self, ds: pd.DatetimeIndex, limit: int) -> NDArray[np.float64]:
        """Days since the last holiday, 0 on one, at most ``limit``."""
        padded = np.insert(self.dates, 0, np.datetime64("1700-01-01", "D"))
        before = padded[np.searchsorted(self.dates, _days(ds), side="right")]
        return np.minimum((_days(ds) - before).astype(np.float64), limit)

    def count_between(self, ds: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> NDArray[np.float64]:
        """How many holidays lie from each time stamp up to, not including, its end."""
        counts = np.searchsorted(self.dates, _days(ends)) - np.searchsorted(self.dates, _days(ds))
        return counts.astype(np.float64)

    def frame(self) -> pd.DataFrame:
        """Columns ``ds`` and ``holiday``, the form that Prophet reads."""
        return pd.DataFrame({"ds": self.dates.astype("datetime64[ns]"), "holiday": self.names})


def holiday_calendar(
    country: str, subdivision: str | None, first_year: int, last_year: int
) -> HolidayCalendar:
    """The holidays from the year before ``first_year`` to four years after ``last_year``."""
    years = range(first_year - 1, last_year + YEARS_AHEAD + 1)
    found = holidays.country_holidays(country, subdiv=subdivision, years=years)
    ordered = sorted(found.items())
    dates = np.array([day for day, _ in ordered], dtype="datetime64[D]")
    return HolidayCalendar(dates=dates, names=tuple(name for _, name in ordered))


def _days(ds: pd.DatetimeIndex) -> NDArray[np.datetime64]:
    return np.asarray(ds.to_numpy().astype("datetime64[D]"))
