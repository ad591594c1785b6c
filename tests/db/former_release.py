"""A database as the release before migration 0003 left it: what it wrote, in plain SQL."""

from uuid import UUID

from sqlalchemy import text

from db.engine import create_engine
from db.migrate import downgrade, upgrade

BREAD, JOB, WAITING_JOB, WAITING_TASK = (UUID(int=number) for number in (10, 20, 21, 31))
OLDEST, FORMER, CHAMPION = (UUID(int=number) for number in (41, 42, 43))
KEY = "nightly-2026-09-01"
KEY_DIGEST = "cd" * 32

_ROWS = """
    INSERT INTO products (id, tenant_id, sku, name, is_active, observed_until)
    VALUES (:bread, :tenant, 'bread', 'Bread', true, '2026-09-02');

    INSERT INTO sales_history (product_id, sold_at, tenant_id, quantity)
    SELECT :bread, day, :tenant, 20
    FROM generate_series('2026-06-01'::timestamp, '2026-09-02', '1 day') AS day;

    INSERT INTO training_job_queue (id, tenant_id, kind, products_to_train, request, status,
        progress_percentage, products_total, products_completed, timeout_seconds, started_at,
        deadline_at, completed_at)
    VALUES
        (:job, :tenant, 'products', ARRAY[:bread_text], '{"algorithm": "auto"}', 'completed', 100,
            1, 1, 1800, now(), now(), now()),
        (:waiting_job, :tenant, 'products', ARRAY[:bread_text],
            '{"algorithm": "prophet", "horizon_days": 14}', 'pending', 0, 1, 0, 1800,
            NULL, NULL, NULL);

    INSERT INTO training_tasks (id, job_id, tenant_id, position, kind, product_id, product_name,
        status, max_attempts, progress)
    VALUES
        (:task, :job, :tenant, 0, 'product', :bread, 'Bread', 'completed', 3, 100),
        (:waiting_task, :waiting_job, :tenant, 0, 'product', :bread, 'Bread', 'pending', 3, 0);

    INSERT INTO trained_models (id, public_id, tenant_id, product_id, name, ml_task, model_version,
        model_path, training_job_id, task_id, algorithm, details, manifest_digest, interval_width,
        frequency, horizon_days, is_deployed, deployed_at, created_at)
    SELECT id::uuid, 'model-' || version, :tenant, :bread, 'Bread', 'forecast', version,
        './models/model.pkl', :job, task_id::uuid, 'seasonal_mean', '{"backtest": []}',
        repeat('ab', 32), 0.95, 'daily', 90, is_deployed, at::timestamptz, at::timestamptz
    FROM (VALUES
        (:oldest, '20260101_040000', NULL, false, '2026-01-01 04:00Z'),
        (:champion, '20260901_040000', :task, true, '2026-09-01 04:00Z'),
        (:former, '20260801_040000', NULL, false, '2026-08-01 04:00Z')
    ) AS model (id, version, task_id, is_deployed, at);

    INSERT INTO model_performance_metrics (id, model_id, tenant_id, product_id, mase, wape)
    SELECT gen_random_uuid(), id, tenant_id, product_id, 0.8, 0.2 FROM trained_models;

    INSERT INTO forecasts (model_id, ds, yhat, yhat_lower, yhat_upper)
    SELECT :champion, day, 20, 10, 30
    FROM generate_series('2026-09-01'::timestamp, '2026-09-30', '1 day') AS day;

    INSERT INTO outbox (tenant_id, job_id, event_type, routing_key, payload, published_at)
    VALUES
        (:tenant, :job, 'training_completed', 'training.completed', '{"status": "completed"}',
            NULL),
        (:tenant, :job, 'training_completed', 'training.completed', '{"status": "completed"}',
            now());

    INSERT INTO idempotency_keys (tenant_id, key, request_digest, job_id)
    VALUES (:tenant, :key, :key_digest, :job);
"""

_VALUES: dict[str, object] = {
    "tenant": str(UUID(int=1)),
    "bread": str(BREAD),
    "bread_text": str(BREAD),
    "job": str(JOB),
    "waiting_job": str(WAITING_JOB),
    "task": str(UUID(int=30)),
    "waiting_task": str(WAITING_TASK),
    "oldest": str(OLDEST),
    "former": str(FORMER),
    "champion": str(CHAMPION),
    "key": KEY,
    "key_digest": KEY_DIGEST,
}


def make_former_release(url: str) -> None:
    """Empty the database, and fill it as that release did."""
    downgrade(url, "base")
    upgrade(url, "0002")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(_ROWS), _VALUES)
    engine.dispose()
