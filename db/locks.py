"""The order in which rows are locked, which excludes deadlocks.

1. The job's row, first. A transaction that needs several jobs takes them by ascending id.
2. Rows of its tasks.
3. The product's row, when one of its models is registered, deployed, pinned or deleted. A
   transaction that needs several products takes them by ascending id.
4. Rows of its models.
5. Telemetry totals, as the last write of a transaction that deletes.

The dispatcher stands outside this order: it skips rows that are locked (`SKIP LOCKED`), so it waits
for nobody.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from db.prepared import repeated
from db.tables import Product, TrainedModel, TrainingJob

# A row that is already in the session is read again: only what is read under the lock counts.
FRESH: dict[str, Any] = {"populate_existing": True, "synchronize_session": False}


def lock_job(session: Session, job_id: UUID) -> tuple[TrainingJob, datetime] | None:
    """The job, locked until the transaction ends, and the database's time; None if there is no such
    job.
    """
    row = session.execute(
        _job_statement(), {"wanted": job_id}, execution_options=FRESH
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def lock_product(session: Session, product_id: UUID) -> None:
    """One change of a product's models at a time; its sales may be written meanwhile."""
    session.execute(_product_statement(), {"wanted": product_id})


def lock_product_whole(session: Session, product_id: UUID) -> None:
    """Waits for whoever has just begun to refer to the product, and lets nobody else begin."""
    session.execute(select(Product.id).where(Product.id == product_id).with_for_update())


def hold_products(session: Session, product_ids: Collection[UUID]) -> int:
    """Keep products from being deleted until the transaction ends; how many of them are there."""
    statement = select(Product.id).where(Product.id.in_(product_ids)).order_by(Product.id)
    return len(session.scalars(statement.with_for_update(read=True, key_share=True)).all())


def lock_model(session: Session, tenant_id: UUID, model_id: UUID) -> TrainedModel | None:
    """The model, which nobody else changes until the transaction ends; None if there is none."""
    found = session.execute(
        select(TrainedModel.product_id).where(
            TrainedModel.tenant_id == tenant_id, TrainedModel.id == model_id
        )
    ).one_or_none()
    if found is None:
        return None
    if found.product_id is not None:
        lock_product(session, found.product_id)
    statement = select(TrainedModel).where(
        TrainedModel.tenant_id == tenant_id, TrainedModel.id == model_id
    )
    return session.scalars(statement.with_for_update(), execution_options=FRESH).one_or_none()


@cache
def _job_statement() -> Select[TrainingJob, datetime]:
    """Made once, as it begins every transaction of a job."""
    wanted = TrainingJob.id == bindparam("wanted")
    statement = select(TrainingJob, func.clock_timestamp()).where(wanted)
    return repeated(statement.with_for_update(of=TrainingJob))


@cache
def _product_statement() -> Select[UUID]:
    wanted = Product.id == bindparam("wanted")
    return repeated(select(Product.id).where(wanted).with_for_update(key_share=True))
