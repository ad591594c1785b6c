"""The catalogue over HTTP."""

from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.operation_tables import AuditEntry
from db.tables import DEFAULT_TENANT_ID, Product, Tenant
from tests.fixtures.served import Serve
from tests.fixtures.waiting import PATIENCE_S

PRODUCTS = "/api/v1/training/products"
ODD_SKUS = [
    "a/b",
    "a//b",
    "/a",
    "bread & butter?",
    "50%",
    "%2F",
    "a b+c#d",
    "start",
    "..;x",
]


def address(sku: str) -> str:
    return f"{PRODUCTS}/{quote(sku, safe='')}"


def skus(answer: httpx.Response) -> list[str]:
    return sorted(item["sku"] for item in answer.json()["items"])


def add(http: httpx.Client, sku: str, **more: object) -> httpx.Response:
    return http.post(PRODUCTS, json={"sku": sku, **more})


def test_a_product_is_added_and_shown_by_id_and_sku(http: httpx.Client) -> None:
    added = add(http, "rolls", name="Rolls", category="Bread", priority=5)

    assert added.status_code == 201
    made = added.json()
    assert (made["sku"], made["name"], made["category"], made["priority"], made["is_active"]) == (
        "rolls",
        "Rolls",
        "Bread",
        5,
        True,
    )
    assert http.get(f"{PRODUCTS}/{made['id']}").json() == made
    assert http.get(f"{PRODUCTS}/rolls").json() == made


@pytest.mark.parametrize("sku", ODD_SKUS)
def test_every_sku_addresses_its_product(http: httpx.Client, sku: str) -> None:
    assert add(http, sku).status_code == 201

    assert http.get(address(sku)).json()["sku"] == sku
    assert http.patch(address(sku), json={"name": "Odd"}).json()["name"] == "Odd"
    assert http.get(f"{address(sku)}/sales").json()["sku"] == sku
    started = http.post(f"/api/v1/training/start/{quote(sku, safe='')}")
    assert started.status_code in {202, 422}
    latest = http.get(f"/api/v1/training/models/latest/{quote(sku, safe='')}")
    assert "has no model yet" in latest.json()["detail"]


def test_odd_skus_are_found_behind_the_real_server(serve: Serve) -> None:
    with httpx.Client(base_url=serve().url, timeout=PATIENCE_S) as client:
        for sku in (*ODD_SKUS, "pão de queijo"):  # WSGITransport spoils letters with accents
            assert add(client, sku).status_code == 201
            assert client.get(address(sku)).json()["sku"] == sku


@pytest.mark.parametrize("sku", [*ODD_SKUS, "a/sales", ".", "..", "../x"])
def test_a_query_finds_a_product_by_any_sku_and_tells_its_id(http: httpx.Client, sku: str) -> None:
    made = add(http, sku).json()
    add(http, f"{sku}x")

    found = http.get(PRODUCTS, params={"product": sku}).json()["items"]

    assert [product["id"] for product in found] == [made["id"]]
    assert http.get(PRODUCTS, params={"product": made["id"]}).json()["items"] == found
    assert http.get(f"{PRODUCTS}/{made['id']}").json()["sku"] == sku


def test_a_query_for_no_product_is_refused(http: httpx.Client) -> None:
    refused = http.get(PRODUCTS, params={"product": "bun"})

    assert (refused.status_code, refused.json()["detail"]) == (
        404,
        "There is no product with the id or SKU 'bun'",
    )


def test_one_sku_is_one_product(http: httpx.Client) -> None:
    assert add(http, "rolls").status_code == 201

    again = add(http, "rolls")

    assert again.status_code == 409
    assert "'rolls' already" in again.json()["detail"]


def test_a_sku_that_nobody_sees_is_refused(http: httpx.Client) -> None:
    refused = add(http, "\u200b\u202e")

    assert refused.status_code == 422
    assert "a character that can be seen" in refused.text


def test_a_repeated_key_adds_once(http: httpx.Client) -> None:
    key = {"Idempotency-Key": "k1"}

    first = http.post(PRODUCTS, json={"sku": "rolls"}, headers=key)
    again = http.post(PRODUCTS, json={"sku": "rolls"}, headers=key)
    other = http.post(PRODUCTS, json={"sku": "buns"}, headers=key)

    assert first.json()["id"] == again.json()["id"]
    assert (again.status_code, other.status_code) == (201, 409)


def test_patch_changes_what_it_names_and_put_all(http: httpx.Client, bakery: list[Product]) -> None:
    changed = http.patch(f"{PRODUCTS}/rye", json={"is_active": False, "priority": 3}).json()
    assert (changed["name"], changed["category"], changed["is_active"], changed["priority"]) == (
        "Rye",
        "Bread",
        False,
        3,
    )

    assert http.patch(f"{PRODUCTS}/rye", json={"category": None}).json()["category"] is None

    replaced = http.put(f"{PRODUCTS}/rye", json={"name": "Rye loaf"}).json()
    assert (replaced["name"], replaced["is_active"], replaced["priority"]) == ("Rye loaf", True, 0)


@pytest.mark.parametrize(
    "wrong", [{"priority": 10}, {"sku": "new"}, {"name": ""}, {"is_active": "perhaps"}]
)
def test_wrong_changes_are_refused(
    http: httpx.Client, bakery: list[Product], wrong: dict[str, object]
) -> None:
    assert http.patch(f"{PRODUCTS}/rye", json=wrong).status_code == 422


def test_filters(http: httpx.Client, bakery: list[Product]) -> None:
    http.patch(f"{PRODUCTS}/rye", json={"is_active": False, "category": "Dark"})

    assert skus(http.get(PRODUCTS, params={"active": "true"})) == ["baguette", "croissant"]
    assert skus(http.get(PRODUCTS, params={"active": "false"})) == ["rye"]
    assert skus(http.get(PRODUCTS, params={"category": "Dark"})) == ["rye"]
    assert skus(http.get(PRODUCTS, params={"search": "CROI"})) == ["croissant"]
    assert skus(http.get(PRODUCTS, params={"search": "%"})) == []
    assert skus(http.get(PRODUCTS, params={"has_model": "true"})) == []
    assert len(skus(http.get(PRODUCTS, params={"has_model": "false"}))) == 3


def test_a_product_without_a_past_can_be_deleted(http: httpx.Client) -> None:
    add(http, "rolls")

    assert http.delete(f"{PRODUCTS}/rolls").status_code == 204
    assert http.get(f"{PRODUCTS}/rolls").status_code == 404


def test_a_product_with_sales_is_deleted_only_by_force(http: httpx.Client) -> None:
    file = b"date,product_id,quantity\n2026-01-01,rolls,5\n"
    http.post("/api/v1/training/sales", content=file, headers={"Content-Type": "text/csv"})

    refused = http.delete(f"{PRODUCTS}/rolls")

    assert refused.status_code == 409
    assert "is_active" in refused.json()["detail"]
    assert http.delete(f"{PRODUCTS}/rolls", params={"force": "true"}).status_code == 204
    assert http.get(f"{PRODUCTS}/rolls").status_code == 404


def test_a_product_in_a_job_is_not_deleted(http: httpx.Client, bakery: list[Product]) -> None:
    http.post("/api/v1/training/start/rye")

    refused = http.delete(f"{PRODUCTS}/rye", params={"force": "true"})

    assert refused.status_code == 409
    assert "stop the job first" in refused.json()["detail"]


def test_no_more_products_than_the_tenant_may_have(
    http: httpx.Client, session: Session, bakery: list[Product]
) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_products = 3
    session.commit()

    refused = add(http, "rolls")

    assert refused.status_code == 429
    assert http.get(f"{PRODUCTS}/rolls").status_code == 404


def test_changes_are_in_the_audit_trail(http: httpx.Client, session: Session) -> None:
    add(http, "rolls")
    http.patch(f"{PRODUCTS}/rolls", json={"priority": 0})
    http.patch(f"{PRODUCTS}/rolls", json={"priority": 1})
    http.delete(f"{PRODUCTS}/rolls")

    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()

    assert list(actions) == ["create", "change", "delete"]
