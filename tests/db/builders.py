"""Rows that the tests start from, made through the code under test where there is some."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import transitions
from db.jobs.workers import heartbeat
from db.lifecycle.dispatch import take
from db.lifecycle.outcomes import (
    ArtifactFile,
    Drivers,
    ForecastDetails,
    ForecastRow,
    LogLine,
    ModelOutcome,
    PastErrors,
    Quantiles,
)
from db.tables import DEFAULT_TENANT_ID, Product, Tenant, TrainingJob, TrainingTask
from db.transitions import Claim, NewTask

_created = count()
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

DIGEST = "ab" * 32
FORECAST_DETAILS = ForecastDetails(
    Quantiles([0.1, 0.5, 0.9], [[8.5, 10.0, 11.5]]),
    Drivers(["level", "week"], [[7.0, 3.0]], [["+3 because it is a Sunday"]]),
    PastErrors(["2026-01-30", "2026-01-31"], [1.0, -2.0]),
)


def new_tenant(session: Session) -> UUID:
    tenant = Tenant(id=uuid4(), name="Another shop")
    session.add(tenant)
    session.flush()
    return tenant.id


def new_products(
    session: Session, number: int, tenant_id: UUID = DEFAULT_TENANT_ID
) -> list[Product]:
    prefix = uuid4().hex[:6]
    products = [
        Product(tenant_id=tenant_id, sku=f"{prefix}-{n}", name=f"Bread {n}", category="bread")
        for n in range(number)
    ]
    session.add_all(products)
    session.flush()
    return products


def new_job(
    session: Session,
    *,
    products: int = 1,
    tenant_id: UUID = DEFAULT_TENANT_ID,
    with_shared: bool = False,
    **changes: Any,
) -> TrainingJob:
    """A job over new products, created a second after the one before, whatever the clock."""
    tasks = [
        NewTask(kind="product", product_id=product.id, product_name=product.name)
        for product in new_products(session, products, tenant_id)
    ]
    if with_shared:
        tasks.insert(0, NewTask(kind="shared"))
    settings = {"kind": "products", "tasks": tasks, "request": {}, "timeout_s": 1800}
    job = transitions.create_job(session, tenant_id=tenant_id, **(settings | changes))
    job.created_at = _EPOCH + timedelta(seconds=next(_created))
    session.flush()
    return job


def new_upload(session: Session, *, name: str | None = "Churn", **changes: Any) -> TrainingJob:
    task = NewTask(kind="table", product_name=name)
    return new_job(
        session, products=0, kind="upload", tasks=[task], upload_digest=DIGEST, **changes
    )


def tasks_of(session: Session, job: TrainingJob) -> list[TrainingTask]:
    statement = select(TrainingTask).where(TrainingTask.job_id == job.id)
    return list(session.scalars(statement.order_by(TrainingTask.position)))


def start(session: Session, job: TrainingJob) -> None:
    assert transitions.admit(session, [job.id]) == {job.id}
    session.refresh(job)


def claimed(
    session: Session, task: TrainingTask, *, worker: str = "w1", lease_s: float = 20
) -> Claim:
    claim = transitions.claim(session, task.id, worker=worker, lease_s=lease_s)
    assert claim is not None
    return claim


def running_claims(session: Session, job: TrainingJob) -> list[Claim]:
    """The job is started and all of its tasks are claimed."""
    start(session, job)
    return [claimed(session, task) for task in tasks_of(session, job)]


def handed_out(session: Session, slots: int, max_concurrent_jobs: int = 3) -> list[UUID]:
    """The ids of the tasks that a fleet with so many slots gets."""
    heartbeat(session, "fleet", slots=slots)
    return [item.task_id for item in take(session, max_concurrent_jobs=max_concurrent_jobs)]


def model_outcome(**changes: Any) -> ModelOutcome:
    values: dict[str, Any] = {
        "ml_task": "forecast",
        "algorithm": "prophet",
        "manifest_digest": DIGEST,
        "artifacts": [
            ArtifactFile(name="model.pkl", artifact_type="model_file", digest=DIGEST, size=10)
        ],
        "metrics": {"mae": 2.5, "rmse": 3.5, "accuracy": 82.5, "mase": 0.8, "fits": 4},
        "baseline": {"mase": 1.1},
        "features": ["weekday", "holiday"],
        "training_seconds": 1.6,
        "forecast": [ForecastRow(datetime.fromisoformat("2026-02-01"), 10.0, 8.0, 12.0)],
        "forecast_details": FORECAST_DETAILS,
        "logs": [LogLine(message="Chosen: prophet")],
    }
    return ModelOutcome(**(values | changes))


def table_outcome(**changes: Any) -> ModelOutcome:
    metrics = {"test_accuracy": 0.88, "test_r2": 0.85, "mae": 1.0, "total_time_seconds": 245.5}
    values: dict[str, Any] = {"ml_task": "regression", "algorithm": "xgboost", "metrics": metrics}
    return model_outcome(
        **({"baseline": None, "forecast": [], "forecast_details": None} | values | changes)
    )
