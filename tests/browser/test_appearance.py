"""What holds on every page: the policy, narrow screens, and names for what has no text."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened_context, watched_page
from tests.browser.trained import train_versions
from tests.e2e.service import Service

pytestmark = pytest.mark.browser

NAMELESS = """nodes => nodes.filter(
    (node) => !(node.textContent.trim() || node.ariaLabel || node.labels?.length),
  ).map((node) => node.outerHTML)"""

# of visible text against what lies behind it, as WCAG 2 counts it; large text may have less
FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((one, at) => (one * a + below[at] * (255 - a)) / 255);
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    return over(rgba(getComputedStyle(node).backgroundColor), behind(node.parentElement));
  };
  const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [r, g, b] = colour.map((one) => linear(one / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  while (words.nextNode()) {
    const node = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !node.checkVisibility() || node.closest("svg")) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(node);
    const ground = behind(node);
    const isLarge = parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.6 : 24);
    const ratio = contrast(over(rgba(color), ground), ground);
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)}: ${words.currentNode.data}`);
  }
  return faint;
}"""


ADDRESSES = [
    "/",
    "/#/trainings",
    "/#/schedules",
    "/#/analytics",
    "/#/settings",
    "/#/studio",
    "/#/nowhere",
    "/#/products/%E0%A4%A",
    "/#main",
]


@pytest.fixture(scope="module", params=ADDRESSES)
def shown(request: pytest.FixtureRequest, browser: Browser, stocked: Service) -> Iterator[Page]:
    """A page with all that it shows at first."""
    with (
        opened_context(browser, stocked) as context,
        watched_page(context, stocked, expected_refusals=[]) as page,
    ):
        page.emulate_media(reduced_motion="reduce")
        page.goto(request.param)
        expect_all_of(page)
        yield page


def expect_all_of(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading …")).to_have_count(0)
    if page.evaluate("['', '#main'].includes(location.hash)"):
        expect(page.locator(".catalogue-row").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(shown: Page, width: int) -> None:
    shown.set_viewport_size({"width": width, "height": 800})
    shown.reload()
    expect_all_of(shown)
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_sections_stand_in_one_row_on_a_phone(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/#/settings")
    links = page.get_by_role("navigation", name="Sections").get_by_role("link")
    expect(links.last).to_be_in_viewport()
    tops = links.evaluate_all("links => links.map((link) => link.getBoundingClientRect().top)")
    assert len(set(tops)) == 1


def test_the_policy_allows_only_the_services_own_files(page: Page, service: Service) -> None:
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    page.evaluate("document.fonts.load('1rem Inter')")
    assert page.evaluate("document.fonts.check('1rem Inter')")


def test_every_control_and_field_has_a_name(shown: Page) -> None:
    assert shown.locator("button, a, input, select, textarea").evaluate_all(NAMELESS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(shown: Page, scheme: Literal["light", "dark"]) -> None:
    shown.emulate_media(color_scheme=scheme)
    assert shown.evaluate(FAINT) == []


@pytest.fixture(scope="module")
def places(stocked: Service) -> dict[str, str]:
    """The addresses of a training, a product and a model of it."""
    versions = train_versions(stocked)
    return {
        "job": f"/#/jobs/{stocked.get('history')['items'][0]['job_id']}",
        "product": f"/#/products/{versions.product_id}",
        "model": f"/#/models/{versions.used}",
        "comparison": f"/#/compare/{versions.used}/{versions.refused}",
    }


@pytest.mark.parametrize("place", ["job", "product", "model", "comparison"])
def test_the_pages_of_things_can_be_read_everywhere(
    page: Page, places: dict[str, str], place: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(places[place])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("details").evaluate_all("boxes => boxes.forEach((box) => { box.open = true; })")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("button, a, input, select, textarea").evaluate_all(NAMELESS) == []
    assert page.evaluate(FAINT) == []


def test_the_keyboard_reaches_everything(page: Page, stocked: Service) -> None:
    page.goto("/")
    expect(page.locator(".catalogue-row").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator(".catalogue-row").first).to_be_visible()
    assert page.locator("button, a, input, select").evaluate_all(NAMELESS) == []
