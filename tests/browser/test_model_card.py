"""The card of a model as a file, opened without any service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.explain.card import card_html
from tests.pipeline.explain.cards import classification_facts, regression_facts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=[classification_facts, regression_facts])
def card(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    facts = request.param()
    facts["notes"] = ["<script>document.title = 'harmed'</script>", "x" * 400]
    file = tmp_path_factory.mktemp("card") / "card.html"
    file.write_text(card_html(facts))
    return file


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_card_fits_the_screen_and_asks_nobody(tab: Page, card: Path, width: int) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda line: complaints.append(line.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(card.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []
    assert asked == [card.as_uri()]
    assert tab.title() != "harmed"


def test_no_drawing_is_empty_and_no_label_is_cut_off(tab: Page, card: Path) -> None:
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(card.as_uri())
    sizes = tab.locator("svg").evaluate_all("all => all.map((one) => one.getBBox().height)")
    assert len(sizes) > 5
    assert min(sizes) > 20
    outside = tab.locator("svg").evaluate_all(
        """all => all.flatMap((one) => [...one.querySelectorAll("text")].filter((text) => {
          const box = text.getBBox(), view = one.viewBox.baseVal;
          return box.x < -1 || box.x + box.width > view.width + 1;
        }).map((text) => text.textContent))"""
    )
    assert outside == []
