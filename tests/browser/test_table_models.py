"""The page of a table's model, for each task: what it shows, and asking it."""

import re

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tests.browser.tables import (
    HOSTILE_COLUMN,
    HOSTILE_SERIES,
    homes,
    parquet,
    predict_file,
    train_tables,
)
from tests.browser.test_appearance import NAMELESS
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def models(service: Service) -> dict[str, str]:
    return train_tables(service)


def open_model(page: Page, model_id: str) -> None:
    page.goto(f"/#/models/{model_id}")
    expect(page.get_by_role("region", name="The data")).to_be_visible()


def drawn(page: Page, name: str | re.Pattern[str]) -> int:
    """How many shapes a chart consists of."""
    chart = page.get_by_role("img", name=name).first
    expect(chart.locator("path, circle, rect").first).to_be_attached()
    return chart.locator("path, circle, rect").count()


def test_a_classifier_tells_how_good_it_is_and_where_it_errs(
    page: Page, service: Service, models: dict[str, str]
) -> None:
    open_model(page, models["classification"])
    right = page.locator(".figure").filter(has_text="Right answers").first
    expect(right).to_contain_text(re.compile(r"On other rows probably [\d.]+% to [\d.]+%"))
    told = page.get_by_role("region", name="Answers by true class")
    explained = service.get(f"models/{models['classification']}/explanation")["sections"]
    counts = [count for row in explained["confusion_matrix"]["counts"] for count in row]
    shown = told.locator("td").evaluate_all("cells => cells.map((one) => one.firstChild.data)")
    assert [int(text) for text in shown] == counts

    curves = page.get_by_role("region", name="Where it is right and wrong")
    curves.get_by_role("combobox", name="Class").select_option("cheap")
    assert drawn(page, re.compile("Found, and falsely alarmed, for “cheap”")) == 2
    assert drawn(page, re.compile("Right when it says so, for “cheap”")) == 2
    assert drawn(page, re.compile("Told and come true, for “cheap”")) > 3


def test_a_hostile_column_is_text_wherever_it_stands(page: Page, models: dict[str, str]) -> None:
    open_model(page, models["classification"])
    profile = page.get_by_role("region", name="Columns of the table")
    expect(profile.get_by_role("rowheader", name=HOSTILE_COLUMN, exact=True)).to_be_visible()
    ask = page.get_by_role("region", name="Ask it")
    expect(ask.get_by_text(HOSTILE_COLUMN, exact=True)).to_be_visible()
    assert page.locator("main img, main script, main table b").count() == 0
    assert page.title() == "A category in a table · Model Studio"


def test_the_data_are_described_and_what_was_left_out_says_why(
    page: Page, models: dict[str, str]
) -> None:
    open_model(page, models["regression"])
    rows = page.get_by_role("region", name="Columns of the table").locator("tbody tr")
    expect(rows.first).to_contain_text("What it predicts")
    expect(rows.filter(has_text="country")).to_contain_text(re.compile("Left out: .+"))
    size = rows.filter(has_text="size_m2")
    expect(size).to_contain_text("10%")
    expect(size.locator(".small-histogram rect").first).to_be_attached()


def test_an_amount_comes_with_its_range_and_its_reasons(page: Page, models: dict[str, str]) -> None:
    open_model(page, models["regression"])
    assert drawn(page, re.compile("Predicted and actual “monthly_rent”")) > 50
    assert drawn(page, re.compile("Rows by miss")) > 3
    ask = page.get_by_role("region", name="Ask it")
    ask.get_by_label("size_m2").fill("90")
    ask.get_by_label("district").fill("a place it has not met")
    ask.get_by_role("button", name="Predict").click()
    expect(ask.locator(".figure-value")).to_have_text(re.compile(r"^[\d,.]+$"))
    expect(ask.locator(".figure-meaning")).to_contain_text(
        re.compile(r"Probably [\d,.]+ to [\d,.]+: such ranges hold 90%")
    )
    ask.get_by_role("button", name="Why this answer?").click()
    reasons = ask.get_by_role("list", name="What each column contributed")
    expect(reasons.locator("li").filter(has_text="size_m2")).to_contain_text(
        re.compile(r"[+−][\d,.]+")
    )


def test_a_whole_file_is_predicted_and_saved(page: Page, models: dict[str, str]) -> None:
    open_model(page, models["regression"])
    page.get_by_text("Predict a whole file").click()
    ask = page.get_by_role("region", name="Ask it")
    file = {"name": "new.parquet", "mimeType": "application/octet-stream"}
    ask.locator("input[type=file]").set_input_files({**file, "buffer": parquet(homes().head(5))})
    expect(ask.locator(".notice-good")).to_have_text("5 rows of new.parquet are predicted.")
    with page.expect_download() as saved:
        ask.get_by_role("button", name="Save the predictions").click()
    assert saved.value.suggested_filename == "new-predictions.parquet"
    told = pq.read_table(saved.value.path())
    assert told.num_rows == 5
    assert {"prediction", "lower", "upper", HOSTILE_COLUMN} <= set(told.column_names)

    lacking = parquet(homes().head(5).drop(columns="size_m2"))
    ask.locator("input[type=file]").set_input_files({**file, "buffer": lacking})
    expect(ask.get_by_role("alert")).to_contain_text("size_m2")


def test_the_job_that_predicted_a_file_speaks_of_predictions(
    page: Page, service: Service, models: dict[str, str]
) -> None:
    job_id = predict_file(service, models["regression"], homes().head(5))
    page.goto(f"/#/jobs/{job_id}")
    expect(page.get_by_role("heading", name="Predictions of a file")).to_be_visible()
    expect(page.locator(".job-summary")).to_have_text("The file is predicted")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the predictions").click()
    assert len(pq.read_table(saved.value.path())) == 5
    model = page.get_by_role("link", name="The model", exact=True)
    expect(model).to_have_attribute("href", f"#/models/{models['regression']}")
    expect(page.get_by_role("group", name="Show products")).to_have_count(0)


def test_groups_are_told_in_words_and_another_clustering_can_predict(
    page: Page, service: Service, models: dict[str, str]
) -> None:
    model_id = models["clustering"]
    open_model(page, model_id)
    groups = service.get(f"models/{model_id}/explanation")["sections"]["clusters"]
    region = page.get_by_role("region", name="Groups", exact=True)
    for group in groups:
        expect(region.get_by_text(group["words"], exact=True)).to_be_visible()
    assert drawn(page, re.compile("rows by the two main directions")) == 400

    board = page.get_by_role("region", name="Methods compared")
    before = service.get(f"models/{model_id}/leaderboard")["chosen_candidate"]
    use = board.get_by_role("button", name="Use this one")
    use.first.click()
    page.get_by_role("dialog").get_by_role("button", name="Leave it as it is").click()
    assert service.get(f"models/{model_id}/leaderboard")["chosen_candidate"] == before
    use.first.click()
    page.get_by_role("dialog").get_by_role("button", name="Use this one").click()
    expect(board.locator(".notice")).to_contain_text("You chose what predicts")
    assert service.get(f"models/{model_id}/leaderboard")["chosen_candidate"] != before
    expect(board.locator("tr.chosen")).to_have_count(1)


def test_each_series_has_its_forecast(page: Page, service: Service, models: dict[str, str]) -> None:
    model_id = models["time_series"]
    open_model(page, model_id)
    forecast = page.get_by_role("region", name="Forecast", exact=True)
    forecast.get_by_role("combobox", name="Series").select_option(HOSTILE_SERIES)
    expect(forecast.locator(".chart-line")).to_be_attached()
    expect(forecast.get_by_role("heading", level=3)).to_have_text(f"sold: {HOSTILE_SERIES}")
    forecast.get_by_text("The forecast as a table").click()
    table = page.get_by_role("region", name=f"Forecast of {HOSTILE_SERIES}")
    expect(table.locator("tbody tr")).to_have_count(7)
    accuracy = page.get_by_role("region", name="Accuracy of each series").last
    expect(accuracy.locator("tbody tr")).to_have_count(2)

    ask = page.get_by_role("region", name="Ask it")
    ask.get_by_label("Periods ahead").fill("3")
    ask.get_by_role("button", name="Predict").click()
    expect(ask.locator("tbody tr")).to_have_count(6)
    assert page.locator("main b").count() == 0


def test_the_card_opens_and_says_the_same(page: Page, models: dict[str, str]) -> None:
    open_model(page, models["regression"])
    accuracy = page.locator(".figure-value").first.text_content() or ""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Model card").click()
    card = opened.value
    expect(card.get_by_role("heading", level=1)).to_be_visible()
    expect(card.locator("body")).to_contain_text(accuracy.replace("%", ""))
    card.close()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Card as Markdown").click()
    assert saved.value.path().read_text().startswith("# ")


@pytest.mark.parametrize("task", ["classification", "regression", "clustering", "time_series"])
def test_the_page_fits_a_phone_and_every_control_has_a_name(
    page: Page, models: dict[str, str], task: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    open_model(page, models[task])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("button, a, input, select").evaluate_all(NAMELESS) == []
    labels = page.locator("svg.plot text").evaluate_all(
        """all => all.filter((one) => {
          const box = one.getBoundingClientRect();
          const frame = one.ownerSVGElement.getBoundingClientRect();
          return box.left < frame.left - 1 || box.right > frame.right + 1;
        }).map((one) => one.textContent)"""
    )
    assert labels == []
