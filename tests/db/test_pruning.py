"""Old rows go a few at a time, and what is young or in use stays."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from db.base import Base
from db.jobs import progress
from db.operation import consumed, deliveries, idempotency, outbox
from db.operation_tables import ConsumedEvent, WebhookDelivery
from db.pruning import MOST_AT_ONCE, in_batches
from db.tables import DEFAULT_TENANT_ID, IdempotencyKey, OutboxEvent, StoredProgress

OLD = 2 * MOST_AT_ONCE + 1
YOUNG = 2
MONTH = timedelta(days=30)

# Each table has old rows and, with the highest numbers, young ones.
ROWS = f"""
    CREATE TEMPORARY TABLE numbered AS
    SELECT n, CASE WHEN n <= {OLD} THEN now() - interval '60 days' ELSE now() END AS at
    FROM generate_series(1, {OLD + YOUNG}) AS n;
    INSERT INTO idempotency_keys (tenant_id, key, request_digest, created_at)
    SELECT '{DEFAULT_TENANT_ID}', n, 'd', at FROM numbered;
    INSERT INTO outbox (tenant_id, event_type, routing_key, payload, created_at, published_at)
    SELECT '{DEFAULT_TENANT_ID}', 'a', 'a', '{{}}', at, at FROM numbered;
    INSERT INTO consumed_events (event_id, event_type, tenant_id, payload, outcome, received_at)
    SELECT n, 'a', '{DEFAULT_TENANT_ID}', '{{}}', 'handled', at FROM numbered;
    INSERT INTO webhooks (id, tenant_id, url, secret, event_types)
    VALUES (gen_random_uuid(), '{DEFAULT_TENANT_ID}', 'u', 's', '{{a}}');
    INSERT INTO webhook_deliveries (webhook_id, tenant_id, event_id, event_type, payload, status,
        created_at)
    SELECT webhooks.id, tenant_id, gen_random_uuid(), 'a', '{{}}', 'delivered', at
    FROM webhooks, numbered;
    INSERT INTO training_job_queue (id, tenant_id, kind, products_total, timeout_seconds, status,
        progress_seq, started_at, completed_at)
    SELECT gen_random_uuid(), '{DEFAULT_TENANT_ID}', 'products', 1, 60, 'completed',
        {OLD + YOUNG}, now() - interval '61 days', now() - interval '60 days';
    INSERT INTO progress_messages (job_id, seq, body)
    SELECT id, n, '{{}}' FROM training_job_queue, numbered WHERE n <> {OLD};
    DROP TABLE numbered;
"""

PRUNED = [
    (IdempotencyKey, idempotency.prune, YOUNG),
    (OutboxEvent, outbox.prune, YOUNG),
    (ConsumedEvent, consumed.prune, YOUNG),
    (WebhookDelivery, deliveries.prune, YOUNG),
    (StoredProgress, progress.prune, 1),
]


@pytest.fixture
def filled(fresh_sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    with fresh_sessions.begin() as session:
        session.execute(text(ROWS))
    return fresh_sessions


def rows_of(session: Session, table: type[Base]) -> int:
    return session.scalars(select(func.count()).select_from(table)).one()


def test_so_many_rows_go_in_one_transaction_and_all_in_the_end(
    filled: sessionmaker[Session],
) -> None:
    for table, prune, kept in PRUNED:
        forget: Callable[[Session], int] = partial(prune, older_than=MONTH)
        with filled.begin() as session:
            before = rows_of(session, table)
            assert forget(session) == MOST_AT_ONCE
            assert rows_of(session, table) == before - MOST_AT_ONCE
        assert in_batches(filled, forget) == before - MOST_AT_ONCE - kept
        with filled() as session:
            assert rows_of(session, table) == kept


def test_rows_in_use_are_left_for_the_next_time(filled: sessionmaker[Session]) -> None:
    forget = partial(idempotency.prune, older_than=MONTH)
    with filled.begin() as user:
        user.execute(select(IdempotencyKey).where(IdempotencyKey.key == "1").with_for_update())
        assert in_batches(filled, forget) == OLD - 1
    assert in_batches(filled, forget) == 1
