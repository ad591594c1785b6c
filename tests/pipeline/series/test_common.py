"""What series of a table learn from one another, and what they must not."""

import time

import numpy as np
import pandas as pd

from pipeline.forecast.shared import NEUTRAL, SharedProfile
from pipeline.series.categories import find_categories
from pipeline.series.clock import Clock
from pipeline.series.columns import find_columns
from pipeline.series.fitting import Planned, plan_series
from pipeline.series.methods.common import Common
from pipeline.series.methods.method import Past
from pipeline.series.panel import lay_panel
from pipeline.series.pooling import LEAST_SERIES, learn_common
from pipeline.table.spec import TableSpec
from tests.pipeline.series.tables import forecast, panel

SPEC = TableSpec(ml_task="time_series", target_variable="sales")
HORIZON = 7


def planned(frame: pd.DataFrame) -> list[Planned]:
    laid = lay_panel(frame, find_columns(frame, SPEC))
    pasts = [
        Past(
            actual=one.values,
            first=one.first,
            calendar=laid.calendar,
            season=1,
            signed=False,
            covariates={},
            horizon=HORIZON,
        )
        for one in laid.series
    ]
    return [
        plan_series(past, one.names, {}, HORIZON, 0.2)
        for past, one in zip(pasts, laid.series, strict=True)
    ]


def learned(frame: pd.DataFrame, seconds: float = 600.0) -> Common | None:
    clock = Clock.of(time.perf_counter(), seconds)
    return learn_common(planned(frame), clock, 1, lambda _share, _message: None)


def test_a_test_on_the_past_knows_nothing_that_was_learned_later() -> None:
    early, late = SharedProfile(shop=NEUTRAL), SharedProfile(shop=NEUTRAL)
    common = Common(((50, early), (80, late)))
    assert common.known_at(49) is None
    assert common.known_at(50) is early
    assert common.known_at(79) is early
    assert common.known_at(200) is late


def test_nothing_after_an_origin_is_learned_for_it() -> None:
    frame = panel(LEAST_SERIES, 120)
    found = learned(frame)
    assert found is not None
    origins = [until for until, _ in found.profiles]
    assert origins == sorted(origins)
    assert origins[-1] == 120
    changed = frame.copy()
    late = changed["date"] >= frame["date"].min() + pd.Timedelta(days=origins[1])
    changed.loc[late, "sales"] *= 3
    other = learned(changed)
    assert other is not None
    for before, after in list(zip(found.profiles, other.profiles, strict=True))[:2]:
        np.testing.assert_array_equal(before[1].shop.weekdays, after[1].shop.weekdays)
        assert before[1].observed_until == after[1].observed_until
        assert before[1].observed_until < frame["date"].min() + pd.Timedelta(days=before[0])


def test_few_series_or_little_time_teach_nothing() -> None:
    assert learned(panel(LEAST_SERIES - 1, 120)) is None
    assert learned(panel(LEAST_SERIES, 120), seconds=4.0) is None


def test_the_figures_of_the_test_know_nothing_of_what_other_series_did_then() -> None:
    frame = panel(6, 100).assign(sales=lambda rows: rows["sales"].round(3))
    first_tested = pd.Timestamp("2024-01-01") + pd.Timedelta(days=100 - 2 * HORIZON)
    changed = frame.copy()
    others = (changed["store"] != "store 0") & (changed["date"] >= first_tested)
    changed.loc[others, "sales"] *= np.linspace(1, 4, int(others.sum()))
    request = {"model_type": "forecast_engine", "horizon": HORIZON, "time_budget_seconds": 300.0}
    first, second = (forecast(one, "sales", **request) for one in (frame, changed))
    figures = [one.explanation["series"][0] for one in (first, second)]
    assert figures[0]["series"] == {"store": "store 0"}
    assert figures[0] == figures[1]


def test_a_series_that_ended_early_is_forecast_from_its_own_end() -> None:
    frame = panel(6, 100)
    ended = frame[(frame["store"] != "store 3") | (frame["date"] < "2024-03-01")]
    result = forecast(ended, "sales", model_type="forecast_engine", horizon=HORIZON)
    ahead = result.model.forecast().query("store == 'store 3'")
    assert ahead["date"].iloc[0] == pd.Timestamp("2024-03-01")
    assert ahead["prediction"].min() > 30


def test_a_column_that_never_changes_within_a_series_tells_its_kind() -> None:
    frame = panel(6, 40)
    kinds = np.where(frame["store"].isin([f"store {n}" for n in range(3)]), "north", "south")
    frame = frame.assign(region=kinds, weather=np.resize(["dry", "wet"], len(frame)))
    columns = find_columns(frame, SPEC)
    found = find_categories(frame, columns, ())
    assert found[("store 0",)] == "north"
    assert found[("store 5",)] == "south"
    assert find_categories(frame, columns, ("region",)) == {}
