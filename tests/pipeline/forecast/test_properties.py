"""What must hold of a forecast whatever the sales are."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

SPEC = ForecastSpec(horizon_days=28, budget="fast")
HISTORY, AHEAD = 200, 28


def with_covariate(name: str, values: np.ndarray) -> pd.DataFrame:
    """Sales of 200 days, and a column that may reach over the 28 days ahead."""
    frame = daily_sales(HISTORY + AHEAD)
    frame.loc[HISTORY:, "quantity"] = np.nan
    return frame.assign(**{name: values})


def forecast(frame: pd.DataFrame) -> ForecastResult:
    return train_forecast(frame, SPEC)


def smooth_sales() -> pd.DataFrame:
    """Sales by weight: no counts, so that no rounding is at stake."""
    frame = daily_sales(HISTORY)
    return frame.assign(quantity=frame["quantity"] + 0.25)


def test_ten_times_the_sales_are_ten_times_the_forecast() -> None:
    frame = smooth_sales()
    tenfold = frame.assign(quantity=10 * frame["quantity"])

    small, large = forecast(frame), forecast(tenfold)

    assert small.algorithm == large.algorithm
    for name in ("yhat", "yhat_lower", "yhat_upper"):
        expected = 10 * small.forecast[name].to_numpy()
        assert large.forecast[name].to_numpy() == pytest.approx(expected, rel=0.02, abs=1)
    assert large.metrics["mase"] == pytest.approx(small.metrics["mase"], rel=0.02)


def test_the_order_of_rows_and_columns_changes_nothing() -> None:
    frame = with_covariate("price", np.tile([2.0, 2.0, 2.5, 2.0], 57))
    shuffled = frame.sample(frac=1, random_state=1)[["price", "quantity", "ds"]]

    first, second = forecast(frame), forecast(shuffled)

    pd.testing.assert_frame_equal(first.forecast, second.forecast)
    pd.testing.assert_frame_equal(first.quantiles, second.quantiles)
    assert first.data_digest == second.data_digest


def test_a_signal_of_which_the_future_is_unknown_does_not_help() -> None:
    """The sales of each day as a column, which ends with the history."""
    frame = daily_sales(HISTORY)
    planted = frame.assign(oracle=frame["quantity"])

    pd.testing.assert_frame_equal(forecast(planted).forecast, forecast(frame).forecast)


def test_sales_after_an_origin_do_not_reach_the_models_before_it() -> None:
    """Another holdout changes what is measured there, and nothing that was measured before."""
    frame, other = daily_sales(HISTORY), daily_sales(HISTORY)
    other.loc[HISTORY - AHEAD :, "quantity"] *= 3

    before = [
        {
            (score.algorithm, score.window): score.metrics["mae"]
            for score in forecast(one).backtest
            if not score.is_holdout
        }
        for one in (frame, other)
    ]

    assert before[0] == before[1]


@pytest.mark.parametrize(
    ("name", "values", "remark"),
    [
        ("campaign", np.ones(HISTORY + AHEAD), "never changes"),
        (
            "campaign",
            np.r_[np.tile([0.0, 1.0], 107), np.full(14, np.nan)] + 0.5,
            "does not say how it goes on",
        ),
        ("campaign", np.full(HISTORY + AHEAD, np.nan), "never changes"),
    ],
)
def test_a_covariate_that_cannot_be_used_is_left_out_with_a_note(
    name: str, values: np.ndarray, remark: str
) -> None:
    plain = forecast(daily_sales(HISTORY))

    made = forecast(with_covariate(name, values))

    assert name not in made.features
    assert any(remark in note and name in note for note in made.notes)
    assert made.forecast["yhat"].to_numpy() == pytest.approx(plain.forecast["yhat"].to_numpy())


def test_quantiles_never_cross_and_hold_the_interval() -> None:
    made = forecast(daily_sales(HISTORY))
    levels = [float(name) for name in made.quantiles.columns if name != "ds"]

    values = made.quantiles.drop(columns="ds").to_numpy()

    assert levels == sorted(levels)
    assert (np.diff(values, axis=1) >= 0).all()
    assert (values >= 0).all()
    assert (made.forecast["yhat_lower"] <= values[:, 0]).all()
    assert (made.forecast["yhat_upper"] >= values[:, -1]).all()
    assert (values == np.round(values)).all()


def test_the_holdout_tells_how_good_quantiles_are() -> None:
    metrics = forecast(daily_sales(HISTORY)).metrics

    for name in ("coverage_80", "coverage_95", "width_80", "width_95", "weighted_quantile_loss"):
        value = metrics[name]
        assert value is not None
        assert value >= 0
    assert (metrics["width_80"] or 0) < (metrics["width_95"] or 0)
