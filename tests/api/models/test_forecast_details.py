"""The forecasts in use, and what a stored forecast consists of, over HTTP."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy.orm import Session

from db.lifecycle.outcomes import ForecastRow
from db.tables import Product, TrainedModel
from tests.api.models.conftest import Train

TRAINING = "/api/v1/training"
DAY = "2026-02-01T00:00:00"


def test_quantiles_stand_beside_their_days(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    model = train(bakery[0])
    answer = http.get(f"{TRAINING}/models/{model.public_id}/forecast/quantiles").json()
    assert answer == {
        "model_id": model.public_id,
        "name": "Baguette",
        "levels": [0.1, 0.5, 0.9],
        "periods": [{"ds": DAY, "values": [8.5, 10.0, 11.5]}],
    }


def test_drivers_add_up_to_what_is_expected(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    model = train(bakery[0])
    answer = http.get(f"/api/v1/models/{model.id}/forecast/drivers").json()
    (period,) = answer["periods"]
    assert answer["parts"] == ["level", "week"]
    assert sum(period["values"]) == period["yhat"] == 10.0
    assert period["effects"] == ["+3 because it is a Sunday"]


@pytest.mark.parametrize("what", ["quantiles", "drivers"])
def test_models_of_earlier_versions_have_none(
    http: httpx.Client, bakery: list[Product], train: Train, what: str
) -> None:
    model = train(bakery[0], forecast_details=None)
    answer = http.get(f"{TRAINING}/models/{model.public_id}/forecast/{what}")
    assert (answer.status_code, answer.json()["periods"]) == (200, [])


@pytest.mark.parametrize("what", ["quantiles", "drivers"])
def test_tables_have_no_forecast(http: httpx.Client, table_model: TrainedModel, what: str) -> None:
    answer = http.get(f"{TRAINING}/models/{table_model.public_id}/forecast/{what}")
    assert answer.status_code == 404
    assert "has no forecast" in answer.json()["detail"]


def test_forecasts_in_use_come_in_pages(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    models = {product.sku: train(product) for product in bakery[:2]}
    found, cursor = [], None
    while len(found) < len(models):
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = http.get(f"{TRAINING}/forecasts", params=query).json()
        found += page["items"]
        cursor = page["next_cursor"]
    assert cursor is None
    told = {one["sku"]: (one["model_id"], one["forecast"]) for one in found}
    for sku, model in models.items():
        stored = http.get(f"{TRAINING}/models/{model.public_id}/forecast").json()["forecast"]
        assert told[sku] == (model.public_id, stored)


def test_forecasts_in_use_are_cut_and_chosen_by_category(
    http: httpx.Client, session: Session, bakery: list[Product], train: Train
) -> None:
    cake, bread, ended = bakery
    days = [datetime.fromisoformat(f"2026-02-0{day}") for day in (1, 2, 3)]
    train(cake, forecast=[ForecastRow(day, 5.0 + day.day, 0.0, 9.0) for day in days])
    train(bread)
    train(ended)
    cake.category = ended.category = "Cakes"
    ended.is_active = False
    session.commit()

    asked = {"category": "Cakes", "periods": 2}
    (only,) = http.get(f"{TRAINING}/forecasts", params=asked).json()["items"]
    assert (only["sku"], only["category"]) == (cake.sku, "Cakes")
    assert [point["yhat"] for point in only["forecast"]] == [6.0, 7.0]
    late = http.get(f"{TRAINING}/forecasts", params=asked | {"starts_from": "2026-02-02"}).json()
    assert [point["yhat"] for point in late["items"][0]["forecast"]] == [7.0, 8.0]
    everything = http.get(f"{TRAINING}/forecasts").json()["items"]
    assert {one["sku"]: len(one["forecast"]) for one in everything} == {cake.sku: 3, bread.sku: 1}
    assert http.get(f"{TRAINING}/forecasts", params={"category": "none"}).json()["items"] == []
