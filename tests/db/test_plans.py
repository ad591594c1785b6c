"""With a long history of tasks, the queries that run all the time still read few rows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from core.embedded import EmbeddedPostgres
from db import transitions
from db.engine import create_sessions
from db.jobs.durations import estimate
from db.jobs.history import SortKey, history
from db.jobs.products import task_statuses
from db.jobs.waiting import Limits, hold_of, queue_position, waiting_reason
from db.jobs.workers import heartbeat
from db.lifecycle.dispatch import take
from db.tables import DEFAULT_TENANT_ID
from tests.db.builders import claimed, model_outcome, new_job, tasks_of
from tests.fixtures.database import copied_engine, filled_template

OLD_TASKS = 60_000

HISTORY = f"""
    INSERT INTO training_job_queue (id, tenant_id, kind, products_total, timeout_seconds, status,
        priority, created_at, started_at, completed_at)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', 'products', 100, 60, 'completed', n % 10,
        now() - n * interval '2 hours', now() - n * interval '2 hours',
        now() - n * interval '1 hour'
    FROM generate_series(1, {OLD_TASKS // 100}) AS n;
    INSERT INTO training_tasks (id, job_id, tenant_id, position, kind, max_attempts, status,
        dispatched_at, started_at, completed_at)
    SELECT gen_random_uuid(), job.id, job.tenant_id, n, 'product', 3, 'completed',
        job.started_at, job.started_at, job.completed_at
    FROM training_job_queue AS job, generate_series(1, 100) AS n;
"""


@pytest.fixture(scope="module")
def filled(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    with filled_template(postgres.url, template_database, HISTORY) as name:
        yield name


@pytest.fixture
def busy_engine(postgres: EmbeddedPostgres, filled: str) -> Iterator[Engine]:
    with copied_engine(postgres.url, filled) as engine:
        yield engine


def plans(engine: Engine, act: Callable[[], None]) -> list[str]:
    """How PostgreSQL would run each statement of the act; one that is prepared, whatever its values
    are.
    """
    ran: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def record(*call: Any) -> None:
        _, _, statement, parameters, _, is_many = call
        if not is_many and statement.lstrip().startswith(("SELECT", "UPDATE", "WITH", "EXECUTE")):
            ran.append((statement, parameters))

    act()
    event.remove(engine, "before_cursor_execute", record)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        return [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            for statement, parameters in ran
        ]


def test_no_query_of_a_job_reads_the_whole_history(busy_engine: Engine) -> None:
    sessions = create_sessions(busy_engine)
    with sessions.begin() as session:
        job = new_job(session, products=3)
        new_job(session, products=3)
        heartbeat(session, "fleet", slots=2)

    def live() -> None:
        with sessions.begin() as session:
            assert len(take(session, max_concurrent_jobs=1)) == 2
            transitions.reclaim(session)
            transitions.expire(session)
            claim = claimed(session, tasks_of(session, job)[0])
            transitions.renew(session, claim.token, lease_s=20)
            transitions.report(session, claim.token, phase="a", percentage=1, message=".")
            transitions.finish(session, claim.token, model_outcome())
            waiting_reason(session, job, Limits(max_concurrent_jobs=1))
            queue_position(session, job)
            transitions.request_stop(session, DEFAULT_TENANT_ID, job.id, "abort")

    seen = plans(busy_engine, live)
    assert len(seen) > 20
    assert [plan for plan in seen if "Seq Scan on training_tasks" in plan] == []


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("created_at", "ix_training_job_queue_history"),
        ("completed_at", "ix_training_job_queue_ended"),
        ("priority", "ix_training_job_queue_priority"),
        ("duration", "ix_training_job_queue_duration"),
    ],
)
def test_each_order_of_the_history_has_an_index(
    busy_engine: Engine, sort: SortKey, index: str
) -> None:
    sessions = create_sessions(busy_engine)

    def look() -> None:
        with sessions() as session:
            first = history(session, DEFAULT_TENANT_ID, sort=sort, limit=5)
            history(session, DEFAULT_TENANT_ID, sort=sort, limit=5, cursor=first.next_cursor)

    seen = plans(busy_engine, look)
    assert len(seen) == 2
    assert [plan for plan in seen if index not in plan] == []


def test_expected_ends_and_pages_of_products_read_few_rows(busy_engine: Engine) -> None:
    sessions = create_sessions(busy_engine)
    with sessions.begin() as session:
        job = new_job(session, products=3)
        heartbeat(session, "fleet", slots=2)

    def look() -> None:
        with sessions() as session:
            estimate(session, job)
            hold = hold_of(session, job, Limits(max_concurrent_jobs=1))
            task_statuses(session, job, limit=2, hold=hold)

    seen = plans(busy_engine, look)
    assert len(seen) > 5
    assert [plan for plan in seen if "Seq Scan on training_tasks" in plan] == []
