"""Periods that people number within a year, such as ``2026-Q1``, ``KW 5/2026``, ``H1 2026`` and
``2026M01``, and years that end in the next, such as ``2025/26``."""

import numpy as np
import pandas as pd

QUARTER, HALF_YEAR, MONTH, WEEK = "quarter", "half-year", "month of a year", "ISO week"
SEASON = "year and the next"
_NAMES = {
    QUARTER: r"q(?:uarter|uartal|tr)?|t(?:rim(?:estre)?)?",
    HALF_YEAR: r"h(?:alf|j)?|s(?:em(?:ester|estre)?)?",
    MONTH: "m",
    WEEK: r"w(?:eek|k)?|[kc]w",
}
_NUMBERS = {
    QUARTER: "[1-4]",
    HALF_YEAR: "[12]",
    MONTH: r"0?[1-9]|1[0-2]",
    WEEK: r"0?[1-9]|[1-4]\d|5[0-3]",
}
_MONTHS = {QUARTER: 3, HALF_YEAR: 6, MONTH: 1}
_MARKS = r"[\s\-/_.,:'’]"
_NO_NAME = r"^(?P<year>\d{4})[-/_ ]?(?P<number>\d{2})$"
_SEASON = r"^(?P<year>\d{4})\s?[-/–]\s?(?P<number>\d{4}|\d{2})$"
_READ_SHARE, _FEWEST_SEASONS = 0.98, 3
_MOST_MONTHS = 12


def find_period(sample: pd.Series) -> str | None:
    """The form of different texts, if (nearly) all of them are numbered periods of one kind."""
    for form in (*_NAMES, SEASON):
        read_share = np.mean(read_periods(sample, form).notna())
        if read_share >= _READ_SHARE and _is_plain(sample, form):
            return form
    return None


def read_periods(text: pd.Series, form: str) -> pd.DatetimeIndex:
    """The first day of each period, of weeks their Monday; missing where it cannot be read."""
    found = _seasons(text) if form == SEASON else _numbered(text, form)
    year, number = found["year"], found["number"]
    if form == WEEK:
        monday = year + "-W" + number.str.zfill(2) + "-1"
        return _to_times(monday, "%G-W%V-%u")
    if form == SEASON:
        return _to_times(year, "%Y")
    month = (pd.to_numeric(number) - 1) * _MONTHS[form] + 1
    return _to_times(year + "-" + month.astype("Int64").astype("string").str.zfill(2), "%Y-%m")


def tell_periods(times: pd.DatetimeIndex, form: str) -> pd.Series:
    """Such as 2026-Q1, 2026-H1, 2026M01, 2026-W05 and 2025/26."""
    if form == WEEK:
        told = list(times.strftime("%G-W%V"))
    elif form == SEASON:
        told = [f"{time.year}/{(time.year + 1) % 100:02d}" for time in times]
    elif form == MONTH:
        told = list(times.strftime("%YM%m"))
    else:
        letter = "Q" if form == QUARTER else "H"
        told = [f"{time.year}-{letter}{(time.month - 1) // _MONTHS[form] + 1}" for time in times]
    return pd.Series(told, dtype="str")


def is_period(form: str) -> bool:
    return form in _NAMES or form == SEASON


def _is_plain(sample: pd.Series, form: str) -> bool:
    """Whether it can be nothing else: digits alone could be years and months, too."""
    if form == SEASON:
        return len(sample) >= _FEWEST_SEASONS
    if form != WEEK:
        return True
    digits = pd.to_numeric(sample.str.extract(_NO_NAME)["number"].dropna())
    return digits.empty or bool((digits > _MOST_MONTHS).any())


def _numbered(text: pd.Series, form: str) -> pd.DataFrame:
    name, number = _NAMES[form], _NUMBERS[form]
    patterns = [
        rf"(?i)^(?P<year>\d{{4}}){_MARKS}*(?:{name})\.?{_MARKS}?(?P<number>{number})$",
        rf"(?i)^(?:{name})\.?\s?(?P<number>{number}){_MARKS}*(?P<year>\d{{4}}|\d\d)$",
        rf"(?i)^(?P<number>{number})\.?\s?(?:{name})\.?{_MARKS}*(?P<year>\d{{4}}|\d\d)$",
    ]
    if form == WEEK:
        patterns.append(_NO_NAME)
    stripped = text.str.strip()
    found = stripped.str.extract(patterns[0])[["year", "number"]]
    for pattern in patterns[1:]:
        found = found.fillna(stripped.str.extract(pattern)[["year", "number"]])
    short = pd.to_datetime(found["year"].where(found["year"].str.len() == 2), format="%y")
    return found.assign(year=found["year"].where(short.isna(), short.dt.strftime("%Y")))


def _seasons(text: pd.Series) -> pd.DataFrame:
    found = text.str.strip().str.extract(_SEASON)
    following = (pd.to_numeric(found["year"]) + 1).astype("Int64").astype("string")
    is_next = (found["number"] == following) | (found["number"] == following.str[-2:])
    return found.where(is_next)


def _to_times(text: pd.Series, form: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(text, format=form, errors="coerce")).as_unit("us")
