"""Public holidays and events of a shop, as plain data that a fitted model can carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import day_of_each
from pipeline.forecast.calendar.occasions import Days, Event, Holiday, days_by_name, share_within
from pipeline.forecast.unpickling import set_state

YEARS_AHEAD = 4
CALENDARS_KEPT = 64
"""Products of a shop share one, and a worker serves a few shops at a time."""
EVENT_PREFIX = "event: "
BEFORE, AFTER, BRIDGE = "day before a holiday", "day after a holiday", "bridge day"


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """Dates (sorted, ``datetime64[D]``) and names of the public holidays of some years; ``events``
    are the days of what the shop itself knows of, by name.
    """

    dates: NDArray[np.datetime64]
    names: tuple[str, ...]
    events: Mapping[str, Days] = field(default_factory=dict)

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    @property
    def event_names(self) -> tuple[str, ...]:
        """A column each."""
        return tuple(f"{EVENT_PREFIX}{name}" for name in self.events)

    def event_columns(self, ds: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> NDArray[np.float64]:
        """Which share of each period belongs to each event: one row per period."""
        columns = [share_within(days, ds, ends) for days in self.events.values()]
        return np.column_stack(columns) if columns else np.empty((len(ds), 0))

    def contains(self, ds: pd.DatetimeIndex) -> NDArray[np.bool_]:
        """Which time stamps lie on a holiday."""
        return np.isin(day_of_each(ds), self.dates)

    def days_until(self, ds: pd.DatetimeIndex, limit: int) -> NDArray[np.float64]:
        """Days to the next holiday, 0 on one, at most ``limit``."""
        padded = np.append(self.dates, np.datetime64("2300-01-01", "D"))
        days = day_of_each(ds)
        after = padded[np.searchsorted(padded[:-1], days, side="left")]
        return np.minimum((after - days).astype(np.float64), limit)

    def days_since(self, ds: pd.DatetimeIndex, limit: int) -> NDArray[np.float64]:
        """Days since the last holiday, 0 on one, at most ``limit``."""
        padded = np.insert(self.dates, 0, np.datetime64("1700-01-01", "D"))
        days = day_of_each(ds)
        before = padded[np.searchsorted(self.dates, days, side="right")]
        return np.minimum((days - before).astype(np.float64), limit)

    def count_between(self, ds: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> NDArray[np.float64]:
        """How many holidays lie from each time stamp up to, not including, its end."""
        first, stop = (
            np.searchsorted(self.dates, day_of_each(ds)),
            np.searchsorted(self.dates, day_of_each(ends)),
        )
        return (stop - first).astype(np.float64)

    def around(self) -> Mapping[str, Days]:
        """Days beside holidays, which all holidays together teach: single ones are too rare.

        A bridge day is a Monday or Friday between a holiday and the weekend, and not counted as
        the day before or after as well.
        """
        return _around(self.dates.astype("datetime64[D]").tobytes())

    def frame(self) -> pd.DataFrame:
        """Columns ``ds`` and ``holiday``, the form that Prophet reads; the days around holidays
        and events count, too.
        """
        named = [
            *self.around().items(),
            *zip(self.event_names, self.events.values(), strict=True),
        ]
        parts = [
            (self.dates, list(self.names)),
            *((days, [name] * len(days)) for name, days in named),
        ]
        return pd.DataFrame(
            {
                "ds": np.concatenate([days for days, _ in parts]).astype("datetime64[ns]"),
                "holiday": [name for _, names in parts for name in names],
            }
        )


@lru_cache(maxsize=CALENDARS_KEPT)
def _around(packed: bytes) -> Mapping[str, Days]:
    dates: Days = np.frombuffer(packed, dtype="datetime64[D]")
    day = np.timedelta64(1, "D")
    before, after = dates - day, dates + day
    bridge = np.concatenate([before[_weekday(before) == 0], after[_weekday(after) == 4]])
    named = {BEFORE: before, AFTER: after, BRIDGE: bridge}
    kept = {name: np.setdiff1d(days, dates) for name, days in named.items()}
    return {
        name: days if name == BRIDGE else np.setdiff1d(days, kept[BRIDGE])
        for name, days in kept.items()
    }


def content_key(calendar: HolidayCalendar) -> tuple[object, ...]:
    """Equal for calendars that say the same."""
    return tuple(_hashable(getattr(calendar, field.name)) for field in fields(calendar))


def _hashable(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, dict):
        return tuple((name, _hashable(part)) for name, part in value.items())
    return value


def public_holidays(
    country: str,
    subdivision: str | None,
    stated: tuple[Holiday, ...] | None,
    first_year: int,
    last_year: int,
) -> HolidayCalendar:
    """The stated holidays, or else those of the country; the same object for the same question."""
    if stated is not None:
        return stated_calendar(stated)
    return holiday_calendar(country, subdivision, first_year, last_year)


@lru_cache(maxsize=CALENDARS_KEPT)
def holiday_calendar(
    country: str, subdivision: str | None, first_year: int, last_year: int
) -> HolidayCalendar:
    """The holidays from the year before ``first_year`` to four years after ``last_year``."""
    years = range(first_year - 1, last_year + YEARS_AHEAD + 1)
    found = holidays.country_holidays(country, subdiv=subdivision, years=years)
    ordered = sorted(found.items())
    dates = np.array([day for day, _ in ordered], dtype="datetime64[D]")
    return HolidayCalendar(dates=dates, names=tuple(_plain(name) for _, name in ordered))


@lru_cache(maxsize=CALENDARS_KEPT)
def stated_calendar(stated: tuple[Holiday, ...]) -> HolidayCalendar:
    """Holidays that an outside calendar told; of several on a day, the first name counts."""
    by_day: dict[np.datetime64, str] = {}
    for holiday in sorted(stated, key=lambda one: one.day):
        by_day.setdefault(np.datetime64(holiday.day, "D"), holiday.name)
    dates = np.array(list(by_day), dtype="datetime64[D]")
    return HolidayCalendar(dates=dates, names=tuple(by_day.values()))


def seen_events(
    events: Sequence[Event], ds: pd.DatetimeIndex, ends: pd.DatetimeIndex
) -> dict[str, Days]:
    """The days of those events that happened in a history; of others nothing can be learned."""
    return {
        name: days
        for name, days in days_by_name(events).items()
        if share_within(days, ds, ends).any()
    }


def _plain(name: str) -> str:
    """One name for a feast in all of its years, also those for which its day is an estimate."""
    first, _, _ = name.partition("; ")
    return first.replace(" (estimated)", "").replace(", estimated)", ")")


def _weekday(days: Days) -> NDArray[np.int64]:
    """Monday 0 to Sunday 6."""
    return np.asarray((days.astype(np.int64) + 3) % 7)
