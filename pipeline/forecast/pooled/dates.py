"""What is known of a period from its date alone."""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit, day_of_year
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.pooled.running import Rows, Values
from pipeline.forecast.pooled.series import Stamps

HOLIDAY_LIMIT_DAYS = 7
DAYS_PER_YEAR = 365.25
Days = NDArray[np.datetime64]

DATE_FEATURES = (
    "hour",
    "day_of_week",
    "day_of_month",
    "days_to_month_end",
    "day_of_year",
    "month",
    "year_sin",
    "year_cos",
    "is_holiday",
    "is_bridge_day",
    "days_to_holiday",
    "days_since_holiday",
)


def days_of(stamps: Stamps) -> Days:
    """The day of each time stamp."""
    return np.asarray(stamps.astype("datetime64[D]"))


def hours_of(stamps: Stamps) -> Rows:
    """The hour of the day of each time stamp."""
    return np.asarray((stamps - days_of(stamps)).astype(np.int64) // 3600)


def weekdays_of(days: Days) -> Rows:
    """Monday 0 to Sunday 6; the first day of the epoch was a Thursday."""
    return np.asarray((days.astype(np.int64) + 3) % 7)


def date_features(stamps: Stamps, frequency: Frequency, holidays: HolidayCalendar) -> Values:
    """One row per period, with the columns of `DATE_FEATURES`."""
    days = days_of(stamps)
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    next_month = (months + np.timedelta64(1, "M")).astype("datetime64[D]")
    of_year = day_of_year(stamps)
    angle = 2 * np.pi * of_year / DAYS_PER_YEAR
    columns = {
        "hour": hours_of(stamps),
        "day_of_week": weekdays_of(days),
        "day_of_month": (days - months.astype("datetime64[D]")).astype(np.float64) + 1,
        "days_to_month_end": (next_month - days).astype(np.float64) - 1,
        "day_of_year": of_year,
        "month": (months - years.astype("datetime64[M]")).astype(np.float64) + 1,
        "year_sin": np.sin(angle),
        "year_cos": np.cos(angle),
        **_holidays(days, frequency, holidays),
    }
    return np.column_stack([columns[name] for name in DATE_FEATURES])


def _holidays(
    days: Days, frequency: Frequency, holidays: HolidayCalendar
) -> dict[str, Values | Rows]:
    if not frequency.is_daily_or_finer:
        length = 7 if frequency.unit is Unit.WEEK else 30
        found = np.searchsorted(holidays.dates, days + length)
        count = found - np.searchsorted(holidays.dates, days)
        names = ("is_bridge_day", "days_to_holiday", "days_since_holiday")
        return {"is_holiday": count, **dict.fromkeys(names, np.zeros(len(days)))}
    until, since = _distances(days, holidays.dates)
    weekday = weekdays_of(days)
    is_bridge = ((weekday == 4) & (since == 1)) | ((weekday == 0) & (until == 1))
    return {
        "is_holiday": (until == 0).astype(np.float64),
        "is_bridge_day": is_bridge.astype(np.float64),
        "days_to_holiday": until,
        "days_since_holiday": since,
    }


def _distances(days: Days, dates: Days) -> tuple[Values, Values]:
    """Days to the next holiday and since the last one, 0 on one."""
    day, known = days.astype(np.int64), dates.astype(np.int64)
    padded = np.concatenate([[-(10**6)], known, [10**6]])
    following = padded[np.searchsorted(known, day) + 1]
    previous = padded[np.searchsorted(known, day, side="right")]
    limit = HOLIDAY_LIMIT_DAYS
    return (
        np.minimum(following - day, limit).astype(np.float64),
        np.minimum(day - previous, limit).astype(np.float64),
    )
