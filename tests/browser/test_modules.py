"""Parts of the page on their own, in the browser that runs them."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.service import Service

pytestmark = pytest.mark.browser


@pytest.fixture
def blank(page: Page, service: Service) -> Page:
    page.goto("/#/studio")
    return page


def run(page: Page, module: str, script: str) -> Any:
    return page.evaluate(
        f"async () => {{ const m = await import('/static/js/{module}.js'); {script} }}"
    )


def test_a_row_that_changes_places_is_the_only_one_that_moves(blank: Page) -> None:
    moved = run(
        blank,
        "keyed",
        """
        const list = document.createElement("ul");
        const create = () => {
          const node = document.createElement("li");
          return { node, update: (item) => (node.textContent = item.text) };
        };
        const rows = new m.KeyedList(list, create);
        const items = Array.from({ length: 1000 }, (_, n) => [n, { text: `row ${n}` }]);
        rows.show(items);
        const watcher = new MutationObserver(() => {});
        watcher.observe(list, { childList: true, subtree: true, characterData: true });
        const changed = [...items.slice(1), [0, { text: "finished" }]];
        rows.show(changed);
        const records = watcher.takeRecords();
        return {
          touched: new Set(records.flatMap((r) => [...r.addedNodes, ...r.removedNodes])).size,
          order: list.lastChild.textContent,
          first: list.firstChild.textContent,
          length: list.childElementCount,
        };
        """,
    )
    # the moved node, its old text and its new text
    assert moved == {"touched": 3, "order": "finished", "first": "row 1", "length": 1000}


def test_the_longest_run_in_order_is_found(blank: Page) -> None:
    script = "return [...m.longestIncreasing([3, 1, 2, -1, 9, 4, 5])].sort();"
    assert run(blank, "increasing", script) == [1, 2, 5, 6]


def test_state_takes_each_message_once_and_leaves_the_rest_alone(blank: Page) -> None:
    outcome = run(
        blank,
        "jobstate",
        """
        const status = { job_id: "j", status: "running", progress_percentage: 40, progress_seq: 7,
          products: [{ product_id: "a", status: "running", progress: 20 },
                     { product_id: "b", status: "pending", progress: 0 }] };
        const progress = { percentage: 30, products_completed: 0, products_total: 2 };
        const message = (seq, product) =>
          ({ type: "training_progress", seq, status: "running", progress, product });
        const start = m.fromStatus(status);
        const old = m.afterMessage(start, message(7, { product_id: "a", status: "failed" }));
        const next = m.afterMessage(start, message(8, { product_id: "a", percentage: 50 }));
        const shared = m.afterMessage(next, message(9, { id: "s", kind: "shared" }));
        return [old === start, next.products.get("a").percentage, next.job.progress_percentage,
          next.products.get("b") === start.products.get("b"), shared.products.size, shared.seq];
        """,
    )
    assert outcome == [True, 50, 40, True, 2, 9]


def test_listed_columns_are_read_from_a_refusal(blank: Page) -> None:
    message = (
        "Training failed: Target variable 'x' not found in data. "
        """Available columns: ['a', "it's", 'tab\\\\t']"""
    )
    columns = blank.evaluate(
        "async (text) => (await import('/static/js/studio.js')).columnsListedIn(text)", message
    )
    assert columns == ["a", "it's", "tab\\t"]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("formatPercentage(99.99)", "99%"),
        ("formatShare(null)", "–"),
        ("formatFigure(0)", "0"),
        ("formatFigure(1234.5)", "1,235"),
        ("formatDuration(0.2)", "under a second"),
        ("formatDuration(3600)", "60 minutes"),
        ("formatDuration(7260)", "2 hours 1 min"),
        ("formatDay('2026-07-01T00:00:00')", "1 Jul 2026"),
        ("formatSize(69400)", "69.4 KB"),
        ("plural(1, 'product')", "1 product"),
    ],
)
def test_numbers_and_dates_are_written_for_people(blank: Page, call: str, text: str) -> None:
    assert run(blank, "format", f"return m.{call};") == text
