"""What regressions and trees know about a period: its date, its surroundings, and the past.

`CALENDAR_FEATURES` hold for any date. `ORIGIN_FEATURES` describe the past as it looked at the
origin of a forecast, so a feature of any row ahead is known when the forecast is made. Covariates
with values for the whole horizon are added under their own names.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, day_of_year
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.pooled.dates import days_of, weekdays_of

HARMONICS = 4
DAYS_PER_YEAR = 365.25
_MONDAY, _FRIDAY, _SATURDAY = 0, 4, 5

CALENDAR_FEATURES: dict[str, str] = {
    "slot": "place in the season: weekday, hour of the week, week or month",
    "hour": "hour of the day (0 where rows are not finer than a day)",
    "day_of_week": "Monday 0 to Sunday 6",
    "day_of_month": "1 to 31",
    "days_to_month_end": "0 on the last day of the month",
    "day_of_year": "1 to 366",
    "month": "1 to 12",
    **{
        f"year_{wave}_{harmonic}": f"{wave} of the day of the year, {harmonic} waves a year"
        for harmonic in range(1, HARMONICS + 1)
        for wave in ("sin", "cos")
    },
    "is_holiday": "public holiday (weekly and monthly rows: how many)",
    "is_day_before_holiday": "the day before a public holiday",
    "is_day_after_holiday": "the day after a public holiday",
    "is_bridge_day": "a Monday or Friday between a public holiday and the weekend",
    "days_to_holiday": "days to the next public holiday, at most 7",
    "days_since_holiday": "days since the last public holiday, at most 7",
    "weekend_year_sin": "year_sin_1 on weekends, else 0: weekends differ between seasons",
    "weekend_year_cos": "year_cos_1 on weekends, else 0",
}

HOLIDAY_COLUMNS = (
    "is_holiday",
    "is_day_before_holiday",
    "is_day_after_holiday",
    "is_bridge_day",
)
YEAR_COLUMNS = tuple(name for name in CALENDAR_FEATURES if name.startswith(("year_", "weekend_")))

ORIGIN_FEATURES: dict[str, str] = {
    "step": "periods from the origin to the row",
    "last_value": "the last quantity",
    "level_short": "mean of the last cycle (daily: 7 rows)",
    "level_middle": "mean of the last four cycles (daily: 28 rows)",
    "level_before": "mean of the eight cycles before the last eight",
    "level_year": "mean of the last year",
    "spread": "standard deviation over the last four cycles",
    "sold_share": "share of periods with sales in the last four cycles",
    "sold_share_long": "share of periods with sales in the last sixteen cycles",
    "since_sale": "periods since the last sale",
    "age": "periods since the first row, at most two years",
    "week_last": "quantity at the same place of the last week",
    "week_short": "mean at the same place of the last four weeks",
    "week_long": "mean at the same place of the last eight weeks",
    "week_median": "median at the same place of the last eight weeks",
    "year_around": "mean around the same date one year before",
    "year_wide": "mean of the three weeks around the same date one year before",
    "year_same": "quantity at the same weekday one year before",
    "year_growth": "recent level over that of one year before",
    "holiday_effect": "quantity over the usual one at the same holiday, or so many days from it",
    "event_effect": "quantity over the usual one on earlier days of the event",
    "price_ratio": "price over the mean price of usual days of the last eight cycles",
    "price_change": "price over the last known price",
    "usual_error": "mean error of what is usual at a place of the week, over sixteen weeks",
    "usual_lively": "how far the last week alone tells what is usual, 0 to 1",
    "surprise_latest": "the last three quantities over what was usual for them",
    "surprise_week": "the last week over what was usual for it",
    "known_effect": "logarithm of what a regression says that the covariates of the row change",
}
"""Quantities count relative to the mean of the last eight cycles without promotions."""


def feature_names(known: tuple[str, ...], events: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every feature of a forecast with these covariates and events."""
    return (*CALENDAR_FEATURES, *ORIGIN_FEATURES, *events, *known)


def calendar_columns(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> NDArray[np.float64]:
    """One row per time stamp with the columns of `HOLIDAY_COLUMNS` and `YEAR_COLUMNS`."""
    stamps = ds.values
    angle = 2 * np.pi * day_of_year(stamps) / DAYS_PER_YEAR
    waves = [
        wave(harmonic * angle) for harmonic in range(1, HARMONICS + 1) for wave in (np.sin, np.cos)
    ]
    weekdays = weekdays_of(days_of(stamps))
    is_weekend = (weekdays >= _SATURDAY) & frequency.is_daily_or_finer
    of_weekends = [is_weekend * wave for wave in waves[:2]]
    return np.column_stack([*_of_holidays(ds, weekdays, frequency, holidays), *waves, *of_weekends])


def event_features(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> NDArray[np.float64]:
    """One row per time stamp, one column per event: the share of the period that belongs to it."""
    if not holidays.events:
        return np.empty((len(ds), 0))
    return holidays.event_columns(ds, frequency.ends(ds))


def _of_holidays(
    ds: pd.DatetimeIndex,
    weekdays: NDArray[np.int64],
    frequency: Frequency,
    holidays: HolidayCalendar,
) -> list[NDArray[np.float64]]:
    """The columns of `HOLIDAY_COLUMNS`; of weeks and months only how many holidays they have."""
    if not frequency.is_daily_or_finer:
        nothing = np.zeros(len(ds))
        return [holidays.count_between(ds, frequency.ends(ds)), nothing, nothing, nothing]
    one_day = pd.Timedelta(days=1)
    before, after = holidays.contains(ds + one_day), holidays.contains(ds - one_day)
    bridge = ((weekdays == _FRIDAY) & after) | ((weekdays == _MONDAY) & before)
    return [one.astype(np.float64) for one in (holidays.contains(ds), before, after, bridge)]
