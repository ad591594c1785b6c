"""Parts of the page on their own, in the browser that runs them."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from python_calamine import CalamineWorkbook

from tests.browser.conftest import opened_context, watched_page
from tests.e2e.service import Service

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def blank(browser: Browser, service: Service) -> Iterator[Page]:
    """One page for all, as none of the parts leaves anything on it."""
    with (
        opened_context(browser, service) as context,
        watched_page(context, service, expected_refusals=[]) as page,
    ):
        page.goto("/#/studio")
        yield page


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


def test_no_product_waits_for_what_was_learned_first_once_that_is_over(blank: Page) -> None:
    outcome = run(
        blank,
        "jobstate",
        """
        const reason = "What the products of the job have in common is learned first.";
        const status = { job_id: "j", status: "running", progress_percentage: 0, progress_seq: 0,
          products: [{ product_id: "a", status: "pending", waiting_reason: reason },
                     { product_id: "b", status: "running", progress: 20 }] };
        const progress = { percentage: 0, products_completed: 0, products_total: 2 };
        const shared = (seq, status) =>
          ({ seq, status: "running", progress, product: { id: "s", kind: "shared", status } });
        const start = m.fromStatus(status);
        const learning = m.afterMessage(start, shared(1, "running"));
        const learned = m.afterMessage(learning, shared(2, "completed"));
        return [learning.products.get("a").waiting_reason, learned.products.get("a").waiting_reason,
          learned.products.get("b") === start.products.get("b")];
        """,
    )
    assert outcome == ["What the products of the job have in common is learned first.", None, True]


def test_an_answer_with_the_first_products_leaves_the_others_to_messages(blank: Page) -> None:
    outcome = run(
        blank,
        "jobstate",
        """
        const status = (seq, products, cursor) => ({ job_id: "j", status: "running",
          progress_seq: seq, products, products_next_cursor: cursor, eta_seconds: seq });
        const row = (id, status) => ({ product_id: id, status, progress: 0 });
        const start = m.fromStatus(status(4, [row("a", "pending"), row("b", "pending")], null));
        const outdated = m.afterStatus(start, status(3, [], null));
        const whole = m.afterStatus(start, status(9, [row("a", "running")], null));
        const first = m.afterStatus(start, status(9, [row("a", "running")], "more"));
        const told = { seq: 8, status: "running", progress: {}, product: row("b", "running") };
        const both = [...m.afterMessage(first, told).products.values()].map((one) => one.status);
        return [outdated === start, whole.seq, whole.products.size, first.job.eta_seconds, both];
        """,
    )
    assert outcome == [True, 9, 1, 9, ["running", "running"]]


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
        ("formatBriefDuration(0.42)", "0.42 s"),
        ("formatBriefDuration(600)", "10 min"),
        ("formatDay('2026-07-01T00:00:00')", "1 Jul 2026"),
        ("formatSize(69400)", "69.4 KB"),
        ("formatAmount(33.6)", "34"),
        ("formatAmount(-0.01)", "0"),
        ("formatRange(0.14, 35.4)", "0 to 35"),
        ("formatPeriod('2026-07-01', 'daily')", "Wed, 1 Jul 2026"),
        ("formatPeriod('2026-07-01', 'weekly')", "Week of 1 Jul 2026"),
        ("formatPeriod('2026-07-01', 'monthly')", "July 2026"),
        ("plural(1, 'product')", "1 product"),
        ("formatMilliseconds(840)", "840 ms"),
        ("formatMilliseconds(1165)", "1.17 s"),
        ("formatZoned('2026-11-23T02:09:00Z', 'Europe/Madrid')", "Mon 23 Nov, 03:09"),
        ("formatSpan('2026-03-01T10:00:00', '2026-03-01T10:00:30')", "about 1 Mar 2026, 10:00"),
    ],
)
def test_numbers_and_dates_are_written_for_people(blank: Page, call: str, text: str) -> None:
    assert run(blank, "format", f"return m.{call};") == text


def test_days_without_a_row_count_as_no_sale_until_the_forecast_begins(blank: Page) -> None:
    entries = run(
        blank,
        "timeline",
        """
        const sale = (ds, quantity) => ({ ds, quantity, promotion: null, price: null });
        const sales = [sale("2025-01-01", 9), sale("2026-06-25", 4), sale("2026-06-28", 5),
          sale("2026-07-02", 6)];
        const forecast = ["2026-07-01", "2026-07-02"].map((ds) => ({ ds, yhat: 3 }));
        return m.timeline(sales, forecast, "daily").slice(-9)
          .map(({ ds, sold, isRecorded, expected }) =>
            [ds.slice(5, 10), sold ?? null, isRecorded ?? null, Boolean(expected)]);
        """,
    )
    assert entries == [
        ["06-24", 0, False, False],
        ["06-25", 4, True, False],
        ["06-26", 0, False, False],
        ["06-27", 0, False, False],
        ["06-28", 5, True, False],
        ["06-29", 0, False, False],
        ["06-30", 0, False, False],
        ["07-01", 0, False, True],
        ["07-02", 6, True, True],
    ]


def test_weeks_and_months_are_shown_as_they_were_recorded(blank: Page) -> None:
    shown = run(
        blank,
        "timeline",
        """
        const months = Array.from({ length: 50 }, (_, n) => new Date(Date.UTC(2022, n)));
        const sales = months.map((at) => ({ ds: at.toISOString(), quantity: 1 }));
        const forecast = [{ ds: "2026-03-01", yhat: 3 }];
        return m.timeline(sales, forecast, "monthly").map((entry) => entry.ds.slice(0, 7));
        """,
    )
    assert shown[0] == "2023-03"
    assert len(shown) == 37


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("cronOf({ every: 'day', time: '02:05' })", "5 2 * * *"),
        ("cronOf({ every: 'week', time: '03:00', weekday: '0' })", "0 3 * * 0"),
        ("cronOf({ every: 'month', time: '23:59', day: '28' })", "59 23 28 * *"),
        ("cronWords('5 2 * * *')", "Every day at 02:05"),
        ("cronWords('0 3 * * 7')", "Every Sunday at 03:00"),
        ("cronWords('0 3 * * mon')", "Every Monday at 03:00"),
        ("cronWords('59 23 28 * *')", "On day 28 of every month at 23:59"),
        ("cronWords('0 3 1 * 1')", "At the times of “0 3 1 * 1”"),
        ("cronWords('*/5 * * * *')", "At the times of “*/5 * * * *”"),
    ],
)
def test_plans_are_five_fields_and_words(blank: Page, call: str, text: str) -> None:
    assert run(blank, "cron", f"return m.{call};") == text


@pytest.mark.parametrize(("missing", "told"), [(1, False), (0, True)])
def test_a_catalogue_that_is_cut_says_so(blank: Page, missing: int, told: bool) -> None:
    script = f"""
        const {{ MOST_ITEMS }} = await import("/static/js/api.js");
        const catalogue = m.productCatalogue(() => {{}});
        const one = (_, place) => ({{ id: place, name: `Bun ${{place}}`, sku: `${{place}}` }});
        catalogue.show(Array.from({{ length: MOST_ITEMS - {missing} }}, one));
        const words = [...catalogue.node.querySelectorAll("p")];
        return words.some((node) => !node.hidden && node.textContent.startsWith("Only the newest"));
        """
    assert run(blank, "parts/catalogue", script) == told


@pytest.mark.parametrize(("total", "told"), [(2, False), (3, True)])
def test_a_training_of_more_products_than_are_listed_says_so(
    blank: Page, total: int, told: bool
) -> None:
    script = f"""
        const root = document.createElement("div");
        const board = m.productsBoard(root, {{ jobId: "1", onStop() {{}} }});
        const one = (id) => [id, {{ product_id: id, product_name: id, status: "pending" }}];
        const job = {{ kind: "products", job_name: "All", products_total: {total} }};
        board.show({{ job, products: new Map([one("rye"), one("bun")]), seq: 0 }}, "live");
        const words = [...root.querySelectorAll("p")].filter((node) => !node.hidden);
        return words.some((node) => node.textContent.startsWith("Only the first 2 products"));
        """
    assert run(blank, "views/products_board", script) == told


def test_a_csv_quotes_what_it_must_and_runs_nothing(blank: Page) -> None:
    script = """
        const day = new Date("2026-07-01T00:00:00Z");
        const hour = new Date("2026-07-01T01:00:00Z");
        return [
          m.csvOf([["when", 'a "b", c'], [day, -1.5]]),
          m.csvOf([[day, ""], [hour, "=1+1"]]),
        ];
        """
    assert run(blank, "csv", script) == [
        'when,"a ""b"", c"\r\n2026-07-01,-1.5\r\n',
        "2026-07-01 00:00,\r\n2026-07-01 01:00,'=1+1\r\n",
    ]


def test_a_workbook_keeps_texts_numbers_and_moments(blank: Page) -> None:
    script = """
        const file = await m.workbookOf([
          ["when", "<b>&", "=1+1"],
          [new Date("2026-07-01T01:30:00Z"), -1.5, "r\\u00fc\\u0001\\ud83e\\udd50"],
          ["", 2, ""],
        ]);
        return [...new Uint8Array(await file.arrayBuffer())];
        """
    file = BytesIO(bytes(run(blank, "workbook", script)))
    assert CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python() == [
        ["when", "<b>&", "=1+1"],
        [datetime(2026, 7, 1, 1, 30), -1.5, "rü \N{CROISSANT}"],  # noqa: DTZ001  # a wall clock
        ["", 2.0, ""],
    ]


def test_a_hint_leads_to_the_view_that_it_names_and_leaves_out_the_command(blank: Page) -> None:
    told = "“Worst” under “How it goes” lists them (`model-studio analytics accuracy`)."
    shown = run(
        blank,
        "parts/job_outlook",
        f"""
        const [node] = m.jobNotes({{ hints: [{told!r}] }});
        return [node.textContent, node.querySelector("a").getAttribute("href")];
        """,
    )
    assert shown == ["“Worst” under “How it goes” lists them.", "#/analytics"]
