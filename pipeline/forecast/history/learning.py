"""The history that models learn from: outliers drawn in, and all of it at its newest level.

What a forecast is scored on stays as it was. Each test on past sales is prepared from the rows
before it alone.
"""

from dataclasses import dataclass

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.history.level_shifts import LevelShift, at_newest_level, level_shifts
from pipeline.forecast.history.outliers import Outlier, tame_outliers
from pipeline.forecast.history.prepared import History
from pipeline.forecast.spec import ForecastSpec


@dataclass(frozen=True, slots=True)
class Learned:
    """What to learn from, and what was changed in it."""

    history: History
    outliers: tuple[Outlier, ...] = ()
    shifts: tuple[LevelShift, ...] = ()


def for_learning(history: History, holidays: HolidayCalendar, spec: ForecastSpec) -> Learned:
    """Draw in the outliers, unless they are stated to be real, and even out lasting level shifts.

    Sales before a shift are multiplied by its ratio: models then learn the week and the year from
    all rows and the level from the newest ones. It is the prior adjustment of level shifts known
    from seasonal adjustment (X-13ARIMA-SEATS).
    """
    tamed, outliers = (history, ()) if spec.outliers_are_real else tame_outliers(history, holidays)
    shifts = level_shifts(tamed)
    return Learned(at_newest_level(tamed, shifts), outliers, shifts)
