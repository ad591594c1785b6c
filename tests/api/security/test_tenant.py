"""The tenant's own settings, and the trail of who changed them."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from db.pages import encode_cursor
from tests.api.security.tokens import OURS, THEIRS, bearer

OWN = "/api/v1/training/tenant"
AUDIT = "/api/v1/training/audit"


def change(http: httpx.Client, scope: str = "admin", **values: Any) -> httpx.Response:
    return http.patch(OWN, headers=bearer(scope=scope), json=values)


def test_a_tenant_is_shown_and_changed(secured: httpx.Client) -> None:
    changed = change(
        secured,
        name="Bakery",
        country="es",
        subdivision="MD",
        time_zone="Europe/Madrid",
        latitude=40.4,
        longitude=-3.7,
        training_defaults={"horizon_days": 30},
        quotas={"max_active_jobs": 2},
    )
    assert changed.status_code == 200, changed.text
    shown = secured.get(OWN, headers=bearer(scope="read")).json()
    assert shown == changed.json()
    assert (shown["name"], shown["country"], shown["time_zone"]) == (
        "Bakery",
        "ES",
        "Europe/Madrid",
    )
    assert shown["training_defaults"] == {"horizon_days": 30}
    assert shown["quotas"] == {
        "requests_per_minute": None,
        "max_active_jobs": 2,
        "max_products": None,
        "max_running_tasks": None,
    }


def test_what_is_left_out_stays_and_null_takes_back(secured: httpx.Client) -> None:
    change(secured, country="ES", time_zone="Europe/Madrid", quotas={"max_products": 5})
    after = change(secured, time_zone=None, quotas={"max_active_jobs": 1}).json()
    assert (after["country"], after["time_zone"]) == ("ES", None)
    assert (after["quotas"]["max_products"], after["quotas"]["max_active_jobs"]) == (5, 1)
    assert change(secured, quotas=None).json()["quotas"]["max_products"] is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"time_zone": "Europe/Baker Street"}, "There is no time zone"),
        ({"country": "Spain"}, "country"),
        ({"country": "XX"}, "The holidays of the country XX are not known"),
        ({"country": "ES", "subdivision": "NOPE"}, "its regions are: AN, AR"),
        ({"subdivision": "MD"}, "needs its country"),
        ({"latitude": 40}, "belong together"),
        ({"latitude": 91, "longitude": 0}, "latitude"),
        ({"training_defaults": {"horizon_days": 0}}, "horizon_days"),
        ({"training_defaults": {"colour": "red"}}, "colour"),
        ({"quotas": {"max_products": 0}}, "max_products"),
        ({"name": None}, "name cannot be taken away"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_not_accepted_is_named(
    wrong: dict[str, Any], told: str, secured: httpx.Client
) -> None:
    before = secured.get(OWN, headers=bearer()).json()
    answer = change(secured, **wrong)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert secured.get(OWN, headers=bearer()).json() == before


def test_quotas_need_admin(secured: httpx.Client) -> None:
    refused = change(secured, scope="read train", quotas={"max_products": 9})
    assert refused.status_code == 403
    assert refused.json()["scope"] == "admin"
    assert change(secured, scope="read train", name="Ours").status_code == 200


def test_sales_that_delete_others_need_admin(secured: httpx.Client) -> None:
    def imported(scope: str, query: str = "") -> httpx.Response:
        return secured.post(
            f"/api/v1/training/sales{query}",
            headers={**bearer(scope=scope), "Content-Type": "text/csv"},
            content="date,product_id,quantity\n2026-01-01,rye,5\n",
        )

    refused = imported("read train", "?replace=true")
    assert (refused.status_code, refused.json()["scope"]) == (403, "admin")
    assert imported("read train").json()["rows_inserted"] == 1
    assert imported("admin", "?replace=true").json()["rows_unchanged"] == 1


def test_what_is_used_of_the_quotas_is_told(secured: httpx.Client) -> None:
    change(secured, quotas={"max_products": 5})
    for sku in ("a", "b"):
        secured.post("/api/v1/training/products", headers=bearer(scope="train"), json={"sku": sku})
    used = secured.get("/api/v1/training/usage", headers=bearer(scope="read")).json()
    assert used == {
        "products": {"used": 2, "limit": 5},
        "active_jobs": {"used": 0, "limit": 100},
        "running_tasks": {"used": 0, "limit": None},
    }
    others = secured.get("/api/v1/training/usage", headers=bearer(THEIRS)).json()
    assert others["products"] == {"used": 0, "limit": 100_000}


def test_who_changed_what_is_in_the_trail(secured: httpx.Client) -> None:
    for name in ("First", "Second", "Third"):
        change(secured, name=name)
    change(secured, name="Third")  # changes nothing
    secured.patch(OWN, headers=bearer(THEIRS, sub="eve"), json={"name": "Theirs"})

    def ask(**query: Any) -> dict[str, Any]:
        answer = secured.get(AUDIT, headers=bearer(), params=query)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    first = ask(limit=2)
    second = ask(limit=2, cursor=first["next_cursor"])
    entries = first["items"] + second["items"]
    assert [entry["details"]["name"] for entry in entries] == ["Third", "Second", "First"]
    assert second["next_cursor"] is None
    newest = entries[0]
    assert (newest["actor"], newest["action"], newest["subject_type"]) == (
        "ada",
        "change",
        "tenant",
    )
    assert UUID(newest["subject_id"]) == OURS
    assert newest["request_id"]
    assert len(ask(actor="ada", action="change", subject_type="tenant")["items"]) == 3
    for nothing in ({"actor": "eve"}, {"action": "delete"}, {"subject_id": str(THEIRS)}):
        assert ask(**nothing)["items"] == []


def test_a_made_up_cursor_is_refused(secured: httpx.Client) -> None:
    far = encode_cursor("number", "desc", [2**63])
    for cursor in ("nonsense", far):
        answer = secured.get(AUDIT, headers=bearer(), params={"cursor": cursor})
        assert answer.status_code == 400
