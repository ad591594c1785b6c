"""The structure that suits the rows of a history."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import FitContext, predict
from pipeline.forecast.candidates.known import CANDIDATES
from tests.pipeline.forecast.series import context_of, history_of


@pytest.mark.parametrize("name", ["prophet", "prophet_tuned"])
def test_of_weekly_rows_the_weeks_of_a_feast_stand_out(name: str) -> None:
    ds = pd.date_range("2019-01-07", periods=260, freq="W-MON")
    feast = np.isin(ds.isocalendar().week, (30, 31))
    quantity = np.random.default_rng(0).poisson(np.where(feast, 300.0, 100.0)).astype(float)
    history = history_of(pd.DataFrame({"ds": ds[:208], "quantity": quantity[:208]}))
    context = FitContext(spec=context_of().spec, holidays=context_of().holidays, models_year=True)
    ahead = pd.DataFrame({"ds": ds[208:], "step": np.arange(1, 53)})

    made = predict(CANDIDATES[name].fit(history, context), ahead)

    assert made[feast[208:]].mean() > 220
    assert np.abs(made[~feast[208:]] - 100).mean() < 20
