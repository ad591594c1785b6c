"""What the regression candidates know about a period: its date, its surroundings, and the past.

`CALENDAR_FEATURES` hold for any date. `ORIGIN_FEATURES` describe the past as it looked at the
origin of a forecast, so a feature of any row ahead is known when the forecast is made. Covariates
with values for the whole horizon are added under their own names.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.frequency import Frequency, Unit
from pipeline.forecast.history import PRICE, History
from pipeline.forecast.holiday_calendar import HolidayCalendar

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
    "level_long": "mean of the last eight cycles (daily: 56 rows)",
    "trend_ratio": "level_short over level_long",
    "spread": "standard deviation over the last four cycles",
    "sold_share": "share of periods with sales in the last four cycles",
    "slot_level": "mean at the same place of the last eight cycles",
    "slot_last": "quantity at the same place of the last cycle",
    "last_year_level": "mean around the same date one year before, or level_long",
    "price_change": "last price over the median price of the last eight cycles, or 1",
}


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
    return holidays.event_columns(ds, frequency.ends(ds))


def yearly_waves(day_of_year: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Sine and cosine columns of the first harmonics of the year."""
    angle = 2 * np.pi * day_of_year / DAYS_PER_YEAR
    return {
        f"year_{wave}_{harmonic}": function(harmonic * angle)
        for harmonic in range(1, HARMONICS + 1)
        for wave, function in (("sin", np.sin), ("cos", np.cos))
    }


def origin_features(
    past: NDArray[np.float64],
    prices: NDArray[np.float64],
    steps: NDArray[np.int64],
    rhythm: int,
    rows_per_year: int,
) -> NDArray[np.float64]:
    """One row per step ahead of the end of ``past`` with the columns of `ORIGIN_FEATURES`.

    What the past is too short to tell has a neutral value: the trees cannot bin an empty column.
    """
    short, middle, long = look_back(rhythm)
    recent = past[-long:]
    cycles = recent[len(recent) % rhythm :].reshape(-1, rhythm)
    place = (steps - 1) % rhythm
    level = float(recent.mean())
    price = np.nanmedian(prices[-long:]) if np.isfinite(prices[-long:]).any() else np.nan
    columns: dict[str, float | NDArray[np.float64]] = {
        "step": steps.astype(float),
        "last_value": float(past[-1]),
        "level_short": float(past[-short:].mean()),
        "level_middle": float(past[-middle:].mean()),
        "level_long": level,
        "trend_ratio": float(past[-short:].mean()) / level if level > 0 else 1.0,
        "spread": float(past[-middle:].std()),
        "sold_share": float(np.mean(past[-middle:] > 0)),
        "slot_level": cycles.mean(axis=0)[place],
        "slot_last": cycles[-1][place],
        "last_year_level": _around_last_year(past, steps, rows_per_year, short, level),
        "price_change": prices[-1] / price if price > 0 else 1.0,
    }
    table = np.empty((len(steps), len(ORIGIN_FEATURES)))
    for place_in_row, name in enumerate(ORIGIN_FEATURES):
        table[:, place_in_row] = columns[name]
    return table


def look_back(rhythm: int) -> tuple[int, int, int]:
    """Rows of the short, middle and long look back."""
    return rhythm, 4 * rhythm, 8 * rhythm


def rows_per_year(frequency: Frequency) -> int:
    """Rows after which the same time of the year comes again, in whole weeks below months."""
    return {
        Unit.HOUR: 364 * 24 // frequency.step,
        Unit.DAY: 364,
        Unit.WEEK: 52,
        Unit.MONTH: 12,
    }[frequency.unit]


def price_history(history: History) -> NDArray[np.float64]:
    """The price that was last known at each row, missing where the data has none."""
    return history.frame[PRICE].to_numpy(dtype=np.float64)


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


def _around_last_year(
    past: NDArray[np.float64],
    steps: NDArray[np.int64],
    rows_per_year: int,
    width: int,
    unknown: float,
) -> NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(past)])
    middle = len(past) + steps - 1 - rows_per_year
    start, stop = middle - width // 2, middle - width // 2 + width
    inside = (start >= 0) & (stop <= len(past))
    start, stop = np.where(inside, start, 0), np.where(inside, stop, width)
    if len(past) < width:
        return np.full(len(steps), unknown)
    return np.where(inside, (sums[stop] - sums[start]) / width, unknown)
