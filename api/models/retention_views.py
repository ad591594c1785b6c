"""Retention on request: what would be deleted now, and deleting it."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

import celeryconfig
from api.actor import actor_of_request
from api.addresses import TRAINING
from api.models import retention_schemas as schemas
from api.models.reclaiming import reclaim
from api.services import Services
from db.models import retention
from db.models.retention import Due, Expired, Policy
from db.models.stored import reclaimable, storage_use
from db.tenancy import across_tenants

MOST_AT_ONCE = 100
"""Models that a request deletes: about a second's work. Housekeeping does the rest."""


def plan(
    services: Services, tenant_id: UUID, query: schemas.RetentionQuery
) -> schemas.RetentionPlan:
    policy = Policy.from_settings(services.settings)
    with services.sessions() as session:
        due = retention.due(session, tenant_id, policy)
        with across_tenants(session):
            freed = reclaimable(session, [model.model_id for model in due])
        return schemas.RetentionPlan(
            retention_days=policy.days,
            max_versions=policy.versions,
            models=_told(retention.told(session, due[: query.limit], policy)),
            models_total=len(due),
            models_by_reason=_by_reason(due),
            bytes=freed,
            storage=_storage(session, tenant_id),
        )


def run(services: Services, tenant_id: UUID) -> schemas.RetentionRun:
    policy = Policy.from_settings(services.settings)
    removed = retention.apply(
        services.sessions,
        tenant_id,
        policy,
        at_most=MOST_AT_ONCE,
        actor=actor_of_request(),
    )
    if removed.models_left:
        services.send(celeryconfig.APPLY_RETENTION)
    reclaimed = reclaim(services.chores, removed.freed)
    with services.sessions() as session:
        storage = _storage(session, tenant_id)
    return schemas.RetentionRun(
        retention_days=policy.days,
        max_versions=policy.versions,
        models=_told(removed.models),
        models_left=removed.models_left,
        links=schemas.RetentionLinks(plan=f"{TRAINING}/retention"),
        bytes_reclaimed=reclaimed.bytes_now,
        bytes_later=reclaimed.bytes_later,
        storage=storage,
    )


def _by_reason(due: Sequence[Due]) -> schemas.ModelsByReason:
    counts = Counter(model.why for model in due)
    return schemas.ModelsByReason(age=counts["age"], version_limit=counts["version_limit"])


def _told(models: Sequence[Expired]) -> list[schemas.ExpiredModel]:
    return [
        schemas.ExpiredModel(
            model_id=model.public_id,
            product_id=model.product_id,
            name=model.name,
            model_version=model.model_version,
            created_at=model.created_at,
            size_bytes=model.size,
            why=model.why,
            reason=model.reason,
        )
        for model in models
    ]


def _storage(session: Session, tenant_id: UUID) -> schemas.Storage:
    # The statement names the tenant; asking the second wall about each file takes far longer.
    with across_tenants(session):
        use = storage_use(session, tenant_id)
    return schemas.Storage(
        logical_bytes=use.logical_bytes,
        stored_bytes=use.stored_bytes,
        saved_bytes=use.logical_bytes - use.stored_bytes,
    )
