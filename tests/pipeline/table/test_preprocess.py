import numpy as np
import pandas as pd
import pytest

from pipeline.table.columns import plan_columns
from pipeline.table.load import plain_frame
from pipeline.table.preprocess import build_preprocessing
from tests.pipeline.table.tables import LIMITS, shop_rows

RANDOM = np.random.default_rng(0)
ROWS = 400


def plain(**columns: object) -> pd.DataFrame:
    return plain_frame(pd.DataFrame({name: pd.Series(v) for name, v in columns.items()}), LIMITS)


PLACES = {
    "amount": ("numbers", RANDOM.normal(size=ROWS)),
    "counts": ("numbers", RANDOM.integers(0, 9, ROWS)),
    "switch": ("numbers", RANDOM.random(ROWS) < 0.5),
    "took": ("numbers", pd.to_timedelta(RANDOM.integers(1, 900, ROWS), unit="s")),
    "written_numbers": ("numbers", [f"{x:.2f}" for x in RANDOM.normal(size=ROWS)]),
    "postcode": ("many_valued", [f"0{x}" for x in RANDOM.integers(1000, 1060, ROWS)]),
    "town": ("categories", RANDOM.choice(["Lyon", "Nice"], ROWS)),
    "product": ("many_valued", [f"sku-{x}" for x in RANDOM.integers(0, 60, ROWS)]),
    "day": ("dates", pd.date_range("2024-01-01", periods=ROWS)),
    "moment": ("dates", pd.date_range("2024-01-01", periods=ROWS, freq="h", tz="Europe/Paris")),
    "written_day": ("dates", pd.date_range("2024-01-01", periods=ROWS).strftime("%Y-%m-%d")),
    "remark": ("presence", [f"text {i}" if i % 3 else None for i in range(ROWS)]),
}


@pytest.mark.parametrize(("place", "values"), PLACES.values(), ids=PLACES.keys())
def test_each_kind_of_column_has_its_place(place, values):
    frame = plain(x=values)
    plan = plan_columns(frame)
    assert getattr(plan, place) == ["x"]
    matrix = build_preprocessing(plan).fit_transform(frame)
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    assert matrix.shape[0] == ROWS


DROPPED = {
    "empty": ([None] * ROWS, "all values are missing"),
    "constant": ([7] * ROWS, "same value in every row"),
    "identifier": ([f"id-{i}" for i in range(ROWS)], "400 different values, like an identifier"),
    "running number": (list(range(5, ROWS + 5)), "running number"),
    "bytes": ([b"\xff", b"\xfe"] * (ROWS // 2), "raw bytes"),
}


@pytest.mark.parametrize(("values", "reason"), DROPPED.values(), ids=DROPPED.keys())
def test_nothing_to_learn_from_is_dropped_with_a_reason(values, reason):
    plan = plan_columns(plain(x=values))
    assert plan.features == ()
    assert reason in plan.dropped["x"]


def test_preprocessing_learns_from_the_rows_it_is_fitted_on_only():
    """The same training rows give the same transformer, whatever else the table holds."""
    frame = plain_frame(shop_rows(), LIMITS)
    train, test = frame.iloc[:100], frame.iloc[100:]
    plan = plan_columns(train)
    fitted = build_preprocessing(plan).fit(train)
    before = fitted.transform(train)
    extreme = test.assign(size=1e9, town="Atlantis", visits=-1e9)
    fitted.transform(extreme)
    np.testing.assert_array_equal(fitted.transform(train), before)
    whole = build_preprocessing(plan).fit(pd.concat([train, extreme])).transform(train)
    assert not np.array_equal(whole, before)


def test_a_missing_number_is_the_median_and_marked():
    frame = plain(x=[1.0, 2.0, 3.0, np.nan] * 10)
    matrix = build_preprocessing(plan_columns(frame)).fit_transform(frame)
    value, mark = matrix[:4].T
    assert value[3] == value[1]
    assert mark[3] > 0 > mark[0]


@pytest.mark.parametrize("extreme", [np.inf, -np.inf, 1e308, -1e308])
def test_no_number_is_too_large(extreme):
    frame = plain(x=[1.0, 2.0, 3.0, extreme] * 10)
    assert np.isfinite(build_preprocessing(plan_columns(frame)).fit_transform(frame)).all()


def test_unseen_and_missing_categories_are_no_error():
    frame = plain(town=["Lyon", "Nice"] * 20, product=[f"sku-{i % 40}" for i in range(40)] * 1)
    frame = pd.concat([frame] * 5, ignore_index=True)
    plan = plan_columns(frame)
    fitted = build_preprocessing(plan).fit(frame)
    new = pd.DataFrame({"town": ["Paris", None], "product": [None, 17]})
    assert np.isfinite(fitted.transform(new)).all()


def test_the_first_and_the_last_day_of_the_calendar():
    days = np.array(["0001-01-01", "9999-12-31"] * 20, dtype="datetime64[s]")
    frame = plain(x=days)
    assert np.isfinite(build_preprocessing(plan_columns(frame)).fit_transform(frame)).all()


def test_dates_become_habits_of_the_clock_on_the_wall():
    zone = pd.date_range("2025-01-06 23:30", periods=30, tz="Europe/Paris")
    naive = zone.tz_localize(None)
    plans = [plain(x=days) for days in (zone, naive)]
    first, second = (build_preprocessing(plan_columns(f)).fit_transform(f) for f in plans)
    np.testing.assert_allclose(first, second, rtol=1e-5)
