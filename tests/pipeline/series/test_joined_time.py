"""A time that stands in several columns is read as one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import WrongColumnsError
from pipeline.series.columns import SeriesColumns, find_columns
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableSpec
from tests.pipeline.series.tables import forecast, told

HOURS = pd.date_range("2024-03-01", periods=24 * 20, freq="h")
MONTHS = pd.date_range("2019-01-01", periods=48, freq="MS")
QUARTERS = pd.date_range("2015-01-01", periods=24, freq="QS")
WEEKS = pd.date_range("2019-12-30", periods=120, freq="W-MON")
DAYS = pd.date_range("2024-01-01", periods=200)


def values(count: int) -> list[int]:
    return [100 + number * 7919 % 50 for number in range(count)]


def table(times: pd.DatetimeIndex, **columns: Any) -> pd.DataFrame:
    """The columns and a target, in an order that tells nothing."""
    frame = pd.DataFrame({**columns, "value": values(len(times))})
    return frame.assign(truth=times).sample(frac=1, random_state=1).reset_index(drop=True)


JOINED = {
    "date and hour": table(HOURS, dteday=HOURS.strftime("%Y-%m-%d"), hr=HOURS.hour),
    "typed date and hour": table(HOURS, day=HOURS.normalize(), Stunde=HOURS.hour),
    "hours up to 24": table(
        HOURS,
        date=(HOURS - pd.Timedelta("1s")).normalize(),
        hour=[time.hour or 24 for time in HOURS],
    ),
    "date and clock": table(HOURS, date=HOURS.strftime("%d.%m.%Y"), time=HOURS.strftime("%H:%M")),
    "half a day's clock": table(
        HOURS, date=HOURS.strftime("%m/%d/%Y"), heure=HOURS.strftime("%I:%M %p")
    ),
    "from one hour to the next": table(
        HOURS,
        date=HOURS.strftime("%Y-%m-%d"),
        hour=[f"{time.hour:02}:00-{time.hour + 1:02}:00" for time in HOURS],
    ),
    "digits": table(HOURS, date=HOURS.strftime("%Y-%m-%d"), hhmm=HOURS.hour * 100),
    "seconds": table(HOURS, date=HOURS.strftime("%Y-%m-%d"), time=HOURS.hour * 3_600.0),
    "hour and minute": table(
        DAYS[0] + pd.to_timedelta(np.arange(400) * 15, unit="min"),
        date=[f"{DAYS[row // 96]:%Y-%m-%d}" for row in range(400)],
        hour=[row // 4 % 24 for row in range(400)],
        minute=[row % 4 * 15 for row in range(400)],
    ),
    "year and month": table(MONTHS, year=MONTHS.year, month=MONTHS.month),
    "names of months": table(MONTHS, Year=MONTHS.year, Month=MONTHS.strftime("%b")),
    "long names of months": table(MONTHS, year=MONTHS.year, month=MONTHS.strftime("%B")),
    "year and quarter": table(
        QUARTERS, year=QUARTERS.year, quarter=[f"Q{time.quarter}" for time in QUARTERS]
    ),
    "year and week": table(
        WEEKS, year=WEEKS.isocalendar().year.to_numpy(), week=WEEKS.isocalendar().week.to_numpy()
    ),
    "year, month and day": table(DAYS, year=DAYS.year, month=DAYS.month, day=DAYS.day),
    "month and day": table(DAYS, month=DAYS.strftime("%Y-%m"), day=DAYS.day),
    "day of the year": table(DAYS, year=DAYS.year, day_of_year=DAYS.day_of_year),
    "year, month, day and hour": table(
        HOURS, year=HOURS.year, month=HOURS.month, day=HOURS.day, hour=HOURS.hour
    ),
}


def find(frame: pd.DataFrame, **request: Any) -> SeriesColumns:
    asked = {"exclude_columns": ("truth",) if "truth" in frame else (), **request}
    spec = TableSpec(ml_task="time_series", target_variable="value", **asked)
    return find_columns(frame, spec)


@pytest.mark.parametrize("case", JOINED)
@pytest.mark.parametrize("is_named", [False, True])
def test_columns_that_together_are_the_time_are_read_as_one(case: str, is_named: bool) -> None:
    frame = JOINED[case]
    named = {"time_column": frame.columns[0]} if is_named else {}
    found = find(frame, **named)
    assert found.read_times(frame).tolist() == frame["truth"].tolist()
    assert found.times == tuple(frame.columns[:-2])
    assert (found.groups, found.covariates) == ((), ())
    assert found.notes == (
        f"{', '.join(map(repr, found.times))} were read together as the time of each row",
    )


@pytest.mark.parametrize("request_", [{}, {"group_column": "station"}])
def test_each_station_has_its_own_hours(request_: dict[str, str]) -> None:
    one = JOINED["year, month, day and hour"]
    frame = pd.concat([one.assign(station=name) for name in ("north", "south", "west")])
    found = find(frame, **request_)
    assert found.times == ("year", "month", "day", "hour")
    assert found.groups == ("station",)


def test_missing_hours_and_calendar_columns_do_not_matter() -> None:
    times = HOURS.delete([5, 6, 40, 100])
    frame = table(times, date=times.strftime("%Y-%m-%d"), hr=times.hour).assign(
        weekday=lambda rows: rows["truth"].dt.day_of_week,
        mnth=lambda rows: rows["truth"].dt.month,
        registered=lambda rows: rows["value"] % 40,
    )
    found = find(frame)
    assert found.times == ("date", "hr")
    assert found.groups == ()


def test_the_hour_that_comes_twice_when_the_clock_is_put_back_does_not_matter() -> None:
    times = pd.date_range("2024-10-15", periods=24 * 20, freq="h", tz="Europe/Berlin")
    wall = times.tz_localize(None)
    found = find(table(wall, date=wall.strftime("%Y-%m-%d"), hour=wall.hour))
    assert found.times == ("date", "hour")


def test_amounts_that_could_be_seconds_since_1970_are_not_the_time() -> None:
    large = np.random.default_rng(0).integers(10**8, 10**10, len(MONTHS))
    frame = JOINED["year and month"].assign(turnover=large)
    assert find(frame).times == ("year", "month")


def as_they_were() -> dict[str, tuple[pd.DataFrame, tuple[str, ...]]]:
    daily = pd.DataFrame({"date": DAYS, "value": values(len(DAYS))})
    shops = pd.concat([daily.assign(branch=name, hour=hour) for name, hour in (("a", 8), ("b", 9))])
    hourly = JOINED["date and hour"].drop(columns="truth")
    stamped = hourly.assign(at=JOINED["date and hour"]["truth"])
    sold = np.random.default_rng(0).integers(0, 86_400, len(DAYS) * 3)
    sales = pd.DataFrame(
        {
            "date": DAYS.repeat(3),
            "time": [f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}" for at in sold],
            "value": 1.5,
        }
    )
    return {
        "a number of another name": (hourly.rename(columns={"hr": "shelf"}), ("shelf",)),
        "a name without values": (hourly.assign(hr=np.nan), ()),
        "a name with other values": (hourly.assign(hr=hourly["hr"] + 60), ("hr",)),
        "an hour of each date": (daily.assign(hour=np.arange(200) % 24), ()),
        "the hour in which a shop opens": (shops, ("branch",)),
        "a whole time beside": (stamped, ()),
        "sales at any second": (sales, ()),
        "a year alone": (
            pd.DataFrame({"year": range(1960, 2000), "month": 12, "value": values(40)}),
            (),
        ),
    }


@pytest.mark.parametrize("case", as_they_were())
def test_what_is_not_plainly_one_time_stays_as_it_was(case: str) -> None:
    frame, groups = as_they_were()[case]
    found = find(frame)
    assert len(found.times) == 1
    assert found.groups == groups


def test_a_named_group_stays_one() -> None:
    found = find(JOINED["date and hour"], group_column="hr")
    assert (found.times, found.groups) == (("dteday",), ("hr",))


def test_forecasts_tell_the_whole_time_and_rows_may_tell_either() -> None:
    frame = JOINED["date and hour"].drop(columns="truth")
    result = forecast(frame, horizon=30)
    assert "'dteday', 'hr' were read together" in told(result)
    assert result.hyperparameters["frequency"] == "hourly"
    ahead = result.model.forecast()
    assert ahead["dteday"].tolist() == pd.date_range("2024-03-21", periods=30, freq="h").tolist()
    in_parts = pd.DataFrame({"dteday": ["2024-03-21", "2024-03-22"], "hr": [5, 0]})
    in_one = pd.DataFrame({"dteday": ["2024-03-21 05:00", "2024-03-22"], "hr": None})
    expected = ahead["prediction"].iloc[[5, 24]].tolist()
    assert predict_rows(result, in_parts)["prediction"].tolist() == expected
    assert predict_rows(result, in_one)["prediction"].tolist() == expected
    asked = result.preprocessing.transform(ahead[["dteday"]])
    again = result.model.answer(asked, None, ahead.index)
    assert again["prediction"].tolist() == ahead["prediction"].tolist()


@pytest.mark.parametrize("month", [13, None, "soon"])
def test_a_row_without_a_month_is_refused(month: object) -> None:
    result = forecast(JOINED["year and month"].drop(columns="truth"))
    asked = pd.DataFrame({"year": [2023], "month": [month]})
    with pytest.raises(WrongColumnsError, match=r"'2023.*in row 1.*no time that can be read"):
        predict_rows(result, asked)


def test_months_ahead_are_told_as_dates() -> None:
    result = forecast(JOINED["names of months"].drop(columns="truth"))
    assert result.model.forecast(2)["Year"].tolist() == [
        pd.Timestamp("2023-01-01"),
        pd.Timestamp("2023-02-01"),
    ]
    asked = pd.DataFrame({"Year": [2023], "Month": ["February"]})
    assert np.isfinite(predict_rows(result, asked)["prediction"]).all()
