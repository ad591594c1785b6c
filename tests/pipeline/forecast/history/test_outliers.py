"""What is drawn in before a model learns, and what is not."""

import numpy as np
import pandas as pd

from pipeline.forecast.history.outliers import tame_outliers
from tests.pipeline.forecast.series import context_of, daily_sales, history_of

HOURS = 24 * 7 * 10


def timetable() -> pd.DataFrame:
    """The same departures every day for ten weeks, two of them an hour later in the last one."""
    ds = pd.date_range("2024-02-05", periods=HOURS, freq="h")
    departures = np.array([0, 0, 0, 0, 0, 1, 3, 4, 2, 2, 1, 1, 2, 1, 1, 2, 3, 4, 4, 3, 2, 1, 1, 1])
    quantity = np.tile(departures, HOURS // 24).astype(float)
    newest = np.arange(HOURS) >= HOURS - 24 * 7
    quantity[newest & (ds.hour == 7)] = 2.0
    quantity[newest & (ds.hour == 8)] = 4.0
    return pd.DataFrame({"ds": ds, "quantity": quantity})


def test_the_next_timetable_is_no_outlier() -> None:
    history = history_of(timetable())

    tamed, outliers = tame_outliers(history, context_of().holidays)

    assert outliers == ()
    assert np.array_equal(tamed.actual, history.actual, equal_nan=True)


def test_a_mistake_in_a_timetable_is_drawn_in() -> None:
    frame = timetable()
    frame.loc[704, "quantity"] = 90.0

    tamed, outliers = tame_outliers(history_of(frame), context_of().holidays)

    assert [one.observed for one in outliers] == [90.0]
    assert tamed.actual[704] < 10


def test_a_gross_mistake_is_drawn_in_as_far_as_a_smaller_one() -> None:
    """Else the larger one, which is nearly all of the mean deviation, would be left far larger."""
    frame = daily_sales(400)
    drawn_in = []
    for mistake in (500.0, 5_000.0, 50_000.0):
        frame.loc[200, "quantity"] = mistake
        tamed, outliers = tame_outliers(history_of(frame), context_of().holidays)
        assert [one.observed for one in outliers] == [mistake]
        drawn_in.append(float(tamed.actual[200]))

    assert max(drawn_in) < 1.1 * min(drawn_in) < 70
