"""The rows of a shop that has trained for a year, written past the service."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.tables import DEFAULT_TENANT_ID

PRODUCTS, JOBS, PRODUCTS_OF_JOB = 5_000, 200, 100
"""Each job trained a part of the products, so that there are 20,000 models; one more job over all
of them runs.
"""

_TENANT = f"'{DEFAULT_TENANT_ID}'::uuid"

_SHOP = f"""
INSERT INTO products (id, tenant_id, sku, name, category, observed_until, sales_changed_at)
SELECT gen_random_uuid(), {_TENANT}, 'sku-' || n, 'Bread ' || n, 'Category ' || n % 20,
    now()::date, now() - n * interval '1 minute'
FROM generate_series(1, {PRODUCTS}) AS n;

INSERT INTO sales_history (product_id, sold_at, tenant_id, quantity)
SELECT id, now()::date - n * interval '1 day', tenant_id, n % 17
FROM products, generate_series(1, 60) AS n;

INSERT INTO training_job_queue (id, tenant_id, kind, products_total, products_completed,
    timeout_seconds, status, priority, created_at, started_at, completed_at, progress_percentage,
    progress_seq, trigger)
SELECT gen_random_uuid(), {_TENANT}, 'products', {PRODUCTS_OF_JOB}, {PRODUCTS_OF_JOB}, 3600,
    'completed', n % 10, at, at, at + interval '40 minutes', 100, 0,
    CASE WHEN n % 3 = 0 THEN 'schedule' ELSE 'request' END
FROM (SELECT n, now() - n * interval '40 hours' AS at FROM generate_series(1, {JOBS}) AS n) AS run;

INSERT INTO training_tasks (id, job_id, tenant_id, position, kind, product_id, product_name,
    max_attempts, status, attempt, progress, dispatched_at, started_at, completed_at)
SELECT gen_random_uuid(), job.id, {_TENANT}, number, 'product', product.id, product.name, 3,
    'completed', 1, 100, job.started_at, job.started_at,
    job.started_at + number * interval '20 seconds'
FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM training_job_queue) AS job,
    generate_series(1, {PRODUCTS_OF_JOB}) AS number,
    LATERAL (SELECT id, name FROM products
        WHERE sku = 'sku-' || 1 + (job.place * {PRODUCTS_OF_JOB} + number) % {PRODUCTS}) AS product;

INSERT INTO trained_models (id, public_id, tenant_id, product_id, name, ml_task, model_version,
    model_path, training_job_id, task_id, algorithm, details, manifest_digest, frequency,
    horizon_days, created_at)
SELECT gen_random_uuid(), 'model-' || left(replace(task.id::text, '-', ''), 24), {_TENANT},
    task.product_id, task.product_name, 'forecast', left(task.id::text, 50), 'model.pkl',
    task.job_id, task.id, 'seasonal_naive',
    jsonb_build_object('notes', '[]'::jsonb, 'backtest', repeat('figures ', 200)), repeat('a', 64),
    'daily', 14, task.completed_at
FROM training_tasks AS task;

UPDATE trained_models SET is_deployed = true, deployed_at = created_at WHERE id IN (
    SELECT DISTINCT ON (product_id) id FROM trained_models ORDER BY product_id, created_at DESC);

INSERT INTO model_deployments (tenant_id, product_id, model_id, kind, reason, actor, created_at)
SELECT tenant_id, product_id, id, 'auto', 'Newer', 'service', created_at
FROM trained_models ORDER BY created_at;

INSERT INTO model_performance_metrics (id, model_id, tenant_id, product_id, accuracy_percentage,
    mae, mape, mase, wape, coverage, baseline, created_at)
SELECT gen_random_uuid(), id, tenant_id, product_id, 80, 2, 0.3, 0.8, 0.2, 0.9,
    '{{"mase": 1.0}}', created_at FROM trained_models;

INSERT INTO model_artifacts (id, model_id, artifact_type, file_path, file_size_bytes, checksum)
SELECT gen_random_uuid(), id, kind, kind, 1000, md5(id::text) || md5(kind)
FROM trained_models, (VALUES ('model_file'), ('feature_list')) AS files (kind);

INSERT INTO forecasts (model_id, ds, yhat, yhat_lower, yhat_upper)
SELECT id, now()::date - n * interval '1 day', 10, 5, 15
FROM trained_models, generate_series(1, 14) AS n;

INSERT INTO live_scores (model_id, tenant_id, product_id, sales_seen_at, scored_points, wape)
SELECT id, tenant_id, product_id, now(), 14, 0.2 FROM trained_models WHERE is_deployed;

INSERT INTO model_training_logs (id, training_job_id, tenant_id, product_id, log_level, message,
    step_name, execution_time_ms, created_at)
SELECT gen_random_uuid(), job_id, tenant_id, product_id, 'DEBUG', 'took', step, 900, completed_at
FROM training_tasks, unnest(ARRAY['validation', 'training', 'evaluation']) AS step;

INSERT INTO audit_log (tenant_id, actor, action, subject_type, subject_id, created_at)
SELECT tenant_id, 'service', action, 'model', public_id, created_at
FROM trained_models, (VALUES ('train'), ('deploy')) AS done (action);

INSERT INTO alerts (id, tenant_id, kind, subject_id, severity, message, created_at, resolved_at)
SELECT gen_random_uuid(), tenant_id, 'accuracy_drift', id::text, 'medium', 'Worse', created_at,
    CASE WHEN NOT is_deployed THEN created_at END FROM trained_models;

INSERT INTO training_schedules (id, tenant_id, name, cron, time_zone, next_run_at)
SELECT gen_random_uuid(), {_TENANT}, 'schedule ' || n, '0 3 * * 1', 'UTC', now() + interval '1 day'
FROM generate_series(1, 50) AS n;

INSERT INTO webhooks (id, tenant_id, url, secret, event_types)
SELECT gen_random_uuid(), {_TENANT}, 'https://example.org/' || n, 'secret', '{{training.completed}}'
FROM generate_series(1, 5) AS n;

INSERT INTO webhook_deliveries (webhook_id, tenant_id, event_id, event_type, payload, status,
    created_at)
SELECT webhook.id, {_TENANT}, gen_random_uuid(), 'training.completed', '{{}}', 'delivered',
    now() - n * interval '1 minute'
FROM webhooks AS webhook, generate_series(1, 4000) AS n;

INSERT INTO outbox (tenant_id, event_type, routing_key, payload, published_at)
SELECT {_TENANT}, 'training_completed', 'training.completed', '{{}}', now()
FROM generate_series(1, 20000);

INSERT INTO consumed_events (event_id, event_type, tenant_id, payload, outcome, received_at)
SELECT n::text, 'sales_data.imported', {_TENANT}, '{{}}', 'handled', now() - n * interval '1 minute'
FROM generate_series(1, 20000) AS n;

INSERT INTO training_job_queue (id, tenant_id, kind, products_total, timeout_seconds, status,
    started_at, deadline_at)
VALUES (gen_random_uuid(), {_TENANT}, 'products', {PRODUCTS}, 36000, 'running', now(),
    now() + interval '10 hours');

INSERT INTO training_tasks (id, job_id, tenant_id, position, kind, product_id, product_name,
    max_attempts)
SELECT gen_random_uuid(), job.id, {_TENANT}, row_number() OVER (ORDER BY product.sku), 'product',
    product.id, product.name, 3
FROM products AS product, training_job_queue AS job WHERE job.status = 'running';
"""


def write_large_shop(session: Session) -> None:
    session.execute(text(_SHOP))
    session.execute(text("ANALYZE"))
