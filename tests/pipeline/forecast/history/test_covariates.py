"""What is known ahead and what is only assumed, in the forecast and in tests on the past alike."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.history.covariates import Assumed, carried
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales

DAYS, HORIZON = 300, 30


def prepared(ahead: int = 0, **columns: np.ndarray) -> Prepared:
    """Covariates that are stated for some days ahead."""
    frame = daily_sales(DAYS + ahead)
    frame.loc[DAYS:, "quantity"] = np.nan
    for name, values in columns.items():
        frame[name] = values[: DAYS + ahead]
    return prepare(validate(frame), ForecastSpec(horizon_days=HORIZON))


def rare_promotion(days: int = DAYS + HORIZON) -> np.ndarray:
    return (np.arange(days) % 20 == 0).astype(float)


def lasting_price(days: int = DAYS + HORIZON) -> np.ndarray:
    return 2.0 + np.arange(days) // 100 * 0.5


def test_a_covariate_stated_for_the_whole_forecast_is_known() -> None:
    found = prepared(HORIZON, promotion=rare_promotion(), price=np.arange(DAYS + HORIZON) % 7 + 1.0)

    assert found.history.known == ("promotion", "price")
    assert found.history.assumed == {}
    assert found.future["promotion"].tolist() == rare_promotion()[DAYS:].tolist()


def test_a_rare_promotion_is_off_where_nobody_states_it() -> None:
    found = prepared(promotion=rare_promotion())

    assert found.future["promotion"].eq(0).all()
    assert any("as off" in note and "promotion" in note for note in found.notes)
    assert not found.history.ahead(240, 270)["promotion"].to_numpy().any()
    assert found.history.columns["promotion"].sum() == 15


def test_a_promotion_stated_for_some_days_is_seen_so_far_in_tests_too() -> None:
    found = prepared(10, promotion=rare_promotion())

    assert found.future["promotion"].tolist()[:10] == rare_promotion()[DAYS : DAYS + 10].tolist()
    seen = found.history.ahead(235, 275)["promotion"].to_numpy()
    assert seen.tolist() == [*rare_promotion()[235:245].tolist(), *[0.0] * 30]


def test_of_a_frequent_promotion_that_ends_with_the_history_the_past_is_known() -> None:
    found = prepared(promotion=(np.arange(DAYS) % 2).astype(float))

    assert found.history.known == ()
    assert found.history.observed == ("promotion",)
    assert "promotion" not in found.future
    assert "promotion" not in found.history.ahead(240, 270).names
    assert len(found.history.head(240).columns["promotion"]) == 240


def test_what_comes_late_today_came_as_late_in_the_past() -> None:
    footfall = np.arange(DAYS, dtype=float)
    footfall[DAYS - 3 :] = np.nan

    seen = prepared(footfall=footfall).history.columns["footfall"]

    assert np.isnan(seen[:3]).all()
    assert seen[3:].tolist() == footfall[: DAYS - 3].tolist()


def test_what_was_not_seen_yet_is_missing_and_not_filled_from_later() -> None:
    footfall = np.arange(DAYS, dtype=float)
    footfall[:20] = footfall[100:110] = np.nan

    seen = prepared(footfall=footfall).history.columns["footfall"]

    assert np.isnan(seen[:20]).all()
    assert (seen[100:110] == 99).all()


def test_a_column_that_is_mostly_missing_is_not_looked_at() -> None:
    footfall = np.where(np.arange(DAYS) % 3 == 0, np.arange(DAYS), np.nan)

    found = prepared(footfall=footfall)

    assert found.history.observed == ()
    assert any("how it goes on" in note and "footfall" in note for note in found.notes)


def test_a_price_that_lasts_is_held_and_one_that_moves_daily_is_not_used() -> None:
    held = prepared(price=lasting_price())
    moving = prepared(price=np.random.default_rng(0).normal(2, 0.1, DAYS))

    assert held.future["price"].eq(3.0).all()
    assert any("stay as it last was" in note for note in held.notes)
    assert (held.history.ahead(190, 220)["price"].to_numpy() == 2.5).all()
    assert (moving.history.known, moving.history.observed) == ((), ())
    assert any("how it goes on" in note for note in moving.notes)


@pytest.mark.parametrize("reach", [0, 2, 5])
def test_beyond_its_reach_nothing_of_what_came_is_seen(reach: int) -> None:
    came = np.array([1.0, 2.0, 3.0, 4.0, 5.0])

    seen = Assumed(reach, is_flag=False).ahead(0.5, came)

    assert seen[:reach].tolist() == came[:reach].tolist()
    assert set(seen[reach:]) <= {came[reach - 1] if reach else 0.5}


def test_missing_values_are_carried_on() -> None:
    values = np.array([np.nan, 1.0, np.nan, 3.0, np.nan])

    assert carried(values).tolist() == [1.0, 1.0, 1.0, 3.0, 3.0]
    assert np.isnan(carried(np.full(3, np.nan))).all()


def test_what_is_known_of_a_price_is_the_last_one_in_the_history_alone() -> None:
    frame = daily_sales(DAYS).assign(price=lasting_price(DAYS))
    frame.loc[50:60, "price"] = np.nan

    history = prepare(validate(frame), ForecastSpec()).history

    assert history.columns["price"][55] == 2.0
    assert isinstance(history.frame, pd.DataFrame)
