"""Two tenants, each asking for what the other has: at every endpoint there is.

The endpoints are taken from the service itself. A new one is crossed as soon as it exists; one that
this test does not know how to ask fails it, until `SENT` or `THEIRS_BY_NAME` say how.
"""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.addresses import ROOT, TRAINING
from api.endpoint import Endpoint, operation_id
from api.endpoints import all_endpoints
from db.engine import Sessions
from db.tables import Product, Tenant
from db.tenancy import as_tenant
from tests.api.security.tokens import OURS, THEIRS, bearer
from tests.db.every_table import TENANT_TABLES, Rows, add_rows

MARKER = "only-theirs"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

THEIRS_BY_NAME = {
    "product_id": ("products", "id"),
    "job_id": ("training_job_queue", "id"),
    "model_id": ("trained_models", "id"),
    "schedule_id": ("training_schedules", "id"),
    "alert_id": ("alerts", "id"),
    "webhook_id": ("webhooks", "id"),
    "entry_id": ("tenant_calendar", "id"),
}
"""Whose id stands for a part of a path."""

SALES = b"product_id,date,quantity\nbread,2026-01-01,3\n"
FORM = {"ml_task": "regression", "target_variable": "y"}

SENT: dict[str, dict[str, Any]] = {
    f"POST {TRAINING}/sales": {"content": SALES, "headers": {"Content-Type": "text/csv"}},
    f"POST {TRAINING}/schedules": {"json": {"name": "nightly", "cron": "0 3 * * *"}},
    f"PATCH {TRAINING}/schedules/<uuid:schedule_id>": {"json": {"name": "mine now"}},
    f"POST {TRAINING}/models": {"files": {"file": b"PAR1 PAR1"}, "data": FORM},
    f"POST {ROOT}/models": {"files": {"file": b"PAR1 PAR1"}, "data": FORM},
    f"POST {TRAINING}/models/<model_id>/candidate": {"json": {"candidate": "linear"}},
    f"POST {ROOT}/models/<model_id>/candidate": {"json": {"candidate": "linear"}},
    f"POST {TRAINING}/models/<model_id>/batch-predictions": {"files": {"file": b"a\n1\n"}},
    f"POST {ROOT}/models/<model_id>/batch-predictions": {"files": {"file": b"a\n1\n"}},
    f"PATCH {TRAINING}/tenant": {"json": {"name": "Ours"}},
    f"POST {TRAINING}/products": {"json": {"sku": "baguette"}},
    f"PUT {TRAINING}/products/<product:product_id>": {"json": {"name": "Mine now"}},
    f"POST {TRAINING}/calendar": {
        "json": {"kind": "closure", "name": "Holidays", "starts_on": "2026-08-01"}
    },
    f"PATCH {TRAINING}/calendar/<uuid:entry_id>": {"json": {"name": "mine now"}},
    f"POST {TRAINING}/webhooks": {"json": {"url": "https://shop.example/hook"}},
}
"""What an endpoint needs to be sent that does not do with an empty body."""

THEIRS_IN_QUERY = {f"{prefix}/models/compare": ("a", "b") for prefix in (TRAINING, ROOT)}
"""Parameters of a query that name models."""

ASKS_A_WORKER = {f"{TRAINING}/forecasts/totals"}
"""Answered by a prediction worker, which is not there; its own tests ask as another tenant."""

NEVER_ENDS = "text/event-stream"

ENDPOINTS = [endpoint for endpoint in all_endpoints() if not endpoint.is_open]
ADDRESSED = [
    endpoint
    for endpoint in ENDPOINTS
    if PARAMETER.search(endpoint.path) or endpoint.path in THEIRS_IN_QUERY
]
COLLECTIONS = [endpoint for endpoint in ENDPOINTS if endpoint not in ADDRESSED]


@pytest.fixture
def theirs(session: Session) -> Rows:
    """What the other tenant has; we have a product, so that there is something to train."""
    session.add(Tenant(id=OURS, name="Ours"))
    session.flush()
    session.add(Product(tenant_id=OURS, sku="rye", name="Rye"))
    rows = add_rows(session, THEIRS, marker=MARKER)
    session.commit()
    return rows


def ask(
    http: httpx.Client, endpoint: Endpoint, rows: Rows, headers: dict[str, str]
) -> httpx.Response:
    def their_id(found: re.Match[str]) -> str:
        table, column = THEIRS_BY_NAME[found[1]]
        return str(rows[table][column])

    request = {**SENT.get(f"{endpoint.method} {endpoint.path}", {})}
    named = THEIRS_IN_QUERY.get(endpoint.path, ())
    request["params"] = {name: str(rows["trained_models"]["id"]) for name in named}
    request["headers"] = headers | request.get("headers", {})
    return http.request(endpoint.method, PARAMETER.sub(their_id, endpoint.path), **request)


def stored(sessions: Sessions) -> dict[str, list[str]]:
    """Everything that the other tenant has, as it is now."""
    with as_tenant(THEIRS), sessions() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in TENANT_TABLES
        }


def shown(answer: httpx.Response) -> list[str]:
    """What of theirs an answer tells, beside the address that was asked for."""
    told = answer.text.replace(answer.request.url.path, "")
    return [secret for secret in (MARKER, str(THEIRS)) if secret in told]


@pytest.mark.parametrize("endpoint", ADDRESSED, ids=operation_id)
def test_what_others_have_is_not_there(
    endpoint: Endpoint, secured: httpx.Client, sessions: Sessions, theirs: Rows
) -> None:
    before = stored(sessions)

    answer = ask(secured, endpoint, theirs, bearer(OURS))

    assert answer.status_code == 404, answer.text
    assert shown(answer) == []
    assert stored(sessions) == before
    if endpoint.produces != NEVER_ENDS:
        for_them = ask(secured, endpoint, theirs, bearer(THEIRS))
        assert for_them.status_code not in {401, 403, 404}, for_them.text


@pytest.mark.parametrize("endpoint", COLLECTIONS, ids=operation_id)
def test_no_list_and_no_change_reaches_others(
    endpoint: Endpoint, secured: httpx.Client, sessions: Sessions, theirs: Rows
) -> None:
    before = stored(sessions)

    answer = ask(secured, endpoint, theirs, bearer(OURS))

    if endpoint.path in ASKS_A_WORKER:
        assert answer.status_code == 503, answer.text
    else:
        assert answer.status_code < 300, answer.text
    assert shown(answer) == []
    assert stored(sessions) == before


def test_no_endpoint_answers_without_a_token(secured: httpx.Client, theirs: Rows) -> None:
    answered = [
        operation_id(endpoint)
        for endpoint in ENDPOINTS
        if ask(secured, endpoint, theirs, {}).status_code != 401
    ]
    assert answered == []


def test_no_endpoint_answers_without_its_scope(secured: httpx.Client, theirs: Rows) -> None:
    for endpoint in ENDPOINTS:
        others = {"read", "train", "deploy"} - {endpoint.scope}
        answer = ask(secured, endpoint, theirs, bearer(THEIRS, scope=" ".join(others)))
        assert answer.status_code == 403, operation_id(endpoint)
        assert answer.json()["scope"] == endpoint.scope


@pytest.mark.parametrize("column", ["id", "sku"])
def test_a_job_cannot_name_products_of_others(
    column: str, secured: httpx.Client, sessions: Sessions, theirs: Rows
) -> None:
    before = stored(sessions)
    body = {"products": [str(theirs["products"][column])]}
    answer = secured.post(f"{TRAINING}/start", json=body, headers=bearer(OURS))
    assert answer.status_code in {404, 422}
    assert stored(sessions) == before


def test_a_sales_file_cannot_name_products_of_others(
    secured: httpx.Client, sessions: Sessions, session: Session, theirs: Rows
) -> None:
    before = stored(sessions)
    their_id, their_sku = theirs["products"]["id"], theirs["products"]["sku"]
    file = f"product_id,date,quantity\n{their_id},2026-01-01,3\n{their_sku},2026-01-01,3\n"
    headers = bearer(OURS) | {"Content-Type": "text/csv"}
    answer = secured.post(f"{TRAINING}/sales", content=file, headers=headers)
    assert answer.status_code == 200
    assert stored(sessions) == before
    names = session.scalars(select(Product.sku).where(Product.tenant_id == OURS)).all()
    assert {str(their_id), their_sku} <= set(names)  # as products of ours, of the same name
