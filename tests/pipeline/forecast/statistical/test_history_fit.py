"""Methods for arrays, fitted to a history, and again to one that has become longer."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.statistical.history_fit import FittedToHistory
from pipeline.forecast.statistical.long_seasons import WithLongSeasons
from tests.pipeline.forecast.series import context_of, history_of

HOURS, DAYS = 24 * 7 * 10, 400


def hourly() -> pd.DataFrame:
    """A day and a week that add up, around a level that wanders."""
    ds = pd.date_range("2024-03-04", periods=HOURS, freq="h")
    day = 20 * np.sin(2 * np.pi * ds.hour.to_numpy() / 24)
    week = 30.0 * (ds.day_of_week.to_numpy() >= 5)
    moves, noise = np.random.default_rng(1).normal(0, (0.5, 3), (HOURS, 2)).T
    return pd.DataFrame({"ds": ds, "quantity": 200 + day + week + np.cumsum(moves) + noise})


def test_smoothing_goes_on_beside_seasons_that_are_longer_than_its_own() -> None:
    history, context, ets = history_of(hourly()), context_of(), CANDIDATES["ets"]
    assert ets.go_on is not None
    ahead = history.ahead(HOURS - 48, HOURS)
    before = ets.fit(history.head(HOURS - 120), context)
    known = history.head(HOURS - 48)

    gone_on, fresh = ets.go_on(known, context, before), ets.fit(known, context)

    assert isinstance(gone_on, FittedToHistory)
    assert isinstance(gone_on.fitted, WithLongSeasons)
    assert gone_on.predict(ahead) == pytest.approx(fresh.predict(ahead), rel=0.02)
    assert gone_on.predict(ahead) != pytest.approx(before.predict(ahead), rel=1e-3)


def daily(promoted_from: int) -> pd.DataFrame:
    """Every fifth day from some row on there is a promotion, on which twice as much is sold."""
    ds = pd.date_range("2024-03-04", periods=DAYS)
    promotion = ((np.arange(DAYS) % 5 == 0) & (np.arange(DAYS) >= promoted_from)).astype(float)
    noise = np.random.default_rng(1).normal(0, 3, DAYS)
    quantity = 100 * (1 + promotion) + noise
    return pd.DataFrame({"ds": ds, "quantity": quantity, "promotion": promotion})


@pytest.mark.parametrize(("promoted_from", "is_found"), [(320, True), (DAYS, False)])
def test_where_nothing_had_an_effect_only_new_covariates_are_asked_for_one(
    promoted_from: int, is_found: bool
) -> None:
    history, context, mstl = history_of(daily(promoted_from)), context_of(), CANDIDATES["mstl"]
    assert mstl.go_on is not None
    before = mstl.fit(history.head(300), context)
    assert isinstance(before, FittedToHistory)
    assert before.effects is None

    gone_on = mstl.go_on(history, context, before)

    assert isinstance(gone_on, FittedToHistory)
    assert (gone_on.effects is not None) == is_found
    assert gone_on.changing == (None if is_found else ())


def test_effects_are_not_looked_for_a_second_time_among_the_same_columns() -> None:
    """Holidays double the sales, but only of the second half of the rows."""
    frame, context, mstl = daily(DAYS), context_of(), CANDIDATES["mstl"]
    is_holiday = context.holidays.contains(pd.DatetimeIndex(frame["ds"]))
    frame.loc[is_holiday & (frame.index >= 250), "quantity"] *= 2
    history = history_of(frame)
    before = mstl.fit(history.head(250), context)
    assert mstl.go_on is not None
    assert isinstance(before, FittedToHistory)
    assert before.effects is None

    gone_on, anew = mstl.go_on(history, context, before), mstl.fit(history, context)

    assert isinstance(gone_on, FittedToHistory)
    assert isinstance(anew, FittedToHistory)
    assert gone_on.effects is None
    assert anew.effects is not None
