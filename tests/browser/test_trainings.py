"""Trainings after they have ended: trying again, the whole log, the history, forgetting."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.trained import train
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_what_is_missing_is_tried_again(page: Page, stocked: Service) -> None:
    job_id = train(stocked, algorithm="seasonal_mean", force=True, job_name="With failures")
    page.goto(f"/#/jobs/{job_id}")
    expect(page.locator(".job-notes")).to_contain_text("too little sales history")
    page.get_by_role("button", name="Try again what is missing").click()
    expect(page).not_to_have_url(re.compile(job_id))
    expect(page.locator(".product")).to_have_count(
        stocked.get(f"status/{job_id}")["products_failed"]
    )
    expect(page.locator(".job-head .pill")).to_have_text("Failed")
    page.get_by_role("link", name="an earlier training").click()
    expect(page).to_have_url(re.compile(job_id))


def test_unchanged_products_say_that_they_are(page: Page, stocked: Service) -> None:
    train(stocked, algorithm="seasonal_mean", force=True)
    job_id = train(stocked, algorithm="seasonal_mean")
    page.goto(f"/#/jobs/{job_id}")
    skipped = stocked.get(f"status/{job_id}")["products_skipped"]
    assert skipped > 0
    unchanged = page.locator(".product").filter(has=page.get_by_text("Unchanged", exact=True))
    expect(unchanged).to_have_count(skipped)
    expect(unchanged.first.locator(".advice")).not_to_be_empty()
    expect(page.locator(".job-summary")).to_contain_text(f"{skipped} unchanged")


def test_the_whole_log_is_filtered_and_tells_how_long_steps_took(
    page: Page, stocked: Service
) -> None:
    job_id = train(stocked, algorithm="seasonal_mean", force=True)
    page.goto(f"/#/jobs/{job_id}")
    page.get_by_text("Whole log").click()
    log = page.get_by_role("region", name="Whole log")
    expect(log.locator("li").first).to_be_visible()
    expect(log.locator(".log-length")).to_have_count(0)
    level = page.get_by_label("Which lines of the log")
    level.select_option("DEBUG")
    expect(log.locator(".log-length").first).to_have_text(re.compile(r"^[\d.,]+ m?s$"))
    level.select_option("ERROR")
    errors = stocked.get(f"logs/{job_id}", level="ERROR")["items"]
    expect(log.locator("li")).to_have_count(len(errors))


def test_the_history_is_filtered_and_a_record_deleted(page: Page, stocked: Service) -> None:
    job_id = train(stocked, algorithm="seasonal_mean", job_name="To be forgotten")
    page.goto("/#/")
    page.get_by_role("link", name="All trainings").click()
    page.get_by_label("Part of the name").fill("forgotten")
    page.get_by_label("Part of the name").press("Enter")
    expect(page.locator(".job")).to_have_count(1)
    page.get_by_label("State").select_option("cancelled")
    expect(page.get_by_text("There is no such training.")).to_be_visible()
    page.get_by_label("State").select_option("")
    page.get_by_role("link", name="To be forgotten").click()
    page.get_by_role("button", name="Delete this record").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page).to_have_url(re.compile("#/trainings$"))
    expect(page.locator(".job").first).to_be_visible()
    assert job_id not in {job["job_id"] for job in stocked.get("history")["items"]}
