"""The versions of a product's model: which is in use, why, and changing it by hand."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.trained import Versions, train_versions
from tests.e2e.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def versions(stocked: Service) -> Versions:
    return train_versions(stocked)


def version_row(page: Page, service: Service, model_id: str) -> Locator:
    name = service.get(f"models/{model_id}")["model_version"]
    return page.locator(".version").filter(has=page.get_by_text(name, exact=True))


def answer(page: Page, choice: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=choice).click()


def test_a_refused_version_says_why_and_is_put_in_use_and_taken_back(
    page: Page, stocked: Service, versions: Versions
) -> None:
    used, refused = versions.used, versions.refused
    page.goto(f"/#/models/{refused}")
    expect(page.get_by_text("This version is not in use.")).to_be_visible()
    row = version_row(page, stocked, refused)
    expect(row.locator(".pill")).to_have_text("Refused")
    expect(row.locator(".fate")).to_contain_text(
        re.compile(r"Not put in use\. Its error is .+ higher")
    )
    row.get_by_text("How the two did").click()
    expect(
        row.get_by_role("region", name="Windows compared").locator("tbody tr")
    ).not_to_have_count(0)

    row.get_by_role("button", name="Use this version").click()
    answer(page, "Leave it as it is")
    assert stocked.get(f"models/{used}")["is_deployed"]
    row.get_by_role("button", name="Use this version").click()
    answer(page, "Use it")
    expect(page.locator(".model-head .pill")).to_have_text("In use")
    assert stocked.get(f"models/{refused}")["is_deployed"]

    page.get_by_role("button", name="Go back to the version before").click()
    answer(page, "Go back")
    expect(page.get_by_text("This version is not in use.")).to_be_visible()
    assert stocked.get(f"models/{used}")["is_deployed"]


def test_a_version_is_kept_for_good_and_no_longer(
    page: Page, stocked: Service, versions: Versions
) -> None:
    used, refused = versions.used, versions.refused
    page.goto(f"/#/models/{used}")
    row = version_row(page, stocked, refused)
    row.get_by_role("button", name="Keep for good").click()
    expect(row.get_by_text("Kept for good", exact=True)).to_be_visible()
    assert stocked.get(f"models/{refused}")["is_pinned"]
    row.get_by_role("button", name="Keep no longer").click()
    expect(row.get_by_role("button", name="Keep for good")).to_be_visible()
    assert not stocked.get(f"models/{refused}")["is_pinned"]


def test_two_versions_stand_side_by_side(page: Page, stocked: Service, versions: Versions) -> None:
    used, refused = versions.used, versions.refused
    page.goto(f"/#/models/{used}")
    version_row(page, stocked, refused).get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two versions")
    expect(page.locator(".side")).to_have_count(2)
    told = stocked.get("models/compare", a=used, b=refused)
    places = {told["a"]["model_id"]: "The first", told["b"]["model_id"]: "The second"}
    verdict = re.sub("|".join(places), lambda found: places[found[0]], told["verdict"])
    expect(page.locator(".notice").first).to_have_text(verdict)
    better = page.get_by_role("region", name="Measures of both").locator("td.chosen")
    expect(better).to_have_count(sum(pair["better"] is not None for pair in told["metrics"]))


def test_a_forecast_shows_how_it_did_since(
    page: Page, stocked: Service, versions: Versions
) -> None:
    product_id, used = versions.product_id, versions.used
    forecast = stocked.get(f"models/{used}/forecast")["forecast"][:20]
    lines = [f"{point['ds'][:10]},{product_id},{round(point['yhat']) + 1}" for point in forecast]
    csv = "\n".join(["date,product_id,quantity", *lines])
    stocked.post("sales", content=csv.encode(), headers={"Content-Type": "text/csv"})
    stocked.wait_until(
        lambda: stocked.get(f"models/{used}/live")["scored_points"] == len(lines), 120
    )
    live = stocked.get(f"models/{used}/live")
    page.goto(f"/#/models/{used}")
    since = page.get_by_role("region", name="How it did since")
    expect(since).to_contain_text("Typical error since")
    expect(since).to_contain_text("Too little expected")
    expect(since).to_contain_text(f"{live['scored_points']} days compared")
    expect(page.locator(".chart-actual")).to_have_count(
        sum(period["actual"] is not None for period in live["periods"])
    )


def test_a_version_is_deleted_after_a_question(
    page: Page, stocked: Service, versions: Versions
) -> None:
    used, refused = versions.used, versions.refused
    page.goto(f"/#/models/{refused}")
    row = version_row(page, stocked, refused)
    row.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("no forecast that counts changes")
    answer(page, "Delete it")
    expect(page).not_to_have_url(re.compile(refused))
    expect(page.get_by_role("region", name="Versions")).to_be_visible()
    kept = [one["model_id"] for one in stocked.get(f"models/{used}")["versions"]]
    assert refused not in kept
