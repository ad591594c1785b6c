"""When a shop is regularly closed, recognised from sales: places of the week, public holidays.

A product that sells rarely has days without a sale, too. So a day counts as closed only where so
long a run without a sale would be next to impossible if the day were like the others around it.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit, day_of_each
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.calendar.occasions import Days

LEAST_WEEKS = 6
"""Fewer weeks may be a break."""
RUN_CHANCE = 1e-6
"""With 168 hours of a week under test, one history in 3,000 would have a false one by chance."""
HOLIDAY_CHANCE = 0.01
"""Larger than for weekdays: that shops close on public holidays is known beforehand."""
LEAST_HOLIDAYS = 4
"""A shop that was closed on so many public holidays, and open on none, closes on all of them."""
LEAST_DAYS = 21
"""Of an hour of the day that never sells: fewer may be a season."""
HOURS_OF_DAY = 24
LEAST_SHOP_WEEKS = 4
"""Fewer than for one product: that no product at all was sold is established already."""

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
NO_DAYS: Days = np.empty(0, dtype="datetime64[D]")


@dataclass(frozen=True, slots=True)
class ClosedTimes:
    """``slots`` of the week (weekdays, or hours of the week) and ``days`` without sales; with
    ``has_ended`` the product is not sold any more at all.
    """

    slots: tuple[int, ...] = ()
    days: tuple[date, ...] = ()
    has_ended: bool = False

    def at(self, ds: pd.DatetimeIndex, frequency: Frequency) -> Mask:
        """Which periods these are."""
        if self.has_ended:
            return np.ones(len(ds), dtype=np.bool_)
        if not frequency.is_daily_or_finer or not (self.slots or self.days):
            return np.zeros(len(ds), dtype=np.bool_)
        closed = np.isin(frequency.slots(ds), self.slots)
        days = np.array(self.days, dtype="datetime64[D]")
        return np.asarray(closed | np.isin(day_of_each(ds), days))


def closed_slots(
    values: Values, slots: NDArray[np.int64], shop_closed: Mask, *, least: int = LEAST_WEEKS
) -> tuple[tuple[int, ...], Mask]:
    """The places of the week that are closed now, and the rows at which such a place was closed.

    Parameters
    ----------
    values
        Quantities, missing where unknown.
    slots
        The place of each row in its week, or in its day.
    shop_closed
        Rows on which no product of the shop was sold.
    least
        So many weeks, or days, say something.

    Returns
    -------
    tuple
        A place is closed if it has sold nothing for at least ``least`` weeks up to the end, while
        the rest of the week sells. One that sold nothing from the start on and was opened later is
        closed in those rows only.
    """
    closed = np.zeros(len(values), dtype=np.bool_)
    now: list[int] = []
    silent = ~(values > 0)
    for slot in np.unique(slots).tolist():
        rows = np.flatnonzero(slots == slot)
        sold = np.flatnonzero(~silent[rows])
        if len(sold) == len(rows):
            continue
        newest = rows[sold[-1] + 1 :] if len(sold) else rows
        oldest = rows[: sold[0]] if len(sold) else rows[:0]
        others = slots != slot
        shut = _is_shut(newest, shop_closed)
        if shut or _is_closed(newest, silent, values, others & ~closed, least):
            closed[newest] = True
            now.append(slot)
        if _is_closed(oldest, silent, values, others & ~closed, least):
            closed[oldest] = True
    return tuple(now), closed


def closed_holidays(
    values: Values, days: Days, ahead: Days, holidays: HolidayCalendar, shop_closed: Mask
) -> tuple[Days, Mask]:
    """The public holidays ahead on which the shop will be closed, and the days on which it was.

    A holiday counts as closed if nothing was sold on any of its days, and that would be unlikely
    on as many other days, or is known to be so of the whole shop. One that has not come yet counts
    as closed if all others were.

    Parameters
    ----------
    values
        Quantities by day, missing where unknown.
    days, ahead
        Of the history and of the forecast.
    shop_closed
        Days of the history on which no product of the shop was sold, its closed weekdays aside.
    """
    is_holiday = np.isin(days, holidays.dates) & (np.isfinite(values) | shop_closed)
    other = np.isfinite(values) & ~is_holiday
    nothing = np.where(shop_closed[is_holiday], RUN_CHANCE, _zero_chance(values, other))
    places = np.searchsorted(holidays.dates, days[is_holiday])
    names = np.array(holidays.names, dtype=object)
    seen, sold = names[places], values[is_holiday] > 0
    shut = {
        name
        for name in set(seen.tolist())
        if not sold[seen == name].any() and nothing[seen == name].prod() <= HOLIDAY_CHANCE
    }
    if len(seen) >= LEAST_HOLIDAYS and not sold.any() and nothing.prod() <= RUN_CHANCE:
        shut = set(holidays.names)
    closed = np.zeros(len(values), dtype=np.bool_)
    closed[np.flatnonzero(is_holiday)[np.isin(seen, list(shut))]] = True
    dates = holidays.dates[np.isin(names, list(shut))] if shut else NO_DAYS
    return dates[np.isin(dates, ahead)], closed


def closed_again(shop_closed: Days, ahead: Days) -> Days:
    """The days ahead on whose date the whole shop was closed in each of the two years before, such
    as its holidays."""
    month = ahead.astype("datetime64[M]")
    day = ahead - month.astype("datetime64[D]")
    last_year, before = (
        np.isin((month - 12 * years).astype("datetime64[D]") + day, shop_closed) for years in (1, 2)
    )
    return ahead[last_year & before]


def regular_closures(
    values: Values,
    ds: pd.DatetimeIndex,
    ahead: pd.DatetimeIndex,
    frequency: Frequency,
    holidays: HolidayCalendar,
    shop_closed: Mask,
    marked: Mask,
) -> tuple[ClosedTimes, Mask]:
    """What is regularly closed in the days ahead, and the rows of the history at which it was.

    Parameters
    ----------
    values
        Quantities, missing where unknown.
    ds, ahead
        The periods of the history and of the forecast.
    shop_closed
        Rows on which no product of the shop was sold, or that are marked as closed.
    marked
        Those of them that a column marks: it tells of the days ahead itself.
    """
    nowhere = np.zeros(len(values), dtype=np.bool_)
    if not frequency.is_daily_or_finer or not ((values == 0) | shop_closed).any():
        return ClosedTimes(), nowhere
    slots = frequency.slots(ds)
    if frequency.unit is Unit.HOUR:
        now, closed = _closed_hours(values, slots, shop_closed)
    else:
        now, closed = closed_slots(values, slots, shop_closed)
    rest, on_other_days = np.where(closed, np.nan, values), shop_closed & ~closed & ~marked
    days, first, day = np.unique(day_of_each(ds), return_index=True, return_inverse=True)
    shut = np.logical_or.reduceat(on_other_days, first)
    coming = np.unique(day_of_each(ahead))
    again = closed_again(days[shut], coming)
    if len(holidays.dates):
        on_holidays, were = closed_holidays(_by_day(rest, first), days, coming, holidays, shut)
        again, closed = np.union1d(again, on_holidays), closed | were[day]
    return ClosedTimes(now, tuple(again.tolist())), closed


def _closed_hours(
    values: Values, slots: NDArray[np.int64], shop_closed: Mask
) -> tuple[tuple[int, ...], Mask]:
    """Hours at which no day of the week sells, and then those of single weekdays.

    Most shops are closed more hours than they are open, so that beside all other hours no single
    one of the week stands out; beside the hours of the day that remain, one does.
    """
    of_day, on_no_day = slots % HOURS_OF_DAY, np.zeros_like(shop_closed)
    nightly, closed = closed_slots(values, of_day, on_no_day, least=LEAST_DAYS)
    rest = np.where(closed, np.nan, values)
    weekly, on_weekdays = closed_slots(rest, slots, shop_closed)
    every_day = np.unique(slots[np.isin(of_day, nightly)]).tolist()
    return tuple(sorted({*every_day, *weekly})), closed | on_weekdays


def _is_closed(
    run: NDArray[np.int64], silent: Mask, values: Values, elsewhere: Mask, least: int
) -> bool:
    """Whether a run of one place without a sale is next to impossible, by the rest of its weeks."""
    known = run[np.isfinite(values[run])]
    if len(known) < least:
        return False
    span = slice(int(run[0]), int(run[-1]) + 1)
    others = elsewhere[span] & np.isfinite(values[span])
    if not (others & ~silent[span]).any():
        return False
    return _zero_chance(values[span], others) ** len(known) < RUN_CHANCE


def _by_day(values: Values, first: NDArray[np.int64]) -> Values:
    """The sum of each day, from whose first row on it counts; missing where nothing is known."""
    known = np.logical_or.reduceat(np.isfinite(values), first)
    return np.where(known, np.add.reduceat(np.nan_to_num(values), first), np.nan)


def _is_shut(run: NDArray[np.int64], shop_closed: Mask) -> bool:
    return len(run) >= LEAST_SHOP_WEEKS and bool(shop_closed[run[-LEAST_SHOP_WEEKS:]].all())


def _zero_chance(values: Values, rows: Mask) -> float:
    """The share of rows without a sale, as if there had been one more of each kind."""
    return float((np.count_nonzero(values[rows] == 0) + 1) / (np.count_nonzero(rows) + 2))
