"""Jobs over products: start, stop, status, history."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import NotFoundError
from api.jobs import schemas
from api.jobs.creation import accepted, create_products_job, idempotency_key
from api.models.views import summary
from api.products.references import find_product
from api.schemas import Page, PageQuery
from api.services import Services
from db.jobs import TaskStatus, find_job, history, task_statuses
from db.models import find_model
from db.results import upload_result
from db.tables import TrainingJob
from db.transitions import request_stop
from db.waiting import queue_position, waiting_reason


def start(services: Services, tenant_id: UUID, body: schemas.StartRequest) -> schemas.AcceptedJob:
    products = None if body.products is None else tuple(body.products)
    job = create_products_job(
        services, tenant_id, body, products, idempotency_key=idempotency_key()
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
    services.stream.publish(result.messages)
    return schemas.StoppedJob.model_validate(
        {
            "job_id": job_id,
            "status": result.status,
            "tasks_cancelled": result.cancelled,
            "tasks_running": result.running,
        }
    )


def status(services: Services, tenant_id: UUID, job_id: UUID) -> schemas.JobStatus:
    with services.sessions() as session:
        job = _job(session, tenant_id, job_id)
        tasks = task_statuses(session, job.id)
        fields = _summary_fields(job) | {
            "waiting_reason": waiting_reason(
                session, job, max_concurrent_jobs=services.settings.max_concurrent_jobs
            ),
            "queue_position": queue_position(session, job),
            "request": job.request,
            "products": tasks,
        }
        if job.kind == "upload":
            fields |= _upload_fields(session, job, tasks[0])
    return schemas.JobStatus.model_validate(fields)


def list_jobs(services: Services, tenant_id: UUID, query: PageQuery) -> Page[schemas.JobSummary]:
    with services.sessions() as session:
        page = history(session, tenant_id, limit=query.limit, cursor=query.cursor)
    jobs = [schemas.JobSummary.model_validate(_summary_fields(job)) for job in page.items]
    return Page[schemas.JobSummary](items=jobs, next_cursor=page.next_cursor)


def _job(session: Session, tenant_id: UUID, job_id: UUID) -> TrainingJob:
    job = find_job(session, tenant_id, job_id)
    if job is None:
        raise NotFoundError(f"There is no job {job_id}")
    return job


def _summary_fields(job: TrainingJob) -> dict[str, object]:
    names = schemas.JobSummary.model_fields.keys() - {"job_id"}
    return {"job_id": job.id} | {name: getattr(job, name) for name in names}


def _upload_fields(session: Session, job: TrainingJob, task: TaskStatus) -> dict[str, object]:
    fields: dict[str, object] = {"phase": task.phase, "message": task.current_step}
    if job.status != "completed" or task.model_id is None:
        return fields
    record = find_model(session, job.tenant_id, task.model_id)
    result = upload_result(session, job)
    kept = ("metrics", "logs", "model_file_path", "preprocessing_file_path")
    return (
        fields
        | {"phase": "completed", "model": summary(record) if record else None}
        | {name: result[name] for name in kept}
    )
