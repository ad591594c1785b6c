"""With a long history of tasks, the queries that run all the time still read few rows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from db import transitions
from db.dispatch import take
from db.engine import create_engine, create_sessions
from db.tables import DEFAULT_TENANT_ID
from db.waiting import Limits, queue_position, waiting_reason
from db.workers import heartbeat
from tests.db.builders import claimed, model_outcome, new_job, tasks_of

OLD_TASKS = 60_000

HISTORY = f"""
    INSERT INTO training_job_queue (id, tenant_id, kind, products_total, timeout_seconds, status)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', 'products', 100, 60, 'completed'
    FROM generate_series(1, {OLD_TASKS // 100});
    INSERT INTO training_tasks (id, job_id, tenant_id, position, kind, max_attempts, status,
        dispatched_at)
    SELECT gen_random_uuid(), job.id, job.tenant_id, n, 'product', 3, 'completed', now()
    FROM training_job_queue AS job, generate_series(1, 100) AS n;
"""


@pytest.fixture
def busy_engine(fresh_database_url: str) -> Iterator[Engine]:
    engine = create_engine(fresh_database_url)
    with engine.begin() as connection:
        connection.execute(text(HISTORY))
        connection.execute(text("ANALYZE"))
    yield engine
    engine.dispose()


def plans(engine: Engine, act: Callable[[], None]) -> list[str]:
    """How PostgreSQL would run each statement of the act."""
    ran: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def record(*call: Any) -> None:
        _, _, statement, parameters, _, is_many = call
        if not is_many and statement.lstrip().startswith(("SELECT", "UPDATE", "WITH")):
            ran.append((statement, parameters))

    act()
    event.remove(engine, "before_cursor_execute", record)
    with engine.begin() as connection:
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
