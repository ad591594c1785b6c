"""The catalogue: adding a product, its page, changing it, ending it, deleting it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.trained import Versions, train_versions
from tests.e2e.service import Service
from tests.fixtures.waiting import PATIENCE_S

TURNING_MARK = "\N{RIGHT-TO-LEFT OVERRIDE}"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def sku(stocked: Service) -> Iterator[str]:
    """Of a product that is not there yet, and is gone afterwards."""
    yield "NEW-1"
    for product in stocked.get("products", search="NEW-1")["items"]:
        address = f"{stocked.url}/api/v1/training/products/{product['id']}"
        httpx.delete(address, params={"force": True}, timeout=PATIENCE_S).raise_for_status()


def add_product(page: Page, sku: str, name: str) -> None:
    page.goto("/")
    page.get_by_text("Add a product").click()
    page.get_by_label("Code").fill(sku)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Category", exact=True).fill("Bread")
    page.get_by_role("button", name="Add the product").click()
    shown = name.replace(TURNING_MARK, "")
    expect(page.locator(".catalogue-row").filter(has_text=shown)).to_be_visible()


def test_a_name_that_turns_the_direction_of_text_turns_nothing_beside_it(
    page: Page, stocked: Service, sku: str
) -> None:
    add_product(page, sku + TURNING_MARK, f"Rye{TURNING_MARK} loaf")

    row = page.locator(".catalogue-row").filter(has_text="Rye loaf")
    expect(row.locator(".product-name")).to_have_text("Rye loaf")
    expect(row).to_contain_text(f"Bread · {sku}")
    row.get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rye loaf")


def test_a_product_is_found_by_an_sku_that_no_address_of_the_service_can_hold(
    page: Page, sku: str
) -> None:
    add_product(page, f"{sku}/sales", "Rye loaf")

    page.goto(f"/#/products/{sku}%2Fsales")

    expect(page.get_by_role("heading", level=1)).to_have_text("Rye loaf")


def test_a_product_is_added_changed_ended_and_deleted(
    page: Page, stocked: Service, sku: str
) -> None:
    add_product(page, sku, "Rye loaf")
    page.get_by_role("link", name="About Rye loaf").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rye loaf")
    expect(page.get_by_text("No sales of it have been imported yet.")).to_be_visible()
    expect(page.get_by_text("No model has been in use yet.")).to_be_visible()

    page.get_by_label("Name", exact=True).fill("Dark rye loaf")
    page.get_by_label("When it is its turn").select_option("First of all")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dark rye loaf")
    page.get_by_role("button", name="End this product").click()
    expect(page.locator(".model-head .pill")).to_have_text("Left out of trainings")
    changed = stocked.get(f"products/{sku}")
    assert (changed["name"], changed["priority"]) == ("Dark rye loaf", 9)
    assert not changed["is_active"]

    page.get_by_role("link", name="Overview").click()
    row = page.locator(".catalogue-row").filter(has_text="Dark rye loaf")
    expect(row).to_contain_text("ended, left out of trainings")
    row.get_by_role("link", name="About").click()
    page.get_by_role("button", name="Sell it again").click()
    expect(page.locator(".model-head .pill")).to_have_text("Trained with all")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    dialog.get_by_role("button", name="Delete it").click()
    expect(page.locator(".catalogue-row").first).to_be_visible()
    assert stocked.get("products", search=sku)["items"] == []


def test_a_code_that_is_taken_is_refused_in_words(
    page: Page, stocked: Service, sku: str, expected_refusals: list[int]
) -> None:
    expected_refusals.append(409)
    add_product(page, sku, "Rye loaf")
    page.get_by_label("Code").fill(sku)
    page.get_by_role("button", name="Add the product").click()
    expect(page.get_by_role("alert")).to_contain_text(sku)


@pytest.fixture(scope="module")
def versions(stocked: Service) -> Versions:
    return train_versions(stocked)


def test_a_product_shows_what_was_in_use_and_how_accurate_it_was(
    page: Page, stocked: Service, versions: Versions
) -> None:
    page.goto(f"/#/models/{versions.used}")
    page.get_by_role("link", name="About this product").click()
    expect(page).to_have_url(re.compile(f"#/products/{versions.product_id}$"))
    history = page.get_by_role("region", name="What was in use").locator("li")
    entries = stocked.get(f"products/{versions.product_id}/deployments", limit=200)["items"]
    expect(history).to_have_count(len(entries))
    expect(history.first).to_contain_text("Not put in use")
    accuracy = page.get_by_role("region", name="How accurate its forecasts are")
    accuracy.get_by_text("As a table").click()
    trained = stocked.get("analytics/accuracy", product=versions.product_id)["versions"]
    expect(accuracy.locator("tbody tr")).to_have_count(len(trained))
    expect(page.get_by_role("region", name="What was sold").locator(".chart-bars")).to_be_visible()


def test_an_unknown_product_says_so(
    page: Page, service: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(404)
    page.goto("/#/products/nothing-like-it")
    expect(page.get_by_role("heading", level=1)).to_have_text("This product cannot be shown")
    expect(page.get_by_role("alert")).to_be_visible()
