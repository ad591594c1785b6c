"""Periods to forecast are the same as plain arrays and as a data frame."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.candidate import FitContext, fit_candidate, predict
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.periods import PlainPeriods, steps_of, times_of
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales

SPEC = ForecastSpec()


@pytest.mark.parametrize("name", ["prophet_tuned", "poisson", "mstl", "seasonal_mean", "drift"])
def test_a_candidate_forecasts_the_same_from_either(name: str) -> None:
    sales = daily_sales(200).assign(promotion=np.arange(200) % 9 == 0)
    history = prepare(validate(sales), SPEC).history
    context = FitContext(spec=SPEC, holidays=holiday_calendar("ES", None, 2024, 2024))
    ahead = history.ahead(160, 200)
    frame = pd.DataFrame({column: ahead[column].to_numpy() for column in ahead.names})

    model = fit_candidate(CANDIDATES[name], history.head(160), context)

    assert history.known == ("promotion",)
    assert np.array_equal(predict(model, ahead), predict(model, frame))


def test_steps_and_times_are_told_of_either() -> None:
    ds, steps = pd.date_range("2024-03-01", periods=3, unit="ns"), np.arange(1, 4)

    for periods in (PlainPeriods(ds, steps, {}), pd.DataFrame({"ds": ds, "step": steps})):
        assert steps_of(periods).tolist() == [1, 2, 3]
        assert times_of(periods).equals(ds)
        assert len(periods) == 3
