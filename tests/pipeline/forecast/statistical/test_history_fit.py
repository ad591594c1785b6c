"""Methods for arrays, fitted to a history, and again to one that has become longer."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.statistical.history_fit import FittedToHistory
from pipeline.forecast.statistical.long_seasons import WithLongSeasons
from tests.pipeline.forecast.series import context_of, history_of

HOURS = 24 * 7 * 10


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
