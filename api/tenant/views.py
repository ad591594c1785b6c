"""The caller's own tenant: looked at, and changed."""

from uuid import UUID

from api.actor import actor_of_request
from api.caller import caller_of_request
from api.errors import InvalidRequestError
from api.services import Services
from api.tenant.holiday_regions import require_known_region
from api.tenant.schemas import Quotas, TenantAnswer, TenantChange, UsageAnswer
from core.settings import Settings
from db.operation import tenants
from db.operation.usage import usage_of
from db.tables import Tenant


def show(services: Services, tenant_id: UUID) -> TenantAnswer:
    with services.sessions() as session:
        return _answer(tenants.find(session, tenant_id))


def change(services: Services, tenant_id: UUID, body: TenantChange) -> TenantAnswer:
    if "quotas" in body.model_fields_set:
        caller_of_request().require("admin")
    columns = body.columns()
    with services.sessions.begin() as session:
        tenant = tenants.change(session, tenant_id, columns, actor_of_request())
        _check_region(tenant, services.settings, columns)
    return _answer(tenant)


def usage(services: Services, tenant_id: UUID) -> UsageAnswer:
    with services.sessions() as session:
        return UsageAnswer.model_validate(usage_of(session, tenant_id, services.settings))


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
