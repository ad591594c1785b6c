"""Which tasks go to the workers next. The backlog stays here; the broker gets what free slots can
take, and spare tasks.

Order: priority, then fairly between tenants, then first in, first out. At most
`max_concurrent_jobs` jobs run, and of each tenant at most `max_running_tasks` tasks (its own row
decides first): a tenant at its quota holds no place that others could take. A job starts when one
of its tasks is handed out, so its time limit does not run while it waits in line. What products
share is trained before them.

A spare task is handed out while all slots are taken, so that the first one that becomes free need
not wait for it. Only products of running jobs are spare, and none that would overtake another task:
where the next in line is anything else, or anything else is in flight, nothing is spare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from db import advisory_locks
from db.jobs.workers import ALIVE_S, live_slots
from db.locks import FRESH
from db.prepared import repeated
from db.tables import IN_FLIGHT, TrainingJob, TrainingTask
from db.transitions import admit


@dataclass(frozen=True, slots=True)
class Dispatch:
    task_id: UUID
    kind: str
    priority: int
    job_id: UUID
    product_name: str | None


_TAKE_TURN = repeated(
    text("SELECT pg_advisory_xact_lock(:lock), set_config('synchronous_commit', 'off', true)")
)

# Tenants take turns: a task's turn is its place among its tenant's tasks, behind those that are in
# flight.
_NEXT_TASKS = repeated(
    text("""
    WITH in_flight AS (
        SELECT tenant_id, count(*) AS tasks, bool_and(kind = 'product') AS only_products
        FROM training_tasks
        WHERE status = 'running' OR (status = 'pending' AND dispatched_at IS NOT NULL)
        GROUP BY tenant_id
    ), alive AS (
        SELECT coalesce(sum(slots), 0) AS slots
        FROM workers
        WHERE seen_at > now() - make_interval(secs => :alive_s)
    ), free AS (
        SELECT greatest(0, slots - tasks)::bigint AS slots,
            greatest(0, slots - tasks
                + CASE WHEN only_products THEN slots * :spare_per_slot ELSE 0 END)::bigint AS places
        FROM alive CROSS JOIN (
            SELECT coalesce(sum(tasks), 0) AS tasks,
                coalesce(bool_and(only_products), true) AS only_products
            FROM in_flight) AS taken
    ), started AS (
        SELECT id, tenant_id, priority, created_at, status
        FROM training_job_queue
        WHERE status = 'running' AND deadline_at > now() AND stop_requested_at IS NULL
    ), pending AS (
        SELECT job.id, job.tenant_id, job.priority, job.created_at, job.status,
            coalesce(in_flight.tasks, 0) AS tasks,
            coalesce(tenant.max_running_tasks, :max_running_tasks) AS quota,
            row_number() OVER (
                PARTITION BY job.tenant_id ORDER BY job.priority DESC, job.created_at, job.id
            ) AS number
        FROM training_job_queue AS job
        JOIN tenants AS tenant ON tenant.id = job.tenant_id
        LEFT JOIN in_flight USING (tenant_id)
        WHERE job.status = 'pending' AND job.stop_requested_at IS NULL
    ), startable AS (
        SELECT id, tenant_id, priority, created_at, status
        FROM pending
        WHERE quota IS NULL OR tasks + number <= quota
        ORDER BY priority DESC, tasks, created_at, id
        LIMIT greatest(0, :max_concurrent_jobs
            - (SELECT count(*) FROM training_job_queue WHERE status = 'running'))
    ), candidates AS (
        SELECT job.id AS job_id, job.tenant_id, job.priority, job.created_at, job.status,
            task.id AS task_id, task.kind, task.position, task.product_name
        FROM (TABLE started UNION ALL TABLE startable) AS job
        CROSS JOIN LATERAL (
            SELECT id, kind, position, product_name
            FROM training_tasks
            WHERE job_id = job.id AND status = 'pending' AND dispatched_at IS NULL
                AND (not_before IS NULL OR not_before <= now())
                AND (kind = 'shared' OR NOT EXISTS (
                    SELECT FROM training_tasks AS shared
                    WHERE shared.job_id = job.id AND shared.kind = 'shared'
                        AND shared.status IN ('pending', 'running')))
            ORDER BY position
            LIMIT (SELECT places FROM free)
        ) AS task
    ), turns AS (
        SELECT candidates.*,
            coalesce(in_flight.tasks, 0) + row_number() OVER (
                PARTITION BY priority, tenant_id
                ORDER BY candidates.created_at, job_id, position) AS turn,
            coalesce(in_flight.tasks, 0) + row_number() OVER (
                PARTITION BY tenant_id
                ORDER BY priority DESC, candidates.created_at, job_id, position) AS number,
            coalesce(tenant.max_running_tasks, :max_running_tasks) AS quota
        FROM candidates
        JOIN tenants AS tenant ON tenant.id = candidates.tenant_id
        LEFT JOIN in_flight USING (tenant_id)
    ), line AS (
        SELECT turns.*, row_number() OVER (
            ORDER BY priority DESC, turn, created_at, job_id, position) AS place
        FROM turns
        WHERE quota IS NULL OR number <= quota
    ), next AS (
        SELECT line.*, bool_and(
                place <= free.slots
                OR (place <= free.places AND kind = 'product' AND status = 'running')
            ) OVER (ORDER BY place) AS is_next
        FROM line CROSS JOIN free
    )
    SELECT task_id, kind, priority, job_id, product_name, status = 'pending' AS starts_job
    FROM next
    WHERE is_next
    ORDER BY place
    """)
)

# Of an array, which is filled before rows are looked for: by their key, whatever the planner
# believes of a table that has just grown.
_MARKING = repeated(
    text("""
    UPDATE training_tasks
    SET dispatched_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE status = 'pending' AND id = ANY (ARRAY(
        SELECT id
        FROM training_tasks
        WHERE id = ANY (:task_ids) AND status = 'pending' AND dispatched_at IS NULL
        ORDER BY id
        FOR UPDATE SKIP LOCKED))
    RETURNING id
    """).bindparams(bindparam("task_ids", type_=ARRAY(Uuid())))
)


def take(
    session: Session,
    *,
    max_concurrent_jobs: int,
    max_running_tasks: int | None = None,
    spare_per_slot: int = 0,
) -> list[Dispatch]:
    """The next tasks for the free slots, and so many spare ones for each slot there is; marked as
    handed out, and their jobs as running.

    Call it in a transaction of its own and commit before sending: what is lost in between is sent
    by `resend`.
    """
    # No wait for the disk: what a crash of the database takes back is handed out again, and claims,
    # which count, are written to the disk after what they build on.
    session.execute(_TAKE_TURN, {"lock": advisory_locks.DISPATCH})
    limits = {
        "spare_per_slot": spare_per_slot,
        "alive_s": ALIVE_S,
        "max_concurrent_jobs": max_concurrent_jobs,
        "max_running_tasks": max_running_tasks,
    }
    chosen = session.execute(_NEXT_TASKS, limits).all()
    if not chosen:
        return []
    starting = {row.job_id for row in chosen if row.starts_job}
    held = starting - admit(session, sorted(starting)) if starting else set()
    marked = _mark(session, [row.task_id for row in chosen if row.job_id not in held])
    return [
        Dispatch(row.task_id, row.kind, row.priority, row.job_id, row.product_name)
        for row in chosen
        if row.task_id in marked
    ]


def resend(session: Session, *, older_than_s: float = 5) -> list[Dispatch]:
    """Tasks that were handed out and that no worker has claimed: their message may be lost.

    While all slots are busy, spare tasks wait for one of them: only those are sent again that were
    handed out before everything that runs. While no worker is alive they go back into the backlog
    instead, so that messages do not pile up in the broker.
    """
    slots = live_slots(session)
    has_workers = slots > 0
    running, oldest = _running(session)
    now = func.clock_timestamp()
    unclaimed = (
        select(TrainingTask.id)
        .where(
            TrainingTask.status == "pending",
            TrainingTask.dispatched_at < now - timedelta(seconds=older_than_s),
        )
        .order_by(TrainingTask.id)
        .with_for_update(skip_locked=True)
    )
    if has_workers and running >= slots:
        unclaimed = unclaimed.where(TrainingTask.dispatched_at < oldest)
    rows = session.execute(
        update(TrainingTask)
        .where(TrainingTask.id.in_(unclaimed), TrainingTask.status == "pending")
        .values(dispatched_at=now if has_workers else None)
        .where(TrainingJob.id == TrainingTask.job_id)
        .returning(
            TrainingTask.id,
            TrainingTask.kind,
            TrainingJob.priority,
            TrainingTask.job_id,
            TrainingTask.product_name,
        ),
        execution_options=FRESH,
    ).all()
    return [Dispatch(*row) for row in rows] if has_workers else []


def _running(session: Session) -> tuple[int, datetime | None]:
    """How many tasks run, and when the first of them was handed out."""
    running = TrainingTask.status == "running"
    wanted = select(func.count(), func.min(TrainingTask.dispatched_at)).where(running)
    count, oldest = session.execute(wanted).one()
    return count, oldest


def in_flight(session: Session) -> int:
    """How many tasks are running, or handed out and not claimed yet."""
    counted = select(func.count()).select_from(TrainingTask).where(text(IN_FLIGHT))
    return session.scalars(counted).one()


def _mark(session: Session, task_ids: Sequence[UUID]) -> set[UUID]:
    return set(session.scalars(_MARKING, {"task_ids": task_ids}))
