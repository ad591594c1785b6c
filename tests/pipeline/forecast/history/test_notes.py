"""What a model says about its data is for people who keep books, not for those who write code."""

import numpy as np
import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.notes import METHODS, failure_notes, periods, replacement_note
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.selection.choice import ENSEMBLE
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales


@pytest.mark.parametrize(
    ("number", "frequency", "words"),
    [
        (1, Frequency(Unit.DAY), "1 day"),
        (1200, Frequency(Unit.MONTH), "1,200 months"),
        (3, Frequency(Unit.HOUR, step=2), "3 periods of 2 hours"),
    ],
)
def test_periods_are_counted_in_words(number: int, frequency: Frequency, words: str) -> None:
    assert periods(number, frequency) == words


def test_every_method_has_words() -> None:
    assert METHODS.keys() == CANDIDATES.keys() | {ENSEMBLE}


def test_each_note_tells_what_is_missing_and_what_follows() -> None:
    frame = daily_sales(100).assign(rain=2.0, price=np.arange(100.0) % 7)
    frame.loc[10, "quantity"] = np.nan
    spec = ForecastSpec(zeros_are_real=True)

    notes = prepare(validate(frame.drop(index=range(20, 24))), spec).notes

    absent, unknown, constant, without_future = notes
    assert absent == "Nothing was recorded for 4 of 100 days; they count as times without a sale."
    assert unknown.startswith("1 day came without a quantity")
    assert constant == "Not used, because it never changes: rain."
    assert without_future.endswith("how it goes on during the forecast: price.")


def test_a_complete_history_needs_no_notes() -> None:
    spec = ForecastSpec()
    assert prepare(validate(daily_sales(100)[["ds", "quantity"]]), spec).notes == ()


def test_only_methods_that_were_tried_are_named() -> None:
    assert failure_notes({}) == ()
    assert failure_notes({"drift": "too few sales"}) == (
        "The straight trend could not learn from these sales and was left out (too few sales).",
    )
    assert replacement_note("prophet", "seasonal_mean", "it needs 14 days") == (
        "Prophet could not be used (it needs 14 days); the average of the season takes its place."
    )
