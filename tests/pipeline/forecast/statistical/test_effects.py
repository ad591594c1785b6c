"""Effects that are known are taken out of a history and put back into its forecast."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.statistical.effects import Effects, adjusted, adjusted_again
from pipeline.forecast.statistical.regressors import Regressors, regressors_of
from tests.pipeline.forecast.series import context_of, daily_sales

DAYS, AHEAD = 400, 90
GAIN = 0.8
TWO_DAYS = pd.Timedelta(days=2)
CALENDAR = holiday_calendar("ES", None, 2023, 2025)


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
    forecast = level + found.effects.of(level, made.future)
    promotion = made.future["promotion"].to_numpy() > 0
    ordinary = pd.Series(forecast[~promotion]).median()
    assert ordinary == pytest.approx(30.0, rel=0.05)
    assert forecast[promotion].mean() == pytest.approx((1 + GAIN) * ordinary, rel=0.15)


def test_codes_have_effects_of_their_own() -> None:
    """Class 3 brings half as much again, class 1 twice as much, class 2 nothing."""
    chance = np.random.default_rng(1)
    ds = pd.date_range("2023-01-01", periods=DAYS + AHEAD, freq="D")
    kind = chance.choice(4, len(ds), p=[0.7, 0.1, 0.1, 0.1])
    sold = chance.poisson(30 * np.array([1.0, 2.0, 1.0, 1.5])[kind]).astype(float)
    sold[DAYS:] = np.nan
    frame = pd.DataFrame({"ds": ds, "quantity": sold, "discount_class": kind.astype(float)})
    made = prepare(validate(frame), ForecastSpec(horizon_days=AHEAD))

    effects = adjusted(made.history, context_of()).effects

    assert effects is not None
    level = np.full(len(made.future), 30.0)
    forecast = level + effects.of(level, made.future)
    parts = effects.parts(level, made.future)
    np.testing.assert_allclose(level + sum(parts.values()), forecast)
    assert set(parts) == {"discount_class"}
    ahead = made.future["discount_class"].to_numpy()
    usual = forecast[ahead == 0].mean()
    for code, times in ((1, 2.0), (2, 1.0), (3, 1.5)):
        assert forecast[ahead == code].mean() / usual == pytest.approx(times, abs=0.12)


def plain(seed: int, promotion: float, holiday: float = 0.0) -> Prepared:
    """Sales around 30; a tenth of the days have a promotion, the days before holidays a rush."""
    chance = np.random.default_rng(seed)
    ds = pd.date_range("2023-01-01", periods=2 * DAYS + AHEAD, freq="D")
    frame = pd.DataFrame({"ds": ds, "quantity": chance.poisson(30, len(ds)).astype(float)})
    frame["promotion"] = (chance.random(len(ds)) < 0.1).astype(float)
    frame["quantity"] *= 1 + promotion * frame["promotion"]
    early = np.isin((ds + TWO_DAYS).to_numpy().astype("datetime64[D]"), CALENDAR.dates)
    frame.loc[early, "quantity"] *= 1 + holiday
    frame.loc[2 * DAYS :, "quantity"] = np.nan
    return prepare(validate(frame), ForecastSpec(horizon_days=AHEAD))


def told(made: Prepared) -> np.ndarray:
    """A level of 30, with the effects that were found."""
    context = FitContext(spec=ForecastSpec(), holidays=CALENDAR)
    effects = adjusted(made.history, context).effects
    level = np.full(len(made.future), 30.0)
    return level if effects is None else level + effects.of(level, made.future)


def test_a_promotion_that_does_nothing_is_left_out() -> None:
    """In one of twenty series chance may look like an effect, and then like a small one."""
    gains = []
    for seed in range(20):
        made = plain(seed, promotion=0.0)
        on = made.future["promotion"].to_numpy() > 0
        gains.append(told(made)[on].mean() / told(made)[~on].mean() - 1)

    assert np.sum(np.abs(gains) > 0.01) <= 1
    assert np.abs(gains).max() < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_a_promotion_of_a_third_is_kept(seed: int) -> None:
    made = plain(seed, promotion=0.33)
    on = made.future["promotion"].to_numpy() > 0

    assert told(made)[on].mean() / told(made)[~on].mean() == pytest.approx(1.33, abs=0.1)


def test_a_rush_two_days_before_holidays_is_known_where_they_have_come_twice() -> None:
    made = plain(0, promotion=0.0, holiday=2.0)
    days = pd.DatetimeIndex(made.future["ds"])
    early = np.isin((days + TWO_DAYS).to_numpy().astype("datetime64[D]"), CALENDAR.dates)

    assert early.any()
    assert told(made)[early].mean() > 1.5 * np.median(told(made))


@pytest.mark.parametrize(("promotion", "holiday"), [(0.33, 0.0), (0.0, 2.0), (0.33, 2.0)])
def test_effects_that_were_found_are_learned_anew_of_more_rows(
    promotion: float, holiday: float
) -> None:
    made = plain(1, promotion, holiday)
    context = FitContext(spec=ForecastSpec(), holidays=CALENDAR)
    before = adjusted(made.history.head(DAYS + 200), context).effects
    assert before is not None

    again = adjusted_again(made.history, context, before)
    anew = adjusted(made.history, context)

    assert again.effects is not None
    assert anew.effects is not None
    level = np.full(len(made.future), 30.0)
    np.testing.assert_allclose(
        again.effects.of(level, made.future), anew.effects.of(level, made.future), atol=3.0
    )
    np.testing.assert_allclose(again.values, anew.values, atol=4.0)
    affected = set(np.array(before.regressors.groups)[before.weights != 0])
    assert set(np.array(again.effects.regressors.groups)[again.effects.weights != 0]) == affected


def test_nothing_is_added_to_what_was_found_to_have_an_effect() -> None:
    """There are promotions, which double the sales, only after the first look."""
    made, first = plain(1, promotion=0.0, holiday=2.0), DAYS + 200
    promotion = made.history.columns["promotion"].copy()
    promotion[:first] = 0.0
    history = replace(
        made.history,
        actual=made.history.actual * (1 + promotion),
        columns={**made.history.columns, "promotion": promotion},
    )
    context = FitContext(spec=ForecastSpec(), holidays=CALENDAR)
    before = adjusted(history.head(first), context).effects
    assert before is not None

    again = adjusted_again(history, context, before).effects

    assert again is not None
    assert again.regressors.groups[-1] == "promotion"
    assert again.weights[-1] == 0
    assert again.weights[0] != 0


def test_columns_are_as_many_as_their_groups_and_expected_sizes() -> None:
    made = plain(0, promotion=0.3)
    regressors = regressors_of(made.history, CALENDAR)

    columns = regressors.columns(made.history.ds, made.history.columns)

    assert regressors.repeated
    assert columns.shape[1] == len(regressors.groups) == len(regressors.expected)


def test_effects_of_the_former_release_are_what_they_were() -> None:
    now = regressors_of(plain(0, promotion=0.3).history, CALENDAR)
    former, effects = Regressors.__new__(Regressors), Effects.__new__(Effects)
    stated = [now.frequency, now.holidays, now.names, now.kinds, now.lowest, now.highest]
    former.__setstate__(stated)
    days_of_any_holiday = np.array([2.0, 1.0, 0.5])
    rest = np.zeros(3 * len(now.kinds) + len(now.names))
    effects.__setstate__([former, np.concatenate([days_of_any_holiday, rest]), False])
    christmas = pd.Timestamp(max(day for day in CALENDAR.dates if str(day).endswith("12-25")))
    days = pd.DataFrame({"ds": christmas + pd.to_timedelta(range(-2, 3), unit="D")})
    covariates = {name: np.zeros(len(days)) for name in now.names}
    told = effects.of(np.zeros(len(days)), days.assign(**covariates))
    np.testing.assert_array_equal(told, [0.0, 1.0, 2.0, 0.5, 0.0])
