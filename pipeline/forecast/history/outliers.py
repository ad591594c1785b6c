"""Single periods far outside their surroundings, drawn in before a model learns from them.

Actual values that a forecast is scored on are never touched.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.history.neighbours import seasonal_median
from pipeline.forecast.history.prepared import History

THRESHOLD = 8.0
PATTERN = 2.0
"""So many standard deviations of the medians themselves are no outlier either: what follows a
timetable has next to no spread, and its next timetable is no mistake."""
ROUNDS = 2
"""So often deviations are measured anew: enough for a thousand times as much as is usual."""
HOLIDAY_REACH_DAYS = 2
MIN_SOLD_SHARE = 0.5
MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Outlier:
    """A quantity that was replaced before training."""

    ds: pd.Timestamp
    observed: float
    replaced: float


def tame_outliers(
    history: History, holidays: HolidayCalendar
) -> tuple[History, tuple[Outlier, ...]]:
    """Draw extreme quantities in to the edge of the plausible; also tell what was changed.

    A quantity is extreme when it lies more than 8 robust standard deviations (scaled median
    absolute deviation, Hampel 1974) above or below the median of the nine nearest periods at the
    same place of the season, and farther than the pattern of these medians reaches. Where there is
    one, deviations are measured anew with the largest drawn in: a gross mistake must not make the
    bounds so wide that it fits in. Days within
    two days of a public holiday and periods of an event or a promotion have reasons to be extreme
    and stay, and so does a product that mostly does not sell at all.
    """
    values = history.actual
    if np.mean(values > 0) < MIN_SOLD_SHARE:
        return history, ()
    middle = seasonal_median(values, history.season)
    deviation = np.abs(values - middle)
    usual, pattern = np.nanmean(deviation), PATTERN * np.nanstd(middle)
    if not (deviation > max(THRESHOLD * usual, pattern)).any():
        return history, ()
    for _ in range(ROUNDS):
        usual = np.nanmean(np.minimum(deviation, THRESHOLD * usual))
    least = max(THRESHOLD * usual, pattern)
    rows = np.flatnonzero(deviation > least)
    rows = rows[~_has_reason(history, holidays, rows)]
    if not len(rows):
        return history, ()
    spread = seasonal_median(deviation, history.season) * MAD_TO_SIGMA
    reach = np.maximum(least, THRESHOLD * spread[rows])
    is_extreme = deviation[rows] > reach
    rows, reach = rows[is_extreme], reach[is_extreme]
    tamed = values.copy()
    lowest, highest = np.maximum(middle[rows] - reach, 0), middle[rows] + reach
    tamed[rows] = np.clip(values[rows], lowest, highest)
    changed = tuple(
        Outlier(ds=history.ds[row], observed=float(values[row]), replaced=float(tamed[row]))
        for row in rows.tolist()
    )
    return history.with_values(tamed) if changed else history, changed


def _has_reason(
    history: History, holidays: HolidayCalendar, rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether these rows lie near a holiday, or in an event or a promotion."""
    if not len(rows):
        return np.zeros(0, dtype=np.bool_)
    ds, limit = history.ds[rows], HOLIDAY_REACH_DAYS + 1
    near = (holidays.days_until(ds, limit) < limit) | (holidays.days_since(ds, limit) < limit)
    if holidays.events:
        near |= holidays.event_columns(ds, history.frequency.ends(ds)).any(axis=1)
    if "promotion" in history.known:
        near |= history.columns["promotion"][rows] > 0
    return near
