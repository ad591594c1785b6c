"""What a tenant uses of what it may use at a time: its own row decides, then the settings."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from core.settings import Settings
from db.operation import tenants
from db.tables import IN_FLIGHT, OPEN_STATUSES, Product, TrainingJob, TrainingTask


@dataclass(frozen=True, slots=True)
class Use:
    """`limit` is None where there is none."""

    used: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    products: Use
    active_jobs: Use
    running_tasks: Use


def usage_of(session: Session, tenant_id: UUID, settings: Settings) -> Usage:
    tenant = tenants.find(session, tenant_id)
    products, jobs, tasks = session.execute(_counts(tenant_id)).one()
    return Usage(
        products=Use(products, _own(tenant.max_products, settings.max_products_per_tenant)),
        active_jobs=Use(jobs, _own(tenant.max_active_jobs, settings.max_active_jobs_per_tenant)),
        running_tasks=Use(
            tasks, _own(tenant.max_running_tasks, settings.max_running_tasks_per_tenant)
        ),
    )


def _own(own: int | None, configured: int | None) -> int | None:
    return configured if own is None else own


def _counts(tenant_id: UUID) -> Select[int, int, int]:
    """Products, jobs that wait or run, and tasks that a worker has or is about to get."""
    products = select(func.count()).where(Product.tenant_id == tenant_id)
    jobs = select(func.count()).where(
        TrainingJob.tenant_id == tenant_id, TrainingJob.status.in_(OPEN_STATUSES)
    )
    tasks = (
        select(func.count())
        .select_from(TrainingTask)
        .where(TrainingTask.tenant_id == tenant_id, text(IN_FLIGHT))
    )
    return select(products.scalar_subquery(), jobs.scalar_subquery(), tasks.scalar_subquery())
