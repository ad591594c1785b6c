"""Effects that are known are taken out of a history and put back into its forecast."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.history.prepared import Prepared, prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.statistical.effects import adjusted
from tests.pipeline.forecast.series import context_of, daily_sales

DAYS, AHEAD = 400, 90
GAIN = 0.8


def promoted(gain: float, seed: int = 0) -> Prepared:
    """A fifth of the days have a promotion, on which so much more is sold."""
    frame = daily_sales(DAYS + AHEAD, seed=seed)
    frame["promotion"] = (np.random.default_rng(5).random(len(frame)) < 0.2).astype(float)
    frame["quantity"] *= 1 + gain * frame["promotion"]
    frame.loc[DAYS:, "quantity"] = np.nan
    return prepare(validate(frame), ForecastSpec(horizon_days=AHEAD))


def test_a_promotion_is_taken_out_and_put_back() -> None:
    made = promoted(GAIN)
    on = made.history.columns["promotion"] > 0

    found = adjusted(made.history, context_of())

    assert found.effects is not None
    assert found.values[on].mean() == pytest.approx(found.values[~on].mean(), rel=0.1)
    level = np.full(len(made.future), 30.0)
    forecast = found.effects.put_back(level, made.future)
    promotion = made.future["promotion"].to_numpy() > 0
    ordinary = pd.Series(forecast[~promotion]).median()
    assert ordinary == pytest.approx(30.0, rel=0.05)
    assert forecast[promotion].mean() == pytest.approx((1 + GAIN) * ordinary, rel=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_a_promotion_that_does_nothing_is_given_next_to_nothing(seed: int) -> None:
    made = promoted(0.0, seed)
    effects = adjusted(made.history, context_of()).effects
    if effects is None:
        return
    level = np.full(len(made.future), 30.0)
    on = made.future["promotion"].to_numpy() > 0
    forecast = pd.Series(effects.put_back(level, made.future))
    assert forecast[on].median() == pytest.approx(forecast[~on].median(), rel=0.1)
