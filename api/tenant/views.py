"""The caller's own tenant: looked at, and changed."""

from uuid import UUID

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.caller import caller_of_request
from api.errors import InvalidRequestError, MissingScopeError
from api.services import Services
from api.tenant.holiday_regions import require_known_region
from api.tenant.schemas import Quotas, TenantAnswer, TenantChange
from core.settings import Settings
from db import audit
from db.tables import Tenant


def show(services: Services, tenant_id: UUID) -> TenantAnswer:
    with services.sessions() as session:
        return _answer(session.scalars(select(Tenant).where(Tenant.id == tenant_id)).one())


def change(services: Services, tenant_id: UUID, body: TenantChange) -> TenantAnswer:
    caller = caller_of_request()
    if "quotas" in body.model_fields_set and "admin" not in caller.scopes:
        raise MissingScopeError("admin")
    columns = body.columns()
    with services.sessions.begin() as session:
        tenant = _locked(session, tenant_id)
        before = {name: getattr(tenant, name) for name in columns}
        for name, value in columns.items():
            setattr(tenant, name, value)
        _check_region(tenant, services.settings, columns)
        changed = {name: value for name, value in columns.items() if before[name] != value}
        if changed:
            audit.record(
                session,
                tenant_id,
                "change",
                "tenant",
                tenant_id,
                actor=caller.subject,
                details=changed,
                request_id=g.request_id,
            )
    return _answer(tenant)


def _locked(session: Session, tenant_id: UUID) -> Tenant:
    return session.scalars(select(Tenant).where(Tenant.id == tenant_id).with_for_update()).one()


def _check_region(tenant: Tenant, settings: Settings, columns: dict[str, object]) -> None:
    if not columns.keys() & {"country", "subdivision"}:
        return
    if tenant.country is None and tenant.subdivision is not None:
        raise InvalidRequestError(
            f"The region {tenant.subdivision!r} needs its country beside it; the service's own is"
            f" {settings.holiday_country}"
        )
    if tenant.country is not None:
        require_known_region(tenant.country, tenant.subdivision)


def _answer(tenant: Tenant) -> TenantAnswer:
    quotas = {name: getattr(tenant, name) for name in Quotas.model_fields}
    own = {name: getattr(tenant, name) for name in TenantAnswer.model_fields if name != "quotas"}
    return TenantAnswer.model_validate({**own, "quotas": quotas})
