"""Forecasts as files: tables for a spreadsheet, and Prophet's own form."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.trained import PATIENCE_S, train
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def product_id(stocked: Service) -> str:
    """Of the product with the longest history."""
    return str(min(stocked.pages("products"), key=lambda one: one["first_sale"])["id"])


def trained(service: Service, product_id: str, algorithm: str) -> str:
    job_id = train(service, products=[product_id], algorithm=algorithm, force=True)
    return str(service.get(f"status/{job_id}")["products"][0]["model_id"])


def predicts(service: Service, model_id: str) -> bool:
    """Whether the prediction worker is up, which may take longer than a training."""
    address = f"{service.url}/api/v1/models/{model_id}/predict"
    return httpx.post(address, json={"horizon_days": 1}, timeout=60).status_code == httpx.codes.OK


def saved(page: Page, button: str) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.suggested_filename.count("/") == 0
    return Path(download.value.path())


def rows_of(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def cells_of(file: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()


def test_a_forecast_is_saved_as_a_table_and_as_a_prophet_model(
    page: Page, stocked: Service, product_id: str
) -> None:
    model_id = trained(stocked, product_id, "prophet")
    page.goto(f"/#/models/{model_id}")
    points = stocked.get(f"models/{model_id}/forecast")["forecast"]
    head, *rows = rows_of(saved(page, "Save as CSV"))
    assert head == ["date", "most likely", "at least", "at most"]
    assert [row[0] for row in rows] == [point["ds"][:10] for point in points]
    assert [float(row[1]) for row in rows] == pytest.approx(
        [point["yhat"] for point in points], abs=0.001
    )
    assert cells_of(saved(page, "Save for Excel")) == [
        head,
        *([date.fromisoformat(row[0]), *map(float, row[1:])] for row in rows),
    ]
    stocked.wait_until(lambda: predicts(stocked, model_id), PATIENCE_S)
    prophet = json.loads(saved(page, "Save as a Prophet file").read_text())
    assert prophet["growth"] == "linear"


def test_a_forecast_without_prophet_offers_no_prophet_file(
    page: Page, stocked: Service, product_id: str
) -> None:
    page.goto(f"/#/models/{trained(stocked, product_id, 'drift')}")
    expect(page.get_by_role("button", name="Save as CSV")).to_be_visible()
    expect(page.get_by_role("button", name="Save as a Prophet file")).to_have_count(0)


@pytest.mark.usefixtures("product_id")
def test_the_totals_are_saved_as_a_table(page: Page, stocked: Service) -> None:
    train(stocked, algorithm="seasonal_mean")
    page.goto("/")
    page.get_by_text("What to expect of all products together").click()
    answer = stocked.get("forecasts/totals")
    head, *rows = rows_of(saved(page, "Save as CSV"))
    assert head[:2] == ["When", "All products"]
    assert [float(row[1]) for row in rows] == pytest.approx(
        [point["yhat"] for point in answer["totals"][0]["forecast"]], abs=0.001
    )


@pytest.mark.usefixtures("product_id")
def test_all_forecasts_are_saved_in_one_table(page: Page, stocked: Service) -> None:
    train(stocked, algorithm="seasonal_mean")
    page.clock.set_fixed_time("2026-07-05T12:00:00")
    page.goto("/")
    page.get_by_text("Save all forecasts as a file").click()
    page.get_by_label("How far").select_option("The next 14 days")
    in_use = [product for product in stocked.pages("products") if product["model"]]
    head, *rows = cells_of(saved(page, "Save all forecasts"))
    assert head == ["code", "product", "category", "date", "most likely", "at least", "at most"]
    assert {row[0] for row in rows} == {product["sku"] for product in in_use}
    assert {row[3] for row in rows} == {date(2026, 7, day) for day in range(5, 19)}
    assert len(rows) == 14 * len(in_use)
    expect(page.locator(".notice-good")).to_have_text(f"{len(in_use)} forecasts saved.")
    page.get_by_label("Kind of file").select_option("CSV")
    assert [row[:3] for row in rows_of(saved(page, "Save all forecasts"))[1:]] == [
        row[:3] for row in rows
    ]


@pytest.mark.usefixtures("product_id")
def test_forecasts_that_have_passed_are_told(page: Page, stocked: Service) -> None:
    job_id = train(stocked, algorithm="seasonal_mean")
    model_id = stocked.get(f"status/{job_id}")["products"][0]["model_id"]
    page.clock.set_fixed_time("2030-01-05T12:00:00")
    page.goto("/")
    page.get_by_text("Save all forecasts as a file").click()
    page.get_by_role("button", name="Save all forecasts").click()
    expect(page.get_by_text("All forecasts ended before today.")).to_be_visible()
    page.goto(f"/#/models/{model_id}")
    expect(page.get_by_text("This forecast ended with")).to_be_visible()
