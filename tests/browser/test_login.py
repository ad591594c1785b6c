"""The page of a service that asks for tokens."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from core.embedded import EmbeddedPostgres
from tests.api.running_job import RunningJob
from tests.api.security.conftest import WITH_TOKENS
from tests.api.security.tokens import bearer, token
from tests.browser.shop import hostile_shop_csv
from tests.db.builders import model_outcome
from tests.fixtures.served import Served, served_apart
from tests.fixtures.waiting import PATIENCE_S

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def guarded(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: EmbeddedPostgres,
    template_database: str,
) -> Iterator[Served]:
    """The API alone: the test is the worker of what is trained."""
    directory = tmp_path_factory.mktemp("login")
    with served_apart(directory, postgres, template_database, WITH_TOKENS) as served:
        answer = httpx.post(
            f"{served.url}/api/v1/training/sales",
            content=hostile_shop_csv(),
            headers={"Content-Type": "text/csv", **bearer()},
            timeout=120,
        )
        assert answer.is_success, answer.text
        yield served


@pytest.fixture
def visitor(browser: Browser, guarded: Served) -> Iterator[Page]:
    context = browser.new_context(base_url=guarded.url, locale="en-GB")
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def log_in(page: Page, text: str) -> None:
    page.get_by_label("Token").fill(text)
    page.get_by_role("button", name="Log in").click()


def start_training(served: Served) -> RunningJob:
    """Of one product."""
    training = f"{served.url}/api/v1/training"
    products = httpx.get(f"{training}/products", headers=bearer(), timeout=PATIENCE_S).json()
    product_id = products["items"][0]["id"]
    started = httpx.post(
        f"{training}/start/{product_id}", headers=bearer(), timeout=PATIENCE_S
    ).json()
    return RunningJob.take(served.sessions, served.stream, UUID(started["job_id"]))


def test_a_token_opens_the_page_and_is_in_no_address(visitor: Page, guarded: Served) -> None:
    addresses: list[str] = []
    visitor.on("request", lambda request: addresses.append(request.url))
    visitor.on("websocket", lambda socket: addresses.append(socket.url))
    good = token()
    visitor.goto("/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Log in")
    log_in(visitor, good)
    expect(visitor.locator(".catalogue-row").first).to_be_visible()
    job = start_training(guarded)
    visitor.goto(f"/#/jobs/{job.job_id}")
    expect(visitor.locator(".product[data-status=running]")).to_be_visible()
    job.finish(model_outcome())
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
