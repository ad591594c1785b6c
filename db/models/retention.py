"""Which models are kept, and for how long.

Of a product the newest versions stay, up to a number, and none that is older than an age; of
uploaded tables only the age counts. Whatever its age or place, these stay: the deployed model, the
one deployed before it, the newest of its product, pinned ones, and those that a running job keeps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Literal, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.settings import Settings
from db.bulk import rows
from db.engine import Sessions
from db.locks import FRESH, lock_product
from db.models.lineage import previous_champions
from db.models.removal import remove
from db.operation import audit, telemetry_totals
from db.operation.audit import Actor
from db.tables import (
    TERMINAL_STATUSES,
    ModelArtifact,
    Product,
    TrainedModel,
    TrainingJob,
    TrainingTask,
)

Why = Literal["age", "version_limit"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How many days a model is kept, and how many versions of each product."""

    days: int
    versions: int

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(settings.model_retention_days, settings.max_model_versions_per_product)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A model that is not to be kept, in short: there may be very many."""

    model_id: UUID
    product_id: UUID | None
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A model that is not to be kept; `size` is that of its files."""

    model_id: UUID
    public_id: str
    product_id: UUID | None
    name: str | None
    model_version: str
    created_at: datetime
    size: int
    why: Why
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What a run deleted, and what of it may now be deleted from the store (bytes by digest); how
    many models it left to the next run.
    """

    models: Sequence[Expired]
    freed: dict[str, int]
    models_left: int


def due(
    session: Session, tenant_id: UUID, policy: Policy, product_id: UUID | None = None
) -> list[Due]:
    """The tenant's models that are not to be kept, or those of one product; by product and age."""
    found = session.execute(_due(tenant_id, policy, product_id)).all()
    product_ids = {row.product_id for row in found if row.product_id is not None}
    previous = set(previous_champions(session, tenant_id, product_ids).values())
    return [
        Due(
            model_id=row.id,
            product_id=row.product_id,
            why="age" if row.is_old else "version_limit",
        )
        for row in found
        if row.id not in previous
    ]


def told(session: Session, models: Sequence[Due], policy: Policy) -> list[Expired]:
    """The same models in full, in the same order."""
    if not models:
        return []
    described = {row.id: row for row in session.execute(_in_full(models))}
    return [
        _expired(described[model.model_id], model.why, policy)
        for model in models
        if model.model_id in described
    ]


def apply(
    sessions: Sessions,
    tenant_id: UUID,
    policy: Policy,
    *,
    at_most: int,
    actor: Actor = audit.SERVICE,
) -> Removed:
    """Delete some of the tenant's models that are not to be kept: a short transaction for each
    product, in which what is to go is read again, as it may have been deployed or pinned since.
    """
    with sessions() as session:
        all_due = due(session, tenant_id, policy)
    planned = all_due[:at_most]
    models: list[Expired] = []
    freed: dict[str, int] = {}
    for product_id, of_product in groupby(planned, key=lambda model: model.product_id):
        wanted = {model.model_id for model in of_product}
        with sessions.begin() as session:
            if product_id is not None:
                lock_product(session, product_id)
            still = due(session, tenant_id, policy, product_id)
            gone = told(session, [model for model in still if model.model_id in wanted], policy)
            locked = [*_locked(session, gone)]
            counted = telemetry_totals.amounts_of_models(
                session, TrainedModel.id.in_([row.id for _, row in locked])
            )
            for model, row in locked:
                freed |= remove(session, row, reason=model.reason, actor=actor)
                models.append(model)
            telemetry_totals.keep(session, tenant_id, counted)
    return Removed(models=models, freed=freed, models_left=len(all_due) - len(planned))


def _locked(session: Session, models: Sequence[Expired]) -> Iterator[tuple[Expired, TrainedModel]]:
    """Without those that were deleted or, not being of a product, pinned in the meantime."""
    for model in models:
        statement = select(TrainedModel).where(
            TrainedModel.id == model.model_id,
            ~TrainedModel.is_deployed,
            ~TrainedModel.is_pinned,
        )
        row = session.scalars(statement.with_for_update(), execution_options=FRESH).one_or_none()
        if row is not None:
            yield model, row


def _due(tenant_id: UUID, policy: Policy, product_id: UUID | None) -> Select[Any]:
    place = func.row_number().over(
        partition_by=TrainedModel.product_id,
        order_by=(TrainedModel.created_at.desc(), TrainedModel.id.desc()),
    )
    is_old = TrainedModel.created_at < func.now() - timedelta(days=policy.days)
    of_tenant = [TrainedModel.tenant_id == tenant_id]
    if product_id is not None:
        of_tenant.append(TrainedModel.product_id == product_id)
    ranked = (
        select(
            TrainedModel.id,
            TrainedModel.product_id,
            TrainedModel.created_at,
            place.label("place"),
            is_old.label("is_old"),
            _is_protected().label("is_protected"),
        )
        .where(*of_tenant)
        .subquery()
    )
    is_of_table = ranked.c.product_id.is_(None)
    too_many = and_(~is_of_table, ranked.c.place > policy.versions)
    too_old = and_(ranked.c.is_old, or_(is_of_table, ranked.c.place > 1))
    return (
        select(ranked.c.id, ranked.c.product_id, ranked.c.is_old)
        .where(~ranked.c.is_protected, or_(too_many, too_old))
        .order_by(ranked.c.product_id, ranked.c.created_at, ranked.c.id)
    )


def _in_full(models: Sequence[Due]) -> Select[Any]:
    wanted = rows(id=(Uuid(), [model.model_id for model in models]))
    size = (
        select(func.coalesce(func.sum(ModelArtifact.file_size_bytes), 0))
        .where(ModelArtifact.model_id == TrainedModel.id)
        .scalar_subquery()
    )
    return (
        select(
            TrainedModel.id,
            TrainedModel.public_id,
            TrainedModel.product_id,
            func.coalesce(Product.name, TrainedModel.name).label("name"),
            TrainedModel.model_version,
            TrainedModel.created_at,
            size.label("size"),
        )
        .join(wanted, wanted.c.id == TrainedModel.id)
        .outerjoin(Product, Product.id == TrainedModel.product_id)
    )


def _is_protected() -> ColumnElement[bool]:
    kept_by_running_job = exists().where(
        TrainingTask.kept_model_id == TrainedModel.id,
        TrainingJob.id == TrainingTask.job_id,
        TrainingJob.status.not_in(TERMINAL_STATUSES),
    )
    return or_(TrainedModel.is_deployed, TrainedModel.is_pinned, kept_by_running_job)


def _expired(row: Row[Any], why: Why, policy: Policy) -> Expired:
    reasons = {
        "age": f"It is older than {_counted(policy.days, 'day')}.",
        "version_limit": f"Its product has {_counted(policy.versions, 'newer version')}.",
    }
    return Expired(
        model_id=row.id,
        public_id=row.public_id,
        product_id=row.product_id,
        name=row.name,
        model_version=row.model_version,
        created_at=row.created_at,
        size=row.size,
        why=why,
        reason=reasons[why],
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
