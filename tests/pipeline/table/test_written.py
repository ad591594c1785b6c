"""Numbers and dates as people write them."""

import datetime as dt

import numpy as np
import pytest

from pipeline.table.encoding.parts import find_splitting
from pipeline.table.encoding.written_dates import find_date_format
from pipeline.table.encoding.written_numbers import find_number_format

NUMBERS = {
    "plain": (["1.5", "-2", "3e4", "7"], [1.5, -2, 30_000, 7]),
    "thousands": (["1,234", "12,345", "999"], [1234, 12_345, 999]),
    "both marks": (["1,234.5", "7.25"], [1234.5, 7.25]),
    "European": (["1.234,5", "7,25"], [1234.5, 7.25]),
    "comma only": (["3,5", "12,25", "7"], [3.5, 12.25, 7]),
    "dots of thousands": (["1.234.567", "2.000", "900"], [1_234_567, 2000, 900]),
    "spaces": (["1 234", "12 345", "7"], [1234, 12_345, 7]),
    "currency": (["$5", "$1,200.50", "-$3"], [5, 1200.5, -3]),
    "accounting": (["(5.0) ", "7.5 ", "1,000.0 "], [-5, 7.5, 1000]),
    "percent": (["5%", "12.5 %"], [5, 12.5]),
    "unit": (["74 bhp", "103.5 bhp"], [74, 103.5]),
    "scales": (["1.5M", "200k", "3B", "7"], [1.5e6, 2e5, 3e9, 7]),
    "at least": (["10,000+", "500+"], [10_000, 500]),
    "clock": (["7:30", "19:05"], [27_000, 68_700]),
    "half days": (["7:30 PM", "12:05 AM"], [70_200, 300]),
}


@pytest.mark.parametrize(("texts", "expected"), NUMBERS.values(), ids=NUMBERS.keys())
def test_numbers_are_read_as_meant(texts, expected):
    written = find_number_format([text.strip() for text in texts])
    assert written is not None
    np.testing.assert_allclose([written.read(text) for text in texts], expected)


@pytest.mark.parametrize(
    "texts", [["007", "012"], ["a1", "b2"], ["2024-01-01"] * 3, ["10-20", "20-30"], ["x", "y"]]
)
def test_codes_and_words_are_no_numbers(texts):
    assert find_number_format(texts) is None


DATES = {
    "2024-03-25": "2024-03-25T00:00:00",
    "2024-03-25 14:30:00": "2024-03-25T14:30:00",
    "20240325T143000": "2024-03-25T14:30:00",
    "2024/03/25": "2024-03-25T00:00:00",
    "25.03.2024 14:30": "2024-03-25T14:30:00",
    "25/03/2024": "2024-03-25T00:00:00",
    "03/25/2024": "2024-03-25T00:00:00",
    "3/25/2024 2:30 PM": "2024-03-25T14:30:00",
    "25 March 2024": "2024-03-25T00:00:00",
    "Mar 25, 2024": "2024-03-25T00:00:00",
    "25-Mar-24": "2024-03-25T00:00:00",
    "Mar-2024": "2024-03-01T00:00:00",
    "2024-03": "2024-03-01T00:00:00",
    "Mon Mar 25 14:30:00 2024": "2024-03-25T14:30:00",
}


@pytest.mark.parametrize(("text", "expected"), DATES.items(), ids=DATES.keys())
def test_dates_are_read_as_meant(text, expected):
    written = find_date_format([text])
    assert written is not None
    assert [written.read(one).isoformat() for one in (text, "2024-03-25")] == [
        expected,
        "2024-03-25T00:00:00",
    ]
    assert written.read("soon") is None


@pytest.mark.parametrize("day", ["%Y.%m.%d", "%d.%m.%y", "%b %d, %Y", "%a, %d %b %Y", "%d-%b-%y"])
@pytest.mark.parametrize("clock", ["", "  %H:%M", " %I:%M:%S %p", " %H:%M:%S.%f", " %H:%M:%S %z"])
@pytest.mark.parametrize("zone", ["+0230", "-11:00", "Z"])
def test_dates_are_read_with_every_clock_and_offset(day, clock, zone):
    moment = dt.datetime(2024, 3, 25, 14, 30, 5, 120_000, tzinfo=dt.UTC)
    text = moment.strftime(f"{day}{clock}".replace("%z", zone))
    expected = dt.datetime.strptime(text, f"{day}{clock}")  # noqa: DTZ007 - most have no time zone
    written = find_date_format([text])
    assert written is not None
    assert written.read(text) == expected


@pytest.mark.parametrize("text", ["03/04/2024", "2024", "12345678", "A-1", "not a day", "1-2-3"])
def test_what_could_be_read_in_two_ways_is_no_date(text):
    assert find_date_format([text]) is None


@pytest.mark.parametrize(
    ("texts", "parts"),
    [
        (["A/12/S", "B/7/P"], ["A", "12", "S"]),
        (["C85", "B57 B59", "E 46"], ["C", "85"]),
        (["x_1", "y_22"], ["x", "1"]),
        (["a,b", "c"], None),
        (["plain", "words"], None),
    ],
)
def test_texts_come_apart_where_all_do(texts, parts):
    splitting = find_splitting(texts)
    assert (None if splitting is None else splitting.split(texts[0])) == parts
