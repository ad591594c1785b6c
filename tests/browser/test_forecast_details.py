"""How much to make, why a day is as it is, and what all of it adds up to."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.trained import train
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def model_id(stocked: Service) -> str:
    """Of the product with the longest history."""
    products = list(stocked.pages("products"))
    first = min(products, key=lambda product: product["first_sale"])
    job_id = train(stocked, algorithm="prophet", force=True)
    trained = stocked.get(f"status/{job_id}")["products"]
    return str(next(one["model_id"] for one in trained if one["product_id"] == first["id"]))


def test_more_certainty_takes_more(page: Page, model_id: str) -> None:
    page.goto(f"/#/models/{model_id}")
    section = page.get_by_role("region", name="How much to make")
    choice = section.get_by_label("It shall suffice on")
    expect(choice.locator("option:checked")).to_have_text("9 of 10 days")

    def amounts() -> list[float]:
        texts = section.locator(".day-value").all_text_contents()
        return [float(text.replace(",", "")) for text in texts]

    usual = amounts()
    choice.select_option("0.975")
    assert len(usual) == 7
    assert sum(amounts()) > sum(usual)
    section.get_by_text("Every amount as a table").click()
    rows = page.get_by_role("region", name="How much suffices").locator("tbody tr")
    expect(rows).to_have_count(90)


def test_a_day_says_why_it_is_as_it_is(page: Page, stocked: Service, model_id: str) -> None:
    periods = stocked.get(f"models/{model_id}/forecast/drivers")["periods"]
    place = next(place for place, period in enumerate(periods) if period["effects"])
    page.goto(f"/#/models/{model_id}")
    chart = page.get_by_role("slider", name="Sales and forecast")
    chart.focus()
    for _ in range(place):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".chart-readout")).to_contain_text(periods[place]["effects"][0])
    expect(page.locator(".chart-band")).to_have_count(2)
    expect(page.get_by_text("Range for 80% of the days")).to_be_visible()

    page.get_by_text("Why each day is as it is").click()
    table = page.get_by_role("region", name="What adds up to each day")
    row = table.locator("tbody tr").nth(place)
    expect(row).to_contain_text(periods[place]["effects"][0])


def test_the_sum_of_the_coming_days_is_of_means(page: Page, model_id: str) -> None:
    """Where a forecast tells medians, they lie below the means of what sells in lumps."""

    def with_medians(route: Route) -> None:
        told = route.fetch().json()
        told["parts"].append("usual")
        for period in told["periods"]:
            period["values"].append(-1000.0)
        route.fulfill(json=told)

    page.goto(f"/#/models/{model_id}")
    together = page.get_by_text(re.compile(r"^Together about"))
    before = amount_in(together.inner_text())
    page.route("**/forecast/drivers", with_medians)
    page.reload()

    assert amount_in(together.inner_text()) == before + 7000
    page.get_by_text("Why each day is as it is").click()
    expect(page.get_by_role("columnheader", name="Usual, not mean")).to_be_visible()


def amount_in(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text).strip("."))


@pytest.mark.usefixtures("model_id")
def test_all_products_add_up(page: Page) -> None:
    page.goto("/#/")
    page.get_by_text("What to expect of all products together").click()
    totals = page.get_by_role("region", name="Totals").first
    expect(totals.locator(".chart-line")).to_be_visible()
    expect(totals).to_contain_text(re.compile(r"\d+ products?, \d+ days, together about \d"))
    expect(totals).to_contain_text("forecasts of the products are added up")
