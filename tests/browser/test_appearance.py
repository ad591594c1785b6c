"""What holds on every page: the policy, narrow screens, and names for what has no text."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.service import Service

pytestmark = pytest.mark.browser

NAMELESS = """nodes => nodes.filter(
    (node) => !(node.textContent.trim() || node.ariaLabel || node.labels?.length),
  ).map((node) => node.outerHTML)"""


ADDRESSES = [
    "/",
    "/#/trainings",
    "/#/schedules",
    "/#/analytics",
    "/#/settings",
    "/#/studio",
    "/#/nowhere",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(
    page: Page, stocked: Service, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if address == "/":
        expect(page.locator(".catalogue-row").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_policy_allows_only_the_services_own_files(page: Page, service: Service) -> None:
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    page.evaluate("document.fonts.load('1rem Inter')")
    assert page.evaluate("document.fonts.check('1rem Inter')")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_control_and_field_has_a_name(page: Page, stocked: Service, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading …")).to_have_count(0)
    assert page.locator("button, a, input, select, textarea").evaluate_all(NAMELESS) == []


def test_the_keyboard_reaches_everything(page: Page, stocked: Service) -> None:
    page.goto("/")
    expect(page.locator(".catalogue-row").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator(".catalogue-row").first).to_be_visible()
    assert page.locator("button, a, input, select").evaluate_all(NAMELESS) == []
