"""A table dropped on the Studio page becomes a model."""

import io
import re
from secrets import token_bytes
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from examples.table import generate_table
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def parquet(table: pa.Table, **options: Any) -> Any:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return {
        "name": "homes.parquet",
        "mimeType": "application/octet-stream",
        "buffer": buffer.getvalue(),
    }


def homes() -> pa.Table:
    columns = ["listed_on", "district", "size_m2", "rooms", "has_balcony", "monthly_rent"]
    return pa.Table.from_pandas(generate_table(300)[columns], preserve_index=False)


def keep_it_short(page: Page, seconds: int = 1) -> None:
    page.get_by_text("More options").click()
    page.get_by_label("Time to look for the best model").fill(str(seconds))


def test_a_table_trains_live_and_ends_with_its_metrics(page: Page, service: Service) -> None:
    page.goto("/#/studio")
    page.locator(".studio-form input[type=file]").set_input_files(parquet(homes()))
    keep_it_short(page, seconds=4)  # so that it is seen on its way
    page.get_by_label("Column to predict").fill("rent")
    page.get_by_role("button", name="Train").click()
    refusal = page.locator(".outcome").get_by_role("alert")
    expect(refusal).to_contain_text("Target variable 'rent' not found")

    page.get_by_role("button", name="monthly_rent").click()
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".phases [data-state=now]")).to_be_visible()
    expect(page.locator(".result .figure-label").first).to_have_text("Accuracy")
    expect(page.locator(".result .figure-value").first).to_have_text(re.compile(r"^\d\d(\.\d)?%$"))
    expect(page.locator(".phases [data-state=done]")).to_have_count(6)
    expect(page.locator(".table-training .log-lines")).to_contain_text("Model saved: model-")

    page.get_by_role("link", name="See the model").click()
    candidates = page.get_by_role("region", name="Candidates")
    expect(candidates.locator("tbody tr").nth(4)).to_be_visible()

    ask = page.get_by_role("region", name="Ask it")
    ask.get_by_label("size_m2").fill("70")
    ask.get_by_label("has_balcony").select_option("Yes")
    ask.get_by_role("button", name="Predict").click()
    expect(ask.locator(".figure-label")).to_have_text("monthly_rent")
    expect(ask.locator(".figure-value")).to_have_text(re.compile(r"^[\d,]+(\.\d+)?$"))
    page.goto("/#/")
    expect(page.get_by_role("heading", name="Models of tables")).to_be_visible()


def test_a_file_too_large_for_the_socket_is_uploaded(page: Page, service: Service) -> None:
    """This service takes 1 MB in a message; the page hears of it and sends the file over HTTP."""
    file = parquet(homes().append_column("survey", [[token_bytes(5000).hex() for _ in range(300)]]))
    assert len(file["buffer"]) > 1_000_000
    page.goto("/#/studio")
    page.locator(".studio-form input[type=file]").set_input_files(file)
    keep_it_short(page)
    page.get_by_label("Column to predict").fill("monthly_rent")
    with page.expect_response(re.compile("/api/v1/models$")) as uploaded:
        page.get_by_role("button", name="Train").click()
    assert uploaded.value.status == 202
    job_id = uploaded.value.json()["job_id"]
    expect(page).to_have_url(re.compile(f"#/jobs/{job_id}$"))
    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    expect(page.locator(".result .figure-label").first).to_have_text("Accuracy")


def test_how_much_of_a_file_has_left_is_shown(page: Page, service: Service) -> None:
    """The line is slow, as far as the page can see: it holds back what it was given."""
    page.add_init_script(
        """
        Object.defineProperty(WebSocket.prototype, "bufferedAmount", {
          get() { return window.held ?? 0; },
        });
        """
    )
    page.goto("/#/studio")
    file = parquet(homes())
    page.evaluate("bytes => { window.held = bytes; }", len(file["buffer"]) * 0.6)
    page.locator(".studio-form input[type=file]").set_input_files(file)
    keep_it_short(page)
    page.get_by_label("Column to predict").fill("monthly_rent")
    page.get_by_role("button", name="Train").click()
    bar = page.get_by_role("progressbar", name="Sending the file")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^(39|40)$"))
    expect(page.locator(".chosen-file")).to_contain_text("homes.parquet: 40% sent")
    page.evaluate("() => { window.held = 0; }")
    expect(bar).to_be_hidden()
    expect(page.locator(".result .figure-label").first).to_have_text("Accuracy")


def test_a_running_table_training_can_be_left_and_found_again(page: Page, service: Service) -> None:
    page.goto("/#/studio")
    page.locator(".studio-form input[type=file]").set_input_files(parquet(homes()))
    keep_it_short(page, seconds=4)
    page.get_by_label("Column to predict").fill("monthly_rent")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".phases [data-state=now]")).to_be_visible()
    page.get_by_role("link", name="Sales forecasts").click()
    page.locator(".job a").first.click()
    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    expect(page.locator(".result .figure-label").first).to_have_text("Accuracy")


def test_a_file_that_is_no_parquet_is_refused(page: Page, service: Service) -> None:
    page.goto("/#/studio")
    page.locator(".studio-form input[type=file]").set_input_files(
        {"name": "notes.parquet", "mimeType": "text/plain", "buffer": b"only some words here"}
    )
    expect(page.locator(".chip")).to_have_count(0)
    page.get_by_label("Column to predict").fill("x")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".outcome").get_by_role("alert")).to_contain_text("Parquet")


@pytest.mark.parametrize(
    "options", [{}, {"compression": "none", "version": "1.0"}, {"row_group_size": 10}]
)
def test_columns_are_offered_before_anything_is_sent(
    page: Page, service: Service, options: dict[str, object]
) -> None:
    nested = pa.array([{"inner": n, "other": [n]} for n in range(300)])
    table = homes().append_column("a nested column", nested).append_column("Größe €", nested)
    page.goto("/#/studio")
    page.locator(".studio-form input[type=file]").set_input_files(parquet(table, **options))
    expect(page.locator(".chip")).to_have_text(table.column_names)
