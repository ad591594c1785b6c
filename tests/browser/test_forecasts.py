"""From a file of sales to forecasts, as a shop's accountant goes through it."""

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect
from sqlalchemy import text

from db.engine import create_engine
from tests.api.workbooks import workbook
from tests.browser.shop import HOSTILE_NAME, PRODUCTS, hostile_shop_csv
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TOO_NEW = 2


def start_training(service: Service, algorithm: str = "auto", **options: str) -> str:
    """Of every product, also where nothing has changed since a test before."""
    order = {"algorithm": algorithm, "force": True, **options}
    return str(service.post("start", json=order)["job_id"])


def link_of_a_model(page: Page, service: Service) -> Locator:
    """On the page of a training, of a product to whose sales no test adds: they add to those of the
    product with the longest history.
    """
    products = sorted(service.pages("products"), key=lambda product: product["first_sale"])
    name = page.get_by_text(products[1]["name"], exact=True)
    return page.locator(".product").filter(has=name).locator("a[href]").first


@contextmanager
def no_forecast_is_stored(service: Service) -> Iterator[None]:
    """Trainings that come so far wait."""
    engine = create_engine(service.child("housekeeping").environ()["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE forecasts IN SHARE MODE"))
        yield
    engine.dispose()


def job_bar(page: Page) -> Locator:
    return page.get_by_role("progressbar", name="Whole job")


def percentage(page: Page) -> int:
    return int(job_bar(page).get_attribute("aria-valuenow") or 0)


def wait_for_percentage(page: Page, at_least: int) -> None:
    reached = "|".join(str(value) for value in range(at_least, 101))
    expect(job_bar(page)).to_have_attribute("aria-valuenow", re.compile(f"^({reached})$"))


def test_sales_are_dropped_and_every_product_is_trained(page: Page, service: Service) -> None:
    page.goto("/")
    page.locator(".hero input[type=file]").set_input_files(
        {"name": "sales.csv", "mimeType": "text/csv", "buffer": hostile_shop_csv()}
    )
    expect(page.locator(".notice-good")).to_contain_text(f"{PRODUCTS} products imported")
    with no_forecast_is_stored(service):
        page.get_by_role("button", name="Train all products").click()
        expect(page).to_have_url(re.compile(r"#/jobs/[0-9a-f-]{36}$"))
        rows = page.locator(".product")
        expect(rows).to_have_count(PRODUCTS)
        expect(page.locator(".product[data-status=running]").first).to_be_visible()

    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    assert percentage(page) == 100
    trained = page.locator(".product[data-status=completed]")
    expect(trained).to_have_count(PRODUCTS - TOO_NEW)
    expect(trained.locator(".comparison:visible")).to_have_count(PRODUCTS - TOO_NEW)
    expect(page.locator(".job-summary")).to_have_text(
        f"{PRODUCTS - TOO_NEW} of {PRODUCTS} products ready, {TOO_NEW} failed"
    )


def test_a_hostile_name_is_text_and_failures_say_what_to_do(page: Page, stocked: Service) -> None:
    job_id = start_training(stocked, "seasonal_mean")
    page.goto(f"/#/jobs/{job_id}")
    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    expect(page.get_by_text(HOSTILE_NAME, exact=True).first).to_be_visible()
    page.get_by_role("button", name="Failed").click()
    failed = page.locator(".product")
    expect(failed).to_have_count(TOO_NEW)
    expect(failed.first).to_contain_text("Product requires minimum 30 days of sales data.")
    expect(failed.first).to_contain_text("Collect more sales data before retraining")

    page.goto("/#/")
    row = page.locator(".catalogue-row").filter(has_text="onerror")
    row.locator(".product-name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_NAME)
    expect(page.locator(".chart-line")).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    assert HOSTILE_NAME in page.title()


def test_a_model_shows_sales_and_forecast_and_reads_them_out(page: Page, stocked: Service) -> None:
    page.goto(f"/#/jobs/{start_training(stocked, 'seasonal_mean')}")
    link_of_a_model(page, stocked).click()
    expect(page.locator(".figure-label").nth(0)).to_have_text("Typical error")
    expect(page.locator(".figure-label").nth(1)).to_have_text("Last week repeated")
    expect(page.locator(".coming .day")).to_have_count(7)

    chart = page.get_by_role("slider", name="Sales and forecast")
    readout = page.locator(".chart-readout")
    chart.focus()
    expect(readout).to_contain_text(re.compile(r"^\w+,? 1 Jul 2026 expected about \d"))
    page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text(re.compile(r"^\w+,? 30 Jun 2026 (sold \d|nothing recorded)"))
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"30 Jun 2026: "))
    page.keyboard.press("Home")
    expect(readout).to_contain_text("3 Mar 2026")
    page.get_by_role("button", name="Near").click()
    chart.focus()
    page.keyboard.press("Home")
    expect(readout).to_contain_text("3 Jun 2026")

    page.get_by_text("The forecast as a table").click()
    expect(page.get_by_role("region", name="Forecast").locator("tbody tr")).to_have_count(90)
    page.get_by_text("The sales as a table").click()
    newest = page.get_by_role("region", name="Sales").locator("tbody tr").first
    expect(newest).to_contain_text("Jun 2026")


def test_the_bars_are_the_sales(page: Page, stocked: Service) -> None:
    page.goto(f"/#/jobs/{start_training(stocked, 'seasonal_mean')}")
    link = link_of_a_model(page, stocked)
    expect(link).to_be_visible()
    model_id = (link.get_attribute("href") or "").rpartition("/")[2]
    product_id = stocked.get(f"models/{model_id}")["product_id"]
    sales = stocked.get(f"products/{product_id}/sales", limit=210)["sales"]
    shown = [sale for sale in sales if sale["ds"] >= "2026-03-03" and sale["quantity"] > 0]
    link.click()
    expect(page.locator(".chart-line")).to_be_visible()
    bars = page.locator(".chart-bars").evaluate_all(
        "paths => paths.map((path) => (path.getAttribute('d').match(/M/g) ?? []).length)"
    )
    assert sum(bars) == len(shown) > 50
    assert bars[1] == sum(1 for sale in shown if sale["promotion"])


def test_without_an_answer_the_page_says_so_and_comes_back(
    page: Page, stocked: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(503)
    is_down = [True]

    def answer(route: Route) -> None:
        if is_down[0]:
            route.fulfill(status=503, json={"detail": "The database does not answer"})
        else:
            route.continue_()

    page.route("**/api/v1/**", answer)
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The database does not answer")
    expect(page.get_by_text("Drop your sales here")).to_be_hidden()
    is_down[0] = False
    expect(page.locator(".catalogue-row").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_reload_in_the_middle_goes_on(page: Page, stocked: Service) -> None:
    page.goto(f"/#/jobs/{start_training(stocked)}")
    wait_for_percentage(page, 25)
    before = percentage(page)
    page.reload()
    expect(page.locator(".product")).to_have_count(PRODUCTS)
    assert percentage(page) >= before
    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    page.locator(".log-box summary").first.click()
    expect(page.locator(".log-lines li").last).to_contain_text("Finished")


@dataclass
class Line:
    """One connection of the page, and the numbers of the messages that went through it."""

    route: WebSocketRoute
    most: float
    """So many messages go through before it is cut."""
    numbers: list[int] = field(default_factory=list)

    def pass_on(self, message: str | bytes) -> None:
        if len(self.numbers) == self.most:
            return
        self.numbers.append(json.loads(message)["seq"])
        self.route.send(message)
        if len(self.numbers) == self.most:
            self.route.close(code=1011, reason="cut by the test")


def test_a_cut_line_is_taken_up_where_it_broke(page: Page, stocked: Service) -> None:
    lines: list[Line] = []

    def connect(route: WebSocketRoute) -> None:
        lines.append(Line(route, most=math.inf if lines else 5))
        route.connect_to_server().on_message(lines[-1].pass_on)

    page.route_web_socket(re.compile("/training/ws/"), connect)
    page.goto(f"/#/jobs/{start_training(stocked)}")
    expect(page.locator(".job-head .pill")).to_have_text("Finished")

    before, after = lines[0].numbers, lines[1].numbers
    resumed = int(lines[1].route.url.rsplit("after=", 1)[1])
    assert resumed in before
    assert before == list(range(1, len(before) + 1))
    assert after == list(range(resumed + 1, resumed + 1 + len(after)))


def test_where_no_line_comes_about_the_page_asks_what_happened(
    page: Page, stocked: Service
) -> None:
    page.route_web_socket(re.compile("/training/ws/"), lambda route: route.close())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    job_id = start_training(stocked)
    page.goto(f"/#/jobs/{job_id}")

    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    going_on = ".product:is([data-status=pending], [data-status=running])"
    expect(page.locator(going_on)).to_have_count(0)
    assert len([url for url in asked if "/training/status/" in url]) == 1
    assert any(f"/training/progress/{job_id}?after=" in url for url in asked)


def test_a_training_can_be_stopped(page: Page, stocked: Service) -> None:
    job_id = start_training(stocked, budget="best", engine="stan")  # takes longer than a click
    page.goto(f"/#/jobs/{job_id}")
    wait_for_percentage(page, 1)
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep training")).to_be_focused()
    dialog.get_by_role("button", name="Stop now").click()
    expect(page.locator(".job-head .pill")).to_have_text(re.compile("Stopped|Finished"))
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    expect(page.locator(".product[data-status=cancelled]").first).to_be_visible()
    assert stocked.get(f"status/{job_id}")["products_cancelled"] > 0


def test_unusable_rows_are_named(
    page: Page, service: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(422)
    page.goto("/")
    page.locator(".hero input[type=file]").set_input_files(
        {
            "name": "sales.csv",
            "mimeType": "text/csv",
            "buffer": b"date,product_id,quantity\n2026-01-01,a,four\n2026-13-01,a,2\n",
        }
    )
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Row 2, quantity, “four”: not a number")
    expect(notice).to_contain_text("Row 3, date")
    expect(notice).to_contain_text("Correct the file and drop it again")
    assert notice.inner_text().lower().count("nothing was imported") == 1


def test_a_workbook_of_excel_is_read(
    page: Page, service: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(422)
    rows = [["date", "product_id", "quantity"], ["2026-01-01", "a", "four"]]
    page.goto("/")
    page.locator(".hero input[type=file]").set_input_files(
        {"name": "Sales.XLSX", "mimeType": "", "buffer": workbook(rows)}
    )
    expect(page.get_by_role("alert")).to_contain_text("Row 2, quantity, “four”: not a number")


def test_how_a_file_was_read_is_told(page: Page, stocked: Service) -> None:
    """Of a row that changes nothing: a day that is known, and nothing known of it."""
    product = next(iter(stocked.pages("products")))
    known = f"{product['last_sale'][:10]};{product['id']}"
    content = f"date;product_id;quantity;note\n{known};;größer\n"
    page.goto("/")
    page.locator(".hero input[type=file]").set_input_files(
        {"name": "sales.csv", "mimeType": "text/csv", "buffer": content.encode("cp1252")}
    )
    told = page.locator(".notice-warn").get_by_role("listitem")
    expect(told).to_have_text([re.compile("read as Windows-1252"), re.compile("left out: note$")])


def test_days_that_were_wrong_are_replaced(page: Page, stocked: Service) -> None:
    def drop(*days: str) -> None:
        rows = "".join(f"{day},mistaken,5,7,3\n" for day in days)
        page.locator(".hero input[type=file]").set_input_files(
            {
                "name": "sales.csv",
                "mimeType": "text/csv",
                "buffer": f"date,product_id,quantity,rain,wind\n{rows}".encode(),
            }
        )

    page.goto("/")
    drop("2026-01-05", "2026-05-01")
    expect(page.locator(".notice-good")).to_contain_text("2 rows")
    expect(page.get_by_text("used where they help: rain, wind.")).to_be_visible()
    page.get_by_text("Were some sales wrong?").click()
    page.get_by_label("The next file has everything").check()
    page.get_by_label("Leave out these columns").fill("rain, ")
    drop("2026-01-05")
    expect(page.get_by_text("Deleted as the file does not have them: 1 row.")).to_be_visible()
    expect(page.get_by_text("used where they help: wind.")).to_be_visible()
    expect(page.get_by_label("The next file has everything")).not_to_be_checked()
    expect(page.get_by_label("Leave out these columns")).to_have_value("")
    stocked.http.delete(f"{stocked.url}/api/v1/training/products/mistaken?force=true")


def test_an_unknown_job_says_so(page: Page, service: Service, expected_refusals: list[int]) -> None:
    expected_refusals.append(404)
    with page.expect_response(re.compile("/training/status/")) as answered:
        page.goto("/#/jobs/00000000-0000-0000-0000-00000000dead")
    assert answered.value.status == 404
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("next week|Sales"))


def test_a_search_without_a_find_says_so(page: Page, stocked: Service) -> None:
    page.goto("/")
    page.get_by_label("Search products").fill("no such thing")
    expect(page.get_by_text("No product has “no such thing”")).to_be_visible()
    page.get_by_label("Search products").fill("")
    expect(page.locator(".catalogue-row").first).to_be_visible()
