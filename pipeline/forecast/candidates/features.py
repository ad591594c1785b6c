"""What the regression candidates know about a period: its date, its surroundings, and the past.

`CALENDAR_FEATURES` hold for any date. `ORIGIN_FEATURES` describe the past as it looked at the
origin of a forecast, so a feature of any row ahead is known when the forecast is made. Covariates
with values for the whole horizon are added under their own names.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar

HARMONICS = 4
DAYS_PER_YEAR = 365.25
HOLIDAY_LIMIT_DAYS = 7

CALENDAR_FEATURES: dict[str, str] = {
    "slot": "place in the season: weekday, hour of the week, week or month",
    "hour": "hour of the day (0 where rows are not finer than a day)",
    "day_of_week": "Monday 0 to Sunday 6",
    "is_weekend": "Saturday or Sunday",
    "day_of_month": "1 to 31",
    "days_to_month_end": "0 on the last day of the month",
    "day_of_year": "1 to 366",
    "week_of_year": "ISO week",
    "month": "1 to 12",
    "quarter": "1 to 4",
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
    "weekend_year_sin": "is_weekend times year_sin_1: weekends differ between seasons",
    "weekend_year_cos": "is_weekend times year_cos_1",
}

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


def calendar_features(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> pd.DataFrame:
    """One row per time stamp with the columns of `CALENDAR_FEATURES`."""
    day = ds.day_of_year.to_numpy(dtype=float)
    weekend = (ds.day_of_week.to_numpy() >= 5) & frequency.is_daily_or_finer
    columns = {
        "slot": frequency.slots(ds),
        "hour": ds.hour,
        "day_of_week": ds.day_of_week,
        "is_weekend": weekend,
        "day_of_month": ds.day,
        "days_to_month_end": ds.days_in_month - ds.day,
        "day_of_year": day,
        "week_of_year": ds.isocalendar().week.to_numpy(),
        "month": ds.month,
        "quarter": ds.quarter,
        **yearly_waves(day),
        **_holiday_features(ds, frequency, holidays),
        "weekend_year_sin": weekend * np.sin(2 * np.pi * day / DAYS_PER_YEAR),
        "weekend_year_cos": weekend * np.cos(2 * np.pi * day / DAYS_PER_YEAR),
    }
    return pd.DataFrame({name: np.asarray(columns[name], float) for name in CALENDAR_FEATURES})


def event_features(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> NDArray[np.float64]:
    """One row per time stamp, one column per event: the share of the period that belongs to it."""
    if not holidays.events:
        return np.empty((len(ds), 0))
    return holidays.event_columns(ds, frequency.ends(ds))


def yearly_waves(day_of_year: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Sine and cosine columns of the first harmonics of the year."""
    angle = 2 * np.pi * day_of_year / DAYS_PER_YEAR
    return {
        f"year_{wave}_{harmonic}": function(harmonic * angle)
        for harmonic in range(1, HARMONICS + 1)
        for wave, function in (("sin", np.sin), ("cos", np.cos))
    }


def _holiday_features(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> dict[str, NDArray[np.float64]]:
    if not frequency.is_daily_or_finer:
        ends = frequency.grid(ds[0], len(ds) + 1)[1:] if len(ds) else ds
        nothing = np.zeros(len(ds))
        names = [name for name in CALENDAR_FEATURES if "holiday" in name or "bridge" in name]
        return dict.fromkeys(names, nothing) | {"is_holiday": holidays.count_between(ds, ends)}
    one_day = pd.Timedelta(days=1)
    before, after = holidays.contains(ds + one_day), holidays.contains(ds - one_day)
    bridge = ((ds.day_of_week == 4) & after) | ((ds.day_of_week == 0) & before)
    return {
        "is_holiday": holidays.contains(ds).astype(float),
        "is_day_before_holiday": before.astype(float),
        "is_day_after_holiday": after.astype(float),
        "is_bridge_day": np.asarray(bridge, dtype=float),
        "days_to_holiday": holidays.days_until(ds, HOLIDAY_LIMIT_DAYS),
        "days_since_holiday": holidays.days_since(ds, HOLIDAY_LIMIT_DAYS),
    }
