"""The audit trail names what its lines are about."""

from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.orm import Session

from db.operation import audit
from db.tables import DEFAULT_TENANT_ID, Product, TrainedModel
from tests.api.models.conftest import Train

TRAINING = "/api/v1/training"


def lines(http: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = http.get(f"{TRAINING}/audit", params={"limit": 200, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def names(http: httpx.Client, **query: str) -> list[str | None]:
    return [line["subject_name"] for line in lines(http, **query)]


def test_a_model_is_named_after_its_product(
    http: httpx.Client, bakery: list[Product], train: Train
) -> None:
    model = train(bakery[0])

    assert set(names(http, subject_id=model.public_id)) == {"Baguette"}

    http.patch(f"{TRAINING}/products/baguette", json={"name": "Bread"})
    assert set(names(http, subject_id=model.public_id)) == {"Bread"}


def test_a_model_of_a_table_has_the_name_of_its_training(
    http: httpx.Client, table_model: TrainedModel
) -> None:
    assert table_model.name
    assert set(names(http, subject_id=table_model.public_id)) == {table_model.name}


def test_what_is_gone_is_named_too(http: httpx.Client, bakery: list[Product], train: Train) -> None:
    model = train(bakery[0])
    http.delete(f"{TRAINING}/models/{model.public_id}", params={"force": True})
    assert names(http, action="delete", subject_id=model.public_id) == ["Baguette"]

    entry = {"kind": "event", "name": "Fair", "starts_on": "2026-05-15"}
    made = http.post(f"{TRAINING}/calendar", json=entry).json()
    http.delete(f"{TRAINING}/calendar/{made['id']}")
    assert names(http, subject_id=made["id"]) == ["Fair", "Fair"]


def test_what_nothing_tells_of_has_no_name(http: httpx.Client, session: Session) -> None:
    audit.record(session, DEFAULT_TENANT_ID, "run", "job", "no id at all")
    session.commit()

    assert names(http, subject_id="no id at all") == [None]


def test_a_long_page_takes_no_more_questions_than_a_short_one(
    http: httpx.Client, session: Session, bakery: list[Product], train: Train
) -> None:
    def asked() -> int:
        statements: list[str] = []
        engine = session.get_bind()

        def note(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(engine, "before_cursor_execute", note)
        try:
            lines(http, subject_type="model")
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    train(bakery[0])
    lines(http)  # the first request of all reads what later ones remember
    once = asked()
    for product in bakery:
        train(product)

    assert asked() == once
