"""What a small task costs the database: a number that grows unnoticed if nobody counts."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from db.engine import Sessions
from db.lifecycle.outcomes import Outcome
from db.transitions import Claim
from pipeline.progress import ProgressCallback, ignore_progress
from tests.worker.support import Shop
from worker.context import Context
from worker.products import train_product
from worker.training import run_task

DAYS = 120
MOST_STATEMENTS = 14
"""Two of them bind a transaction to the tenant: loading and the end."""
MORE_WITH_A_CHAMPION = 2
"""What it foretold is read, and it makes way."""
MOST_COMMITS = 3


ONCE_PER_CONNECTION = ("PREPARE ", "SELECT pg_backend_pid()")
"""How statements are prepared that every task repeats."""


def is_lease() -> bool:
    """Its looks come with the time that a training takes, not with the task."""
    return threading.current_thread().name == "lease"


@pytest.fixture
def statements(fresh_sessions: Sessions) -> Iterator[list[str]]:
    """What is sent to the database from now on, with a line for each commit."""
    engine = fresh_sessions.kw["bind"]
    seen: list[str] = []

    def note(*call: object) -> None:
        statement = str(call[2])
        if not (is_lease() or statement.startswith(ONCE_PER_CONNECTION)):
            seen.append(statement)

    def note_commit(*_: object) -> None:
        if not is_lease():
            seen.append("COMMIT")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", note_commit)


def train_without_reports(claim: Claim, context: Context, _: ProgressCallback) -> Outcome:
    """Reports come with the time that a training takes, not with the task."""
    return train_product(claim, context, ignore_progress)


def test_a_small_task_costs_few_statements(
    context: Context, shop: Shop, statements: list[str]
) -> None:
    shop.slots(1)
    products = [shop.product(sku, DAYS) for sku in ("bread", "rolls", "cake")]
    work = {"product": train_without_reports}
    for more in (0, MORE_WITH_A_CHAMPION):
        job_id = shop.job(*products, algorithm="seasonal_naive", force=True)
        shop.next_task()
        first, second, third = shop.task_ids(job_id)
        run_task(first, context, work)  # what begins the job is told once
        statements.clear()

        run_task(second, context, work)

        commits = statements.count("COMMIT")
        assert commits <= MOST_COMMITS
        assert len(statements) - commits <= MOST_STATEMENTS + more
        run_task(third, context, work)
    assert len(shop.models()) == 6


def test_a_job_is_made_in_as_many_statements_whatever_its_size(
    shop: Shop, statements: list[str]
) -> None:
    few, many = [[shop.product(f"{n}-{sku}") for sku in range(n)] for n in (2, 40)]

    statements.clear()
    shop.job(*few)
    for_few = len(statements)
    statements.clear()
    shop.job(*many)

    assert len(statements) == for_few
