"""A column that holds one part of a time, such as the hour, read and added to what is known."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.series.part_names import Part, month_of, number_of, part_of_name
from pipeline.table.values import Floats, numbers, plain_number

Stamps = npt.NDArray[np.datetime64]
_READ_SHARE = 0.98
_RANGES = {
    Part.QUARTER: (1, 4),
    Part.MONTH: (1, 12),
    Part.WEEK: (1, 53),
    Part.DAY: (1, 31),
    Part.DAY_OF_YEAR: (1, 366),
    Part.MINUTE: (0, 59),
}
_HOURS, _LAST_CLOCK, _SECONDS = 24, 2_400, 86_400
_STEPS_OF_HOUR = 4
"""Numbers of hours may be in quarters, such as 14.5."""
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:h](\d{2}))?(?::(\d{2}(?:\.\d+)?))?\s*(h|uhr|([ap])\.?m\.?)?"
    r"(?:\s*[-–]\s*\d{1,2}(?:[:h]\d{2})*\s*(?:h|uhr|[ap]\.?m\.?)?)?",
    re.IGNORECASE,
)
"""A time of day, also one with the end of what begins there: ``14:00-15:00``."""


class Clock(StrEnum):
    """What numbers of a time of day mean."""

    HOURS = "hours"
    DIGITS = "hours and minutes in digits, such as 1430"
    SECONDS = "seconds since midnight"


@dataclass(frozen=True, slots=True)
class TimePart:
    """A column and the part that it holds; ``clock`` is for times of day."""

    column: str
    part: Part
    clock: Clock = Clock.HOURS

    def read(self, cells: pd.Series) -> Floats:
        """The number of each cell (seconds, for a time of day), missing where it is none."""
        if self.part is Part.CLOCK:
            return _seconds(_clock_numbers(cells, self.clock), self.clock)
        told = numbers(cells, month_of if self.part is Part.MONTH else number_of)
        low, high = _RANGES[self.part]
        with np.errstate(invalid="ignore"):
            return np.where((told >= low) & (told <= high) & (told % 1 == 0), told, np.nan)

    def add_to(self, stamps: Stamps, told: Floats) -> Stamps:
        """What begins at each of ``stamps``, made finer; missing where there is no such time."""
        known = np.isfinite(told)
        amount = np.where(known, told, 1)
        finer = _finer(self.part, stamps, amount).astype("datetime64[us]")
        return np.where(known, finer, np.datetime64("NaT", "us"))


def find_parts(frame: pd.DataFrame, names: list[str]) -> list[TimePart]:
    """The columns whose name and whose every value (nearly) are of a part of a time."""
    found = []
    for name in names:
        part = part_of_name(name)
        if part is None or part is Part.YEAR or not _may_hold_part(frame[name]):
            continue
        present = frame[name].dropna()
        if present.empty:
            continue
        clock = _clock_of(present) if part is Part.CLOCK else Clock.HOURS
        if clock is None:
            continue
        one = TimePart(name, part, clock)
        if np.isfinite(one.read(present)).mean() >= _READ_SHARE:
            found.append(one)
    return found


def _may_hold_part(column: pd.Series) -> bool:
    kind = column.dtype
    is_number = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    return bool(is_number or isinstance(kind, pd.StringDtype))


def _clock_of(present: pd.Series) -> Clock | None:
    told = _clock_numbers(present, Clock.HOURS)
    if np.isfinite(told).mean() < _READ_SHARE:
        return None
    told = told[np.isfinite(told)]
    if told.min() < 0 or told.max() > _SECONDS:
        return None
    if told.max() <= _HOURS:
        is_text = isinstance(present.dtype, pd.StringDtype)
        return Clock.HOURS if is_text or (told * _STEPS_OF_HOUR % 1 == 0).all() else None
    if told.max() <= _LAST_CLOCK and (told % 1 == 0).all() and (told % 100 < 60).all():
        return Clock.DIGITS
    return Clock.SECONDS


def _clock_numbers(cells: pd.Series, clock: Clock) -> Floats:
    return numbers(cells, lambda text: _clock_number(text.strip(), clock))


def _clock_number(text: str, clock: Clock) -> float:
    """A number as it is, and a text such as ``14:30`` or ``2 PM`` as the number for it."""
    number = plain_number(text)
    if not math.isnan(number):
        return number
    found = _CLOCK.fullmatch(text)
    if found is None:
        return math.nan
    hour, minute, second = (float(digits or 0) for digits in found.group(1, 2, 3))
    if found[5] is not None:
        hour = hour % 12 + (12 if found[5].lower() == "p" else 0)
    if clock is Clock.DIGITS:
        return hour * 100 + minute + second / 60
    seconds = hour * 3_600 + minute * 60 + second
    return seconds if clock is Clock.SECONDS else seconds / 3_600


def _seconds(told: Floats, clock: Clock) -> Floats:
    if clock is Clock.HOURS:
        told = told * 3_600
    elif clock is Clock.DIGITS:
        told = told // 100 * 3_600 + told % 100 * 60
    with np.errstate(invalid="ignore"):
        return np.where((told >= 0) & (told <= _SECONDS), told, np.nan)


def _finer(part: Part, stamps: Stamps, amount: Floats) -> Stamps:
    if part is Part.CLOCK:
        return np.asarray(stamps.astype("datetime64[D]") + _microseconds(amount))
    if part is Part.MINUTE:
        return np.asarray(stamps.astype("datetime64[h]") + _microseconds(amount * 60))
    counted = amount.astype(np.int64) - 1
    years = stamps.astype("datetime64[Y]")
    if part in (Part.MONTH, Part.QUARTER):
        months = counted * (3 if part is Part.QUARTER else 1)
        return np.asarray(years.astype("datetime64[M]") + months.astype("timedelta64[M]"))
    if part is Part.WEEK:
        return _mondays(years, counted)
    unit = "datetime64[M]" if part is Part.DAY else "datetime64[Y]"
    start = stamps.astype(unit)
    days = start.astype("datetime64[D]") + counted.astype("timedelta64[D]")
    return np.where(days.astype(unit) == start, days, np.datetime64("NaT", "D"))


def _mondays(years: Stamps, weeks: npt.NDArray[np.int64]) -> Stamps:
    """Of weeks as ISO counts them: the first is that of 4 January; some years have no week 53."""
    fourth = years.astype("datetime64[D]") + np.timedelta64(3, "D")
    weekday = (fourth.astype(np.int64) + 3) % 7
    monday = fourth - weekday.astype("timedelta64[D]") + (7 * weeks).astype("timedelta64[D]")
    thursday = monday + np.timedelta64(3, "D")
    return np.where(thursday.astype("datetime64[Y]") == years, monday, np.datetime64("NaT", "D"))


def _microseconds(seconds: Floats) -> npt.NDArray[np.timedelta64]:
    return np.rint(seconds * 1e6).astype(np.int64).astype("timedelta64[us]")
