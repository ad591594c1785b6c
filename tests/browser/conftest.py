"""The page in a real browser, served by the real service."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.shop import hostile_shop_csv
from tests.e2e.service import Service, running_service

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 120_000


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended with this package: as long as it runs, no other test can run an event loop."""
    # The one without windows takes less than half of the processor time.
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if executable is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("Chromium is not installed: apt-get install chromium-headless-shell")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def service(browser: Browser) -> Iterator[Service]:
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-browser-") as directory,
        running_service(Path(directory) / "data", MAX_UPLOAD_MB="1") as running,
    ):
        yield running


@pytest.fixture
def expected_refusals() -> list[int]:
    """A test that provokes a refusal puts its status here, for the browser reports each one."""
    return []


@pytest.fixture
def context(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    with opened_context(browser, service) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, service: Service, expected_refusals: list[int]) -> Iterator[Page]:
    with watched_page(context, service, expected_refusals) as opened:
        yield opened


@contextmanager
def opened_context(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    """A window that remembers nothing."""
    opened = browser.new_context(base_url=service.url, locale="en-GB")
    opened.set_default_timeout(PATIENCE_MS)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def watched_page(
    context: BrowserContext, service: Service, expected_refusals: list[int]
) -> Iterator[Page]:
    """A tab; the test fails if the page reports an error or asks anyone but the service."""
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: _note(complaints, line.type, line.text))
    opened.on("request", lambda request: _note_foreign(complaints, service.url, request.url))
    yield opened
    refusals = [f"the server responded with a status of {status}" for status in expected_refusals]
    assert [text for text in complaints if not any(one in text for one in refusals)] == []


def _note(complaints: list[str], kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        complaints.append(text)


def _note_foreign(complaints: list[str], own: str, url: str) -> None:
    if not url.startswith((own, "data:")):
        complaints.append(f"asked {url}")


@pytest.fixture(scope="package")
def stocked(service: Service) -> Service:
    """The service with the sales of a few products, one of them with a hostile name."""
    service.post("sales", content=hostile_shop_csv(), headers={"Content-Type": "text/csv"})
    return service
