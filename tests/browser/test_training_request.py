"""What the Studio asks for: the task, the column to predict where there is one, and options."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.tables import HOSTILE_COLUMN, homes, parquet
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

FILE = {"name": "homes.parquet", "mimeType": "application/octet-stream"}


@pytest.fixture
def requests(page: Page) -> Iterator[list[dict[str, Any]]]:
    """The training requests that the page has sent over WebSockets."""
    sent: list[dict[str, Any]] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str):
            sent.append(json.loads(frame))

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", note)

    page.on("websocket", listen)
    yield sent
    page.remove_listener("websocket", listen)


def open_studio(page: Page) -> None:
    page.goto("/#/studio")
    page.locator(".studio-form input[type=file]").set_input_files(
        {**FILE, "buffer": parquet(homes())}
    )
    expect(page.get_by_role("button", name="monthly_rent")).to_be_visible()
    page.get_by_text("More options").click()


def test_the_form_asks_only_what_the_task_knows(page: Page, service: Service) -> None:
    open_studio(page)
    target = page.get_by_label("Column to predict")
    horizon = page.get_by_label("Periods to look ahead")
    time_column = page.get_by_label("Column that tells the time")
    metric = page.get_by_label("Choose models by")
    expect(target).to_be_visible()
    expect(horizon).to_be_hidden()
    expect(metric.locator("option")).to_contain_text(["RMSE", "Average miss", "", ""])
    expect(time_column.locator("option")).to_have_text(["Found by itself", *homes().columns])

    page.get_by_role("radio", name="What comes next").check()
    expect(target).to_be_visible()
    expect(horizon).to_be_visible()
    expect(metric).to_be_hidden()

    page.get_by_role("radio", name="Groups").check()
    expect(target).to_be_hidden()
    expect(horizon).to_be_hidden()
    expect(time_column).to_be_hidden()
    expect(page.get_by_text("Columns not to learn from")).to_be_visible()


def test_groups_are_found_with_the_options_that_were_given(
    page: Page, service: Service, requests: list[dict[str, Any]]
) -> None:
    open_studio(page)
    page.get_by_role("radio", name="Groups").check()
    page.get_by_label("Time to look for the best model").fill("1")
    page.get_by_label("Choose models by").select_option("silhouette")
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Name of the training").fill("kinds of homes")
    page.get_by_role("checkbox", name=HOSTILE_COLUMN, exact=True).check()
    page.get_by_role("checkbox", name="country", exact=True).check()
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".result .figure-label").first).to_have_text("Groups")
    assert requests == [
        {
            "action": "start_training",
            "ml_task": "clustering",
            "model_type": "auto",
            "time_budget_seconds": 1,
            "metric": "silhouette",
            "seed": 7,
            "task_name": "kinds of homes",
            "exclude_columns": [HOSTILE_COLUMN, "country"],
            "test_size": 0.2,
        }
    ]
    page.get_by_role("link", name="See the model").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("kinds of homes")
    profile = page.get_by_role("region", name="Columns of the table")
    expect(profile.get_by_role("row").filter(has_text="country")).to_contain_text("Left out")


def test_a_wrong_option_is_refused_in_words_and_can_be_mended(
    page: Page, service: Service, requests: list[dict[str, Any]]
) -> None:
    open_studio(page)
    page.get_by_label("Column to predict").fill("monthly_rent")
    page.get_by_label("Time to look for the best model").fill("1")
    page.get_by_role("checkbox", name="monthly_rent", exact=True).check()
    page.get_by_role("button", name="Train").click()
    refusal = page.locator(".outcome").get_by_role("alert")
    expect(refusal).to_contain_text("exclude_columns names the target variable 'monthly_rent'")
    page.get_by_role("checkbox", name="monthly_rent", exact=True).uncheck()
    page.get_by_label("Longest time for one prediction").fill("2.5")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".result .figure-label").first).to_have_text("Accuracy")
    assert requests[-1]["max_predict_ms"] == 2.5
    assert "exclude_columns" not in requests[-1]
