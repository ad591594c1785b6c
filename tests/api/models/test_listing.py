"""Filters, sorting and pages of the list of models."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy.orm import Session

from db.tables import Product, TrainedModel
from tests.api.models.conftest import Train

PATH = "/api/v1/models"


@pytest.fixture
def models(
    session: Session, bakery: list[Product], train: Train, table_model: TrainedModel
) -> dict[str, str]:
    """Public ids by what is special about them."""
    bakery[1].category = "Pastry"
    session.commit()
    made = {
        "old": train(bakery[0], age_days=30, metrics={"accuracy": 60.0, "mase": 1.5}),
        "champion": train(bakery[0], metrics={"accuracy": 90.0, "mase": 0.5}),
        "fallback": train(
            bakery[1],
            algorithm="seasonal_naive",
            degraded_reason="too short",
            metrics={"accuracy": 75.0, "mase": 1.0},
        ),
        "table": table_model,
    }
    return {name: model.public_id for name, model in made.items()}


def listed(http: httpx.Client, models: dict[str, str], **query: object) -> list[str]:
    response = http.get(PATH, params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    names = {public_id: name for name, public_id in models.items()}
    return [names[item["model_id"]] for item in response.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"category": "Pastry"}, {"fallback"}),
        ({"algorithm": "seasonal_naive"}, {"fallback"}),
        ({"ml_task": "regression"}, {"table"}),
        ({"kind": "product"}, {"old", "champion", "fallback"}),
        ({"deployed": True}, {"champion", "fallback"}),
        ({"deployed": False}, {"old", "table"}),
        ({"degraded": True}, {"fallback"}),
        ({"product_id": "baguette", "min_mase": 1}, {"old"}),
        ({"min_accuracy": 75, "max_accuracy": 89}, {"fallback", "table"}),
        ({"max_mase": 0.7}, {"champion"}),
        ({"created_to": (datetime.now(UTC) - timedelta(days=9)).isoformat()}, {"old"}),
        (
            {"created_from": (datetime.now(UTC) - timedelta(days=9)).isoformat(), "kind": "table"},
            {"table"},
        ),
    ],
)
def test_filters(
    http: httpx.Client, models: dict[str, str], query: dict[str, object], expected: set[str]
) -> None:
    assert set(listed(http, models, **query)) == expected


def test_sorting(http: httpx.Client, models: dict[str, str]) -> None:
    assert listed(http, models, sort="mase", direction="asc") == ["champion", "fallback", "old"]
    assert listed(http, models, sort="accuracy", kind="product") == ["champion", "fallback", "old"]
    assert listed(http, models)[-1] == "old"
    assert listed(http, models, sort="deployed_at", direction="asc", kind="product")[0] == "old"


@pytest.mark.parametrize("sort", ["created_at", "deployed_at", "accuracy", "mase"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_hold_everything_once(
    http: httpx.Client, models: dict[str, str], sort: str, direction: str
) -> None:
    whole = listed(http, models, sort=sort, direction=direction)
    query: dict[str, str] = {"sort": sort, "direction": direction, "limit": "1"}
    seen: list[str] = []
    while True:
        answer = http.get(PATH, params=query).json()
        seen += [item["model_id"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
    assert seen == [models[name] for name in whole]


def test_a_cursor_belongs_to_its_order(http: httpx.Client, models: dict[str, str]) -> None:
    cursor = http.get(PATH, params={"limit": 1}).json()["next_cursor"]
    for query in ({"cursor": cursor, "sort": "mase"}, {"cursor": "nonsense"}, {"sort": "luck"}):
        assert http.get(PATH, params=query).status_code == 400
    assert len(models) == 4
