"""Alerts, schedules, how it goes, and the settings of the shop."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from db.engine import create_engine, create_sessions
from db.operation.alerts import raise_alert
from db.tables import DEFAULT_TENANT_ID
from tests.browser.trained import train
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def open_alert(service: Service) -> None:
    """As the worker opens one; the ways there take days."""
    engine = create_engine(service.child("housekeeping").environ()["DATABASE_URL"])
    with create_sessions(engine).begin() as session:
        raise_alert(
            session,
            DEFAULT_TENANT_ID,
            "source_unavailable",
            "weather",
            severity="high",
            message="The weather service does not answer.",
            recommended_action="Ask who runs it.",
        )
    engine.dispose()


def test_an_alert_is_told_on_the_overview_and_closed(page: Page, stocked: Service) -> None:
    open_alert(stocked)
    page.goto("/")
    alerts = page.get_by_role("region", name="Worth your attention")
    alert = alerts.get_by_role("listitem").filter(has_text="The weather service does not answer.")
    expect(alert).to_contain_text("Ask who runs it.")
    expect(alert.get_by_role("link", name="See the sources")).to_be_visible()
    alert.get_by_role("button", name="Done").click()
    expect(alert).to_have_count(0)
    still_open = stocked.get("alerts")["items"]
    assert "weather" not in {one["subject_id"] for one in still_open}
    expect(alerts).to_be_visible(visible=bool(still_open))


def test_a_schedule_is_made_paused_run_and_deleted(page: Page, stocked: Service) -> None:
    page.goto("/#/schedules")
    page.get_by_label("Name").fill("Nightly bread")
    page.get_by_label("Products", exact=True).select_option("category:Bread")
    page.get_by_label("How often").select_option("Every month")
    page.get_by_label("On day").fill("15")
    page.get_by_label("At", exact=True).fill("02:30")
    page.get_by_label("Time zone").fill("America/New_York")
    page.get_by_text("Choose how to train").click()
    page.get_by_label("Care taken with each product").select_option("fast")
    page.get_by_label("Days to forecast").fill("14")
    page.get_by_role("button", name="Add the schedule").click()
    row = page.locator(".job").filter(has_text="Nightly bread")
    expect(row).to_contain_text("Trains all of Bread: Quick, 14 days ahead.")
    expect(row).to_contain_text("On day 15 of every month at 02:30, New York time.")
    made = next(one for one in stocked.get("schedules")["items"] if one["name"] == "Nightly bread")
    assert made["cron"] == "30 2 15 * *"
    assert made["request"] == {"categories": ["Bread"], "budget": "fast", "horizon_days": 14}
    first = datetime.fromisoformat(made["next_run_at"]).astimezone(ZoneInfo("America/New_York"))
    expect(row).to_contain_text(f"15 {first:%b}")
    expect(row).to_contain_text("02:30")

    row.get_by_role("button", name="Pause").click()
    expect(row.locator(".pill")).to_have_text("Paused")
    row.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile(r"#/jobs/[0-9a-f-]{36}$"))
    expect(page.locator(".job-head .pill")).to_have_text("Finished")
    page.goto("/#/schedules")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(row).to_have_count(0)


def test_a_schedule_that_is_refused_says_why(
    page: Page, stocked: Service, expected_refusals: list[int]
) -> None:
    expected_refusals.append(422)
    page.goto("/#/schedules")
    page.get_by_label("Name").fill("Never")
    page.get_by_label("How often").select_option("At other times")
    page.get_by_label("Five fields").fill("every day at noon")
    page.get_by_role("button", name="Add the schedule").click()
    expect(page.get_by_role("alert")).to_contain_text("cron")


def test_how_it_goes_is_what_the_service_counts(page: Page, stocked: Service) -> None:
    train(stocked, algorithm="seasonal_mean", force=True)
    page.goto("/#/analytics")
    accuracy = stocked.get("analytics/accuracy", limit=8)
    bars = page.get_by_role("list", name="Products by accuracy").locator(".bar-row")
    counts = [part["count"] for part in accuracy["distribution"] if part["up_to"] is not None]
    expect(bars.locator(".measure-value")).to_have_text([str(count) for count in counts])
    worst = page.get_by_role("region", name="Where to look first").locator(".job")
    expect(worst).to_have_count(len(accuracy["worst_products"]))
    expect(page.get_by_role("region", name="What could not be trained")).to_contain_text(
        "minimum 30"
    )
    expect(
        page.get_by_role("region", name="How long it takes").locator(".bar-row")
    ).not_to_have_count(0)


def test_the_shop_tells_where_it_is(page: Page, stocked: Service) -> None:
    page.goto("/#/settings")
    shop = page.get_by_role("region", name="Your shop")
    shop.get_by_label("Country").select_option("Spain")
    shop.get_by_label("Region").fill("MD")
    shop.get_by_label("Time zone").fill("Europe/Madrid")
    shop.get_by_role("button", name="Save").click()
    expect(page.locator("#announcer")).to_contain_text("Saved")
    tenant = stocked.get("tenant")
    assert (tenant["country"], tenant["subdivision"]) == ("ES", "MD")
    assert tenant["time_zone"] == "Europe/Madrid"


def test_defaults_of_trainings_are_kept_beside_those_not_shown(
    page: Page, stocked: Service
) -> None:
    page.goto("/#/settings")
    defaults = page.get_by_role("region", name="How trainings go")
    defaults.get_by_text("Advanced").click()
    defaults.get_by_label("Days to forecast").fill("60")
    defaults.get_by_label("Patterns within a year").select_option("No")
    defaults.get_by_role("button", name="Save").click()
    expect(page.locator("#announcer")).to_contain_text("Saved")
    assert stocked.get("tenant")["training_defaults"] == {
        "horizon_days": 60,
        "prophet_yearly_seasonality": False,
    }
    defaults.get_by_label("Days to forecast").fill("")
    defaults.get_by_label("Patterns within a year").select_option("As the service is set")
    with page.expect_response(re.compile("/training/tenant$")):
        defaults.get_by_role("button", name="Save").click()
    assert stocked.get("tenant")["training_defaults"] == {}


def test_a_closure_is_entered_and_removed(page: Page, stocked: Service) -> None:
    first = datetime.now(UTC).date() + timedelta(days=30)
    page.goto("/#/settings")
    calendar = page.get_by_role("region", name="Calendar")
    calendar.get_by_label("Name").fill("Summer holidays")
    calendar.get_by_label("First day").fill(first.isoformat())
    calendar.get_by_label("Last day").fill(date.isoformat(first + timedelta(days=6)))
    calendar.get_by_role("button", name="Add to the calendar").click()
    row = calendar.locator(".job").filter(has_text="Summer holidays")
    expect(row.locator(".pill")).to_have_text("Closed")
    assert "Summer holidays" in {entry["name"] for entry in stocked.get("calendar")["items"]}
    before = stocked.get("audit", action="delete", subject_type="calendar entry")["items"]
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    trail = stocked.get("audit", action="delete", subject_type="calendar entry")["items"]
    assert len(trail) == len(before) + 1


def test_the_secret_of_a_webhook_is_shown_once(page: Page, stocked: Service) -> None:
    page.goto("/#/settings")
    webhooks = page.get_by_role("region", name="Webhooks")
    webhooks.get_by_label("Address").fill("https://example.com/hooks/training")
    webhooks.get_by_role("button", name="Add the webhook").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".secret")).to_have_text(re.compile(r"^whsec_\S{20,}$"))
    secret = dialog.locator(".secret").inner_text()
    dialog.get_by_role("button", name="Close").click()
    row = webhooks.locator(".job").filter(has_text="example.com")
    expect(row).to_be_visible()
    assert secret not in page.content()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(row).to_have_count(0)
    expect(page.get_by_role("region", name="Outside sources")).to_contain_text("No outside service")
    page.reload()
    trail = page.get_by_role("region", name="Who did what")
    expect(trail.locator("li").filter(has_text="deleted the webhook").first).to_be_visible()
