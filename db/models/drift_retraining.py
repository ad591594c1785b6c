"""Drift asks for a training: of the products that drift, at most one job per tenant and day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import DateTime, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from db.jobs.requests import JobLimits, JobRequest
from db.jobs.retraining import retrain
from db.operation.audit import SERVICE, Actor
from db.operation_tables import Alert
from db.tables import Product, TrainingJob

ACCURACY_DRIFT = "accuracy_drift"
TRIGGER = "drift"
ASKED_AT, JOB_ID = "retraining_asked_at", "retraining_job_id"
KEPT = (ASKED_AT, JOB_ID)
"""What the details of an alert remember when it is brought up to date."""

ONE_JOB_IN = timedelta(days=1)
ASK_AGAIN_AFTER = timedelta(days=7)


def due_retrainings(session: Session) -> Mapping[UUID, Sequence[Alert]]:
    """The open alerts by tenant for whose products a training can be asked for now.

    Not within a day after the last such job of the tenant; for one product again only if the alert
    is still open a week later.
    """
    asked_at = cast(Alert.details[ASKED_AT].astext, DateTime(timezone=True))
    recent_job = exists().where(
        TrainingJob.tenant_id == Alert.tenant_id,
        TrainingJob.trigger == TRIGGER,
        TrainingJob.created_at > func.now() - ONE_JOB_IN,
    )
    alerts = session.scalars(
        select(Alert)
        .join(
            Product,
            and_(
                Product.tenant_id == Alert.tenant_id,
                cast(Product.id, Text) == Alert.subject_id,
                Product.is_active,
            ),
        )
        .where(
            Alert.kind == ACCURACY_DRIFT,
            Alert.resolved_at.is_(None),
            or_(asked_at.is_(None), asked_at < func.now() - ASK_AGAIN_AFTER),
            ~recent_job,
        )
        .order_by(Alert.tenant_id, Alert.created_at)
    )
    by_tenant: dict[UUID, list[Alert]] = defaultdict(list)
    for alert in alerts:
        by_tenant[alert.tenant_id].append(alert)
    return by_tenant


def ask_for_retraining(
    session: Session,
    tenant_id: UUID,
    alerts: Sequence[Alert],
    limits: JobLimits,
    *,
    actor: Actor = SERVICE,
    trace_context: str | None = None,
) -> UUID:
    """Start a job for the products of these alerts, and note it with each. Raises what
    `start_products` raises.
    """
    asked = JobRequest(
        products=tuple(alert.subject_id for alert in alerts),
        job_name="Retraining: forecasts miss more than they should",
        trigger=TRIGGER,
        actor=actor,
        trace_context=trace_context,
    )
    job, _ = retrain(session, tenant_id, asked, limits)
    noted = {JOB_ID: str(job.id), ASKED_AT: job.created_at.isoformat()}
    for alert in alerts:
        alert.details = {**alert.details, **noted}
    return job.id
