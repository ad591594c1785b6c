"""How things went over time: day by day, and forecasts that became worse."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from db.engine import create_engine, create_sessions
from db.models.drift_retraining import ACCURACY_DRIFT
from db.operation.alerts import raise_alert, resolve_alert
from db.tables import DEFAULT_TENANT_ID
from tests.browser.trained import Versions, train_versions
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# as if the first training of each product had been a week ago
AGED = (
    "UPDATE trained_models SET created_at = created_at - interval '7 days' WHERE id IN"
    " (SELECT (array_agg(id ORDER BY created_at))[1] FROM trained_models GROUP BY product_id)",
    "UPDATE training_tasks SET started_at = started_at - interval '7 days',"
    " completed_at = completed_at - interval '7 days' WHERE id IN"
    " (SELECT (array_agg(id ORDER BY created_at))[1] FROM training_tasks GROUP BY product_id)",
)


@pytest.fixture(scope="module")
def versions(stocked: Service) -> Versions:
    return train_versions(stocked)


@pytest.fixture
def database(stocked: Service) -> Iterator[Engine]:
    engine = create_engine(stocked.child("housekeeping").environ()["DATABASE_URL"])
    yield engine
    engine.dispose()


@pytest.mark.usefixtures("versions")
def test_days_are_drawn_and_told(page: Page, stocked: Service, database: Engine) -> None:
    with database.begin() as connection:
        for statement in AGED:
            connection.execute(text(statement))
    page.goto("/#/analytics")
    over_time = page.get_by_role("region", name="Over time").first
    accuracy = stocked.get("analytics/accuracy")["trend"]
    assert len(accuracy) >= 2
    expect(over_time.locator(".plot")).to_have_count(4)
    first = over_time.locator(".plot").first
    expect(first.locator(".chart-dot")).to_have_count(len(accuracy))
    over_time.get_by_text("As a table").first.click()
    rows = over_time.locator("tbody tr")
    expect(rows).to_have_count(len(accuracy))
    expect(rows.first.locator("td")).to_have_text(f"{int(accuracy[-1]['mean_accuracy'])}%")
    for name in ("Accuracy of what was trained", "How long a product took"):
        expect(over_time.locator(f"[aria-label^='{name}']")).to_be_visible()


def test_a_forecast_that_became_worse_is_listed_until_it_is_over(
    page: Page, versions: Versions, database: Engine
) -> None:
    sessions = create_sessions(database)
    subject = (DEFAULT_TENANT_ID, ACCURACY_DRIFT, versions.product_id)
    with sessions.begin() as session:
        raise_alert(
            session,
            *subject,
            severity="medium",
            message="The forecast misses more than it should.",
            details={"model_id": versions.used, "product": "Country loaf"},
        )
    page.goto("/#/analytics")
    row = page.get_by_role("region", name="Forecasts that became worse").locator(".job").first
    expect(row.get_by_role("link", name="Country loaf")).to_have_attribute(
        "href", f"#/models/{versions.used}"
    )
    expect(row.locator(".pill")).to_have_text("Still so")
    with sessions.begin() as session:
        resolve_alert(session, *subject)
    page.reload()
    expect(row.locator(".pill")).to_contain_text("Over since")
