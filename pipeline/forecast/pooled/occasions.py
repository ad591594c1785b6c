"""What sales did on earlier days of the same kind: the same holiday, event or promotion."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.pooled.dates import days_of, hours_of
from pipeline.forecast.pooled.running import Rows, Values
from pipeline.forecast.pooled.series import Stamps

NO_KIND = -1
REACH_DAYS = 2
_SPAN = 2 * REACH_DAYS + 1
REMEMBERED = {"holiday": 2, "event": 6}
"""Earlier years of a holiday, and earlier days of an event, whose effect is averaged."""

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Effects:
    """Ratios of sales to what is usual, by the kind of the day."""

    order: Rows
    """Kind and row of every known ratio in one number, sorted."""
    sums: Values
    rows: int

    def last(self, kinds: Rows, origins: Rows, depth: int) -> Values:
        """Mean of the last ``depth`` ratios of each kind before each origin; nan without any."""
        start = np.searchsorted(self.order, kinds * self.rows)
        stop = np.searchsorted(self.order, kinds * self.rows + np.minimum(origins, self.rows))
        start = np.maximum(start, stop - depth)
        found = (stop > start) & (kinds >= 0)
        total = self.sums[stop] - self.sums[start]
        return np.where(found, total / np.maximum(stop - start, 1), np.nan)


def effects_of(kinds: Rows, ratios: Values) -> Effects:
    """Collect the ratios of the rows that have a kind."""
    rows = len(ratios)
    used = np.flatnonzero((kinds >= 0) & np.isfinite(ratios))
    order = kinds[used] * rows + used
    sorting = np.argsort(order)
    sums = np.concatenate([[0.0], np.cumsum(ratios[used][sorting])])
    return Effects(order[sorting], sums, rows)


def holiday_kinds(days: Days, hours: Rows, holidays: HolidayCalendar) -> Rows:
    """A number for the name of the nearest holiday, the distance to it and the hour."""
    if not len(holidays.dates):
        return np.full(len(days), NO_KIND)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(holidays.names))}
    codes = np.array([numbers[name] for name in holidays.names])
    last = len(holidays.dates) - 1
    after = np.searchsorted(holidays.dates, days)
    following, previous = np.minimum(after, last), np.maximum(after - 1, 0)
    ahead = np.abs((holidays.dates[following] - days).astype(np.int64))
    behind = np.abs((days - holidays.dates[previous]).astype(np.int64))
    nearest = np.where(ahead <= behind, following, previous)
    distance = (days - holidays.dates[nearest]).astype(np.int64)
    kinds = (codes[nearest] * _SPAN + distance + REACH_DAYS) * 24 + hours
    return np.where(np.abs(distance) <= REACH_DAYS, kinds, NO_KIND)


def event_kinds(days: Days, holidays: HolidayCalendar) -> Rows:
    """The number of the event of each day."""
    kinds = np.full(len(days), NO_KIND)
    for number, of_event in enumerate(holidays.events.values()):
        kinds[np.isin(days, of_event)] = number
    return kinds


def occasions(stamps: Stamps, frequency: Frequency, holidays: HolidayCalendar) -> dict[str, Rows]:
    """By occasion the kind of each period; nothing for periods of more than a day."""
    if not frequency.is_daily_or_finer:
        return {}
    days = days_of(stamps)
    return {
        "holiday": holiday_kinds(days, hours_of(stamps), holidays),
        "event": event_kinds(days, holidays),
    }


def effects_by_occasion(kinds: Mapping[str, Rows], ratios: Values) -> dict[str, Effects]:
    """What each occasion did before, by its kinds."""
    return {name: effects_of(each[: len(ratios)], ratios) for name, each in kinds.items()}
