"""Numbers that count time from a moment on: since 1970, or days as Excel counts them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.series.inference import infer_calendar

EXCEL = "days of Excel"
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
_LAST_YEAR, _FEWEST_TIMES = 2100, 4

Numbers = npt.NDArray[np.float64]


def is_serial(form: str) -> bool:
    return form in _RANGES


def spoken(form: str) -> str:
    """A form in words for a note."""
    return form if form == EXCEL else f"{form.removeprefix('epoch ')} since 1970"


def read_serial(form: str, numbers: Numbers) -> pd.Series:
    """The times that numbers of a form tell, missing where they are none."""
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
    for form, (least, most) in _RANGES.items():
        if not least <= low <= high < most or (form != EXCEL and (numbers % 1 != 0).any()):
            continue
        if form in _PLAIN and len(different) > 2:
            return form
        if says_time and _is_regular(read_serial(form, different)):
            return form
    return None


def _is_regular(times: pd.Series) -> bool:
    if len(times) < _FEWEST_TIMES or times.isna().any() or times.dt.year.max() >= _LAST_YEAR:
        return False
    return infer_calendar(pd.DatetimeIndex(times.drop_duplicates())) is not None
