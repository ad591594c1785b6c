"""What must be true when everything has ended, whatever happened on the way; as queries that find
what is not.
"""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from worker.context import Context
from worker.housekeeping import collect_orphans

OPEN_JOBS = "SELECT count(*) FROM training_job_queue WHERE status IN ('pending', 'running')"
ENDED_TASKS = "SELECT count(*) FROM training_tasks WHERE status NOT IN ('pending', 'running')"
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"

VIOLATIONS = {
    "an open job": "SELECT id FROM training_job_queue WHERE completed_at IS NULL",
    "a task that is not over": """
        SELECT id FROM training_tasks WHERE status IN ('pending', 'running')
        """,
    "a lease that is alive": "SELECT id FROM training_tasks WHERE lease_expires_at IS NOT NULL",
    "a counter that is not the number of rows": """
        SELECT job.id FROM training_job_queue AS job JOIN training_tasks AS task
            ON task.job_id = job.id AND task.kind <> 'shared'
        GROUP BY job.id
        HAVING job.products_total <> count(*)
            OR job.products_completed <> count(*) FILTER (WHERE task.status = 'completed')
            OR job.products_failed <> count(*) FILTER (WHERE task.status = 'failed')
            OR job.products_cancelled <> count(*) FILTER (WHERE task.status = 'cancelled')
            OR job.products_skipped <> count(*) FILTER (WHERE task.skipped_reason IS NOT NULL)
        """,
    "a successful task without a model of its own": """
        SELECT task.id FROM training_tasks AS task
            LEFT JOIN trained_models AS model ON model.task_id = task.id
        WHERE task.kind = 'product' AND task.status = 'completed'
            AND (model.id IS NULL) <> (task.skipped_reason IS NOT NULL)
        """,
    "a model of a task that did not succeed": """
        SELECT model.id FROM trained_models AS model JOIN training_tasks AS task
            ON task.id = model.task_id
        WHERE task.status <> 'completed' OR task.skipped_reason IS NOT NULL
        """,
    "a model without metrics": """
        SELECT id FROM trained_models
        WHERE id NOT IN (SELECT model_id FROM model_performance_metrics)
        """,
    "a product with models of which not one is deployed": """
        SELECT product_id FROM trained_models GROUP BY product_id
        HAVING count(*) FILTER (WHERE is_deployed) <> 1
        """,
    "an event that stays": "SELECT id FROM outbox WHERE published_at IS NULL",
    "a completed job without its one event": """
        SELECT job.id FROM training_job_queue AS job LEFT JOIN outbox AS event
            ON event.job_id = job.id AND event.event_type = 'training_completed'
        GROUP BY job.id
        HAVING count(event.id) <> CASE WHEN job.status = 'completed' THEN 1 ELSE 0 END
        """,
    "a failed task without its one event": """
        SELECT task.id FROM training_tasks AS task LEFT JOIN outbox AS event
            ON event.job_id = task.job_id AND event.event_type = 'training_failed'
            AND event.payload ->> 'product_id' = task.product_id::text
        WHERE task.kind = 'product'
        GROUP BY task.id
        HAVING count(event.id) <> CASE WHEN task.status = 'failed' THEN 1 ELSE 0 END
        """,
    "a job whose messages have a gap": """
        SELECT job.id FROM training_job_queue AS job JOIN progress_messages AS message
            ON message.job_id = job.id
        GROUP BY job.id
        HAVING count(*) <> job.progress_seq OR max(message.seq) <> job.progress_seq
        """,
    "a row of a tenant that points to another's": """
        SELECT task.id FROM training_tasks AS task JOIN training_job_queue AS job
            ON job.id = task.job_id JOIN products AS product ON product.id = task.product_id
        WHERE job.tenant_id <> task.tenant_id OR product.tenant_id <> task.tenant_id
        """,
}


def violations(session: Session) -> dict[str, list[str]]:
    found = {name: session.scalars(text(query)).all() for name, query in VIOLATIONS.items()}
    return {name: list(map(str, rows)) for name, rows in found.items() if rows}


def stray_artifacts(context: Context) -> tuple[set[str], set[str]]:
    """After a collection: digests that are stored and not named, and named and not stored."""
    collect_orphans(context, older_than=timedelta(0))
    stored = {blob.digest for blob in context.store.digests()}
    with context.sessions() as session:
        named = set(
            session.scalars(
                text(
                    "SELECT checksum FROM model_artifacts UNION SELECT manifest_digest FROM"
                    " trained_models UNION SELECT shared_artifact FROM training_job_queue"
                    " WHERE shared_artifact IS NOT NULL"
                )
            )
        )
    return stored - named, named - stored
