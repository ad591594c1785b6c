"""Trainings that nobody asked for in person: one that would only repeat what waits is not added."""

from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from db.jobs.requests import JobLimits, JobRequest, start_products
from db.operation import tenants
from db.shop.catalogue import active_products, resolve
from db.tables import TrainingJob


def retrain(
    session: Session, tenant_id: UUID, asked: JobRequest, limits: JobLimits
) -> tuple[TrainingJob, bool]:
    """A job, and whether it is new: one that has not begun and trains the same serves as well.

    It will read the newest sales when it begins. Raises what `start_products` raises.
    """
    tenants.lock(session, tenant_id)  # two that ask at the same moment look one after the other
    waiting = _waiting_job(session, tenant_id, asked)
    if waiting is not None:
        return waiting, False
    return start_products(session, tenant_id, asked, limits)


def _waiting_job(session: Session, tenant_id: UUID, asked: JobRequest) -> TrainingJob | None:
    wanted = _product_ids(session, tenant_id, asked)
    options = dict(asked.options) | ({"force": True} if asked.force else {})
    same = select(TrainingJob).where(
        TrainingJob.tenant_id == tenant_id,
        TrainingJob.kind == "products",
        TrainingJob.status == "pending",
        TrainingJob.stop_requested_at.is_(None),
        TrainingJob.priority >= asked.priority,
        TrainingJob.request == cast(options, JSONB),
        cast(TrainingJob.products_to_train, ARRAY(Text)).contains(wanted),
    )
    return session.scalars(same.order_by(TrainingJob.created_at).limit(1)).one_or_none()


def _product_ids(session: Session, tenant_id: UUID, asked: JobRequest) -> list[str]:
    if asked.products is None:
        found = active_products(session, tenant_id, asked.categories)
        return [str(product.id) for product in found]
    resolved = resolve(session, tenant_id, asked.products)
    return [*(str(product.id) for product in resolved.products), *resolved.unknown]
