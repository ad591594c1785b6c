"""Hourly rows of a shop's own clock, which is changed twice a year."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError
from pipeline.forecast.history.prepared import History
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec

AUTUMN, SPRING = pd.Timestamp("2025-10-26 02:00"), pd.Timestamp("2025-03-30 02:00")


def hourly_in(zone: str) -> pd.DataFrame:
    ds = pd.date_range("2025-02-01", "2025-11-30", freq="h", tz=zone)
    return pd.DataFrame({"ds": ds, "quantity": 5.0 + np.arange(len(ds)) % 3})


def history_of(frame: pd.DataFrame) -> History:
    return prepare(validate(frame), ForecastSpec()).history


def test_stamps_of_a_zone_are_its_clock_with_one_hour_hidden_and_one_doubled() -> None:
    frame = hourly_in("Europe/Madrid")

    history = history_of(frame)

    assert history.frequency.name == "hourly"
    by_hour = pd.Series(history.actual, index=history.ds)
    assert np.flatnonzero(np.isnan(history.actual)).tolist() == [history.ds.get_loc(SPRING)]
    assert by_hour[AUTUMN] == frame["quantity"][frame["ds"].dt.tz_localize(None) == AUTUMN].sum()
    assert np.nansum(history.actual) == frame["quantity"].sum()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
def test_a_clock_without_a_zone_is_understood_wherever_it_hangs(zone: str) -> None:
    frame = hourly_in(zone)
    frame["ds"] = frame["ds"].dt.tz_localize(None)

    history = history_of(frame)

    assert np.isnan(history.actual).sum() == 1
    assert np.nansum(history.actual) == frame["quantity"].sum()


def test_stamps_with_distances_from_utc_as_text_are_the_clock_that_they_show() -> None:
    frame = hourly_in("Europe/Madrid")
    as_text = frame.assign(ds=[stamp.isoformat() for stamp in frame["ds"]])

    assert validate(as_text).equals(validate(frame))


def test_an_hour_that_comes_twice_in_summer_is_refused() -> None:
    frame = hourly_in("Europe/Madrid")
    frame["ds"] = frame["ds"].dt.tz_localize(None)
    july = frame[frame["ds"] == pd.Timestamp("2025-07-06 02:00")]

    with pytest.raises(InvalidDataError, match="repeated time stamps"):
        validate(pd.concat([frame, july]))


def test_stamps_with_and_without_a_zone_are_refused() -> None:
    frame = hourly_in("Europe/Madrid").head(50)
    as_text = [stamp.isoformat() for stamp in frame["ds"]]
    as_text[3] = as_text[3][:19]

    with pytest.raises(InvalidDataError, match="with and without a time zone"):
        validate(frame.assign(ds=as_text))


def test_an_hour_without_a_row_is_nothing_sold_if_its_neighbours_lack_theirs() -> None:
    frame = hourly_in("Europe/Madrid")
    frame["ds"] = frame["ds"].dt.tz_localize(None)
    night = frame["ds"].dt.hour.isin([1, 2, 3])

    history = history_of(frame[~night])

    assert not np.isnan(history.actual[history.ds == pd.Timestamp("2025-03-30 14:00")]).any()
