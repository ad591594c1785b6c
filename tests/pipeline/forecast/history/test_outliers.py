"""What is drawn in before a model learns, and what is not."""

import numpy as np
import pandas as pd

from pipeline.forecast.history.outliers import tame_outliers
from tests.pipeline.forecast.series import context_of, history_of

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
