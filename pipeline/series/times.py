"""Columns that tell a time: dates, time stamps, years and the like, in whatever form."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.series.serial_times import find_serial, is_serial, read_serial

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
    "%Y",
)
ISO, QUARTER, WEEK, YEAR = "ISO8601", "quarter", "ISO week", "%Y"
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

    def read(self, column: pd.Series) -> pd.DatetimeIndex:
        """The time of each row, missing where there is none or it cannot be read."""
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return self._to_clock(column)
        text = _as_text(column)
        if is_serial(self.form):
            numbers = pd.to_numeric(column, errors="coerce").astype("float64")
            stamps = read_serial(self.form, np.asarray(numbers, dtype=np.float64))
            return pd.DatetimeIndex(stamps.fillna(_read_iso(text).reset_index(drop=True)))
        if self.form == QUARTER:
            return _read_quarters(text)
        if self.form == WEEK:
            return _read_weeks(text)
        if self.zone is not None:
            return self._to_clock(_read_zoned(text, self.zone))
        if self.form != ISO:
            read = pd.to_datetime(text, format=self.form, errors="coerce").dt.as_unit("us")
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
        if self.form == QUARTER:
            return pd.Series([f"{time.year}-Q{time.quarter}" for time in times], dtype="str")
        if self.form == WEEK:
            return pd.Series(times.strftime("%G-W%V"), dtype="str")
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
    return _text_reader(present)


def _typed_reader(present: pd.Series) -> TimeReader:
    zone = present.dt.tz
    if zone is None:
        return TimeReader(ISO)
    return TimeReader(ISO, str(zone), keeps_utc=_is_finer_than_day(present.dt.tz_localize(None)))


def _number_reader(present: pd.Series, *, says_time: bool) -> TimeReader | None:
    numbers = present.astype("float64")
    if not np.isfinite(numbers).all():
        return None
    serial = find_serial(np.asarray(numbers, dtype=np.float64), says_time=says_time)
    if serial is not None:
        return TimeReader(serial)
    if (numbers % 1 != 0).any():
        return None
    low, high = float(numbers.min()), float(numbers.max())
    digits = {YEAR: (_FIRST_YEAR, _LAST_YEAR), "%Y%m": (170_001, 220_012)}
    for form, (least, most) in {**digits, "%Y%m%d": (17_000_101, 22_001_231)}.items():
        if least <= low and high <= most and _reads(_as_text(present), form):
            return TimeReader(form)
    return None


def _text_reader(present: pd.Series) -> TimeReader | None:
    text = _as_text(present)
    sample = text.drop_duplicates()
    sample = sample.iloc[:: max(1, len(sample) // _SAMPLE)]
    if not sample.str.contains(r"\d").all() or sample.str.len().max() > 40:
        return None
    if np.mean(_read_quarters(sample).notna()) >= _READ_SHARE:
        return TimeReader(QUARTER)
    if np.mean(_read_weeks(sample).notna()) >= _READ_SHARE:
        return TimeReader(WEEK)
    if sample.str.contains(_OFFSET).mean() >= _READ_SHARE:
        read = pd.to_datetime(sample, format=ISO, errors="coerce", utc=True)
        if read.notna().mean() >= _READ_SHARE:
            return TimeReader(ISO, "UTC", keeps_utc=True)
    fitting = [form for form in FORMATS if _reads(sample, form)]
    if fitting:
        return TimeReader(max(fitting, key=lambda form: _evenness(sample, form)))
    return TimeReader(ISO) if _reads(sample, ISO) else None


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


def _evenness(text: pd.Series, form: str) -> float:
    """Day and month are told apart by which order makes the times more even."""
    times = pd.to_datetime(text, format=form, errors="coerce").dropna().drop_duplicates()
    steps = np.diff(np.sort(times.to_numpy())).astype("int64")
    if len(steps) == 0:
        return 0.0
    return float(np.unique(steps, return_counts=True)[1].max() / len(steps))


def _read_quarters(text: pd.Series) -> pd.DatetimeIndex:
    found = text.str.strip().str.extract(
        r"^(?:(?P<year>\d{4})[\s\-]?Q(?P<quarter>[1-4])|Q(?P<first>[1-4])[\s\-]?(?P<then>\d{4}))$",
        expand=True,
    )
    year = found["year"].fillna(found["then"])
    month = pd.to_numeric(found["quarter"].fillna(found["first"])) * 3 - 2
    joined = year + "-" + month.astype("Int64").astype("string").str.zfill(2)
    return pd.DatetimeIndex(pd.to_datetime(joined, format="%Y-%m", errors="coerce")).as_unit("us")


def _read_weeks(text: pd.Series) -> pd.DatetimeIndex:
    """Weeks such as 2026-W05 are told by their Monday."""
    found = text.str.strip().str.extract(r"^(?P<year>\d{4})-?W(?P<week>\d{2})$", expand=True)
    monday = found["year"] + "-W" + found["week"] + "-1"
    return pd.DatetimeIndex(pd.to_datetime(monday, format="%G-W%V-%u", errors="coerce")).as_unit(
        "us"
    )


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
