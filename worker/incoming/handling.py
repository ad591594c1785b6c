"""What an event of another system leads to: at most one job, in the transaction that takes it."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from db.errors import NothingToTrainError, NotTrainableError, QuotaExceededError
from db.jobs.requests import JobLimits, JobRequest
from db.jobs.retraining import retrain
from db.operation import consumed, tenants
from db.operation.audit import Actor
from db.operation.consumed import Outcome
from db.shop.catalogue import resolve
from worker.context import Context
from worker.dispatcher import dispatch_if_possible
from worker.errors import EventRejectedError
from worker.incoming.shapes import Event, Letter, SalesImported, TrainingScheduled
from worker.origin import Origin, origin

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of an event."""

    outcome: Outcome
    reason: str | None = None
    job_id: UUID | None = None


def handle(context: Context, letter: Letter) -> Handled | None:
    """Act on an event; None if it was taken before."""
    with origin(
        context, "event", request_id=letter.request_id, parent=letter.traceparent
    ) as source:
        return _handle(context, letter, source)


def _handle(context: Context, letter: Letter, source: Origin) -> Handled | None:
    with context.sessions.begin() as session:
        handled = _take(session, letter, JobLimits.from_settings(context.settings), source)
    if handled is None:
        log.info("event came again", event_id=letter.event_id, event_type=letter.event_type)
        return None
    log.info(
        "event consumed",
        event_id=letter.event_id,
        event_type=letter.event_type,
        outcome=handled.outcome,
        reason=handled.reason,
        job_id=None if handled.job_id is None else str(handled.job_id),
    )
    if handled.outcome == "handled":
        dispatch_if_possible(context)
    return handled


def reject(context: Context, letter: Letter, reason: str) -> None:
    """Record that an event could not be acted on."""
    with context.sessions.begin() as session:
        if _record(session, letter):
            consumed.settle(session, letter.event_id, "rejected", reason=reason)


def _take(session: Session, letter: Letter, limits: JobLimits, source: Origin) -> Handled | None:
    if not _record(session, letter):
        return None
    try:
        handled = _act(session, letter.read(), limits, source)
    except EventRejectedError as error:
        handled = Handled("rejected", str(error))
    consumed.settle(
        session,
        letter.event_id,
        handled.outcome,
        reason=handled.reason,
        job_id=handled.job_id,
    )
    return handled


def _record(session: Session, letter: Letter) -> bool:
    return consumed.take(
        session,
        letter.event_id,
        event_type=letter.event_type,
        tenant_id=letter.tenant_id,
        payload=letter.payload,
    )


def _act(session: Session, event: Event, limits: JobLimits, source: Origin) -> Handled:
    tenant_id = event.tenant_id
    if not tenants.is_known(session, tenant_id):
        return Handled("rejected", f"There is no tenant {tenant_id}")
    try:
        with session.begin_nested():
            asked = _job_request(session, event, source)
            job, is_new = retrain(session, tenant_id, asked, limits)
    except (NothingToTrainError, QuotaExceededError) as error:
        return Handled("ignored", str(error))
    except NotTrainableError as error:
        return Handled("rejected", str(error))
    reason = None if is_new else "A job that has not begun yet trains the same"
    return Handled("handled" if is_new else "ignored", reason, job.id)


def _job_request(session: Session, event: Event, source: Origin) -> JobRequest:
    match event:
        case TrainingScheduled():
            return JobRequest(
                products=None if event.products is None else tuple(event.products),
                job_name=event.job_name or "Scheduled training",
                priority=event.priority,
                timeout_s=event.timeout_seconds,
                options=event.options.stated(),
                force=event.force,
                trigger="event",
                actor=Actor("orchestrator", source.request_id),
                trace_context=source.trace_context,
            )
        case SalesImported():
            return JobRequest(
                products=_known(session, event),
                job_name="Retraining after new sales",
                trigger="event",
                actor=Actor("sales", source.request_id),
                trace_context=source.trace_context,
            )


def _known(session: Session, event: SalesImported) -> tuple[str, ...] | None:
    """Others may sell what is not in the catalogue here, or not sold any more."""
    if event.products is None:
        return None
    resolved = resolve(session, event.tenant_id, event.products)
    known = tuple(str(product.id) for product in resolved.products if product.is_active)
    if not known:
        raise NothingToTrainError("None of these products is active in the catalogue")
    return known
