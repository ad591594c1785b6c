"""Jobs: start, stop, status, history, retry, delete."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.actor import actor_of_request
from api.errors import NotFoundError
from api.idempotency import idempotency_key
from api.jobs import schemas
from api.jobs.creation import accepted, create_products_job, create_retry_job
from api.jobs.file_status import file_fields
from api.products.references import find_product
from api.schemas import Page
from api.services import Services
from db.jobs import durations
from db.jobs.deletion import delete_job
from db.jobs.details import find_job
from db.jobs.hints import hints
from db.jobs.history import JobFilter, history
from db.jobs.products import task_statuses
from db.jobs.waiting import Hold, Limits, hold_of, queue_position, waiting_reason
from db.operation import audit
from db.tables import TERMINAL_STATUSES, TrainingJob
from db.transitions import request_stop

MOST_SHOWN = 1000
"""Products in the status of a job; the rest comes in pages."""


def start(services: Services, tenant_id: UUID, body: schemas.StartRequest) -> schemas.AcceptedJob:
    products, categories = (
        None if chosen is None else tuple(chosen) for chosen in (body.products, body.categories)
    )
    job = create_products_job(
        services, tenant_id, body, products, categories, idempotency_key=idempotency_key()
    )
    return accepted(job)


def start_product(
    services: Services, tenant_id: UUID, product_id: str, body: schemas.TrainingRequest
) -> schemas.AcceptedJob:
    with services.sessions() as session:
        product = find_product(session, tenant_id, product_id)
    job = create_products_job(
        services, tenant_id, body, (str(product.id),), idempotency_key=idempotency_key()
    )
    return accepted(job)


def stop(
    services: Services, tenant_id: UUID, job_id: UUID, body: schemas.StopRequest
) -> schemas.StoppedJob:
    with services.sessions.begin() as session:
        result = request_stop(session, tenant_id, job_id, body.mode)
        if result is None:
            raise NotFoundError(f"There is no job {job_id}")
        if not result.had_ended:
            _record(session, tenant_id, "stop", job_id, {"mode": body.mode})
    services.stream.publish(result.messages)
    return schemas.StoppedJob.model_validate(
        {
            "job_id": job_id,
            "status": result.status,
            "had_ended": result.had_ended,
            "tasks_cancelled": result.cancelled,
            "tasks_running": result.running,
        }
    )


def status(services: Services, tenant_id: UUID, job_id: UUID) -> schemas.JobStatus:
    limits = Limits.from_settings(services.settings)
    with services.sessions() as session:
        job = _job(session, tenant_id, job_id)
        products = task_statuses(session, job, limit=MOST_SHOWN, hold=_hold(session, job, limits))
        fields = _summary_fields(job) | {
            "waiting_reason": waiting_reason(session, job, limits),
            "queue_position": queue_position(session, job),
            "hints": hints(
                session, job, min_training_data_days=services.settings.min_training_data_days
            ),
            "request": job.request,
            "products": products.items,
            "products_next_cursor": products.next_cursor,
        }
        fields |= _estimate_fields(session, job, limits)
        if job.kind != "products":
            fields |= file_fields(session, job, products.items[0])
    return schemas.JobStatus.model_validate(fields)


def product_statuses(
    services: Services, tenant_id: UUID, job_id: UUID, query: schemas.ProductStatusQuery
) -> Page[schemas.ProductStatus]:
    with services.sessions() as session:
        job = _job(session, tenant_id, job_id)
        page = task_statuses(
            session,
            job,
            limit=query.limit,
            cursor=query.cursor,
            status=query.status,
            hold=_hold(session, job, Limits.from_settings(services.settings)),
        )
    items = [schemas.ProductStatus.model_validate(item) for item in page.items]
    return Page[schemas.ProductStatus](items=items, next_cursor=page.next_cursor)


def list_jobs(
    services: Services, tenant_id: UUID, query: schemas.HistoryQuery
) -> Page[schemas.JobSummary]:
    with services.sessions() as session:
        product = query.product and find_product(session, tenant_id, query.product)
        page = history(
            session,
            tenant_id,
            wanted=JobFilter(
                status=query.status,
                kind=query.kind,
                trigger=query.trigger,
                job_name=query.job_name,
                product_id=product.id if product else None,
                created_from=query.created_from,
                created_to=query.created_to,
            ),
            sort=query.sort,
            direction=query.direction,
            limit=query.limit,
            cursor=query.cursor,
        )
    jobs = [schemas.JobSummary.model_validate(_summary_fields(job)) for job in page.items]
    return Page[schemas.JobSummary](items=jobs, next_cursor=page.next_cursor)


def retry(services: Services, tenant_id: UUID, job_id: UUID) -> schemas.AcceptedJob:
    return accepted(
        create_retry_job(services, tenant_id, job_id, idempotency_key=idempotency_key())
    )


def delete(services: Services, tenant_id: UUID, job_id: UUID) -> schemas.DeletedJob:
    with services.sessions.begin() as session:
        deleted = delete_job(session, tenant_id, job_id)
        if deleted is None:
            raise NotFoundError(f"There is no job {job_id}")
        _record(
            session,
            tenant_id,
            "delete",
            job_id,
            {"job_name": deleted.job_name, "status": deleted.status},
        )
    services.stream.forget(job_id)
    return schemas.DeletedJob(job_id=job_id, models_kept=deleted.models_kept)


def _record(
    session: Session, tenant_id: UUID, action: str, job_id: UUID, details: dict[str, object]
) -> None:
    audit.record(
        session,
        tenant_id,
        action,
        "job",
        job_id,
        actor=actor_of_request(),
        details=details,
    )


def _hold(session: Session, job: TrainingJob, limits: Limits) -> Hold | None:
    return None if job.status in TERMINAL_STATUSES else hold_of(session, job, limits)


def _estimate_fields(session: Session, job: TrainingJob, limits: Limits) -> dict[str, object]:
    """The expected end as other trainings took their time; else as this one did so far."""
    learned = durations.estimate(session, job, limits.max_running_tasks)
    if learned is None:
        return {}
    return {
        "estimated_completion": learned.p50,
        "estimated_completion_p50": learned.p50,
        "estimated_completion_p90": learned.p90,
    }


def _job(session: Session, tenant_id: UUID, job_id: UUID) -> TrainingJob:
    job = find_job(session, tenant_id, job_id)
    if job is None:
        raise NotFoundError(f"There is no job {job_id}")
    return job


def _summary_fields(job: TrainingJob) -> dict[str, object]:
    names = schemas.JobSummary.model_fields.keys() - {"job_id"}
    return {"job_id": job.id} | {name: getattr(job, name) for name in names}
