"""Our answers for series that fall below zero, beside those of sales."""

import numpy as np
import pandas as pd

from benchmarks.forecast.systems.ours import ours
from benchmarks.forecast.systems.ours_signed import signed_series
from benchmarks.forecast.systems.task import COLUMNS, POINT, Task, Terms

DAYS, HORIZON = 120, 7


def task() -> Task:
    """A series of sales, and one of profits around zero."""
    days = pd.date_range("2024-01-01", periods=DAYS + HORIZON)
    random = np.random.default_rng(0)
    week = 20 * np.sin(2 * np.pi * np.arange(len(days)) / 7)
    values = {"sales": 100 + week, "profit": week}
    parts = [
        pd.DataFrame({"series": name, "ds": days, "y": level + random.normal(0, 2, len(days))})
        for name, level in values.items()
    ]
    return Task(
        train=pd.concat([part.head(DAYS) for part in parts], ignore_index=True),
        future=pd.concat([part.tail(HORIZON) for part in parts])[["series", "ds"]],
        terms=Terms(
            frequency="daily",
            seasons=(7,),
            horizon=HORIZON,
            covariates=(),
            country="ES",
            closures=(),
            budget="fast",
            seconds=30.0,
            seed=0,
        ),
    )


def test_series_below_zero_are_forecast_there_as_uploaded_tables_are() -> None:
    asked = task()
    assert signed_series(asked) == {"profit"}
    answer = ours(asked)
    assert answer["series"].value_counts().to_dict() == {"sales": HORIZON, "profit": HORIZON}
    wanted = asked.future.sort_values(["series", "ds"], ignore_index=True)
    given = answer.sort_values(["series", "ds"], ignore_index=True)
    assert given["ds"].tolist() == wanted["ds"].tolist()
    quantiles = answer[list(COLUMNS)].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    week = 20 * np.sin(2 * np.pi * np.arange(DAYS, DAYS + HORIZON) / 7)
    profit = given.loc[given["series"] == "profit"]
    np.testing.assert_allclose(profit[POINT], week, atol=6)
    assert (profit["0.025"] < 0).any()
