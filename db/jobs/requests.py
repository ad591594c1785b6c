"""Starting a job over products, whoever asks: a person, a schedule, an event, an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from core.settings import Settings
from db.errors import InactiveProductsError, NothingToTrainError, UnknownProductsError
from db.jobs.creation import create_job
from db.jobs.starting import as_uuid, record_start, start_once
from db.lifecycle.tokens import NewTask
from db.locks import hold_products
from db.operation import audit
from db.operation.audit import Actor
from db.operation.quotas import require_few_products, require_free_job
from db.shop.catalogue import active_products, require_categories, resolve
from db.tables import Product, TrainingJob


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What is asked for. `products` are ids or SKUs; without them all are meant that are active, or
    those of `categories`.

    `options` are those of `core.training_options`, already checked. `force` trains what has not
    changed, too.
    """

    products: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    job_name: str | None = None
    priority: int = 0
    timeout_s: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    force: bool = False
    trigger: str = "request"
    actor: Actor = audit.SERVICE
    trace_context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLimits:
    """What the settings say of jobs; a tenant's own quotas go before."""

    timeout_s: float
    max_attempts: int
    max_active_jobs: int
    max_products: int

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            timeout_s=settings.max_training_time_minutes * 60,
            max_attempts=settings.max_attempts,
            max_active_jobs=settings.max_active_jobs_per_tenant,
            max_products=settings.max_products_per_tenant,
        )


def start_products(
    session: Session,
    tenant_id: UUID,
    asked: JobRequest,
    limits: JobLimits,
    *,
    idempotency_key: str | None = None,
    request_digest: str = "",
) -> tuple[TrainingJob, bool]:
    """The job, and whether it is new: a repeated idempotency key gives the first one.

    Raises a `NotTrainableError` (unknown products or categories, inactive products, or none),
    `QuotaExceededError`, or `IdempotencyConflictError`.
    """

    def make() -> TrainingJob:
        products = _products_held(session, tenant_id, asked)
        return add_job(session, tenant_id, asked, products, limits)

    return start_once(session, tenant_id, idempotency_key, request_digest, make)


def add_job(
    session: Session,
    tenant_id: UUID,
    asked: JobRequest,
    products: Sequence[Product],
    limits: JobLimits,
    *,
    retry_of: UUID | None = None,
) -> TrainingJob:
    """A job with a task per product, important ones first; of several, a first task learns what
    they have in common.
    """
    require_free_job(session, tenant_id, limits.max_active_jobs)
    require_few_products(session, tenant_id, len(products), limits.max_products)
    ordered = sorted(products, key=lambda product: -product.priority)
    tasks = [NewTask(kind="product", product_id=p.id, product_name=p.name) for p in ordered]
    if len(tasks) > 1:
        tasks.insert(0, NewTask(kind="shared"))
    job = create_job(
        session,
        tenant_id=tenant_id,
        kind="products",
        tasks=tasks,
        request=dict(asked.options) | ({"force": True} if asked.force else {}),
        job_name=asked.job_name,
        priority=asked.priority,
        timeout_s=limits.timeout_s if asked.timeout_s is None else asked.timeout_s,
        max_attempts=limits.max_attempts,
        created_by=as_uuid(asked.actor.name),
        trigger=asked.trigger,
        retry_of=retry_of,
        trace_context=asked.trace_context,
        request_id=asked.actor.request_id,
    )
    record_start(session, job, asked.actor, _told(job))
    return job


def _told(job: TrainingJob) -> dict[str, Any]:
    told = {"trigger": job.trigger, "products": job.products_total, "request": job.request}
    return told if job.job_name is None else told | {"job_name": job.job_name}


def _products_held(session: Session, tenant_id: UUID, asked: JobRequest) -> Sequence[Product]:
    products = _products(session, tenant_id, asked)
    if hold_products(session, [product.id for product in products]) == len(products):
        return products
    return _products(session, tenant_id, asked)  # one was being deleted: look again


def _products(session: Session, tenant_id: UUID, asked: JobRequest) -> Sequence[Product]:
    if asked.products is None:
        return _active_products(session, tenant_id, asked.categories)
    resolved = resolve(session, tenant_id, asked.products)
    if resolved.unknown:
        raise UnknownProductsError(resolved.unknown)
    inactive = [product.name for product in resolved.products if not product.is_active]
    if inactive:
        raise InactiveProductsError(inactive)
    return resolved.products


def _active_products(
    session: Session, tenant_id: UUID, categories: Sequence[str] | None
) -> Sequence[Product]:
    if categories is not None:
        require_categories(session, tenant_id, categories)
    products = active_products(session, tenant_id, categories)
    if not products and categories is not None:
        raise NothingToTrainError("No product of these categories is active")
    if not products:
        raise NothingToTrainError
    return products
