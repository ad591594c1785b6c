"""The regression of calendar effects and the level that it is matched to."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import predict
from pipeline.forecast.candidates.poisson import Design, fit_poisson, poisson_settings
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import context_of, history_of


@pytest.mark.parametrize(("freq", "rows_since"), [("D", 56), ("W-MON", 14), ("MS", 14)])
def test_the_level_is_that_of_the_newest_rows(freq: str, rows_since: int) -> None:
    """Eight weeks of days are enough to forget what was before, or a quarter as many long rows."""
    ds = pd.date_range("2019-01-01", periods=80 + rows_since + 12, freq=freq)
    quantity = np.repeat([100.0, 200.0], [80, rows_since])
    history = history_of(pd.DataFrame({"ds": ds[:-12], "quantity": quantity}))
    ahead = pd.DataFrame({"ds": ds[-12:], "step": np.arange(1, 13)})

    made = predict(fit_poisson(history, context_of()), ahead)

    assert made.mean() == pytest.approx(200, rel=0.1)


def test_a_stored_model_tells_how_fast_rows_lose_weight() -> None:
    days, months = (
        history_of(
            pd.DataFrame(
                {"ds": pd.date_range("2019-01-01", periods=60, freq=freq), "quantity": 1.0}
            )
        )
        for freq in ("D", "MS")
    )

    assert poisson_settings(days, context_of())["level_decay"] == 0.96
    assert poisson_settings(months, context_of())["half_life_days"] == 3 * 365


def test_codes_have_effects_of_their_own_and_a_model_stored_without_them_has_a_line() -> None:
    """Class 3 brings half as much again, class 1 twice as much, class 2 nothing."""
    kind = np.random.default_rng(1).choice(4, 340, p=[0.7, 0.1, 0.1, 0.1])
    sold = np.where(np.arange(340) < 300, 30 * np.array([1.0, 2.0, 1.0, 1.5])[kind], np.nan)
    ds = pd.date_range("2023-01-01", periods=340, freq="D")
    frame = pd.DataFrame({"ds": ds, "quantity": sold, "discount_class": kind.astype(float)})
    made = prepare(validate(frame), ForecastSpec(horizon_days=40))

    model = fit_poisson(made.history, context_of())

    forecast, ahead = predict(model, made.future), kind[300:]
    for code, times in ((1, 2.0), (2, 1.0), (3, 1.5)):
        gain = forecast[ahead == code].mean() / forecast[ahead == 0].mean()
        assert gain == pytest.approx(times, abs=0.15)
    design = model.design
    stated = [design.frequency, design.holidays, design.slots, design.with_year, design.known]
    former = Design.__new__(Design)
    former.__setstate__([*stated, design.means, design.deviations])
    values = kind[:300, None].astype(float)
    new, old = (one.table(ds[:300], values) for one in (design, former))
    np.testing.assert_array_equal(new[:, : old.shape[1]], old)
    assert new.shape[1] == old.shape[1] + 3
