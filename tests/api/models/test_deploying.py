"""Deploying, going back, pinning and deleting models over HTTP, and the history of it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.lifecycle.outcomes import ChampionComparison
from db.models.gate import configuration
from db.operation_tables import AuditEntry, LiveScore
from db.tables import Product, TrainedModel
from tests.api.models.conftest import Train

PREFIXES = ("/api/v1/training", "/api/v1")
TRAINING, ROOT = PREFIXES


def post(http: httpx.Client, path: str, status: int = 200) -> Any:
    return _answer(http.post(f"{TRAINING}{path}"), status)


def get(http: httpx.Client, path: str, status: int = 200) -> Any:
    return _answer(http.get(f"{TRAINING}{path}"), status)


def delete(http: httpx.Client, path: str, status: int = 200) -> Any:
    return _answer(http.delete(f"{TRAINING}{path}"), status)


def _answer(response: httpx.Response, status: int) -> Any:
    assert response.status_code == status, response.text
    kind = "application/json" if status < 400 else "application/problem+json"
    assert response.headers["Content-Type"] == kind
    return response.json()


def actions(session: Session, model: TrainedModel) -> list[tuple[str, str]]:
    statement = select(AuditEntry).where(AuditEntry.subject_id == model.public_id)
    rows = session.scalars(statement.order_by(AuditEntry.id))
    return [(row.action, row.actor) for row in rows]


def champion(http: httpx.Client, product: Product) -> str | None:
    listed = get(http, f"/models?product_id={product.sku}&deployed=true")["items"]
    return listed[0]["model_id"] if listed else None


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_older_model_is_deployed_by_hand_and_again_is_harmless(
    http: httpx.Client, session: Session, bakery: list[Product], train: Train, prefix: str
) -> None:
    first, second = train(bakery[0]), train(bakery[0])
    for reference in (first.public_id, str(first.id)):
        answer = _answer(http.post(f"{prefix}/models/{reference}/deploy"), 200)
        assert answer["is_deployed"]
        assert answer["previous_champion"] == second.public_id

    assert champion(http, bakery[0]) == first.public_id
    assert [entry["kind"] for entry in answer["deployments"]] == ["manual", "auto", "auto"]
    assert actions(session, first)[-1] == ("deploy", "everybody")
    assert len(actions(session, first)) == 3


def test_what_cannot_be_deployed_is_refused(http: httpx.Client, table_model: TrainedModel) -> None:
    assert (
        "belongs to no product"
        in post(http, f"/models/{table_model.public_id}/deploy", 409)["detail"]
    )
    assert "model-none" in post(http, "/models/model-none/deploy", 404)["detail"]
    post(http, f"/models/{uuid4()}/rollback", 404)


def test_a_product_goes_back_to_the_model_before(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    first, second, third = (train(bakery[0]) for _ in range(3))

    answer = post(http, f"/models/{third.public_id}/rollback")
    assert (answer["model_id"], answer["is_deployed"]) == (second.public_id, True)
    again = post(http, f"/models/{third.public_id}/rollback", 409)
    assert second.public_id in again["detail"]

    assert post(http, f"/products/{bakery[0].sku}/rollback")["model_id"] == first.public_id
    assert (
        "nothing to go back to" in post(http, f"/products/{bakery[0].id}/rollback", 409)["detail"]
    )
    post(http, "/products/nothing/rollback", 404)


def test_the_history_of_a_product_tells_why(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    first = train(bakery[0])
    refused = train(
        bakery[0],
        comparison=ChampionComparison(
            champion_id=first.id,
            configuration=configuration(first),
            is_worse=True,
            difference=0.3,
            margin=0.05,
            evidence={"challenger_error": 1.3, "incumbent_error": 1.0},
        ),
    )
    post(http, f"/models/{refused.public_id}/deploy")

    page = get(http, f"/products/{bakery[0].sku}/deployments?limit=2")
    rest = get(http, f"/products/{bakery[0].sku}/deployments?cursor={page['next_cursor']}")
    kinds = [entry["kind"] for entry in page["items"] + rest["items"]]
    assert kinds == ["manual", "refused", "auto"]
    assert rest["next_cursor"] is None
    entry = page["items"][1]
    assert (entry["model_id"], entry["previous_model_id"]) == (refused.public_id, first.public_id)
    assert "30.0% higher" in entry["reason"]
    assert entry["evidence"] == {"challenger_error": 1.3, "incumbent_error": 1.0}
    assert get(http, f"/models/{refused.public_id}")["gate"] == entry


def test_a_model_shows_its_versions_files_and_job(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    first, second = train(bakery[0]), train(bakery[0])
    train(bakery[1])

    answer = get(http, f"/models/{second.public_id}")

    assert {version["model_id"] for version in answer["versions"]} == {
        first.public_id,
        second.public_id,
    }
    assert answer["training_job"]["job_id"] == str(second.training_job_id)
    assert answer["training_job"]["status"] == "completed"
    assert answer["artifacts"][0]["checksum"] == "ab" * 32
    assert answer["manifest_digest"] == "ab" * 32
    assert answer["previous_champion"] == first.public_id


def test_a_model_tells_how_its_forecast_does(
    http: httpx.Client, session: Session, bakery: list[Product], train: Train
) -> None:
    model = train(bakery[0])
    assert get(http, f"/models/{model.id}")["live"] is None

    figures = {"scored_points": 9, "wape": 0.3, "wape_limit": 0.2, "is_drifting": True}
    of_model = {"model_id": model.id, "tenant_id": model.tenant_id, "product_id": bakery[0].id}
    session.add(LiveScore(**of_model, **figures))
    session.commit()

    told = get(http, f"/models/{model.id}")["live"]
    assert {name: told[name] for name in figures} == figures
    assert told["scored_at"]
    assert {**get(http, f"/models/{model.id}/live"), **told}["wape"] == 0.3


def test_the_deployed_model_is_deleted_by_force_alone(
    http: httpx.Client, session: Session, bakery: list[Product], train: Train
) -> None:
    first, second = train(bakery[0]), train(bakery[0])
    assert "force=true" in delete(http, f"/models/{second.public_id}", 409)["detail"]

    answer = delete(http, f"/models/{second.public_id}?force=true")

    assert (answer["was_deployed"], answer["previous_champion"]) == (True, first.public_id)
    assert champion(http, bakery[0]) is None
    delete(http, f"/models/{second.public_id}?force=true", 404)
    get(http, f"/models/{second.public_id}/forecast", 404)
    newest = get(http, f"/products/{bakery[0].sku}/deployments")["items"][0]
    assert (newest["kind"], newest["evidence"]["model_id"]) == ("withdrawn", second.public_id)
    assert actions(session, second)[-1] == ("delete", "everybody")
    assert post(http, f"/products/{bakery[0].sku}/rollback")["model_id"] == first.public_id
    assert delete(http, f"/models/{first.public_id}?force=perhaps", 400)["status"] == 400


def test_a_pinned_model_is_kept_until_it_is_unpinned(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    first, _ = train(bakery[0]), train(bakery[0])
    assert post(http, f"/models/{first.public_id}/pin")["is_pinned"]
    assert [item["model_id"] for item in get(http, "/models?pinned=true")["items"]] == [
        first.public_id
    ]
    assert "pinned" in delete(http, f"/models/{first.public_id}", 409)["detail"]
    assert not delete(http, f"/models/{first.public_id}/pin")["is_pinned"]
    assert delete(http, f"/models/{first.public_id}")["model_id"] == first.public_id


@pytest.mark.parametrize("path", ["/models/latest/", "/models/latest", "/models//", "/models//x"])
def test_an_address_without_its_last_part_is_not_found(http: httpx.Client, path: str) -> None:
    for prefix in PREFIXES:
        _answer(http.get(prefix + path), 404)
