"""The page of a service that asks for tokens."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.security.tokens import AUDIENCE, ISSUER, SECRET, bearer, token
from tests.browser.shop import hostile_shop_csv
from tests.e2e.service import Service, running_service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def guarded(browser: Browser) -> Iterator[Service]:
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-login-") as directory,
        running_service(
            Path(directory) / "data",
            AUTH_MODE="jwt",
            JWT_SECRET=SECRET,
            JWT_AUDIENCE=AUDIENCE,
            JWT_ISSUER=ISSUER,
        ) as running,
    ):
        answer = httpx.post(
            f"{running.url}/api/v1/training/sales",
            content=hostile_shop_csv(),
            headers={"Content-Type": "text/csv", **bearer()},
            timeout=120,
        )
        assert answer.is_success, answer.text
        yield running


@pytest.fixture
def visitor(browser: Browser, guarded: Service) -> Iterator[Page]:
    context = browser.new_context(base_url=guarded.url, locale="en-GB")
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def log_in(page: Page, text: str) -> None:
    page.get_by_label("Token").fill(text)
    page.get_by_role("button", name="Log in").click()


def start_training(service: Service) -> str:
    answer = httpx.post(
        f"{service.url}/api/v1/training/start",
        json={"algorithm": "seasonal_mean"},
        headers=bearer(),
        timeout=60,
    )
    return str(answer.json()["job_id"])


def test_a_token_opens_the_page_and_is_in_no_address(visitor: Page, guarded: Service) -> None:
    addresses: list[str] = []
    visitor.on("request", lambda request: addresses.append(request.url))
    visitor.on("websocket", lambda socket: addresses.append(socket.url))
    good = token()
    visitor.goto("/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Log in")
    log_in(visitor, good)
    expect(visitor.locator(".catalogue-row").first).to_be_visible()
    visitor.goto(f"/#/jobs/{start_training(guarded)}")
    expect(visitor.locator(".job-head .pill")).to_have_text("Finished")
    visitor.locator(".log-box summary").first.click()
    expect(visitor.locator(".log-lines li").last).to_contain_text("Finished")  # by the socket only
    assert any(address.startswith("ws://") for address in addresses)
    assert not any(good in address for address in [*addresses, visitor.url])
    assert visitor.evaluate("localStorage.length + document.cookie.length") == 0

    visitor.get_by_role("button", name="Log out").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Log in")
    assert visitor.evaluate("sessionStorage.length") == 0


def test_a_refused_token_is_asked_for_again(visitor: Page) -> None:
    visitor.goto("/#/schedules")
    log_in(visitor, token(exp=1))
    expect(visitor.get_by_role("alert")).to_contain_text("Enter another token.")
    log_in(visitor, f"Bearer {token()}")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Schedules")


def test_what_a_token_may_not_do_is_said(visitor: Page) -> None:
    visitor.goto("/#/settings")
    log_in(visitor, token(scope="read"))
    trail = visitor.get_by_role("region", name="Who did what")
    expect(trail.get_by_role("alert")).to_contain_text("lacks the scope admin")
    shop = visitor.get_by_role("region", name="Your shop")
    shop.get_by_role("button", name="Save").click()
    expect(shop.get_by_role("alert")).to_contain_text("lacks the scope train")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Settings")
