"""What a stored forecast consists of, over HTTP."""

import httpx
import pytest

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
