"""Which zeros of a history are no demand: the shop was closed, or there was nothing to sell.

Such rows become unknown: nothing is learned from them, and no forecast is judged by them. Where a
request states that its zeros are real, only stated closures are left.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.clock_changes import hidden_hours
from pipeline.forecast.calendar.closed_times import ClosedTimes, regular_closures
from pipeline.forecast.calendar.frequency import Frequency, Unit, day_of_each
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar, public_holidays
from pipeline.forecast.calendar.occasions import Days, days_of, share_within
from pipeline.forecast.history.endings import has_ended
from pipeline.forecast.history.stock_outs import improbable_gaps, out_of_stock
from pipeline.forecast.spec import ForecastSpec

LEAST_SHARE_KNOWN = 0.1
"""A shop that is open less than that teaches more if its zeros are left as they are."""

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Quantities, missing where they are no demand, and why they are: ``closed`` (stated or
    recognised), ``sold_out``, or ``hidden`` by the change of the clock.
    """

    values: Values
    closed: Mask
    sold_out: Mask
    hidden: Mask
    closed_times: ClosedTimes


def recognise(
    quantities: Values,
    ds: pd.DatetimeIndex,
    ahead: pd.DatetimeIndex,
    frequency: Frequency,
    spec: ForecastSpec,
    stated: Mask,
    shop_closed: Days,
    *,
    stock: Values | None,
    is_absent: Mask,
    marked: Mask,
) -> Recognised:
    """Tell zeros that are no demand from those that are.

    Parameters
    ----------
    quantities
        One per period, missing where unknown.
    ds, ahead
        The periods of the history and of the forecast.
    stated
        Periods that lie wholly in stated closures.
    shop_closed
        Days on which the whole shop sold nothing.
    stock
        What was there to sell in each period, where the data tells.
    is_absent
        Periods without a row.
    marked
        Periods of the history and the forecast that a column says to be closed.
    """
    hidden = _hidden(ds, is_absent, frequency)
    values = np.where(stated | hidden, np.nan, quantities)
    nowhere = np.zeros(len(values), dtype=np.bool_)
    plain = Recognised(
        values=values, closed=stated, sold_out=nowhere, hidden=hidden, closed_times=ClosedTimes()
    )
    if spec.zeros_are_real or not (values == 0).any():
        return plain
    if has_ended(np.where(marked[: len(ds)], np.nan, values), frequency):
        return _with_times(plain, ClosedTimes(has_ended=True))
    holidays = _holidays(spec, ds, ahead)
    were_marked, are_marked = marked[: len(ds)], marked[len(ds) :]
    shut = _on_days(shop_closed, ds, frequency) & (values == 0) | were_marked
    rest = np.where(shut, np.nan, values)
    times, regular = regular_closures(rest, ds, ahead, frequency, holidays, shut, were_marked)
    times = _with_days(times, ahead, are_marked, frequency)
    closed = stated | shut | regular
    rest = np.where(closed, np.nan, values)
    sold_out = _sold_out(rest, ds, frequency, holidays, spec, stock)
    rest = np.where(sold_out, np.nan, rest)
    if np.isfinite(rest).sum() < LEAST_SHARE_KNOWN * len(rest):
        return plain
    return Recognised(
        values=rest, closed=closed, sold_out=sold_out, hidden=hidden, closed_times=times
    )


def _with_times(recognised: Recognised, times: ClosedTimes) -> Recognised:
    return Recognised(
        values=recognised.values,
        closed=recognised.closed,
        sold_out=recognised.sold_out,
        hidden=recognised.hidden,
        closed_times=times,
    )


def _with_days(
    times: ClosedTimes, ahead: pd.DatetimeIndex, marked: Mask, frequency: Frequency
) -> ClosedTimes:
    """Closed, too, on the days ahead of which every period is marked."""
    if not frequency.is_daily_or_finer or not marked.any():
        return times
    days = day_of_each(ahead)
    whole = np.setdiff1d(days[marked], days[~marked]).tolist()
    return replace(times, days=tuple(sorted({*times.days, *whole})))


def _hidden(ds: pd.DatetimeIndex, is_absent: Mask, frequency: Frequency) -> Mask:
    if frequency != Frequency(Unit.HOUR) or not is_absent.any():
        return np.zeros(len(ds), dtype=np.bool_)
    return hidden_hours(ds, is_absent)


def _holidays(spec: ForecastSpec, ds: pd.DatetimeIndex, ahead: pd.DatetimeIndex) -> HolidayCalendar:
    years = ds[0].year, ahead[-1].year
    return public_holidays(spec.country, spec.subdivision, spec.holidays, *years)


def _on_days(days: Days, ds: pd.DatetimeIndex, frequency: Frequency) -> Mask:
    if not len(days):
        return np.zeros(len(ds), dtype=np.bool_)
    return np.asarray(share_within(days, ds, frequency.ends(ds)) >= 1.0)


def _sold_out(
    values: Values,
    ds: pd.DatetimeIndex,
    frequency: Frequency,
    holidays: HolidayCalendar,
    spec: ForecastSpec,
    stock: Values | None,
) -> Mask:
    """By what the data tells of the stock, or else by improbability; days with a reason to sell
    nothing, such as holidays, are never taken as sold out for the latter.
    """
    if stock is not None:
        return out_of_stock(values, stock)
    has_reason = _on_days(days_of(spec.events), ds, frequency)
    if frequency.is_daily_or_finer:
        has_reason |= holidays.contains(ds)
    season = frequency.season(len(values)) if frequency.is_daily_or_finer else 1
    return improbable_gaps(np.where(has_reason, np.nan, values), season)
