"""How often a tenant may ask, and that nobody is refused because Redis is away."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.embedded import EmbeddedValkey
from db.tables import Product, Tenant
from tests.api.security.conftest import Configured
from tests.api.security.tokens import bearer

OWN = "/api/v1/training/tenant"
START = "/api/v1/training/start"
NO_REDIS = "redis://127.0.0.1:1"


@pytest.fixture
def limited(
    configured: Configured, connect: Callable[[Flask], httpx.Client], valkey_url: str
) -> Callable[..., httpx.Client]:
    def make(**changes: object) -> httpx.Client:
        return connect(configured(**{"redis_url": valkey_url, **changes}))

    return make


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    """A tenant with something to train, which nobody has counted yet."""
    tenant = Tenant(id=uuid4(), name="Counted")
    session.add(tenant)
    session.flush()
    session.add(Product(tenant_id=tenant.id, sku="rye", name="Rye"))
    session.commit()
    return tenant.id


def test_one_request_too_many_is_refused(
    limited: Callable[..., httpx.Client], tenant_id: UUID
) -> None:
    http = limited(rate_limit_per_minute=3)
    answers = [http.get(OWN, headers=bearer(tenant_id)) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    first, last = answers[0], answers[-1]
    assert first.headers["X-RateLimit-Limit"] == "3"
    assert first.headers["RateLimit-Policy"] == '"requests";q=3;w=60'
    assert first.headers["RateLimit"].startswith('"requests";r=2;t=')
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert "3 a minute are allowed" in last.json()["detail"]


def test_the_others_are_not_refused(limited: Callable[..., httpx.Client], tenant_id: UUID) -> None:
    http = limited(rate_limit_per_minute=1)
    for _ in range(2):
        http.get(OWN, headers=bearer(tenant_id))
    assert http.get(OWN, headers=bearer(uuid4())).status_code == 200


def test_all_processes_count_together(
    limited: Callable[..., httpx.Client], tenant_id: UUID
) -> None:
    one, other = limited(rate_limit_per_minute=1), limited(rate_limit_per_minute=1)
    assert one.get(OWN, headers=bearer(tenant_id)).status_code == 200
    assert other.get(OWN, headers=bearer(tenant_id)).status_code == 429


def test_trainings_are_limited_more_strictly(
    limited: Callable[..., httpx.Client], tenant_id: UUID
) -> None:
    http = limited(rate_limit_per_minute=100, rate_limit_training_per_minute=1)
    first, second = [http.post(START, headers=bearer(tenant_id)) for _ in range(2)]
    assert (first.status_code, second.status_code) == (202, 429)
    assert first.headers["RateLimit-Policy"] == '"requests";q=100;w=60, "trainings";q=1;w=60'
    assert second.json()["budget"] == "trainings"
    assert http.get(OWN, headers=bearer(tenant_id)).status_code == 200


def test_a_tenant_may_have_a_limit_of_its_own(
    limited: Callable[..., httpx.Client], tenant_id: UUID, session: Session
) -> None:
    session.get_one(Tenant, tenant_id).requests_per_minute = 1
    session.commit()
    http = limited(rate_limit_per_minute=100)
    answers = [http.get(OWN, headers=bearer(tenant_id)).status_code for _ in range(2)]
    assert answers == [200, 429]


def test_who_is_not_known_is_refused_before_being_counted(
    limited: Callable[..., httpx.Client], tenant_id: UUID
) -> None:
    http = limited(rate_limit_per_minute=1)
    for _ in range(3):
        assert http.get(OWN, headers=bearer(tenant_id, exp=1)).status_code == 401
    assert http.get(OWN, headers=bearer(tenant_id)).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/"])
def test_what_is_open_is_not_limited(path: str, limited: Callable[..., httpx.Client]) -> None:
    http = limited(rate_limit_per_minute=1)
    answers = [http.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "RateLimit" not in answers[0].headers


@pytest.mark.parametrize(
    ("auth_mode", "policy"), [("jwt", '"requests";q=600;w=60'), ("none", None)]
)
def test_without_a_setting_only_logins_are_limited(
    auth_mode: str, policy: str | None, limited: Callable[..., httpx.Client], tenant_id: UUID
) -> None:
    answer = limited(auth_mode=auth_mode).get(OWN, headers=bearer(tenant_id))
    assert answer.headers.get("RateLimit-Policy") == policy


def test_nobody_is_refused_while_redis_is_away(
    limited: Callable[..., httpx.Client],
    tenant_id: UUID,
    capsys: pytest.CaptureFixture[str],
) -> None:
    http = limited(rate_limit_per_minute=1, redis_url=NO_REDIS)
    answers = [http.get(OWN, headers=bearer(tenant_id)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "RateLimit" not in answers[0].headers
    assert capsys.readouterr().out.count("requests are not limited") == 1


def test_counting_goes_on_where_redis_forgot(
    limited: Callable[..., httpx.Client],
    tenant_id: UUID,
    own_valkey: Callable[[], EmbeddedValkey],
) -> None:
    server = own_valkey()
    http = limited(rate_limit_per_minute=2, redis_url=server.url)
    assert http.get(OWN, headers=bearer(tenant_id)).headers["X-RateLimit-Remaining"] == "1"
    server.stop()
    server.start()
    assert http.get(OWN, headers=bearer(tenant_id)).status_code == 200
