"""Which regular calendar the times of a series follow, if any."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.series.calendar import SECONDS, WHOLE_WEEK, Calendar, Unit

_DAY, _WEEK = SECONDS[Unit.DAY], SECONDS[Unit.WEEK]
_YEAR, _LONGEST_YEARS = 366 * _DAY, 100
_REGULAR_SHARE = 0.6
"""At least so many of the steps between rows are of the usual length in a regular series."""
_SPARSE_SHARE = 0.15
"""Where rows are missing, at least so many are, and all others are multiples of it."""
_WEEKS_TO_KNOW_OPEN_DAYS = 3
_ROUND_SECONDS = {1: 0.95, 60: 0.95, 900: 0.95, 3_600: 0.95, _DAY: 0.6}
"""Lengths of periods that irregular rows are put together in, and the share of them that must have
rows for that."""
_FILLED_SHARE = 0.6
_SLACK, _MULTIPLES_SHARE = 0.05, 0.9
_LEAST_FILLED = 0.02


def infer_calendar(times: pd.DatetimeIndex) -> Calendar | None:
    """The calendar of sorted, different times, or None where they are not regular.

    A few missing periods and a few days early or late are allowed.
    """
    if len(times) < 2:
        return None
    seconds = _steps(times)
    usual = float(np.median(seconds))
    if usual >= 27 * _DAY:
        return _of_months(times, usual)
    mode, share = _most_common(seconds)
    if not _is_step(seconds, mode, share):
        return _of_weeks(times, seconds, usual)
    if mode % _WEEK == 0:
        return Calendar(unit=Unit.WEEK, step=mode // _WEEK, origin=times[0], rounds=True)
    if mode % _DAY == 0:
        return _of_days(times, mode // _DAY)
    return Calendar(unit=Unit.SECOND, step=mode, origin=times[0], rounds=True)


def coarser_calendar(times: pd.DatetimeIndex) -> Calendar:
    """The finest calendar that irregular times fill mostly, to add their rows up on; rows that come
    a little before or after the hour are of the nearest one."""
    seconds = _steps(times)
    span = float(seconds.sum())
    for step, needed in _ROUND_SECONDS.items():
        if step * 20_000_000 < span:
            continue
        periods = span / step + 1
        if len(times.floor(f"{step}s").unique()) >= needed * periods:
            return _floored(times, step)
        if step < _DAY and len(times.round(f"{step}s").unique()) >= needed * periods:
            origin = times[0].round(f"{step}s")
            return Calendar(unit=Unit.SECOND, step=step, origin=origin, rounds=True)
    weeks = Calendar(unit=Unit.WEEK, step=1, origin=_monday(times[0]))
    if _fills(weeks, times):
        return weeks
    for months in (1, 3, 12):
        origin = times[0].normalize().replace(day=1)
        if months > 1:
            origin = origin.replace(month=(origin.month - 1) // months * months + 1)
        calendar = Calendar(unit=Unit.MONTH, step=months, origin=origin)
        if _fills(calendar, times):
            return calendar
    return _floored(times, _DAY)


def common_calendar(calendars: Sequence[Calendar]) -> Calendar:
    """The calendar for all series: the most frequent one, with every open day of any."""
    kinds = [(one.unit, one.step) for one in calendars]
    unit, step = max(set(kinds), key=lambda kind: (kinds.count(kind), -kind[1]))
    alike = [one for one in calendars if (one.unit, one.step) == (unit, step)]
    open_days = tuple(any(days) for days in zip(*(one.open_days for one in alike), strict=True))
    return Calendar(
        unit=unit,
        step=step,
        origin=min(one.origin for one in alike),
        open_days=open_days if unit is Unit.DAY and step == 1 else WHOLE_WEEK,
        at_month_end=sum(one.at_month_end for one in alike) * 2 > len(alike),
        rounds=alike[0].rounds,
    )


def _steps(times: pd.DatetimeIndex) -> npt.NDArray[np.float64]:
    return np.asarray(np.diff(times.to_numpy()) / np.timedelta64(1, "s"), dtype=np.float64)


def _most_common(seconds: npt.NDArray[np.float64]) -> tuple[int, float]:
    values, counts = np.unique(np.maximum(np.rint(seconds), 1), return_counts=True)
    best = int(counts.argmax())
    return int(values[best]), float(counts[best] / len(seconds))


def _is_step(seconds: npt.NDArray[np.float64], step: int, share: float) -> bool:
    """Whether rows come every ``step`` seconds, some missing or a little early or late."""
    ratio = seconds / step
    if ratio.sum() * _LEAST_FILLED > len(seconds):
        return False
    multiples = float(np.mean(np.abs(ratio - np.rint(ratio)) <= _SLACK))
    if share >= _REGULAR_SHARE:
        return multiples >= _MULTIPLES_SHARE
    return multiples == 1 and share >= _SPARSE_SHARE


def _of_months(times: pd.DatetimeIndex, usual: float) -> Calendar | None:
    months = np.asarray(times.year * 12 + times.month, dtype=np.int64)
    gaps = np.diff(months)
    if (gaps == 0).any() or usual > _LONGEST_YEARS * _YEAR:
        return None
    step = int(np.median(gaps))
    is_usual = np.mean(gaps == step) >= _REGULAR_SHARE and (gaps % step == 0).all()
    return _monthly(times, step if is_usual else int(np.gcd.reduce(gaps)))


def _monthly(times: pd.DatetimeIndex, step: int) -> Calendar:
    days = pd.Series(times.day)
    at_end = bool(times.is_month_end.mean() > 0.5)
    origin = times[0].replace(day=1)
    if not at_end:
        usual = int(days.mode().iloc[0])
        origin = origin.replace(day=min(usual, origin.days_in_month))
    return Calendar(unit=Unit.MONTH, step=step, origin=origin, at_month_end=at_end)


def _of_weeks(
    times: pd.DatetimeIndex, seconds: npt.NDArray[np.float64], usual: float
) -> Calendar | None:
    """Weekly rows of which many come a day early or late."""
    if not 6 * _DAY <= usual <= 8 * _DAY or seconds.min() < 4 * _DAY:
        return None
    return Calendar(unit=Unit.WEEK, step=1, origin=_monday(times[0]))


def _of_days(times: pd.DatetimeIndex, step: int) -> Calendar:
    if step > 1:
        return Calendar(unit=Unit.DAY, step=step, origin=times[0], rounds=True)
    open_days: tuple[bool, ...] = WHOLE_WEEK
    if (times[-1] - times[0]).days >= 7 * _WEEKS_TO_KNOW_OPEN_DAYS:
        open_days = tuple(np.isin(range(7), times.day_of_week).tolist())
    return Calendar(unit=Unit.DAY, step=1, origin=times[0], open_days=open_days)


def _floored(times: pd.DatetimeIndex, step: int) -> Calendar:
    if step == _DAY:
        return Calendar(unit=Unit.DAY, step=1, origin=times[0].normalize())
    return Calendar(unit=Unit.SECOND, step=step, origin=times[0].floor(f"{step}s"))


def _monday(time: pd.Timestamp) -> pd.Timestamp:
    return time.normalize() - pd.Timedelta(days=time.day_of_week)


def _fills(calendar: Calendar, times: pd.DatetimeIndex) -> bool:
    numbers = calendar.positions(times)
    return len(np.unique(numbers)) >= _FILLED_SHARE * int(numbers[-1] - numbers[0] + 1)
