"""How the outside sources are, over HTTP."""

from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from core.settings import Settings
from db.engine import Sessions
from db.operation import source_cache, source_health
from db.tables import DEFAULT_TENANT_ID
from tests.fixtures.application import application

SOURCES = "/api/v1/training/sources"
OTHER_TENANT = "00000000-0000-0000-0000-000000000002"


def test_without_services_the_list_is_empty(http: httpx.Client) -> None:
    assert http.get(SOURCES).json() == {"items": []}


def test_each_configured_source_tells_its_state(
    tmp_path: Path, sessions: Sessions, session: Session, valkey_url: str, key_prefix: str
) -> None:
    source_health.succeeded(session, "weather")
    for _ in range(source_health.FAILURES_ALLOWED):
        source_health.failed(session, "sales", "The sales service failed with status 500")
    for tenant in (str(DEFAULT_TENANT_ID), OTHER_TENANT):
        lease = source_cache.take_lease(session, f"{tenant}:weather:1,2", "weather", lease_s=9)
        assert lease is not None
        source_cache.store(session, lease, {"days": []}, keep_s=60)
    session.commit()
    settings = Settings(
        data_dir=str(tmp_path),
        sales_service_url="http://sales.test",
        weather_service_url="http://weather.test/v1?key=secret",
        holiday_service_url="http://holidays.test",
    )

    with (
        application(settings, sessions, valkey_url, key_prefix, []) as app,
        httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost") as client,
    ):
        answer = client.get(SOURCES)

    told = {item["source"]: item for item in answer.json()["items"]}
    assert {name: item["state"] for name, item in told.items()} == {
        "sales": "open",
        "weather": "closed",
        "holidays": "closed",
    }
    assert told["sales"]["failures"] == source_health.FAILURES_ALLOWED
    assert told["sales"]["last_error"] == "The sales service failed with status 500"
    assert told["sales"]["asked_again_at"] is not None
    assert told["weather"]["last_success_at"] is not None
    assert told["weather"]["cached_rows"] == 1
    assert "secret" not in answer.text
