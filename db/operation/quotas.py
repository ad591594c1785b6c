"""How much of the service one tenant may have at a time: its own row decides, then the settings."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import QuotaExceededError
from db.operation import tenants
from db.tables import OPEN_STATUSES, Tenant, TrainingJob


def require_free_job(session: Session, tenant_id: UUID, max_active_jobs: int) -> None:
    """Refuse a further job beyond the quota; two requests at once are counted one by one."""
    tenant = tenants.lock(session, tenant_id)
    limit = max_active_jobs if tenant.max_active_jobs is None else tenant.max_active_jobs
    active = select(func.count()).where(
        TrainingJob.tenant_id == tenant_id, TrainingJob.status.in_(OPEN_STATUSES)
    )
    if (session.scalar(active) or 0) >= limit:
        raise QuotaExceededError(
            "max_active_jobs",
            limit,
            f"{limit} jobs are waiting or running, as many as this tenant may have at once "
            "(MAX_ACTIVE_JOBS_PER_TENANT). Wait for one to end, or stop one.",
        )


def require_few_products(session: Session, tenant_id: UUID, wanted: int, max_products: int) -> None:
    """Refuse more products than the tenant may have."""
    own = session.scalar(select(Tenant.max_products).where(Tenant.id == tenant_id))
    limit = max_products if own is None else own
    if wanted > limit:
        raise QuotaExceededError(
            "max_products",
            limit,
            f"{wanted} products are more than the {limit} that this tenant may have "
            "(MAX_PRODUCTS_PER_TENANT). Leave some out, or ask the operator to raise the limit.",
        )


def running_tasks_limit(
    session: Session, tenant_id: UUID, max_running_tasks: int | None
) -> int | None:
    """How many tasks of the tenant may be in flight; None for as many as there are slots."""
    own = session.scalar(select(Tenant.max_running_tasks).where(Tenant.id == tenant_id))
    return max_running_tasks if own is None else own
