"""Two models side by side."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from db.lifecycle.outcomes import ForecastRow
from db.tables import Product, TrainedModel
from tests.api.models.conftest import Train

FIRST = datetime.fromisoformat("2026-02-01")


def compare(http: httpx.Client, a: TrainedModel, b: TrainedModel) -> Any:
    query = {"a": a.public_id, "b": str(b.id)}
    response = http.get("/api/v1/training/models/compare", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def days(values: dict[int, float]) -> list[ForecastRow]:
    return [ForecastRow(FIRST + timedelta(days=day), y, None, None) for day, y in values.items()]


@pytest.fixture
def pair(bakery: list[Product], train: Train) -> tuple[TrainedModel, TrainedModel]:
    first = train(
        bakery[0],
        hyperparameters={"prophet": {"scale": 0.05, "weekly": True}},
        features=["weekday", "holiday"],
        metrics={"mase": 1.0, "accuracy": 70.0, "coverage": 0.80},
        interval_width=0.95,
        forecast=days({0: 10.0, 1: 11.0}),
        training_data_points=100,
        data_digest="a" * 64,
    )
    second = train(
        bakery[0],
        algorithm="poisson",
        hyperparameters={"prophet": {"scale": 0.5, "weekly": True}},
        features=["weekday", "weather"],
        metrics={"mase": 0.8, "accuracy": 65.0, "coverage": 0.99},
        interval_width=0.95,
        forecast=days({1: 12.5, 2: 9.0}),
        training_data_points=120,
        data_digest="b" * 64,
    )
    return first, second


def test_numbers_side_by_side(http: httpx.Client, pair: tuple[TrainedModel, TrainedModel]) -> None:
    answer = compare(http, *pair)
    metrics = {metric["name"]: metric for metric in answer["metrics"]}

    assert (answer["a"]["model_id"], answer["b"]["model_id"]) == (
        pair[0].public_id,
        pair[1].public_id,
    )
    assert metrics["mase"]["difference"] == pytest.approx(-0.2)
    assert metrics["mase"]["better"] == "b"
    assert metrics["accuracy"]["better"] == "a"
    assert metrics["coverage"]["better"] == "b"
    assert "wape" not in metrics


def test_what_differs(http: httpx.Client, pair: tuple[TrainedModel, TrainedModel]) -> None:
    answer = compare(http, *pair)

    assert answer["hyperparameters"] == [{"name": "prophet.scale", "a": 0.05, "b": 0.5}]
    assert answer["features"] == {"only_a": ["holiday"], "only_b": ["weather"], "shared": 1}
    assert answer["data"]["is_same"] is False
    assert (answer["data"]["training_points_a"], answer["data"]["training_points_b"]) == (100, 120)
    assert answer["data"]["forecast_from_b"] == "2026-02-02T00:00:00"
    (common,) = answer["forecasts"]
    assert (common["ds"], common["difference"]) == ("2026-02-02T00:00:00", 1.5)


def test_the_verdict_in_words(http: httpx.Client, pair: tuple[TrainedModel, TrainedModel]) -> None:
    first, second = pair
    answer = compare(http, first, second)
    swapped = compare(http, second, first)
    itself = compare(http, first, first)

    assert answer["better"] == "b"
    assert answer["verdict"].startswith(f"{second.public_id} is better")
    assert "different data" in answer["verdict"]
    assert swapped["better"] == "a"
    assert itself["better"] is None
    assert itself["verdict"].startswith("Both are about equally good")
    assert "different data" not in itself["verdict"]


def test_the_gate_is_shown_to_whoever_compares_both_of_its_models(
    http: httpx.Client, pair: tuple[TrainedModel, TrainedModel]
) -> None:
    gate = compare(http, *pair)["gate"]

    assert (gate["kind"], gate["model_id"]) == ("auto", pair[1].public_id)
    assert compare(http, pair[0], pair[0])["gate"] is None


def test_what_cannot_be_compared_is_refused(
    http: httpx.Client, pair: tuple[TrainedModel, TrainedModel], table_model: TrainedModel
) -> None:
    path = "/api/v1/training/models/compare"
    other = http.get(path, params={"a": pair[0].public_id, "b": table_model.public_id})
    missing = http.get(path, params={"a": pair[0].public_id})
    unknown = http.get(path, params={"a": pair[0].public_id, "b": "model-none"})

    assert (other.status_code, missing.status_code, unknown.status_code) == (400, 400, 404)
    assert "regression" in other.json()["detail"]
    assert compare(http, table_model, table_model)["better"] is None
