"""What the service asks every few seconds reads what is due, however much is behind it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text

from core.embedded import EmbeddedPostgres
from db.engine import create_sessions
from db.models.forecast_pages import forecast_page
from db.models.listing import ModelFilter, list_models
from db.operation import deliveries, outbox, schedule_runs
from db.operation.audit import entries
from db.operation.operation_telemetry import collect_operation
from db.operation_tables import Webhook
from db.shop.catalogue import list_products
from db.tables import DEFAULT_TENANT_ID
from tests.db.test_plans import plans
from tests.fixtures.database import copied_engine, filled_template

ROWS = 20_000

PAST = f"""
    INSERT INTO outbox (tenant_id, event_type, routing_key, payload, published_at)
    SELECT '{DEFAULT_TENANT_ID}', 'a', 'a', '{{}}', now() FROM generate_series(1, {ROWS});
    INSERT INTO webhooks (id, tenant_id, url, secret, event_types)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', n, 's', '{{a}}'
    FROM generate_series(1, 20) AS n;
    INSERT INTO webhook_deliveries (webhook_id, tenant_id, event_id, event_type, payload, status)
    SELECT id, tenant_id, gen_random_uuid(), 'a', '{{}}', 'delivered'
    FROM webhooks, generate_series(1, {ROWS // 20});
    INSERT INTO training_schedules (id, tenant_id, name, cron, time_zone, next_run_at)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', n, '0 3 * * 1', 'UTC', now() + interval '1 day'
    FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO audit_log (tenant_id, actor, action, subject_type, subject_id)
    SELECT '{DEFAULT_TENANT_ID}', 'service', 'train', 'model', n
    FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO products (id, tenant_id, sku, name, created_at)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', n, n, now() - n * interval '1 hour'
    FROM generate_series(1, {ROWS // 10}) AS n;
    INSERT INTO trained_models (id, public_id, tenant_id, product_id, ml_task, model_version,
        model_path, manifest_digest, created_at, is_deployed)
    SELECT gen_random_uuid(), 'm-' || sku || '-' || n, tenant_id, id, 'forecast', n, '', '',
        now() - n * interval '1 day', n = 1
    FROM products, generate_series(1, 10) AS n;
"""

OPEN_DELIVERIES = """
    INSERT INTO webhook_deliveries (webhook_id, tenant_id, event_id, event_type, payload, status)
    SELECT id, tenant_id, gen_random_uuid(), 'a', '{}', status
    FROM webhooks, unnest(ARRAY['pending', 'failed', 'failed']) AS status;
"""


@pytest.fixture(scope="module")
def filled(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    with filled_template(postgres.url, template_database, PAST) as name:
        yield name


@pytest.fixture
def engine(postgres: EmbeddedPostgres, filled: str) -> Iterator[Engine]:
    with copied_engine(postgres.url, filled) as engine:
        yield engine


def test_what_is_due_is_found_by_an_index(engine: Engine) -> None:
    def look() -> None:
        with create_sessions(engine).begin() as session:
            assert outbox.claim(session, limit=10, lease=timedelta(seconds=30)) is None
            assert deliveries.claim(session, limit=10, lease=timedelta(seconds=30)) == []
            assert schedule_runs.due(session) == []

    seen = plans(engine, look)
    assert len(seen) == 4
    for table in ("outbox", "webhook_deliveries", "training_schedules"):
        assert [plan for plan in seen if f"Seq Scan on {table}" in plan] == []


def test_a_scrape_counts_open_deliveries_by_their_indexes(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(OPEN_DELIVERIES))

    def scrape() -> None:
        with create_sessions(engine)() as session:
            assert collect_operation(session).deliveries == {"pending": 20, "failed": 40}

    seen = [plan for plan in plans(engine, scrape) if "webhook_deliveries" in plan]
    assert len(seen) == 2
    assert "ix_webhook_deliveries_due" in seen[0]
    assert "ix_webhook_deliveries_failed" in seen[1]


def test_lists_are_read_a_page_at_a_time(engine: Engine) -> None:
    sessions = create_sessions(engine)
    with sessions() as session:
        webhook_id = session.scalars(select(Webhook.id).limit(1)).one()
        product_id = session.scalars(text("SELECT id FROM products LIMIT 1")).one()

    def look() -> None:
        with sessions() as session:
            for wanted in (ModelFilter(), ModelFilter(product_id=UUID(str(product_id)))):
                list_models(session, DEFAULT_TENANT_ID, wanted=wanted, limit=10)
            entries(session, DEFAULT_TENANT_ID, matching={}, limit=10, cursor=None)
            list_products(session, DEFAULT_TENANT_ID, limit=10)
            forecast_page(session, DEFAULT_TENANT_ID, limit=10)
            deliveries.of_webhook(session, webhook_id, limit=10)

    seen = plans(engine, look)
    assert len(seen) >= 6
    for table in ("products", "trained_models", "audit_log", "webhook_deliveries"):
        assert [plan for plan in seen if f"Seq Scan on {table}" in plan] == []
