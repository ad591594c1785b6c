"""The tenants: a row for each business that was ever seen, and what it says of itself."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.locks import FRESH
from db.operation import audit
from db.operation.audit import Actor
from db.tables import Tenant


def every_id(session: Session) -> Sequence[UUID]:
    """The ids of all tenants, always in one order."""
    return session.scalars(select(Tenant.id).order_by(Tenant.id)).all()


def is_known(session: Session, tenant_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(Tenant.id == tenant_id))))


def find(session: Session, tenant_id: UUID) -> Tenant:
    """The row of a tenant that was seen before."""
    return session.get_one(Tenant, tenant_id)


def lock(session: Session, tenant_id: UUID) -> Tenant:
    """The row, which nobody else changes until the transaction ends; others may still refer to
    it.
    """
    locked = select(Tenant).where(Tenant.id == tenant_id).with_for_update(key_share=True)
    return session.scalars(locked, execution_options=FRESH).one()


def requests_per_minute(session: Session, tenant_id: UUID) -> int | None:
    """The tenant's own rate limit, if it has one. One that is seen for the first time gets its
    row.
    """
    row = session.execute(
        select(Tenant.requests_per_minute).where(Tenant.id == tenant_id)
    ).one_or_none()
    if row is not None:
        (own_limit,) = row
        return own_limit
    new = insert(Tenant).values(id=tenant_id, name=f"Tenant {tenant_id}")
    session.execute(new.on_conflict_do_nothing())
    return None


def change(session: Session, tenant_id: UUID, values: Mapping[str, Any], actor: Actor) -> Tenant:
    """The tenant with new values in these columns."""
    tenant = lock(session, tenant_id)
    changed = {name: new for name, new in values.items() if getattr(tenant, name) != new}
    for name, new in changed.items():
        setattr(tenant, name, new)
    if changed:
        audit.record(
            session,
            tenant_id,
            "change",
            "tenant",
            tenant_id,
            actor=actor,
            details=changed,
        )
    return tenant
