"""A regular calendar: which period a time belongs to, and which time names a period.

Periods are numbered; number 0 is the one of ``origin``. All arithmetic of the series is on these
numbers, so that seconds and years are treated alike.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.frequency import Unit as EngineUnit

Positions = npt.NDArray[np.int64]
WHOLE_WEEK = (True,) * 7


class Unit(StrEnum):
    SECOND = "second"
    NUMBER = "number"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


SECONDS = {Unit.SECOND: 1, Unit.NUMBER: 86_400, Unit.DAY: 86_400, Unit.WEEK: 604_800}
_DAY = SECONDS[Unit.DAY]
_SEASONS_OF_NUMBERS = (4, 7, 12, 24, 52)
_USUAL_NUMBERS_AHEAD = 12
_SPOKEN = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_MONTHLY = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "yearly"}
_SHORT = {3_600: "hourly", 60: "every minute", 1: "every second"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Periods of ``step`` units; a ``Unit.NUMBER`` stands for nobody knows how long a time.

    Attributes
    ----------
    origin
        The time that names period 0, on a clock without time zone.
    open_days
        Of daily periods, the weekdays (Monday first) that exist.
    at_month_end
        Whether periods of months are named by their last day.
    rounds
        Whether a time belongs to the nearest period, as in rows that come a little early or late;
        otherwise it belongs to the one that has begun.
    """

    unit: Unit
    step: int
    origin: pd.Timestamp
    open_days: tuple[bool, ...] = WHOLE_WEEK
    at_month_end: bool = False
    rounds: bool = False

    @property
    def name(self) -> str:
        """Such as ``daily``, ``quarterly`` or ``every 15 minutes``."""
        if self.unit is Unit.MONTH:
            return _MONTHLY.get(self.step, f"every {self.step} months")
        if self.unit is Unit.WEEK:
            return "weekly" if self.step == 1 else f"every {self.step} weeks"
        if self.unit is Unit.NUMBER:
            return "numbered" if self.step == 1 else f"numbered, every {self.step}"
        if self.unit is Unit.DAY:
            if self.skips_days:
                return f"daily ({sum(self.open_days)} days a week)"
            return "daily" if self.step == 1 else f"every {self.step} days"
        length, word = next((size, word) for size, word in _SPOKEN if self.step % size == 0)
        if self.step in _SHORT:
            return _SHORT[self.step]
        return f"every {self.step // length} {word}s"

    @property
    def skips_days(self) -> bool:
        """Whether some weekdays are not periods."""
        return self.open_days != WHOLE_WEEK

    def positions(self, times: pd.DatetimeIndex) -> Positions:
        """The number of the period that each time belongs to."""
        if self.unit is Unit.MONTH:
            return self._months(times)
        if self.skips_days:
            days = _days(times)
            return _open_days_before(days, self.open_days) - _open_days_before(
                _days(pd.DatetimeIndex([self.origin])), self.open_days
            )
        length = SECONDS[self.unit] * self.step
        passed = (times.as_unit("us") - self.origin).to_numpy() / np.timedelta64(length, "s")
        exact = np.asarray(passed, dtype=np.float64)
        return np.floor(exact + (0.5 if self.rounds else 1e-9)).astype(np.int64)

    def times(self, positions: Positions) -> pd.DatetimeIndex:
        """The time that names each period."""
        if self.unit is Unit.MONTH:
            return self._month_times(positions)
        if self.skips_days:
            first = _days(pd.DatetimeIndex([self.origin]))[0]
            days = np.busday_offset(first, positions, roll="forward", weekmask=list(self.open_days))
            return pd.DatetimeIndex(days).as_unit("us") + (self.origin - self.origin.normalize())
        lengths = (positions * SECONDS[self.unit] * self.step).astype("timedelta64[s]")
        return pd.DatetimeIndex(np.datetime64(self.origin.as_unit("us")) + lengths).as_unit("us")

    def holds(self, times: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
        """Whether each time lies in a period: on an open day."""
        if not self.skips_days:
            return np.ones(len(times), dtype=bool)
        return np.asarray(np.is_busday(_days(times), weekmask=list(self.open_days)))

    @property
    def seasons(self) -> tuple[int, ...]:
        """Periods after which a pattern may repeat, the shortest first: day, week, year."""
        if self.unit is Unit.NUMBER:
            return _SEASONS_OF_NUMBERS
        if self.unit is Unit.MONTH:
            return (12 // self.step,) if 12 % self.step == 0 and self.step < 12 else ()
        if self.unit is Unit.WEEK:
            return (52,) if self.step == 1 else ()
        if self.unit is Unit.DAY:
            return (sum(self.open_days),) if self.step == 1 and any(self.open_days) else ()
        lengths = [_DAY, 7 * _DAY] if self.step >= 60 else [60, 3_600, _DAY]
        return tuple(size // self.step for size in lengths if _divides(self.step, size))

    @property
    def periods_per_year(self) -> float:
        if self.unit is Unit.NUMBER:
            return 1.0
        if self.unit is Unit.MONTH:
            return 12 / self.step
        days = 365.25 * sum(self.open_days) / 7
        return days * _DAY / (SECONDS[self.unit] * self.step)

    @property
    def usual_horizon(self) -> int:
        """How far ahead people usually want to look, in periods."""
        if self.unit is Unit.NUMBER:
            return _USUAL_NUMBERS_AHEAD
        if self.unit is Unit.MONTH:
            return {1: 12, 3: 8, 6: 4, 12: 4}.get(self.step, max(2, 12 // self.step))
        if self.unit is Unit.WEEK:
            return max(2, 12 // self.step)
        if self.unit is Unit.DAY:
            return max(4, 4 * sum(self.open_days) // self.step)
        return min(max(4, 2 * _DAY // self.step), 192)

    @property
    def engine(self) -> Frequency | None:
        """The same calendar as the forecasting engine of daily sales knows it, if it does."""
        if self.unit is Unit.MONTH and self.step == 1:
            return Frequency(EngineUnit.MONTH, at_month_end=self.at_month_end)
        if self.step == 1 and self.unit is Unit.WEEK:
            return Frequency(EngineUnit.WEEK)
        if self.step == 1 and self.unit is Unit.DAY and not self.skips_days:
            return Frequency(EngineUnit.DAY)
        if self.unit is Unit.SECOND and self.step % 3_600 == 0 and _divides(self.step, _DAY):
            return Frequency(EngineUnit.HOUR, self.step // 3_600)
        return None

    def _months(self, times: pd.DatetimeIndex) -> Positions:
        months = (times.year - self.origin.year) * 12 + times.month - self.origin.month
        return np.asarray(months, dtype=np.int64) // self.step

    def _month_times(self, positions: Positions) -> pd.DatetimeIndex:
        first = np.datetime64(self.origin.strftime("%Y-%m"), "M")
        months = first + positions * self.step
        days_in_month = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")) // (
            np.timedelta64(1, "D")
        )
        day = days_in_month if self.at_month_end else np.minimum(self.origin.day, days_in_month)
        dates = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
        return pd.DatetimeIndex(dates).as_unit("us") + (self.origin - self.origin.normalize())


def _divides(step: int, length: int) -> bool:
    return length % step == 0 and length // step > 1


def _days(times: pd.DatetimeIndex) -> npt.NDArray[np.datetime64]:
    return np.asarray(times.to_numpy().astype("datetime64[D]"))


def _open_days_before(
    days: npt.NDArray[np.datetime64], open_days: tuple[bool, ...]
) -> npt.NDArray[np.int64]:
    epoch = np.datetime64("1900-01-01", "D")
    return np.asarray(np.busday_count(epoch, days, weekmask=list(open_days)), dtype=np.int64)
