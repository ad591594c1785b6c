"""The days of the sample shop: opening, public holidays and weather."""

from datetime import date

import holidays
import numpy as np
import pandas as pd

_CLOSED_HOLIDAYS = {(1, 1), (5, 1), (12, 25)}
_WEEKLY_CLOSING = 0  # Monday
_ANNUAL_LEAVE = range(8, 15)  # days of February
_MEAN_TEMPERATURE_C = 12.5
_SEASONAL_SWING_C = 8.5
_HOTTEST_DAY = 205


def describe_days(
    start: date, end: date, country: str, subdivision: str | None, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per day from start to end: what the calendar and the sky say about it."""
    days = pd.date_range(start, end, freq="D")
    public = _public_holidays(days, country, subdivision)
    temperature, usual = _temperatures(days, rng)
    return pd.DataFrame(
        {
            "weekday": days.day_of_week,
            "day_of_year": days.day_of_year,
            "holiday": days.isin(public),
            "eve": (days + pd.Timedelta(days=1)).isin(public),
            "open": _opening(days),
            "temperature": temperature,
            "warmth": temperature - usual,
            "rain": _rainfall(len(days), rng),
        },
        index=days,
    )


def _public_holidays(
    days: pd.DatetimeIndex, country: str, subdivision: str | None
) -> pd.DatetimeIndex:
    years = range(days[0].year, days[-1].year + 2)
    try:
        known = holidays.country_holidays(country, subdiv=subdivision, years=years)
    except NotImplementedError as error:
        raise ValueError(
            f"No public holidays are known for {country!r} {subdivision or ''}: "
            "use an ISO 3166 code such as FR, ES or DE."
        ) from error
    return pd.DatetimeIndex(sorted(known))


def _opening(days: pd.DatetimeIndex) -> np.ndarray:
    closed = np.array([(day.month, day.day) in _CLOSED_HOLIDAYS for day in days])
    leave = (days.month == 2) & days.day.isin(_ANNUAL_LEAVE)
    return ~closed & ~leave & (days.day_of_week != _WEEKLY_CLOSING)


def _temperatures(
    days: pd.DatetimeIndex, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures in °C and the usual value of each day; warm and cold spells last for days."""
    angle = 2 * np.pi * (days.day_of_year.to_numpy() - _HOTTEST_DAY) / 365.25
    usual = _MEAN_TEMPERATURE_C + _SEASONAL_SWING_C * np.cos(angle)
    deviation = np.empty(len(days))
    current = 0.0
    for position, shock in enumerate(rng.normal(0, 2.1, len(days))):
        current = 0.75 * current + shock
        deviation[position] = current
    return np.round(usual + deviation, 1), np.round(usual, 1)


def _rainfall(count: int, rng: np.random.Generator) -> np.ndarray:
    """Millimetres per day; a wet day makes the next one likelier."""
    chance, amount = rng.random(count), rng.gamma(0.8, 6.0, count)
    wet = np.zeros(count, dtype=bool)
    for position in range(count):
        yesterday = bool(wet[position - 1]) if position else False
        wet[position] = chance[position] < (0.55 if yesterday else 0.22)
    return np.round(np.where(wet, amount, 0.0), 1)
