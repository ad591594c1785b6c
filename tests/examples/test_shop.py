import io
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from examples.shop import generate_shop, main

COLUMNS = [
    "date",
    "product_id",
    "product_name",
    "category",
    "quantity",
    "price",
    "revenue",
    "promotion",
    "temperature",
    "rain",
]


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    return generate_shop(products=120, years=2.5, seed=7)


@pytest.fixture(scope="module")
def sold(shop: pd.DataFrame) -> pd.DataFrame:
    return shop[shop["quantity"].notna()]


def test_same_seed_same_rows() -> None:
    first, second, other = (generate_shop(products=12, years=1, seed=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, second)
    assert not first["quantity"].equals(other["quantity"])


def test_columns_are_those_of_a_sales_import(shop: pd.DataFrame) -> None:
    assert list(shop.columns) == COLUMNS
    assert shop["product_id"].nunique() == 120
    assert shop["product_name"].nunique() == 120
    assert not shop.duplicated(["product_id", "date"]).any()
    assert shop["date"].equals(shop["date"].dt.normalize())


def test_a_row_of_the_past_is_a_sale(sold: pd.DataFrame) -> None:
    assert (sold["quantity"] > 0).all()
    assert np.isfinite(sold[["price", "revenue", "temperature", "rain"]]).all(axis=None)
    np.testing.assert_allclose(sold["revenue"], sold["quantity"] * sold["price"], atol=0.01)


def test_rows_after_the_history_state_what_is_known(shop: pd.DataFrame) -> None:
    ahead = shop[shop["date"] > pd.Timestamp("2026-06-30")]
    assert ahead["date"].max() == pd.Timestamp("2026-09-28")
    assert ahead[["quantity", "revenue", "temperature", "rain"]].isna().all(axis=None)
    assert ahead["price"].gt(0).all()
    assert ahead["promotion"].any()


def test_the_plan_follows_a_products_last_sale_day_by_day(shop: pd.DataFrame) -> None:
    last_sale = shop[shop["quantity"].notna()].groupby("product_id")["date"].max()
    ahead = shop[shop["quantity"].isna()].groupby("product_id")["date"].agg(["min", "max", "size"])
    first = last_sale[ahead.index] + pd.Timedelta(days=1)
    assert (ahead["min"] == first).all()
    assert ((ahead["max"] - ahead["min"]).dt.days + 1 == ahead["size"]).all()
    assert last_sale.drop(ahead.index).max() < pd.Timestamp("2026-05-10")


def test_closed_days_have_no_sales(sold: pd.DataFrame) -> None:
    days = sold["date"]
    assert not days.dt.day_of_week.eq(0).any()
    assert not days.isin(pd.to_datetime(["2024-12-25", "2025-01-01", "2025-05-01"])).any()
    assert not days.between("2025-02-08", "2025-02-14").any()


def test_each_category_has_its_week(sold: pd.DataFrame) -> None:
    weekday = sold["date"].dt.day_of_week
    mean = sold.groupby(["category", weekday])["quantity"].mean().unstack()
    assert mean.loc["Pastries", 6] > 1.7 * mean.loc["Pastries", 1]
    assert mean.loc["Sandwiches", 6] < 0.5 * mean.loc["Sandwiches", 1]


def test_each_category_has_its_year(sold: pd.DataFrame) -> None:
    full_year = sold[sold["date"].dt.year == 2025]
    total = full_year.groupby(["category", full_year["date"].dt.month])["quantity"].sum().unstack()
    assert total.loc["Ice cream", 7] > 4 * total.loc["Ice cream", 12]
    assert total.loc["Hot drinks", 12] > 1.2 * total.loc["Hot drinks", 7]


def test_holidays_weather_and_promotions_matter(sold: pd.DataFrame) -> None:
    usual = sold.groupby(["product_id", sold["date"].dt.day_of_week])["quantity"].transform("mean")
    relative = (sold["quantity"] / usual)[usual > 5]
    known = sold.loc[relative.index]
    eves = known["date"].isin(pd.to_datetime(["2024-12-24", "2025-12-24"]))
    cakes = known["category"].eq("Cakes")
    assert relative[cakes & eves].mean() > 1.4 * relative[cakes & ~eves].mean()
    cold = known["category"].eq("Cold drinks")
    assert relative[cold & known["temperature"].gt(25)].mean() > 1.3 * relative[cold].mean()
    assert relative[known["promotion"]].mean() > 1.2 * relative[~known["promotion"]].mean()


def test_prices_rise_and_fall_in_promotions(sold: pd.DataFrame) -> None:
    regular = sold[~sold["promotion"]].groupby("product_id")["price"]
    assert (regular.last() > regular.first()).mean() > 0.8
    one = sold[sold["product_id"] == sold.loc[sold["promotion"], "product_id"].iloc[0]]
    promoted = one.loc[one["promotion"], "price"]
    assert promoted.mean() < 0.9 * one.loc[~one["promotion"], "price"].mean()


def test_products_are_born_end_and_may_be_too_new(sold: pd.DataFrame) -> None:
    life = sold.groupby("product_id")["date"].agg(["min", "max"])
    start, end = sold["date"].min(), sold["date"].max()
    assert (life["min"] > start + pd.Timedelta(days=60)).sum() >= 10
    assert (life["max"] < end - pd.Timedelta(days=50)).sum() >= 5
    assert (life["min"] > end - pd.Timedelta(days=30)).sum() == 2


def test_volumes_differ_and_some_sell_rarely(sold: pd.DataFrame) -> None:
    open_days = sold["date"].nunique()
    per_day = sold.groupby("product_id")["quantity"].sum() / open_days
    assert per_day.max() > 200 * per_day.min()
    rows = sold.groupby("product_id").size() / open_days
    assert (rows < 0.5).mean() > 0.05
    assert (rows > 0.95).mean() > 0.5


def test_shelves_run_empty_and_large_orders_come(sold: pd.DataFrame) -> None:
    usual = sold.groupby("product_id")["quantity"].transform("median")
    brisk = sold[usual > 20]
    open_days = pd.DatetimeIndex(np.sort(sold["date"].unique()))
    position = brisk["date"].map(pd.Series(range(len(open_days)), index=open_days))
    skipped = position.groupby(brisk["product_id"]).diff().dropna() - 1
    assert 0.003 < (skipped > 0).mean() < 0.03
    assert 0.0003 < (brisk["quantity"] > 4 * usual[brisk.index]).mean() < 0.01


def test_start_end_and_country_are_followed() -> None:
    frame = generate_shop(
        3, seed=1, start=date(2024, 1, 2), end=date(2024, 8, 31), country="DE", horizon_days=0
    )
    assert frame["date"].min() == pd.Timestamp("2024-01-02")
    assert frame["date"].max() == pd.Timestamp("2024-08-31")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"products": 0}, "products is 0; it must be at least 1"),
        ({"horizon_days": -1}, "horizon_days is -1; it must be at least 0"),
        ({"years": 0.1}, "too short: at least 120 days"),
        ({"country": "XX"}, "use an ISO 3166 code"),
    ],
)
def test_impossible_shops_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate_shop(**arguments)


def test_command_writes_both_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet, csv = tmp_path / "shop.parquet", tmp_path / "shop.csv"
    for path in (parquet, csv):
        assert main(["--products", "4", "--years", "0.5", "--out", str(path)]) == 0
    assert "4 products" in capsys.readouterr().out
    stored = pd.read_parquet(parquet)
    text = pd.read_csv(io.StringIO(csv.read_text(encoding="utf-8")), parse_dates=["date"])
    np.testing.assert_allclose(text["quantity"], stored["quantity"])
    assert text["date"].tolist() == stored["date"].tolist()
    assert text["promotion"].tolist() == stored["promotion"].tolist()


def test_command_refuses_an_unknown_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--products", "2", "--years", "0.5", "--out", str(tmp_path / "shop.xls")]) == 2
    assert "must end in .parquet or .csv" in capsys.readouterr().err
