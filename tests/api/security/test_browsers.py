"""What pages of other sites, and proxies, may do."""

from collections.abc import Callable

import httpx
import pytest
from flask import Flask

from tests.api.security.conftest import Configured
from tests.api.security.tokens import bearer

OWN = "/api/v1/training/tenant"
SHOP = "https://shop.example"
ADDRESS = "http://localhost"

Connect = Callable[[Flask], httpx.Client]


def test_other_sites_are_told_nothing(secured: httpx.Client) -> None:
    answer = secured.get(OWN, headers=bearer() | {"Origin": SHOP})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert secured.patch(OWN, headers=bearer() | {"Origin": SHOP}, json={}).status_code == 403


@pytest.fixture
def open_to_the_shop(configured: Configured, connect: Connect) -> httpx.Client:
    return connect(configured(cors_origins=f"{SHOP}, https://other.example"))


def test_a_named_site_may_ask(open_to_the_shop: httpx.Client) -> None:
    before = open_to_the_shop.options(
        OWN,
        headers={
            "Origin": SHOP,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Origin"] == SHOP
    assert "PATCH" in before.headers["Access-Control-Allow-Methods"]
    answer = open_to_the_shop.patch(OWN, headers=bearer() | {"Origin": SHOP}, json={"name": "Shop"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example.evil", "http://shop.example", "https://shopXexample", "null"],
)
def test_only_that_very_site(origin: str, open_to_the_shop: httpx.Client) -> None:
    headers = bearer() | {"Origin": origin}
    assert "Access-Control-Allow-Origin" not in open_to_the_shop.get(OWN, headers=headers).headers
    assert open_to_the_shop.patch(OWN, headers=headers, json={}).status_code == 403


@pytest.mark.parametrize(("proxies", "told"), [(0, False), (1, True)])
def test_a_proxy_is_believed_where_one_is_configured(
    proxies: int, told: bool, configured: Configured, connect: Connect
) -> None:
    http = connect(configured(trusted_proxies=proxies))
    answer = http.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert ("Strict-Transport-Security" in answer.headers) is told
    assert "Strict-Transport-Security" not in http.get("/healthz").headers


def test_every_answer_has_the_headers_that_protect_a_browser(secured: httpx.Client) -> None:
    for answer in (secured.get("/"), secured.get(OWN), secured.get(OWN, headers=bearer())):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert secured.get(OWN, headers=bearer()).headers["Cache-Control"] == "no-store"
