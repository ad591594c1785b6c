"""Numbers that count the periods of a series take the place of dates where there are none."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError, WrongColumnsError
from pipeline.series.columns import find_columns
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableSpec
from tests.pipeline.series.tables import WEEK, forecast

ROWS = 96
SALES = 100 * np.resize(WEEK, ROWS) + np.random.default_rng(0).normal(0, 2, ROWS)


@pytest.mark.parametrize("name", ["t", "time", "period", "week", "index"])
@pytest.mark.parametrize("first", [0, 1, 7])
def test_the_numbers_go_on_and_the_pattern_is_found(name: str, first: int) -> None:
    frame = pd.DataFrame({name: np.arange(first, first + ROWS), "sales": SALES})
    result = forecast(frame.sample(frac=1, random_state=0), "sales")
    assert result.hyperparameters["frequency"] == "numbered"
    assert f"'{name}' counts the periods" in " ".join(result.notes)
    ahead = result.model.forecast(14)
    assert ahead[name].tolist() == list(range(first + ROWS, first + ROWS + 14))
    np.testing.assert_allclose(
        ahead["prediction"], 100 * np.resize(WEEK, ROWS + 14)[ROWS:], rtol=0.1
    )
    asked = pd.DataFrame({name: [first + ROWS + 2]})
    assert predict_rows(result, asked)["prediction"][0] == pytest.approx(ahead["prediction"][2])


def test_what_is_shown_of_the_series_has_the_numbers() -> None:
    result = forecast(pd.DataFrame({"t": np.arange(ROWS), "sales": SALES}), "sales")
    assert str(ROWS) in str(result.explanation)
    assert "2000-" not in str(result.explanation)


def test_every_second_number_is_a_period_of_two() -> None:
    frame = pd.DataFrame({"day": np.arange(0, 2 * ROWS, 2), "sales": SALES})
    result = forecast(frame, "sales")
    assert result.hyperparameters["frequency"] == "numbered, every 2"
    assert result.model.forecast(2)["day"].tolist() == [2 * ROWS, 2 * ROWS + 2]


def test_series_that_share_numbers_are_told_apart() -> None:
    frame = pd.DataFrame(
        {
            "chick": np.repeat(["a", "b", "c"], 12),
            "day": np.tile(np.arange(12), 3),
            "weight": np.tile(40 + 3 * np.arange(12), 3) + np.repeat([0, 5, 9], 12),
        }
    )
    result = forecast(frame, "weight")
    assert result.hyperparameters["group_columns"] == ["chick"]
    assert set(result.model.forecast(1)["day"]) == {12}


def test_a_time_in_the_past_is_refused_by_its_number() -> None:
    result = forecast(pd.DataFrame({"t": np.arange(ROWS), "sales": SALES}), "sales")
    with pytest.raises(WrongColumnsError, match=f"accepted are times from {ROWS} to"):
        predict_rows(result, pd.DataFrame({"t": [5]}))


@pytest.mark.parametrize(
    "columns",
    [
        {"customer": np.arange(ROWS)},
        {"t": np.arange(ROWS) ** 2},
        {"t": np.arange(ROWS) + 0.5},
        {"t": np.resize([1, 2, 3, 4, 5], ROWS)},
        {"day": np.arange(ROWS) // 24, "hour": np.arange(ROWS) % 24},
    ],
    ids=["no name of a time", "uneven", "fractions", "repeated", "days without the hours"],
)
def test_other_numbers_count_nothing(columns: dict[str, np.ndarray]) -> None:
    frame = pd.DataFrame({**columns, "sales": SALES})
    with pytest.raises(InvalidDataError, match="No column tells the time"):
        find_columns(frame, TableSpec(ml_task="time_series", target_variable="sales"))


def test_any_number_counts_if_it_is_named_as_the_time() -> None:
    frame = pd.DataFrame({"row": np.arange(ROWS), "sales": SALES})
    asked = TableSpec(ml_task="time_series", target_variable="sales", time_column="row")
    assert find_columns(frame, asked).reader.is_counted


def test_dates_come_before_numbers_that_count() -> None:
    dates = pd.date_range("2024-01-01", periods=ROWS)
    frame = pd.DataFrame({"t": np.arange(ROWS), "date": dates, "sales": SALES})
    found = find_columns(frame, TableSpec(ml_task="time_series", target_variable="sales"))
    assert found.time == "date"
