"""Saying how a training shall go, this once: for the shop, for a category, for one product."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CATEGORY = "Bread"


def ordered(page: Page, address: str) -> Any:
    """Press the button; what was sent to this address. The page goes to the new training."""
    with page.expect_request(re.compile(f"{address}$")) as sent:
        page.get_by_role("button", name="Train like this").click()
    expect(page).to_have_url(re.compile(r"#/jobs/[0-9a-f-]{36}$"))
    request: Request = sent.value
    return json.loads(request.post_data or "")


def test_a_category_is_trained_with_chosen_options(page: Page, stocked: Service) -> None:
    page.goto("/")
    page.get_by_text("Choose how to train").click()
    page.get_by_label("Products", exact=True).select_option(f"category:{CATEGORY}")
    page.get_by_label("Care taken with each product").select_option("fast")
    page.get_by_label("Days to forecast").fill("14")
    page.get_by_label("Products without new sales").select_option("Train them all the same")
    page.get_by_text("Advanced").click()
    page.get_by_label("Method", exact=True).select_option("Average of the season")
    page.get_by_label("What fits the Prophet methods").select_option("exact")
    page.get_by_label("What a day is expected to bring").select_option("mean")
    found = stocked.get("products", category=CATEGORY)["items"]
    assert ordered(page, "/training/start") == {
        "categories": [CATEGORY],
        "budget": "fast",
        "horizon_days": 14,
        "force": True,
        "algorithm": "seasonal_mean",
        "engine": "exact",
        "point": "mean",
    }
    expect(page.locator(".product")).to_have_count(len(found))
    expect(page.locator(".job-head .pill")).to_have_text("Finished")


def test_some_products_are_picked_by_name(page: Page, stocked: Service) -> None:
    first, second = stocked.get("products", category=CATEGORY)["items"][:2]
    page.goto("/")
    page.get_by_text("Choose how to train").click()
    page.get_by_label("Products", exact=True).select_option("Only some products")
    page.get_by_role("button", name="Train like this").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick at least one product")
    for product in (first, second):
        page.get_by_label("Search products to train").fill(product["sku"])
        page.get_by_role("checkbox", name=product["name"], exact=True).check()
    expect(page.get_by_text("2 products chosen.")).to_be_visible()
    page.get_by_role("checkbox", name=first["name"], exact=True).uncheck()
    page.get_by_label("Care taken with each product").select_option("fast")
    assert ordered(page, "/training/start") == {"products": [second["id"]], "budget": "fast"}
    expect(page.locator(".job-head .pill")).to_have_text("Finished")


def test_one_product_is_trained_although_nothing_is_new(page: Page, stocked: Service) -> None:
    product = stocked.get("products", category=CATEGORY)["items"][0]
    page.goto(f"/#/products/{product['id']}")
    page.get_by_label("Care taken with each product").select_option("fast")
    assert ordered(page, f"/training/start/{product['id']}") == {"budget": "fast", "force": True}
    expect(page.locator(".product")).to_have_count(1)
    expect(page.locator(".job-head .pill")).to_have_text("Finished")


def test_what_cannot_be_trained_so_is_said(
    page: Page, stocked: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(503)
    page.route(
        "**/training/start",
        lambda route: route.fulfill(status=503, json={"detail": "The database does not answer"}),
    )
    page.goto("/")
    page.get_by_text("Choose how to train").click()
    page.get_by_role("button", name="Train like this").click()
    expect(page.get_by_role("alert")).to_contain_text("The database does not answer")
