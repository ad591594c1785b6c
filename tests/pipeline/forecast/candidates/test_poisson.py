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


def year_of_steps(ds: pd.DatetimeIndex, growth: float) -> np.ndarray:
    """Sales that fall by a third on 1 December and rise by half on 1 April, and grow."""
    months = np.where((ds.month == 12) | (ds.month < 4), 60.0, 90.0)
    return np.asarray(months * np.exp(growth * np.arange(len(ds)) / 365.25))


@pytest.mark.parametrize(("freq", "ahead", "size"), [("D", 28, 10), ("MS", 3, 30)])
def test_months_that_are_alike_every_year_have_effects_of_their_own(
    freq: str, ahead: int, size: int
) -> None:
    """A smooth year would still sell too much in the first days of December."""
    ds = pd.date_range("2019-01-01", "2023-11-30", freq=freq)
    later = pd.date_range(ds[-1], periods=ahead + 1, freq=freq)[1:]
    draw = np.random.default_rng(3)
    sold = draw.poisson(size * year_of_steps(ds, growth=0.0)).astype(float)
    history = history_of(pd.DataFrame({"ds": ds, "quantity": sold}))
    future = pd.DataFrame({"ds": later, "step": np.arange(1, ahead + 1)})

    made = fit_poisson(history, context_of(models_year=True))

    assert made.design.with_months
    assert predict(made, future) == pytest.approx(np.full(ahead, 60.0 * size), rel=0.05)


@pytest.mark.parametrize("growth", [-0.25, 0.0, 0.25])
def test_growth_is_not_taken_for_a_season(growth: float) -> None:
    """In a shop that grows a month that was last seen eleven months ago has sold less."""
    ds = pd.date_range("2019-01-01", "2023-11-30", freq="D")
    sold = year_of_steps(pd.date_range(ds[0], periods=len(ds) + 28, freq="D"), growth)
    history = history_of(pd.DataFrame({"ds": ds, "quantity": sold[: len(ds)]}))
    later = pd.date_range(ds[-1], periods=29, freq="D")[1:]
    future = pd.DataFrame({"ds": later, "step": np.arange(1, 29)})

    made = predict(fit_poisson(history, context_of(models_year=True)), future)

    assert made.mean() == pytest.approx(sold[len(ds) :].mean(), rel=0.03)


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
