"""Limits and what is used of them, old models, and changes of the calendar."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from db.engine import create_engine
from tests.browser.trained import Versions, train_versions
from tests.e2e.service import Service
from tests.fixtures.waiting import PATIENCE_S

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TENANT = "api/v1/training/tenant"


@pytest.fixture
def own_limits(stocked: Service) -> Iterator[None]:
    """The limits that a test states are taken back."""
    yield
    httpx.patch(
        f"{stocked.url}/{TENANT}", json={"quotas": None}, timeout=PATIENCE_S
    ).raise_for_status()


@pytest.mark.usefixtures("own_limits")
def test_limits_are_shown_with_what_is_used_and_changed(page: Page, stocked: Service) -> None:
    page.goto("/#/settings")
    section = page.get_by_role("region", name="What you use")
    products = len(list(stocked.pages("products")))
    value = section.locator(".bar-row").filter(has_text="Products").first.locator(".measure-value")
    expect(value).to_have_text(f"{products} of 100,000")
    section.get_by_text("Change the limits").click()
    section.get_by_label("Products", exact=True).fill("50")
    section.get_by_role("button", name="Save").click()
    expect(value).to_have_text(f"{products} of 50")
    assert stocked.get("tenant")["quotas"]["max_products"] == 50


def test_a_limit_that_is_none_is_refused_in_words(
    page: Page, stocked: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(403)
    page.route(
        re.compile(f"{TENANT}$"),
        lambda route: (
            route.fulfill(status=403, json={"detail": "This needs the scope admin"})
            if route.request.method == "PATCH"
            else route.continue_()
        ),
    )
    page.goto("/#/settings")
    section = page.get_by_role("region", name="What you use")
    section.get_by_text("Change the limits").click()
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_contain_text("needs the scope admin")


@pytest.fixture
def outdated(stocked: Service) -> Versions:
    """The product's older model is of last year, and is not the one before that in use."""
    versions = train_versions(stocked)
    engine = create_engine(stocked.child("housekeeping").environ()["DATABASE_URL"])
    aged = text(
        "UPDATE trained_models SET created_at = created_at - interval '1 year'"
        " WHERE public_id = :model"
    )
    train_versions(stocked)
    with engine.begin() as connection:
        connection.execute(aged, {"model": versions.refused})
    engine.dispose()
    return versions


def test_old_models_are_listed_and_removed_after_a_question(
    page: Page, stocked: Service, outdated: Versions
) -> None:
    page.goto("/#/settings")
    section = page.get_by_role("region", name="Old models")
    total = stocked.get("retention")["models_total"]
    assert total > 0
    section.get_by_text("would be removed now").click()
    listed = section.get_by_role("region", name="Models that would be removed")
    expect(listed.locator(f"a[href='#/models/{outdated.refused}']")).to_be_visible()
    expect(listed.locator("tbody tr").first.locator("td").last).not_to_be_empty()
    remove = section.get_by_role("button", name=re.compile(r"^Remove \d+ old models?$"))
    remove.click()
    page.get_by_role("dialog").get_by_role("button", name="Keep them").click()
    assert stocked.get("retention")["models_total"] == total
    remove.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove them").click()
    expect(section.locator(".notice-good")).to_contain_text(re.compile(r"\d+ models? removed"))
    assert stocked.get("retention")["models_total"] == 0
    expect(remove).to_have_count(0)


def test_an_event_is_moved_to_another_day(page: Page, stocked: Service) -> None:
    first = datetime.now(UTC).date() + timedelta(days=40)
    entry = {"kind": "event", "name": "Town fair", "starts_on": first.isoformat()}
    stocked.post("calendar", json=entry)
    later = first + timedelta(days=3)
    page.goto("/#/settings")
    calendar = page.get_by_role("region", name="Calendar")
    row = calendar.locator(".job").filter(has_text="Town fair")
    row.get_by_text("Change", exact=True).click()
    expect(row.get_by_label("First day")).to_have_value(first.isoformat())
    row.get_by_label("First day").fill(later.isoformat())
    row.get_by_label("Last day").fill("")
    row.get_by_role("button", name="Save the change").click()
    expect(row.get_by_role("button", name="Save the change")).to_have_count(0)
    entries = stocked.get("calendar")["items"]
    (moved,) = [entry for entry in entries if entry["name"] == "Town fair"]
    assert (moved["starts_on"], moved["ends_on"]) == (later.isoformat(), later.isoformat())
    page.reload()
    trail = page.get_by_role("region", name="Who did what").locator("li")
    change = trail.filter(has_text="changed the calendar entry Town fair")
    expect(change.first).to_be_visible()
    (line,) = stocked.get("audit", action="change", subject_id=moved["id"])["items"]
    assert line["details"]["before"]["starts_on"] == first.isoformat()
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
