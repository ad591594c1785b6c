"""Columns that tell a time: dates, time stamps, years and the like, in whatever form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.series.counted_times import COUNTED, read_counted, tell_counted
from pipeline.series.inference import infer_calendar
from pipeline.series.serial_times import find_serial, is_serial, read_serial
from pipeline.series.spelt_dates import SPELT_FORMS, plainly
from pipeline.series.written_periods import (
    find_period,
    is_period,
    read_periods,
    tell_periods,
)

FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%d%m%Y",
    "%m%d%Y",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m-%d-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%Y-%m-%d %I:%M %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %y",
    "%b %d %Y",
    "%a %d %b %Y",
    "%A, %d %B %Y",
    "%A, %B %d, %Y",
    "%G-W%V-%u",
    "%Y-%m",
    "%m/%Y",
    "%Y%m",
    "%b %Y",
    "%B %Y",
    "%b-%Y",
    "%b-%y",
    "%Y %b",
    "%Y_%m",
    "%Y",
)
ISO, YEAR = "ISO8601", "%Y"
_LONG_DIGITS = {
    "%Y%m%d%H": (1_900_010_100, 2_100_123_123),
    "%Y%m%d%H%M": (190_001_010_000, 210_012_312_359),
    "%Y%m%d%H%M%S": (19_000_101_000_000, 21_001_231_235_959),
}
"""Looked for first, as these are also seconds or milliseconds since 1970, of years far from now."""
_DIGITS = {
    YEAR: (1_700, 2_200),
    "%Y%m": (170_001, 220_012),
    "%Y%m%d": (17_000_101, 22_001_231),
}
_NAMED_DIGITS = {"%y%m%d": (100_101, 991_231), "%Y%j": (1_900_001, 2_100_366)}
"""The name has to say that it is a time: many numbers look like that."""
_NUMBER = r"\d+(?:\.\d+)?"
_READ_SHARE = 0.98
_FIRST_YEAR, _LAST_YEAR = 1700, 2200
_SAMPLE = 2_000
_MOST_EXACT = 2.0**53
_OFFSET = r"\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$"


@dataclass(frozen=True, slots=True)
class TimeReader:
    """How a column tells the time: its form, and its time zone if it has one.

    Times are read as a clock without time zone: that of UTC for rows finer than a day
    (``keeps_utc``), because the clock on the wall jumps twice a year, else that on the wall.
    """

    form: str
    zone: str | None = None
    keeps_utc: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether numbers count periods of which nobody knows the dates."""
        return self.form == COUNTED

    def read(self, column: pd.Series) -> pd.DatetimeIndex:
        """The time of each row, missing where there is none or it cannot be read."""
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return self._to_clock(column)
        if self.is_counted:
            return read_counted(column)
        text = _as_text(column)
        if is_serial(self.form):
            numbers = pd.to_numeric(column, errors="coerce").astype("float64")
            stamps = read_serial(self.form, np.asarray(numbers, dtype=np.float64))
            return pd.DatetimeIndex(stamps.fillna(_read_iso(text).reset_index(drop=True)))
        if is_period(self.form):
            return read_periods(text, self.form)
        if self.zone is not None:
            return self._to_clock(_read_zoned(text, self.zone))
        if self.form != ISO:
            read = _read_written(text, self.form).dt.as_unit("us")
            if read.notna().all():
                return pd.DatetimeIndex(read)
            return pd.DatetimeIndex(read.fillna(_read_iso(text)))  # accepted in rows to predict
        return pd.DatetimeIndex(_read_iso(text))

    def tell(self, times: pd.DatetimeIndex) -> pd.Series:
        """Times of the clock in the form of the column."""
        if self.zone is not None:
            zoned = (
                times.tz_localize("UTC").tz_convert(self.zone)
                if self.keeps_utc
                else times.tz_localize(self.zone, ambiguous="NaT", nonexistent="shift_forward")
            )
            return pd.Series(zoned)
        if self.is_counted:
            return tell_counted(times)
        if is_period(self.form):
            return tell_periods(times, self.form)
        if self.form in (YEAR, "%Y%m"):
            return pd.Series(times.strftime(self.form).astype("int64"))
        return pd.Series(times)

    def _to_clock(self, column: pd.Series) -> pd.DatetimeIndex:
        zone = column.dt.tz
        if zone is None:
            return pd.DatetimeIndex(column).as_unit("us")
        if self.zone is None or self.keeps_utc:
            column = column.dt.tz_convert("UTC" if self.keeps_utc else zone)
        else:
            column = column.dt.tz_convert(self.zone)
        return pd.DatetimeIndex(column.dt.tz_localize(None)).as_unit("us")


def find_reader(column: pd.Series, *, says_time: bool = False) -> TimeReader | None:
    """How to read ``column`` as times, or None if it tells none; ``says_time`` where its name or
    the user says that it does."""
    present = column.dropna()
    if present.empty or pd.api.types.is_bool_dtype(column.dtype):
        return None
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _typed_reader(present)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return None
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _number_reader(present, says_time=says_time)
    if pd.api.types.is_object_dtype(column.dtype):
        return None
    return _text_reader(present, says_time=says_time)


def _typed_reader(present: pd.Series) -> TimeReader:
    zone = present.dt.tz
    if zone is None:
        return TimeReader(ISO)
    return TimeReader(ISO, str(zone), keeps_utc=_is_finer_than_day(present.dt.tz_localize(None)))


def _number_reader(present: pd.Series, *, says_time: bool) -> TimeReader | None:
    numbers = present.astype("float64")
    if not np.isfinite(numbers).all():
        return None
    low, high = float(numbers.min()), float(numbers.max())
    text = _as_text(present)

    def reads(forms: Mapping[str, tuple[int, int]]) -> str | None:
        fitting = (form for form, (least, most) in forms.items() if least <= low <= high <= most)
        return next((form for form in fitting if _reads(text, form)), None)

    is_whole = bool((numbers % 1 == 0).all())
    if is_whole and (form := reads(_LONG_DIGITS)) is not None:
        return TimeReader(form)
    serial = find_serial(np.asarray(numbers, dtype=np.float64), says_time=says_time)
    if serial is not None:
        return TimeReader(serial)
    form = reads(_DIGITS) if is_whole else None
    if form is None and is_whole and says_time:
        form = reads(_NAMED_DIGITS) or find_period(text.drop_duplicates())
        if form is not None and not _is_regular(TimeReader(form).read(present)):
            return None
    return None if form is None else TimeReader(form)


def _text_reader(present: pd.Series, *, says_time: bool) -> TimeReader | None:
    text = _as_text(present)
    sample = text.drop_duplicates()
    sample = sample.iloc[:: max(1, len(sample) // _SAMPLE)]
    if not sample.str.contains(r"\d").all() or sample.str.len().max() > 40:
        return None
    period = find_period(sample)
    if period is not None:
        return TimeReader(period)
    if sample.str.contains(_OFFSET).mean() >= _READ_SHARE:
        read = pd.to_datetime(sample, format=ISO, errors="coerce", utc=True)
        if read.notna().mean() >= _READ_SHARE:
            return TimeReader(ISO, "UTC", keeps_utc=True)
    form = _form_of(sample, FORMATS)
    if form is None and _reads(sample, ISO):
        return TimeReader(ISO)
    if form is None and sample.str.fullmatch(_NUMBER).all():
        return _number_reader(pd.to_numeric(text), says_time=says_time)
    form = form or _form_of(plainly(sample), (*FORMATS, *SPELT_FORMS))
    return None if form is None else TimeReader(form)


def _form_of(sample: pd.Series, forms: Iterable[str]) -> str | None:
    fitting = [form for form in forms if _reads(sample, form)]
    return max(fitting, key=lambda form: _evenness(sample, form), default=None)


def _is_regular(times: pd.DatetimeIndex) -> bool:
    return infer_calendar(times.dropna().unique().sort_values()) is not None


def _reads(text: pd.Series, form: str) -> bool:
    if form == YEAR and not text.str.fullmatch(r"\d{4}").all():
        return False
    try:
        read = pd.to_datetime(text, format=form, errors="coerce")
    except ValueError:  # time zones that differ from row to row
        return False
    if read.notna().mean() < _READ_SHARE:
        return False
    years = read.dt.year.dropna()
    return bool(years.between(_FIRST_YEAR, _LAST_YEAR).all())


def _read_written(text: pd.Series, form: str) -> pd.Series:
    read = pd.to_datetime(text, format=form, errors="coerce")
    is_left = read.isna() & text.notna()
    if not is_left.any():
        return read
    return read.fillna(pd.to_datetime(plainly(text[is_left]), format=form, errors="coerce"))


def _evenness(text: pd.Series, form: str) -> float:
    """Day and month are told apart by which order makes the times more even."""
    times = pd.to_datetime(text, format=form, errors="coerce").dropna().drop_duplicates()
    steps = np.diff(np.sort(times.to_numpy())).astype("int64")
    if len(steps) == 0:
        return 0.0
    return float(np.unique(steps, return_counts=True)[1].max() / len(steps))


def _read_iso(text: pd.Series) -> pd.Series:
    """Without time zone; times with an offset as those of UTC."""
    if text.str.contains(_OFFSET, na=False).any():
        zoned: pd.Series = _read_zoned(text, "UTC").dt.tz_localize(None)
        return zoned
    return pd.to_datetime(text, format=ISO, errors="coerce").dt.as_unit("us")


def _read_zoned(text: pd.Series, zone: str) -> pd.Series:
    """Times with an offset as they are; those without one are of the column's own time zone."""
    has_offset = text.str.contains(_OFFSET, na=False)
    zoned = pd.to_datetime(text.where(has_offset), format=ISO, errors="coerce", utc=True)
    plain = pd.to_datetime(text.where(~has_offset), format=ISO, errors="coerce")
    local = plain.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    return zoned.dt.as_unit("us").fillna(local.dt.as_unit("us")).dt.tz_convert(zone)


def _is_finer_than_day(times: pd.Series) -> bool:
    return bool((times.dt.normalize() != times).any() and times.dt.time.nunique() > 1)


def _as_text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = pd.to_numeric(column, errors="coerce").astype("float64")
        whole = numbers.where((numbers.abs() < _MOST_EXACT) & (numbers % 1 == 0))
        return whole.astype("Int64").astype("str")
    return column.astype("str").str.strip()
