"""Analytics of a week read a week, although thousands of models and tasks are older."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from db.analytics import accuracy as analytics_accuracy
from db.analytics import duration as analytics_duration
from db.analytics import performance as analytics_performance
from db.analytics.basis import Scope
from db.engine import create_engine, create_sessions
from db.tables import DEFAULT_TENANT_ID
from tests.db.test_plans import plans

PRODUCTS, RUNS = 200, 100
LARGE = ("training_tasks", "trained_models", "model_training_logs")

HISTORY = f"""
    INSERT INTO products (id, tenant_id, sku, name, category)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', 'p' || n, 'Bread ' || n, 'Bread'
    FROM generate_series(1, {PRODUCTS}) AS n;
    INSERT INTO training_job_queue (id, tenant_id, kind, products_total, timeout_seconds, status,
        created_at, started_at, completed_at)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', 'products', {PRODUCTS}, 60, 'completed',
        at, at, at + interval '3 minutes'
    FROM (SELECT now() - n * interval '7 days' AS at FROM generate_series(1, {RUNS}) AS n) AS run;
    INSERT INTO training_tasks (id, job_id, tenant_id, position, kind, product_id, max_attempts,
        status, started_at, completed_at)
    SELECT gen_random_uuid(), job.id, job.tenant_id, row_number() OVER (PARTITION BY job.id),
        'product', product.id, 3, 'completed', job.started_at, job.completed_at
    FROM training_job_queue AS job, products AS product;
    INSERT INTO trained_models (id, public_id, tenant_id, product_id, ml_task, model_version,
        model_path, training_job_id, task_id, manifest_digest, created_at)
    SELECT task.id, 'm-' || left(task.id::text, 30), task.tenant_id, task.product_id, 'forecast',
        left(task.id::text, 50), 'm', task.job_id, task.id, 'x', task.completed_at
    FROM training_tasks AS task;
    INSERT INTO model_performance_metrics (id, model_id, tenant_id, product_id,
        accuracy_percentage, mase, wape, baseline)
    SELECT gen_random_uuid(), id, tenant_id, product_id, 80, 0.8, 0.2, '{{"mase": 1.0}}'
    FROM trained_models;
    INSERT INTO model_training_logs (id, training_job_id, tenant_id, product_id, log_level, message,
        step_name, execution_time_ms, created_at)
    SELECT gen_random_uuid(), job_id, tenant_id, product_id, 'DEBUG', 'took', 'training', 900,
        completed_at
    FROM training_tasks;
"""


@pytest.fixture
def old_shop(fresh_database_url: str) -> Iterator[Engine]:
    engine = create_engine(fresh_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(HISTORY)
        connection.execute(text("ANALYZE"))
    yield engine
    engine.dispose()


def ask_everything(session: Session, scope: Scope) -> None:
    performance, accuracy, duration = (
        analytics_performance,
        analytics_accuracy,
        analytics_duration,
    )
    assert performance.products(session, scope).trained == PRODUCTS
    assert accuracy.overall(session, scope).baseline.better == PRODUCTS
    assert duration.products(session, scope).count == PRODUCTS
    questions: list[Callable[[Session, Scope], object]] = [
        performance.jobs,
        performance.days,
        performance.failures,
        performance.saved,
        accuracy.by_category,
        accuracy.by_algorithm,
        accuracy.days,
        accuracy.worst,
        duration.jobs,
        duration.by_algorithm,
        duration.by_step,
        duration.days,
        duration.slowest_products,
    ]
    for question in questions:
        question(session, scope)


def test_a_week_is_found_by_index(old_shop: Engine) -> None:
    now = datetime.now(UTC)
    scope = Scope(
        tenant_id=DEFAULT_TENANT_ID, since=now - timedelta(days=10), until=now, time_zone="UTC"
    )
    sessions = create_sessions(old_shop)

    def ask() -> None:
        with sessions() as session:
            ask_everything(session, scope)

    seen = plans(old_shop, ask)
    assert len(seen) > 12
    whole = [plan for plan in seen if any(f"Seq Scan on {table}" in plan for table in LARGE)]
    assert whole == []
