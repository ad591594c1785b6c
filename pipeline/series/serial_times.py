"""Numbers that count time from a moment on: since 1970, days as Excel counts them, or years with
months as fractions."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.series.inference import infer_calendar

EXCEL = "days of Excel"
YEARS = "years with months as fractions"
YEARS_OF_DAYS = "years with weeks or days as fractions"
_SECOND = 1_000_000
_MICROSECONDS = {
    "epoch seconds": _SECOND,
    "epoch milliseconds": 1_000,
    "epoch microseconds": 1,
    "epoch nanoseconds": 0.001,
    EXCEL: 86_400 * _SECOND,
}
"""How long one is."""
_RANGES = {
    "epoch seconds": (1e8, 1e10),
    "epoch milliseconds": (1e11, 1e13),
    "epoch microseconds": (1e14, 1e16),
    "epoch nanoseconds": (1e17, 1e19),
    EXCEL: (25_569.0, 73_051.0),
}
_PLAIN = frozenset({"epoch seconds", "epoch milliseconds"})
"""Forms that few other numbers have; of the others the name has to say that it is a time."""
_EXCEL_DAY_0 = np.datetime64("1899-12-30", "us")
_UNIX_0 = np.datetime64("1970-01-01", "us")
_LONGEST = 300 * 366 * 86_400 * _SECOND
_LARGEST = 1e19
_FIRST_YEAR, _LAST_YEAR, _FEWEST_TIMES = 1700, 2100, 4
_MONTHS = 12
_NEAR_START, _NEAR_MIDDLE = 0.07, 0.1
"""How far from the start or the middle of its month, in months, a rounded number may be."""

Numbers = npt.NDArray[np.float64]


def is_serial(form: str) -> bool:
    return form in _RANGES or form in (YEARS, YEARS_OF_DAYS)


def spoken(form: str) -> str:
    """A form in words for a note."""
    if form.startswith("epoch "):
        return f"{form.removeprefix('epoch ')} since 1970"
    return form


def read_serial(form: str, numbers: Numbers) -> pd.Series:
    """The times that numbers of a form tell, missing where they are none."""
    if form == YEARS:
        return _read_years(numbers)
    if form == YEARS_OF_DAYS:
        return _read_days(numbers)
    passed = np.clip(numbers, -_LARGEST, _LARGEST) * _MICROSECONDS[form]
    if form == EXCEL:
        passed = np.rint(passed / _SECOND) * _SECOND
    is_time = np.abs(passed) <= _LONGEST
    whole = np.rint(np.where(is_time, passed, 0)).astype(np.int64).astype("timedelta64[us]")
    stamps = (_EXCEL_DAY_0 if form == EXCEL else _UNIX_0) + whole
    return pd.Series(np.where(is_time, stamps, np.datetime64("NaT", "us")))


def find_serial(numbers: Numbers, *, says_time: bool) -> str | None:
    """The form of a column of numbers, if its values, and its name where needed, are plain."""
    low, high, different = numbers.min(), numbers.max(), np.unique(numbers)
    if says_time and _lie_in_years(different):
        if _are_months(different) and _is_regular(_read_years(different)):
            return YEARS
        is_fine = np.median(np.diff(different)) < 1 / _MONTHS
        if is_fine and _is_regular(_read_days(different)):
            return YEARS_OF_DAYS
    for form, (least, most) in _RANGES.items():
        if not least <= low <= high < most or (form != EXCEL and (numbers % 1 != 0).any()):
            continue
        if form in _PLAIN and len(different) > 2:
            return form
        if says_time and _is_regular(read_serial(form, different)):
            return form
    return None


def _lie_in_years(different: Numbers) -> bool:
    return bool(_FIRST_YEAR <= different[0] <= different[-1] < _LAST_YEAR and (different % 1).any())


def _are_months(different: Numbers) -> bool:
    """Whether they are like 1973, 1973.083, 1973.167, … or the middles of these months."""
    month = different * _MONTHS
    from_start = np.abs(month - np.rint(month))
    from_middle = np.abs(from_start - 0.5)
    return bool((from_start <= _NEAR_START).all() or (from_middle <= _NEAR_MIDDLE).all())


def _read_years(numbers: Numbers) -> pd.Series:
    """The month that each is in, by its first day."""
    is_year = (numbers >= _FIRST_YEAR) & (numbers < _LAST_YEAR)
    month = np.floor(np.where(is_year, numbers, _FIRST_YEAR) * _MONTHS + _NEAR_MIDDLE)
    stamps = (month.astype(np.int64) - 1970 * _MONTHS).astype("datetime64[M]")
    return pd.Series(np.where(is_year, stamps.astype("datetime64[us]"), np.datetime64("NaT", "us")))


def _first_days(years: Numbers) -> npt.NDArray[np.datetime64]:
    return np.asarray((years - 1970).astype("datetime64[Y]").astype("datetime64[D]"))


def _read_days(numbers: Numbers) -> pd.Series:
    """The nearest day."""
    is_year = (numbers >= _FIRST_YEAR) & (numbers < _LAST_YEAR)
    year = np.floor(np.where(is_year, numbers, _FIRST_YEAR))
    start, end = _first_days(year), _first_days(year + 1)
    days = np.rint((np.where(is_year, numbers, year) - year) * (end - start).astype(np.int64))
    stamps = (start + days.astype(np.int64)).astype("datetime64[us]")
    return pd.Series(np.where(is_year, stamps, np.datetime64("NaT", "us")))


def _is_regular(times: pd.Series) -> bool:
    if len(times) < _FEWEST_TIMES or times.isna().any() or times.dt.year.max() >= _LAST_YEAR:
        return False
    return infer_calendar(pd.DatetimeIndex(times.drop_duplicates())) is not None
